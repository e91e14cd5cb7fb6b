package scorecards_test

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/scorecards"
	"github.com/evenkeel/evenkeel/scorecards/given"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/audit"
	"github.com/evenkeel/evenkeel/services/issues"
	"github.com/evenkeel/evenkeel/services/registry"
)

// noon is when every test begins.
var noon = time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)

// house is scorecards over a fresh database, with the registry's facts and those that are given.
// Ada is of the team payments, which is below commerce; Bob is of no team; the root administers.
type house struct {
	*scorecards.Service
	store          *store.Store
	clock          *clock.Manual
	registry       *registry.Registry
	given          *given.Service
	exempt         exemptions
	issues         *issues.Service
	ada, bob, root context.Context
	commerce       registry.Team
	payments       registry.Team
}

// exemptions are those of services, by scorecard; what grants them has tests of its own.
type exemptions map[id.ID]map[id.ID][]string

func (e exemptions) Exempt(context.Context, []id.ID, time.Time) (map[id.ID]map[id.ID][]string, error) {
	return e, nil
}

func open(t testing.TB) *house {
	t.Helper()
	h := &house{store: storetest.SQLite(t), clock: clock.NewManual(noon), exempt: exemptions{}}
	authorizer := access.NewAuthorizer(h.store.Access())
	log := audit.NewService(h.store.Audit(), h.store, authorizer, h.clock.Now)
	noting := scorecards.Noting{Recorder: log, Store: h.store.Scorecards(), Clock: h.clock.Now}
	h.registry = registry.New(h.store.Registry(), h.store.Access(), h.store, authorizer, noting, h.clock.Now)
	domains := fact.NewBook[registry.Service](registry.ServiceFacts{Store: h.store.Registry(), Clock: h.clock.Now})
	h.given = given.NewService(given.Parts{
		Store: h.store.Given(), Registry: h.store.Registry(), Domains: domains,
		Runner: h.store, Authorizer: authorizer, Recorder: noting, Clock: h.clock.Now,
	})
	h.issues = issues.NewService(h.store.Issues(), h.store.Registry(), h.store.Policy(), "https://evenkeel.example.org")
	h.Service = scorecards.NewService(scorecards.Parts{
		Store: h.store.Scorecards(), Slugs: h.store.Registry(), Services: h.registry, Fleet: h.store.Fleet(),
		Facts: scorecards.Book{Domains: domains, Given: h.given}, Exemptions: h.exempt, Failures: h.store.Scorecards(), Desk: h.issues,
		Runner: h.store, Authorizer: authorizer, Recorder: log, Clock: h.clock.Now, Logger: slog.New(slog.DiscardHandler),
	})
	h.given.Noticer, h.given.Readers = h.Service, h.Service
	h.ada, h.bob, h.root = h.person(t, "ada"), h.person(t, "bob"), access.WithCaller(t.Context(), access.System("test"))
	h.commerce = must(h.registry.CreateTeam(h.root, registry.TeamInput{Slug: "commerce", Name: "Commerce"}))(t)
	h.payments = must(h.registry.CreateTeam(h.ada, registry.TeamInput{Slug: "payments", Name: "Payments", Parent: "commerce"}))(t)
	return h
}

func (h *house) person(t testing.TB, name string) context.Context {
	t.Helper()
	p := storetest.Person(t, h.store, name)
	return access.WithCaller(t.Context(), access.Caller{Kind: access.ByPerson, Person: p.ID, Name: name, Scopes: []access.Scope{access.ScopeRead, access.ScopeWrite}})
}

// service registers one of tier 1 of the team payments.
func (h *house) service(t testing.TB, slug string, change ...func(*registry.ServiceInput)) registry.Service {
	t.Helper()
	in := registry.ServiceInput{Slug: slug, Team: "payments", Profile: registry.Profile{Name: slug, Kind: registry.HTTP, Tier: 1, Lifecycle: registry.Production}}
	for _, c := range change {
		c(&in)
	}
	return must(h.registry.CreateService(h.root, in))(t)
}

// attest says when the service was restored, until a time.
func (h *house) attest(t testing.TB, service id.ID, at, until time.Time) {
	t.Helper()
	must(h.given.Attest(h.ada, service, given.Statement{Fact: "restoreDrill", Value: given.Value{Time: &at}, Evidence: "https://example.org/drill", Note: "restored", Until: until}))(t)
}

// evaluate runs a pass over all.
func (h *house) evaluate(t testing.TB) map[string]int64 {
	t.Helper()
	return must(h.EvaluateOnce(h.root))(t)
}

// card is what the scorecard came to for the service.
func (h *house) card(t testing.TB, service, scorecard string) scorecards.ServiceCard {
	t.Helper()
	return must(h.ServiceCard(h.bob, service, scorecard))(t)
}

// aDraft has two levels: documentation and a dashboard make Bronze, a restore drill of the last
// 90 days makes Silver, of stateful services of tiers 1 and 2.
func aDraft() scorecards.Draft {
	return scorecards.Draft{
		Slug: "readiness", Name: "Readiness", Owner: "payments",
		Terms: scorecards.Terms{
			AppliesTo: "lifecycle != 'deprecated'",
			Levels:    []scorecards.Level{{Name: "Bronze"}, {Name: "Silver"}},
			Checks: []scorecards.Check{
				{ID: "docs", Title: "Documented", Category: "Ownership", Level: "Bronze", Weight: 3, Passes: "hasDocs"},
				{ID: "dashboard", Title: "Dashboard", Category: "Alerting", Level: "Bronze", Weight: 1, Passes: "hasDashboard"},
				{
					ID: "restore", Title: "Restored", Category: "Resilience", Level: "Silver", Weight: 2, Tier: 2, AppliesTo: "kind == 'stateful'", Passes: "restoreDrill <= parameters.maxDays",
					Fix: "Restored {restoreDrill} ago, at most {parameters.maxDays} days, tier {tier}.", Parameters: map[string]float64{"maxDays": 90},
				},
			},
		},
	}
}

func must[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// refused fails the test unless err is of the kind and code, and names what is given.
func refused(t testing.TB, err error, kind fault.Kind, code string, words ...string) {
	t.Helper()
	e := fault.As(err)
	if e == nil || e.Kind != kind || e.Code != code {
		t.Errorf("%v, want %s %s", err, kind, code)
		return
	}
	for _, w := range words {
		if !strings.Contains(e.Error(), w) {
			t.Errorf("%s\nlacks %q", e.Error(), w)
		}
	}
}

func outcomes(c scorecards.ServiceCard) string {
	var out []string
	for _, r := range c.Results {
		out = append(out, r.Check.ID+" "+r.Outcome.String())
	}
	return strings.Join(out, ", ")
}

func ids(results []scorecards.CheckResult) []string {
	out := []string{}
	for _, r := range results {
		out = append(out, r.Check.ID)
	}
	return out
}

func equal[T comparable](t testing.TB, what string, got, want []T) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}
