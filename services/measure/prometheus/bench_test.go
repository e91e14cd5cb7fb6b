package prometheus_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/prometheus/prometheus/model/labels"

	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/measure/prometheus"
	"github.com/evenkeel/evenkeel/services/measure/prometheus/promtest"
)

// One operation reads one slot of each of 1,000 indicators from a real Prometheus on
// the same machine: by one request for recorded series, and, to compare, by two for
// each of 100 indicators that are read by themselves.
func BenchmarkRead(b *testing.B) {
	var series []promtest.Series
	for i := range 1000 {
		for _, metric := range []string{"good", "total"} {
			series = append(series, gauge(fmt.Sprintf(`slo:%s{slo="%d",service="s%d",team="t%d"}`, metric, i, i/5, i/50), 90, 90, 90))
		}
	}
	base := promtest.Start(b, promtest.Options{Series: series})
	slot := func(o origin.Origin) origin.Ask {
		return origin.Ask{Origin: o, Resolution: time.Minute, From: ten, To: ten.Add(time.Minute)}
	}
	var together, alone []origin.Ask
	for i := range 1000 {
		together = append(together, slot(origin.Origin{Recorded: &origin.Recorded{Good: "slo:good", Total: "slo:total", Labels: map[string]string{"slo": fmt.Sprint(i)}}}))
	}
	for i := range 100 {
		alone = append(alone, slot(ratio(fmt.Sprintf(`last_over_time(slo:good{slo="%d"}[$window])`, i), "", fmt.Sprintf(`last_over_time(slo:total{slo="%d"}[$window])`, i))))
	}
	for name, asks := range map[string][]origin.Ask{"Recorded1000": together, "Alone100": alone} {
		b.Run(name, func(b *testing.B) {
			r, requests := reader(base)
			for b.Loop() {
				for i, answer := range r.Read(b.Context(), src, asks) {
					if len(answer.Slots) != 1 || answer.Slots[0].Total != 90_000 {
						b.Fatalf("ask %d gives %+v", i, answer)
					}
				}
			}
			b.ReportMetric(float64(requests.requests.Load())/float64(b.N), "requests/op")
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/float64(len(asks)), "µs/indicator")
		})
	}
}

func BenchmarkCompile(b *testing.B) {
	o := ratio(`sum(increase(http_requests_total{job="shop",code!~"5.."}[$window]))`, "", `sum(increase(http_requests_total{job="shop"}[$window]))`)
	matchers := []*labels.Matcher{labels.MustNewMatcher(labels.MatchEqual, "team", "shop")}
	for b.Loop() {
		if _, err := prometheus.Compile("", o, time.Minute, matchers); err != nil {
			b.Fatal(err)
		}
	}
}
