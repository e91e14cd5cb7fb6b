package delivery_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/audit"
	"github.com/evenkeel/evenkeel/services/issues"
	"github.com/evenkeel/evenkeel/services/issues/delivery"
	"github.com/evenkeel/evenkeel/services/registry"
)

// office is the service over a real database, with an issue of the team's.
type office struct {
	*testing.T
	store   *store.Store
	clock   *clock.Manual
	audit   *audit.Service
	service *delivery.Service
	team    registry.Team
	member  access.Person
	issue   issues.Issue
}

func openOffice(t *testing.T, change ...func(*delivery.ServiceParts)) *office {
	t.Helper()
	s := storetest.SQLite(t)
	o := &office{T: t, store: s, clock: clock.NewManual(storetest.Start)}
	authorizer := access.NewAuthorizer(s.Access())
	o.audit = audit.NewService(s.Audit(), s, authorizer, o.clock.Now)
	parts := delivery.ServiceParts{
		Records: s.Delivery(), Issues: s.Issues(), Services: s.Registry(), Runner: s, Authorizer: authorizer, Recorder: o.audit,
		Clock: o.clock.Now, Settings: delivery.Defaults(),
	}
	for _, c := range change {
		c(&parts)
	}
	o.service = delivery.NewService(parts)
	o.team, o.member = storetest.Team(t, s, "payments"), storetest.Person(t, s, "Ada")
	o.must(s.Registry().AddMember(t.Context(), registry.Member{Team: o.team.ID, Person: o.member.ID, JoinedAt: storetest.Start}))
	now := storetest.Start
	o.issue = issues.Issue{
		ID: id.New(now), Kind: issues.KindBudgetViolation, Fingerprint: "f", Service: storetest.Service(t, s, o.team.ID, "checkout").ID,
		Subject: id.New(now), Episode: id.New(now), Title: "Budget spent", Body: "b", Open: true, CreatedAt: now, UpdatedAt: now, Version: 1,
	}
	_, err := s.Issues().CreateIssue(t.Context(), o.issue)
	o.must(err)
	o.must(s.Delivery().Call(t.Context(), delivery.New(o.issue, now)))
	return o
}

func (o *office) must(err error) {
	o.Helper()
	if err != nil {
		o.Fatal(err)
	}
}

func person(of access.Person, scopes ...access.Scope) access.Caller {
	return access.Caller{Kind: access.ByPerson, Person: of.ID, Name: of.DisplayName, Scopes: scopes}
}

func (o *office) as(c access.Caller) context.Context { return access.WithCaller(o.Context(), c) }

func (o *office) ada() context.Context { return o.as(person(o.member, access.ScopeWrite)) }

// put has the delivery be otherwise, and returns it with the version to act on.
func (o *office) put(change func(*delivery.Delivery)) delivery.Known {
	o.Helper()
	d, err := o.store.Delivery().Delivery(o.Context(), o.issue.ID)
	o.must(err)
	change(&d)
	o.must(o.store.Delivery().PutDelivery(o.Context(), d))
	k, err := o.service.Get(o.ada(), o.issue.ID)
	o.must(err)
	return k
}

func refused(t *testing.T, err error, kind fault.Kind, code string) {
	t.Helper()
	if e := fault.As(err); e == nil || e.Kind != kind || e.Code != code {
		t.Errorf("got %v, want a fault %s %s", err, kind, code)
	}
}

func dead(d *delivery.Delivery) {
	d.State, d.Place, d.Failures, d.Problem, d.DueAt = delivery.Dead, "acme/checkout", 3, "the repository is archived", nil
}

