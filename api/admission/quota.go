package admission

import (
	"fmt"
	"math"
	"time"
)

// policy is the quota of each caller, and how it is told, as
// draft-ietf-httpapi-ratelimit-headers-10 has it: both fields are structured
// (RFC 9651), and q, w, r and t are integers.
type policy struct {
	perSecond, burst int
	header           []string
	// states are the values of RateLimit by what remains; they are shared between
	// replies, so that telling costs nothing.
	states [][]string
}

// newPolicy describes a bucket: as many requests as it holds, in the time that it
// takes to fill.
func newPolicy(perSecond, burst int) policy {
	if perSecond <= 0 {
		return policy{}
	}
	p := policy{perSecond: perSecond, burst: max(burst, 1)}
	p.header = []string{fmt.Sprintf(`"caller";q=%d;w=%d`, p.burst, p.seconds(p.burst))}
	p.states = make([][]string, p.burst+1)
	for left := range p.states {
		p.states[left] = []string{fmt.Sprintf(`"caller";r=%d;t=%d`, left, p.seconds(p.burst-left))}
	}
	return p
}

// seconds is how long it takes until n tokens have come, at least one.
func (p policy) seconds(n int) int { return max(1, (n+p.perSecond-1)/p.perSecond) }

// refill is how long it takes until an empty bucket is full.
func (p policy) refill() time.Duration {
	if p.perSecond == 0 {
		return 0
	}
	return time.Duration(p.burst) * time.Second / time.Duration(p.perSecond)
}

// Quota is what a caller has left, in the form of the fields RateLimit-Policy and
// RateLimit. The values are shared: they are not to be changed. Without a quota
// they are nil.
type Quota struct {
	Policy, State []string
}

// Charge takes one request from the caller's quota. A caller that has used it up
// is a *Refusal, OverQuota.
func (c *Control) Charge(who *Caller, class Class, now time.Time) (Quota, *Refusal) {
	if who.bucket == nil || class == Health {
		return Quota{}, nil
	}
	granted := who.bucket.AllowN(now, 1)
	left := max(0, who.bucket.TokensAt(now))
	if granted {
		return c.quota(left), nil
	}
	return c.quota(left), c.overQuota(class, 1-min(left, 1))
}

// Hold is room in a quota for one request of which it is not known yet whether its caller
// pays for it. The zero Hold has none.
type Hold struct{ who *Caller }

// Hold keeps room for one request, beside what is held already: of those that come at once
// no more go on than the caller could pay for. Where there is none it is a *Refusal, OverQuota.
// It takes nothing from the quota: who pays is charged, and then the room given back.
func (c *Control) Hold(who *Caller, class Class, now time.Time) (Hold, Quota, *Refusal) {
	if who.bucket == nil || class == Health {
		return Hold{}, Quota{}, nil
	}
	held := float64(who.held.Add(1))
	left := max(0, who.bucket.TokensAt(now))
	if held <= left {
		return Hold{who}, c.quota(left), nil
	}
	who.held.Add(-1)
	return Hold{}, c.quota(left), c.overQuota(class, held-left)
}

// Release gives the room back; a second call does nothing.
func (h *Hold) Release() {
	if h.who != nil {
		h.who.held.Add(-1)
		h.who = nil
	}
}

func (c *Control) quota(left float64) Quota {
	return Quota{Policy: c.policy.header, State: c.policy.states[min(int(left), c.policy.burst)]}
}

// overQuota counts a refusal of a request for which so much of a token is missing.
func (c *Control) overQuota(class Class, missing float64) *Refusal {
	c.meter.refused[class][OverQuota].Inc()
	seconds := max(1, math.Ceil(missing/float64(c.policy.perSecond)))
	return &Refusal{Reason: OverQuota, After: time.Duration(seconds) * time.Second}
}
