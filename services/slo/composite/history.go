package composite

import (
	"context"
	"fmt"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/window"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/budget"
	"github.com/evenkeel/evenkeel/services/slo/composite/formula"
)

const day = 24 * time.Hour

// The bounds of a history, which reads what every member measured in it and in the window
// before.
const (
	MaxPoints      = 400
	longestHistory = 92 * day
	oldestHistory  = 400 * day // how long ago its first window begins at most
	aboutPoints    = 125
)

// steps are those that a history chooses from when none is given.
var steps = []time.Duration{time.Hour, 2 * time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour, day}

// History is how a composite's window stood over time, by its current terms and those that
// its members have now: it is derived anew from what was measured.
type History struct {
	From, To time.Time // the ends of the first and the last window
	Step     time.Duration
	Window   slo.TimeWindow
	Revision int // whose terms they are
	Points   []Point
}

// Point is the composite's window that ended at End. What is unknown is nil, and SLI too
// where the method has none.
type Point struct {
	End            time.Time
	SLI, Remaining *formula.Fraction
}

// History returns how the window stood at to and every step before that until from. to is
// at most now and rounded down to an hour; zero it is now, and from zero one window before,
// or when a calendar's began, 92 days at most. A step is whole hours that divide a day, or whole days; zero it is chosen.
//
// Faults: NotFound; Invalid with pointers to the query's from, to and stepSeconds.
func (s *Service) History(ctx context.Context, composite id.ID, from, to time.Time, step time.Duration) (History, error) {
	now := clock.Round(s.Clock())
	v, err := s.View(ctx, composite)
	if err != nil {
		return History{}, err
	}
	if to.IsZero() || to.After(now) {
		to = now
	}
	to = to.UTC().Truncate(time.Hour)
	if from.IsZero() {
		if from, _ = v.Revision.Over.Window().Span(to); !v.Revision.Over.Rolls() {
			from = from.Add(1) // then another ended, of which nothing was asked
		}
		if to.Sub(from) > longestHistory {
			from = to.Add(-longestHistory)
		}
	}
	for i := 0; step == 0; i++ {
		if i == len(steps)-1 || to.Sub(from) <= steps[i]*(aboutPoints-1) {
			step = steps[i]
		}
	}
	if err := checkHistory(v.Revision.Over, from, to, step, now); err != nil {
		return History{}, err
	}
	points := int(to.Sub(from)/step) + 1
	h := History{From: to.Add(-time.Duration(points-1) * step), To: to, Step: step, Window: v.Revision.Over, Revision: v.Revision.Number}
	for i := range points {
		h.Points = append(h.Points, Point{End: h.From.Add(time.Duration(i) * step)})
	}
	if err := s.fill(ctx, v, &h); err != nil {
		return History{}, fmt.Errorf("read the history of a composite SLO: %w", err)
	}
	return h, nil
}

// fill works out the points.
func (s *Service) fill(ctx context.Context, v View, h *History) error {
	looks, err := s.looks(ctx, []View{v}, h.From, h.To)
	if err != nil {
		return err
	}
	if err := looks.unread(v); err != nil {
		return fmt.Errorf("read what is corrected of its members: %w", err)
	}
	members := make([][]window.Sum, len(v.Revision.Members))
	for i, m := range v.Revision.Members {
		if v.Revision.unfit(m) {
			continue
		}
		of, slot := looks.reading(v, m)
		members[i], err = sums(h, slot, func(from, to time.Time, step time.Duration) ([]measure.Step, error) {
			return s.Measurements.Totals(ctx, of, from, to, step)
		})
		if err != nil {
			return err
		}
	}
	var joint []window.Sum
	if parts := looks.together(v); len(parts) > 0 {
		joint, err = sums(h, v.Revision.SliceLength, func(from, to time.Time, step time.Duration) ([]measure.Step, error) {
			return s.Measurements.TotalsTogether(ctx, parts, from, to, step)
		})
		if err != nil {
			return err
		}
	}
	for k := range h.Points {
		p := &h.Points[k]
		in := formula.Input{Method: v.Revision.Method, Objective: v.Revision.Objective, Period: h.Window.Length(p.End), Pace: h.Window.Pace(p.End)}
		for i, m := range v.Revision.Members {
			of := formula.Member{Weight: m.Weight, Missing: m.Missing, Objective: m.SLO.Objective}
			if members[i] != nil {
				reading, _ := looks.reading(v, m)
				of.Unit, of.Sums = reading.Lens.Slices.Unit(), budget.Sums{Window: members[i][k]}
				if !v.Revision.Method.Slices() {
					of.MinEvents = looks.slos[m.SLO.ID].Revision.MinEvents
				}
			}
			in.Members = append(in.Members, of)
		}
		if joint != nil {
			in.Joint = budget.Sums{Window: joint[k]}
		}
		p.SLI, p.Remaining = formula.Stand(in)
	}
	return nil
}

