package notify_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/event"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/notify"
	"github.com/evenkeel/evenkeel/services/notify/carry"
)

// pager is a PagerDuty of the payments, as far as it takes what is sent.
func (h *house) pager(v *receiver, change ...func(*notify.TargetInput)) notify.Target {
	h.t.Helper()
	in := notify.TargetInput{Team: "payments", Name: "On call", Kind: notify.PagerDuty, Address: v.URL + "/v2/enqueue", Secret: "notify-payments-pager", Enabled: true}
	for _, do := range change {
		do(&in)
	}
	return ok(h.CreateTarget(h.root, in))(h.t).Target
}

func routingKey(p *carry.Parts, _ *notify.Settings) {
	p.Secrets = secrets{"notify-payments-pager": "0123456789abcdef0123456789abcdef", "notify-payments-hook": whsec}
}

// unresolved are the keys that were triggered there and not resolved.
func unresolved(t *testing.T, v *receiver) map[string]bool {
	t.Helper()
	open := map[string]bool{}
	for _, r := range v.requests() {
		var e struct {
			Action string `json:"event_action"`
			Key    string `json:"dedup_key"`
		}
		if err := json.Unmarshal(r.body, &e); err != nil {
			t.Fatal(err)
		}
		switch e.Action {
		case "trigger":
			open[e.Key] = true
		case "resolve":
			delete(open, e.Key)
		}
	}
	return open
}

// Every type of events, with the ends of those that have one, and many within an hour:
// nothing stays open at PagerDuty, and what it is not told goes to the next target.
func TestWhatIsTriggeredAtPagerDutyIsResolved(t *testing.T) {
	t.Parallel()
	h := newHouse(t, routingKey, func(_ *carry.Parts, s *notify.Settings) { s.PerHour = 3 })
	pager, chat := newReceiver(t, nil), newReceiver(t, nil)
	target := h.pager(pager)
	rest := h.hook("rest", chat.URL, func(in *notify.TargetInput) { in.Rank = 1 })
	lasting, other := 0, 0
	for i, k := range event.Kinds {
		matter := fmt.Sprintf("%s/%d", k.Type, i)
		h.tell(h.of(k.Type, matter, false))
		switch {
		case k.Lasts:
			lasting++
			h.tell(h.of(k.Type, matter, true))
		case k.Urgency != event.Weekly:
			other++
		}
	}
	h.run()
	if open := unresolved(t, pager); len(open) != 0 || len(pager.requests()) != 2*lasting {
		t.Errorf("%d requests, and %v stay open", len(pager.requests()), open)
	}
	for _, n := range h.all(target.ID) {
		if n.State != notify.Sent {
			t.Errorf("left %+v", n)
		}
	}
	if got := len(h.all(rest.ID)); got < other {
		t.Errorf("the next target is told of %d, want %d", got, other)
	}
	// What tells of many has no end either, and neither has a digest.
	digests := &notify.Digests{CourierParts: h.courier().CourierParts, Things: open{h.payments.ID: {{Title: "one", Text: "because", Link: "/a"}}}}
	ok(0, h.RemoveTarget(h.root, rest.ID, 1))(t)
	h.clock.Advance(time.Date(2026, 3, 16, 9, 0, 0, 0, time.UTC).Sub(h.clock.Now()))
	if counts := ok(digests.RunOnce(t.Context()))(t); len(counts) != 0 {
		t.Errorf("of digests it did %v", counts)
	}
}

// A target that is switched off keeps its place: what was triggered there is resolved when
// it is on again.
func TestAnEndWaitsForAPagerThatIsSwitchedOff(t *testing.T) {
	t.Parallel()
	h := newHouse(t, routingKey)
	pager, chat := newReceiver(t, nil), newReceiver(t, nil)
	target := h.pager(pager)
	h.hook("rest", chat.URL, func(in *notify.TargetInput) { in.Rank = 1 })
	h.tell(h.of(event.AlertPaged, "alert/1", false))
	h.run()
	for version, enabled := range []bool{false, true} {
		target.Enabled, target.Version = enabled, int64(version+1)
		if err := h.store.Notify().UpdateTarget(t.Context(), target); err != nil {
			t.Fatal(err)
		}
		if !enabled {
			h.tell(h.of(event.AlertPaged, "alert/1", true))
		}
		h.run()
	}
	if open := unresolved(t, pager); len(open) != 0 || len(chat.requests()) != 0 {
		t.Errorf("%v stay open, and %d went elsewhere", open, len(chat.requests()))
	}
}

func TestAPagerIsTriedOutWithoutWakingAnybody(t *testing.T) {
	t.Parallel()
	h := newHouse(t, routingKey)
	v := newReceiver(t, nil)
	n := ok(h.TestTarget(h.ada, h.pager(v).ID))(t)
	if got := v.requests(); n.State != notify.Sent || len(got) != 1 || got[0].path != "/v2/change/enqueue" {
		t.Errorf("sent as %+v, in %v", n, got)
	}
}

func TestAPagerNamesOnlyWhatLasts(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for name, c := range map[string]struct {
		change   func(*notify.TargetInput)
		pointers string
	}{
		"what lasts": {func(in *notify.TargetInput) { in.Types = []event.Type{event.AlertPaged, event.FreezeBegan} }, "[]"},
		"what does not": {func(in *notify.TargetInput) {
			in.Types = []event.Type{event.AlertPaged, event.OverrideMade, event.Digest}
		}, "[/types/1 /types/2]"},
		"an end":           {func(in *notify.TargetInput) { in.Types = []event.Type{event.ViolationEnded} }, "[/types/0]"},
		"another address":  {func(in *notify.TargetInput) { in.Address = "https://events.eu.pagerduty.com/v2/enqueue" }, "[]"},
		"not its endpoint": {func(in *notify.TargetInput) { in.Address = "https://events.eu.pagerduty.com/" }, "[/address]"},
	} {
		in := notify.TargetInput{Team: "payments", Name: "On call", Kind: notify.PagerDuty, Secret: "notify-payments-pager"}
		c.change(&in)
		_, err := h.CreateTarget(h.root, in)
		pointers := []string{}
		if e := fault.As(err); e != nil {
			for _, v := range e.Violations {
				pointers = append(pointers, v.Pointer)
			}
		}
		if fmt.Sprint(pointers) != c.pointers {
			t.Errorf("%s: %v", name, err)
		}
	}
}
