package issues_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/policy"
	"github.com/evenkeel/evenkeel/services/registry"
)

// parties are who has to do with a violation: a member of the team, and who approved the policy.
type parties struct {
	*house
	member, approver access.Person
}

// enforced is a house with a policy of one freeze in force, approved by somebody who is not
// of the team, and an overspent budget.
func enforced(t *testing.T, change ...func(*policy.Draft)) *parties {
	t.Helper()
	p := &parties{house: build(t)}
	p.member, p.approver = storetest.Person(t, p.store, "Grace"), storetest.Person(t, p.store, "Kurt")
	p.must(p.store.Registry().AddMember(t.Context(), registry.Member{Team: p.team.ID, Person: p.member.ID, Name: "Grace", JoinedAt: p.clock.Now()}))
	p.attach(policy.Enforce, append([]func(*policy.Draft){func(d *policy.Draft) {
		d.Clauses = d.Clauses[:1]
		d.Approval.Approver = p.approver.ID
	}}, change...)...)
	p.spend(137)
	p.pass(1, 0, 0)
	return p
}

func (p *parties) as(who access.Person) context.Context {
	return access.WithCaller(p.t.Context(), access.Caller{Kind: access.ByPerson, Person: who.ID, Name: who.DisplayName, Scopes: []access.Scope{access.ScopeWrite}})
}

func (p *parties) violation() policy.Violation {
	p.t.Helper()
	return p.violations()[0]
}

func (p *parties) dispute() {
	p.t.Helper()
	_, err := p.policies.Dispute(p.as(p.member), p.violation().ID, "The probe was down.")
	p.must(err)
}

// warnings are those of the policy.
func (p *parties) warnings(v policy.View) []string {
	p.t.Helper()
	all, err := p.policies.Warnings(p.t.Context(), []policy.View{v})
	p.must(err)
	return all[0]
}

// attachment is the one by which the policy is in force.
func (p *parties) attachment() policy.Attachment {
	p.t.Helper()
	all, err := p.policies.Attachments(p.admin(), policy.AttachmentFilter{}, page.Request{})
	p.must(err)
	return all.Items[0]
}

// mode changes how far the policy acts, and has the open violation follow.
func (p *parties) mode(a policy.Attachment, m policy.Mode) policy.Attachment {
	p.t.Helper()
	a, err := p.policies.ChangeMode(p.admin(), a.ID, a.Version, m)
	p.must(err)
	p.pass(0, 0, 1)
	return a
}

// tells requires that just this was told meanwhile.
func (p *parties) tells(want ...string) {
	p.t.Helper()
	if got := p.told.types(); !slices.Equal(got, want) {
		p.t.Errorf("told was %q, want %q", got, want)
	}
}

// refusedAs requires a fault of the kind and code.
func refusedAs(t *testing.T, err error, kind fault.Kind, code string) {
	t.Helper()
	if found := fault.As(err); !fault.Is(err, kind) || found == nil || found.Code != code {
		t.Errorf("refused as %v, want %s %q", err, kind, code)
	}
}