// sums are what the window of each point holds, by totals of what moves in such slots.
func sums(h *History, slot time.Duration, totals func(from, to time.Time, step time.Duration) ([]measure.Step, error)) ([]window.Sum, error) {
	out := make([]window.Sum, len(h.Points))
	if h.Window.Rolls() {
		// Windows are whole days: all of them begin and end on the bounds of buckets. They
		// are as long as measure bounds the events of, so that every sum can be counted.
		own, bucket := h.Window.Length(h.To), min(h.Step, day)
		buckets, err := totals(h.From.Add(-own), h.To, bucket)
		if err != nil {
			return nil, err
		}
		wide, apart := int(own/bucket), int(h.Step/bucket)
		for i := range out {
			if i == 0 {
				for _, b := range buckets[:wide] {
					out[0] = out[0].Plus(b.Sum)
				}
				continue
			}
			out[i] = out[i-1]
			for k := (i - 1) * apart; k < i*apart; k++ {
				out[i] = out[i].Plus(buckets[k+wide].Sum).Minus(buckets[k].Sum)
			}
		}
		return out, nil
	}
	for i := 0; i < len(out); {
		begin, over := h.Window.Window().Span(h.Points[i].End)
		begin = begin.Truncate(slot)
		last := i // of the same window
		for last+1 < len(out) && !h.Points[last+1].End.After(over) {
			last++
		}
		before, err := totals(begin, h.Points[i].End, h.Points[i].End.Sub(begin))
		if err != nil {
			return nil, err
		}
		after, err := totals(h.Points[i].End, h.Points[last].End, h.Step)
		if err != nil {
			return nil, err
		}
		out[i] = before[0].Sum
		for k, step := range after {
			sum, fits := out[i+k].Adding(step.Sum)
			if !fits {
				return nil, fmt.Errorf("sum up from %s to %s: more events than can be counted", begin, h.Points[i+1+k].End)
			}
			out[i+1+k] = sum
		}
		i = last + 1
	}
	return out, nil
}

func checkHistory(over slo.TimeWindow, from, to time.Time, step time.Duration, now time.Time) error {
	var check fault.Check
	whole := step > 0 && step%time.Hour == 0 && (day%step == 0 || step%day == 0)
	check.Require(whole, "query.stepSeconds", int64(step/time.Second), "must be whole hours that divide a day, such as 3600 or 21600, or whole days")
	oldest := now.Add(-oldestHistory)
	begin, _ := over.Window().Span(from)
	switch {
	case from.After(to):
		check.Fail("query.from", from.UTC().Format(time.RFC3339), "must not be after to, or now: %s", to.Format(time.RFC3339))
	case to.Sub(from) > longestHistory:
		check.Fail("query.from", from.UTC().Format(time.RFC3339), "must be at most %s before to", budget.Words(longestHistory))
	case begin.Before(oldest): // later what was measured is thinned, too
		check.Fail("query.from", from.UTC().Format(time.RFC3339), "must be later: its window, %s, begins at %s, and is known from %s on", over, begin.UTC().Format(time.RFC3339), oldest.Format(time.RFC3339))
	case whole && to.Sub(from)/step >= MaxPoints:
		check.Fail("query.stepSeconds", int64(step/time.Second), "makes more than %d points; choose a longer step", MaxPoints)
	}
	return check.Err()
}
