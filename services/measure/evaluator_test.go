package measure_test

import (
	"context"
	"errors"
	"maps"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/tx"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/window"
)

func TestASubjectIsEvaluatedWhenItIsDueAndNotOtherwise(t *testing.T) {
	t.Parallel()
	b := newBundle(t, storetest.SQLite(t), 3)
	b.evaluate(t, map[string]int64{"subjects": 3, "series": 0, "evaluated": 3, "changes": 0}) // never before
	b.expect(t, 0, 0, 0)
	b.evaluate(t, map[string]int64{"evaluated": 0})

	b.push(t, b.batch(1, "", at(1, 9, 10), at(20, 10, 10)), b.batch(1, "eu", at(2, 5, 5)))
	b.evaluate(t, map[string]int64{"series": 2, "evaluated": 1, "changes": 3})
	b.expect(t, 1, 24, 25)
	if e := b.book.latest["subject-00001"]; !e.Latest.Equal(noon) || !e.End.Equal(noon) {
		t.Errorf("latest %s, end %s; want noon", e.Latest, e.End)
	}
	b.evaluate(t, map[string]int64{"evaluated": 0, "changes": 0, "segments_loaded": 0})

	b.push(t, b.batch(1, "", at(1, 10, 10))) // a correction
	b.evaluate(t, map[string]int64{"evaluated": 1, "changes": 1, "segments_loaded": 1})
	b.expect(t, 1, 25, 25)

	b.clock.Advance(five - time.Microsecond)
	b.evaluate(t, map[string]int64{"evaluated": 0})
	b.clock.Advance(time.Microsecond) // a slot has ended
	b.evaluate(t, map[string]int64{"evaluated": 3, "segments_loaded": 0})
	if e := b.book.latest["subject-00001"]; e.Sums[0].Total != 0 || e.Sums[1].Total != 15_000 {
		t.Errorf("after five minutes the sums are %+v", e.Sums)
	}

	b.book.subjects[2].Revision = "r2"
	b.evaluate(t, map[string]int64{"evaluated": 1})
	b.book.subjects[1].Windows = windows(7 * day) // a change that needs other timelines
	b.book.subjects[1].Revision = "r2"
	b.evaluate(t, map[string]int64{"evaluated": 1})
	b.expect(t, 1, 25, 25)
}

func TestChangesOfSubjectsThatAreGoneAreRemoved(t *testing.T) {
	t.Parallel()
	b := newBundle(t, storetest.SQLite(t), 3)
	b.push(t, b.batch(0, "", at(1, 1, 1)), b.batch(1, "", at(1, 1, 1)))
	b.evaluate(t, map[string]int64{"evaluated": 3, "changes": 2})
	size := b.evaluator.Size()
	b.push(t, b.batch(0, "", at(2, 1, 1)), b.batch(1, "", at(2, 1, 1)))
	b.book.subjects = b.book.subjects[1:]
	b.evaluate(t, map[string]int64{"subjects": 2, "series": 1, "evaluated": 1, "changes": 1, "orphaned": 1})
	if n := b.changes(t); n != 0 {
		t.Errorf("%d changes are left", n)
	}
	if now := b.evaluator.Size(); now >= size*3/4 {
		t.Errorf("%d bytes are held of one series, %d of two", now, size)
	}
}

func TestSubjectsMayShareAnIndicator(t *testing.T) {
	t.Parallel()
	b := newBundle(t, storetest.SQLite(t), 2)
	b.book.subjects[1].Indicator = b.indicators[0]
	b.push(t, b.batch(0, "", at(1, 1, 2)))
	b.evaluate(t, map[string]int64{"evaluated": 2})
	b.push(t, b.batch(0, "", at(2, 1, 2)))
	b.evaluate(t, map[string]int64{"evaluated": 2})
	b.expect(t, 0, 2, 4)
	b.expect(t, 1, 2, 4)
}

func TestARunThatFailsIsMadeGoodByTheNext(t *testing.T) {
	t.Parallel()
	b := newBundle(t, storetest.SQLite(t), 2)
	b.push(t, b.batch(0, "", at(1, 1, 2)), b.batch(1, "", at(1, 3, 4)))
	b.evaluate(t, map[string]int64{"evaluated": 2})
	b.push(t, b.batch(0, "", at(2, 5, 6)), b.batch(1, "", at(1, 0, 4)))

	broken := errors.New("the power is out")
	b.runner.fail = func() error { return broken }
	for range 2 {
		counts, err := b.evaluator.RunOnce(t.Context())
		if !errors.Is(err, broken) || counts["evaluated"] != 0 || counts["changes"] != 0 {
			t.Errorf("error %v, counts %v", err, counts)
		}
		if n := b.changes(t); n != 2 {
			t.Errorf("%d changes are left after a failure, want 2", n)
		}
	}
	b.runner.fail = nil
	clear(b.book.latest)
	b.evaluate(t, map[string]int64{"evaluated": 2, "changes": 2})
	b.expect(t, 0, 6, 8)
	b.expect(t, 1, 0, 4)
	if n := b.changes(t); n != 0 {
		t.Errorf("%d changes are left", n)
	}

	// And so it is for a process that remembers nothing.
	before := maps.Clone(b.book.latest)
	b.evaluator = b.newEvaluator()
	b.evaluate(t, map[string]int64{"evaluated": 2, "changes": 0})
	if !reflect.DeepEqual(before, b.book.latest) {
		t.Errorf("before the restart %+v\nafter %+v", before, b.book.latest)
	}
}

