package notify_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/event"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/notify"
	"github.com/evenkeel/evenkeel/services/notify/carry"
)

// of is an event of that type and matter of the payments.
func (h *house) of(kind event.Type, matter string, over bool) event.Event {
	e := h.opened(matter)
	e.Type, e.Key, e.Over = kind, matter, over
	return e
}

func TestAnEventGoesToTheFirstTargetThatTakesIt(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := newReceiver(t, nil)
	of := func(team string, rank int, least event.Urgency, types ...event.Type) func(*notify.TargetInput) {
		return func(in *notify.TargetInput) { in.Team, in.Rank, in.Least, in.Types = team, rank, least, types }
	}
	h.hook("late", v.URL+"/late", of("payments", 9, ""))
	h.hook("loud", v.URL+"/loud", of("payments", 1, event.Interrupt))
	h.hook("narrow", v.URL+"/narrow", of("payments", 2, "", event.Escalated))
	h.hook("off", v.URL+"/off", of("payments", 0, ""), func(in *notify.TargetInput) { in.Enabled = false })
	h.hook("above", v.URL+"/above", of("shop", 0, event.Soon))
	platform := h.hook("platform", v.URL+"/platform", of("", 0, event.Soon))
	events := []event.Event{h.of(event.FreezeBegan, "a", false), h.of(event.Escalated, "b", false), h.of(event.ViolationOpened, "c", false)}
	shop := h.of(event.ViolationOpened, "d", false)
	shop.Team = h.shop.ID
	ours := h.of(event.ViolationOpened, "e", false)
	ours.Team = ""
	gone := h.of(event.ViolationOpened, "f", false)
	gone.Team = id.New(h.clock.Now())
	h.tell(append(events, shop, ours, gone)...)
	h.run()
	went := map[string]string{}
	for _, r := range v.requests() {
		for _, matter := range []string{"a", "b", "c", "d", "e", "f"} {
			if strings.Contains(string(r.body), fmt.Sprintf(`"matter":%q`, matter)) {
				went[matter] += r.path
			}
		}
	}
	if want := "map[a:/loud b:/narrow c:/late d:/above e:/platform f:/platform]"; fmt.Sprint(went) != want {
		t.Errorf("they went %v, want %s", went, want)
	}

	// Where nobody takes it, that is seen.
	ok(0, h.RemoveTarget(h.root, platform.ID, 1))(t)
	h.tell(func() event.Event { e := h.of(event.ViolationOpened, "g", false); e.Team = ""; return e }())
	h.run()
	if e := h.told("g")[0]; e.Outcome != notify.ToNobody {
		t.Errorf("went %s", e.Outcome)
	}
	// What is weekly waits for the digest.
	h.tell(h.of(event.PolicyRevisitDue, "i", false))
	h.run()
	if e := h.told("i")[0]; e.Outcome != notify.InDigest {
		t.Errorf("went %s", e.Outcome)
	}
}

// An end goes where the beginning went, though targets are others now; an end of what was
// told nobody is told nobody.
func TestAnEndGoesWhereTheMatterBegan(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := newReceiver(t, nil)
	h.tell(h.of(event.ViolationOpened, "unheard", false))
	h.run()
	first := h.hook("first", v.URL+"/first", func(in *notify.TargetInput) { in.Rank = 5 })
	h.tell(h.of(event.ViolationOpened, "heard", false))
	h.run()
	h.hook("second", v.URL+"/second")
	h.tell(h.of(event.ViolationEnded, "heard", true), h.of(event.ViolationEnded, "unheard", true))
	h.run()
	got := v.requests()
	if len(got) != 2 || got[1].path != "/first" || !strings.Contains(string(got[1].body), `"begin":"`+string(h.told("heard")[0].ID)+`"`) {
		t.Errorf("received %v", got)
	}
	if e := h.told("unheard")[1]; e.Outcome != notify.ToNobody {
		t.Errorf("the end of what nobody heard went %s", e.Outcome)
	}
	// Where that target is gone, it goes as every event does.
	ok(0, h.store.Notify().UpdateTarget(t.Context(), func() notify.Target { first.Rank = -1; return first }()))(t)
	h.tell(h.of(event.ViolationOpened, "lost", false))
	h.run()
	ok(0, h.RemoveTarget(h.ada, first.ID, 2))(t)
	h.tell(h.of(event.ViolationEnded, "lost", true))
	h.run()
	if got := v.requests(); got[len(got)-2].path != "/first" || got[len(got)-1].path != "/second" || !strings.Contains(string(got[len(got)-1].body), `"matter":"lost"`) {
		t.Errorf("received %v", got)
	}
}

