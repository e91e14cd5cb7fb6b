package github_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/issues"
	"github.com/evenkeel/evenkeel/services/issues/delivery"
	"github.com/evenkeel/evenkeel/services/issues/github/standin"
)

// wantMany wants so many issues in acme/shop.
func (o *office) wantMany(n int) []issues.Issue {
	o.tb.Helper()
	out := make([]issues.Issue, n)
	for i := range out {
		out[i] = o.want(func(v *issues.Issue) { v.Title = fmt.Sprintf("Budget %d spent", i) })
	}
	return out
}

func TestNineIssuesAreMadeAndTenAreToldOfInOne(t *testing.T) {
	t.Parallel()
	for _, n := range []int{9, 10} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			t.Parallel()
			o := open(t, func(s *delivery.Settings) { s.GroupFrom = delivery.Defaults().GroupFrom })
			wanted := o.wantMany(n)
			o.pass(2 * time.Minute)
			made := o.Issues("acme/shop")
			if n < 10 {
				if len(made) != n {
					t.Errorf("%d issues were made of %d", len(made), n)
				}
				return
			}
			is := o.alone("acme/shop")
			if is.Title != "10 SLOs break their error-budget policies at once" || !slices.Equal(is.Labels, []string{"slo"}) {
				t.Errorf("it is %q with %q", is.Title, is.Labels)
			}
			for i, w := range wanted {
				o.inState(w.ID, delivery.Grouped)
				if !strings.Contains(is.Body, fmt.Sprintf("[Budget %d spent]", i)) {
					t.Errorf("it does not tell of %d:\n%s", i, is.Body)
				}
			}
			asked := len(o.Requests())
			o.pass(time.Hour)
			if now := len(o.Requests()); now != asked {
				t.Errorf("%d requests with nothing changed", now-asked)
			}
			o.wellBehaved()
		})
	}
}

// Of ten that came at once most were over before they were to be made.
func TestAGroupIsMadeOfAsManyAsAreStillWanted(t *testing.T) {
	t.Parallel()
	for wanted, groups := range map[int]int{2: 0, 3: 1} {
		t.Run(fmt.Sprint(wanted), func(t *testing.T) {
			t.Parallel()
			o := open(t, func(s *delivery.Settings) { s.GroupFrom = 3 })
			all := o.wantMany(10)
			for _, i := range all[wanted:] {
				o.change(i.ID, func(i *issues.Issue) { i.Open = false })
			}
			o.pass(2 * time.Minute)
			made := o.Issues("acme/shop")
			if want := map[int]int{0: wanted, 1: 1}[groups]; len(made) != want {
				t.Errorf("%d issues were made of %d that are wanted, want %d", len(made), wanted, want)
			}
			for _, i := range made {
				if strings.Contains(i.Title, "at once") != (groups == 1) {
					t.Errorf("one is %q", i.Title)
				}
			}
			for n, i := range all {
				want := delivery.Pending // and never made
				if n < wanted {
					want = map[int]delivery.State{0: delivery.Sent, 1: delivery.Grouped}[groups]
				}
				o.inState(i.ID, want)
			}
		})
	}
}

func TestWhatComesWithinAnHourJoinsTheGroup(t *testing.T) {
	t.Parallel()
	o := open(t, func(s *delivery.Settings) { s.GroupFrom = 3 })
	o.wantMany(3)
	o.run()
	o.alone("acme/shop")
	o.clock.Advance(30 * time.Minute)
	late := o.want()
	o.pass(time.Minute)
	is := o.alone("acme/shop")
	if is.Title != "4 SLOs break their error-budget policies at once" || !slices.Equal(said(is), []string{"1 more SLO breaks its policy: it is 4 now, and the description lists them."}) {
		t.Errorf("it is %q, and says %q", is.Title, said(is))
	}
	group, err := o.store.Issues().Issue(t.Context(), late.ID)
	o.must(err)
	if d := o.inState(group.Group, delivery.Sent); d.Number != is.Number {
		t.Errorf("the group is %+v", d)
	}
	o.clock.Advance(31 * time.Minute)
	alone := o.want()
	o.pass(time.Minute)
	if made := o.Issues("acme/shop"); len(made) != 2 {
		t.Errorf("an hour later: %d issues, want one of its own", len(made))
	}
	o.inState(alone.ID, delivery.Sent)
}

