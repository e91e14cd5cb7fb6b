package policy

import (
	"fmt"

	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/services/expr"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

// subject is an SLO with all that clauses are judged on.
type subject struct {
	slo.View
	service registry.Service
	facts   fact.Set
}

// retired reports whether nothing is judged any more.
func (s subject) retired() bool { return s.SLO.RetiredAt != nil || s.service.RetiredAt != nil }

// judge tells whether the clause holds of the SLO, and of what is unknown why.
func (s subject) judge(c Clause, condition *expr.Condition) (expr.Outcome, string) {
	if condition == nil {
		return expr.Unknown, fmt.Sprintf("the condition of the clause %q is not understood any more: revise the policy", c.Name)
	}
	return condition.Judge(s.facts)
}

// evidence is what is known of the SLO now, for the clause.
func (s subject) evidence(c Clause, condition *expr.Condition) Evidence {
	sum := s.Status.Sums.Policy
	e := Evidence{
		SLORevision: s.Revision.ID, Objective: s.Revision.Objective.String(), WindowEnd: s.Status.End,
		Good: sum.Good, Total: sum.Total, ConsumedPercent: consumedPercent(s.View), When: c.When, Facts: []fact.Known{},
	}
	if condition != nil {
		e.Facts = s.facts.Known(condition.Reads()...)
	}
	return e
}

// consumedPercent is the share of the sum's budget that is consumed, in percent,
// rounded to two digits; empty without events.
func consumedPercent(v slo.View) string {
	if consumed, ok := budget.Consumed(v.Status.Sums.Policy, v.Revision.Objective, budget.Pace{}); ok {
		return consumed.Percent(2)
	}
	return ""
}
