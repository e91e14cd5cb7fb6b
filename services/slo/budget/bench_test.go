package budget

import (
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/services/measure/window"
)

// calm is the input that takes longest: nothing decides it before the end.
func calm(t testing.TB) Input {
	in := Input{Objective: objective(t, "99.9%"), Period: 28 * 24 * time.Hour, MinEvents: 100}
	in.Sums.Window = window.Sum{Good: 9_999_000_000, Total: 10_000_000_000}
	in.Sums.Policy = in.Sums.Window
	for i := range in.Sums.Lookbacks {
		in.Sums.Lookbacks[i] = window.Sum{Good: 9_999_999, Total: 10_000_000}
	}
	return in
}

func TestDecidingAllocatesNothing(t *testing.T) {
	in := calm(t)
	if n := testing.AllocsPerRun(100, func() { Decide(in) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkDecide(b *testing.B) {
	in := calm(b)
	b.ReportAllocs()
	for b.Loop() {
		if Decide(in) != OK {
			b.Fatal("not calm")
		}
	}
}

func BenchmarkFigures(b *testing.B) {
	in := calm(b)
	b.ReportAllocs()
	for b.Loop() {
		FiguresOf(in)
	}
}
