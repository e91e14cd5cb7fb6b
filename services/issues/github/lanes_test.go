package github_test

import (
	"context"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/services/issues/delivery"
)

// dazed is a tracker that cannot tell the lanes of an owner for some questions.
type dazed struct {
	delivery.Tracker
	owner string
	fails int // questions, one after the other
	why   *delivery.Error
	asked int
}

func (d *dazed) Lane(ctx context.Context, place delivery.Place) (string, error) {
	if place.Owner() == d.owner {
		if d.asked++; d.asked <= d.fails {
			return "app", d.why
		}
	}
	return d.Tracker.Lane(ctx, place)
}

// The first wait after a failure is 15 s, however many issues it kept back, in however
// many repositories.
func TestAnOwnerThatIsNotToldOnceIsAskedAfterTheFirstWait(t *testing.T) {
	t.Parallel()
	o := open(t)
	tracker := &dazed{Tracker: o.tracker, owner: "acme", fails: 1, why: &delivery.Error{Trouble: delivery.Unavailable, Reason: "GitHub answered 502"}}
	o.courier = o.hire(tracker)
	var last delivery.Delivery
	for range 5 {
		for _, place := range []string{"shop", "vault"} {
			i := o.want(o.at("https://github.com/acme/" + place))
			last = o.delivery(i.ID)
		}
	}
	o.run()
	if tracker.asked != 1 {
		t.Errorf("an owner was asked for %d times in a run, want once for all of its repositories", tracker.asked)
	}
	if d := o.inState(last.Issue, delivery.Pending); d.Problem != "GitHub answered 502" {
		t.Errorf("the problem is %q", d.Problem)
	}
	o.clock.Advance(15 * time.Second)
	o.run()
	o.inState(last.Issue, delivery.Sent)
	o.wellBehaved()
}

func TestADeadlineOfTheQuestionForALaneIsKeptAcrossARestart(t *testing.T) {
	t.Parallel()
	o := open(t)
	tracker := &dazed{Tracker: o.tracker, owner: "acme", fails: 1}
	tracker.why = &delivery.Error{Trouble: delivery.Limited, Reason: "GitHub asks to wait", Until: o.clock.Now().Add(7 * time.Minute)}
	i := o.want()
	for range 6 {
		o.courier = o.hire(tracker) // a restart
		o.run()
		o.clock.Advance(time.Minute)
	}
	if d := o.inState(i.ID, delivery.Pending); tracker.asked != 1 || d.Problem != "GitHub asks to wait" {
		t.Errorf("it was asked %d times before the deadline, want once; the problem is %q", tracker.asked, d.Problem)
	}
	o.clock.Advance(time.Minute)
	o.run()
	o.inState(i.ID, delivery.Sent)
}
