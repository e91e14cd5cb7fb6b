package admission

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func callersNamed(names ...string) map[string]*Caller {
	out := map[string]*Caller{}
	for _, n := range names {
		out[n] = &Caller{}
	}
	return out
}

func TestTheMostCriticalIsNextAndCallersTakeTurns(t *testing.T) {
	t.Parallel()
	who := callersNamed("a", "b", "c")
	var q queue
	names := map[*waiter]string{}
	come := func(class Class, caller, name string) {
		w := &waiter{class: class, who: who[caller]}
		names[w] = name
		q.add(w)
	}
	come(Reads, "a", "a1")
	come(Reads, "a", "a2")
	come(Reports, "c", "c-report")
	come(Reads, "a", "a3")
	come(Reads, "b", "b1")
	come(Reads, "b", "b2")
	come(Critical, "a", "a-critical")
	come(Writes, "c", "c-write")
	come(Reads, "c", "c1")
	for _, want := range []string{"a-critical", "c-write", "a1", "b1", "c1", "a2", "b2", "a3", "c-report"} {
		if got := names[q.next(false)]; got != want {
			t.Fatalf("%s is next, want %s", got, want)
		}
	}
	come(Writes, "a", "a-write")
	come(Reports, "a", "a-report")
	come(Reads, "a", "a4")
	for _, want := range []string{"a4", "a-write", "a-report"} { // when writes yield, they yield to reads alone
		if got := names[q.next(true)]; got != want {
			t.Fatalf("%s is next when writes yield, want %s", got, want)
		}
	}
	if q.next(false) != nil || q.length != 0 {
		t.Errorf("%d are left", q.length)
	}
}

func TestAFullQueueMakesRoomAtTheExpenseOfTheLeast(t *testing.T) {
	t.Parallel()
	who := callersNamed("a", "b", "c")
	type one struct {
		class  Class
		caller string
	}
	for name, c := range map[string]struct {
		waiting []one
		comes   one
		out     int // index in waiting; -1 is who comes
	}{
		"the least critical goes":                      {[]one{{Reports, "a"}, {Reads, "b"}, {Writes, "c"}}, one{Critical, "a"}, 0},
		"of its class, who came last":                  {[]one{{Reads, "a"}, {Reads, "a"}, {Writes, "a"}}, one{Writes, "b"}, 1},
		"of its class, who has most waiting":           {[]one{{Reads, "a"}, {Reads, "b"}, {Reads, "b"}, {Reads, "c"}}, one{Writes, "a"}, 2},
		"nobody there is less critical":                {[]one{{Critical, "a"}, {Writes, "b"}}, one{Reads, "c"}, -1},
		"an equal who has most waiting makes room":     {[]one{{Reads, "a"}, {Reads, "a"}, {Reads, "a"}}, one{Reads, "b"}, 2},
		"an equal who would have as many then is kept": {[]one{{Reads, "a"}, {Reads, "b"}}, one{Reads, "b"}, -1},
		"who has most waiting makes no room of others": {[]one{{Reads, "a"}, {Reads, "b"}, {Reads, "b"}}, one{Reads, "b"}, -1},
		"the own less critical goes too":               {[]one{{Reports, "a"}, {Reads, "b"}}, one{Reads, "a"}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var q queue
			var all []*waiter
			for _, o := range c.waiting {
				w := &waiter{class: o.class, who: who[o.caller]}
				all = append(all, w)
				q.add(w)
			}
			comes := &waiter{class: c.comes.class, who: who[c.comes.caller]}
			want := comes
			if c.out >= 0 {
				want = all[c.out]
			}
			if got := q.least(comes); got != want {
				t.Errorf("%+v goes, want %+v", got, want)
			}
		})
	}
}

func TestAWaitEndsWithTheClientWithThePatienceOrWithAPlace(t *testing.T) {
	t.Parallel()
	for name, wait := range map[string]func(t *testing.T, c *Control, leave func()){
		"with the client": func(t *testing.T, c *Control, _ func()) {
			gone, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
			defer cancel()
			begun := time.Now()
			if _, err := c.Enter(gone, c.Route(Reads), &Caller{}, begun); !errors.Is(err, context.DeadlineExceeded) || time.Since(begun) != 100*time.Millisecond {
				t.Errorf("%v after %v", err, time.Since(begun))
			}
		},
		"with the patience": func(t *testing.T, c *Control, _ func()) {
			for class, patience := range map[Class]time.Duration{Critical: time.Second, Writes: 3 * time.Second, Reads: time.Second, Reports: time.Second} {
				begun := time.Now()
				_, err := c.Enter(t.Context(), c.Route(class), &Caller{}, begun)
				var refused *Refusal
				if !errors.As(err, &refused) || refused.Reason != WaitedOut || time.Since(begun) != patience {
					t.Fatalf("%s: %v after %v", class, err, time.Since(begun))
				}
				if refused.After < time.Second || refused.After > 4*time.Second || refused.After%time.Second != 0 {
					t.Errorf("try again after %v", refused.After)
				}
			}
		},
		"with a place": func(t *testing.T, c *Control, leave func()) {
			time.AfterFunc(200*time.Millisecond, leave)
			begun := time.Now()
			p, err := c.Enter(t.Context(), c.Route(Reads), &Caller{}, begun)
			if err != nil || time.Since(begun) != 200*time.Millisecond {
				t.Errorf("%v after %v", err, time.Since(begun))
			}
			p.Leave(true)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c := New(Options{})
				r := c.Route(Reads)
				held := make([]Permit, initialLimit)
				for i := range held {
					held[i], _ = c.Enter(t.Context(), r, &Caller{}, time.Now())
				}
				wait(t, c, func() { held[0].Leave(true) })
				for i := range held {
					held[i].Leave(true)
				}
				if c.waiting.Load() != 0 || c.queue.length != 0 || c.inFlight.Load() != 0 {
					t.Errorf("%d wait, %d are in the queue, %d in flight, when all have left", c.waiting.Load(), c.queue.length, c.inFlight.Load())
				}
			})
		})
	}
}

// In a bubble time stands still while anybody can run. So if a place were given
// back and nobody who waits were told, they would wait out their patience.
func TestNoPlaceIsLostBetweenThoseWhoComeAndLeave(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := New(Options{})
		var all sync.WaitGroup
		var most atomic.Int64
		for i := range 4 * initialLimit {
			r := c.Route(Critical + Class(i%4))
			all.Go(func() {
				who := &Caller{}
				for range 300 {
					p, err := c.Enter(t.Context(), r, who, time.Now())
					if err != nil {
						t.Error(err)
						return
					}
					most.Store(max(most.Load(), c.inFlight.Load()))
					p.Leave(true)
				}
			})
		}
		all.Wait()
		if c.inFlight.Load() != 0 || c.writing.Load() != 0 || c.waiting.Load() != 0 || c.queue.length != 0 {
			t.Errorf("%d in flight, %d waiting, %d in the queue, when all have left", c.inFlight.Load(), c.waiting.Load(), c.queue.length)
		}
		if most.Load() > initialLimit {
			t.Errorf("%d in flight at one time", most.Load())
		}
	})
}
