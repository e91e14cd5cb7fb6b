package formula

import (
	"time"

	"github.com/evenkeel/evenkeel/services/measure/window"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

// Member is an SLO as it counts in a composite.
type Member struct {
	Weight    Weight
	Missing   Missing
	Objective budget.Objective // the SLO's own
	// MinEvents is the number of events, or slices, in the composite's window below which
	// the member has no data; 1 when 0. In other windows one is enough.
	MinEvents int64
	Unit      int64 // what one of them is in Sums
	// Stale is set when nothing came of it for longer than its slots are late by intention.
	Stale bool
	// Sums are what the member's windows hold, as long as the composite's; zero where
	// nothing is known of it. Where slices are judged they are of slices.
	Sums budget.Sums
}

// Input is all that the figures of a composite follow from.
type Input struct {
	Method Method
	// Objective is the composite's; zero where the method has none.
	Objective budget.Objective
	// Period is the length of the composite's window, and Pace how much of it is over
	// where it is a calendar's.
	Period  time.Duration
	Pace    budget.Pace
	Members []Member
	// Joint are the sums of slices that are bad where any member is; of Timeslices alone.
	Joint budget.Sums
}

// pick is one window of all those that there are.
type pick struct {
	of  func(*budget.Sums) window.Sum
	own bool // the composite's own, in which MinEvents holds
}

var own = pick{func(s *budget.Sums) window.Sum { return s.Window }, true}

// Lookbacks, in budget's order.
func lookback(i int) pick {
	return pick{func(s *budget.Sums) window.Sum { return s.Lookbacks[i] }, false}
}

// lookbackOf is that of the length.
func lookbackOf(length time.Duration) pick {
	for i, l := range budget.Lookbacks {
		if l == length {
			return lookback(i)
		}
	}
	panic("no lookback is as long as " + length.String()) // pairs are made of lookbacks
}

// Fate is how a member counts in a window.
type Fate string

// The fates.
const (
	Measured Fate = "measured" // by what was measured
	LeftOut  Fate = "left_out" // not at all: it has no data
	AsGood   Fate = "good"     // as good: it has no data
	AsBad    Fate = "bad"      // as bad: it has no data
	Unsure   Fate = "unknown"  // it has no data, and so the composite has none
)

var fates = map[Missing]Fate{Ignore: LeftOut, Good: AsGood, Bad: AsBad, Unknown: Unsure}

// fate is how the member counts. One that has data in the composite's window, is not stale
// and had no events in a lookback is left out of that: nothing happened, or is still to come.
func (m *Member) fate(p pick) Fate {
	s := p.of(&m.Sums)
	switch {
	case s.Total > 0 && (!p.own || s.Total/max(m.Unit, 1) >= m.MinEvents):
		return Measured
	case !p.own && !m.Stale && m.fate(own) == Measured:
		return LeftOut
	}
	return fates[m.Missing]
}

// missed is the share of bad ones that the member counts with: 1 − SLI; false where it
// does not count.
func (m *Member) missed(p pick) (Fraction, bool) {
	switch m.fate(p) {
	case Measured:
		s := p.of(&m.Sums)
		return fraction(s.Bad(), s.Total), true
	case AsGood:
		return nought, true
	case AsBad:
		return fraction(1, 1), true
	}
	return Fraction{}, false
}

// known reports whether any member has data, and none is missed that must have some.
func (in *Input) known(p pick) bool {
	some := false
	for i := range in.Members {
		switch in.Members[i].fate(p) {
		case Measured:
			some = true
		case Unsure:
			return false
		}
	}
	if in.Method == Timeslices {
		return some && p.of(&in.Joint).Total > 0
	}
	return some
}

func (w Weight) fraction() Fraction { return fraction(w.thousandths, 1000) }

func budgetOf(o budget.Objective) Fraction { return fraction(o.BudgetPPB(), budget.Billion) }

// missed is 1 − SLI of the composite, of a method that has an objective; false where it is
// unknown.
func (in *Input) missed(p pick) (Fraction, bool) {
	if !in.known(p) {
		return Fraction{}, false
	}
	if in.Method == Timeslices {
		for i := range in.Members {
			if in.Members[i].fate(p) == AsBad {
				return fraction(1, 1), true // in every slice
			}
		}
		s := p.of(&in.Joint)
		return fraction(s.Bad(), s.Total), true
	}
	sum, weights := nought, nought
	for i := range in.Members {
		m := &in.Members[i]
		if missed, counts := m.missed(p); counts {
			sum, weights = sum.plus(m.Weight.fraction().times(missed)), weights.plus(m.Weight.fraction())
		}
	}
	if in.Method == WeightedAverage {
		return sum.over(weights), true
	}
	if whole := fraction(1, 1); sum.cmp(whole) > 0 {
		return whole, true // "the sum of missing up to 100 percent"
	}
	return sum, true
}

// burn is how many times the budget is spent if all of a period is like the window; false
// where it is unknown.
func (in *Input) burn(p pick) (Fraction, bool) {
	if in.Method.Promises() {
		missed, known := in.missed(p)
		if !known {
			return Fraction{}, false
		}
		return missed.over(budgetOf(in.Objective)), true
	}
	if !in.known(p) {
		return Fraction{}, false
	}
	sum := nought
	for i := range in.Members {
		if part, counts := in.part(p, i); counts {
			sum = sum.plus(part)
		}
	}
	return sum, true
}

// part is what the member burns of the composite's budget; false where it does not count,
// or the composite is unknown. Where members are bad in the same slices the parts are more
// than the whole, and so they are where what is missed is more than all.
func (in *Input) part(p pick, i int) (Fraction, bool) {
	m := &in.Members[i]
	missed, counts := m.missed(p)
	if !counts || !in.known(p) {
		return Fraction{}, false
	}
	switch in.Method {
	case Occurrences:
		return m.Weight.fraction().times(missed).over(budgetOf(m.Objective)), true
	case RatioTimeslices:
		return m.Weight.fraction().times(missed).over(budgetOf(in.Objective)), true
	case WeightedAverage:
		weights := nought
		for k := range in.Members {
			if _, counts := in.Members[k].missed(p); counts {
				weights = weights.plus(in.Members[k].Weight.fraction())
			}
		}
		return m.Weight.fraction().times(missed).over(weights).over(budgetOf(in.Objective)), true
	}
	if m.fate(p) == Measured { // slices of its own of all that count
		missed = fraction(p.of(&m.Sums).Bad(), p.of(&in.Joint).Total)
	}
	return missed.over(budgetOf(in.Objective)), true
}

// HighestBurn is the burn rate when all that every member measures is bad.
func HighestBurn(in Input) Fraction {
	worst := in
	worst.Members = make([]Member, len(in.Members))
	for i, m := range in.Members {
		m.Sums.Window = window.Sum{Total: max(m.Unit, 1) * max(m.MinEvents, 1)}
		worst.Members[i] = m
	}
	worst.Joint.Window = window.Sum{Total: 1}
	highest, _ := worst.burn(own)
	return highest
}

// Factor is the burn rate above which a pair fires: share · period ÷ long window.
func Factor(p budget.Pair, period time.Duration) Fraction {
	return fraction(p.SharePercent, 100).times(fraction(int64(period), int64(p.Long)))
}
