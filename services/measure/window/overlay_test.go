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

// Slot by slot, over four hours.
func TestOverlaysDifferWhereASlotHasAnotherEffect(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		draw := func() window.Overlay {
			var spans []window.Span
			for range rapid.IntRange(0, 5).Draw(t, "spans") {
				from := monday.Add(time.Duration(rapid.IntRange(0, 180).Draw(t, "from")) * time.Minute)
				spans = append(spans, window.Span{
					From: from, To: from.Add(time.Duration(rapid.IntRange(1, 60).Draw(t, "length")) * time.Minute),
					Effect: rapid.SampledFrom([]window.Effect{window.CountGood, window.Exclude}).Draw(t, "effect"),
				})
			}
			return window.NewOverlay(time.Minute, spans)
		}
		effect := func(o window.Overlay, at time.Time) window.Effect {
			for _, s := range o {
				if !s.From.After(at) && s.To.After(at) {
					return s.Effect
				}
			}
			return 0
		}
		a, b := draw(), draw()
		if rapid.Bool().Draw(t, "same") {
			b = slices.Clone(a)
		}
		differ := map[time.Time]bool{}
		last := time.Time{}
		window.Differences(a, b, func(from, to time.Time) {
			if from.Before(last) || !from.Before(to) {
				t.Fatalf("they differ in %s/%s after %s", from, to, last)
			}
			for last = from; last.Before(to); last = last.Add(time.Minute) {
				differ[last] = true
			}
		})
		for at := monday; at.Before(monday.Add(5 * time.Hour)); at = at.Add(time.Minute) {
			if want := effect(a, at) != effect(b, at); differ[at] != want {
				t.Fatalf("that %v and %v differ at %s is %t", a, b, at, differ[at])
			}
			delete(differ, at)
		}
		if len(differ) > 0 {
			t.Fatalf("they differ outside of all spans: %v", differ)
		}
	})
}
