package main

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/cmd/evenkeel/process"
	"github.com/evenkeel/evenkeel/services/measure/prometheus/promtest"
)

const goldenSignals = "../../docs/how-to/map-golden-signals.md"

// TestTheGuideToGoldenSignalsDoesWhatItSays runs the guide's commands against the program
// and a Prometheus with a service as OpenTelemetry measures it. In 100 s it has 100
// requests, of which 20 fail: 1 a second, of which a fifth. All successes took more than
// 0.1 s and at most 0.2 s, so that their median is 0.15 s; of a thousand files 250 are open.
func TestTheGuideToGoldenSignalsDoesWhatItSays(t *testing.T) {
	t.Parallel()
	end := time.Now().UTC().Truncate(100 * time.Second).Add(100 * time.Second)
	const name, labels = "http_server_request_duration_seconds", `job="shop/checkout",namespace="shop"`
	steady := func(name string, step float64) promtest.Series { return counted(end, name, step, step) }
	gauge := func(name string, value float64) promtest.Series {
		s := steady(name, 0)
		for i := range s.Samples {
			s.Samples[i].Value = value
		}
		return s
	}
	prometheus := promtest.Start(t, promtest.Options{Series: []promtest.Series{
		steady(name+`_count{`+labels+`,http_response_status_code="200"}`, 80), steady(name+`_count{`+labels+`,http_response_status_code="500"}`, 20),
		steady(name+`_bucket{`+labels+`,http_response_status_code="200",le="0.1"}`, 0), steady(name+`_bucket{`+labels+`,http_response_status_code="200",le="0.2"}`, 80),
		steady(name+`_bucket{`+labels+`,http_response_status_code="200",le="+Inf"}`, 80),
		gauge(`process_open_fds{`+labels+`}`, 250), gauge(`process_max_fds{`+labels+`}`, 1000),
	}})
	r := process.Start(t, process.Options{Dir: t.TempDir()})
	post(t, r, "/v1/data-sources", `{"slug":"prometheus-eu","name":"Prometheus","kind":"prometheus","address":"`+prometheus+`"}`)
	post(t, r, "/v1/teams", `{"slug":"payments","name":"Payments"}`)
	post(t, r, "/v1/services", `{"slug":"checkout","name":"Checkout","team":"payments","kind":"http","tier":2}`)

	f := follow(t, r.Dir(), commands(t, goldenSignals), strings.NewReplacer("http://127.0.0.1:8080", r.Base()))
	for path, want := range map[string]any{
		"items.0.template": "otel-http-server", "items.0.labels.job": "shop/checkout", "items.0.mapping.latency.histogram.metric": name,
		"items.0.mapping.saturation.0.name": "file-descriptors",
		"items.0.mapping.traffic.query":     `sum(rate(http_server_request_duration_seconds_count{job="shop/checkout",namespace="shop"}[$window]))`,
	} {
		f.expect(0, 0, path, want)
	}
	// Nothing was observed of failures but their number.
	f.expect(1, 0, "version", 2.0)
	f.expect(1, 0, "warnings.0.pointer", "/latency/histogram/metric")
	f.expect(2, 0, "signals.0.readings.0.name", "success_p50")
	f.expect(2, 0, "signals.0.readings.2.reason", "no_data")
	for path, want := range map[string]float64{
		"signals.0.readings.0.value": 0.15, "signals.1.readings.0.value": 1, "signals.2.readings.0.value": 0.2, "signals.2.readings.1.value": 0.2, "signals.3.readings.0.value": 0.25,
	} {
		if got, known := f.said(2, 0, path).(float64); !known || math.Abs(got-want) > 1e-9 {
			t.Errorf("%s is %v, want %g", path, f.said(2, 0, path), want)
		}
	}
	f.expect(3, 0, "windowSeconds", 900.0)
	f.expect(3, 0, "signals.3.readings.0.points.23.value", 0.25)
}
