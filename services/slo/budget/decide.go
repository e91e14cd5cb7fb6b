package budget

import (
	"time"

	"github.com/evenkeel/evenkeel/services/measure/window"
)

// PerEvent is how many thousandths an event has: the unit of sums.
const PerEvent = 1000

// Input is all that a state follows from.
type Input struct {
	Objective Objective
	// Period is the length of the SLO's own window.
	Period time.Duration
	// MinEvents is the number of events in a window below which nothing is
	// concluded from it.
	MinEvents int64
	Sums      Sums
}

// Decide returns the state that follows from the sums. Every comparison is one
// of whole numbers.
func Decide(in Input) State {
	switch {
	case tooFew(in.Sums.Window, in.MinEvents):
		return NoData
	case in.exhausted():
		return Exhausted
	case in.firing() || in.runsOut():
		return AtRisk
	default:
		return OK
	}
}

// tooFew reports whether a window has no events or fewer than the minimum.
func tooFew(s window.Sum, minEvents int64) bool {
	return s.Total <= 0 || s.Total/PerEvent < minEvents
}

// exhausted reports whether remaining ≤ 0, that is bad ≥ total · budget.
func (in *Input) exhausted() bool {
	allowed, bad := account(in.Sums.Window, in.Objective)
	return !bad.less(allowed)
}

// Thin reports whether the budget of the sum's window is less than one event, so that a
// single bad one spends all of it; it is not known without events.
func Thin(s window.Sum, o Objective) (thin, known bool) {
	if s.Total <= 0 {
		return false, false
	}
	allowed, _ := account(s, o)
	return allowed.less(times(PerEvent, Billion)), true
}

// account returns the bad events that the budget allows, and those that there
// were, both in thousandths of 10⁻⁹ events: total · budget and bad · 10⁹.
func account(s window.Sum, o Objective) (allowed, bad double) {
	return times(uint64(s.Total), uint64(o.BudgetPPB())), times(uint64(s.Bad()), Billion)
}

func (in *Input) firing() bool {
	for i := range Pairs {
		if Pairs[i].exceeded(in) {
			return true
		}
	}
	return false
}

// runsOut reports whether the budget that remains, which is some, is gone before
// the period is over if the burn of the last day goes on:
// remaining · period ÷ burn(1 d) ≤ period, that is remaining ≤ burn(1 d).
func (in *Input) runsOut() bool {
	day := in.Sums.Lookbacks[over1d]
	if day.Bad() <= 0 {
		return false
	}
	// (total·b − bad·10⁹) ÷ (total·b) ≤ badDay·10⁹ ÷ (totalDay·b); b cancels.
	allowed, bad := account(in.Sums.Window, in.Objective)
	left := allowed.minus(bad).times(uint64(day.Total))
	burn := times(uint64(day.Bad()), Billion).times(uint64(in.Sums.Window.Total))
	return !burn.less(left)
}

// Verdict is what is concluded of a window about a policy's clause.
type Verdict string

// The verdicts.
const (
	Unknown Verdict = "unknown" // no events in the window, or fewer than the minimum
	Within  Verdict = "within"
	Over    Verdict = "over"
)

// Overspent tells whether strictly more than percent % of the budget of the
// sum's window is consumed: exactly that much is Within.
func Overspent(s window.Sum, o Objective, minEvents, percent int64) Verdict {
	if tooFew(s, minEvents) {
		return Unknown
	}
	allowed, bad := account(s, o)
	if allowed.times(uint64(percent)).less(bad.times(100)) {
		return Over
	}
	return Within
}

// RemainingPPB returns the budget remaining of the sum's window in parts per
// billion of the whole, rounded down, below zero when overspent. It reports
// false when there are no events.
func RemainingPPB(s window.Sum, o Objective) (int64, bool) {
	if s.Total <= 0 {
		return 0, false
	}
	// 1 − bad·10⁹ ÷ (total·b) in 10⁻⁹, rounded down: 10⁹ − ⌈bad·10¹⁸ ÷ (total·b)⌉.
	// That quotient is at most 10¹⁸, since bad ≤ total and b ≥ 1.
	allowed, _ := account(s, o)
	consumed := times(uint64(s.Bad()), Billion*Billion).ceilDiv(allowed)
	return Billion - int64(consumed), true
}
