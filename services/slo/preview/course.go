package preview

import (
	"time"

	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/window"
)

// course is what there was from the first time on, summed up before each step.
type course struct {
	first time.Time
	step  time.Duration
	sums  []window.Sum
	// newest is by step the number of the newest one before it of which anything is known,
	// and one more; 0 where there is none.
	newest []int
}

func courseOf(first time.Time, step time.Duration, steps []measure.Step) course {
	c := course{first: first, step: step, sums: make([]window.Sum, len(steps)+1), newest: make([]int, len(steps)+1)}
	for i, s := range steps {
		c.sums[i+1], c.newest[i+1] = c.sums[i].Plus(s.Sum), c.newest[i]
		if s.Known {
			c.newest[i+1] = i + 1
		}
	}
	return c
}

func (c course) at(t time.Time) int {
	return min(max(int(t.Sub(c.first)/c.step), 0), len(c.sums)-1)
}

// between is what there was in [from, to).
func (c course) between(from, to time.Time) window.Sum {
	return c.sums[c.at(to)].Minus(c.sums[c.at(from)])
}

// latest is the end of the newest step before the time of which anything is known; zero where
// there is none.
func (c course) latest(at time.Time) time.Time {
	n := c.newest[c.at(at)]
	if n == 0 {
		return time.Time{}
	}
	return c.first.Add(time.Duration(n) * c.step)
}
