package measure_test

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/lens"
	"github.com/evenkeel/evenkeel/services/measure/segment"
	"github.com/evenkeel/evenkeel/services/measure/window"
	"github.com/evenkeel/evenkeel/services/slo/calendar"
)

// looking is how the indicators of a test are looked at when they are thinned.
type looking map[id.ID]measure.Look

func (l looking) Looks(context.Context, []id.ID, time.Time, time.Time) (map[id.ID]measure.Look, error) {
	return l, nil
}

func (b *bundle) thin(t testing.TB, looks looking, want map[string]int64) {
	t.Helper()
	counts, err := measure.NewThinner(b.store.Measure(), looks, b.runner, b.clock.Now, quiet).ThinOnce(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for name, n := range want {
		if counts[name] != n {
			t.Errorf("%s is %d, want %d, in %v", name, counts[name], n, counts)
		}
	}
}

// read sums up between the bounds.
func (b *bundle) read(t testing.TB, of measure.Reading, bounds []time.Time) []measure.Step {
	t.Helper()
	steps, err := b.service.Between(t.Context(), of, bounds)
	if err != nil {
		t.Fatal(err)
	}
	return steps
}

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// every returns the bounds of the hours, or days, of a zone from before one time until after another.
func every(unit calendar.Unit, z *time.Location, from, to time.Time) []time.Time {
	days := calendar.New(calendar.Day, time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC), z)
	w := days.At(from)
	bounds := []time.Time{w.Start}
	for ; w.Start.Before(to); w = days.Next(w) {
		for at := w.Start.Add(time.Hour); unit != calendar.Day && at.Before(w.End); at = at.Add(time.Hour) {
			bounds = append(bounds, at)
		}
		bounds = append(bounds, w.End)
	}
	return bounds
}

