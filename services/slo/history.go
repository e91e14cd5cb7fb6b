package slo

import (
	"context"
	"fmt"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/window"
	"github.com/evenkeel/evenkeel/services/slo/budget"
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
	Step     time.Duration
	Window   TimeWindow
	Unit     int64 // what one event, or slice, is in the sums
	Revision int   // whose terms they are
	Points   []Point
}

// Point is the SLO's window that ended at End. SLI and Remaining, a share of the
// budget, are unknown where there were no events.
type Point struct {
	End            time.Time
	Sum            window.Sum
	SLI, Remaining *float64
}

// steps are those that a history chooses from when none is given.
var steps = []time.Duration{
	5 * time.Minute, 15 * time.Minute, 30 * time.Minute, time.Hour, 2 * time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour, day,
}

// aboutPoints is how many points a history without a step has at most.
const aboutPoints = 250

// History returns the SLI and the remaining budget of the SLO's own window, or of
// one group in it unless that is empty, as it was at to and every step before that until from. to is at most now, and
// rounded down to a slot; zero it is now, and from zero one window before to. A
// step is a whole multiple of five minutes that divides a day, or whole days; zero
// it is chosen.
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
	if step == 0 {
		step = chooseStep(to.Sub(from), slot)
	}
	if err := checkHistory(from, to, step, slot); err != nil {
		return History{}, err
	}
	points := int(to.Sub(from)/step) + 1
	first := to.Add(-time.Duration(points-1) * step)
	h := History{
		From: first, To: to, Step: step, Window: v.Revision.Over, Unit: v.Revision.Budgeting.Unit(), Revision: v.Revision.Number,
		Points: make([]Point, points),
	}
	begin, _ := h.Window.Window().Span(first)
	of, err := s.reading(ctx, v, group, begin, to)
	if err != nil {
		return History{}, err
	}
	fill := s.slide
	if !h.Window.Rolls() {
		fill = s.cumulate
	}
	if err := fill(ctx, of, v.Revision.Terms, &h); err != nil {
		return History{}, fmt.Errorf("read the history of an SLO: %w", err)
	}
	return h, nil
}

// slide fills in the points of a rolling window.
func (s *Service) slide(ctx context.Context, of measure.Reading, t Terms, h *History) error {
	// Windows are whole days: all of them begin and end on the bounds of buckets.
	own, bucket := t.Over.Length(h.To), min(h.Step, day)
	buckets, err := s.measurements.Totals(ctx, of, h.From.Add(-own), h.To, bucket)
	if err != nil {
		return err
	}
	wide, apart := int(own/bucket), int(h.Step/bucket)
	var sum window.Sum
	for _, b := range buckets[:wide] {
		sum = sum.Plus(b.Sum)
	}
	for i := range h.Points {
		h.Points[i] = t.point(h.From.Add(time.Duration(i)*h.Step), sum)
		if i == len(h.Points)-1 {
			break
		}
		for k := i * apart; k < (i+1)*apart; k++ {
			sum = sum.Plus(buckets[k+wide].Sum).Minus(buckets[k].Sum)
		}
	}
	return nil
}

// cumulate fills in the points of a calendar's windows: each of them is what came since
// its window began.
func (s *Service) cumulate(ctx context.Context, of measure.Reading, t Terms, h *History) error {
	at := func(i int) time.Time { return h.From.Add(time.Duration(i) * h.Step) }
	for i := 0; i < len(h.Points); {
		begin, over := t.Over.Window().Span(at(i))
		last := i // of the same window
		for last+1 < len(h.Points) && !at(last+1).After(over) {
			last++
		}
		before, err := s.measurements.Totals(ctx, of, begin, at(i), at(i).Sub(begin))
		if err != nil {
			return err
		}
		after, err := s.measurements.Totals(ctx, of, at(i), at(last), h.Step)
		if err != nil {
			return err
		}
		sum := before[0].Sum
		h.Points[i] = t.point(at(i), sum)
		for k, step := range after {
			sum = sum.Plus(step.Sum)
			h.Points[i+1+k] = t.point(at(i+1+k), sum)
		}
		i = last + 1
	}
	return nil
}

func (t Terms) point(end time.Time, sum window.Sum) Point {
	p := Point{End: end, Sum: sum}
	if sli, ok := budget.SLI(sum); ok {
		remaining, _ := budget.Remaining(sum, t.Objective, t.Over.Pace(end))
		share, left := sli.Float64(), remaining.Float64()
		p.SLI, p.Remaining = &share, &left
	}
	return p
}

func chooseStep(length, slot time.Duration) time.Duration {
	for _, step := range steps {
		if length <= step*(aboutPoints-1) && step%slot == 0 {
			return step
		}
	}
	return (length/day/aboutPoints + 1) * day
}

func checkHistory(from, to time.Time, step, slot time.Duration) error {
	var check fault.Check
	whole := step > 0 && step%(5*time.Minute) == 0 && (day%step == 0 || step%day == 0)
	seconds := int64(step / time.Second)
	check.Require(whole, "query.stepSeconds", seconds, "must be a whole multiple of 300 that divides a day, such as 900, 3600 or 21600, or whole days")
	if whole && step%slot != 0 {
		check.Fail("query.stepSeconds", seconds, "must be a whole multiple of a slice, %d seconds", slot/time.Second)
		whole = false
	}
	switch {
	case to.Before(earliest):
		check.Fail("query.to", to.Format(time.RFC3339), "must not be before %s", earliest.Format(time.RFC3339))
	case from.After(to):
		check.Fail("query.from", from.UTC().Format(time.RFC3339), "must not be after to, or now: %s", to.Format(time.RFC3339))
	case to.Sub(from) > longestHistory:
		check.Fail("query.from", from.UTC().Format(time.RFC3339), "must be at most %s before to", budget.Short(longestHistory))
	case whole && to.Sub(from)/step >= MaxPoints:
		check.Fail("query.stepSeconds", seconds, "makes more than %d points; choose a longer step", MaxPoints)
	}
	return check.Err()
}

// Measurements returns the slots that were reported of the current indicator in
// [from, to), by reporter and group, at most MaxSlots of each; of one group unless
// it is empty. to zero is now, and from zero a day before to.
//
// Faults: NotFound, of the group too; Invalid with pointers to the query's from and to.
func (s *Service) Measurements(ctx context.Context, slo id.ID, group string, from, to time.Time) ([]measure.ReporterSlots, error) {
	now := clock.Round(s.now())
	v, err := s.view(ctx, slo, now)
	if err != nil {
		return nil, err
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
	check.Require(to.Sub(from) <= longest, "query.from", from.UTC().Format(time.RFC3339), "must be at most %s before to: %d slots", budget.Short(longest), MaxSlots)
	if err := check.Err(); err != nil {
		return nil, err
	}
	slots, err := s.measurements.Slots(ctx, v.Indicator.ID, group, from, to)
	if err != nil {
		return nil, fmt.Errorf("read the measurements of an SLO: %w", err)
	}
	return slots, nil
}
