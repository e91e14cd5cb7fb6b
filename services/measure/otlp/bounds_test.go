package otlp

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	colpb "go.opentelemetry.io/proto/otlp/collector/metrics/v1"
	commonpb "go.opentelemetry.io/proto/otlp/common/v1"
	metricspb "go.opentelemetry.io/proto/otlp/metrics/v1"
	resourcepb "go.opentelemetry.io/proto/otlp/resource/v1"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/origin"
)

// metricsOf is an export of that many metrics called m, of a delta point each.
func metricsOf(n int, resource, scope []*commonpb.KeyValue) *colpb.ExportMetricsServiceRequest {
	m := &metricspb.Metric{Name: "m", Data: &metricspb.Metric_Sum{Sum: &metricspb.Sum{
		IsMonotonic: true, AggregationTemporality: metricspb.AggregationTemporality_AGGREGATION_TEMPORALITY_DELTA,
		DataPoints: []*metricspb.NumberDataPoint{{TimeUnixNano: uint64(noon.UnixNano()), Value: &metricspb.NumberDataPoint_AsInt{AsInt: 1}}},
	}}}
	return &colpb.ExportMetricsServiceRequest{ResourceMetrics: []*metricspb.ResourceMetrics{{
		Resource:     &resourcepb.Resource{Attributes: resource},
		ScopeMetrics: []*metricspb.ScopeMetrics{{Scope: &commonpb.InstrumentationScope{Attributes: scope}, Metrics: slices.Repeat([]*metricspb.Metric{m}, n)}},
	}}}
}

func attributesOf(n, size int) []*commonpb.KeyValue {
	var out []*commonpb.KeyValue
	for i := range n {
		value := &commonpb.AnyValue{Value: &commonpb.AnyValue_StringValue{StringValue: strings.Repeat("x", size)}}
		out = append(out, &commonpb.KeyValue{Key: strconv.Itoa(i), Value: value})
	}
	return out
}

func oneCounter() []*counter {
	is := []origin.Match{{Attribute: "ok", Op: origin.Equal, Value: "true"}}
	return []*counter{ready(Indicator{ID: id.New(noon), Resolution: measure.Minute, Origin: origin.Origin{OTLP: &origin.OTLP{Metric: "m", Good: is}}})}
}

// What names the streams of a metric is hashed, and so it is bounded, as is how
// often. The bounds are those of docs/reference/otlp.md.
func TestWhatNamesStreamsIsBounded(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		request *colpb.ExportMetricsServiceRequest
		refused int64
		says    string
	}{
		"as many attributes as may be":      {metricsOf(3, attributesOf(64, 9), attributesOf(64, 9)), 0, ""},
		"a resource of too many attributes": {metricsOf(3, attributesOf(65, 1), nil), 3, "a resource with 65 attributes; one may have 64"},
		"a scope of too many attributes":    {metricsOf(3, nil, attributesOf(65, 1)), 3, "a scope with 65 attributes; one may have 64"},
		"a resource of too many bytes":      {metricsOf(3, attributesOf(1, 64<<10), nil), 3, "one may have 65536"},
		"a scope of too many bytes":         {metricsOf(3, nil, attributesOf(1, 64<<10)), 3, "one may have 65536"},
		"metrics without end":               {metricsOf(10_002, nil, nil), 2, "is of metric 10001 or a later one"},
	} {
		e, err := readExport(t.Context(), c.request, oneCounter(), noon)
		if err != nil {
			t.Fatal(err)
		}
		if o := e.refused.outcome(); o.Rejected != c.refused || !strings.Contains(o.Message, c.says) {
			t.Errorf("%s: %+v", name, o)
		}
	}
}

func TestAnExportThatNobodyWaitsForIsReadNoFurther(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := readExport(ctx, metricsOf(1, nil, nil), oneCounter(), noon); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// What was left out of an export was counted by its process before: 1,000 events are
// where the counting of the stream begins, and 7 are counted, by hand.
func TestWhatWasLeftOutIsNotTakenForNew(t *testing.T) {
	t.Parallel()
	counters, known := oneCounter(), &book{streams: map[Key]*Stream{}, held: map[id.ID]int{}}
	send := func(at time.Time, streams int, events int64) (total int64) {
		request := metricsOf(1, nil, nil)
		sum := request.ResourceMetrics[0].ScopeMetrics[0].Metrics[0].GetSum()
		sum.AggregationTemporality = metricspb.AggregationTemporality_AGGREGATION_TEMPORALITY_CUMULATIVE
		sum.DataPoints = nil
		for i := range streams {
			sum.DataPoints = append(sum.DataPoints, &metricspb.NumberDataPoint{
				StartTimeUnixNano: uint64(noon.Add(-48 * time.Hour).UnixNano()), TimeUnixNano: uint64(at.UnixNano()),
				Attributes: []*commonpb.KeyValue{{Key: strconv.Itoa(i)}}, Value: &metricspb.NumberDataPoint_AsInt{AsInt: events},
			})
		}
		if streams > MaxPoints { // the last is the one that was left out
			sum.DataPoints[0], sum.DataPoints[streams-1] = sum.DataPoints[streams-1], sum.DataPoints[0]
		}
		e, err := readExport(t.Context(), request, counters, at)
		if err != nil {
			t.Fatal(err)
		}
		c := e.wanted["m"][0].count(known)
		for key, s := range c.changed {
			known.streams[key] = &s
		}
		for _, n := range c.slots {
			total += n.total
		}
		return total
	}
	for i, c := range []struct {
		streams      int
		events, want int64
	}{
		{MaxPoints + 1, 1000, 0}, // the first of all is left out
		{1, 1000, 0},
		{1, 1007, 7 * measure.Event},
	} {
		if got := send(noon.Add(time.Duration(i)*time.Minute), c.streams, c.events); got != c.want {
			t.Errorf("export %d counts %d, want %d", i, got, c.want)
		}
	}
}
