package measure

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/hidden"
	"github.com/evenkeel/evenkeel/internal/id"
)

// Groups of the events of one indicator. Which events are of which group is said
// by those who report them, each slot with all its groups in one push. The first
// groups that are reported become known, up to the indicator's bound; a known
// group stays known as long as it has measurements that are not older than
// MaxAge. The events of every other group are summed up in Other, by reporter and
// slot, over the batches of one push: a slot of Other is what did not fit of the
// last push that had the slot, so that the sum over all groups is the whole
// whatever is known when. Of groups that come at once, those with the most events
// are known first.
const (
	// MaxGroups bounds the groups of one indicator, without Other.
	MaxGroups = 100
	// Other is the group of all events whose own group was one too many. No label
	// has such a value by accident.
	Other = "…other"
	// None is the group of events without the label.
	None = "…none"
	// MaxGroupLength is how many characters a group's name may have.
	MaxGroupLength = 128
)

// checkGroup requires a group where the indicator has some, and none elsewhere.
func checkGroup(check *fault.Check, b *Batch) error {
	if b.MaxGroups < 0 || b.MaxGroups > MaxGroups {
		return fmt.Errorf("the indicator %s has up to %d groups, which is more than %d", b.Indicator, b.MaxGroups, MaxGroups)
	}
	pointer := b.Pointer + "/group"
	if b.Indexes != nil && len(b.Slots) > 0 {
		pointer = b.at(0, "group")
	}
	n := utf8.RuneCountInString(b.Group)
	switch {
	case b.MaxGroups == 0:
		check.Require(b.Group == "", pointer, b.Group, "must be absent: the indicator has no groups")
	case !utf8.ValidString(b.Group):
		check.Fail(pointer, b.Group, "must be valid UTF-8")
	case n > MaxGroupLength:
		check.Fail(pointer, b.Group, "must have at most %d characters, has %d", MaxGroupLength, n)
	case hidden.In(b.Group):
		check.Fail(pointer, b.Group, "must not contain control characters, nor characters that cannot be seen or change the direction of writing")
	case !strings.ContainsFunc(b.Group, visible):
		check.Fail(pointer, b.Group, "must have a character that can be seen; leave it out for events without the label")
	}
	return nil
}

// GroupOf is the group of events of which the label to group by has that value. What
// can be no name, because it is long, or changes how what is around it is read, is of
// Other, and so is a value that is one of our own names: a caller who makes up a path
// must neither keep all others from being counted, nor be taken for what has no label.
func GroupOf(value string) string {
	switch {
	case value == "":
		return None
	case value == None || !ValidGroup(value):
		return Other
	}
	return value
}

// ValidGroup reports whether a group may be called so.
func ValidGroup(name string) bool {
	return utf8.ValidString(name) && utf8.RuneCountInString(name) <= MaxGroupLength && !hidden.In(name) && strings.ContainsFunc(name, visible)
}

func visible(r rune) bool { return unicode.IsGraphic(r) && !unicode.IsSpace(r) }

// occupancy is who measures an indicator within MaxAge.
type occupancy struct {
	reporters map[string]bool
	groups    map[string]bool // without Other
}

// admit returns the portions with those of groups that are one too many moved to
// Other, where some are of series that are not in use. It refuses reporters that
// are too many.
func (s *Service) admit(ctx context.Context, batches []Batch, portions []portion, fresh []int, now time.Time) ([]portion, error) {
	in, err := s.occupancies(ctx, portions, fresh, now)
	if err != nil {
		return nil, err
	}
	var check fault.Check
	for _, i := range fresh {
		p := &portions[i]
		reporters := in[p.series.Indicator].reporters
		if reporters[p.series.Reporter] {
			continue
		}
		if len(reporters) >= MaxReporters {
			check.Fail(p.pointer+"/reporter", p.series.Reporter, "would be one reporter too many; an indicator has at most %d in %d days", MaxReporters, MaxAge/DaySpan)
			continue
		}
		reporters[p.series.Reporter] = true
	}
	for _, i := range byEvents(portions, fresh) {
		p := &portions[i]
		groups := in[p.series.Indicator].groups
		if p.maxGroups > 0 && p.series.Group != Other && len(groups) < p.maxGroups {
			groups[p.series.Group] = true
		}
	}
	kept := make([]portion, 0, len(portions))
	var over []portion
	for _, p := range portions { // sorted, so that a reporter's follow each other
		o := in[p.series.Indicator]
		if p.maxGroups > 0 && (p.series.Group == Other || o != nil && !o.groups[p.series.Group]) {
			over = append(over, p)
			continue
		}
		kept = append(kept, p)
	}
	var full []FullSlot
	for len(over) > 0 {
		n := 1
		for n < len(over) && otherOf(over[n].series) == otherOf(over[0].series) {
			n++
		}
		others := sumUp(over[:n])
		full = append(full, others.full(&check, batches)...)
		kept = append(kept, others)
		over = over[n:]
	}
	sortPortions(kept)
	if len(full) > 0 {
		return nil, &Overfull{Slots: full, err: check.Err()}
	}
	return kept, check.Err()
}

