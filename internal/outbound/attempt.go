package outbound

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
)

// userAgent is who asks, unless the caller says.
const userAgent = "evenkeel"

// attempt sends the request once, if nothing stands against it, and takes the whole
// answer. The nth attempt, counted from 1, is sent with a body of its own.
func (c *Client) attempt(ctx context.Context, r *http.Request, n int) (*http.Response, Kind, error) {
	resp, kind, err := c.admitted(ctx, r, n)
	c.options.Metrics.attempts.WithLabelValues(c.options.Name, string(kind)).Inc()
	return resp, kind, err
}

// admitted asks the bulkhead, the breaker and the throttle, and tells the latter two
// how it ended.
func (c *Client) admitted(ctx context.Context, r *http.Request, n int) (*http.Response, Kind, error) {
	request, kind, err := c.outgoing(ctx, r, n)
	if err != nil {
		return nil, kind, err
	}
	defer closeBody(request)
	if err := c.bulkhead.AcquirePermitWithMaxWait(ctx, c.options.QueueTime); err != nil {
		if r.Context().Err() != nil {
			return nil, Cancelled, r.Context().Err()
		}
		return nil, BulkheadFull, nil
	}
	defer c.bulkhead.ReleasePermit()
	probe, ok := c.breaker.admit()
	if !ok {
		return nil, CircuitOpen, c.lastIll()
	}
	if !probe && !c.throttle.admit(c.options.Clock(), c.options.Random()) {
		return nil, Throttled, c.lastIll()
	}
	resp, kind, err := c.send(ctx, r, request)
	v := kind.verdict()
	if v == ill {
		c.ill.Store(illness(resp, kind))
	}
	c.breaker.record(probe, v)
	if v != silent {
		c.throttle.record(c.options.Clock(), v == well)
	}
	return resp, kind, err
}

// illness says what was wrong with the target, without a word of its own.
func illness(resp *http.Response, kind Kind) string {
	if resp != nil {
		return fmt.Sprintf("it answered with status %d", resp.StatusCode)
	}
	return sentences[kind]
}

// lastIll is what was wrong when an attempt last failed, which is why others are
// turned away.
func (c *Client) lastIll() error {
	if said, ok := c.ill.Load().(string); ok {
		return errors.New(said)
	}
	return nil
}

// outgoing makes what is sent of what was asked: with our credentials to the target, and
// with next to nothing to another origin that it redirects to.
func (c *Client) outgoing(ctx context.Context, r *http.Request, n int) (*http.Request, Kind, error) {
	out := r.Clone(ctx)
	if out.Header == nil {
		out.Header = http.Header{}
	}
	if originOf(r.URL) != c.origin {
		out.Header = headersForStrangers(r.Header)
	} else if err := c.authenticate(ctx, out.Header); err != nil {
		return nil, Credentials, err
	}
	if out.Header.Get("User-Agent") == "" {
		out.Header.Set("User-Agent", userAgent)
	}
	if n > 1 && r.GetBody != nil { // the attempt before has read it
		body, err := r.GetBody()
		if err != nil {
			return nil, Cancelled, fmt.Errorf("get the request's body once more: %w", err)
		}
		out.Body = body
	}
	return out, "", nil
}

// send sends it and takes the answer.
func (c *Client) send(ctx context.Context, r, out *http.Request) (*http.Response, Kind, error) {
	ctx, cancel := context.WithTimeout(ctx, c.options.AttemptTimeout)
	defer cancel()
	out = out.WithContext(ctx)
	began := c.options.Clock()
	running := c.options.Metrics.running.WithLabelValues(c.options.Name)
	running.Inc()
	defer func() {
		running.Dec()
		c.options.Metrics.took(c.options.Name, c.options.Clock().Sub(began))
	}()
	transport := c.own
	if originOf(r.URL) != c.origin {
		transport = c.others
	}
	resp, err := transport.RoundTrip(out)
	if err == nil {
		err = c.takeWhole(resp)
	}
	if err != nil {
		return nil, unanswered(r.Context(), err), err
	}
	resp.Request = r // not out, whose headers hold our credentials
	return resp, answered(resp.StatusCode), nil
}

// takeWhole reads the body into memory, after decompression, up to what is taken of one.
func (c *Client) takeWhole(resp *http.Response) (err error) {
	defer func() { _ = resp.Body.Close() }()
	most := c.options.MaxAnswer
	data, err := io.ReadAll(io.LimitReader(resp.Body, most+1))
	if err != nil {
		return fmt.Errorf("read the answer: %w", err)
	}
	if int64(len(data)) > most {
		return fmt.Errorf("%w: %d bytes", errTooLarge, most)
	}
	resp.Body = io.NopCloser(bytes.NewReader(data))
	return nil
}