// People spell a repository as they like; the tracker has one spelling.
func TestAGroupIsOfAPlaceHoweverItIsSpelled(t *testing.T) {
	t.Parallel()
	o := open(t, func(s *delivery.Settings) { s.GroupFrom = 3 })
	all := o.wantMany(2)
	other := o.want(o.at("https://github.com/acme/SHOP"))
	o.run()
	for _, i := range append(all, other) {
		o.inState(i.ID, delivery.Grouped)
	}
	o.clock.Advance(30 * time.Minute)
	late := o.want(o.at("https://github.com/acme/Shop"))
	o.pass(time.Minute)
	o.inState(late.ID, delivery.Grouped)
	if is := o.alone("acme/shop"); is.Title != "4 SLOs break their error-budget policies at once" {
		t.Errorf("it is %q", is.Title)
	}
}

func TestNothingJoinsWhatAPersonClosed(t *testing.T) {
	t.Parallel()
	o := open(t, func(s *delivery.Settings) { s.GroupFrom = 3 })
	o.wantMany(3)
	o.run()
	is := o.alone("acme/shop")
	o.Person("ole").Close("acme/shop", is.Number, "completed")
	o.look("acme/shop", is.Number)
	o.run()
	late := o.want()
	o.pass(time.Minute)
	if d := o.inState(late.ID, delivery.Sent); d.Number == is.Number {
		t.Errorf("it is told of in what is closed: %+v", d)
	}
	if is := o.Issue("acme/shop", is.Number); is.State != "closed" || len(said(is)) != 0 {
		t.Errorf("what a person closed: %+v", is)
	}
}

// The courier may not know of that yet: the webhook was lost, or comes with the next run.
func TestNothingJoinsWhatAPersonClosedAMomentAgo(t *testing.T) {
	t.Parallel()
	for name, told := range map[string]bool{"and the webhook came": true, "and no webhook came": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := open(t, func(s *delivery.Settings) { s.GroupFrom = 3 })
			o.wantMany(3)
			o.run()
			is := o.alone("acme/shop")
			o.Person("ole").Close("acme/shop", is.Number, "completed")
			if told {
				o.look("acme/shop", is.Number)
			}
			late := o.want()
			o.pass(time.Minute)
			if d := o.inState(late.ID, delivery.Sent); d.Number == is.Number {
				t.Errorf("it is told of in what is closed: %+v", d)
			}
			group, err := o.store.Delivery().Delivery(t.Context(), o.groupOf("acme/shop", is.Number))
			o.must(err)
			if group.Outcome != delivery.Done {
				t.Errorf("of the group is known %+v", group)
			}
		})
	}
}

// groupOf is the issue that is wanted of what is at a place.
func (o *office) groupOf(place delivery.Place, number int) id.ID {
	o.tb.Helper()
	issue, ok, err := o.store.Delivery().At(o.tb.Context(), place, number)
	o.must(err)
	if !ok {
		o.tb.Fatalf("nothing is known of %s#%d", place, number)
	}
	return issue
}

// Where a group cannot be looked at, what is new waits, and is told of once it can be.
func TestWhatIsNewWaitsUntilItsGroupIsSeen(t *testing.T) {
	t.Parallel()
	o := open(t, func(s *delivery.Settings) { s.GroupFrom = 3 })
	o.wantMany(3)
	o.run()
	o.alone("acme/shop")
	late := o.want()
	o.fault("issues/get", standin.Fault{Kind: standin.BadGateway})
	o.run()
	o.inState(late.ID, delivery.Pending)
	o.pass(2 * time.Minute)
	o.inState(late.ID, delivery.Grouped)
	if is := o.alone("acme/shop"); is.Title != "4 SLOs break their error-budget policies at once" {
		t.Errorf("it is %q", is.Title)
	}
	o.wellBehaved()
}

