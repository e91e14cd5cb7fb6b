package notify_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	cloudevents "github.com/cloudevents/sdk-go/v2"
	cehttp "github.com/cloudevents/sdk-go/v2/protocol/http"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/event"
	"github.com/evenkeel/evenkeel/services/notify"
	"github.com/evenkeel/evenkeel/services/notify/carry"
)

func TestAWebhookIsASignedCloudEvent(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := newReceiver(t, nil)
	target := h.hook("hook", v.URL+"/evenkeel")
	h.tell(h.opened("1"))
	if counts := h.run(); !maps.Equal(counts, map[string]int64{"routed": 1, "sent": 1}) {
		t.Fatalf("the run did %v", counts)
	}
	got := v.requests()
	if len(got) != 1 || got[0].path != "/evenkeel" {
		t.Fatalf("received %v", got)
	}
	// The SDK reads it, and finds it valid; a library of Standard Webhooks its signature.
	r := ok(http.NewRequest(http.MethodPost, "/", bytes.NewReader(got[0].body)))(t)
	r.Header = got[0].header
	e := ok(cehttp.NewEventFromHTTPRequest(r))(t)
	if err := e.Validate(); err != nil {
		t.Error(err)
	}
	told := h.told("violation/1")[0]
	if e.ID() != string(told.ID) || e.Type() != "com.github.evenkeel.violation.opened.v1" || e.Source() != "https://evenkeel.example.org" ||
		e.Subject() != "checkout/availability" || !e.Time().Equal(told.At) || e.SpecVersion() != cloudevents.VersionV1 || e.DataContentType() != "application/json" {
		t.Errorf("the CloudEvent is %s", e)
	}
	var data map[string]any
	if err := e.DataAs(&data); err != nil {
		t.Fatal(err)
	}
	if data["matter"] != "violation/1" || data["team"] != "payments" || data["url"] != "https://evenkeel.example.org/violations/1" || data["over"] != false ||
		data["urgency"] != "soon" || data["begin"] != string(told.ID) || data["title"] != told.Title {
		t.Errorf("its data are %v", data)
	}
	hook := ok(standardwebhooks.NewWebhook(whsec))(t)
	if err := hook.VerifyIgnoringTimestamp(got[0].body, got[0].header); err != nil {
		t.Error(err)
	}
	if at := got[0].header.Get(standardwebhooks.HeaderWebhookTimestamp); at != fmt.Sprint(h.clock.Now().Unix()) {
		t.Errorf("signed at %s", at)
	}
	if err := hook.VerifyIgnoringTimestamp(append(got[0].body, ' '), got[0].header); err == nil {
		t.Error("another body has the same signature")
	}
	n := h.all(target.ID)[0]
	if n.State != notify.Sent || n.Status != 200 || n.Attempts != 1 || !n.SentAt.Equal(h.clock.Now()) {
		t.Errorf("kept as %+v", n)
	}
	if counts := h.run(); len(counts) != 0 || len(v.requests()) != 1 {
		t.Errorf("a second run did %v", counts)
	}
}

// told are the events of a matter, the oldest first.
func (h *house) told(matter string) []notify.Told {
	h.t.Helper()
	found := ok(h.Events(h.ada, notify.EventFilter{Matter: matter}, pageOf(100)))(h.t).Items
	slices.Reverse(found)
	return found
}

// A receiver is tried at the intervals that the specification of Standard Webhooks
// recommends: 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h and 24 h after one another.
func TestAReceiverThatFailsIsTriedForThreeDays(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := newReceiver(t, func(_ int, w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) })
	target := h.hook("hook", v.URL)
	h.tell(h.opened("1"))
	first := h.clock.Now()
	h.run()
	after := []time.Duration{0}
	for range 10000 {
		before := len(v.requests())
		n := h.all(target.ID)[0]
		if n.State == notify.Dead {
			break
		}
		h.clock.Advance(n.DueAt.Sub(h.clock.Now()))
		h.run()
		if len(v.requests()) > before {
			after = append(after, h.clock.Now().Sub(first))
		} else {
			h.clock.Advance(5 * time.Minute) // the target is left alone for no longer
			h.run()
			after = append(after, h.clock.Now().Sub(first))
		}
	}
	n := h.all(target.ID)[0]
	if len(after) != 10 || n.State != notify.Dead || n.Status != 500 || n.Attempts != 10 || !strings.Contains(n.Reason, "500") {
		t.Fatalf("tried after %v: %+v", after, n)
	}
	if last := after[9]; last < 75*time.Hour || last > 77*time.Hour {
		t.Errorf("given up after %s", last)
	}
	ids := map[string]bool{}
	for _, r := range v.requests() {
		ids[r.header.Get("Webhook-Id")] = true
	}
	if len(ids) != 1 {
		t.Errorf("sent as %v", ids)
	}
	health := ok(h.Target(h.ada, target.ID))(t).Health
	if health.FailingSince == nil || !health.FailingSince.Equal(first) || health.Failures != 10 {
		t.Errorf("its health is %+v", health)
	}

	// Replayed, it arrives under the same name.
	v.answer = nil
	if replayed, over, err := h.ReplayTarget(h.ada, target.ID); err != nil || replayed != 1 || over != 0 {
		t.Errorf("%d are replayed, %d are over: %v", replayed, over, err)
	}
	h.clock.Advance(5 * time.Minute)
	h.run()
	all := v.requests()
	if n := h.all(target.ID)[0]; n.State != notify.Sent || n.Reason != "" || all[len(all)-1].header.Get("Webhook-Id") != all[0].header.Get("Webhook-Id") {
		t.Errorf("replayed to %+v", n)
	}
	if health := ok(h.Target(h.ada, target.ID))(t).Health; health.FailingSince != nil || health.Failures != 0 || health.Failure != "" {
		t.Errorf("its health is %+v", health)
	}
	// And once more, although it arrived: it got lost there.
	ok(h.Replay(h.ada, h.all(target.ID)[0].ID))(t)
	h.run()
	if got := len(v.requests()); got != 12 {
		t.Errorf("%d requests", got)
	}
}

