package exemption_test

import (
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/event"
	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/scorecards"
	"github.com/evenkeel/evenkeel/scorecards/exemption"
	"github.com/evenkeel/evenkeel/scorecards/given"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/audit"
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

// house is exemptions and scorecards over a fresh database. Ada is of the team payments, which owns
// checkout; Bob of platform, which keeps the scorecard.
type house struct {
	*exemption.Service
	cards        *scorecards.Service
	registry     *registry.Registry
	store        *store.Store
	clock        *clock.Manual
	told         *told
	ada, bob     context.Context
	system       context.Context
	checkout     registry.Service
	card         scorecards.View
	adasID, team id.ID
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{store: storetest.SQLite(t), clock: clock.NewManual(start), told: &told{}, system: access.WithCaller(t.Context(), access.System("test"))}
	authorizer := access.NewAuthorizer(h.store.Access())
	log := audit.NewService(h.store.Audit(), h.store, authorizer, h.clock.Now)
	h.registry = registry.New(h.store.Registry(), h.store.Access(), h.store, authorizer, log, h.clock.Now)
	domains := fact.NewBook[registry.Service](registry.ServiceFacts{Store: h.store.Registry(), Clock: h.clock.Now})
	facts := given.NewService(given.Parts{Store: h.store.Given(), Registry: h.store.Registry(), Domains: domains, Teller: h.told, Runner: h.store, Authorizer: authorizer, Recorder: log, Clock: h.clock.Now})
	h.Service = exemption.NewService(exemption.Parts{Store: h.store.Exemptions(), Services: h.registry, Teller: h.told, Runner: h.store, Authorizer: authorizer, Recorder: log, Clock: h.clock.Now})
	h.cards = scorecards.NewService(scorecards.Parts{
		Store: h.store.Scorecards(), Slugs: h.store.Registry(), Services: h.registry, Fleet: h.store.Fleet(), Facts: scorecards.Book{Domains: domains, Given: facts}, Exemptions: h.Service,
		Runner: h.store, Authorizer: authorizer, Recorder: log, Clock: h.clock.Now, Logger: slog.New(slog.DiscardHandler),
	})
	h.Scorecards, h.Noticer = h.cards, h.cards
	var bob id.ID
	h.ada, h.adasID = h.person(t, "ada")
	h.bob, bob = h.person(t, "bob")
	for team, person := range map[string]id.ID{"payments": h.adasID, "platform": bob} {
		ok(h.registry.CreateTeam(h.system, registry.TeamInput{Slug: team, Name: team}))(t)
		ok(h.registry.AddMember(h.system, team, person))(t)
	}
	h.team = ok(h.registry.TeamFor(h.system, "payments"))(t).ID
	h.checkout = h.service(t, "checkout")
	h.card = ok(h.cards.Create(h.bob, scorecards.Draft{Slug: "readiness", Name: "Readiness", Owner: "platform", Terms: scorecards.Terms{
		Levels: []scorecards.Level{{Name: "Bronze"}},
		Checks: []scorecards.Check{
			{ID: "documented", Title: "Documented", Category: "a", Level: "Bronze", Weight: 1, Passes: "hasDocs"},
			{ID: "dashboard", Title: "Dashboard", Category: "a", Level: "Bronze", Weight: 1, Passes: "hasDashboard"},
		},
	}}))(t)
	return h
}

func (h *house) person(t *testing.T, name string) (context.Context, id.ID) {
	t.Helper()
	p := storetest.Person(t, h.store, name)
	return access.WithCaller(t.Context(), access.Caller{Kind: access.ByPerson, Person: p.ID, Name: name, Scopes: []access.Scope{access.ScopeRead, access.ScopeWrite}}), p.ID
}

func (h *house) service(t *testing.T, slug string) registry.Service {
	t.Helper()
	return ok(h.registry.CreateService(h.system, registry.ServiceInput{Slug: slug, Team: "payments", Profile: registry.Profile{Name: slug, Kind: registry.HTTP, Tier: 1, Lifecycle: registry.Production}}))(t)
}

func (h *house) ask(t *testing.T, check string, days int) exemption.Exemption {
	t.Helper()
	return ok(h.Ask(h.ada, exemption.Request{Service: "checkout", Scorecard: "readiness", Check: check, Reason: "Why.", Until: h.clock.Now().Add(time.Duration(days) * day)}))(t)
}

func (h *house) approved(t *testing.T, check string, days int) exemption.Exemption {
	t.Helper()
	e := h.ask(t, check, days)
	return ok(h.Approve(h.bob, e.ID, e.Version, ""))(t)
}

func ok[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// By hand: one for 40 days is told of 14 days before its end, on day 26; one for 10 days after half of
// it, on day 5; each again at its end. One that nobody decides is told when it is asked for, and no more.
func TestExemptionsAreToldOnceBeforeAndOnceAtTheirEnd(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.approved(t, "documented", 40)
	h.approved(t, "dashboard", 10)
	h.told.events = nil
	var got []string
	for range 45 * 4 {
		ok(h.ChaseOnce(t.Context()))(t)
		for _, e := range h.told.events {
			got = append(got, fmt.Sprint(int(h.clock.Now().Sub(start)/day), " ", e.Type, " ", e.Subject))
			if e.Team != h.team || e.Person != h.adasID || e.Service != h.checkout.ID {
				t.Errorf("told is %+v", e)
			}
		}
		h.told.events = nil
		h.clock.Advance(6 * time.Hour)
	}
	want := "[5 exemption.expiring checkout/dashboard 10 exemption.expired checkout/dashboard 26 exemption.expiring checkout/documented 40 exemption.expired checkout/documented]"
	if fmt.Sprint(got) != want {
		t.Errorf("told are\n%v, want\n%s", got, want)
	}
}

func TestOfARetiredServiceNoExemptionIsToldOrApproved(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	waits, force := h.ask(t, "documented", 20), h.approved(t, "dashboard", 20)
	ok(h.registry.Retire(h.system, "checkout", h.checkout.Version, "over"))(t)
	h.told.events = nil
	if _, err := h.Approve(h.bob, waits.ID, waits.Version, ""); fault.As(err) == nil || fault.As(err).Code != "service_retired" {
		t.Errorf("an exemption of a retired service is approved: %v", err)
	}
	h.clock.Advance(21 * day)
	counts := ok(h.ChaseOnce(t.Context()))(t)
	if len(h.told.events) != 0 || counts["expired"] != 1 || counts["lapsed"] != 1 || counts["failed"] != 0 {
		t.Errorf("told are %v, counted %v", h.told.events, counts)
	}
	if e := ok(h.Get(h.ada, force.ID))(t); h.State(e) != exemption.Expired || !e.Ended.At.Equal(start.Add(20*day)) {
		t.Errorf("it ended as %+v", e.Ended)
	}
}

// Two people decide at once: one of them is first, and the other is told so.
func TestOneDecisionOfTwoIsTaken(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	e := h.ask(t, "documented", 20)
	ok(h.Approve(h.bob, e.ID, e.Version, ""))(t)
	if _, err := h.Reject(h.bob, e.ID, e.Version, "No."); !fault.Is(err, fault.Precondition) {
		t.Errorf("the second decision by the same version: %v", err)
	}
}

// What is in force is told by service and scorecard, and nothing of what waits or is over.
func TestServicesAreExemptFromWhatIsInForce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.approved(t, "documented", 20)
	h.ask(t, "dashboard", 20)
	exempt := func(at time.Time) string {
		return fmt.Sprint(ok(h.Exempt(t.Context(), []id.ID{h.checkout.ID, id.New(start)}, at))(t)[h.checkout.ID][h.card.Scorecard.ID])
	}
	if got := exempt(start.Add(20*day - time.Second)); got != "[documented]" {
		t.Errorf("a second before the end: %s", got)
	}
	if got := exempt(start.Add(20 * day)); got != "[]" {
		t.Errorf("at the end: %s", got)
	}
}
