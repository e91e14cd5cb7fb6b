package carry_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"mime"
	"net"
	"net/http"
	"net/http/httptest"
	"net/mail"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/event"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/outbound"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/notify"
	"github.com/evenkeel/evenkeel/services/notify/carry"
)

var start = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

type secrets map[string]string

func (s secrets) Secret(_ context.Context, name string) (string, error) {
	if text, ok := s[name]; ok {
		return text, nil
	}
	return "", fault.New(fault.Unavailable, "secret_missing", "there is no secret %q", name)
}

// log is what was logged.
type log struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func parts(s secrets) (carry.Parts, *log) {
	l := &log{}
	return carry.Parts{
		Secrets: s, Reach: outbound.Reach{AllowLoopback: true}, Source: "https://evenkeel.example.org", Clock: clock.NewManual(start).Now,
		Logger: slog.New(slog.NewTextHandler(l, &slog.HandlerOptions{Level: slog.LevelDebug})), Timeout: 5 * time.Second,
	}, l
}

func parcel(t notify.Target) notify.Parcel {
	return notify.Parcel{
		Target: t, Now: start, Notification: notify.Notification{ID: "01JD3Z0Q8RC6W4N1M2V5K7T9XY", Urgency: event.Interrupt},
		Told: notify.Told{ID: "01JD3Z0Q8RC6W4N1M2V5K7T9XZ", TeamSlug: "payments", ServiceSlug: "checkout", Event: event.Event{
			Type: event.AlertPaged, Key: "alert/1", At: start, Subject: "checkout/availability", Title: "It burns\r\nBcc: all@example.org", Text: "Find out — bald.\n.\nlast", Link: "/alerts",
		}},
	}
}

// requests are those that came to a server on this machine.
func serve(t *testing.T, answer http.HandlerFunc) (address string, got func() []*http.Request) {
	t.Helper()
	var mu sync.Mutex
	var all []*http.Request
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		mu.Lock()
		all = append(all, r)
		mu.Unlock()
		if answer != nil {
			answer(w, r)
		}
	}))
	t.Cleanup(s.Close)
	return s.URL, func() []*http.Request {
		mu.Lock()
		defer mu.Unlock()
		return all
	}
}

func TestEachKindIsPostedWhereItsReceiverTakesIt(t *testing.T) {
	t.Parallel()
	base, got := serve(t, nil)
	p, _ := parts(secrets{"key": "0123456789abcdef0123456789abcdef", "slack": base + "/services/T0/B0/x\n", "bearer": "let me in"})
	c := carry.New(p)
	for _, x := range []struct {
		target        notify.Target
		path          string
		authorization string
		member        string
	}{
		{notify.Target{Kind: notify.Alertmanager, Address: base + "/am/", Secret: "bearer"}, "/am/api/v2/alerts", "Bearer let me in", `"alertname":"EvenkeelAlert"`},
		{notify.Target{Kind: notify.PagerDuty, Address: base + "/v2/enqueue", Secret: "key"}, "/v2/enqueue", "", `"routing_key":"0123456789abcdef0123456789abcdef"`},
		{notify.Target{Kind: notify.Slack, Secret: "slack"}, "/services/T0/B0/x", "", `"blocks"`},
	} {
		before := len(got())
		if o := c.Carry(t.Context(), parcel(x.target)); !o.Arrived() || o.Status != 200 {
			t.Fatalf("%s: %+v", x.target.Kind, o)
		}
		r := got()[before]
		body, err := io.ReadAll(r.Body)
		if err != nil || !json.Valid(body) || !strings.Contains(string(body), x.member) {
			t.Errorf("%s: sent %s (%v)", x.target.Kind, body, err)
		}
		if r.Method != "POST" || r.URL.Path != x.path || r.Header.Get("Authorization") != x.authorization || r.Header.Get("Content-Type") != "application/json" {
			t.Errorf("%s: %s %s with %v", x.target.Kind, r.Method, r.URL.Path, r.Header)
		}
	}
}

