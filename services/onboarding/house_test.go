package onboarding_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/event"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/audit"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/judge"
	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/onboarding"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
)

var start = time.Date(2026, 11, 28, 9, 0, 0, 0, time.UTC)

// house is onboarding over a fresh database with the rooms below it. Ada is of the team payments, root
// administers. Checkout, of tier 1, and ledger, of tier 3, are services of payments without an SLO.
type house struct {
	*onboarding.Service
	store     *store.Store
	clock     *clock.Manual
	registry  *registry.Registry
	slos      *slo.Service
	log       *audit.Service
	ada, root context.Context
	job       context.Context // of the job that discovers
	mu        sync.Mutex
	told      []event.Event
	fails     string // of which service nothing can be told
}

// Tell keeps what is told.
func (h *house) Tell(_ context.Context, events ...event.Event) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, e := range events {
		if e.Subject == h.fails {
			return errBoom
		}
	}
	h.told = append(h.told, events...)
	return nil
}

func newHouse(t *testing.T) *house {
	t.Helper()
	s := storetest.SQLite(t)
	h := &house{store: s, clock: clock.NewManual(start)}
	authorizer := access.NewAuthorizer(s.Access())
	h.log = audit.NewService(s.Audit(), s, authorizer, h.clock.Now)
	h.registry = registry.New(s.Registry(), s.Access(), s, authorizer, h.log, h.clock.Now)
	h.slos = slo.NewService(s.SLO(), s, s.Registry(), measure.New(s.Measure(), s, h.clock.Now), judge.New(s.Sources(), s.Registry(), nil), authorizer, h.log, h.clock.Now, slog.New(slog.DiscardHandler))
	h.Service = onboarding.NewService(onboarding.Parts{
		Store: s.Onboarding(), Organisation: h.registry, SLOs: h.slos, Teller: h, Runner: s, Authorizer: authorizer, Recorder: h.log, Clock: h.clock.Now,
	})
	caller := func(name string, administers bool) context.Context {
		c := access.Caller{Kind: access.ByPerson, Person: storetest.Person(t, s, name).ID, Name: name, Administrator: administers, Scopes: access.Scopes}
		return access.WithCaller(t.Context(), c)
	}
	h.job = access.WithCaller(t.Context(), access.Caller{Kind: access.BySystem, Name: "discover-repositories"})
	h.ada, h.root = caller("ada", false), caller("root", true)
	ok(h.registry.CreateTeam(h.ada, registry.TeamInput{Slug: "payments", Name: "Payments"}))(t)
	h.service(t, "checkout", 1)
	h.service(t, "ledger", 3)
	return h
}

func (h *house) service(t *testing.T, slug string, tier int) registry.Service {
	t.Helper()
	return ok(h.registry.CreateService(h.ada, registry.ServiceInput{Slug: slug, Team: "payments", Profile: registry.Profile{
		Name: "The " + slug, Kind: registry.HTTP, Tier: tier, Lifecycle: registry.Production, Labels: map[string]string{"app": slug + "-app"},
	}}))(t)
}

// wave makes one with these templates, and puts services and repositories in.
func (h *house) wave(t *testing.T, p onboarding.Pick, templates ...onboarding.Template) onboarding.Wave {
	t.Helper()
	w := ok(h.CreateWave(h.root, onboarding.Draft{Slug: "first", Name: "First", Templates: templates}))(t)
	if len(p.Services)+len(p.Repositories) > 0 || p.Match != nil {
		ok(h.Add(h.root, w.Slug, p))(t)
	}
	return w
}

// repository writes one that was found, of payments where by is given.
func (h *house) repository(t *testing.T, name string, by onboarding.TeamBy) onboarding.Repository {
	t.Helper()
	r := storetest.FoundRepository(t, h.store, name)
	if by != "" {
		r.Team, r.TeamBy = ok(h.registry.TeamFor(h.root, "payments"))(t).ID, by
		if err := h.store.Onboarding().RelateRepository(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	return ok(h.Repository(h.root, r.ID))(t)
}

func (h *house) preview(t *testing.T) []onboarding.Outcome {
	t.Helper()
	return ok(h.Preview(h.root, "first", page.Request{}))(t).Items
}

// pushed is an SLO that is pushed to.
func pushed() slo.Declaration {
	return slo.Declaration{Slug: "availability", Name: "${service.name} answers", Objective: "99.9%", Category: slo.Availability, Resolution: measure.Minute}
}

// asked is an SLO that asks a data source.
func asked(good, total string) slo.Declaration {
	d := pushed()
	d.Origin = origin.Origin{DataSource: "prometheus", Ratio: &origin.Ratio{Good: good, Total: total}}
	return d
}

func ok[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// refused expects a fault with that code, and one of these words in its message or violations.
func refused(t *testing.T, err error, code, words string) {
	t.Helper()
	f := fault.As(err)
	if f == nil || f.Code != code {
		t.Fatalf("got %v, want a fault of code %s", err, code)
	}
	all := f.Message
	for _, v := range f.Violations {
		all += "\n" + v.Pointer + " " + v.Message
	}
	if !strings.Contains(all, words) {
		t.Errorf("it says\n%s\nwant that to have %q", all, words)
	}
}

var errBoom = errors.New("boom")
