package statistics

import (
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/services/stats"
)

// Fewest is from how many values on quantiles say more than the values themselves.
const Fewest = 5

// Edges are where the bins of a histogram of lengths of time begin and end: each about twice as
// far as the one before, at round times. What is shorter than the first is in the first bin, and
// what is as long as the last or longer in the last.
var Edges = []time.Duration{
	0, time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 20 * time.Minute, 40 * time.Minute, 80 * time.Minute,
	3 * time.Hour, 6 * time.Hour, 12 * time.Hour, 24 * time.Hour, 2 * 24 * time.Hour, 4 * 24 * time.Hour, 8 * 24 * time.Hour,
}

// Quantiles are those of Fewest values or more.
type Quantiles struct{ Min, P25, Median, P75, P90, Max float64 }

// Distribution is of numbers of which some are not known.
type Distribution struct {
	N, Unknown int
	// Values are sorted; nil where there are Fewest or more, and Quantiles is nil otherwise.
	Values    []float64
	Quantiles *Quantiles
}

// Durations are a distribution of lengths of time, in seconds.
type Durations struct {
	Distribution
	// Bins are how many lie from each of Edges to the next, and from the last on.
	Bins []int
}

func distribute(values []float64, unknown int) Distribution {
	slices.Sort(values)
	d := Distribution{N: len(values), Unknown: unknown}
	if d.N < Fewest {
		d.Values = slices.Concat([]float64{}, values)
		return d
	}
	q := func(p float64) float64 { return stats.Quantile(values, p) }
	d.Quantiles = &Quantiles{q(0), q(0.25), q(0.5), q(0.75), q(0.9), q(1)}
	return d
}

func durations(of []time.Duration, unknown int) Durations {
	out := Durations{Bins: make([]int, len(Edges))}
	values := make([]float64, len(of))
	for n, d := range of {
		values[n] = d.Seconds()
		bin := len(Edges) - 1
		for bin > 0 && d < Edges[bin] {
			bin--
		}
		out.Bins[bin]++
	}
	out.Distribution = distribute(values, unknown)
	return out
}
