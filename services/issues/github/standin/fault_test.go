package standin_test

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-github/v60/github"

	"github.com/evenkeel/evenkeel/services/issues/github/standin"
)

// faulty is a world in which the first creation of an issue meets a fault.
func faulty(t *testing.T, fault standin.Fault) (*world, *standin.Script) {
	t.Helper()
	script := standin.NewScript(standin.Step{Operation: "issues/create", Fault: fault})
	return build(t, standin.Options{Plan: script}), script
}

func (w *world) create() (*github.Issue, *github.Response, error) {
	return w.client.Issues.Create(w.t.Context(), "acme", "api", &github.IssueRequest{Title: ptr("x")})
}

// What each fault is to a caller, and what it leaves behind, follows from what it is
// called; the types of errors are go-github's.
func TestEachFaultOfAWrite(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		kind   standin.Kind
		status int // 0 when there is no reply
		says   string
		issues int
		is     func(error) bool
	}{
		{standin.Cut, 0, "EOF", 0, isNoReply},
		{standin.LostReply, 0, "EOF", 1, isNoReply},
		{standin.BadGateway, 502, "502", 0, isErrorResponse},
		{standin.BadGatewayAfter, 502, "502", 1, isErrorResponse},
		{standin.NotFound, 404, "Not Found", 0, isErrorResponse},
		{standin.Gone, 410, "deleted", 0, isErrorResponse},
		{standin.SecondaryRetryAfter, 403, "secondary", 0, isAbuse(ptr(30 * time.Second))},
		{standin.SecondaryReset, 403, "secondary", 0, isRateLimit},
		{standin.SecondarySilent, 403, "secondary", 0, isAbuse(nil)},
		{standin.TooManyRequests, 429, "secondary", 0, isErrorResponse},
		{standin.PrimaryExhausted, 403, "API rate limit exceeded", 0, isRateLimit},
	} {
		t.Run(string(c.kind), func(t *testing.T) {
			t.Parallel()
			w, script := faulty(t, standin.Fault{Kind: c.kind, Wait: 30 * time.Second})
			_, response, err := w.create()
			status := 0
			if response != nil {
				status = response.StatusCode
			}
			if status != c.status || !strings.Contains(errText(err), c.says) || !c.is(err) {
				t.Errorf("the caller sees %d, %T: %v; want %d and %q", status, err, err, c.status, c.says)
			}
			if got := len(w.Issues("acme/api")); got != c.issues {
				t.Errorf("%d issues, want %d", got, c.issues)
			}
			if got := w.Requests()[0].Fault; got != c.kind || len(script.Left()) > 0 {
				t.Errorf("the request is noted with the fault %q, and left are %v", got, script.Left())
			}
		})
	}
}

func isNoReply(err error) bool { var e *github.ErrorResponse; return err != nil && !errors.As(err, &e) }

func isErrorResponse(err error) bool { var e *github.ErrorResponse; return errors.As(err, &e) }

func isRateLimit(err error) bool { var e *github.RateLimitError; return errors.As(err, &e) }

func isAbuse(want *time.Duration) func(error) bool {
	return func(err error) bool {
		var e *github.AbuseRateLimitError
		return errors.As(err, &e) && (want == nil) == (e.RetryAfter == nil) && (want == nil || *want == *e.RetryAfter)
	}
}

func TestA502IsAPageAndNotJSON(t *testing.T) {
	t.Parallel()
	w, _ := faulty(t, standin.Fault{Kind: standin.BadGateway})
	_, response, _ := w.create()
	if got := response.Header.Get("Content-Type"); !strings.HasPrefix(got, "text/html") {
		t.Errorf("its type is %q", got)
	}
}

func TestARedirectByFaultLeadsToTheSame(t *testing.T) {
	t.Parallel()
	for kind, want := range map[standin.Kind]struct {
		closed   bool
		requests []string
	}{
		standin.Permanently: {false, []string{"PATCH", "GET"}},  // net/http: what follows a 301 is a GET
		standin.Temporarily: {true, []string{"PATCH", "PATCH"}}, // and a 307 keeps method and body
	} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			w := build(t, standin.Options{Plan: standin.NewScript(standin.Step{Operation: "issues/update", Fault: standin.Fault{Kind: kind}})})
			w.mustCreate("x")
			_, _, err := w.client.Issues.Edit(t.Context(), "acme", "api", 1, &github.IssueRequest{State: ptr("closed")})
			if err != nil {
				t.Error(err)
			}
			if got := w.Issue("acme/api", 1).State == "closed"; got != want.closed {
				t.Errorf("closed: %t, want %t", got, want.closed)
			}
			var methods []string
			for _, r := range w.Requests()[1:] {
				methods = append(methods, r.Method)
			}
			if !slices.Equal(methods, want.requests) {
				t.Errorf("requests: %v, want %v", methods, want.requests)
			}
		})
	}
}

