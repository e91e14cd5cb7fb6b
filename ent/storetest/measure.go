package storetest

import (
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/measure"
)

var day = time.Date(2026, 3, 14, 0, 0, 0, 0, time.UTC)

func aSeries(indicator id.ID, reporter string) measure.Series {
	return measure.Series{
		ID: newID(), Indicator: indicator, Reporter: reporter, Resolution: measure.FiveMinutes,
		FoldedUntil: day, CreatedAt: Start,
	}
}

func hour(series id.ID, n int, data string) measure.StoredSegment {
	g := measure.StoredSegment{SegmentKey: measure.SegmentKey{Series: series, Start: day.Add(time.Duration(n) * time.Hour), Span: measure.HourSpan}}
	if data != "" {
		g.Data = []byte(data)
	}
	return g
}

func wholeDay(series id.ID, n int, data string) measure.StoredSegment {
	return measure.StoredSegment{
		SegmentKey: measure.SegmentKey{Series: series, Start: day.Add(time.Duration(n) * 24 * time.Hour), Span: measure.DaySpan}, Data: []byte(data),
	}
}

// put writes segments as ingestion does.
func put(t testing.TB, s *store.Store, segments ...measure.StoredSegment) {
	t.Helper()
	ok(t, s.InTx(t.Context(), func(ctx context.Context) error {
		keys := make([]measure.SegmentKey, len(segments))
		for i, g := range segments {
			keys[i] = g.SegmentKey
		}
		if _, err := s.Measure().LockSegments(ctx, keys); err != nil {
			return err
		}
		return s.Measure().PutSegments(ctx, segments)
	}))
}

func ensure(t testing.TB, s *store.Store, want ...measure.Series) []measure.Series {
	t.Helper()
	return must(s.Measure().EnsureSeries(t.Context(), want))(t)
}

