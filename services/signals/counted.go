package signals

import (
	"context"
	"fmt"
	"time"

	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/window"
	"github.com/evenkeel/evenkeel/services/slo"
)

// heldFor is for how long the newest slot of an SLO tells of the present: measurements
// come after their time, by a data source's delay and a slot of five minutes.
const heldFor = 15 * time.Minute

// counted is what an SLO counted, slot by slot.
type counted struct {
	first      time.Time
	resolution time.Duration
	// sums are of all slots before each, and known is how many of them there were.
	sums  []window.Sum
	known []int
}

// counts reads what an SLO counted in the windows of a span: events, whatever its slices
// and its corrections make of them.
func (s *Service) counts(ctx context.Context, v slo.View, over span) (counted, error) {
	res := v.Indicator.Resolution
	first := over.from.Add(-over.window())
	if over.lately {
		first = first.Add(-heldFor)
	}
	c := counted{first: first.Truncate(res), resolution: res}
	steps, err := s.Measurements.Totals(ctx, measure.Reading{Indicator: v.Indicator.ID}, c.first, over.to.Truncate(res), res)
	if err != nil {
		return counted{}, fmt.Errorf("read what the SLO %s counted: %w", v.SLO.ID, err)
	}
	c.sums, c.known = make([]window.Sum, len(steps)+1), make([]int, len(steps)+1)
	for i, step := range steps {
		c.sums[i+1], c.known[i+1] = c.sums[i].Plus(step.Sum), c.known[i]
		if step.Known {
			c.known[i+1]++
		}
	}
	return c, nil
}

// newest is the end of the newest known slot that ended by the time, and not too long
// before it; the time itself where there is none.
func (c counted) newest(at time.Time) time.Time {
	for end := at.Truncate(c.resolution); !end.Before(at.Add(-heldFor)); end = end.Add(-c.resolution) {
		if _, n := c.between(end.Add(-c.resolution), end); n > 0 {
			return end
		}
	}
	return at
}

// between sums up the known slots in [from, to), and tells how many there are.
func (c counted) between(from, to time.Time) (window.Sum, int) {
	last := len(c.sums) - 1
	place := func(at time.Time) int { return min(max(int(at.Sub(c.first)/c.resolution), 0), last) }
	i, j := place(from), place(to)
	return c.sums[j].Minus(c.sums[i]), c.known[j] - c.known[i]
}

// total and failed are events per second in the window before a time, share which of
// them were bad.

func (c counted) total(at time.Time, length time.Duration) value {
	sum, seconds, l := c.before(at, length)
	if l != nil {
		return unknown(l)
	}
	return value{number: float64(sum.Total) / measure.Event / seconds}
}

func (c counted) failed(at time.Time, length time.Duration) value {
	sum, seconds, l := c.before(at, length)
	if l != nil {
		return unknown(l)
	}
	return value{number: float64(sum.Bad()) / measure.Event / seconds}
}

func (c counted) share(at time.Time, length time.Duration) value {
	sum, _, l := c.before(at, length)
	switch {
	case l != nil:
		return unknown(l)
	case sum.Total == 0:
		return unknown(lack(NoTraffic, "there were no requests within the window"))
	}
	return value{number: float64(sum.Bad()) / float64(sum.Total)}
}

// before sums up the window before a time, and tells how many of its seconds are known.
func (c counted) before(at time.Time, length time.Duration) (window.Sum, float64, *Lack) {
	end := at.Truncate(c.resolution)
	sum, n := c.between(end.Add(-length), end)
	if n == 0 {
		return window.Sum{}, 0, lack(NoData, "the SLO has no measurements between %s and %s", end.Add(-length).UTC().Format("15:04"), end.UTC().Format("15:04 UTC"))
	}
	return sum, float64(n) * c.resolution.Seconds(), nil
}
