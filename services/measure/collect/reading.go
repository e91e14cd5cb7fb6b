package collect

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/origin"
)

// reading is an answer after every slot of it was looked at.
type reading struct {
	batches []measure.Batch  // by group and time
	slots   int              // in the batches
	found   int              // slots of the range of which there is data
	missing []origin.Missing // the others, by time
}

// partial returns the first slot at or after until of which only a part was known,
// and why; zero when there is none.
func (r reading) partial(until time.Time) (time.Time, string) {
	for _, m := range r.missing {
		if m.Reason == origin.Partial && !m.Start.Before(until) {
			return m.Start, clip(cmp.Or(m.Detail, "The data source warned that its answer is not whole."))
		}
	}
	return time.Time{}, ""
}

// tooMany are the slots as they are missing of which a group of all that are too many
// would hold more than one may.
func tooMany(o *measure.Overfull, ask origin.Ask) []origin.Missing {
	out := make([]origin.Missing, len(o.Slots))
	for i, s := range o.Slots {
		out[i] = origin.Missing{Start: s.Start, Reason: origin.TooMany, Detail: fmt.Sprintf(
			"There were %.0f events in the groups beyond the %d that are kept apart, and a slot of %s holds at most %d.",
			measure.Events(s.Total), ask.Origin.MaxGroups, origin.Other, int64(measure.MaxEventsPerOtherSlot))}
	}
	return out
}

// byGroup orders slots by their groups, and by time.
func byGroup(a, b origin.GroupSlot) int {
	return cmp.Or(cmp.Compare(a.Group, b.Group), a.Start.Compare(b.Start))
}

// sift keeps of an answer what can be stored, so that one bad value never spoils
// the push of the others: each slot of the range has data or is missing with a
// reason, and none is both. What was not asked for is left out.
func sift(ask origin.Ask, a origin.Answer) reading {
	n := int(ask.To.Sub(ask.From) / ask.Resolution)
	at := func(start time.Time) (int, bool) {
		i := start.Sub(ask.From)
		return int(i / ask.Resolution), i >= 0 && i%ask.Resolution == 0 && start.Before(ask.To)
	}
	known, why := make([]bool, n), make([]*origin.Missing, n)
	most := func(group string) int64 { return measure.MostEvents(ask.Origin.GroupBy != "", group) }
	lack := func(i int, reason origin.Reason, detail string) {
		if why[i] == nil {
			why[i] = &origin.Missing{Start: ask.From.Add(time.Duration(i) * ask.Resolution), Reason: reason, Detail: detail}
		}
	}
	for _, m := range a.Missing {
		if i, ok := at(m.Start); ok {
			lack(i, m.Reason, clip(m.Detail))
		}
	}
	slots := a.Slots
	if !slices.IsSortedFunc(slots, byGroup) {
		slots = slices.Clone(slots) // what a reader gave stays its own
		slices.SortStableFunc(slots, byGroup)
	}
	for i, s := range slots {
		k, ok := at(s.Start)
		if !ok {
			continue
		}
		known[k] = true
		switch {
		case s.Total < 0 || s.Good < 0:
			lack(k, origin.Negative, "There were fewer events than none.")
		case s.Total > most(s.Group)*measure.Event:
			lack(k, origin.TooMany, fmt.Sprintf("There were %.0f events, and a slot holds at most %d.", measure.Events(s.Total), most(s.Group)))
		case s.Good > s.Total:
			lack(k, origin.GoodAbove, "There were more good events than events.")
		case i > 0 && slots[i-1].Group == s.Group && slots[i-1].Start.Equal(s.Start) && slots[i-1].Slot != s.Slot:
			lack(k, origin.Ambiguous, "The slot was given twice, with other numbers.")
		}
	}
	var r reading
	for i, s := range slots {
		k, ok := at(s.Start)
		if !ok || why[k] != nil || i > 0 && slots[i-1].Group == s.Group && slots[i-1].Start.Equal(s.Start) {
			continue
		}
		last := len(r.batches) - 1
		if last < 0 || r.batches[last].Group != s.Group {
			r.batches = append(r.batches, measure.Batch{
				Indicator: ask.Indicator, Resolution: ask.Resolution, Reporter: Reporter, Group: s.Group, MaxGroups: ask.Origin.MaxGroups, Slots: make([]measure.Slot, 0, min(n, len(slots)-i)),
			})
			last++
		}
		r.batches[last].Slots = append(r.batches[last].Slots, s.Slot)
		r.slots++
	}
	for i := range n {
		if !known[i] {
			lack(i, origin.NoSample, "")
		}
		if why[i] != nil {
			r.missing = append(r.missing, *why[i])
		} else {
			r.found++
		}
	}
	return r
}

// Sound are the slots of an answer that could be stored, those of all groups added up, by
// time, and the others of the range with why they have no data.
func Sound(ask origin.Ask, a origin.Answer) ([]measure.Slot, []origin.Missing) {
	r := sift(ask, a)
	sums := make(map[time.Time]measure.Slot, r.found)
	for _, b := range r.batches {
		for _, s := range b.Slots {
			at := s.Start.UTC()
			sum := sums[at]
			sums[at] = measure.Slot{Start: at, Good: sum.Good + s.Good, Total: sum.Total + s.Total}
		}
	}
	slots := make([]measure.Slot, 0, len(sums))
	for _, s := range sums {
		if s.Total > measure.MaxEventsPerSlot*measure.Event {
			r.missing = append(r.missing, origin.Missing{Start: s.Start, Reason: origin.TooMany, Detail: "There were more events in all groups together than a slot holds."})
			continue
		}
		slots = append(slots, s)
	}
	slices.SortFunc(slots, func(a, b measure.Slot) int { return a.Start.Compare(b.Start) })
	slices.SortFunc(r.missing, func(a, b origin.Missing) int { return a.Start.Compare(b.Start) })
	return slots, r.missing
}
