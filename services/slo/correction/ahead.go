package correction

import (
	"sort"
	"time"

	"github.com/evenkeel/evenkeel/services/measure/window"
)

// densest is the most time that the spans, which are by time and do not overlap, take of
// any window of that length. A window that holds most can be moved until it begins with a
// span, or ends with one.
func densest(overlay window.Overlay, length time.Duration) time.Duration {
	before := make([]time.Duration, len(overlay)+1) // how long the spans before each are
	for i, s := range overlay {
		before[i+1] = before[i] + s.To.Sub(s.From)
	}
	until := func(at time.Time) time.Duration { // how much lies before the time
		i := sort.Search(len(overlay), func(i int) bool { return overlay[i].To.After(at) })
		taken := before[i]
		if i < len(overlay) && overlay[i].From.Before(at) {
			taken += at.Sub(overlay[i].From)
		}
		return taken
	}
	var most time.Duration
	for _, s := range overlay {
		most = max(most, until(s.From.Add(length))-until(s.From), until(s.To)-until(s.To.Add(-length)))
	}
	return most
}