func TestAVoidViolationEndsAndMutesItsClauseUntilTheConditionFails(t *testing.T) {
	t.Parallel()
	p := enforced(t)
	p.tells("freeze.began")
	_, err := p.policies.Rule(p.as(p.approver), p.violation().ID, policy.RulingInput{Outcome: policy.RuledOut, Note: "No."})
	refusedAs(t, err, fault.Conflict, "not_disputed")
	p.dispute()
	p.tells("freeze.suspended " + string(p.approver.ID))
	d := p.violation().Handling.Dispute
	if until := p.clock.Now().Add(48 * time.Hour); d == nil || d.SuspendedUntil == nil || !d.SuspendedUntil.Equal(until) || d.Approver != p.approver.ID {
		t.Fatalf("the dispute is %+v", d)
	}
	if why := p.violation().Excused(p.clock.Now()); !strings.Contains(why, "suspended until 2026-03-16") {
		t.Errorf("it is excused by %q", why)
	}
	if why := p.violation().Excused(d.SuspendedUntil.Add(time.Microsecond)); why != "" {
		t.Errorf("after two days it is excused by %q", why)
	}

	void := policy.RulingInput{Outcome: policy.RuledOut, Note: "The probe was <b>down</b>, not the service."}
	_, err = p.policies.Rule(p.as(p.member), p.violation().ID, void)
	refusedAs(t, err, fault.Forbidden, "not_approver")
	_, err = p.policies.Rule(p.as(p.approver), p.violation().ID, policy.RulingInput{Outcome: "maybe"})
	if found := fault.As(err); found == nil || len(found.Violations) != 2 { // outcome and note
		t.Errorf("a ruling that says nothing: %v", err)
	}
	_, err = p.policies.Rule(p.as(p.approver), p.violation().ID, void)
	p.must(err)
	p.tells("violation.voided")
	v, issue := p.theIssue()
	if v.Ending != policy.Void || v.EndedAt == nil || v.MutedUntil == nil || !v.MutedUntil.Equal(v.EndedAt.AddDate(0, 0, 28)) {
		t.Errorf("the violation is %+v", v)
	}
	if last := issue.Comments[len(issue.Comments)-1].Body; issue.Open || !strings.Contains(last, "It was no violation") || !strings.Contains(last, "`<b>down</b>,`") {
		t.Errorf("the issue is open: %t, and says %q", issue.Open, last)
	}
	_, err = p.policies.Rule(p.as(p.approver), v.ID, void)
	refusedAs(t, err, fault.Conflict, "violation_void")
	_, err = p.policies.Dispute(p.as(p.member), v.ID, "Once more.")
	refusedAs(t, err, fault.Conflict, "violation_void")
	p.must(p.policies.DisputeElsewhere(p.system(), v.ID, policy.Remark{At: p.clock.Now(), By: "wanda", Text: "Hm.", Source: "comment 9"}))
	if now := p.violation(); now.Handling.Dispute.Ruling == nil || now.Ending != policy.Void {
		t.Errorf("a comment raised it anew: %+v", now.Handling.Dispute)
	}

	p.pass(0, 0, 0) // it holds still
	p.spend(50)
	p.pass(0, 0, 0) // it failed once
	if now := p.violation(); now.MutedUntil != nil {
		t.Errorf("it is muted until %s", now.MutedUntil)
	}
	p.spend(137)
	p.pass(1, 0, 0)
	p.tells("freeze.began")
	if all := p.drafts(); len(all) != 2 || all[0].ID == issue.ID || !all[0].Open || p.issue(issue.ID).Open {
		t.Errorf("what was found to be none within ten days is taken up again: %+v", all)
	}
}

func TestAVoidViolationMutesItsClauseForFourWeeksAtMost(t *testing.T) {
	t.Parallel()
	p := enforced(t)
	p.dispute()
	_, err := p.policies.Rule(p.as(p.approver), p.violation().ID, policy.RulingInput{Outcome: policy.RuledOut, Note: "No."})
	p.must(err)
	p.clock.Advance(28*24*time.Hour - 2*time.Minute)
	p.spend(137)
	p.pass(0, 0, 0)
	p.clock.Advance(time.Minute)
	p.spend(137)
	p.pass(0, 0, 0) // the mute is taken away
	p.pass(1, 0, 0)
}

func TestOnlyTheFirstDisputeOfAnEpisodeSuspendsItsFreeze(t *testing.T) {
	t.Parallel()
	p := enforced(t)
	p.must(p.policies.DisputeElsewhere(p.system(), p.violation().ID, policy.Remark{At: p.clock.Now(), By: "wanda", Text: "Hm.", Source: "comment 7"}))
	if d := p.violation().Handling.Dispute; d == nil || d.SuspendedUntil != nil || d.By != "wanda" {
		t.Errorf("a comment's dispute is %+v", d)
	}
	p.dispute()
	if d := p.violation().Handling.Dispute; d == nil || d.SuspendedUntil == nil || d.By != "Grace" {
		t.Errorf("the team's dispute is %+v", d)
	}
	first := p.violation().Handling.Dispute.At
	p.clock.Advance(time.Hour)
	p.dispute()
	if d := p.violation().Handling.Dispute; !d.At.Equal(first) {
		t.Errorf("while one waits to be decided, another replaced it: %+v", d)
	}
	_, err := p.policies.Rule(p.as(p.approver), p.violation().ID, policy.RulingInput{Outcome: policy.Upheld, Note: "It was down."})
	p.must(err)
	if v := p.violation(); v.EndedAt != nil || v.Excused(p.clock.Now()) != "" {
		t.Errorf("an upheld violation is %+v, excused by %q", v, v.Excused(p.clock.Now()))
	}
	p.dispute()
	if d := p.violation().Handling.Dispute; d.Ruling != nil || d.SuspendedUntil != nil {
		t.Errorf("the second dispute is %+v", d)
	}
	p.told.types()
}

// What is disputed by whoever is to decide it is decided by an administrator.
func TestWhoRaisedADisputeDoesNotDecideIt(t *testing.T) {
	t.Parallel()
	p := enforced(t)
	p.must(p.store.Registry().AddMember(t.Context(), registry.Member{Team: p.team.ID, Person: p.approver.ID, Name: "Kurt", JoinedAt: p.clock.Now()}))
	_, err := p.policies.Dispute(p.as(p.approver), p.violation().ID, "Mine.")
	p.must(err)
	ruling := policy.RulingInput{Outcome: policy.Upheld, Note: "So."}
	_, err = p.policies.Rule(p.as(p.approver), p.violation().ID, ruling)
	refusedAs(t, err, fault.Forbidden, "own_dispute")
	_, err = p.policies.Rule(p.admin(), p.violation().ID, ruling)
	p.must(err)
}

