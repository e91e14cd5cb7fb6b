package preview_test

import (
	"context"
	"log/slog"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/audit"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/collect"
	"github.com/evenkeel/evenkeel/services/measure/judge"
	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/measure/prometheus"
	"github.com/evenkeel/evenkeel/services/measure/prometheus/promtest"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/preview"
	"github.com/evenkeel/evenkeel/services/source"
)

// noon is when every preview is asked for.
var noon = time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)

// house is previews over a fresh database: Ada is of the team that owns checkout, Bob is of
// none, and root administers. The data source "prometheus" is at an address that may be given, and where it is asked
// each request passes the house.
type house struct {
	*preview.Service
	store          *store.Store
	slos           *slo.Service
	measure        *measure.Service
	log            *audit.Service
	clock          *clock.Manual
	ada, bob, root context.Context
	checkout       registry.Service
	requests       atomic.Int64
	refuse         func(*http.Request) error // may be nil
}

func open(t *testing.T, base string, within time.Duration) *house {
	t.Helper()
	h := &house{store: storetest.SQLite(t), clock: clock.NewManual(noon.Add(30 * time.Second))}
	authorizer := access.NewAuthorizer(h.store.Access())
	h.log = audit.NewService(h.store.Audit(), h.store, authorizer, h.clock.Now)
	houses := registry.New(h.store.Registry(), h.store.Access(), h.store, authorizer, h.log, h.clock.Now)
	h.measure = measure.New(h.store.Measure(), h.store, h.clock.Now)
	languages := map[source.Kind]judge.Language{source.Prometheus: {Check: prometheus.Check}}
	h.slos = slo.NewService(h.store.SLO(), h.store, h.store.Registry(), h.measure, judge.New(h.store.Sources(), h.store.Registry(), languages), authorizer, h.log, h.clock.Now, slog.New(slog.DiscardHandler))
	h.slos.CollectWith(collect.NewService(h.store.Collect(), h.store.Sources(), h.measure, h.store, authorizer, h.log, h.clock.Now))
	reader := prometheus.New(func(context.Context, source.Source) (*http.Client, error) { return &http.Client{Transport: h}, nil })
	h.Service = preview.NewService(preview.Parts{
		SLOs: h.slos, Sources: h.store.Sources(), Readers: map[source.Kind]preview.Reader{source.Prometheus: reader}, Turns: collect.NewGates(), Within: within,
	})
	h.ada, h.bob, h.root = h.person(t, "ada"), h.person(t, "bob"), h.person(t, "root")
	must(houses.CreateTeam(h.ada, registry.TeamInput{Slug: "payments", Name: "Payments"}))(t)
	h.checkout = must(houses.CreateService(h.ada, registry.ServiceInput{Slug: "checkout", Team: "payments", Profile: registry.Profile{
		Name: "Checkout", Kind: registry.HTTP, Tier: 1, Lifecycle: registry.Production,
	}}))(t)
	src := storetest.ASource("prometheus")
	src.Address, src.Delay, src.Timeout = base, 0, 20*time.Second
	if err := h.store.Sources().CreateSource(t.Context(), src); err != nil {
		t.Fatal(err)
	}
	if err := h.store.Registry().ReserveSlug(t.Context(), registry.NounDataSource, "", src.Slug, src.ID); err != nil {
		t.Fatal(err)
	}
	return h
}

// RoundTrip counts requests, and refuses some.
func (h *house) RoundTrip(r *http.Request) (*http.Response, error) {
	h.requests.Add(1)
	if h.refuse != nil {
		if err := h.refuse(r); err != nil {
			return nil, err
		}
	}
	return http.DefaultTransport.RoundTrip(r)
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

// preview asks for one of checkout, as Ada.
func (h *house) preview(t *testing.T, revised string, d slo.Declaration) preview.Preview {
	t.Helper()
	return must(h.Of(h.ada, preview.Asked{Service: h.checkout, Revised: revised, Declaration: d}))(t)
}

// kept is how many entries the audit log has, and SLOs there are.
func (h *house) kept(t *testing.T) (entries, slos int) {
	t.Helper()
	return len(must(h.log.List(h.root, audit.Filter{}, page.Request{Limit: page.MaxLimit}))(t).Items),
		len(must(h.slos.Views(h.ada, slo.Filter{}, page.Request{Limit: page.MaxLimit}))(t).Items)
}

// availability is a share of requests of which Prometheus tells.
func availability(objective string, change ...func(*slo.Declaration)) slo.Declaration {
	d := slo.Declaration{
		Slug: "availability", Objective: objective, Category: slo.Availability, ReviewBy: at(noon.AddDate(1, 0, 0)),
		Origin: origin.Origin{DataSource: "prometheus", Ratio: &origin.Ratio{
			Bad: `sum(increase(requests_total{code="500"}[$window]))`, Total: `sum(increase(requests_total[$window]))`,
		}},
	}
	for _, c := range change {
		c(&d)
	}
	return d
}

func at(t time.Time) *time.Time { return &t }

var (
	// lookBack is where the four weeks before noon begin.
	lookBack = noon.Add(-28 * 24 * time.Hour)
	// The incidents are an hour each: one before what is looked back over, which burn rates of
	// its first hours still see, and one within it.
	early, within = lookBack.Add(-2 * time.Hour), noon.Add(-10 * 24 * time.Hour)
	begin         = lookBack.Add(-72 * time.Hour)
)

// requests are a hundred in every 100 s since three days before the four weeks, of which ten are
// bad in an incident. Scraped every 100 s, a slot of five minutes holds three scrapes, the
// increase over which is that between the first and the last of them, 200 s, stretched to 300 s:
// exactly 300 requests, of which 30 are bad in an incident.
func requests() []promtest.Series {
	good, bad := promtest.Series{Name: `requests_total{code="200"}`}, promtest.Series{Name: `requests_total{code="500"}`}
	var g, b float64
	for at := begin; !at.After(noon); at = at.Add(100 * time.Second) {
		if at.After(begin) {
			wrong := at.After(early) && !at.After(early.Add(time.Hour)) || at.After(within) && !at.After(within.Add(time.Hour))
			g += 100
			if wrong {
				g, b = g-10, b+10
			}
		}
		good.Samples = append(good.Samples, promtest.Sample{At: at, Value: g})
		bad.Samples = append(bad.Samples, promtest.Sample{At: at, Value: b})
	}
	return []promtest.Series{good, bad}
}

func must[T any](v T, err error) func(t *testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}
