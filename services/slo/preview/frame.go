package preview

import (
	"time"

	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

const (
	day = 24 * time.Hour
	// reach is how far back is read at least, and reachStored what is taken of what was
	// measured, which costs little.
	reach, reachStored = 28 * day, 84 * day
	// longest is how far back is looked at most: a quarter, and a day.
	longest = 93 * day
	// before is what is read before that, for burn rates to be right from its beginning on:
	// the longest window of a burn pair.
	before = 72 * time.Hour
	// maxSlots bounds the slots that are read, and the steps that are summed up.
	maxSlots = measure.MaxSteps
)

// frame is which time is looked at, and how it is cut.
type frame struct {
	resolution time.Duration // of slots
	step       time.Duration // in which sums move here, whole slots and slices
	first      time.Time     // where what is read begins
	from, to   time.Time     // what is looked at
	windows    []part        // of the SLO's, by time, the last ends at to
}

// part is a window of the SLO's, as far as it is looked at.
type part struct {
	from, to time.Time
	running  bool // it is a calendar's that is not over
	cut      bool // it began earlier
}

// grain is the length of the slots that are read of a draft. Five minutes, the shortest
// window of a burn pair, are coarse enough to be quick, unless the numbers of events would be
// others: recording rules and adapters count in slots of the indicator's length, and slices may
// be shorter.
func grain(d slo.Draft) time.Duration {
	o, b := d.Indicator.Origin, d.Revision.Budgeting
	if o.Recorded != nil || o.Adapter != nil || b.Slices() && b.SliceLength%measure.FiveMinutes != 0 {
		return d.Indicator.Resolution
	}
	return measure.FiveMinutes
}

// frameOf is which time is looked at of a draft, by slots of that resolution that come so late,
// at least so far back if the windows allow it.
func frameOf(d slo.Draft, resolution, delay, back time.Duration) frame {
	f := frame{resolution: resolution, step: measure.FiveMinutes}
	if slice := d.Revision.Budgeting.Step(resolution); f.step%slice != 0 {
		f.step = slice
	}
	f.to = d.At.Add(-delay).UTC().Truncate(f.step)
	most := min(longest, maxSlots*min(resolution, f.step)-before).Truncate(day)
	f.windows = f.rolling(d.Revision.Over, back)
	if !d.Revision.Over.Rolls() {
		f.windows = f.calendar(d.Revision.Over, back)
	}
	f.from = f.windows[0].from
	f.first = f.from.Add(-before)
	if start := f.to.Add(-most); f.from.Before(start) {
		f.cut(start)
		f.first = start.Add(-before)
	}
	return f
}

// rolling are windows one after the other that end now.
func (f frame) rolling(over slo.TimeWindow, back time.Duration) []part {
	length := over.Length(f.to)
	n := max(1, int(back/length))
	out := make([]part, n)
	for i := range out {
		end := f.to.Add(-time.Duration(n-1-i) * length)
		out[i] = part{from: end.Add(-length), to: end}
	}
	return out
}

// calendar are the window that runs, and those before it.
func (f frame) calendar(over slo.TimeWindow, back time.Duration) []part {
	now := over.Calendar.At(f.to.Add(-1))
	out := []part{{from: now.Start.UTC().Truncate(f.step), to: f.to, running: now.End.After(f.to)}}
	for f.to.Sub(out[0].from) < back {
		start := over.Calendar.At(out[0].from.Add(-1)).Start.UTC().Truncate(f.step)
		out = append([]part{{from: start, to: out[0].from}}, out...)
	}
	return out
}

// cut leaves out what is before the time.
func (f *frame) cut(at time.Time) {
	f.first, f.from = at, at
	for len(f.windows) > 1 && !f.windows[0].to.After(at) {
		f.windows = f.windows[1:]
	}
	if w := &f.windows[0]; w.from.Before(at) {
		w.from, w.cut = at, true
	}
	f.from = f.windows[0].from
}

// last is the SLO's own window.
func (f frame) last() part { return f.windows[len(f.windows)-1] }

// pace is how much of the window is over; of one of which only a part is known, the budget
// is of that part.
func (p part) pace(over slo.TimeWindow) budget.Pace {
	if !p.running || p.cut {
		return budget.Pace{}
	}
	return over.Pace(p.to)
}

// lengths of steps of points, which people read easily.
var lengths = []time.Duration{
	5 * time.Minute, 10 * time.Minute, 15 * time.Minute, 20 * time.Minute, 30 * time.Minute, time.Hour, 2 * time.Hour, 3 * time.Hour, 4 * time.Hour,
	6 * time.Hour, 8 * time.Hour, 12 * time.Hour, day,
}

// cuts are where points begin and end: whole steps of the frame, as long as each other but for
// the last of a window, and at most MaxPoints.
func (f frame) cuts() []part {
	for _, length := range lengths {
		if length%f.step != 0 {
			continue
		}
		var out []part
		for _, w := range f.windows {
			for at := w.from; at.Before(w.to); at = at.Add(length) {
				end := at.Add(length)
				if end.After(w.to) {
					end = w.to
				}
				out = append(out, part{from: at, to: end})
			}
		}
		if len(out) <= MaxPoints {
			return out
		}
	}
	return nil // not reached: longest days, and windows of a day at least, make fewer of a day each
}
