package api

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"
	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/evenkeel/evenkeel/internal/fault"
)

func newRecorder() *httptest.ResponseRecorder { return httptest.NewRecorder() }

func TestARequestKeepsASaneIdentifierOrGetsOne(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for given, kept := range map[string]bool{
		"abc-123_X.y":           true,
		strings.Repeat("a", 64): true,
		strings.Repeat("a", 65): false,
		"a b":                   false,
		"a\"b":                  false,
		"é":                     false,
		"":                      false,
	} {
		got := b.do(http.MethodGet, "/v1/greeting", "", "X-Request-Id: "+given).Header().Get("X-Request-Id")
		if (got == given) != kept || !kept && len(got) != 26 {
			t.Errorf("%q: got %q", given, got)
		}
	}
}

func TestUnknownPathsAndMethodsAreProblems(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.problem(404, "route_not_found", http.MethodGet, "/nothing", "")
	b.problem(404, "route_not_found", http.MethodPost, "/v1/nothing", "{}")
	w := b.do(http.MethodDelete, widgets, "")
	b.readProblem(405, "method_not_allowed", w)
	if got := w.Header().Get("Allow"); got != "GET, HEAD, POST" {
		t.Errorf("Allow is %q", got)
	}
	w = b.do("BREW", "/v1/widgets/x", "")
	b.readProblem(405, "method_not_allowed", w)
	b.readProblem(404, "route_not_found", b.do("BREW", "/v1/nothing", ""))
	if got := w.Header().Get("Allow"); got != "GET, HEAD, PUT, DELETE" {
		t.Errorf("Allow is %q", got)
	}
}

func TestEveryReplyIsGuarded(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for _, path := range []string{"/v1/greeting", "/nothing", "/v1/widgets", "/healthz", "/openapi.json"} {
		h := b.do(http.MethodGet, path, "").Header()
		if h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Referrer-Policy") != "no-referrer" ||
			h.Get("Content-Security-Policy") != "default-src 'none'; frame-ancestors 'none'" {
			t.Errorf("%s: %v", path, h)
		}
		if want := "no-store"; path != "/openapi.json" && h.Get("Cache-Control") != want {
			t.Errorf("%s: Cache-Control is %q", path, h.Get("Cache-Control"))
		}
	}
}

func TestHEADIsAnsweredAsGET(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	s := httptest.NewServer(b)
	defer s.Close()
	r, err := http.Head(s.URL + "/v1/greeting")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	if body, _ := io.ReadAll(r.Body); r.StatusCode != 200 || len(body) != 0 || r.ContentLength != int64(len("{\"slug\":\"hello\",\"weight\":1}\n")) {
		t.Errorf("got %d, %d bytes, length %d", r.StatusCode, len(body), r.ContentLength)
	}
}

func TestRequestsAreCountedByRoute(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.do(http.MethodGet, "/v1/widgets/a", "")
	b.do(http.MethodGet, "/v1/widgets/b", "")
	b.do(http.MethodGet, "/nothing", "")
	b.do(http.MethodGet, "/healthz", "")
	for labels, want := range map[[3]string]float64{
		{"/v1/widgets/{widget}", "GET", "4xx"}: 2,
		{"unmatched", "", "4xx"}:               1,
		{"/healthz", "GET", "2xx"}:             1,
		{"/v1/widgets", "POST", "2xx"}:         0,
	} {
		if got := testutil.ToFloat64(b.metrics.requests.WithLabelValues(labels[0], labels[1], labels[2])); got != want {
			t.Errorf("%v: got %v, want %v", labels, got, want)
		}
	}
	if want := []string{"/v1/widgets/{widget} Not Found", "/v1/widgets/{widget} Not Found", "unmatched Not Found", "/healthz OK"}; !slices.Equal(b.observed, want) {
		t.Errorf("observed %q", b.observed)
	}
	text := b.do(http.MethodGet, "/metrics", "").Body.String()
	for _, want := range []string{
		`evenkeel_http_requests_total{class="4xx",method="GET",route="/v1/widgets/{widget}"} 2`,
		`evenkeel_http_request_duration_seconds_count{method="GET",route="/v1/widgets/{widget}"} 2`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("/metrics lacks %s", want)
		}
	}
}

