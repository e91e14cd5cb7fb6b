package admission

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Options is what a Control is made of.
type Options struct {
	// PerSecond is how many requests a caller may make each second, on average; 0
	// sets no quota.
	PerSecond int
	// Burst is how many of them a caller may make at once; at least 1.
	Burst int
	// Registerer receives the metrics; nil keeps them to itself.
	Registerer prometheus.Registerer
}

// Control admits requests. It is safe for concurrent use.
type Control struct {
	born    time.Time // what times are counted from, by the monotonic clock
	callers callers
	policy  policy
	meter   meter

	inFlight atomic.Int64
	limit    atomic.Int64
	writing  atomic.Int64 // those in flight that write
	waiting  atomic.Int64 // as many as are in the queue, to be read without the lock

	// since is when the window began, due when it may be closed, both after born.
	since, due atomic.Int64

	mu     sync.Mutex // guards what follows
	queue  queue
	window window
	routes []*Route
}

// New returns a control that has seen nothing yet.
func New(o Options) *Control {
	c := &Control{born: time.Now(), policy: newPolicy(o.PerSecond, o.Burst)}
	c.callers.init(c.policy)
	c.limit.Store(initialLimit)
	c.due.Store(int64(shortestWindow))
	c.window.probed = -probeEvery // the first overload may come before anything is known
	c.meter.init(c, o.Registerer)
	return c
}

// Route is what is admitted under one name: requests that take about as long.
type Route struct {
	control *Control
	class   Class
	// count and spent are of the requests that began and ended in this window.
	count, spent atomic.Int64
	usual        float64 // nanoseconds that one takes when nothing else runs; 0 until known
}

// Route adds a route of a class. Routes are added before requests are admitted.
func (c *Control) Route(class Class) *Route {
	r := &Route{control: c, class: class}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.routes = append(c.routes, r)
	return r
}

// Class returns the route's class.
func (r *Route) Class() Class { return r.class }

// Refusal is why a request was not admitted, and after which time it is worth
// trying again.
type Refusal struct {
	Reason Reason
	After  time.Duration
}

// Error says it in words.
func (r *Refusal) Error() string {
	return fmt.Sprintf("refused (%s); try again in %s", r.Reason, r.After)
}

// Reason is why a request was refused.
type Reason uint8

// The reasons.
const (
	OverQuota Reason = iota // the caller has used up its quota
	QueueFull               // more critical requests, or other callers', needed the room
	WaitedOut               // no place became free in time

	reasons = iota
)

var reasonNames = [reasons]string{"over_quota", "queue_full", "waited_out"}

// String returns the name by which the reason is counted.
func (r Reason) String() string { return reasonNames[r] }

// Permit is a place among those who are worked on. The zero Permit holds none.
type Permit struct {
	route *Route
	at    int64 // when it was given, after the control was born
}

// Enter gives a place to a request that is there now, at once or after waiting. A
// request that gets none is a *Refusal, or the context's error when it ended first.
func (c *Control) Enter(ctx context.Context, r *Route, who *Caller, now time.Time) (Permit, error) {
	if r.class == Health {
		return Permit{}, nil
	}
	if c.waiting.Load() == 0 && c.take() {
		if r.class == Writes {
			c.writing.Add(1)
		}
		return Permit{route: r, at: int64(now.Sub(c.born))}, nil
	}
	if err := c.wait(ctx, r.class, who); err != nil {
		return Permit{}, err
	}
	return Permit{route: r, at: int64(time.Since(c.born))}, nil
}

// take takes a place if there is one.
func (c *Control) take() bool {
	for {
		n := c.inFlight.Load()
		if n >= c.limit.Load() {
			return false
		}
		if c.inFlight.CompareAndSwap(n, n+1) {
			return true
		}
	}
}

// Leave gives the place back; a second call does nothing. What was not served as
// requests of its route usually are, for it failed or its client went away, says
// nothing about how long they take: it is not typical.
func (p *Permit) Leave(typical bool) {
	r := p.route
	if r == nil {
		return
	}
	p.route = nil
	c := r.control
	now := int64(time.Since(c.born))
	if typical && p.at >= c.since.Load() {
		r.spent.Add(now - p.at)
		r.count.Add(1)
	}
	if r.class == Writes {
		c.writing.Add(-1)
	}
	c.inFlight.Add(-1)
	if now >= c.due.Load() {
		c.adapt(now)
	}
	if c.waiting.Load() > 0 {
		c.mu.Lock()
		c.dispatch()
		c.mu.Unlock()
	}
}
