package admission

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"
)

// These tests run in virtual time (testing/synctest): a minute of overload takes
// as long as its bookkeeping, and what is measured depends on no machine.

// backend does a hundred requests a second: ten at a time, 100 ms each, give or
// take a tenth (else all ten would end at the same moment, again and again). What
// is let through beyond that waits inside of it, as for a database's connections.
type backend struct {
	workers chan struct{}
	mu      sync.Mutex
	takes   time.Duration
	chance  *rand.Rand
}

func newBackend() *backend {
	return &backend{workers: make(chan struct{}, 10), takes: 100 * time.Millisecond, chance: rand.New(rand.NewPCG(1, 2))}
}

func (b *backend) serve() {
	b.workers <- struct{}{}
	b.mu.Lock()
	takes := time.Duration(float64(b.takes) * (0.9 + 0.2*b.chance.Float64()))
	b.mu.Unlock()
	time.Sleep(takes)
	<-b.workers
}

func (b *backend) change(takes time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.takes = takes
}

// stream is requests that one caller makes at a constant rate.
type stream struct {
	name      string
	class     Class
	perSecond int
}

// outcome is what became of a stream's requests.
type outcome struct {
	sent   int
	times  []time.Duration // of those that were served
	reason map[Reason]int
	ends   map[int]int // how many were served in each second
}

// p99 is the time within which 99 of 100 served requests were.
func (o *outcome) p99() time.Duration {
	slices.Sort(o.times)
	return o.times[(len(o.times)*99+99)/100-1]
}

func (o *outcome) refused() int { return o.sent - len(o.times) }

// world is a control before a backend.
type world struct {
	t       *testing.T
	control *Control
	backend *backend
	routes  map[string]*Route
}

func newWorld(t *testing.T, o Options) *world {
	return &world{t: t, control: New(o), backend: newBackend(), routes: map[string]*Route{}}
}

// run offers streams for a while, and waits until all are answered. They do not
// begin at the same moment: callers know nothing of each other.
func (w *world) run(d time.Duration, streams ...stream) map[string]*outcome {
	var all sync.WaitGroup
	var mu sync.Mutex
	start := time.Now()
	out := map[string]*outcome{}
	for i, s := range streams {
		if w.routes[s.class.String()] == nil {
			w.routes[s.class.String()] = w.control.Route(s.class)
		}
		route, o := w.routes[s.class.String()], &outcome{reason: map[Reason]int{}, ends: map[int]int{}}
		out[s.name] = o
		all.Go(func() {
			every := time.Second / time.Duration(s.perSecond)
			time.Sleep(every * time.Duration(i) / time.Duration(len(streams)))
			for range int(d / every) {
				o.sent++
				all.Go(func() {
					begun := time.Now()
					err := w.request(route, s.name)
					mu.Lock()
					defer mu.Unlock()
					var refused *Refusal
					if errors.As(err, &refused) {
						o.reason[refused.Reason]++
					} else {
						o.times = append(o.times, time.Since(begun))
						o.ends[int(time.Since(start)/time.Second)]++
					}
				})
				time.Sleep(every)
			}
		})
	}
	all.Wait()
	return out
}

func (w *world) request(route *Route, caller string) error {
	who := w.control.Owner(caller, time.Now())
	if _, refused := w.control.Charge(who, route.class, time.Now()); refused != nil {
		return refused
	}
	p, err := w.control.Enter(context.Background(), route, who, time.Now())
	if err != nil {
		return err
	}
	w.backend.serve()
	p.Leave(true)
	return nil
}

func served(out map[string]*outcome) (n int) {
	for _, o := range out {
		n += len(o.times)
	}
	return n
}

// mix is 1,000 requests a second, ten times what the backend can do. What is
// critical and what writes are within its capacity, reads are not.
var mix = []stream{
	{"critical", Critical, 40}, {"writes", Writes, 30}, {"reads", Reads, 430}, {"reports", Reports, 500},
}

// light is what is far within capacity.
var light = []stream{{"critical", Critical, 10}, {"writes", Writes, 5}, {"reads", Reads, 10}, {"reports", Reports, 5}}
