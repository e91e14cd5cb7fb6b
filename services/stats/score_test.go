package stats

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// told is a forecast with what came of it.
type told struct {
	p        float64
	happened bool
}

func tally(bins int, forecasts ...told) Tally {
	t := make(Tally, bins)
	for _, f := range forecasts {
		t.Add(f.p, f.happened)
	}
	return t
}

// The example in scikit-learn's documentation of brier_score_loss, of version 1.6: y_true
// [0, 1, 1, 0], y_prob [0.1, 0.9, 0.8, 0.3] make 0.037…, by hand (0.01 + 0.01 + 0.04 +
// 0.09) ÷ 4 = 0.0375.
func TestTheBrierScoreIsThePublishedOne(t *testing.T) {
	t.Parallel()
	s, some := tally(10, told{0.1, false}, told{0.9, true}, told{0.8, true}, told{0.3, false}).Score()
	if !some {
		t.Fatal("four forecasts have no score")
	}
	near(t, "the Brier score", s.Brier, 0.0375, 1e-12)
	near(t, "the uncertainty", s.Uncertainty, 0.25, 1e-12)
	near(t, "the skill", *s.Skill, 0.85, 1e-12) // 1 − 0.0375 ÷ 0.25
}

// The example in scikit-learn's documentation of calibration_curve, of version 1.6, in
// three bins: frequencies 0, 0.5, 1 at means 0.2, 0.525, 0.85.
func TestTheCalibrationIsThePublishedOne(t *testing.T) {
	t.Parallel()
	bins := tally(3,
		told{0.1, false}, told{0.2, false}, told{0.3, false}, told{0.4, false}, told{0.65, true},
		told{0.7, true}, told{0.8, true}, told{0.9, true}, told{1, true})
	for i, want := range []struct{ mean, frequency float64 }{{0.2, 0}, {0.525, 0.5}, {0.85, 1}} {
		near(t, "the mean", bins[i].Mean(), want.mean, 1e-12)
		near(t, "the frequency", bins[i].Frequency(), want.frequency, 1e-12)
	}
}

// Worked by hand. Ten forecasts of 0.1, of which one came true, ten of 0.8, of which six
// did: base rate 7 ÷ 20 = 0.35.
// Brier = (1·0.81 + 9·0.01 + 6·0.04 + 4·0.64) ÷ 20 = 3.7 ÷ 20 = 0.185.
// Reliability = ½·(0.1 − 0.1)² + ½·(0.8 − 0.6)² = 0.02.
// Resolution = ½·(0.1 − 0.35)² + ½·(0.6 − 0.35)² = 0.0625.
// Uncertainty = 0.35 · 0.65 = 0.2275, and 0.02 − 0.0625 + 0.2275 = 0.185.
func TestTheDecompositionIsMurphys(t *testing.T) {
	t.Parallel()
	bins := make(Tally, 10)
	for i := range 10 {
		bins.Add(0.1, i < 1)
		bins.Add(0.8, i < 6)
	}
	s, _ := bins.Score()
	near(t, "the Brier score", s.Brier, 0.185, 1e-12)
	near(t, "the reliability", s.Reliability, 0.02, 1e-12)
	near(t, "the resolution", s.Resolution, 0.0625, 1e-12)
	near(t, "the uncertainty", s.Uncertainty, 0.2275, 1e-12)
	near(t, "what differs within bins", s.Within, 0, 1e-12)
	near(t, "the skill", *s.Skill, 1-0.185/0.2275, 1e-12)
}

// Worked by hand: 0.1 and 0.15 lie in one bin, and the first came true. Brier = (0.81 +
// 0.0225) ÷ 2 = 0.41625; reliability (0.125 − 0.5)² = 0.140625, no resolution, uncertainty
// 0.25; variance 0.025² = 0.000625, covariance 0.1 ÷ 2 − 0.125 · 0.5 = −0.0125, so that
// 0.000625 + 0.025 = 0.025625 is the rest.
func TestProbabilitiesThatDifferInABinAreAPartOfTheirOwn(t *testing.T) {
	t.Parallel()
	s, _ := tally(10, told{0.1, true}, told{0.15, false}).Score()
	near(t, "the Brier score", s.Brier, 0.41625, 1e-12)
	near(t, "the reliability", s.Reliability, 0.140625, 1e-12)
	near(t, "what differs within bins", s.Within, 0.025625, 1e-12)
}

func TestNothingIsScoredOfNothing(t *testing.T) {
	t.Parallel()
	if s, some := make(Tally, 10).Score(); some || s != (Score{}) {
		t.Errorf("%+v of no forecast", s)
	}
	for _, happened := range []bool{true, false} {
		if s, some := tally(10, told{0.2, happened}, told{0.9, happened}).Score(); !some || s.Skill != nil {
			t.Errorf("skill %v, where nothing else ever happened", *s.Skill)
		}
	}
}

func TestBinsHoldTheirLowerBound(t *testing.T) {
	t.Parallel()
	for p, want := range map[float64]int{0: 0, 0.0999: 0, 0.1: 1, 0.25: 2, 0.3: 3, 0.6: 6, 0.7: 7, 0.8999: 8, 0.9: 9, 0.9975: 9, 1: 9} {
		if got := make(Tally, 10).Bin(p); got != want {
			t.Errorf("%v is in bin %d, want %d", p, got, want)
		}
	}
}

// The slow way, forecast by forecast; and the parts always make the whole.
func TestTheScoreEqualsTheOneThatIsSummedUpOneByOne(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 60).Draw(t, "n")
		bins, halves := make(Tally, 10), [2]Tally{make(Tally, 10), make(Tally, 10)}
		var sum float64
		for range n {
			p, happened := float64(rapid.IntRange(0, 400).Draw(t, "of 400"))/400, rapid.Bool().Draw(t, "happened")
			bins.Add(p, happened)
			halves[rapid.IntRange(0, 1).Draw(t, "half")].Add(p, happened)
			outcome := 0.0
			if happened {
				outcome = 1
			}
			sum += (p - outcome) * (p - outcome)
		}
		s, _ := bins.Score()
		if want := sum / float64(n); math.Abs(s.Brier-want) > 1e-12 {
			t.Fatalf("Brier %v, one by one %v", s.Brier, want)
		}
		if whole := s.Reliability - s.Resolution + s.Uncertainty + s.Within; math.Abs(s.Brier-whole) > 1e-12 {
			t.Fatalf("Brier %v, its parts %v", s.Brier, whole)
		}
		for i, b := range bins {
			if both := halves[0][i].Plus(halves[1][i]); both != b {
				t.Fatalf("bin %d is %+v, of its halves %+v", i, b, both)
			}
		}
	})
}
