package github_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/tx"
	"github.com/evenkeel/evenkeel/services/issues"
	"github.com/evenkeel/evenkeel/services/issues/delivery"
	"github.com/evenkeel/evenkeel/services/issues/github/standin"
)

// perished is an office with an issue that is in acme/vault and is to be changed, and one
// that is to be made there, both dead because of what was done to the repository.
func perished(t *testing.T, s *store.Store, fall func(*office)) (o *office, there, other issues.Issue) {
	t.Helper()
	o = openTold(t, s, func(s *delivery.Settings) { s.Routes.Default = "" })
	there = o.want(o.at("https://github.com/acme/vault"))
	o.run()
	o.inState(there.ID, delivery.Sent)
	fall(o)
	o.hear(t)
	o.change(there.ID, func(i *issues.Issue) { i.Title = "Budget spent more" })
	other = o.want(o.at("https://github.com/acme/vault"))
	o.pass(10 * time.Minute)
	for _, i := range []issues.Issue{there, other} {
		if d := o.inState(i.ID, delivery.Dead); d.Because != delivery.BecausePlace {
			t.Fatalf("it is dead because of %q: %s", d.Because, d.Problem)
		}
	}
	o.ForgetRequests()
	return o, there, other
}

func archived(o *office)   { o.Person("ole").Archive("acme/vault") }
func unarchived(o *office) { o.Person("ole").Unarchive("acme/vault") }

func (o *office) access(role standin.Role) { o.Collaborator("acme/vault", "robo", role) }

// install installs an App of which GitHub tells; it is let in by a token all the same.
func (o *office) install() int64 {
	return o.Install(o.App("acme", "evenkeel"), "acme", nil, "acme/api")
}

func TestWhatIsDeadBecauseOfItsPlaceIsTriedAgainOnceItIsBack(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fall, back func(*office)
		place      string
	}{
		"unarchived":   {archived, unarchived, "acme/vault"},
		"private":      {func(o *office) { o.Person("ole").Publicize("acme/vault") }, func(o *office) { o.Person("ole").Privatize("acme/vault") }, "acme/vault"},
		"renamed":      {func(o *office) { o.access(standin.None) }, func(o *office) { o.access(standin.Write); o.Person("ole").RenameRepository("acme/vault", "safe") }, "acme/safe"},
		"installed":    {func(o *office) { o.access(standin.None) }, func(o *office) { o.access(standin.Write); o.install() }, "acme/vault"},
		"granted more": {func(o *office) { o.access(standin.None) }, func(o *office) { o.access(standin.Write); o.Grant(o.install(), nil) }, "acme/vault"},
		"granted for":  {func(o *office) { o.access(standin.None) }, func(o *office) { o.access(standin.Write); o.Reach(o.install(), "acme/vault") }, "acme/vault"},
		"unsuspended": {func(o *office) { o.access(standin.None) }, func(o *office) {
			id := o.install()
			o.Person("ole").Suspend(id)
			o.Deliveries() // the one of the installation was lost
			o.access(standin.Write)
			o.Person("ole").Unsuspend(id)
		}, "acme/vault"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o, there, other := perished(t, storetest.SQLite(t), c.fall)
			c.back(o)
			o.hear(t)
			o.pass(2 * time.Minute)
			for _, i := range []issues.Issue{there, other} {
				if d := o.inState(i.ID, delivery.Sent); d.Problem != "" || d.Because != "" {
					t.Errorf("known: %+v", d)
				}
			}
			if all := o.Issues(c.place); len(all) != 2 || all[0].Title != "Budget spent more" {
				t.Errorf("there are %+v", all)
			}
			o.wellBehaved()
		})
	}
}

