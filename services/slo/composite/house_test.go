package composite_test

import (
	"context"
	"log/slog"
	"testing"
	"time"
	_ "time/tzdata" // the same zones on every machine

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/audit"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/judge"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/composite"
	"github.com/evenkeel/evenkeel/services/slo/composite/formula"
	"github.com/evenkeel/evenkeel/services/slo/correction"
)

// start is when these tests begin.
var start = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// house is composites over a fresh database with the rooms below them. Ada is of the team
// that owns the system shop and the services checkout and search, each with the SLO
// "availability" in slots of five minutes; Bob is of none.
type house struct {
	*composite.Service
	store       *store.Store
	clock       *clock.Manual
	registry    *registry.Registry
	slos        *slo.Service
	corrections *correction.Service
	measure     *measure.Service
	evaluator   *measure.Evaluator
	log         *audit.Service
	ada, bob    context.Context
	members     map[string]slo.View // by service
}

func newHouse(t testing.TB) *house {
	t.Helper()
	h := &house{store: storetest.SQLite(t), clock: clock.NewManual(start), members: map[string]slo.View{}}
	quiet := slog.New(slog.DiscardHandler)
	authorizer := access.NewAuthorizer(h.store.Access())
	h.log = audit.NewService(h.store.Audit(), h.store, authorizer, h.clock.Now)
	h.registry = registry.New(h.store.Registry(), h.store.Access(), h.store, authorizer, h.log, h.clock.Now)
	h.measure = measure.New(h.store.Measure(), h.store, h.clock.Now)
	h.slos = slo.NewService(h.store.SLO(), h.store, h.store.Registry(), h.measure, judge.New(h.store.Sources(), h.store.Registry(), nil), authorizer, h.log, h.clock.Now, quiet)
	h.corrections = correction.NewService(correction.Parts{
		Store: h.store.Corrections(), Registry: h.store.Registry(), SLOs: h.store.SLO(), Measurements: h.measure,
		Runner: h.store, Authorizer: authorizer, Recorder: h.log, Clock: h.clock.Now,
	})
	h.slos.CorrectWith(h.corrections)
	h.Service = composite.NewService(composite.Parts{
		Store: h.store.Composites(), Registry: h.store.Registry(), SLOs: h.store.SLO(), Evaluated: h.slos, Measurements: h.measure,
		Runner: h.store, Authorizer: authorizer, Recorder: h.log, Clock: h.clock.Now,
	})
	h.evaluator = measure.NewEvaluator(h.store.Measure(), h.Service, h.Service, h.store, h.clock.Now, quiet)
	h.ada, h.bob = h.person(t, "ada"), h.person(t, "bob")
	ok(h.registry.CreateTeam(h.ada, registry.TeamInput{Slug: "payments", Name: "Payments"}))(t)
	ok(h.registry.CreateSystem(h.ada, registry.SystemInput{Slug: "shop", Name: "Shop", Team: "payments"}))(t)
	for _, slug := range []string{"checkout", "search"} {
		h.member(t, slug, "99%")
	}
	return h
}

// member declares a service with an SLO.
func (h *house) member(t testing.TB, service, objective string) slo.View {
	t.Helper()
	owner := ok(h.registry.CreateService(h.ada, registry.ServiceInput{Slug: service, Team: "payments", Profile: registry.Profile{
		Name: service, Kind: registry.HTTP, Tier: 1, Lifecycle: registry.Production,
	}}))(t)
	v, _, err := h.slos.Declare(h.ada, owner.ID, slo.Declaration{Slug: "availability", Objective: objective, Category: slo.Availability, Resolution: measure.FiveMinutes})
	if err != nil {
		t.Fatal(err)
	}
	h.members[service] = v
	return v
}

func (h *house) person(t testing.TB, name string) context.Context {
	t.Helper()
	p := storetest.Person(t, h.store, name)
	return access.WithCaller(t.Context(), access.Caller{Kind: access.ByPerson, Person: p.ID, Name: name, Scopes: []access.Scope{access.ScopeWrite}})
}

// of is a composite of checkout and search by that method.
func of(method formula.Method) composite.Declaration {
	d := composite.Declaration{
		Slug: "buying", Team: "payments", System: "shop", Method: method,
		Members: []composite.MemberInput{{Service: "checkout", SLO: "availability"}, {Service: "search", SLO: "availability"}},
	}
	if method.Promises() {
		d.Objective = "98%"
	}
	if method.Slices() {
		d.SliceLength = measure.FiveMinutes
	}
	if method == formula.Timeslices {
		d.SliceTarget = "95%"
	}
	return d
}

func (h *house) declare(t testing.TB, d composite.Declaration) composite.View {
	t.Helper()
	v, _, err := h.Declare(h.ada, d)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// push says what was counted of a service, so many slots before now.
func (h *house) push(t testing.TB, service string, before int, good, total int64) {
	t.Helper()
	at := h.clock.Now().Truncate(measure.FiveMinutes).Add(-time.Duration(before) * measure.FiveMinutes)
	ok(h.measure.Push(t.Context(), []measure.Batch{{Indicator: h.members[service].Indicator.ID, Resolution: measure.FiveMinutes, Slots: []measure.Slot{
		{Start: at, Good: good * measure.Event, Total: total * measure.Event},
	}}}))(t)
}

// evaluate does what the job does, and returns the composite.
func (h *house) evaluate(t testing.TB, slug string) composite.View {
	t.Helper()
	h.clock.Advance(time.Second) // as the job comes again
	counts, err := h.evaluator.RunOnce(access.WithCaller(t.Context(), access.System("evaluate-budgets")))
	if err != nil || counts["unreadable"] > 0 {
		t.Fatalf("%v: %v", counts, err)
	}
	ok(h.ConcludeOnce(t.Context(), h.clock.Now()))(t)
	return ok(h.Find(h.bob, slug))(t)
}

func ok[T any](v T, err error) func(t testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}
