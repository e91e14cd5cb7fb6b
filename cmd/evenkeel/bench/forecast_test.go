package bench

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/window"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/budget"
	"github.com/evenkeel/evenkeel/services/slo/forecast"
)

const goalForecasts = 5 * time.Second

// BenchmarkForecasts forecasts ten thousand SLOs: 400 futures of 28 days each, drawn from as
// many. The futures alone are held against the plain way of drawing them, hour by hour, on
// one of fifty. The whole is what the job takes once a day: the past is read from segments in
// slots of five minutes, and the forecasts are kept.
func BenchmarkForecasts(b *testing.B) {
	w := weighing{Window: "28d", Resolution: measure.FiveMinutes, SLOs: fleetSize, Dir: copyTemplate(b)}
	fill(b, w)
	ctx := access.WithCaller(context.Background(), access.System("bench"))
	// No half an hour after the last slot: nothing is forecast of what is stale.
	now := func() time.Time { return weighedAt().Add(-25 * time.Minute) }
	a, err := open(ctx, location{dir: w.Dir}, now, slog.New(slog.DiscardHandler))
	check(b, err)
	b.Cleanup(func() { check(b, a.Close(ctx)) })
	_, err = measure.NewEvaluator(a.Store.Measure(), a.SLOs, a.SLOs, a.Store, now, slog.New(slog.DiscardHandler)).RunOnce(ctx)
	check(b, err)

	began := time.Now()
	counts, err := a.Scores.RunOnce(ctx)
	took := time.Since(began)
	check(b, err)
	if counts["made"] != 2*fleetSize {
		b.Fatalf("not all were forecast: %v", counts)
	}
	views := 0
	began = time.Now()
	for after := id.ID(""); views < fleetSize; {
		some, err := a.Store.SLO().ActiveViews(ctx, after, 500)
		check(b, err)
		outlooks, err := a.SLOs.Outlooks(ctx, some)
		check(b, err)
		for _, o := range outlooks {
			if o.Unknown != "" {
				b.Fatal(o.Unknown)
			}
		}
		views += len(some)
		after = some[len(some)-1].SLO.ID
	}
	read := time.Since(began)
	ours, plain := futures(b)
	results.add(figure{
		name: "forecast of 10,000 SLOs, 400 futures of 28 d, SQLite", this: inUnits(read.Seconds()), goal: "≤ " + inUnits(goalForecasts.Seconds()), met: read <= goalForecasts,
		peer: inUnits(plain.Seconds()), said: fmt.Sprintf("%.2f", plain.Seconds()/ours.Seconds()),
		note: fmt.Sprintf("with reading 28 days of each; the futures alone %s on one core, hour by hour %s; the job that keeps them %s", inUnits(ours.Seconds()), inUnits(plain.Seconds()), inUnits(took.Seconds())),
	})
	b.ReportMetric(read.Seconds(), "s/forecasts")
	b.ReportMetric(took.Seconds(), "s/job")
	b.ReportMetric(plain.Seconds()/ours.Seconds(), "×plain")
	b.ReportMetric(0, "ns/op")
}

// futures is how long the futures of ten thousand SLOs take on one core, ours and hour by
// hour, both by 200 of them.
func futures(b *testing.B) (ours, plain time.Duration) {
	b.Helper()
	const some = 200
	o, err := budget.ParseObjective("99.9%")
	check(b, err)
	random := rand.New(rand.NewPCG(1, 2))
	hours := make([]window.Sum, 28*forecast.Block)
	for i := range hours {
		bad := int64(0)
		if random.IntN(20) == 0 {
			bad = random.Int64N(40)
		}
		hours[i] = window.Sum{Good: (1000 - bad) * 1000, Total: 1_000_000}
	}
	in := forecast.Input{Objective: o, Window: hours, History: hours, Paths: slo.ForecastPaths, Pick: random.IntN}
	began := time.Now()
	for range some {
		forecast.Of(in)
	}
	ours = time.Since(began) * fleetSize / some
	began = time.Now()
	for range some {
		hourByHour(in)
	}
	return ours, time.Since(began) * fleetSize / some
}

// hourByHour is in how many futures the budget is spent, of which each hour is gone through.
func hourByHour(in forecast.Input) int {
	spent, days := 0, len(in.History)/forecast.Block
	for range in.Paths {
		var sum window.Sum
		for _, hour := range in.Window {
			sum = sum.Plus(hour)
		}
	path:
		for begin := 0; begin < len(in.Window); begin += forecast.Block {
			day := len(in.History) - forecast.Block*(1+in.Pick(days))
			for hour := range forecast.Block {
				sum = sum.Plus(in.History[day+hour]).Minus(in.Window[begin+hour])
				if left, known := budget.RemainingPPB(sum, in.Objective, budget.Pace{}); known && left <= 0 {
					spent++
					break path
				}
			}
		}
	}
	return spent
}
