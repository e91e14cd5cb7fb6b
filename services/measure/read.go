package measure

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/measure/window"
)

// MaxSteps bounds the steps of one reading of Totals.
const MaxSteps = 50_000

// segmentsAtOnce is about how many segments Totals has in memory at a time, some
// ten megabytes at the most.
const segmentsAtOnce = 1_000

// ReporterSlots are the known slots of one reporter, by time.
type ReporterSlots struct {
	Reporter   string
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

// Slots returns what was reported of the indicator in [from, to), by reporter.
// Times are those of the starts of slots.
func (s *Service) Slots(ctx context.Context, indicator id.ID, from, to time.Time) ([]ReporterSlots, error) {
	var out []ReporterSlots
	places := map[id.ID]int{}
	series, stored, err := s.read(ctx, indicator, from, to)
	if err != nil {
		return nil, err
	}
	for _, one := range series {
		places[one.ID] = len(out)
		out = append(out, ReporterSlots{Reporter: one.Reporter, Resolution: one.Resolution})
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
// which may reach beyond to. Step is a multiple of the indicator's resolution,
// and from the start of a slot; an Invalid fault says so otherwise, with pointers
// to the query's from, to and step. A long time is read in pieces: what is pushed
// meanwhile may be in some of the steps.
func (s *Service) Totals(ctx context.Context, indicator id.ID, from, to time.Time, step time.Duration) ([]Step, error) {
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
	series, err := s.series(ctx, indicator)
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

// read returns the series of an indicator by reporter, and their segments in
// the range by series and time.
func (s *Service) read(ctx context.Context, indicator id.ID, from, to time.Time) ([]Series, []StoredSegment, error) {
	series, err := s.series(ctx, indicator)
	if err != nil || len(series) == 0 || !from.Before(to) {
		return nil, nil, err
	}
	stored, err := s.segments(ctx, indicator, series, from, to)
	if err != nil {
		return nil, nil, err
	}
	return series, stored, nil
}

// series are those of an indicator, by reporter.
func (s *Service) series(ctx context.Context, indicator id.ID) ([]Series, error) {
	series, err := s.store.Series(ctx, []id.ID{indicator})
	if err != nil {
		return nil, fmt.Errorf("reading the series of indicator %s: %w", indicator, err)
	}
	slices.SortFunc(series, func(a, b Series) int { return strings.Compare(a.Reporter, b.Reporter) })
	return series, nil
}

// segments are those of the series that overlap the range, by series and time.
func (s *Service) segments(ctx context.Context, indicator id.ID, series []Series, from, to time.Time) ([]StoredSegment, error) {
	if len(series) == 0 {
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
