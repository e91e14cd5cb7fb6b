package forecast

import (
	"math"
	"slices"

	"github.com/evenkeel/evenkeel/services/measure/window"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

const (
	// Block is how many hours of the past are drawn in one piece: what goes wrong goes on
	// for a while, and each hour of a day has its own traffic.
	Block = 24
	// MinHistory is how many hours of past a forecast needs at least: each day of a week.
	MinHistory = 7 * Block
)

// Source is where the method is from.
const Source = "block bootstrap: H. R. Künsch, “The jackknife and the bootstrap for general stationary observations”, Annals of Statistics 17(3), 1989"

// Shares are those of the futures by when which the budget is spent.
var Shares = [...]float64{0.05, 0.5, 0.95}

// Input is all that a forecast follows from. Hours are the oldest first, and the last of
// both lists ends now.
type Input struct {
	Objective budget.Objective
	// Window is the rolling window of the SLO as it stands, by hours. The forecast looks as
	// far ahead: until nothing of it is left.
	Window []window.Sum
	// Left is how many hours there are until a calendar's window is over, which Window then
	// is the beginning of; 0 for a rolling one. Nothing leaves such a window, and its
	// budget is that of all that came in by its end.
	Left int
	// History is the past from which futures are drawn, at least MinHistory hours.
	History []window.Sum
	// Paths is how many futures are drawn, at least 1. A probability of one half has a
	// standard error of 1 ÷ (2·√Paths).
	Paths int
	// Pick returns a number from 0 to n − 1, each as probable as the others.
	Pick func(n int) int
}

// Forecast is what came of the futures.
type Forecast struct {
	// Probability is the share of the futures in which the budget is spent at some time
	// within the length of the window from now.
	Probability float64
	// Hours are after how many the budget is spent in each of the Shares of the futures: 0
	// is now; nil is not within the length of the window.
	Hours [len(Shares)]*int
}

// never is the hour of a future in which the budget lasts.
const never = math.MaxInt

// Of draws the futures, of whole days, each of which begins at the hour of the day that
// it stands for. In each future the window moves on hour by hour: what leaves it is taken
// out, and what was drawn comes in. That the sums are floating-point numbers here is far
// below what chance makes of them.
func Of(in Input) Forecast {
	past, drawn := split(in.Window), split(in.History)
	spent := make([]int, in.Paths)
	lasting := 0
	of := future
	if in.Left > 0 {
		of = rest
	}
	for i := range spent {
		if spent[i] = of(in, past, drawn); spent[i] == never {
			lasting++
		}
	}
	slices.Sort(spent)
	out := Forecast{Probability: float64(len(spent)-lasting) / float64(len(spent))}
	for i, share := range Shares {
		if hour := spent[int(math.Ceil(share*float64(len(spent))))-1]; hour != never {
			out.Hours[i] = &hour
		}
	}
	return out
}

// future is the hour in which the budget is spent in one future.
func future(in Input, past, drawn hours) int {
	days := len(drawn.bad) / Block
	bad, total := past.allBad, past.allTotal
	if spent(bad, total, in.Objective) {
		return 0
	}
	for begin := 0; begin < len(past.bad); begin += Block {
		end := min(begin+Block, len(past.bad))
		day := len(drawn.bad) - Block*(1+in.Pick(days))
		outBad, outTotal := past.bad[begin:end], past.total[begin:end]
		inBad, inTotal := drawn.bad[day:], drawn.total[day:]
		for hour := range outBad {
			bad += inBad[hour] - outBad[hour]
			total += inTotal[hour] - outTotal[hour]
			if spent(bad, total, in.Objective) {
				return begin + hour + 1
			}
		}
	}
	return never
}

// rest is the hour in which the budget of a calendar's window is spent in one future: it
// is known at the end alone how much it was.
func rest(in Input, past, drawn hours) int {
	days := len(drawn.bad) / Block
	bad, total := past.allBad, past.allTotal
	cumulated := make([]float64, 0, in.Left)
	for len(cumulated) < in.Left {
		day := len(drawn.bad) - Block*(1+in.Pick(days))
		for hour := range min(Block, in.Left-len(cumulated)) {
			bad += drawn.bad[day+hour]
			total += drawn.total[day+hour]
			cumulated = append(cumulated, bad)
		}
	}
	if spent(past.allBad, total, in.Objective) {
		return 0
	}
	for hour, bad := range cumulated {
		if spent(bad, total, in.Objective) {
			return hour + 1
		}
	}
	return never
}

// spent is budget's rule: bad ≥ total · budget.
func spent(bad, total float64, o budget.Objective) bool {
	return total > 0 && bad*budget.Billion >= total*float64(o.BudgetPPB())
}

// hours are sums taken apart, in thousandths of events.
type hours struct {
	bad, total       []float64
	allBad, allTotal float64
}

func split(sums []window.Sum) hours {
	h := hours{bad: make([]float64, len(sums)), total: make([]float64, len(sums))}
	for i, s := range sums {
		h.bad[i], h.total[i] = float64(s.Bad()), float64(s.Total)
		h.allBad += h.bad[i]
		h.allTotal += h.total[i]
	}
	return h
}
