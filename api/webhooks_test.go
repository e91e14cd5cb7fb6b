package api

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/issues/github"
	"github.com/evenkeel/evenkeel/services/issues/inbox"
)

const hookSecret = "a secret of enough characters"

// kept is the deliveries by their identifier.
type kept struct {
	mu         sync.Mutex
	deliveries map[string]inbox.Delivery
	err        error
}

func (k *kept) Accept(_ context.Context, d inbox.Delivery) (bool, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if _, known := k.deliveries[d.ID]; known || k.err != nil {
		return false, k.err
	}
	k.deliveries[d.ID] = d
	return true, nil
}

// hooked is an edge that takes webhooks.
func hooked(t *testing.T, secrets []string, change ...func(*Config)) (*bench, *kept) {
	t.Helper()
	b, k := newBench(t, change...), &kept{deliveries: map[string]inbox.Delivery{}}
	webhooks, err := github.NewWebhooks(secrets, k)
	if err != nil {
		t.Fatal(err)
	}
	b.HandleWebhooks(webhooks)
	return b, k
}

// signed is a webhook as GitHub sends it, with other headers where they are given.
func signed(t *testing.T, body string, headers ...string) *http.Request {
	t.Helper()
	mac := hmac.New(sha256.New, []byte(hookSecret))
	mac.Write([]byte(body))
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/webhooks/github", strings.NewReader(body))
	for _, h := range append([]string{
		"Content-Type: application/json", "X-GitHub-Event: issues", "X-GitHub-Delivery: 72d3162e-cc78-11e3-81ab-4c9367dc0958",
		fmt.Sprintf("X-Hub-Signature-256: sha256=%x", mac.Sum(nil)),
	}, headers...) {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Set(name, value)
	}
	return r
}

func (b *bench) answer(r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	b.ServeHTTP(w, r)
	return w
}

const closed = `{"action":"closed","issue":{"number":1},"repository":{"id":1,"full_name":"acme/api"},"sender":{"login":"wanda","type":"User"}}`

func TestGitHubIsToldWhatBecameOfAWebhook(t *testing.T) {
	t.Parallel()
	b, k := hooked(t, []string{hookSecret})
	form := "payload=" + url.QueryEscape(closed)
	const isForm, another = "Content-Type: application/x-www-form-urlencoded", "X-GitHub-Delivery: 2-b"
	for _, c := range []struct {
		name    string
		r       *http.Request
		status  int
		outcome string
	}{
		{"a new one", signed(t, closed), 202, "accepted"},
		{"the same", signed(t, closed), 202, "repeated"},
		{"in a form", signed(t, form, isForm, another), 202, "accepted"},
		{"in a form of a charset", signed(t, form, isForm+"; charset=UTF-8", another), 202, "repeated"},
		{"a ping", signed(t, `{"zen":"Keep it logically awesome."}`, "X-GitHub-Event: ping"), 200, "pong"},
		{"of no interest", signed(t, closed, "X-GitHub-Event: star", another), 202, "ignored"},
	} {
		w := b.answer(c.r)
		if w.Code != c.status || w.Body.String() != `{"outcome":"`+c.outcome+`"}`+"\n" || w.Header().Get("Content-Type") != "application/json" || w.Header().Get("X-Request-Id") == "" {
			t.Errorf("%s: %d %v %s", c.name, w.Code, w.Header(), w.Body)
		}
	}
	if len(k.deliveries) != 2 || string(k.deliveries["2-b"].Payload) != closed {
		t.Errorf("kept are %v", k.deliveries)
	}
	if text := b.do(http.MethodGet, "/openapi.json", "").Body.String(); strings.Contains(text, "/webhooks/") {
		t.Error("the operations of the API's clients hold the endpoint of GitHub")
	}
	const want = `# HELP evenkeel_webhooks_total Webhooks of GitHub that came, by what they came to.
# TYPE evenkeel_webhooks_total counter
evenkeel_webhooks_total{outcome="accepted"} 2
evenkeel_webhooks_total{outcome="ignored"} 1
evenkeel_webhooks_total{outcome="pong"} 1
evenkeel_webhooks_total{outcome="refused"} 0
evenkeel_webhooks_total{outcome="repeated"} 2
evenkeel_webhooks_total{outcome="signature_invalid"} 0
`
	if err := testutil.GatherAndCompare(b.registry, strings.NewReader(want), "evenkeel_webhooks_total"); err != nil {
		t.Error(err)
	}
}