// occupancies locks the indicators of the fresh portions against others who make
// series of them, and returns who measures them.
func (s *Service) occupancies(ctx context.Context, portions []portion, fresh []int, now time.Time) (map[id.ID]*occupancy, error) {
	in := map[id.ID]*occupancy{}
	var indicators []id.ID
	for _, i := range fresh {
		indicator := portions[i].series.Indicator
		if in[indicator] == nil {
			in[indicator] = &occupancy{reporters: map[string]bool{}, groups: map[string]bool{}}
			indicators = append(indicators, indicator)
		}
	}
	if err := s.store.LockIndicators(ctx, indicators); err != nil {
		return nil, fmt.Errorf("locking %d indicators: %w", len(indicators), err)
	}
	series, err := s.store.SeriesInUse(ctx, indicators, now.Add(-MaxAge))
	if err != nil {
		return nil, fmt.Errorf("reading who measures %d indicators: %w", len(indicators), err)
	}
	for _, one := range series {
		o := in[one.Indicator]
		o.reporters[one.Reporter] = true
		if one.Group != Other {
			o.groups[one.Group] = true
		}
	}
	return in, nil
}

// byEvents orders the fresh portions by the events of their group in the push,
// the most first.
func byEvents(portions []portion, fresh []int) []int {
	type key struct {
		indicator id.ID
		group     string
	}
	of := func(i int) key { return key{portions[i].series.Indicator, portions[i].series.Group} }
	events := make(map[key]int64, len(fresh))
	for _, i := range fresh {
		for _, r := range portions[i].reported {
			events[of(i)] += r.Total // at most 50,000 slots of 10¹² thousandths
		}
	}
	out := slices.Clone(fresh)
	slices.SortStableFunc(out, func(a, b int) int {
		return cmp.Or(cmp.Compare(events[of(b)], events[of(a)]), cmp.Compare(portions[a].series.Group, portions[b].series.Group))
	})
	return out
}

// otherOf is the series, as it is asked for, that takes what is one too many.
func otherOf(s Series) Series {
	return Series{Indicator: s.Indicator, Reporter: s.Reporter, Group: Other, Resolution: s.Resolution}
}

// sumUp makes one portion of Other of several, slot by slot.
func sumUp(parts []portion) portion {
	out := portion{series: otherOf(parts[0].series), pointer: parts[0].pointer, maxGroups: parts[0].maxGroups}
	places := map[int64]int{} // by the second at which a slot begins
	for _, p := range parts {
		for i, r := range p.reported {
			if i > 0 && p.reported[i-1].Start.Equal(r.Start) {
				continue // the same slot, said twice
			}
			place, there := places[r.Start.Unix()]
			if !there {
				places[r.Start.Unix()] = len(out.reported)
				out.reported = append(out.reported, r)
				continue
			}
			sum := &out.reported[place]
			sum.Good += r.Good
			sum.Total += r.Total
		}
	}
	slices.SortFunc(out.reported, func(a, b reported) int { return a.Start.Compare(b.Start) })
	return out
}

// Overfull is the error of a push in which groups that are too many have more events
// in a slot together than one of Other may hold. It is a fault of kind Invalid; without
// the slots that it names the push would have been taken.
type Overfull struct {
	Slots []FullSlot
	err   error
}

// FullSlot is a slot of an indicator and how much of it was to be of Other, in
// thousandths of an event.
type FullSlot struct {
	Indicator id.ID
	Start     time.Time
	Total     int64
}

func (o *Overfull) Error() string { return o.err.Error() }

// Unwrap returns the fault.
func (o *Overfull) Unwrap() error { return o.err }

// full notes, and returns, which slots of a portion of Other hold more than one may.
func (p portion) full(check *fault.Check, batches []Batch) []FullSlot {
	var out []FullSlot
	for _, r := range p.reported {
		if r.Total > MaxEventsPerOtherSlot*Event {
			check.Fail(batches[r.batch].at(r.index, "total"), Events(r.Total),
				"must be at most %d events together with all groups beyond the %d that are known: they are summed up in one", int64(MaxEventsPerOtherSlot), p.maxGroups)
			out = append(out, FullSlot{p.series.Indicator, r.Start, r.Total})
		}
	}
	return out
}

