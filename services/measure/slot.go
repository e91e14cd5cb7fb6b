package measure

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/label"
	"github.com/evenkeel/evenkeel/services/measure/segment"
)

// Bounds of one push.
const (
	MaxSeriesPerPush = 500
	MaxSlotsPerPush  = 50_000
	// maxSlotsGiven bounds the slots of all groups, before those that are too many are
	// summed up.
	maxSlotsGiven = 10 * MaxSlotsPerPush
	// MaxAge is how far back a slot may begin: the longest window, and a day in
	// which its edge may lie.
	MaxAge = 91 * DaySpan
	// ClockTolerance is how far ahead of the clock a slot may begin, for reporters and
	// replicas whose clocks are apart: the slot that runs at one of them may not have
	// begun at another. It counts from the evaluation on whose end is after it.
	ClockTolerance = 5 * time.Minute
)

// The largest total of a slot is one number for both packages.
const _ = uint(segment.MaxCount-MaxEventsPerSlot*Event) + uint(MaxEventsPerSlot*Event-segment.MaxCount)

// Slot is what one reporter counted from Start for as long as the resolution, in
// thousandths of an event.
type Slot struct {
	Start       time.Time
	Good, Total int64
}

// Batch is slots of one series.
type Batch struct {
	// Pointer is where the batch lies in the caller's request, such as
	// "/batches/3", or empty; faults point to "/slots/7/good" below it.
	Pointer    string
	Indicator  id.ID
	Resolution time.Duration
	Reporter   string // DefaultReporter when empty
	// Group is which of the indicator's groups was counted; empty where it has none,
	// and otherwise None. Whoever pushes a slot of a grouped indicator pushes all
	// groups of it at once: what does not fit is summed up (see Other).
	Group string
	// MaxGroups is how many groups the indicator may have; 0 when it has none.
	MaxGroups int
	// Bad says that the caller counts bad events: faults then speak of "bad"
	// instead of "good". The slots have good ones all the same: total − bad.
	Bad   bool
	Slots []Slot
	// Indexes are the places of the slots in the caller's list, where it has slots of
	// several batches; nil when they follow each other from 0.
	Indexes []int
}

// at points to a member of a slot.
func (b *Batch) at(slot int, member string) string {
	return fmt.Sprintf("%s/slots/%d/%s", b.Pointer, b.index(slot), member)
}

func (b *Batch) index(slot int) int {
	if b.Indexes == nil {
		return slot
	}
	return b.Indexes[slot]
}

// MostEvents is how many a slot may hold: of a group where there are some.
func MostEvents(grouped bool, group string) int64 {
	switch {
	case !grouped:
		return MaxEventsPerSlot
	case group == Other:
		return MaxEventsPerOtherSlot
	}
	return MaxEventsPerGroupSlot
}

// Receipt tells what came of a push.
type Receipt struct {
	Series int // distinct series that were reported
	Slots  int // slots that were reported, repeated ones too
	// Changed is the number of segments that are another now; 0 when everything
	// was known already.
	Changed int
}

// portion is all slots of one series in a push.
type portion struct {
	series    Series
	pointer   string // of its first batch
	maxGroups int    // of its indicator
	reported  []reported
}

// reported is a slot and where it was in the request.
type reported struct {
	Slot
	batch, index int
}

