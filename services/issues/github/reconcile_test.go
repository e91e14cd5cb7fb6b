package github_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/services/issues"
	"github.com/evenkeel/evenkeel/services/issues/delivery"
	"github.com/evenkeel/evenkeel/services/issues/github/standin"
)

// list has the courier ask what changed, and returns how many are to be looked at.
func (o *office) list() int64 {
	o.tb.Helper()
	counts, err := o.courier.Reconcile(o.lease(o.tb.Context()))
	o.must(err)
	return counts["called"]
}

func TestWhatNoWebhookToldOfIsFoundWithinTheHour(t *testing.T) {
	t.Parallel()
	o := open(t)
	var wanted []issues.Issue
	for range 3 {
		wanted = append(wanted, o.want())
		o.pass(time.Minute)
	}
	o.list()
	o.pass(time.Minute)
	o.clock.Advance(30 * time.Minute)
	ole := o.Person("ole")
	ole.Close("acme/shop", 1, "completed")
	ole.Close("acme/shop", 2, "not_planned")
	o.ForgetRequests()
	if got := o.list(); got != 0 || len(o.Requests()) != 0 {
		t.Errorf("%d are to be looked at after %d requests, before the hour is over", got, len(o.Requests()))
	}
	o.clock.Advance(30 * time.Minute)
	// The first listing was 61 minutes ago, and this one reaches back ten more: what the
	// courier wrote last is in it, too.
	if got := o.list(); got < 2 || len(o.Requests()) != 1 {
		t.Errorf("%d are to be looked at after %d requests, want at least the two that changed, of one list", got, len(o.Requests()))
	}
	o.pass(time.Minute)
	for i, want := range []delivery.Outcome{delivery.Done, delivery.Waived, ""} {
		if got := o.delivery(wanted[i].ID).Outcome; got != want {
			t.Errorf("issue %d: %q, want %q", i+1, got, want)
		}
	}
	o.wellBehaved()
}

// Nobody was there for ten days: before that there was a listing, or there never was one.
func TestWhatPeopleDidWhileNothingRanIsFound(t *testing.T) {
	t.Parallel()
	for name, listed := range map[string]bool{"listed": true, "never listed": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o, i := opened(t)
			if listed {
				o.list()
				o.run()
			}
			o.clock.Advance(time.Hour)
			o.Person("ole").Close("acme/shop", 1, "completed")
			o.clock.Advance(10 * 24 * time.Hour)
			o.courier = o.hire(o.tracker)
			if got := o.list(); got != 1 {
				t.Errorf("%d are to be looked at, want the one that was closed", got)
			}
			o.run()
			if got := o.delivery(i.ID).Outcome; got != delivery.Done {
				t.Errorf("%q, want %q", got, delivery.Done)
			}
		})
	}
}

// A start is no reason to list again what was listed within the hour.
func TestAPlaceThatWasListedIsNotListedAgainAfterAStart(t *testing.T) {
	t.Parallel()
	o, _ := opened(t)
	o.list()
	o.clock.Advance(20 * time.Minute)
	o.ForgetRequests()
	o.courier = o.hire(o.tracker)
	if o.list(); len(o.Requests()) != 0 {
		t.Errorf("it asked %v", o.operations())
	}
}

func TestAListingThatFailsIsMadeUpFor(t *testing.T) {
	t.Parallel()
	o, i := opened(t)
	o.list()
	o.pass(time.Minute)
	o.clock.Advance(time.Minute)
	o.Person("ole").Close("acme/shop", 1, "completed")
	o.clock.Advance(time.Hour)
	o.fault("issues/list-for-repo", standin.Fault{Kind: standin.BadGateway})
	if got := o.list(); got != 0 {
		t.Errorf("%d are to be looked at of a list that did not come", got)
	}
	o.clock.Advance(10 * time.Minute)
	if got := o.list(); got != 1 {
		t.Errorf("%d are to be looked at, want the one that was closed more than an hour ago", got)
	}
	o.pass(time.Minute)
	if got := o.delivery(i.ID).Outcome; got != delivery.Done {
		t.Errorf("%q, want %q", got, delivery.Done)
	}
}

func TestWhereTheOwnerCouldNotBeToldIsMadeUpFor(t *testing.T) {
	t.Parallel()
	o, i := opened(t)
	o.list()
	o.pass(time.Minute)
	o.Person("ole").Close("acme/shop", 1, "completed")
	o.clock.Advance(time.Hour)
	tracker := &dazed{Tracker: o.tracker, owner: "acme", fails: 1, why: &delivery.Error{Trouble: delivery.Unavailable, Reason: "GitHub answered 502"}}
	o.courier.Tracker = tracker
	if got := o.list(); got != 0 || tracker.asked != 1 {
		t.Errorf("%d are to be looked at, after %d questions", got, tracker.asked)
	}
	o.clock.Advance(10 * time.Minute)
	if got := o.list(); got != 1 {
		t.Errorf("%d are to be looked at, want the one that was closed before the listing that failed", got)
	}
	o.pass(time.Minute)
	if got := o.delivery(i.ID).Outcome; got != delivery.Done {
		t.Errorf("%q, want %q", got, delivery.Done)
	}
}

