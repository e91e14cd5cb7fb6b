package drift_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/event"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/scorecards/drift"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/notify"
	"github.com/evenkeel/evenkeel/services/registry"
)

// house is drifts over a fresh database: payments, below engineering, owns checkout, and Ada alone
// is in it; lone, without a team above, has nobody, and owns mail.
type house struct {
	*drift.Service
	store    *store.Store
	clock    *clock.Manual
	refusing map[string]string // by address
	bob      context.Context

	engineering, payments, lone registry.Team
	checkout, mail              registry.Service
	ada                         access.Person
}

// Refusals implements drift.Repositories.
func (h *house) Refusals(context.Context) (func(string) string, error) {
	return func(address string) string { return h.refusing[address] }, nil
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{store: storetest.SQLite(t), clock: clock.NewManual(storetest.Start), refusing: map[string]string{}}
	s := h.store
	h.engineering, h.lone = storetest.Team(t, s, "engineering"), storetest.Team(t, s, "lone")
	h.payments = registry.Team{ID: "01KKP3FDG0K6APHD8G902RTRJG", Slug: "payments", Name: "Payments", Parent: h.engineering.ID, CreatedAt: storetest.Start, UpdatedAt: storetest.Start, Version: 1}
	must(t, s.Registry().CreateTeam(t.Context(), h.payments))
	h.ada = storetest.Person(t, s, "ada")
	must(t, s.Registry().AddMember(t.Context(), registry.Member{Team: h.payments.ID, Person: h.ada.ID, JoinedAt: storetest.Start}))
	h.checkout, h.mail = storetest.Service(t, s, h.payments.ID, "checkout"), storetest.Service(t, s, h.lone.ID, "mail")
	bob := storetest.Person(t, s, "bob")
	h.bob = access.WithCaller(t.Context(), access.Caller{Kind: access.ByPerson, Person: bob.ID, Name: "bob", Scopes: []access.Scope{access.ScopeRead}})
	h.Service = drift.NewService(drift.Parts{
		Store: s.Drifts(), Registry: s.Registry(), People: s.Access(), Repositories: h, Teller: notify.NewOutbox(s.Notify(), h.clock.Now),
		Runner: s, Authorizer: access.NewAuthorizer(s.Access()), Clock: h.clock.Now,
	})
	return h
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// watches runs the job, and holds what it found, ended and escalated.
func (h *house) watches(t *testing.T, found, ended, escalated int64) {
	t.Helper()
	counts, err := h.WatchOnce(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if counts["found"] != found || counts["ended"] != ended || counts["escalated"] != escalated {
		t.Errorf("the job did %v, want %d found, %d ended and %d escalated", counts, found, ended, escalated)
	}
}

// lists holds what is listed, as service and reason.
func (h *house) lists(t *testing.T, want ...string) []drift.View {
	t.Helper()
	found, err := h.List(h.bob, drift.Filter{}, page.Request{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, v := range found.Items {
		got = append(got, fmt.Sprintf("%s %s", v.Of.Slug, v.Reason))
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("listed are %q, want %q", got, want)
	}
	return found.Items
}

// told are the events, the oldest first.
func (h *house) told(t *testing.T) []event.Event {
	t.Helper()
	found, err := h.store.Notify().Unrouted(t.Context(), 100)
	if err != nil {
		t.Fatal(err)
	}
	out := make([]event.Event, len(found))
	for i, e := range found {
		out[i] = e.Event
	}
	return out
}

func (h *house) update(t *testing.T, change func(*registry.Service)) {
	t.Helper()
	s, err := h.store.Registry().Service(t.Context(), h.checkout.ID)
	must(t, err)
	change(&s)
	must(t, h.store.Registry().UpdateService(t.Context(), s))
}

func TestDriftIsFoundKeptAndEndsWhenItIsPutRight(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.lists(t)
	h.watches(t, 1, 0, 0)
	h.lists(t, "mail team_empty")
	h.update(t, func(s *registry.Service) {
		s.OnCall, s.Repository = "ada@example.org", "https://github.com/acme/checkout"
	})
	h.watches(t, 0, 0, 0)

	left := h.clock.Advance(time.Hour)
	h.ada.DeactivatedAt = &left
	must(t, h.store.Access().UpdatePerson(t.Context(), h.ada))
	h.refusing["https://github.com/acme/checkout"] = "it was archived"
	h.watches(t, 3, 0, 0)
	listed := h.lists(t, "mail team_empty", "checkout team_empty", "checkout on_call_departed", "checkout repository_refuses")
	for _, v := range listed[1:] {
		if !v.FoundAt.Equal(left) || v.EscalatedAt != nil || !strings.HasSuffix(v.Detail, ".") {
			t.Errorf("found is %+v", v)
		}
	}
	if listed[0].Of.TeamSlug != "lone" || !listed[0].FoundAt.Equal(storetest.Start) {
		t.Errorf("the oldest is %+v", listed[0])
	}

	h.clock.Advance(time.Hour)
	h.refusing["https://github.com/acme/checkout"] = "it is gone"
	h.update(t, func(s *registry.Service) { s.OnCall = "payments-primary" })
	h.watches(t, 0, 1, 0)
	for _, v := range h.lists(t, "mail team_empty", "checkout team_empty", "checkout repository_refuses") {
		if v.Reason == drift.Repository && (!strings.Contains(v.Detail, "it is gone") || !v.FoundAt.Equal(left)) {
			t.Errorf("what is said otherwise now is %+v", v)
		}
	}
	h.update(t, func(s *registry.Service) { now := h.clock.Now(); s.RetiredAt = &now })
	h.lists(t, "mail team_empty")
	h.watches(t, 0, 2, 0)
}

func TestTheTeamAboveIsToldOnceAfterAWeek(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.watches(t, 1, 0, 0) // mail's, whose team has none above
	h.clock.Advance(time.Hour)
	h.ada.DeactivatedAt = new(time.Time)
	*h.ada.DeactivatedAt = h.clock.Now()
	must(t, h.store.Access().UpdatePerson(t.Context(), h.ada))
	h.watches(t, 1, 0, 0)
	h.clock.Advance(7*24*time.Hour - time.Hour)
	h.watches(t, 0, 0, 0) // it is a week, and not more
	h.clock.Advance(time.Minute)
	h.watches(t, 0, 0, 1)
	h.watches(t, 0, 0, 0)
	h.clock.Advance(time.Hour)
	h.watches(t, 0, 0, 1)
	h.watches(t, 0, 0, 0)
	told := h.told(t)
	if len(told) != 2 || told[0].Team != "" || told[1].Team != h.engineering.ID {
		t.Fatalf("told is %+v", told)
	}
	if e := told[1]; e.Type != event.OwnershipDrifted || e.Service != h.checkout.ID || e.Link != "/services/checkout" || !strings.Contains(e.Title, "checkout") ||
		!strings.Contains(e.Text, "Nobody is in the team payments") || !strings.Contains(e.Text, "since 2026-03-14") {
		t.Errorf("told is %+v", e)
	}
	for _, v := range h.lists(t, "mail team_empty", "checkout team_empty") {
		if v.EscalatedAt == nil {
			t.Errorf("it is not known that %s was told of", v.Of.Slug)
		}
	}

	// Somebody comes, and leaves again: that is another drift, with a week of its own.
	eve := storetest.Person(t, h.store, "eve")
	must(t, h.store.Registry().AddMember(t.Context(), registry.Member{Team: h.payments.ID, Person: eve.ID, JoinedAt: h.clock.Now()}))
	h.watches(t, 0, 1, 0)
	must(t, h.store.Registry().RemoveMember(t.Context(), h.payments.ID, eve.ID))
	h.watches(t, 1, 0, 0)
	h.clock.Advance(8 * 24 * time.Hour)
	h.watches(t, 0, 0, 1)
	if told := h.told(t); len(told) != 3 {
		t.Errorf("told is %+v", told)
	}
}

func TestDriftIsListedToWhoIsSignedInAndForReasonsThatThereAre(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.watches(t, 1, 0, 0)
	if _, err := h.List(t.Context(), drift.Filter{}, page.Request{}); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("nobody gets %v", err)
	}
	_, err := h.List(h.bob, drift.Filter{Reason: "boredom"}, page.Request{})
	if f := fault.As(err); f == nil || f.Kind != fault.Invalid || f.Violations[0].Pointer != "query.reason" {
		t.Errorf("another reason is %v", err)
	}
	found, err := h.List(h.bob, drift.Filter{Team: h.lone.ID, Reason: drift.EmptyTeam}, page.Request{})
	if err != nil || len(found.Items) != 1 || !reflect.DeepEqual(found.Items[0].Of, h.mail) {
		t.Errorf("of the team there is %v (%v)", found, err)
	}
}

// broken cannot be told anything.
type broken struct{ err error }

func (b broken) Tell(context.Context, ...event.Event) error { return b.err }

func TestWhatCannotBeToldIsToldLater(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.watches(t, 1, 0, 0)
	h.clock.Advance(8 * 24 * time.Hour)
	parts := h.Service.Parts
	parts.Teller = broken{errors.New("no room")}
	counts, err := drift.NewService(parts).WatchOnce(t.Context())
	if err == nil || counts["escalated"] != 0 {
		t.Errorf("it did %v (%v)", counts, err)
	}
	h.watches(t, 0, 0, 1)
}
