package measure

import (
	"fmt"
	"math"
	"math/big"
	"slices"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
)

// noon is when pushes of these tests arrive, and half a minute more.
var noon = time.Date(2026, 3, 2, 12, 0, 30, 0, time.UTC)

// Worked by hand.
func TestEventsAreRoundedOnceHalfAwayFromZero(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		events float64
		want   int64
	}{
		{0, 0}, {1, 1000}, {0.0004, 0}, {0.0005, 1}, {0.00049999999999999999, 1}, {1.0005, 1001}, {1.00049999, 1000},
		{2.0015, 2002}, {-0.0005, -1}, {-1.0005, -1001}, {1234.5678, 1234568}, {0.1, 100}, {1e-300, 0}, {0.9995, 1000},
		{9007199254740992, 9007199254740992000}, {1e9, 1e12}, {0.3 - 0.1, 200},
	} {
		if got, err := Thousandths(test.events); got != test.want || err != nil {
			t.Errorf("%v events are %d thousandths (%v), want %d", test.events, got, err, test.want)
		}
	}
	for _, events := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), 9223372036854775, 9223372036854776, -9223372036854776, 9.3e15, -9.3e15, math.MaxFloat64} {
		if got, err := Thousandths(events); err == nil {
			t.Errorf("%v events became %d thousandths", events, got)
		}
	}
}

// The decimal is computed in rationals, and rounded by adding a half.
func TestEventsAreRoundedAsTheirDecimalIs(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		events := rapid.OneOf(rapid.Float64Range(-9e15, 9e15), rapid.Float64Range(-10, 10), rapid.Map(rapid.Int64Range(-1e9, 1e9),
			func(v int64) float64 { return float64(v) / 10_000 })).Draw(t, "events")
		exact, ok := new(big.Rat).SetString(strconv.FormatFloat(math.Abs(events), 'g', -1, 64))
		if !ok {
			t.Fatal("no decimal")
		}
		exact.Add(exact.Mul(exact, big.NewRat(1000, 1)), big.NewRat(1, 2))
		want := new(big.Int).Quo(exact.Num(), exact.Denom()).Int64()
		if events < 0 {
			want = -want
		}
		if got, err := Thousandths(events); got != want || err != nil {
			t.Fatalf("%v events are %d thousandths (%v), want %d", events, got, err, want)
		}
	})
}

func FuzzThousandths(f *testing.F) {
	for _, v := range []float64{0.0005, 9.2e15, -1.0005, 1e-320} {
		f.Add(v)
	}
	f.Fuzz(func(t *testing.T, events float64) {
		got, err := Thousandths(events)
		if err == nil && math.Abs(float64(got)-events*1000) > math.Max(0.6, math.Abs(events)*1e-12) {
			t.Errorf("%v events became %d thousandths", events, got)
		}
	})
}

func slot(clock string, good, total float64) Slot {
	at, err := time.Parse("2006-01-02 15:04:05", "2026-03-02 "+clock)
	if err != nil {
		panic(err)
	}
	g, _ := Thousandths(good)
	n, _ := Thousandths(total)
	return Slot{Start: at, Good: g, Total: n}
}

