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

	spent []int // the hour in each future, in order
}

// Within is the share of the futures in which the budget is spent after so many hours at
// most.
func (f Forecast) Within(hours int) float64 {
	n, _ := slices.BinarySearch(f.spent, hours+1)
	return float64(n) / float64(len(f.spent))
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
	of := future(in, past, drawn)
	if in.Left > 0 {
		of = rest(in, past, drawn)
	}
	for i := range spent {
		spent[i] = of()
	}
	slices.Sort(spent)
	out := Forecast{spent: spent}
	out.Probability = out.Within(never - 1)
	for i, share := range Shares {
		if hour := spent[int(math.Ceil(share*float64(len(spent))))-1]; hour != never {
			out.Hours[i] = &hour
		}
	}
	return out
}

// future draws futures, and returns the hour in which the budget is spent in each. Most
// days spend nothing whatever leaves the window meanwhile, and their hours are not looked
// at: how near to its end the budget comes at most, in a day of the window in which each of
// those of the past comes in, is known beforehand.
func future(in Input, past, drawn hours) func() int {
	days := drawn.days()
	ins := make([]day, days)
	for d := range ins {
		ins[d] = drawn.day(len(drawn.bad)-Block*(1+d), Block, in.Objective)
	}
	outs := make([]day, 0, len(past.bad)/Block+1)
	for begin := 0; begin < len(past.bad); begin += Block {
		outs = append(outs, past.day(begin, min(Block, len(past.bad)-begin), in.Objective))
	}
	peaks := make([]float64, len(outs)*days)
	for b, out := range outs {
		for d, come := range ins {
			peak := math.Inf(-1)
			for hour, over := range out.over {
				peak = max(peak, come.over[hour]-over)
			}
			peaks[b*days+d] = peak
		}
	}
	began := over(past.allBad, past.allTotal, in.Objective)
	// Beside the rounding of all that is added up.
	margin := 1e-9 * (past.allTotal + drawn.allTotal) * budget.Billion
	return func() int {
		bad, total, above := past.allBad, past.allTotal, began
		if spent(bad, total, in.Objective) {
			return 0
		}
		for b, out := range outs {
			d := in.Pick(days)
			come := ins[d]
			if above+peaks[b*days+d] >= -margin {
				inBad, inTotal := drawn.bad[come.begin:], drawn.total[come.begin:]
				bad, total := bad, total
				for hour := range out.over {
					bad += inBad[hour] - past.bad[out.begin+hour]
					total += inTotal[hour] - past.total[out.begin+hour]
					if spent(bad, total, in.Objective) {
						return out.begin + hour + 1
					}
				}
			}
			bad += come.bad - out.bad
			total += come.total - out.total
			above += come.over[len(out.over)-1] - out.over[len(out.over)-1]
		}
		return never
	}
}

// rest draws futures of what is left of a calendar's window, and returns the hour in which
// its budget is spent in each: it is known at the end alone how much it was.
func rest(in Input, past, drawn hours) func() int {
	days := drawn.days()
	begins := make([]int, (in.Left+Block-1)/Block) // of the days that are drawn
	of := func(i int) (bad, total []float64) {
		n := min(Block, in.Left-i*Block)
		return drawn.bad[begins[i]:][:n], drawn.total[begins[i]:][:n]
	}
	return func() int {
		total := past.allTotal
		for i := range begins {
			begins[i] = len(drawn.bad) - Block*(1+in.Pick(days))
			_, hours := of(i)
			for _, t := range hours {
				total += t
			}
		}
		bad := past.allBad
		if spent(bad, total, in.Objective) {
			return 0
		}
		for i := range begins {
			hours, _ := of(i)
			for hour, more := range hours {
				if bad += more; spent(bad, total, in.Objective) {
					return i*Block + hour + 1
				}
			}
		}
		return never
	}
}

// spent is budget's rule: bad ≥ total · budget.
func spent(bad, total float64, o budget.Objective) bool {
	return total > 0 && over(bad, total, o) >= 0
}

// over is by how much more is bad than the budget is, in billionths of thousandths of an
// event; it adds up.
func over(bad, total float64, o budget.Objective) float64 {
	return bad*budget.Billion - total*float64(o.BudgetPPB())
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

// days is how many whole days there are.
func (h hours) days() int { return len(h.bad) / Block }

// day is a day of hours, or what there is of it.
type day struct {
	begin      int
	bad, total float64
	over       []float64 // after each of its hours, since it began
}

func (h hours) day(begin, length int, o budget.Objective) day {
	d := day{begin: begin, over: make([]float64, length)}
	for i := range d.over {
		d.bad += h.bad[begin+i]
		d.total += h.total[begin+i]
		d.over[i] = over(d.bad, d.total, o)
	}
	return d
}
