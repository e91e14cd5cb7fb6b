package stats

import (
	"fmt"
	"math"
	"testing"

	"pgregory.net/rapid"
)

func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if math.IsNaN(got) || math.Abs(got-want) > tolerance {
		t.Errorf("%s is %.10g, want %.10g", what, got, want)
	}
}

func TestIntervalsAreThePublishedOnes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name          string
		t             Trials
		confidence    float64
		wilson, exact Interval
		digit         float64 // half of the last published one
	}{
		// statsmodels, proportion_confint of method "wilson" and "beta".
		{"statsmodels", Trials{20, 18}, 0.95, Interval{.69896635, .97213352}, Interval{.68301729, .98765147}, 5e-9},
		// R. G. Newcombe (1998), “Two-sided confidence intervals for the single
		// proportion”, Statistics in Medicine 17, 857–872, table I, methods 3 and 5.
		{"Newcombe 81 of 263", Trials{263, 81}, 0.95, Interval{.2553, .3662}, Interval{.2527, .3676}, 5e-5},
		{"Newcombe 15 of 148", Trials{148, 15}, 0.95, Interval{.0624, .1605}, Interval{.0578, .1617}, 5e-5},
		{"Newcombe 0 of 20", Trials{20, 0}, 0.95, Interval{0, .1611}, Interval{0, .1684}, 5e-5},
		{"Newcombe 1 of 29", Trials{29, 1}, 0.95, Interval{.0061, .1718}, Interval{.0009, .1776}, 5e-5},
	} {
		exact := Exact{Alpha: (1 - c.confidence) / 2}.Bounds(c.t)
		near(t, c.name+": exact lower", exact.Lower, c.exact.Lower, c.digit)
		near(t, c.name+": exact upper", exact.Upper, c.exact.Upper, c.digit)
		wilson := Wilson(c.t, c.confidence)
		near(t, c.name+": Wilson lower", wilson.Lower, c.wilson.Lower, c.digit)
		near(t, c.name+": Wilson upper", wilson.Upper, c.wilson.Upper, c.digit)
	}
}

// Without any bad event P(X ≥ n) = pⁿ, so that the lower bound is α^(1/n); of 2,995
// good ones it is 99.9 % ("rule of three").
func TestWithoutBadEventsTheExactBoundIsARoot(t *testing.T) {
	t.Parallel()
	for _, n := range []int64{1, 2, 3, 20, 2994, 2995, 1_000_000, 1_000_000_000_000} {
		got := Exact{0.05}.Bounds(Trials{n, n})
		near(t, fmt.Sprint("the lower bound of ", n), math.Log(got.Lower)*float64(n), math.Log(0.05), 1e-3)
		if got.Upper != 1 {
			t.Errorf("the upper bound of %d of %d is %v", n, n, got.Upper)
		}
	}
	if (Exact{0.05}).Above(Trials{2994, 2994}, 0.999) || !(Exact{0.05}).Above(Trials{2995, 2995}, 0.999) {
		t.Error("99.9 % is not held from 2,995 events on") // ln 0.05 ÷ ln 0.999 = 2994.2
	}
}

// Tails of the binomial distribution, by summation of 40-digit decimals: the
// probability of so many good events or more.
func TestTailsOfManyEventsAreThoseOfASummation(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ good, n, p, want, relative float64 }{
		{18, 20, 0.7, 0.03548313229846869, 1e-12},
		{999, 1000, 0.998, 0.40573490811138024, 1e-10},
		{999_000, 1e6, 0.99895, 0.06233459713130416, 1e-10},
		{999_000_000, 1e9, 0.9989985, 0.06689335582939457, 1e-6},
		{999_000_000_000, 1e12, 0.99899995, 0.05683819000116679, 1e-6},
		{999_999_999_997, 1e12, 0.999999999992, 0.042380111991111476, 1e-4}, // the last digit of p
	} {
		near(t, fmt.Sprintf("P(X ≥ %v of %v)", c.good, c.n), atLeast(c.good, c.n, shareOf(c.p))/c.want, 1, c.relative)
	}
	// A half of very many: ½ and half of the middle, which is 1 ÷ √(πn/2).
	for _, n := range []float64{1e4, 1e8, 1e12} {
		near(t, fmt.Sprintf("P(X ≥ half of %v)", n), atLeast(n/2, n, 0), 0.5+1/math.Sqrt(2*math.Pi*n), 1e-7)
	}
}

// Where a sum and the expansion meet they are the same.
func TestTheExpansionOfATailIsItsSum(t *testing.T) {
	t.Parallel()
	for _, p := range []float64{0.5, 0.1, 0.001, 0.00001} {
		n := math.Ceil(fewest / (p * (1 - p)))
		sd := math.Sqrt(n * p * (1 - p))
		for _, z := range []float64{0.01, 0.5, 1.6, 3, 5} {
			k := math.Ceil(n*p + z*sd)
			near(t, fmt.Sprintf("the expansion ÷ the sum at p = %v and z = %v", p, z), expanded(k, n-k+1, p, 1-p)/summed(k, n, p, 1-p), 1, 2e-5)
		}
	}
}

// By hand, at α = 5 %, from B(½,½) = π, B(3/2,½) = π/2, B(5/2,½) = 3π/8 and
// B(3/2,3/2) = π/8.
func TestSequencesOfFewEventsAreThoseWorkedByHand(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		t    Trials
		want Interval
	}{
		{Trials{1, 1}, Interval{0.025, 1}},                         // 1 ÷ 2p = 20
		{Trials{1, 0}, Interval{0, 0.975}},                         // 1 ÷ 2(1−p) = 20
		{Trials{2, 2}, Interval{0.1369306394, 1}},                  // 3 ÷ 8p² = 20
		{Trials{2, 1}, Interval{0.0062895585467, 0.9937104414533}}, // 1 ÷ 8p(1−p) = 20
	} {
		got := Sequence{0.05}.Bounds(c.t)
		near(t, fmt.Sprint("the lower bound of ", c.t), got.Lower, c.want.Lower, 1e-10)
		near(t, fmt.Sprint("the upper bound of ", c.t), got.Upper, c.want.Upper, 1e-10)
	}
}