// Who has the link of a question answers as whom it was sent to, without signing in.
func TestALinkThatAnswersIsNotInTheLog(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.do(http.MethodGet, "/toil/01J.01K.2026-W48.secret?answered", "")
	if log := b.log.String(); strings.Contains(log, "secret") || strings.Contains(log, "01J") || !strings.Contains(log, `"path":"/toil/…"`) {
		t.Errorf("the log has %s", log)
	}
}

func TestARequestIsLoggedOnce(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.do(http.MethodGet, "/v1/widgets/x?", "", "X-Request-Id: req-1")
	var line map[string]any
	if err := json.Unmarshal(b.log.Bytes(), &line); err != nil {
		t.Fatalf("the log is not one line: %s", b.log)
	}
	for key, want := range map[string]any{"msg": "request", "request_id": "req-1", "method": "GET", "route": "/v1/widgets/{widget}", "path": "/v1/widgets/x", "status": 404.0, "caller": "person:ada"} {
		if line[key] != want {
			t.Errorf("%s is %v, want %v", key, line[key], want)
		}
	}
}

func TestAHalfSentReplyIsCut(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.Handle(http.MethodGet, "/half", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		_, _ = w.Write([]byte("half"))
		_ = http.NewResponseController(w).Flush()
		panic("broke")
	}))
	s := httptest.NewServer(b)
	r, err := http.Get(s.URL + "/half")
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(r.Body)
	r.Body.Close()
	s.Close() // waits for the handler, so the log is whole
	if err == nil {
		t.Errorf("%q was taken for the whole", body)
	}
	if n := strings.Count(b.log.String(), "panic while serving"); n != 1 {
		t.Errorf("logged %d times", n)
	}
}

func TestHealthAndReadiness(t *testing.T) {
	t.Parallel()
	var notReady error
	b := newBench(t, func(c *Config) { c.Ready = func(ctx context.Context) error { return notReady } })
	for _, path := range []string{"/healthz", "/readyz"} {
		if w := b.do(http.MethodGet, path, "", "Authorization: "); w.Code != 200 || w.Body.String() != "{\"status\":\"ok\"}\n" {
			t.Errorf("%s: got %d %s", path, w.Code, w.Body)
		}
	}
	notReady = errSecret
	if p := b.problem(503, "not_ready", http.MethodGet, "/readyz", ""); strings.Contains(p.Detail, "hunter2") {
		t.Errorf("it tells %q", p.Detail)
	}
	notReady = nil
	b.Drain()
	b.problem(503, "draining", http.MethodGet, "/readyz", "")
	if w := b.do(http.MethodGet, "/healthz", ""); w.Code != 200 {
		t.Errorf("draining is not dying: got %d", w.Code)
	}
}

func TestRequestsAreTracedUnderTheirRoute(t *testing.T) {
	t.Parallel()
	spans := tracetest.NewSpanRecorder()
	b := newBench(t, func(c *Config) { c.TracerProvider = trace.NewTracerProvider(trace.WithSpanProcessor(spans)) })
	b.problem(404, "widget_not_found", http.MethodGet, "/v1/widgets/x", "", "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "X-Forwarded-For: 203.0.113.66")
	ended := spans.Ended()
	if len(ended) != 1 || ended[0].Name() != "GET /v1/widgets/{widget}" || ended[0].SpanContext().TraceID().String() != "0af7651916cd43dd8448eb211c80319c" {
		t.Fatalf("got %v", ended)
	}
	attributes := fmt.Sprint(ended[0].Attributes())
	for _, want := range []string{"http.route", "getWidget", "404"} {
		if !strings.Contains(attributes, want) {
			t.Errorf("%s lacks %s", attributes, want)
		}
	}
	if strings.Contains(attributes, "203.0.113.66") { // which anybody can send
		t.Errorf("%s believes who called", attributes)
	}
}

func TestASpanNamesTheSocketWhereThereIsNoAddress(t *testing.T) {
	t.Parallel()
	spans := tracetest.NewSpanRecorder()
	b := newBench(t, func(c *Config) { c.TracerProvider = trace.NewTracerProvider(trace.WithSpanProcessor(spans)) })
	for peer, want := range map[string]string{"@": "@", "198.51.100.1:4711": "198.51.100.1"} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/healthz", nil)
		r.RemoteAddr = peer
		r.Header.Set("X-Forwarded-For", "203.0.113.66") // which anybody can send
		b.ServeHTTP(httptest.NewRecorder(), r)
		ended := spans.Ended()
		got := ""
		for _, a := range ended[len(ended)-1].Attributes() {
			if a.Key == "client.address" {
				got = a.Value.AsString()
			}
		}
		if got != want {
			t.Errorf("of %q the client's address is %q, want %q", peer, got, want)
		}
	}
}