// A group is of no service, and tells of those of several teams.
func TestAdministratorsActOnAGroup(t *testing.T) {
	t.Parallel()
	o := openOffice(t)
	now := storetest.Start
	o.issue = issues.Issue{
		ID: id.New(now), Kind: issues.KindBudgetViolation, Fingerprint: "g", Episode: id.New(now), Title: "3 SLOs break their error-budget policies at once", Body: "b",
		Open: true, CreatedAt: now, UpdatedAt: now, Version: 1,
	}
	_, err := o.store.Issues().CreateIssue(t.Context(), o.issue)
	o.must(err)
	o.must(o.store.Delivery().Call(t.Context(), delivery.New(o.issue, now)))
	k := o.put(dead)
	if _, err := o.service.Retry(o.ada(), o.issue.ID, k.Version()); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a member of a team: %v", err)
	}
	admin := access.Caller{Kind: access.ByPerson, Person: o.member.ID, Administrator: true, Scopes: []access.Scope{access.ScopeAdmin}}
	if k, err = o.service.Retry(o.as(admin), o.issue.ID, k.Version()); err != nil || k.Delivery.State != delivery.Pending {
		t.Errorf("an administrator: %+v, %v", k.Delivery, err)
	}
	if k, err = o.service.Retarget(o.as(admin), o.issue.ID, k.Version(), "acme/other"); err != nil || k.Delivery.Place != "acme/other" {
		t.Errorf("to another repository: %+v, %v", k.Delivery, err)
	}
	if k, err = o.service.Dismiss(o.as(admin), o.issue.ID, k.Version(), "tracked elsewhere"); err != nil || k.Delivery.State != delivery.Dismissed {
		t.Errorf("dismissed: %+v, %v", k.Delivery, err)
	}
}

func TestOnlyMembersOfTheTeamAndAdministratorsAct(t *testing.T) {
	t.Parallel()
	o := openOffice(t)
	stranger := storetest.Person(t, o.store, "Bob")
	for name, c := range map[string]struct {
		caller access.Caller
		kind   fault.Kind
	}{
		"nobody":                         {access.Caller{Kind: access.Anonymous}, fault.Unauthenticated},
		"a member who may read":          {person(o.member, access.ScopeRead), fault.Forbidden},
		"somebody else":                  {person(stranger, access.ScopeWrite), fault.Forbidden},
		"an administrator without scope": {access.Caller{Kind: access.ByPerson, Person: stranger.ID, Administrator: true, Scopes: []access.Scope{access.ScopeWrite}}, fault.Forbidden},
		"the team's workload":            {access.Caller{Kind: access.ByTeam, Team: o.team.ID, Scopes: []access.Scope{access.ScopeWrite}}, fault.Forbidden},
		"a member":                       {person(o.member, access.ScopeWrite), ""},
		"an administrator":               {access.Caller{Kind: access.ByPerson, Person: stranger.ID, Administrator: true, Scopes: []access.Scope{access.ScopeAdmin}}, ""},
	} {
		for verb, do := range map[string]func(ctx context.Context, version int64) error{
			"retry": func(ctx context.Context, v int64) error { _, err := o.service.Retry(ctx, o.issue.ID, v); return err },
			"retarget": func(ctx context.Context, v int64) error {
				_, err := o.service.Retarget(ctx, o.issue.ID, v, "acme/other")
				return err
			},
			"dismiss": func(ctx context.Context, v int64) error {
				_, err := o.service.Dismiss(ctx, o.issue.ID, v, "old")
				return err
			},
		} {
			k := o.put(dead)
			err := do(o.as(c.caller), k.Version())
			if c.kind == "" && err != nil || c.kind != "" && !fault.Is(err, c.kind) {
				t.Errorf("%s, %s: %v", name, verb, err)
			}
			after, getErr := o.service.Get(o.ada(), o.issue.ID)
			o.must(getErr)
			if changed := after.Version() != k.Version(); changed != (c.kind == "") {
				t.Errorf("%s, %s: changed is %t", name, verb, changed)
			}
		}
	}
	if _, err := o.service.List(t.Context(), delivery.Filter{}, page.Request{}); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("nobody lists: %v", err)
	}
	if _, err := o.service.Get(t.Context(), o.issue.ID); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("nobody reads: %v", err)
	}
	if _, err := o.service.Tally(t.Context(), ""); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("nobody counts: %v", err)
	}
	if list, err := o.service.List(o.as(person(stranger, access.ScopeRead)), delivery.Filter{}, page.Request{}); err != nil || len(list.Items) != 1 {
		t.Errorf("everybody who is known reads: %+v, %v", list, err)
	}
}

