package dashboard

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/policy"
)

// rulebook is the policies of a sample: the one that ships, and one with everything.
type rulebook struct{ *sample }

func (b rulebook) all() []policy.View {
	shipped := policy.Default()
	full := policy.Draft{
		Slug: "payments", Name: strings.Repeat("Payments-", 8) + "policy", Description: hostile, Terms: policy.Terms{
			Reserve: 0.25, DisputeHours: 72,
			Approval: policy.Approval{Author: "Ada Lovelace", Reviewers: []string{"Grace", strings.Repeat("long-", 12) + "name"}, Approver: "PERSON", ApprovedOn: "2026-01-05", RevisitOn: "2026-07-05"},
			Clauses: []policy.Clause{{
				Name: strings.Repeat("a", 63), Description: hostile, When: "events >= 1000 &&\n  outageShares.exists(class, outageShares[class] > 0.2) && '" + strings.Repeat("x", 90) + "' != ''",
				Freeze: &policy.Freeze{Allow: []policy.ChangeClass{policy.Reliability, policy.Config}, EarlyExit: true}, Issue: &policy.IssueAction{Priority: policy.PriorityP0, CloseOnRecovery: true},
				Postmortem: &policy.PostmortemClaim{PriorityActions: 1}, Escalate: &policy.Escalation{To: policy.ParentTeam, AfterDays: 14},
				Notify: &policy.Notification{To: []policy.Audience{policy.TheTeam, policy.ParentTeam, policy.Approver}},
			}},
		},
	}
	var out []policy.View
	for i, d := range []policy.Draft{shipped, full} {
		made := b.now.Add(-time.Duration(i+1) * 50 * time.Hour)
		of := id.ID([]string{"SHIPPED", "FULL"}[i])
		out = append(out, policy.View{
			Policy:   policy.Policy{ID: of, Slug: d.Slug, Name: d.Name, Description: d.Description, Revision: 3, CreatedAt: made, UpdatedAt: made, Version: 3},
			Revision: policy.Revision{ID: of, Policy: of, Number: 3, Terms: d.Terms, RevisedBy: "Ada Lovelace", CreatedAt: made},
		})
	}
	return out
}

func (b rulebook) Get(_ context.Context, name string) (policy.View, error) {
	for _, v := range b.all() {
		if v.Policy.Slug == name || string(v.Policy.ID) == name {
			return v, nil
		}
	}
	return policy.View{}, fault.Missing("policy", name)
}

func (b rulebook) List(_ context.Context, r page.Request) (page.Page[policy.View], error) {
	if len(b.services) == 0 {
		return page.Page[policy.View]{}, nil
	}
	return pageOf(b.all(), r), nil
}

func (b rulebook) Warnings(_ context.Context, of []policy.View) ([][]string, error) {
	out := make([][]string, len(of))
	for i, v := range of {
		if v.Policy.Slug != policy.DefaultSlug {
			out[i] = []string{"It was to be looked at again on 2026-07-05: revise it, or give it another day."}
		}
	}
	return out, nil
}

func (b rulebook) Attachments(_ context.Context, f policy.AttachmentFilter, r page.Request) (page.Page[policy.Attachment], error) {
	if f.Policy != "FULL" || len(b.services) == 0 {
		return page.Page[policy.Attachment]{}, nil
	}
	at := b.now.Add(-time.Hour)
	return pageOf([]policy.Attachment{
		{ID: "A", Policy: f.Policy, Target: policy.ToAll, Mode: policy.Observe, UpdatedAt: at, CreatedBy: "Ada"},
		{ID: "B", Policy: f.Policy, Target: policy.ToTier, Tier: 1, Mode: policy.Warn, UpdatedAt: at, CreatedBy: hostile},
		{ID: "C", Policy: f.Policy, Target: policy.ToService, Service: b.services[0].ID, Mode: policy.Enforce, UpdatedAt: at, CreatedBy: "Grace"},
	}, r), nil
}

func (b rulebook) Rates(context.Context, string) ([]policy.Rate, error) {
	return []policy.Rate{
		{Attachment: "B", Clause: "budget-exceeded", Violations: 8, Void: 1, Waived: 1, Doubted: 2},
		{Attachment: "C", Clause: "budget-exceeded", Violations: 4},
	}, nil
}

func TestAPolicyShowsWhatFollowsWhereAndHowItTurnedOut(t *testing.T) {
	t.Parallel()
	v := visiting(t, newSample())
	doc, text := v.read("/policies/payments")
	says(t, words(within(t, doc, "main")), "revision 3 of", "It was to be looked at again on 2026-07-05",
		"changes wait where it is enforced, but for those of reliability and config; its approver may end that early", "an issue of priority P0, closed on recovery",
		"a postmortem, with at least 1 action of priority P0", "after 14 days without a plan the parent team is told", "told when it begins and ends: the team, the parent team and the approver",
		"All services", "Services of tier 1", "25 % doubted budget-exceeded: of 8 violations in 90 days 1 void, 1 not planned, 0 overridden", "Not doubted budget-exceeded: of 4 violations in 90 days",
		"25 % of the budget set aside", "for 72 hours")
	checkPage(t, doc, text)
	doc, text = v.read("/policies/error-budget")
	says(t, words(within(t, doc, "main")), "In force nowhere", "POST /v1/budget-policies/error-budget/attachments", "nobody: disputes are administrators’ to decide")
	checkPage(t, doc, text)
	doc, _ = v.read("/policies")
	says(t, words(within(t, doc, "main")), "Error budget revision 3, by Ada Lovelace Looked after 5", "Look at it 1")
	v.readStatus("/policies/none", http.StatusNotFound)
}
