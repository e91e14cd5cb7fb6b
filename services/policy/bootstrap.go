package policy

import (
	"context"
	"fmt"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/registry"
)

// DefaultSlug is the slug of the policy that ships.
const DefaultSlug = "error-budget"

// Default is the workbook's policy ("Error Budget Policy", appendix of The Site Reliability
// Workbook), as far as facts are told.
func Default() Draft {
	return Draft{
		Slug: DefaultSlug,
		Name: "Error budget",
		Description: "While a service keeps within its error budget, it changes as fast as its team likes. " +
			"Once more than the whole budget of four weeks is spent, reliability comes first, until the service is within its objective again. " +
			"This is no punishment: it is the team's permission to work on what users notice most.",
		Terms: Terms{Clauses: []Clause{
			{
				Name: "budget-exceeded",
				Description: "The error budget of the preceding four weeks is spent. Changes and releases wait until the service is within its SLO again, " +
					"except for urgent fixes, security fixes, and whatever brings the service back.\n" +
					"The team works on reliability first where its own code or procedure, or a hard dependency that could be soft, was the cause. " +
					"Feature work may go on where the cause lay outside of the team: the company's network, another team's service whose releases wait already, " +
					"users out of scope, or errors counted wrongly that no user met.\n" +
					"Who disagrees with the numbers or with what follows asks the person named for it, and the decision is written down.",
				When:   "consumed > 1",
				Freeze: &Freeze{Allow: []ChangeClass{Reliability}},
				Issue:  &IssueAction{Priority: PriorityP1, Labels: []string{"error-budget", "reliability"}},
			},
			{
				Name: "outage-class",
				Description: "One class of outage took more than a fifth of the error budget of the quarter. " +
					"The plan of the next quarter has an item of priority P0 about what these outages have in common.",
				// At low traffic one event can be a fifth of the budget.
				When:  "events >= 1000 && outageSharesQuarter.exists(class, outageSharesQuarter[class] > 0.2)",
				Issue: &IssueAction{Priority: PriorityP0, Labels: []string{"error-budget", "quarterly-plan"}},
			},
		}},
	}
}

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
