package measure_test

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/window"
)

func TestAPushIsIdempotent(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBundle(t, s, 2)
		batches := []measure.Batch{
			b.batch(0, "", at(1, 9, 10), at(2, 8, 10), at(100, 7, 10)),
			b.batch(0, "eu", at(1, 1, 1)),
			b.batch(1, "", at(0, 0, 0)),
		}
		// Slots 1 and 2 before noon are of one hour, slot 100 of another; noon's own began.
		if got, want := b.push(t, batches...), (measure.Receipt{Series: 3, Slots: 5, Changed: 4}); got != want {
			t.Errorf("receipt %+v, want %+v", got, want)
		}
		if n := b.changes(t); n != 4 {
			t.Errorf("%d changes are noted, want 4", n)
		}
		slices.Reverse(batches)
		if got, want := b.push(t, batches...), (measure.Receipt{Series: 3, Slots: 5, Changed: 0}); got != want {
			t.Errorf("receipt of the repetition %+v, want %+v", got, want)
		}
		if n := b.changes(t); n != 4 {
			t.Errorf("%d changes are noted after a repetition, want 4", n)
		}
	})
}

func TestTheLastWriteOfASlotHolds(t *testing.T) {
	t.Parallel()
	b := newBundle(t, storetest.SQLite(t), 1)
	b.push(t, b.batch(0, "", at(3, 1, 10)))
	b.push(t, b.batch(0, "", at(1, 3, 10))) // the next is late
	b.push(t, b.batch(0, "", at(2, 2, 10)))
	b.push(t, b.batch(0, "", at(3, 9, 20), at(20*288, 5, 5))) // a correction, and one that is twenty days late
	got, err := b.service.Slots(t.Context(), b.indicators[0], "", noon.Add(-90*day), noon)
	if err != nil {
		t.Fatal(err)
	}
	want := []measure.Slot{at(20*288, 5, 5), at(3, 9, 20), at(2, 2, 10), at(1, 3, 10)}
	if len(got) != 1 || got[0].Reporter != measure.DefaultReporter || got[0].Resolution != five || !slices.Equal(got[0].Slots, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestAPushWithAFaultKeepsNothing(t *testing.T) {
	t.Parallel()
	b := newBundle(t, storetest.SQLite(t), 2)
	_, err := b.service.Push(t.Context(), []measure.Batch{b.batch(0, "", at(1, 1, 1)), b.batch(1, "", at(1, 1, 1), at(2, 3, 2))})
	if e := fault.As(err); e == nil || e.Kind != fault.Invalid || len(e.Violations) != 1 || e.Violations[0].Pointer != "/batches/1/slots/1/good" {
		t.Errorf("error is %v", err)
	}
	for _, indicator := range b.indicators {
		if got, err := b.service.Slots(t.Context(), indicator, "", noon.Add(-day), noon); err != nil || len(got) != 0 {
			t.Errorf("%+v was kept, error %v", got, err)
		}
	}
}

func TestAnIndicatorHasAtMost64Reporters(t *testing.T) {
	t.Parallel()
	b := newBundle(t, storetest.SQLite(t), 2)
	var batches []measure.Batch
	for i := range measure.MaxReporters {
		batches = append(batches, b.batch(0, fmt.Sprintf("r%d", i), at(1, 1, 1)))
	}
	b.push(t, batches...)
	_, err := b.service.Push(t.Context(), []measure.Batch{b.batch(1, "one-more", at(1, 1, 1)), b.batch(0, "one-more", at(1, 1, 1))})
	if e := fault.As(err); e == nil || len(e.Violations) != 1 || e.Violations[0].Pointer != "/batches/0/reporter" {
		t.Errorf("the 65th reporter: %v", err)
	}
	b.push(t, batches[63]) // one that is known
	if got, err := b.service.Slots(t.Context(), b.indicators[0], "", noon.Add(-day), noon); err != nil || len(got) != 64 {
		t.Errorf("%d reporters, error %v", len(got), err)
	}
}

func TestReportersThatComeAtOnceAreAtMost64(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBundle(t, s, 2)
		var known []measure.Batch
		for i := range measure.MaxReporters - 4 {
			known = append(known, b.batch(0, fmt.Sprintf("known-%d", i), at(1, 1, 1)))
		}
		b.push(t, known...)
		var taken, refused atomic.Int64
		var group sync.WaitGroup
		for i := range 12 {
			group.Go(func() {
				name := fmt.Sprintf("fresh-%d", i)
				_, err := b.service.Push(t.Context(), []measure.Batch{b.batch(i%2, name, at(1, 1, 1)), b.batch((i+1)%2, name, at(1, 1, 1))})
				switch {
				case err == nil:
					taken.Add(1)
				case fault.Is(err, fault.Invalid):
					refused.Add(1)
				default:
					t.Error(err)
				}
			})
		}
		group.Wait()
		got, err := b.service.Slots(t.Context(), b.indicators[0], "", noon.Add(-day), noon)
		if err != nil || len(got) != measure.MaxReporters || taken.Load() != 4 || refused.Load() != 8 {
			t.Errorf("%d reporters, %d taken and %d refused, %v; want 64, 4 and 8", len(got), taken.Load(), refused.Load(), err)
		}
	})
}

