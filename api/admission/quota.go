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
	return c.judge(who, class, now, true)
}

// Afford says what Charge would, and takes nothing.
func (c *Control) Afford(who *Caller, class Class, now time.Time) (Quota, *Refusal) {
	return c.judge(who, class, now, false)
}

func (c *Control) judge(who *Caller, class Class, now time.Time, take bool) (Quota, *Refusal) {
	if who.bucket == nil || class == Health {
		return Quota{}, nil
	}
	granted := take && who.bucket.AllowN(now, 1)
	left := max(0, who.bucket.TokensAt(now))
	q := Quota{Policy: c.policy.header, State: c.policy.states[min(int(left), c.policy.burst)]}
	if granted || !take && left >= 1 {
		return q, nil
	}
	c.meter.refused[class][OverQuota].Inc()
	missing := math.Ceil((1 - min(left, 1)) / float64(c.policy.perSecond))
	return q, &Refusal{Reason: OverQuota, After: time.Duration(max(1, missing)) * time.Second}
}
