package onboarding_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/onboarding"
	"github.com/evenkeel/evenkeel/services/registry"
)

// codeHost is a host that tells what it is given.
type codeHost struct {
	told  []onboarding.Told
	fails error
	looks map[string]onboarding.Look
	wrong map[string]error // what looking into one ends with
	asked []string
}

func (c *codeHost) Repositories(_ context.Context, each func([]onboarding.Told) error) error {
	if err := each(c.told); err != nil {
		return err
	}
	return c.fails
}

func (c *codeHost) Look(_ context.Context, fullName string, _ onboarding.Look) (onboarding.Look, error) {
	c.asked = append(c.asked, fullName)
	return c.looks[fullName], c.wrong[fullName]
}

func (c *codeHost) FullName(address string) string {
	name, is := strings.CutPrefix(strings.ToLower(address), "https://github.com/")
	if !is {
		return ""
	}
	return strings.TrimSuffix(name, ".git")
}

// tell is a repository as a host tells of it.
func tell(id, name string, f onboarding.Facts) onboarding.Told {
	return onboarding.Told{HostID: id, FullName: name, Address: "https://github.com/" + name, Facts: f}
}

// byName are all repositories by their full names.
func (h *house) byName(t *testing.T) map[string]onboarding.Repository {
	t.Helper()
	out := map[string]onboarding.Repository{}
	for _, r := range ok(h.Repositories(h.ada, onboarding.RepositoryFilter{}, page.Request{}))(t).Items {
		out[r.FullName] = r
	}
	return out
}

// names has ledger, or another service of payments, name a repository.
func (h *house) names(t *testing.T, service, address string) {
	t.Helper()
	is := ok(h.registry.ServiceFor(h.ada, service))(t)
	profile := is.Profile
	profile.Repository = address
	ok(h.registry.UpdateService(h.ada, service, is.Version, registry.ServiceInput{Slug: service, Team: "payments", Profile: profile}))(t)
}

func TestWhatTheHostTellsIsFoundLookedIntoAndLetGo(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.clock.Advance(time.Minute)
	h.names(t, "ledger", "https://github.com/acme/ledger")
	host := &codeHost{
		told: []onboarding.Told{
			tell("1", "acme/orders", onboarding.Facts{}), tell("2", "Acme/Ledger", onboarding.Facts{}), tell("3", "acme/old", onboarding.Facts{Archived: true}),
			tell("4", "acme/search", onboarding.Facts{Topics: []string{"go", "team-payments"}}), tell("5", "acme/lost", onboarding.Facts{}),
		},
		looks: map[string]onboarding.Look{
			"acme/orders": {Owners: []string{"@ada", "@acme/Payments"}},
			"acme/search": {Component: &onboarding.Component{Slug: "finder", Owner: "nobody-here", Tier: 1}},
		},
	}
	h.Service.Host = host
	if d := ok(h.Discover(h.job))(t); d != (onboarding.Discovery{Told: 5, New: 5, Looked: 3}) {
		t.Errorf("found is %+v", d)
	}
	all := h.byName(t)
	for name, want := range map[string]struct {
		state onboarding.State
		team  string
		by    onboarding.TeamBy
		slug  string
	}{
		"acme/orders": {onboarding.Found, "payments", onboarding.ByCodeOwners, "orders"},
		"Acme/Ledger": {onboarding.Registered, "", "", "ledger"},
		"acme/old":    {onboarding.Idle, "", "", "old"},
		"acme/search": {onboarding.Found, "payments", onboarding.ByTopic, "finder"},
		"acme/lost":   {onboarding.Found, "", "", "lost"},
	} {
		r := all[name]
		if r.State() != want.state || r.TeamSlug != want.team || r.TeamBy != want.by || r.Proposed().Slug != want.slug {
			t.Errorf("%s is %s of %q by %q, to be %q; want %+v", name, r.State(), r.TeamSlug, r.TeamBy, r.Proposed().Slug, want)
		}
	}
	// What did not change is not looked into again, nor written anew.
	before, asked := h.byName(t), len(host.asked)
	h.clock.Advance(time.Hour)
	if d := ok(h.Discover(h.job))(t); d != (onboarding.Discovery{Told: 5}) || len(host.asked) != asked {
		t.Errorf("the second time it is %+v, and asked was %v", d, host.asked[asked:])
	}
	for name, r := range h.byName(t) {
		if r.Version != before[name].Version {
			t.Errorf("%s is version %d, was %d", name, r.Version, before[name].Version)
		}
	}
	// A host that could not be asked to the end takes nothing away; one that was does. A name may change.
	h.clock.Advance(time.Hour)
	host.told, host.fails = []onboarding.Told{tell("1", "acme/order-service", onboarding.Facts{})}, errBoom
	if _, err := h.Discover(h.job); err == nil || h.byName(t)["acme/lost"].State() != onboarding.Found {
		t.Errorf("half a list took something away (%v)", err)
	}
	if r := h.byName(t)["acme/order-service"]; r.ID != all["acme/orders"].ID || r.TeamSlug != "payments" {
		t.Errorf("under another name it is %+v", r)
	}
	// A list that leaves something out once takes nothing away either: two runs have to.
	host.fails = nil
	h.clock.Advance(20 * time.Minute)
	if d := ok(h.Discover(h.job))(t); d != (onboarding.Discovery{Told: 1}) {
		t.Errorf("80 minutes after they were told the others are %+v", d)
	}
	h.clock.Advance(time.Hour)
	if d := ok(h.Discover(h.job))(t); d != (onboarding.Discovery{Told: 1, Gone: 4}) {
		t.Errorf("then it is %+v", d)
	}
	if r := h.byName(t)["acme/lost"]; r.State() != onboarding.Gone {
		t.Errorf("it is %s, want gone", r.State())
	}
}

