package slo

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/window"
	"github.com/evenkeel/evenkeel/services/slo/budget"
	"github.com/evenkeel/evenkeel/services/slo/calendar"
)

// The bounds of readings.
const (
	// MaxPoints is how many points a history has at most.
	MaxPoints = 1000
	// MaxSlots is how many slots of each reporter are given at most: a week of minutes.
	MaxSlots = 7 * 24 * 60

	day            = 24 * time.Hour
	longestHistory = 10 * 366 * day
)

// earliest is when a reading may end at the earliest: nothing was measured
// before, and the years before 0 cannot be told of in JSON.
var earliest = time.Unix(0, 0).UTC()

// History is how an SLO's own window stood over time, by its current terms and
// indicator: it is derived anew from what was measured.
type History struct {
	From, To time.Time // the ends of the first and the last window
	// Step is from point to point: whole days are those of the time zone where any of it
	// is thinned, and may be an hour longer or shorter.
	Step     time.Duration
	Window   TimeWindow
	Unit     int64 // what one event, or slice, is in the sums
	Revision int   // whose terms they are
	// Thinned are the parts of the windows' time of which no single slots are left, by time.
	Thinned []measure.Thinned
	Points  []Point
}

// Point is the SLO's window that ended at End. SLI and Remaining, a share of the
// budget, are unknown where there were no events, and where it is Blurred: Sum is then
// not what counted, which nobody can know any more.
type Point struct {
	End            time.Time
	Sum            window.Sum
	Blurred        bool
	SLI, Remaining *float64
}

// steps are those that a history chooses from when none is given.
var steps = []time.Duration{
	5 * time.Minute, 15 * time.Minute, 30 * time.Minute, time.Hour, 2 * time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour, day,
}

// aboutPoints is how many points a history without a step has at most.
const aboutPoints = 250

// History returns the SLI and the remaining budget of the SLO's own window, or of
// one group in it unless that is empty, as it was at to and every step before that until
// from. to is at most now, and rounded down to a slot; zero it is now, and from zero one
// window before to. A step is a whole multiple of five minutes that divides a day, or
// whole days; zero it is chosen. Where a part of the windows' time is thinned, a step is
// at least as long as what is left, and points are at hours, or midnights, of the time
// zone in which the window is: to is rounded down to one.
//
// Faults: NotFound, of the group too; Invalid with pointers to the query's from, to
// and stepSeconds.
func (s *Service) History(ctx context.Context, slo id.ID, group string, from, to time.Time, step time.Duration) (History, error) {
	now := clock.Round(s.now())
	v, err := s.view(ctx, slo, now)
	if err != nil {
		return History{}, err
	}
	if to.IsZero() || to.After(now) {
		to = now
	}
	slot := v.Revision.Budgeting.Step(v.Indicator.Resolution)
	to = to.UTC().Truncate(slot)
	if from.IsZero() {
		from, _ = v.Revision.Over.Window().Span(to)
	}
	if err := checkRange(from, to); err != nil {
		return History{}, err
	}
	h := History{Window: v.Revision.Over, Unit: v.Revision.Budgeting.Unit(), Revision: v.Revision.Number}
	begin, _ := h.Window.Window().Span(from)
	if h.Thinned, err = s.measurements.Thinned(ctx, v.Indicator.ID, begin, to); err != nil {
		return History{}, fmt.Errorf("read what is thinned of an SLO: %w", err)
	}
	if h.Step = step; step == 0 {
		h.Step = chooseStep(to.Sub(from), max(slot, h.grain()))
	}
	if err := h.checkStep(from, to, slot); err != nil {
		return History{}, err
	}
	h.place(from, to, slot)
	h.From, h.To = h.Points[0].End, h.Points[len(h.Points)-1].End
	begin, _ = h.Window.Window().Span(h.From)
	of, err := s.reading(ctx, v, group, begin, h.To)
	if err != nil {
		return History{}, err
	}
	fill := s.slide
	if !h.Window.Rolls() {
		fill = s.cumulate
	}
	if err := fill(ctx, of, v.Revision.Terms, &h, slot); err != nil {
		return History{}, fmt.Errorf("read the history of an SLO: %w", err)
	}
	return h, nil
}

