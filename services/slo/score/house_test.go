package score_test

import (
	"context"
	"log/slog"
	"testing"
	"time"
	_ "time/tzdata" // the same zones on every machine

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/audit"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/judge"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/score"
)

var start = time.Date(2026, 3, 2, 12, 0, 30, 0, time.UTC)

// house is scores over a fresh database with the rooms below them: Ada is of the team that
// owns the service "checkout".
type house struct {
	*score.Service
	store     *store.Store
	clock     *clock.Manual
	slos      *slo.Service
	measure   *measure.Service
	evaluator *measure.Evaluator
	ada       context.Context
	system    context.Context
	checkout  registry.Service
}

func newHouse(t testing.TB) *house {
	t.Helper()
	h := &house{store: storetest.SQLite(t), clock: clock.NewManual(start)}
	authorizer := access.NewAuthorizer(h.store.Access())
	log := audit.NewService(h.store.Audit(), h.store, authorizer, h.clock.Now)
	rooms := registry.New(h.store.Registry(), h.store.Access(), h.store, authorizer, log, h.clock.Now)
	quiet := slog.New(slog.DiscardHandler)
	h.measure = measure.New(h.store.Measure(), h.store, h.clock.Now)
	h.slos = slo.NewService(h.store.SLO(), h.store, h.store.Registry(), h.measure, judge.New(h.store.Sources(), h.store.Registry(), nil), authorizer, log, h.clock.Now, quiet)
	h.evaluator = measure.NewEvaluator(h.store.Measure(), h.slos, h.slos, h.store, h.clock.Now, quiet)
	h.Service = score.NewService(score.Parts{
		Store: h.store.Scores(), SLOs: h.store.SLO(), Budgets: h.slos, Runner: h.store, Authorizer: authorizer, Clock: h.clock.Now, Logger: quiet,
	})
	p := storetest.Person(t, h.store, "ada")
	h.ada = access.WithCaller(t.Context(), access.Caller{Kind: access.ByPerson, Person: p.ID, Name: "ada", Scopes: []access.Scope{access.ScopeWrite}})
	h.system = access.WithCaller(t.Context(), access.System("forecast-budgets"))
	ok(rooms.CreateTeam(h.ada, registry.TeamInput{Slug: "payments", Name: "Payments"}))(t)
	h.checkout = ok(rooms.CreateService(h.ada, registry.ServiceInput{Slug: "checkout", Team: "payments", Profile: registry.Profile{
		Name: "Checkout", Kind: registry.HTTP, Tier: 1, Lifecycle: registry.Production,
	}}))(t)
	return h
}

// declare makes an SLO of 95 % of the checkout over so many days.
func (h *house) declare(t testing.TB, slug string, days int) slo.View {
	t.Helper()
	v, _, err := h.slos.Declare(h.ada, h.checkout.ID, slo.Declaration{Slug: slug, Objective: "95%", WindowDays: days, Category: slo.Availability})
	return ok(v, err)(t)
}

// hours pushes a slot of 100 events for each of the last hours; bad says how many of them
// were bad by how many hours ago they began, −1 that nothing is reported.
func (h *house) hours(t testing.TB, v slo.View, hours int, bad map[int]int64) {
	t.Helper()
	now := h.clock.Now().Truncate(time.Minute)
	batch := measure.Batch{Indicator: v.Indicator.ID, Resolution: v.Indicator.Resolution}
	for ago := hours; ago > 0; ago-- {
		if bad[ago] >= 0 {
			batch.Slots = append(batch.Slots, measure.Slot{Start: now.Add(-time.Duration(ago) * time.Hour), Good: (100 - bad[ago]) * measure.Event, Total: 100 * measure.Event})
		}
	}
	batch.Slots = append(batch.Slots, measure.Slot{Start: now.Add(-time.Minute), Good: 0, Total: 0}) // so that it is not stale
	ok(h.measure.Push(t.Context(), []measure.Batch{batch}))(t)
}

// run evaluates, and forecasts and settles what is due.
func (h *house) run(t testing.TB) map[string]int64 {
	t.Helper()
	ok(h.evaluator.RunOnce(h.system))(t)
	return ok(h.RunOnce(h.system))(t)
}

func ok[T any](v T, err error) func(t testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatalf("unexpected: %v", err)
		}
		return v
	}
}

// views reads those of the SLOs that there are.
func (h *house) views(t testing.TB, slos ...id.ID) []slo.View {
	t.Helper()
	return ok(h.store.SLO().ViewsByID(t.Context(), slos))(t)
}
