package alert

import (
	"sync"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/tx"
)

// watch knows since when each SLO is evaluated without a break, by this process and under
// one lease. After Evenkeel was down, or an SLO retired, the measurements that it missed
// are late at once: reporters get as long to send the next as they have at any time.
type watch struct {
	mu    sync.Mutex
	fence tx.Fence
	swept time.Time
	seen  map[id.ID]span
}

type span struct{ since, last time.Time }

// sweepEvery is how often what is not evaluated any more is forgotten.
const sweepEvery = time.Hour

// mark notes that the SLO is evaluated now, and returns since how long it was without a
// break longer than that.
func (w *watch) mark(fence tx.Fence, of id.ID, now time.Time, longest time.Duration) time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.seen == nil || fence != w.fence {
		w.fence, w.swept, w.seen = fence, now, map[id.ID]span{}
	}
	if now.Sub(w.swept) > sweepEvery {
		for other, s := range w.seen {
			if s.last.Before(w.swept) {
				delete(w.seen, other)
			}
		}
		w.swept = now
	}
	s, known := w.seen[of]
	if !known || now.Sub(s.last) > longest || now.Before(s.since) {
		s.since = now
	}
	s.last = now
	w.seen[of] = s
	return now.Sub(s.since)
}
