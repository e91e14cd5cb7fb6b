package thin_test

import (
	"encoding/hex"
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/evenkeel/evenkeel/services/measure/lens"
	"github.com/evenkeel/evenkeel/services/measure/thin"
	"github.com/evenkeel/evenkeel/services/measure/window"
)

var march = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)

func sums(t *rapid.T, name string, unit int64) window.Sum {
	total := rapid.OneOf(rapid.Int64Range(0, 1000), rapid.Int64Range(0, 1<<62/unit)).Draw(t, name+" total")
	return window.Sum{Good: rapid.Int64Range(0, total).Draw(t, name+" good") * unit, Total: total * unit}
}

func months(t *rapid.T) thin.Month {
	m := thin.Month{Start: march}
	judged, corrected := rapid.Bool().Draw(t, "judged"), rapid.Bool().Draw(t, "corrected")
	unit := rapid.SampledFrom([]int64{1, 1000}).Draw(t, "unit")
	if judged {
		m.Slices = lens.Slices{Length: time.Minute * time.Duration(rapid.SampledFrom([]int{1, 5, 60}).Draw(t, "slice")),
			TargetPPB: rapid.Int64Range(0, 1_000_000_000).Draw(t, "target"), Missing: rapid.SampledFrom(lens.Missings).Draw(t, "missing")}
	}
	for range rapid.IntRange(1, 50).Draw(t, "slots") {
		s := thin.Slot{Length: time.Minute * time.Duration(rapid.IntRange(1, 1500).Draw(t, "minutes")), Known: rapid.Bool().Draw(t, "known")}
		s.Events.Measured = sums(t, "events", unit)
		s.Events.Counted = s.Events.Measured
		if corrected {
			s.Events.Counted = sums(t, "corrected events", unit)
		}
		if judged {
			s.Slices = thin.Counts{Measured: sums(t, "slices", unit), Counted: sums(t, "corrected slices", unit)}
		}
		m.Slots = append(m.Slots, s)
	}
	return m
}

func TestAMonthIsReadAsItWasPacked(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		want := months(t)
		got, err := thin.Decode(want.Start, want.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		if !got.Start.Equal(want.Start) || got.Slices != want.Slices || len(got.Slots) != len(want.Slots) {
			t.Fatalf("read %+v, want %+v", got, want)
		}
		for i := range want.Slots {
			if got.Slots[i] != want.Slots[i] {
				t.Fatalf("slot %d is %+v, want %+v", i, got.Slots[i], want.Slots[i])
			}
		}
	})
}

// Worked by hand from the description of the format, but for the checksum, which is left out.
func TestTheBytesAreThoseOfTheDescription(t *testing.T) {
	t.Parallel()
	m := thin.Month{Start: march, Slots: []thin.Slot{
		{Length: time.Hour, Known: true, Events: thin.Counts{Measured: window.Sum{Good: 297_000, Total: 300_000}, Counted: window.Sum{Good: 297_000, Total: 300_000}}},
		{Length: time.Hour},
	}}
	// version 1; whole events and slices; two slots; 2·60+1 = 121, 300 events, 3 bad; 2·60, nothing.
	const want = "01" + "0c" + "02" + "79" + "ac02" + "03" + "78" + "00" + "00"
	got := hex.EncodeToString(m.Bytes())
	if got[:len(got)-8] != want {
		t.Errorf("the bytes are %s, want %s and a checksum", got, want)
	}
}

func TestNoChangedByteIsTakenForAMonth(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		data := months(t).Bytes()
		i := rapid.IntRange(0, len(data)-1).Draw(t, "byte")
		data[i] ^= byte(rapid.IntRange(1, 255).Draw(t, "flip"))
		if _, err := thin.Decode(march, data); !errors.Is(err, thin.ErrCorrupt) && !errors.Is(err, thin.ErrVersion) {
			t.Fatalf("byte %d was changed, and the error is %v", i, err)
		}
	})
	for name, data := range map[string][]byte{"nothing": nil, "a version": {1}, "a later version": {2, 0, 0, 0, 0, 0, 0}} {
		if _, err := thin.Decode(march, data); err == nil {
			t.Errorf("%s is taken for a month", name)
		}
	}
}

// The clocks of Berlin were set forward on 29 March 2026 and that day had 23 hours (the
// IANA database).
func TestDaysAreThoseOfTheZoneAndAddUpToTheSame(t *testing.T) {
	t.Parallel()
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	start := time.Date(2026, 3, 1, 0, 0, 0, 0, berlin).UTC()
	m := thin.Month{Start: start}
	for i := range 31*24 - 1 {
		sum := window.Sum{Good: int64(i), Total: int64(2 * i)}
		m.Slots = append(m.Slots, thin.Slot{Length: time.Hour, Known: i == 24, Events: thin.Counts{Measured: sum, Counted: sum}})
	}
	days := m.Days(berlin)
	if len(days.Slots) != 31 || !days.End().Equal(m.End()) || !days.End().Equal(time.Date(2026, 4, 1, 0, 0, 0, 0, berlin)) {
		t.Fatalf("there are %d days until %s", len(days.Slots), days.End())
	}
	var sum int64
	for i, d := range days.Slots {
		want := 24 * time.Hour
		if i == 28 {
			want = 23 * time.Hour
		}
		if d.Length != want || d.Known != (i == 1) {
			t.Errorf("day %d is %s long, known %v", i+1, d.Length, d.Known)
		}
		sum += d.Events.Counted.Good
	}
	if want := int64(743 * 742 / 2); sum != want { // 0 + 1 + … + 742
		t.Errorf("the days add up to %d, want %d", sum, want)
	}
}
