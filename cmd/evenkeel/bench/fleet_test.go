package bench

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/api"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/segment"
	"github.com/evenkeel/evenkeel/services/measure/window"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

// The goals for ten thousand SLOs.
const (
	goalPush       = time.Second
	goalStatus     = 2 * time.Second
	goalArithmetic = 10 * time.Millisecond
)

// ticks is how many times five minutes pass.
const ticks = 7

// BenchmarkFleet lets time pass for ten thousand SLOs, five minutes at a time: a
// push for all of them through the API, twenty requests of 500 series one after
// the other, and then the evaluation, from the changed segments to committed
// status, as the job does it.
func BenchmarkFleet(b *testing.B) {
	h := onSQLite(b)
	c := dial(b, serve(b, h.Handler()), h.token)
	evaluator := measure.NewEvaluator(h.Store.Measure(), h.SLOs, h.SLOs, h.Store, h.clock.Now, slog.New(slog.DiscardHandler))
	tick := func(n int) (pushed, evaluated time.Duration) {
		h.clock.ahead.Add(int64(measure.FiveMinutes))
		bodies := pushes(b, h, n)
		began := time.Now()
		for _, body := range bodies {
			_, err := c.must("POST", "/v1/measurements", "", body)
			check(b, err)
		}
		pushed = time.Since(began)
		began = time.Now()
		counts, err := evaluator.RunOnce(h.system)
		check(b, err)
		if counts["changes"] < fleetSize || counts["evaluated"] < fleetSize {
			b.Fatalf("not everything was evaluated: %v", counts)
		}
		return pushed, time.Since(began)
	}
	tick(0) // makes the series and reads everything into memory, as a start does
	var pushed, evaluated []float64
	for n := range ticks {
		p, e := tick(n + 1)
		pushed, evaluated = append(pushed, p.Seconds()), append(evaluated, e.Seconds())
	}
	timed("push for 10,000 SLOs, SQLite", pushed, goalPush)
	timed("changes of 10,000 SLOs to status, SQLite", evaluated, goalStatus)
	b.ReportMetric(median(pushed)*1e3, "ms/push")
	b.ReportMetric(median(evaluated)*1e3, "ms/status")
	b.ReportMetric(0, "ns/op")
}

// pushes are the bodies of a push for every SLO: the slot that ended last.
func pushes(tb testing.TB, h *house, n int) [][]byte {
	tb.Helper()
	start := h.clock.Now().Truncate(measure.FiveMinutes).Add(-measure.FiveMinutes)
	var bodies [][]byte
	for first := 0; first < len(h.names); first += measure.MaxSeriesPerPush {
		var in api.BulkMeasurementsInput
		for i, name := range h.names[first : first+measure.MaxSeriesPerPush] {
			good := float64(99_000 + (n*7+i)%1000)
			in.Series = append(in.Series, api.SeriesInput{
				Service: name.Service, SLO: name.SLO, Reporter: measure.DefaultReporter,
				Slots: []api.SlotInput{{Start: start, Good: &good, Total: 100_000}},
			})
		}
		body, err := json.Marshal(in)
		check(tb, err)
		bodies = append(bodies, body)
	}
	return bodies
}

// timed reports seconds against a goal: the median, and the best and the worst in
// the note.
func timed(name string, seconds []float64, goal time.Duration) {
	took := median(seconds)
	results.add(figure{
		name: name, this: inUnits(took), goal: "≤ " + inUnits(goal.Seconds()), met: took <= goal.Seconds(),
		note: spread(seconds),
	})
}

func spread(seconds []float64) string {
	least, most := seconds[0], seconds[0]
	for _, s := range seconds {
		least, most = min(least, s), max(most, s)
	}
	return fmt.Sprintf("%d times, %s to %s", len(seconds), inUnits(least), inUnits(most))
}

func inUnits(seconds float64) string {
	if seconds < 0.1 {
		return fmt.Sprintf("%.1f ms", seconds*1e3)
	}
	return fmt.Sprintf("%.2f s", seconds)
}

