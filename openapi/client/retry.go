package client

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/failsafe-go/failsafe-go"
	"github.com/failsafe-go/failsafe-go/budget"
	"github.com/failsafe-go/failsafe-go/retrypolicy"
)

// Retries say how often a request is sent that could not be answered: when the connection was
// lost, or the reply is 429, 502, 503 or 504.
//
// Only what has its effect once is sent again: GET, PUT, DELETE, and POST with an Idempotency-Key,
// which the client makes where the operation takes one and the caller gave none. Any other POST is
// sent again only when it surely had no effect: after 429, and where no connection was made.
//
// A PUT or DELETE with If-Match whose reply was lost may be told that its version is no longer the
// current one, because it was itself what changed it. Error.Attempts tells such a reply apart;
// Update reads again.
type Retries struct {
	// Attempts is how often a request is sent at most, the first included.
	Attempts int
	// FirstWait is the time before the second attempt. It doubles with each, up to LongestWait, and
	// varies by a quarter. A Retry-After of the server goes before it; one that is longer than
	// LongestWait ends the attempts.
	FirstWait, LongestWait time.Duration
	// Whole is how long there are attempts, from the first on.
	Whole time.Duration
}

// DefaultRetries are those of a client that is told nothing else.
var DefaultRetries = Retries{Attempts: 5, FirstWait: 100 * time.Millisecond, LongestWait: 10 * time.Second, Whole: time.Minute}

// The part of the requests under way that may be retries: a server that fails for everybody is not
// asked five times as often. A few are allowed always, or nobody who calls alone would retry.
const (
	retryShare = 0.2
	retryFloor = 10
)

func (r Retries) policy() retrypolicy.RetryPolicy[*attempt] {
	b := retrypolicy.NewBuilder[*attempt]().
		HandleIf(func(a *attempt, _ error) bool { return a != nil && a.again }).
		WithMaxAttempts(r.Attempts).
		WithMaxDuration(r.Whole).
		WithJitterFactor(0.25).
		WithDelayFunc(func(e failsafe.ExecutionAttempt[*attempt]) time.Duration {
			if last := e.LastResult(); last != nil && last.after >= 0 {
				return last.after
			}
			return -1 // the backoff
		}).
		WithBudget(budget.NewBuilder().WithMaxRate(retryShare).WithMinConcurrency(retryFloor).Build()).
		ReturnLastFailure()
	if r.LongestWait > r.FirstWait {
		b = b.WithBackoff(r.FirstWait, r.LongestWait)
	} else {
		b = b.WithDelay(r.FirstWait)
	}
	return b.Build()
}

// worthAnother reports whether a request is sent again after what came of it.
func (r *request) worthAnother(status int, code string, err error) bool {
	switch {
	case err != nil:
		return lost(err) && (r.repeatable() || neverSent(err))
	case status == http.StatusTooManyRequests:
		return true
	case status == http.StatusBadGateway, status == http.StatusServiceUnavailable, status == http.StatusGatewayTimeout:
		return r.repeatable()
	case status == http.StatusConflict:
		// The first attempt, whose answer was lost, is still at work.
		return code == "key_in_use" && r.repeatable()
	default:
		return false
	}
}

type repeatableKey struct{}

// Repeatable has a POST that takes no Idempotency-Key be retried like others: the caller knows that sending it
// twice does no harm.
func Repeatable(ctx context.Context) context.Context {
	return context.WithValue(ctx, repeatableKey{}, true)
}

// repeatable reports whether the request has no further effect when it is sent twice.
func (r *request) repeatable() bool {
	return r.harmless || r.method != http.MethodPost && r.method != http.MethodPatch || r.header.Get(idempotencyKey) != ""
}

// lost reports whether a connection failed in a way that may pass.
func lost(err error) bool {
	var certificate *tls.CertificateVerificationError
	if errors.As(err, &certificate) {
		return false
	}
	var name *net.DNSError
	if errors.As(err, &name) {
		return !name.IsNotFound
	}
	return true
}

// neverSent reports whether there was no connection to send anything on.
func neverSent(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "dial"
}

// retryAfter is what the header of that name says, in seconds or as a date (RFC 9110, section
// 10.2.3); less than 0 where it says nothing.
func retryAfter(h http.Header, now time.Time) time.Duration {
	text := h.Get("Retry-After")
	if seconds, err := strconv.ParseInt(text, 10, 32); err == nil && seconds >= 0 {
		return time.Duration(seconds) * time.Second
	}
	if at, err := http.ParseTime(text); err == nil {
		return max(0, at.Sub(now))
	}
	return -1
}
