package prometheus_test

import (
	"slices"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/services/measure/origin"
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
		rated, err := prometheus.ReadRates("", origin.Origin{Ratio: &origin.Ratio{Bad: text, Total: "sum(increase(z[$window]))"}})
		got := rated.Origin.Ratio.Bad
		changed := !slices.Contains(rated.Kept, text)
		if want == "" && (changed || got != text) || want != "" && got != want {
			t.Errorf("%s became %s, want %s", text, got, want)
		}
		// What was read once counts as what is read again.
		again, wrong := prometheus.NewCounting("", rated.Origin, nil)
		if (err == nil) != (wrong == nil) {
			t.Errorf("%s is read with %v, and what it became with %v", text, err, wrong)
			continue
		}
		if err == nil && (rated.Counting.In(time.Hour) != again.In(time.Hour) || rated.Counting.BadShare(time.Hour) != again.BadShare(time.Hour)) {
			t.Errorf("%s counts %v, and what it became %v", text, rated.Counting.In(time.Hour), again.In(time.Hour))
		}
	}
}
