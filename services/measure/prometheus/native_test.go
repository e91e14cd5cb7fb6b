package prometheus_test

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	client "github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/measure/prometheus/promtest"
)

// Native histograms cannot be written as OpenMetrics, so that one is scraped. Its
// observations lie far from the threshold: three of four are below, by any estimate.
func TestNativeHistogramsAreReadFromARealPrometheus(t *testing.T) {
	t.Parallel()
	registry := client.NewRegistry()
	took := client.NewHistogram(client.HistogramOpts{Name: "took_seconds", NativeHistogramBucketFactor: 1.1})
	registry.MustRegister(took)
	exporter := httptest.NewServer(promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	defer exporter.Close()
	base := promtest.Start(t, promtest.Options{
		Features: []string{"native-histograms"},
		Config: fmt.Sprintf("scrape_configs:\n- job_name: a\n  scrape_interval: 50ms\n  scrape_timeout: 50ms\n  static_configs:\n  - targets: [%q]\n",
			strings.TrimPrefix(exporter.URL, "http://")),
	})
	r, _ := reader(base)
	read := func(l *origin.Latency) origin.Answer {
		now := time.Now().UTC().Truncate(time.Millisecond)
		return r.Read(t.Context(), src, []origin.Ask{{Origin: origin.Origin{Latency: l}, Resolution: time.Minute, From: now.Add(-time.Minute), To: now}})[0]
	}
	latency := &origin.Latency{Metric: "took_seconds", ThresholdSeconds: 1, Native: true}

	// Nothing is observed before the histogram was scraped twice, and then all at once.
	until(t, func() (string, bool) {
		answer := read(latency)
		return fmt.Sprintf("%+v", answer), len(answer.Slots) == 1 && answer.Slots[0].Total == 0
	})
	for range 3 {
		took.Observe(0.1)
	}
	took.Observe(10)
	until(t, func() (string, bool) {
		answer := read(latency)
		// Prometheus extrapolates 4 events by the scrapes' distance, and 3 alike.
		return fmt.Sprintf("%+v", answer), len(answer.Slots) == 1 && answer.Slots[0].Total >= 4000 && answer.Slots[0].Total < 8000 &&
			4*answer.Slots[0].Good-3*answer.Slots[0].Total <= 4 && 4*answer.Slots[0].Good-3*answer.Slots[0].Total >= -4
	})
}

// until polls until something is so.
func until(t *testing.T, so func() (string, bool)) {
	t.Helper()
	deadline := time.After(30 * time.Second)
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		got, ok := so()
		if ok {
			return
		}
		select {
		case <-deadline:
			t.Fatalf("at last there is %s", got)
		case <-tick.C:
		}
	}
}
