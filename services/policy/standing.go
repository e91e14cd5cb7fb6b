package policy

import (
	"context"
	"fmt"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/expr"
	"github.com/evenkeel/evenkeel/services/slo"
)

// Standing is how an SLO stands to one clause of a policy in force for it.
type Standing struct {
	Rule   Rule
	Clause Clause
	// Outcome is whether the condition holds; Why says of what is unknown why.
	Outcome expr.Outcome
	Why     string
	// ConsumedPercent is the share of the trailing 28 days' budget consumed, as a
	// decimal rounded to two digits; empty without events.
	ConsumedPercent string
	// Violation is the open one, nil when there is none.
	Violation *Violation
}

// Standing tells how the SLO stands to every clause in force for it, by policy
// and clause. Faults: NotFound, Unauthenticated.
func (s *Service) Standing(ctx context.Context, subject id.ID) ([]Standing, error) {
	if err := s.authorizer.Authorize(ctx, access.Read, access.Object{Kind: access.KindViolation}); err != nil {
		return nil, err
	}
	views, err := s.budgets.ViewsByID(ctx, []id.ID{subject})
	if err != nil {
		return nil, fmt.Errorf("read SLO %s: %w", subject, err)
	}
	if len(views) == 0 {
		return nil, fault.Missing("slo", string(subject))
	}
	standings, err := s.Standings(ctx, views)
	return standings[subject], err
}

// Standings is Standing of many at once, by SLO; those that are retired are not
// in it.
func (s *Service) Standings(ctx context.Context, views []slo.View) (map[id.ID][]Standing, error) {
	if err := s.authorizer.Authorize(ctx, access.Read, access.Object{Kind: access.KindViolation}); err != nil {
		return nil, err
	}
	found, err := s.gather(ctx, views)
	if err != nil {
		return nil, err
	}
	standings := make(map[id.ID][]Standing, len(views))
	for _, v := range views {
		if of := found.of(v); !of.retired() {
			standings[v.SLO.ID] = stand(of, found.rules(of.service), found.open[v.SLO.ID])
		}
	}
	return standings, nil
}

func stand(of subject, rules []Rule, open []Violation) []Standing {
	var standings []Standing
	for _, rule := range rules {
		for n, clause := range rule.Revision.Clauses {
			standing := Standing{Rule: rule, Clause: clause, ConsumedPercent: consumedPercent(of.View)}
			standing.Outcome, standing.Why = of.judge(clause, rule.Conditions[n])
			for _, violation := range open {
				if violation.Policy == rule.Policy.ID && violation.Clause == clause.Name {
					standing.Violation = &violation
				}
			}
			standings = append(standings, standing)
		}
	}
	return standings
}
