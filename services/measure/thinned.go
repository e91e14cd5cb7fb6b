package measure

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/measure/lens"
	"github.com/evenkeel/evenkeel/services/measure/thin"
	"github.com/evenkeel/evenkeel/services/measure/window"
)

// ThinnedMonth is what is left of a month of an indicator, over all reporters, with its
// packed bytes (see package thin).
type ThinnedMonth struct {
	Indicator id.ID
	// Group is empty for the sum over all, also where there are no groups.
	Group      string
	Start, End time.Time
	// Step is the length of its slots: an hour, or DaySpan for days of a time zone, which
	// may be shorter or longer.
	Step time.Duration
	Data []byte
}

// ThinnedLine is what there is of thinned months of an indicator and group. Of the time
// before Until of the whole nothing else is read.
type ThinnedLine struct {
	Indicator    id.ID
	Group        string
	Since, Until time.Time
}

// Thinned is a time of which sums of each Step are kept and nothing finer.
type Thinned struct {
	From, To time.Time
	Step     time.Duration
}

// ThinnedSlots are the thinned slots of one group, by time, summed over all reporters, as
// they were measured.
type ThinnedSlots struct {
	Group string // empty where the indicator has no groups
	Slots []ThinnedSlot
}

// ThinnedSlot is what all reporters counted in [Start, End).
type ThinnedSlot struct {
	Start, End time.Time
	window.Sum
}

// Thinned returns which parts of [from, to) are thinned, by time.
func (s *Service) Thinned(ctx context.Context, indicator id.ID, from, to time.Time) ([]Thinned, error) {
	if !mayBeThinned(from, s.now()) {
		return nil, nil
	}
	rows, err := s.store.Thinned(ctx, indicator, "", from, to)
	if err != nil {
		return nil, fmt.Errorf("reading what is thinned of indicator %s: %w", indicator, err)
	}
	var out []Thinned
	for _, row := range rows {
		one := Thinned{From: later(row.Start, from.UTC()), To: row.End, Step: row.Step}
		if to.Before(one.To) {
			one.To = to.UTC()
		}
		if last := len(out) - 1; last >= 0 && out[last].Step == one.Step {
			out[last].To = one.To // what lies between had nothing
			continue
		}
		out = append(out, one)
	}
	return out, nil
}

// ThinnedSlots returns what is left of the thinned part of [from, to), by group; of one
// group unless it is empty. Slots are given that begin in it and of which anything is known.
func (s *Service) ThinnedSlots(ctx context.Context, indicator id.ID, group string, from, to time.Time) ([]ThinnedSlots, error) {
	if !mayBeThinned(from, s.now()) {
		return nil, nil
	}
	lines, err := s.store.ThinnedLines(ctx, []id.ID{indicator})
	if err != nil {
		return nil, fmt.Errorf("reading what is thinned of indicator %s: %w", indicator, err)
	}
	grouped := len(lines) > 1
	var out []ThinnedSlots
	for _, line := range lines {
		if grouped && line.Group == "" || group != "" && line.Group != group {
			continue // the whole is the sum over the groups
		}
		months, err := s.thinned(ctx, indicator, line.Group, from, to)
		if err != nil {
			return nil, err
		}
		one := ThinnedSlots{Group: line.Group}
		for _, m := range months {
			at := m.Start
			for _, slot := range m.Slots {
				end := at.Add(slot.Length)
				if slot.Known && !at.Before(from) && at.Before(to) {
					one.Slots = append(one.Slots, ThinnedSlot{Start: at, End: end, Sum: slot.Events.Measured})
				}
				at = end
			}
		}
		if len(one.Slots) > 0 {
			out = append(out, one)
		}
	}
	return out, nil
}

// mayBeThinned reports whether anything can be thinned of what begins at the time. Clocks of
// replicas may be apart.
func mayBeThinned(from, now time.Time) bool { return from.Before(now.Add(ClockTolerance - WholeFor)) }

// thinnedLines are what there is of thinned months, by what they are of.
type thinnedLines map[lineKey]ThinnedLine

// lineKey names what there is of thinned months.
type lineKey struct {
	indicator id.ID
	group     string
}

