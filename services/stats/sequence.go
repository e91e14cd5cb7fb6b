package stats

import "math"

// Sequence is the beta-binomial confidence sequence, for a sample that is watched
// while it grows. With a probability of at least 1 − Alpha, 0 < Alpha < 1, its
// bounds hold the true share at every time at once: whoever looks after each event,
// and stops when a bound suits, is wrong with a probability of at most Alpha. Both
// bounds together, that is, not each.
//
// Of good and bad events it excludes each p of which the e-value
//
//	e(p) = B(½ + good, ½ + bad) ÷ (B(½, ½) · p^good · (1−p)^bad)
//
// is 1 ÷ α or more: the likelihood mixed over Beta(½, ½), against that of p. At the
// true p it is a non-negative martingale that starts at 1, so it ever comes to 1 ÷ α
// with a probability of at most α (Ville's inequality).
//
// Sources: H. Robbins (1970), “Statistical methods related to the law of the iterated
// logarithm”, Ann. Math. Statist. 41, 1397–1409: the mixture. S. R. Howard, A. Ramdas,
// J. McAuliffe, J. Sekhon (2021), “Time-uniform, nonparametric, nonasymptotic
// confidence sequences”, Ann. Statist. 49, 1055–1080: the beta-binomial one.
// R. Krichevsky and V. Trofimov (1981), IEEE Trans. Inf. Theory 27, 199–207: the
// halves, which cost least where the share is near 0 or 1, as those of SLOs are.
type Sequence struct{ Alpha float64 }

// prior is both parameters of the beta distribution that is mixed over.
const prior = 0.5

// Bounds returns the lower and the upper bound.
func (c Sequence) Bounds(t Trials) Interval {
	out := everything
	good, bad := float64(t.Good), float64(t.N-t.Good)
	// e(p) is least at p̂; where that is 0 or 1, at the end.
	least := max(-outermost, min(outermost, share(math.Log(good)-math.Log(bad))))
	if t.N == 0 {
		return out
	}
	if t.Good > 0 {
		out.Lower = boundary(-outermost, least, func(s share) bool { return c.excludes(good, bad, s) }).p()
	}
	if t.Good < t.N {
		out.Upper = boundary(least, outermost, func(s share) bool { return !c.excludes(good, bad, s) }).p()
	}
	return out
}

// Above reports whether the lower bound is at least p, 0 < p < 1.
func (c Sequence) Above(t Trials, p float64) bool {
	return c.above(float64(t.Good), float64(t.N), p)
}

// Below reports whether the upper bound is less than p, 0 < p < 1.
func (c Sequence) Below(t Trials, p float64) bool {
	return c.below(float64(t.Good), float64(t.N), p)
}

func (c Sequence) above(good, n, p float64) bool {
	return good > p*n && c.excludes(good, n-good, shareOf(p))
}

func (c Sequence) below(good, n, p float64) bool {
	return good < p*n && c.excludes(good, n-good, shareOf(p))
}

// mostEvents is how many events are counted with when it is asked how many more it
// takes.
const mostEvents = 1_000_000_000_000

// Needed returns how many more events than n it takes until the share is above or
// below p, 0 < p < 1, if it stays at rate; false when none would do, because rate is
// p or so near to it that 10¹² events do not tell them apart. It is at least 1: what
// n events say is for Above and Below.
func (c Sequence) Needed(n int64, rate, p float64) (int64, bool) {
	decided := func(n int64) bool {
		all := float64(n)
		return c.above(rate*all, all, p) || c.below(rate*all, all, p)
	}
	// The evidence is convex in n, so that it decides from some number on.
	low, step := n, int64(1)
	for !decided(n + step) {
		low = n + step
		if step *= 2; n+step > mostEvents {
			return 0, false
		}
	}
	high := n + step
	for high-low > 1 {
		if middle := low + (high-low)/2; decided(middle) {
			high = middle
		} else {
			low = middle
		}
	}
	return high - n, true
}

func (c Sequence) excludes(good, bad float64, s share) bool {
	return evidence(good, bad, s) >= -math.Log(c.Alpha)
}

// evidence is ln e(p). Written with logarithms of the gamma function it would be a
// small difference of numbers of 10¹³; here Stirling's formula is put in, and what
// cancels is left out by hand.
func evidence(good, bad float64, s share) float64 {
	good, bad = good+prior, bad+prior
	n := good + bad
	return deviance(good, n*s.p()) + deviance(bad, n*s.q()) + // n times the relative entropy
		prior*(math.Log(s.p())+math.Log(s.q())) +
		(math.Log(2*math.Pi)+math.Log(n)-math.Log(good)-math.Log(bad))/2 +
		stirlingError(good) + stirlingError(bad) - stirlingError(n) -
		math.Log(math.Pi) // ln B(½, ½)
}
