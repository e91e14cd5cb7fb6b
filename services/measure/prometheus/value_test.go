package prometheus_test

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/measure/prometheus"
	"github.com/evenkeel/evenkeel/services/measure/prometheus/promtest"
	"github.com/evenkeel/evenkeel/services/source"
)

func TestWhatCannotBeReadAsAValueIsToldWithItsPlace(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"sum(rate(x[$window])":               "(column 21)",
		"sum(rate(x[$window]))\n  / sum(":    "line 2",
		"x[5m]":                              "gives samples over a range of time",
		`"text"`:                             "gives a string",
		"x @ 5":                              "fixes a time with @",
		"x offset -5m":                       "looks into the future",
		"rate(x[25h])":                       "a range of more than 24h0m0s",
		`x{a="$window"}`:                     "in a string",
		" ":                                  "must be a PromQL expression",
		"sum_over_time(x[$window:100ms])":    "more than 11000 steps", // 36,000 in an hour
		strings.Repeat("x+", 5000) + "x":     "is longer than 8192 bytes",
		strings.Repeat("x+", 40) + "x":       "has more than 32 selectors",
		"max_over_time(x[$window:1s])":       "", // 3,600
		"max(cpu) by (a) or vector($window)": "",
		"1":                                  "",
	} {
		var check fault.Check
		prometheus.CheckValue(&check, "/traffic/query", text)
		f := fault.As(check.Err())
		switch {
		case want == "" && f != nil:
			t.Errorf("%.60q is refused: %v", text, f)
		case want == "":
		case f == nil || len(f.Violations) != 1 || f.Violations[0].Pointer != "/traffic/query" || !strings.Contains(f.Violations[0].Message, want):
			t.Errorf("%.60q: %v, want %q", text, f, want)
		}
	}
}

func TestTheWindowOfAValueLeavesNothingOutBetweenPoints(t *testing.T) {
	t.Parallel()
	for step, want := range map[time.Duration]time.Duration{
		time.Minute: 5 * time.Minute, 5 * time.Minute: 5 * time.Minute, 15 * time.Minute: 15 * time.Minute, 24 * time.Hour: time.Hour,
	} {
		if got := prometheus.WindowOf(step); got != want {
			t.Errorf("of a step of %s it is %s, want %s", step, got, want)
		}
	}
}

func TestAQuantileIsAskedOfATree(t *testing.T) {
	t.Parallel()
	shop := source.Source{Slug: "main", Matchers: []source.Matcher{{Label: "team", Op: "=", Value: "$team"}}}
	enforced, err := prometheus.Enforced(shop, "", "shop")
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		histogram   prometheus.Histogram
		want, fault string
	}{
		{prometheus.Histogram{Metric: "took_seconds", Selector: `code!~"5.."`}, `histogram_quantile(0.95, sum by (le) (rate(took_seconds_bucket{code!~"5..",team="shop"}[5m])))`, ""},
		{prometheus.Histogram{Metric: "took_seconds", Native: true}, `histogram_quantile(0.95, sum(rate(took_seconds{team="shop"}[5m])))`, ""},
		{prometheus.Histogram{Metric: "took_seconds", Selector: `a="b"} or x{`}, "", "/selector"},
		{prometheus.Histogram{Metric: "took_seconds", Selector: `le="1"`}, "", "/selector"},
		{prometheus.Histogram{Metric: "took_seconds_bucket"}, "", "/metric"},
		{prometheus.Histogram{Metric: "a b"}, "", "/metric"},
	} {
		got, err := test.histogram.Quantile(0.95, 5*time.Minute, enforced)
		f := fault.As(err)
		if got != test.want || (f != nil) != (test.fault != "") || f != nil && f.Violations[0].Pointer != test.fault {
			t.Errorf("%+v gives %s, %v", test.histogram, got, err)
		}
	}
}

// steady makes five minutes of a counter that is scraped every 15 s.
func steady(name string, step float64) promtest.Series {
	return counter(name, 0, -1, step, step, step, step, step)
}