func TestWhatCannotBeSentIsSaidWithoutSecretsAndAddresses(t *testing.T) {
	t.Parallel()
	const hidden = "hunter2secret"
	s := secrets{"bad": hidden, "url": "https://" + hidden + ":x@example.org/", "inside": "http://10.1.2.3/" + hidden, "metadata": "http://169.254.169.254/" + hidden}
	p, logged := parts(s)
	p.Reach = outbound.Reach{Denied: outbound.Private(), Besides: []netip.Prefix{netip.MustParsePrefix("10.9.0.0/16")}}
	c := carry.New(p)
	base, got := serve(t, nil)
	for name, x := range map[string]struct {
		target notify.Target
		says   string
	}{
		"no secret":        {notify.Target{Kind: notify.Webhook, Address: base, Secret: "none"}, `there is no secret "none"`},
		"a secret of none": {notify.Target{Kind: notify.Webhook, Address: base, Secret: "bad"}, `"bad" must be whsec_`},
		"a URL of none":    {notify.Target{Kind: notify.Slack, Secret: "bad"}, `"bad" is no URL`},
		"a URL with user":  {notify.Target{Kind: notify.Slack, Secret: "url"}, `"url" is no URL`},
		"a private one":    {notify.Target{Kind: notify.Slack, Secret: "inside"}, "in a network in which notifications may not be sent"},
		"a cloud's":        {notify.Target{Kind: notify.Slack, Secret: "metadata"}, "in a network"},
		"this machine's":   {notify.Target{Kind: notify.Alertmanager, Address: base}, "in a network"},
		"another kind":     {notify.Target{Kind: "pigeon"}, `knows no kind "pigeon"`},
		"mail to nobody":   {notify.Target{Kind: notify.Email, Address: "a@example.org"}, "no mail server"},
	} {
		o := c.Carry(t.Context(), parcel(x.target))
		if o.Arrived() || !strings.Contains(o.Reason, x.says) || strings.Contains(o.Reason, hidden) || strings.Contains(o.Reason, "10.1.2.3") || strings.Contains(o.Reason, "127.0.0.1") {
			t.Errorf("%s: %+v, want %q", name, o, x.says)
		}
	}
	if len(got()) != 0 {
		t.Error("something was sent")
	}
	if strings.Contains(logged.text.String(), hidden) {
		t.Errorf("logged %s", logged.text.String())
	}
}

// letter is a mail as the server got it.
type letter struct {
	from string
	to   []string
	data []byte
}

// server is a mail server on this machine.
type server struct {
	mu      sync.Mutex
	letters []letter
	refuse  *smtp.SMTPError
	signed  []string
}

func (s *server) NewSession(*smtp.Conn) (smtp.Session, error) { return &session{server: s}, nil }

type session struct {
	server *server
	letter letter
}

func (s *session) AuthMechanisms() []string { return []string{sasl.Plain} }

func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, username, password string) error {
		s.server.mu.Lock()
		defer s.server.mu.Unlock()
		s.server.signed = append(s.server.signed, username+":"+password)
		if password != "open sesame" {
			return errors.New("no")
		}
		return nil
	}), nil
}

func (s *session) Mail(from string, _ *smtp.MailOptions) error { s.letter.from = from; return nil }
func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	if s.server.refuse != nil {
		return s.server.refuse
	}
	s.letter.to = append(s.letter.to, to)
	return nil
}

func (s *session) Data(r io.Reader) (err error) {
	if s.letter.data, err = io.ReadAll(r); err != nil {
		return err
	}
	s.server.mu.Lock()
	defer s.server.mu.Unlock()
	s.server.letters = append(s.server.letters, s.letter)
	return nil
}
func (s *session) Reset()        {}
func (s *session) Logout() error { return nil }

// mailServer starts a server, with the certificate of this machine where it speaks TLS.
func mailServer(t *testing.T, s *server, security carry.Security) carry.Mail {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	certified := httptest.NewUnstartedServer(nil)
	certified.StartTLS()
	t.Cleanup(certified.Close)
	srv := smtp.NewServer(s)
	srv.Domain, srv.AllowInsecureAuth = "localhost", security == carry.Plain
	served := net.Listener(l)
	switch security {
	case carry.StartTLS:
		srv.TLSConfig = certified.TLS
	case carry.TLS:
		served = tls.NewListener(l, certified.TLS)
	}
	done := make(chan error, 1)
	go func() { done <- srv.Serve(served) }()
	t.Cleanup(func() {
		_ = srv.Close()
		<-done
	})
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	n, err := strconv.Atoi(port)
	if err != nil {
		t.Fatal(err)
	}
	trust := certified.Client().Transport.(*http.Transport).TLSClientConfig.Clone()
	trust.ServerName = "example.com" // which httptest's certificate is for
	return carry.Mail{Host: "127.0.0.1", Port: n, Security: security, From: "evenkeel@example.org", TLS: trust}
}

