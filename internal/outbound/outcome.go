package outbound

import (
	"context"
	"crypto/tls"
	"errors"
	"net/http"
	"net/url"
	"strings"
)

// Kind says how an attempt ended, or why there was none. It labels metrics.
type Kind string

// The kinds. The first five are answers; the others come as an *Error.
const (
	OK          Kind = "ok"           // 1xx to 3xx
	ClientError Kind = "client_error" // 4xx but for 429: we asked wrongly, the target is well
	Overloaded  Kind = "overloaded"   // 429 or 503
	Gateway     Kind = "gateway"      // 502 or 504: something before the target did not reach it
	ServerError Kind = "server_error" // any other 5xx

	Unreachable  Kind = "unreachable"  // no connection, or it broke before the answer was whole
	Untrusted    Kind = "untrusted"    // its certificate is not to be trusted
	Timeout      Kind = "timeout"      // no whole answer in time
	TooLarge     Kind = "too_large"    // the answer is larger than is taken
	Refused      Kind = "refused"      // a rule forbids it: see RefusedError
	Credentials  Kind = "credentials"  // what would authenticate us could not be had
	CircuitOpen  Kind = "circuit_open" // the target failed, and is left alone for a while
	Throttled    Kind = "throttled"    // the target turns many away, and is asked less
	BulkheadFull Kind = "full"         // as many attempts run as may
	Cancelled    Kind = "cancelled"    // the caller gave up
)

// kinds are all of them, so that series exist before the first attempt.
var kinds = []Kind{
	OK, ClientError, Overloaded, Gateway, ServerError, Unreachable, Untrusted, Timeout,
	TooLarge, Refused, Credentials, CircuitOpen, Throttled, BulkheadFull, Cancelled,
}

var sentences = map[Kind]string{
	Unreachable:  "it cannot be reached",
	Untrusted:    "its certificate is not to be trusted",
	Timeout:      "it did not answer in time",
	TooLarge:     "its answer is too large",
	Refused:      "it must not be asked",
	Credentials:  "the credentials for it could not be had",
	CircuitOpen:  "it failed too often and is left alone for a while",
	Throttled:    "it turns many requests away and is asked less often",
	BulkheadFull: "too many requests to it are under way",
	Cancelled:    "the request was given up",
}

// maxErrorText is the most that an error says, in bytes.
const maxErrorText = 400

// Error is why there is no answer. It holds no URL, header or body.
type Error struct {
	Target string
	Kind   Kind
	Err    error
}

// Error names the target and what went wrong.
func (e *Error) Error() string {
	text := e.Target + ": " + sentences[e.Kind]
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	if len(text) > maxErrorText { // a cause may quote what a stranger answered
		text = strings.ToValidUTF8(text[:maxErrorText], "") + "…"
	}
	return text
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Timeout reports whether time ran out, as net.Error has it.
func (e *Error) Timeout() bool { return e.Kind == Timeout }

// As returns the *Error in err's chain, or nil.
func As(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return nil
}

// Plain takes from an error what http.Client puts around it: the whole URL, whose
// query and user may be nobody's to read. Errors of Client.Do are plain already.
func Plain(err error) error {
	var of *url.Error
	if !errors.As(err, &of) {
		return err
	}
	if e := As(of.Err); e != nil {
		return e
	}
	// All that comes from a Client is an *Error. What http.Client adds of its own is about
	// where a redirect leads, and quotes it, at any length.
	return refuse("its address cannot be read", "a redirect")
}

// answered gives the kind of an answer.
func answered(status int) Kind {
	switch {
	case status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable:
		return Overloaded
	case status == http.StatusBadGateway || status == http.StatusGatewayTimeout:
		return Gateway
	case status >= 500:
		return ServerError
	case status >= 400:
		return ClientError
	}
	return OK
}

// unanswered gives the kind of an error of the transport. The caller's context tells
// whether it was the caller who gave up; its deadline is the caller's own too.
func unanswered(caller context.Context, err error) Kind {
	var refused *RefusedError
	var certificate *tls.CertificateVerificationError
	var timeout interface{ Timeout() bool }
	switch {
	case caller.Err() != nil:
		return Cancelled
	case errors.As(err, &refused):
		return Refused
	case errors.Is(err, errTooLarge):
		return TooLarge
	case errors.As(err, &certificate):
		return Untrusted
	case errors.As(err, &timeout) && timeout.Timeout():
		return Timeout
	}
	return Unreachable
}

// verdict is what an attempt's end says of the target.
type verdict int

const (
	silent verdict = iota // nothing: it was not asked, or not waited for
	well                  // it did its work, even where we asked wrongly
	ill                   // it, or the way to it, failed
)

func (k Kind) verdict() verdict {
	switch k {
	case OK, ClientError, TooLarge:
		return well
	case Overloaded, Gateway, ServerError, Unreachable, Untrusted, Timeout:
		return ill
	}
	return silent
}

// turnedAway reports whether the attempt was kept from the target by us.
func (k Kind) turnedAway() bool { return k == CircuitOpen || k == Throttled || k == BulkheadFull }

// mayPass reports whether another attempt may end better. A plain 500 may be an
// error that comes back each time, and costs the target its work each time.
func (k Kind) mayPass() bool {
	return k == Overloaded || k == Gateway || k == Unreachable || k == Timeout
}
