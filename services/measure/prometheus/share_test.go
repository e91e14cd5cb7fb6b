package prometheus_test

import (
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/services/measure/prometheus"
)

// The expected expressions are worked by hand: a rate is the increase through the length of the
// window, and both sides of a quotient are divided by the same.
func TestAShareIsSplitIntoWhatItIsOf(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]prometheus.Share{
		`sum(rate(ok_total[$window])) / sum(rate(all_total[$window]))`:                                    {Good: `sum(increase(ok_total[$window]))`, Total: `sum(increase(all_total[$window]))`},
		`(sum(increase(ok_total[{{.window}}])) / sum(increase(all_total[{{.window}}])))`:                  {Good: `sum(increase(ok_total[$window]))`, Total: `sum(increase(all_total[$window]))`},
		`1 - (sum(rate(bad_total[$window])) / sum(rate(all_total[$window])))`:                             {Bad: `sum(increase(bad_total[$window]))`, Total: `sum(increase(all_total[$window]))`},
		`(sum(rate(all_total[$window])) - sum(rate(bad_total[$window]))) / sum(rate(all_total[$window]))`: {Good: `sum(increase(all_total[$window])) - sum(increase(bad_total[$window]))`, Total: `sum(increase(all_total[$window]))`},
		`sum(rate(ok_total[$window])) / vector(0)`:                                                        {},
		`sum(rate(ok_total[5m])) / sum(rate(all_total[5m]))`:                                              {},
		`sum(rate(ok_total[$window])) / sum(increase(all_total[$window]))`:                                {},
		`sum(rate(ok_total[$window])) / 2`:                                                                {},
		`2 - sum(rate(bad_total[$window])) / sum(rate(all_total[$window]))`:                               {},
		`avg_over_time(up[$window])`:                                                                      {},
		`sum(rate(`:                                                                                       {},
	} {
		got, ok := prometheus.Split(text)
		if got != want || ok != (want != prometheus.Share{}) {
			t.Errorf("%s is split into %+v (%t), want %+v", text, got, ok, want)
		}
	}
}

func TestCountersAreOfTheWindow(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`sum(requests_total{job="a"})`:          `sum(increase(requests_total{job="a"}[$window]))`,
		`sum(a_total) - sum by (job) (b_total)`: `sum(increase(a_total[$window])) - sum by (job) (increase(b_total[$window]))`,
		`(a_total) * 2`:                         `(increase(a_total[$window])) * 2`,
		`sum(rate(a_total[5m]))`:                "",
		`count(a_total)`:                        "",
		`a_total / b_total`:                     "",
		`vector(0)`:                             "",
	} {
		if got, ok := prometheus.OfCounter(text); got != want && (ok || want != "") || ok != (want != "") {
			t.Errorf("%s is %s (%t), want %s", text, got, ok, want)
		}
	}
	for text, want := range map[string]string{
		`sum(rate(a_total[5m]))`:                                  `sum(increase(a_total[$window]))`,
		`sum(increase(a_total[1m])) - sum(increase(b_total[1m]))`: `sum(increase(a_total[$window])) - sum(increase(b_total[$window]))`,
		`sum(rate(a_total[5m])) + sum(rate(b_total[1m]))`:         "",
		`sum(rate(a_total[5m])) + sum(increase(b_total[5m]))`:     "",
		`sum(a_total)`: "",
	} {
		got, length, ok := prometheus.OfRange(text)
		if got != want || ok != (want != "") || ok && length < time.Minute {
			t.Errorf("%s is %s over %s (%t), want %s", text, got, length, ok, want)
		}
	}
	if got, ok := prometheus.Both(`sum(increase(a[$window]))`, `b{x="y"} - c`); got != `sum(increase(a[$window])) + (b{x="y"} - c) or sum(increase(a[$window])) or (b{x="y"} - c)` || !ok {
		t.Errorf("both are %s", got)
	}
}

func TestAPlaceholderOfAnotherToolIsPlaced(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`sum(rate(a{x="[window]"}[window])) # [window]`: `sum(rate(a{x="[window]"}[$window])) # [window]`,
		"sum(rate(a[ window ]))":                        "sum(rate(a[ $window ]))",
		`rate(a[windows])`:                              `rate(a[windows])`,
		`rate(a[$__rate_interval:1m])`:                  `rate(a[$window:1m])`,
		`rate(a['`:                                      `rate(a['`,
	} {
		if got := prometheus.Placed(text, "window", "$__rate_interval"); got != want {
			t.Errorf("%s becomes %s, want %s", text, got, want)
		}
	}
}

func TestASelectorIsAMetricWithItsLabels(t *testing.T) {
	t.Parallel()
	s, err := prometheus.Select(`took_seconds_bucket{job="a",le="0.5",code!~"5.."}`)
	if err != nil {
		t.Fatal(err)
	}
	bound, is := s.Bound()
	rest := s.Without("le")
	if s.Metric() != "took_seconds_bucket" || !is || bound != 0.5 || s.Label("job") != "a" || s.Label("code") != "" || rest.Matchers() != `job="a",code!~"5.."` {
		t.Errorf("it is %s, bound %g (%t), %s", s.Metric(), bound, is, rest.Matchers())
	}
	if got, want := rest.Of("took_seconds_count").Summed("increase"), `sum(increase(took_seconds_count{code!~"5..",job="a"}[$window]))`; got != want {
		t.Errorf("its sum is %s, want %s", got, want)
	}
	if other, err := prometheus.Select(`{__name__="x",code!~"5..",job="a"}[$window]`); err != nil || !other.Like(rest) || other.Like(s) || other.Metric() != "x" {
		t.Errorf("%+v (%v)", other, err)
	}
	for _, text := range []string{"", "sum(x)", "x offset 5m", "x @ 5", `{job="a"}`, `{__name__=~"a|b"}`, `x{`, "x + y"} {
		if _, err := prometheus.Select(text); err == nil {
			t.Errorf("%q is taken for a selector", text)
		}
	}
}
