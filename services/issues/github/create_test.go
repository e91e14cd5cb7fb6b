package github_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
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

func TestAWantedIssueIsMadeOnceAndThenNothingIsAsked(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		o := openOn(t, s, build(t))
		i := o.want()
		o.inState(i.ID, delivery.Draft)
		o.run()
		d := o.inState(i.ID, delivery.Sent)
		made := o.alone("acme/shop")
		if made.Title != i.Title || made.Body != i.Body || !slices.Equal(made.Labels, i.Labels) || made.Creator != "robo" {
			t.Errorf("made: %+v", made)
		}
		if d.Number != 1 || d.Place != "acme/shop" || d.DueAt != nil || d.OpenedAt == nil || d.Attempts != 1 || d.Problem != "" || d.URL != "https://github.com/acme/shop/issues/1" {
			t.Errorf("known: %+v", d)
		}
		o.ForgetRequests()
		o.pass(time.Hour)
		if got := o.operations(); len(got) != 0 {
			t.Errorf("nothing changed, and it asked %v", got)
		}
		o.wellBehaved()
	})
}

func TestInTheModeObserveAndWhenStoppedNothingIsSent(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*delivery.Settings){
		"observe": func(s *delivery.Settings) { s.Mode = delivery.Observe },
		"observe a kind": func(s *delivery.Settings) {
			s.Kinds = map[issues.Kind]delivery.Mode{issues.KindBudgetViolation: delivery.Observe}
		},
		"stopped":        func(s *delivery.Settings) { s.Stopped = true },
		"a kind stopped": func(s *delivery.Settings) { s.StoppedKinds = []issues.Kind{issues.KindBudgetViolation} },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := open(t, change)
			i := o.want()
			o.pass(time.Hour)
			o.inState(i.ID, delivery.Draft)
			if got := o.operations(); len(got) != 0 {
				t.Errorf("it asked %v", got)
			}
			// The operator decides otherwise.
			o.courier = o.hire(o.tracker)
			o.run()
			o.alone("acme/shop")
		})
	}
}

func TestWhatIsNoLongerWantedBeforeItWasMadeIsNotMade(t *testing.T) {
	t.Parallel()
	o := open(t)
	i := o.want()
	o.change(i.ID, func(i *issues.Issue) { i.Open = false })
	o.pass(time.Minute)
	if d := o.inState(i.ID, delivery.Pending); d.DueAt != nil || len(o.Issues("acme/shop")) != 0 {
		t.Errorf("%+v", d)
	}
	o.change(i.ID, func(i *issues.Issue) { i.Open = true })
	o.run()
	o.alone("acme/shop")
}

// What became of a creation is not known in each of these: it is looked for.
func TestALostAnswerNeverMakesASecondIssue(t *testing.T) {
	t.Parallel()
	for kind, made := range map[standin.Kind]bool{standin.LostReply: true, standin.BadGatewayAfter: true, standin.Cut: false, standin.BadGateway: false} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			o := open(t)
			o.LagLists(4*time.Minute + 50*time.Second) // less than the hold
			o.fault("issues/create", standin.Fault{Kind: kind})
			i := o.want()
			o.run()
			o.inState(i.ID, delivery.Unknown)
			lost := o.clock.Now()
			for o.delivery(i.ID).State != delivery.Sent {
				if o.clock.Now().Sub(lost) > 10*time.Minute {
					t.Fatalf("after ten minutes it is %+v", o.delivery(i.ID))
				}
				if asked := slices.Index(o.operations()[2:], "issues/create") >= 0; asked && o.clock.Now().Sub(lost) < 5*time.Minute {
					t.Fatalf("it was asked for again after %s", o.clock.Now().Sub(lost))
				}
				o.clock.Advance(14 * time.Second)
				o.run()
			}
			o.alone("acme/shop")
			wantAttempts := 2
			if made {
				wantAttempts = 1
			}
			if d := o.delivery(i.ID); d.Number != 1 || d.Attempts != wantAttempts {
				t.Errorf("known: %+v", d)
			}
			o.wellBehaved()
		})
	}
}

