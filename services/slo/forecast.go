package slo

import (
	"context"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"runtime"
	"sync"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/window"
	"github.com/evenkeel/evenkeel/services/slo/budget"
	"github.com/evenkeel/evenkeel/services/slo/forecast"
)

// ForecastPaths is how many futures are drawn: the standard error of a probability is
// 0.025 at most.
const ForecastPaths = 400

// forecastHistory is the past from which futures are drawn: four of each day of a week.
const forecastHistory = 28 * day

// Week is the shorter time that a forecast tells of beside the window's: what comes of it
// is known soon.
const Week = 7 * day

// Outlook is how probable it is that an SLO's budget runs out.
type Outlook struct {
	// From is when the forecast begins, Until when it ends: one window later, when nothing
	// of the window is left that was measured.
	From, Until time.Time
	// Unknown says in words why there is none; empty when there is one.
	Unknown string
	// Probability is that the budget is spent at some time between.
	Probability float64
	// Week is that it is spent within a Week; nil where there is no forecast, and where the
	// window is no longer or is a calendar's, of which the end counts.
	Week *float64
	// Times are by when the budget is spent in each of forecast.Shares of the futures; nil
	// is not before Until.
	Times [len(forecast.Shares)]*time.Time
	// Hours is how many of the past the futures are drawn from.
	Hours int
}

// Spent reports whether the budget is spent when the forecast begins.
func (o Outlook) Spent() bool {
	last := o.Times[len(o.Times)-1]
	return last != nil && last.Equal(o.From)
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
	outlooks, err := s.Outlooks(ctx, []View{v})
	if err != nil {
		return Outlook{}, err
	}
	return outlooks[0], nil
}

// Outlooks are the forecasts of many, in their order, whose pasts are read together. It
// authorises nobody.
func (s *Service) Outlooks(ctx context.Context, views []View) ([]Outlook, error) {
	out := make([]Outlook, len(views))
	var places []int
	var pasts []stretch
	for i, v := range views {
		if out[i] = v.outlook(); out[i].Unknown != "" {
			continue
		}
		long := forecastHistory
		if v.Revision.Over.Rolls() {
			long = max(long, v.Length())
		}
		places = append(places, i)
		pasts = append(pasts, stretch{View: v, from: out[i].From.Add(-long), to: out[i].From, step: time.Hour})
	}
	read, err := s.totals(ctx, pasts)
	if err != nil {
		return nil, fmt.Errorf("read the past of %d SLOs: %w", len(pasts), err)
	}
	var wait sync.WaitGroup
	turns := make(chan struct{}, runtime.GOMAXPROCS(0))
	for n, i := range places {
		turns <- struct{}{}
		wait.Go(func() {
			views[i].foretell(&out[i], sumsOf(read[n]))
			<-turns
		})
	}
	wait.Wait()
	return out, nil
}

func sumsOf(steps []measure.Step) []window.Sum {
	sums := make([]window.Sum, len(steps))
	for i, step := range steps {
		sums[i] = step.Sum
	}
	return sums
}

// outlook is what is known of a forecast without the past.
func (v View) outlook() Outlook {
	out := Outlook{From: v.Status.End, Until: v.Status.End.Add(v.Length())}
	if over := v.Revision.Over; !over.Rolls() {
		pace := over.Pace(v.Status.End)
		out.Until = v.Status.End.Add(pace.Whole - pace.Elapsed)
	}
	switch {
	case !v.Status.Evaluated() || !v.Current():
		return Outlook{Unknown: "it was not evaluated yet as it is declared now"}
	case v.Status.State == budget.NoData:
		out.Unknown = fmt.Sprintf("there are no %[1]ss in its window, or fewer than the %[2]d from which something is concluded", v.Revision.Budgeting.Noun(), v.Revision.MinEvents)
	case v.Status.Stale:
		out.Unknown = "it is stale: what happens now is not known"
	}
	return out
}

// foretell draws the futures from the hours that were measured up to now.
func (v View) foretell(out *Outlook, hours []window.Sum) {
	history := hours[len(hours)-int(forecastHistory/time.Hour):]
	for len(history) > 0 && history[0].Total == 0 { // before it was measured
		history = history[1:]
	}
	if out.Hours = len(history); out.Hours < forecast.MinHistory {
		out.Unknown = fmt.Sprintf("it has been measured for %d hours, and a forecast needs %d", out.Hours, forecast.MinHistory)
		return
	}
	seed := fnv.New64a()
	_, _ = fmt.Fprint(seed, v.SLO.ID, out.From.Unix()) // a hash takes everything
	in := forecast.Input{
		Objective: v.Revision.Objective, History: history,
		Paths: ForecastPaths, Pick: rand.New(rand.NewPCG(seed.Sum64(), 0)).IntN,
	}
	if v.Revision.Over.Rolls() {
		in.Window = hours[len(hours)-int(v.Length()/time.Hour):]
	} else {
		// What was measured of the window is known to the minute, and what is left is
		// looked at to the hour.
		in.Window, in.Left = []window.Sum{v.Status.Sums.Window}, max(1, int((out.Until.Sub(out.From)+time.Hour-1)/time.Hour))
	}
	f := forecast.Of(in)
	out.Probability = f.Probability
	if v.Revision.Over.Rolls() && v.Length() > Week {
		week := f.Within(int(Week / time.Hour))
		out.Week = &week
	}
	for i, hour := range f.Hours {
		if hour != nil {
			at := out.From.Add(time.Duration(*hour) * time.Hour)
			if at.After(out.Until) {
				at = out.Until
			}
			out.Times[i] = &at
		}
	}
}