func (s *Service) thinnedLines(ctx context.Context, indicators []id.ID) (thinnedLines, error) {
	lines := thinnedLines{}
	for some := range slices.Chunk(distinct(indicators), chunkSeries) {
		found, err := s.store.ThinnedLines(ctx, some)
		if err != nil {
			return nil, fmt.Errorf("reading what is thinned of %d indicators: %w", len(some), err)
		}
		for _, line := range found {
			lines[lineKey{line.Indicator, line.Group}] = line
		}
	}
	return lines, nil
}

// ofGroup returns those of an indicator's series that are of the group, all unless it is
// empty. One that nobody reported, of which nothing is thinned either, is NotFound
// "group_not_found".
func (l thinnedLines) ofGroup(series []Series, indicator id.ID, group string) ([]Series, error) {
	if group == "" {
		return series, nil
	}
	var of []Series
	for _, one := range series {
		if one.Group == group {
			of = append(of, one)
		}
	}
	if len(of) == 0 && l[lineKey{indicator, group}].Until.IsZero() {
		return nil, fault.Missing("group", group)
	}
	return of, nil
}

// thinned returns the months of the group that overlap [from, to), by time.
func (s *Service) thinned(ctx context.Context, indicator id.ID, group string, from, to time.Time) ([]thin.Month, error) {
	rows, err := s.store.Thinned(ctx, indicator, group, from, to)
	if err != nil {
		return nil, fmt.Errorf("reading the thinned months of indicator %s: %w", indicator, err)
	}
	months := make([]thin.Month, len(rows))
	for i, row := range rows {
		if months[i], err = decodeMonth(row); err != nil {
			return nil, err
		}
	}
	return months, nil
}

// decodeMonth reads a stored month and makes sure that it is what its row says.
func decodeMonth(row ThinnedMonth) (thin.Month, error) {
	m, err := thin.Decode(row.Start, row.Data)
	if err == nil && !m.End().Equal(row.End) {
		err = fmt.Errorf("%w: it ends at %s, its row at %s", thin.ErrCorrupt, stamp(m.End()), stamp(row.End))
	}
	if err != nil {
		return thin.Month{}, fmt.Errorf("reading the month of indicator %s at %s: %w", row.Indicator, stamp(row.Start), err)
	}
	return m, nil
}

// addMonths adds what thinned months hold, which are by time.
func (t *totals) addMonths(months []thin.Month) {
	at := later(t.begin(), t.line.Since)
	for _, m := range months {
		t.addMonth(m)
		t.unjudged(at, m.Start)
		at = later(at, m.End())
	}
	t.unjudged(at, t.whole)
}

// unjudged blurs the steps of a time of which there is no month, although the group was
// measured before: nothing came of it, and nobody says which slices were missing.
func (t *totals) unjudged(from, to time.Time) {
	if to.After(t.end) {
		to = t.end
	}
	if t.line.Since.IsZero() || !t.Lens.Judges() || t.Lens.Slices.Missing == lens.Ignored || !from.Before(to) {
		return
	}
	for k := t.stepAt(from); k <= t.stepAt(to.Add(-1)); k++ {
		t.steps[k].Blurred = true
	}
}

// addMonth adds what a thinned month holds.
func (t *totals) addMonth(m thin.Month) {
	start, at := t.begin(), m.Start
	for _, slot := range m.Slots {
		from, to := at, at.Add(slot.Length)
		if at = to; !to.After(start) || !from.Before(t.end) {
			continue
		}
		sum, known := slotSum(slot, m, t.Reading)
		first, last := max(0, t.stepAt(from)), t.stepAt(to.Add(-1))
		if first == last && known && !from.Before(start) && !to.After(t.end) {
			t.plus(first, sum)
			t.steps[first].Known = t.steps[first].Known || slot.Known
			continue
		}
		for k := first; k <= last; k++ {
			t.steps[k].Blurred = t.steps[k].Blurred || !known || !slot.Empty()
		}
	}
}

// slotSum is what counts in a thinned slot, as it is looked at; false when that is not known.
func slotSum(slot thin.Slot, m thin.Month, of Reading) (window.Sum, bool) {
	counts := slot.Events
	if of.Lens.Judges() {
		if of.Lens.Slices != m.Slices {
			return window.Sum{}, false
		}
		counts = slot.Slices
	}
	if of.AsMeasured {
		return counts.Measured, true
	}
	return counts.Counted, true
}