func TestAllFaultsOfAPushAreToldAtOnceWithTheirPlaces(t *testing.T) {
	t.Parallel()
	_, err := arrange([]Batch{
		{Pointer: "/batches/0", Indicator: "I", Resolution: FiveMinutes, Reporter: "EU_1", Slots: []Slot{
			slot("11:57:00", 1, 1),
			slot("12:10:00", 1, 1),
			{Start: time.Date(2025, 12, 1, 12, 0, 0, 0, time.UTC)},
			slot("11:00:00", 2.5, 1.5),
			slot("11:05:00", -1, 1),
			slot("11:10:00", 1, 1_000_000_001),
			slot("11:15:00", 0, -1),
		}},
		{Pointer: "/batches/1", Indicator: "I", Resolution: Minute, Bad: true, Slots: []Slot{
			slot("11:57:00", 0, 1),
			slot("11:58:00", -1, 1),    // 2 bad of 1
			slot("11:57:00", 0.001, 1), // differs from the first
			slot("12:00:00", 1, 1),     // runs now
			slot("11:59:00", 3, 1),     // −2 bad
			slot("12:00:00", 1, 1),     // the same again
		}},
	}, noon)
	want := []string{
		"/batches/0/reporter: must be an RFC 1123 label: at most 63 of a–z, 0–9 and hyphens, a letter or digit at either end",
		"/batches/0/slots/0/start: must be the start of a slot of 300 s; the nearest are 2026-03-02T11:55:00Z and 2026-03-02T12:00:00Z",
		"/batches/0/slots/1/start: lies in the future, by more than the 5 minutes that clocks may be apart; the slot that runs now began at 2026-03-02T12:00:00Z",
		"/batches/0/slots/2/start: is longer ago than 91 days; the oldest slot that is taken begins at 2025-12-01T12:05:00Z",
		"/batches/0/slots/3/good: must not be more than the total, 1.5",
		"/batches/0/slots/4/good: must not be negative",
		"/batches/0/slots/5/total: must be 0 to 1000000000 events",
		"/batches/0/slots/6/total: must be 0 to 1000000000 events",
		"/batches/1/slots/1/bad: must not be more than the total, 1",
		"/batches/1/slots/4/bad: must not be negative",
		"/batches/1/slots/2: has other numbers than /batches/1/slots/0 for the same slot; send each slot once",
	}
	e := fault.As(err)
	if e == nil || e.Kind != fault.Invalid {
		t.Fatalf("error is %v", err)
	}
	var got []string
	for _, v := range e.Violations {
		got = append(got, v.Pointer+": "+v.Message)
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%v\nwant\n%v", got, want)
	}
}

func TestTheBoundsOfAPushAreTaken(t *testing.T) {
	t.Parallel()
	groups, err := arrange([]Batch{{Indicator: "I", Resolution: Minute, Slots: []Slot{
		slot("12:00:00", MaxEventsPerSlot, MaxEventsPerSlot),
		slot("12:05:00", 1, 1), // ClockTolerance ahead
		{Start: time.Date(2025, 12, 1, 12, 1, 0, 0, time.UTC)},
	}}}, noon)
	if err != nil || len(groups) != 1 || groups[0].series.Reporter != DefaultReporter || groups[0].reported[0].Start.Year() != 2025 {
		t.Errorf("groups %+v, error %v", groups, err)
	}
}

func TestTooManySlotsOrSeriesAreRefused(t *testing.T) {
	t.Parallel()
	var batches []Batch
	for i := range MaxSeriesPerPush + 1 {
		batches = append(batches, Batch{
			Pointer: fmt.Sprintf("/series/%d", i), Indicator: id.ID(fmt.Sprint(i)), Resolution: Minute, Slots: []Slot{slot("11:00:00", 1, 1)},
		})
	}
	_, err := arrange(batches, noon)
	if e := fault.As(err); e == nil || e.Violations[0].Pointer != "/series/500" {
		t.Errorf("501 series: %v", err)
	}
	many := Batch{Indicator: "I", Resolution: Minute, Slots: make([]Slot, MaxSlotsPerPush+1)}
	for i := range many.Slots {
		many.Slots[i].Start = noon.Truncate(Minute).Add(-time.Duration(i) * Minute)
	}
	_, err = arrange([]Batch{many}, noon)
	if e := fault.As(err); e == nil || e.Violations[0].Pointer != "/slots" || len(e.Violations) != 1 {
		t.Errorf("50,001 slots: %v", err)
	}
	many.Slots = many.Slots[:MaxSlotsPerPush]
	if _, err = arrange([]Batch{many}, noon); err != nil {
		t.Errorf("50,000 slots: %v", err)
	}
}
