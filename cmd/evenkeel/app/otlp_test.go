package app_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetrichttp"
	"go.opentelemetry.io/otel/metric"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/resource"
	colpb "go.opentelemetry.io/proto/otlp/collector/metrics/v1"
	"google.golang.org/protobuf/encoding/protojson"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/measure/origin"
	objectives "github.com/evenkeel/evenkeel/services/slo"
)

// receives declares an SLO of the service that counts OpenTelemetry metrics.
func (h *house) receives(service, slug string, o origin.Origin) id.ID {
	h.t.Helper()
	v, _, err := h.app.SLOs.Declare(h.system(), id.ID(h.ids["service "+service]), objectives.Declaration{
		Slug: slug, Objective: "99%", Category: objectives.Availability, Origin: o,
	})
	if err != nil {
		h.t.Fatalf("declare %s: %v", slug, err)
	}
	return v.Indicator.ID
}

// counted is what is stored of a slot, in thousandths, in all groups.
type counted struct{ good, total int64 }

// stored returns the slots of an indicator by their minute after the start.
func (h *house) stored(indicator id.ID) map[int]counted {
	h.t.Helper()
	reporters, err := h.app.Measure.Slots(h.t.Context(), indicator, "", start.Add(-time.Hour), start.Add(time.Hour))
	if err != nil {
		h.t.Fatal(err)
	}
	out := map[int]counted{}
	for _, r := range reporters {
		if r.Reporter != "otlp" {
			h.t.Errorf("%s reported", r.Reporter)
		}
		for _, s := range r.Slots {
			minute := int(s.Start.Sub(start) / time.Minute)
			out[minute] = counted{out[minute].good + s.Good, out[minute].total + s.Total}
		}
	}
	return out
}

// holds holds what is stored of an indicator to what was counted by hand.
func (h *house) holds(what string, indicator id.ID, want map[int]counted) {
	h.t.Helper()
	got := h.stored(indicator)
	same := len(got) == len(want)
	for minute, c := range want {
		same = same && got[minute] == c
	}
	if !same {
		h.t.Errorf("%s: stored by minute are %v, want %v", what, got, want)
	}
}

// process is a program that OpenTelemetry's own SDK measures. Its clock is the
// house's.
type process struct {
	h           *house
	began       time.Time
	reader      *sdkmetric.ManualReader
	exporter    *otlpmetrichttp.Exporter
	temporality metricdata.Temporality
	last        time.Time
	requests    metric.Int64Counter
	bytes       metric.Float64Counter
	duration    metric.Float64Histogram
	wait        metric.Float64Histogram
}

func (h *house) process(address, token string, temporality metricdata.Temporality) *process {
	h.t.Helper()
	p := &process{h: h, began: h.clock.Now(), last: h.clock.Now(), temporality: temporality}
	of := func(sdkmetric.InstrumentKind) metricdata.Temporality { return temporality }
	p.reader = sdkmetric.NewManualReader(sdkmetric.WithTemporalitySelector(of))
	provider := sdkmetric.NewMeterProvider(
		sdkmetric.WithReader(p.reader),
		sdkmetric.WithResource(resource.NewSchemaless(attribute.String("service.name", "checkout"), attribute.Bool("canary", false))),
		sdkmetric.WithView(sdkmetric.NewView(sdkmetric.Instrument{Name: "queue.wait"},
			sdkmetric.Stream{Aggregation: sdkmetric.AggregationBase2ExponentialHistogram{MaxSize: 160, MaxScale: 20}})),
	)
	h.t.Cleanup(func() { _ = provider.Shutdown(context.Background()) })
	var err error
	p.exporter, err = otlpmetrichttp.New(h.t.Context(),
		otlpmetrichttp.WithEndpointURL(address+"/otlp/v1/metrics"), otlpmetrichttp.WithCompression(otlpmetrichttp.GzipCompression),
		otlpmetrichttp.WithHeaders(map[string]string{"Authorization": "Bearer " + token}), otlpmetrichttp.WithTemporalitySelector(of),
		otlpmetrichttp.WithRetry(otlpmetrichttp.RetryConfig{}))
	if err != nil {
		h.t.Fatal(err)
	}
	meter := provider.Meter("checkout")
	instruments := []error{nil, nil, nil, nil}
	p.requests, instruments[0] = meter.Int64Counter("http.requests")
	p.bytes, instruments[1] = meter.Float64Counter("work.done")
	p.duration, instruments[2] = meter.Float64Histogram("http.duration", metric.WithUnit("s"), metric.WithExplicitBucketBoundaries(0.1, 0.25, 1))
	p.wait, instruments[3] = meter.Float64Histogram("queue.wait")
	for _, err := range instruments {
		if err != nil {
			h.t.Fatal(err)
		}
	}
	return p
}

// serve counts requests.
func (p *process) serve(n int64, code int, region string) {
	p.requests.Add(p.h.t.Context(), n, metric.WithAttributes(attribute.Int("code", code), attribute.String("region", region)))
}

