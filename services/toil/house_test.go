package toil_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/event"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/audit"
	"github.com/evenkeel/evenkeel/services/issues"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/signing"
	"github.com/evenkeel/evenkeel/services/toil"
	"github.com/evenkeel/evenkeel/services/toil/share"
)

// storetest keeps one connection pool to the PostgreSQL server of the tests.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreTopFunction("database/sql.(*DB).connectionOpener"))
}

// start is Monday of week 49 of 2026, when people are asked about week 48.
var start = time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC)

const lastWeek = share.Week("2026-W48")

// house is toil over a fresh database: Ada, Bob, Cara, Dan and Eve are of the team payments, which owns
// checkout; Olga is of none; root administers and is of none; the bot is the team's workload.
type house struct {
	*toil.Service
	t                       *testing.T
	store                   *store.Store
	clock                   *clock.Manual
	log                     *audit.Service
	rooms                   *registry.Registry
	issues                  *issues.Service
	told                    *listener
	pages                   *pages
	as                      map[string]context.Context
	people                  map[string]id.ID
	team, service, searches id.ID
}

var members = []string{"ada", "bob", "cara", "dan", "eve"}

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

// pages are what is proposed.
type pages struct{ all []toil.Proposal }

// Pages implements toil.Pages.
func (p *pages) Pages(context.Context, id.ID, time.Time) ([]toil.Proposal, error) {
	return append([]toil.Proposal(nil), p.all...), nil
}

func newHouse(t *testing.T) *house {
	t.Helper()
	return newHouseOn(t, storetest.SQLite(t))
}

func newHouseOn(t *testing.T, s *store.Store) *house {
	t.Helper()
	h := &house{t: t, store: s, clock: clock.NewManual(start), told: &listener{}, pages: &pages{}, as: map[string]context.Context{}, people: map[string]id.ID{}}
	authorizer := access.NewAuthorizer(s.Access())
	h.log = audit.NewService(s.Audit(), s, authorizer, h.clock.Now)
	h.rooms = registry.New(s.Registry(), s.Access(), s, authorizer, h.log, h.clock.Now)
	h.issues = issues.NewService(s.Issues(), s.Registry(), s.Policy(), "https://evenkeel.example.org")
	h.Service = toil.NewService(toil.Parts{
		Store: s.Toil(), Registry: s.Registry(), People: s.Access(), Keys: signing.New(s.Signing(), storetest.Safe(), s, clock.System), Desk: h.issues, Pages: h.pages, Teller: h.told,
		Runner: s, Authorizer: authorizer, Recorder: h.log, Clock: h.clock.Now,
	})
	for _, name := range append([]string{"olga", "root"}, members...) {
		p := storetest.Person(t, s, name)
		h.people[name] = p.ID
		c := access.Caller{Kind: access.ByPerson, Person: p.ID, Name: name, Scopes: []access.Scope{access.ScopeRead, access.ScopeWrite}}
		if name == "root" {
			c.Administrator, c.Scopes = true, access.Scopes
		}
		h.as[name] = access.WithCaller(t.Context(), c)
	}
	h.team = ok(h.rooms.CreateTeam(h.as["ada"], registry.TeamInput{Slug: "payments", Name: "Payments"}))(t).ID
	h.searches = ok(h.rooms.CreateTeam(h.as["olga"], registry.TeamInput{Slug: "search", Name: "Search"}))(t).ID
	for _, name := range members {
		done(t, s.Registry().AddMember(t.Context(), registry.Member{Team: h.team, Person: h.people[name], JoinedAt: start}))
	}
	h.as["bot"] = access.WithCaller(t.Context(), access.Caller{Kind: access.ByTeam, Team: h.team, Name: "bot", Scopes: []access.Scope{access.ScopePush}})
	h.service = h.register("checkout")
	return h
}

func (h *house) register(slug string) id.ID {
	h.t.Helper()
	return ok(h.rooms.CreateService(h.as["ada"], registry.ServiceInput{Slug: slug, Team: "payments", Profile: registry.Profile{
		Name: slug, Kind: registry.HTTP, Tier: 1, Lifecycle: registry.Production, Repository: "https://github.com/acme/" + slug,
	}}))(h.t).ID
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

func done(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func refused(t *testing.T, err error, kind fault.Kind, code string) *fault.Error {
	t.Helper()
	e := fault.As(err)
	if e == nil || e.Kind != kind || code != "" && e.Code != code {
		t.Fatalf("got %v, want %s %s", err, kind, code)
	}
	return e
}

// pointers are where a fault says that something is wrong.
func pointers(t *testing.T, err error) []string {
	t.Helper()
	var out []string
	for _, v := range refused(t, err, fault.Invalid, "invalid_input").Violations {
		out = append(out, v.Pointer)
	}
	return out
}

func (h *house) answer(name string, week share.Week, percent int) {
	h.t.Helper()
	in := toil.AnswerInput{Percent: percent}
	if percent > 0 {
		in.Category = toil.ProductionInterrupts
	}
	ok(h.Answer(h.as[name], h.team, week, in))(h.t)
}

func (h *house) logs(name string, day clock.Date, minutes int, category toil.Category) toil.Entry {
	h.t.Helper()
	return ok(h.Log(h.as[name], h.team, toil.EntryInput{Day: day, Minutes: minutes, Category: category, Service: h.service}))(h.t)
}

// asked has the members asked about each of the weeks up to the last, as the job does on Mondays, and
// those who are named answer with a percentage, each in its week.
func (h *house) asked(weeks int, percents map[string]int) {
	h.t.Helper()
	for n := range weeks {
		week := lastWeek.Plus(n)
		h.clock.Advance(week.End().Add(9 * time.Hour).Sub(h.clock.Now()))
		ok(h.AskOnce(h.t.Context()))(h.t)
		for name, percent := range percents {
			h.answer(name, week, percent)
		}
	}
}

// open are the issues that are wanted open, of a kind.
func (h *house) open(kind issues.Kind) []issues.Issue {
	h.t.Helper()
	is := true
	return ok(h.store.Issues().Issues(h.t.Context(), issues.Filter{Kind: kind, Open: &is}, page.Request{Limit: 50}))(h.t).Items
}

// closing moves the clock to when nobody can answer about the week any more.
func (h *house) closing(week share.Week) {
	h.t.Helper()
	h.clock.Advance(week.End().AddDate(0, 0, 14).Sub(h.clock.Now()))
}

// figures are the first of what to automate.
func (h *house) figures(name string) []toil.Figure {
	h.t.Helper()
	return ok(h.Candidates(h.as[name], h.team, page.Request{Limit: page.MaxLimit}))(h.t).Items
}
