package correction

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/services/measure/window"
)

// Every window that begins at a whole hour is summed up hour by hour, of spans of whole hours.
func TestTheDensestWindowIsFoundAmongAll(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	random := rand.New(rand.NewPCG(1, 2))
	const hours = 60
	for range 2000 {
		var taken [hours]bool
		for range random.IntN(5) {
			from := random.IntN(hours)
			for h := from; h < min(hours, from+1+random.IntN(9)); h++ {
				taken[h] = true
			}
		}
		var spans []window.Span
		for h, is := range taken {
			if is {
				spans = append(spans, window.Span{From: start.Add(time.Duration(h) * time.Hour), To: start.Add(time.Duration(h+1) * time.Hour), Effect: window.Exclude})
			}
		}
		length, want := 1+random.IntN(24), 0
		for from := -length; from < hours; from++ {
			held := 0
			for h := max(from, 0); h < min(hours, from+length); h++ {
				if taken[h] {
					held++
				}
			}
			want = max(want, held)
		}
		if got := densest(window.NewOverlay(time.Minute, spans), time.Duration(length)*time.Hour); got != time.Duration(want)*time.Hour {
			t.Fatalf("of %v in windows of %d h it is %s, want %d h", taken, length, got, want)
		}
	}
}
