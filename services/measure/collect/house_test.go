package collect_test

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
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/audit"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/collect"
	"github.com/evenkeel/evenkeel/services/measure/judge"
	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/source"
)

// storetest keeps one connection pool to the PostgreSQL server of the tests.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreTopFunction("database/sql.(*DB).connectionOpener"))
}

// start is when the clock of a house stands: half a minute into a slot.
var start = time.Date(2026, 11, 23, 12, 0, 30, 0, time.UTC)

// house is collection over a fresh database, with SLOs that are read from programs
// that really answer.
type house struct {
	t     testing.TB
	store *store.Store
	clock *clock.Manual
	*collect.Service
	parts     collect.Parts
	slos      *slo.Service
	measure   *measure.Service
	evaluator *measure.Evaluator
	audit     *audit.Service
	meter     *meter
	ada       context.Context // a member of every team
	owner     access.Person
	teams     map[string]registry.Service // the service of each team
}

func newHouse(t testing.TB) *house {
	t.Helper()
	return newHouseOn(t, storetest.SQLite(t))
}

func newHouseOn(t testing.TB, s *store.Store) *house {
	t.Helper()
	h := &house{t: t, store: s, clock: clock.NewManual(start), meter: newMeter(), teams: map[string]registry.Service{}}
	authorizer := access.NewAuthorizer(s.Access())
	h.audit = audit.NewService(s.Audit(), s, authorizer, h.clock.Now)
	h.measure = measure.New(s.Measure(), s, h.clock.Now)
	h.slos = slo.NewService(s.SLO(), s, s.Registry(), h.measure, judge.New(s.Sources(), s.Registry(), nil), authorizer, h.audit, h.clock.Now, slog.New(slog.DiscardHandler))
	h.Service = collect.NewService(s.Collect(), s.Sources(), h.measure, s, authorizer, h.audit, h.clock.Now)
	h.slos.CollectWith(h.Service)
	h.evaluator = measure.NewEvaluator(s.Measure(), h.slos, h.slos, s, h.clock.Now, slog.New(slog.DiscardHandler))
	h.parts = collect.Parts{
		Store: s.Collect(), Health: s.Collect(), Sources: s.Sources(), Readers: collect.Readers{source.Adapter: reader{}},
		Measurements: h.measure, Runner: s, Gates: collect.NewGates(), Meter: h.meter, Clock: h.clock.Now, Logger: slog.New(slog.DiscardHandler),
	}
	h.owner = storetest.Person(t, s, "ada")
	h.ada = access.WithCaller(t.Context(), access.Caller{Kind: access.ByPerson, Person: h.owner.ID, Name: "ada", Scopes: []access.Scope{access.ScopeWrite}})
	return h
}

// source makes a data source of the program.
func (h *house) source(p *program, change ...func(*source.Source)) source.Source {
	h.t.Helper()
	v := source.Source{
		ID: id.New(start), Slug: p.slug, Name: p.slug, Kind: source.Adapter, CreatedAt: start, UpdatedAt: start, Version: 1,
		Access: source.Access{Address: p.URL, Auth: source.Auth{Scheme: source.Anonymous}},
		Limits: source.Limits{Timeout: 5 * time.Second, Concurrency: 4, Delay: time.Minute},
	}
	for _, c := range change {
		c(&v)
	}
	if err := h.store.Sources().CreateSource(h.t.Context(), v); err != nil {
		h.t.Fatal(err)
	}
	return v
}

// service returns the service of the team, both made when absent.
func (h *house) service(team string) registry.Service {
	h.t.Helper()
	s, ok := h.teams[team]
	if !ok {
		made := storetest.Team(h.t, h.store, team)
		err := h.store.Registry().AddMember(h.t.Context(), registry.Member{Team: made.ID, Person: h.owner.ID, Name: "ada", JoinedAt: start})
		if err != nil {
			h.t.Fatal(err)
		}
		s = storetest.Service(h.t, h.store, made.ID, team)
		h.teams[team] = s
	}
	return s
}

// declare makes an SLO of the team's that is read from the source under its slug.
func (h *house) declare(team, slug string, from source.Source, change ...func(*slo.Declaration)) slo.View {
	h.t.Helper()
	d := slo.Declaration{
		Slug: slug, Objective: "99%", WindowDays: 1, Category: slo.Availability,
		Origin: origin.Origin{DataSource: from.ID, Adapter: &origin.Adapter{Indicator: slug}},
	}
	for _, c := range change {
		c(&d)
	}
	v, _, err := h.slos.Declare(h.ada, h.service(team).ID, d)
	if err != nil {
		h.t.Fatal(err)
	}
	return v
}