// grain is the length of the longest slots that are left of the windows' time; 0 where
// every slot is.
func (h *History) grain() time.Duration {
	var grain time.Duration
	for _, t := range h.Thinned {
		grain = max(grain, t.Step)
	}
	return grain
}

// place makes the points, unknown yet: every step from the last backwards, not before
// from, and one at least, each at the start of a slot.
func (h *History) place(from, to time.Time, slot time.Duration) {
	zone, back := h.Window.Zone(), func(k int) time.Time { return to.Add(-time.Duration(k) * h.Step) }
	switch shown := to.In(zone); {
	case h.grain() == 0:
	case h.Step%day == 0:
		year, month, date := shown.Date()
		back = func(k int) time.Time {
			return calendar.Instant(time.Date(year, month, date-k*int(h.Step/day), 0, 0, 0, 0, time.UTC), zone)
		}
	default:
		last := to.Add(-time.Duration(shown.Minute())*time.Minute - time.Duration(shown.Second())*time.Second)
		back = func(k int) time.Time { return last.Add(-time.Duration(k) * h.Step) }
	}
	for k := 0; k == 0 || !back(k).Before(from); k++ {
		h.Points = append(h.Points, Point{End: back(k).Truncate(slot)})
	}
	slices.Reverse(h.Points)
}

// slide fills in the points of a rolling window.
func (s *Service) slide(ctx context.Context, of measure.Reading, t Terms, h *History, _ time.Duration) error {
	// Windows are whole days: all of them begin and end on the bounds of buckets.
	own, bucket := t.Over.Length(h.To), min(h.Step, day)
	buckets, err := s.measurements.Totals(ctx, of, h.From.Add(-own), h.To, bucket)
	if err != nil {
		return err
	}
	wide, apart := int(own/bucket), int(h.Step/bucket)
	var in held
	for _, b := range buckets[:wide] {
		in.add(b)
	}
	for i := range h.Points {
		h.Points[i] = t.point(h.Points[i].End, in)
		if i == len(h.Points)-1 {
			break
		}
		for k := i * apart; k < (i+1)*apart; k++ {
			in.add(buckets[k+wide])
			in.remove(buckets[k])
		}
	}
	return nil
}

// held is the sum of the steps that a window holds, and how many of them are blurred.
type held struct {
	sum     window.Sum
	blurred int
}

func (h *held) add(b measure.Step) {
	h.sum = h.sum.Plus(b.Sum)
	if b.Blurred {
		h.blurred++
	}
}

func (h *held) remove(b measure.Step) {
	h.sum = h.sum.Minus(b.Sum)
	if b.Blurred {
		h.blurred--
	}
}

// cumulate fills in the points of a calendar's windows: each of them is what came since
// its window began.
func (s *Service) cumulate(ctx context.Context, of measure.Reading, t Terms, h *History, slot time.Duration) error {
	begins := make([]time.Time, len(h.Points))
	var bounds []time.Time
	for i, p := range h.Points {
		begin, _ := t.Over.Window().Span(p.End)
		begins[i] = begin.Truncate(slot)
		for _, at := range []time.Time{begins[i], p.End} {
			if n := len(bounds); n == 0 || at.After(bounds[n-1]) {
				bounds = append(bounds, at)
			}
		}
	}
	steps, err := s.measurements.Between(ctx, of, bounds)
	if err != nil {
		return err
	}
	var in held
	next := 0
	for i, p := range h.Points {
		if i == 0 || !begins[i].Equal(begins[i-1]) {
			in = held{}
		}
		for ; next < len(steps) && steps[next].Start.Before(p.End); next++ {
			if steps[next].Start.Before(begins[i]) {
				continue // after the last point of the window before
			}
			if _, fits := in.sum.Adding(steps[next].Sum); !fits {
				return fmt.Errorf("sum up from %s to %s: more events than can be counted", begins[i], p.End)
			}
			in.add(steps[next])
		}
		h.Points[i] = t.point(p.End, in)
	}
	return nil
}

func (t Terms) point(end time.Time, in held) Point {
	p := Point{End: end, Sum: in.sum, Blurred: in.blurred > 0}
	if sli, ok := budget.SLI(in.sum); ok && !p.Blurred {
		remaining, _ := budget.Remaining(in.sum, t.Objective, t.Over.Pace(end))
		share, left := sli.Float64(), remaining.Float64()
		p.SLI, p.Remaining = &share, &left
	}
	return p
}