func TestADeadIssueIsRetriedAndWrittenDown(t *testing.T) {
	t.Parallel()
	o := openOffice(t)
	k := o.put(dead)
	o.clock.Advance(time.Hour)
	now := o.clock.Now()
	got, err := o.service.Retry(o.ada(), o.issue.ID, k.Version())
	o.must(err)
	d := got.Delivery
	if d.State != delivery.Pending || d.Problem != "" || d.Failures != 0 || d.DueAt == nil || !d.DueAt.Equal(now) || !d.UpdatedAt.Equal(now) || got.Version() != k.Version()+1 {
		t.Errorf("after the retry: %+v", got)
	}
	stored, err := o.service.Get(o.ada(), o.issue.ID)
	o.must(err)
	if stored.Version() != got.Version() || stored.Delivery.State != d.State {
		t.Errorf("stored is %+v", stored)
	}
	_, err = o.service.Retry(o.ada(), o.issue.ID, k.Version())
	refused(t, err, fault.Precondition, "version_mismatch")
	_, err = o.service.Retry(o.ada(), id.New(now), 2)
	refused(t, err, fault.NotFound, "issue_not_found")

	entries, err := o.audit.List(o.ada(), audit.Filter{Team: o.team.ID}, page.Request{})
	o.must(err)
	if len(entries.Items) != 1 {
		t.Fatalf("%d entries", len(entries.Items))
	}
	entry := entries.Items[0]
	var changes map[string]struct{ From, To any }
	o.must(json.Unmarshal(entry.Changes, &changes))
	if entry.Action != "issue.update" || entry.ObjectID != o.issue.ID || entry.ActorPerson != o.member.ID ||
		changes["state"].From != "dead" || changes["state"].To != "pending" || changes["problem"].From != "the repository is archived" {
		t.Errorf("written down is %+v: %s", entry, entry.Changes)
	}
}

func TestWhatIsOnItsWayIsLeftAlone(t *testing.T) {
	t.Parallel()
	o := openOffice(t)
	for _, state := range []delivery.State{delivery.Sending, delivery.Unknown} {
		k := o.put(func(d *delivery.Delivery) {
			dead(d)
			d.State, d.Intent = state, &delivery.Intent{At: storetest.Start}
		})
		_, err := o.service.Retry(o.ada(), o.issue.ID, k.Version())
		refused(t, err, fault.Conflict, "issue_on_its_way")
		_, err = o.service.Retarget(o.ada(), o.issue.ID, k.Version(), "acme/other")
		refused(t, err, fault.Conflict, "issue_on_its_way")
		_, err = o.service.Dismiss(o.ada(), o.issue.ID, k.Version(), "old")
		refused(t, err, fault.Conflict, "issue_on_its_way")
	}
}

func TestAnIssueIsSentToAnotherRepositoryAndNotTwiceToOne(t *testing.T) {
	t.Parallel()
	o := openOffice(t)
	k := o.put(func(d *delivery.Delivery) { dead(d); d.Number, d.URL = 7, "https://github.com/acme/checkout/issues/7" })
	for _, place := range []delivery.Place{"", "acme", "acme/", "/x", "acme/x/y", "https://github.com/acme/x", "acme/..", "a b/c", delivery.Place("acme/" + strings.Repeat("x", 101)), "ACME/Checkout"} {
		_, err := o.service.Retarget(o.ada(), o.issue.ID, k.Version(), place)
		refused(t, err, fault.Invalid, "invalid_input")
		if e := fault.As(err); e != nil && e.Violations[0].Pointer != "/repository" {
			t.Errorf("%q: %+v", place, e.Violations)
		}
	}
	// Asked for there, and never found: sent there anew it could be there twice.
	k = o.put(func(d *delivery.Delivery) { dead(d); d.Number, d.URL, d.Attempts = 0, "", 1 })
	_, err := o.service.Retarget(o.ada(), o.issue.ID, k.Version(), "acme/checkout")
	refused(t, err, fault.Invalid, "invalid_input")
	got, err := o.service.Retarget(o.ada(), o.issue.ID, k.Version(), "acme/operations")
	o.must(err)
	if d := got.Delivery; d.State != delivery.Pending || d.Place != "acme/operations" || d.Number != 0 || d.URL != "" || d.Problem != "" {
		t.Errorf("after it was sent elsewhere: %+v", d)
	}
}