// storetest.Start is a Saturday, 15:09 UTC: the next working day begins on Monday, 9:00.
func TestOnlyWhatInterruptsComesOutsideOfWorkingHours(t *testing.T) {
	t.Parallel()
	h := newHouse(t, func(_ *carry.Parts, s *notify.Settings) { s.PerHour = 1000 }) // more than there are types
	v := newReceiver(t, nil)
	hours := &notify.Hours{Zone: "UTC", Days: []time.Weekday{time.Monday}, From: 540, To: 1020}
	target := h.hook("hook", v.URL, func(in *notify.TargetInput) { in.Hours = hours })
	var events []event.Event
	for _, k := range event.Kinds {
		events = append(events, h.of(k.Type, string(k.Type), false))
	}
	h.tell(append(events, h.of(event.AlertPaged, "alert.page", true))...)
	h.run()
	got := map[string]bool{}
	for _, r := range v.requests() {
		for _, k := range event.Kinds {
			if strings.Contains(string(r.body), `com.github.evenkeel.`+string(k.Type)+`.v1`) {
				got[string(k.Type)] = true
			}
		}
	}
	if fmt.Sprint(got) != "map[action_item.p0_overdue:true alert.page:true freeze.began:true]" || len(v.requests()) != 3 {
		t.Errorf("on a Saturday %v came, in %d requests", got, len(v.requests()))
	}
	for _, n := range h.all(target.ID) {
		if n.State == notify.Pending && !n.DueAt.Equal(time.Date(2026, 3, 16, 9, 0, 0, 0, time.UTC)) {
			t.Errorf("due at %s", n.DueAt)
		}
	}
	h.clock.Advance(time.Date(2026, 3, 16, 9, 0, 0, 0, time.UTC).Sub(h.clock.Now()))
	h.run()
	for _, n := range h.all(target.ID) {
		if n.State != notify.Sent {
			t.Errorf("on Monday %+v is left", n)
		}
	}
}

func TestMoreThanATargetTakesIsGatheredInOneMessage(t *testing.T) {
	t.Parallel()
	h := newHouse(t, func(_ *carry.Parts, s *notify.Settings) { s.PerHour = 5 })
	v := newReceiver(t, nil)
	target := h.hook("hook", v.URL)
	var events []event.Event
	for i := range 40 {
		e := h.opened(fmt.Sprint(i))
		e.Title = fmt.Sprintf("number %d", i)
		events = append(events, e)
	}
	h.tell(events...)
	h.run()
	got := v.requests()
	if len(got) != 5 {
		t.Fatalf("%d messages within the hour", len(got))
	}
	last := string(got[4].body)
	if !strings.Contains(last, "notifications.gathered") || !strings.Contains(last, "36 notifications in one") || !strings.Contains(last, "number 4\\n") || !strings.Contains(last, "and 16 more") {
		t.Errorf("the last says %s", last)
	}
	states := map[notify.State]int{}
	for _, n := range h.all(target.ID) {
		states[n.State]++
	}
	if states[notify.Sent] != 5 || states[notify.GatheredIn] != 36 {
		t.Errorf("left %v", states)
	}
	// What interrupts does not wait for the hour to pass, but comes once a minute at most.
	h.tell(h.of(event.AlertPaged, "p", false), h.opened("later"))
	h.run()
	if len(v.requests()) != 5 {
		t.Error("told within the minute")
	}
	h.clock.Advance(time.Minute)
	h.run()
	if got := v.requests(); len(got) != 6 || !strings.Contains(string(got[5].body), "2 notifications in one") {
		t.Errorf("%d messages", len(got))
	}
	h.tell(h.opened("other"))
	h.run()
	if len(v.requests()) != 6 {
		t.Error("told within the hour")
	}
	h.clock.Advance(time.Hour)
	h.run()
	if len(v.requests()) != 7 {
		t.Error("not told when the hour was over")
	}
}

func TestTheModeSaysHowFarNotificationsGo(t *testing.T) {
	t.Parallel()
	for mode, want := range map[notify.Mode]struct {
		outcome notify.Outgoing
		states  []notify.State
	}{
		notify.Off:     {notify.SwitchedOff, nil},
		notify.Observe: {notify.Routed, []notify.State{notify.Recorded}},
		notify.On:      {notify.Routed, []notify.State{notify.Sent}},
	} {
		t.Run(string(mode), func(t *testing.T) {
			t.Parallel()
			h := newHouse(t, func(_ *carry.Parts, s *notify.Settings) { s.Mode = mode })
			v := newReceiver(t, nil)
			target := h.hook("hook", v.URL)
			h.tell(h.opened("1"))
			h.run()
			var states []notify.State
			for _, n := range h.all(target.ID) {
				states = append(states, n.State)
			}
			if got := h.told("violation/1")[0].Outcome; got != want.outcome || fmt.Sprint(states) != fmt.Sprint(want.states) {
				t.Errorf("went %s, as %v", got, states)
			}
			if sent := len(v.requests()) > 0; sent != (mode == notify.On) {
				t.Errorf("sent: %v", sent)
			}
		})
	}
}

// said are the rules of a Prometheus.
type said struct {
	rule string
	err  error
}

func (s said) Alerting(_ context.Context, _ id.ID, severity string) (string, error) {
	if s.rule != "" {
		return s.rule + "/" + severity, s.err
	}
	return "", s.err
}

func TestWhatPrometheusTellsOfIsNotToldTwice(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		rules   said
		told    int
		outcome notify.Outgoing
		note    string
	}{
		"a rule":             {said{rule: "CheckoutBurns"}, 0, notify.ByPrometheus, "CheckoutBurns/page"},
		"no rule":            {said{}, 2, notify.Routed, ""},
		"it cannot be asked": {said{err: errors.New("down")}, 2, notify.Routed, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			h.rules = c.rules
			v := newReceiver(t, nil)
			h.hook("hook", v.URL)
			begin := h.of(event.AlertPaged, "alert/1", false)
			begin.SLO = id.New(h.clock.Now())
			h.tell(begin)
			h.run()
			end := begin
			end.Over = true
			h.tell(end)
			h.run()
			for _, e := range h.told("alert/1") {
				if e.Outcome != c.outcome || e.Note != c.note {
					t.Errorf("went %s (%s)", e.Outcome, e.Note)
				}
			}
			if got := len(v.requests()); got != c.told {
				t.Errorf("told %d times, want %d", got, c.told)
			}
		})
	}
}