func TestASeriesKeepsItsResolution(t *testing.T) {
	t.Parallel()
	b := newBundle(t, storetest.SQLite(t), 1)
	b.push(t, b.batch(0, "", at(1, 1, 1)))
	other := b.batch(0, "", at(1, 1, 1))
	other.Resolution = measure.Minute
	if _, err := b.service.Push(t.Context(), []measure.Batch{other}); !fault.Is(err, fault.Conflict) {
		t.Errorf("error is %v", err)
	}
}

func TestConcurrentPushesIntoOneSegmentLoseNoSlot(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBundle(t, s, 1)
		var group sync.WaitGroup
		for i := range 12 {
			group.Go(func() {
				for k := range 4 { // the last of which holds
					if _, err := b.service.Push(t.Context(), []measure.Batch{b.batch(0, "", at(i+1, int64(k), 3))}); err != nil {
						t.Error(err)
					}
				}
			})
		}
		group.Wait()
		steps, err := b.service.Totals(t.Context(), measure.Reading{Indicator: b.indicators[0]}, noon.Add(-time.Hour), noon, time.Hour)
		if err != nil || len(steps) != 1 || steps[0].Sum != (window.Sum{Good: 36_000, Total: 36_000}) {
			t.Errorf("steps %+v, error %v; want 36 of 36", steps, err)
		}
	})
}

func TestTotalsAreSummedOverReportersAndSayWhatIsKnown(t *testing.T) {
	t.Parallel()
	b := newBundle(t, storetest.SQLite(t), 1)
	b.push(t,
		b.batch(0, "", at(1, 1, 2), at(2, 10, 20), at(13, 100, 200), at(3*288, 1000, 2000)),
		b.batch(0, "eu", at(1, 3, 3), at(30, 0, 0)))
	fold(t, b) // the slot of three days ago was of a day from the beginning
	steps, err := b.service.Totals(t.Context(), measure.Reading{Indicator: b.indicators[0]}, noon.Add(-3*time.Hour), noon, time.Hour)
	want := []measure.Step{
		{Start: noon.Add(-3 * time.Hour), Known: true},
		{Start: noon.Add(-2 * time.Hour), Known: true, Sum: window.Sum{Good: 100_000, Total: 200_000}},
		{Start: noon.Add(-time.Hour), Known: true, Sum: window.Sum{Good: 14_000, Total: 25_000}},
	}
	if err != nil || !slices.Equal(steps, want) {
		t.Errorf("got %+v, error %v\nwant %+v", steps, err, want)
	}
	// Days that do not begin at midnight.
	steps, err = b.service.Totals(t.Context(), measure.Reading{Indicator: b.indicators[0]}, noon.Add(-4*day), noon, day)
	want = []measure.Step{
		{Start: noon.Add(-4 * day)},
		{Start: noon.Add(-3 * day), Known: true, Sum: window.Sum{Good: 1_000_000, Total: 2_000_000}},
		{Start: noon.Add(-2 * day)},
		{Start: noon.Add(-1 * day), Known: true, Sum: window.Sum{Good: 114_000, Total: 225_000}},
	}
	if err != nil || !slices.Equal(steps, want) {
		t.Errorf("got %+v, error %v\nwant %+v", steps, err, want)
	}
	for name, call := range map[string][2]time.Duration{
		"query.step": {0, 7 * time.Minute}, "query.from": {time.Minute, time.Hour},
	} {
		_, err := b.service.Totals(t.Context(), measure.Reading{Indicator: b.indicators[0]}, noon.Add(-day+call[0]), noon, call[1])
		if e := fault.As(err); e == nil || e.Violations[0].Pointer != name {
			t.Errorf("%s: %v", name, err)
		}
	}
	if steps, err := b.service.Totals(t.Context(), measure.Reading{Indicator: id.New(noon)}, noon.Add(-time.Hour), noon, time.Hour); err != nil || len(steps) != 1 || steps[0].Known {
		t.Errorf("an indicator that nobody measures: %+v, %v", steps, err)
	}
}