// Where the list lags more than the hold there may be two for a while; the lowest
// number stays, and the other says so.
func TestWhatWasMadeTwiceIsSweptInFavourOfTheLowestNumber(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.LagLists(23 * time.Minute)
	o.fault("issues/create", standin.Fault{Kind: standin.LostReply})
	i := o.want(func(i *issues.Issue) { i.Title = "first" })
	o.pass(8 * time.Minute)
	if all := o.Issues("acme/shop"); len(all) != 2 || all[0].State != "open" || all[1].State != "open" {
		t.Fatalf("the list lags, and there are %+v", all)
	}
	o.change(i.ID, func(i *issues.Issue) { i.Title = "second" })
	o.pass(50 * time.Minute)
	all := o.Issues("acme/shop")
	if len(all) != 2 || all[0].State != "open" || all[1].State != "closed" || all[1].StateReason != "not_planned" {
		t.Fatalf("after the lag there are %+v", all)
	}
	if got := said(all[1]); len(got) != 1 || !strings.Contains(got[0], "#1 ") || len(all[0].Comments) != 0 {
		t.Errorf("they say %q and %q", said(all[0]), got)
	}
	if d := o.inState(i.ID, delivery.Sent); d.Number != 1 || all[0].Title != "second" {
		t.Errorf("known: %+v, titled %q", d, all[0].Title)
	}
	o.wellBehaved()
}

// Both answers are lost, and the text was wanted otherwise between the two: the first,
// which is found and stays, has the older text, and no person wrote that. A person's
// words stay.
func TestWhatIsFoundOfAnEarlierAttemptGetsTheTextThatIsWanted(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{"as it was made": "second", "as a person titled it": "by a person"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := open(t)
			o.LagLists(time.Hour)
			o.fault("issues/create", standin.Fault{Kind: standin.LostReply})
			i := o.want(func(i *issues.Issue) { i.Title = "first" })
			o.run()
			o.change(i.ID, func(i *issues.Issue) { i.Title = "second" })
			o.fault("issues/create", standin.Fault{Kind: standin.LostReply})
			for len(o.Issues("acme/shop")) < 2 {
				o.pass(time.Minute)
			}
			o.inState(i.ID, delivery.Unknown)
			if want == "by a person" {
				o.Person("ole").Retitle("acme/shop", 1, want)
			}
			o.LagLists(0)
			o.pass(30 * time.Minute)
			all := o.Issues("acme/shop")
			if d := o.inState(i.ID, delivery.Sent); d.Number != 1 || len(all) != 2 || all[0].Title != want || all[0].State != "open" || all[1].State != "closed" {
				t.Errorf("known: %+v, there are %+v", d, all)
			}
		})
	}
}

func TestATransferredIssueIsNotTakenForADuplicateOfItself(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.fault("issues/create", standin.Fault{Kind: standin.Cut})
	i := o.want(o.at("https://github.com/acme/vault"))
	o.run() // asked for in the vault, without an effect
	o.inState(i.ID, delivery.Unknown)
	o.clock.Advance(4 * time.Minute)
	o.run()
	o.Person("ole").Archive("acme/vault")
	for o.delivery(i.ID).State != delivery.Sent {
		o.clock.Advance(4 * time.Minute)
		o.run() // and then made in the default
	}
	o.Person("ole").Unarchive("acme/vault")
	number := o.Person("ole").Transfer("acme/shop", 1, "acme/vault")
	o.pass(time.Hour)
	if is := o.Issue("acme/vault", number); is.State != "open" || len(is.Comments) > 0 {
		t.Errorf("it is %s, and says %q", is.State, said(is))
	}
	if d := o.inState(i.ID, delivery.Sent); d.Place != "acme/vault" || d.Number != number {
		t.Errorf("known: %+v", d)
	}
}

func TestWhatComesIntoTheListWhenItIsNoLongerWantedIsClosed(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.LagLists(23 * time.Minute)
	o.fault("issues/create", standin.Fault{Kind: standin.LostReply})
	i := o.want()
	o.run()
	o.change(i.ID, func(i *issues.Issue) { i.Open = false })
	o.pass(10 * time.Minute)
	o.inState(i.ID, delivery.Pending) // it was given up, and is not asked for again
	if is := o.alone("acme/shop"); is.State != "open" {
		t.Fatalf("it is %s", is.State)
	}
	o.pass(40 * time.Minute)
	o.inState(i.ID, delivery.Sent)
	if is := o.alone("acme/shop"); is.State != "closed" {
		t.Errorf("it is %s", is.State)
	}
	o.wellBehaved()
}

// killed is a tracker under which the process ends: before a creation gets out, or
// after it had its effect.
type killed struct {
	delivery.Tracker
	after bool
}

var errKilled = errors.New("the process ends")

func (k killed) Create(ctx context.Context, place delivery.Place, d delivery.Made) (delivery.Remote, error) {
	if k.after {
		if _, err := k.Tracker.Create(ctx, place, d); err != nil {
			return delivery.Remote{}, err
		}
	}
	return delivery.Remote{}, errKilled
}