// rereads takes down what is to be read again, or refuses.
type rereads struct {
	asked []policy.Range
	err   error
}

func (r *rereads) Reread(_ context.Context, _ id.ID, of policy.Range) error {
	r.asked = append(r.asked, of)
	return r.err
}

func TestAVoidViolationCanHaveMeasurementsReadAgain(t *testing.T) {
	t.Parallel()
	p := enforced(t)
	p.dispute()
	again := &rereads{err: fault.New(fault.Conflict, "not_asked", "they are sent")}
	policies := p.anotherWith(p.issues, func(parts *policy.Parts) { parts.Rereader = again })
	now := p.clock.Now()
	in := policy.RulingInput{Outcome: policy.RuledOut, Note: "The probe was down.", Reread: &policy.Range{From: now.Add(-2 * time.Hour), To: now.Add(-time.Hour)}}
	_, err := policies.Rule(p.as(p.approver), p.violation().ID, in)
	refusedAs(t, err, fault.Conflict, "not_asked")
	if v := p.violation(); v.EndedAt != nil || v.Handling.Dispute.Ruling != nil {
		t.Errorf("half of the ruling is written: %+v", v)
	}
	again.err = nil
	_, err = policies.Rule(p.as(p.approver), p.violation().ID, in)
	p.must(err)
	if len(again.asked) != 2 || again.asked[1] != *in.Reread {
		t.Errorf("read again is %v", again.asked)
	}
	if u := p.violation().Handling.Dispute.Ruling; u == nil || u.Reread == nil || !u.Reread.From.Equal(in.Reread.From) {
		t.Errorf("the ruling is %+v", u)
	}
}

func TestAFreezeEndsEarlyWhenWhatWasAgreedOnIsDone(t *testing.T) {
	t.Parallel()
	p := enforced(t, func(d *policy.Draft) { d.Clauses[0].Freeze.EarlyExit = true })
	p.told.types()
	v := p.violation()
	_, err := p.policies.ExitEarly(p.as(p.approver), v.ID, v.Version, "All of it.")
	refusedAs(t, err, fault.Conflict, "not_acknowledged")
	plan := policy.Plan{Text: "Cache it.", DueOn: clock.Date(p.clock.Now().Format(time.DateOnly))}
	_, err = p.policies.Acknowledge(p.as(p.approver), v.ID, v.Version, plan)
	refusedAs(t, err, fault.Forbidden, "forbidden")
	_, err = p.policies.Acknowledge(p.as(p.member), v.ID, v.Version, policy.Plan{DueOn: "2026-03-13"}) // yesterday
	if found := fault.As(err); found == nil || len(found.Violations) != 2 || found.Violations[1].Pointer != "/dueOn" {
		t.Errorf("a plan for yesterday that says nothing: %v", err)
	}
	v, err = p.policies.Acknowledge(p.as(p.member), v.ID, v.Version, plan)
	p.must(err)
	_, err = p.policies.Acknowledge(p.as(p.member), v.ID, v.Version-1, plan)
	refusedAs(t, err, fault.Precondition, "version_mismatch")
	_, err = p.policies.ExitEarly(p.as(p.member), v.ID, v.Version, "All of it.")
	refusedAs(t, err, fault.Forbidden, "not_approver")
	v, err = p.policies.ExitEarly(p.as(p.approver), v.ID, v.Version, "All of it.")
	p.must(err)
	p.tells("freeze.ended")
	if why := v.Excused(p.clock.Now()); !strings.Contains(why, "Kurt ended the freeze early") || v.EndedAt != nil {
		t.Errorf("it is excused by %q, ended at %v", why, v.EndedAt)
	}
	_, err = p.policies.ExitEarly(p.admin(), v.ID, v.Version, "All of it.")
	refusedAs(t, err, fault.Conflict, "already_exited")
	p.spend(50)
	p.pass(0, 1, 0)
	p.tells() // of the freeze nothing is left to be told
	_, err = p.policies.Acknowledge(p.as(p.member), v.ID, p.violation().Version, plan)
	refusedAs(t, err, fault.Conflict, "violation_ended")
	kinds := []policy.EventKind{}
	for _, e := range p.events(v) {
		kinds = append(kinds, e.Kind)
	}
	if !slices.Equal(kinds, []policy.EventKind{policy.LeftEarly, policy.Acknowledged}) {
		t.Errorf("its events are %v", kinds)
	}
}

