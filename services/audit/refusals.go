package audit

import (
	"sync"
	"time"
)

// RefusalsPerMinute is how many refusals of one caller are written in a minute.
const RefusalsPerMinute = 20

// maxCallers bounds the memory of counting: callers beyond it share one count.
const maxCallers = 1024

// refusals counts, by caller, the refusals of the running minute and those that
// were not written.
type refusals struct {
	mu      sync.Mutex
	callers map[string]*tally
	others  tally
}

type tally struct {
	began     time.Time
	written   int
	unwritten int
}

func newRefusals() *refusals { return &refusals{callers: make(map[string]*tally)} }

// admit reports whether a refusal may be written and how many before it were not.
func (r *refusals) admit(caller string, now time.Time) (ok bool, unwritten int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	t := r.callers[caller]
	if t == nil {
		if len(r.callers) >= maxCallers {
			r.forget(now)
		}
		t = &r.others
		if len(r.callers) < maxCallers {
			t = &tally{}
			r.callers[caller] = t
		}
	}
	if now.Sub(t.began) >= time.Minute {
		t.began, t.written = now, 0
	}
	if t.written >= RefusalsPerMinute {
		t.unwritten++
		return false, 0
	}
	t.written++
	unwritten, t.unwritten = t.unwritten, 0
	return true, unwritten
}

// forget drops callers whose minute is over, with what was only counted of them:
// it is nobody else's.
func (r *refusals) forget(now time.Time) {
	for caller, t := range r.callers {
		if now.Sub(t.began) >= time.Minute {
			delete(r.callers, caller)
		}
	}
}
