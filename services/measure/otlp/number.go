package otlp

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	metricspb "go.opentelemetry.io/proto/otlp/metrics/v1"

	"github.com/evenkeel/evenkeel/services/measure"
)

// counts are good events and all, in thousandths.
type counts struct{ good, total int64 }

// maxCount is the largest number of observations that has thousandths.
const maxCount = math.MaxInt64 / measure.Event

// nearness is how far a threshold may be from a bound, relative to it, to be the
// bound: both were a decimal once, and may have been computed since.
const nearness = 1e-9

var (
	errNoValue  = errors.New("has no value")
	errNegative = errors.New("must not be negative: it is a number of events")
	errTooLarge = errors.New("has more events than can be counted")
	errBuckets  = errors.New("has buckets that do not add up to its count, or bounds that do not rise")
)

// sum is the number of events of a point of a sum, all good or none. The error names the
// value.
func sum(p *metricspb.NumberDataPoint, good bool) (counts, error) {
	var n int64
	var err error
	switch v := p.GetValue().(type) {
	case *metricspb.NumberDataPoint_AsInt:
		switch n = v.AsInt; {
		case n > maxCount:
			err = errTooLarge
		case n < 0:
			err = errNegative
		}
		if err != nil {
			return counts{}, fmt.Errorf("is %d, and %w", n, err)
		}
		n *= measure.Event
	case *metricspb.NumberDataPoint_AsDouble:
		if n, err = measure.Thousandths(v.AsDouble); err == nil && v.AsDouble < 0 {
			err = errNegative
		}
		if err != nil {
			return counts{}, fmt.Errorf("is %s, and %w", number(v.AsDouble), err)
		}
	default:
		return counts{}, errNoValue
	}
	return whole(n, good), nil
}

func whole(n int64, good bool) counts {
	if good {
		return counts{n, n}
	}
	return counts{0, n}
}

func events(good, total uint64) (counts, error) {
	if total > maxCount {
		return counts{}, errTooLarge
	}
	return counts{int64(good) * measure.Event, int64(total) * measure.Event}, nil
}

// observed counts all observations of a histogram, all good or none.
func observed(count uint64, good bool) (counts, error) {
	c, err := events(count, count)
	return whole(c.total, good), err
}

// below counts the observations of a histogram with explicit buckets at or below
// the threshold as good. A bucket reaches up to its bound, inclusive.
func below(p *metricspb.HistogramDataPoint, threshold float64) (counts, error) {
	bounds, buckets := p.GetExplicitBounds(), p.GetBucketCounts()
	at := slices.IndexFunc(bounds, func(b float64) bool { return near(b, threshold) })
	if at < 0 {
		return counts{}, fmt.Errorf("has no bucket that ends at the threshold %s; its bounds are %s", number(threshold), list(bounds))
	}
	if len(buckets) != len(bounds)+1 || !rising(bounds) {
		return counts{}, errBuckets
	}
	good, ok := add(buckets[:at+1])
	bad, fits := add(buckets[at+1:])
	if !ok || !fits {
		return counts{}, errTooLarge
	}
	if good+bad != p.GetCount() {
		return counts{}, errBuckets
	}
	return events(good, p.GetCount())
}

// belowExponential is below for an exponential histogram, whose bucket i reaches
// from base^i to base^(i+1), inclusive, with base = 2^(2^-scale). The threshold
// has to be such a bound at the scale: what lies in a bucket that it cuts is
// neither good nor bad, and nothing is guessed.
func belowExponential(p *metricspb.ExponentialHistogramDataPoint, threshold float64) (counts, error) {
	scale := p.GetScale()
	if scale < -10 || scale > 20 { // the range of the data model
		return counts{}, fmt.Errorf("has the scale %d, which is not -10 to 20", scale)
	}
	exact := math.Log2(threshold) * math.Ldexp(1, int(scale))
	bound := math.Round(exact)
	if !near(math.Exp2(bound*math.Ldexp(1, -int(scale))), threshold) {
		return counts{}, fmt.Errorf("has no bucket that ends at the threshold %s: at its scale %d the nearest end at %s and %s; take a power of two, or explicit buckets",
			number(threshold), scale, number(math.Exp2(math.Floor(exact)*math.Ldexp(1, -int(scale)))), number(math.Exp2(math.Ceil(exact)*math.Ldexp(1, -int(scale)))))
	}
	if p.GetZeroThreshold() > threshold {
		return counts{}, fmt.Errorf("has a zero bucket up to %s, which is above the threshold", number(p.GetZeroThreshold()))
	}
	positive := p.GetPositive().GetBucketCounts()
	// Bucket j of the list has the index offset+j, and ends at the bound offset+j+1.
	upTo := min(max(int64(bound)-int64(p.GetPositive().GetOffset()), 0), int64(len(positive)))
	good, ok := add(positive[:upTo], p.GetNegative().GetBucketCounts(), []uint64{p.GetZeroCount()})
	bad, fits := add(positive[upTo:])
	if !ok || !fits {
		return counts{}, errTooLarge
	}
	if good+bad != p.GetCount() {
		return counts{}, errBuckets
	}
	return events(good, p.GetCount())
}

// add sums counts; the second answer is false when they are too many.
func add(lists ...[]uint64) (uint64, bool) {
	var n uint64
	for _, counts := range lists {
		for _, c := range counts {
			if c > maxCount || n+c > maxCount {
				return 0, false
			}
			n += c
		}
	}
	return n, true
}

func near(bound, threshold float64) bool {
	return math.Abs(bound-threshold) <= nearness*threshold
}

func rising(bounds []float64) bool {
	for i, b := range bounds {
		if math.IsNaN(b) || i > 0 && b <= bounds[i-1] {
			return false
		}
	}
	return true
}

func number(f float64) string { return strconv.FormatFloat(f, 'g', 6, 64) }

// list names at most 20 bounds.
func list(bounds []float64) string {
	if len(bounds) == 0 {
		return "none"
	}
	texts := make([]string, 0, 20)
	for i, b := range bounds {
		if i == 20 {
			texts = append(texts, "…")
			break
		}
		texts = append(texts, number(b))
	}
	return strings.Join(texts, ", ")
}
