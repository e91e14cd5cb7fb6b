package correction_test

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
	"github.com/evenkeel/evenkeel/services/slo/correction"
)

// start is a Friday, two days before clocks are set forward in Berlin.
var start = time.Date(2026, 3, 27, 12, 0, 0, 0, time.UTC)

// house is corrections over a fresh database with the rooms below them: Ada is of the
// team that owns checkout with its SLO "availability" of 99 % over 28 days, Bob is of
// none, robot is a workload of the team, root administers.
type house struct {
	*correction.Service
	store                 *store.Store
	clock                 *clock.Manual
	slos                  *slo.Service
	log                   *audit.Service
	measure               *measure.Service
	ada, bob, robot, root context.Context
	checkout              registry.Service
	availability          slo.View
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{store: storetest.SQLite(t), clock: clock.NewManual(start)}
	authorizer := access.NewAuthorizer(h.store.Access())
	h.log = audit.NewService(h.store.Audit(), h.store, authorizer, h.clock.Now)
	rooms := registry.New(h.store.Registry(), h.store.Access(), h.store, authorizer, h.log, h.clock.Now)
	h.measure = measure.New(h.store.Measure(), h.store, h.clock.Now)
	h.slos = slo.NewService(h.store.SLO(), h.store, h.store.Registry(), h.measure, judge.New(h.store.Sources(), h.store.Registry(), nil), authorizer, h.log, h.clock.Now, slog.New(slog.DiscardHandler))
	h.Service = correction.NewService(correction.Parts{
		Store: h.store.Corrections(), Registry: h.store.Registry(), SLOs: h.store.SLO(), Measurements: h.measure,
		Runner: h.store, Authorizer: authorizer, Recorder: h.log, Clock: h.clock.Now,
	})
	h.ada, h.bob, h.root = h.person(t, "ada"), h.person(t, "bob"), h.person(t, "root")
	team := ok(rooms.CreateTeam(h.ada, registry.TeamInput{Slug: "payments", Name: "Payments"}))(t)
	h.robot = access.WithCaller(t.Context(), access.Caller{Kind: access.ByTeam, Team: team.ID, Name: "deploy", Scopes: []access.Scope{access.ScopeWrite}})
	h.checkout = ok(rooms.CreateService(h.ada, registry.ServiceInput{Slug: "checkout", Team: "payments", Profile: registry.Profile{
		Name: "Checkout", Kind: registry.HTTP, Tier: 1, Lifecycle: registry.Production,
	}}))(t)
	var err error
	if h.availability, _, err = h.slos.Declare(h.ada, h.checkout.ID, slo.Declaration{Slug: "availability", Objective: "99%", Category: slo.Availability, Resolution: measure.FiveMinutes}); err != nil {
		t.Fatal(err)
	}
	return h
}

func (h *house) person(t *testing.T, name string) context.Context {
	t.Helper()
	p := storetest.Person(t, h.store, name)
	c := access.Caller{Kind: access.ByPerson, Person: p.ID, Name: name, Scopes: []access.Scope{access.ScopeWrite}}
	if name == "root" {
		c.Administrator, c.Scopes = true, access.Scopes
	}
	return access.WithCaller(t.Context(), c)
}

// slot pushes what was counted in the slot of five minutes that begins at the time.
func (h *house) slot(t *testing.T, at string, good, total int64) {
	t.Helper()
	ok(h.measure.Push(t.Context(), []measure.Batch{{Indicator: h.availability.Indicator.ID, Resolution: measure.FiveMinutes, Slots: []measure.Slot{
		{Start: stamp(t, at), Good: good * measure.Event, Total: total * measure.Event},
	}}}))(t)
}

// once is a correction of the time, for maintenance.
func once(t *testing.T, effect correction.Effect, from, to string) correction.Declaration {
	t.Helper()
	begin, end := stamp(t, from), stamp(t, to)
	return correction.Declaration{Effect: effect, Kind: correction.Maintenance, Reason: "the database moved", From: &begin, To: &end}
}

// recurring is a correction that comes again in Berlin, an hour at a time.
func recurring(first, rule string) correction.Declaration {
	return correction.Declaration{
		Effect: correction.Exclude, Kind: correction.Maintenance, Reason: "backups",
		Recurrence: &correction.RecurrenceInput{Start: first, TimeZone: "Europe/Berlin", Rule: rule, DurationSeconds: 3600},
	}
}

func stamp(t *testing.T, text string) time.Time {
	t.Helper()
	return ok(time.Parse(time.RFC3339, text))(t).UTC()
}

func ok[T any](v T, err error) func(t *testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}
