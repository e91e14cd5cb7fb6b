package suggest

import (
	"time"

	"github.com/evenkeel/evenkeel/services/measure/window"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

// Period is the window that is looked back over, and that is proposed: four weeks,
// in which every day of the week counts alike.
const Period = budget.PolicyWindow

// sparePercent is how much of the budget the period should have left over, so that
// an objective is not missed as soon as it is declared.
const sparePercent = 20

// Ladder are the objectives that are proposed, from the highest: the usual ones. 100 %
// is none of them: it leaves no budget.
var Ladder = ladder("99.99%", "99.95%", "99.9%", "99.5%", "99%", "95%", "90%")

func ladder(texts ...string) []budget.Objective {
	steps := make([]budget.Objective, len(texts))
	for i, text := range texts {
		o, err := budget.ParseObjective(text)
		if err != nil {
			panic(err)
		}
		steps[i] = o
	}
	return steps
}

// Propose returns the highest objective of the Ladder that the events would have kept
// with at least a fifth of the budget to spare. It reports false when there were no
// events, or too many bad ones for the lowest: what to promise then is a question for
// people. Few events kept every objective by luck: one is proposed only when its
// budget was at least one event.
func Propose(s window.Sum) (budget.Objective, bool) {
	for _, o := range Ladder {
		if Spares(o, s, budget.PerEvent) {
			return o, true
		}
	}
	return budget.Objective{}, false
}

// Spares reports whether the events, or slices, of which one is a unit, would have kept the
// objective with at least a fifth of its budget to spare, of a budget of at least one.
func Spares(o budget.Objective, s window.Sum, unit int64) bool {
	const spent = 100 - sparePercent
	return budget.Overspent(budget.Input{Objective: o, MinEvents: minEvents(o), Unit: unit}, s, spent) == budget.Within
}

// minEvents is how many events there have to be for the budget to be one.
func minEvents(o budget.Objective) int64 {
	return (budget.Billion + o.BudgetPPB() - 1) / o.BudgetPPB()
}

// slot is a slot of five minutes that was measured.
type slot struct {
	start time.Time
	window.Sum
}

// total sums slots up.
func total(slots []slot) window.Sum {
	var s window.Sum
	for _, one := range slots {
		s = s.Plus(one.Sum)
	}
	return s
}
