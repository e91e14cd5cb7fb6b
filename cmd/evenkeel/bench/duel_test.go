package bench

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"
)

const (
	workers = 8 // connections at a time
	// slice is how long a turn takes: short, so that both sides of a pair see the same
	// machine, and much longer than what a turn begins with.
	slice = 150 * time.Millisecond
)

// side is a server with its clients.
type side []*client

func clients(tb testing.TB, addr, token string) side {
	tb.Helper()
	s := make(side, workers)
	for i := range s {
		s[i] = dial(tb, addr, token)
	}
	return s
}

// work sends one request of a worker's.
type work func(worker int, c *client) error

// turn is what came of working for a while.
type turn struct {
	rate float64 // requests answered in a second
	cpu  float64 // microseconds of this process's processors that a request took, the client's part included
}

// run lets all clients work for a while.
func (s side) run(do work, d time.Duration) (turn, error) {
	var wait sync.WaitGroup
	counts, errs := make([]int, len(s)), make([]error, len(s))
	began, used := time.Now(), processorTime()
	for i, c := range s {
		wait.Go(func() {
			for time.Since(began) < d && errs[i] == nil {
				errs[i] = do(i, c)
				counts[i]++
			}
		})
	}
	wait.Wait()
	took, used := time.Since(began), processorTime()-used
	n := 0.0
	for _, c := range counts {
		n += float64(c)
	}
	return turn{rate: n / took.Seconds(), cpu: float64(used.Microseconds()) / n}, errors.Join(errs...)
}

// processorTime is what this process has used so far.
func processorTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err) // it has no way to fail
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// duel lets both sides do the same work in turns, A B B A A B …, so that what
// else goes on at the machine slows both, and reports the median of the ratios of
// neighbouring turns. The ratio of processor time, which is told beside it, is what
// remains comparable when others use the machine too; of a database server it
// knows nothing.
func duel(b *testing.B, name string, pairs int, goal float64, this, peer side, do work) {
	b.Helper()
	for _, s := range []side{this, peer} {
		_, err := s.run(do, slice)
		check(b, err)
	}
	take := func(s side) turn {
		runtime.GC() // neither cleans up after the other
		t, err := s.run(do, slice)
		check(b, err)
		return t
	}
	var ours, theirs, ratios, oursCPU, theirsCPU, ratiosCPU []float64
	for i := range pairs {
		var a, p turn
		if i%2 == 0 {
			a = take(this)
			p = take(peer)
		} else {
			p = take(peer)
			a = take(this)
		}
		ours, theirs, ratios = append(ours, a.rate), append(theirs, p.rate), append(ratios, a.rate/p.rate)
		oursCPU, theirsCPU, ratiosCPU = append(oursCPU, a.cpu), append(theirsCPU, p.cpu), append(ratiosCPU, p.cpu/a.cpu)
	}
	ratio := median(ratios)
	results.add(figure{
		name: name, this: perSecond(median(ours)), peer: perSecond(median(theirs)), said: fmt.Sprintf("%.3f", ratio),
		goal: fmt.Sprintf("≥ %.2f", goal), met: ratio >= goal,
		note: fmt.Sprintf("%d pairs, %.2f to %.2f; processor %.0f and %.0f µs, %.2f",
			pairs, slices.Min(ratios), slices.Max(ratios), median(oursCPU), median(theirsCPU), median(ratiosCPU)),
	})
	b.ReportMetric(ratio, "ratio")
	b.ReportMetric(0, "ns/op")
}

func median(of []float64) float64 {
	sorted := slices.Sorted(slices.Values(of))
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

func perSecond(rate float64) string { return fmt.Sprintf("%.0f/s", rate) }
