package dial_test

import (
	"crypto/tls"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/outbound"
	"github.com/evenkeel/evenkeel/services/source"
	"github.com/evenkeel/evenkeel/services/source/dial"
)

func TestAPrometheusThatAnswersIsFound(t *testing.T) {
	t.Parallel()
	server := served(t, http.StripPrefix("/prometheus", answering(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("query") != "vector(1)" || r.Method != http.MethodGet || r.Header.Get("Authorization") != "" {
			t.Errorf("was asked %s %s with %v", r.Method, r.URL, r.Header)
		}
		says(http.StatusOK, "application/json", one)(w, r)
	})))
	for _, address := range []string{server.URL + "/prometheus", server.URL + "/prometheus/"} {
		f, err := dialler(t, nil).Probe(t.Context(), at(address))
		if err != nil || !f.OK() || f.Version != "2.42.0+ds" || f.Message != "It answers queries, as version 2.42.0+ds." || f.Took <= 0 {
			t.Errorf("%s: %+v, %v", address, f, err)
		}
		if f.Skew == nil || f.Skew.Abs() > 2*time.Second {
			t.Errorf("the clock of this machine is %v from itself", f.Skew)
		}
	}
}

func TestADataSourceLearnsWhoAsks(t *testing.T) {
	t.Parallel()
	var seen http.Header
	server := served(t, answering(func(w http.ResponseWriter, r *http.Request) {
		seen = r.Header
		says(http.StatusOK, "application/json", one)(w, r)
	}))
	s := at(server.URL)
	s.Tenant = "team-a|team-b"
	for _, c := range []struct {
		auth source.Auth
		want string
	}{
		{source.Auth{Scheme: source.Anonymous}, ""},
		{source.Auth{Scheme: source.Bearer, Secret: "prom-token"}, "Bearer " + hunter2},
		// printf 'ada:Hunter2-is-the-token' | base64
		{source.Auth{Scheme: source.Basic, Username: "ada", Secret: "prom-token"}, "Basic YWRhOkh1bnRlcjItaXMtdGhlLXRva2Vu"},
	} {
		s.Auth = c.auth
		if f, err := dialler(t, secrets{"prom-token": hunter2}).Probe(t.Context(), s); err != nil || !f.OK() {
			t.Errorf("%s: %+v, %v", c.auth.Scheme, f, err)
		}
		if seen.Get("Authorization") != c.want || seen.Get("X-Scope-OrgID") != "team-a|team-b" {
			t.Errorf("%s: sent %v", c.auth.Scheme, seen)
		}
	}
}

func TestCertificatesAreThoseThatSecretsName(t *testing.T) {
	t.Parallel()
	var shown string
	server := secured(t, answering(func(w http.ResponseWriter, r *http.Request) {
		shown = r.TLS.PeerCertificates[0].Subject.CommonName
		says(http.StatusOK, "application/json", one)(w, r)
	}), func(s *httptest.Server) { s.TLS = &tls.Config{ClientAuth: tls.RequireAnyClientCert} })
	certificate, key := identity(t, "evenkeel")
	known := secrets{"ca": authorityOf(server), "cert": certificate, "key": key}
	s := at(server.URL)
	s.TLS = source.TLS{CA: "ca", Certificate: "cert", Key: "key", ServerName: "example.com"}
	if f, err := dialler(t, known).Probe(t.Context(), s); err != nil || !f.OK() || shown != "evenkeel" {
		t.Errorf("%+v, %v; it saw %q", f, err, shown)
	}
}

