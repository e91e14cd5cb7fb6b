package policy

import (
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/services/expr"
)

// step is one thing to be changed: a violation to open, to end, to carry to another mode, or
// a void one to be heard of no more.
type step struct {
	violation Violation // what is to be changed; of one to open, only what identifies it
	rule      Rule      // not of an Ending that is Retired or Detached
	number    int       // of the clause in the rule's revision
	ending    Ending    // set for a violation to end
	mode      Mode      // set for a violation to open or to carry
	unmutes   bool      // set for a void violation whose condition failed, or that is old
}

func (s step) opens() bool { return s.violation.ID == "" }

func (s step) clause() Clause { return s.rule.Revision.Clauses[s.number] }

func (s step) condition() *expr.Condition { return s.rule.Conditions[s.number] }

// decide returns what has to change so that the violations that matter to the SLO, open ones
// and void ones that keep others from opening, agree with the rules in force. It is pure, and
// decides nothing a second time: after its steps were taken it returns none.
func decide(of subject, rules []Rule, live []Violation, now time.Time) []step {
	if of.retired() {
		rules = nil
	}
	var steps []step
	for _, rule := range rules {
		under := of.under(rule.Revision)
		for n, clause := range rule.Revision.Clauses {
			outcome, _ := under.judge(clause, rule.Conditions[n])
			open := find(live, rule, clause, func(v Violation) bool { return v.EndedAt == nil })
			void := find(live, rule, clause, func(v Violation) bool { return v.EndedAt != nil })
			switch {
			case open == nil && void != nil && void.muted(now) && outcome != expr.Fails && void.Evidence.When == clause.When:
			case open == nil && void != nil:
				// What holds after it failed, too long after, or by another condition opens at the
				// next pass.
				steps = append(steps, step{violation: *void, rule: rule, number: n, unmutes: true})
			case open == nil && outcome == expr.Holds:
				steps = append(steps, step{rule: rule, number: n, mode: rule.mode(of.View)})
			case open == nil:
			case outcome == expr.Fails:
				steps = append(steps, step{violation: *open, rule: rule, number: n, ending: Recovered})
			case open.Mode != rule.mode(of.View):
				steps = append(steps, step{violation: *open, rule: rule, number: n, mode: rule.mode(of.View)})
			}
		}
	}
	for _, violation := range live {
		covered := slices.ContainsFunc(rules, func(r Rule) bool { return r.Policy.ID == violation.Policy && r.Revision.clause(violation.Clause) >= 0 })
		switch {
		case violation.EndedAt != nil && !covered:
			steps = append(steps, step{violation: violation, unmutes: true})
		case violation.EndedAt != nil:
		case of.retired():
			steps = append(steps, step{violation: violation, ending: Retired})
		case !covered:
			steps = append(steps, step{violation: violation, ending: Detached})
		}
	}
	return steps
}

// find is the one of the rule's clause that is such, nil without one.
func find(live []Violation, rule Rule, clause Clause, such func(Violation) bool) *Violation {
	for i, v := range live {
		if v.Policy == rule.Policy.ID && v.Clause == clause.Name && such(v) {
			return &live[i]
		}
	}
	return nil
}