// Values are worked by hand. A counter that grows by 7 every 15 s grows by 7/15 a second.
// Of ten observations, five are at most 0.1, nine at most 0.5 and all at most 1: the 95th
// of a hundred lies half-way between 0.5 and 1, as histogram_quantile interpolates.
func TestValuesAreReadFromARealPrometheus(t *testing.T) {
	t.Parallel()
	base := promtest.Start(t, promtest.Options{Series: []promtest.Series{
		steady(`requests_total{team="shop",code="200"}`, 7), steady(`requests_total{team="other",code="200"}`, 100),
		steady(`took_seconds_bucket{code="200",le="0.1"}`, 5), steady(`took_seconds_bucket{code="200",le="0.5"}`, 9),
		steady(`took_seconds_bucket{code="200",le="1"}`, 10), steady(`took_seconds_bucket{code="200",le="+Inf"}`, 10),
		steady(`idle_seconds_bucket{le="1"}`, 0), steady(`idle_seconds_bucket{le="+Inf"}`, 0),
		gauge(`cpu{pod="a"}`, .5, .75, 99, .25), gauge(`cpu{pod="b"}`, .25, .125),
	}})
	r, requests := reader(base)
	src := source.Source{Slug: "main", Limits: src.Limits, Matchers: []source.Matcher{{Label: "team", Op: "=", Value: "$team"}}}
	src.Address = base
	end := ten.Add(5 * time.Minute)
	quantile := func(metric string, q float64) string {
		query, err := prometheus.Histogram{Metric: metric}.Quantile(q, prometheus.ShortestWindow, nil)
		if err != nil {
			t.Fatal(err)
		}
		return query
	}
	compiled := func(text string) string {
		enforced, err := prometheus.Enforced(src, "", "shop")
		if err != nil {
			t.Fatal(err)
		}
		query, err := prometheus.CompileValue("", text, prometheus.ShortestWindow, enforced)
		if err != nil {
			t.Fatal(err)
		}
		return query
	}
	for name, test := range map[string]struct {
		query    string
		from, to time.Time
		want     string
	}{
		"a rate of the team's own":       {compiled("sum(rate(requests_total[$window]))"), end, end, "0.4667"},
		"the window in seconds":          {compiled("$window"), end, end, "300"},
		"the middle of a histogram":      {quantile("took_seconds", .5), end, end, "0.1000"},
		"its upper end":                  {quantile("took_seconds", .95), end, end, "0.7500"},
		"one that nothing was seen by":   {quantile("idle_seconds", .95), end, end, "NaN"},
		"one that there is not":          {quantile("nothing", .95), end, end, "-"},
		"several values":                 {"cpu", ten.Add(time.Minute), ten.Add(time.Minute), "2 series"},
		"values in a row, and after all": {"max(cpu)", ten, ten.Add(16 * time.Minute), "- 0.5000 0.7500 0.7500 0.2500 0.2500 0.2500 0.2500 0.2500 - - - - - - - -"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			values, err := r.Values(t.Context(), src, test.query, test.from, test.to, time.Minute)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, v := range values.At {
				switch {
				case v.Series == 0:
					got = append(got, "-")
				case v.Series > 1:
					got = append(got, fmt.Sprintf("%d series", v.Series))
				case v.Number == math.Trunc(v.Number) || math.IsNaN(v.Number):
					got = append(got, fmt.Sprintf("%g", v.Number))
				default:
					got = append(got, fmt.Sprintf("%.4f", v.Number))
				}
			}
			if text := strings.Join(got, " "); text != test.want {
				t.Errorf("%s gives %s, want %s", test.query, text, test.want)
			}
		})
	}
	t.Cleanup(func() {
		if n := requests.requests.Load(); n != 8 {
			t.Errorf("there were %d requests for eight readings", n)
		}
	})
}

func TestOriginsTellHowSignalsAreRead(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`sum(increase(x{code=~"5..",job="a"}[$window]))`: `sum(rate(x{code=~"5..",job="a"}[$window]))`,
		`sum by (a) (increase(x[$window]))`:              `sum by (a) (rate(x[$window]))`,
		`sum(sum_over_time(probe_success[$window]))`:     "",
		`sum(increase(x[$window])) * 2`:                  "",
		`sum(`:                                           "",
	} {
		if got, ok := prometheus.PerSecond(text); got != want || ok != (want != "") {
			t.Errorf("%s for each second is %q, %v", text, got, ok)
		}
	}
	for text, want := range map[string]string{
		`sum(increase(x_count{code!~"5..",job="a"}[$window]))`:  `code!~"5..",job="a"`,
		`sum(increase(x[$window])) - sum(increase(y[$window]))`: "none",
	} {
		if got, ok := prometheus.SelectorOf(text); ok != (want != "none") || ok && got != want {
			t.Errorf("the selector of %s is %q, %v", text, got, ok)
		}
	}
	for text, want := range map[string]string{
		`code!~"5..",job="a"`: `code=~"5..",job="a"`, `code!="x"`: `code="x"`,
		`type="unary"`: "none", `a!="b",c!="d"`: "none", `a="`: "none",
	} {
		if got, ok := prometheus.Opposite(text); ok != (want != "none") || ok && got != want {
			t.Errorf("the opposite of %s is %q, %v", text, got, ok)
		}
	}
}
