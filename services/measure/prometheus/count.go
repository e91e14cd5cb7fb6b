package prometheus

import (
	"cmp"
	"fmt"
	"math"

	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/origin"
)

// rounding is by how many events good may be above the total, or below none, and be
// taken for it. Half of what a slot can hold is one reason. The other are sums of
// floating-point numbers, of which the same series in another order are another one:
// adding up a thousand of them is off by 10⁻¹³ of the sum at most. More than that is
// no rounding: increase extrapolates each series by its own samples, good and total
// alike where one is a part of the other, and a bucket never above its histogram's
// count.
func rounding(total float64) float64 { return max(0.5/measure.Event, 1e-12*total) }

// flaw is why a slot has no data; the zero value is none.
type flaw struct {
	reason origin.Reason
	detail string
}

func flawed(reason origin.Reason, format string, args ...any) flaw {
	return flaw{reason, short(fmt.Sprintf(format, args...), maxDetail)}
}

// rule is how two queries become events.
type rule struct {
	bad          bool // the part is of bad events
	absentIsNone bool // no good events beside a total are 0
	several      bool // series are summed, instead of being one too many
	// unmatched says what it means that no good events beside a total are not 0.
	unmatched string
}

// unknown is unmatched of queries that may be anything.
const unknown = "the query for the good ones gives nothing: all of them may be bad, or the query may match nothing; with a query for bad events, none is 0"

// count makes a slot's events, in thousandths, of how many are good (or bad) and how
// many there are in all.
func (r rule) count(part, total cell) (good, all int64, f flaw) {
	name := "good"
	if r.bad {
		name = "bad"
	}
	if f := total.single(r.several, "total"); f.reason != "" {
		return 0, 0, f
	}
	if f := part.single(r.several, name); f.reason != "" {
		return 0, 0, f
	}
	if total.series == 0 {
		if part.series > 0 && part.value > 0 {
			return 0, 0, flawed(origin.Ambiguous, "there are %g %s events and no total", part.value, name)
		}
		return 0, 0, flawed(origin.NoSample, "there is no total in this slot; it has to hold at least two samples")
	}
	n, f := events(total.value, "total")
	if f.reason != "" {
		return 0, 0, f
	}
	if n == 0 && (part.series == 0 || math.IsNaN(part.value) || math.Abs(part.value) <= rounding(0)) {
		return 0, 0, flaw{} // nothing happened; 0 ÷ 0 is NaN
	}
	if part.series == 0 {
		switch {
		case r.bad:
			return n, n, flaw{}
		case r.absentIsNone:
			return 0, n, flaw{}
		}
		return 0, 0, flawed(origin.Ambiguous, "there are %g events and %s", total.value, cmp.Or(r.unmatched, unknown))
	}
	if part.value > total.value+rounding(total.value) {
		return 0, 0, flawed(origin.GoodAbove, "there are %g %s events and %g in all", part.value, name, total.value)
	}
	p, f := events(part.value, name)
	if f.reason != "" {
		return 0, 0, f
	}
	p = min(p, n)
	if r.bad {
		p = n - p
	}
	return p, n, flaw{}
}

// single refuses several series where one is wanted.
func (c cell) single(several bool, name string) flaw {
	if c.series > 1 && !several {
		return flawed(origin.TooMany, "the query for %s gives %d values; sum them up", name, c.series)
	}
	return flaw{}
}

// events turns a number of events into thousandths.
func events(v float64, name string) (int64, flaw) {
	switch {
	case math.IsNaN(v) || math.IsInf(v, 0):
		return 0, flawed(origin.NotNumber, "%s is %g", name, v)
	case v < -rounding(0):
		return 0, flawed(origin.Negative, "%s is %g", name, v)
	case v > measure.MaxEventsPerSlot:
		return 0, flawed(origin.TooMany, "%s is %g, and a slot holds %d events", name, v, int64(measure.MaxEventsPerSlot))
	}
	n, err := measure.Thousandths(max(v, 0))
	if err != nil {
		return 0, flawed(origin.NotNumber, "%s %v", name, err)
	}
	return n, flaw{}
}

// share makes events of a share of good (or bad) ones and of how many there are in
// all. A slot that has events and no share has no data: that of an absent share is
// not 0, as an absent number of bad events is.
func (r rule) share(share, weight cell) (good, all int64, f flaw) {
	if f := share.single(false, "the share"); f.reason != "" {
		return 0, 0, f
	}
	if share.series == 0 && (weight.series == 0 || weight.value > rounding(0)) {
		return 0, 0, flawed(origin.NoSample, "there is no share in this slot")
	}
	const off = 1e-9 // as far as a quotient of sums may be off
	switch v := share.value; {
	case math.IsInf(v, 0):
		return 0, 0, flawed(origin.NotNumber, "the share is %g", v)
	case v < -off:
		return 0, 0, flawed(origin.Negative, "the share is %g", v)
	case v > 1+off:
		return 0, 0, flawed(origin.GoodAbove, "the share is %g, and 1 is all", v)
	}
	part := cell{series: share.series, value: min(max(share.value, 0), 1) * weight.value} // NaN stays NaN
	return r.count(part, weight)
}

// compared makes events of values, of which each is one.
func compared(c cell) (good, all int64, f flaw) {
	switch {
	case c.series == 0:
		return 0, 0, flawed(origin.NoSample, "there is no value in this slot")
	case c.numbers == 0:
		return 0, 0, flawed(origin.NotNumber, "the value is NaN")
	}
	return int64(c.good) * measure.Event, int64(c.numbers) * measure.Event, flaw{}
}

// keeps returns the comparison of a threshold.
func keeps(t *origin.Threshold) func(float64) bool {
	switch t.Op {
	case origin.LTE:
		return func(v float64) bool { return v <= t.Value }
	case origin.GTE:
		return func(v float64) bool { return v >= t.Value }
	case origin.LT:
		return func(v float64) bool { return v < t.Value }
	default:
		return func(v float64) bool { return v > t.Value }
	}
}