// What a discovery found may be an hour old by when a wave is started: the service that names the repository by
// then is meant, and the job does not take back what a wave did.
func TestAWaveGoesByTheServiceThatNamesTheRepositoryNow(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.Host = &codeHost{told: []onboarding.Told{tell("1", "acme/Orders", onboarding.Facts{Topics: []string{"team-payments"}})}}
	ok(h.Discover(h.job))(t)
	orders := h.byName(t)["acme/Orders"]
	h.wave(t, onboarding.Pick{Repositories: []id.ID{orders.ID}}, onboarding.Template{SLO: pushed()})
	h.names(t, "ledger", "https://github.com/acme/orders.git")
	if o := h.preview(t)[0]; o.Registers || o.Service.Slug != "ledger" {
		t.Errorf("foreseen is %+v", o)
	}
	if p := ok(h.Start(h.root, "first", false))(t); len(p.Brought) != 1 || p.Brought[0].Name != "orders" && p.Brought[0].Service == "" {
		t.Errorf("brought is %+v", p)
	}
	if r := h.byName(t)["acme/Orders"]; r.ServiceSlug != "ledger" {
		t.Errorf("the repository is %q's, want ledger's", r.ServiceSlug)
	}
	if _, err := h.registry.ServiceFor(h.ada, "orders"); err == nil {
		t.Error("there are two services of one repository")
	}
	// One that is retired does not bring its repository back.
	is := ok(h.registry.ServiceFor(h.ada, "ledger"))(t)
	ok(h.registry.Retire(h.ada, "ledger", is.Version, "It is over."))(t)
	ok(h.Discover(h.job))(t)
	if r := h.byName(t)["acme/Orders"]; r.State() != onboarding.Registered {
		t.Errorf("the repository of a retired service is %s", r.State())
	}
}

func TestWhatPeopleSaidOfATeamOutlastsItsNameAndNoOtherWordReplacesIt(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ok(h.registry.CreateTeam(h.ada, registry.TeamInput{Slug: "search", Name: "Search"}))(t)
	h.Host = &codeHost{
		told:  []onboarding.Told{tell("1", "acme/orders", onboarding.Facts{Topics: []string{"team-search"}}), tell("2", "acme/copy", onboarding.Facts{})},
		looks: map[string]onboarding.Look{"acme/copy": {Owners: []string{"@grafana/search", "search", "@search"}}},
	}
	ok(h.Discover(h.job))(t)
	if r := h.byName(t)["acme/copy"]; r.Team != "" {
		t.Errorf("the team of another organisation made it %s's", r.TeamSlug)
	}
	orders := h.byName(t)["acme/orders"]
	if orders.TeamSlug != "search" {
		t.Fatalf("it is %q's by its topic, want search's", orders.TeamSlug)
	}
	orders = ok(h.Decide(h.root, orders.ID, orders.Version, onboarding.Decision{Choice: onboarding.Choice{Team: "payments"}}))(t)
	payments := ok(h.registry.TeamFor(h.ada, "payments"))(t)
	ok(h.registry.UpdateTeam(h.ada, "payments", payments.Version, registry.TeamInput{Slug: "money", Name: "Money"}))(t)
	ok(h.Discover(h.job))(t)
	if r := h.byName(t)["acme/orders"]; r.Team != payments.ID || r.TeamBy != onboarding.ByChoice {
		t.Errorf("after its team got another name it is %q's by %q", r.TeamSlug, r.TeamBy)
	}
	// It can be decided on as it was said, under the former name.
	why := "It is none."
	r := h.byName(t)["acme/orders"]
	if r = ok(h.Decide(h.root, r.ID, r.Version, onboarding.Decision{Choice: orders.Choice, Dismissed: &why}))(t); r.Choice.Team != "money" || r.State() != onboarding.Dismissed {
		t.Errorf("decided is %+v, %s", r.Choice, r.State())
	}
}