// together has an SLO read with all others that are.
func together(d *slo.Declaration) {
	d.Origin.Adapter.Parameters = map[string]string{"together": "yes"}
}

func (h *house) system(job string) context.Context {
	return access.WithCaller(h.t.Context(), access.System(job))
}

// collect runs collection once.
func (h *house) collect() map[string]int64 {
	h.t.Helper()
	counts, err := collect.NewCollector(h.parts).RunOnce(h.system("collect-measurements"))
	if err != nil {
		h.t.Fatal(err)
	}
	return counts
}

// minutes lets so many minutes pass, and collects after each.
func (h *house) minutes(n int) {
	h.t.Helper()
	for range n {
		h.clock.Advance(time.Minute)
		h.collect()
	}
}

// fill works off backfills once.
func (h *house) fill() map[string]int64 {
	h.t.Helper()
	counts, err := collect.NewFiller(h.parts).RunOnce(h.system("backfill"))
	if err != nil {
		h.t.Fatal(err)
	}
	return counts
}

// evaluate concludes, and returns the SLO as it is then.
func (h *house) evaluate(v slo.View) slo.View {
	h.t.Helper()
	if _, err := h.evaluator.RunOnce(h.system("evaluate-budgets")); err != nil {
		h.t.Fatal(err)
	}
	return ok(h.slos.View(h.ada, v.SLO.ID))(h.t)
}

// stored returns the slots of the SLO that begin in [from, to), of all groups.
func (h *house) stored(v slo.View, from, to time.Time) map[time.Time]measure.Slot {
	h.t.Helper()
	out := map[time.Time]measure.Slot{}
	for _, r := range ok(h.measure.Slots(h.t.Context(), v.Indicator.ID, "", from, to))(h.t) {
		if r.Reporter != collect.Reporter {
			h.t.Errorf("slots are stored in the name of %q", r.Reporter)
		}
		for _, s := range r.Slots {
			sum := out[s.Start]
			out[s.Start] = measure.Slot{Start: s.Start, Good: sum.Good + s.Good, Total: sum.Total + s.Total}
		}
	}
	return out
}

// expect compares what is stored in [from, to) with what the program holds.
func (h *house) expect(v slo.View, p *program, from, to time.Time) {
	h.t.Helper()
	h.compare(h.stored(v, from, to), p.held(v.SLO.Slug, from, to))
}

func (h *house) compare(got, want map[time.Time]measure.Slot) {
	h.t.Helper()
	if len(got) != len(want) {
		h.t.Errorf("%d slots are stored, want %d", len(got), len(want))
	}
	for start, w := range want {
		if got[start] != w {
			h.t.Errorf("at %s there is %+v, want %+v", start.Format(time.RFC3339), got[start], w)
			return
		}
	}
}

func (h *house) standing(v slo.View) collect.Standing {
	h.t.Helper()
	return ok(h.Standing(h.ada, v.SLO.ID))(h.t)
}

// minute is the start of the slot that begins so many minutes after noon.
func minute(n int) time.Time { return start.Truncate(time.Hour).Add(time.Duration(n) * time.Minute) }

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
func refused(t testing.TB, err error, kind fault.Kind, code string) {
	t.Helper()
	if e := fault.As(err); e == nil || e.Kind != kind || e.Code != code {
		t.Fatalf("got %v, want %s %s", err, kind, code)
	}
}

// meter adds up what it is told, by source and what it is about.
type meter struct {
	mu     sync.Mutex
	counts map[string]int
	lags   map[string]time.Duration
}

func newMeter() *meter { return &meter{counts: map[string]int{}, lags: map[string]time.Duration{}} }

func (m *meter) add(name string, n int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if n != 0 {
		m.counts[name] += n
	}
}

func (m *meter) Slots(source string, n int) { m.add(source+" slots", n) }
func (m *meter) Missing(source string, reason origin.Reason, n int) {
	m.add(source+" "+string(reason), n)
}
func (m *meter) Failed(source string, kind collect.Failing) { m.add(source+" "+string(kind), 1) }
func (m *meter) Read(source string, _ time.Duration)        { m.add(source+" read", 1) }
func (m *meter) Lag(source string, lag time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.lags[source] = lag
}
