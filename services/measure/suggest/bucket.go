package suggest

import (
	"strconv"

	"github.com/evenkeel/evenkeel/services/measure/prometheus"
)

// bucketShare is the share of observations that should lie at or below the bound
// that is promised.
const bucketShare = 0.99

// choose returns the bound to promise: the least at or below which at least 99 % of
// the observations lay. Where even the last bucket holds fewer, it is the last: the
// objective then says how few. It reports false when nothing was observed. A bound
// that nearly everything keeps would never be missed, and one in the middle of what is
// usual would make every slow minute a violation.
func choose(d prometheus.Distribution) (float64, bool) {
	if len(d.Bounds) == 0 || d.All <= 0 {
		return 0, false
	}
	for i, bound := range d.Bounds {
		if d.Below[i] >= bucketShare*d.All {
			return bound, true
		}
	}
	return d.Bounds[len(d.Bounds)-1], true
}

// spell writes a bound for people: "250 ms", "2.5 s".
func spell(bound float64, unit string) string {
	if unit == "s" && bound < 1 {
		bound, unit = bound*1000, "ms"
	} else if unit == "ms" && bound >= 1000 {
		bound, unit = bound/1000, "s"
	}
	return strconv.FormatFloat(bound, 'g', 6, 64) + " " + unit
}
