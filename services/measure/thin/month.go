package thin

import (
	"time"

	"github.com/evenkeel/evenkeel/services/measure/lens"
	"github.com/evenkeel/evenkeel/services/measure/window"
)

// Counts are a sum as it was measured, and as it counted with the corrections of the
// time when it was thinned.
type Counts struct{ Measured, Counted window.Sum }

// plus returns the sums of both.
func (c Counts) plus(o Counts) Counts {
	return Counts{c.Measured.Plus(o.Measured), c.Counted.Plus(o.Counted)}
}

// Slot is what is known of a time.
type Slot struct {
	Length time.Duration
	// Known is set when any slot of that time was reported, be it without events.
	Known  bool
	Events Counts
	Slices Counts // in the unit of the month's slices; zero where none were judged
}

// Empty reports whether the slot adds nothing to any sum.
func (s Slot) Empty() bool { return s.Events == Counts{} && s.Slices == Counts{} }

// Month is a run of slots that follow each other from Start.
type Month struct {
	Start time.Time
	// Slices is how slices were cut and judged; its zero value is that none were.
	Slices lens.Slices
	Slots  []Slot
}

// End is where the last slot ends.
func (m Month) End() time.Time {
	end := m.Start
	for _, s := range m.Slots {
		end = end.Add(s.Length)
	}
	return end
}

// Blank reports whether nothing of the month is known, and nothing in it counts.
func (m Month) Blank() bool {
	for _, s := range m.Slots {
		if s.Known || !s.Empty() {
			return false
		}
	}
	return true
}

// Days returns the month with the slots whose middle is on one day of the zone as one:
// where slices are long, a day begins with the one in which its midnight lies.
func (m Month) Days(zone *time.Location) Month {
	out := Month{Start: m.Start, Slices: m.Slices}
	at, last := m.Start, time.Time{}
	for _, s := range m.Slots {
		year, month, date := at.Add(s.Length / 2).In(zone).Date()
		day := time.Date(year, month, date, 0, 0, 0, 0, time.UTC)
		if n := len(out.Slots) - 1; n >= 0 && day.Equal(last) {
			out.Slots[n].Length += s.Length
			out.Slots[n].Known = out.Slots[n].Known || s.Known
			out.Slots[n].Events = out.Slots[n].Events.plus(s.Events)
			out.Slots[n].Slices = out.Slots[n].Slices.plus(s.Slices)
		} else {
			out.Slots = append(out.Slots, s)
		}
		at, last = at.Add(s.Length), day
	}
	return out
}
