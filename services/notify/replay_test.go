package notify_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/event"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/notify"
)

// alerts is an Alertmanager of the payments, as far as it takes what is sent.
func (h *house) alerts(v *receiver) notify.Target {
	h.t.Helper()
	return ok(h.CreateTarget(h.ada, notify.TargetInput{Team: "payments", Name: "Alerts", Kind: notify.Alertmanager, Address: v.URL, Enabled: true}))(h.t).Target
}

// sendWith has a courier send what is due for the target by another carrier.
func (h *house) sendWith(target notify.Target, carrier notify.Carrier) {
	h.t.Helper()
	c := h.courier()
	c.Carrier = carrier
	if err := c.SendLane(h.t.Context(), target.ID); err != nil {
		h.t.Error(err)
	}
}

// An Alertmanager that is told of a beginning after its end has an alert that nothing
// ends, and it would be repeated for ever.
func TestABeginningIsNotSentAgainOnceItIsOver(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	status := http.StatusOK
	v := newReceiver(t, func(_ int, w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) })
	target := h.alerts(v)
	h.tell(h.of(event.AlertPaged, "alert/sent", false))
	h.run()
	h.tell(h.of(event.AlertPaged, "alert/sent", true))
	h.run()
	all := h.all(target.ID)
	_, err := h.Replay(h.ada, all[0].ID)
	if e := refused(t, err, fault.Conflict, "notification_not_replayable"); !strings.Contains(e.Message, string(all[1].Event)) {
		t.Errorf("it does not name the end: %s", e.Message)
	}
	ok(h.Replay(h.ada, all[1].ID))(t) // the end may be told again: it quiets
	h.run()

	status = http.StatusGone // at once dead
	h.tell(h.of(event.AlertPaged, "alert/dead", false), h.of(event.AlertPaged, "alert/lasting", false))
	for range 3 {
		h.run()
		h.clock.Advance(5 * time.Minute)
	}
	status = http.StatusOK
	h.tell(h.of(event.AlertPaged, "alert/dead", true))
	h.run()
	before := len(v.requests())
	if replayed, over, err := h.ReplayTarget(h.ada, target.ID); err != nil || replayed != 1 || over != 1 {
		t.Errorf("%d are replayed, %d are over: %v", replayed, over, err)
	}
	h.run()
	for _, r := range v.requests()[before:] {
		if !strings.Contains(string(r.body), "alert/lasting") {
			t.Errorf("sent %s", r.body)
		}
	}
	if replayed, over, err := h.ReplayTarget(h.ada, target.ID); err != nil || replayed != 0 || over != 1 {
		t.Errorf("%d are replayed, %d are over: %v", replayed, over, err)
	}
}

// While a repetition is under way somebody has the notification sent again.
func TestAReplayDuringARepetitionIsNotLost(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := newReceiver(t, nil)
	target := h.alerts(v)
	h.tell(h.of(event.AlertPaged, "alert/1", false))
	h.run()
	h.clock.Advance(2 * time.Minute)
	var replayed notify.Notification
	h.sendWith(target, crashing{h.carrier, func() { replayed = ok(h.Replay(h.ada, h.all(target.ID)[0].ID))(t) }})
	if n := h.all(target.ID)[0]; replayed.ID != n.ID || n.State != notify.Pending || n.RepeatAt != nil {
		t.Fatalf("after the repetition it is %+v", n)
	}
	h.run()
	if n := h.all(target.ID)[0]; len(v.requests()) != 3 || n.State != notify.Sent {
		t.Errorf("%d requests, and it is %+v", len(v.requests()), n)
	}
}

// Two replicas that repeat at the same time do so once, and an end that is told meanwhile
// ends the repetitions.
func TestARepetitionIsOneReplicasAndEndsWithTheMatter(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := newReceiver(t, nil)
	target := h.alerts(v)
	begin := h.of(event.AlertPaged, "alert/1", false)
	h.tell(begin)
	h.run()
	h.clock.Advance(2 * time.Minute)
	h.sendWith(target, crashing{h.carrier, func() {
		h.run() // another replica
		end := begin
		end.Over = true
		h.tell(end)
		h.run()
	}})
	if got := v.requests(); len(got) != 3 {
		t.Errorf("%d requests", len(got))
	}
	if n := h.all(target.ID)[0]; n.RepeatAt != nil {
		t.Errorf("it is repeated at %s", n.RepeatAt)
	}
}

// The beginning arrives late: its matter was over while notifications were off.
func TestWhatIsOverIsNotRepeatedThoughNobodyWasToldOfItsEnd(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := newReceiver(t, func(n int, w http.ResponseWriter, _ *http.Request) {
		if n == 1 {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	})
	target := h.alerts(v)
	h.tell(h.of(event.AlertPaged, "alert/1", false))
	h.run()
	h.settings.Mode = notify.Off
	h.tell(h.of(event.AlertPaged, "alert/1", true))
	h.run()
	h.settings.Mode = notify.On
	for range 10 {
		h.clock.Advance(5 * time.Minute)
		h.run()
	}
	if n := h.all(target.ID)[0]; len(v.requests()) != 2 || n.State != notify.Sent || n.RepeatAt != nil {
		t.Errorf("%d requests, left %+v", len(v.requests()), n)
	}
}

// A replica that was stopped for longer than an attempt lasts writes nothing over what
// became of the notification meanwhile.
func TestALateWriterChangesNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := newReceiver(t, nil)
	target := h.hook("hook", v.URL)
	h.tell(h.opened("1"))
	h.sendWith(target, crashing{h.carrier, func() {
		h.clock.Advance(2 * time.Minute)
		h.run() // another replica takes it up, and sends it
		ok(h.Replay(h.ada, h.all(target.ID)[0].ID))(t)
	}})
	if n := h.all(target.ID)[0]; len(v.requests()) != 2 || n.State != notify.Pending {
		t.Errorf("%d requests, and it is %+v", len(v.requests()), n)
	}
}