// What is told is a hint: where the place is as it was, they die again, and no more is asked.
func TestWhatIsDeadIsTriedAgainOnceForEachHappening(t *testing.T) {
	t.Parallel()
	o, there, other := perished(t, storetest.SQLite(t), archived)
	id := o.install()
	o.Deliveries()
	for range 2 {
		o.Grant(id, nil)
		o.hear(t)
		o.run()
		if d := o.delivery(other.ID); d.State != delivery.Pending || len(o.Requests()) == 0 {
			t.Fatalf("after %d requests it is %+v", len(o.Requests()), d)
		}
		o.pass(10 * time.Minute)
		o.ForgetRequests()
		o.pass(time.Hour)
		for _, i := range []issues.Issue{there, other} {
			if d := o.inState(i.ID, delivery.Dead); d.Because != delivery.BecausePlace {
				t.Errorf("known: %+v", d)
			}
		}
		if len(o.Requests()) != 0 {
			t.Errorf("a dead one is asked for: %v", o.operations())
		}
	}
}

func TestWhatIsDeadBecauseOfItselfStaysSo(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		do      func(*office, issues.Issue)
		because delivery.Cause
	}{
		"deleted": {func(o *office, i issues.Issue) { o.Person("ole").Delete("acme/vault", 1) }, delivery.BecauseGone},
		// GitHub takes 65,536 characters.
		"its text is refused": {func(o *office, i issues.Issue) {
			o.change(i.ID, func(i *issues.Issue) { i.Body = strings.Repeat("x", 65_537) + i.Body })
		}, delivery.BecauseText},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := openTold(t, storetest.SQLite(t))
			i := o.want(o.at("https://github.com/acme/vault"))
			o.run()
			c.do(o, i)
			o.change(i.ID, func(i *issues.Issue) { i.Title = "Budget spent more" })
			o.pass(10 * time.Minute)
			if d := o.inState(i.ID, delivery.Dead); d.Because != c.because {
				t.Errorf("it is dead because of %q (%s), want %q", d.Because, d.Problem, c.because)
			}
			o.hear(t)
			archived(o)
			unarchived(o)
			o.install()
			o.ForgetRequests()
			o.hear(t)
			o.pass(time.Hour)
			o.list()
			o.pass(time.Minute)
			o.inState(i.ID, delivery.Dead)
			if len(o.Requests()) != 0 {
				t.Errorf("it asked %v", o.operations())
			}
		})
	}
}

// An issue that is there in a repository whose issues were disabled answers 410 as well.
func TestWhatIsGoneWithItsPlaceIsDeadBecauseOfThat(t *testing.T) {
	t.Parallel()
	o, i := opened(t)
	o.Person("ole").DisableIssues("acme/shop")
	for range 3 {
		o.fault("issues/get", standin.Fault{Kind: standin.Gone})
	}
	o.change(i.ID, func(i *issues.Issue) { i.Title = "Budget spent more" })
	o.pass(10 * time.Minute)
	if d := o.inState(i.ID, delivery.Dead); d.Because != delivery.BecausePlace {
		t.Errorf("it is dead because of %q: %s", d.Because, d.Problem)
	}
}

// GitHub tells nobody that issues were enabled, and a webhook may be lost.
func TestAPlaceOfWhichNobodyToldThatItIsBackIsAskedEveryHour(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		o, there, other := perished(t, s, func(o *office) { o.Person("ole").DisableIssues("acme/vault") })
		hour := func() {
			t.Helper()
			o.ForgetRequests()
			o.list()
			o.pass(10 * time.Minute)
			o.clock.Advance(50 * time.Minute)
		}
		for range 3 {
			hour()
			o.inState(there.ID, delivery.Dead)
			o.inState(other.ID, delivery.Dead)
			if got := o.operations(); len(got) != 1 || got[0] != "repos/get" {
				t.Errorf("it asked %v, want what the repository says of itself", got)
			}
		}
		o.Person("ole").EnableIssues("acme/vault")
		hour()
		o.inState(there.ID, delivery.Sent)
		o.inState(other.ID, delivery.Sent)
		if all := o.Issues("acme/vault"); len(all) != 2 || all[0].Title != "Budget spent more" {
			t.Errorf("there are %+v", all)
		}
		o.wellBehaved()
	})
}

