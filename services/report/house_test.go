package report_test

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
	"github.com/evenkeel/evenkeel/services/report"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/correction"
	"github.com/evenkeel/evenkeel/services/slo/outage"
)

// start is in the month before the one that is reported.
var start = time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)

// house is reports over a fresh database with the rooms below them: Ada is of the team
// that owns checkout with its SLO "availability", Bob is of none, root administers.
type house struct {
	*report.Service
	store          *store.Store
	clock          *clock.Manual
	registry       *registry.Registry
	slos           *slo.Service
	log            *audit.Service
	measure        *measure.Service
	corrections    *correction.Service
	outages        *outage.Service
	ada, bob, root context.Context
	checkout       registry.Service
	availability   slo.View
}

func newHouse(t testing.TB) *house {
	t.Helper()
	h := &house{store: storetest.SQLite(t), clock: clock.NewManual(start)}
	authorizer := access.NewAuthorizer(h.store.Access())
	h.log = audit.NewService(h.store.Audit(), h.store, authorizer, h.clock.Now)
	h.registry = registry.New(h.store.Registry(), h.store.Access(), h.store, authorizer, h.log, h.clock.Now)
	h.measure = measure.New(h.store.Measure(), h.store, h.clock.Now)
	h.slos = slo.NewService(h.store.SLO(), h.store, h.store.Registry(), h.measure, judge.New(h.store.Sources(), h.store.Registry(), nil), authorizer, h.log, h.clock.Now, slog.New(slog.DiscardHandler))
	h.corrections = correction.NewService(correction.Parts{
		Store: h.store.Corrections(), Registry: h.store.Registry(), SLOs: h.store.SLO(), Measurements: h.measure,
		Runner: h.store, Authorizer: authorizer, Recorder: h.log, Clock: h.clock.Now,
	})
	h.slos.CorrectWith(h.corrections)
	h.outages = outage.NewService(outage.Parts{
		Store: h.store.Outages(), Registry: h.store.Registry(), Runner: h.store, Authorizer: authorizer, Recorder: h.log, Clock: h.clock.Now,
	})
	h.Service = report.NewService(report.Parts{
		Store: h.store.Reports(), Past: h.store.Reports(), Registry: h.store.Registry(), Measured: h.slos,
		Runner: h.store, Authorizer: authorizer, Recorder: h.log, Clock: h.clock.Now, Logger: slog.New(slog.DiscardHandler),
	})
	h.ada, h.bob, h.root = h.person(t, "ada"), h.person(t, "bob"), h.person(t, "root")
	ok(h.registry.CreateTeam(h.ada, registry.TeamInput{Slug: "payments", Name: "Payments"}))(t)
	h.checkout = ok(h.registry.CreateService(h.ada, registry.ServiceInput{Slug: "checkout", Team: "payments", Profile: registry.Profile{
		Name: "Checkout", Kind: registry.HTTP, Tier: 1, Lifecycle: registry.Production,
	}}))(t)
	var err error
	if h.availability, _, err = h.slos.Declare(h.ada, h.checkout.ID, objective("99%")); err != nil {
		t.Fatal(err)
	}
	return h
}

func (h *house) person(t testing.TB, name string) context.Context {
	t.Helper()
	p := storetest.Person(t, h.store, name)
	c := access.Caller{Kind: access.ByPerson, Person: p.ID, Name: name, Scopes: []access.Scope{access.ScopeWrite}}
	if name == "root" {
		c.Administrator, c.Scopes = true, access.Scopes
	}
	return access.WithCaller(t.Context(), c)
}

func objective(of string) slo.Declaration {
	return slo.Declaration{Slug: "availability", Objective: of, Category: slo.Availability, Resolution: measure.FiveMinutes}
}

// slot pushes what was counted in the slot of five minutes that begins at the time.
func (h *house) slot(t *testing.T, at string, good, total int64) {
	t.Helper()
	h.slotOf(t, h.availability.Indicator.ID, at, good, total)
}

func (h *house) slotOf(t *testing.T, indicator id.ID, at string, good, total int64) {
	t.Helper()
	ok(h.measure.Push(t.Context(), []measure.Batch{{Indicator: indicator, Resolution: measure.FiveMinutes, Slots: []measure.Slot{
		{Start: stamp(t, at), Good: good * measure.Event, Total: total * measure.Event},
	}}}))(t)
}

// until moves the clock to the time.
func (h *house) until(t testing.TB, at string) {
	t.Helper()
	h.clock.Advance(stamp(t, at).Sub(h.clock.Now()))
}

func stamp(t testing.TB, text string) time.Time {
	t.Helper()
	return ok(time.Parse(time.RFC3339, text))(t).UTC()
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
