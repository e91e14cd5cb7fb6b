package gate_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/event"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/audit"
	"github.com/evenkeel/evenkeel/services/expr"
	"github.com/evenkeel/evenkeel/services/policy"
	"github.com/evenkeel/evenkeel/services/policy/gate"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

// storetest keeps one connection pool to the PostgreSQL server of the tests.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreTopFunction("database/sql.(*DB).connectionOpener"))
}

var errBroken = errors.New("the disk is broken")

// frozen has an enforced freeze of all services; err is why it cannot be read.
type frozen struct{ err error }

func (f frozen) StandingsOf(context.Context, registry.Service) ([]policy.SLOStanding, error) {
	s := policy.SLOStanding{Standing: policy.Standing{
		Rule: &policy.Rule{}, Clause: &policy.Clause{Name: "budget-exceeded", Freeze: &policy.Freeze{}}, Outcome: expr.Holds, Mode: policy.Enforce,
		Violation: &policy.Violation{ID: "VIOLATION", Mode: policy.Enforce},
	}}
	s.Slug = "availability"
	if f.err != nil {
		return nil, f.err
	}
	return []policy.SLOStanding{s}, nil
}

// brokenSLOs cannot be read.
type brokenSLOs struct{ gate.SLOs }

func (brokenSLOs) ViewsOf(context.Context, []id.ID) ([]slo.View, error) {
	return nil, errBroken
}

// brokenOverrides is a store of which overrides cannot be read.
type brokenOverrides struct{ store.Gate }

func (brokenOverrides) Surroundings(context.Context, id.ID, time.Time) (gate.Surroundings, error) {
	return gate.Surroundings{}, errBroken
}

// What cannot be read takes nothing from what was read. By the rules of the product an open
// violation of an enforced freeze denies, and what is not known, be it whether somebody lifted
// the freeze, lets a change go on with a warning.
func TestWhatCannotBeReadTakesNothingFromWhatIsKnown(t *testing.T) {
	t.Parallel()
	s := storetest.SQLite(t)
	team := storetest.Team(t, s, "payments").ID
	service := storetest.Service(t, s, team, "checkout")
	dependOn(t, s, service, storetest.Service(t, s, team, "ledger"))
	slos, overrides := brokenSLOs{s.SLO()}, brokenOverrides{s.Gate()}
	for _, c := range []struct {
		name     string
		policies frozen
		slos     gate.SLOs
		store    gate.Store
		want     gate.Answer
		unread   string // what the reasons say of it
	}{
		{"all is read", frozen{}, s.SLO(), s.Gate(), gate.Deny, ""},
		{"dependencies are not", frozen{}, slos, s.Gate(), gate.Deny, "could not read the SLOs of its hard dependencies"},
		{"overrides are not", frozen{}, s.SLO(), overrides, gate.Warn, "could not read the overrides"},
		{"policies are not", frozen{errBroken}, s.SLO(), s.Gate(), gate.Warn, "could not read how the SLOs"},
	} {
		g := gate.NewService(gate.Parts{
			Store: c.store, Policies: c.policies, Registry: s.Registry(), SLOs: c.slos, Runner: s,
			Authorizer: access.NewAuthorizer(s.Access()), Clock: clock.NewManual(storetest.Start).Now, Logger: slog.New(slog.DiscardHandler),
		})
		ctx := access.WithCaller(t.Context(), access.Caller{Kind: access.ByPerson, Person: "ADMIN", Name: "Ada", Administrator: true, Scopes: []access.Scope{access.ScopeAdmin}})
		decided, err := g.Decide(ctx, service, gate.Question{Class: policy.Feature})
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		_, shown, err := g.Show(ctx, service)
		if err != nil {
			t.Errorf("%s: it is not shown: %v", c.name, err)
			continue
		}
		for what, v := range map[string]gate.Verdict{"decided": decided.Verdict, "shown": shown[policy.Feature]} {
			said := ""
			for _, r := range v.Reasons {
				if r.Kind == gate.Unreadable {
					said = r.Text
				}
			}
			if v.Answer != c.want || !strings.Contains(said, c.unread) || (said == "") != (c.unread == "") {
				t.Errorf("%s: %s is %s, which says %q; want %s", c.name, what, v.Answer, said, c.want)
			}
		}
	}
}

// dependOn has the one service depend on the other, hard.
func dependOn(t *testing.T, s *store.Store, of, on registry.Service) {
	t.Helper()
	err := s.Registry().CreateDependency(t.Context(), registry.Dependency{
		ID: id.New(storetest.Start), Service: of.ID, On: on.ID, DependencyTerms: registry.DependencyTerms{Criticality: registry.Hard},
		CreatedAt: storetest.Start, UpdatedAt: storetest.Start, Version: 1,
	})
	if err != nil {
		t.Fatal(err)
	}
}

// promised is the SLO of the ledger.
type promised struct{ slo.View }

func (p promised) ViewsOf(context.Context, []id.ID) ([]slo.View, error) {
	return []slo.View{p.View}, nil
}

