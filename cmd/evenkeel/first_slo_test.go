package main

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/cmd/evenkeel/process"
	"github.com/evenkeel/evenkeel/services/measure/prometheus/promtest"
)

// TestTheFirstSLOFromPrometheusIsThereAsThePageSays runs exactly the page's commands
// against the built binary and a real Prometheus. In that each slot of five minutes
// has 200 requests, of which one failed, so that the last 28 days burned all of the
// budget of 99.5 %: 28 × 288 slots have 1,612,800 requests, and 8,064 may fail, as
// many as did. A slot that ends while this runs has no samples.
func TestTheFirstSLOFromPrometheusIsThereAsThePageSays(t *testing.T) {
	t.Parallel()
	const slot = 5 * time.Minute
	end := time.Now().UTC().Add(-time.Minute).Truncate(slot) // which has been read from, with the usual delay
	good, bad := promtest.Series{Name: `http_requests_total{job="checkout",code="200"}`}, promtest.Series{Name: `http_requests_total{job="checkout",code="500"}`}
	steps := 0.0
	for at := end.AddDate(0, 0, -30); !at.After(end); at = at.Add(slot / 2) {
		good.Samples = append(good.Samples, promtest.Sample{At: at, Value: 99.5 * steps})
		bad.Samples = append(bad.Samples, promtest.Sample{At: at, Value: 0.5 * steps})
		steps++
	}
	prometheus := promtest.Start(t, promtest.Options{Series: []promtest.Series{good, bad}})
	r := process.Start(t, process.Options{})
	g := follow(t, r.Dir(), commands(t, "../../docs/how-to/your-first-slo-from-prometheus.md"),
		strings.NewReplacer("http://127.0.0.1:8080", r.Base(), "http://127.0.0.1:9090", prometheus))

	g.expect(1, 0, "slug", "prometheus")
	g.expect(1, 1, "result", "ok")
	g.expect(2, 1, "team.slug", "payments")
	g.expect(3, 0, "objective", "99.5%")
	for job := range 3 {
		g.expect(4, job, "state", "succeeded")
	}
	g.expect(5, 0, "items.0.state", "succeeded")
	g.expect(5, 0, "items.0.cause", "indicator")
	g.expect(5, 0, "items.0.progress.percent", 100.0)
	g.expect(5, 1, "source.slug", "prometheus")
	until, err := time.Parse(time.RFC3339, g.said(6, 0, "windowEnd").(string))
	if err != nil {
		t.Fatal(err)
	}
	lost := float64(until.Sub(end) / slot)
	g.expect(6, 0, "window.total", 1_612_800-200*lost)
	g.expect(6, 0, "window.good", 1_604_736-199*lost)
	g.expect(6, 0, "window.burnedEvents", 8_064-lost)
	if burned, _ := g.said(6, 0, "window.burned").(float64); math.Abs(burned-1) > 1e-12 {
		t.Errorf("burned is %v of the budget, the page says all", burned)
	}
	g.expect(6, 1, "windowDays", 28.0)
	g.expect(6, 1, "stepSeconds", 86400.0)
	g.expect(6, 1, "points.0.sli", 0.995) // of the first of the days before the window
}
