package standin

import (
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// Limits are how much a caller may ask.
type Limits struct {
	Hour          int // requests in an hour
	Nobody        int // requests in an hour without authentication
	Points        int // in a minute, of which a read costs one and a write five
	ContentMinute int // requests that make something, in a minute
	ContentHour   int // and in an hour
	Concurrent    int // requests at once
}

// Documented are GitHub's, from "Rate limits for the REST API".
func Documented() Limits {
	return Limits{Hour: 5000, Nobody: 60, Points: 900, ContentMinute: 80, ContentHour: 500, Concurrent: 100}
}

// usage is what a caller asked so far.
type usage struct {
	limit    int
	used     int
	reset    time.Time // when used is zero again
	points   window
	content  window
	inFlight int
	writing  int

	deadline time.Time // before which the caller was told, or ought to know, not to come again
	told     Kind      // how it was told
}

// window is what happened lately, the oldest first.
type window []struct {
	at     time.Time
	amount int
}

func (w *window) add(at time.Time, amount int) {
	*w = append(*w, struct {
		at     time.Time
		amount int
	}{at, amount})
}

// wait says how long until an amount more fits under the limit in a span, zero
// when it fits now.
func (w window) wait(now time.Time, span time.Duration, limit, amount int) time.Duration {
	total := amount
	for i := len(w) - 1; i >= 0; i-- {
		if !w[i].at.After(now.Add(-span)) {
			break
		}
		if total += w[i].amount; total > limit {
			return w[i].at.Add(span).Sub(now)
		}
	}
	return 0
}

func (w *window) forget(before time.Time) {
	for len(*w) > 0 && (*w)[0].at.Before(before) {
		*w = (*w)[1:]
	}
}

func (g *GitHub) usage(key string) *usage {
	u := g.usages[key]
	if u == nil {
		u = &usage{limit: g.options.Limits.Hour}
		if key == "nobody" {
			u.limit = g.options.Limits.Nobody
		}
		g.usages[key] = u
	}
	if now := g.options.Now(); !now.Before(u.reset) {
		u.used, u.reset = 0, now.Add(time.Hour)
	}
	return u
}

// limit refuses a request that is one too many, and counts it otherwise. The
// primary limit is counted when the reply is known, since 304 is free.
func (g *GitHub) limit(e *exchange) *reply {
	now, limits, u := g.options.Now(), g.options.Limits, e.usage
	points := 1
	if e.isWrite() {
		points = 5
	}
	switch {
	case now.Before(u.deadline):
		return g.refuse(u, u.told, u.deadline.Sub(now))
	case u.used >= u.limit:
		return g.refuse(u, PrimaryExhausted, u.reset.Sub(now))
	case u.inFlight > limits.Concurrent:
		return g.refuse(u, SecondaryRetryAfter, time.Minute)
	}
	u.points.forget(now.Add(-time.Minute))
	if wait := u.points.wait(now, time.Minute, limits.Points, points); wait > 0 {
		return g.refuse(u, SecondaryRetryAfter, wait)
	}
	u.content.forget(now.Add(-time.Hour))
	if e.isContent() {
		wait := max(u.content.wait(now, time.Minute, limits.ContentMinute, 1), u.content.wait(now, time.Hour, limits.ContentHour, 1))
		if wait > 0 {
			return g.refuse(u, SecondaryRetryAfter, wait)
		}
		u.content.add(now, 1)
	}
	u.points.add(now, points)
	return nil
}

// leastPause is how long to wait when no header says it ("Rate limits for the
// REST API": at least one minute).
const leastPause = time.Minute

// refuse tells a caller to wait, and remembers until when.
func (g *GitHub) refuse(u *usage, how Kind, wait time.Duration) *reply {
	now := g.options.Now()
	status, message, page := http.StatusForbidden, "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.", "#about-secondary-rate-limits"
	switch how {
	case PrimaryExhausted:
		message, page = "API rate limit exceeded", "#about-primary-rate-limits"
		u.used, u.reset = u.limit, now.Add(wait)
	case TooManyRequests:
		status = http.StatusTooManyRequests
	case SecondarySilent:
		wait = max(wait, leastPause)
	}
	if until := now.Add(wait); until.After(u.deadline) {
		u.deadline, u.told = until, how
	}
	r := answered(status, object{"message": message, "documentation_url": documentation + "/using-the-rest-api/rate-limits-for-the-rest-api" + page})
	switch how {
	case SecondaryRetryAfter, TooManyRequests:
		r.header.Set("Retry-After", strconv.Itoa(seconds(wait)))
	case SecondaryReset:
		r.header.Set("X-RateLimit-Remaining", "0")
		r.header.Set("X-RateLimit-Reset", unix(now.Add(wait)))
	}
	return r
}

// tell writes the headers of the primary limit.
func (u *usage) tell(r *reply) {
	for name, value := range map[string]string{
		"X-RateLimit-Limit": strconv.Itoa(u.limit), "X-RateLimit-Remaining": strconv.Itoa(max(0, u.limit-u.used)),
		"X-RateLimit-Used": strconv.Itoa(u.used), "X-RateLimit-Reset": unix(u.reset), "X-RateLimit-Resource": "core",
	} {
		if r.header.Get(name) == "" {
			r.header.Set(name, value)
		}
	}
}

// seconds are whole ones, and enough of them.
func seconds(d time.Duration) int { return int((d + time.Second - 1) / time.Second) }

func unix(t time.Time) string {
	return fmt.Sprint(t.Add(time.Second - 1).Unix())
}
