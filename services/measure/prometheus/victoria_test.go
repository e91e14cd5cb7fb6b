package prometheus_test

import (
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/measure/prometheus/promtest"
)

// All sums are those of the test against Prometheus, done by hand from the same steps:
// VictoriaMetrics counts from the last sample before the window and extrapolates
// nothing, which for counters that are scraped at the edges of slots is the same. The
// one difference is its own: a counter that has no sample in a window, and has some on
// either side, did not grow there.
func TestSlotsAreReadFromARealVictoriaMetrics(t *testing.T) {
	t.Parallel()
	base := promtest.StartVictoria(t, made)
	const (
		all  = `sum(increase(requests_total{team="shop"}[$window]))`
		good = `sum(increase(requests_total{team="shop",code!~"5.."}[$window]))`
		bad  = `sum(increase(requests_total{team="shop",code=~"5.."}[$window]))`
	)
	grouped := func(o origin.Origin) origin.Origin { o.GroupBy = "route"; return o }
	latency := origin.Origin{Latency: &origin.Latency{Metric: "took_seconds", ThresholdSeconds: 0.3}}
	for name, test := range map[string]struct {
		origin origin.Origin
		slots  int
		want   string
	}{
		"good and total":                      {ratio(good, "", all), 8, "40/40 40/40 0/0 40/40 40/44 0/0 40/48 no_sample"},
		"bad, of which none is 0, and total":  {ratio("", bad, all), 8, "40/40 40/40 0/0 40/40 40/44 0/0 40/48 no_sample"},
		"no good ones among those of a total": {ratio(`sum(increase(logins_total{ok="yes"}[$window]))`, "", `sum(increase(logins_total[$window]))`), 4, "20/24 0/20 0/20 20/24"},
		"more good ones than all":             {ratio(all, "", `sum(increase(logins_total[$window]))`), 1, "good_above"},
		"negative":                            {ratio(`-`+all, "", all), 3, "negative negative 0/0"},
		"several values":                      {ratio(`increase(requests_total{code="200"}[$window])`, "", all), 1, "too_many"},
		"fractions":                           {ratio(all+` / 3`, "", all+` / 3 * 2`), 1, "13.333/26.667"},
		"a classic histogram":                 {latency, 3, "16/28 8/10 no_sample"},
		"a classic histogram by route":        {grouped(latency), 3, "/a=12/16,/b=4/4,…none=0/8 /a=0/0,/b=8/10,…none=0/0 no_sample"},
		"the events of x":                     {origin.Origin{Recorded: &origin.Recorded{Good: "slo:good", Total: "slo:total", Labels: map[string]string{"slo": "x"}}}, 4, "9/10 4/5 ambiguous no_sample"},
		"all by slo":                          {origin.Origin{GroupBy: "slo", Recorded: &origin.Recorded{Good: "slo:good", Total: "slo:total"}}, 2, "x=9/10,y=1/2 x=4/5,y=1/2"},
		"a query refused":                     {origin.Origin{Threshold: &origin.Threshold{Query: `requests_total + on (team) logins_total`, Op: origin.LT, Value: 3}}, 2, `error: the data source "main" refuses the query: `},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, _ := reader(base)
			got := text(r.Read(t.Context(), src, []origin.Ask{minutes(test.origin, test.slots)})[0])
			if got != test.want && !(strings.HasPrefix(test.want, "error: ") && strings.HasPrefix(got, test.want)) {
				t.Errorf("%s\nand not\n%s", got, test.want)
			}
		})
	}
}

// It has no rules, and says so in whichever way: everything is asked by its own queries.
func TestAVictoriaMetricsIsNotReadFromRules(t *testing.T) {
	t.Parallel()
	book, src := bookOf(promtest.StartVictoria(t, nil))
	a := minutes(origin.Origin{Ratio: &origin.Ratio{Bad: `sum(increase(r{code="500"}[$window]))`, Total: `sum(increase(r[$window]))`}}, 4)
	book.Look(t.Context(), src, ten.Add(-time.Hour))
	if _, is := book.Recorded(src, a); is {
		t.Error("a VictoriaMetrics without vmalert has rules")
	}
}
