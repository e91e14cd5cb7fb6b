package policy

import (
	"slices"

	"github.com/evenkeel/evenkeel/services/expr"
)

// step is one thing to be changed: a violation to open, to end, or to carry to
// another mode.
type step struct {
	violation Violation // to end or to carry; of one to open, only what identifies it
	rule      Rule      // not of an Ending that is Retired or Detached
	number    int       // of the clause in the rule's revision
	ending    Ending    // set for a violation to end
	mode      Mode      // set for a violation to open or to carry
}

func (s step) opens() bool { return s.violation.ID == "" }

func (s step) clause() Clause { return s.rule.Revision.Clauses[s.number] }

func (s step) condition() *expr.Condition { return s.rule.Conditions[s.number] }

// decide returns what has to change so that the SLO's open violations agree with
// the rules in force. It is pure, and decides nothing a second time: after its steps were
// taken it returns none.
func decide(of subject, rules []Rule, open []Violation) []step {
	if of.retired() {
		rules = nil
	}
	var steps []step
	for _, rule := range rules {
		for n, clause := range rule.Revision.Clauses {
			outcome, _ := of.judge(clause, rule.Conditions[n])
			i := slices.IndexFunc(open, func(o Violation) bool { return o.Policy == rule.Policy.ID && o.Clause == clause.Name })
			switch {
			case i < 0 && outcome == expr.Holds:
				steps = append(steps, step{rule: rule, number: n, mode: rule.mode(of.View)})
			case i < 0:
			case outcome == expr.Fails:
				steps = append(steps, step{violation: open[i], rule: rule, number: n, ending: Recovered})
			case open[i].Mode != rule.mode(of.View):
				steps = append(steps, step{violation: open[i], rule: rule, number: n, mode: rule.mode(of.View)})
			}
		}
	}
	for _, violation := range open {
		covered := slices.ContainsFunc(rules, func(r Rule) bool { return r.Policy.ID == violation.Policy && r.Revision.clause(violation.Clause) >= 0 })
		switch {
		case of.retired():
			steps = append(steps, step{violation: violation, ending: Retired})
		case !covered:
			steps = append(steps, step{violation: violation, ending: Detached})
		}
	}
	return steps
}
