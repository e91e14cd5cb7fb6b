package admission

import (
	"math"
	"time"
)

const (
	// leastLimit is more than two processors need to be busy, and few enough for
	// eight times the usual latency at worst.
	leastLimit   = 8
	initialLimit = 16
	mostLimit    = 1024

	// tolerated is the slowdown up to which the limit grows: below it, requests
	// hardly wait for each other.
	tolerated = 1.25
	// growth is the share by which it grows in one window.
	growth = 1.0 / 8
	// steepest is the factor by which it shrinks at most in one window.
	steepest = 0.5

	shortestWindow = 250 * time.Millisecond
	longestWindow  = 5 * time.Second
	// leastSamples is how many requests a window needs to say anything.
	leastSamples = 20
	// trustedSamples is how many requests of a route make its mean certain; fewer
	// move what is known of it in proportion.
	trustedSamples = 16
	// probeEvery is how long the limit is followed before the usual times are
	// measured anew (as long as BBR's ProbeRTT).
	probeEvery = 10 * time.Second
)

// window is the time between two decisions on the limit.
type window struct {
	reached bool          // somebody had to wait in it
	restore int64         // the limit before this window's probe; 0 when it is none
	probed  time.Duration // when the usual times were last measured, after the control was born
}

// reach notes that the limit is reached. What was seen before in the same window,
// of less load, is learned from and left behind: it would hide what comes.
func (c *Control) reach(now int64) {
	if c.window.reached {
		return
	}
	seen := c.collect()
	c.learn(seen, false)
	c.window.reached = true
	c.open(now, seen.mean)
}

// open begins a window. It is twice as long as a request takes, at least, so that
// slow ones are seen as well as quick ones.
func (c *Control) open(now int64, mean float64) {
	length := min(max(shortestWindow, time.Duration(2*mean)), longestWindow)
	c.since.Store(now)
	c.due.Store(now + int64(length))
}

// adapt closes the window when it has seen enough, and moves the limit.
func (c *Control) adapt(now int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now < c.due.Load() {
		return // another request was here before
	}
	if !c.enough() && now-c.since.Load() < int64(longestWindow) {
		c.due.Store(now + int64(shortestWindow)/8)
		return
	}
	seen := c.collect()
	w := &c.window
	switch limit := c.limit.Load(); {
	case w.restore > 0:
		c.learn(seen, true)
		c.limit.Store(w.restore)
		w.restore = 0
	case !w.reached:
		c.learn(seen, false)
	case seen.count == 0:
		// Nothing ended that had begun in this window: nothing is known.
	case seen.slowdown > tolerated && limit == leastLimit:
		// They cannot be in each other's way much: this is what they take now.
		c.learn(seen, true)
		w.probed = time.Duration(now)
	case time.Duration(now)-w.probed >= probeEvery:
		c.learn(seen, false)
		w.restore, w.probed = limit, time.Duration(now)
		c.limit.Store(max(limit/2, leastLimit))
	default:
		c.learn(seen, false)
		c.limit.Store(next(limit, seen.slowdown))
	}
	w.reached = c.waiting.Load() > 0 || w.restore > 0
	c.open(now, seen.mean)
	c.dispatch() // the limit may have grown
}

// next returns the limit after a window that was slowed down so much.
func next(limit int64, slowdown float64) int64 {
	if slowdown <= tolerated {
		return min(limit+max(1, int64(float64(limit)*growth)), mostLimit)
	}
	return max(int64(math.Round(float64(limit)*max(tolerated/slowdown, steepest))), leastLimit)
}

// seen is what a window saw.
type seen struct {
	count    int64
	mean     float64   // nanoseconds that a request took
	slowdown float64   // how many times as long as usual
	routes   []measure // those with requests
}

// measure is what a window saw of one route.
type measure struct {
	route *Route
	count int64
	mean  float64
}

func (c *Control) enough() bool {
	var n int64
	for _, r := range c.routes {
		n += r.count.Load()
	}
	return n >= leastSamples
}

// collect reads and clears the window's counts. A request that leaves meanwhile
// may be counted in one window and its time in the next, which evens out.
func (c *Control) collect() seen {
	s := seen{slowdown: 1}
	var all, spent, usual float64
	for _, r := range c.routes {
		n := r.count.Swap(0)
		if n == 0 {
			continue
		}
		took := float64(r.spent.Swap(0))
		s.routes = append(s.routes, measure{r, n, took / float64(n)})
		s.count += n
		all += took
		if r.usual > 0 {
			spent += took
			usual += r.usual * float64(n)
		}
	}
	if s.count > 0 {
		s.mean = all / float64(s.count)
	}
	if usual > 0 {
		s.slowdown = spent / usual
	}
	return s
}

// learn takes what was seen into account for what is usual. Up it goes only when
// nothing else can be the cause: then, too, a few requests of a route say enough,
// for there is little else that they vary with.
func (c *Control) learn(s seen, up bool) {
	trusted := trustedSamples
	if up {
		trusted /= 4
	}
	for _, m := range s.routes {
		switch r := m.route; {
		case r.usual == 0:
			r.usual = m.mean
		case up || m.mean < r.usual:
			r.usual += (m.mean - r.usual) * min(1, float64(m.count)/float64(trusted))
		}
	}
}