func TestAKillBetweenCommitAndAnswerMakesNoSecondIssue(t *testing.T) {
	t.Parallel()
	for name, after := range map[string]bool{"before the request": false, "after its effect": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			storetest.Each(t, func(t *testing.T, s *store.Store) {
				o := openOn(t, s, build(t))
				o.LagLists(4 * time.Minute)
				i := o.want()
				ctx := o.lease(t.Context())
				if _, err := o.hire(killed{o.tracker, after}).RunOnce(ctx); !errors.Is(err, errKilled) {
					t.Fatal(err)
				}
				d := o.inState(i.ID, delivery.Sending)
				if fence, _ := tx.FenceFrom(ctx); d.Owner.Epoch != fence.Epoch || d.Owner.Holder != "one" || d.Intent == nil {
					t.Errorf("known: %+v", d)
				}
				o.pass(4 * time.Minute)
				if d := o.delivery(i.ID); !after && d.State != delivery.Unknown {
					t.Errorf("known: %+v", d)
				}
				o.pass(4 * time.Minute)
				o.inState(i.ID, delivery.Sent)
				o.alone("acme/shop")
				o.wellBehaved()
			})
		})
	}
}

// stalled is a tracker under which the process stands still until it is let go.
type stalled struct {
	delivery.Tracker
	reached, gate chan struct{}
}

func (s stalled) Create(ctx context.Context, place delivery.Place, d delivery.Made) (delivery.Remote, error) {
	close(s.reached)
	<-s.gate
	return s.Tracker.Create(ctx, place, d)
}

func TestACourierThatStalledWritesNothingAfterAnotherTookOver(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		o := openOn(t, s, build(t))
		i := o.want()
		tracker := stalled{o.tracker, make(chan struct{}), make(chan struct{})}
		first, ended := o.hire(tracker), make(chan error)
		ctx := o.lease(t.Context())
		go func() {
			_, err := first.RunOnce(ctx)
			ended <- err
		}()
		<-tracker.reached
		// Another has the lease, finds it sending under an older epoch, and looks for it.
		second := o.lease(t.Context())
		o.clock.Advance(time.Minute)
		if counts, err := o.courier.RunOnce(second); err != nil || counts["lost"] != 1 || counts["missed"] != 1 || counts["opened"] != 0 {
			t.Fatalf("the second did %v, %v", counts, err)
		}
		close(tracker.gate) // the first goes on, and makes the issue
		if err := <-ended; !tx.IsLeaseLost(err) {
			t.Fatalf("the first ended with %v, want that it lost the lease", err)
		}
		o.inState(i.ID, delivery.Unknown)
		o.clock.Advance(2 * time.Minute)
		if counts, err := o.courier.RunOnce(second); err != nil || counts["found"] != 1 {
			t.Fatalf("the second did %v, %v", counts, err)
		}
		o.inState(i.ID, delivery.Sent)
		o.alone("acme/shop")
	})
}

func TestAnIssueGoesWhereItIsTaken(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		repository string
		before     func(*office)
		set        func(*delivery.Settings)
		want       delivery.State
		place      string
		problem    string
	}{
		"its service's repository":  {repository: "https://github.com/acme/vault", want: delivery.Sent, place: "acme/vault"},
		"spelled otherwise":         {repository: "https://github.com/acme/vault.git", want: delivery.Sent, place: "acme/vault"},
		"a repository elsewhere":    {repository: "https://git.example.org/acme/vault", want: delivery.Sent, place: "acme/shop"},
		"issues disabled":           {repository: "https://github.com/acme/vault", before: func(o *office) { o.Person("ole").DisableIssues("acme/vault") }, want: delivery.Sent, place: "acme/shop"},
		"archived":                  {repository: "https://github.com/acme/vault", before: func(o *office) { o.Person("ole").Archive("acme/vault") }, want: delivery.Sent, place: "acme/shop"},
		"public and not allowed":    {repository: "https://github.com/acme/api", want: delivery.Sent, place: "acme/shop"},
		"public and allowed":        {repository: "https://github.com/acme/api", set: func(s *delivery.Settings) { s.Routes.PublicKinds = issues.Kinds }, want: delivery.Sent, place: "acme/api"},
		"renamed":                   {repository: "https://github.com/acme/vault", before: func(o *office) { o.Person("ole").RenameRepository("acme/vault", "safe") }, want: delivery.Sent, place: "acme/safe"},
		"nowhere":                   {set: func(s *delivery.Settings) { s.Routes.Default = "" }, want: delivery.Draft, problem: "the service names no repository; the team names no repository; the organisation names no repository"},
		"nothing takes it":          {repository: "https://github.com/acme/api", set: func(s *delivery.Settings) { s.Routes.Default = "" }, want: delivery.Dead, problem: "acme/api, which the service names, is public, and github.publicKinds does not have budget_violation; the team names no repository; the organisation names no repository"},
		"an owner without access":   {repository: "https://github.com/other/api", want: delivery.Dead, problem: "nobody gave us access to other"},
		"a repository that is gone": {repository: "https://github.com/acme/nothing", want: delivery.Dead, problem: "look whether it still exists"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			set := func(*delivery.Settings) {}
			if c.set != nil {
				set = c.set
			}
			o := open(t, set)
			if c.before != nil {
				c.before(o)
			}
			o.name(c.repository)
			i := o.want()
			o.pass(10 * time.Minute)
			d := o.inState(i.ID, c.want)
			if !strings.Contains(d.Problem, c.problem) {
				t.Errorf("the problem is %q, want %q", d.Problem, c.problem)
			}
			if c.place != "" {
				o.alone(c.place)
			}
			o.wellBehaved()
		})
	}
}

