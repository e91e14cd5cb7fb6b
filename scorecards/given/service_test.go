package given_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/event"
	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/scorecards/given"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/audit"
	"github.com/evenkeel/evenkeel/services/registry"
)

// storetest keeps one connection pool to the PostgreSQL server of the tests.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreTopFunction("database/sql.(*DB).connectionOpener"))
}

var start = time.Date(2026, 3, 27, 12, 0, 0, 0, time.UTC)

const day = 24 * time.Hour

// house is given facts over a fresh database: Ada is of the team payments, which owns checkout; root
// administers, and the pipeline is the team's workload.
type house struct {
	*given.Service
	t                   *testing.T
	store               *store.Store
	clock               *clock.Manual
	told                *listener
	ada, root, pipeline context.Context
	author, team        id.ID
	checkout            registry.Service
}

// listener hears what is told, and which services are due.
type listener struct {
	mu     sync.Mutex
	events []event.Event
	due    []id.ID
	fails  error
}

// Tell implements event.Teller.
func (l *listener) Tell(_ context.Context, events ...event.Event) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.events = append(l.events, events...)
	return nil
}

// Due implements given.Noticer.
func (l *listener) Due(_ context.Context, services ...id.ID) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.due = append(l.due, services...)
	return l.fails
}

// take returns what was told since it was asked last.
func (l *listener) take() []event.Event {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := l.events
	l.events = nil
	return out
}

// noticed returns which services became due since it was asked last.
func (l *listener) noticed() []id.ID {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := l.due
	l.due = nil
	return out
}

func newHouse(t *testing.T) *house { return newHouseOn(t, storetest.SQLite(t)) }