// The zones have whole hours, half hours, quarters, and clocks that are set forward, at
// midnight too, and by half an hour.
var thinZones = []string{"UTC", "Europe/Berlin", "Asia/Kolkata", "Asia/Kathmandu", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo"}

// Events of two reporters over ten weeks, with and without slices, judged in each way, under
// corrections, with times in which nothing came: what each hour holds, measured and
// counted, is the same before it was thinned and after, and so is each day once there
// are days alone. That the events are right says the sum of rational numbers.
func TestThinnedHoursAndDaysAddUpToTheSameExactly(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		const subjects = 30
		random := rand.New(rand.NewPCG(20261127, 13))
		b := newBundle(t, s, subjects)
		b.book.subjects = nil
		looks, books := looking{}, ledger{}
		zones := make([]*time.Location, subjects)
		first := b.clock.Now()
		for i, indicator := range b.indicators {
			look := measure.Look{Zone: zone(t, thinZones[i%len(thinZones)])}
			zones[i] = look.Zone
			if i%3 > 0 {
				look.Slices = lens.Slices{Length: five * []time.Duration{1, 3}[i%2], Missing: lens.Missings[i/3%3]}
				if i%3 == 1 {
					look.Slices.TargetPPB = 950_000_000
				}
			}
			for range random.IntN(4) {
				from := first.Add(time.Duration(random.IntN(70*24*60)) * time.Minute)
				look.Corrected = append(look.Corrected, window.Span{From: from, To: from.Add(time.Duration(1+random.IntN(3000)) * time.Minute),
					Effect: []window.Effect{window.Exclude, window.CountGood}[random.IntN(2)]})
			}
			looks[indicator] = look
		}
		for round := range 10 {
			for i, indicator := range b.indicators {
				for r := range 2 {
					if random.IntN(3) == 0 {
						continue
					}
					reporter := fmt.Sprintf("r%d", r)
					b.push(t, b.batch(i, reporter, randomSlots(t, random, books, indicator, reporter, b.clock.Now(), round+1)...))
				}
			}
			b.clock.Advance(7*day + five)
		}
		last := b.clock.Now()
		b.clock.Advance(2 * day)
		fold(t, b)

		type lookAt struct {
			measure.Reading
			unit calendar.Unit
			zone *time.Location
		}
		var all []lookAt
		for i, indicator := range b.indicators {
			look := looks[indicator]
			slices := lens.Lens{Slices: look.Slices}
			counted := slices
			counted.Overlay = window.NewOverlay(slices.Step(five), look.Corrected)
			for _, unit := range []calendar.Unit{"hour", calendar.Day} {
				all = append(all,
					lookAt{measure.Reading{Indicator: indicator}, unit, zones[i]},
					lookAt{measure.Reading{Indicator: indicator, Lens: slices, AsMeasured: true}, unit, zones[i]},
					lookAt{measure.Reading{Indicator: indicator, Lens: counted}, unit, zones[i]})
				all[len(all)-3].AsMeasured = true
			}
		}
		before := make([][]measure.Step, len(all))
		for k, l := range all {
			before[k] = b.read(t, l.Reading, every(l.unit, l.zone, first.Add(-30*day), last))
		}
		same := func(when string, compared func(l lookAt) bool) {
			t.Helper()
			for k, l := range all {
				after := b.read(t, l.Reading, every(l.unit, l.zone, first.Add(-30*day), last))
				for n, want := range before[k] {
					if got := after[n]; compared(l) && got != want {
						t.Fatalf("%s: %s of %s from %s, %+v: %+v, was %+v", when, l.unit, l.Indicator, want.Start.In(l.zone), l.Lens.Slices, got, want)
					}
				}
			}
		}
		b.clock.Advance(measure.WholeFor - 30*day)
		b.thin(t, looks, map[string]int64{"unthinnable": 0, "coarsened": 0})
		same("half of it is thinned", func(lookAt) bool { return true })
		b.clock.Advance(150 * day)
		b.thin(t, looks, map[string]int64{"unthinnable": 0, "coarsened": 0})
		if left, err := b.store.Measure().Thinnable(t.Context(), last, "", 100); err != nil || len(left) > 0 {
			t.Errorf("%d indicators have segments still (%v)", len(left), err)
		}
		b.thin(t, looks, map[string]int64{"thinned": 0, "unthinnable": 0})
		same("all of it is thinned", func(lookAt) bool { return true })
		for i, indicator := range b.indicators {
			bounds := every(calendar.Day, zones[i], first.Add(-30*day), last)
			for n, step := range b.read(t, measure.Reading{Indicator: indicator, AsMeasured: true}, bounds) {
				good, total := books.sum(indicator, bounds[n], bounds[n+1])
				unit := big.NewRat(1, measure.Event)
				gotGood, gotTotal := new(big.Rat).SetInt64(step.Good), new(big.Rat).SetInt64(step.Total)
				if gotGood.Mul(gotGood, unit).Cmp(good) != 0 || gotTotal.Mul(gotTotal, unit).Cmp(total) != 0 {
					t.Fatalf("on %s there are %s of %s events, want %s of %s", step.Start, gotGood, gotTotal, good, total)
				}
			}
		}
		b.clock.Advance(measure.HoursFor)
		b.thin(t, looks, map[string]int64{"thinned": 0, "unthinnable": 0})
		same("days are left", func(l lookAt) bool { return l.unit == calendar.Day })
		b.thin(t, looks, map[string]int64{"thinned": 0, "coarsened": 0, "unthinnable": 0})
	})
}

// thinnedBundle has one indicator with an event in each hour of 31 days from 2 March 2026
// on, of which a tenth is bad. The months until June can be thinned.
func thinnedBundle(t *testing.T, look measure.Look) (*bundle, looking) {
	t.Helper()
	b := newBundle(t, storetest.SQLite(t), 1)
	b.book.subjects = nil
	b.clock.Advance(35 * day)
	var slots []measure.Slot
	for i := range 31 * 24 {
		slots = append(slots, measure.Slot{Start: noon.Add(time.Duration(i) * time.Hour), Good: 900, Total: 1000})
	}
	b.push(t, b.batch(0, "", slots...))
	b.clock.Advance(measure.WholeFor + 100*day)
	fold(t, b)
	looks := looking{b.indicators[0]: look}
	return b, looks
}