// A reply that something is gone is wrong at times: it is asked for again a minute later, and
// two, however many come meanwhile and wait.
func TestAGroupThatIsGoneIsAskedForNoSoonerBecauseOthersWait(t *testing.T) {
	t.Parallel()
	o := open(t, func(s *delivery.Settings) { s.GroupFrom = 3 })
	o.wantMany(3)
	o.run()
	is := o.alone("acme/shop")
	group := o.groupOf("acme/shop", is.Number)
	o.Person("ole").Delete("acme/shop", is.Number)
	late := o.want()
	began := o.clock.Now()
	for o.delivery(group).State != delivery.Dead {
		if o.clock.Now().After(began.Add(time.Hour)) {
			t.Fatalf("after an hour it is %+v", o.delivery(group))
		}
		o.clock.Advance(14 * time.Second)
		o.run()
	}
	if took := o.clock.Now().Sub(began); took < 3*time.Minute {
		t.Errorf("it was given up after %s, want the first minute and the next two between three replies", took)
	}
	o.pass(time.Minute)
	o.inState(late.ID, delivery.Sent)
}

// dismissing has every group that is found dismissed right then, as a person may.
type dismissing struct {
	delivery.Store
	o *office
}

func (s dismissing) OpenGroup(ctx context.Context, kind issues.Kind, place delivery.Place, since time.Time) (id.ID, bool, error) {
	group, found, err := s.Store.OpenGroup(ctx, kind, place, since)
	if found {
		d := s.o.delivery(group)
		s.o.must(d.Dismiss())
		s.o.must(s.Store.PutDelivery(ctx, d))
	}
	return group, found, err
}

func TestNothingJoinsWhatAPersonDismissedMeanwhile(t *testing.T) {
	t.Parallel()
	o := open(t, func(s *delivery.Settings) { s.GroupFrom = 3 })
	o.wantMany(3)
	o.run()
	o.alone("acme/shop")
	o.courier.Store = dismissing{o.courier.Store, o}
	late := o.want()
	o.pass(time.Minute)
	if made := o.Issues("acme/shop"); len(made) != 2 || made[0].Title != "3 SLOs break their error-budget policies at once" && made[1].Title != "3 SLOs break their error-budget policies at once" {
		t.Errorf("%d issues, want one that tells of three and one of its own: %+v", len(made), made)
	}
	o.inState(late.ID, delivery.Sent)
}

func TestAGroupIsMadeOnceWhenItsAnswerIsLost(t *testing.T) {
	t.Parallel()
	o := open(t, func(s *delivery.Settings) { s.GroupFrom = 3 })
	o.wantMany(3)
	o.fault("issues/create", standin.Fault{Kind: standin.LostReply})
	o.pass(30 * time.Minute)
	o.alone("acme/shop")
	o.wellBehaved()
}

func TestTheWholeGroupGoesWhereItIsSent(t *testing.T) {
	t.Parallel()
	o := open(t, func(s *delivery.Settings) { s.GroupFrom = 3 })
	wanted := o.wantMany(3)
	o.run()
	member := o.inState(wanted[0].ID, delivery.Grouped)
	for name, do := range map[string]func() error{
		"retry":    func() error { return member.Retry(o.clock.Now()) },
		"retarget": func() error { return member.Retarget("acme/vault", o.clock.Now()) },
		"dismiss":  member.Dismiss,
	} {
		if e := fault.As(do()); e == nil || e.Code != "issue_grouped" {
			t.Errorf("to %s a member: %v", name, e)
		}
	}
	issue, err := o.store.Issues().Issue(t.Context(), wanted[0].ID)
	o.must(err)
	group := o.inState(issue.Group, delivery.Sent)
	o.must(group.Retarget("acme/vault", o.clock.Now()))
	o.must(o.store.Delivery().PutDelivery(t.Context(), group))
	o.pass(time.Minute)
	if is := o.alone("acme/vault"); is.Title != "3 SLOs break their error-budget policies at once" {
		t.Errorf("it is %q", is.Title)
	}
}

