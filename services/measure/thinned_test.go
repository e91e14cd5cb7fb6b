package measure_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/lens"
	"github.com/evenkeel/evenkeel/services/measure/window"
	"github.com/evenkeel/evenkeel/services/slo/calendar"
)

// interrupted is the store, with something that happens just before a query of that name.
type interrupted struct {
	measure.Store
	before string
	once   sync.Once
	happen func()
}

func (s *interrupted) at(query string) {
	if query == s.before {
		s.once.Do(s.happen)
	}
}

func (s *interrupted) Series(ctx context.Context, indicators []id.ID) ([]measure.Series, error) {
	s.at("series")
	return s.Store.Series(ctx, indicators)
}

func (s *interrupted) Oldest(ctx context.Context, series []id.ID) ([]measure.StoredSegment, error) {
	s.at("oldest")
	return s.Store.Oldest(ctx, series)
}

func (s *interrupted) ThinnedLines(ctx context.Context, indicators []id.ID) ([]measure.ThinnedLine, error) {
	s.at("lines")
	return s.Store.ThinnedLines(ctx, indicators)
}

func (s *interrupted) Thinned(ctx context.Context, indicator id.ID, group string, from, to time.Time) ([]measure.ThinnedMonth, error) {
	s.at("months")
	return s.Store.Thinned(ctx, indicator, group, from, to)
}

func (s *interrupted) Segments(ctx context.Context, series []id.ID, from, to time.Time) ([]measure.StoredSegment, error) {
	s.at("segments")
	return s.Store.Segments(ctx, series, from, to)
}

// Another process thins months while they are read, when none was thinned before or the first
// was: whichever query it comes before, the days are what they were, none is empty and none
// counts twice.
func TestWhatIsThinnedWhileItIsReadIsReadOnce(t *testing.T) {
	t.Parallel()
	for _, judged := range []lens.Slices{{}, {Length: time.Hour, TargetPPB: 950_000_000, Missing: lens.Bad}} {
		for begun, queries := range map[bool][]string{false: {"series", "oldest", "lines", "segments"}, true: {"series", "oldest", "lines", "segments", "months"}} {
			for _, query := range queries {
				if query == "oldest" && judged.Length == 0 {
					continue // of events nobody asks for it
				}
				b, looks := thinnedBundle(t, measure.Look{Zone: time.UTC, Slices: judged})
				months := int64(4)
				if begun {
					b.clock.Advance(-90 * day)
					b.thin(t, looks, map[string]int64{"thinned": 1})
					months = 3
				}
				of := measure.Reading{Indicator: b.indicators[0], Lens: lens.Lens{Slices: judged}}
				bounds := every(calendar.Day, time.UTC, noon.Add(-20*day), noon.Add(70*day))
				before := b.read(t, of, bounds)
				happened := false
				store := &interrupted{Store: b.store.Measure(), before: query, happen: func() {
					happened = true
					if begun {
						b.clock.Advance(90 * day)
					}
					b.thin(t, looks, map[string]int64{"thinned": months})
				}}
				after, err := measure.New(store, b.runner, b.clock.Now).Between(t.Context(), of, bounds)
				if err != nil || !happened {
					t.Fatalf("before %s, thinned %t: %v", query, happened, err)
				}
				for i, want := range before {
					if after[i] != want {
						t.Errorf("begun %t, thinned before %s, %+v: %+v, was %+v", begun, query, judged, after[i], want)
						break
					}
				}
			}
		}
	}
}

// As TestWhatWasMeasuredOnceIsMissingAlsoWhenItIsThinned, of two indicators together: one of
// the 24 slices of the last day is good, and the others are missing, for the first of both
// was measured in March of the year before.
func TestWhatWasMeasuredOnceIsMissingTogetherAlsoWhenItIsThinned(t *testing.T) {
	t.Parallel()
	slices := lens.Slices{Length: time.Hour, TargetPPB: 1, Missing: lens.Bad}
	b := newBundle(t, storetest.SQLite(t), 2)
	b.clock.Advance(day)
	b.push(t, b.batch(0, "", measure.Slot{Start: noon, Good: 1000, Total: 1000}))
	b.clock.Advance(measure.WholeFor + 100*day)
	fold(t, b)
	look := measure.Look{Zone: time.UTC}
	b.thin(t, looking{b.indicators[0]: look, b.indicators[1]: look}, map[string]int64{"thinned": 3})
	last := b.clock.Now().Truncate(time.Hour).Add(-2 * time.Hour)
	var parts []measure.Part
	for i, indicator := range b.indicators {
		b.push(t, b.batch(i, "", measure.Slot{Start: last, Good: 1000, Total: 1000}))
		parts = append(parts, measure.Part{Indicator: indicator, Resolution: five, Together: lens.Together{Lens: lens.Lens{Slices: slices}}})
	}
	b.book.subjects = []measure.Subject{{ID: "together", Revision: "r1", Parts: parts, Windows: []window.Window{{Length: day}}}}
	b.evaluate(t, map[string]int64{"evaluated": 1})
	want := window.Sum{Good: 1000, Total: 24_000}
	if got := b.book.latest["together"].Sums[0]; got != want {
		t.Errorf("the last day is %+v, want %+v", got, want)
	}
	end := last.Add(2 * time.Hour)
	read, err := b.service.TotalsTogether(t.Context(), parts, end.Add(-day), end, day)
	if err != nil || read[0].Sum != want {
		t.Errorf("read, the last day is %+v (%v), want %+v", read, err, want)
	}
}

