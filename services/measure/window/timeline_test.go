package window_test

import (
	"errors"
	"math/big"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/evenkeel/evenkeel/services/measure/segment"
	"github.com/evenkeel/evenkeel/services/measure/window"
	"github.com/evenkeel/evenkeel/services/slo/calendar"
)

const (
	five = 5 * time.Minute
	day  = 24 * time.Hour
)

// monday is a midnight.
var monday = time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)

// archive is a slow model of what is stored of one series: every slot by itself,
// in hours or, where folded, in days.
type archive struct {
	resolution time.Duration
	slots      map[time.Time]window.Sum
	folded     time.Time
}

func newArchive(resolution time.Duration, folded time.Time) *archive {
	return &archive{resolution: resolution, slots: map[time.Time]window.Sum{}, folded: folded}
}

// piece packs the slots of [start, start+span), and reports whether there are any.
func (a *archive) piece(start time.Time, span time.Duration) (window.Piece, bool) {
	var slots []segment.Slot
	n := int(span / a.resolution)
	for i := range n {
		if s, ok := a.slots[start.Add(time.Duration(i)*a.resolution)]; ok {
			slots = append(slots, segment.Slot{Index: i, Good: s.Good, Total: s.Total})
		}
	}
	s, changed, err := segment.Merge(segment.New(a.resolution, n), slots)
	if err != nil {
		panic(err)
	}
	return window.Piece{Start: start, Segment: s}, changed
}

// of returns the segments of a day as they are stored.
func (a *archive) of(d time.Time) []window.Piece {
	if d.Before(a.folded) {
		if p, ok := a.piece(d, day); ok {
			return []window.Piece{p}
		}
		return nil
	}
	var pieces []window.Piece
	for h := range 24 {
		if p, ok := a.piece(d.Add(time.Duration(h)*time.Hour), time.Hour); ok {
			pieces = append(pieces, p)
		}
	}
	return pieces
}

// sum adds all slots in [from, to), one by one, in integers of any size.
func (a *archive) sum(from, to time.Time) (good, total *big.Int) {
	good, total = new(big.Int), new(big.Int)
	for at, s := range a.slots {
		if !at.Before(from) && at.Before(to) {
			good.Add(good, big.NewInt(s.Good))
			total.Add(total, big.NewInt(s.Total))
		}
	}
	return good, total
}