// chooseStep is the least step that makes about as many points as a history is to have:
// whole slots, and no shorter than these.
func chooseStep(length, slot time.Duration) time.Duration {
	for _, step := range steps {
		if length <= step*(aboutPoints-1) && step%slot == 0 {
			return step
		}
	}
	return (length/day/aboutPoints + 1) * day
}

func checkRange(from, to time.Time) error {
	var check fault.Check
	switch {
	case to.Before(earliest):
		check.Fail("query.to", to.Format(time.RFC3339), "must not be before %s", earliest.Format(time.RFC3339))
	case from.After(to):
		check.Fail("query.from", from.UTC().Format(time.RFC3339), "must not be after to, or now: %s", to.Format(time.RFC3339))
	case to.Sub(from) > longestHistory:
		check.Fail("query.from", from.UTC().Format(time.RFC3339), "must be at most %s before to", budget.Words(longestHistory))
	}
	return check.Err()
}

func (h *History) checkStep(from, to time.Time, slot time.Duration) error {
	var check fault.Check
	const pointer = "query.stepSeconds"
	seconds := int64(h.Step / time.Second)
	switch {
	case h.Step <= 0 || h.Step%(5*time.Minute) != 0 || day%h.Step != 0 && h.Step%day != 0:
		check.Fail(pointer, seconds, "must be a whole multiple of 300 that divides a day, such as 900, 3600 or 21600, or whole days")
	case h.Step%slot != 0:
		check.Fail(pointer, seconds, "must be a whole multiple of a slice, %d seconds", slot/time.Second)
	case h.Step < h.grain():
		last := h.Thinned[len(h.Thinned)-1]
		check.Fail(pointer, seconds, "must be at least %d: of a part of the time before %s no more than sums of as long are left",
			int64(h.grain()/time.Second), last.To.Format(time.RFC3339))
	case to.Sub(from)/h.Step >= MaxPoints:
		check.Fail(pointer, seconds, "makes more than %d points; choose a longer step", MaxPoints)
	}
	return check.Err()
}

// Measured is what is left of what was measured of an SLO.
type Measured struct {
	Reporters []measure.ReporterSlots
	// Thinned are the sums over all reporters that are left of slots, by group; nil where
	// every slot is left.
	Thinned []measure.ThinnedSlots
}

// Measurements returns the slots that were reported of the current indicator in
// [from, to), by reporter and group, at most MaxSlots of each, and what is left of those
// that are thinned; of one group unless it is empty. to zero is now, and from zero a day
// before to.
//
// Faults: NotFound, of the group too; Invalid with pointers to the query's from and to.
func (s *Service) Measurements(ctx context.Context, slo id.ID, group string, from, to time.Time) (Measured, error) {
	now := clock.Round(s.now())
	v, err := s.view(ctx, slo, now)
	if err != nil {
		return Measured{}, err
	}
	if to.IsZero() {
		to = now
	}
	if from.IsZero() {
		from = to.Add(-day)
	}
	longest := MaxSlots * v.Indicator.Resolution
	var check fault.Check
	check.Require(!to.Before(earliest), "query.to", to.UTC().Format(time.RFC3339), "must not be before %s", earliest.Format(time.RFC3339))
	check.Require(!from.After(to), "query.from", from.UTC().Format(time.RFC3339), "must not be after to, %s", to.UTC().Format(time.RFC3339))
	check.Require(to.Sub(from) <= longest, "query.from", from.UTC().Format(time.RFC3339), "must be at most %s before to: %d slots", budget.Words(longest), MaxSlots)
	if err := check.Err(); err != nil {
		return Measured{}, err
	}
	var out Measured
	if out.Reporters, err = s.measurements.Slots(ctx, v.Indicator.ID, group, from, to); err != nil {
		return Measured{}, fmt.Errorf("read the measurements of an SLO: %w", err)
	}
	if out.Thinned, err = s.measurements.ThinnedSlots(ctx, v.Indicator.ID, group, from, to); err != nil {
		return Measured{}, fmt.Errorf("read what is left of the measurements of an SLO: %w", err)
	}
	return out, nil
}
