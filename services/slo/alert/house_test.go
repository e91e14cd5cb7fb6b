package alert_test

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/internal/tx"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/audit"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/collect"
	"github.com/evenkeel/evenkeel/services/measure/judge"
	"github.com/evenkeel/evenkeel/services/measure/prometheus"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/alert"
	"github.com/evenkeel/evenkeel/services/source"
)

// start is when the clock of a house stands, a second after a full minute.
var start = time.Date(2026, 11, 23, 12, 0, 1, 0, time.UTC)

var quiet = slog.New(slog.DiscardHandler)

// house is alerts over a fresh database with the rooms below them: Ada is of the team that
// owns checkout, Bob is of none, root administers, and the bot is the team's workload. The
// replica is the one that evaluates.
type house struct {
	*alert.Service
	replica
	t        *testing.T
	store    *store.Store
	clock    *clock.Manual
	registry *registry.Registry
	log      *audit.Service
	measure  *measure.Service

	ada, bob, root, bot context.Context
	checkout            registry.Service
}

// replica is what a process of its own has: what it remembers.
type replica struct {
	slos      *slo.Service
	evaluator *measure.Evaluator
}

func newHouse(t *testing.T, s *store.Store) *house {
	t.Helper()
	h := &house{t: t, store: s, clock: clock.NewManual(start)}
	authorizer := access.NewAuthorizer(s.Access())
	h.log = audit.NewService(s.Audit(), s, authorizer, h.clock.Now)
	h.registry = registry.New(s.Registry(), s.Access(), s, authorizer, h.log, h.clock.Now)
	h.measure = measure.New(s.Measure(), s, h.clock.Now)
	h.Service, h.replica = h.start(s)
	h.ada, h.bob, h.root = h.person("ada"), h.person("bob"), h.person("root")
	team := ok(h.registry.CreateTeam(h.ada, registry.TeamInput{Slug: "payments", Name: "Payments"}))(t)
	h.bot = access.WithCaller(t.Context(), access.Caller{Kind: access.ByTeam, Team: team.ID, Token: "bot", Name: "bot", Scopes: []access.Scope{access.ScopeWrite}})
	h.checkout = ok(h.registry.CreateService(h.ada, registry.ServiceInput{Slug: "checkout", Team: "payments", Profile: registry.Profile{
		Name: "Checkout", Kind: registry.HTTP, Tier: 1, Lifecycle: registry.Production,
	}}))(t)
	return h
}

// start starts a process over the same database, whose evaluator writes by the runner.
func (h *house) start(runner tx.Runner) (*alert.Service, replica) {
	s, now := h.store, h.clock.Now
	authorizer := access.NewAuthorizer(s.Access())
	slos := slo.NewService(s.SLO(), s, s.Registry(), h.measure,
		judge.New(s.Sources(), s.Registry(), map[source.Kind]judge.Language{source.Prometheus: {Check: prometheus.Check}}), authorizer, h.log, now, quiet)
	slos.CollectWith(collect.NewService(s.Collect(), s.Sources(), h.measure, s, authorizer, h.log, now))
	alerts := alert.NewService(s.Alert(), s.SLO(), s.Registry(), s, authorizer, h.log, now)
	slos.AlertWith(alerts)
	return alerts, replica{slos, measure.NewEvaluator(s.Measure(), slos, slos, runner, now, quiet)}
}

func (h *house) person(name string) context.Context {
	h.t.Helper()
	p := storetest.Person(h.t, h.store, name)
	c := access.Caller{Kind: access.ByPerson, Person: p.ID, Name: name, Scopes: []access.Scope{access.ScopeWrite}}
	if name == "root" {
		c.Administrator, c.Scopes = true, access.Scopes
	}
	return access.WithCaller(h.t.Context(), c)
}

// declare makes an SLO of the checkout: 99 % over 28 days, every minute.
func (h *house) declare(change ...func(*slo.Declaration)) slo.View {
	h.t.Helper()
	d := slo.Declaration{Slug: "availability", Objective: "99%", Category: slo.Availability, GoodEvent: "an answer below 500"}
	for _, c := range change {
		c(&d)
	}
	v, _, err := h.slos.Declare(h.ada, h.checkout.ID, d)
	if err != nil {
		h.t.Fatalf("declare: %v", err)
	}
	return v
}

