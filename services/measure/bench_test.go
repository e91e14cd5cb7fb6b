package measure_test

import (
	"context"
	"fmt"
	"log/slog"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/segment"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/alert"
)

const thousands = 10_000

// everybody is one batch for each indicator with what its reporter sends at a
// tick: the slot that ended, and those before it in the hour again.
func (b *bundle) everybody(slots ...measure.Slot) []measure.Batch {
	batches := make([]measure.Batch, len(b.indicators))
	for i := range batches {
		batches[i] = b.batch(i, "", slots...)
	}
	return batches
}

func (b *bundle) pushAll(t testing.TB, batches []measure.Batch) {
	t.Helper()
	for len(batches) > 0 {
		b.push(t, batches[:measure.MaxSeriesPerPush]...)
		batches = batches[measure.MaxSeriesPerPush:]
	}
}

// tick lets five minutes pass and returns the slot that ended.
func (b *bundle) tick() measure.Slot {
	now := b.clock.Advance(five)
	return measure.Slot{Start: now.Add(-five), Good: 999_000, Total: 1_000_000}
}

// Twenty calls of 500 series with one new slot each: the goal is 1 s.
func BenchmarkPushFor10000Series(b *testing.B) {
	bundle := newBundle(b, storetest.SQLite(b), thousands)
	bundle.pushAll(b, bundle.everybody(at(1, 1, 1)))
	for b.Loop() {
		b.StopTimer()
		batches := bundle.everybody(bundle.tick())
		b.StartTimer()
		bundle.pushAll(b, batches)
	}
}

// The same call again changes nothing.
func BenchmarkRepeatedPushFor10000Series(b *testing.B) {
	bundle := newBundle(b, storetest.SQLite(b), thousands)
	batches := bundle.everybody(at(1, 1, 1))
	bundle.pushAll(b, batches)
	for b.Loop() {
		bundle.pushAll(b, batches)
	}
}

// From a changed segment of each of 10,000 subjects to what was concluded and the
// changes removed, committed. What Conclude writes is not part of it.
func BenchmarkEvaluateChangesOf10000Subjects(b *testing.B) {
	bundle := newBundle(b, storetest.SQLite(b), thousands)
	bundle.pushAll(b, bundle.everybody(at(1, 1, 1)))
	bundle.evaluate(b, map[string]int64{"evaluated": thousands})
	for b.Loop() {
		b.StopTimer()
		bundle.pushAll(b, bundle.everybody(bundle.tick()))
		b.StartTimer()
		bundle.evaluate(b, map[string]int64{"evaluated": thousands, "changes": thousands, "segments_loaded": thousands})
	}
}

// The same with status rows of 10,000 SLOs: from changed segments to committed
// status. The goal is 2 s.
func BenchmarkStatusOf10000SLOsFromChanges(b *testing.B) {
	bundle, _ := fleet(b)
	for b.Loop() {
		b.StopTimer()
		bundle.pushAll(b, bundle.everybody(bundle.tick()))
		b.StartTimer()
		bundle.evaluate(b, map[string]int64{"evaluated": thousands, "changes": thousands, "segments_loaded": thousands})
	}
}

// What alerts cost a tick of 10,000 SLOs: the time with them over that without, when
// nothing burns, and when every SLO burns by all four pairs and each peak rises.
func BenchmarkAlertsOf10000SLOs(b *testing.B) {
	for name, bad := range map[string]int64{"quiet": 0, "burning": 900} {
		b.Run(name, func(b *testing.B) {
			bundle, slos := fleet(b)
			s := bundle.store
			alerts := alert.NewService(s.Alert(), s.SLO(), s.Registry(), s, nil, nil, bundle.clock.Now)
			var took [2]time.Duration
			tick := func(i int, a slo.Alerts) {
				slot := bundle.tick()
				slot.Good = slot.Total - bad*1000
				bundle.pushAll(b, bundle.everybody(slot))
				slos.AlertWith(a)
				began := time.Now()
				bundle.evaluate(b, map[string]int64{"evaluated": thousands})
				took[i] += time.Since(began)
			}
			tick(1, alerts) // what burns starts here
			took = [2]time.Duration{}
			for b.Loop() {
				tick(0, nil)
				tick(1, alerts)
			}
			b.ReportMetric(float64(took[0].Milliseconds())/float64(b.N), "ms-without")
			b.ReportMetric(float64(took[1].Milliseconds())/float64(b.N), "ms-with")
			b.ReportMetric(took[1].Seconds()/took[0].Seconds(), "with÷without")
		})
	}
}