func TestAStaleETagHidesAChange(t *testing.T) {
	t.Parallel()
	w := build(t, standin.Options{Plan: standin.NewScript(standin.Step{Operation: "issues/get", Fault: standin.Fault{Kind: standin.StaleETag}})})
	w.mustCreate("x")
	get := func(etag string) *github.Response {
		request, err := w.client.NewRequest("GET", "repos/acme/api/issues/1", nil)
		if err != nil {
			t.Fatal(err)
		}
		if etag != "" {
			request.Header.Set("If-None-Match", etag)
		}
		response, _ := w.client.Do(t.Context(), request, nil) // go-github makes an error of 304
		return response
	}
	first := get("")
	w.Person("adam").Close("acme/api", 1, "completed")
	if got := get(first.Header.Get("ETag")).StatusCode; got != http.StatusNotModified {
		t.Errorf("the stale one: %d", got)
	}
	if got := get(first.Header.Get("ETag")).StatusCode; got != http.StatusOK {
		t.Errorf("the next: %d", got)
	}
}

func TestASlowReplyWaitsForItsGateAfterTheEffect(t *testing.T) {
	t.Parallel()
	gate, held := make(chan struct{}), make(chan struct{})
	w, _ := faulty(t, standin.Fault{Kind: standin.Slow, Gate: gate, Held: held})
	done := make(chan error)
	go func() {
		_, _, err := w.create()
		done <- err
	}()
	awaitHeld(t, held, done)
	if got := len(w.Issues("acme/api")); got != 1 {
		t.Errorf("%d issues while the reply waits, want 1", got)
	}
	// Another caller is not held up.
	must[*github.Issue](t)(w.client.Issues.Get(t.Context(), "acme", "api", 1))
	select {
	case err := <-done:
		t.Fatalf("the reply did not wait: %v", err)
	default:
	}
	close(gate)
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestASlowReplyTakesTimeOfTheClock(t *testing.T) {
	t.Parallel()
	w, _ := faulty(t, standin.Fault{Kind: standin.Slow, Delay: 40 * time.Second})
	must[*github.Issue](t)(w.create())
	if got := w.clock.Now().Sub(start); got != 40*time.Second {
		t.Errorf("it took %s", got)
	}
}

func TestAScriptWaitsForItsRequests(t *testing.T) {
	t.Parallel()
	script := standin.NewScript(
		standin.Step{Operation: "issues/create", Skip: 1, Times: 2, Fault: standin.Fault{Kind: standin.BadGateway}},
		standin.Step{Operation: "issues/get", Fault: standin.Fault{Kind: standin.StaleETag}}, // which no request here can have
	)
	w := build(t, standin.Options{Plan: script})
	var statuses []int
	for range 4 {
		_, response, _ := w.create()
		statuses = append(statuses, response.StatusCode)
		must[*github.Issue](t)(w.client.Issues.Get(t.Context(), "acme", "api", 1))
	}
	if want := []int{201, 502, 502, 201}; !slices.Equal(statuses, want) {
		t.Errorf("%v, want %v", statuses, want)
	}
	if left := script.Left(); len(left) != 1 || left[0].Operation != "issues/get" {
		t.Errorf("left: %v", left)
	}
}

func TestRandomFaultsAreTheSameForTheSameSeed(t *testing.T) {
	t.Parallel()
	odds := map[standin.Kind]float64{}
	for _, kind := range standin.Kinds() {
		odds[kind] = 0.05 // 15 kinds: three requests of four
	}
	run := func(seed uint64) (kinds []standin.Kind) {
		w := build(t, standin.Options{Plan: standin.Random(seed, odds)})
		for range 60 {
			_, _, _ = w.create() // what becomes of it is the plan's
			w.clock.Advance(10 * time.Minute)
		}
		for _, r := range w.Requests() {
			kinds = append(kinds, r.Fault)
		}
		return kinds
	}
	first, again, other := run(1), run(1), run(2)
	if !slices.Equal(first, again) {
		t.Errorf("the same seed: %v and %v", first, again)
	}
	if slices.Equal(first, other) {
		t.Error("another seed gives the same faults")
	}
	seen := map[standin.Kind]bool{}
	for _, kind := range append(first, other...) {
		seen[kind] = true
	}
	if len(seen) < 10 {
		t.Errorf("in 120 requests and more there were only %v", seen)
	}
}
