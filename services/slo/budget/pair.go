package budget

import (
	"time"

	"github.com/evenkeel/evenkeel/services/measure/window"
)

// Severity is how loudly a burn pair asks for somebody.
type Severity string

// The severities.
const (
	Page   Severity = "page"
	Ticket Severity = "ticket"
)

// The places of windows in Lookbacks.
const (
	over5m = iota
	over30m
	over1h
	over2h
	over6h
	over1d
	over3d
)

// Pair is a long and a short window that together tell that the budget burns:
// the long one that it matters, the short one that it still goes on.
type Pair struct {
	Name        string // "1h/5m"
	Long, Short time.Duration
	// SharePercent is the share of the budget, in percent, that burning at the
	// pair's factor for the long window consumes.
	SharePercent int64
	Severity     Severity
	long, short  int // places in Lookbacks
}

// Pairs are the burn pairs, the fastest first: SRE Workbook, chapter 5, "Multiwindow,
// Multi-Burn-Rate Alerts", table 5-8, and the usual fourth pair 1d/2h of the same
// share as its last. A factor depends on the period; the second comment is at 30 d.
var Pairs = [...]Pair{
	{"1h/5m", time.Hour, 5 * time.Minute, 2, Page, over1h, over5m},           // 14.4
	{"6h/30m", 6 * time.Hour, 30 * time.Minute, 5, Page, over6h, over30m},    // 6
	{"1d/2h", 24 * time.Hour, 2 * time.Hour, 10, Ticket, over1d, over2h},     // 3
	{"3d/6h", 3 * 24 * time.Hour, 6 * time.Hour, 10, Ticket, over3d, over6h}, // 1
}

// Factor is the burn rate above which the pair fires, for a budget of that
// period: share · period ÷ long window.
func (p Pair) Factor(period time.Duration) Ratio {
	return Ratio{num: times(uint64(p.SharePercent), uint64(period)), den: times(100, uint64(p.Long))}
}

// Reachable reports whether the pair can fire at all: when every event is bad,
// the burn is 1 ÷ (1 − T), and no more.
func (p Pair) Reachable(o Objective, period time.Duration) bool {
	// 1 ÷ (budget ÷ 10⁹) > share · period ÷ (100 · long)
	most := times(100*Billion, uint64(p.Long))
	factor := times(uint64(o.BudgetPPB())*uint64(p.SharePercent), uint64(period))
	return factor.less(most)
}

// exceeded reports whether the burn over both windows is above the factor:
// bad ÷ total ÷ (budget ÷ 10⁹) > share · period ÷ (100 · long), by products.
func (p *Pair) exceeded(in *Input) bool {
	long, short := &in.Sums.Lookbacks[p.long], &in.Sums.Lookbacks[p.short]
	budgetShare := uint64(in.Objective.BudgetPPB()) * uint64(p.SharePercent)
	return burnAbove(*long, budgetShare, p.Long, in.Period) && burnAbove(*short, budgetShare, p.Long, in.Period)
}

// burnAbove compares the burn over a sum with the factor of a pair by products.
func burnAbove(s window.Sum, budgetShare uint64, long, period time.Duration) bool {
	burned := times(uint64(s.Bad()), 100*Billion).times(uint64(long))
	factor := times(uint64(s.Total), budgetShare).times(uint64(period))
	return factor.less(burned)
}
