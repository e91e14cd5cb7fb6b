package formula

import (
	"math/big"
	"time"

	"github.com/evenkeel/evenkeel/services/slo/budget"
)

// Version names the formulas of this package. It changes when a figure would come out
// differently from the same sums.
const Version = "1"

// paced is what is over of the window, as a share of all of it: 1 of a rolling one.
func (in *Input) paced() Fraction {
	if in.Pace.Whole < time.Minute {
		return fraction(1, 1)
	}
	return fraction(int64(max(in.Pace.Elapsed, time.Minute)), int64(in.Pace.Whole))
}

// burned is the share that is spent of the budget of the whole window, which of a
// calendar's is as much more than that so far as the window is longer.
func (in *Input) burned() (Fraction, bool) {
	burn, known := in.burn(own)
	if !known {
		return Fraction{}, false
	}
	return burn.times(in.paced()), true
}

// Decide returns the state by the rules of budget.Decide: nothing known, nothing left, both
// windows of a pair above its factor, or the burn of the last day spending what is left
// before the window is over.
func Decide(in Input) budget.State {
	burned, known := in.burned()
	switch {
	case !known:
		return budget.NoData
	case burned.cmp(fraction(1, 1)) >= 0:
		return budget.Exhausted
	case in.firing() || in.runsOut(burned):
		return budget.AtRisk
	}
	return budget.OK
}

func (in *Input) firing() bool {
	for _, p := range budget.Pairs {
		if in.exceeded(p) {
			return true
		}
	}
	return false
}

func (in *Input) exceeded(p budget.Pair) bool {
	factor := Factor(p, in.Period)
	for _, length := range [...]time.Duration{p.Long, p.Short} {
		if burn, known := in.burn(lookbackOf(length)); !known || burn.cmp(factor) <= 0 {
			return false
		}
	}
	return true
}

// lastDay is the burn rate over the last day.
func (in *Input) lastDay() (Fraction, bool) { return in.burn(lookbackOf(24 * time.Hour)) }

// runsOut reports whether remaining · period ÷ burn(1 d) ≤ what is left of the window: of a
// rolling one a period, of a calendar's the rest.
func (in *Input) runsOut(burned Fraction) bool {
	day, known := in.lastDay()
	if !known || day.sign() <= 0 {
		return false
	}
	left := fraction(1, 1)
	if in.Pace.Whole > 0 {
		left = in.paced().rest()
	}
	return burned.rest().cmp(day.times(left)) <= 0
}

// RemainingPPB is the share of the budget that remains in parts per billion, rounded down,
// below zero when overspent; false where it is unknown.
func RemainingPPB(in Input) (int64, bool) {
	burned, known := in.burned()
	if !known {
		return 0, false
	}
	return burned.rest().floorPPB(), true
}

// Figures are all that is shown of a composite. A nil one is unknown.
type Figures struct {
	State budget.State
	// SLI is nil too where the method has none.
	SLI       *Fraction
	Burned    *Fraction // share of the budget of the whole window
	SoFar     *Fraction // of that of what is over of it
	Remaining *Fraction
	Burns     [len(budget.Lookbacks)]*Fraction // in the order of budget.Lookbacks
	Alerts    [len(budget.Pairs)]Alert         // in the order of budget.Pairs
	Outlook   budget.Outlook
	// After is how long after the end of the windows the budget is spent, rounded down to
	// the second; of budget.OutlookWithin alone.
	After *time.Duration
	Parts []Part // in the order of members
}

// Alert is a burn pair with what its windows hold.
type Alert struct {
	budget.Pair
	Factor              Fraction
	LongRate, ShortRate *Fraction
	Firing, Reachable   bool
}

// Part is what a member has of the whole.
type Part struct {
	Fate Fate
	// SLI and Burn are the member's own over the composite's window, the burn by its own
	// objective; nil where it has no data, and Burn where slices are judged, which the
	// objective is not of.
	SLI, Burn *Fraction
	// Burned is what it burns of the composite's budget, and Share its share of what all
	// members burn, nil where nothing burns.
	Burned, Share *Fraction
}

// FiguresOf computes every figure.
func FiguresOf(in Input) Figures {
	out := Figures{State: Decide(in), Outlook: budget.OutlookUnknown, Parts: in.parts()}
	for i := range budget.Lookbacks {
		out.Burns[i] = optional(in.burn(lookback(i)))
	}
	highest := HighestBurn(in)
	for i, p := range budget.Pairs {
		factor := Factor(p, in.Period)
		out.Alerts[i] = Alert{
			Pair: p, Factor: factor, LongRate: optional(in.burn(lookbackOf(p.Long))), ShortRate: optional(in.burn(lookbackOf(p.Short))),
			Firing: out.State != budget.NoData && in.exceeded(p), Reachable: highest.cmp(factor) > 0,
		}
	}
	burned, known := in.burned()
	if !known {
		return out
	}
	out.SLI, out.Remaining = Stand(in)
	remaining := *out.Remaining
	out.Burned, out.SoFar = &burned, optional(in.burn(own))
	day, known := in.lastDay()
	switch {
	case remaining.sign() <= 0:
		out.Outlook = budget.OutlookExhausted
	case !known:
	case !in.runsOut(burned):
		out.Outlook = budget.OutlookBeyond
	default:
		after := in.timeLeft(remaining, day)
		out.Outlook, out.After = budget.OutlookWithin, &after
	}
	return out
}

// timeLeft is remaining · period ÷ burn(1 d), rounded down to the second.
func (in *Input) timeLeft(remaining, day Fraction) time.Duration {
	left := remaining.times(fraction(int64(in.Period), int64(time.Second))).over(day)
	return time.Duration(new(big.Int).Quo(left.num, left.den).Int64()) * time.Second
}

func (in *Input) parts() []Part {
	parts := make([]Part, len(in.Members))
	sum := nought
	for i := range in.Members {
		m := &in.Members[i]
		p := &parts[i]
		p.Fate = m.fate(own)
		if missed, _ := m.missed(own); p.Fate == Measured {
			sli := missed.rest()
			p.SLI = &sli
			if !in.Method.Slices() {
				burn := missed.over(budgetOf(m.Objective))
				p.Burn = &burn
			}
		}
		if p.Burned = optional(in.part(own, i)); p.Burned != nil {
			sum = sum.plus(*p.Burned)
		}
	}
	for i := range parts {
		if p := &parts[i]; p.Burned != nil && sum.sign() > 0 {
			share := p.Burned.over(sum)
			p.Share = &share
		}
	}
	return parts
}

func optional(f Fraction, known bool) *Fraction {
	if !known {
		return nil
	}
	return &f
}

// Stand is how the composite's own window stands: its SLI, nil too where the method has
// none, and what remains of the budget. Both are nil where they are unknown.
func Stand(in Input) (sli, remaining *Fraction) {
	burned, known := in.burned()
	if !known {
		return nil, nil
	}
	left := burned.rest()
	if missed, known := in.missed(own); known && in.Method.Promises() {
		share := missed.rest()
		sli = &share
	}
	return sli, &left
}