func TestWhereThePlaceTakesNothingEachGoesItsOwnWay(t *testing.T) {
	t.Parallel()
	o := open(t, func(s *delivery.Settings) { s.GroupFrom, s.Routes.Default = 3, "https://github.com/acme/vault" })
	o.Person("ole").DisableIssues("acme/shop")
	o.wantMany(4)
	o.pass(2 * time.Minute)
	if is := o.alone("acme/vault"); is.Title != "4 SLOs break their error-budget policies at once" {
		t.Errorf("it is %q", is.Title)
	}
}

func TestIssuesAreAssignedToThoseWhoHaveALogin(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		login   string
		want    []string
		problem string
	}{
		"who can write":         {"OLE", []string{"ole"}, ""},
		"who cannot":            {"pia", nil, "it is not assigned to pia: GitHub assigns to those who can write"},
		"of whom none is known": {"", nil, "no login on GitHub is known"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := open(t)
			person := o.person("ada", c.login)
			i := o.want(func(i *issues.Issue) { i.Assignees = []id.ID{person} })
			o.pass(time.Minute)
			is := o.alone("acme/shop")
			if !slices.Equal(is.Assignees, c.want) {
				t.Errorf("it is assigned to %q, want %q", is.Assignees, c.want)
			}
			if d := o.delivery(i.ID); c.problem == "" && d.Problem != "" || !strings.Contains(d.Problem, c.problem) {
				t.Errorf("the problem is %q, want %q", d.Problem, c.problem)
			}
			// It stays said, and nothing is asked for again.
			o.ForgetRequests()
			o.look("acme/shop", is.Number)
			o.pass(time.Minute)
			if slices.Contains(o.operations(), "issues/add-assignees") {
				t.Error("it was assigned again")
			}
			if d := o.delivery(i.ID); !strings.Contains(d.Problem, c.problem) {
				t.Errorf("afterwards the problem is %q", d.Problem)
			}
		})
	}
}

func TestALoginThatIsEnteredLaterIsTaken(t *testing.T) {
	t.Parallel()
	o := open(t)
	ada := storetest.Person(t, o.store, "ada")
	i := o.want(func(i *issues.Issue) { i.Assignees = []id.ID{ada.ID} })
	o.pass(time.Minute)
	if is, d := o.alone("acme/shop"), o.delivery(i.ID); len(is.Assignees) != 0 || !strings.Contains(d.Problem, "can enter it, and it can be retried then") {
		t.Fatalf("it is assigned to %q, and the problem is %q", is.Assignees, d.Problem)
	}
	ada.GitHubLogin = "ole"
	o.must(o.store.Access().UpdatePerson(t.Context(), ada))
	d := o.delivery(i.ID)
	o.must(d.Retry(o.clock.Now())) // as a person may
	o.must(o.store.Delivery().PutDelivery(t.Context(), d))
	o.pass(time.Minute)
	if is, d := o.alone("acme/shop"), o.delivery(i.ID); !slices.Equal(is.Assignees, []string{"ole"}) || d.Problem != "" {
		t.Errorf("it is assigned to %q, and the problem is %q", is.Assignees, d.Problem)
	}
	o.ForgetRequests()
	o.look("acme/shop", o.alone("acme/shop").Number)
	o.pass(time.Minute)
	if slices.Contains(o.operations(), "issues/add-assignees") {
		t.Error("it was assigned again")
	}
}

func TestWhomPeopleAssignStaysAndWhomTheyTakeOffToo(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.Collaborator("acme/shop", "pia", standin.Write)
	ada, bob := o.person("ada", "ole"), o.person("bob", "pia")
	i := o.want(func(i *issues.Issue) { i.Assignees = []id.ID{ada} })
	o.pass(time.Minute)
	is := o.alone("acme/shop")
	o.Person("ole").Assign("acme/shop", is.Number, "robo")
	assigned := func(want ...string) {
		t.Helper()
		o.look("acme/shop", is.Number)
		o.pass(time.Minute)
		if got := o.alone("acme/shop").Assignees; !slices.Equal(slices.Sorted(slices.Values(got)), want) {
			t.Errorf("it is assigned to %q, want %q", got, want)
		}
	}
	assigned("robo")
	o.change(i.ID, func(i *issues.Issue) { i.Assignees = []id.ID{bob} })
	assigned("pia", "robo")
	o.change(i.ID, func(i *issues.Issue) { i.Assignees = []id.ID{} })
	assigned("robo")
}

