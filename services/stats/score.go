package stats

import "math"

// Scale is what a probability of one is in the sums of a Bin: they are whole numbers,
// so that it does not matter in which order forecasts are counted.
const Scale = 10_000

// Bin counts forecasts of probabilities that are near each other.
type Bin struct {
	N        int64
	Happened int64 // of how many came true what they were of
	// Said is the sum of their probabilities, Squares that of the squares, and Hit the sum
	// of the probabilities of those that came true; in parts of Scale, Squares of Scale².
	Said, Squares, Hit int64
}

// Plus is what both count.
func (b Bin) Plus(o Bin) Bin {
	return Bin{b.N + o.N, b.Happened + o.Happened, b.Said + o.Said, b.Squares + o.Squares, b.Hit + o.Hit}
}

// Mean is the mean of the probabilities; not a number of no forecast.
func (b Bin) Mean() float64 { return float64(b.Said) / Scale / float64(b.N) }

// Frequency is how often what they were of happened; not a number of no forecast.
func (b Bin) Frequency() float64 { return float64(b.Happened) / float64(b.N) }

// Tally counts forecasts in bins of equal width from 0 to 1, of which each holds its
// lower bound, and the last 1 too.
type Tally []Bin

// Bin is the number of the bin that the probability, 0 to 1, belongs to.
func (t Tally) Bin(p float64) int { return min(int(parts(p)*int64(len(t))/Scale), len(t)-1) }

// Add counts a forecast of that probability, which is rounded to the nearest part of Scale.
func (t Tally) Add(p float64, happened bool) {
	b, said := &t[t.Bin(p)], parts(p)
	b.N++
	b.Said += said
	b.Squares += said * said
	if happened {
		b.Happened++
		b.Hit += said
	}
}

func parts(p float64) int64 { return int64(math.Round(p * Scale)) }

// All is all that is counted, as one bin.
func (t Tally) All() Bin {
	var all Bin
	for _, b := range t {
		all = all.Plus(b)
	}
	return all
}

// Score tells how good forecasts were.
type Score struct {
	// Brier is the mean of (probability − outcome)², the outcome being 1 or 0: 0 is
	// perfect, and the less the better.
	//
	// Source: G. W. Brier (1950), “Verification of forecasts expressed in terms of
	// probability”, Monthly Weather Review 78, 1–3, halved, as is usual for an event that
	// happens or does not.
	Brier float64
	// It is Reliability − Resolution + Uncertainty + Within. Reliability is how far from the
	// probabilities of each bin the frequency was, Resolution how far from each other the
	// frequencies of the bins are, and Uncertainty the score of who always says how often it
	// happens in the end, the base rate.
	//
	// Source: A. H. Murphy (1973), “A new vector partition of the probability score”,
	// Journal of Applied Meteorology 12, 595–600.
	Reliability, Resolution, Uncertainty float64
	// Within is what probabilities that differ in one bin add: their variance, less twice
	// their covariance with the outcome.
	//
	// Source: D. B. Stephenson, C. A. S. Coelho, I. T. Jolliffe (2008), “Two extra components
	// in the Brier score decomposition”, Weather and Forecasting 23, 752–757.
	Within float64
	// Skill is 1 − Brier ÷ Uncertainty: 1 is perfect, 0 as good as always saying the base
	// rate, and below 0 worse; nil where all of it happened or none, which tells nothing.
	Skill *float64
}

// Score scores what is counted; false where that is nothing.
func (t Tally) Score() (Score, bool) {
	all := t.All()
	if all.N == 0 {
		return Score{}, false
	}
	n, base := float64(all.N), all.Frequency()
	// Σ(p − o)² = Σp² − 2·Σp·o + Σo
	s := Score{
		Brier:       (float64(all.Squares)/Scale/Scale - 2*float64(all.Hit)/Scale + float64(all.Happened)) / n,
		Uncertainty: base * (1 - base),
	}
	for _, b := range t {
		if b.N == 0 {
			continue
		}
		weight, mean, frequency := float64(b.N)/n, b.Mean(), b.Frequency()
		s.Reliability += weight * (mean - frequency) * (mean - frequency)
		s.Resolution += weight * (frequency - base) * (frequency - base)
		variance := float64(b.Squares)/Scale/Scale/float64(b.N) - mean*mean
		covariance := float64(b.Hit)/Scale/float64(b.N) - mean*frequency
		s.Within += weight * (variance - 2*covariance)
	}
	if all.Happened > 0 && all.Happened < all.N {
		skill := 1 - s.Brier/s.Uncertainty
		s.Skill = &skill
	}
	return s, true
}
