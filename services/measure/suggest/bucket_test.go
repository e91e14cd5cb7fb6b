package suggest_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/services/measure/collect"
	"github.com/evenkeel/evenkeel/services/measure/prometheus"
	"github.com/evenkeel/evenkeel/services/measure/prometheus/promtest"
	"github.com/evenkeel/evenkeel/services/measure/suggest"
	"github.com/evenkeel/evenkeel/services/source"
)

// 90 % of the requests are answered within a second, and 96 % within two, by one
// instance of two, which alone counts these. A bucket of ten seconds, in which all
// were, was given up yesterday. What every request is counted against is one second.
func TestABoundThatIsNoneAnyMoreIsNotSuggested(t *testing.T) {
	t.Parallel()
	const labels = `{job="web",http_request_method="GET",http_response_status_code="200",instance="`
	series := func(name, instance, more string, step float64) promtest.Series {
		return counter("http_server_request_duration_seconds_"+name+labels+instance+`"`+more+`}`, step, step)
	}
	gone := series("bucket", "a", `,le="10"`, 10)
	for i, s := range gone.Samples {
		if s.At.After(now.Add(-20 * time.Hour)) {
			gone.Samples = gone.Samples[:i]
			break
		}
	}
	base := promtest.Start(t, promtest.Options{Series: []promtest.Series{
		gone, series("bucket", "a", `,le="2"`, 9.6),
		series("bucket", "a", `,le="1"`, 9), series("bucket", "a", `,le="+Inf"`, 10), series("count", "a", "", 10),
		series("bucket", "b", `,le="1.0"`, 9), series("bucket", "b", `,le="+Inf"`, 10), series("count", "b", "", 10),
	}})
	templates, err := suggest.Load(suggest.Builtin(), nil)
	if err != nil {
		t.Fatal(err)
	}
	reader := prometheus.New(func(context.Context, source.Source) (*http.Client, error) { return http.DefaultClient, nil })
	service := suggest.New(reader, collect.NewGates(), templates, func() time.Time { return now.Add(90 * time.Second) })
	report, err := service.Suggest(t.Context(), source.Source{
		ID: sourceID, Slug: "main", Access: source.Access{Address: base}, Limits: source.Limits{Timeout: 30 * time.Second, Concurrency: 4, Delay: time.Minute},
	}, suggest.Request{})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range report.Suggestions {
		if s.Indicator != "latency" {
			continue
		}
		if s.Origin.Latency.ThresholdSeconds != 1 || s.Description != "Requests answered without a server error within 1 s." {
			t.Errorf("%g s is suggested: %s", s.Origin.Latency.ThresholdSeconds, s.Description)
		}
		return
	}
	t.Errorf("no latency is suggested: %+v", report)
}