func TestAReadingThatFailsIsMadeGoodByTheNextRun(t *testing.T) {
	t.Parallel()
	b := newBundle(t, storetest.SQLite(t), 1)
	b.push(t, b.batch(0, "", at(1, 1, 2)))
	b.evaluate(t, nil)
	b.push(t, b.batch(0, "", at(2, 3, 4)))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := b.evaluator.RunOnce(ctx); err == nil {
		t.Error("a run in an ended context succeeded")
	}
	b.evaluate(t, map[string]int64{"evaluated": 1, "changes": 1})
	b.expect(t, 0, 4, 6)
}

func TestOnlyTheHolderOfTheLeaseWrites(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBundle(t, s, 1)
		take := func(holder string) context.Context {
			t.Helper()
			lease, err := s.Jobs().TakeLease(t.Context(), "evaluate", holder, time.Hour)
			if err != nil {
				t.Fatal(err)
			}
			return tx.WithFence(t.Context(), tx.Fence{Lease: "evaluate", Epoch: lease.Epoch})
		}
		release := func(ctx context.Context) {
			t.Helper()
			fence, _ := tx.FenceFrom(ctx)
			if err := s.Jobs().ReleaseLease(t.Context(), "evaluate", fence.Epoch); err != nil {
				t.Fatal(err)
			}
		}
		run := func(e *measure.Evaluator, ctx context.Context) map[string]int64 {
			t.Helper()
			counts, err := e.RunOnce(ctx)
			if err != nil {
				t.Fatal(err)
			}
			return counts
		}
		first, second := b.evaluator, b.newEvaluator()
		b.push(t, b.batch(0, "", at(1, 1, 2)))
		old := take("first")
		run(first, old)
		b.expect(t, 0, 1, 2)

		release(old)
		other := take("second")
		b.push(t, b.batch(0, "", at(2, 3, 4)))
		run(second, other) // and takes the change that the first never sees
		b.expect(t, 0, 4, 6)
		b.push(t, b.batch(0, "", at(3, 5, 6)))
		if _, err := first.RunOnce(old); !fault.Is(err, fault.Conflict) {
			t.Errorf("the former holder evaluated: %v", err)
		}
		if n := b.changes(t); n != 1 {
			t.Errorf("%d changes are left, want the one that nobody settled", n)
		}

		release(other)
		again := take("first")
		if counts := run(first, again); counts["evaluated"] != 1 || counts["changes"] != 1 {
			t.Errorf("counts %v", counts)
		}
		b.expect(t, 0, 9, 12)
	})
}

