package budget

import (
	"time"

	"github.com/evenkeel/evenkeel/services/measure/window"
)

// Sums returns what the pair's windows hold.
func (p Pair) Sums(s Sums) (long, short window.Sum) {
	return s.Lookbacks[p.long], s.Lookbacks[p.short]
}

// ShortOf is how long the short window is that is read: rounded up to whole slices.
func (p Pair) ShortOf(in Input) time.Duration { return in.lookback(p.short) }

// Exceeded reports whether the burn over both windows is above the factor.
func (p Pair) Exceeded(in Input) bool { return p.exceeded(&in) }

// Outlasts is for how long nothing at all may be known before as much of the budget
// may be gone as the pair alerts of: the time in which its share is spent when every
// event is bad, factor · (1 − T) · long window, which is share · (1 − T) · period.
func (p Pair) Outlasts(o Objective, period time.Duration) time.Duration {
	// In seconds: (budget ÷ 10⁹) · (share ÷ 100) · (period ÷ 10⁹).
	spent := times(uint64(o.BudgetPPB())*uint64(p.SharePercent), uint64(period))
	return time.Duration(spent.ceilDiv(times(100*Billion, Billion))) * time.Second
}