func TestWhatIsWrongIsToldInWords(t *testing.T) {
	t.Parallel()
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	slow := make(chan struct{})
	t.Cleanup(func() { close(slow) })
	after := func(skew time.Duration) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Date", time.Now().Add(skew).UTC().Format(http.TimeFormat))
			says(http.StatusOK, "application/json", one)(w, r)
		}
	}
	certified := secured(t, answering(says(http.StatusOK, "application/json", one)), nil)
	picky := secured(t, answering(says(http.StatusOK, "application/json", one)), func(s *httptest.Server) { s.TLS = &tls.Config{ClientAuth: tls.RequireAnyClientCert} })
	plain := served(t, answering(says(http.StatusOK, "application/json", one)))
	known := secrets{
		"prom-token": hunter2, "lines": hunter2 + "\n" + hunter2, "not-pem": hunter2,
		"ca": authorityOf(certified), "ca-of-picky": authorityOf(picky),
	}
	for _, c := range []struct {
		name    string
		source  source.Source
		problem source.Problem
		says    string
	}{
		{"another address", at("http://169.254.169.254"), source.AddressRefused, "The address 169.254.169.254 is refused: it is link-local"},
		{"a name of nothing", at("http://prometheus.invalid:9090"), source.NameUnknown, `The name "prometheus.invalid" leads to no address`},
		{"nobody there", at(closed.URL), source.Unreachable, "the connection was refused"},
		{"a certificate of nobody known", at(certified.URL), source.TLSFailed, "none of the authorities that are trusted signed it"},
		{"a certificate of another", with(at(certified.URL), func(s *source.Source) { s.TLS = source.TLS{CA: "ca", ServerName: "prom.internal"} }), source.TLSFailed, `it is not for "prom.internal"`},
		{"no TLS", at(strings.Replace(plain.URL, "http:", "https:", 1)), source.TLSFailed, "does not speak TLS"},
		{"TLS where none is", at(strings.Replace(certified.URL, "https:", "http:", 1)), source.UnexpectedReply, "It answered 400"},
		{"no certificate of ours", with(at(picky.URL), func(s *source.Source) { s.TLS.CA = "ca-of-picky" }), source.TLSFailed, "It may want a certificate of ours"},
		{"no credentials", at(served(t, answering(says(401, "text/plain", "who?"))).URL), source.NotAllowed, "no credentials are declared"},
		{"wrong credentials", bearer(served(t, answering(says(401, "text/plain", "who?"))).URL, "prom-token"), source.NotAllowed, `does not take the secret "prom-token"`},
		{"forbidden", at(served(t, answering(says(403, "text/plain", "no"))).URL), source.NotAllowed, "It answered 403"},
		{"a missing secret", bearer(plain.URL, "none"), source.SecretMissing, `There is no secret "none".`},
		{"a secret that no header holds", bearer(plain.URL, "lines"), source.SecretMissing, "which no header holds"},
		{"a missing authority", with(at(certified.URL), func(s *source.Source) { s.TLS.CA = "none" }), source.SecretMissing, `There is no secret "none".`},
		{"an authority that is none", with(at(certified.URL), func(s *source.Source) { s.TLS.CA = "not-pem" }), source.SecretMissing, `The secret "not-pem" must hold at least one certificate in PEM.`},
		{"a missing certificate", with(at(certified.URL), func(s *source.Source) { s.TLS = source.TLS{Certificate: "none", Key: "none"} }), source.SecretMissing, `There is no secret "none".`},
		{"an overload", at(served(t, answering(says(503, "text/plain", "later"))).URL), source.Failing, "It answered 503"},
		{"a broken answer", at(served(t, answering(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			_, _ = w.Write([]byte(`{"status":`))
		})).URL), source.Failing, "broke off"},
		{"no answer", with(at(served(t, answering(func(_ http.ResponseWriter, r *http.Request) {
			select {
			case <-slow:
			case <-r.Context().Done():
			}
		})).URL), func(s *source.Source) { s.Timeout = 100 * time.Millisecond }), source.TimedOut, "within 100ms"},
		{"another program", at(served(t, http.NotFoundHandler()).URL), source.UnexpectedReply, "It may lack a path, such as /prometheus"},
		{"a page to sign in", at(served(t, says(200, "text/html; charset=utf-8", "<html>sign in")).URL), source.UnexpectedReply, "It answered 200 with text/html"},
		{"JSON of another", at(served(t, says(200, "application/json", `{"ok":true}`)).URL), source.UnexpectedReply, "no answer of a Prometheus"},
		{"another number", at(served(t, answering(says(200, "application/json", strings.Replace(one, `"1"`, `"2"`, 1)))).URL), source.UnexpectedReply, "did not answer the query vector(1) with 1"},
		{"no number", at(served(t, answering(says(200, "application/json", `{"status":"success","data":{"resultType":"vector","result":[]}}`))).URL), source.UnexpectedReply, "with 1"},
		{"a tenant that is wanted", at(served(t, answering(says(400, "application/json", `{"status":"error","errorType":"bad_data","error":"no org id\u0007"}`))).URL), source.UnexpectedReply, "It answered 400 to the query vector(1): no org id"},
		{"more than is taken", at(served(t, answering(says(200, "application/json", strings.Repeat(" ", 2<<20)))).URL), source.UnexpectedReply, "more than 1048576 bytes"},
		{"a clock ahead", at(served(t, answering(after(40*time.Second))).URL), source.ClockSkew, "s ahead of Evenkeel's"},
		{"a clock behind", at(served(t, answering(after(-2*time.Hour))).URL), source.ClockSkew, "s behind Evenkeel's"},
		{"a clock a little ahead", at(served(t, answering(after(25*time.Second))).URL), "", "It answers queries"},
		{"an adapter", with(at(served(t, says(404, "text/plain", "")).URL), func(s *source.Source) { s.Kind = source.Adapter }), "", "It answers, with 404."},
		{"an adapter that knows nobody", with(at(served(t, says(401, "text/plain", "")).URL), func(s *source.Source) { s.Kind = source.Adapter }), source.NotAllowed, "It answered 401"},
		{"an adapter of another time", with(at(served(t, after(-time.Hour)).URL), func(s *source.Source) { s.Kind = source.Adapter }), source.ClockSkew, "behind"},
	} {
		f, err := dialler(t, known).Probe(t.Context(), c.source)
		if err != nil || f.Problem != c.problem || !strings.Contains(f.Message, c.says) {
			t.Errorf("%s: %+v, %v; want %s: %s", c.name, f, err, c.problem, c.says)
		}
		if strings.Contains(f.Message, hunter2) || strings.ContainsAny(f.Message, "\x07\n") {
			t.Errorf("%s: says %q", c.name, f.Message)
		}
	}
}

