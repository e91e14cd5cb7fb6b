package outbound

import (
	"context"
	"net/http"
	"strconv"
	"time"
)

// The back-off between attempts doubles from the first to the last.
const (
	firstBackoff = 200 * time.Millisecond
	lastBackoff  = 5 * time.Second
)

// maxAsked is how long a target can have itself left alone: longer than any call lasts,
// and far from where a time added to it overflows.
const maxAsked = time.Hour

type repeatableKey struct{}

// Repeatable says of requests made with the context it returns that repeating them is
// harmless, which of a POST only its caller knows: Prometheus takes queries that way.
func Repeatable(ctx context.Context) context.Context {
	return context.WithValue(ctx, repeatableKey{}, true)
}

// repeatable says whether a request may be sent again, and can be: its body, if any,
// has to be there once more.
func repeatable(r *http.Request) bool {
	if r.Body != nil && r.Body != http.NoBody && r.GetBody == nil {
		return false
	}
	if r.Method == "" || r.Method == http.MethodGet || r.Method == http.MethodHead {
		return true
	}
	return r.Context().Value(repeatableKey{}) != nil
}

// backoff is how long to wait after the nth attempt, counted from 1: between half of the
// step and the step, so that many callers do not come back at once; random is in [0, 1).
// What the target asked for is the least, and the jitter comes on top.
func backoff(n int, asked time.Duration, random float64) time.Duration {
	step := lastBackoff
	if n < 16 { // beyond, the shift would overflow, and the last step was reached long ago
		step = min(lastBackoff, firstBackoff<<(n-1))
	}
	wait := step/2 + time.Duration(random*float64(step/2))
	if asked > 0 {
		return asked + wait - step/2
	}
	return wait
}

// retryAfter reads how long the target wants to be left alone, in seconds or until a
// moment (RFC 9110, 10.2.3), at most maxAsked. What cannot be read is nothing asked.
func retryAfter(h http.Header, now time.Time) time.Duration {
	value := h.Get("Retry-After")
	if seconds, err := strconv.ParseUint(value, 10, 31); err == nil {
		return min(time.Duration(seconds)*time.Second, maxAsked)
	}
	if at, err := http.ParseTime(value); err == nil {
		return min(max(0, at.Sub(now)), maxAsked)
	}
	return 0
}

// pause waits, or returns false when the context ends before or would.
func pause(ctx context.Context, d time.Duration) bool {
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) <= d {
		return false
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