// With n good events of n, e(½) = C(2n, n) ÷ 2ⁿ: 14.4 of six, 26.8 of seven.
func TestNeededIsTheFirstNumberThatDecides(t *testing.T) {
	t.Parallel()
	if got, some := (Sequence{0.05}).Needed(0, 1, 0.5); got != 7 || !some {
		t.Errorf("of good events %d are needed against ½, want 7", got)
	}
	if got, some := (Sequence{0.05}).Needed(5, 1, 0.5); got != 2 || !some {
		t.Errorf("after five good events %d are needed against ½, want 2", got)
	}
	for _, p := range []float64{0.5, 0.9, 0.999, 0.9999999} {
		if got, some := (Sequence{0.05}).Needed(1000, p, p); some {
			t.Errorf("at a rate of %v, %d are needed to tell it from itself", p, got)
		}
	}
}

func TestExtremesStayWithinZeroAndOne(t *testing.T) {
	t.Parallel()
	for _, n := range []int64{0, 1, 2, 1000, 1_000_000_000, 1_000_000_000_000} {
		for _, good := range []int64{0, 1, n / 2, n - 1, n} {
			if good < 0 || good > n {
				continue
			}
			of := Trials{n, good}
			for name, i := range map[string]Interval{
				"Wilson": Wilson(of, 0.95), "exact": Exact{0.05}.Bounds(of), "sequence": Sequence{0.05}.Bounds(of),
			} {
				rate := 0.0
				if n > 0 {
					rate = float64(good) / float64(n)
				}
				if !(0 <= i.Lower && i.Lower <= rate+1e-12 && rate <= i.Upper+1e-12 && i.Upper <= 1) {
					t.Errorf("%s of %d of %d is %v", name, good, n, i)
				}
				if (n == 0 || good == 0) && i.Lower != 0 || (n == 0 || good == n) && i.Upper != 1 {
					t.Errorf("%s of %d of %d is %v, although nothing speaks against an end", name, good, n, i)
				}
			}
		}
	}
}

func trials(t *rapid.T) Trials {
	n := rapid.OneOf(rapid.Int64Range(1, 200), rapid.Int64Range(1, 10_000_000)).Draw(t, "n")
	return Trials{n, rapid.OneOf(rapid.Int64Range(0, n), rapid.Int64Range(n-min(n, 20), n)).Draw(t, "good")}
}

func bounds(of Trials, alpha float64) map[string]Interval {
	return map[string]Interval{"Wilson": Wilson(of, 1-2*alpha), "exact": Exact{alpha}.Bounds(of), "sequence": Sequence{alpha}.Bounds(of)}
}

func TestGoodAndBadAreSymmetric(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		of, alpha := trials(t), rapid.Float64Range(0.001, 0.4).Draw(t, "alpha")
		mirrored := bounds(Trials{of.N, of.N - of.Good}, alpha)
		for name, i := range bounds(of, alpha) {
			if m := mirrored[name]; math.Abs(i.Lower-(1-m.Upper)) > 1e-9 || math.Abs(i.Upper-(1-m.Lower)) > 1e-9 {
				t.Fatalf("%s of %v is %v, of what is bad %v", name, of, i, m)
			}
		}
	})
}

func TestBoundsGrowWithGoodEventsAndWidenWithConfidence(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		of, alpha := trials(t), rapid.Float64Range(0.001, 0.4).Draw(t, "alpha")
		better := bounds(Trials{of.N, min(of.Good+1, of.N)}, alpha)
		surer := bounds(of, alpha/2)
		for name, i := range bounds(of, alpha) {
			if b := better[name]; b.Lower < i.Lower-1e-12 || b.Upper < i.Upper-1e-12 {
				t.Fatalf("%s of %v is %v, of one more good event %v", name, of, i, b)
			}
			if s := surer[name]; s.Lower > i.Lower+1e-12 || s.Upper < i.Upper-1e-12 {
				t.Fatalf("%s of %v is %v, and surer %v", name, of, i, s)
			}
		}
		// To be right at every time at once costs something.
		if once, always := (Exact{alpha}).Bounds(of), (Sequence{alpha}).Bounds(of); always.Lower > once.Lower+1e-12 || always.Upper < once.Upper-1e-12 {
			t.Fatalf("of %v, %v is for one look and %v for all", of, once, always)
		}
	})
}

func TestVerdictsAreThoseOfTheBounds(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		of, alpha, p := trials(t), rapid.Float64Range(0.001, 0.4).Draw(t, "alpha"), rapid.Float64Range(0.001, 0.9999).Draw(t, "p")
		for name, m := range map[string]interface {
			Bounds(Trials) Interval
			Above(Trials, float64) bool
			Below(Trials, float64) bool
		}{"exact": Exact{alpha}, "sequence": Sequence{alpha}} {
			i, above, below := m.Bounds(of), m.Above(of, p), m.Below(of, p)
			if math.Abs(i.Lower-p) > 1e-9 && above != (i.Lower >= p) || math.Abs(i.Upper-p) > 1e-9 && below != (i.Upper < p) {
				t.Fatalf("%s of %v against %v: above %v and below %v with %v", name, of, p, above, below, i)
			}
		}
	})
}