func fold(t *testing.T, b *bundle) map[string]int64 {
	t.Helper()
	counts, err := b.folder.FoldOnce(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return counts
}

func TestDaysAreFoldedSixHoursAfterTheyClosed(t *testing.T) {
	t.Parallel()
	b := newBundle(t, storetest.SQLite(t), 2)
	var slots []measure.Slot
	for i := range 288 {
		slots = append(slots, at(i+1, 1, 1))
	}
	b.push(t, b.batch(0, "", slots...), b.batch(1, "", slots...))
	midnight := noon.Add(12 * time.Hour)
	for _, step := range []struct {
		at   time.Time
		days int64
	}{{noon, 0}, {midnight.Add(6*time.Hour - time.Second), 0}, {midnight.Add(6 * time.Hour), 2}, {midnight.Add(7 * time.Hour), 0}} {
		b.clock.Advance(step.at.Sub(b.clock.Now()))
		if counts := fold(t, b); counts["days"] != step.days {
			t.Errorf("at %s: %v, want %d days", step.at, counts, step.days)
		}
	}
	stored, err := b.store.Measure().Segments(t.Context(), seriesOf(t, b, 0), noon.Add(-2*day), noon.Add(day))
	if err != nil {
		t.Fatal(err)
	}
	// The first half of the slots is of yesterday, which was due when they came.
	if len(stored) != 2 || stored[0].Span != day || stored[1].Span != day {
		t.Errorf("%d segments are stored, want two days", len(stored))
	}
	got, err := b.service.Slots(t.Context(), b.indicators[1], "", noon.Add(-day), noon)
	if err != nil || len(got) != 1 || len(got[0].Slots) != 288 {
		t.Errorf("error %v, slots %+v", err, got)
	}
	removed, err := b.folder.PruneOnce(t.Context(), midnight)
	if err != nil || removed != 4 {
		t.Errorf("%d segments were removed, error %v", removed, err)
	}
}

func seriesOf(t testing.TB, b *bundle, indicator int) []id.ID {
	t.Helper()
	series, err := b.store.Measure().Series(t.Context(), b.indicators[indicator:indicator+1])
	if err != nil {
		t.Fatal(err)
	}
	var ids []id.ID
	for _, s := range series {
		ids = append(ids, s.ID)
	}
	return ids
}

func TestFoldingWhileSlotsArePushedLosesNone(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBundle(t, s, 3)
		var group sync.WaitGroup
		for i := range b.indicators {
			group.Go(func() { // each pushes the last two days, backwards, while the days end
				for k := 2 * 288; k > 0; k -= 8 {
					var slots []measure.Slot
					for n := range int64(8) {
						slots = append(slots, at(k-int(n), n, 8))
					}
					if _, err := b.service.Push(t.Context(), []measure.Batch{b.batch(i, "", slots...)}); err != nil {
						t.Error(err)
					}
				}
			})
		}
		group.Go(func() {
			for range 30 {
				b.clock.Advance(time.Hour)
				if _, err := b.folder.FoldOnce(t.Context()); err != nil {
					t.Error(err)
				}
			}
		})
		group.Wait()
		fold(t, &bundle{folder: b.folder})
		for i, indicator := range b.indicators {
			steps, err := b.service.Totals(t.Context(), measure.Reading{Indicator: indicator}, noon.Add(-2*day), noon, 2*day)
			if err != nil || steps[0].Sum != (window.Sum{Good: 2 * 36 * 28_000, Total: 2 * 36 * 64_000}) {
				t.Errorf("indicator %d: %+v, error %v", i, steps, err)
			}
		}
	})
}