func TestAMailArrivesAsItIsDocumented(t *testing.T) {
	t.Parallel()
	for _, security := range []carry.Security{carry.StartTLS, carry.TLS, carry.Plain} {
		t.Run(string(security), func(t *testing.T) {
			t.Parallel()
			s := &server{}
			p, _ := parts(nil)
			p.Mail = mailServer(t, s, security)
			if security != carry.Plain {
				p.Mail.Username, p.Mail.Password = "evenkeel", "open sesame"
			}
			c := carry.New(p)
			to := parcel(notify.Target{Kind: notify.Email, Address: "team@example.org"})
			for range 2 {
				if o := c.Carry(t.Context(), to); !o.Arrived() || o.Status != 250 {
					t.Fatalf("carried to %+v", o)
				}
			}
			to.Target, to.Person, to.Notification.Person = notify.Target{}, access.Person{Email: "ada@example.org"}, "01JD3Z0Q8RC6W4N1M2V5K7T9XA"
			if o := c.Carry(t.Context(), to); !o.Arrived() {
				t.Fatalf("carried to %+v", o)
			}
			if len(s.letters) != 3 || s.letters[0].from != "evenkeel@example.org" || strings.Join(s.letters[0].to, ",") != "team@example.org" || strings.Join(s.letters[2].to, ",") != "ada@example.org" {
				t.Fatalf("the server has %+v", s.letters)
			}
			if security != carry.Plain && strings.Join(s.signed, " ") != "evenkeel:open sesame evenkeel:open sesame evenkeel:open sesame" {
				t.Errorf("signed in as %v", s.signed)
			}
			m, err := mail.ReadMessage(bytes.NewReader(s.letters[0].data))
			if err != nil {
				t.Fatal(err)
			}
			subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
			if err != nil || subject != "[Evenkeel] It burns Bcc: all@example.org" {
				t.Errorf("the subject is %q (%v)", subject, err)
			}
			if m.Header.Get("Bcc") != "" || m.Header.Get("To") != "<team@example.org>" || m.Header.Get("From") != "<evenkeel@example.org>" ||
				m.Header.Get("Message-Id") != "<01jd3z0q8rc6w4n1m2v5k7t9xy@example.org>" || m.Header.Get("Auto-Submitted") != "auto-generated" ||
				m.Header.Get("Date") != "Mon, 23 Nov 2026 12:00:00 +0000" || !strings.HasPrefix(m.Header.Get("Content-Type"), "text/plain") {
				t.Errorf("the header is %v", m.Header)
			}
			if second, err := mail.ReadMessage(bytes.NewReader(s.letters[1].data)); err != nil || second.Header.Get("Message-Id") != m.Header.Get("Message-Id") {
				t.Errorf("sent again as %v (%v)", second, err)
			}
		})
	}
}

func TestAMailServerRefusesForNowOrForGood(t *testing.T) {
	t.Parallel()
	s := &server{refuse: &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 7, 1}, Message: "greylisted"}}
	p, logged := parts(nil)
	p.Mail = mailServer(t, s, carry.StartTLS)
	p.Mail.Username, p.Mail.Password = "evenkeel", "open sesame"
	to := parcel(notify.Target{Kind: notify.Email, Address: "team@example.org"})
	if o := carry.New(p).Carry(t.Context(), to); o.Arrived() || o.Refused || o.Status != 451 {
		t.Errorf("greylisted: %+v", o)
	}
	s.refuse = &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such user"}
	if o := carry.New(p).Carry(t.Context(), to); o.Arrived() || !o.Refused || o.Status != 550 {
		t.Errorf("refused: %+v", o)
	}
	p.Mail.Password = "hunter2"
	if o := carry.New(p).Carry(t.Context(), to); o.Arrived() || o.Refused || strings.Contains(o.Reason, "hunter2") {
		t.Errorf("not let in: %+v", o)
	}
	if text := logged.text.String(); strings.Contains(text, "hunter2") || strings.Contains(text, "sesame") {
		t.Errorf("logged %s", text)
	}
	// A server that offers no TLS gets neither mail nor password.
	bare := &server{}
	p.Mail = mailServer(t, bare, carry.Plain)
	p.Mail.Security, p.Mail.Username, p.Mail.Password = carry.StartTLS, "evenkeel", "open sesame"
	if o := carry.New(p).Carry(t.Context(), to); o.Arrived() || len(bare.signed) != 0 || len(bare.letters) != 0 {
		t.Errorf("in the clear: %+v, %v", o, bare.signed)
	}
}