func TestMemoryIsDroppedWhenTheLeaseWasTakenAnew(t *testing.T) {
	t.Parallel()
	b := newBundle(t, storetest.SQLite(t), 1)
	hold := func(holder string, e *measure.Evaluator) {
		t.Helper()
		lease, err := b.store.Jobs().TakeLease(t.Context(), "evaluate", holder, time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := e.RunOnce(tx.WithFence(t.Context(), tx.Fence{Lease: "evaluate", Epoch: lease.Epoch})); err != nil {
			t.Fatal(err)
		}
		if err := b.store.Jobs().ReleaseLease(t.Context(), "evaluate", lease.Epoch); err != nil {
			t.Fatal(err)
		}
	}
	first, second := b.evaluator, b.newEvaluator()
	b.push(t, b.batch(0, "", at(1, 1, 2)))
	hold("first", first)
	b.push(t, b.batch(0, "", at(2, 3, 4)))
	hold("second", second)
	b.clock.Advance(five)
	hold("first", first) // of the second slot, nothing tells it any more
	b.expect(t, 0, 4, 6)
}

func TestASubjectThatCannotBeReadIsLeftAsItWas(t *testing.T) {
	t.Parallel()
	b := newBundle(t, storetest.SQLite(t), 3)
	for i := range b.indicators {
		b.push(t, b.batch(i, "", at(1, 1, 2), at(20, 1, 2)))
	}
	b.evaluate(t, map[string]int64{"evaluated": 3})
	spoil(t, b, 1)
	b.push(t, b.batch(0, "", at(2, 1, 2)), b.batch(2, "", at(2, 1, 2)))
	b.evaluate(t, map[string]int64{"evaluated": 2, "unreadable": 1, "changes": 3})
	b.expect(t, 0, 3, 6)
	b.expect(t, 1, 2, 4)
	b.expect(t, 2, 3, 6)
	b.evaluate(t, map[string]int64{"evaluated": 0, "unreadable": 1, "changes": 0}) // it is tried again
	b.evaluator = b.newEvaluator()
	b.evaluate(t, map[string]int64{"evaluated": 2, "unreadable": 1})

	// Somebody mends it: the hour is empty now.
	key := measure.SegmentKey{Series: seriesOf(t, b, 1)[0], Start: noon.Add(-time.Hour), Span: time.Hour}
	healthy, err := b.store.Measure().SegmentsAt(t.Context(), []measure.SegmentKey{{Series: seriesOf(t, b, 0)[0], Start: key.Start, Span: key.Span}})
	if err != nil || len(healthy) != 1 {
		t.Fatal(err)
	}
	healthy[0].SegmentKey = key
	if err := b.store.Measure().PutSegments(t.Context(), healthy); err != nil {
		t.Fatal(err)
	}
	b.evaluate(t, map[string]int64{"evaluated": 1, "unreadable": 0, "changes": 1})
	b.expect(t, 1, 3, 6)
}

func TestASubjectWhoseWindowsDoNotFitIsReported(t *testing.T) {
	t.Parallel()
	b := newBundle(t, storetest.SQLite(t), 2)
	b.book.subjects[0].Windows = window.Rolling(7 * time.Minute)
	b.evaluate(t, map[string]int64{"evaluated": 1, "unreadable": 1})
}

func TestWhatIsLateIsCountedWhereverItLies(t *testing.T) {
	t.Parallel()
	b := newBundle(t, storetest.SQLite(t), 1)
	b.clock.Advance(-30 * day) // the series begins then, and so does the time that is kept in hours
	then := b.clock.Now()
	b.push(t, b.batch(0, "", measure.Slot{Start: then.Add(-five), Good: 1000, Total: 1000}))
	b.evaluate(t, map[string]int64{"evaluated": 1})
	var want int64 = 1
	for range 30 {
		b.clock.Advance(day)
		b.push(t, b.batch(0, "", measure.Slot{Start: b.clock.Now().Add(-five), Good: 1000, Total: 1000}))
		want++
		b.evaluate(t, map[string]int64{"evaluated": 1, "changes": 1})
	}
	b.expect(t, 0, want, want)
	// Twenty days back in hours that were never folded, another hour of a day of
	// which only the total is in memory; and an hour that is corrected.
	b.push(t, b.batch(0, "", at(20*288+100, 2, 2), at(20*288+1, 5, 5)))
	want += 2 + 4
	b.evaluate(t, map[string]int64{"evaluated": 1, "changes": 2})
	b.expect(t, 0, want, want)

	fold(t, b)
	b.evaluate(t, map[string]int64{"evaluated": 1, "unreadable": 0})
	b.expect(t, 0, want, want)
	b.push(t, b.batch(0, "", at(20*288+100, 3, 3), at(89*288, 1, 1)))
	b.evaluate(t, map[string]int64{"evaluated": 1, "changes": 2})
	b.expect(t, 0, want+2, want+2)
	b.evaluator = b.newEvaluator()
	b.evaluate(t, map[string]int64{"evaluated": 1})
	b.expect(t, 0, want+2, want+2)
}

// A reporter's clock may be ahead of the evaluator's: what lies after its windows
// is counted once they end later, over midnight too, by an evaluator that knew the
// slots before they did and by one that comes new.
func TestASlotAheadIsCountedOnceTheWindowsReachIt(t *testing.T) {
	t.Parallel()
	b := newBundle(t, storetest.SQLite(t), 1)
	b.clock.Advance(12*time.Hour - 5*time.Minute) // five minutes before midnight
	midnight := noon.Add(12 * time.Hour)
	slot := func(after time.Duration, n int64) measure.Slot {
		return measure.Slot{Start: midnight.Add(after), Good: n * 1000, Total: n * 1000}
	}
	b.push(t, b.batch(0, "", slot(-2*five, 1), slot(-five, 10)))
	b.evaluate(t, map[string]int64{"evaluated": 1})
	b.expect(t, 0, 1, 1)
	b.push(t, b.batch(0, "", slot(0, 100))) // as far ahead as is taken, and tomorrow
	check := func(want int64) {
		t.Helper()
		b.evaluate(t, nil)
		b.expect(t, 0, want, want)
		fresh := b.newEvaluator()
		if _, err := fresh.RunOnce(t.Context()); err != nil {
			t.Fatal(err)
		}
		b.expect(t, 0, want, want)
	}
	check(1)
	b.clock.Advance(five)
	check(11)
	b.push(t, b.batch(0, "", slot(0, 200))) // the last write holds
	check(11)
	b.clock.Advance(five)
	check(211)
	b.clock.Advance(-five) // another, whose clock is behind, goes on
	check(11)
}

func TestAClockThatGoesBackIsFollowed(t *testing.T) {
	t.Parallel()
	b := newBundle(t, storetest.SQLite(t), 1)
	b.push(t, b.batch(0, "", at(1, 1, 1), at(0, 7, 7)))
	b.clock.Advance(2 * day)
	b.evaluate(t, map[string]int64{"evaluated": 1})
	b.expect(t, 0, 8, 8)
	b.clock.Advance(-2 * day)
	b.evaluate(t, map[string]int64{"evaluated": 1})
	b.expect(t, 0, 1, 1)
}

func TestSeriesWithoutSlotsInTheirWindowsHaveNoLatest(t *testing.T) {
	t.Parallel()
	b := newBundle(t, storetest.SQLite(t), 1)
	b.book.subjects[0].Windows = windows(28 * day)
	b.push(t, b.batch(0, "", at(1, 1, 1)))
	b.evaluate(t, nil)
	for _, e := range []*measure.Evaluator{b.evaluator, b.newEvaluator()} { // one remembers, one does not
		b.evaluator = e
		b.clock.Advance(29 * day)
		b.evaluate(t, map[string]int64{"evaluated": 1})
		if last := b.book.latest["subject-00000"]; !last.Latest.IsZero() || slices.Max([]int64{last.Sums[8].Total, 0}) != 0 {
			t.Errorf("latest %s, sums %+v", last.Latest, last.Sums)
		}
	}
}

func TestPrunedSegmentsLeaveTheWindows(t *testing.T) {
	t.Parallel()
	b := newBundle(t, storetest.SQLite(t), 1)
	b.book.subjects[0].Windows = windows(28 * day)
	b.push(t, b.batch(0, "", at(27*288+12, 1, 1)))
	b.evaluate(t, nil)
	b.expect(t, 0, 1, 1)
	if n, err := b.folder.PruneOnce(t.Context(), noon.Add(-day)); err != nil || n != 1 {
		t.Fatalf("%d segments were removed, error %v", n, err)
	}
	b.clock.Advance(12*time.Hour + five) // now the window begins on the slot's day, which is read again
	b.evaluate(t, map[string]int64{"evaluated": 1, "unreadable": 0})
	b.expect(t, 0, 0, 0)
}

// turns writes down what is concluded on at a time.
type turns struct {
	*book
	of [][]id.ID
}

func (o *turns) Conclude(ctx context.Context, now time.Time, evaluations []measure.Evaluation) error {
	var ids []id.ID
	for _, e := range evaluations {
		ids = append(ids, e.Subject)
	}
	o.of = append(o.of, ids)
	return o.book.Conclude(ctx, now, evaluations)
}

// Composites that are declared have 28 days read: nobody waits for them whose status follows
// from what is in memory, and after a start nobody who is alerted.
func TestWhatHasToBeReadFirstIsWaitedForByNobodyElse(t *testing.T) {
	t.Parallel()
	b := newBundle(t, storetest.SQLite(t), 2)
	b.push(t, b.batch(0, "", at(1, 9, 10)), b.batch(1, "", at(1, 9, 10)))
	all := b.book.subjects
	composed := func(of id.ID, indicator int) measure.Subject {
		return measure.Subject{ID: of, Revision: "r1", Indicator: b.indicators[indicator], Resolution: five, Windows: windows(28 * day), Composed: true}
	}
	all = append([]measure.Subject{composed("a-0", 0), composed("a-1", 1)}, all...)
	o := &turns{book: b.book}
	evaluator := measure.NewEvaluator(b.store.Measure(), b.book, o, b.runner, b.clock.Now, quiet)
	for _, c := range []struct {
		subjects []measure.Subject
		want     [][]id.ID
	}{
		{all[1:3], [][]id.ID{{all[2].ID}, {"a-1"}}},                  // after a start
		{all, [][]id.ID{{all[2].ID}, {"a-1"}, {all[3].ID}, {"a-0"}}}, // two are new
		{all, [][]id.ID{{all[2].ID, all[3].ID}, {"a-0", "a-1"}}},
	} {
		b.book.subjects, o.of = c.subjects, nil
		if _, err := evaluator.RunOnce(t.Context()); err != nil {
			t.Fatal(err)
		}
		if !slices.EqualFunc(o.of, c.want, slices.Equal[[]id.ID]) {
			t.Errorf("concluded on %v, want %v", o.of, c.want)
		}
		b.clock.Advance(five)
	}
}