// export sends what was counted since the last export, or since the process began,
// and returns it as it was sent, to be sent again.
func (p *process) export() *metricdata.ResourceMetrics {
	p.h.t.Helper()
	var all metricdata.ResourceMetrics
	if err := p.reader.Collect(p.h.t.Context(), &all); err != nil {
		p.h.t.Fatal(err)
	}
	began := p.began
	if p.temporality == metricdata.DeltaTemporality {
		began, p.last = p.last, p.h.clock.Now()
	}
	for _, s := range all.ScopeMetrics {
		for _, m := range s.Metrics {
			retime(m.Data, began, p.h.clock.Now())
		}
	}
	p.send(&all)
	return &all
}

func (p *process) send(all *metricdata.ResourceMetrics) {
	p.h.t.Helper()
	if err := p.exporter.Export(p.h.t.Context(), all); err != nil {
		p.h.t.Errorf("export: %v", err)
	}
}

// retime gives the points the times of the house's clock: the SDK reads the
// machine's.
func retime(data metricdata.Aggregation, began, now time.Time) {
	switch d := data.(type) {
	case metricdata.Sum[int64]:
		for i := range d.DataPoints {
			d.DataPoints[i].StartTime, d.DataPoints[i].Time = began, now
		}
	case metricdata.Sum[float64]:
		for i := range d.DataPoints {
			d.DataPoints[i].StartTime, d.DataPoints[i].Time = began, now
		}
	case metricdata.Histogram[float64]:
		for i := range d.DataPoints {
			d.DataPoints[i].StartTime, d.DataPoints[i].Time = began, now
		}
	case metricdata.ExponentialHistogram[float64]:
		for i := range d.DataPoints {
			d.DataPoints[i].StartTime, d.DataPoints[i].Time = began, now
		}
	}
}

var notServerErrors = []origin.Match{{Attribute: "code", Op: origin.MatchesNoRE, Value: "5.."}}

// TestWhatOpenTelemetryExportsIsCounted has OpenTelemetry's own SDK and exporter
// send counters and histograms. All that is stored was counted by hand.
func TestWhatOpenTelemetryExportsIsCounted(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		server := httptest.NewServer(h.handler)
		defer server.Close()
		for name, temporality := range map[string]metricdata.Temporality{"delta": metricdata.DeltaTemporality, "cumulative": metricdata.CumulativeTemporality} {
			where := []origin.Match{{Attribute: "service.name", Op: origin.Equal, Value: "checkout"}, {Attribute: "canary", Op: origin.Equal, Value: "false"}}
			answered := h.receives("checkout", name+"-answered", origin.Origin{OTLP: &origin.OTLP{Metric: "http.requests", Where: where, Good: notServerErrors}})
			fast := h.receives("checkout", name+"-fast", origin.Origin{OTLP: &origin.OTLP{Metric: "http.duration", Threshold: 0.25}})
			waited := h.receives("checkout", name+"-waited", origin.Origin{OTLP: &origin.OTLP{Metric: "queue.wait", Threshold: 0.5}})
			work := h.receives("checkout", name+"-work", origin.Origin{OTLP: &origin.OTLP{Metric: "work.done", Bad: []origin.Match{{Attribute: "lost", Op: origin.Equal, Value: "true"}}}})
			elsewhere := h.receives("finder", name+"-elsewhere", origin.Origin{OTLP: &origin.OTLP{Metric: "http.requests", Good: notServerErrors}})
			begun := h.clock.Advance(10 * time.Second) // and so much that what wants metrics is read anew
			base := int(begun.Sub(start) / time.Minute)
			after := func(minute int, of map[int]counted) map[int]counted {
				out := map[int]counted{}
				for m, c := range of {
					out[base+m+minute] = c
				}
				return out
			}
			ctx := t.Context()

			first := h.process(server.URL, h.tokens["pipeline"], temporality)
			first.serve(7, 200, "eu")
			first.serve(3, 503, "eu")
			for _, d := range []float64{0.1, 0.25, 0.26, 3} {
				first.duration.Record(ctx, d)
			}
			for _, d := range []float64{0, 0.4, 0.5, 0.6} {
				first.wait.Record(ctx, d)
			}
			first.bytes.Add(ctx, 1.2345)
			first.bytes.Add(ctx, 0.5, metric.WithAttributes(attribute.Bool("lost", true)))
			h.clock.Advance(10 * time.Second)
			sent := first.export()
			first.send(sent) // the reply to the first was lost

			first.serve(5, 404, "us")
			first.duration.Record(ctx, 0.2)
			h.clock.Advance(time.Minute)
			sent = first.export()
			first.send(sent)

			h.clock.Advance(10 * time.Second)
			second := h.process(server.URL, h.tokens["pipeline"], temporality) // restarted
			second.serve(2, 200, "eu")
			second.serve(1, 500, "eu")
			second.duration.Record(ctx, 9)
			h.clock.Advance(time.Minute)
			second.export()
			second.serve(9, 200, "eu")
			h.clock.Advance(10 * time.Second)
			second.export()

			h.holds(name+" answered", answered, after(0, map[int]counted{0: {7000, 10_000}, 1: {5000, 5000}, 2: {11_000, 12_000}}))
			wantFast := map[int]counted{0: {2000, 4000}, 1: {1000, 1000}, 2: {0, 1000}}
			wantWaited := map[int]counted{0: {3000, 4000}}
			wantWork := map[int]counted{0: {1235, 1735}} // 1.2345 + 0.5 lost
			if temporality == metricdata.CumulativeTemporality {
				// What was counted before is sent again, and nothing new.
				wantWaited[1], wantWork[1] = counted{}, counted{}
			}
			h.holds(name+" fast", fast, after(0, wantFast))
			h.holds(name+" waited", waited, after(0, wantWaited))
			h.holds(name+" work", work, after(0, wantWork))
			h.holds(name+" of another team", elsewhere, nil)
			h.clock.Advance(start.Add(time.Duration(base+10) * time.Minute).Sub(h.clock.Now()))
		}
	})
}