func TestAServerDoesNotWaitForSlowHeads(t *testing.T) {
	t.Parallel()
	s := Server(newBench(t), "127.0.0.1:0", nil)
	if s.ReadHeaderTimeout != 5*time.Second || s.IdleTimeout == 0 || s.WriteTimeout == 0 || s.MaxHeaderBytes != 64<<10 {
		t.Errorf("got %+v", s)
	}
	s.ReadHeaderTimeout = 50 * time.Millisecond // the same, sooner
	l, err := Listen("127.0.0.1:0", 8)
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = s.Serve(l) }()
	defer s.Close()
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	fmt.Fprint(c, "GET / HTTP/1.1\r\nHost: x\r\nX-Half:")
	_ = c.SetReadDeadline(time.Now().Add(10 * time.Second))
	// Closed with a part of the head unread, a connection may be reset.
	if _, err := io.ReadAll(c); err != nil && !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("the server still waits: %v", err)
	}
}

func TestASlowHandlerOutlivesTheTimeForItsBody(t *testing.T) {
	t.Parallel()
	// A deadline left on the connection would be taken for the client's going away.
	const limit = 50 * time.Millisecond
	b := newBench(t, func(c *Config) { c.BodyTimeout = limit })
	register(b.API, operation{id: "waitLong", method: http.MethodPost, path: "/v1/wait", tag: "Teams", summary: "Wait", public: true},
		func(ctx context.Context, _ *struct{ Body Gadget }) (*reply[Gadget], error) {
			select {
			case <-ctx.Done():
				return nil, ctx.Err()
			case <-time.After(5 * limit):
				return current(1, Gadget{}), nil
			}
		})
	s := httptest.NewServer(b)
	defer s.Close()
	for range 2 { // on one connection
		r, err := http.Post(s.URL+"/v1/wait", "application/json", strings.NewReader(`{"slug":"abc"}`))
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, r.Body)
		if r.Body.Close(); r.StatusCode != 200 {
			t.Errorf("got %d", r.StatusCode)
		}
	}
}

// A database that takes a statement and never answers, for example.
func TestARequestThatTakesTooLongIsGivenUp(t *testing.T) {
	t.Parallel()
	b := newBench(t, func(c *Config) { c.RequestTimeout = 50 * time.Millisecond })
	register(b.API, operation{id: "waitLong", method: http.MethodGet, path: "/v1/wait", tag: "Teams", summary: "Wait", public: true},
		func(ctx context.Context, _ *struct{}) (*reply[Gadget], error) {
			<-ctx.Done()
			return nil, fmt.Errorf("read a gadget: %w", ctx.Err())
		})
	w := b.do(http.MethodGet, "/v1/wait", "")
	b.readProblem(http.StatusServiceUnavailable, "timeout", w)
	if w.Header().Get("Retry-After") != "5" {
		t.Errorf("it says to try again after %q seconds", w.Header().Get("Retry-After"))
	}
}

func TestAnInstanceThatDrainsKeepsNoConnection(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	s := httptest.NewServer(b)
	defer s.Close()
	for _, drains := range []bool{false, true} {
		if drains {
			b.Drain()
		}
		r, err := http.Get(s.URL + "/healthz")
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, r.Body)
		if r.Body.Close(); r.Close != drains {
			t.Errorf("draining %t: the connection is closed: %t", drains, r.Close)
		}
	}
}