func TestASegmentThatCannotBeReadIsNeitherFoldedNorOverwritten(t *testing.T) {
	t.Parallel()
	b := newBundle(t, storetest.SQLite(t), 2)
	b.push(t, b.batch(0, "", at(1, 1, 1)), b.batch(1, "", at(1, 1, 1)))
	spoil(t, b, 0)
	if _, err := b.service.Push(t.Context(), []measure.Batch{b.batch(0, "", at(2, 1, 1))}); err == nil || fault.As(err) != nil {
		t.Errorf("a push into a spoilt segment: %v", err)
	}
	if _, err := b.service.Slots(t.Context(), b.indicators[0], "", noon.Add(-day), noon); err == nil {
		t.Error("a spoilt segment was read")
	}
	b.clock.Advance(day)
	if counts := fold(t, b); counts["unreadable"] != 1 || counts["series"] != 1 {
		t.Errorf("counts %v", counts)
	}
}

// spoil writes an unknown version into the segment before noon of an indicator.
func spoil(t testing.TB, b *bundle, indicator int) {
	t.Helper()
	key := measure.SegmentKey{Series: seriesOf(t, b, indicator)[0], Start: noon.Add(-time.Hour), Span: time.Hour}
	if err := b.store.Measure().PutSegments(t.Context(), []measure.StoredSegment{{SegmentKey: key, Data: []byte{99, 1, 2}}}); err != nil {
		t.Fatal(err)
	}
}

// The sums are by hand.
func TestWhatIsAddedIsSummedUp(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBundle(t, s, 1)
		add := func(slots ...measure.Slot) error {
			_, err := b.service.Add(t.Context(), []measure.Batch{{Indicator: b.indicators[0], Resolution: five, Reporter: "otlp", Slots: slots}})
			return err
		}
		earlier := noon.Add(-26 * time.Hour) // in a day's segment, noon in an hour's
		for _, slots := range [][]measure.Slot{
			{{Start: noon, Good: 1, Total: 2}, {Start: earlier, Good: 5, Total: 5}},
			{{Start: noon, Good: 10, Total: 20}, {Start: noon, Good: 10, Total: 20}}, // twice in one call is twice
			{{Start: noon.Add(-five)}}, // that nothing happened is known, too
			{{Start: earlier, Good: 0, Total: 1}},
		} {
			if err := add(slots...); err != nil {
				t.Fatal(err)
			}
		}
		const most = measure.MaxEventsPerSlot * measure.Event
		for _, slots := range [][]measure.Slot{
			{{Start: noon.Add(-five), Good: 1, Total: 1}, {Start: noon, Total: most}},
			{{Start: noon.Add(-2 * five), Total: most}, {Start: noon.Add(-2 * five), Total: most}},
		} {
			if err := add(slots...); !fault.Is(err, fault.Invalid) {
				t.Errorf("more than a slot holds: %v", err)
			}
		}
		got, err := b.service.Slots(t.Context(), b.indicators[0], "", earlier, noon.Add(five))
		if err != nil {
			t.Fatal(err)
		}
		want := []measure.Slot{{Start: earlier, Good: 5, Total: 6}, {Start: noon.Add(-five)}, {Start: noon, Good: 21, Total: 42}}
		if len(got) != 1 || !slices.Equal(got[0].Slots, want) {
			t.Errorf("got %+v, want %+v", got, want)
		}
	})
}
