package policy_test

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/audit"
	"github.com/evenkeel/evenkeel/services/expr"
	"github.com/evenkeel/evenkeel/services/policy"
	"github.com/evenkeel/evenkeel/services/policy/supply"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
)

// storetest keeps one connection pool to the PostgreSQL server of the tests.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreTopFunction("database/sql.(*DB).connectionOpener"))
}

// room is the policies over a real database, with a service of a team that has
// one member. What passes do is tested with the issues that come of it.
type room struct {
	t        *testing.T
	store    *store.Store
	audit    *audit.Service
	policies *policy.Service
	clock    *clock.Manual
	service  registry.Service
	member   access.Person
}

// told are the facts that conditions name; the SLOs that know them are not asked here.
var told = fact.NewBook[slo.View](&slo.Service{}, supply.Source{})

func language(t *testing.T, facts fact.Declarer) *expr.Environment {
	t.Helper()
	l, err := policy.Language(facts)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func furnish(t *testing.T) *room {
	t.Helper()
	return furnishOn(t, storetest.SQLite(t))
}

func furnishOn(t *testing.T, s *store.Store) *room {
	t.Helper()
	return furnishOver(t, s, s.Policy())
}

// furnishOver keeps policies in a store that is over the database, too.
func furnishOver(t *testing.T, s *store.Store, policies policy.Store) *room {
	t.Helper()
	r := &room{t: t, store: s, clock: clock.NewManual(storetest.Start)}
	authorizer := access.NewAuthorizer(s.Access())
	r.audit = audit.NewService(s.Audit(), s, authorizer, r.clock.Now)
	r.policies = policy.NewService(policy.Parts{
		Store: policies, Slugs: s.Registry(), Services: s.Registry(), Budgets: s.SLO(), People: s.Access(), Facts: told, Language: language(t, told), Runner: s,
		Authorizer: authorizer, Recorder: r.audit, Clock: r.clock.Now, Logger: slog.New(slog.DiscardHandler),
	})
	team := storetest.Team(t, s, "payments")
	r.service = storetest.Service(t, s, team.ID, "checkout")
	r.member = storetest.Person(t, s, "Grace")
	r.must(s.Registry().AddMember(t.Context(), registry.Member{Team: team.ID, Person: r.member.ID, Name: "Grace", JoinedAt: r.clock.Now()}))
	return r
}

func (r *room) must(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

func (r *room) admin() context.Context {
	return access.WithCaller(r.t.Context(), access.Caller{
		Kind: access.ByPerson, Person: "ADMIN", Name: "Ada", Administrator: true, Scopes: []access.Scope{access.ScopeAdmin},
	})
}

func (r *room) asMember() context.Context {
	return access.WithCaller(r.t.Context(), access.Caller{
		Kind: access.ByPerson, Person: r.member.ID, Name: "Grace", Scopes: []access.Scope{access.ScopeWrite},
	})
}

func (r *room) asStranger() context.Context {
	return access.WithCaller(r.t.Context(), access.Caller{
		Kind: access.ByPerson, Person: "STRANGER", Name: "Eve", Scopes: []access.Scope{access.ScopeWrite},
	})
}

func (r *room) attachments() []policy.Attachment {
	r.t.Helper()
	list, err := r.policies.Attachments(r.admin(), policy.AttachmentFilter{}, page.Request{})
	r.must(err)
	return list.Items
}

func clauseNames(r policy.Revision) []string {
	var names []string
	for _, c := range r.Clauses {
		names = append(names, c.Name)
	}
	return names
}

func TestTheFirstStartMakesTheDefaultPolicyOnce(t *testing.T) {
	t.Parallel()
	r := furnish(t)
	r.must(r.policies.Bootstrap(t.Context()))
	r.must(r.policies.Bootstrap(t.Context()))
	v, err := r.policies.Get(r.admin(), policy.DefaultSlug)
	r.must(err)
	if !slices.Equal(clauseNames(v.Revision), []string{"budget-exceeded", "reliability-work", "feature-work-goes-on", "single-incident", "outage-class"}) || v.Revision.Number != 1 {
		t.Errorf("the default policy is %+v", v)
	}
	all := r.attachments()
	if len(all) != 1 || all[0].Target != policy.ToAll || all[0].Mode != policy.Observe || all[0].Policy != v.Policy.ID {
		t.Fatalf("attachments %+v", all)
	}

	// What an administrator decides stays.
	changed, err := r.policies.ChangeMode(r.admin(), all[0].ID, all[0].Version, policy.Enforce)
	r.must(err)
	r.must(r.policies.Bootstrap(t.Context()))
	if all := r.attachments(); len(all) != 1 || all[0].Mode != policy.Enforce {
		t.Errorf("after a change: %+v", all)
	}
	r.must(r.policies.Detach(r.admin(), changed.ID, changed.Version))
	r.must(r.policies.Bootstrap(t.Context()))
	if all := r.attachments(); len(all) != 0 {
		t.Errorf("after it was detached: %+v", all)
	}
	d := policy.Default()
	d.Slug = "our-policy"
	_, err = r.policies.Revise(r.admin(), policy.DefaultSlug, v.Policy.Version, d)
	r.must(err)
	r.must(r.policies.Bootstrap(t.Context()))
	if list, err := r.policies.List(r.admin(), page.Request{}); err != nil || len(list.Items) != 1 {
		t.Errorf("after it was renamed: %+v, %v", list, err)
	}
}

func TestReplicasThatStartTogetherMakeOneDefaultPolicy(t *testing.T) {
	t.Parallel()
	storetest.Each(t, startTogether)
}

func startTogether(t *testing.T, s *store.Store) {
	r := furnishOn(t, s)
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			err := r.policies.Bootstrap(t.Context())
			if fault.Is(err, fault.Conflict) { // another was faster by a moment
				err = r.policies.Bootstrap(t.Context())
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if n := len(r.attachments()); n != 1 {
		t.Errorf("%d attachments, want one", n)
	}
}

func TestAChangeOfClausesIsANewRevision(t *testing.T) {
	t.Parallel()
	r := furnish(t)
	d := policy.Default()
	first, err := r.policies.Create(r.admin(), d)
	r.must(err)
	r.clock.Advance(time.Hour)

	d.Description = "Other words." // not what a verdict rests on
	second, err := r.policies.Revise(r.admin(), d.Slug, first.Policy.Version, d)
	r.must(err)
	if second.Policy.Revision != 1 || second.Revision.ID != first.Revision.ID || second.Policy.Version != 2 {
		t.Errorf("after other words: %+v", second)
	}
	d.Clauses[0].When = "consumed > 0.8"
	third, err := r.policies.Revise(r.admin(), string(first.Policy.ID), second.Policy.Version, d)
	r.must(err)
	if third.Policy.Revision != 2 || third.Revision.Number != 2 || third.Revision.ID == first.Revision.ID || third.Revision.RevisedBy != "Ada" {
		t.Errorf("after another clause: %+v", third)
	}
	if read, err := r.policies.Get(r.admin(), d.Slug); err != nil || read.Policy != third.Policy || read.Revision.ID != third.Revision.ID || read.Revision.Clauses[0].When != "consumed > 0.8" {
		t.Errorf("read %+v, %v, want %+v", read, err, third)
	}
	revisions, err := r.policies.Revisions(r.admin(), d.Slug, page.Request{})
	r.must(err)
	if len(revisions.Items) != 2 || revisions.Items[0].Number != 2 || revisions.Items[1].Clauses[0].When != policy.Default().Clauses[0].When {
		t.Errorf("revisions %+v", revisions.Items)
	}
	if _, err := r.policies.Revise(r.admin(), d.Slug, second.Policy.Version, d); !fault.Is(err, fault.Precondition) {
		t.Errorf("an old version gave %v", err)
	}
	entries, err := r.audit.List(r.admin(), audit.Filter{ObjectID: first.Policy.ID}, page.Request{})
	r.must(err)
	var actions []string
	for _, e := range slices.Backward(entries.Items) {
		actions = append(actions, e.Action)
	}
	if want := []string{"policy.create", "policy.update", "policy.update"}; !slices.Equal(actions, want) {
		t.Errorf("audit %q, want %q", actions, want)
	}
}

func TestAPolicyIsFoundUnderItsOldName(t *testing.T) {
	t.Parallel()
	r := furnish(t)
	d := policy.Default()
	v, err := r.policies.Create(r.admin(), d)
	r.must(err)
	d.Slug = "budget"
	_, err = r.policies.Revise(r.admin(), policy.DefaultSlug, v.Policy.Version, d)
	r.must(err)
	_, err = r.policies.Get(r.admin(), policy.DefaultSlug)
	if e := fault.As(err); e == nil || e.Kind != fault.Moved || e.Now != "budget" {
		t.Errorf("the old name gave %v", err)
	}
	if _, err := r.policies.Get(r.admin(), "never-was"); !fault.Is(err, fault.NotFound) {
		t.Errorf("a name that never was gave %v", err)
	}
	if _, err := r.policies.Create(r.admin(), policy.Default()); !fault.Is(err, fault.Conflict) {
		t.Errorf("taking the old name gave %v", err)
	}
}

func TestWhoMayDoWhatWithPolicies(t *testing.T) {
	t.Parallel()
	r := furnish(t)
	d := policy.Default()
	for name, ctx := range map[string]context.Context{"a member": r.asMember(), "a stranger": r.asStranger()} {
		if _, err := r.policies.Create(ctx, d); !fault.Is(err, fault.Forbidden) {
			t.Errorf("%s who makes a policy gets %v", name, err)
		}
	}
	v, err := r.policies.Create(r.admin(), d)
	r.must(err)
	if _, err := r.policies.Revise(r.asMember(), d.Slug, v.Policy.Version, d); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a member who revises a policy gets %v", err)
	}

	toService := policy.Place{Target: policy.ToService, Service: "checkout", Mode: policy.Warn}
	for _, place := range []policy.Place{{Target: policy.ToAll, Mode: policy.Warn}, {Target: policy.ToTier, Tier: 1, Mode: policy.Warn}} {
		if _, err := r.policies.Attach(r.asMember(), d.Slug, place); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a member who attaches to %s gets %v", place.Target, err)
		}
		_, err := r.policies.Attach(r.admin(), d.Slug, place)
		r.must(err)
	}
	if _, err := r.policies.Attach(r.asStranger(), d.Slug, toService); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a stranger who attaches to a service gets %v", err)
	}
	if _, err := r.policies.Attach(t.Context(), d.Slug, toService); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("nobody who attaches to a service gets %v", err)
	}
	a, err := r.policies.Attach(r.asMember(), d.Slug, toService)
	r.must(err)
	if a.Service != r.service.ID || a.CreatedBy != "Grace" || a.Version != 1 {
		t.Errorf("attachment %+v", a)
	}
	if _, err := r.policies.Attach(r.asMember(), d.Slug, toService); !fault.Is(err, fault.Conflict) {
		t.Errorf("attaching twice gives %v", err)
	}
	if _, err := r.policies.ChangeMode(r.asStranger(), a.ID, a.Version, policy.Observe); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a stranger who changes the mode gets %v", err)
	}
	if err := r.policies.Detach(r.asStranger(), a.ID, a.Version); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a stranger who detaches gets %v", err)
	}
	changed, err := r.policies.ChangeMode(r.asMember(), a.ID, a.Version, policy.Enforce)
	r.must(err)
	if read, err := r.policies.Attachment(r.asStranger(), a.ID); err != nil || read != changed || read.Mode != policy.Enforce {
		t.Errorf("read %+v, %v, want %+v", read, err, changed)
	}
	if _, err := r.policies.ChangeMode(r.asMember(), a.ID, a.Version, policy.Warn); !fault.Is(err, fault.Precondition) {
		t.Errorf("an old version gives %v", err)
	}
	if err := r.policies.Detach(r.asMember(), a.ID, a.Version); !fault.Is(err, fault.Precondition) {
		t.Errorf("an old version gives %v", err)
	}
	r.must(r.policies.Detach(r.asMember(), a.ID, changed.Version))
	if _, err := r.policies.Attachment(r.admin(), a.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("what was detached gives %v", err)
	}
	if n := len(r.attachments()); n != 2 {
		t.Errorf("%d attachments are left, want two", n)
	}
}

