package github_test

import (
	"slices"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/issues"
	"github.com/evenkeel/evenkeel/services/issues/delivery"
	"github.com/evenkeel/evenkeel/services/issues/github/standin"
)

// nameOfTeam has the service's team name a repository.
func (o *office) nameOfTeam(repository string) {
	o.tb.Helper()
	team, err := o.store.Registry().Team(o.tb.Context(), o.service.Team)
	o.must(err)
	team.DefaultRepository = repository
	o.must(o.store.Registry().UpdateTeam(o.tb.Context(), team))
}

// The order, and where the label is, are those of docs/how-to/open-github-issues.md.
func TestAnIssueGoesToItsServicesThenItsTeamsThenTheOrganisationsRepository(t *testing.T) {
	t.Parallel()
	const api, vault, shop = "https://github.com/acme/api", "https://github.com/acme/vault", "https://github.com/acme/shop"
	alone, labelled := []string{"slo"}, []string{"slo", "service:checkout"}
	for name, c := range map[string]struct {
		own, team, all string
		shared         string // what another service names
		public         bool   // is allowed
		before         func(*office)
		place          string
		labels         []string
	}{
		"the service's":                          {own: vault, team: shop, all: shop, place: "acme/vault", labels: alone},
		"the service's, which another shares":    {own: vault, team: shop, shared: "git@github.com:Acme/Vault.git", place: "acme/vault", labels: labelled},
		"the service's, and another's is like":   {own: vault, team: shop, shared: vault + "-2", place: "acme/vault", labels: alone},
		"the team's":                             {team: vault, all: shop, place: "acme/vault", labels: labelled},
		"the organisation's":                     {all: "git@github.com:acme/shop.git", place: "acme/shop", labels: labelled},
		"the team's, as the service's is public": {own: api, team: vault, all: shop, place: "acme/vault", labels: labelled},
		"the service's public one, allowed":      {own: api, team: vault, all: shop, public: true, place: "acme/api", labels: alone},
		"the organisation's, as neither other takes it": {own: api, team: vault, all: shop, place: "acme/shop", labels: labelled,
			before: func(o *office) { o.Person("ole").DisableIssues("acme/vault") }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := open(t, func(s *delivery.Settings) {
				s.Routes.Default = c.all
				if c.public {
					s.Routes.PublicKinds = []issues.Kind{issues.KindBudgetViolation}
				}
			})
			o.name(c.own)
			o.nameOfTeam(c.team)
			if c.shared != "" {
				o.at(c.shared)
			}
			if c.before != nil {
				c.before(o)
			}
			i := o.want()
			o.pass(2 * time.Minute)
			d := o.inState(i.ID, delivery.Sent)
			if made := o.alone(c.place); !slices.Equal(made.Labels, c.labels) || d.Problem != "" {
				t.Errorf("it has %q, want %q; the problem is %q", made.Labels, c.labels, d.Problem)
			}
			if n := len(o.Issues("acme/api")) + len(o.Issues("acme/vault")) + len(o.Issues("acme/shop")); n != 1 {
				t.Errorf("%d issues, want one", n)
			}
			o.ForgetRequests()
			o.pass(time.Hour)
			if got := o.operations(); len(got) != 0 {
				t.Errorf("nothing changed, and it asked %v", got)
			}
			o.wellBehaved()
		})
	}
}

func TestTheLabelOfTheServiceStaysAsLongAsPeopleLeaveIt(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.name("")
	i := o.want()
	o.run()
	again := func(title string) []string {
		o.change(i.ID, func(i *issues.Issue) { i.Title = title })
		o.pass(time.Minute)
		is := o.alone("acme/shop")
		if is.Title != title {
			t.Fatalf("the title is %q, want %q", is.Title, title)
		}
		return is.Labels
	}
	if got := again("first"); !slices.Equal(got, []string{"slo", "service:checkout"}) {
		t.Errorf("after a change: %q", got)
	}
	o.Person("ole").Unlabel("acme/shop", 1, "service:checkout")
	if got := again("second"); !slices.Equal(got, []string{"slo"}) {
		t.Errorf("a person removed it: %q", got)
	}
}

// send sends an issue elsewhere, as a person.
func (o *office) send(of id.ID, place delivery.Place) {
	o.tb.Helper()
	d := o.delivery(of)
	o.must(d.Retarget(place, o.clock.Now()))
	o.must(o.store.Delivery().PutDelivery(o.tb.Context(), d))
	o.pass(time.Minute)
}

func TestWhatIsSentBackIsTakenUpWhereItWasLeft(t *testing.T) {
	t.Parallel()
	o, i := opened(t)
	o.send(i.ID, "acme/vault")
	o.alone("acme/vault")
	o.change(i.ID, func(i *issues.Issue) { i.Title = "Budget spent more" })
	o.pass(time.Minute)
	o.send(i.ID, "acme/shop")
	if d := o.inState(i.ID, delivery.Sent); d.Place != "acme/shop" || d.Number != 1 || d.OpenedAt == nil {
		t.Errorf("known: %+v", d)
	}
	if is := o.alone("acme/shop"); is.Title != "Budget spent more" || !slices.Equal(is.Labels, i.Labels) {
		t.Errorf("it is titled %q, with %q", is.Title, is.Labels)
	}
	o.Person("ole").Close("acme/shop", 1, "completed")
	o.send(i.ID, "acme/vault")
	o.send(i.ID, "acme/shop")
	if is := o.alone("acme/shop"); is.State != "closed" || o.delivery(i.ID).Outcome != delivery.Done {
		t.Errorf("it is %s, though a person closed it", is.State)
	}
	o.alone("acme/vault")
}

// The list lags longer than the hold.
func TestWhatMayHaveBeenMadeIsLookedForWhenItIsSentBack(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.LagLists(23 * time.Minute)
	o.fault("issues/create", standin.Fault{Kind: standin.LostReply})
	i := o.want()
	o.run()
	o.change(i.ID, func(i *issues.Issue) { i.Open = false })
	o.pass(6 * time.Minute)
	o.inState(i.ID, delivery.Pending) // it was given up
	o.send(i.ID, "acme/vault")
	o.clock.Advance(20 * time.Minute)
	o.change(i.ID, func(i *issues.Issue) { i.Open = true })
	o.send(i.ID, "acme/shop")
	o.inState(i.ID, delivery.Sent)
	o.alone("acme/shop")
}

// What people sent elsewhere is not taken from there, though somebody names a repository
// that comes before.
func TestWhatPeopleSentElsewhereStaysThereOrIsDead(t *testing.T) {
	t.Parallel()
	for place, want := range map[delivery.Place]delivery.State{"acme/vault": delivery.Sent, "acme/api": delivery.Dead} {
		t.Run(string(place), func(t *testing.T) {
			t.Parallel()
			o := open(t)
			i := o.want()
			d := o.delivery(i.ID)
			o.must(d.Retarget(place, o.clock.Now()))
			o.must(o.store.Delivery().PutDelivery(t.Context(), d))
			o.pass(10 * time.Minute)
			d = o.inState(i.ID, want)
			if want == delivery.Dead {
				if d.Problem != "acme/api is public, and github.publicKinds does not have budget_violation" || len(o.Issues("acme/shop")) != 0 {
					t.Errorf("the problem is %q", d.Problem)
				}
				return
			}
			if made := o.alone("acme/vault"); !slices.Contains(made.Labels, "service:checkout") {
				t.Errorf("it has %q", made.Labels)
			}
		})
	}
}
