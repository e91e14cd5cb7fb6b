package budget

import (
	"time"

	"github.com/evenkeel/evenkeel/services/measure/window"
)

// PerEvent is how many thousandths an event has: the unit of sums of events.
const PerEvent = 1000

// Input is all that a state follows from.
type Input struct {
	Objective Objective
	// Period is the length of the SLO's own window: of a calendar's, that of the one that
	// runs.
	Period time.Duration
	// Pace is how much of it is over, where it is a calendar's.
	Pace Pace
	// MinEvents is the number of events in a window below which nothing is
	// concluded from it; of slices, where these are counted.
	MinEvents int64
	// Unit is what one event, or slice, is in the sums; PerEvent when 0.
	Unit int64
	// Noun is what is counted, "event" when empty.
	Noun string
	// Step is the time in which sums move; Lookbacks are whole steps. Any when 0.
	Step time.Duration
	Sums Sums
}

func (in *Input) unit() int64 {
	if in.Unit == 0 {
		return PerEvent
	}
	return in.Unit
}

// lookback is the length of the Lookback of that number.
func (in *Input) lookback(i int) time.Duration { return Lookback(i, max(in.Step, time.Second)) }

// Decide returns the state that follows from the sums. Every comparison is one
// of whole numbers.
func Decide(in Input) State {
	switch {
	case in.tooFew(in.Sums.Window):
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
func (in *Input) tooFew(s window.Sum) bool {
	return s.Total <= 0 || s.Total/in.unit() < in.MinEvents
}

// exhausted reports whether remaining ≤ 0, that is bad ≥ total · budget.
func (in *Input) exhausted() bool {
	allowed, bad := account(in.Sums.Window, in.Objective, in.Pace)
	return !bad.less(allowed)
}

// Thin reports whether the budget of the SLO's own window is less than one event, or
// slice, so that a single bad one spends all of it; it is not known without events.
func Thin(in Input) (thin, known bool) {
	s := in.Sums.Window
	if s.Total <= 0 {
		return false, false
	}
	allowed, _ := account(s, in.Objective, in.Pace)
	one := oneOf(in.Pace, in.unit())
	return allowed.less(one), true
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
// the window is over if the burn of the last day goes on: a rolling one within a
// period, remaining · period ÷ burn(1 d) ≤ period, a calendar's within what is left of
// it, remaining · period ÷ burn(1 d) ≤ period − elapsed.
func (in *Input) runsOut() bool {
	day := in.Sums.Lookbacks[over1d]
	if day.Bad() <= 0 {
		return false
	}
	// (total·b·P − bad·10⁹·E) ÷ (total·b·P) · P ≤ badDay·10⁹ ÷ (totalDay·b) · L, where P is
	// the period, E what is over of it and L what is left, all 1 of a rolling window; b and
	// P cancel.
	still := uint64(1)
	if elapsed, whole := in.Pace.minutes(); in.Pace.Whole > 0 {
		still = whole - min(elapsed, whole)
	}
	allowed, bad := account(in.Sums.Window, in.Objective, in.Pace)
	left := allowed.minus(bad).times(uint64(day.Total))
	burn := times(uint64(day.Bad()), Billion*still).times(uint64(in.Sums.Window.Total))
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
// sum's window, which is whole, is consumed: exactly that much is Within.
func Overspent(in Input, s window.Sum, percent int64) Verdict {
	if in.tooFew(s) {
		return Unknown
	}
	allowed, bad := account(s, in.Objective, Pace{})
	if allowed.times(uint64(percent)).less(bad.times(100)) {
		return Over
	}
	return Within
}

// RemainingPPB returns the budget remaining of the sum's window in parts per
// billion of the whole, rounded down, below zero when overspent. It reports
// false when there are no events.
func RemainingPPB(s window.Sum, o Objective, p Pace) (int64, bool) {
	switch {
	case s.Total <= 0:
		return 0, false
	case p.Projected():
		return remainingPPB(s, o, p), true
	}
	// 1 − bad·10⁹ ÷ (total·b) in 10⁻⁹, rounded down: 10⁹ − ⌈bad·10¹⁸ ÷ (total·b)⌉.
	// That quotient is at most 10¹⁸, since bad ≤ total and b ≥ 1.
	allowed, _ := account(s, o, Pace{})
	consumed := times(uint64(s.Bad()), Billion*Billion).ceilDiv(allowed)
	return Billion - int64(consumed), true
}
