package given_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/event"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/scorecards/given"
)

// By hand: one for 30 days is told of 14 days before its end, on day 16; one for 10 days after half of
// it, on day 5; each again at its end. Nothing else is told in 40 days, though the job runs every six hours.
func TestWhatExpiresIsToldOnceBeforeAndOnceAtItsEnd(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.attest(h.checkout, "restoreDrill", ago(day), start.Add(30*day))
	h.attest(h.checkout, "incidentDrill", ago(day), start.Add(10*day))
	gone := h.attest(h.checkout, "loadShedding", given.Value{Truth: new(true)}, start.Add(20*day))
	h.attest(h.checkout, "loadTested", ago(day), start.Add(20*day))
	h.attest(h.checkout, "loadTested", ago(day), start.Add(60*day)) // in place of the one before
	ok(h.WithdrawAttestation(h.ada, h.checkout.ID, gone.ID, gone.Version, "Wrong."))(t)
	h.told.noticed()
	var got []string
	counts := map[string]int64{}
	for range 40 * 4 {
		done := ok(h.ChaseOnce(t.Context()))(t)
		for name, n := range done {
			counts[name] += n
		}
		for _, e := range h.told.take() {
			got = append(got, fmt.Sprint(int(h.clock.Now().Sub(start)/day), " ", e.Type, " ", e.Subject))
			if e.Team != h.team || e.Person != h.author || e.Service != h.checkout.ID || e.Link != "/services/checkout/facts" {
				t.Errorf("told is %+v", e)
			}
		}
		h.clock.Advance(6 * time.Hour)
	}
	want := "[5 attestation.expiring checkout/incidentDrill 10 attestation.expired checkout/incidentDrill 16 attestation.expiring checkout/restoreDrill 30 attestation.expired checkout/restoreDrill]"
	if fmt.Sprint(got) != want {
		t.Errorf("told are\n%v, want\n%s", got, want)
	}
	if counts["expiring"] != 2 || counts["expired"] != 2 || counts["failed"] != 0 {
		t.Errorf("counted are %v", counts)
	}
	if due := h.told.noticed(); len(due) != 2 {
		t.Errorf("due became %v, want checkout at each end", due)
	}
	if a := ok(h.Attestations(h.ada, given.Filter{Fact: "restoreDrill"}, page.Request{}))(t).Items[0]; h.State(a) != given.Expired || !a.Ended.At.Equal(start.Add(30*day)) {
		t.Errorf("it ended as %+v", a.Ended)
	}
}

func TestOfARetiredServiceNothingIsTold(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.attest(h.checkout, "restoreDrill", ago(day), start.Add(20*day))
	retired := ok(h.store.Registry().Service(t.Context(), h.checkout.ID))(t)
	retired.RetiredAt = new(start)
	if err := h.store.Registry().UpdateService(t.Context(), retired); err != nil {
		t.Fatal(err)
	}
	for range 30 {
		ok(h.ChaseOnce(t.Context()))(t)
		h.clock.Advance(day)
	}
	if told := h.told.take(); len(told) != 0 {
		t.Errorf("told are %v", told)
	}
}

// By hand: a fact that was pushed for an hour is known a second before, and its service is due at the hour,
// once; pushed again it lapses again. Of one that was withdrawn, one that holds on and one of a service
// that is judged already, nothing is due twice.
func TestServicesAreDueOnceWhatWasGivenHoldsNoMore(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	push := func(name string, ttl time.Duration) {
		t.Helper()
		ok(h.Push(h.ada, h.checkout.ID, given.Push{Fact: name, Value: ago(time.Hour), Source: "test", TTL: ttl}))(t)
	}
	push("restoreDrill", time.Hour)
	push("incidentDrill", 3*time.Hour)
	h.attest(h.checkout, "loadTested", ago(day), start.Add(2*time.Hour))
	h.told.noticed()
	h.told.take()
	steps := []struct {
		after           time.Duration
		due             int
		lapsed, expired int64
	}{{0, 0, 0, 0}, {time.Hour - time.Second, 0, 0, 0}, {time.Second, 1, 1, 0}, {0, 0, 0, 0}, {time.Hour, 1, 0, 1}, {0, 0, 0, 0}, {time.Hour, 1, 1, 0}, {day, 0, 0, 0}}
	for n, s := range steps {
		h.clock.Advance(s.after)
		counts := ok(h.LapseOnce(t.Context()))(t)
		if due := h.told.noticed(); len(due) != s.due || counts["lapsed"] != s.lapsed || counts["expired"] != s.expired || counts["failed"] != 0 {
			t.Errorf("step %d: counted are %v, and due %v", n, counts, due)
		}
	}
	if told := h.told.take(); len(told) != 1 || told[0].Type != event.AttestationExpired {
		t.Errorf("told are %v", told)
	}
	push("restoreDrill", time.Hour)
	h.told.noticed()
	h.clock.Advance(time.Hour)
	if counts := ok(h.LapseOnce(t.Context()))(t); counts["lapsed"] != 1 || len(h.told.noticed()) != 1 {
		t.Errorf("once it was pushed again, counted are %v", counts)
	}
}

// What nobody can be told of is told the next time.
func TestAChaseThatFailsIsRepeated(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.attest(h.checkout, "restoreDrill", ago(day), start.Add(20*day))
	h.attest(h.checkout, "incidentDrill", ago(day), start.Add(20*day))
	teller := h.Teller
	h.Teller = deaf{}
	h.clock.Advance(20 * day)
	counts, err := h.ChaseOnce(t.Context())
	if err == nil || counts["failed"] != 2 || counts["expired"] != 0 {
		t.Errorf("counted are %v: %v", counts, err)
	}
	h.Teller = teller
	if counts := ok(h.ChaseOnce(t.Context()))(t); counts["expired"] != 2 || len(h.told.take()) != 2 {
		t.Errorf("counted are %v", counts)
	}
}

type deaf struct{}

func (deaf) Tell(context.Context, ...event.Event) error { return context.DeadlineExceeded }
