package change_test

import (
	"context"
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
	"github.com/evenkeel/evenkeel/services/change"
	"github.com/evenkeel/evenkeel/services/registry"
)

var start = time.Date(2026, 3, 27, 12, 0, 0, 0, time.UTC)

// house is changes over a fresh database: Ada is of the team that owns checkout, Bob is of
// none, root administers, and the pipeline is the team's workload, which may push alone.
type house struct {
	*change.Service
	clock                    *clock.Manual
	log                      *audit.Service
	ada, bob, root, pipeline context.Context
	checkout, ledger         registry.Service
}

func newHouse(t *testing.T) *house {
	t.Helper()
	s := storetest.SQLite(t)
	h := &house{clock: clock.NewManual(start)}
	authorizer := access.NewAuthorizer(s.Access())
	h.log = audit.NewService(s.Audit(), s, authorizer, h.clock.Now)
	rooms := registry.New(s.Registry(), s.Access(), s, authorizer, h.log, h.clock.Now)
	h.Service = change.NewService(change.Parts{
		Store: s.Changes(), Registry: s.Registry(), Runner: s, Authorizer: authorizer, Recorder: h.log, Clock: h.clock.Now,
	})
	h.ada, h.bob, h.root = person(t, s, "ada"), person(t, s, "bob"), person(t, s, "root")
	team := ok(rooms.CreateTeam(h.ada, registry.TeamInput{Slug: "payments", Name: "Payments"}))(t)
	h.pipeline = access.WithCaller(t.Context(), access.Caller{Kind: access.ByTeam, Team: team.ID, Name: "pipeline", Scopes: []access.Scope{access.ScopePush}})
	service := func(slug string) registry.Service {
		return ok(rooms.CreateService(h.ada, registry.ServiceInput{Slug: slug, Team: "payments", Profile: registry.Profile{
			Name: slug, Kind: registry.HTTP, Tier: 1, Lifecycle: registry.Production,
		}}))(t)
	}
	h.checkout, h.ledger = service("checkout"), service("ledger")
	return h
}

