package admission

import (
	"context"
	"math/rand/v2"
	"slices"
	"time"
)

const (
	// longestQueue is how many may wait at one time.
	longestQueue = 256
	// longestWait is shorter than what people wait before they try again.
	longestWait = time.Second
	// longestWrite is for programs: reporters push when the minute is full, all at
	// once, and it is better that they wait than that they come back.
	longestWrite = 3 * time.Second
)

// patience is how long a request of the class waits.
func patience(class Class) time.Duration {
	if class == Writes {
		return longestWrite
	}
	return longestWait
}

// waiter is a request that waits for a place.
type waiter struct {
	class   Class
	who     *Caller
	refused bool          // says what ended the wait
	done    chan struct{} // closed at its end
}

// queue holds who waits. Within a class callers take turns: what one of them has
// waiting is a line of its own.
type queue struct {
	length int
	lines  [classes][]*line // the first is next
}

// line is what one caller has waiting in one class, never empty.
type line struct {
	who     *Caller
	waiters []*waiter // in the order of their coming
}

// wait waits for a place, which then is taken.
func (c *Control) wait(ctx context.Context, class Class, who *Caller) error {
	w := &waiter{class: class, who: who, done: make(chan struct{})}
	c.mu.Lock()
	c.reach(int64(time.Since(c.born)))
	if c.queue.length >= longestQueue {
		out := c.queue.least(w)
		if out == w {
			c.mu.Unlock()
			return c.refuse(class, QueueFull)
		}
		c.queue.remove(out)
		out.end(true)
	}
	c.queue.add(w)
	c.dispatch()
	c.mu.Unlock()

	wait := time.NewTimer(patience(class))
	defer wait.Stop()
	select {
	case <-w.done:
	case <-wait.C:
		if c.giveUp(w) {
			return c.refuse(class, WaitedOut)
		}
	case <-ctx.Done():
		if c.giveUp(w) {
			return ctx.Err()
		}
	}
	if w.refused {
		return c.refuse(class, QueueFull)
	}
	return nil
}

// giveUp takes a waiter out of the queue; it is false for one whose wait is over.
func (c *Control) giveUp(w *waiter) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	select {
	case <-w.done:
		return false
	default:
	}
	c.queue.remove(w)
	c.waiting.Store(int64(c.queue.length))
	return true
}

// dispatch gives the places that are free to who waits. The number of those who
// wait is made known before places are looked for, so that who leaves meanwhile
// either is seen here or comes here.
func (c *Control) dispatch() {
	c.waiting.Store(int64(c.queue.length))
	for c.queue.length > 0 && c.take() {
		w := c.queue.next(c.writesYield())
		if w.class == Writes {
			c.writing.Add(1)
		}
		w.end(false)
		c.waiting.Store(int64(c.queue.length))
	}
}

// writesYield reports whether what writes has its share of the places, three in
// four, and what reads is to go first. Writes wait for each other in a database,
// those of SQLite altogether, while reads do not: in all places, they would keep
// reads from being served and gain nothing by it.
func (c *Control) writesYield() bool { return c.writing.Load()*4 >= c.limit.Load()*3 }

// refuse counts a refusal for want of capacity. The time after which to try again
// differs between requests, so that those refused together do not return together.
func (c *Control) refuse(class Class, why Reason) *Refusal {
	c.meter.refused[class][why].Inc()
	return &Refusal{Reason: why, After: time.Duration(1+rand.IntN(4)) * time.Second}
}

func (w *waiter) end(refused bool) {
	w.refused = refused
	close(w.done)
}

func (q *queue) add(w *waiter) {
	q.length++
	for _, l := range q.lines[w.class] {
		if l.who == w.who {
			l.waiters = append(l.waiters, w)
			return
		}
	}
	q.lines[w.class] = append(q.lines[w.class], &line{who: w.who, waiters: []*waiter{w}})
}

// next takes out who is to be served next: of the most critical class, of the
// caller whose turn it is, the one who came first. What writes is passed over when
// it is to yield to what reads, and there is any.
func (q *queue) next(writesYield bool) *waiter {
	for class, lines := range q.lines {
		if len(lines) == 0 || Class(class) == Writes && writesYield && len(q.lines[Reads]) > 0 {
			continue
		}
		l := lines[0]
		w := l.waiters[0]
		l.waiters = l.waiters[1:]
		q.lines[class] = slices.Delete(lines, 0, 1)
		if len(l.waiters) > 0 {
			q.lines[class] = append(q.lines[class], l)
		}
		q.length--
		return w
	}
	return nil
}

// least returns who is to go from a full queue that w comes to: of the least
// critical class, of the caller who has most waiting, the one who came last. That
// is w itself when nobody there is less critical, or has more waiting.
func (q *queue) least(w *waiter) *waiter {
	for class := Class(classes - 1); class >= w.class; class-- {
		var longest *line
		var own int
		for _, l := range q.lines[class] {
			if longest == nil || len(l.waiters) > len(longest.waiters) {
				longest = l
			}
			if l.who == w.who {
				own = len(l.waiters)
			}
		}
		if longest == nil {
			continue
		}
		if class == w.class && len(longest.waiters) <= own+1 {
			return w
		}
		return longest.waiters[len(longest.waiters)-1]
	}
	return w
}

func (q *queue) remove(w *waiter) {
	lines := q.lines[w.class]
	at := slices.IndexFunc(lines, func(l *line) bool { return l.who == w.who })
	l := lines[at]
	i := slices.Index(l.waiters, w)
	l.waiters = slices.Delete(l.waiters, i, i+1)
	if len(l.waiters) == 0 {
		q.lines[w.class] = slices.Delete(lines, at, at+1)
	}
	q.length--
}