// A thousand repositories listed every ten minutes would be 6,000 requests an hour, and
// GitHub allows 5,000 ("Rate limits for the REST API").
func TestAPlaceThatIsGoneHasNoOtherListedMoreOften(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		do    func(*office)
		state delivery.State
		place delivery.Place
	}{
		"deleted": {func(o *office) { o.Person("ole").DeleteRepository("acme/vault") }, delivery.Dead, "acme/vault"},
		"renamed": {func(o *office) { o.Person("ole").RenameRepository("acme/vault", "safe") }, delivery.Sent, "acme/safe"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o, _ := opened(t)
			i := o.want(o.at("https://github.com/acme/vault"))
			o.run()
			o.inState(i.ID, delivery.Sent)
			c.do(o)
			o.ForgetRequests()
			for range 5 * 60 / 5 {
				o.list()
				o.run()
				o.clock.Advance(5*time.Minute - time.Second)
			}
			listed := 0
			for _, r := range o.Requests() {
				if r.Operation == "issues/list-for-repo" && r.Path == "/repos/acme/shop/issues" {
					listed++
				}
			}
			if listed != 5 {
				t.Errorf("the other was listed %d times in five hours, want 5", listed)
			}
			// What no webhook told of is seen all the same.
			if d := o.inState(i.ID, c.state); d.Place != c.place {
				t.Errorf("known: %+v", d)
			}
		})
	}
}

// laboured is a tracker whose lists take two seconds each.
type laboured struct {
	delivery.Tracker
	office *office
}

func (l laboured) Find(ctx context.Context, place delivery.Place, since time.Time, page int) ([]delivery.Remote, int, error) {
	l.office.clock.Advance(2 * time.Second)
	return l.Tracker.Find(ctx, place, since, page)
}

// A run has twelve seconds for a lane, which is six lists here.
func TestAListingThatTakesLongGoesOnInTheNextRun(t *testing.T) {
	t.Parallel()
	o := open(t)
	for n := range 10 {
		name := fmt.Sprintf("acme/app-%d", n)
		o.Private(name)
		o.Collaborator(name, "robo", standin.Write)
		o.want(o.at("https://github.com/" + name))
	}
	o.pass(2 * time.Minute)
	o.courier.Tracker = laboured{o.tracker, o}
	listed := map[string]int{}
	for range 3 {
		o.ForgetRequests()
		o.list()
		for _, r := range o.Requests() {
			listed[r.Path]++
		}
		o.clock.Advance(15 * time.Second)
	}
	if len(listed) != 10 {
		t.Errorf("%d of ten repositories were listed in three runs: %v", len(listed), listed)
	}
	for path, times := range listed {
		if times != 1 {
			t.Errorf("%s was listed %d times", path, times)
		}
	}
}

// lister is a tracker whose lists are empty. Each takes two seconds; a place in silent
// does not answer for ten.
type lister struct {
	delivery.Tracker
	o      *office
	silent map[delivery.Place]bool
	asked  map[delivery.Place][]asking
}

type asking struct{ at, since time.Time }

func (l lister) Lane(context.Context, delivery.Place) (string, error) { return "token of robo", nil }

func (l lister) Find(_ context.Context, place delivery.Place, since time.Time, _ int) ([]delivery.Remote, int, error) {
	l.asked[place] = append(l.asked[place], asking{l.o.clock.Now(), since})
	if l.silent[place] {
		l.o.clock.Advance(10 * time.Second)
		return nil, 0, &delivery.Error{Trouble: delivery.Unavailable, Reason: "it did not answer"}
	}
	l.o.clock.Advance(2 * time.Second)
	return nil, 0, nil
}

// inManyPlaces is a courier whose issues are in thirty places of a lane. The first of
// them in their order are silent.
func inManyPlaces(t *testing.T, silent int) (*office, lister) {
	t.Helper()
	o := open(t)
	l := lister{Tracker: o.tracker, o: o, silent: map[delivery.Place]bool{}, asked: map[delivery.Place][]asking{}}
	o.courier = o.hire(l)
	for n := range 30 {
		d := o.delivery(o.want().ID)
		d.State, d.Place, d.Number, d.DueAt = delivery.Sent, delivery.Place(fmt.Sprintf("acme/service-%02d", n)), 1, nil
		o.must(o.store.Delivery().PutDelivery(t.Context(), d))
		l.silent[d.Place] = n < silent
	}
	return o, l
}

// list does so every 15 seconds until then.
func (l lister) list(until time.Time) {
	for l.o.clock.Now().Before(until) {
		l.o.list()
		l.o.clock.Advance(15 * time.Second)
	}
}

func TestPlacesThatDoNotFitIntoARunAreListedInTheNext(t *testing.T) {
	t.Parallel()
	o, l := inManyPlaces(t, 0)
	began := o.clock.Now()
	for hour := 1; hour <= 3; hour++ {
		// Thirty lists take a minute, and 12 seconds of a run are theirs.
		l.list(began.Add(time.Duration(hour-1)*time.Hour + 10*time.Minute))
		if len(l.asked) != 30 {
			t.Errorf("hour %d: %d places were listed, want all 30", hour, len(l.asked))
		}
		for place, asked := range l.asked {
			if len(asked) != hour {
				t.Errorf("hour %d: %s was listed %d times", hour, place, len(asked))
			}
			if n := len(asked); n > 1 && asked[n-1].since.After(asked[n-2].at) {
				t.Errorf("%s is listed since %s, and was before at %s", place, asked[n-1].since, asked[n-2].at)
			}
		}
		l.list(began.Add(time.Duration(hour) * time.Hour))
	}
}

func TestPlacesThatCannotBeListedHoldUpNoOther(t *testing.T) {
	t.Parallel()
	o, l := inManyPlaces(t, 4) // which take more time than a run has
	l.list(o.clock.Now().Add(time.Hour))
	for place, asked := range l.asked {
		if n := len(asked); l.silent[place] && n > 8 || !l.silent[place] && n != 1 { // 15 s, 30 s, 1 min, 2 min, 4 min, 8 min, 16 min
			t.Errorf("%s was asked %d times", place, n)
		}
	}
	if len(l.asked) != 30 {
		t.Errorf("%d places were asked, want all 30", len(l.asked))
	}
}
