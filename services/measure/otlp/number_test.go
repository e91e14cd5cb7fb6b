package otlp

import (
	"math"
	"strings"
	"testing"

	metricspb "go.opentelemetry.io/proto/otlp/metrics/v1"
)

// Counted by hand: buckets (-∞, 0.1], (0.1, 0.25], (0.25, 1], (1, ∞).
func TestAHistogramIsCutAtABound(t *testing.T) {
	t.Parallel()
	bounds := []float64{0.1, 0.25, 1}
	for _, c := range []struct {
		name      string
		threshold float64
		bounds    []float64
		buckets   []uint64
		count     uint64
		want      counts
		says      string // part of the error, empty for none
	}{
		{"the first bound", 0.1, bounds, []uint64{1, 2, 3, 4}, 10, counts{1000, 10_000}, ""},
		{"a bound between", 0.25, bounds, []uint64{1, 2, 3, 4}, 10, counts{3000, 10_000}, ""},
		{"the last bound", 1, bounds, []uint64{1, 2, 3, 4}, 10, counts{6000, 10_000}, ""},
		{"a bound that was computed", 0.3, []float64{0.1 + 0.2}, []uint64{5, 1}, 6, counts{5000, 6000}, ""},
		{"nothing yet", 0.25, bounds, []uint64{0, 0, 0, 0}, 0, counts{}, ""},
		{"no such bound", 0.3, bounds, []uint64{1, 2, 3, 4}, 10, counts{}, "its bounds are 0.1, 0.25, 1"},
		{"no bounds", 0.3, nil, []uint64{10}, 10, counts{}, "its bounds are none"},
		{"a bucket is missing", 0.25, bounds, []uint64{1, 2, 3}, 6, counts{}, "do not add up"},
		{"a count that is another", 0.25, bounds, []uint64{1, 2, 3, 4}, 11, counts{}, "do not add up"},
		{"bounds that fall", 1, []float64{0.25, 0.1, 1}, []uint64{1, 2, 3, 4}, 10, counts{}, "do not rise"},
		{"a bound that is no number", 1, []float64{math.NaN(), 1}, []uint64{1, 2, 3}, 6, counts{}, "do not rise"},
		{"counts that overflow", 0.1, []float64{0.1}, []uint64{math.MaxUint64, 2}, 1, counts{}, "more events than can be counted"},
		{"counts without thousandths", 0.1, []float64{0.1}, []uint64{maxCount, 1}, maxCount + 1, counts{}, "more events than can be counted"},
	} {
		got, err := below(&metricspb.HistogramDataPoint{ExplicitBounds: c.bounds, BucketCounts: c.buckets, Count: c.count}, c.threshold)
		expect(t, c.name, got, err, c.want, c.says)
	}
}

