package outbound

import (
	"sync"
	"time"
)

// The throttle is that of Google's Site Reliability Engineering, chapter 21 ("Client-side
// throttling"): of the attempts wanted in the last two minutes, those that are turned away
// here count as wanted too, and as many go out as are about to be accepted times K.
//
// failsafe-go has one as well. It can be brought to K = 2 (a threshold of 50 % failures),
// but it counts only what it let out: where a target accepts A of R wanted a second, it
// sends √(2AR) where this one sends 2A; it counts the caller's cancellation as accepted;
// and its random source cannot be handed in.
const (
	throttleK      = 2
	throttleWindow = 2 * time.Minute
	throttleSlot   = time.Second
	throttleSlots  = int64(throttleWindow / throttleSlot)
)

// count is of the attempts in one slot of time.
type count struct {
	slot              int64
	requests, accepts int
}

// throttle turns attempts away in proportion to what the target turns away.
type throttle struct {
	mu     sync.Mutex
	counts [throttleSlots]count
}

// admit says whether an attempt may go out; random is in [0, 1). An attempt that may is
// counted by record, when its end is known: until then it speaks for nothing.
func (t *throttle) admit(now time.Time, random float64) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if random >= t.rejection(now) {
		return true
	}
	t.at(now).requests++
	return false
}

// record counts an attempt that went out.
func (t *throttle) record(now time.Time, accepted bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	c := t.at(now)
	c.requests++
	if accepted {
		c.accepts++
	}
}

// probability of turning the next attempt away.
func (t *throttle) probability(now time.Time) float64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.rejection(now)
}

// rejection is max(0, (requests − K·accepts) / (requests + 1)).
func (t *throttle) rejection(now time.Time) float64 {
	slot := now.UnixNano() / int64(throttleSlot)
	requests, accepts := 0, 0
	for _, c := range t.counts {
		if slot-c.slot < throttleSlots {
			requests += c.requests
			accepts += c.accepts
		}
	}
	return max(0, float64(requests-throttleK*accepts)/float64(requests+1))
}

// at returns the counts of the slot in which now lies. A clock that was set back
// finds a later slot in that place, and goes on there.
func (t *throttle) at(now time.Time) *count {
	slot := now.UnixNano() / int64(throttleSlot)
	c := &t.counts[slot%throttleSlots]
	if c.slot < slot {
		*c = count{slot: slot}
	}
	return c
}