func TestAFreezeEndsEarlyOnlyWhereTheClauseLetsIt(t *testing.T) {
	t.Parallel()
	p := enforced(t)
	v := p.violation()
	_, err := p.policies.ExitEarly(p.admin(), v.ID, v.Version, "All of it.")
	refusedAs(t, err, fault.Conflict, "no_early_exit")
}

// What was disputed while the policy only warned is suspended when its freeze begins, once.
func TestADisputeOfAWarningSuspendsTheFreezeThatFollows(t *testing.T) {
	t.Parallel()
	p := enforced(t)
	a := p.mode(p.attachment(), policy.Warn)
	p.dispute()
	if d := p.violation().Handling.Dispute; d.SuspendedUntil != nil {
		t.Errorf("a warning is suspended until %s", d.SuspendedUntil)
	}
	p.told.types()
	p.clock.Advance(time.Hour)
	a = p.mode(a, policy.Enforce)
	d := p.violation().Handling.Dispute
	if until := p.clock.Now().Add(48 * time.Hour); d.SuspendedUntil == nil || !d.SuspendedUntil.Equal(until) || p.violation().Excused(p.clock.Now()) == "" {
		t.Errorf("the freeze of what is disputed is suspended until %v, want %s", d.SuspendedUntil, until)
	}
	p.tells("freeze.began", "freeze.suspended "+string(p.approver.ID))
	a = p.mode(a, policy.Warn)
	p.clock.Advance(72 * time.Hour)
	p.mode(a, policy.Enforce)
	if v := p.violation(); v.Excused(p.clock.Now()) != "" {
		t.Errorf("it is suspended twice: %+v", v.Handling)
	}
}

// The approver is of the team here: what they dispute only administrators could decide.
func TestADisputeOfTheApproverSuspendsNothing(t *testing.T) {
	t.Parallel()
	p := enforced(t)
	p.must(p.store.Registry().AddMember(t.Context(), registry.Member{Team: p.team.ID, Person: p.approver.ID, Name: "Kurt", JoinedAt: p.clock.Now()}))
	p.told.types()
	_, err := p.policies.Dispute(p.as(p.approver), p.violation().ID, "I do not like it.")
	p.must(err)
	v := p.violation()
	if d := v.Handling.Dispute; d == nil || d.SuspendedUntil != nil || d.Approver != "" || v.Handling.Suspended || v.Excused(p.clock.Now()) != "" {
		t.Errorf("who decides disputes suspended a freeze by one of their own: %+v", v.Handling.Dispute)
	}
	p.tells("violation.disputed " + string(p.approver.ID))
	_, err = p.policies.Rule(p.as(p.approver), v.ID, policy.RulingInput{Outcome: policy.Upheld, Note: "No."})
	refusedAs(t, err, fault.Forbidden, "own_dispute")
}

func TestAVoidViolationOfARetiredSLOMutesNothingAnyMore(t *testing.T) {
	t.Parallel()
	p := enforced(t)
	p.dispute()
	_, err := p.policies.Rule(p.as(p.approver), p.violation().ID, policy.RulingInput{Outcome: policy.RuledOut, Note: "No."})
	p.must(err)
	if p.violation().MutedUntil == nil {
		t.Fatal("it mutes nothing while its SLO is there")
	}
	now, retired := p.clock.Now(), p.slo.SLO
	retired.RetiredAt = &now
	p.must(p.store.SLO().UpdateSLO(t.Context(), retired))
	counts, err := p.policies.ApplyOnce(t.Context())
	p.must(err)
	if v := p.violation(); counts["unmuted"] != 1 || v.MutedUntil != nil || v.Ending != policy.Void {
		t.Errorf("%v, and it is %+v", counts, v)
	}
	counts, err = p.policies.ApplyOnce(t.Context())
	p.must(err)
	if counts["unmuted"] != 0 {
		t.Errorf("it is unmuted again: %v", counts)
	}
}

func TestAPolicyWarnsOfAnApproverWhoLeft(t *testing.T) {
	t.Parallel()
	p := enforced(t)
	v, err := p.policies.Get(p.admin(), policy.DefaultSlug)
	p.must(err)
	if warnings := p.warnings(v); len(warnings) != 0 {
		t.Errorf("warnings are %q", warnings)
	}
	now := p.clock.Now()
	p.approver.DeactivatedAt = &now
	p.must(p.store.Access().UpdatePerson(t.Context(), p.approver))
	if warnings := p.warnings(v); len(warnings) != 1 || !strings.Contains(warnings[0], "Kurt, who approved it, was deactivated") {
		t.Errorf("warnings are %q", warnings)
	}
}