func TestGroupsOfAMetricAreCountedApart(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		server := httptest.NewServer(h.handler)
		defer server.Close()
		indicator := h.receives("checkout", "by-region", origin.Origin{GroupBy: "region", MaxGroups: 3, OTLP: &origin.OTLP{Metric: "http.requests", Good: notServerErrors}})
		p := h.process(server.URL, h.tokens["pipeline"], metricdata.CumulativeTemporality)
		p.serve(1, 200, "eu")
		h.clock.Advance(10 * time.Second)
		p.export()
		p.serve(2, 200, "us")
		p.serve(4, 500, "us")
		h.clock.Advance(10 * time.Second)
		p.export()
		p.serve(8, 200, "ap") // one group too many: that without a region has more events
		p.serve(16, 200, "")
		p.serve(32, 200, strings.Repeat("x", 200))
		h.clock.Advance(10 * time.Second)
		p.export()
		all, err := h.app.Store.Measure().Series(t.Context(), []id.ID{indicator})
		if err != nil {
			t.Fatal(err)
		}
		groups := map[string]bool{}
		for _, s := range all {
			groups[s.Group] = true
		}
		for _, g := range []string{"eu", "us", origin.Other, origin.None} {
			if !groups[g] || len(groups) != 4 {
				t.Errorf("the groups are %v, %q is wanted among 4", groups, g)
			}
		}
		h.holds("in all regions", indicator, map[int]counted{0: {59_000, 63_000}})
	})
}

// TestAStreamThatIsForgottenBeginsAnew looks at what is known of streams after a
// day without points.
func TestAStreamThatIsForgottenBeginsAnew(t *testing.T) {
	t.Parallel()
	h := open(t, "")
	h.furnish()
	server := httptest.NewServer(h.handler)
	defer server.Close()
	indicator := h.receives("checkout", "answered", origin.Origin{OTLP: &origin.OTLP{Metric: "http.requests", Good: notServerErrors}})
	p := h.process(server.URL, h.tokens["administrator"], metricdata.CumulativeTemporality)
	p.serve(1, 200, "eu")
	h.clock.Advance(10 * time.Second)
	p.export()
	h.clock.Advance(25 * time.Hour)
	run, err := h.app.Jobs.RunNow(h.system(), "prune")
	if err != nil || run.Result["otlp_streams_removed"] != 2 { // the stream, and what stands for its process
		t.Fatalf("%+v, %v", run, err)
	}
	p.serve(1000, 200, "eu")
	p.export() // of which time these are cannot be told
	h.holds("after a day", indicator, map[int]counted{0: {1000, 1000}})
}

// TestExportsAtOnceAreCountedOnce has eight processes export at the same time, and
// each export twice, as after a lost reply: 8 × 10 exports of one event each are 80
// events.
func TestExportsAtOnceAreCountedOnce(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		indicator := h.receives("checkout", "answered", origin.Origin{GroupBy: "region", OTLP: &origin.OTLP{Metric: "http.requests", Good: notServerErrors}})
		h.clock.Advance(time.Minute)
		failed := make(chan error, 16)
		for sender := range 16 {
			go func() {
				var err error
				for n := 1; n <= 10 && err == nil; n++ {
					request := &colpb.ExportMetricsServiceRequest{}
					point := fmt.Sprintf(`{"startTimeUnixNano":"%d","timeUnixNano":"%d","asInt":"%d","attributes":[{"key":"process","value":{"intValue":"%d"}},{"key":"region","value":{"stringValue":"%d"}}]}`,
						start.UnixNano(), start.Add(time.Duration(n)*time.Second).UnixNano(), n, sender/2, sender%4/2)
					err = protojson.Unmarshal(exported(`{"name":"http.requests","sum":{"aggregationTemporality":2,"isMonotonic":true,"dataPoints":[`+point+`]}}`), request)
					if err == nil {
						_, err = h.app.OTLP.Receive(h.system(), request)
					}
				}
				failed <- err
			}()
		}
		for range 16 {
			if err := <-failed; err != nil {
				t.Error(err)
			}
		}
		h.holds("80 events", indicator, map[int]counted{0: {80_000, 80_000}})
	})
}
