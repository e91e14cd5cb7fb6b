package issues_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/expr"
	"github.com/evenkeel/evenkeel/services/measure/window"
	"github.com/evenkeel/evenkeel/services/policy"
	"github.com/evenkeel/evenkeel/services/policy/supply"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
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
	plan := policy.Plan{Text: "Cache it.", DueOn: policy.Date(p.clock.Now().Format(time.DateOnly))}
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

// chased runs the job and requires these counts.
func (p *parties) chased(want map[string]int64) {
	p.t.Helper()
	counts, err := p.policies.ChaseOnce(p.t.Context())
	p.must(err)
	for name, n := range counts {
		if n != want[name] {
			p.t.Errorf("%d %s, want %d", n, name, want[name])
		}
	}
}

func TestAViolationWithoutAPlanIsEscalatedOnce(t *testing.T) {
	t.Parallel()
	p := enforced(t, func(d *policy.Draft) { d.Clauses[0].Escalate = &policy.Escalation{To: policy.ParentTeam, AfterDays: 3} })
	parent := storetest.Team(t, p.store, "commerce")
	p.team.Parent = parent.ID
	p.must(p.store.Registry().UpdateTeam(t.Context(), p.team))
	p.told.types()
	opened := p.violation().OpenedAt
	p.clock.Advance(opened.Add(3*24*time.Hour - time.Minute).Sub(p.clock.Now()))
	p.chased(nil)
	v, err := p.policies.Acknowledge(p.as(p.member), p.violation().ID, p.violation().Version, policy.Plan{Text: "Cache it.", DueOn: "2026-03-18"})
	p.must(err)
	p.clock.Advance(24 * time.Hour) // it is the 18th: the day is not over
	p.chased(nil)
	p.clock.Advance(24 * time.Hour)
	p.chased(map[string]int64{"plans_told": 1, "escalated": 1})
	p.told.mu.Lock()
	if n := len(p.told.events); n != 2 || p.told.events[0].Team != p.team.ID || p.told.events[1].Team != parent.ID {
		t.Errorf("told was %+v", p.told.events)
	}
	p.told.mu.Unlock()
	p.tells("violation.plan_overdue", "violation.escalated")
	p.chased(nil)
	// A plan that is past again is told of again; what was escalated is not.
	v = p.violation()
	_, err = p.policies.Acknowledge(p.as(p.member), v.ID, v.Version, policy.Plan{Text: "Cache it.", DueOn: "2026-03-20"})
	p.must(err)
	p.clock.Advance(3 * 24 * time.Hour)
	p.chased(map[string]int64{"plans_told": 1})
	p.tells("violation.plan_overdue")
}

