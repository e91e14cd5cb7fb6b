package admission

import (
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestUnderTenfoldOverloadTheCapacityIsUsedForWhatIsCritical(t *testing.T) {
	t.Parallel()
	for name, before := range map[string]time.Duration{"after a quiet minute": time.Minute, "from the first request on": 0} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, Options{})
				idle := 110 * time.Millisecond // the most that the backend takes
				if before > 0 {
					out := w.run(before, light...)
					idle = out["critical"].p99()
					for class, o := range out {
						if o.refused() > 0 {
							t.Errorf("%d of %s refused at light load", o.refused(), class)
						}
					}
				}
				out := w.run(time.Minute, mix...)
				for class, o := range out {
					p99 := time.Duration(0)
					if len(o.times) > 0 {
						p99 = o.p99()
					}
					t.Logf("%s: %d of %d served, p99 %v, refused %v", class, len(o.times), o.sent, p99, o.reason)
				}
				t.Logf("limit %d", w.control.limit.Load())
				if n := served(out); n < 90*60 {
					t.Errorf("%d served in a minute, want at least 90 a second", n)
				}
				for second := 1; second < 60; second++ { // in the first they only begin to end
					n := 0
					for _, o := range out {
						n += o.ends[second]
					}
					if n < 90 {
						t.Errorf("%d served in second %d", n, second)
					}
				}
				if p99 := out["critical"].p99(); p99 > 2*idle {
					t.Errorf("p99 of what is critical is %v, %v when idle", p99, idle)
				}
				if n := out["critical"].refused() + out["writes"].refused(); n > 0 {
					t.Errorf("%d refused of what is critical or writes, and fits", n)
				}
				if out["reads"].refused() == 0 || len(out["reports"].times)*20 > len(out["reads"].times) {
					t.Errorf("%d reads refused; %d reports served, %d reads", out["reads"].refused(), len(out["reports"].times), len(out["reads"].times))
				}
			})
		})
	}
}

func TestARecoveredBackendIsUsedFullyAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, Options{})
		w.run(30*time.Second, light...)
		w.run(30*time.Second, mix...)
		w.backend.change(time.Second) // ten requests a second
		out := w.run(2*time.Minute, mix...)
		t.Logf("slow: %d served in two minutes, limit %d", served(out), w.control.limit.Load())
		// Ten places are needed for all of what it can do: once it is known what it
		// usually takes now, it is no longer throttled for being slow.
		if n := served(out); n < 9*120 {
			t.Errorf("%d served in two minutes by a backend that can do 1200", n)
		}
		w.backend.change(100 * time.Millisecond)
		out = w.run(10*time.Second, mix...)
		t.Logf("recovering: %d served in ten seconds, limit %d", served(out), w.control.limit.Load())
		out = w.run(time.Minute, mix...)
		t.Logf("recovered: %d served in a minute, limit %d", served(out), w.control.limit.Load())
		if n := served(out); n < 95*60 {
			t.Errorf("%d served in a minute after recovery, want 95 a second", n)
		}
		if p99 := out["critical"].p99(); p99 > 220*time.Millisecond {
			t.Errorf("p99 of what is critical is %v after recovery", p99)
		}
	})
}

func TestTheLimitGrowsWithWhatTheBackendCanDoAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, Options{})
		w.backend.workers = make(chan struct{}, 60) // six hundred a second
		w.run(10*time.Second, mix...)
		out := w.run(time.Minute, mix...)
		t.Logf("%d served, limit %d", served(out), w.control.limit.Load())
		if n := served(out); n < 540*60 {
			t.Errorf("%d served in a minute by a backend that can do 600 a second", n)
		}
		if n := w.control.limit.Load(); n < 60 || n > 120 {
			t.Errorf("the limit is %d for a backend that does 60 at once", n)
		}
	})
}

func TestAnotherMixOfRequestsIsNoSlowdown(t *testing.T) {
	t.Parallel()
	c := New(Options{})
	cheap, dear := c.Route(Reads), c.Route(Reports)
	see := func(r *Route, n int64, each time.Duration) {
		r.count.Add(n)
		r.spent.Add(n * int64(each))
	}
	see(cheap, 100, time.Millisecond)
	see(dear, 100, 100*time.Millisecond)
	c.learn(c.collect(), false)
	see(cheap, 1, time.Millisecond)
	see(dear, 99, 100*time.Millisecond)
	if s := c.collect(); s.slowdown != 1 {
		t.Errorf("slowdown %v when nothing is slower", s.slowdown)
	}
	see(cheap, 10, 3*time.Millisecond)
	see(dear, 1, 130*time.Millisecond)
	// (10·3 + 130) / (10·1 + 100) = 160/110
	if s := c.collect(); s.slowdown < 1.4545 || s.slowdown > 1.4546 {
		t.Errorf("slowdown %v, want 160/110", s.slowdown)
	}
}

func TestTheNextLimit(t *testing.T) {
	t.Parallel()
	// By hand, from: up by an eighth and at least one while the slowdown is at most
	// 1.25; else by 1.25/slowdown, at most by half; from 8 to 1024.
	for _, c := range []struct {
		limit    int64
		slowdown float64
		want     int64
	}{
		{8, 1, 9}, {16, 1.25, 18}, {100, 1, 112}, {1000, 1, 1024}, {1024, 1, 1024},
		{16, 2, 10}, {16, 1.6, 13}, {16, 100, 8}, {100, 100, 50}, {9, 2.5, 8}, {8, 50, 8},
	} {
		if got := next(c.limit, c.slowdown); got != c.want {
			t.Errorf("after %d slowed down by %v: %d, want %d", c.limit, c.slowdown, got, c.want)
		}
	}
}

// A reporter for each of two hundred series, all at the full minute, before a
// database that writes one after the other, ten milliseconds each.
func TestABurstOfWritesIsServedAndDoesNotKeepReadsOut(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := New(Options{})
		writes, reads := c.Route(Writes), c.Route(Reads)
		writer := make(chan struct{}, 1)
		var all sync.WaitGroup
		request := func(r *Route, done func(time.Duration)) {
			begun := time.Now()
			p, err := c.Enter(t.Context(), r, &Caller{}, begun)
			if err != nil {
				t.Errorf("%s: %v", r.class, err)
				return
			}
			if r == writes {
				writer <- struct{}{}
				time.Sleep(10 * time.Millisecond)
				<-writer
			} else {
				time.Sleep(time.Millisecond)
			}
			p.Leave(true)
			done(time.Since(begun))
		}
		var longest atomic.Int64
		for range 3 { // minutes
			for range 200 {
				all.Go(func() { request(writes, func(time.Duration) {}) })
			}
			for range 100 {
				all.Go(func() { request(reads, func(d time.Duration) { longest.Store(max(longest.Load(), int64(d))) }) })
				time.Sleep(20 * time.Millisecond)
			}
			time.Sleep(58 * time.Second)
		}
		all.Wait()
		// When the first read comes all sixteen places are the writes'. At worst, the
		// limit has become eight before there is one for it: when six of them are left.
		if d := time.Duration(longest.Load()); d > 110*time.Millisecond {
			t.Errorf("a read took %v beside the writes", d)
		}
	})
}
