package window_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/evenkeel/evenkeel/services/measure/window"
)

func TestAnOverlayIsTheUnionOfItsSpansInWhichExcludingWins(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		resolution := rapid.SampledFrom([]time.Duration{time.Minute, five}).Draw(t, "resolution")
		var spans []window.Span
		for range rapid.IntRange(0, 8).Draw(t, "spans") {
			from := monday.Add(time.Duration(rapid.IntRange(0, 7200).Draw(t, "from")) * time.Second)
			spans = append(spans, window.Span{
				From: from, To: from.Add(time.Duration(rapid.IntRange(0, 3600).Draw(t, "length")) * time.Second),
				Effect: rapid.SampledFrom([]window.Effect{window.CountGood, window.Exclude}).Draw(t, "effect"),
			})
		}
		overlay := window.NewOverlay(resolution, spans)
		if again := window.NewOverlay(resolution, rapid.Permutation(spans).Draw(t, "order")); !slices.Equal(again, overlay) {
			t.Fatalf("in another order the overlay is %v, not %v", again, overlay)
		}
		for i, s := range overlay {
			if !s.From.Before(s.To) || i > 0 && s.From.Before(overlay[i-1].To) {
				t.Fatalf("the spans %v overlap, or are empty", overlay)
			}
		}
		for at := monday.Add(-resolution); at.Before(monday.Add(4 * time.Hour)); at = at.Add(resolution) {
			var want, got window.Effect
			for _, s := range spans {
				if s.From.Before(s.To) && s.From.Before(at.Add(resolution)) && s.To.After(at) {
					want = max(want, s.Effect)
				}
			}
			for _, s := range overlay {
				if !s.From.After(at) && s.To.After(at) {
					got = s.Effect
				}
			}
			if got != want {
				t.Fatalf("the slot at %s has the effect %d, want %d, of %v", at, got, want, spans)
			}
		}
	})
}
