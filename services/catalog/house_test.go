package catalog_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/audit"
	"github.com/evenkeel/evenkeel/services/catalog"
	"github.com/evenkeel/evenkeel/services/registry"
)

const portal = "https://portal.example.org"

// house is the catalog over a fresh database, its clock going on a minute with each sync. The
// portal calls as its catalog; root administers; bob is a person like others.
type house struct {
	*catalog.Service
	t         *testing.T
	at        string // the portal's address
	store     *store.Store
	clock     *clock.Manual
	log       *audit.Service
	registry  *registry.Registry
	people    *access.Service
	portal    context.Context
	root, bob context.Context
}

func newHouse(t *testing.T) *house {
	t.Helper()
	return houseOver(t, storetest.SQLite(t))
}

func houseOver(t *testing.T, s *store.Store) *house {
	t.Helper()
	h := &house{t: t, at: portal, store: s, clock: clock.NewManual(storetest.Start)}
	authorizer := access.NewAuthorizer(h.store.Access())
	h.log = audit.NewService(h.store.Audit(), h.store, authorizer, h.clock.Now)
	h.registry = registry.New(h.store.Registry(), h.store.Access(), h.store, authorizer, h.log, h.clock.Now)
	h.people = access.NewService(h.store.Access(), h.store, authorizer, h.log, h.clock.Now, access.Lifetimes{}, slog.New(slog.NewTextHandler(io.Discard, nil)))
	t.Cleanup(func() { _ = h.people.Close(context.WithoutCancel(t.Context())) })
	h.Service = catalog.NewService(catalog.Parts{
		Store: h.store.Catalog(), Things: h.store.Registry(), Crowd: h.store.Access(), Organisation: h.registry, People: h.people,
		Runner: h.store, Authorizer: authorizer, Recorder: h.log, Clock: h.clock.Now,
	})
	h.portal = access.WithCaller(t.Context(), access.Caller{Kind: access.ByPortal, Name: "catalog", Scopes: []access.Scope{access.ScopeRead, access.ScopeWrite}})
	h.root = h.person("root", true)
	h.bob = h.person("bob", false)
	return h
}

func (h *house) person(name string, administrator bool) context.Context {
	p := storetest.Person(h.t, h.store, name)
	c := access.Caller{Kind: access.ByPerson, Person: p.ID, Name: name, Administrator: administrator, Scopes: []access.Scope{access.ScopeWrite}}
	if administrator {
		c.Scopes = access.Scopes
	}
	return access.WithCaller(h.t.Context(), c)
}

// start begins a sync a minute later.
func (h *house) start(full bool) catalog.Sync {
	h.t.Helper()
	h.clock.Advance(time.Minute)
	s := ok(h.Start(h.portal, h.at, full))(h.t)
	h.clock.Advance(time.Second)
	return s
}

// tell tells entities in an open sync, and returns what became of each as "ref outcome".
func (h *house) tell(s catalog.Sync, told ...catalog.Told) []catalog.Result {
	h.t.Helper()
	return ok(h.Take(h.portal, s.ID, told))(h.t)
}

// full tells all that there is in one full sync, in the order given, and completes it.
func (h *house) full(told ...catalog.Told) ([]catalog.Result, catalog.Sync) {
	h.t.Helper()
	s := h.start(true)
	var out []catalog.Result
	for some := range slices.Chunk(told, catalog.MaxBatch) {
		out = append(out, h.tell(s, some...)...)
	}
	return out, ok(h.Complete(h.portal, s.ID, catalog.Completion{}))(h.t)
}

func outcomes(results []catalog.Result) string {
	var out []string
	for _, r := range results {
		text := string(r.Outcome)
		if r.Adopted {
			text += " adopted"
		}
		for _, f := range r.Faults {
			text += " " + f.Pointer
		}
		out = append(out, text)
	}
	return strings.Join(out, ", ")
}

// entries is how many the audit log has.
func (h *house) entries() int {
	h.t.Helper()
	n := 0
	for r := (page.Request{Limit: 500}); ; {
		found := ok(h.log.List(h.root, audit.Filter{}, r))(h.t)
		n += len(found.Items)
		if r.After = found.Next; r.After == "" {
			return n
		}
	}
}

func (h *house) service(slug string) registry.Service {
	h.t.Helper()
	return ok(h.registry.ServiceFor(h.root, slug))(h.t)
}

func (h *house) team(slug string) registry.Team {
	h.t.Helper()
	return ok(h.registry.TeamFor(h.root, slug))(h.t)
}

// members are who is in a team, each as "name manager".
func (h *house) members(slug string) string {
	h.t.Helper()
	var out []string
	for _, m := range ok(h.registry.Members(h.root, slug, page.Request{}))(h.t).Items {
		out = append(out, strings.TrimSpace(m.Name+" "+m.Manager))
	}
	return strings.Join(out, ", ")
}

// states are the entities, each as "ref state".
func (h *house) states(f catalog.Filter) string {
	h.t.Helper()
	var out []string
	for _, e := range ok(h.Entities(h.root, f, page.Request{Limit: 500}))(h.t).Items {
		out = append(out, fmt.Sprintf("%s %s", e.Ref, e.State))
	}
	return strings.Join(out, ", ")
}

func user(name string) catalog.Told {
	return catalog.Told{Kind: catalog.User, Ref: "user:default/" + name, UID: "u-" + name, Title: strings.ToUpper(name[:1]) + name[1:], Email: name + "@example.org"}
}

func group(name string, members ...string) catalog.Told {
	t := catalog.Told{Kind: catalog.Group, Ref: "group:default/" + name, UID: "g-" + name, Title: "Team " + name, Members: []string{}}
	for _, m := range members {
		t.Members = append(t.Members, "user:default/"+m)
	}
	return t
}

func system(name, owner string) catalog.Told {
	return catalog.Told{Kind: catalog.System, Ref: "system:default/" + name, UID: "s-" + name, Title: "System " + name, Owner: "group:default/" + owner}
}

func component(name, owner string) catalog.Told {
	return catalog.Told{
		Kind: catalog.Component, Ref: "component:default/" + name, UID: "c-" + name, Title: "Service " + name, Owner: "group:default/" + owner,
		Type: "service", Lifecycle: "production", Repository: "https://github.com/example/" + name, Origin: "url:https://github.com/example/" + name + "/catalog-info.yaml",
	}
}

func ok[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatalf("unexpected: %v", err)
		}
		return v
	}
}

func refused(t *testing.T, err error, kind fault.Kind, code string) {
	t.Helper()
	if e := fault.As(err); e == nil || e.Kind != kind || e.Code != code {
		t.Errorf("got %v (%+v), want %s %s", err, e, kind, code)
	}
}

func is[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}