// BenchmarkArithmetic is what the evaluation of ten thousand SLOs calculates,
// without any database: nine windows of each move on by five minutes, and a state
// is decided from their sums; before that the changed hours are put, which is told
// apart. SLOs are taken 500 at a time, as the evaluator does, and it is all told in
// processor time.
func BenchmarkArithmetic(b *testing.B) {
	const own = 28 * measure.DaySpan
	objective, err := budget.ParseObjective("99.9%")
	check(b, err)
	shape, err := window.NewShape(measure.FiveMinutes, budget.Windows(measure.FiveMinutes, window.Window{Length: own}))
	check(b, err)
	day, hours := traffic(b)
	end := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	lines := make([]*window.Timeline, fleetSize)
	for i := range lines {
		lines[i] = window.New(shape, end)
		for d := shape.Horizon(end); d.Before(end); d = d.Add(measure.DaySpan) {
			check(b, lines[i].Put(window.Piece{Start: d, Segment: day}))
		}
	}
	states := map[budget.State]int{}
	step := func() (putting, deciding time.Duration, err error) {
		end = end.Add(measure.FiveMinutes)
		at := end.Add(-measure.FiveMinutes)
		piece := window.Piece{Start: at.Truncate(measure.HourSpan), Segment: hours[at.Sub(at.Truncate(measure.DaySpan))/measure.FiveMinutes]}
		for some := range slices.Chunk(lines, 500) {
			began := processorTime()
			for _, line := range some {
				if err := line.Put(piece); err != nil {
					return 0, 0, err
				}
			}
			put := processorTime()
			for _, line := range some {
				for _, needed := range line.Needs(end) {
					if err := line.Hold(needed, window.Piece{Start: needed, Segment: day}); err != nil {
						return 0, 0, err
					}
				}
				if err := line.Advance(end); err != nil {
					return 0, 0, err
				}
				sums, _ := budget.SumsOf(line.Sums())
				states[budget.Decide(budget.Input{Objective: objective, Period: own, MinEvents: 100, Sums: sums})]++
			}
			putting, deciding = putting+put-began, deciding+processorTime()-put
		}
		return putting, deciding, nil
	}
	_, _, err = step() // the day begins: its slots are given a place
	check(b, err)
	var putting, deciding []float64
	for range 100 {
		put, decided, err := step()
		check(b, err)
		putting, deciding = append(putting, put.Seconds()), append(deciding, decided.Seconds())
	}
	if states[budget.NoData] > 0 {
		b.Fatalf("the states are %v", states)
	}
	timed("windows and states of 10,000 SLOs", deciding, goalArithmetic)
	results.add(figure{name: "changed hours put into 10,000 timelines", this: inUnits(median(putting)), note: spread(putting)})
	b.ReportMetric(median(deciding)*1e3, "ms/tick")
	b.ReportMetric(0, "ns/op")
}

// traffic is the same on every day: a whole day, and for each of its slots the
// hour in which it lies, up to that slot.
func traffic(tb testing.TB) (day segment.Segment, hours []segment.Segment) {
	tb.Helper()
	perDay, perHour := int(measure.DaySpan/measure.FiveMinutes), int(measure.HourSpan/measure.FiveMinutes)
	var slots []segment.Slot
	for i := range perDay {
		slots = append(slots, segment.Slot{Index: i, Good: int64(99_900-i%60) * 1000, Total: 100_000_000})
		hour := append([]segment.Slot(nil), slots[i-i%perHour:]...)
		for k := range hour {
			hour[k].Index = k
		}
		packed, _, err := segment.Merge(segment.New(measure.FiveMinutes, perHour), hour)
		check(tb, err)
		hours = append(hours, packed)
	}
	day, _, err := segment.Merge(segment.New(measure.FiveMinutes, perDay), slots)
	check(tb, err)
	return day, hours
}
