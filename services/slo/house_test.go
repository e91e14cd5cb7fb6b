package slo_test

import (
	"context"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/audit"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/judge"
	"github.com/evenkeel/evenkeel/services/measure/prometheus"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/source"
)

// start is when the clock of a house stands: half a minute into a slot.
var start = time.Date(2026, 11, 23, 12, 0, 30, 0, time.UTC)

// house is SLOs over a fresh database, with the rooms below them. The team
// "payments" owns the service "checkout"; Ada is its member, Bob is not, root
// administers; the bot is the team's workload, that may only push.
type house struct {
	*slo.Service
	store     *store.Store
	clock     *clock.Manual
	registry  *registry.Registry
	log       *audit.Service
	evaluator *measure.Evaluator

	ada, bob, root, bot context.Context
	payments            registry.Team
	checkout            registry.Service
}

func newHouse(t testing.TB) *house {
	t.Helper()
	return newHouseOn(t, storetest.SQLite(t))
}

func newHouseOn(t testing.TB, s *store.Store) *house {
	t.Helper()
	h := &house{store: s, clock: clock.NewManual(start)}
	authorizer := access.NewAuthorizer(h.store.Access())
	h.log = audit.NewService(h.store.Audit(), h.store, authorizer, h.clock.Now)
	h.registry = registry.New(h.store.Registry(), h.store.Access(), h.store, authorizer, h.log, h.clock.Now)
	measurements := measure.New(h.store.Measure(), h.store, h.clock.Now)
	h.Service = slo.NewService(h.store.SLO(), h.store, h.store.Registry(), measurements, judge.New(h.store.Sources(), h.store.Registry(), map[source.Kind]judge.Language{source.Prometheus: {Check: prometheus.Check}}), authorizer, h.log, h.clock.Now, slog.New(slog.DiscardHandler))
	h.evaluator = measure.NewEvaluator(h.store.Measure(), h.Service, h.Service, h.store, h.clock.Now, slog.New(slog.DiscardHandler))
	h.registry.CountHoldings(h.Service)
	h.ada, h.bob, h.root = h.person(t, "ada"), h.person(t, "bob"), h.person(t, "root")
	h.payments = ok(h.registry.CreateTeam(h.ada, registry.TeamInput{Slug: "payments", Name: "Payments"}))(t)
	h.bot = access.WithCaller(t.Context(), access.Caller{
		Kind: access.ByTeam, Team: h.payments.ID, Token: "bot", Name: "bot", Scopes: []access.Scope{access.ScopePush},
	})
	h.checkout = h.service(t, h.ada, "payments", "checkout")
	return h
}

// person is a context in which somebody new calls, root as an administrator.
func (h *house) person(t testing.TB, name string) context.Context {
	t.Helper()
	p := storetest.Person(t, h.store, name)
	c := access.Caller{Kind: access.ByPerson, Person: p.ID, Name: name, Scopes: []access.Scope{access.ScopeWrite}}
	if name == "root" {
		c.Administrator, c.Scopes = true, access.Scopes
	}
	return access.WithCaller(t.Context(), c)
}

func (h *house) service(t testing.TB, by context.Context, team, slug string) registry.Service {
	t.Helper()
	return ok(h.registry.CreateService(by, registry.ServiceInput{Slug: slug, Team: team, Profile: registry.Profile{
		Name: slug, Kind: registry.HTTP, Tier: 1, Lifecycle: registry.Production,
	}}))(t)
}

// declare makes an SLO of the checkout with that objective.
func (h *house) declare(t *testing.T, slug, objective string) slo.View {
	t.Helper()
	d := valid()
	d.Slug, d.Objective = slug, objective
	v, _, err := h.Declare(h.ada, h.checkout.ID, d)
	if err != nil {
		t.Fatalf("declare %s: %v", slug, err)
	}
	return v
}

func valid() slo.Declaration {
	review := start.AddDate(0, 6, 0)
	return slo.Declaration{
		Slug: "availability", Name: "Checkout availability", Description: "What customers notice", Objective: "95%", WindowDays: 28,
		Category: slo.Availability, GoodEvent: "a request that was not answered with 5xx",
		Rationale: "Tickets rise below it.", Reviewer: "Ada Lovelace", ReviewBy: &review,
	}
}

// name names an SLO of the checkout.
func name(slug string) slo.Name { return slo.Name{Service: "checkout", SLO: slug} }

// at is a number of events in the slot that begins so long before the present one.
func (h *house) at(before time.Duration, good, total float64) slo.Slot {
	return slo.Slot{Start: h.clock.Now().Truncate(time.Minute).Add(-before), Good: &good, Total: total}
}

func (h *house) push(t *testing.T, slug string, slots ...slo.Slot) {
	t.Helper()
	if _, err := h.Push(h.bot, slo.Report{Name: name(slug), Slots: slots}); err != nil {
		t.Fatalf("push: %v", err)
	}
}

// evaluate runs the evaluator, and returns the SLO as it is then.
func (h *house) evaluate(t *testing.T, v slo.View) slo.View {
	t.Helper()
	counts, err := h.evaluator.RunOnce(access.WithCaller(t.Context(), access.System("evaluate-budgets")))
	if err != nil {
		t.Fatalf("evaluate: %v (%v)", err, counts)
	}
	return ok(h.View(h.ada, v.SLO.ID))(t)
}

// actions are those that the log has of an object, sorted.
func (h *house) actions(t *testing.T, object id.ID) []string {
	t.Helper()
	var out []string
	for _, e := range ok(h.log.List(h.root, audit.Filter{ObjectID: object}, page.Request{}))(t).Items {
		out = append(out, e.Action+" by "+e.ActorName)
	}
	slices.Sort(out)
	return out
}

// consumed is what conditions are told that is consumed of the budget of four weeks.
func (h *house) consumed(t testing.TB, v slo.View) (float64, bool) {
	t.Helper()
	consumed, known := ok(h.FactsOf(t.Context(), h.views(t, v.SLO.ID)))(t)[v.SLO.ID]["consumed"].(float64)
	return consumed, known
}

// ok returns what a call gave, and ends the test on an error.
func ok[T any](v T, err error) func(t testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatalf("unexpected: %v", err)
		}
		return v
	}
}

// refused asserts a fault of that kind and code.
func refused(t testing.TB, err error, kind fault.Kind, code string) *fault.Error {
	t.Helper()
	e := fault.As(err)
	if e == nil || e.Kind != kind || e.Code != code {
		t.Fatalf("got %v, want %s %s", err, kind, code)
	}
	return e
}

// views reads those of the SLOs that there are.
func (h *house) views(t testing.TB, slos ...id.ID) []slo.View {
	t.Helper()
	return ok(h.store.SLO().ViewsByID(t.Context(), slos))(t)
}
