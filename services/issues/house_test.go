package issues_test

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/event"
	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/audit"
	"github.com/evenkeel/evenkeel/services/issues"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/judge"
	"github.com/evenkeel/evenkeel/services/measure/window"
	"github.com/evenkeel/evenkeel/services/policy"
	"github.com/evenkeel/evenkeel/services/policy/supply"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

// storetest keeps one connection pool to the PostgreSQL server of the tests.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreTopFunction("database/sql.(*DB).connectionOpener"))
}

// house is a service with one SLO, and the rooms from its status to its issue on
// a real database.
type house struct {
	t        *testing.T
	store    *store.Store
	clock    *clock.Manual
	audit    *audit.Service
	registry *registry.Registry
	policies *policy.Service
	issues   *issues.Service
	team     registry.Team
	service  registry.Service
	slo      slo.View
	told     *listener
}

// listener keeps what is told, in its order.
type listener struct {
	mu     sync.Mutex
	events []event.Event
}

// Tell implements event.Teller.
func (l *listener) Tell(_ context.Context, events ...event.Event) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.events = append(l.events, events...)
	return nil
}

// types are those of what was told since they were asked for last, with whom a person was
// named for.
func (l *listener) types() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var types []string
	for _, e := range l.events {
		name := string(e.Type)
		if e.Person != "" {
			name += " " + string(e.Person)
		}
		types = append(types, name)
	}
	l.events = nil
	return types
}

// build returns a house in which no policy is attached. desk, when it is given,
// stands before the issues.
func build(t *testing.T, desk ...func(policy.Desk) policy.Desk) *house {
	t.Helper()
	return buildOn(t, storetest.SQLite(t), desk...)
}

func buildOn(t *testing.T, s *store.Store, desk ...func(policy.Desk) policy.Desk) *house {
	t.Helper()
	h := &house{t: t, store: s, clock: clock.NewManual(storetest.Start), told: &listener{}}
	authorizer := access.NewAuthorizer(s.Access())
	h.audit = audit.NewService(s.Audit(), s, authorizer, h.clock.Now)
	h.registry = registry.New(s.Registry(), s.Access(), s, authorizer, h.audit, h.clock.Now)
	h.issues = issues.NewService(s.Issues(), s.Registry(), s.Policy(), "https://evenkeel.example.org/")
	var d policy.Desk = h.issues
	for _, before := range desk {
		d = before(d)
	}
	h.policies = h.another(d)
	h.registry.OnRetirement(h.policies)
	h.registry.CountHoldings(h.policies)
	h.team = storetest.Team(t, s, "payments")
	h.service = storetest.Service(t, s, h.team.ID, "checkout")
	h.slo = h.declare(t.Context(), "availability")
	return h
}

// another returns the policies of a second replica.
func (h *house) another(d policy.Desk) *policy.Service {
	return h.anotherWith(d, func(*policy.Parts) {})
}

func (h *house) anotherWith(d policy.Desk, change func(*policy.Parts)) *policy.Service {
	s := h.store
	facts := fact.NewBook[slo.View](supply.Source{Store: s.Supply(), Clock: h.clock.Now}, slo.NewService(s.SLO(), s, s.Registry(), measure.New(s.Measure(), s, h.clock.Now), judge.New(s.Sources(), s.Registry(), nil), access.NewAuthorizer(s.Access()), h.audit, h.clock.Now, slog.New(slog.DiscardHandler)))
	language, err := policy.Language(facts)
	h.must(err)
	parts := policy.Parts{
		Store: s.Policy(), Slugs: s.Registry(), Services: s.Registry(), Budgets: s.SLO(), People: s.Access(), Facts: facts, Language: language, Desk: d, Teller: h.told, Runner: s,
		Authorizer: access.NewAuthorizer(s.Access()), Recorder: h.audit, Clock: h.clock.Now, Logger: slog.New(slog.DiscardHandler),
	}
	change(&parts)
	return policy.NewService(parts)
}

