package stats

import (
	"math"
	"math/rand/v2"
	"os"
	"testing"
)

// Whoever looks after every one of 2,000 events, and believes the first bound that
// excludes the truth, is to be wrong in at most 5 of 100 runs. The seed is fixed.
func TestASequenceHoldsHoweverOftenItIsLookedAt(t *testing.T) {
	t.Parallel()
	runs := 500
	if os.Getenv("EVENKEEL_TEST_EVERYTHING") != "" {
		runs = 20_000
	}
	const events, alpha = 2000, 0.05
	for _, p := range []float64{0.5, 0.95, 0.99} {
		random := rand.New(rand.NewPCG(1970, 2021))
		s, wrong, wrongOnce := shareOf(p), 0, 0
		for range runs {
			good, always, once := 0.0, false, false
			for n := 1.0; n <= events && !(always && once); n++ {
				if random.Float64() < p {
					good++
				}
				always = always || (Sequence{alpha}).excludes(good, n-good, s)
				// Every tenth look is often enough to show what looking does to it.
				once = once || int(n)%10 == 0 && ((Exact{alpha / 2}).above(good, n, s) || (Exact{alpha / 2}).below(good, n, s))
			}
			if always {
				wrong++
			}
			if once {
				wrongOnce++
			}
		}
		t.Logf("p = %v: of %d runs the sequence was ever wrong in %d, Clopper and Pearson's bounds in %d", p, runs, wrong, wrongOnce)
		// Four standard deviations of a binomial share of α above it.
		if limit := alpha + 4*math.Sqrt(alpha*(1-alpha)/float64(runs)); float64(wrong) > limit*float64(runs) {
			t.Errorf("p = %v: the sequence was ever wrong in %d of %d runs", p, wrong, runs)
		}
		if wrong == 0 {
			t.Errorf("p = %v: the sequence was never wrong in %d runs: it is so cautious that it says nothing", p, runs)
		}
		if float64(wrongOnce) < 2*alpha*float64(runs) {
			t.Errorf("p = %v: bounds for one look were ever wrong in only %d of %d runs", p, wrongOnce, runs)
		}
	}
}