// The buckets by the data model: at scale 0 index i is (2^i, 2^(i+1)], at scale 1
// (2^(i/2), 2^((i+1)/2)], at scale -1 (4^i, 4^(i+1)].
func TestAnExponentialHistogramIsCutOnlyWhereABucketEnds(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name      string
		threshold float64
		scale     int32
		offset    int32
		positive  []uint64
		negative  []uint64
		zero      uint64
		want      counts
		says      string
	}{
		{"a power of two", 4, 0, 0, []uint64{1, 2, 4}, nil, 0, counts{3000, 7000}, ""}, // (1,2] (2,4] | (4,8]
		{"below one", 0.5, 0, -3, []uint64{1, 2, 4}, nil, 0, counts{3000, 7000}, ""},   // (1/8,1/4] (1/4,1/2] | (1/2,1]
		{"a half step", math.Sqrt2, 1, 0, []uint64{1, 2}, nil, 0, counts{1000, 3000}, ""},
		{"a coarse scale", 16, -1, 0, []uint64{1, 2, 4}, nil, 0, counts{3000, 7000}, ""}, // (1,4] (4,16] | (16,64]
		{"zeros and negatives are below", 1, 3, 0, []uint64{9}, []uint64{2}, 3, counts{5000, 14_000}, ""},
		{"all below", 1024, 0, 0, []uint64{1, 1}, nil, 0, counts{2000, 2000}, ""},
		{"all above", 1, 0, 5, []uint64{1, 1}, nil, 0, counts{0, 2000}, ""},
		{"within a bucket", 0.3, 0, -3, []uint64{1, 2, 4}, nil, 0, counts{}, "nearest end at 0.25 and 0.5"},
		{"a power of two that is too fine", 2, -1, 0, []uint64{1}, nil, 0, counts{}, "nearest end at 1 and 4"},
		{"a scale that there is not", 2, 21, 0, []uint64{1}, nil, 0, counts{}, "scale 21"},
		{"an offset at the edge", 2, 0, math.MinInt32, []uint64{1}, nil, 0, counts{1000, 1000}, ""},
		{"counts that overflow", 2, 0, 0, []uint64{math.MaxUint64, 1}, nil, 0, counts{}, "more events than can be counted"},
	} {
		p := &metricspb.ExponentialHistogramDataPoint{
			Scale: c.scale, ZeroCount: c.zero,
			Positive: &metricspb.ExponentialHistogramDataPoint_Buckets{Offset: c.offset, BucketCounts: c.positive},
			Negative: &metricspb.ExponentialHistogramDataPoint_Buckets{BucketCounts: c.negative},
		}
		p.Count, _ = add(c.positive, c.negative, []uint64{c.zero})
		got, err := belowExponential(p, c.threshold)
		expect(t, c.name, got, err, c.want, c.says)
	}
	wide := &metricspb.ExponentialHistogramDataPoint{ZeroThreshold: 2, ZeroCount: 1, Count: 1}
	_, err := belowExponential(wide, 1)
	expect(t, "a zero bucket beyond the threshold", counts{}, err, counts{}, "zero bucket up to 2")
}

func TestANumberOfEventsIsTakenOrRefused(t *testing.T) {
	t.Parallel()
	whole := func(n int64) *metricspb.NumberDataPoint {
		return &metricspb.NumberDataPoint{Value: &metricspb.NumberDataPoint_AsInt{AsInt: n}}
	}
	fraction := func(n float64) *metricspb.NumberDataPoint {
		return &metricspb.NumberDataPoint{Value: &metricspb.NumberDataPoint_AsDouble{AsDouble: n}}
	}
	for _, c := range []struct {
		name  string
		point *metricspb.NumberDataPoint
		good  bool
		want  counts
		says  string
	}{
		{"good ones", whole(7), true, counts{7000, 7000}, ""},
		{"others", whole(7), false, counts{0, 7000}, ""},
		{"a fraction, rounded once from its decimal", fraction(1.0005), true, counts{1001, 1001}, ""},
		{"the most", whole(maxCount), true, counts{maxCount * 1000, maxCount * 1000}, ""},
		{"too many", whole(maxCount + 1), true, counts{}, "more events"},
		{"far too many", fraction(1e300), true, counts{}, "below 9.2"},
		{"negative", whole(-1), true, counts{}, "negative"},
		{"the most negative", whole(math.MinInt64), true, counts{}, "negative"},
		{"a negative fraction", fraction(-0.5), true, counts{}, "negative"},
		{"NaN", fraction(math.NaN()), true, counts{}, "finite"},
		{"an infinity", fraction(math.Inf(1)), true, counts{}, "finite"},
		{"nothing", &metricspb.NumberDataPoint{}, true, counts{}, "no value"},
	} {
		got, err := sum(c.point, c.good)
		expect(t, c.name, got, err, c.want, c.says)
	}
}

func expect(t *testing.T, name string, got counts, err error, want counts, says string) {
	t.Helper()
	switch {
	case says == "" && (err != nil || got != want):
		t.Errorf("%s: got %+v and %v, want %+v", name, got, err, want)
	case says != "" && (err == nil || !strings.Contains(err.Error(), says)):
		t.Errorf("%s: got %+v and %v, want an error about %q", name, got, err, says)
	}
}