func person(t *testing.T, s *store.Store, name string) context.Context {
	t.Helper()
	p := storetest.Person(t, s, name)
	c := access.Caller{Kind: access.ByPerson, Person: p.ID, Name: name, Scopes: []access.Scope{access.ScopeWrite}}
	if name == "root" {
		c.Administrator, c.Scopes = true, access.Scopes
	}
	return access.WithCaller(t.Context(), c)
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

func refused(t *testing.T, err error, kind fault.Kind, code string) *fault.Error {
	t.Helper()
	e := fault.As(err)
	if e == nil || e.Kind != kind || code != "" && e.Code != code {
		t.Fatalf("got %v, want %s %s", err, kind, code)
	}
	return e
}

// terms are of a deployment that began so long ago and ended so long ago.
func terms(began, ended time.Duration) change.Terms {
	end := start.Add(-ended)
	return change.Terms{Kind: change.Deploy, Release: "2.14.0", Note: "a note ", Begins: start.Add(-began), Ends: &end, Outcome: change.Succeeded}
}

func going(began time.Duration) change.Terms {
	t := terms(began, 0)
	t.Ends, t.Outcome = nil, ""
	return t
}

func TestAPipelineTellsWhenAChangeBeginsAndHowItEnded(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	first := ok(h.Tell(h.pipeline, h.checkout.ID, change.Input{ExternalID: "run-1", Terms: change.Terms{Kind: change.Deploy, Release: "2.14.0"}}))(t)
	if !first.Begins.Equal(start) || first.Ends != nil || first.Outcome != change.Unknown || first.Version != 1 || first.CreatedBy != "pipeline" {
		t.Errorf("told first %+v", first)
	}
	h.clock.Advance(4 * time.Minute)
	if again := ok(h.Tell(h.pipeline, h.checkout.ID, change.Input{ExternalID: "run-1", Terms: change.Terms{Kind: change.Deploy, Release: "2.14.0"}}))(t); again.Version != 1 || again.ID != first.ID {
		t.Errorf("told the same again %+v", again)
	}
	end := h.clock.Now()
	over := ok(h.Tell(h.pipeline, h.checkout.ID, change.Input{ExternalID: "run-1", Terms: change.Terms{Kind: change.Deploy, Release: "2.14.0", Ends: &end, Outcome: change.RolledBack}}))(t)
	if over.ID != first.ID || !over.Begins.Equal(start) || !over.Ends.Equal(start.Add(4*time.Minute)) || over.Outcome != change.RolledBack || over.Version != 2 {
		t.Errorf("it ended as %+v", over)
	}
	if other := ok(h.Tell(h.pipeline, h.ledger.ID, change.Input{ExternalID: "run-1", Terms: change.Terms{Kind: change.Flag}}))(t); other.ID == first.ID {
		t.Error("services share a change")
	}
	for range 2 { // what has no name is another one each time
		ok(h.Tell(h.pipeline, h.checkout.ID, change.Input{Terms: going(time.Hour)}))(t)
	}
	if all := ok(h.List(h.bob, change.Filter{Service: h.checkout.ID}, page.Request{}))(t).Items; len(all) != 3 || all[0].ID != first.ID {
		t.Errorf("listed are %+v", all)
	}
	if got := ok(h.log.List(h.root, audit.Filter{ObjectID: first.ID}, page.Request{}))(t).Items; len(got) != 2 {
		t.Errorf("the log has %+v", got)
	}
}

func TestAChangeIsAmendedAndRemovedByItsTeamAlone(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	made := ok(h.Tell(h.ada, h.checkout.ID, change.Input{Terms: going(time.Hour)}))(t)
	if made.Note != "a note" {
		t.Errorf("the note is %q", made.Note)
	}
	_, err := h.Tell(h.bob, h.checkout.ID, change.Input{Terms: going(time.Hour)})
	refused(t, err, fault.Forbidden, "")
	_, err = h.Amend(h.bob, h.checkout.ID, made.ID, 1, terms(time.Hour, 0))
	refused(t, err, fault.Forbidden, "")
	_, err = h.Amend(h.pipeline, h.checkout.ID, made.ID, 1, terms(time.Hour, 0))
	refused(t, err, fault.Forbidden, "")
	refused(t, h.Remove(h.bob, h.checkout.ID, made.ID, 1), fault.Forbidden, "")
	if over := ok(h.Amend(h.ada, h.checkout.ID, made.ID, 1, terms(time.Hour, time.Minute)))(t); over.Version != 2 || over.Outcome != change.Succeeded || over.UpdatedBy != "ada" {
		t.Errorf("amended to %+v", over)
	}
	_, err = h.Amend(h.ada, h.checkout.ID, made.ID, 1, terms(time.Hour, 0))
	refused(t, err, fault.Precondition, "")
	_, err = h.Get(h.ada, h.ledger.ID, made.ID)
	refused(t, err, fault.NotFound, "change_not_found")
	refused(t, h.Remove(h.ada, h.ledger.ID, made.ID, 2), fault.NotFound, "change_not_found")
	if err := h.Remove(h.ada, h.checkout.ID, made.ID, 2); err != nil {
		t.Fatal(err)
	}
	_, err = h.Get(h.ada, h.checkout.ID, made.ID)
	refused(t, err, fault.NotFound, "change_not_found")
}

func TestWhatCannotBeAChangeIsRefusedWhereItIsWrong(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	with := func(t change.Terms, set func(*change.Terms)) change.Input {
		set(&t)
		return change.Input{Terms: t}
	}
	for name, c := range map[string]struct {
		in      change.Input
		pointer string
	}{
		"no kind":               {with(going(0), func(t *change.Terms) { t.Kind = "" }), "/kind"},
		"a long release":        {with(going(0), func(t *change.Terms) { t.Release = strings.Repeat("x", 201) }), "/release"},
		"a link to a file":      {with(going(0), func(t *change.Terms) { t.Link = "file:///etc/passwd" }), "/link"},
		"an author in lines":    {with(going(0), func(t *change.Terms) { t.Author = "a\nb" }), "/author"},
		"a long note":           {with(going(0), func(t *change.Terms) { t.Note = strings.Repeat("x", 1001) }), "/note"},
		"one to come":           {change.Input{Terms: going(-6 * time.Minute)}, "/startedAt"},
		"one of long ago":       {change.Input{Terms: going(91 * 24 * time.Hour)}, "/startedAt"},
		"an end that was first": {change.Input{Terms: terms(time.Hour, 2*time.Hour)}, "/endedAt"},
		"an end to come":        {change.Input{Terms: terms(time.Hour, -6*time.Minute)}, "/endedAt"},
		"one of eight days":     {change.Input{Terms: terms(9*24*time.Hour, 24*time.Hour)}, "/endedAt"},
		"an outcome too early":  {with(going(0), func(t *change.Terms) { t.Outcome = change.Failed }), "/outcome"},
		"another outcome":       {with(going(0), func(t *change.Terms) { t.Outcome = "meh" }), "/outcome"},
		"a long name":           {change.Input{ExternalID: strings.Repeat("x", 201), Terms: going(0)}, "/externalId"},
	} {
		_, err := h.Tell(h.ada, h.checkout.ID, c.in)
		if e := refused(t, err, fault.Invalid, ""); len(e.Violations) != 1 || e.Violations[0].Pointer != c.pointer {
			t.Errorf("%s: %+v, want one fault at %s", name, e.Violations, c.pointer)
		}
	}
	// The clock of a pipeline may be ahead by minutes, and a flag takes no time.
	ok(h.Tell(h.ada, h.checkout.ID, change.Input{Terms: terms(-4*time.Minute, -4*time.Minute)}))(t)
}

func TestAChangeIsForgottenAfterFourHundredDays(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ok(h.Tell(h.ada, h.checkout.ID, change.Input{Terms: going(time.Hour)}))(t)
	late := ok(h.Tell(h.ada, h.checkout.ID, change.Input{Terms: going(0)}))(t)
	h.clock.Advance(400*24*time.Hour - time.Minute)
	if n := ok(h.Prune(t.Context()))(t); n != 1 {
		t.Errorf("%d were removed", n)
	}
	if left := ok(h.List(h.ada, change.Filter{}, page.Request{}))(t).Items; len(left) != 1 || left[0].ID != late.ID {
		t.Errorf("left are %+v", left)
	}
}
