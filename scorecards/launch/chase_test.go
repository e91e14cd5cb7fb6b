package launch_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/event"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/scorecards/launch"
)

// toldOver runs the job every six hours, twice each time, for so many days, and returns what is told on
// which day, and to which team.
func (h *house) toldOver(t *testing.T, days int) string {
	t.Helper()
	teams := map[string]string{string(h.payments): "payments", string(h.pl): "platform"}
	var got []string
	begin := h.clock.Now()
	for range 4*days + 1 {
		ok(h.ChaseOnce(t.Context()))(t)
		again := len(h.told.events)
		if counts := ok(h.ChaseOnce(t.Context()))(t); len(h.told.events) != again || counts["expiring"]+counts["expired"]+counts["overdue"] != 0 {
			t.Errorf("a repeat told %v", counts)
		}
		for _, e := range h.told.events {
			got = append(got, fmt.Sprint(int(h.clock.Now().Sub(begin)/day), " ", strings.TrimPrefix(string(e.Type), "launch_review."), " ", teams[string(e.Team)]))
			if want := map[string]string{"payments": string(h.adasID), "platform": string(h.bobsID)}[teams[string(e.Team)]]; string(e.Person) != want || e.Service != h.checkout.ID {
				t.Errorf("told is %+v", e)
			}
			if k, known := event.KindOf(e.Type); !known || k.Urgency == event.Interrupt {
				t.Errorf("%s interrupts somebody, or is not known", e.Type)
			}
		}
		h.told.events = nil
		h.clock.Advance(6 * time.Hour)
	}
	return strings.Join(got, ", ")
}

// By hand, from noon on: of a condition that is due in 3 days, the day is over after three and a half. One
// that is due on the last day is not over when the sign-off ends, at noon, and is told of with that. One
// for 40 days is told of 14 days before its end, on day 26, and at its end.
func TestASignOffIsToldOfOnceBeforeAndAtItsEndAndItsConditionsWhenTheyAreOverdue(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.signed(t, 40, 3, 3, 40)
	h.told.events = nil
	want := "3 condition_overdue payments, 3 condition_overdue platform, 26 expiring payments, 40 expired payments"
	if got := h.toldOver(t, 45); got != want {
		t.Errorf("told are\n%s, want\n%s", got, want)
	}
}

// Of 10 days half are left on day 5. A condition that is done is told of no more.
func TestOfWhatIsDoneNothingIsTold(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.signed(t, 10, 3)
	ok(h.Meet(h.ada, r.ID, 1, r.Version, "There."))(t)
	h.told.events = nil
	if got, want := h.toldOver(t, 12), "5 expiring payments, 10 expired payments"; got != want {
		t.Errorf("told are\n%s, want\n%s", got, want)
	}
}

func TestWhatAJobMissedIsToldOnceAndNotWhatIsOverSince(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.signed(t, 40, 3, 20)
	h.told.events = nil
	h.clock.Advance(39 * day)
	counts := ok(h.ChaseOnce(t.Context()))(t)
	if got := fmt.Sprint(counts); got != "map[expired:0 expiring:1 failed:0 overdue:1]" {
		t.Errorf("after 39 days it counts %s", got)
	}
	first := h.told.events[0]
	if len(h.told.events) != 3 || first.Title != "2 conditions on which the launch of checkout was signed off are overdue" || !strings.HasPrefix(first.Text, "Was to be done by 2026-11-30: Number 1.\nWas to be done by 2026-12-17: Number 2.\n") || h.told.events[0].Key == h.told.events[1].Key {
		t.Errorf("told are %+v", h.told.events)
	}
	h.told.events = nil
	h.signed(t, 40)
	h.told.events = nil
	h.clock.Advance(50 * day)
	if got := h.toldOver(t, 0); got != "0 expired payments" {
		t.Errorf("of two that are over for long is told %s", got)
	}
}

// The sign-off that takes its place, a rejection in between or not, is the one that is told of.
func TestOfASignOffInWhosePlaceAnotherHoldsNothingIsTold(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.signed(t, 20, 5)
	rejected := h.asked(t)
	ok(h.Reject(h.bob, rejected.ID, rejected.Version, "No."))(t)
	h.clock.Advance(2 * day)
	h.signed(t, 60)
	h.told.events = nil
	if got, want := h.toldOver(t, 62), "46 expiring payments, 60 expired payments"; got != want {
		t.Errorf("told are\n%s, want\n%s", got, want)
	}
}

func TestOfARetiredServiceNoSignOffIsTold(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.signed(t, 20, 3)
	ok(h.registry.Retire(h.root, "checkout", h.checkout.Version, "over"))(t)
	h.told.events = nil
	if got := h.toldOver(t, 25); got != "" {
		t.Errorf("told are %s", got)
	}
	if r := ok(h.Get(h.ada, r.ID))(t); r.State(h.clock.Now()) != launch.Expired || r.TellAt != nil {
		t.Errorf("it is %+v", r)
	}
}

// Who keeps a scorecard of the platform has no team: its events are administrators', and name no service.
func TestConditionsOfThePlatformAreToldToAdministrators(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	own := draft("own")
	own.Owner = ""
	ok(h.cards.Create(h.root, own))(t)
	r := ok(h.Ask(h.ada, launch.Request{Service: "checkout", Scorecard: "own", Level: "Bronze", PlannedOn: h.on(0)}))(t)
	_, err := h.SignOff(h.bob, r.ID, r.Version, launch.SignOff{Reason: "a", Until: start.Add(day)})
	if !fault.Is(err, fault.Forbidden) {
		t.Errorf("somebody who administers nothing signs off: %v", err)
	}
	admin, admins := h.person(t, "root")
	admin = administering(admin, admins)
	ok(h.SignOff(admin, r.ID, r.Version, launch.SignOff{Reason: "a", Until: start.AddDate(0, 0, 90), Conditions: []launch.Condition{{Text: "b", DueOn: h.on(0)}}}))(t)
	h.told.events = nil
	h.clock.Advance(day)
	ok(h.ChaseOnce(t.Context()))(t)
	if len(h.told.events) != 2 || h.told.events[0].Team != h.payments || h.told.events[1].Team != "" || h.told.events[1].Service != "" || h.told.events[1].Person != admins {
		t.Errorf("told are %+v", h.told.events)
	}
}
