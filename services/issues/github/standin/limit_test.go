package standin_test

import (
	"errors"
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-github/v60/github"

	"github.com/evenkeel/evenkeel/services/issues/github/standin"
)

// The figures are GitHub's, from "Rate limits for the REST API".
func TestEightyCreationsAMinuteAreAllowed(t *testing.T) {
	t.Parallel()
	w := build(t, standin.Options{})
	for n := range 80 {
		if _, _, err := w.create(); err != nil {
			t.Fatalf("creation %d: %v", n+1, err)
		}
		w.clock.Advance(500 * time.Millisecond)
	}
	_, response, err := w.create()
	var limited *github.AbuseRateLimitError
	if !errors.As(err, &limited) || response.Header.Get("Retry-After") != "20" { // the first was 40 s ago
		t.Fatalf("creation 81: %v, Retry-After %q", err, response.Header.Get("Retry-After"))
	}
	w.clock.Advance(20 * time.Second)
	w.client = w.as(w.Token("wanda")) // go-github waits by the machine's clock
	must[*github.Issue](t)(w.create())
}

func TestFiveHundredCreationsAnHourAreAllowed(t *testing.T) {
	t.Parallel()
	w := build(t, standin.Options{})
	for n := range 500 {
		if _, _, err := w.create(); err != nil {
			t.Fatalf("creation %d: %v", n+1, err)
		}
		w.clock.Advance(time.Second)
	}
	if _, response, err := w.create(); err == nil || response.Header.Get("Retry-After") != strconv.Itoa(3600-500) {
		t.Errorf("creation 501: %v, Retry-After %q", err, response.Header.Get("Retry-After"))
	}
	// Reads go on when the time is over that was told.
	w.clock.Advance(3100 * time.Second)
	w.client = w.as(w.Token("wanda"))
	must[*github.Issue](t)(w.client.Issues.Get(t.Context(), "acme", "api", 1))
}

func TestNineHundredPointsAMinuteAreAllowed(t *testing.T) {
	t.Parallel()
	w := build(t, standin.Options{})
	w.Person("adam").Open("acme/api", "x", "")
	edit := func(state string) (*github.Response, error) {
		_, response, err := w.client.Issues.Edit(t.Context(), "acme", "api", 1, &github.IssueRequest{State: &state})
		return response, err
	}
	for n := range 180 { // a write costs five
		if _, err := edit([]string{"closed", "open"}[n%2]); err != nil {
			t.Fatalf("write %d: %v", n+1, err)
		}
	}
	if response, err := edit("closed"); err == nil || response.Header.Get("Retry-After") != "60" {
		t.Errorf("write 181: %v, Retry-After %q", err, response.Header.Get("Retry-After"))
	}
	// Another caller has points of its own.
	must[*github.Issue](t)(w.as(w.Token("adam")).Issues.Get(t.Context(), "acme", "api", 1))
}

func TestThePrimaryLimitIsCountedAndReset(t *testing.T) {
	t.Parallel()
	w := build(t, standin.Options{Limits: standin.Limits{Hour: 3, Nobody: 1, Points: 900, ContentMinute: 80, ContentHour: 500, Concurrent: 100}})
	for left := 2; left >= 0; left-- {
		_, response, err := w.client.Repositories.Get(t.Context(), "acme", "api")
		if err != nil || response.Rate.Limit != 3 || response.Rate.Remaining != left || !response.Rate.Reset.Equal(github.Timestamp{Time: start.Add(time.Hour)}) {
			t.Errorf("%v, %v, want %d left until %s", err, response.Rate, left, start.Add(time.Hour))
		}
	}
	limits := must[*github.RateLimits](t)(w.as(w.Token("wanda")).RateLimit.Get(t.Context())) // which is free
	if limits.GetCore().Remaining != 0 || limits.GetCore().Limit != 3 {
		t.Errorf("the limits are %v", limits.GetCore())
	}
	_, _, err := w.as(w.Token("wanda")).Repositories.Get(t.Context(), "acme", "api")
	var limited *github.RateLimitError
	if !errors.As(err, &limited) || !limited.Rate.Reset.Equal(github.Timestamp{Time: start.Add(time.Hour)}) {
		t.Errorf("the fourth: %v", err)
	}
	w.clock.Advance(time.Hour)
	if _, response, err := w.as(w.Token("wanda")).Repositories.Get(t.Context(), "acme", "api"); err != nil || response.Rate.Remaining != 2 {
		t.Errorf("an hour later: %v, %v", err, response.Rate)
	}
}

