package prometheus_test

import (
	"testing"

	"github.com/evenkeel/evenkeel/services/measure/prometheus"
)

// increase is rate × the length of the window (https://prometheus.io/docs/prometheus/latest/querying/functions/#increase),
// so that whatever is a sum of multiples of rates is that many times as large.
func TestRatesBecomeNumbersOfEvents(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`sum(rate(x{a="b"}[{{.window}}]))`:                        `sum(increase(x{a="b"}[$window]))`,
		`sum(rate(x[{{ .window }}])) - sum(rate(y[{{.window}}]))`: `sum(increase(x[$window])) - sum(increase(y[$window]))`,
		`2 * sum by (a) (rate(x[$window])) or vector(0)`:          `2 * sum by (a) (increase(x[$window])) or vector(0)`,
		`(sum(rate(x[$window])) + sum(rate(y[$window]))) / 2`:     `(sum(increase(x[$window])) + sum(increase(y[$window]))) / 2`,
		`sum(rate(x[$window])) / sum(rate(y[$window]))`:           "",
		`sum(rate(x[5m]))`:                                        "",
		`sum(rate(x[$window])) + 1`:                               "",
		`sum(increase(x[$window]))`:                               "",
		`sum(rate(x[$window])) or vector(1)`:                      "",
		`count(rate(x[$window]))`:                                 "",
		`histogram_quantile(0.9, sum by (le) (rate(x[$window])))`: "",
		`sum(rate(x[$window])`:                                    "",
	} {
		got, changed := prometheus.Increase(text)
		if want == "" && (changed || got != text) || want != "" && got != want {
			t.Errorf("%s became %s, want %s", text, got, want)
		}
	}
}
