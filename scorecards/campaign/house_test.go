package campaign_test

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/event"
	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/scorecards"
	"github.com/evenkeel/evenkeel/scorecards/campaign"
	"github.com/evenkeel/evenkeel/scorecards/given"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/audit"
	"github.com/evenkeel/evenkeel/services/issues"
	"github.com/evenkeel/evenkeel/services/registry"
)

const day = 24 * time.Hour

var start = time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)

// told keeps what is told.
type told struct{ events []event.Event }

func (t *told) Tell(_ context.Context, events ...event.Event) error {
	t.events = append(t.events, events...)
	return nil
}

// house is campaigns and scorecards over a fresh database. Ada is of the team payments, which owns checkout
// and ledger; Sam of search, which owns finder; Bob of platform, which keeps the scorecard and runs
// campaigns. None of the three services is documented.
type house struct {
	*campaign.Service
	cards                              *scorecards.Service
	registry                           *registry.Registry
	issues                             *issues.Service
	clock                              *clock.Manual
	told                               *told
	ada, sam, bob, root, robot, nobody context.Context
	payments, search, platform         id.ID
	checkout, ledger, finder           registry.Service
	card                               scorecards.View
}

func newHouse(t *testing.T) *house {
	t.Helper()
	s := storetest.SQLite(t)
	h := &house{clock: clock.NewManual(start), told: &told{}, nobody: t.Context()}
	authorizer := access.NewAuthorizer(s.Access())
	log := audit.NewService(s.Audit(), s, authorizer, h.clock.Now)
	noting := scorecards.Noting{Recorder: log, Store: s.Scorecards(), Clock: h.clock.Now}
	h.registry = registry.New(s.Registry(), s.Access(), s, authorizer, noting, h.clock.Now)
	domains := fact.NewBook[registry.Service](registry.ServiceFacts{Store: s.Registry(), Clock: h.clock.Now})
	facts := given.NewService(given.Parts{Store: s.Given(), Registry: s.Registry(), Domains: domains, Teller: h.told, Runner: s, Authorizer: authorizer, Recorder: log, Clock: h.clock.Now})
	h.issues = issues.NewService(s.Issues(), s.Registry(), s.Policy(), "https://evenkeel.example.org")
	h.cards = scorecards.NewService(scorecards.Parts{
		Store: s.Scorecards(), Slugs: s.Registry(), Services: h.registry, Fleet: s.Fleet(), Facts: scorecards.Book{Domains: domains, Given: facts},
		Runner: s, Authorizer: authorizer, Recorder: log, Clock: h.clock.Now, Logger: slog.New(slog.DiscardHandler),
	})
	h.Service = campaign.NewService(campaign.Parts{
		Store: s.Campaigns(), Scorecards: h.cards, Teams: h.registry, Desk: h.issues, Teller: h.told, Runner: s, Authorizer: authorizer, Recorder: log, Clock: h.clock.Now,
	})
	h.root = access.WithCaller(t.Context(), access.Caller{Kind: access.ByPerson, Person: storetest.Person(t, s, "root").ID, Name: "root", Administrator: true, Scopes: []access.Scope{access.ScopeRead, access.ScopeWrite, access.ScopeAdmin}})
	team := func(slug, person string) (context.Context, id.ID) {
		p := storetest.Person(t, s, person)
		ok(h.registry.CreateTeam(h.root, registry.TeamInput{Slug: slug, Name: slug}))(t)
		ok(h.registry.AddMember(h.root, slug, p.ID))(t)
		return access.WithCaller(t.Context(), access.Caller{Kind: access.ByPerson, Person: p.ID, Name: person, Scopes: []access.Scope{access.ScopeRead, access.ScopeWrite}}), ok(h.registry.TeamFor(h.root, slug))(t).ID
	}
	h.ada, h.payments = team("payments", "ada")
	h.sam, h.search = team("search", "sam")
	h.bob, h.platform = team("platform", "bob")
	h.robot = access.WithCaller(t.Context(), access.Caller{Kind: access.ByTeam, Team: h.platform, Name: "robot", Scopes: []access.Scope{access.ScopeRead, access.ScopeWrite}})
	service := func(slug, team string) registry.Service {
		return ok(h.registry.CreateService(h.root, registry.ServiceInput{Slug: slug, Team: team, Profile: registry.Profile{Name: slug, Kind: registry.HTTP, Tier: 1, Lifecycle: registry.Production}}))(t)
	}
	h.checkout, h.ledger, h.finder = service("checkout", "payments"), service("ledger", "payments"), service("finder", "search")
	h.card = ok(h.cards.Create(h.bob, scorecards.Draft{Slug: "readiness", Name: "Readiness", Owner: "platform", Terms: scorecards.Terms{
		Levels: []scorecards.Level{{Name: "Bronze"}},
		Checks: []scorecards.Check{
			{ID: "documented", Title: "Documented", Category: "a", Level: "Bronze", Weight: 1, Passes: "hasDocs"},
			{ID: "drilled", Title: "Drilled", Category: "a", Level: "Bronze", Weight: 1, Passes: "restoreDrill <= 90"},
		},
	}}))(t)
	h.evaluate(t)
	return h
}

// evaluate has all services judged anew.
func (h *house) evaluate(t *testing.T) {
	t.Helper()
	ok(h.cards.EvaluateOnce(access.WithCaller(t.Context(), access.System("test"))))(t)
}

// document gives a service the documentation that it lacks.
func (h *house) document(t *testing.T, slug string) {
	t.Helper()
	of := ok(h.registry.ServiceFor(h.root, slug))(t)
	profile := of.Profile
	profile.Docs = "https://example.org/" + slug
	ok(h.registry.UpdateService(h.root, slug, of.Version, registry.ServiceInput{Slug: slug, Team: string(of.Team), Profile: profile}))(t)
	h.evaluate(t)
}

// on is the day so many days from now.
func (h *house) on(days int) clock.Date { return clock.DateOf(h.clock.Now().AddDate(0, 0, days)) }

// draft asks for documentation from today for 30 days, with two of grace.
func (h *house) draft() campaign.Draft {
	return campaign.Draft{Name: "Docs", Why: "Who is on call has to find it.", Scorecard: "readiness", Checks: []string{"documented"}, Team: "platform", StartsOn: h.on(0), DueOn: h.on(30), GraceDays: 2}
}

// created is one of the draft, as it is changed, by root.
func (h *house) created(t *testing.T, change func(*campaign.Draft)) campaign.Campaign {
	t.Helper()
	d := h.draft()
	change(&d)
	return ok(h.Create(h.root, d))(t)
}

func asItIs(*campaign.Draft) {}

func ok[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// refused fails the test unless err is of the code, and says each of the words.
func refused(t *testing.T, what string, err error, code string, words ...string) {
	t.Helper()
	e := fault.As(err)
	if e == nil || e.Code != code {
		t.Errorf("%s: %v, want %s", what, err, code)
		return
	}
	for _, w := range words {
		if !strings.Contains(e.Error(), w) {
			t.Errorf("%s: %q lacks %q", what, e.Error(), w)
		}
	}
}