func TestADeadOneIsRetriedSentElsewhereOrDismissed(t *testing.T) {
	t.Parallel()
	o := open(t, func(s *delivery.Settings) { s.Routes.Default = "" })
	i := o.want(o.at("https://github.com/acme/vault"))
	o.Person("ole").DisableIssues("acme/vault")
	o.pass(10 * time.Minute)
	d := o.inState(i.ID, delivery.Dead)
	asked := len(o.Requests())
	o.pass(10 * time.Minute)
	if len(o.Requests()) != asked {
		t.Error("a dead one is asked for")
	}
	o.must(d.Retry(o.clock.Now()))
	o.must(o.store.Delivery().PutDelivery(t.Context(), d))
	o.pass(10 * time.Minute)
	d = o.inState(i.ID, delivery.Dead)
	o.must(d.Retarget("acme/shop", o.clock.Now()))
	o.must(o.store.Delivery().PutDelivery(t.Context(), d))
	o.run()
	d = o.inState(i.ID, delivery.Sent)
	o.alone("acme/shop")
	o.must(d.Dismiss())
	o.must(o.store.Delivery().PutDelivery(t.Context(), d))
	o.change(i.ID, func(i *issues.Issue) { i.Title = "other" })
	o.pass(time.Minute)
	if got := o.alone("acme/shop"); got.Title != "Budget spent" || o.inState(i.ID, delivery.Dismissed).DueAt != nil {
		t.Errorf("dismissed, and changed: %+v", got)
	}
}

func TestCapsHoldBackWhatIsTooMuch(t *testing.T) {
	t.Parallel()
	for name, set := range map[string]func(*delivery.Settings){
		"of a team": func(s *delivery.Settings) { s.TeamPerDay = 3 },
		"in all":    func(s *delivery.Settings) { s.PerDay = 3 },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := open(t, set)
			for range 5 {
				o.want()
			}
			o.pass(20 * time.Minute)
			if n := len(o.Issues("acme/shop")); n != 3 {
				t.Fatalf("%d issues, want three", n)
			}
			for range 26 {
				o.clock.Advance(time.Hour)
				o.run()
			}
			if n := len(o.Issues("acme/shop")); n != 5 {
				t.Errorf("%d issues a day later, want five", n)
			}
		})
	}
}

// What GitHub may have made, and did not say, is under the cap too.
func TestCapsCountWhatHasNoAnswer(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		o := openOn(t, s, build(t), func(s *delivery.Settings) { s.TeamPerDay = 3 })
		var places []string
		for n := range 5 { // one that does not answer rests
			places = append(places, fmt.Sprintf("acme/app-%d", n))
			o.Private(places[n])
			o.Collaborator(places[n], "robo", standin.Write)
			o.want(o.at("https://github.com/" + places[n]))
			o.fault("issues/create", standin.Fault{Kind: standin.LostReply})
		}
		o.run()
		made := 0
		for _, place := range places {
			made += len(o.Issues(place))
		}
		if made != 3 {
			t.Errorf("%d issues, want three", made)
		}
	})
}

// together is a store that answers two who count what was opened only when both have
// asked.
type together struct {
	delivery.Store
	asked *atomic.Int64
	both  *sync.WaitGroup
}

