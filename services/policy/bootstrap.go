package policy

import (
	"context"
	"fmt"
	"strings"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/policy/supply"
	"github.com/evenkeel/evenkeel/services/registry"
)

// DefaultSlug is the slug of the policy that ships.
const DefaultSlug = "error-budget"

// Default is the workbook's policy ("Error Budget Policy", appendix of The Site Reliability
// Workbook). Its first clause, that releases go on as long as there is budget, is what holds
// where no other does. Clauses about causes and incidents are judged on what people say of them,
// its seventh is how disputes are decided, and its eighth is the approval.
func Default() Draft {
	return Draft{
		Slug: DefaultSlug,
		Name: "Error budget",
		Description: "While a service keeps within its error budget, it changes as fast as its team likes. " +
			"Once more than the whole budget of four weeks is spent, reliability comes first, until the service is within its objective again. " +
			"This is no punishment: it is the team's permission to work on what users notice most.",
		Terms: Terms{DisputeHours: DisputeHours, Clauses: []Clause{
			{
				Name: "budget-exceeded",
				Description: "The error budget of the preceding four weeks is spent. Changes and releases wait until the service is within its SLO again, " +
					"except for urgent fixes, security fixes, and whatever brings the service back.\n" +
					"Say what caused it: where the cause lay outside of the team, feature work may go on.\n" +
					"Who disagrees with the numbers or with what follows asks the person named for it, and the decision is written down.",
				When:   "consumed > 1 && !(cause in " + listed(supply.Excusing) + ")",
				Freeze: &Freeze{Allow: []ChangeClass{Reliability}},
				Issue:  &IssueAction{Priority: PriorityP1, Labels: []string{"error-budget", "reliability"}},
			},
			{
				Name: "reliability-work",
				Description: "The team's own code or procedure, a hard dependency that could be soft, or errors that hid a miss spent the budget. " +
					"The team works on reliability before features, and says by which plan.",
				When:     "consumed > 1 && cause in " + listed(supply.Own),
				Issue:    &IssueAction{Priority: PriorityP1, Labels: []string{"error-budget", "reliability-work"}},
				Escalate: &Escalation{To: ParentTeam, AfterDays: 14},
			},
			{
				Name: "feature-work-goes-on",
				Description: "The budget is spent, and the cause lay outside of the team: the company's network, another team's service whose releases wait already, " +
					"users out of scope, or errors counted wrongly that no user met. Feature work may go on.",
				When:   "consumed > 1 && cause in " + listed(supply.Excusing),
				Notify: &Notification{To: []Audience{TheTeam}},
			},
			{
				Name: "single-incident",
				Description: "One incident took more than a fifth of the error budget of four weeks. " +
					"The team writes a postmortem, with at least one action of priority P0 on the root cause.",
				// At low traffic one event can be a fifth of the budget.
				When:       "events >= 1000 && incidentShares.exists(incident, incidentShares[incident] > 0.2)",
				Issue:      &IssueAction{Priority: PriorityP0, Labels: []string{"error-budget", "postmortem"}},
				Postmortem: &PostmortemClaim{PriorityActions: 1},
			},
			{
				Name: "outage-class",
				Description: "One class of outage took more than a fifth of the error budget of the quarter. " +
					"The plan of the next quarter has an item of priority P0 about what these outages have in common.",
				When:  "events >= 1000 && outageSharesQuarter.exists(class, outageSharesQuarter[class] > 0.2)",
				Issue: &IssueAction{Priority: PriorityP0, Labels: []string{"error-budget", "quarterly-plan"}},
			},
		}},
	}
}

// listed is a list of texts in CEL.
func listed(texts []string) string { return "['" + strings.Join(texts, "', '") + "']" }

// Bootstrap makes the Default policy once, at the first start, and attaches it to
// all in mode Observe. When the policy is there, whatever became of it or of its
// attachment, it does nothing. Conflict when another first start was faster by a
// moment: the context's transaction can come to nothing then, and the next one
// finds the policy.
func (s *Service) Bootstrap(ctx context.Context) error {
	ctx = access.WithCaller(ctx, access.System("first start"))
	now := clock.Round(s.now())
	err := s.runner.InTx(ctx, func(ctx context.Context) error {
		if _, err := s.find(ctx, DefaultSlug); fault.Is(err, fault.Moved) {
			return nil // it was renamed
		} else if !fault.Is(err, fault.NotFound) {
			return err
		}
		v, err := s.create(ctx, Default(), "the default policy", now)
		if err != nil {
			return err
		}
		o := access.Object{Kind: access.KindAttachment, Label: attachmentLabel(v.Policy.Slug, ToAll, "", 0)}
		_, err = s.attach(ctx, v.Policy, Place{Target: ToAll, Mode: Observe}, registry.Service{}, o, now)
		return err
	})
	if err != nil {
		return fmt.Errorf("make the default policy: %w", err)
	}
	return nil
}