func with(s source.Source, change func(*source.Source)) source.Source {
	change(&s)
	return s
}

func bearer(address, secret string) source.Source {
	return with(at(address), func(s *source.Source) { s.Auth = source.Auth{Scheme: source.Bearer, Secret: secret} })
}

func TestThisMachineIsDialledOnlyWhereThatIsAllowed(t *testing.T) {
	t.Parallel()
	reached := false
	server := served(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached = true }))
	d := dial.New(dial.Parts{Secrets: secrets{}, Reach: outbound.Reach{}, Clock: clock.System})
	f, err := d.Probe(t.Context(), at(server.URL))
	if err != nil || f.Problem != source.AddressRefused || !strings.Contains(f.Message, "dataSources.") || reached {
		t.Errorf("%+v, %v; reached: %v", f, err, reached)
	}
}

// The collector keeps a client: a secret that is changed is sent by the next request.
func TestAClientSendsTheSecretOfNow(t *testing.T) {
	t.Parallel()
	var seen string
	server := served(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { seen = r.Header.Get("Authorization") }))
	known := secrets{"prom-token": "first"}
	c, err := dialler(t, known).Client(t.Context(), bearer(server.URL, "prom-token"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for _, want := range []string{"first", "second"} {
		known["prom-token"] = want
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL, nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := c.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if seen != "Bearer "+want {
			t.Errorf("sent %q, want %q", seen, want)
		}
	}
}
