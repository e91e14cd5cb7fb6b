package storetest

import (
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/registry"
)

// Start is when the suite's things are made: a time with microseconds.
var Start = clock.Round(time.Date(2026, 3, 14, 15, 9, 26, 535897000, time.UTC))

var made atomic.Int64

// newID returns identifiers that sort in the order of their making, whatever
// other tests make at the same time: each has a millisecond of its own.
func newID() id.ID {
	return id.New(Start.Add(time.Duration(made.Add(1)) * time.Millisecond))
}

// The things that more than one part of the suite needs. Each is written and
// returned as it was written.

// Person writes a person with that name.
func Person(t testing.TB, s *store.Store, name string) access.Person {
	t.Helper()
	p := access.Person{ID: newID(), DisplayName: name, Email: name + "@example.org", CreatedAt: Start, UpdatedAt: Start, Version: 1}
	i := access.Identity{ID: newID(), Person: p.ID, Provider: "local", Issuer: "test", Subject: string(p.ID), CreatedAt: Start}
	ok(t, s.Access().CreatePerson(t.Context(), p, i))
	return p
}

// Team writes a team with that slug.
func Team(t testing.TB, s *store.Store, slug string) registry.Team {
	t.Helper()
	v := registry.Team{ID: newID(), Slug: slug, Name: "Team " + slug, Description: "", CreatedAt: Start, UpdatedAt: Start, Version: 1}
	ok(t, s.Registry().CreateTeam(t.Context(), v))
	return v
}

// System writes a system of the team.
func System(t testing.TB, s *store.Store, team id.ID, slug string) registry.System {
	t.Helper()
	v := registry.System{ID: newID(), Slug: slug, Name: "System " + slug, Team: team, CreatedAt: Start, UpdatedAt: Start, Version: 1}
	ok(t, s.Registry().CreateSystem(t.Context(), v))
	return v
}

// Service writes a service of the team with that slug.
func Service(t testing.TB, s *store.Store, team id.ID, slug string) registry.Service {
	t.Helper()
	owner := must(s.Registry().Team(t.Context(), team))(t)
	v := registry.Service{
		ID: newID(), Slug: slug, Team: team, TeamSlug: owner.Slug, CreatedAt: Start, UpdatedAt: Start, Version: 1,
		Profile: registry.Profile{
			Name: "Service " + slug, Kind: registry.HTTP, Tier: 2, Lifecycle: registry.Production,
			Labels: map[string]string{}, Annotations: map[string]string{},
		},
	}
	ok(t, s.Registry().CreateService(t.Context(), v))
	return v
}

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("unexpected: %v", err)
	}
}

// must returns what a call gave, and ends the test on an error.
func must[T any](v T, err error) func(t testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		ok(t, err)
		return v
	}
}

// refused asserts a fault of the kind and code; an empty code is not looked at.
func refused(t testing.TB, err error, kind fault.Kind, code string) {
	t.Helper()
	var e *fault.Error
	if !errors.As(err, &e) {
		t.Fatalf("got %v, want a fault %s %s", err, kind, code)
	}
	if e.Kind != kind || (code != "" && e.Code != code) {
		t.Fatalf("got %s %s (%v), want %s %s", e.Kind, e.Code, err, kind, code)
	}
}