func TestABodyThatDoesNotComeIsGivenUp(t *testing.T) {
	t.Parallel()
	b := newBench(t, func(c *Config) { c.BodyTimeout = 50 * time.Millisecond })
	s := httptest.NewServer(b)
	defer s.Close()
	c, err := net.Dial("tcp", s.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	fmt.Fprint(c, "POST /v1/widgets HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer admin\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{")
	_ = c.SetReadDeadline(time.Now().Add(10 * time.Second))
	r, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	if r.StatusCode != http.StatusRequestTimeout {
		t.Errorf("got %d", r.StatusCode)
	}
}

// Nobody reads these bodies but net/http, which waits for them before it answers.
func TestABodyThatNobodyReadsHoldsNobodyUp(t *testing.T) {
	t.Parallel()
	b := newBench(t, func(c *Config) { c.BodyTimeout = 50 * time.Millisecond })
	b.Handle(http.MethodPost, "/page", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }))
	s := httptest.NewServer(b)
	t.Cleanup(s.Close)
	for head, want := range map[string]int{
		"POST /v1/widgets HTTP/1.1\r\nContent-Type: application/json": http.StatusUnauthorized,
		"GET /healthz HTTP/1.1":  http.StatusOK,
		"POST /page HTTP/1.1":    http.StatusNoContent,
		"POST /nothing HTTP/1.1": http.StatusNotFound,
		"DELETE /v1/widgets/x HTTP/1.1\r\nAuthorization: Bearer admin": http.StatusPreconditionRequired,
	} {
		t.Run(head, func(t *testing.T) {
			t.Parallel()
			c, err := net.Dial("tcp", s.Listener.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			fmt.Fprint(c, head+"\r\nHost: x\r\nContent-Length: 1000\r\n\r\n")
			_ = c.SetReadDeadline(time.Now().Add(20 * time.Second))
			r, err := http.ReadResponse(bufio.NewReader(c), nil)
			if err != nil {
				t.Fatal(err)
			}
			defer r.Body.Close()
			if r.StatusCode != want {
				t.Errorf("got %d, want %d", r.StatusCode, want)
			}
		})
	}
}

func TestWhySomethingIsUnavailableIsInTheLogAndNowhereElse(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	gone := fault.New(fault.Unavailable, "database_unavailable", "the database cannot be reached")
	gone.Err = errSecret
	b.failing = gone
	p := b.problem(503, "database_unavailable", http.MethodGet, "/v1/failing/a/widgets/b", "")
	if strings.Contains(p.Detail, "hunter2") {
		t.Errorf("the cause is told: %s", p.Detail)
	}
	if log := b.log.String(); !strings.Contains(log, errSecret.Error()) || !strings.Contains(log, p.RequestID) {
		t.Errorf("the log does not hold the cause: %s", log)
	}
}

func TestConnectionsAreCapped(t *testing.T) {
	t.Parallel()
	l, err := Listen("127.0.0.1:0", 1)
	if err != nil {
		t.Fatal(err)
	}
	s := Server(newBench(t), "", nil)
	go func() { _ = s.Serve(l) }()
	defer s.Close()
	dial := func() net.Conn {
		c, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprint(c, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
		return c
	}
	answered := func(c net.Conn, within time.Duration) bool {
		_ = c.SetReadDeadline(time.Now().Add(within))
		_, err := c.Read(make([]byte, 1))
		return err == nil
	}
	first := dial()
	if !answered(first, 10*time.Second) {
		t.Fatal("the first connection is not served")
	}
	second := dial()
	defer second.Close()
	if answered(second, 50*time.Millisecond) {
		t.Error("a connection beyond the cap is served")
	}
	first.Close()
	if !answered(second, 10*time.Second) {
		t.Error("a connection is not served when there is room again")
	}
}

func TestABrowserGetsAPageWhereThereIsNothingAndAProgramAProblem(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.NotFoundPage(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusNotFound)
	}))
	for _, c := range []struct{ path, accept, want string }{
		{"/nothing", "text/html,*/*;q=0.8", "text/html"},
		{"/nothing", "*/*", "application/problem+json"},
		{"/v1/nothing", "text/html", "application/problem+json"},
	} {
		r := httptest.NewRequest(http.MethodGet, c.path, nil)
		r.Header.Set("Accept", c.accept)
		w := httptest.NewRecorder()
		b.ServeHTTP(w, r)
		if w.Code != http.StatusNotFound || w.Header().Get("Content-Type") != c.want {
			t.Errorf("%s for %s: %d %s, want %s", c.path, c.accept, w.Code, w.Header().Get("Content-Type"), c.want)
		}
	}
}
