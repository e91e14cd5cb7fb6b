package registry_test

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
	"github.com/evenkeel/evenkeel/services/registry"
)

// house is the registry over a fresh database, its clock standing still. Ada made
// the team "payments" and is its only member; Bob belongs to none; root
// administers; the workload is the team's.
type house struct {
	*registry.Registry
	store *store.Store
	clock *clock.Manual
	log   *audit.Service

	people              map[string]access.Person
	ada, bob, root, bot context.Context
	payments            registry.Team
}

func newHouse(t *testing.T) *house {
	t.Helper()
	return newHouseOn(t, storetest.SQLite(t))
}

func newHouseOn(t *testing.T, s *store.Store) *house {
	t.Helper()
	h := &house{store: s, clock: clock.NewManual(storetest.Start), people: map[string]access.Person{}}
	authorizer := access.NewAuthorizer(h.store.Access())
	h.log = audit.NewService(h.store.Audit(), h.store, authorizer, h.clock.Now)
	h.Registry = registry.New(h.store.Registry(), h.store.Access(), h.store, authorizer, h.log, h.clock.Now)
	h.ada, h.bob, h.root = h.person(t, "ada"), h.person(t, "bob"), h.person(t, "root")
	h.payments = ok(h.CreateTeam(h.ada, registry.TeamInput{Slug: "payments", Name: "Payments"}))(t)
	h.bot = access.WithCaller(t.Context(), access.Caller{
		Kind: access.ByTeam, Team: h.payments.ID, Token: "bot", Name: "bot", Scopes: []access.Scope{access.ScopeWrite},
	})
	return h
}

// person is a context in which somebody new calls, root as an administrator.
func (h *house) person(t *testing.T, name string) context.Context {
	t.Helper()
	p := storetest.Person(t, h.store, name)
	h.people[name] = p
	c := access.Caller{Kind: access.ByPerson, Person: p.ID, Name: name, Scopes: []access.Scope{access.ScopeWrite}}
	if name == "root" {
		c.Administrator, c.Scopes = true, access.Scopes
	}
	return access.WithCaller(t.Context(), c)
}

// service registers a service of payments.
func (h *house) service(t *testing.T, slug string) registry.Service {
	t.Helper()
	in := valid()
	in.Slug = slug
	return ok(h.CreateService(h.ada, in))(t)
}

// actions are those that the log has of an object, sorted: the clock stands still.
func (h *house) actions(t *testing.T, object id.ID) []string {
	t.Helper()
	var out []string
	for _, e := range ok(h.log.List(h.root, audit.Filter{ObjectID: object}, page.Request{}))(t).Items {
		out = append(out, e.Action)
	}
	slices.Sort(out)
	return out
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

// violates asserts one violation, at the pointer.
func violates(t *testing.T, err error, pointer string) {
	t.Helper()
	if got := pointers(err); len(got) != 1 || got[0] != pointer {
		t.Errorf("violations at %q (%v), want one at %q", got, err, pointer)
	}
}