func testMeasure(t *testing.T, open opener) {
	each(t, open, "a series is made once and comes back in the order asked for", func(t *testing.T, s *store.Store) {
		service := Service(t, s, Team(t, s, "payments").ID, "checkout")
		one, two := SLO(t, s, service.ID, "one"), SLO(t, s, service.ID, "two")
		b, a := aSeries(two.Indicator.ID, "eu"), aSeries(one.Indicator.ID, "us")
		same(t, ensure(t, s, b, a, b), []measure.Series{b, a, b})
		again := aSeries(two.Indicator.ID, "eu")
		again.Resolution = measure.Minute
		c := aSeries(one.Indicator.ID, "eu")
		same(t, ensure(t, s, c, again), []measure.Series{c, b})
		got := must(s.Measure().Series(t.Context(), []id.ID{one.Indicator.ID, newID()}))(t)
		same(t, got, []measure.Series{c, a})
		_, err := s.Measure().EnsureSeries(t.Context(), []measure.Series{aSeries(newID(), "eu")})
		refused(t, err, fault.Conflict, "reference_missing")
	})

	each(t, open, "many that want the same series get the same", func(t *testing.T, s *store.Store) {
		v := SLO(t, s, Service(t, s, Team(t, s, "payments").ID, "checkout").ID, "one")
		type outcome struct {
			got []measure.Series
			err error
		}
		results := make(chan outcome, 8)
		for i := range 8 {
			go func() {
				want := []measure.Series{aSeries(v.Indicator.ID, "a"), aSeries(v.Indicator.ID, "b")}
				if i%2 == 0 {
					slices.Reverse(want)
				}
				got, err := s.Measure().EnsureSeries(t.Context(), want)
				if i%2 == 0 && err == nil {
					slices.Reverse(got)
				}
				results <- outcome{got, err}
			}()
		}
		first := <-results
		ok(t, first.err)
		for range 7 {
			o := <-results
			ok(t, o.err)
			same(t, o.got, first.got)
		}
	})

	each(t, open, "segments are locked, written, noted and found", func(t *testing.T, s *store.Store) {
		v, m := SLO(t, s, Service(t, s, Team(t, s, "payments").ID, "checkout").ID, "one"), s.Measure()
		series := ensure(t, s, aSeries(v.Indicator.ID, "eu"), aSeries(v.Indicator.ID, "us"))
		a, b := series[0].ID, series[1].ID
		fresh := hour(a, 3, "")
		ok(t, s.InTx(t.Context(), func(ctx context.Context) error {
			got := must(m.LockSegments(ctx, []measure.SegmentKey{hour(b, 1, "").SegmentKey, fresh.SegmentKey}))(t)
			same(t, got, []measure.StoredSegment{hour(b, 1, ""), fresh})
			return m.PutSegments(ctx, []measure.StoredSegment{hour(b, 1, "b1"), hour(a, 3, "a3\x00\xff")})
		}))
		put(t, s, hour(a, 4, "a4"), wholeDay(a, -1, "yesterday"), wholeDay(a, -2, "before"))
		ok(t, s.InTx(t.Context(), func(ctx context.Context) error {
			got := must(m.LockSegments(ctx, []measure.SegmentKey{hour(a, 4, "").SegmentKey, hour(b, 1, "").SegmentKey}))(t)
			same(t, got, []measure.StoredSegment{hour(a, 4, "a4"), hour(b, 1, "b1")})
			return m.PutSegments(ctx, []measure.StoredSegment{hour(a, 4, "a4 again")})
		}))

		same(t, must(m.Segments(t.Context(), []id.ID{a}, day.Add(-time.Minute), day.Add(4*time.Hour)))(t),
			[]measure.StoredSegment{wholeDay(a, -1, "yesterday"), hour(a, 3, "a3\x00\xff")})
		same(t, must(m.Segments(t.Context(), []id.ID{b, a}, day.Add(3*time.Hour+59*time.Minute), day.Add(5*time.Hour)))(t),
			[]measure.StoredSegment{hour(a, 3, "a3\x00\xff"), hour(a, 4, "a4 again")})
		same(t, len(must(m.Segments(t.Context(), []id.ID{b, a}, day.Add(-48*time.Hour), day.Add(48*time.Hour)))(t)), 5)
		same(t, must(m.SegmentsAt(t.Context(), []measure.SegmentKey{hour(b, 1, "").SegmentKey, hour(b, 2, "").SegmentKey, wholeDay(a, -2, "").SegmentKey}))(t),
			[]measure.StoredSegment{hour(b, 1, "b1"), wholeDay(a, -2, "before")})

		oldest := must(m.Oldest(t.Context(), []id.ID{b, a, newID()}))(t)
		slices.SortFunc(oldest, func(x, y measure.StoredSegment) int { return x.Start.Compare(y.Start) })
		same(t, oldest, []measure.StoredSegment{wholeDay(a, -2, "before"), hour(b, 1, "b1"), hour(a, 3, "a3\x00\xff")})

		notes := must(m.Changes(t.Context(), 100))(t)
		if len(notes) != 6 {
			t.Fatalf("%d changes are noted, want one for each of 6 writes", len(notes))
		}
		if !slices.IsSortedFunc(notes, func(x, y measure.Change) int { return int(x.ID - y.ID) }) {
			t.Error("the oldest is not first")
		}
		same(t, len(must(m.Changes(t.Context(), 4))(t)), 4)
		put(t, s, hour(a, 5, "a5")) // comes while the notes are being read
		var read []int64
		for _, n := range notes {
			read = append(read, n.ID)
		}
		ok(t, m.RemoveChanges(t.Context(), read))
		left := must(m.Changes(t.Context(), 100))(t)
		if len(left) != 1 || left[0].SegmentKey != hour(a, 5, "").SegmentKey {
			t.Fatalf("left are %+v, want the one that came meanwhile", left)
		}
	})

	each(t, open, "what is locked and not written is not there", func(t *testing.T, s *store.Store) {
		v, m := SLO(t, s, Service(t, s, Team(t, s, "payments").ID, "checkout").ID, "one"), s.Measure()
		a := ensure(t, s, aSeries(v.Indicator.ID, "eu"))[0].ID
		must(m.LockSegments(t.Context(), []measure.SegmentKey{hour(a, 1, "").SegmentKey}))(t)
		same(t, len(must(m.Segments(t.Context(), []id.ID{a}, day, day.Add(24*time.Hour)))(t)), 0)
		same(t, len(must(m.SegmentsAt(t.Context(), []measure.SegmentKey{hour(a, 1, "").SegmentKey}))(t)), 0)
	})

	each(t, open, "writers of one segment lose none of each other's slots", func(t *testing.T, s *store.Store) {
		v, m := SLO(t, s, Service(t, s, Team(t, s, "payments").ID, "checkout").ID, "one"), s.Measure()
		series := ensure(t, s, aSeries(v.Indicator.ID, "eu"), aSeries(v.Indicator.ID, "us"))
		keys := []measure.SegmentKey{hour(series[0].ID, 1, "").SegmentKey, hour(series[1].ID, 1, "").SegmentKey}
		const writers, rounds = 8, 10
		results := make(chan error, writers)
		for w := range writers {
			go func() {
				for n := range rounds {
					mine := slices.Clone(keys)
					if n%2 == w%2 {
						slices.Reverse(mine) // the order asked for is no order of locks
					}
					err := s.InTx(t.Context(), func(ctx context.Context) error {
						got, err := m.LockSegments(ctx, mine)
						if err != nil {
							return err
						}
						for i := range got { // read, change, write: one more "slot" each
							got[i].Data = binary.BigEndian.AppendUint16(got[i].Data, uint16(w*rounds+n))
						}
						return m.PutSegments(ctx, got)
					})
					if err != nil {
						results <- err
						return
					}
				}
				results <- nil
			}()
		}
		for range writers {
			ok(t, <-results)
		}
		for _, g := range must(m.SegmentsAt(t.Context(), keys))(t) {
			seen := make(map[uint16]bool)
			for i := 0; i < len(g.Data); i += 2 {
				seen[binary.BigEndian.Uint16(g.Data[i:])] = true
			}
			if len(seen) != writers*rounds || len(g.Data) != 2*writers*rounds {
				t.Errorf("%d of %d slots are left", len(seen), writers*rounds)
			}
		}
		same(t, len(must(m.Changes(t.Context(), 1000))(t)), 2*writers*rounds)
	})

	each(t, open, "hours are folded into days and late ones go there", func(t *testing.T, s *store.Store) {
		v, m := SLO(t, s, Service(t, s, Team(t, s, "payments").ID, "checkout").ID, "one"), s.Measure()
		series := ensure(t, s, aSeries(v.Indicator.ID, "eu"), aSeries(v.Indicator.ID, "us"))
		a, b := series[0].ID, series[1].ID
		put(t, s, hour(a, 1, "1"), hour(a, 2, "2"), hour(a, 25, "25"), wholeDay(a, -1, "yesterday"), hour(b, 30, "not yet"))
		noon := day.Add(36 * time.Hour)
		foldable := must(m.Foldable(t.Context(), day.Add(24*time.Hour), 10))(t)
		same(t, foldable, series[:1])
		same(t, len(must(m.Foldable(t.Context(), noon, 1))(t)), 1)

		until := day.Add(24 * time.Hour)
		ok(t, m.Fold(t.Context(), a, until, func(parts []measure.StoredSegment) ([]measure.StoredSegment, error) {
			same(t, parts, []measure.StoredSegment{hour(a, 1, "1"), hour(a, 2, "2")})
			return []measure.StoredSegment{wholeDay(a, 0, "12")}, nil
		}))
		same(t, must(m.Segments(t.Context(), []id.ID{a}, day.Add(-24*time.Hour), noon))(t),
			[]measure.StoredSegment{wholeDay(a, -1, "yesterday"), wholeDay(a, 0, "12"), hour(a, 25, "25")})
		folded := series[0]
		folded.FoldedUntil = until
		same(t, must(m.Series(t.Context(), []id.ID{v.Indicator.ID}))(t), []measure.Series{folded, series[1]})
		ok(t, m.Fold(t.Context(), a, until, func([]measure.StoredSegment) ([]measure.StoredSegment, error) {
			t.Error("what is folded was folded again")
			return nil, nil
		}))

		why := errors.New("unreadable")
		err := m.Fold(t.Context(), a, until.Add(24*time.Hour), func([]measure.StoredSegment) ([]measure.StoredSegment, error) { return nil, why })
		if !errors.Is(err, why) {
			t.Fatalf("got %v, want the error of building", err)
		}
		same(t, len(must(m.SegmentsAt(t.Context(), []measure.SegmentKey{hour(a, 25, "").SegmentKey}))(t)), 1)
		refused(t, m.Fold(t.Context(), newID(), until, nil), fault.NotFound, "series_not_found")
	})

	each(t, open, "old segments are pruned, some at a time", func(t *testing.T, s *store.Store) {
		v, m := SLO(t, s, Service(t, s, Team(t, s, "payments").ID, "checkout").ID, "one"), s.Measure()
		a := ensure(t, s, aSeries(v.Indicator.ID, "eu"))[0].ID
		put(t, s, wholeDay(a, -2, "old"), wholeDay(a, -1, "old"), wholeDay(a, 0, "kept"), hour(a, 0, "old"), hour(a, 1, "kept"))
		at := day.Add(time.Hour)
		same(t, must(m.PruneSegments(t.Context(), at, 2))(t), 2)
		same(t, must(m.PruneSegments(t.Context(), at, 10))(t), 1)
		same(t, must(m.PruneSegments(t.Context(), at, 10))(t), 0)
		left := must(m.Segments(t.Context(), []id.ID{a}, day.Add(-100*time.Hour), day.Add(100*time.Hour)))(t)
		same(t, left, []measure.StoredSegment{wholeDay(a, 0, "kept"), hour(a, 1, "kept")})
	})

	each(t, open, "months take the place of what is thinned", func(t *testing.T, s *store.Store) {
		v, m := SLO(t, s, Service(t, s, Team(t, s, "payments").ID, "checkout").ID, "one"), s.Measure()
		other := SLO(t, s, v.SLO.Service, "two").Indicator.ID
		series := ensure(t, s, aSeries(v.Indicator.ID, "eu"), aSeries(v.Indicator.ID, "us"), aSeries(other, "eu"))
		put(t, s, wholeDay(series[0].ID, 0, "a"), wholeDay(series[0].ID, 1, "b"), hour(series[1].ID, 23, "c"), hour(series[1].ID, 24, "d"), wholeDay(series[2].ID, 2, "e"))
		at := func(days int) time.Time { return day.Add(time.Duration(days) * 24 * time.Hour) }
		first, second := v.Indicator.ID, other
		if second < first {
			first, second = second, first
		}
		same(t, must(m.Thinnable(t.Context(), at(3), "", 10))(t), []id.ID{first, second})
		same(t, must(m.Thinnable(t.Context(), at(3), first, 10))(t), []id.ID{second})
		same(t, must(m.Thinnable(t.Context(), at(3), "", 1))(t), []id.ID{first})
		same(t, must(m.Thinnable(t.Context(), at(0), "", 10))(t), nil)
		same(t, must(m.Thinnable(t.Context(), at(2), "", 10))(t), []id.ID{v.Indicator.ID})

		month := func(group string, from, to int, step time.Duration, data string) measure.ThinnedMonth {
			return measure.ThinnedMonth{Indicator: v.Indicator.ID, Group: group, Start: at(from), End: at(to), Step: step, Data: []byte(data)}
		}
		ok(t, m.PutThinned(t.Context(), []measure.ThinnedMonth{month("", 0, 1, time.Hour, "x"), month("", 1, 3, time.Hour, "y"), month("g", 1, 3, time.Hour, "z")}))
		removed := 0
		for n := 1; n > 0; removed += n {
			if n = must(m.RemoveSegments(t.Context(), v.Indicator.ID, at(1), 1))(t); n > 1 {
				t.Errorf("%d are removed at once", n)
			}
		}
		if removed < 2 {
			t.Errorf("%d are removed", removed)
		}
		left := must(m.Segments(t.Context(), []id.ID{series[0].ID, series[1].ID, series[2].ID}, at(-1), at(9)))(t)
		same(t, len(left), 3) // the second day, the hour after the first, and the other's
		lines := must(m.ThinnedLines(t.Context(), []id.ID{v.Indicator.ID, other}))(t)
		slices.SortFunc(lines, func(a, b measure.ThinnedLine) int { return cmp.Compare(a.Group, b.Group) })
		same(t, lines, []measure.ThinnedLine{{Indicator: v.Indicator.ID, Since: at(0), Until: at(3)}, {Indicator: v.Indicator.ID, Group: "g", Since: at(1), Until: at(3)}})

		same(t, must(m.Thinned(t.Context(), v.Indicator.ID, "", at(0), at(9)))(t), []measure.ThinnedMonth{month("", 0, 1, time.Hour, "x"), month("", 1, 3, time.Hour, "y")})
		same(t, must(m.Thinned(t.Context(), v.Indicator.ID, "", at(1), at(9)))(t), []measure.ThinnedMonth{month("", 1, 3, time.Hour, "y")})
		same(t, must(m.Thinned(t.Context(), v.Indicator.ID, "", at(-9), at(0)))(t), nil)
		same(t, must(m.ThinnedInHours(t.Context(), at(1), 10))(t), []measure.ThinnedMonth{month("", 0, 1, time.Hour, "x")})
		ok(t, m.PutThinned(t.Context(), []measure.ThinnedMonth{month("", 0, 1, measure.DaySpan, "X")}))
		same(t, must(m.ThinnedInHours(t.Context(), at(1), 10))(t), nil)
		same(t, len(must(m.ThinnedInHours(t.Context(), at(3), 10))(t)), 2)
		same(t, must(m.PruneThinned(t.Context(), at(2), 10))(t), 1)
		same(t, must(m.PruneThinned(t.Context(), at(3), 1))(t), 1)
		same(t, must(m.PruneThinned(t.Context(), at(3), 10))(t), 1)
	})

	each(t, open, "thousands of rows are written and read whole", func(t *testing.T, s *store.Store) {
		v, m := SLO(t, s, Service(t, s, Team(t, s, "payments").ID, "checkout").ID, "one"), s.Measure()
		var want []measure.Series
		for i := range 1203 {
			want = append(want, aSeries(v.Indicator.ID, fmt.Sprintf("r-%04d", i)))
		}
		series := ensure(t, s, want...)
		var segments []measure.StoredSegment
		for i, x := range series {
			segments = append(segments, hour(x.ID, i%5, x.Reporter))
		}
		put(t, s, segments...)
		var keys []measure.SegmentKey
		var ids []id.ID
		for _, g := range segments {
			keys, ids = append(keys, g.SegmentKey), append(ids, g.Series)
		}
		same(t, must(m.SegmentsAt(t.Context(), keys))(t), segments)
		same(t, len(must(m.Segments(t.Context(), ids, day, day.Add(5*time.Hour)))(t)), len(segments))
		notes := must(m.Changes(t.Context(), 10_000))(t)
		same(t, len(notes), len(segments))
		var read []int64
		for _, n := range notes {
			read = append(read, n.ID)
		}
		ok(t, m.RemoveChanges(t.Context(), read))
		same(t, len(must(m.Changes(t.Context(), 1))(t)), 0)
	})
}