func TestAReceiverSaysWhenToComeAgain(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := newReceiver(t, func(n int, w http.ResponseWriter, _ *http.Request) {
		if n == 1 {
			w.Header().Set("Retry-After", "120")
			w.WriteHeader(http.StatusTooManyRequests)
		}
	})
	target := h.hook("hook", v.URL)
	h.tell(h.opened("1"), h.opened("2"))
	h.run()
	h.clock.Advance(119 * time.Second)
	h.run()
	if got := len(v.requests()); got != 1 {
		t.Fatalf("asked %d times before it was to be", got)
	}
	h.clock.Advance(time.Second)
	h.run()
	if got := len(v.requests()); got != 3 {
		t.Errorf("asked %d times", got)
	}
	for _, n := range h.all(target.ID) {
		if n.State != notify.Sent {
			t.Errorf("left %+v", n)
		}
	}
}

func TestWhatAReceiverDoesNotWantIsDeadAfterThreeAnswers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		status, attempts int
		says             string
	}{
		{404, 3, "answered 404"}, {400, 3, "answered 400"}, {301, 3, "redirect, which is not followed"}, {307, 3, "redirect"}, {410, 1, "any more"},
	} {
		t.Run(fmt.Sprint(c.status), func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			elsewhere := newReceiver(t, nil)
			v := newReceiver(t, func(_ int, w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Location", elsewhere.URL+"/stolen")
				w.WriteHeader(c.status)
			})
			target := h.hook("hook", v.URL)
			h.tell(h.opened("1"))
			for range 10 {
				h.run()
				h.clock.Advance(5 * time.Minute)
			}
			n := h.all(target.ID)[0]
			if n.State != notify.Dead || n.Status != c.status || len(v.requests()) != c.attempts || !strings.Contains(n.Reason, c.says) {
				t.Errorf("after %d requests %+v", len(v.requests()), n)
			}
			if len(elsewhere.requests()) != 0 {
				t.Error("what was sent went where the receiver pointed")
			}
		})
	}
}

// One receiver does not answer, one is down, and a third is well: it gets all, in one run.
func TestReceiversThatAreSlowOrDownHoldUpNobodyElse(t *testing.T) {
	t.Parallel()
	h := newHouse(t, shortly)
	let := make(chan struct{})
	slow := newReceiver(t, func(_ int, _ http.ResponseWriter, r *http.Request) {
		select {
		case <-let:
		case <-r.Context().Done():
		}
	})
	t.Cleanup(func() { close(let) })
	down := newReceiver(t, nil)
	down.Close()
	well := newReceiver(t, nil)
	of := func(types event.Type) func(*notify.TargetInput) {
		return func(in *notify.TargetInput) { in.Types = []event.Type{types} }
	}
	toSlow, toDown := h.hook("slow", slow.URL, of(event.ViolationOpened)), h.hook("down", down.URL, of(event.ViolationEnded))
	toWell := h.hook("well", well.URL, of(event.OverrideMade))
	var events []event.Event
	for i := range 20 {
		for _, kind := range []event.Type{event.ViolationOpened, event.ViolationEnded, event.OverrideMade} {
			e := h.opened(fmt.Sprintf("%s/%d", kind, i))
			e.Type = kind
			events = append(events, e)
		}
	}
	h.tell(events...)
	h.run()
	if got := len(well.requests()); got != 20 {
		t.Errorf("the one that is well got %d", got)
	}
	for _, n := range h.all(toWell.ID) {
		if n.State != notify.Sent {
			t.Errorf("left %+v", n)
		}
	}
	for _, target := range []notify.Target{toSlow, toDown} {
		tried := 0
		for _, n := range h.all(target.ID) {
			tried += n.Attempts
			if n.State != notify.Pending {
				t.Errorf("%s: %+v", target.Name, n)
			}
		}
		if tried != 1 {
			t.Errorf("%s was tried %d times in a run", target.Name, tried)
		}
	}
	if f := ok(h.Target(h.ada, toSlow.ID))(t).Health.Failure; f != "It did not answer in time." {
		t.Errorf("of the slow one it is said: %s", f)
	}
	if f := ok(h.Target(h.ada, toDown.ID))(t).Health.Failure; f != "It cannot be reached." {
		t.Errorf("of the one that is down it is said: %s", f)
	}
}

