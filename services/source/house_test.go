package source_test

import (
	"context"
	"slices"
	"testing"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/audit"
	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/source"
)

// house is data sources over a fresh database, its clock standing still. Ada is in
// the team "payments", root administers; the prober answers what it is told to.
type house struct {
	*source.Service
	store    *store.Store
	log      *audit.Service
	registry *registry.Registry
	prober   *prober

	ada, root, nobody context.Context
	payments          registry.Team
}

// prober is a stand-in for the network.
type prober struct {
	asked   []source.Source
	finding source.Finding
	err     error
}

func (p *prober) Probe(ctx context.Context, s source.Source) (source.Finding, error) {
	p.asked = append(p.asked, s)
	if _, bounded := ctx.Deadline(); !bounded {
		return source.Finding{Problem: source.TimedOut}, nil
	}
	return p.finding, p.err
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{store: storetest.SQLite(t), prober: &prober{}, nobody: t.Context()}
	now := clock.NewManual(storetest.Start).Now
	authorizer := access.NewAuthorizer(h.store.Access())
	h.log = audit.NewService(h.store.Audit(), h.store, authorizer, now)
	h.registry = registry.New(h.store.Registry(), h.store.Access(), h.store, authorizer, h.log, now)
	h.Service = source.NewService(h.store.Sources(), h.store.Registry(), h.store, h.prober, authorizer, h.log, now)
	h.ada, h.root = h.person(t, "ada"), h.person(t, "root")
	h.payments = ok(h.registry.CreateTeam(h.ada, registry.TeamInput{Slug: "payments", Name: "Payments"}))(t)
	return h
}

// person is a context in which somebody new calls, root as an administrator.
func (h *house) person(t *testing.T, name string) context.Context {
	t.Helper()
	p := storetest.Person(t, h.store, name)
	c := access.Caller{Kind: access.ByPerson, Person: p.ID, Name: name, Scopes: []access.Scope{access.ScopeWrite}}
	if name == "root" {
		c.Administrator, c.Scopes = true, access.Scopes
	}
	return access.WithCaller(t.Context(), c)
}

func valid() source.Input {
	return source.Input{
		Slug: "prometheus-eu", Name: "Prometheus, Europe", Kind: source.Prometheus,
		Access: source.Access{Address: "https://prometheus.example.org", Auth: source.Auth{Scheme: source.Bearer, Secret: "prom-token"}},
	}
}

// slos writes SLOs of the checkout that are read from the source.
func (h *house) slos(t *testing.T, from id.ID, slugs ...string) {
	t.Helper()
	service := storetest.Service(t, h.store, h.payments.ID, "checkout")
	for _, slug := range slugs {
		v := storetest.AnSLO(service.ID, slug)
		v.Indicator.Origin = origin.Origin{DataSource: from, Ratio: &origin.Ratio{Good: "good", Total: "total"}}
		if err := h.store.SLO().CreateSLO(t.Context(), v); err != nil {
			t.Fatal(err)
		}
	}
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
