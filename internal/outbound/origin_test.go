package outbound

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/evenkeel/evenkeel/internal/fault"
)

func TestOnlyPlainAddressesOnTheWebAreTargets(t *testing.T) {
	t.Parallel()
	for _, url := range []string{
		"", "prometheus", "prometheus:9090", "ftp://example.com", "file:///etc/passwd", "gopher://example.com", "unix:///run/docker.sock",
		"http://", "http:///path", "http:opaque", "https://user@example.com", "https://user:secret@example.com", "http://example.com:port", "://",
		"javascript:alert(1)", "http://exa mple.com",
	} {
		_, err := New(Options{Name: "target", URL: url})
		f := fault.As(err)
		if f == nil || len(f.Violations) != 1 || f.Violations[0].Pointer != "/url" {
			t.Errorf("%q: %v, want a violation at /url", url, err)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: the error %q tells the password", url, err)
		}
	}
}

func TestAllFaultsOfTheOptionsAreReportedAtOnce(t *testing.T) {
	t.Parallel()
	_, err := New(Options{Attempts: -1, Timeout: -1, TLS: TLS{CAFile: "/nowhere", CertificateFile: "/nowhere"}})
	f := fault.As(err)
	if f == nil {
		t.Fatalf("error %v, want a fault", err)
	}
	var at []string
	for _, v := range f.Violations {
		at = append(at, v.Pointer)
	}
	if got, want := strings.Join(at, " "), "/name /url /timeout /attempts /tls/caFile /tls/certificateFile"; got != want {
		t.Errorf("violations at %s, want %s", got, want)
	}
}

func TestAClientSpeaksToItsTargetAlone(t *testing.T) {
	t.Parallel()
	c := newClient(t, Options{URL: "https://prometheus.test", Reach: here})
	for _, url := range []string{
		"http://prometheus.test/", "https://prometheus.test:8443/", "https://other.test/", "https://sub.prometheus.test/",
		"https://user@prometheus.test/", "ftp://prometheus.test/",
	} {
		_, err := get(t.Context(), c, url)
		wantRefused(t, url, err)
	}
}

// chain answers /n with a redirect to /n−1 and /0 with what it is.
func chain(status int) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := 0
		if _, err := fmt.Sscanf(r.URL.Path, "/%d", &n); err != nil || n == 0 {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		http.Redirect(w, r, fmt.Sprintf("/%d", n-1), status)
	})
}

func TestThreeRedirectsAreFollowedAndFourAreNot(t *testing.T) {
	t.Parallel()
	server, _ := serverAt(t, "127.0.0.1:0", chain(http.StatusFound))
	c := newClient(t, Options{URL: server.URL, Reach: here})
	if _, err := get(t.Context(), c, server.URL+"/3"); err != nil {
		t.Errorf("three redirects: %v", err)
	}
	_, err := get(t.Context(), c, server.URL+"/4")
	wantRefused(t, "four redirects", err)
	// The same holds for a client that somebody else made.
	foreign := &http.Client{Transport: c, CheckRedirect: func(*http.Request, []*http.Request) error { return nil }}
	resp, err := foreign.Get(server.URL + "/4")
	if err == nil {
		_ = resp.Body.Close()
	}
	wantRefused(t, "four redirects of another client", err)
}

func TestNoRedirectLeadsFromHTTPSToHTTP(t *testing.T) {
	t.Parallel()
	plain, reached := serverAt(t, "127.0.0.1:0", http.HandlerFunc(ok))
	secure := httptest.NewTLSServer(http.RedirectHandler(plain.URL, http.StatusFound))
	t.Cleanup(secure.Close)
	c := newClient(t, Options{URL: secure.URL, Reach: here, TLS: TLS{CAFile: authorityOf(t, secure)}})
	_, err := get(t.Context(), c, secure.URL)
	wantRefused(t, "from https to http", err)
	if n := reached.Load(); n != 0 {
		t.Errorf("%d connections were made without TLS", n)
	}
}

func TestAnotherOriginGetsNothingOfOurs(t *testing.T) {
	t.Parallel()
	var seen http.Header
	stranger, reached := serverAt(t, "127.0.0.1:0", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen = r.Header.Clone()
		ok(w, r)
	}))
	ours := make(chan http.Header, 10)
	target, _ := serverAt(t, "127.0.0.1:0", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ours <- r.Header.Clone()
		if r.URL.Path == "/local" {
			http.Redirect(w, r, "/", http.StatusTemporaryRedirect)
			return
		}
		http.Redirect(w, r, stranger.URL, http.StatusTemporaryRedirect)
	}))
	c := newClient(t, Options{URL: target.URL, Reach: here, Headers: func(context.Context) (http.Header, error) {
		h := BearerHeader("sesame")
		h.Set("X-Scope-OrgID", "tenant")
		return h, nil
	}})
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, target.URL+"/local?query=ours", nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{"Accept": "application/json", "Cookie": "a=b", "X-Api-Key": "key", "Authorization": "Basic replaced"} {
		r.Header.Set(name, value)
	}
	resp, err := c.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	for range 2 { // on the way within the target, everything goes along
		h := <-ours
		if h.Get("Authorization") != "Bearer sesame" || h.Get("X-Scope-OrgID") != "tenant" || h.Get("X-Api-Key") != "key" {
			t.Errorf("the target got %v", h)
		}
	}
	if got := fmt.Sprint(seen); got != "map[Accept:[application/json] Accept-Encoding:[gzip] User-Agent:[evenkeel]]" {
		t.Errorf("the other origin got %s", got)
	}

	before := reached.Load()
	post, err := http.NewRequestWithContext(t.Context(), http.MethodPost, target.URL, strings.NewReader("ours"))
	if err != nil {
		t.Fatal(err)
	}
	resp, err = c.Do(post)
	if err == nil {
		_ = resp.Body.Close()
	}
	wantRefused(t, "a body to another origin", err)
	if reached.Load() != before {
		t.Error("the body went out")
	}
}
