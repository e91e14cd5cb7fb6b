package policy

import (
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

// step is one thing to be changed: a violation to open, to end, or to carry to
// another mode.
type step struct {
	violation Violation // to end or to carry; of one to open, only what identifies it
	rule      Rule      // not of an Ending that is Retired or Detached
	clause    Clause
	ending    Ending // set for a violation to end
	mode      Mode   // set for a violation to open or to carry
}

func (s step) opens() bool { return s.violation.ID == "" }

// decide returns what has to change so that the SLO's open violations agree with
// the rules in force at now. It is pure, and decides nothing a second time: after its
// steps were taken it returns none.
func decide(v slo.View, service registry.Service, rules []Rule, open []Violation, now time.Time) []step {
	if v.SLO.RetiredAt != nil || service.RetiredAt != nil {
		rules = nil
	}
	var steps []step
	for _, violation := range open {
		rule, clause, found := find(rules, violation)
		switch {
		case v.SLO.RetiredAt != nil || service.RetiredAt != nil:
			steps = append(steps, step{violation: violation, ending: Retired})
		case !found:
			steps = append(steps, step{violation: violation, ending: Detached})
		case Assess(v, clause, now) == budget.Within:
			steps = append(steps, step{violation: violation, rule: rule, clause: clause, ending: Recovered})
		case violation.Mode != rule.mode(v):
			steps = append(steps, step{violation: violation, rule: rule, clause: clause, mode: rule.mode(v)})
		}
	}
	for _, rule := range rules {
		for _, clause := range rule.Revision.Clauses {
			isOpen := slices.ContainsFunc(open, func(o Violation) bool { return o.Policy == rule.Policy.ID && o.Clause == clause.Name })
			if !isOpen && Assess(v, clause, now) == budget.Over {
				steps = append(steps, step{rule: rule, clause: clause, mode: rule.mode(v)})
			}
		}
	}
	return steps
}

// find returns the rule and the clause that the violation broke.
func find(rules []Rule, v Violation) (Rule, Clause, bool) {
	for _, rule := range rules {
		if rule.Policy.ID == v.Policy {
			clause, ok := rule.Revision.clause(v.Clause)
			return rule, clause, ok
		}
	}
	return Rule{}, Clause{}, false
}