func newHouseOn(t *testing.T, s *store.Store) *house {
	t.Helper()
	h := &house{t: t, store: s, clock: clock.NewManual(start), told: &listener{}}
	authorizer := access.NewAuthorizer(s.Access())
	log := audit.NewService(s.Audit(), s, authorizer, h.clock.Now)
	h.Service = given.NewService(given.Parts{
		Store: s.Given(), Registry: s.Registry(), Noticer: h.told, Teller: h.told, Runner: s, Authorizer: authorizer, Recorder: log, Clock: h.clock.Now,
	})
	as := func(name string, administrator bool) (context.Context, id.ID) {
		p := storetest.Person(t, s, name)
		c := access.Caller{Kind: access.ByPerson, Person: p.ID, Name: name, Scopes: []access.Scope{access.ScopeRead, access.ScopeWrite}}
		if administrator {
			c.Administrator, c.Scopes = true, access.Scopes
		}
		return access.WithCaller(t.Context(), c), p.ID
	}
	h.root, _ = as("root", true)
	h.ada, h.author = as("ada", false)
	rooms := registry.New(s.Registry(), s.Access(), s, authorizer, log, h.clock.Now)
	h.team = ok(rooms.CreateTeam(h.root, registry.TeamInput{Slug: "payments", Name: "Payments"}))(t).ID
	if err := s.Registry().AddMember(t.Context(), registry.Member{Team: h.team, Person: h.author, JoinedAt: start}); err != nil {
		t.Fatal(err)
	}
	h.pipeline = access.WithCaller(t.Context(), access.Caller{Kind: access.ByTeam, Team: h.team, Name: "pipeline", Scopes: []access.Scope{access.ScopePush}})
	h.checkout = ok(rooms.CreateService(h.ada, registry.ServiceInput{Slug: "checkout", Team: "payments", Profile: registry.Profile{
		Name: "Checkout", Kind: registry.HTTP, Tier: 1, Lifecycle: registry.Production,
	}}))(t)
	return h
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

func number(n float64) given.Value { return given.Value{Number: &n} }
func ago(d time.Duration) given.Value {
	at := start.Add(-d)
	return given.Value{Time: &at}
}

func (h *house) attest(of registry.Service, name string, v given.Value, until time.Time) given.Attestation {
	h.t.Helper()
	return ok(h.Attest(h.ada, of.ID, given.Statement{Fact: name, Value: v, Evidence: "https://wiki.example.org/1", Until: until}))(h.t)
}

func refused(t *testing.T, err error, kind fault.Kind, code string) {
	t.Helper()
	if e := fault.As(err); e == nil || e.Kind != kind || e.Code != code {
		t.Errorf("got %v, want %s %s", err, kind, code)
	}
}

// domain tells one fact of every service.
type domain struct{ name string }

func (d domain) Facts() []fact.Declaration {
	return []fact.Declaration{{Name: d.name, Type: fact.Number, Doc: "How many.", By: "slo"}}
}

func (d domain) FactsOf(_ context.Context, services []registry.Service, _ ...string) (map[id.ID]fact.Set, error) {
	out := map[id.ID]fact.Set{}
	for _, s := range services {
		out[s.ID] = fact.Set{d.name: 3.0}
	}
	return out, nil
}

// An age that was given as two days and a half ago is 2.5, and a day later 3.5: by hand.
func TestGivenFactsAreToldToConditionsAsTheyAreWhenTheyAreRead(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.attest(h.checkout, "restoreDrill", ago(60*time.Hour), start.Add(10*day))
	ok(h.Push(h.pipeline, h.checkout.ID, given.Push{Fact: "testedPeak", Value: number(7), Source: "k6", TTL: 2 * day}))(t)
	for _, c := range []struct {
		after time.Duration // since the start
		want  fact.Set
	}{
		{0, fact.Set{"restoreDrill": 2.5, "testedPeak": 7.0}},
		{day, fact.Set{"restoreDrill": 3.5, "testedPeak": 7.0}},
		{2*day - 12*time.Hour, fact.Set{"restoreDrill": 4.0, "testedPeak": 7.0}},
		{2 * day, fact.Set{"restoreDrill": 4.5}},
		{10*day - 12*time.Hour, fact.Set{"restoreDrill": 12.0}},
		{10 * day, nil},
	} {
		h.clock.Advance(start.Add(c.after).Sub(h.clock.Now()))
		source := ok(h.Source(t.Context()))(t)
		if set := ok(fact.NewBook[registry.Service](source).FactsOf(t.Context(), []registry.Service{h.checkout}))(t)[h.checkout.ID]; !reflect.DeepEqual(set, c.want) {
			t.Errorf("after %s: %v, want %v", c.after, set, c.want)
		}
		if set := ok(source.FactsOf(t.Context(), []registry.Service{h.checkout}, "objectives"))(t); len(set) != 0 {
			t.Errorf("of what it does not tell it tells %v", set)
		}
	}
}

func TestTheSourceHasWhatIsDeclaredAndLeavesDomainsTheirs(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	terms := given.Terms{Type: fact.Number, Doc: "How many.", Unit: "m", Pushed: true}
	ok(h.Declare(h.root, "penetrations", terms))(t)
	ok(h.Push(h.pipeline, h.checkout.ID, given.Push{Fact: "penetrations", Value: number(7), Source: "s"}))(t)
	names := func() (out []string) {
		for _, d := range ok(h.Source(t.Context()))(t).Facts() {
			if out = append(out, d.Name); d.By != given.By || d.Doc == "" {
				t.Errorf("declared is %+v", d)
			}
		}
		return out
	}
	if got := names(); len(got) != len(given.Builtin())+1 || got[len(got)-1] != "penetrations" {
		t.Errorf("declared are %v", got)
	}
	// Of a later release a domain tells it: that is the domain's then, in the source, in the list and for who gives it.
	h.Domains = domain{"penetrations"}
	if slices.Contains(names(), "penetrations") {
		t.Error("two tell the same fact")
	}
	fact.NewBook[registry.Service](ok(h.Source(t.Context()))(t), h.Domains) // panics where two declare one name
	if all := ok(h.Given(t.Context(), []id.ID{h.checkout.ID}))(t); len(all) != 0 {
		t.Errorf("given is %v", all)
	}
	_, err := h.Push(h.pipeline, h.checkout.ID, given.Push{Fact: "penetrations", Value: number(7), Source: "s"})
	refused(t, err, fault.NotFound, "fact_not_found")
	h.Domains = domain{"objectives"}
	_, err = h.Declare(h.root, "objectives", terms)
	refused(t, err, fault.Invalid, "invalid_input")
	known := ok(h.Known(h.ada, h.checkout))(t)
	if last := known[len(known)-1]; last.Name != "objectives" || last.By != "slo" || last.Value != 3.0 || last.Given != nil || len(last.Ways) > 0 {
		t.Errorf("of a domain is known %+v", last)
	}
	i := slices.IndexFunc(known, func(k given.Known) bool { return k.Name == "penetrations" })
	if k := known[i]; k.Value != 7.0 || k.Given.By != given.ByPush || k.Given.Source != "s" || k.Unit != "m" {
		t.Errorf("of what is given is known %+v", k)
	}
}

func TestAFactThatAScorecardReadsIsNotRemoved(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	d := ok(h.Declare(h.root, "penetrations", given.Terms{Type: fact.Number, Doc: "d", Pushed: true}))(t)
	h.Readers = readers{"production-readiness", "security"}
	err := h.Remove(h.root, d.Name, d.Version)
	refused(t, err, fault.Conflict, "fact_in_use")
	if want := `the fact "penetrations" is read by production-readiness, security; change that first`; fault.As(err).Message != want {
		t.Errorf("says %q, want %q", fault.As(err).Message, want)
	}
	h.Readers = readers{}
	if err := h.Remove(h.root, d.Name, d.Version); err != nil {
		t.Error(err)
	}
}

type readers []string

func (r readers) ReadersOf(context.Context, string) ([]string, error) { return r, nil }

func TestServicesAreDueWhenTheValuesOfAFactChange(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	terms := given.Terms{Type: fact.Text, Doc: "d", Values: []string{"a", "b"}, Pushed: true}
	d := ok(h.Declare(h.root, "penetrations", terms))(t)
	ok(h.Push(h.pipeline, h.checkout.ID, given.Push{Fact: d.Name, Value: given.Value{Text: new("a")}, Source: "s"}))(t)
	h.told.noticed()
	terms.Doc = "Other."
	d = ok(h.Revise(h.root, d.Name, d.Version, terms))(t)
	if due := h.told.noticed(); len(due) != 0 {
		t.Errorf("after other words %v are due", due)
	}
	terms.Values = []string{"b"}
	d = ok(h.Revise(h.root, d.Name, d.Version, terms))(t)
	if due := h.told.noticed(); !slices.Equal(due, []id.ID{h.checkout.ID}) {
		t.Errorf("after other values %v are due", due)
	}
	if all := ok(h.Given(t.Context(), []id.ID{h.checkout.ID}))(t); len(all) != 0 {
		t.Errorf("what is not among the values any more is given: %v", all)
	}
	terms.Values, terms.Type = nil, fact.Number
	_, err := h.Revise(h.root, d.Name, d.Version, terms)
	refused(t, err, fault.Invalid, "invalid_input")
	terms.Type = ""
	ok(h.Revise(h.root, d.Name, d.Version, terms))(t)
	if all := ok(h.Given(t.Context(), []id.ID{h.checkout.ID}))(t)[h.checkout.ID]; all[d.Name].Value != "a" {
		t.Errorf("once it can be anything again it is %v", all)
	}
}

func TestServicesAreDueWheneverSomethingGivenChanges(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	due := func(what string, want int) {
		t.Helper()
		if got := h.told.noticed(); len(got) != want || want > 0 && got[0] != h.checkout.ID {
			t.Errorf("after %s %v are due, want %d", what, got, want)
		}
	}
	push := given.Push{Fact: "testedPeak", Value: number(7), Source: "k6", At: start}
	ok(h.Push(h.pipeline, h.checkout.ID, push))(t)
	due("a push", 1)
	ok(h.Push(h.pipeline, h.checkout.ID, push))(t)
	due("the same again", 0)
	push.At = start.Add(-time.Hour)
	ok(h.PushAll(h.pipeline, h.checkout.ID, []given.Push{push}))(t)
	due("an older one", 0)
	push.Service, push.At = "checkout", start.Add(time.Second)
	h.clock.Advance(time.Minute)
	ok(h.PushBatch(h.pipeline, []given.Push{push, {Service: "checkout", Fact: "loadShedding", Value: given.Value{Truth: new(bool)}, Source: "s"}}))(t)
	due("a batch", 1)
	a := h.attest(h.checkout, "restoreDrill", ago(day), start.Add(30*day))
	due("an attestation", 1)
	ok(h.WithdrawAttestation(h.ada, h.checkout.ID, a.ID, a.Version, "Wrong."))(t)
	due("its withdrawal", 1)
	p := ok(h.PushedFact(h.ada, h.checkout.ID, "testedPeak"))(t)
	if err := h.Withdraw(h.ada, h.checkout.ID, "testedPeak", p.Version); err != nil {
		t.Fatal(err)
	}
	due("a withdrawal", 1)

	// What cannot be noted is not written either.
	h.told.fails = errors.New("no")
	if _, err := h.Attest(h.ada, h.checkout.ID, given.Statement{Fact: "restoreDrill", Value: ago(day), Evidence: "https://x.example.org", Until: start.Add(day)}); !errors.Is(err, h.told.fails) {
		t.Errorf("attested, though nobody can be told: %v", err)
	}
	if all := ok(h.Given(t.Context(), []id.ID{h.checkout.ID}))(t)[h.checkout.ID]; len(all) != 1 {
		t.Errorf("given is %v", all)
	}
}

// counting is a store of which each reading is a number of statements that is known: see its methods.
type counting struct {
	given.Store
	asked map[string]int
}

func (c counting) Declarations(ctx context.Context) ([]given.Declaration, error) {
	c.asked["declarations"]++
	return c.Store.Declarations(ctx)
}

func (c counting) Holding(ctx context.Context, services []id.ID, now time.Time) (map[id.ID]given.Said, error) {
	c.asked[fmt.Sprintf("holding of %d", len(services))]++
	return c.Store.Holding(ctx, services, now)
}

// A thousand facts of 500 services: what was pushed is what is read, asked for all services at once.
func TestFiveHundredServicesAreReadAtOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	var services []id.ID
	var facts []given.Push
	for n := range 500 {
		s := storetest.Service(t, h.store, h.team, fmt.Sprintf("service-%d", n))
		services = append(services, s.ID)
		facts = append(facts,
			given.Push{Service: s.Slug, Fact: "testedPeak", Value: number(float64(n)), Source: "s"},
			given.Push{Service: string(s.ID), Fact: "loadTested", Value: ago(time.Duration(n) * time.Hour), Source: "s"})
	}
	if out := ok(h.PushBatch(h.pipeline, facts))(t); out != (given.Outcome{Written: 1000}) {
		t.Fatalf("of a thousand became %+v", out)
	}
	if due := h.told.noticed(); len(due) != 500 {
		t.Errorf("%d services are due", len(due))
	}
	asked := map[string]int{}
	h.Store = counting{h.Store, asked}
	found := ok(h.Given(t.Context(), services))(t)
	if len(asked) != 2 || asked["declarations"] != 1 || asked["holding of 500"] != 1 {
		t.Errorf("asked is %v", asked)
	}
	for n, s := range services {
		if g := found[s]; len(g) != 2 || g["testedPeak"].Value != float64(n) || g["loadTested"].Value != float64(n)/24 {
			t.Fatalf("of the service %d is given %v", n, g)
		}
	}
}
