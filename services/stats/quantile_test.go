package stats

import "testing"

// Worked by hand from the definition: of n values the quantile of p is the one at (n−1)·p,
// counted from 0. NumPy's documentation of numpy.quantile has the first row: of
// [10, 7, 4, 3, 2, 1] the median is 3.5.
func TestQuantilesLieOnTheLineBetweenTwoValues(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		of   []float64
		p    float64
		want float64
	}{
		{[]float64{1, 2, 3, 4, 7, 10}, 0.5, 3.5},
		{[]float64{1, 2, 3, 4, 7, 10}, 0.25, 2.25}, // at 1.25
		{[]float64{1, 2, 3, 4, 7, 10}, 0.9, 8.5},   // at 4.5
		{[]float64{1, 2, 3, 4, 7, 10}, 0, 1},
		{[]float64{1, 2, 3, 4, 7, 10}, 1, 10},
		{[]float64{5}, 0.75, 5},
		{[]float64{1, 2}, 0.75, 1.75},
	} {
		near(t, "the quantile", Quantile(c.of, c.p), c.want, 1e-12)
	}
}