// crashing loses the process between the request and the writing of what came of it.
type crashing struct {
	notify.Carrier
	after func()
}

func (c crashing) Carry(ctx context.Context, p notify.Parcel) notify.Outcome {
	out := c.Carrier.Carry(ctx, p)
	c.after()
	return out
}

func TestWhatWasBeingSentWhenTheProcessEndedIsSentAgain(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := newReceiver(t, nil)
	target := h.hook("hook", v.URL)
	h.tell(h.opened("1"))
	func() {
		c := h.courier()
		c.Carrier = crashing{h.carrier, func() { panic(errCrash) }}
		defer func() {
			if recover() == nil {
				t.Fatal("the process did not end")
			}
		}()
		_ = c.SendLane(t.Context(), target.ID)
	}()
	if n := h.all(target.ID); len(n) != 1 || n[0].State != notify.Sending {
		t.Fatalf("left %+v", n)
	}
	h.run() // whoever sends it may only be slow
	if got := len(v.requests()); got != 1 {
		t.Fatalf("sent %d times at once", got)
	}
	h.clock.Advance(61 * time.Second)
	h.run()
	got := v.requests()
	if len(got) != 2 || got[0].header.Get("Webhook-Id") != got[1].header.Get("Webhook-Id") || h.all(target.ID)[0].State != notify.Sent {
		t.Errorf("received %d, left %+v", len(got), h.all(target.ID))
	}
}

func TestAnEventOfWhatWasUndoneIsNotTold(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := newReceiver(t, nil)
	h.hook("hook", v.URL)
	err := h.store.InTx(t.Context(), func(ctx context.Context) error {
		if err := h.outbox.Tell(ctx, h.opened("1")); err != nil {
			return err
		}
		return errCrash
	})
	if err == nil {
		t.Fatal("the transaction was committed")
	}
	if counts := h.run(); len(counts) != 0 || len(v.requests()) != 0 {
		t.Errorf("told of it: %v", counts)
	}
}

// Eight couriers at once over one database, without the leases that keep them from each
// other in the program: each event is routed once, to each target each notification comes
// once, and an end after its beginning.
func TestManyReplicasSendEachNotificationOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		h := newHouseOver(t, s, func(_ *carry.Parts, s *notify.Settings) { s.PerHour = 1000 })
		v := newReceiver(t, nil)
		targets := map[event.Type]notify.Target{}
		for _, kind := range []event.Type{event.ViolationOpened, event.OverrideMade, event.AlertPaged} {
			targets[kind] = h.hook(string(kind), v.URL, func(in *notify.TargetInput) { in.Types = []event.Type{kind} })
		}
		var events []event.Event
		for i := range 20 {
			matter := fmt.Sprintf("alert/%d", i)
			events = append(events, h.opened(fmt.Sprint(i)), h.of(event.OverrideMade, fmt.Sprintf("override/%d", i), false), h.of(event.AlertPaged, matter, false), h.of(event.AlertPaged, matter, true))
		}
		h.tell(events...)
		var replicas sync.WaitGroup
		for range 8 {
			replicas.Go(func() {
				if _, err := h.courier().RunOnce(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		replicas.Wait()
		h.run() // what one left to another that had just ended
		sent, lasting := map[string]int{}, map[string]bool{}
		for _, r := range v.requests() {
			sent[r.header.Get("Webhook-Id")]++
			var e struct {
				Data struct {
					Matter string
					Over   bool
				}
			}
			if err := json.Unmarshal(r.body, &e); err != nil {
				t.Fatal(err)
			}
			if e.Data.Over && !lasting[e.Data.Matter] {
				t.Errorf("the end of %s came first", e.Data.Matter)
			}
			lasting[e.Data.Matter] = true
		}
		for of, n := range sent {
			if n != 1 {
				t.Errorf("%s came %d times", of, n)
			}
		}
		if len(sent) != len(events) {
			t.Errorf("%d events arrived of %d", len(sent), len(events))
		}
		for kind, want := range map[event.Type]int{event.ViolationOpened: 20, event.OverrideMade: 20, event.AlertPaged: 40} {
			all := h.all(targets[kind].ID)
			if len(all) != want {
				t.Errorf("%s: %d notifications, want %d", kind, len(all), want)
			}
			for _, n := range all {
				if n.State != notify.Sent || n.Attempts != 1 {
					t.Errorf("%s: left %+v", kind, n)
				}
			}
		}
	})
}
