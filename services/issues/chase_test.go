package issues_test

import (
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/policy"
)

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
