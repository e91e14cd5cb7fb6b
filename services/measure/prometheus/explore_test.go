package prometheus_test

import (
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/measure/prometheus"
	"github.com/evenkeel/evenkeel/services/measure/prometheus/promtest"
)

// A bound of 0.5 s is of one of two routes; the third metric has no bound but +Inf.
func TestADoubtSaysWhatThereIsInsteadOfTheBound(t *testing.T) {
	t.Parallel()
	base := promtest.Start(t, promtest.Options{Series: []promtest.Series{
		gauge(`apart_seconds_bucket{route="/a",le="0.5"}`, 1), gauge(`apart_seconds_bucket{route="/a",le="+Inf"}`, 1),
		gauge(`apart_seconds_bucket{route="/b",le="0.25"}`, 1), gauge(`apart_seconds_bucket{route="/b",le="+Inf"}`, 1),
		gauge(`some_seconds_bucket{route="/a",le="0.5"}`, 1), gauge(`some_seconds_bucket{route="/a",le="1"}`, 1),
		gauge(`some_seconds_bucket{route="/b",le="1.0"}`, 1),
		gauge(`whole_seconds_bucket{le="+Inf"}`, 1),
	}})
	r, _ := reader(base)
	main := src
	main.Address = base
	for metric, want := range map[string]string{
		"apart_seconds": "0.5 is not the bound of a bucket in every series of apart_seconds_bucket; they have no finite bound in common",
		"some_seconds":  "0.5 is not the bound of a bucket in every series of some_seconds_bucket; these are: 1",
		"whole_seconds": "0.5 is not the bound of a bucket in every series of whole_seconds_bucket; they have no finite bound in common",
		"no_seconds":    `the data source "main" had no bucket of no_seconds_bucket in the last hour that the SLO would be read from`,
	} {
		o := origin.Origin{Latency: &origin.Latency{Metric: metric, ThresholdSeconds: 0.5}}
		got, err := r.Doubt(t.Context(), main, prometheus.Scope{TeamSlug: "shop"}, o, ten.Add(time.Minute))
		if err != nil || got != want {
			t.Errorf("%s: %q, %v; want %q", metric, got, err, want)
		}
	}
}