// A dispute of the policy is to be decided within 48 hours where nothing else is said.
func TestADisputeThatNobodyDecidesIsToldOfOnce(t *testing.T) {
	t.Parallel()
	p := enforced(t)
	p.dispute()
	p.told.types()
	p.clock.Advance(48*time.Hour - time.Microsecond)
	p.chased(nil)
	p.clock.Advance(time.Microsecond)
	p.chased(map[string]int64{"disputes_told": 1})
	p.tells("dispute.overdue " + string(p.approver.ID))
	p.chased(nil)
	_, err := p.policies.Rule(p.as(p.approver), p.violation().ID, policy.RulingInput{Outcome: policy.Upheld, Note: "It was down."})
	p.must(err)
	p.told.types()
	p.clock.Advance(48 * time.Hour)
	p.chased(nil)
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

// That a warning's dispute was not decided was told already; that its suspension passed is
// told too, for changes wait from then on.
func TestThatASuspensionPassedIsToldAlsoWhereTheDisputeWasOverdueBefore(t *testing.T) {
	t.Parallel()
	p := enforced(t)
	a := p.attachment()
	a = p.mode(a, policy.Warn)
	p.dispute()
	p.clock.Advance(48 * time.Hour)
	p.told.types()
	p.chased(map[string]int64{"disputes_told": 1})
	p.told.mu.Lock()
	if text := p.told.events[0].Text; strings.Contains(text, "wait") {
		t.Errorf("of a warning it says %q", text)
	}
	p.told.mu.Unlock()
	p.mode(a, policy.Enforce)
	p.told.types()
	p.clock.Advance(48*time.Hour - time.Microsecond)
	p.chased(nil)
	p.clock.Advance(time.Microsecond)
	p.chased(map[string]int64{"disputes_told": 1})
	p.told.mu.Lock()
	if text := p.told.events[0].Text; !strings.HasSuffix(text, "Until then changes wait again.") {
		t.Errorf("of a freeze it says %q", text)
	}
	p.told.mu.Unlock()
	p.tells("dispute.overdue " + string(p.approver.ID))
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

func TestADayToRevisitAPolicyIsToldOnce(t *testing.T) {
	t.Parallel()
	p := enforced(t, func(d *policy.Draft) { d.Approval.ApprovedOn, d.Approval.RevisitOn = "2026-03-01", "2026-03-14" })
	p.told.types()
	p.chased(nil) // the day is not over
	p.clock.Advance(24 * time.Hour)
	p.chased(map[string]int64{"policies_told": 1})
	p.tells("policy.revisit_due " + string(p.approver.ID))
	p.chased(nil)
	v, err := p.policies.Get(p.admin(), policy.DefaultSlug)
	p.must(err)
	if warnings := p.warnings(v); len(warnings) != 1 || !strings.Contains(warnings[0], "2026-03-14") {
		t.Errorf("warnings are %q", warnings)
	}
}

// Of five violations one is a fifth, and two are more.
func TestAnAttachmentFallsBackWhereMoreThanAFifthIsDoubted(t *testing.T) {
	t.Parallel()
	p := enforced(t)
	again := func(n int, void bool) {
		t.Helper()
		for range n {
			if void {
				p.dispute()
				_, err := p.policies.Rule(p.as(p.approver), p.violation().ID, policy.RulingInput{Outcome: policy.RuledOut, Note: "No."})
				p.must(err)
			}
			p.spend(50)
			p.clock.Advance(time.Minute)
			_, err := p.policies.ApplyOnce(t.Context())
			p.must(err)
			p.spend(137)
			p.pass(1, 0, 0)
		}
	}
	again(1, true)
	again(3, false) // five in all, one void
	p.told.types()
	p.chased(nil)
	rates, err := p.policies.Rates(p.admin(), policy.DefaultSlug)
	p.must(err)
	if len(rates) != 1 || rates[0].Violations != 5 || rates[0].Void != 1 || rates[0].Doubted != 1 || rates[0].Share() != 0.2 || rates[0].TooHigh() {
		t.Errorf("rates %+v", rates)
	}
	// Another attachment of the policy, which has nothing to do with it.
	other := storetest.Service(t, p.store, p.team.ID, "ledger")
	_, err = p.policies.Attach(p.admin(), policy.DefaultSlug, policy.Place{Target: policy.ToService, Service: other.Slug, Mode: policy.Enforce})
	p.must(err)
	p.dispute()
	_, err = p.policies.Rule(p.as(p.approver), p.violation().ID, policy.RulingInput{Outcome: policy.RuledOut, Note: "No."})
	p.must(err)
	p.told.types()
	p.chased(map[string]int64{"fell_back": 1})
	p.tells("attachment.fell_back " + string(p.approver.ID))
	attachments, err := p.policies.Attachments(p.admin(), policy.AttachmentFilter{}, page.Request{})
	p.must(err)
	if a := attachments.Items[0]; a.Mode != policy.Observe {
		t.Errorf("the attachment is %+v", a)
	}
	// Whoever sets the mode again begins anew.
	a := attachments.Items[0]
	p.clock.Advance(time.Minute)
	_, err = p.policies.ChangeMode(p.admin(), a.ID, a.Version, policy.Enforce)
	p.must(err)
	p.chased(nil)
}

// supply is where people say what caused it.
func (p *parties) supply() *supply.Service {
	return supply.NewService(supply.Parts{
		Store: p.store.Supply(), Policies: p.policies, Services: p.store.Registry(), SLOs: p.store.SLO(), Runner: p.store,
		Authorizer: access.NewAuthorizer(p.store.Registry()), Recorder: p.audit, Clock: p.clock.Now,
	})
}

func TestTheCauseThatPeopleSayDecidesWhatFollows(t *testing.T) {
	t.Parallel()
	p := enforced(t, func(d *policy.Draft) { d.Clauses = policy.Default().Clauses })
	said := p.supply()
	holding := func() []string {
		t.Helper()
		standings, err := p.policies.Standing(p.admin(), p.slo.SLO.ID)
		p.must(err)
		var names []string
		for _, s := range standings {
			if s.Outcome == expr.Holds {
				names = append(names, s.Clause.Name)
			}
		}
		return names
	}
	if got := holding(); !slices.Equal(got, []string{"budget-exceeded"}) {
		t.Errorf("of an unclassified cause %q hold", got)
	}
	say := func(as context.Context, version int64, in supply.Input) error {
		_, err := said.Say(as, p.slo.SLO.ID, supply.Cause, version, in)
		return err
	}
	excusing := supply.Input{Value: supply.Value{Text: "company-network"}, Note: "The backbone was cut."}
	refusedAs(t, say(p.as(p.member), 1, excusing), fault.Forbidden, "excusing_cause")
	own := supply.Input{Value: supply.Value{Text: "own-code-or-procedure"}}
	stranger := access.WithCaller(t.Context(), access.Caller{Kind: access.ByPerson, Person: "STRANGER", Name: "Eve", Scopes: []access.Scope{access.ScopeWrite}})
	refusedAs(t, say(stranger, 1, own), fault.Forbidden, "forbidden")
	p.must(say(p.as(p.member), 1, own))
	refusedAs(t, say(p.as(p.member), 1, own), fault.Precondition, "version_mismatch")
	if got := holding(); !slices.Equal(got, []string{"budget-exceeded", "reliability-work"}) {
		t.Errorf("of the team's own cause %q hold", got)
	}
	p.must(say(p.as(p.approver), 2, excusing))
	if got := holding(); !slices.Equal(got, []string{"feature-work-goes-on"}) {
		t.Errorf("of an excusing cause %q hold", got)
	}
	p.pass(1, 1, 0)
	p.clock.Advance(28 * 24 * time.Hour) // it is said no more
	p.spend(137)
	if got := holding(); !slices.Equal(got, []string{"budget-exceeded"}) {
		t.Errorf("after four weeks %q hold", got)
	}
	f, err := said.Fact(p.as(p.member), p.slo.SLO.ID, supply.Cause)
	if err != nil || f.Version != 3 || f.Value.Text != supply.Unclassified || !f.At.IsZero() {
		t.Errorf("then %+v is said, %v", f, err)
	}
	err = say(p.as(p.member), 3, supply.Input{Value: supply.Value{Text: "bad luck", Numbers: map[string]float64{"a": 1}}, Until: p.clock.Now().Add(29 * 24 * time.Hour)})
	var found *fault.Error
	if !errors.As(err, &found) || len(found.Violations) != 3 {
		t.Errorf("a wrong cause: %v", err)
	}
	p.must(say(p.as(p.member), 3, own))
	p.must(said.Withdraw(p.as(p.member), p.slo.SLO.ID, supply.Cause, 4))
	refusedAs(t, said.Withdraw(p.as(p.member), p.slo.SLO.ID, supply.Cause, 5), fault.Conflict, "not_said")
}

// Exactly a fifth is not more than a fifth; of 999 events one incident says nothing.
func TestAnIncidentOfMoreThanAFifthAsksForAPostmortem(t *testing.T) {
	t.Parallel()
	p := enforced(t, func(d *policy.Draft) { d.Clauses = append(d.Clauses, policy.Default().Clauses[3]) })
	said := p.supply()
	say := func(version int64, shares map[string]float64) {
		t.Helper()
		_, err := said.Say(p.as(p.member), p.slo.SLO.ID, supply.IncidentShares, version, supply.Input{Value: supply.Value{Numbers: shares}})
		p.must(err)
	}
	say(1, map[string]float64{"INC-1": 0.2})
	p.pass(0, 0, 0)
	say(2, map[string]float64{"INC-1": 0.2, "INC-2": 0.21})
	p.spend(137, func(s *slo.Status) { s.Sums.Policy = window.Sum{Good: 950_000, Total: 999_000} })
	p.pass(0, 0, 0)
	p.spend(137)
	p.pass(1, 0, 0)
	issue := p.drafts()[0]
	if !strings.Contains(issue.Body, "A postmortem is asked for, with at least 1 action of priority P0 on the root cause.") || !slices.Contains(issue.Labels, "priority/p0") {
		t.Errorf("the issue has the labels %q and says\n%s", issue.Labels, issue.Body)
	}
}
