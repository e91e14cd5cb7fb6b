package signals_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

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
	"github.com/evenkeel/evenkeel/services/measure/prometheus"
	"github.com/evenkeel/evenkeel/services/measure/suggest"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/signals"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/source"
)

// noon is when every test begins.
var noon = time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)

// house is golden signals over a fresh database with the rooms below them: Ada is of the
// team that owns checkout, Bob is of none. The data source "prometheus" is at base.
type house struct {
	*signals.Service
	store    *store.Store
	clock    *clock.Manual
	registry *registry.Registry
	slos     *slo.Service
	measure  *measure.Service
	log      *audit.Service
	ada, bob context.Context
	checkout registry.Service
	main     source.Source
	requests atomic.Int64 // to any data source
}

// open opens a house. change may alter what the Service is made of.
func open(t *testing.T, base string, change ...func(*signals.Parts)) *house {
	t.Helper()
	h := &house{store: storetest.SQLite(t), clock: clock.NewManual(noon)}
	authorizer := access.NewAuthorizer(h.store.Access())
	h.log = audit.NewService(h.store.Audit(), h.store, authorizer, h.clock.Now)
	h.registry = registry.New(h.store.Registry(), h.store.Access(), h.store, authorizer, h.log, h.clock.Now)
	h.measure = measure.New(h.store.Measure(), h.store, h.clock.Now)
	languages := map[source.Kind]judge.Language{source.Prometheus: {Check: prometheus.Check}}
	h.slos = slo.NewService(h.store.SLO(), h.store, h.store.Registry(), h.measure, judge.New(h.store.Sources(), h.store.Registry(), languages), authorizer, h.log, h.clock.Now, slog.New(slog.DiscardHandler))
	reader := prometheus.New(func(context.Context, source.Source) (*http.Client, error) { return &http.Client{Transport: h}, nil })
	templates, err := suggest.Load(suggest.Builtin(), nil)
	if err != nil {
		t.Fatal(err)
	}
	gates := collect.NewGates()
	p := signals.Parts{
		Store: h.store.Signals(), Registry: h.store.Registry(), Sources: h.store.Sources(), SLOs: h.store.SLO(), Measurements: h.measure,
		Reader: reader, Turns: gates, Recogniser: suggest.New(reader, gates, templates, h.clock.Now),
		Runner: h.store, Authorizer: authorizer, Recorder: h.log, Clock: h.clock.Now, Logger: slog.New(slog.DiscardHandler),
		Patience: time.Minute, // a busy machine is no slow data source
	}
	for _, c := range change {
		c(&p)
	}
	h.Service = signals.NewService(p)
	t.Cleanup(h.Close)
	h.ada, h.bob = h.person(t, "ada"), h.person(t, "bob")
	ok(h.registry.CreateTeam(h.ada, registry.TeamInput{Slug: "payments", Name: "Payments"}))(t)
	h.checkout = ok(h.registry.CreateService(h.ada, registry.ServiceInput{Slug: "checkout", Team: "payments", Profile: registry.Profile{
		Name: "Checkout", Kind: registry.HTTP, Tier: 1, Lifecycle: registry.Production,
	}}))(t)
	h.main = h.source(t, "prometheus", func(s *source.Source) { s.Address = base })
	return h
}

// RoundTrip counts requests.
func (h *house) RoundTrip(r *http.Request) (*http.Response, error) {
	h.requests.Add(1)
	return http.DefaultTransport.RoundTrip(r)
}

// source writes a data source of that slug.
func (h *house) source(t *testing.T, slug string, change func(*source.Source)) source.Source {
	t.Helper()
	s := storetest.ASource(slug)
	s.Delay, s.Timeout = 0, 20*time.Second
	change(&s)
	if err := h.store.Sources().CreateSource(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	if err := h.store.Registry().ReserveSlug(t.Context(), registry.NounDataSource, "", slug, s.ID); err != nil {
		t.Fatal(err)
	}
	return s
}

func (h *house) person(t *testing.T, name string) context.Context {
	t.Helper()
	p := storetest.Person(t, h.store, name)
	return access.WithCaller(t.Context(), access.Caller{Kind: access.ByPerson, Person: p.ID, Name: name, Scopes: []access.Scope{access.ScopeWrite}})
}

// declare makes an SLO of checkout.
func (h *house) declare(t *testing.T, slug string, category slo.Category, resolution time.Duration, o origin.Origin) slo.View {
	t.Helper()
	v, _, err := h.slos.Declare(h.ada, h.checkout.ID, slo.Declaration{Slug: slug, Objective: "99%", Category: category, Resolution: resolution, Origin: o})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// push counts events of an SLO in the slot that begins so long before noon.
func (h *house) push(t *testing.T, v slo.View, ago time.Duration, good, total int64) {
	t.Helper()
	ok(h.measure.Push(t.Context(), []measure.Batch{{Indicator: v.Indicator.ID, Resolution: v.Indicator.Resolution, Slots: []measure.Slot{
		{Start: noon.Add(-ago), Good: good * measure.Event, Total: total * measure.Event},
	}}}))(t)
}

// mapped has checkout mapped, from whatever it was.
func (h *house) mapped(t *testing.T, m signals.Map) signals.Mapping {
	t.Helper()
	before, _, err := h.Find(h.ada, "checkout")
	if err != nil {
		t.Fatal(err)
	}
	return ok(h.Change(h.ada, "checkout", before.Version, m))(t)
}

// now are the current values, one in a line: name and value, or why there is none.
func (h *house) now(t *testing.T) string {
	t.Helper()
	return text(ok(h.Current(h.bob, "checkout"))(t))
}

// text writes a report.
func text(r signals.Report) string {
	var lines []string
	for _, one := range r.Readings {
		line := string(one.Signal) + " " + one.Name
		for _, p := range one.Points {
			if p.Known() {
				line += fmt.Sprintf(" %.4g", p.Value)
			} else {
				line += " " + string(p.Lack.Reason)
			}
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

// everything maps all four signals by queries.
func everything() signals.Map {
	from := id.ID("prometheus")
	return signals.Map{
		Latency: &signals.LatencyMap{DataSource: from, Histogram: &signals.Histogram{Metric: "took_seconds", Successes: `code!~"5.."`, Failures: `code=~"5.."`}},
		Traffic: &signals.TrafficMap{DataSource: from, Query: "sum(rate(took_seconds_count[$window]))"},
		Errors: &signals.ErrorsMap{DataSource: from,
			Failed: `sum(rate(took_seconds_count{code=~"5.."}[$window]))`, Total: "sum(rate(took_seconds_count[$window]))"},
		Saturation: []signals.Resource{
			{Name: "cpu", DataSource: from, Query: "max(cpu)"}, {Name: "queue", DataSource: from, Query: "sum(waiting) / sum(slots)"},
		},
	}
}

func refused(t *testing.T, err error, kind fault.Kind, code string) *fault.Error {
	t.Helper()
	f := fault.As(err)
	if f == nil || f.Kind != kind || f.Code != code {
		t.Fatalf("it is %v, want %s %s", err, kind, code)
	}
	return f
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