// Group "a" has events in March and May of 2026, "b" in every month, and all are thinned as
// events. Whoever asks later which slices of April were bad, missing ones among them, asks
// for what was never judged: nobody knows whether "a" was silent or gone.
func TestAMonthInWhichAGroupWasSilentIsBlurredWhereSlicesWereNotJudged(t *testing.T) {
	t.Parallel()
	b := newBundle(t, storetest.SQLite(t), 1)
	b.book.subjects = nil
	may := time.Date(2026, 5, 10, 12, 0, 0, 0, time.UTC)
	b.clock.Advance(may.Add(day).Sub(noon))
	push := func(group string, at time.Time) {
		batch := b.batch(0, "", measure.Slot{Start: at, Good: 1000, Total: 1000})
		batch.Group, batch.MaxGroups = group, 10
		b.push(t, batch)
	}
	april := may.Add(-30 * day)
	push("a", noon)
	push("b", noon)
	push("b", april)
	push("a", may)
	push("b", may)
	b.clock.Advance(measure.WholeFor + 100*day)
	fold(t, b)
	b.thin(t, looking{b.indicators[0]: {Zone: time.UTC}}, map[string]int64{"unthinnable": 0})
	read := func(missing lens.Missing, from time.Time) measure.Step {
		t.Helper()
		by := lens.Lens{Slices: lens.Slices{Length: time.Hour, TargetPPB: 1, Missing: missing}}
		return b.read(t, measure.Reading{Indicator: b.indicators[0], Group: "a", Lens: by}, []time.Time{from, from.Add(day)})[0]
	}
	february := noon.Truncate(day).Add(-10 * day)
	for _, c := range []struct {
		missing lens.Missing
		from    time.Time
		blurred bool
	}{
		{lens.Bad, april.Truncate(day), true},
		{lens.Good, april.Truncate(day), true},
		{lens.Ignored, april.Truncate(day), false}, // what had no events counts as nothing, whoever judges it
		{lens.Bad, february, false},                // before it was ever measured
		{lens.Bad, may.Truncate(day), true},        // its events were not judged
		{lens.Bad, may.Truncate(day).Add(40 * day), true},
	} {
		if got := read(c.missing, c.from); got.Blurred != c.blurred || got.Total != 0 {
			t.Errorf("missing slices %s, from %s: %+v, want blurred %t", c.missing, c.from, got, c.blurred)
		}
	}
}

func TestAnIndicatorOfWhichCorrectionsCannotBeReadIsThinnedByNobodyAndHoldsNoOther(t *testing.T) {
	t.Parallel()
	b := newBundle(t, storetest.SQLite(t), 2)
	b.book.subjects = nil
	b.clock.Advance(day)
	for i := range b.indicators {
		b.push(t, b.batch(i, "", measure.Slot{Start: noon, Good: 900, Total: 1000}))
	}
	b.clock.Advance(measure.WholeFor + 40*day)
	fold(t, b)
	looks := looking{b.indicators[0]: {Zone: time.UTC, Unread: errors.New("a zone is gone")}, b.indicators[1]: {Zone: time.UTC}}
	b.thin(t, looks, map[string]int64{"thinned": 1, "unthinnable": 1})
	left, err := b.store.Measure().Thinnable(t.Context(), b.clock.Now(), "", 10)
	if err != nil || !slices.Equal(left, b.indicators[:1]) {
		t.Errorf("slots are left of %v (%v)", left, err)
	}
	looks[b.indicators[0]] = measure.Look{Zone: time.UTC}
	b.thin(t, looks, map[string]int64{"thinned": 1, "unthinnable": 0})
}
