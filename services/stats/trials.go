package stats

import "math"

// Trials are events that were counted: Good of N, with 0 ≤ Good ≤ N.
type Trials struct{ N, Good int64 }

// Interval is a range of shares of one, 0 ≤ Lower ≤ Upper ≤ 1.
type Interval struct{ Lower, Upper float64 }

// everything is the interval of what nothing is known of.
var everything = Interval{Lower: 0, Upper: 1}

// Wilson returns the score interval of the share of good events at that two-sided
// confidence, above 0 and below 1: with z the normal quantile of (1 + confidence) ÷ 2,
// its bounds are (p̂ + z²/2n ± z·√(p̂(1−p̂)/n + z²/4n²)) ÷ (1 + z²/n). It is right on
// average, neither cautious nor for decisions. Of no events it is 0 to 1.
//
// Source: E. B. Wilson (1927), “Probable inference, the law of succession, and
// statistical inference”, JASA 22, 209–212.
func Wilson(t Trials, confidence float64) Interval {
	if t.N == 0 {
		return everything
	}
	z := math.Sqrt2 * math.Erfinv(confidence)
	n, good, bad := float64(t.N), float64(t.Good), float64(t.N-t.Good)
	middle, spread := good+z*z/2, z*math.Sqrt(good/n*bad+z*z/4)
	out := Interval{Lower: (middle - spread) / (n + z*z), Upper: (middle + spread) / (n + z*z)}
	if t.Good == 0 {
		out.Lower = 0
	}
	if t.Good == t.N {
		out.Upper = 1
	}
	return out
}

// share is a probability by the logarithm of its odds, so that what is near 0 and
// what is near 1 are told equally exactly.
type share float64

// outermost is beyond every bound of at most 10¹⁵ events.
const outermost share = 80

func shareOf(p float64) share { return share(math.Log(p) - math.Log1p(-p)) }

func (s share) p() float64 { return 1 / (1 + math.Exp(-float64(s))) }
func (s share) q() float64 { return 1 / (1 + math.Exp(float64(s))) }

// boundary returns where holds, which is true of low and of everything up to
// some share, and false from there to high, turns false.
func boundary(low, high share, holds func(share) bool) share {
	for {
		middle := low + (high-low)/2
		switch {
		case middle <= low || middle >= high:
			return low
		case holds(middle):
			low = middle
		default:
			high = middle
		}
	}
}