// A permission that is missing is seen where an issue is asked for alone: the place says
// nothing of it.
func TestAPlaceThatLooksWellIsTriedOnceADay(t *testing.T) {
	t.Parallel()
	o, i := opened(t)
	for range 100 {
		o.fault("issues/get", standin.Fault{Kind: standin.NotFound})
	}
	o.change(i.ID, func(i *issues.Issue) { i.Title = "Budget spent more" })
	o.pass(10 * time.Minute)
	o.inState(i.ID, delivery.Dead)
	tried := 0
	for range 48 {
		o.ForgetRequests()
		o.list()
		o.pass(10 * time.Minute)
		if slices.Contains(o.operations(), "issues/get") {
			tried++
		}
		o.clock.Advance(50 * time.Minute)
	}
	o.inState(i.ID, delivery.Dead)
	if tried != 2 {
		t.Errorf("it was tried in %d hours of 48, want 2", tried)
	}
	o.calmed.Store(true)
	for range 25 {
		o.list()
		o.pass(time.Minute)
		o.clock.Advance(59 * time.Minute)
	}
	if d := o.inState(i.ID, delivery.Sent); d.Because != "" || o.alone("acme/shop").Title != "Budget spent more" {
		t.Errorf("known: %+v", d)
	}
}

// Another courier takes the lease while the place is asked.
func TestNothingIsTriedAgainByOneWhoLostTheLease(t *testing.T) {
	t.Parallel()
	o, there, other := perished(t, storetest.SQLite(t), archived)
	unarchived(o)
	o.Deliveries() // which are lost
	o.clock.Advance(time.Hour)
	mine := o.lease(t.Context())
	asked := 0
	o.moment = func(r *http.Request, over bool) {
		if r != nil && over {
			o.lease(t.Context())
			asked++
		}
	}
	if _, err := o.courier.Reconcile(mine); !tx.IsLeaseLost(err) {
		t.Errorf("it ended with %v, want that the lease is lost", err)
	}
	if asked != 1 {
		t.Errorf("%d requests, want the one about the place", asked)
	}
	for _, i := range []issues.Issue{there, other} {
		o.inState(i.ID, delivery.Dead)
	}
}

// As many are dead as are read at once, and one more.
func TestAllOfAPlaceThatLooksWellAreTriedOnceADay(t *testing.T) {
	t.Parallel()
	o := open(t)
	var all []issues.Issue
	for range 101 {
		i := o.want()
		d := o.delivery(i.ID)
		d.State, d.Place, d.Because, d.DueAt = delivery.Dead, "acme/shop", delivery.BecausePlace, nil
		o.must(o.store.Delivery().PutDelivery(t.Context(), d))
		all = append(all, i)
	}
	tried := map[id.ID]int{}
	for range 3 {
		o.list()
		for _, i := range all {
			d := o.delivery(i.ID)
			if d.State == delivery.Dead {
				continue
			}
			tried[i.ID]++
			d.State, d.Because, d.DueAt = delivery.Dead, delivery.BecausePlace, nil // as what may not be written there
			o.must(o.store.Delivery().PutDelivery(t.Context(), d))
		}
		o.clock.Advance(time.Hour)
	}
	for n, i := range all {
		if tried[i.ID] != 1 {
			t.Errorf("number %d was tried %d times in three hours, want once", n, tried[i.ID])
		}
	}
}

func TestOfManyDeadPlacesSomeAreAskedEachHour(t *testing.T) {
	t.Parallel()
	o := open(t)
	places := map[string]bool{}
	for n := range 45 {
		d := o.delivery(o.want().ID)
		d.State, d.Place, d.Because, d.DueAt = delivery.Dead, delivery.Place(fmt.Sprintf("acme/gone-%02d", n)), delivery.BecausePlace, nil
		o.must(o.store.Delivery().PutDelivery(t.Context(), d))
	}
	for hour, want := range []int{20, 40, 45} {
		o.ForgetRequests()
		o.list()
		for _, r := range o.Requests() {
			places[r.Path] = true
		}
		if len(places) != want || len(o.Requests()) > 20 {
			t.Errorf("hour %d: %d places were asked by %d requests, want %d", hour+1, len(places), len(o.Requests()), want)
		}
		o.clock.Advance(time.Hour)
	}
	o.wellBehaved()
}
