package otlp

import (
	"testing"
	"time"

	colpb "go.opentelemetry.io/proto/otlp/collector/metrics/v1"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/origin"
)

var noon = time.Date(2026, 3, 14, 12, 0, 30, 0, time.UTC)

// someCounters want a sum and histograms called m, whole and by group.
func someCounters() []*counter {
	is := []origin.Match{{Attribute: "ok", Op: origin.Equal, Value: "true"}}
	var out []*counter
	for i, o := range []origin.Origin{
		{OTLP: &origin.OTLP{Metric: "m", Good: is}},
		{OTLP: &origin.OTLP{Metric: "m", Bad: is, Where: []origin.Match{{Attribute: "a", Op: origin.MatchesRE, Value: "x.*"}}}},
		{OTLP: &origin.OTLP{Metric: "m", Threshold: 0.5}},
		{OTLP: &origin.OTLP{Metric: "m", Good: is}, GroupBy: "a", MaxGroups: 1},
	} {
		resolution := measure.Minute
		if i%2 == 1 {
			resolution = measure.FiveMinutes
		}
		out = append(out, ready(Indicator{ID: id.New(noon), Resolution: resolution, Origin: o}))
	}
	return out
}

// FuzzExport counts any bytes, twice: whatever they are, what comes of them can be
// stored, and the second time nothing does.
func FuzzExport(f *testing.F) {
	for _, seed := range []string{
		`{"resourceMetrics":[{"resource":{"attributes":[{"key":"a","value":{"stringValue":"xy"}}]},"scopeMetrics":[{"scope":{"name":"s"},"metrics":[
		 {"name":"m","sum":{"aggregationTemporality":2,"isMonotonic":true,"dataPoints":[
		  {"startTimeUnixNano":"1773489600000000000","timeUnixNano":"1773489610000000000","asInt":"7","attributes":[{"key":"ok","value":{"boolValue":true}}]},
		  {"timeUnixNano":"1773489610000000000","asDouble":1.5}]}},
		 {"name":"m","histogram":{"aggregationTemporality":1,"dataPoints":[{"timeUnixNano":"1773489610000000000","count":"3","explicitBounds":[0.5],"bucketCounts":["1","2"]}]}},
		 {"name":"m","exponentialHistogram":{"aggregationTemporality":1,"dataPoints":[{"timeUnixNano":"1773489610000000000","count":"3","scale":0,"positive":{"offset":-2,"bucketCounts":["1","2"]}}]}},
		 {"name":"m","gauge":{"dataPoints":[{}]}},{"name":"m","summary":{"dataPoints":[{}]}}]}]}]}`,
		`{}`,
	} {
		request := &colpb.ExportMetricsServiceRequest{}
		if err := protojson.Unmarshal([]byte(seed), request); err != nil {
			f.Fatal(err)
		}
		raw, err := proto.Marshal(request)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		request := &colpb.ExportMetricsServiceRequest{}
		if proto.Unmarshal(raw, request) != nil {
			return
		}
		counters, known := someCounters(), &book{streams: map[Key]*Stream{}}
		for round := range 2 {
			e, err := readExport(t.Context(), request, counters, noon)
			if err != nil {
				t.Fatal(err)
			}
			for _, one := range e.wanted["m"] {
				c := one.count(known)
				for _, b := range c.batches(one) {
					for _, s := range b.Slots {
						if s.Good < 0 || s.Good > s.Total || s.Total > measure.MaxEventsPerSlot*measure.Event {
							t.Errorf("%d good of %d", s.Good, s.Total)
						}
						if !s.Start.Truncate(b.Resolution).Equal(s.Start) || s.Start.After(noon) {
							t.Errorf("a slot begins at %s", s.Start)
						}
						if round == 1 && s.Total != 0 {
							t.Errorf("the same export counts %d again", s.Total)
						}
					}
				}
				for key, s := range c.changed {
					known.streams[key] = &s
				}
			}
			if o := e.refused.outcome(); (o.Rejected == 0) != (o.Message == "") || len(o.Message) > 10_000 {
				t.Errorf("%+v", o)
			}
		}
	})
}
