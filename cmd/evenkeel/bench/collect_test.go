package bench

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/measure/prometheus/promtest"
	"github.com/evenkeel/evenkeel/services/promrules"
	"github.com/evenkeel/evenkeel/services/slo/budget"
	"github.com/evenkeel/evenkeel/services/source"
)

// asked is how many SLOs are read from Prometheus, as many to a service as to any
// other.
const asked = 1000

// way is how SLOs are read.
type way struct {
	name, source string // the source of the SLO %d
	queries      float64
	delay        time.Duration
	// warm is how many minutes pass before anything is measured.
	warm int
}

// BenchmarkCollection reads a slot of a minute of a thousand SLOs from a real
// Prometheus on the same machine, from what is due to what is committed, as the job
// does it; the three slots before it are read again, as always. Those that name
// series which rules recorded are read by one query, and so are those whose own rules
// are installed; the others have two queries each, of which eight are under way at
// once, as a data source has by default.
func BenchmarkCollection(b *testing.B) {
	now := time.Now().UTC().Truncate(measure.Minute)
	var recorded []promtest.Series
	record := func(name string, v float64, second int) {
		s := promtest.Series{Name: name}
		for minute := -15; minute < 45; minute++ {
			s.Samples = append(s.Samples, promtest.Sample{At: now.Add(time.Duration(minute)*measure.Minute + time.Duration(second)*time.Second), Value: v})
		}
		recorded = append(recorded, s)
	}
	const counted = `"ratio":{"bad":"sum(increase(requests_total{n=\"%[1]d\",code=~\"5..\"}[$window]))","total":"sum(increase(requests_total{n=\"%[1]d\"}[$window]))"}`
	var rules []promrules.Group
	for i := range asked {
		of, group := slotRules(b, i, fmt.Sprintf(counted, i))
		rules = append(rules, group)
		for name, v := range map[string]float64{"good": 990, "total": 1000} {
			record(fmt.Sprintf(`slo:%s{slo="%d"}`, name, i), v, 0)
			record(fmt.Sprintf(`slo:%s_events:slot1m{%s}`, name, of), v, 11+i%59) // each at its second
		}
	}
	var text bytes.Buffer
	check(b, promrules.Write(&text, promrules.InFile(rules)))
	file := filepath.Join(b.TempDir(), "rules.yaml")
	check(b, os.WriteFile(file, text.Bytes(), 0o600))
	base := promtest.Start(b, promtest.Options{Series: recorded, Config: fmt.Sprintf("rule_files: [%q]\n", file)})
	for _, w := range []way{
		{name: "recorded series", source: `"recorded":{"good":"slo:good","total":"slo:total","labels":{"slo":"%[1]d"}}`, queries: 1},
		{name: "installed rules", source: counted, queries: 1, delay: source.DefaultDelay, warm: 7},
		{name: "asked alone", source: `"ratio":{"good":"last_over_time(slo:good{slo=\"%[1]d\"}[$window])","total":"last_over_time(slo:total{slo=\"%[1]d\"}[$window])"}`, queries: 2 * asked},
	} {
		b.Run(w.name, func(b *testing.B) { collection(b, base, w) })
	}
}

// slotRules are the rules that are installed for the slots of the SLO, and the labels of what
// they record. The series that they count are not there, so that they record nothing beside what
// the Prometheus holds already.
func slotRules(b *testing.B, i int, from string) (labels string, group promrules.Group) {
	var o struct{ Ratio origin.Ratio }
	check(b, json.Unmarshal([]byte("{"+from+"}"), &o))
	objective, err := budget.ParseObjective("99.9%")
	check(b, err)
	groups, _, err := promrules.Compose(promrules.SLO{
		Service: serviceSlug(i % services), Slug: sloSlug(i / services), Objective: objective, Days: 28, Origin: origin.Origin{Ratio: &o.Ratio},
	}, promrules.Evenkeel)
	check(b, err)
	group = groups[0]
	group.Rules = slices.DeleteFunc(group.Rules, func(r promrules.Rule) bool { return !strings.HasSuffix(r.Record, "_events:slot1m") })
	if len(group.Rules) != 2 {
		b.Fatalf("there are %d rules of slots", len(group.Rules))
	}
	var parts []string
	for _, l := range group.Rules[0].Labels {
		parts = append(parts, fmt.Sprintf("%s=%q", l.Name, l.Value))
	}
	return strings.Join(parts, ","), group
}

func collection(b *testing.B, base string, w way) {
	h := newHouse(b, location{dir: b.TempDir()}, 0)
	_, err := h.Sources.Create(h.system, source.Input{Slug: "prometheus", Name: "Prometheus", Kind: source.Prometheus, Access: source.Access{Address: base}, Delay: &w.delay})
	check(b, err)
	c := dial(b, serve(b, h.Handler()), h.token)
	for i := range asked {
		body := fmt.Sprintf(`{"slug":"%s","name":"Read","objective":"99.9%%","indicator":{"category":"availability","source":{"dataSource":"prometheus",%s}}}`, sloSlug(i/services), fmt.Sprintf(w.source, i))
		made, err := c.do("POST", "/v1/services/"+serviceSlug(i%services)+"/slos", "", []byte(body))
		check(b, err)
		if made.status != http.StatusCreated {
			b.Fatalf("declare an SLO: %d %s", made.status, made.body)
		}
	}
	for range w.warm {
		h.clock.ahead.Add(int64(measure.Minute))
		_, err := h.Jobs.RunNow(h.system, "collect-measurements")
		check(b, err)
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
		name: "queries for a slot of 1,000 SLOs, " + w.name, this: fmt.Sprintf("%.0f", median(queries)),
		goal: fmt.Sprintf("≤ %.0f", w.queries), met: median(queries) <= w.queries,
	})
	results.add(figure{name: "collection of a slot of 1,000 SLOs, " + w.name, this: inUnits(median(took)), note: spread(took)})
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