// over returns the series, as they are asked for, that the portions go over though
// they may say nothing of them: of grouped indicators that of Other, because what did
// not fit a former push may fit now, and all groups of the reporter where a push
// replaces them. The indicators are then locked, so that no group is added meanwhile.
func (s *Service) over(ctx context.Context, portions []portion, how way) ([]Series, error) {
	var others []Series
	var indicators []id.ID
	for i, p := range portions { // sorted, so that a reporter's follow each other
		if p.maxGroups == 0 || how == adding || i > 0 && otherOf(portions[i-1].series) == otherOf(p.series) {
			continue
		}
		others = append(others, otherOf(p.series))
		if last := len(indicators) - 1; last < 0 || indicators[last] != p.series.Indicator {
			indicators = append(indicators, p.series.Indicator)
		}
	}
	if how != replacing || len(others) == 0 {
		return others, nil
	}
	if err := s.store.LockIndicators(ctx, indicators); err != nil {
		return nil, fmt.Errorf("locking %d indicators: %w", len(indicators), err)
	}
	series, err := s.store.Series(ctx, indicators)
	if err != nil {
		return nil, fmt.Errorf("reading the groups of %d indicators: %w", len(indicators), err)
	}
	whole := make(map[Series]bool, len(others))
	for _, one := range others {
		whole[one] = true
	}
	var out []Series
	for _, one := range series {
		if whole[otherOf(one)] {
			out = append(out, Series{Indicator: one.Indicator, Reporter: one.Reporter, Group: one.Group, Resolution: one.Resolution})
		}
	}
	return out, nil
}

// empty adds slots without events to the portions: those that a series has events
// in, and that are gone over without a word of it.
func (s *Service) empty(ctx context.Context, portions []portion, over []Series) ([]portion, error) {
	named := func(one Series) Series {
		return Series{Indicator: one.Indicator, Reporter: one.Reporter, Group: one.Group}
	}
	slots := make(map[Series][]reported, len(over)) // of all groups, by otherOf
	for _, one := range over {
		slots[otherOf(one)] = nil
	}
	said := map[Series]map[int64]bool{} // the slots of each
	places := map[Series]int{}
	for i, p := range portions {
		name, whose := named(p.series), otherOf(p.series)
		if _, concerns := slots[whose]; !concerns {
			continue
		}
		places[name] = i
		said[name] = make(map[int64]bool, len(p.reported))
		for _, r := range p.reported {
			said[name][r.Start.Unix()] = true
		}
		slots[whose] = append(slots[whose], p.reported...)
	}
	for whose, all := range slots {
		slices.SortFunc(all, func(a, b reported) int { return a.Start.Compare(b.Start) })
		slots[whose] = slices.CompactFunc(all, func(a, b reported) bool { return a.Start.Equal(b.Start) })
	}
	unsaid := map[SegmentKey][]reported{}
	of := make(map[id.ID]Series, len(over))
	for _, one := range over {
		of[one.ID] = one
		for _, r := range slots[otherOf(one)] {
			if !said[named(one)][r.Start.Unix()] {
				key := one.key(r.Start)
				unsaid[key] = append(unsaid[key], reported{Slot{Start: r.Start}, r.batch, r.index})
			}
		}
	}
	if len(unsaid) == 0 {
		return portions, nil
	}
	stored, err := s.store.SegmentsAt(ctx, slices.Collect(maps.Keys(unsaid)))
	if err != nil {
		return nil, fmt.Errorf("reading %d segments of groups: %w", len(unsaid), err)
	}
	for _, row := range stored {
		one := of[row.Series]
		emptied, err := holding(row, one.Resolution, unsaid[row.SegmentKey])
		if err != nil {
			return nil, err
		}
		if len(emptied) == 0 {
			continue
		}
		i, there := places[named(one)]
		if !there {
			i = len(portions)
			places[named(one)] = i
			portions = append(portions, portion{series: Series{Indicator: one.Indicator, Reporter: one.Reporter, Group: one.Group, Resolution: one.Resolution}})
		}
		portions[i].reported = append(slices.Clone(portions[i].reported), emptied...)
		slices.SortStableFunc(portions[i].reported, func(a, b reported) int { return a.Start.Compare(b.Start) })
	}
	sortPortions(portions)
	return portions, nil
}

// holding returns those of the slots that have events in the segment.
func holding(row StoredSegment, resolution time.Duration, slots []reported) ([]reported, error) {
	if len(row.Data) == 0 {
		return nil, nil
	}
	packed, err := decode(row, resolution)
	if err != nil {
		return nil, err
	}
	var out []reported
	for _, r := range slots {
		if _, total, _ := packed.At(int(r.Start.Sub(row.Start) / resolution)); total > 0 {
			out = append(out, r)
		}
	}
	return out, nil
}
