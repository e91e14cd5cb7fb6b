package window_test

import (
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/services/measure/segment"
	"github.com/evenkeel/evenkeel/services/measure/window"
)

var nine = []time.Duration{
	5 * time.Minute, 30 * time.Minute, time.Hour, 2 * time.Hour, 6 * time.Hour, day, 3 * day, 28 * day, 90 * day,
}

// busy is a timeline with nine windows whose every slot has about a thousand
// events, at half past three in the afternoon.
func busy(t testing.TB) (*window.Timeline, *archive) {
	end := monday.Add(15*time.Hour + 30*time.Minute)
	shape := shapeOf(t, five, nine...)
	store := newArchive(five, monday.Add(-day))
	for at := shape.Horizon(end); at.Before(end); at = at.Add(five) {
		i := int64(at.Unix() / 300)
		store.slots[at] = window.Sum{Good: 900_000 + i%100*1000, Total: 1_000_000 + i%7*1000}
	}
	line := window.New(shape, end)
	for d := shape.Horizon(end); d.Before(end); d = d.Add(day) {
		if err := line.PutDay(d, store.of(d)...); err != nil {
			t.Fatal(err)
		}
	}
	return line, store
}

// daily is traffic that is the same on every day, packed beforehand: the whole
// day, and for each of its slots the hour in which it lies, up to that slot.
type daily struct {
	whole segment.Segment
	hours [288]segment.Segment
}

func everyDay(t testing.TB) *daily {
	var d daily
	var slots []segment.Slot
	for i := range d.hours {
		s := segment.Slot{Index: i, Good: 900_000 + int64(i)*100_000, Total: 1_000_000 + int64(i)*100_000}
		slots = append(slots, s)
		hour := slices.Clone(slots[i-i%12:])
		for k := range hour {
			hour[k].Index = k
		}
		var err error
		if d.hours[i], _, err = segment.Merge(segment.New(five, 12), hour); err != nil {
			t.Fatal(err)
		}
	}
	var err error
	if d.whole, _, err = segment.Merge(segment.New(five, 288), slots); err != nil {
		t.Fatal(err)
	}
	return &d
}

// line is a timeline of that traffic before the end, which is a midnight.
func (d *daily) line(t testing.TB, end time.Time) *window.Timeline {
	shape := shapeOf(t, five, nine...)
	line := window.New(shape, end)
	for at := shape.Horizon(end); at.Before(end); at = at.Add(day) {
		if err := line.Put(window.Piece{Start: at, Segment: d.whole}); err != nil {
			t.Fatal(err)
		}
	}
	return line
}

// tick puts the hour in which a slot was added, and lets the windows end after it.
func (d *daily) tick(t testing.TB, line *window.Timeline, end time.Time) {
	at := end.Add(-five)
	if err := line.Put(window.Piece{Start: at.Truncate(time.Hour), Segment: d.hours[at.Sub(at.Truncate(day))/five]}); err != nil {
		t.Fatal(err)
	}
	for _, at := range line.Needs(end) {
		if err := line.Hold(at, window.Piece{Start: at, Segment: d.whole}); err != nil {
			t.Fatal(err)
		}
	}
	if err := line.Advance(end); err != nil {
		t.Fatal(err)
	}
}

// One operation is one slot of all of 10,000 series: putting the changed hours
// and moving nine windows. The goal is 10 ms.
func BenchmarkTickOf10000Timelines(b *testing.B) {
	d := everyDay(b)
	end := monday
	lines := make([]*window.Timeline, 10_000)
	for i := range lines {
		lines[i] = d.line(b, end)
	}
	for b.Loop() {
		end = end.Add(five)
		for _, line := range lines {
			d.tick(b, line, end)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/10_000, "ns/series")
}

func BenchmarkTickOfOneTimeline(b *testing.B) {
	d := everyDay(b)
	end := monday
	line := d.line(b, end)
	for b.Loop() {
		end = end.Add(five)
		d.tick(b, line, end)
	}
}

// What BenchmarkTickOfOneTimeline is compared with: nine sums over all slots.
func BenchmarkNaiveSummationOfOneSeries(b *testing.B) {
	line, store := busy(b)
	end := line.End()
	first := end.Add(-90 * day)
	slots := make([]window.Sum, 90*288)
	for i := range slots {
		slots[i] = store.slots[first.Add(time.Duration(i)*five)]
	}
	var sums [9]window.Sum
	for b.Loop() {
		for k, w := range nine {
			sums[k] = window.Sum{}
			for _, s := range slots[len(slots)-int(w/five):] {
				sums[k] = sums[k].Plus(s)
			}
		}
	}
	for k := range sums {
		if sums[k] != line.Sums()[k] {
			b.Fatalf("window %s: %+v, want %+v", nine[k], line.Sums()[k], sums[k])
		}
	}
}

// At half past three in the afternoon: five days are held.
func BenchmarkHeapOf10000Timelines(b *testing.B) {
	d := everyDay(b)
	for b.Loop() {
		before := heap()
		lines := make([]*window.Timeline, 10_000)
		for i := range lines {
			lines[i] = d.line(b, monday)
			if err := lines[i].Put(window.Piece{Start: monday, Segment: d.whole}); err != nil {
				b.Fatal(err)
			}
			for _, at := range lines[i].Needs(monday.Add(15 * time.Hour)) {
				if err := lines[i].Hold(at, window.Piece{Start: at, Segment: d.whole}); err != nil {
					b.Fatal(err)
				}
			}
			if err := lines[i].Advance(monday.Add(15 * time.Hour)); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(heap()-before)/1e6, "MB")
		b.ReportMetric(float64(lines[0].Size()), "B/series")
		runtime.KeepAlive(lines)
	}
}

func BenchmarkRebuildOneTimelineOf90Days(b *testing.B) {
	one, store := busy(b)
	shape := shapeOf(b, five, nine...)
	var packed [][]byte
	var days []time.Time
	for d := shape.Horizon(one.End()); d.Before(one.End()); d = d.Add(day) {
		p, _ := store.piece(d, day)
		days, packed = append(days, d), append(packed, p.Bytes())
	}
	for b.Loop() {
		line := window.New(shape, one.End())
		for i, d := range days {
			s, err := segment.Decode(packed[i])
			if err != nil {
				b.Fatal(err)
			}
			if err := line.Put(window.Piece{Start: d, Segment: s}); err != nil {
				b.Fatal(err)
			}
		}
	}
}

func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