// declare writes an SLO of 99 %, at least 100 events.
func (h *house) declare(ctx context.Context, slug string) slo.View {
	h.t.Helper()
	objective, err := budget.ParseObjective("99%")
	h.must(err)
	now := h.clock.Now()
	v := slo.View{SLO: slo.SLO{
		ID: id.New(now), Service: h.service.ID, Slug: slug, Name: "The " + slug, Revision: 1, CreatedAt: now, UpdatedAt: now, Version: 1,
	}}
	v.Indicator = slo.Indicator{ID: id.New(now), SLO: v.SLO.ID, CreatedAt: now, Measure: slo.Measure{
		Category: slo.Availability, Counting: slo.GoodTotal, Resolution: time.Minute, Description: "An answer.",
	}}
	v.Revision = slo.Revision{
		ID: id.New(now), SLO: v.SLO.ID, Number: 1, Indicator: v.Indicator.ID, CreatedAt: now, CreatedBy: "test",
		Terms: slo.Terms{Objective: objective, Over: slo.TimeWindow{Days: 28}, MinEvents: 100},
	}
	v.Status = slo.Status{SLO: v.SLO.ID, Revision: v.Revision.ID, State: budget.NoData, Since: now, Stale: true}
	h.must(h.store.SLO().CreateSLO(ctx, v))
	return v
}

// spend has the SLO's policy window hold so many bad events of 10,000: 100 are
// exactly its budget.
func (h *house) spend(bad int64, change ...func(*slo.Status)) { h.spendOf(h.slo, bad, change...) }

func (h *house) spendOf(v slo.View, bad int64, change ...func(*slo.Status)) {
	h.t.Helper()
	now := h.clock.Now()
	status := slo.Status{
		SLO: v.SLO.ID, Revision: v.Revision.ID, End: now.Truncate(time.Minute), EvaluatedAt: now,
		State: budget.OK, Since: now, Latest: now.Truncate(time.Minute),
		Sums: budget.Sums{Policy: window.Sum{Good: (10_000 - bad) * 1000, Total: 10_000 * 1000}},
	}
	for _, c := range change {
		c(&status)
	}
	h.must(h.store.InTx(h.t.Context(), func(ctx context.Context) error {
		return h.store.SLO().PutStatuses(ctx, []slo.Status{status})
	}))
}

// attach puts the default policy into force for all in that mode.
func (h *house) attach(mode policy.Mode, change ...func(*policy.Draft)) policy.Attachment {
	h.t.Helper()
	d := policy.Default()
	for _, c := range change {
		c(&d)
	}
	_, err := h.policies.Create(h.admin(), d)
	h.must(err)
	a, err := h.policies.Attach(h.admin(), d.Slug, policy.Place{Target: policy.ToAll, Mode: mode})
	h.must(err)
	return a
}

// pass applies the policies, a minute later, and requires these counts.
func (h *house) pass(opened, ended, modeChanged int64) {
	h.t.Helper()
	h.clock.Advance(time.Minute)
	counts, err := h.policies.ApplyOnce(h.t.Context())
	h.must(err)
	if counts["opened"] != opened || counts["ended"] != ended || counts["mode_changed"] != modeChanged {
		h.t.Fatalf("the pass did %v, want %d opened, %d ended, %d mode_changed", counts, opened, ended, modeChanged)
	}
}

func (h *house) admin() context.Context {
	return access.WithCaller(h.t.Context(), access.Caller{
		Kind: access.ByPerson, Person: "ADMIN", Name: "Ada", Administrator: true, Scopes: []access.Scope{access.ScopeAdmin},
	})
}

func (h *house) violations() []policy.Violation {
	h.t.Helper()
	list, err := h.policies.Violations(h.admin(), policy.ViolationFilter{}, page.Request{Limit: page.MaxLimit})
	h.must(err)
	return list.Items
}

func (h *house) drafts() []issues.Issue {
	h.t.Helper()
	list, err := h.store.Issues().Issues(h.t.Context(), issues.Filter{}, page.Request{Limit: page.MaxLimit})
	h.must(err)
	return list.Items
}

// theIssue requires one violation and one issue of it.
func (h *house) theIssue() (policy.Violation, issues.Issue) {
	h.t.Helper()
	violations, drafts := h.violations(), h.drafts()
	if len(violations) != 1 || len(drafts) != 1 {
		h.t.Fatalf("%d violations and %d issues, want one of each", len(violations), len(drafts))
	}
	return violations[0], drafts[0]
}

func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}
