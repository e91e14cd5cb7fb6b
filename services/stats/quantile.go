package stats

import "math"

// Quantile is the value below which the share p of the values lies, which are sorted and one at
// least: between two of them it is on the line that joins them. The first is that of 0, the last
// that of 1.
//
// Source: definition 7 of R. J. Hyndman and Y. Fan (1996), “Sample Quantiles in Statistical
// Packages”, The American Statistician 50, 361–365; the default of R and NumPy.
func Quantile(sorted []float64, p float64) float64 {
	at := float64(len(sorted)-1) * min(max(p, 0), 1)
	low := math.Floor(at)
	high := min(int(low)+1, len(sorted)-1)
	return sorted[int(low)] + (at-low)*(sorted[high]-sorted[int(low)])
}