func TestATeamCannotSwitchOffWhatAdministratorsEnforce(t *testing.T) {
	t.Parallel()
	r := furnish(t)
	r.must(r.policies.Bootstrap(r.admin()))
	slug := policy.DefaultSlug
	all, err := r.policies.Attachments(r.admin(), policy.AttachmentFilter{}, page.Request{})
	r.must(err)
	_, err = r.policies.ChangeMode(r.admin(), all.Items[0].ID, all.Items[0].Version, policy.Warn)
	r.must(err)
	at := func(mode policy.Mode) policy.Place {
		return policy.Place{Target: policy.ToService, Service: "checkout", Mode: mode}
	}
	weaker := func(err error) {
		t.Helper()
		if e := fault.As(err); e == nil || e.Kind != fault.Forbidden || e.Code != "mode_weaker" {
			t.Errorf("got %v", err)
		}
	}
	_, err = r.policies.Attach(r.asMember(), slug, at(policy.Observe))
	weaker(err)
	stricter, err := r.policies.Attach(r.asMember(), slug, at(policy.Enforce))
	r.must(err)
	_, err = r.policies.ChangeMode(r.asMember(), stricter.ID, stricter.Version, policy.Observe)
	weaker(err)
	equal, err := r.policies.ChangeMode(r.asMember(), stricter.ID, stricter.Version, policy.Warn)
	r.must(err)
	if again, err := r.policies.ChangeMode(r.asMember(), equal.ID, equal.Version, policy.Warn); err != nil || again.Version != equal.Version {
		t.Errorf("the same mode again: version %d, %v", again.Version, err)
	}
	_, err = r.policies.ChangeMode(r.admin(), equal.ID, equal.Version, policy.Observe)
	r.must(err)
}

