package bench

import (
	"bufio"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/prometheus/promtest"
	"github.com/evenkeel/evenkeel/services/source"
)

// asked is how many SLOs are read from Prometheus, as many to a service as to any
// other.
const asked = 1000

// BenchmarkCollection reads a slot of a minute of a thousand SLOs from a real
// Prometheus on the same machine, from what is due to what is committed, as the job
// does it; the three slots before it are read again, as always. Those that name
// series which rules recorded are read by one query; the others have two queries
// each, of which eight are under way at once, as a data source has by default.
func BenchmarkCollection(b *testing.B) {
	now := time.Now().UTC().Truncate(measure.Minute)
	var recorded []promtest.Series
	for i := range asked {
		for name, v := range map[string]float64{"good": 990, "total": 1000} {
			s := promtest.Series{Name: fmt.Sprintf(`slo:%s{slo="%d"}`, name, i)}
			for minute := -15; minute < 45; minute++ {
				s.Samples = append(s.Samples, promtest.Sample{At: now.Add(time.Duration(minute) * measure.Minute), Value: v})
			}
			recorded = append(recorded, s)
		}
	}
	base := promtest.Start(b, promtest.Options{Series: recorded})
	for _, way := range []struct {
		name, source string // the source of the SLO %d
		queries      float64
	}{
		{"recorded series", `"recorded":{"good":"slo:good","total":"slo:total","labels":{"slo":"%[1]d"}}`, 1},
		{"asked alone", `"ratio":{"good":"last_over_time(slo:good{slo=\"%[1]d\"}[$window])","total":"last_over_time(slo:total{slo=\"%[1]d\"}[$window])"}`, 2 * asked},
	} {
		b.Run(way.name, func(b *testing.B) { collection(b, base, way.name, way.source, way.queries) })
	}
}

func collection(b *testing.B, base, name, from string, most float64) {
	h := newHouse(b, location{dir: b.TempDir()}, 0)
	var delay time.Duration
	_, err := h.Sources.Create(h.system, source.Input{Slug: "prometheus", Name: "Prometheus", Kind: source.Prometheus, Access: source.Access{Address: base}, Delay: &delay})
	check(b, err)
	c := dial(b, serve(b, h.Handler()), h.token)
	for i := range asked {
		body := fmt.Sprintf(`{"slug":"%s","name":"Read","objective":"99.9%%","indicator":{"category":"availability","source":{"dataSource":"prometheus",%s}}}`, sloSlug(i/services), fmt.Sprintf(from, i))
		made, err := c.do("POST", "/v1/services/"+serviceSlug(i%services)+"/slos", "", []byte(body))
		check(b, err)
		if made.status != http.StatusCreated {
			b.Fatalf("declare an SLO: %d %s", made.status, made.body)
		}
	}
	var took, queries []float64
	for range ticks {
		h.clock.ahead.Add(int64(measure.Minute))
		before := answered(b, base)
		run, err := h.Jobs.RunNow(h.system, "collect-measurements")
		check(b, err)
		if run.FinishedAt == nil || run.Result["targets"] != asked || run.Result["slots"] < asked || run.Result["failed"] > 0 || run.Result["unreached"] > 0 {
			b.Fatalf("not everything was read: %+v", run)
		}
		took, queries = append(took, run.FinishedAt.Sub(run.StartedAt).Seconds()), append(queries, answered(b, base)-before)
	}
	results.add(figure{
		name: "queries for a slot of 1,000 SLOs, " + name, this: fmt.Sprintf("%.0f", median(queries)),
		goal: fmt.Sprintf("≤ %.0f", most), met: median(queries) <= most,
	})
	results.add(figure{name: "collection of a slot of 1,000 SLOs, " + name, this: inUnits(median(took)), note: spread(took)})
	b.ReportMetric(median(took)*1e3, "ms/slot")
	b.ReportMetric(median(queries), "queries/slot")
	b.ReportMetric(0, "ns/op")
}

// answered is how many range queries the Prometheus has answered, as it says.
func answered(b *testing.B, base string) float64 {
	b.Helper()
	req, err := http.NewRequestWithContext(b.Context(), http.MethodGet, base+"/metrics", nil)
	check(b, err)
	res, err := http.DefaultClient.Do(req)
	check(b, err)
	defer res.Body.Close()
	var sum float64
	lines := bufio.NewScanner(res.Body)
	for lines.Scan() {
		if text := lines.Text(); strings.HasPrefix(text, "prometheus_http_requests_total{") && strings.Contains(text, `handler="/api/v1/query`) {
			n, err := strconv.ParseFloat(text[strings.LastIndex(text, " ")+1:], 64)
			check(b, err)
			sum += n
		}
	}
	check(b, lines.Err())
	return sum
}