func TestOneThatCannotBeLookedIntoStandsInNobodysWay(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	host := &codeHost{wrong: map[string]error{"acme/r-0": errBoom}}
	for i := range 3 {
		host.told = append(host.told, tell(fmt.Sprint(i), fmt.Sprintf("acme/r-%d", i), onboarding.Facts{}))
	}
	h.Host = host
	looked := func(want ...string) {
		t.Helper()
		if got := slices.Sorted(slices.Values(host.asked)); !slices.Equal(got, want) {
			t.Errorf("looked into were %q, want %q", got, want)
		}
		host.asked = nil
	}
	d, err := h.Discover(h.job)
	if d.Looked != 2 || !errors.Is(err, errBoom) || !strings.Contains(err.Error(), "acme/r-0") {
		t.Errorf("found is %+v, %v", d, err)
	}
	looked("acme/r-0", "acme/r-1", "acme/r-2")
	ok(h.Discover(h.job))(t)
	looked() // not again at once
	h.clock.Advance(6*time.Hour + time.Minute)
	if _, err := h.Discover(h.job); !errors.Is(err, errBoom) {
		t.Errorf("after six hours it ends with %v", err)
	}
	looked("acme/r-0")

	// A host that is busy is asked for no more, and so is one that fails five times in a row.
	h.clock.Advance(8 * 24 * time.Hour)
	host.wrong = map[string]error{"acme/r-0": onboarding.ErrBusy, "acme/r-1": onboarding.ErrBusy, "acme/r-2": onboarding.ErrBusy}
	if _, err := h.Discover(h.job); !errors.Is(err, onboarding.ErrBusy) || len(host.asked) != 1 {
		t.Errorf("a busy host was asked for %q (%v)", host.asked, err)
	}
	host.asked, host.wrong = nil, map[string]error{}
	for i := range 9 {
		name := fmt.Sprintf("acme/s-%d", i)
		host.told = append(host.told, tell("s"+fmt.Sprint(i), name, onboarding.Facts{}))
		host.wrong[name] = errBoom
	}
	maps.Copy(host.wrong, map[string]error{"acme/r-0": nil, "acme/r-1": nil, "acme/r-2": nil})
	if _, err := h.Discover(h.job); err == nil || len(host.asked) != 5 {
		t.Errorf("asked for were %q (%v), want five", host.asked, err)
	}
}

func TestTemplatesOfOneSlugAreForDifferentServices(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, c := range []struct {
		one, two onboarding.Template
		right    bool
	}{
		{onboarding.Template{Tiers: []int{1, 2}}, onboarding.Template{Tiers: []int{2, 3}}, false},
		{onboarding.Template{Tiers: []int{1, 2}}, onboarding.Template{Tiers: []int{3}}, true},
		{onboarding.Template{}, onboarding.Template{Tiers: []int{3}}, false},
		{onboarding.Template{Kinds: []registry.Kind{registry.HTTP}}, onboarding.Template{Kinds: []registry.Kind{registry.GRPC}}, true},
		{onboarding.Template{Kinds: []registry.Kind{registry.HTTP}, Tiers: []int{1}}, onboarding.Template{Kinds: []registry.Kind{registry.HTTP}, Tiers: []int{2}}, true},
		{onboarding.Template{Kinds: []registry.Kind{registry.HTTP, registry.GRPC}}, onboarding.Template{Kinds: []registry.Kind{registry.GRPC, registry.HTTP}}, false},
	} {
		c.one.SLO, c.two.SLO = pushed(), pushed()
		w, err := h.CreateWave(h.root, onboarding.Draft{Slug: "overlap", Name: "Overlap", Templates: []onboarding.Template{c.one, c.two}})
		if (err == nil) != c.right {
			t.Errorf("%v %v beside %v %v: %v", c.one.Kinds, c.one.Tiers, c.two.Kinds, c.two.Tiers, err)
		}
		if err == nil {
			if err := h.DeleteWave(h.root, "overlap", w.Version); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestTwoRepositoriesThatWouldBeOneServiceAreForeseen(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	one, two := h.repository(t, "acme/api", onboarding.ByTopic), h.repository(t, "acme/API_", onboarding.ByTopic)
	h.wave(t, onboarding.Pick{Repositories: []id.ID{one.ID, two.ID}}, onboarding.Template{SLO: pushed()})
	var first []onboarding.Outcome
	for after := ""; ; { // on pages of their own
		found := ok(h.Preview(h.root, "first", page.Request{Limit: 1, After: after}))(t)
		first = append(first, found.Items...)
		if after = found.Next; after == "" {
			break
		}
	}
	if len(first) != 2 || len(first[0].Problems) != 0 || len(first[1].Problems) != 1 || !strings.Contains(first[1].Problems[0].Message, "acme/api of this wave") {
		t.Errorf("foreseen is %+v", first)
	}
	if p := ok(h.Start(h.root, "first", false))(t); len(p.Brought) != 1 || len(p.Failed) != 1 || p.Failed[0].ID != first[1].Member.ID {
		t.Errorf("brought are %+v, failed %+v", p.Brought, p.Failed)
	}
}