func TestAPartComesUnderItsParentOnceBothAreThere(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ lose, parentFirst bool }{
		"": {}, "and the answer is lost": {lose: true}, "and the parent was there before": {parentFirst: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := open(t)
			// Places take turns by their names: the part is there first.
			parent := o.want(o.at("https://github.com/acme/vault"))
			if c.parentFirst {
				o.pass(time.Minute)
			}
			part := o.want(func(i *issues.Issue) { i.Parent = parent.ID })
			if c.lose {
				o.fault("issues/add-sub-issue", standin.Fault{Kind: standin.LostReply})
			}
			o.pass(10 * time.Minute)
			above, below := o.alone("acme/vault"), o.alone("acme/shop")
			if !slices.Equal(above.Parts, []int64{below.ID}) {
				t.Errorf("the parts of %d are %v", above.ID, above.Parts)
			}
			if d := o.inState(part.ID, delivery.Sent); d.Problem != "" || d.DueAt != nil {
				t.Errorf("the part is %+v", d)
			}
			asked := len(o.Requests())
			o.pass(30 * time.Minute)
			if now := len(o.Requests()); now != asked {
				t.Errorf("%d requests with nothing changed", now-asked)
			}
		})
	}
}

// tally has the title of a group say another number, as its members do when one comes or
// is over.
func (o *office) tally(group id.ID, n int) {
	o.tb.Helper()
	o.change(group, func(i *issues.Issue) {
		i.Title, i.Body = fmt.Sprintf("%d error budgets are overspent", n), fmt.Sprintf("It is %d.\n\n%s", n, issues.Marker(i.Fingerprint))
	})
}

// The list is kept up to date at once, the title once an hour: who watches the repository
// is told of each title.
func TestTheTitleOfAGroupIsWrittenOnceAnHour(t *testing.T) {
	t.Parallel()
	o := open(t, func(s *delivery.Settings) { s.GroupFrom = 3 })
	o.wantMany(3)
	o.run()
	group := o.groupOf("acme/shop", o.alone("acme/shop").Number)
	var titles []time.Time
	last := o.alone("acme/shop").Title
	minute := func() {
		t.Helper()
		o.pass(time.Minute)
		if now := o.alone("acme/shop").Title; now != last {
			titles, last = append(titles, o.clock.Now()), now
		}
	}
	for n := range 150 {
		o.tally(group, 2+n%7)
		minute()
		if body := o.alone("acme/shop").Body; !strings.HasPrefix(body, fmt.Sprintf("It is %d.", 2+n%7)) {
			t.Fatalf("in minute %d the text is %q", n, body)
		}
	}
	if len(titles) != 3 { // at once, and after one and two hours
		t.Errorf("in two and a half hours the title was written %d times, want 3: %v", len(titles), titles)
	}
	for n := 1; n < len(titles); n++ {
		if d := titles[n].Sub(titles[n-1]); d < time.Hour-time.Minute {
			t.Errorf("one title came %s after another", d)
		}
	}
	// What is wanted last is what it says in the end, with nobody's doing, and nothing is
	// written where the number is as it was.
	for range 61 {
		minute()
	}
	if want := "4 error budgets are overspent"; last != want { // 149 is 2 more than 21 times 7
		t.Errorf("in the end it is %q, want %q", last, want)
	}
	o.clock.Advance(2 * time.Hour)
	o.ForgetRequests()
	o.tally(group, 4)
	o.pass(2 * time.Hour)
	if slices.Contains(o.operations(), "issues/update") {
		t.Errorf("with the same number it asked %v", o.operations())
	}
	o.wellBehaved()
}
