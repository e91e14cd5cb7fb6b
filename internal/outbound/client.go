package outbound

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"sync/atomic"
	"time"

	"github.com/failsafe-go/failsafe-go/bulkhead"
)

// Bounds of connections that no user had to change so far.
const (
	connectTimeout   = 5 * time.Second
	idleTimeout      = 90 * time.Second
	maxAnswerHeaders = 256 << 10
)

// Client speaks to one target. It is an http.RoundTripper for those who bring a client
// of their own; whoever follows its redirects, it is this that judges them.
type Client struct {
	options  Options
	origin   origin
	own      *http.Transport // to the target itself, with its trust and our certificate
	others   *http.Transport // to where it redirects
	bulkhead bulkhead.Bulkhead[any]
	breaker  *breaker
	throttle throttle
	ill      atomic.Value // the string that illness gave last
}

var _ http.RoundTripper = (*Client)(nil)

// New makes a client, or reports all that is wrong with the options as one fault.
func New(o Options) (*Client, error) {
	o = o.withDefaults()
	u, trust, err := o.check()
	if err != nil {
		return nil, err
	}
	c := &Client{
		options: o, origin: originOf(u),
		own: o.transport(trust), others: o.transport(&tls.Config{MinVersion: tls.VersionTLS12}),
		bulkhead: bulkhead.New[any](uint(o.Concurrency)),
	}
	c.breaker = newBreaker(o.BreakerWait, func(was, is string) {
		o.Metrics.inState(o.Name, is)
		o.Logger.Warn("the circuit breaker of a target changed", slog.String("target", o.Name), slog.String("was", was), slog.String("is", is))
	})
	o.Metrics.begin(o.Name)
	return c, nil
}

// transport makes connections, guarded and bounded.
func (o Options) transport(trust *tls.Config) *http.Transport {
	dialer := &net.Dialer{Timeout: connectTimeout, Resolver: o.Resolver, ControlContext: o.Reach.control}
	return &http.Transport{
		Proxy:                  o.Proxy,
		DialContext:            dialer.DialContext,
		TLSClientConfig:        trust,
		TLSHandshakeTimeout:    connectTimeout,
		ForceAttemptHTTP2:      true,
		MaxConnsPerHost:        o.Concurrency,
		MaxIdleConns:           o.Concurrency,
		MaxIdleConnsPerHost:    o.Concurrency,
		IdleConnTimeout:        idleTimeout,
		ResponseHeaderTimeout:  o.HeaderTimeout,
		MaxResponseHeaderBytes: maxAnswerHeaders,
	}
}

// HTTP gives the client to those who want an *http.Client. What it returns as an error
// has the whole URL in front; Plain takes that away.
func (c *Client) HTTP() *http.Client { return &http.Client{Transport: c} }

// Do sends a request and follows redirects. An error is an *Error, and an answer is
// whole: its body is in memory.
func (c *Client) Do(r *http.Request) (*http.Response, error) {
	resp, err := c.HTTP().Do(r)
	if err = Plain(err); err != nil && As(err) == nil {
		err = &Error{Target: c.options.Name, Kind: Refused, Err: err}
	}
	return resp, err
}

// Close lets go of idle connections and forgets the target's metrics.
func (c *Client) Close() {
	c.own.CloseIdleConnections()
	c.others.CloseIdleConnections()
	c.options.Metrics.forget(c.options.Name)
}

// RoundTrip makes one call: as many attempts as it may take and need.
func (c *Client) RoundTrip(r *http.Request) (*http.Response, error) {
	defer closeBody(r)
	resp, kind, err := c.call(r)
	c.options.Metrics.calls.WithLabelValues(c.options.Name, string(kind)).Inc()
	if resp == nil {
		return nil, &Error{Target: c.options.Name, Kind: kind, Err: err}
	}
	return resp, nil
}

// call gives the answer, its kind, and, where there is no answer, why not if that is more
// than the kind says.
func (c *Client) call(r *http.Request) (*http.Response, Kind, error) {
	err := c.checkRequest(r)
	if addr, notIP := netip.ParseAddr(r.URL.Hostname()); err == nil && notIP == nil {
		err = c.options.Reach.judge(netip.AddrPortFrom(addr, portOf(originOf(r.URL))))
	}
	if err != nil {
		return nil, Refused, err
	}
	ctx, cancel := context.WithTimeout(r.Context(), c.options.Timeout)
	defer cancel()
	most := c.options.Attempts
	if !repeatable(r) {
		most = 1
	}
	var resp *http.Response
	var kind Kind
	for n := 1; ; n++ {
		again, how, failed := c.attempt(ctx, r, n)
		if n > 1 && how.turnedAway() {
			return resp, kind, err // what the target said last tells more
		}
		resp, kind, err = again, how, failed
		if n == most || !kind.mayPass() {
			return resp, kind, err
		}
		var asked time.Duration
		if resp != nil {
			asked = retryAfter(resp.Header, c.options.Clock())
		}
		if !pause(ctx, backoff(n, asked, c.options.Random())) {
			if gaveUp := r.Context().Err(); gaveUp != nil {
				return nil, Cancelled, gaveUp
			}
			return resp, kind, err
		}
	}
}

// State is what a page shows of a target.
type State struct {
	Target string
	// Breaker is "closed", "open" or "half-open"; ProbeIn is how long it stays open.
	Breaker string
	ProbeIn time.Duration
	// Attempts and Failures are those that the breaker judges by.
	Attempts, Failures uint
	// Throttling is the probability with which the next attempt is turned away here.
	Throttling float64
}

// State tells how the target is thought to be.
func (c *Client) State() State {
	b := c.breaker.circuit
	return State{
		Target: c.options.Name, Breaker: b.State().String(), ProbeIn: b.RemainingDelay(),
		Attempts: b.Metrics().Executions(), Failures: b.Metrics().Failures(),
		Throttling: c.throttle.probability(c.options.Clock()),
	}
}

func closeBody(r *http.Request) {
	if r.Body != nil {
		_ = r.Body.Close()
	}
}

// errTooLarge is why an answer was not taken.
var errTooLarge = errors.New("more than is taken of one")
