package measure

import (
	"context"
	"fmt"
	"slices"
	"sort"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/measure/lens"
	"github.com/evenkeel/evenkeel/services/measure/window"
)

// Bounds of one reading.
const (
	MaxSteps = 50_000 // of Totals
	// MaxSlotsRead is about a week of minutes of every reporter.
	MaxSlotsRead = MaxReporters * 7 * 24 * 60
)

// segmentsAtOnce is about how many segments TotalsOf has in memory at a time, some
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
	// Blurred is set when Sum is not what counts in the step, because nobody can know it
	// any more: a part of the step lies in a thinned slot that reaches beyond it, or slices
	// were judged otherwise, or not at all, when the time was thinned.
	Blurred bool
}

// Slots returns what was reported of the indicator in [from, to), by reporter and
// group; of one group unless it is empty. Times are those of the starts of slots. Of
// thinned time there are none; see ThinnedSlots.
// Faults: NotFound "group_not_found"; Invalid when that may be more than
// MaxSlotsRead, with pointers to the query's from.
func (s *Service) Slots(ctx context.Context, indicator id.ID, group string, from, to time.Time) ([]ReporterSlots, error) {
	var out []ReporterSlots
	places := map[id.ID]int{}
	all, err := s.store.Series(ctx, []id.ID{indicator})
	if err != nil {
		return nil, fmt.Errorf("reading the series of indicator %s: %w", indicator, err)
	}
	lines, err := s.thinnedLines(ctx, []id.ID{indicator})
	if err != nil {
		return nil, err
	}
	series, err := lines.ofGroup(all, indicator, group)
	if from = later(from, lines[lineKey{indicator, ""}].Until); err != nil || !from.Before(to) {
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

// Reading is what is summed up, and how it is looked at.
type Reading struct {
	Indicator id.ID
	Group     string // one group, unless it is empty
	Lens      lens.Lens
	// AsMeasured has thinned time summed up without the corrections that lay over it
	// when it was thinned; the lens says nothing of these.
	AsMeasured bool
}

// Totals returns the sums over all reporters of [from, to) in steps, the last of
// which may reach beyond to. Step is a multiple of the indicator's resolution, and of
// the length of slices, and from the start of a slot; an Invalid fault says so
// otherwise, with pointers to the query's from, to and step. A group that nobody
// reported is NotFound "group_not_found". A long time is read in pieces: what is
// pushed meanwhile may be in some of the steps.
func (s *Service) Totals(ctx context.Context, of Reading, from, to time.Time, step time.Duration) ([]Step, error) {
	totals, err := s.TotalsOf(ctx, []Sought{{Reading: of, From: from, To: to, Step: step}})
	if err != nil {
		return nil, err
	}
	return totals[0], nil
}

// Between is Totals of the steps from each of the bounds to the next: starts of slots,
// one after the other, at most MaxSteps + 1.
func (s *Service) Between(ctx context.Context, of Reading, bounds []time.Time) ([]Step, error) {
	steps, err := s.BetweenOf(ctx, []Bounded{{Reading: of, Bounds: bounds}})
	if err != nil {
		return nil, err
	}
	return steps[0], nil
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// began is the start of the oldest slot of a segment.
func began(row StoredSegment, resolution time.Duration) (time.Time, error) {
	packed, err := decode(row, resolution)
	if err != nil {
		return time.Time{}, err
	}
	return row.Start.Add(time.Duration(packed.Earliest()) * resolution), nil
}

// totals are steps while they are summed up.
type totals struct {
	Reading
	parts     []Part // in place of Reading, where slices of several indicators are judged as one
	now       time.Time
	steps     []Step
	end       time.Time                      // of the last step
	check     func(slot time.Duration) error // accepts the length of a slot that there is
	series    []Series
	first     time.Time   // start of the oldest slot that was ever measured; known of slices alone
	line      ThinnedLine // what is thinned of what is read
	whole     time.Time   // before it only months are added
	overflows bool        // some sum
	// due is as in lens.Stretch, late what of each step is not before it; of slices alone.
	due  time.Time
	late []window.Sum
}

// begin is when the first step begins.
func (t *totals) begin() time.Time { return t.steps[0].Start }

// indicators are those that are summed up.
func (t *totals) indicators() []id.ID {
	if len(t.parts) == 0 {
		return []id.ID{t.Indicator}
	}
	of := make([]id.ID, len(t.parts))
	for i, p := range t.parts {
		of[i] = p.Indicator
	}
	return of
}

// judges reports whether slices are judged.
func (t *totals) judges() bool { return len(t.parts) > 0 || t.Lens.Judges() }

// slot is the length of what is summed up, of measurements in that resolution.
func (t *totals) slot(resolution time.Duration) time.Duration {
	if len(t.parts) > 0 {
		return t.parts[0].Lens.Slices.Length
	}
	return t.Lens.Step(resolution)
}

// add adds what is measured of [from, to), which are rows by series and time, unpacked.
func (t *totals) add(rows []StoredSegment, measured []window.Piece, from, to time.Time) error {
	switch {
	case len(t.parts) > 0:
		return t.judgeTogether(rows, measured, from, to)
	case t.Lens.Judges():
		return t.judge(rows, measured, from, to)
	}
	for _, piece := range measured {
		seen, err := t.Lens.See(piece)
		if err != nil {
			return err
		}
		t.addPiece(seen, from, to)
	}
	return nil
}

// judge adds slices, day by day.
func (t *totals) judge(rows []StoredSegment, measured []window.Piece, from, to time.Time) error {
	for _, of := range daysOf(rows, measured) {
		pieces, err := joined(of.day, DaySpan, t.series[0].Resolution, of.rows, of.pieces) // which all its series have
		if err != nil {
			return err
		}
		judged, err := t.Lens.Judge(of.day, DaySpan, pieces)
		if err != nil {
			return err
		}
		seen, err := t.Lens.See(judged)
		if err != nil {
			return err
		}
		t.addPiece(seen, from, to)
	}
	return nil
}

// dayOfRows is what is stored of a day, by series, and the same unpacked.
type dayOfRows struct {
	day    time.Time
	rows   []StoredSegment
	pieces []window.Piece
}

// daysOf makes days of what is stored by series.
func daysOf(rows []StoredSegment, pieces []window.Piece) []dayOfRows {
	order := make([]int, len(rows))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return dayOf(rows[a]).Compare(dayOf(rows[b])) })
	var out []dayOfRows
	for _, i := range order {
		if n := len(out); n == 0 || !out[n-1].day.Equal(dayOf(rows[i])) {
			out = append(out, dayOfRows{day: dayOf(rows[i])})
		}
		of := &out[len(out)-1]
		of.rows, of.pieces = append(of.rows, rows[i]), append(of.pieces, pieces[i])
	}
	return out
}

// stepAt is the number of the step in which the time lies, which is not before the first.
func (t *totals) stepAt(at time.Time) int {
	return sort.Search(len(t.steps), func(k int) bool { return t.steps[k].Start.After(at) }) - 1
}

// endOf is where the step of that number ends.
func (t *totals) endOf(k int) time.Time {
	if k+1 < len(t.steps) {
		return t.steps[k+1].Start
	}
	return t.end
}

// plus adds to the sum of a step.
func (t *totals) plus(k int, sum window.Sum) {
	added, ok := t.steps[k].Adding(sum)
	t.steps[k].Sum, t.overflows = added, t.overflows || !ok
}

// addPiece adds what a piece holds of [from, to).
func (t *totals) addPiece(p window.Piece, from, to time.Time) {
	resolution := p.Resolution()
	at, last := p.Start, p.Start.Add(time.Duration(p.Slots())*resolution)
	if at.Before(from) {
		at = from
	}
	if last.After(to) {
		last = to
	}
	for k := t.stepAt(at); at.Before(last); k++ {
		next := t.endOf(k)
		if next.After(last) {
			next = last
		}
		i, j := int(at.Sub(p.Start)/resolution), int(next.Sub(p.Start)/resolution)
		good, total := p.Range(i, j)
		t.plus(k, window.Sum{Good: good, Total: total})
		t.steps[k].Known = t.steps[k].Known || p.Known(i, j)
		if t.late != nil && t.due.Before(next) {
			if t.due.After(at) {
				i = int(t.due.Sub(p.Start) / resolution)
			}
			good, total := p.Range(i, j)
			t.late[k] = t.late[k].Plus(window.Sum{Good: good, Total: total})
		}
		at = next
	}
}

// settle adds to each step what is missing in it, and what corrections count as good.
func (t *totals) settle() {
	if !t.Lens.Judges() {
		return // of several indicators it is judged with what is measured
	}
	now := t.now.Truncate(t.Lens.Slices.Length)
	for k := range t.steps {
		s := lens.Stretch{From: later(t.steps[k].Start, t.whole), End: t.endOf(k), First: t.first, Due: t.due}
		if s.End.After(now) {
			s.End = now
		}
		if s.From.Before(s.End) {
			t.steps[k].Sum = t.Lens.Settle(t.steps[k].Sum, t.late[k], s)
		}
	}
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
