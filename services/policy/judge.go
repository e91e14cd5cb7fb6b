package policy

import (
	"fmt"
	"maps"

	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/services/expr"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

// reserve is the fact that a policy itself adds to those of the SLO.
const reserve = "reserve"

// Language returns the language of conditions: on the facts of SLOs, and on "reserve".
func Language(facts fact.Declarer) (*expr.Environment, error) {
	declared := append([]fact.Declaration{}, facts.Facts()...)
	return expr.New(append(declared, fact.Declaration{
		Name: reserve, Type: fact.Number, Doc: "The share of the budget that the policy sets aside for planned spend; 0 where it sets none aside.",
	}))
}

// subject is an SLO with all that clauses are judged on.
type subject struct {
	slo.View
	service registry.Service
	facts   fact.Set
}

// retired reports whether nothing is judged any more.
func (s subject) retired() bool { return s.SLO.RetiredAt != nil || s.service.RetiredAt != nil }

// under is the subject with the facts that the policy adds.
func (s subject) under(r Revision) subject {
	facts := make(fact.Set, len(s.facts)+1)
	maps.Copy(facts, s.facts)
	r.Add(facts)
	s.facts = facts
	return s
}

// judge tells whether the clause holds of the SLO, and of what is unknown why.
func (s subject) judge(c Clause, condition *expr.Condition) (expr.Outcome, string) {
	if condition == nil {
		return expr.Unknown, fmt.Sprintf("the condition of the clause %q is not understood any more: revise the policy", c.Name)
	}
	outcome, why := condition.Judge(s.facts)
	if outcome == expr.Errored {
		outcome = expr.Unknown // it opens and closes nothing
	}
	return outcome, why
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
