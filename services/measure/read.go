package measure

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/measure/window"
)

// Bounds of one reading.
const (
	MaxSteps = 50_000 // of Totals
	// MaxSlotsRead is about a week of minutes of every reporter.
	MaxSlotsRead = MaxReporters * 7 * 24 * 60
)

// segmentsAtOnce is about how many segments Totals has in memory at a time, some
// ten megabytes at the most.
const segmentsAtOnce = 1_000

// ReporterSlots are the known slots of one reporter, of one group, by time.
type ReporterSlots struct {
	Reporter   string
	Group      string // empty where the indicator has no groups
	Resolution time.Duration
	Slots      []Slot
}

// Step is the sum over all reporters of the slots in [Start, Start+step).
type Step struct {
	Start time.Time
	window.Sum
	// Known is set when any slot of the step was reported, be it without events.
	Known bool
}

// Slots returns what was reported of the indicator in [from, to), by reporter and
// group; of one group unless it is empty. Times are those of the starts of slots.
// Faults: NotFound "group_not_found"; Invalid when that may be more than
// MaxSlotsRead, with pointers to the query's from.
func (s *Service) Slots(ctx context.Context, indicator id.ID, group string, from, to time.Time) ([]ReporterSlots, error) {
	var out []ReporterSlots
	places := map[id.ID]int{}
	series, err := s.series(ctx, indicator, group)
	if err != nil || !from.Before(to) {
		return nil, err
	}
	if len(series) > MaxReporters && len(series)*int(to.Sub(from)/series[0].Resolution) > MaxSlotsRead {
		return nil, invalid("query.from", stamp(from), "makes more than %d slots of %d series; choose a shorter time, or one group", MaxSlotsRead, len(series))
	}
	stored, err := s.segments(ctx, indicator, series, from, to)
	if err != nil {
		return nil, err
	}
	for _, one := range series {
		places[one.ID] = len(out)
		out = append(out, ReporterSlots{Reporter: one.Reporter, Group: one.Group, Resolution: one.Resolution})
	}
	for _, row := range stored {
		r := &out[places[row.Series]]
		packed, err := decode(row, r.Resolution)
		if err != nil {
			return nil, err
		}
		for i := range packed.Slots() {
			start := row.Start.Add(time.Duration(i) * r.Resolution)
			if start.Before(from) || !start.Before(to) {
				continue
			}
			if good, total, present := packed.At(i); present {
				r.Slots = append(r.Slots, Slot{Start: start, Good: good, Total: total})
			}
		}
	}
	return out, nil
}

// Totals returns the sums over all reporters of [from, to) in steps, the last of
// which may reach beyond to; of one group unless it is empty. Step is a multiple of
// the indicator's resolution, and from the start of a slot; an Invalid fault says so
// otherwise, with pointers to the query's from, to and step. A group that nobody
// reported is NotFound "group_not_found". A long time is read in pieces: what is
// pushed meanwhile may be in some of the steps.
func (s *Service) Totals(ctx context.Context, indicator id.ID, group string, from, to time.Time, step time.Duration) ([]Step, error) {
	if step <= 0 || step%Minute != 0 {
		return nil, invalid("query.step", step.String(), "must be a whole multiple of the resolution")
	}
	if (to.Sub(from)-1)/step >= MaxSteps {
		return nil, invalid("query.step", step.String(), "makes more than %d steps; choose a longer one", MaxSteps)
	}
	from, to = from.UTC(), to.UTC()
	steps := []Step{}
	for at := from; at.Before(to); at = at.Add(step) {
		steps = append(steps, Step{Start: at})
	}
	if len(steps) == 0 {
		return steps, nil
	}
	end := from.Add(time.Duration(len(steps)) * step)
	series, err := s.series(ctx, indicator, group)
	if err != nil {
		return nil, err
	}
	resolutions := map[id.ID]time.Duration{}
	for _, one := range series {
		resolutions[one.ID] = one.Resolution
		switch {
		case step%one.Resolution != 0:
			return nil, invalid("query.step", step.String(), "must be a whole multiple of %d s", one.Resolution/time.Second)
		case !from.Truncate(one.Resolution).Equal(from):
			return nil, invalid("query.from", stamp(from), "must be the start of a slot of %d s, such as %s",
				one.Resolution/time.Second, stamp(from.Truncate(one.Resolution)))
		}
	}
	piece := DaySpan * time.Duration(max(1, segmentsAtOnce/max(1, len(series))))
	for at := from; at.Before(end); at = at.Add(piece) {
		last := at.Add(piece)
		if last.After(end) {
			last = end
		}
		stored, err := s.segments(ctx, indicator, series, at, last)
		if err != nil {
			return nil, err
		}
		for _, row := range stored {
			if err := addTo(steps, step, row, resolutions[row.Series], at, last); err != nil {
				return nil, err
			}
		}
	}
	return steps, nil
}

// addTo adds what a segment holds of [from, to) to the steps.
func addTo(steps []Step, step time.Duration, row StoredSegment, resolution time.Duration, from, to time.Time) error {
	packed, err := decode(row, resolution)
	if err != nil {
		return err
	}
	at, last := row.Start, row.Start.Add(row.Span)
	if at.Before(from) {
		at = from
	}
	if last.After(to) {
		last = to
	}
	for at.Before(last) {
		k := int(at.Sub(steps[0].Start) / step)
		next := steps[k].Start.Add(step)
		if next.After(last) {
			next = last
		}
		i, j := int(at.Sub(row.Start)/resolution), int(next.Sub(row.Start)/resolution)
		good, total := packed.Range(i, j)
		steps[k].Sum = steps[k].Plus(window.Sum{Good: good, Total: total})
		steps[k].Known = steps[k].Known || packed.Known(i, j)
		at = next
	}
	return nil
}

// series returns the series of an indicator by reporter and group, those of one
// group unless it is empty.
func (s *Service) series(ctx context.Context, indicator id.ID, group string) ([]Series, error) {
	series, err := s.store.Series(ctx, []id.ID{indicator})
	if err != nil {
		return nil, fmt.Errorf("reading the series of indicator %s: %w", indicator, err)
	}
	if group == "" {
		return series, nil
	}
	series = slices.DeleteFunc(series, func(one Series) bool { return one.Group != group })
	if len(series) == 0 {
		return nil, fault.Missing("group", group)
	}
	return series, nil
}

// segments returns those of the series in the range, by series and time.
func (s *Service) segments(ctx context.Context, indicator id.ID, series []Series, from, to time.Time) ([]StoredSegment, error) {
	if len(series) == 0 || !from.Before(to) {
		return nil, nil
	}
	stored, err := s.store.Segments(ctx, seriesIDs(series), from, to)
	if err != nil {
		return nil, fmt.Errorf("reading the segments of indicator %s: %w", indicator, err)
	}
	return stored, nil
}

func seriesIDs(series []Series) []id.ID {
	ids := make([]id.ID, len(series))
	for i, s := range series {
		ids[i] = s.ID
	}
	return ids
}

func invalid(pointer string, value any, format string, args ...any) error {
	var check fault.Check
	check.Fail(pointer, value, format, args...)
	return check.Err()
}
