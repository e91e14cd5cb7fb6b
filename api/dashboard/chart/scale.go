package chart

import (
	"math"
	"time"
)

// linear maps [d0, d1] onto [r0, r1].
type linear struct{ d0, d1, r0, r1 float64 }

func (l linear) at(v float64) float64 {
	if l.d1 == l.d0 {
		return l.r0
	}
	return l.r0 + (v-l.d0)/(l.d1-l.d0)*(l.r1-l.r0)
}

// timeline maps a stretch of time onto [r0, r1].
type timeline struct {
	from, to time.Time
	r0, r1   float64
}

func (l timeline) at(t time.Time) float64 {
	whole := l.to.Sub(l.from)
	if whole <= 0 {
		return l.r0
	}
	return l.r0 + float64(t.Sub(l.from))/float64(whole)*(l.r1-l.r0)
}

// ticks returns round values that cover [low, high] with zero among them, about
// n steps apart, the first at or below low.
func ticks(low, high float64, n int) []float64 {
	step := niceStep((high - low) / float64(n))
	var out []float64
	// Multiples of the step, so that zero is met exactly.
	for i := math.Floor(low/step + 1e-9); ; i++ {
		v := i * step
		out = append(out, v)
		if v >= high-step*1e-9 {
			return out
		}
	}
}

// niceStep is the least of 1, 2, 2.5, 5 × 10ⁿ that is at least v.
func niceStep(v float64) float64 {
	if v <= 0 {
		return 1
	}
	magnitude := math.Pow(10, math.Floor(math.Log10(v)))
	for _, m := range []float64{1, 2, 2.5, 5, 10} {
		if m*magnitude >= v*(1-1e-9) {
			return m * magnitude
		}
	}
	return 10 * magnitude
}
