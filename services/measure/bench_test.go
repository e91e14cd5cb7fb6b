package measure_test

import (
	"runtime"
	"testing"

	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/slo/budget"
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

// month gives each series a slot at every five minutes of the last 30 days.
func month(b *testing.B, series int) *bundle {
	bundle := newBundle(b, storetest.SQLite(b), series)
	for i := range bundle.book.subjects {
		bundle.book.subjects[i].Windows = budget.Windows(90 * day)
	}
	const each = 30 * int(day/five)
	for first := 0; first < series; first += 5 { // of 8,640 slots each
		batches := make([]measure.Batch, 0, 5)
		for i := first; i < first+5; i++ {
			slots := make([]measure.Slot, each)
			for k := range slots {
				slots[k] = at(k+1, int64(900+(i+k)%100), int64(1000+(i*k)%50))
			}
			batches = append(batches, bundle.batch(i, "", slots...))
		}
		bundle.push(b, batches...)
	}
	return bundle
}

func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
