package lens_test

import (
	"math/big"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/evenkeel/evenkeel/services/measure/lens"
	"github.com/evenkeel/evenkeel/services/measure/segment"
	"github.com/evenkeel/evenkeel/services/measure/window"
)

var monday = time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)

// The worked example of the design's reference on SLOs: T = 95 %, ten slices, slice
// target 95 %. Occurrences 94.0678 %, Timeslices 60 %, RatioTimeslices 91.571 %.
func TestTheWorkedExampleComesOutByEachMethod(t *testing.T) {
	t.Parallel()
	good := []int64{2, 10, 12, 13, 13, 12, 13, 13, 12, 11}
	total := []int64{4, 10, 12, 13, 14, 15, 14, 13, 12, 11}
	var slots []segment.Slot
	for i := range good {
		slots = append(slots, segment.Slot{Index: i, Good: good[i] * 1000, Total: total[i] * 1000})
	}
	packed, _, err := segment.Merge(segment.New(time.Minute, 60), slots)
	if err != nil {
		t.Fatal(err)
	}
	measured := window.Piece{Start: monday, Segment: packed}
	for _, c := range []struct {
		name   string
		slices lens.Slices
		want   string // percent, to three digits
	}{
		{"timeslices", lens.Slices{Length: time.Minute, TargetPPB: 950_000_000}, "60.000"},
		{"ratio timeslices", lens.Slices{Length: time.Minute}, "91.571"},
	} {
		l := lens.Lens{Slices: c.slices}
		judged, err := l.Judge(monday, time.Hour, []window.Piece{measured})
		if err != nil {
			t.Fatal(err)
		}
		good, total := judged.Range(0, judged.Slots())
		if total != 10*c.slices.Unit() {
			t.Errorf("%s: %d units of slices, want ten slices", c.name, total)
		}
		if got := new(big.Rat).Mul(big.NewRat(good, total), big.NewRat(100, 1)).FloatString(3); got != c.want {
			t.Errorf("%s: %s %%, want %s %%", c.name, got, c.want)
		}
	}
}

func TestASliceIsGoodFromExactlyItsTargetOn(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		total := rapid.OneOf(rapid.Int64Range(1, 100), rapid.Int64Range(1, 64*segment.MaxCount)).Draw(t, "total")
		good := rapid.Int64Range(0, total).Draw(t, "good")
		target := rapid.OneOf(rapid.SampledFrom([]int64{1, 500_000_000, 950_000_000, 1_000_000_000}), rapid.Int64Range(1, 1_000_000_000)).Draw(t, "target")
		share := big.NewRat(good, total)
		want := window.Sum{Total: 1000}
		if share.Cmp(big.NewRat(target, 1_000_000_000)) >= 0 {
			want.Good = 1000
		}
		if got := (lens.Slices{Length: time.Minute, TargetPPB: target}).Judge(good, total); got != want {
			t.Fatalf("%d of %d at %d counts as %+v, want %+v", good, total, target, got, want)
		}
		// ⌊share · 10⁹ + ½⌋
		exact := new(big.Rat).Add(new(big.Rat).Mul(share, big.NewRat(1_000_000_000, 1)), big.NewRat(1, 2))
		rounded := new(big.Int).Quo(exact.Num(), exact.Denom()).Int64()
		if got := (lens.Slices{Length: time.Minute}).Judge(good, total); got.Good != rounded || got.Total != 1_000_000_000 {
			t.Fatalf("%d of %d counts as %+v, want %d", good, total, got, rounded)
		}
	})
	if got := (lens.Slices{Length: time.Minute, TargetPPB: 1}).Judge(0, 0); got != (window.Sum{}) {
		t.Errorf("a slice without events counts as %+v", got)
	}
}

// Each slot by itself: what is excluded leaves, what counts as good is all good, and the
// rest is as it was.
func TestCorrectionsOfEventsChangeTheirSlotsAndNoOthers(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var slots []segment.Slot
		for i := range 60 {
			if rapid.Bool().Draw(t, "known") {
				total := rapid.Int64Range(0, 5).Draw(t, "total")
				slots = append(slots, segment.Slot{Index: i, Good: rapid.Int64Range(0, total).Draw(t, "good"), Total: total})
			}
		}
		packed, _, err := segment.Merge(segment.New(time.Minute, 60), slots)
		if err != nil {
			t.Fatal(err)
		}
		at := func(minute int) time.Time { return monday.Add(time.Duration(minute) * time.Minute) }
		var spans []window.Span
		for range rapid.IntRange(0, 4).Draw(t, "spans") {
			from := rapid.IntRange(-30, 70).Draw(t, "from")
			spans = append(spans, window.Span{From: at(from), To: at(from + rapid.IntRange(1, 40).Draw(t, "length")),
				Effect: rapid.SampledFrom([]window.Effect{window.Exclude, window.CountGood}).Draw(t, "effect")})
		}
		l := lens.Lens{Overlay: window.NewOverlay(time.Minute, spans)}
		seen, err := l.See(window.Piece{Start: monday, Segment: packed})
		if err != nil {
			t.Fatal(err)
		}
		for i := range 60 {
			good, total, known := packed.At(i)
			var effect window.Effect
			for _, s := range spans {
				if !at(i).Before(s.From) && at(i).Before(s.To) {
					effect = max(effect, s.Effect)
				}
			}
			switch effect {
			case window.Exclude:
				good, total = 0, 0
			case window.CountGood:
				good = total
			}
			if g, n, k := seen.At(i); g != good || n != total || k != known {
				t.Fatalf("minute %d is %d of %d (%v), want %d of %d (%v)", i, g, n, k, good, total, known)
			}
		}
	})
}
