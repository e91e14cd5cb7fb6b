package notify_test

import (
	"sync"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/event"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/audit"
	"github.com/evenkeel/evenkeel/services/notify"
)

// The process ends between the request and the writing of what came of it: whoever asked
// is gone, and a test that comes later tells nobody anything.
func TestATestMessageThatWasGivenUpIsNotSentLater(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := newReceiver(t, nil)
	target := h.hook("hook", v.URL)
	func() {
		defer func() {
			if recover() == nil {
				t.Fatal("the process did not end")
			}
		}()
		s := *h.Service
		s.Carrier = crashing{h.carrier, func() { panic(errCrash) }}
		_, _ = s.TestTarget(h.ada, target.ID)
	}()
	h.run()
	if n := h.all(target.ID)[0]; n.State != notify.Sending {
		t.Fatalf("it may still be under way, and is %+v", n)
	}
	h.clock.Advance(61 * time.Second)
	h.run()
	n := h.all(target.ID)[0]
	if len(v.requests()) != 1 || n.State != notify.Dead || n.Reason != "The process that sent it ended before it had an answer." {
		t.Errorf("%d requests, and it is %+v", len(v.requests()), n)
	}
	_, err := h.Replay(h.ada, n.ID)
	refused(t, err, fault.Conflict, "notification_not_replayable")
	if replayed, over, err := h.ReplayTarget(h.ada, target.ID); err != nil || replayed != 0 || over != 0 {
		t.Errorf("%d are replayed, %d are over: %v", replayed, over, err)
	}
}

func TestATargetIsTriedOutTenTimesAnHourAndEachIsInTheLog(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := newReceiver(t, nil)
	target, other := h.hook("hook", v.URL), h.hook("other", v.URL)
	for range 9 {
		ok(h.TestTarget(h.ada, target.ID))(t)
		h.clock.Advance(time.Minute)
	}
	// Many at once are counted one by one.
	var asking sync.WaitGroup
	errs := make([]error, 4)
	for i := range errs {
		asking.Go(func() { _, errs[i] = h.TestTarget(h.ada, target.ID) })
	}
	asking.Wait()
	refusals := 0
	for _, err := range errs {
		if err != nil {
			refusals++
			if e := refused(t, err, fault.Limited, "too_many_tests"); e.RetryAfter != 51*time.Minute {
				t.Errorf("to be tried again after %s", e.RetryAfter)
			}
		}
	}
	if refusals != 3 || len(v.requests()) != 10 {
		t.Errorf("%d are refused, %d are sent", refusals, len(v.requests()))
	}
	ok(h.TestTarget(h.root, other.ID))(t)
	h.clock.Advance(51*time.Minute - time.Second)
	_, err := h.TestTarget(h.ada, target.ID)
	refused(t, err, fault.Limited, "too_many_tests")
	h.clock.Advance(time.Second)
	ok(h.TestTarget(h.ada, target.ID))(t)

	// What is told otherwise does not count.
	h.tell(h.of(event.AlertPaged, "alert/1", false))
	h.run()
	found := 0
	for _, e := range ok(h.log.List(h.root, audit.Filter{ObjectID: target.ID}, page.Request{Limit: page.MaxLimit}))(t).Items {
		if e.Action == "notification_target.check" && e.ActorName == "ada" {
			found++
		}
	}
	if found != 11 {
		t.Errorf("the log has %d tests", found)
	}
}
