package github_test

import (
	"context"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/services/issues"
	"github.com/evenkeel/evenkeel/services/issues/delivery"
)

// stop has the kinds stopped from now on, all where the empty one is among them.
func (o *office) stop(kinds ...issues.Kind) {
	o.tb.Helper()
	s, err := o.store.Delivery().Switch(o.tb.Context())
	o.must(err)
	s.Stops, s.UpdatedAt = nil, o.clock.Now()
	for _, kind := range kinds {
		s.Stops = append(s.Stops, delivery.Stop{Kind: kind, By: "Grace", Reason: "wrong repository", Since: o.clock.Now()})
	}
	o.must(o.store.Delivery().PutSwitch(o.tb.Context(), s))
}

func TestWhatIsStoppedIsSentByNoReplicaUntilItIsStarted(t *testing.T) {
	t.Parallel()
	for name, kind := range map[string]issues.Kind{"all": "", "kind": issues.KindBudgetViolation} {
		o := open(t)
		second := o.hire(o.tracker)
		made := o.want()
		o.run()
		o.stop(kind)
		o.change(made.ID, func(i *issues.Issue) { i.Title = "Budget spent twice" })
		waiting := o.want()
		asked := len(o.Requests())
		for range 3 {
			o.clock.Advance(time.Hour)
			for _, courier := range []*delivery.Courier{o.courier, second} {
				if counts, err := courier.RunOnce(t.Context()); err != nil || len(counts) > 0 {
					t.Errorf("%s: stopped, a run does %v (%v)", name, counts, err)
				}
				if counts, err := courier.Reconcile(t.Context()); err != nil || len(counts) > 0 {
					t.Errorf("%s: stopped, a listing does %v (%v)", name, counts, err)
				}
			}
		}
		if n := len(o.Requests()) - asked; n != 0 {
			t.Errorf("%s: stopped, %d requests were made", name, n)
		}
		o.inState(waiting.ID, delivery.Draft)
		o.stop()
		if _, err := second.RunOnce(t.Context()); err != nil {
			t.Fatal(err)
		}
		all := o.Issues("acme/shop")
		if len(all) != 2 || all[0].Title != "Budget spent twice" {
			t.Errorf("%s: started again there are %+v", name, all)
		}
	}
}

// A run goes on for as long as its budget lasts: whoever stops it does not wait for that.
func TestARunThatIsStoppedMakesNoFurtherRequest(t *testing.T) {
	t.Parallel()
	o := open(t)
	for range 3 {
		o.want()
	}
	waits := 0
	parts := o.courier.Parts
	parts.Wait = func(ctx context.Context, until time.Time) error {
		if waits++; waits == 1 { // of the second creation, a second after the first
			o.stop("")
		}
		return o.wait(ctx, until)
	}
	counts, err := delivery.NewCourier(parts).RunOnce(t.Context())
	if err != nil || counts["opened"] != 1 || counts["stopped"] != 1 {
		t.Errorf("the run did %v (%v)", counts, err)
	}
	o.alone("acme/shop")
	o.stop()
	o.pass(time.Minute)
	if all := o.Issues("acme/shop"); len(all) != 3 {
		t.Errorf("started again there are %d issues, want 3", len(all))
	}
	o.wellBehaved()
}

// Between the parts of one change, too: here between the text and the comment.
func TestAChangeThatIsStoppedHalfwayIsFinishedWhenItIsStarted(t *testing.T) {
	t.Parallel()
	o := open(t)
	made := o.want()
	o.run()
	o.change(made.ID, func(i *issues.Issue) {
		i.Title, i.Comments = "Budget spent twice", []issues.Comment{{At: o.clock.Now(), Body: "It was spent again."}}
	})
	o.clock.Advance(time.Minute)
	parts := o.courier.Parts
	parts.Wait = func(ctx context.Context, until time.Time) error {
		o.stop(issues.KindBudgetViolation)
		return o.wait(ctx, until)
	}
	counts, err := delivery.NewCourier(parts).RunOnce(t.Context())
	if there := o.alone("acme/shop"); err != nil || counts["stopped"] != 1 || there.Title != "Budget spent twice" || len(there.Comments) != 0 {
		t.Errorf("the run did %v (%v), and there is %+v", counts, err, there)
	}
	o.inState(made.ID, delivery.Sent)
	o.stop()
	o.pass(time.Minute)
	if said := said(o.alone("acme/shop")); len(said) != 1 || said[0] != "It was spent again." {
		t.Errorf("said is %q", said)
	}
}