func (s together) Opened(ctx context.Context, team id.ID, since time.Time) (int, int, error) {
	ofTeam, all, err := s.Store.Opened(ctx, team, since)
	if s.asked.Add(1) <= 2 {
		s.both.Done()
		s.both.Wait()
	}
	return ofTeam, all, err
}

func TestTwoLanesKeepOneCap(t *testing.T) {
	t.Parallel()
	o := open(t, func(s *delivery.Settings) { s.PerDay = 1 })
	o.another("umbrella")
	counting := together{o.store.Delivery(), new(atomic.Int64), new(sync.WaitGroup)}
	counting.both.Add(2)
	o.courier.Store = counting
	o.want()
	o.want(o.at("https://github.com/umbrella/app"))
	o.run()
	if n := len(o.Issues("acme/shop")) + len(o.Issues("umbrella/app")); n != 1 {
		t.Errorf("%d issues, want one", n)
	}
}

// Nobody tells the courier that a service names a repository now.
func TestADraftWithoutARepositoryIsOpenedOnceOneIsNamed(t *testing.T) {
	t.Parallel()
	o := open(t, func(s *delivery.Settings) { s.Routes.Default = "" })
	o.name("")
	i := o.want()
	o.pass(time.Minute)
	o.inState(i.ID, delivery.Draft)
	unwanted := o.want(func(i *issues.Issue) { i.Open = false })
	o.pass(time.Minute)
	if d := o.inState(unwanted.ID, delivery.Draft); d.DueAt != nil {
		t.Errorf("one that is not wanted open is looked at again at %s", d.DueAt)
	}
	o.name("https://github.com/acme/shop")
	o.clock.Advance(time.Hour)
	o.run()
	o.inState(i.ID, delivery.Sent)
	o.alone("acme/shop")
}

// standing is a runner under which the process stands still once after a commit with
// which a comment is sent, as long as it takes another to send it again.
type standing struct {
	*store.Store
	office *office
	of     id.ID
	stood  bool
}

func (s *standing) InTx(ctx context.Context, do func(ctx context.Context) error) error {
	err := s.Store.InTx(ctx, do)
	if d := s.office.delivery(s.of); !s.stood && d.State == delivery.Sending {
		s.stood = true
		s.office.clock.Advance(time.Minute)
	}
	return err
}

func TestAProcessThatStoodStillSendsNoCommentAfterwards(t *testing.T) {
	t.Parallel()
	o, i := opened(t)
	o.recover(i.ID, false)
	o.courier.Runner = &standing{Store: o.store, office: o, of: i.ID}
	o.run()
	if is := o.alone("acme/shop"); len(is.Comments) != 0 {
		t.Errorf("it says %q", said(is))
	}
	o.pass(20 * time.Minute)
	if is := o.alone("acme/shop"); len(is.Comments) != 1 {
		t.Errorf("later it says %q", said(is))
	}
}

// The list lags longer than the hold, the repository is renamed meanwhile, and the
// issue is wanted no more: it is found under the new name all the same.
func TestWhatMayHaveBeenMadeIsLookedForUnderTheNewName(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.LagLists(23 * time.Minute)
	o.fault("issues/create", standin.Fault{Kind: standin.LostReply})
	i := o.want()
	o.run()
	o.change(i.ID, func(i *issues.Issue) { i.Open = false })
	o.Person("ole").RenameRepository("acme/shop", "store")
	o.pass(50 * time.Minute)
	if d := o.inState(i.ID, delivery.Sent); d.Place != "acme/store" || d.Number != 1 {
		t.Errorf("known: %+v", d)
	}
	if is := o.alone("acme/store"); is.State != "closed" {
		t.Errorf("it is %s", is.State)
	}
}

func TestADuplicateThatAPersonOpensAgainIsLeftToThem(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.LagLists(23 * time.Minute)
	o.fault("issues/create", standin.Fault{Kind: standin.LostReply})
	i := o.want()
	o.pass(50 * time.Minute)
	if all := o.Issues("acme/shop"); len(all) != 2 || all[1].State != "closed" {
		t.Fatalf("there are %+v", all)
	}
	o.Person("ole").Reopen("acme/shop", 2)
	for range 20 {
		o.clock.Advance(4 * time.Hour)
		o.run()
	}
	all := o.Issues("acme/shop")
	if all[0].State != "open" || all[1].State != "open" || len(all[1].Comments) != 1 {
		t.Errorf("there are %+v", all)
	}
	o.inState(i.ID, delivery.Sent)
}