func TestAWebhookThatIsNotGitHubsIsRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		secrets []string
		r       *http.Request
		status  int
		code    string
	}{
		"not signed":              {[]string{hookSecret}, signed(t, closed, "X-Hub-Signature-256: "), 401, "webhook_signature_invalid"},
		"signed with another":     {[]string{"another secret, long enough"}, signed(t, closed), 401, "webhook_signature_invalid"},
		"nothing is configured":   {nil, signed(t, closed), 404, "webhooks_not_configured"},
		"without an event":        {[]string{hookSecret}, signed(t, closed, "X-GitHub-Event: "), 422, "invalid_input"},
		"without a delivery":      {[]string{hookSecret}, signed(t, closed, "X-GitHub-Delivery: "), 422, "invalid_input"},
		"no JSON":                 {[]string{hookSecret}, signed(t, "closed"), 422, "invalid_input"},
		"empty":                   {[]string{hookSecret}, signed(t, ""), 422, "invalid_input"},
		"of another type":         {[]string{hookSecret}, signed(t, closed, "Content-Type: text/plain"), 415, "unsupported_media_type"},
		"packed":                  {[]string{hookSecret}, signed(t, closed, "Content-Encoding: gzip"), 415, "unsupported_media_type"},
		"larger than is taken":    {[]string{hookSecret}, signed(t, strings.Repeat(" ", maxWebhook)+"x"), 413, "body_too_large"},
		"larger, and unannounced": {[]string{hookSecret}, unannounced(signed(t, strings.Repeat(" ", maxWebhook)+"x")), 413, "body_too_large"},
	} {
		b, k := hooked(t, c.secrets)
		w := b.answer(c.r)
		p := w.Body.String()
		if w.Code != c.status || !strings.Contains(p, `"code":"`+c.code+`"`) || w.Header().Get("Content-Type") != "application/problem+json" || len(k.deliveries) != 0 {
			t.Errorf("%s: %d %v %s, want %d %s", name, w.Code, w.Header(), p, c.status, c.code)
		}
		outcome, refusals := "refused", 0
		if c.status == 401 {
			outcome, refusals = "signature_invalid", 1
			if got := w.Header().Get("WWW-Authenticate"); got != "X-Hub-Signature-256" {
				t.Errorf("%s: it asks for %q", name, got)
			}
		}
		n, err := testutil.GatherAndCount(b.registry, "evenkeel_webhooks_total")
		if err != nil || n != 6 {
			t.Errorf("%s: %d series, %v", name, n, err)
		}
		if text := b.do(http.MethodGet, "/metrics", "").Body.String(); !strings.Contains(text, `evenkeel_webhooks_total{outcome="`+outcome+`"} 1`) {
			t.Errorf("%s is not counted as %s", name, outcome)
		}
		if len(b.refusals) != refusals || refusals == 1 && (b.refusals[0].Caller.Kind != access.Anonymous || b.refusals[0].Object.Kind != access.KindWebhook) {
			t.Errorf("%s: recorded are %v", name, b.refusals)
		}
		if strings.Contains(p, hookSecret) || strings.Contains(b.log.String(), hookSecret) {
			t.Errorf("%s tells the secret", name)
		}
	}
}

func unannounced(r *http.Request) *http.Request {
	r.ContentLength = -1
	return r
}

func TestAWebhookThatIsNotKeptIsNotAcknowledged(t *testing.T) {
	t.Parallel()
	b, k := hooked(t, []string{hookSecret})
	k.err = errors.New("the disk with the password hunter2 is gone")
	if w := b.answer(signed(t, closed)); w.Code != 500 || strings.Contains(w.Body.String(), "hunter2") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	k.err = nil
	if w := b.answer(signed(t, closed)); w.Code != 202 || !strings.Contains(w.Body.String(), "accepted") {
		t.Errorf("afterwards: %d %s", w.Code, w.Body)
	}
}

// TestOnlyWhatIsNotVerifiedIsChargedToAnAddress: GitHub has a few addresses, and
// sends again nothing that a quota refused.
func TestOnlyWhatIsNotVerifiedIsChargedToAnAddress(t *testing.T) {
	t.Parallel()
	b, _ := hooked(t, []string{hookSecret}, func(c *Config) { c.RequestsPerSecond, c.Burst = 1, 3 })
	send := func(from string, headers ...string) int {
		r := signed(t, closed, headers...)
		r.RemoteAddr = from
		return b.answer(r).Code
	}
	const github, stranger, unsigned = "192.0.2.1:443", "192.0.2.2:443", "X-Hub-Signature-256: sha256=00"
	for n := range 50 {
		if code := send(github); code != 202 {
			t.Fatalf("delivery %d of GitHub's: %d", n, code)
		}
	}
	for _, from := range []string{stranger, github} {
		codes := map[int]int{}
		for range 6 {
			codes[send(from, unsigned)]++
		}
		// Of the burst of three GitHub's address has paid for the first.
		if codes[401] < 2 || codes[401] > 3 || codes[429] != 6-codes[401] {
			t.Errorf("unsigned from %s: %v", from, codes)
		}
	}
	if code := send(github); code != 202 {
		t.Errorf("what is signed is refused with %d for what is not", code)
	}
}

func TestWebhooksTakeOnlySoMuchRoom(t *testing.T) {
	t.Parallel()
	b, _ := hooked(t, []string{hookSecret}, func(c *Config) { c.Observe = nil }) // which the bench does by itself
	const slow = maxWebhooks / webhookStep
	var arrived atomic.Int64
	all, goOn, done := make(chan struct{}), make(chan struct{}), make(chan int, slow)
	for range slow {
		r := signed(t, closed)
		// The reading begins once there is room for what comes.
		r.Body = io.NopCloser(waiting{strings.NewReader(closed), func() {
			if arrived.Add(1) == slow {
				close(all)
			}
			<-goOn
		}})
		go func() { done <- b.answer(r).Code }()
	}
	<-all
	w := b.answer(signed(t, closed))
	if w.Code != 503 || !strings.Contains(w.Body.String(), "too_many_webhooks") || w.Header().Get("Retry-After") != "1" {
		t.Errorf("%d %v %s", w.Code, w.Header(), w.Body)
	}
	close(goOn)
	for range slow {
		<-done
	}
	if w := b.answer(signed(t, closed, "X-GitHub-Delivery: after")); w.Code != 202 {
		t.Errorf("afterwards: %d %s", w.Code, w.Body)
	}
}

// waiting is a body of which the first byte is waited for.
type waiting struct {
	io.Reader
	until func()
}

func (w waiting) Read(p []byte) (int, error) {
	n, err := w.Reader.Read(p)
	if n > 0 {
		w.until()
	}
	return n, err
}
