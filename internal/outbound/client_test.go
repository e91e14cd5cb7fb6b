package outbound

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
)

func TestAnAnswerIsTakenUpToTheLimit(t *testing.T) {
	t.Parallel()
	const limit = 1000
	server, _ := serverAt(t, "127.0.0.1:0", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		size := limit
		if strings.HasPrefix(r.URL.Path, "/more") {
			size = limit + 1
		}
		if strings.HasSuffix(r.URL.Path, "/packed") { // small on the wire
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			_, _ = z.Write(bytes.Repeat([]byte("x"), size))
			_ = z.Close()
			return
		}
		_, _ = w.Write(bytes.Repeat([]byte("x"), size))
	}))
	c := newClient(t, Options{URL: server.URL, Reach: here, MaxAnswer: limit})
	for _, path := range []string{"/", "/packed"} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := c.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(resp.Body)
		if err != nil || len(data) != limit {
			t.Errorf("%s: %d bytes and %v, want %d", path, len(data), err, limit)
		}
	}
	for _, path := range []string{"/more", "/more/packed"} {
		_, err := get(t.Context(), c, server.URL+path)
		wantKind(t, err, TooLarge)
	}
	if s := c.State(); s.Failures != 0 {
		t.Errorf("%d failures of the target, want none: it answered", s.Failures)
	}
}

func TestCredentialsAreAskedForAtEachCall(t *testing.T) {
	t.Parallel()
	got := make(chan string, 10)
	server, _ := serverAt(t, "127.0.0.1:0", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got <- r.Header.Get("Authorization")
		ok(w, r)
	}))
	n := 0
	c := newClient(t, Options{URL: server.URL, Reach: here, Headers: func(context.Context) (http.Header, error) {
		switch n++; n {
		case 1:
			return BearerHeader("first"), nil
		case 2:
			return BasicHeader("Aladdin", "open sesame"), nil // RFC 7617, 2
		case 3:
			return http.Header{"connection": {"close"}}, nil
		default:
			return nil, errors.New("no secret today")
		}
	}})
	for _, want := range []string{"Bearer first", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="} {
		resp, err := get(t.Context(), c, server.URL)
		if err != nil {
			t.Fatal(err)
		}
		if header := <-got; header != want {
			t.Errorf("the target got %q, want %q", header, want)
		}
		if shown := resp.Request.Header.Get("Authorization"); shown != "" {
			t.Errorf("the answer shows the credentials with which it was asked for: %q", shown)
		}
	}
	for range 2 {
		_, err := get(t.Context(), c, server.URL)
		wantKind(t, err, Credentials)
	}
	if len(got) > 0 {
		t.Error("a request went out without credentials")
	}
}

func TestNoErrorTellsASecret(t *testing.T) {
	t.Parallel()
	const secret = "sesame"
	closed, _ := serverAt(t, "127.0.0.1:0", http.HandlerFunc(ok))
	closed.Close()
	garbled, _ := serverAt(t, "127.0.0.1:0", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			return
		}
		_, _ = fmt.Fprintf(conn, "%s\r\n\r\n", strings.Repeat("garbled ", 500))
		_ = conn.Close()
	}))
	redirecting, _ := serverAt(t, "127.0.0.1:0", http.RedirectHandler("http://user:sesame@127.0.0.2/?token=sesame", http.StatusFound))
	astray, _ := serverAt(t, "127.0.0.1:0", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", "http://%zz/?token=sesame")
		w.WriteHeader(http.StatusFound)
	}))
	headers := func(context.Context) (http.Header, error) {
		h := BearerHeader(secret + "\n") // which net/http refuses to send
		return h, nil
	}
	for _, test := range []struct {
		name    string
		url     string
		headers func(context.Context) (http.Header, error)
	}{
		{"not reached", closed.URL, nil},
		{"not understood", garbled.URL, nil},
		{"redirected", redirecting.URL, nil},
		{"redirected nowhere", astray.URL, nil},
		{"a header that is none", closed.URL, headers},
	} {
		c := newClient(t, Options{Name: test.name, URL: test.url, Reach: here, Attempts: 1, Headers: test.headers})
		_, err := get(t.Context(), c, test.url+"/path?token="+secret)
		if err == nil || strings.Contains(err.Error(), secret) || strings.Contains(err.Error(), "path") || len(err.Error()) > maxErrorText+3 {
			t.Errorf("%s: %v", test.name, err)
		}
		if !strings.HasPrefix(fmt.Sprint(err), test.name+": ") {
			t.Errorf("%v does not name its target %s", err, test.name)
		}
		// Whoever uses an http.Client of their own takes the URL away with Plain.
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, test.url+"/path?token="+secret, nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := c.HTTP().Do(r)
		if err == nil {
			_ = resp.Body.Close()
		}
		if err = Plain(err); err == nil || strings.Contains(err.Error(), secret) {
			t.Errorf("%s, plain: %v", test.name, err)
		}
	}
}

func TestCallsAndAttemptsAreCountedByTargetAndOutcome(t *testing.T) {
	t.Parallel()
	status := http.StatusOK
	server, _ := serverAt(t, "127.0.0.1:0", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
	}))
	registry := prometheus.NewPedanticRegistry()
	c, err := New(Options{Name: "metrics", URL: server.URL, Reach: here, Attempts: 2, Metrics: NewMetrics(registry), Random: func() float64 { return 0.999 }})
	if err != nil {
		t.Fatal(err)
	}
	for _, status = range []int{200, 302, 404, 429, 500, 501, 503, 504} {
		if _, err := get(t.Context(), c, server.URL); err != nil {
			t.Fatalf("%d: %v", status, err)
		}
	}
	for outcome, want := range map[Kind][2]float64{ // calls, attempts
		OK: {2, 2}, ClientError: {1, 1}, Overloaded: {2, 4}, ServerError: {2, 2}, Gateway: {1, 2}, Unreachable: {0, 0},
	} {
		if got := testutil.ToFloat64(c.options.Metrics.calls.WithLabelValues("metrics", string(outcome))); got != want[0] {
			t.Errorf("%s: %v calls, want %v", outcome, got, want[0])
		}
		if got := testutil.ToFloat64(c.options.Metrics.attempts.WithLabelValues("metrics", string(outcome))); got != want[1] {
			t.Errorf("%s: %v attempts, want %v", outcome, got, want[1])
		}
	}
	if n, err := testutil.GatherAndCount(registry); err != nil || n != 2*len(kinds)+2+len(breakerStates) {
		t.Errorf("%d series and %v, want all of a target", n, err)
	}
	c.Close()
	if n, err := testutil.GatherAndCount(registry); err != nil || n != 0 {
		t.Errorf("%d series and %v when the target is asked no more, want none", n, err)
	}
}

// closed is a body that tells when it is let go of.
type closed struct {
	io.Reader
	times int
}

func (c *closed) Close() error {
	c.times++
	return nil
}

func TestTheBodyIsLetGoOfThoughNothingIsSent(t *testing.T) {
	t.Parallel()
	c := newClient(t, Options{URL: "http://inside.test"})
	body := &closed{Reader: strings.NewReader("ours")}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://elsewhere.test", body)
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.RoundTrip(r)
	wantRefused(t, "another host", err)
	if body.times != 1 {
		t.Errorf("the body was closed %d times, want once", body.times)
	}
}
