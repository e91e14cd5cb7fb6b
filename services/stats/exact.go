package stats

// Exact is the method of Clopper and Pearson, for a sample that is looked at once,
// at a time that was fixed beforehand. Its bounds are one-sided: each is wrong with a
// probability of at most Alpha, 0 < Alpha < 1. Whoever looks again and again until a
// bound suits is wrong far more often; that is what Sequence is for.
//
// The lower bound is the p at which P(X ≥ good) = α for X of Binomial(n, p), the
// upper that at which P(X ≤ good) = α.
//
// Source: C. J. Clopper and E. S. Pearson (1934), “The use of confidence or fiducial
// limits illustrated in the case of the binomial”, Biometrika 26, 404–413.
type Exact struct{ Alpha float64 }

// Bounds returns the lower and the upper bound. Two-sided at the confidence c they
// are those of Alpha = (1 − c) ÷ 2.
func (e Exact) Bounds(t Trials) Interval {
	out := everything
	good, n := float64(t.Good), float64(t.N)
	if t.Good > 0 {
		out.Lower = boundary(-outermost, outermost, func(s share) bool { return atLeast(good, n, s) <= e.Alpha }).p()
	}
	if t.Good < t.N {
		out.Upper = boundary(-outermost, outermost, func(s share) bool { return atMost(good, n, s) >= e.Alpha }).p()
	}
	return out
}

// Above reports whether the lower bound is at least p, 0 < p < 1.
func (e Exact) Above(t Trials, p float64) bool {
	return e.above(float64(t.Good), float64(t.N), shareOf(p))
}

// Below reports whether the upper bound is less than p, 0 < p < 1.
func (e Exact) Below(t Trials, p float64) bool {
	return e.below(float64(t.Good), float64(t.N), shareOf(p))
}

func (e Exact) above(good, n float64, s share) bool {
	return good > 0 && atLeast(good, n, s) <= e.Alpha
}
func (e Exact) below(good, n float64, s share) bool { return good < n && atMost(good, n, s) < e.Alpha }
