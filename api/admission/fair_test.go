package admission

import (
	"fmt"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"
)

// others are nine callers who together use a little less than half of the backend.
func others() []stream {
	var out []stream
	for i := range 9 {
		out = append(out, stream{fmt.Sprintf("caller %d", i), Reads, 5})
	}
	return out
}

// worst is the longest p99 of the other callers, and how many were refused.
func worst(out map[string]*outcome) (p99 time.Duration, refused int) {
	for _, s := range others() {
		o := out[s.name]
		p99 = max(p99, o.p99())
		refused += o.refused()
	}
	return p99, refused
}

func TestOneCallerDoesNotSlowTheOthersDown(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		quota  Options
		greedy int
	}{
		"at ten times its quota":     {Options{PerSecond: 20, Burst: 40}, 200},
		"at a hundred times":         {Options{PerSecond: 20, Burst: 40}, 2000},
		"without a quota, saturated": {Options{}, 1000},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, c.quota)
				alone, refused := worst(w.run(time.Minute, others()...))
				if refused > 0 {
					t.Errorf("%d refused at light load", refused)
				}
				out := w.run(time.Minute, append(others(), stream{"greedy", Reads, c.greedy})...)
				beside, refused := worst(out)
				t.Logf("p99 of the others %v, %v beside the greedy one, who was served %d of %d, refused %v", alone, beside, len(out["greedy"].times), out["greedy"].sent, out["greedy"].reason)
				if beside > 2*alone {
					t.Errorf("p99 of the others is %v beside the greedy one, %v without it", beside, alone)
				}
				if refused > 0 {
					t.Errorf("%d of the others' requests refused", refused)
				}
				quota := 60*c.quota.PerSecond + c.quota.Burst
				// A part of its first burst may find the backend full.
				if n := len(out["greedy"].times) + out["greedy"].reason[WaitedOut]; c.quota.PerSecond > 0 && (n > quota || n < quota-1) {
					t.Errorf("%d of the greedy one were within its quota, which quota is %d", n, quota)
				}
				if n := served(out); c.quota.PerSecond == 0 && n < 90*60 {
					t.Errorf("%d served in a minute: what the others leave is not used", n)
				}
			})
		})
	}
}

func TestHealthIsNeverRefused(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := New(Options{PerSecond: 1, Burst: 1})
		probe, busy := c.Route(Health), c.Route(Reads)
		var held []Permit
		for range initialLimit {
			p, err := c.Enter(t.Context(), busy, c.callers.crowd, time.Now())
			if err != nil {
				t.Fatal(err)
			}
			held = append(held, p)
		}
		who := c.Address(netip.MustParseAddr("192.0.2.1"), time.Now())
		for range 1000 {
			quota, refused := c.Charge(who, Health, time.Now())
			p, err := c.Enter(t.Context(), probe, who, time.Now())
			if refused != nil || err != nil || quota.State != nil {
				t.Fatal(refused, err, quota)
			}
			p.Leave(true)
		}
		for i := range held {
			held[i].Leave(true)
			held[i].Leave(true) // does nothing
		}
		if n := c.inFlight.Load(); n != 0 {
			t.Errorf("%d in flight when all have left", n)
		}
	})
}
