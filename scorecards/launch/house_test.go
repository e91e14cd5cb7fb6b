package launch_test

import (
	"context"
	"log/slog"
	"strings"
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
	"github.com/evenkeel/evenkeel/scorecards/given"
	"github.com/evenkeel/evenkeel/scorecards/launch"
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

// house is launch reviews and scorecards over a fresh database. Ada is of the team payments, which owns
// checkout; Bob of platform, which keeps the scorecard; Rita of none.
type house struct {
	*launch.Service
	cards                        *scorecards.Service
	registry                     *registry.Registry
	store                        *store.Store
	clock                        *clock.Manual
	told                         *told
	ada, bob, rita, root, robot  context.Context
	adasID, bobsID, payments, pl id.ID
	checkout                     registry.Service
	card                         scorecards.View
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{store: storetest.SQLite(t), clock: clock.NewManual(start), told: &told{}, root: access.WithCaller(t.Context(), access.System("test"))}
	authorizer := access.NewAuthorizer(h.store.Access())
	log := audit.NewService(h.store.Audit(), h.store, authorizer, h.clock.Now)
	h.registry = registry.New(h.store.Registry(), h.store.Access(), h.store, authorizer, log, h.clock.Now)
	domains := fact.NewBook[registry.Service](registry.ServiceFacts{Store: h.store.Registry(), Clock: h.clock.Now})
	facts := given.NewService(given.Parts{Store: h.store.Given(), Registry: h.store.Registry(), Domains: domains, Teller: h.told, Runner: h.store, Authorizer: authorizer, Recorder: log, Clock: h.clock.Now})
	h.cards = scorecards.NewService(scorecards.Parts{
		Store: h.store.Scorecards(), Slugs: h.store.Registry(), Services: h.registry, Fleet: h.store.Fleet(), Facts: scorecards.Book{Domains: domains, Given: facts},
		Runner: h.store, Authorizer: authorizer, Recorder: log, Clock: h.clock.Now, Logger: slog.New(slog.DiscardHandler),
	})
	h.Service = launch.NewService(launch.Parts{Store: h.store.Launches(), Services: h.registry, Scorecards: h.cards, Teller: h.told, Runner: h.store, Authorizer: authorizer, Recorder: log, Clock: h.clock.Now})
	var ritas id.ID
	h.ada, h.adasID = h.person(t, "ada")
	h.bob, h.bobsID = h.person(t, "bob")
	h.rita, ritas = h.person(t, "rita")
	if ritas == "" {
		t.Fatal("there is no Rita")
	}
	for team, person := range map[string]id.ID{"payments": h.adasID, "platform": h.bobsID} {
		ok(h.registry.CreateTeam(h.root, registry.TeamInput{Slug: team, Name: team}))(t)
		ok(h.registry.AddMember(h.root, team, person))(t)
	}
	h.payments, h.pl = ok(h.registry.TeamFor(h.root, "payments"))(t).ID, ok(h.registry.TeamFor(h.root, "platform"))(t).ID
	h.robot = access.WithCaller(t.Context(), access.Caller{Kind: access.ByTeam, Team: h.payments, Name: "robot", Scopes: []access.Scope{access.ScopeRead, access.ScopeWrite}})
	h.checkout = ok(h.registry.CreateService(h.root, registry.ServiceInput{Slug: "checkout", Team: "payments", Profile: registry.Profile{Name: "Checkout", Kind: registry.HTTP, Tier: 1, Lifecycle: registry.Production}}))(t)
	h.card = ok(h.cards.Create(h.bob, draft("readiness")))(t)
	return h
}

// draft is a scorecard whose Bronze checkout does not reach, as it has no documentation.
func draft(slug string) scorecards.Draft {
	return scorecards.Draft{Slug: slug, Name: slug, Owner: "platform", Terms: scorecards.Terms{
		Levels: []scorecards.Level{{Name: "Bronze"}},
		Checks: []scorecards.Check{{ID: "documented", Title: "Documented", Category: "a", Level: "Bronze", Weight: 1, Passes: "hasDocs"}},
	}}
}

func (h *house) person(t *testing.T, name string) (context.Context, id.ID) {
	t.Helper()
	p := storetest.Person(t, h.store, name)
	return access.WithCaller(t.Context(), access.Caller{Kind: access.ByPerson, Person: p.ID, Name: name, Scopes: []access.Scope{access.ScopeRead, access.ScopeWrite}}), p.ID
}

// on is the day so many days from now.
func (h *house) on(days int) clock.Date { return clock.DateOf(h.clock.Now().AddDate(0, 0, days)) }

func (h *house) request() launch.Request {
	return launch.Request{Service: "checkout", Scorecard: "readiness", Level: "Bronze", PlannedOn: h.on(3)}
}

func (h *house) asked(t *testing.T) launch.Review {
	t.Helper()
	return ok(h.Ask(h.ada, h.request()))(t)
}

// signed is signed off by Bob for so many days, on conditions that are due in so many.
func (h *house) signed(t *testing.T, days int, due ...int) launch.Review {
	t.Helper()
	r := h.asked(t)
	off := launch.SignOff{Reason: "Soon.", Until: h.clock.Now().AddDate(0, 0, days)}
	for i, in := range due {
		off.Conditions = append(off.Conditions, launch.Condition{Text: "Number " + string(rune('1'+i)) + ".", DueOn: h.on(in)})
	}
	return ok(h.SignOff(h.bob, r.ID, r.Version, off))(t)
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

// administering is the context of a person who administers the installation.
func administering(ctx context.Context, person id.ID) context.Context {
	return access.WithCaller(ctx, access.Caller{Kind: access.ByPerson, Person: person, Name: "root", Administrator: true, Scopes: []access.Scope{access.ScopeRead, access.ScopeWrite, access.ScopeAdmin}})
}