func TestARequestBeforeItsDeadlineIsSeen(t *testing.T) {
	t.Parallel()
	for kind, wait := range map[standin.Kind]time.Duration{
		standin.SecondaryRetryAfter: 30 * time.Second,
		standin.SecondaryReset:      30 * time.Second,
		standin.TooManyRequests:     30 * time.Second,
		standin.PrimaryExhausted:    30 * time.Second,
		standin.SecondarySilent:     time.Minute, // "wait for at least one minute"
	} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			w, _ := faulty(t, standin.Fault{Kind: kind, Wait: 30 * time.Second})
			_, _, _ = w.create() // which is limited
			again := func() *github.Response {
				_, response, _ := w.as(w.Token("wanda")).Issues.Create(t.Context(), "acme", "api", &github.IssueRequest{Title: ptr("x")})
				return response
			}
			w.clock.Advance(wait - time.Second)
			if got := again().StatusCode; got != http.StatusForbidden && got != http.StatusTooManyRequests {
				t.Errorf("a second too early: %d", got)
			}
			early := w.Early()
			if len(early) != 1 || early[0].Early != time.Second || early[0].Operation != "issues/create" || early[0].Caller != "wanda" {
				t.Errorf("too early were %+v", early)
			}
			if w.clock.Advance(time.Second); kind == standin.SecondarySilent {
				w.clock.Advance(wait - time.Second) // it was told again that it is limited, and not for how long
			}
			if got := again().StatusCode; got != http.StatusCreated || len(w.Early()) != 1 {
				t.Errorf("in time: %d, too early were %+v", got, w.Early())
			}
		})
	}
}

func TestWritesThatComeTooSoonAreSeen(t *testing.T) {
	t.Parallel()
	gate, held := make(chan struct{}), make(chan struct{})
	w, _ := faulty(t, standin.Fault{Kind: standin.Slow, Gate: gate, Held: held})
	done := make(chan error)
	go func() {
		_, _, err := w.create()
		done <- err
	}()
	awaitHeld(t, held, done)
	w.clock.Advance(time.Minute)
	must[*github.Issue](t)(w.create()) // while the first is under way
	close(gate)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	w.clock.Advance(time.Second)
	must[*github.Issue](t)(w.create())
	w.clock.Advance(999 * time.Millisecond)
	must[*github.Issue](t)(w.create()) // too soon
	var seen []time.Duration
	for _, r := range w.Hurried(time.Second) {
		seen = append(seen, r.At.Sub(start))
	}
	if len(seen) != 2 || seen[0] != time.Minute || seen[1] != 61*time.Second+999*time.Millisecond {
		t.Errorf("too soon were those at %v", seen)
	}
}

func TestAHundredRequestsAtOnceAreAllowed(t *testing.T) {
	t.Parallel()
	gate, held := make(chan struct{}), make(chan struct{})
	script := standin.NewScript(standin.Step{Operation: "repos/get", Times: 100, Fault: standin.Fault{Kind: standin.Slow, Gate: gate, Held: held}})
	w := build(t, standin.Options{Plan: script})
	done := make(chan error)
	for range 100 {
		go func() {
			_, _, err := w.client.Repositories.Get(t.Context(), "acme", "api")
			done <- err
		}()
	}
	for range 100 {
		awaitHeld(t, held, done)
	}
	if _, response, err := w.as(w.Token("wanda")).Users.Get(t.Context(), "wanda"); err == nil || response.StatusCode != http.StatusForbidden {
		t.Errorf("the hundred and first: %v", err)
	}
	close(gate)
	for range 100 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}