// A status says something of the present where it was evaluated lately, by the terms as they are,
// over measurements that come and are all read.
func TestADependencyIsSpentWhereItsStatusSaysSoOfThePresent(t *testing.T) {
	t.Parallel()
	s := storetest.SQLite(t)
	team := storetest.Team(t, s, "payments").ID
	service, ledger := storetest.Service(t, s, team, "checkout"), storetest.Service(t, s, team, "ledger")
	dependOn(t, s, service, ledger)
	now := storetest.Start
	for name, c := range map[string]struct {
		change func(v *slo.View)
		warns  bool
	}{
		"spent":               {func(*slo.View) {}, true},
		"not spent":           {func(v *slo.View) { v.Status.State = budget.AtRisk }, false},
		"only observed":       {func(v *slo.View) { v.Revision.Enforcement = slo.Observed }, false},
		"without measurement": {func(v *slo.View) { v.Status.Stale = true }, false},
		"evaluated long ago":  {func(v *slo.View) { v.Status.End = now.Add(-48 * time.Hour) }, false},
		"by former terms":     {func(v *slo.View) { v.Revision.ID = "SECOND" }, false},
		"over half its past":  {func(v *slo.View) { v.Status.Filling = true }, false},
	} {
		v := slo.View{SLO: slo.SLO{Service: ledger.ID, Slug: "availability"}, Revision: slo.Revision{ID: "FIRST"}, Status: slo.Status{Revision: "FIRST", State: budget.Exhausted, End: now, EvaluatedAt: now}}
		c.change(&v)
		g := gate.NewService(gate.Parts{
			Store: s.Gate(), Policies: frozen{}, Registry: s.Registry(), SLOs: promised{v}, Runner: s,
			Authorizer: access.NewAuthorizer(s.Access()), Clock: clock.NewManual(now).Now, Logger: slog.New(slog.DiscardHandler),
		})
		_, shown, err := g.Show(access.WithCaller(t.Context(), access.System("test")), service)
		if err != nil {
			t.Fatal(err)
		}
		warns := false
		for _, r := range shown[policy.Feature].Reasons {
			warns = warns || r.Kind == gate.Dependency && r.Service == "ledger" && r.SLO == "availability"
		}
		if warns != c.warns {
			t.Errorf("%s: it warns of the dependency: %v", name, warns)
		}
	}
}

// heard keeps what is told.
type heard struct{ events []event.Event }

func (h *heard) Tell(_ context.Context, events ...event.Event) error {
	h.events = append(h.events, events...)
	return nil
}

// The store's time is a Saturday: two working days later is Tuesday, at the same time.
func TestAnOverrideThatNobodyReviewedIsChasedOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		team, above := storetest.Team(t, s, "payments"), storetest.Team(t, s, "commerce")
		team.Parent = above.ID
		if err := s.Registry().UpdateTeam(t.Context(), team); err != nil {
			t.Fatal(err)
		}
		service := storetest.Service(t, s, team.ID, "checkout").ID
		told, at := &heard{}, clock.NewManual(storetest.Start)
		authorizer := access.NewAuthorizer(s.Access())
		g := gate.NewService(gate.Parts{
			Store: s.Gate(), Registry: s.Registry(), Runner: s, Teller: told, Authorizer: authorizer,
			Recorder: audit.NewService(s.Audit(), s, authorizer, at.Now), Clock: at.Now, Logger: slog.New(slog.DiscardHandler),
		})
		by := func(person id.ID) context.Context {
			return access.WithCaller(t.Context(), access.Caller{Kind: access.ByPerson, Person: person, Name: "Ada", Administrator: true, Scopes: []access.Scope{access.ScopeAdmin}})
		}
		for range 2 {
			if _, err := g.Break(by("ADA"), service, gate.OverrideInput{Reason: "the server burns", Until: at.Now().Add(time.Hour)}); err != nil {
				t.Fatal(err)
			}
		}
		if len(told.events) != 2 || told.events[0].Type != event.OverrideMade || told.events[0].Team != team.ID || !strings.Contains(told.events[0].Text, "until 2026-03-17 15:09 UTC") {
			t.Errorf("told was %+v", told.events)
		}
		all, err := g.Overrides(by("ADA"), gate.OverrideFilter{}, page.Request{})
		if err != nil || len(all.Items) != 2 {
			t.Fatal(all, err)
		}
		if _, err := g.Judge(by("GRACE"), service, all.Items[0].ID, all.Items[0].Version, gate.ReviewInput{Justified: true}); err != nil {
			t.Fatal(err)
		}
		told.events = nil
		chased := func(want int64) {
			t.Helper()
			if counts, err := g.ChaseOnce(t.Context()); err != nil || counts["reviews_chased"] != want {
				t.Errorf("the job did %v, %v, want %d", counts, err, want)
			}
		}
		at.Advance(3 * 24 * time.Hour)
		chased(0)
		at.Advance(time.Microsecond)
		chased(1)
		chased(0)
		if len(told.events) != 1 || told.events[0].Type != event.OverrideOverdue || told.events[0].Team != above.ID {
			t.Errorf("told was %+v", told.events)
		}
	})
}
