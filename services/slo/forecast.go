package slo

import (
	"context"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/measure/window"
	"github.com/evenkeel/evenkeel/services/slo/budget"
	"github.com/evenkeel/evenkeel/services/slo/forecast"
)

// ForecastPaths is how many futures are drawn: the standard error of a probability is
// 0.025 at most.
const ForecastPaths = 400

// forecastHistory is the past from which futures are drawn: four of each day of a week.
const forecastHistory = 28 * day

// Outlook is how probable it is that an SLO's budget runs out.
type Outlook struct {
	// From is when the forecast begins, Until when it ends: one window later, when nothing
	// of the window is left that was measured.
	From, Until time.Time
	// Unknown says in words why there is none; empty when there is one.
	Unknown string
	// Probability is that the budget is spent at some time between.
	Probability float64
	// Times are by when the budget is spent in each of forecast.Shares of the futures; nil
	// is not before Until.
	Times [len(forecast.Shares)]*time.Time
	// Hours is how many of the past the futures are drawn from.
	Hours int
}

// Forecast tells how probable it is that the budget of an SLO runs out within the length
// of its window, if the days to come are like those of the last four weeks. The same
// measurements give the same forecast.
//
// Faults: NotFound.
func (s *Service) Forecast(ctx context.Context, slo id.ID) (Outlook, error) {
	v, err := s.view(ctx, slo, clock.Round(s.now()))
	if err != nil {
		return Outlook{}, err
	}
	return s.forecast(ctx, v)
}

// forecast is Forecast of an SLO that was read.
func (s *Service) forecast(ctx context.Context, v View) (Outlook, error) {
	out := Outlook{From: v.Status.End, Until: v.Status.End.Add(v.Length())}
	own := v.Length() // of the window that is measured
	if over := v.Revision.Over; !over.Rolls() {
		pace := over.Pace(v.Status.End)
		out.Until, own = v.Status.End.Add(pace.Whole-pace.Elapsed), pace.Elapsed
	}
	switch {
	case !v.Status.Evaluated() || !v.Current():
		return Outlook{Unknown: "it was not evaluated yet as it is declared now"}, nil
	case v.Status.State == budget.NoData:
		out.Unknown = fmt.Sprintf("there are no %[1]ss in its window, or fewer than the %[2]d from which something is concluded", v.Revision.Budgeting.Noun(), v.Revision.MinEvents)
		return out, nil
	case v.Status.Stale:
		out.Unknown = "it is stale: what happens now is not known"
		return out, nil
	}
	hours, err := s.hours(ctx, v, out.From.Add(-max(forecastHistory, own.Truncate(time.Hour))), out.From)
	if err != nil {
		return Outlook{}, fmt.Errorf("read the past of an SLO: %w", err)
	}
	history := hours[len(hours)-int(forecastHistory/time.Hour):]
	for len(history) > 0 && history[0].Total == 0 { // before it was measured
		history = history[1:]
	}
	if out.Hours = len(history); out.Hours < forecast.MinHistory {
		out.Unknown = fmt.Sprintf("it has been measured for %d hours, and a forecast needs %d", out.Hours, forecast.MinHistory)
		return out, nil
	}
	seed := fnv.New64a()
	_, _ = fmt.Fprint(seed, v.SLO.ID, out.From.Unix()) // a hash takes everything
	in := forecast.Input{
		Objective: v.Revision.Objective, Window: hours[len(hours)-int(own/time.Hour):], History: history,
		Paths: ForecastPaths, Pick: rand.New(rand.NewPCG(seed.Sum64(), 0)).IntN,
	}
	if !v.Revision.Over.Rolls() {
		// What was measured of the window is known to the minute, and what is left is
		// looked at to the hour.
		in.Window, in.Left = []window.Sum{v.Status.Sums.Window}, max(1, int((out.Until.Sub(out.From)+time.Hour-1)/time.Hour))
	}
	f := forecast.Of(in)
	out.Probability = f.Probability
	for i, hour := range f.Hours {
		if hour != nil {
			at := out.From.Add(time.Duration(*hour) * time.Hour)
			if at.After(out.Until) {
				at = out.Until
			}
			out.Times[i] = &at
		}
	}
	return out, nil
}

// hours are the sums of each hour before to, by the terms as they are and with the
// corrections.
func (s *Service) hours(ctx context.Context, v View, from, to time.Time) ([]window.Sum, error) {
	of, err := s.reading(ctx, v, "", from, to)
	if err != nil {
		return nil, err
	}
	steps, err := s.measurements.Totals(ctx, of, from, to, time.Hour)
	if err != nil {
		return nil, err
	}
	hours := make([]window.Sum, len(steps))
	for i, step := range steps {
		hours[i] = step.Sum
	}
	return hours, nil
}
