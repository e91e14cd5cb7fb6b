package prometheus_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/prometheus/promql/parser"

	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/measure/prometheus"
)

// What is counted in a window is what PromQL's parser makes of the queries with that length in
// them, wherever it stands.
func TestTheWindowStandsWhereverItWasMeant(t *testing.T) {
	t.Parallel()
	read := parser.NewParser(parser.Options{})
	for _, query := range []string{
		`sum(increase(x{a="b"}[$window]))`,
		`sum(increase(x[$window] offset $window))`,
		`sum(rate(x[$window])) * $window`,
		`sum(increase(x[5m])) + $window - $window`,
		`sum(sum_over_time(increase(x{job="97y313s"}[$window])[$window:1m]))`,
		`sum(increase(x{a="97y18w6d7h30m1s",b="{"}[$window]))`,
	} {
		o := origin.Origin{Ratio: &origin.Ratio{Good: query, Total: "sum(increase(y[$window]))"}}
		c, err := prometheus.NewCounting("", o, nil)
		if err != nil {
			t.Errorf("%s: %v", query, err)
			continue
		}
		for _, window := range []time.Duration{5 * time.Minute, 6 * time.Hour, 72 * time.Hour, 28 * 24 * time.Hour, 90 * time.Second, 5 * time.Minute} {
			// A window that stands for a number is written in seconds.
			text := strings.ReplaceAll(query, "* $window", fmt.Sprintf("* %g", window.Seconds()))
			text = strings.NewReplacer("+ $window", fmt.Sprintf("+ %g", window.Seconds()), "- $window", fmt.Sprintf("- %g", window.Seconds())).Replace(text)
			want, err := read.ParseExpr(strings.ReplaceAll(text, "$window", prometheus.Length(window)))
			if err != nil {
				t.Fatal(err)
			}
			if got := c.In(window).Good; !strings.Contains(got, want.String()) {
				t.Errorf("%s counts %s in %s, want %s", query, got, window, want)
			}
		}
	}
}
