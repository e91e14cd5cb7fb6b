package budget

import (
	"math/big"
	"time"

	"github.com/evenkeel/evenkeel/services/measure/window"
)

// Pace is how much of a calendar's window is over. The budget of such a window is that
// of all of it: as much more as the window is longer than what is over of it, if events
// go on to come as they did so far. Of slices of time none of which is missing that is
// no guess. The zero value is of a rolling window, which is whole at any time.
type Pace struct {
	Elapsed, Whole time.Duration
}

// Projected reports whether the budget is more than that of the events so far.
func (p Pace) Projected() bool { return p.Elapsed < p.Whole }

// minutes are what is over, and all of it, of which only the quotient counts.
func (p Pace) minutes() (elapsed, whole uint64) {
	if p.Whole < time.Minute {
		return 1, 1
	}
	return uint64(max(p.Elapsed/time.Minute, 1)), uint64(p.Whole / time.Minute)
}

// account returns what the budget allows of bad events, and what there were, in one
// unit: total · budget · whole and bad · 10⁹ · elapsed. Each has 113 bits at most, of
// windows of up to two years.
func account(s window.Sum, o Objective, p Pace) (allowed, bad double) {
	elapsed, whole := p.minutes()
	return times(uint64(s.Total), uint64(o.BudgetPPB())*whole), times(uint64(s.Bad()), Billion*elapsed)
}

// remainingPPB is RemainingPPB by numbers of any size.
func remainingPPB(s window.Sum, o Objective, p Pace) int64 {
	allowed, bad := account(s, o, p)
	consumed := bad.big()
	consumed.Mul(consumed, big.NewInt(Billion))
	quotient, rest := consumed.QuoRem(consumed, allowed.big(), new(big.Int))
	if rest.Sign() > 0 {
		quotient.Add(quotient, big.NewInt(1))
	}
	return Billion - quotient.Int64()
}