// arrange checks the batches against all rules that need no store, and gathers
// their slots by series, in the order of indicator, reporter, group and time.
func arrange(batches []Batch, now time.Time) ([]portion, error) {
	var check fault.Check
	type key struct {
		indicator id.ID
		reporter  string
		group     string
	}
	places := make(map[key]int, len(batches))
	portions := make([]portion, 0, len(batches))
	// What is bounded is what can be written: of groups, so many as there may be, and
	// the one in which all others are summed up.
	series, slots, given := 0, 0, 0
	groups := map[key]int{} // of an indicator and reporter
	for i := range batches {
		b := batches[i] // with what the caller left out
		if given += len(b.Slots); given > maxSlotsGiven {
			check.Fail(b.Pointer+"/slots", nil, "is slot %d and more of one request, of all groups; send at most %d at a time", given, maxSlotsGiven)
			return nil, check.Err()
		}
		if b.Reporter == "" {
			b.Reporter = DefaultReporter
		}
		check.Require(label.Is(b.Reporter), b.Pointer+"/reporter", b.Reporter,
			"must be an RFC 1123 label: at most 63 of a–z, 0–9 and hyphens, a letter or digit at either end")
		if b.Resolution != Minute && b.Resolution != FiveMinutes {
			return nil, fmt.Errorf("the indicator %s has a resolution of %s, which is none", b.Indicator, b.Resolution)
		}
		if b.MaxGroups > 0 && b.Group == "" {
			b.Group = None
		}
		if err := checkGroup(&check, &b); err != nil {
			return nil, err
		}
		k := key{b.Indicator, b.Reporter, b.Group}
		place, known := places[k]
		whose := key{b.Indicator, b.Reporter, ""}
		if counts := b.MaxGroups == 0 || groups[whose] <= b.MaxGroups; counts {
			if slots += len(b.Slots); slots > MaxSlotsPerPush {
				check.Fail(b.Pointer+"/slots", nil, "is slot %d and more of one request; send at most %d at a time", slots, MaxSlotsPerPush)
				return nil, check.Err()
			}
			if !known && len(b.Slots) > 0 {
				if series == MaxSeriesPerPush {
					check.Fail(b.Pointer, nil, "is of more than %d series in one request; send fewer at a time", MaxSeriesPerPush)
					return nil, check.Err()
				}
				series++
			}
		}
		checkSlots(&check, &b, now)
		if len(b.Slots) == 0 {
			continue
		}
		if !known {
			place = len(portions)
			places[k] = place
			groups[whose]++
			portions = append(portions, portion{pointer: b.Pointer, maxGroups: b.MaxGroups, series: Series{Indicator: b.Indicator, Reporter: b.Reporter, Group: b.Group, Resolution: b.Resolution}})
		}
		p := &portions[place]
		p.reported = slices.Grow(p.reported, len(b.Slots))
		for j, s := range b.Slots {
			s.Start = s.Start.UTC()
			p.reported = append(p.reported, reported{s, i, j})
		}
	}
	for _, p := range portions {
		slices.SortStableFunc(p.reported, func(a, b reported) int { return a.Start.Compare(b.Start) })
		checkTwice(&check, batches, p.reported)
	}
	sortPortions(portions)
	return portions, check.Err()
}

func sortPortions(portions []portion) {
	slices.SortFunc(portions, func(a, b portion) int {
		return cmp.Or(cmp.Compare(a.series.Indicator, b.series.Indicator), cmp.Compare(a.series.Reporter, b.series.Reporter), cmp.Compare(a.series.Group, b.series.Group))
	})
}

// checkSlots applies the rules that hold for each slot by itself.
func checkSlots(check *fault.Check, b *Batch, now time.Time) {
	oldest := now.Add(-MaxAge)
	for i, s := range b.Slots {
		at := func(member string) string { return b.at(i, member) }
		aligned := s.Start.Truncate(b.Resolution)
		switch {
		case s.Start.After(now.Add(ClockTolerance)):
			check.Fail(at("start"), stamp(s.Start), "lies in the future, by more than the %d minutes that clocks may be apart; the slot that runs now began at %s",
				ClockTolerance/time.Minute, stamp(now.Truncate(b.Resolution)))
		case s.Start.Before(oldest):
			check.Fail(at("start"), stamp(s.Start), "is longer ago than %d days; the oldest slot that is taken begins at %s",
				MaxAge/DaySpan, stamp(oldest.Add(b.Resolution-1).Truncate(b.Resolution)))
		case !aligned.Equal(s.Start):
			check.Fail(at("start"), stamp(s.Start), "must be the start of a slot of %d s; the nearest are %s and %s",
				b.Resolution/time.Second, stamp(aligned), stamp(aligned.Add(b.Resolution)))
		}
		counted, name := s.Good, "good"
		if most := MostEvents(b.MaxGroups > 0, b.Group); s.Total < 0 || s.Total > most*Event {
			of := ""
			if b.MaxGroups > 0 {
				of = " in a group"
			}
			check.Fail(at("total"), Events(s.Total), "must be 0 to %d events%s", most, of)
			continue // what good or bad should be is unknown
		}
		if b.Bad {
			counted, name = s.Total-s.Good, "bad"
		}
		switch { // a pointer is not spelled for what is right: there are 50,000 slots
		case counted < 0:
			check.Fail(at(name), Events(counted), "must not be negative")
		case counted > s.Total:
			check.Fail(at(name), Events(counted), "must not be more than the total, %g", Events(s.Total))
		}
	}
}

// checkTwice refuses two different values for one slot of a series; the slots
// are sorted by time.
func checkTwice(check *fault.Check, batches []Batch, slots []reported) {
	for i := 1; i < len(slots); i++ {
		a, b := slots[i-1], slots[i]
		if a.Start.Equal(b.Start) && (a.Good != b.Good || a.Total != b.Total) {
			first, second := &batches[a.batch], &batches[b.batch]
			check.Fail(fmt.Sprintf("%s/slots/%d", second.Pointer, second.index(b.index)), nil,
				"has other numbers than %s/slots/%d for the same slot; send each slot once", first.Pointer, first.index(a.index))
		}
	}
}

// stamp writes a time as the API does.
func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }
