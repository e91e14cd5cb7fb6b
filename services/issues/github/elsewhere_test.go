package github_test

import (
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/services/issues"
	"github.com/evenkeel/evenkeel/services/issues/delivery"
	"github.com/evenkeel/evenkeel/services/issues/github/standin"
)

// The lanes of the two owners.
const (
	acmes     = "token of robo"
	umbrellas = "token of robo-umbrella"
)

// elsewhere wants an issue that was asked for in umbrella/app, with that fault, and is
// to be made in acme/shop now, whose lane is another.
func elsewhere(t *testing.T, fault standin.Kind, lag time.Duration) (*office, issues.Issue) {
	t.Helper()
	o := open(t)
	o.another("umbrella")
	o.Collaborator("umbrella/app", "ole", standin.Admin)
	o.LagLists(lag)
	o.fault("issues/create", standin.Fault{Kind: fault})
	i := o.want(o.at("https://github.com/umbrella/app"))
	o.run()
	o.inState(i.ID, delivery.Unknown)
	o.Person("ole").Archive("umbrella/app")
	for n := 0; o.delivery(i.ID).Place != "acme/shop"; n++ {
		if n == 10 {
			t.Fatalf("after twenty minutes it is %+v", o.delivery(i.ID))
		}
		o.clock.Advance(2 * time.Minute)
		o.run()
	}
	o.inState(i.ID, delivery.Pending)
	o.ForgetRequests()
	return o, i
}

func (o *office) lane(name string) delivery.Lane {
	o.tb.Helper()
	l, err := o.store.Delivery().Lane(o.tb.Context(), name)
	o.must(err)
	return l
}

// asked counts the requests about an owner's repositories.
func (o *office) asked(owner string) int {
	n := 0
	for _, r := range o.Requests() {
		if strings.Contains(r.Path, "/repos/"+owner+"/") {
			n++
		}
	}
	return n
}

func TestALimitThatIsToldElsewhereClosesTheLaneOfThatPlace(t *testing.T) {
	t.Parallel()
	o, i := elsewhere(t, standin.Cut, 0)
	o.fault("issues/list-for-repo", standin.Fault{Kind: standin.PrimaryExhausted, Wait: 7 * time.Minute})
	other := o.want(o.at("https://github.com/acme/vault"))
	o.run()
	told := o.clock.Now()
	if d := o.inState(i.ID, delivery.Pending); !strings.Contains(d.Problem, "GitHub asks to wait") || d.Failures != 0 {
		t.Errorf("it is known as %+v", d)
	}
	o.pass(time.Minute)
	o.inState(other.ID, delivery.Sent)
	if at := o.lane(acmes).NotBefore; !at.IsZero() {
		t.Errorf("nothing goes through the lane that was told nothing, until %s", at)
	}
	if at := o.lane(umbrellas).NotBefore; at.Before(told.Add(6 * time.Minute)) {
		t.Errorf("the lane that was told to wait for seven minutes is open at %s, %s later", at, at.Sub(told))
	}
	o.pass(10 * time.Minute)
	o.inState(i.ID, delivery.Sent)
	o.alone("acme/shop")
	o.wellBehaved()
}

func TestADeadlineOfALaneIsKeptByThoseWhoLookThereFromAnother(t *testing.T) {
	t.Parallel()
	o, i := elsewhere(t, standin.Cut, 0)
	l := o.lane(umbrellas)
	l.NotBefore, l.Reason = o.clock.Now().Add(20*time.Minute), "GitHub asks to wait"
	o.must(o.store.Delivery().PutLane(t.Context(), l))
	o.pass(19 * time.Minute)
	if n := o.asked("umbrella"); n != 0 {
		t.Errorf("%d requests before the deadline", n)
	}
	if d := o.inState(i.ID, delivery.Pending); d.DueAt == nil || !d.DueAt.Equal(l.NotBefore) || !strings.Contains(d.Problem, l.Reason) {
		t.Errorf("it is due at %v (%s), want %s", d.DueAt, d.Problem, l.NotBefore)
	}
	o.pass(2 * time.Minute)
	o.inState(i.ID, delivery.Sent)
	o.alone("acme/shop")
}

// The list lags longer than the hold, so that there are two: the one in umbrella/app is
// closed while its own lane is busy.
func TestADuplicateElsewhereIsClosedThroughTheLaneOfThatPlace(t *testing.T) {
	t.Parallel()
	o, i := elsewhere(t, standin.LostReply, time.Hour)
	o.run()
	o.inState(i.ID, delivery.Sent)
	o.Person("ole").Unarchive("umbrella/app")
	o.clock.Advance(time.Minute) // until what is known of it is read anew
	busy := o.want(o.at("https://github.com/umbrella/app"))
	o.run()
	o.inState(busy.ID, delivery.Sent)
	o.LagLists(0)
	for range 120 {
		o.clock.Advance(14 * time.Second)
		o.change(busy.ID, func(i *issues.Issue) { i.Title += "!"; i.Body += "!" })
		o.run()
	}
	all := o.Issues("umbrella/app")
	if len(all) != 2 || all[0].State != "closed" || len(all[0].Comments) != 1 || all[1].State != "open" {
		t.Errorf("there are %+v", all)
	}
	o.alone("acme/shop")
	o.wellBehaved()
}