func shapeOf(t interface{ Fatal(...any) }, resolution time.Duration, windows ...time.Duration) *window.Shape {
	s, err := window.NewShape(resolution, window.Rolling(windows...))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// tell gives a timeline what was written at these times, as an evaluator does.
func (a *archive) tell(t *rapid.T, line *window.Timeline, written []time.Time) {
	for _, at := range written {
		d, span := at.Truncate(day), time.Hour
		if d.Before(a.folded) {
			span = day
		}
		p, _ := a.piece(at.Truncate(span), span)
		err := line.Put(p)
		if errors.Is(err, window.ErrDay) && span == time.Hour {
			err = line.PutDay(d, a.of(d)...)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

func (a *archive) advance(t *rapid.T, line *window.Timeline, end time.Time) {
	for _, d := range line.Needs(end) {
		if err := line.Hold(d, a.of(d)...); err != nil {
			t.Fatal(err)
		}
	}
	if err := line.Advance(end); err != nil {
		t.Fatal(err)
	}
}

// bounded is a window with what it begins at by another way than the one under test.
type bounded struct {
	window.Window
	begin func(end time.Time) time.Time
}

func rolling(lengths ...time.Duration) []bounded {
	var out []bounded
	for _, w := range window.Rolling(lengths...) {
		out = append(out, bounded{w, func(end time.Time) time.Time { return end.Add(-w.Length) }})
	}
	return out
}

// The windows of calendars whose units begin at midnight, where no clock is changed:
// what the standard library takes the midnight of a date for is when they begin.
var (
	berlinDay        = dated(calendar.Day, "Europe/Berlin", func(y int, m time.Month, d int) (int, time.Month, int) { return y, m, d })
	berlinMonth      = dated(calendar.Month, "Europe/Berlin", func(y int, m time.Month, _ int) (int, time.Month, int) { return y, m, 1 })
	utcMonth         = dated(calendar.Month, "UTC", func(y int, m time.Month, _ int) (int, time.Month, int) { return y, m, 1 })
	kathmanduQuarter = dated(calendar.Quarter, "Asia/Kathmandu", func(y int, m time.Month, _ int) (int, time.Month, int) { return y, (m-1)/3*3 + 1, 1 })
	utcYear          = dated(calendar.Year, "UTC", func(y int, _ time.Month, _ int) (int, time.Month, int) { return y, time.January, 1 })
)

func dated(unit calendar.Unit, name string, first func(int, time.Month, int) (int, time.Month, int)) bounded {
	zone, err := calendar.ParseZone(name)
	if err != nil {
		panic(err)
	}
	begin := func(end time.Time) time.Time {
		y, m, d := first(end.Add(-1).In(zone).Date())
		return time.Date(y, m, d, 0, 0, 0, 0, zone)
	}
	return bounded{window.Of(calendar.New(unit, time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC), zone)), begin}
}

func TestSlidingSumsEqualTheSumsOfAllSlots(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		resolution := rapid.SampledFrom([]time.Duration{five, five, time.Minute}).Draw(t, "resolution")
		windows := rapid.SampledFrom([][]bounded{
			rolling(5*time.Minute, 30*time.Minute, time.Hour, 2*time.Hour, 6*time.Hour, day, 3*day, 28*day, 28*day),
			rolling(5*time.Minute, 30*time.Minute, time.Hour, 2*time.Hour, 6*time.Hour, day, 3*day, 28*day, 90*day),
			rolling(day, 28*day+five, 7*day-time.Hour),
			rolling(five),
			append(rolling(five, 28*day), berlinDay, berlinMonth),
			{utcMonth},
			{kathmanduQuarter, berlinDay},
			append(rolling(3*day), utcYear, kathmanduQuarter),
		}).Draw(t, "windows")
		var wanted []window.Window
		longest := time.Duration(0)
		for _, w := range windows {
			wanted = append(wanted, w.Window)
			longest = max(longest, w.Length)
		}
		shape, err := window.NewShape(resolution, wanted)
		if err != nil {
			t.Fatal(err)
		}
		end := monday.Add(time.Duration(rapid.IntRange(0, 24*60).Draw(t, "minute")) * time.Minute).Truncate(resolution)
		store := newArchive(resolution, monday.Add(-day*time.Duration(rapid.IntRange(1, 100).Draw(t, "folded"))))
		line := window.New(shape, end)
		put := func() []time.Time {
			var written []time.Time
			at := end.Add(-rapid.SampledFrom([]time.Duration{0, time.Hour, day, 3 * day, 28 * day, 40 * day, 89 * day, 90 * day, 95 * day, -6 * day}).Draw(t, "age"))
			at = at.Add(time.Duration(rapid.IntRange(-300, 30).Draw(t, "slots later")) * resolution)
			for range rapid.IntRange(1, 30).Draw(t, "run") {
				total := rapid.OneOf(rapid.Just(int64(0)), rapid.Int64Range(0, 100_000), rapid.Just(int64(segment.MaxCount)),
					rapid.Map(rapid.Int64Range(0, 1000), func(v int64) int64 { return v * 1000 })).Draw(t, "total")
				store.slots[at] = window.Sum{Good: rapid.Int64Range(0, total).Draw(t, "good"), Total: total}
				written = append(written, at)
				at = at.Add(resolution)
			}
			return written
		}
		for range rapid.IntRange(1, 25).Draw(t, "steps") {
			switch rapid.IntRange(0, 4).Draw(t, "step") {
			case 0, 1:
				written := put()
				if rapid.Bool().Draw(t, "repeated") {
					written = append(written, written...)
				}
				store.tell(t, line, rapid.Permutation(written).Draw(t, "order"))
			case 2:
				jump := rapid.SampledFrom([]time.Duration{resolution, resolution, resolution, 0, 3 * time.Hour, day, day + resolution, 26 * time.Hour, 11 * day, 100 * day}).Draw(t, "jump")
				end = end.Add(jump)
				store.advance(t, line, end)
			case 3: // fold what is older than some days
				if until := end.Truncate(day).Add(-day * time.Duration(rapid.IntRange(0, 5).Draw(t, "days"))); until.After(store.folded) {
					store.folded = until
				}
			case 4: // start over from what is stored
				line = window.New(shape, end)
				for d := shape.Horizon(end); !d.After(end.Add(8 * day)); d = d.Add(day) {
					if err := line.PutDay(d, store.of(d)...); err != nil {
						t.Fatal(err)
					}
				}
			}
			var latest time.Time
			for at := range store.slots {
				if to := at.Add(resolution); to.After(latest) && to.After(end.Add(-longest)) {
					latest = to
				}
			}
			if !line.Latest().Equal(latest) || !line.End().Equal(end) {
				t.Fatalf("the latest slot ends %s, want %s; the end is %s, want %s", line.Latest(), latest, line.End(), end)
			}
			for k, w := range windows {
				good, total := store.sum(w.begin(end), end)
				if got := line.Sums()[k]; good.Cmp(big.NewInt(got.Good)) != 0 || total.Cmp(big.NewInt(got.Total)) != 0 {
					t.Fatalf("the window from %s to %s has %+v, want %s of %s", w.begin(end), end, got, good, total)
				}
			}
		}
	})
}

// Worked by hand: 12 slots of 90 good of 100 in the hour before midnight.
func TestAWindowMovesSlotBySlot(t *testing.T) {
	t.Parallel()
	store := newArchive(five, monday.Add(-day))
	for i := range 12 {
		store.slots[monday.Add(-time.Hour+time.Duration(i)*five)] = window.Sum{Good: 90_000, Total: 100_000}
	}
	line := window.New(shapeOf(t, five, 30*time.Minute, time.Hour), monday)
	if err := line.PutDay(monday.Add(-day), store.of(monday.Add(-day))...); err != nil {
		t.Fatal(err)
	}
	for minutes, want := range map[int][2]int64{0: {600_000, 1_200_000}} {
		if line.Sums()[0].Total != want[0] || line.Sums()[1].Total != want[1] {
			t.Errorf("after %d minutes: %+v", minutes, line.Sums())
		}
	}
	for _, step := range []struct {
		after      time.Duration
		half, hour window.Sum
	}{
		{4 * time.Minute, window.Sum{Good: 540_000, Total: 600_000}, window.Sum{Good: 1_080_000, Total: 1_200_000}}, // within the slot
		{5 * time.Minute, window.Sum{Good: 450_000, Total: 500_000}, window.Sum{Good: 990_000, Total: 1_100_000}},
		{10 * time.Minute, window.Sum{Good: 360_000, Total: 400_000}, window.Sum{Good: 900_000, Total: 1_000_000}},
		{40 * time.Minute, window.Sum{}, window.Sum{Good: 360_000, Total: 400_000}},
		{60 * day, window.Sum{}, window.Sum{}},
	} {
		if err := line.Advance(monday.Add(step.after)); err != nil {
			t.Fatal(err)
		}
		if line.Sums()[0] != step.half || line.Sums()[1] != step.hour {
			t.Errorf("after %s: %+v", step.after, line.Sums())
		}
	}
	if err := line.Advance(monday); err == nil {
		t.Error("a timeline went back")
	}
}

func TestADayThatIsNotHeldHasToBeGivenWhole(t *testing.T) {
	t.Parallel()
	store := newArchive(five, monday.Add(-30*day))
	old := monday.Add(-5 * day)
	store.slots[old] = window.Sum{Good: 1000, Total: 1000}
	line := window.New(shapeOf(t, five, 7*day), monday)
	if err := line.PutDay(old, store.of(old)...); err != nil {
		t.Fatal(err)
	}
	late := old.Add(3 * time.Hour)
	store.slots[late] = window.Sum{Good: 0, Total: 2000}
	hour, _ := store.piece(late, time.Hour)
	if err := line.Put(hour); !errors.Is(err, window.ErrDay) || line.Sums()[0].Total != 1000 {
		t.Errorf("error %v, sums %+v", err, line.Sums())
	}
	if err := line.PutDay(old, store.of(old)...); err != nil || line.Sums()[0] != (window.Sum{Good: 1000, Total: 3000}) {
		t.Errorf("error %v, sums %+v", err, line.Sums())
	}
	if err := line.Advance(monday.Add(2*day + time.Hour)); !errors.Is(err, window.ErrDay) {
		t.Errorf("the window advanced into a day that is not held: %v", err)
	}
}

func TestOnlyTheDaysOfEdgesAreHeld(t *testing.T) {
	t.Parallel()
	line, store := busy(t)
	end := line.End()
	perDay := 288 * 3 // two bytes of total and one of bad for each slot; four and four for each day
	// Today, yesterday, and the days on which 3 d, 28 d and 90 d begin.
	if got, most := line.Size(), 5*perDay+93*8+9*16+8*48+200; got > most {
		t.Errorf("a timeline takes %d bytes, more than %d", got, most)
	}
	for range 400 {
		end = end.Add(five)
		store.slots[end.Add(-five)] = window.Sum{Good: 900_000, Total: 1_000_000}
		p, _ := store.piece(end.Add(-five).Truncate(time.Hour), time.Hour)
		if err := line.Put(p); err != nil {
			t.Fatal(err)
		}
		for _, d := range line.Needs(end) {
			if err := line.Hold(d, store.of(d)...); err != nil {
				t.Fatal(err)
			}
		}
		if err := line.Advance(end); err != nil {
			t.Fatal(err)
		}
	}
	if got, most := line.Size(), 6*perDay+93*8+9*16+16*48+200; got > most {
		t.Errorf("after 400 slots a timeline takes %d bytes, more than %d", got, most)
	}
	for range 300 { // days with one slot each
		end = end.Add(day)
		store.slots[end.Add(-five)] = window.Sum{Good: 900_000, Total: 1_000_000}
		p, _ := store.piece(end.Add(-five).Truncate(time.Hour), time.Hour)
		if err := line.Put(p); err != nil {
			t.Fatal(err)
		}
		for _, d := range line.Needs(end) {
			if err := line.Hold(d, store.of(d)...); err != nil {
				t.Fatal(err)
			}
		}
		if err := line.Advance(end); err != nil {
			t.Fatal(err)
		}
	}
	if got, most := line.Size(), 6*perDay+94*8+9*16+16*48+200; got > most {
		t.Errorf("after 300 days a timeline takes %d bytes, more than %d", got, most)
	}
}

func TestAShapeRefusesWindowsThatSlotsDoNotFill(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		resolution time.Duration
		windows    []time.Duration
	}{
		{five, nil}, {five, []time.Duration{7 * time.Minute}}, {five, []time.Duration{0}}, {7 * time.Minute, []time.Duration{7 * time.Minute}},
		{time.Millisecond, []time.Duration{time.Hour}}, {0, []time.Duration{time.Hour}},
	} {
		if _, err := window.NewShape(test.resolution, window.Rolling(test.windows...)); err == nil {
			t.Errorf("%+v was taken", test)
		}
	}
}

func TestAPieceThatDoesNotFitIsRefused(t *testing.T) {
	t.Parallel()
	line := window.New(shapeOf(t, five, day), monday)
	for _, p := range []window.Piece{
		{Start: monday, Segment: segment.New(time.Minute, 60)},
		{Start: monday.Add(five), Segment: segment.New(five, 12)},
		{Start: monday, Segment: segment.New(five, 13)},
		{Start: monday},
	} {
		if line.Put(p) == nil || line.PutDay(monday, p) == nil {
			t.Errorf("%d slots of %s from %s were taken", p.Slots(), p.Resolution(), p.Start)
		}
	}
	if line.PutDay(monday, window.Piece{Start: monday.Add(day), Segment: segment.New(five, 12)}) == nil {
		t.Error("an hour of another day was taken")
	}
}
