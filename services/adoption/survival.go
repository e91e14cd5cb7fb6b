package adoption

import (
	"slices"
	"time"
)

// Wait is how long a team took to its first SLO, or has been without one until now.
type Wait struct {
	For  time.Duration
	Open bool // it has none yet: it will take longer than that
}

// Quantiles are the times within which a quarter, half and three quarters of all come to it. One that is
// not reached yet is nil: it is not known, however long those who came to it took.
type Quantiles struct {
	Quarter, Half, ThreeQuarters *time.Duration
}

// QuantilesOf estimates the quantiles of waits of which some are still open, by the estimator of Kaplan
// and Meier (J. Am. Stat. Assoc. 53, 1958, 457-481): the share that is still waiting beyond t is the
// product over all times up to t at which somebody came to it of 1 - d/n, d having come to it at that time
// of n who had waited until then. A quantile p is the first time at which that share is at most 1 - p.
// The mean or median of those alone who came to it would tell too short a time, the more the more are open.
func QuantilesOf(waits []Wait) Quantiles {
	waits = slices.Clone(waits)
	slices.SortFunc(waits, func(a, b Wait) int { return int(max(-1, min(1, a.For-b.For))) })
	var q Quantiles
	// The share as a fraction would lose exactness in a product of thousands; the comparison is spared
	// what is lost by a margin far below one in the number of teams.
	share, margin := 1.0, 1e-9
	for i := 0; i < len(waits); {
		at, came, left := waits[i].For, 0, len(waits)-i
		for ; i < len(waits) && waits[i].For == at; i++ {
			if !waits[i].Open {
				came++
			}
		}
		if came == 0 {
			continue
		}
		share *= 1 - float64(came)/float64(left)
		for _, one := range []struct {
			into **time.Duration
			left float64
		}{{&q.Quarter, 0.75}, {&q.Half, 0.5}, {&q.ThreeQuarters, 0.25}} {
			if *one.into == nil && share <= one.left+margin {
				*one.into = &at
			}
		}
	}
	return q
}