func (h *house) revise(v slo.View, change func(*slo.Declaration)) slo.View {
	h.t.Helper()
	d := v.Declared()
	change(&d)
	v, _, err := h.slos.Revise(h.ada, v.SLO.ID, v.SLO.Version, d)
	if err != nil {
		h.t.Fatalf("revise: %v", err)
	}
	return v
}

// report writes what was measured in the minutes before now, the oldest first: so many bad
// of 100 events in each.
func (h *house) report(v slo.View, bad ...int64) {
	h.t.Helper()
	var slots []measure.Slot
	first := h.clock.Now().Truncate(time.Minute).Add(-time.Duration(len(bad)) * time.Minute)
	for i, b := range bad {
		slots = append(slots, measure.Slot{Start: first.Add(time.Duration(i) * time.Minute), Good: (100 - b) * 1000, Total: 100_000})
	}
	_, err := h.measure.Push(h.t.Context(), []measure.Batch{{Pointer: "/", Indicator: v.Indicator.ID, Resolution: time.Minute, Reporter: measure.DefaultReporter, Slots: slots}})
	if err != nil {
		h.t.Fatalf("report: %v", err)
	}
}

// minutes lets minutes pass, in each of which so many events are bad, and evaluates after
// each.
func (h *house) minutes(v slo.View, bad ...int64) {
	h.t.Helper()
	for _, b := range bad {
		h.clock.Advance(time.Minute)
		h.report(v, b)
		h.evaluate()
	}
}

// silence lets minutes pass of which nobody reports anything.
func (h *house) silence(minutes int) {
	h.t.Helper()
	for range minutes {
		h.clock.Advance(time.Minute)
		h.evaluate()
	}
}

func (h *house) evaluate() {
	h.t.Helper()
	if counts, err := h.evaluator.RunOnce(h.system()); err != nil {
		h.t.Fatalf("evaluate: %v (%v)", err, counts)
	}
}

func (h *house) system() context.Context {
	return access.WithCaller(h.t.Context(), access.System("evaluate-budgets"))
}

func of(n int, bad int64) []int64 {
	out := make([]int64, n)
	for i := range out {
		out[i] = bad
	}
	return out
}

// all are the SLO's alerts, the newest first.
func (h *house) all(v slo.View) []alert.Alert {
	h.t.Helper()
	return ok(h.Alerts(h.bob, alert.Filter{SLO: v.SLO.ID}, page.Request{}))(h.t).Items
}

// lasting are the SLO's alerts that last, by kind.
func (h *house) lasting(v slo.View) map[alert.Kind]alert.Alert {
	h.t.Helper()
	out := map[alert.Kind]alert.Alert{}
	for _, a := range h.all(v) {
		if a.EndedAt == nil {
			if _, twice := out[a.Kind]; twice {
				h.t.Errorf("%s lasts twice", a.Kind)
			}
			out[a.Kind] = a
		}
	}
	return out
}

// one is the only alert of the SLO that ever was of the kind.
func (h *house) one(v slo.View, kind alert.Kind) alert.Alert {
	h.t.Helper()
	var found []alert.Alert
	for _, a := range h.all(v) {
		if a.Kind == kind {
			found = append(found, a)
		}
	}
	if len(found) != 1 {
		h.t.Fatalf("there are %d alerts of %s: %+v", len(found), kind, found)
	}
	return found[0]
}

// breaking is a runner whose transactions fail just before they commit while it is broken.
type breaking struct {
	tx.Runner
	broken atomic.Bool
}

var errPower = errors.New("the power is out")

func (b *breaking) InTx(ctx context.Context, do func(context.Context) error) error {
	return b.Runner.InTx(ctx, func(ctx context.Context) error {
		if err := do(ctx); err != nil || !b.broken.Load() {
			return err
		}
		return errPower
	})
}

func (h *house) actions(object id.ID) []audit.Entry {
	h.t.Helper()
	return ok(h.log.List(h.root, audit.Filter{ObjectID: object}, page.Request{}))(h.t).Items
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

func refused(t testing.TB, err error, kind fault.Kind, code string) *fault.Error {
	t.Helper()
	e := fault.As(err)
	if e == nil || e.Kind != kind || e.Code != code {
		t.Fatalf("got %v, want %s %s", err, kind, code)
	}
	return e
}