func TestAStepThatCutsAThinnedSlotIsBlurred(t *testing.T) {
	t.Parallel()
	b, looks := thinnedBundle(t, measure.Look{Zone: time.UTC})
	b.thin(t, looks, map[string]int64{"thinned": 4})
	midnight := noon.Truncate(day).Add(day)
	of := measure.Reading{Indicator: b.indicators[0]}
	for _, c := range []struct {
		from, to time.Time
		want     measure.Step
	}{
		{midnight, midnight.Add(time.Hour), measure.Step{Start: midnight, Sum: window.Sum{Good: 900, Total: 1000}, Known: true}},
		{midnight, midnight.Add(30 * time.Minute), measure.Step{Start: midnight, Blurred: true}},
		{midnight.Add(30 * time.Minute), midnight.Add(90 * time.Minute), measure.Step{Start: midnight.Add(30 * time.Minute), Blurred: true}},
		{noon.Add(-3 * time.Hour), noon.Add(-90 * time.Minute), measure.Step{Start: noon.Add(-3 * time.Hour)}}, // nothing came
	} {
		if got := b.read(t, of, []time.Time{c.from, c.to}); got[0] != c.want {
			t.Errorf("from %s to %s: %+v, want %+v", c.from, c.to, got[0], c.want)
		}
	}
	// Slices were not judged when it was thinned: nobody can know what they were.
	of.Lens.Slices = lens.Slices{Length: five, TargetPPB: 1, Missing: lens.Ignored}
	if got := b.read(t, of, []time.Time{midnight, midnight.Add(time.Hour)}); !got[0].Blurred || got[0].Total != 0 {
		t.Errorf("slices that were never judged are %+v", got[0])
	}
	b.clock.Advance(measure.HoursFor)
	b.thin(t, looks, map[string]int64{"coarsened": 4})
	of.Lens.Slices = lens.Slices{}
	got := b.read(t, of, []time.Time{midnight, midnight.Add(time.Hour), midnight.Add(day), midnight.Add(2 * day)})
	if !got[0].Blurred || !got[1].Blurred || got[2] != (measure.Step{Start: midnight.Add(day), Sum: window.Sum{Good: 24 * 900, Total: 24_000}, Known: true}) {
		t.Errorf("of days alone the steps are %+v", got)
	}
}

func TestWhatIsThinnedIsToldAndGivenInItsSlots(t *testing.T) {
	t.Parallel()
	b, looks := thinnedBundle(t, measure.Look{Zone: time.UTC})
	b.thin(t, looks, nil)
	march, april, july := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)
	told, err := b.service.Thinned(t.Context(), b.indicators[0], march.Add(-day), b.clock.Now())
	if want := []measure.Thinned{{From: march, To: july, Step: time.Hour}}; err != nil || !slices.Equal(told, want) {
		t.Errorf("thinned is %v (%v), want %v", told, err, want)
	}
	slots, err := b.service.ThinnedSlots(t.Context(), b.indicators[0], "", april, april.Add(2*time.Hour))
	if err != nil || len(slots) != 1 || !slices.Equal(slots[0].Slots, []measure.ThinnedSlot{
		{Start: april, End: april.Add(time.Hour), Sum: window.Sum{Good: 900, Total: 1000}},
		{Start: april.Add(time.Hour), End: april.Add(2 * time.Hour), Sum: window.Sum{Good: 900, Total: 1000}},
	}) {
		t.Errorf("the slots are %v (%v)", slots, err)
	}
}

func TestAPushIntoThinnedTimeIsRefusedByItsStart(t *testing.T) {
	t.Parallel()
	b, looks := thinnedBundle(t, measure.Look{Zone: time.UTC})
	b.thin(t, looks, nil)
	_, err := b.service.Push(t.Context(), []measure.Batch{b.batch(0, "", measure.Slot{Start: noon, Good: 1, Total: 1})})
	if f := fault.As(err); f == nil || f.Kind != fault.Invalid || f.Violations[0].Pointer != "/batches/0/slots/0/start" {
		t.Errorf("the push is answered by %v", err)
	}
}

// The power goes out before each of the first transactions: the months' sums are written in
// the odd ones, and their slots removed in the even ones.
func TestThinningThatIsInterruptedIsMadeGoodByTheNextRun(t *testing.T) {
	t.Parallel()
	for at, want := range []int64{0, 1, 1, 2} {
		b, looks := thinnedBundle(t, measure.Look{Zone: time.UTC})
		bounds := every(calendar.Day, time.UTC, noon, noon.Add(40*day))
		of := measure.Reading{Indicator: b.indicators[0]}
		before := b.read(t, of, bounds)
		why, n := errors.New("the power went out"), 0
		b.runner.fail = func() error {
			if n++; n == at+1 {
				return why
			}
			return nil
		}
		thinner := measure.NewThinner(b.store.Measure(), looks, b.runner, b.clock.Now, quiet)
		if counts, err := thinner.ThinOnce(t.Context()); !errors.Is(err, why) || counts["thinned"] != want {
			t.Fatalf("interrupted at %d, the first run ends with %v, %v", at, counts, err)
		}
		if got := b.read(t, of, bounds); !slices.Equal(got, before) {
			t.Errorf("interrupted at %d, between the runs the days are %v, were %v", at, got, before)
		}
		if counts, err := thinner.ThinOnce(t.Context()); err != nil || counts["thinned"] != 4-want {
			t.Fatalf("interrupted at %d, the second run ends with %v, %v", at, counts, err)
		}
		if got := b.read(t, of, bounds); !slices.Equal(got, before) {
			t.Errorf("interrupted at %d, afterwards the days are %v, were %v", at, got, before)
		}
		if left, err := b.store.Measure().Thinnable(t.Context(), b.clock.Now(), "", 10); err != nil || len(left) > 0 {
			t.Errorf("interrupted at %d, slots are left (%v)", at, err)
		}
	}
}

