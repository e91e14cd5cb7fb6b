package durable_test

import (
	"bytes"
	"context"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptrace"
	"sync"
	"sync/atomic"
	"time"
)

// proxy stands in front of replicas, as a load balancer does: every 50 ms it asks
// each whether it is ready, and sends requests in turn to those that said so. A
// request of which not a byte could be written goes to another; any other failure
// is the client's, as 502.
type proxy struct {
	ctx     context.Context // the test's
	mu      sync.Mutex
	next    int
	targets []*target

	failures []string        // of requests that reached no replica, or whose reply broke
	retried  atomic.Int64    // of requests that could not be written
	sent     [2]atomic.Int64 // to the first and the second replica
}

const probeEvery = 50 * time.Millisecond

// target is one replica.
type target struct {
	index  int
	base   string
	ready  atomic.Bool
	client *http.Transport
	stop   context.CancelFunc
}

// add begins to ask a replica whether it is ready.
func (p *proxy) add(index int, base string) *target {
	ctx, stop := context.WithCancel(p.ctx)
	t := &target{index: index, base: base, stop: stop, client: &http.Transport{
		MaxIdleConnsPerHost: 32, DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			c, err := (&net.Dialer{Timeout: time.Second}).DialContext(ctx, network, address)
			if err != nil {
				return nil, err
			}
			return &countingConn{Conn: c}, nil
		},
	}}
	go t.probe(ctx)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.targets = append(p.targets, t)
	return t
}

// remove forgets a replica that has ended.
func (p *proxy) remove(t *target) {
	t.stop()
	t.client.CloseIdleConnections()
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := range p.targets {
		if p.targets[i] == t {
			p.targets = append(p.targets[:i], p.targets[i+1:]...)
			return
		}
	}
}

func (t *target) probe(ctx context.Context) {
	client := &http.Client{Timeout: time.Second}
	tick := time.NewTicker(probeEvery)
	defer tick.Stop()
	for {
		ready := false
		if res, err := client.Get(t.base + "/readyz"); err == nil {
			_, _ = io.Copy(io.Discard, res.Body) // of no interest, but for the connection
			res.Body.Close()
			ready = res.StatusCode == http.StatusOK
		}
		t.ready.Store(ready)
		select {
		case <-ctx.Done():
			client.CloseIdleConnections()
			return
		case <-tick.C:
		}
	}
}

// pick returns the replicas that are ready, the one first whose turn it is.
func (p *proxy) pick() []*target {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.next++
	var ready []*target
	for i := range p.targets {
		if t := p.targets[(p.next+i)%len(p.targets)]; t.ready.Load() {
			ready = append(ready, t)
		}
	}
	return ready
}

// ServeHTTP sends a request on.
func (p *proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		p.fail(w, "the request could not be read: "+err.Error())
		return
	}
	failure := "no replica is ready"
	for _, t := range p.pick() {
		res, content, written, err := t.send(r, body)
		if err == nil {
			p.sent[t.index].Add(1)
			maps.Copy(w.Header(), res.Header)
			w.Header().Del("Connection") // between the replica and here
			w.WriteHeader(res.StatusCode)
			_, _ = w.Write(content) // the client may be gone
			return
		}
		failure = r.Method + " " + r.URL.Path + ": " + err.Error()
		if written {
			break
		}
		p.retried.Add(1)
	}
	p.fail(w, failure)
}

func (p *proxy) fail(w http.ResponseWriter, failure string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.failures = append(p.failures, failure)
	w.WriteHeader(http.StatusBadGateway)
}

// send sends a request once. written tells whether any of it was.
func (t *target) send(r *http.Request, body []byte) (res *http.Response, content []byte, written bool, err error) {
	var conn *countingConn
	var before int64
	ctx := httptrace.WithClientTrace(r.Context(), &httptrace.ClientTrace{GotConn: func(got httptrace.GotConnInfo) {
		conn = got.Conn.(*countingConn)
		before = conn.written.Load()
	}})
	// A body of a type that it does not know keeps net/http from sending the request
	// a second time by itself.
	out, err := http.NewRequestWithContext(ctx, r.Method, t.base+r.URL.RequestURI(), struct{ io.Reader }{bytes.NewReader(body)})
	if err != nil {
		return nil, nil, false, err
	}
	out.Header, out.ContentLength = r.Header.Clone(), int64(len(body))
	if res, err = t.client.RoundTrip(out); err == nil {
		defer res.Body.Close()
		content, err = io.ReadAll(res.Body)
	}
	return res, content, conn != nil && conn.written.Load() > before, err
}

// countingConn counts the bytes that were written to it.
type countingConn struct {
	net.Conn
	written atomic.Int64
}

func (c *countingConn) Write(b []byte) (int, error) {
	n, err := c.Conn.Write(b)
	c.written.Add(int64(n))
	return n, err
}