// fleet is 10,000 SLOs with their status rows, each evaluated once.
func fleet(b *testing.B) (*bundle, *slo.Service) {
	b.Helper()
	s := storetest.SQLite(b)
	bundle := &bundle{store: s, clock: clock.NewManual(noon), runner: &runner{Runner: s}}
	owner := storetest.Service(b, s, storetest.Team(b, s, "crew").ID, "boat")
	for first := 0; first < thousands; first += 500 {
		err := s.InTx(b.Context(), func(ctx context.Context) error {
			for i := range 500 {
				v := storetest.AnSLO(owner.ID, fmt.Sprintf("slo-%d", first+i))
				if err := s.SLO().CreateSLO(ctx, v); err != nil {
					return err
				}
				bundle.indicators = append(bundle.indicators, v.Indicator.ID)
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	bundle.service = measure.New(s.Measure(), s, bundle.clock.Now)
	slos := slo.NewService(s.SLO(), s, s.Registry(), bundle.service, nil, nil, nil, bundle.clock.Now, slog.New(slog.DiscardHandler))
	bundle.evaluator = measure.NewEvaluator(s.Measure(), slos, slos, s, bundle.clock.Now, quiet)
	bundle.pushAll(b, bundle.everybody(at(1, 1, 1)))
	bundle.evaluate(b, map[string]int64{"evaluated": thousands})
	return bundle, slos
}

// A restart: 1,000 subjects with 30 days of slots are read into memory.
func BenchmarkBuildTimelinesOf1000SubjectsWith30Days(b *testing.B) {
	bundle := month(b, 1000)
	for b.Loop() {
		bundle.evaluator = bundle.newEvaluator()
		bundle.evaluate(b, map[string]int64{"evaluated": 1000})
	}
}

// The heap of the evaluator that knows 10,000 series with 30 days of slots, nine
// windows of up to 90 days; the goal of the whole program is 300 MB.
func BenchmarkHeapOf10000SeriesWith30Days(b *testing.B) {
	bundle := month(b, thousands)
	for b.Loop() {
		before := heap()
		bundle.evaluator = bundle.newEvaluator()
		bundle.evaluate(b, map[string]int64{"evaluated": thousands})
		bundle.book.latest = nil
		b.ReportMetric(float64(heap()-before)/1e6, "MB")
		b.ReportMetric(float64(bundle.evaluator.Size())/1e6, "MB-timelines")
		runtime.KeepAlive(bundle)
	}
}

// month gives each series a slot at every five minutes of the last 30 whole days,
// as it is stored after folding.
func month(b *testing.B, series int) *bundle {
	b.Helper()
	bundle := newBundle(b, storetest.SQLite(b), series)
	last := noon.Truncate(day)
	packed, _, err := segment.Merge(segment.New(five, 288), steady())
	if err != nil {
		b.Fatal(err)
	}
	for some := range slices.Chunk(bundle.indicators, 100) {
		err := bundle.store.InTx(b.Context(), func(ctx context.Context) error {
			want := make([]measure.Series, len(some))
			for i, indicator := range some {
				want[i] = measure.Series{
					ID: id.New(noon), Indicator: indicator, Reporter: measure.DefaultReporter, Resolution: five, FoldedUntil: last, CreatedAt: noon,
				}
			}
			made, err := bundle.store.Measure().EnsureSeries(ctx, want)
			if err != nil {
				return err
			}
			var rows []measure.StoredSegment
			for _, s := range made {
				for k := range 30 {
					rows = append(rows, measure.StoredSegment{
						SegmentKey: measure.SegmentKey{Series: s.ID, Start: last.Add(-day * time.Duration(k+1)), Span: day}, Data: packed.Bytes(),
					})
				}
			}
			return bundle.store.Measure().PutSegments(ctx, rows)
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	bundle.settle(b)
	return bundle
}

// settle removes all changes, as if they had been evaluated.
func (b *bundle) settle(t testing.TB) {
	t.Helper()
	for {
		changes, err := b.store.Measure().Changes(t.Context(), 10_000)
		if err != nil || len(changes) == 0 {
			if err != nil {
				t.Fatal(err)
			}
			return
		}
		notes := make([]int64, len(changes))
		for i, c := range changes {
			notes[i] = c.ID
		}
		if err := b.store.Measure().RemoveChanges(t.Context(), notes); err != nil {
			t.Fatal(err)
		}
	}
}

// steady is a day of about a thousand events in each slot.
func steady() []segment.Slot {
	slots := make([]segment.Slot, 288)
	for i := range slots {
		slots[i] = segment.Slot{Index: i, Good: int64(900+i%100) * 1000, Total: int64(1000+i%50) * 1000}
	}
	return slots
}

func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// A month of five-minute slots of 100 indicators becomes sums of hours, and these of days:
// what it takes, and what is stored of each indicator in a year.
func BenchmarkThinAMonthOf100Indicators(b *testing.B) {
	const indicators = 100
	stored := map[string]float64{}
	for b.Loop() {
		b.StopTimer()
		bundle := newBundle(b, storetest.SQLite(b), indicators)
		bundle.book.subjects = nil
		bundle.clock.Advance(60 * day)
		april, looks := time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC), looking{}
		for i, indicator := range bundle.indicators {
			looks[indicator] = measure.Look{Zone: time.UTC}
			slots := make([]measure.Slot, 30*288)
			for k := range slots {
				bad := int64((i + k) % 7)
				slots[k] = measure.Slot{Start: april.Add(time.Duration(k) * five), Good: (300 - bad) * measure.Event, Total: 300 * measure.Event}
			}
			bundle.push(b, bundle.batch(i, "", slots...))
		}
		bundle.clock.Advance(measure.WholeFor + 33*day)
		if _, err := bundle.folder.FoldOnce(b.Context()); err != nil {
			b.Fatal(err)
		}
		note := func(of string, bytes func(indicator id.ID) int) {
			n := 0
			for _, indicator := range bundle.indicators {
				n += bytes(indicator)
			}
			stored[of+"-B/year"] = float64(n) / indicators / 30 * 365
		}
		note("slots", func(indicator id.ID) (n int) {
			series, err := bundle.store.Measure().Series(b.Context(), []id.ID{indicator})
			if err != nil {
				b.Fatal(err)
			}
			rows, err := bundle.store.Measure().Segments(b.Context(), []id.ID{series[0].ID}, april, april.AddDate(0, 1, 0))
			if err != nil {
				b.Fatal(err)
			}
			for _, row := range rows {
				n += len(row.Data)
			}
			return n
		})
		months := func(indicator id.ID) (n int) {
			rows, err := bundle.store.Measure().Thinned(b.Context(), indicator, "", april, april.AddDate(0, 1, 0))
			if err != nil {
				b.Fatal(err)
			}
			for _, row := range rows {
				n += len(row.Data)
			}
			return n
		}
		thinner := measure.NewThinner(bundle.store.Measure(), looks, bundle.runner, bundle.clock.Now, quiet)
		thin := func() {
			if _, err := thinner.ThinOnce(b.Context()); err != nil {
				b.Fatal(err)
			}
		}
		b.StartTimer()
		thin()
		b.StopTimer()
		note("hours", months)
		bundle.clock.Advance(measure.HoursFor)
		b.StartTimer()
		thin()
		b.StopTimer()
		note("days", months)
		b.StartTimer()
	}
	for unit, n := range stored {
		b.ReportMetric(n, unit)
	}
}