// A slot that was measured before all that is left makes later ones missing, also when
// it is thinned.
func TestWhatWasMeasuredOnceIsMissingAlsoWhenItIsThinned(t *testing.T) {
	t.Parallel()
	look := measure.Look{Zone: time.UTC, Slices: lens.Slices{Length: time.Hour, TargetPPB: 1, Missing: lens.Bad}}
	b, looks := thinnedBundle(t, look)
	b.push(t, b.batch(0, "", measure.Slot{Start: b.clock.Now().Truncate(time.Hour).Add(-2 * time.Hour), Good: 1000, Total: 1000}))
	b.thin(t, looks, map[string]int64{"thinned": 4})
	b.book.subjects = []measure.Subject{{
		ID: "slices", Revision: "r1", Indicator: b.indicators[0], Resolution: five,
		Lens: lens.Lens{Slices: look.Slices}, Windows: []window.Window{{Length: day}},
	}}
	b.evaluate(t, map[string]int64{"evaluated": 1})
	// One of the 24 slices of the last day is good.
	if got := b.book.latest["slices"].Sums[0]; got != (window.Sum{Good: 1000, Total: 24_000}) {
		t.Errorf("the last day is %+v", got)
	}
}

// 64 reporters with 10¹² thousandths in each minute of 101 days are 9.31·10¹⁸, and 2⁶³ is
// 9.22·10¹⁸.
func TestMoreEventsThanCanBeCountedAreAnErrorAndNoSum(t *testing.T) {
	t.Parallel()
	b := newBundle(t, storetest.SQLite(t), 1)
	subject := &b.book.subjects[0]
	subject.Resolution, subject.Windows = measure.Minute, []window.Window{window.Of(calendar.New(calendar.Year, time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), time.UTC))}
	slots := make([]segment.Slot, 1440)
	for i := range slots {
		slots[i] = segment.Slot{Index: i, Good: 1e12, Total: 1e12}
	}
	full, _, err := segment.Merge(segment.New(measure.Minute, len(slots)), slots)
	if err != nil {
		t.Fatal(err)
	}
	for r := range measure.MaxReporters {
		batch := b.batch(0, fmt.Sprintf("r%d", r), measure.Slot{Start: noon})
		batch.Resolution = measure.Minute
		b.push(t, batch)
	}
	series, err := b.store.Measure().Series(t.Context(), b.indicators)
	if err != nil {
		t.Fatal(err)
	}
	first := noon.Truncate(day).Add(day)
	put := func(days ...int) {
		t.Helper()
		for _, n := range days {
			var rows []measure.StoredSegment
			for _, one := range series {
				key := measure.SegmentKey{Series: one.ID, Start: first.Add(time.Duration(n) * day), Span: measure.DaySpan}
				rows = append(rows, measure.StoredSegment{SegmentKey: key, Data: full.Bytes()})
			}
			if err := b.store.InTx(t.Context(), func(ctx context.Context) error { return b.store.Measure().PutSegments(ctx, rows) }); err != nil {
				t.Fatal(err)
			}
		}
	}
	for n := range 100 {
		put(n)
	}
	b.clock.Advance(200 * day)
	b.evaluate(t, map[string]int64{"evaluated": 1, "unreadable": 0})
	if got, want := b.book.latest[subject.ID].Sums[0].Total, int64(64*100*1440)*1e12; got != want {
		t.Errorf("a hundred days are %d, want %d", got, want)
	}
	put(100)
	b.evaluate(t, map[string]int64{"evaluated": 0, "unreadable": 1})
	if got := b.book.latest[subject.ID].Sums[0].Total; got < 0 {
		t.Errorf("the year is %d", got)
	}
	if steps, err := b.service.Totals(t.Context(), measure.Reading{Indicator: b.indicators[0]}, first, first.Add(101*day), 101*day); err == nil {
		t.Errorf("the sum of 101 days is %v", steps)
	}
}