func TestADismissedIssueSaysByWhomAndWhy(t *testing.T) {
	t.Parallel()
	o := openOffice(t)
	k := o.put(dead)
	for _, reason := range []string{"", " ", " padded ", "two\nlines", "hidden \u202e text", strings.Repeat("x", 501)} {
		_, err := o.service.Dismiss(o.ada(), o.issue.ID, k.Version(), reason)
		refused(t, err, fault.Invalid, "invalid_input")
	}
	got, err := o.service.Dismiss(o.ada(), o.issue.ID, k.Version(), "tracked in Jira")
	o.must(err)
	if d := got.Delivery; d.State != delivery.Dismissed || d.DueAt != nil || d.Problem != "Ada dismissed it: tracked in Jira" {
		t.Errorf("after it was dismissed: %+v", d)
	}
	_, err = o.service.Dismiss(o.ada(), o.issue.ID, got.Version(), "again")
	refused(t, err, fault.Conflict, "issue_dismissed")
	entries, err := o.audit.List(o.ada(), audit.Filter{Team: o.team.ID}, page.Request{})
	o.must(err)
	if len(entries.Items) != 1 || entries.Items[0].Reason != "tracked in Jira" {
		t.Errorf("written down is %+v", entries.Items)
	}
	back, err := o.service.Retry(o.ada(), o.issue.ID, got.Version())
	o.must(err)
	if back.Delivery.State != delivery.Pending || back.Delivery.Problem != "" {
		t.Errorf("taken up again: %+v", back.Delivery)
	}
}

func TestTheTallySaysWhyNothingIsSent(t *testing.T) {
	t.Parallel()
	const kind = issues.KindBudgetViolation
	for name, c := range map[string]struct {
		change func(*delivery.ServiceParts)
		want   delivery.Silence
	}{
		"no tracker": {func(p *delivery.ServiceParts) { p.Settings.Mode = delivery.Enforce }, delivery.NoTracker},
		"observe":    {func(p *delivery.ServiceParts) { p.HasTracker = true }, delivery.Observed},
		"the kind's": {func(p *delivery.ServiceParts) {
			p.HasTracker, p.Settings.Mode, p.Settings.Kinds = true, delivery.Warn, map[issues.Kind]delivery.Mode{kind: delivery.Observe}
		}, delivery.Observed},
		"stopped": {func(p *delivery.ServiceParts) {
			p.HasTracker, p.Settings.Mode, p.Settings.Stopped = true, delivery.Warn, true
		}, delivery.Stopped},
		"kind stopped": {func(p *delivery.ServiceParts) {
			p.HasTracker, p.Settings.Mode, p.Settings.StoppedKinds = true, delivery.Warn, []issues.Kind{kind}
		}, delivery.Stopped},
		"sent": {func(p *delivery.ServiceParts) { p.HasTracker, p.Settings.Mode = true, delivery.Warn }, ""},
	} {
		o := openOffice(t, c.change)
		tally, err := o.service.Tally(o.ada(), o.team.ID)
		o.must(err)
		if got := tally.Standing.Silence(kind); got != c.want || tally.Total != 1 || tally.States[delivery.Draft] != 1 {
			t.Errorf("%s: silent because %q, want %q; %+v", name, got, c.want, tally)
		}
	}
}