func TestAllFaultsOfAPlaceAreReportedAtOnce(t *testing.T) {
	t.Parallel()
	r := furnish(t)
	_, err := r.policies.Create(r.admin(), policy.Default())
	r.must(err)
	for _, c := range []struct {
		place policy.Place
		want  []string
	}{
		{policy.Place{}, []string{"/target", "/mode"}},
		{policy.Place{Target: "planet", Service: "checkout", Tier: 1, Mode: "shout"}, []string{"/target", "/service", "/tier", "/mode"}},
		{policy.Place{Target: policy.ToTier, Tier: 5, Mode: policy.Warn}, []string{"/tier"}},
		{policy.Place{Target: policy.ToAll, Tier: 1, Service: "checkout", Mode: policy.Warn}, []string{"/service", "/tier"}},
		{policy.Place{Target: policy.ToService, Tier: 2, Mode: "loud"}, []string{"/tier", "/mode", "/service"}},
		{policy.Place{Target: policy.ToService, Service: "nowhere", Mode: policy.Warn}, []string{"/service"}},
	} {
		_, err := r.policies.Attach(r.admin(), policy.DefaultSlug, c.place)
		var got []string
		if e := fault.As(err); e != nil && e.Kind == fault.Invalid {
			for _, v := range e.Violations {
				got = append(got, v.Pointer)
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%+v: faults at %v (%v), want %v", c.place, got, err, c.want)
		}
	}
	if _, err := r.policies.Attach(r.admin(), "nothing", policy.Place{Target: policy.ToAll, Mode: policy.Warn}); !fault.Is(err, fault.NotFound) {
		t.Errorf("a policy that is not: %v", err)
	}
	if _, err := r.policies.ChangeMode(r.admin(), id.New(r.clock.Now()), 1, policy.Warn); !fault.Is(err, fault.NotFound) {
		t.Errorf("an attachment that is not: %v", err)
	}
}

func TestNobodyReadsPoliciesUnknown(t *testing.T) {
	t.Parallel()
	r := furnish(t)
	for name, read := range map[string]func(context.Context) error{
		"a policy":  func(ctx context.Context) error { _, err := r.policies.Get(ctx, "x"); return err },
		"policies":  func(ctx context.Context) error { _, err := r.policies.List(ctx, page.Request{}); return err },
		"revisions": func(ctx context.Context) error { _, err := r.policies.Revisions(ctx, "x", page.Request{}); return err },
		"attachments": func(ctx context.Context) error {
			_, err := r.policies.Attachments(ctx, policy.AttachmentFilter{}, page.Request{})
			return err
		},
		"an attachment": func(ctx context.Context) error { _, err := r.policies.Attachment(ctx, "X"); return err },
		"violations": func(ctx context.Context) error {
			_, err := r.policies.Violations(ctx, policy.ViolationFilter{}, page.Request{})
			return err
		},
		"a violation": func(ctx context.Context) error { _, err := r.policies.Violation(ctx, "X"); return err },
		"standings":   func(ctx context.Context) error { _, err := r.policies.Standings(ctx, nil); return err },
		"a standing":  func(ctx context.Context) error { _, err := r.policies.Standing(ctx, "X"); return err },
	} {
		if err := read(t.Context()); !fault.Is(err, fault.Unauthenticated) {
			t.Errorf("nobody reads %s: %v", name, err)
		}
	}
}
