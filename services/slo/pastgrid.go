package slo

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/window"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

// grid is between which bounds the past is summed up, and which of them each hour's windows
// begin at. SLOs whose windows and slots are alike share one.
type grid struct {
	bounds []time.Time
	// By hour: where it is, where what keeps it from being stale begins, and its windows.
	at, fresh, policy []int32
	quarter           []int32                        // where asked for
	lookbacks         [len(budget.Lookbacks)][]int32 // where asked for
	windows           [][]int32                      // of the objectives, the first one's first; where asked for
}

// alike names what the grid of an SLO follows from, of slots that come so late.
func (v View) alike(delay time.Duration) string {
	var of strings.Builder
	fmt.Fprint(&of, v.step(), delay, v.Revision.Over.Text())
	for _, g := range v.Revision.Further {
		fmt.Fprint(&of, " ", g.Over.Text())
	}
	return of.String()
}

// newGrid is that of the hours from from to to.
func newGrid(v View, from, to time.Time, delay time.Duration, want pastWant) *grid {
	g, step := &grid{}, v.step()
	begins := map[*[]int32]func(end time.Time) time.Time{
		&g.at: func(end time.Time) time.Time { return end },
		// A slot that begins then ends just late enough.
		&g.fresh:  func(end time.Time) time.Time { return end.Add(-lateAfter(step, delay) - 1).Truncate(step) },
		&g.policy: func(end time.Time) time.Time { return end.Add(-budget.PolicyWindow) },
	}
	if want.quarter {
		begins[&g.quarter] = func(end time.Time) time.Time {
			begin, _ := v.since(Quarter, end)
			return begin
		}
	}
	if want.burn || want.state {
		for i := range g.lookbacks {
			begins[&g.lookbacks[i]] = func(end time.Time) time.Time { return end.Add(-budget.Lookback(i, step)) }
		}
	}
	if want.burn || want.state || want.remaining {
		of := v.Revision.windows()
		g.windows = make([][]int32, len(of))
		for i, w := range of {
			begins[&g.windows[i]] = func(end time.Time) time.Time {
				begin, _ := w.Span(end)
				return begin.Truncate(step)
			}
		}
	}
	hours := int(to.Sub(from)/time.Hour) + 1
	times, places := make(map[*[]int32][]time.Time, len(begins)), map[time.Time]int32{}
	for into, begin := range begins {
		for hour := range hours {
			at := begin(from.Add(time.Duration(hour) * time.Hour)).UTC()
			times[into] = append(times[into], at)
			places[at] = 0
		}
	}
	for at := range places {
		g.bounds = append(g.bounds, at)
	}
	slices.SortFunc(g.bounds, time.Time.Compare)
	for i, at := range g.bounds {
		places[at] = int32(i)
	}
	for into, of := range times {
		*into = make([]int32, hours)
		for hour, at := range of {
			(*into)[hour] = places[at]
		}
	}
	return g
}

// course is what was measured up to each bound of a grid.
type course struct {
	sums           []window.Sum
	known, blurred []int32 // numbers of steps
	overflows      bool    // there were more events than can be counted
}

func courseOf(steps []measure.Step) course {
	c := course{sums: make([]window.Sum, len(steps)+1), known: make([]int32, len(steps)+1), blurred: make([]int32, len(steps)+1)}
	for i, step := range steps {
		sum, fits := c.sums[i].Adding(step.Sum)
		c.sums[i+1], c.overflows = sum, c.overflows || !fits
		c.known[i+1], c.blurred[i+1] = c.known[i], c.blurred[i]
		if step.Known {
			c.known[i+1]++
		}
		if step.Blurred {
			c.blurred[i+1]++
		}
	}
	return c
}

// sum is what there was between two bounds; false where nobody can know it any more.
func (c course) sum(from, to int32) (window.Sum, bool) {
	return c.sums[to].Minus(c.sums[from]), c.blurred[to] == c.blurred[from]
}

// silent reports whether nothing was measured between two bounds.
func (c course) silent(from, to int32) bool { return c.known[to] == c.known[from] }
