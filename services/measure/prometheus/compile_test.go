package prometheus

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/prometheus/model/labels"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/measure/origin"
)

// The queries are written by hand: what the documentation of each form promises, in
// the order and with the blanks of Prometheus' own printer.
func TestOriginsBecomeQueries(t *testing.T) {
	t.Parallel()
	team := []*labels.Matcher{labels.MustNewMatcher(labels.MatchEqual, "team", "shop")}
	for name, test := range map[string]struct {
		origin   origin.Origin
		matchers []*labels.Matcher
		want     Queries
	}{
		"a ratio of good events": {
			origin: origin.Origin{Ratio: &origin.Ratio{
				Good: `sum(increase(http_requests_total{job="a",code!~"5.."}[$window]))`, Total: `sum(increase(http_requests_total{job="a"}[{{.window}}]))`}},
			want: Queries{Good: `sum(increase(http_requests_total{code!~"5..",job="a"}[1m]))`, Total: `sum(increase(http_requests_total{job="a"}[1m]))`, GoodIsPart: true},
		},
		"a ratio of bad events, with Sloth's placeholder and blanks, over two lines, with a comment": {
			origin: origin.Origin{Ratio: &origin.Ratio{
				Bad: "sum( # {{.window}} or $window\n  rate(x[{{ .window }}] offset {{.window}})) * $window", Total: `sum(rate(y[$window])) * 60`}},
			want: Queries{Bad: `sum(rate(x[1m] offset 1m)) * 60`, Total: `sum(rate(y[1m])) * 60`},
		},
		"a label that a placeholder is like": {
			origin: origin.Origin{Ratio: &origin.Ratio{Good: `sum(increase(x{window="a"}[$window]))`, Total: `sum(increase(x[$window]))`}},
			want:   Queries{Good: `sum(increase(x{window="a"}[1m]))`, Total: `sum(increase(x[1m]))`, GoodIsPart: true},
		},
		"a matcher beside the user's own on the same label": {
			origin:   origin.Origin{Ratio: &origin.Ratio{Good: `sum(increase(x{team=~".*"}[$window]))`, Total: `sum(increase({__name__="x",team!="shop"}[$window])) or sum(increase(y[$window]))`}},
			matchers: team,
			want:     Queries{Good: `sum(increase(x{team="shop",team=~".*"}[1m]))`, Total: `sum(increase({__name__="x",team!="shop",team="shop"}[1m])) or sum(increase(y{team="shop"}[1m]))`},
		},
		"a matcher in subqueries, parameters and arguments": {
			origin:   origin.Origin{Threshold: &origin.Threshold{Query: `topk(scalar(a), max_over_time(label_replace(b, "team", "shop", "", "")[5m:1m])) > on (x) group_left () c`}},
			matchers: team,
			want:     Queries{Value: `topk(scalar(a{team="shop"}), max_over_time(label_replace(b{team="shop"}, "team", "shop", "", "")[5m:1m])) > on (x) group_left () c{team="shop"}`},
		},
		"groups of sums": {
			origin: origin.Origin{GroupBy: "route", Ratio: &origin.Ratio{Good: `sum(increase(x{code="200"}[$window])) - (sum by (route, job) (increase(y[$window])))`, Total: `sum(sum by (route) (increase(x[$window])))`}},
			want:   Queries{Good: `sum by (route) (increase(x{code="200"}[1m])) - (sum by (route, job) (increase(y[1m])))`, Total: `sum by (route) (sum by (route) (increase(x[1m])))`},
		},
		"groups of a share with a weight": {
			origin: origin.Origin{GroupBy: "route", RawRatio: &origin.RawRatio{Query: `avg(ratio) / on (route) max without (pod) (all)`, Weight: `60 * sum(rate(x[$window]))`}},
			want:   Queries{Value: `avg by (route) (ratio) / on (route) max without (pod) (all)`, Weight: `60 * sum by (route) (rate(x[1m]))`},
		},
		"a classic histogram": {
			origin:   origin.Origin{Latency: &origin.Latency{Metric: "d_seconds", Selector: ` job="a" , code!~"5.." `, ThresholdSeconds: 0.3}},
			matchers: team,
			want: Queries{
				Good:  `sum(increase(d_seconds_bucket{code!~"5..",job="a",le=~"0*[.]30*|3([.]0*)?[eE]-0*1",team="shop"}[1m]))`,
				Total: `sum(increase(d_seconds_count{code!~"5..",job="a",team="shop"}[1m]))`},
		},
		"a native histogram by region": {
			origin: origin.Origin{GroupBy: "region", Latency: &origin.Latency{Metric: "d_seconds", ThresholdSeconds: 1.5, Native: true}},
			want: Queries{
				Good:  `histogram_fraction(-Inf, 1.5, sum by (region) (increase(d_seconds[1m]))) * histogram_count(sum by (region) (increase(d_seconds[1m])))`,
				Total: `histogram_count(sum by (region) (increase(d_seconds[1m])))`},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := Compile("", test.origin, time.Minute, test.matchers)
			if err != nil {
				t.Fatal(err)
			}
			for member, pair := range map[string][2]string{
				"good": {got.Good, test.want.Good}, "bad": {got.Bad, test.want.Bad}, "total": {got.Total, test.want.Total},
				"value": {got.Value, test.want.Value}, "weight": {got.Weight, test.want.Weight},
			} {
				if pair[0] != pair[1] {
					t.Errorf("%s is\n%s\nand not\n%s", member, pair[0], pair[1])
				}
			}
			if got.GoodIsPart != test.want.GoodIsPart {
				t.Errorf("good is a part of the total: %v", got.GoodIsPart)
			}
		})
	}
}

func TestTheRecordedQueryIsOneForBothMetrics(t *testing.T) {
	t.Parallel()
	got := recorded(&origin.Recorded{Bad: "slo:bad", Total: "slo:total"}, 5*time.Minute, []*labels.Matcher{labels.MustNewMatcher(labels.MatchRegexp, "cluster", "a|b")})
	if want := `last_over_time({__name__=~"slo:bad|slo:total",cluster=~"a|b"}[5m])`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestFaultsSayWhereTheyAre(t *testing.T) {
	t.Parallel()
	ratio := func(good, total string) origin.Origin {
		return origin.Origin{Ratio: &origin.Ratio{Good: good, Total: total}}
	}
	const fine = `sum(increase(x[$window]))`
	grouped := func(good string) origin.Origin {
		o := ratio(good, fine)
		o.GroupBy = "route"
		return o
	}
	threshold := func(query string) origin.Origin { return origin.Origin{Threshold: &origin.Threshold{Query: query}} }
	latency := func(l origin.Latency) origin.Origin { return origin.Origin{Latency: &l} }
	for name, test := range map[string]struct {
		origin            origin.Origin
		pointer, contains string
	}{
		"a parse error":                   {ratio(`sum(increase(x{a=b}[$window]))`, fine), "/ratio/good", "(column 18)"},
		"a parse error after Sloth's":     {ratio(fine, `sum(increase(x[{{.window}}]) foo)`), "/ratio/total", "(column 30)"},
		"a parse error on the third line": {ratio("sum(\n# ünï\n  'ü' (x[$window]))", fine), "/ratio/good", "(line 3, column 7)"},
		"an unclosed one":                 {ratio(`sum(increase(x[$window])`, fine), "/ratio/good", "unclosed left parenthesis"},
		"two expressions":                 {ratio(`a b`, fine), "/ratio/good", "(column 3)"},
		"nothing":                         {ratio(fine, " "), "/ratio/total", "must be a PromQL expression"},
		"no placeholder":                  {ratio(`sum(increase(x[1m]))`, fine), "/ratio/good", "must hold the placeholder"},
		"a placeholder in a comment":      {ratio("sum(x) # $window", fine), "/ratio/good", "must hold the placeholder"},
		"a placeholder in a string":       {ratio(`sum(increase(x{a="$window"}[1m]))`, fine), "/ratio/good", "in a string"},
		"Sloth's in a string":             {ratio("sum(increase(x{a=`{{.window}}`}[1m]))", fine), "/ratio/good", "(column 19)"},
		"another variable":                {ratio(`sum(increase(x[$window_ms]))`, fine), "/ratio/good", "(column 16)"},
		"another template":                {ratio(`sum(increase(x[{{.wind}}]))`, fine), "/ratio/good", "cannot be read as PromQL"},
		"a number before the placeholder": {ratio(`sum(increase(x[1$window]))`, fine), "/ratio/good", "cannot be read as PromQL"},
		"a placeholder as a name":         {ratio(`sum($window)`, fine), "/ratio/good", "expected"},
		"a placeholder as a label":        {ratio(`sum(increase(x{$window="a"}[1m]))`, fine), "/ratio/good", "cannot be read as PromQL"},
		"the reserved duration":           {ratio(`sum(increase(x[97y313s]))`, fine), "/ratio/good", "97y313s"},
		"samples":                         {ratio(`x[$window]`, fine), "/ratio/good", "over a range of time"},
		"a subquery":                      {ratio(`x[$window:5s]`, fine), "/ratio/good", "over a range of time"},
		"a string":                        {threshold(`"a"`), "/threshold/query", "gives a string"},
		"a fixed time":                    {threshold(`x @ 0`), "/threshold/query", "fixes a time with @"},
		"a fixed time of a subquery":      {threshold(`max_over_time(x[1m:1s] @ end())`), "/threshold/query", "fixes a time with @"},
		"the future":                      {threshold(`x offset -1m`), "/threshold/query", "looks into the future"},
		"the future by the placeholder":   {threshold(`x offset -$window`), "/threshold/query", "looks into the future"},
		"the future of a subquery":        {threshold(`max_over_time(x[1m:1s] offset -1m)`), "/threshold/query", "looks into the future"},
		"the future by interpolation":     {threshold(`rate(x[1m] smoothed)`), "/threshold/query", "smoothed"},
		"arithmetic of durations":         {threshold(`rate(x[1m*2])`), "/threshold/query", "calculates a duration"},
		"a long range":                    {threshold(`rate(x[2d])`), "/threshold/query", "a range of more than 24h"},
		"a long offset":                   {threshold(`x offset 32d`), "/threshold/query", "an offset of more than"},
		"many steps":                      {threshold(`max_over_time(x[1d:1s])`), "/threshold/query", "more than 11000 steps"},
		// A window is five minutes at the most, and a minute at the least.
		"many steps in the window":                 {threshold(`max_over_time(x[$window:20ms])`), "/threshold/query", "more than 11000 steps"},
		"many steps of the window":                 {threshold(`max_over_time(max_over_time(x[1d:$window])[8h:$window])`), "/threshold/query", "more than 11000 steps"},
		"many steps within steps":                  {threshold(`max_over_time(max_over_time(x[1h:10s])[1h:10s])`), "/threshold/query", "more than 11000 steps, those of all that it lies in together (column 29)"},
		"many steps far within others":             {threshold(`max_over_time((sum(rate(y[5m])) + max_over_time(sum(rate(x[1h:10s]))[1h:1m]))[1h:1m])`), "/threshold/query", "more than 11000 steps"},
		"many steps of the source's own length":    {threshold(`max_over_time(max_over_time(x[1d:])[1d:])`), "/threshold/query", "more than 11000 steps"},
		"many selectors":                           {threshold(`x` + strings.Repeat(`+x`, 32)), "/threshold/query", "more than 32 selectors"},
		"a long text":                              {threshold(strings.Repeat("x", 8193)), "/threshold/query", "longer than 8192"},
		"what is no text":                          {threshold("\xff"), "/threshold/query", "UTF-8"},
		"an experimental function":                 {threshold(`limitk(1, x)`), "/threshold/query", "experimental"},
		"a function that reads what it names not":  {threshold(`info(x)`), "/threshold/query", "info"},
		"a regular expression that ends its group": {threshold(`x{a=~"b)|(.*"}`), "/threshold/query", "unexpected )"},
		"a language that is none":                  {threshold(`WITH (a = b) a`), "/threshold/query", "(column 9)"},
		"groups that are dropped":                  {grouped(`sum by (job) (increase(x[$window]))`), "/ratio/good", `cannot be grouped by "route", which this aggregation drops`},
		"groups that are dropped inside":           {grouped(`sum(max by (job) (increase(x[$window])))`), "/ratio/good", "(column 5)"},
		"groups without":                           {grouped(`sum without (route) (increase(x[$window]))`), "/ratio/good", "drops"},
		"groups of topk":                           {grouped(`topk(1, increase(x[$window]))`), "/ratio/good", "topk"},
		"groups with a default":                    {grouped(`sum(increase(x[$window])) or vector(0)`), "/ratio/good", "no bad events count as 0"},
		"groups of the time":                       {grouped(`sum(increase(x[$window])) * hour()`), "/ratio/good", "hour gives no labels"},
		"groups of what is absent":                 {grouped(`absent(x) * sum(increase(x[$window]))`), "/ratio/good", "absent gives no labels"},
		"groups of one number":                     {grouped(`scalar(x) + $window`), "/ratio/good", "one number without labels"},
		"groups that are not matched":              {grouped(`sum(increase(x[$window])) * on (job) sum(y)`), "/ratio/good", "not matched by"},
		"groups that are ignored":                  {grouped(`sum(increase(x[$window])) * ignoring (route) sum(y)`), "/ratio/good", "not matched by"},
		"a name of groups":                         {origin.Origin{GroupBy: "__name__", Threshold: &origin.Threshold{Query: "x"}}, "/../groupBy", "must be the name of a label"},
		"a metric":                                 {latency(origin.Latency{Metric: `x{a="b"}`, ThresholdSeconds: 1}), "/latency/metric", "must be the name of a metric"},
		"a selector with braces":                   {latency(origin.Latency{Metric: "x", Selector: `{a="b"}`, ThresholdSeconds: 1}), "/latency/selector", "(column 1)"},
		"a selector that goes on":                  {latency(origin.Latency{Metric: "x", Selector: `a="b"} or y{c="d"`, ThresholdSeconds: 1}), "/latency/selector", "(column 6)"},
		"a selector with a comment":                {latency(origin.Latency{Metric: "x", Selector: "a=\"b\"} #", ThresholdSeconds: 1}), "/latency/selector", "(column 6)"},
		"a selector with a syntax error":           {latency(origin.Latency{Metric: "x", Selector: `a="b",c=d`, ThresholdSeconds: 1}), "/latency/selector", "(column 9)"},
		"a selector with a name":                   {latency(origin.Latency{Metric: "x", Selector: `__name__="y"`, ThresholdSeconds: 1}), "/latency/selector", "a member of its own"},
		"a selector with a bound":                  {latency(origin.Latency{Metric: "x", Selector: `le="1"`, ThresholdSeconds: 1}), "/latency/selector", `"le"`},
		"no threshold":                             {latency(origin.Latency{Metric: "x"}), "/latency/thresholdSeconds", "above 0"},
		"a threshold that is no number":            {latency(origin.Latency{Metric: "x", ThresholdSeconds: math.NaN()}), "/latency/thresholdSeconds", "above 0"},
		"a recorded metric":                        {origin.Origin{Recorded: &origin.Recorded{Good: `a|.*`, Total: "b"}}, "/recorded/good", "must be the name of a metric"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var check fault.Check
			Check(&check, "/indicator/source", test.origin)
			err := fault.As(check.Err())
			if err == nil || len(err.Violations) != 1 {
				t.Fatalf("%+v is refused with %v", test.origin, err)
			}
			if v := err.Violations[0]; v.Pointer != strings.Replace("/indicator/source"+test.pointer, "/source/..", "", 1) || !strings.Contains(v.Message, test.contains) {
				t.Errorf("%s: %s", v.Pointer, v.Message)
			}
			if strings.Contains(err.Violations[0].Message, sentinelText) && name != "the reserved duration" {
				t.Errorf("the message shows what stands for the window: %s", err.Violations[0].Message)
			}
		})
	}
}

func TestEveryFaultOfAnOriginIsFoundAtOnce(t *testing.T) {
	t.Parallel()
	_, err := Compile("/source", origin.Origin{Ratio: &origin.Ratio{Good: "sum(", Total: "sum(x)"}}, time.Minute, nil)
	f := fault.As(err)
	if f == nil || len(f.Violations) != 2 || f.Violations[0].Pointer != "/source/ratio/good" || f.Violations[1].Pointer != "/source/ratio/total" {
		t.Errorf("found %v", err)
	}
}

// The spellings are those of Go's client, OpenMetrics and Prometheus 3, Java's
// Double.toString, .NET, and C's %f and %e.
func TestABoundIsFoundHoweverItIsSpelled(t *testing.T) {
	t.Parallel()
	for bound, test := range map[float64]struct{ same, other []string }{
		0.3:    {[]string{"0.3", "0.30", "0.300000", ".3", "3e-01", "3.0E-1", "3.000000e-01"}, []string{"0.03", "3", "0.31", "30", "3e-10", "0x3", "1.3", "+Inf", "03"}},
		1:      {[]string{"1", "1.0", "1.000000", "1e+00", "1.0E0"}, []string{"10", "0.1", "11", "1.1", "1e+01"}},
		1.5:    {[]string{"1.5", "1.50", "1.5e+00"}, []string{"15", "1.05", "1x5"}},
		2500:   {[]string{"2500", "2500.0", "2.5e+03", "2.5E3"}, []string{"25000", "250", "2.5e+30"}},
		1e6:    {[]string{"1000000", "1e+06", "1.0E6", "1000000.0"}, []string{"1e+60", "100000"}},
		0.0001: {[]string{"0.0001", "1e-04", "1.0E-4", "1E-04", "0.000100"}, []string{"0.001", "1e-40", "1e+04"}},
		0.0225: {[]string{"0.0225", "2.25e-02", "0.02250"}, []string{"0.225", "2.25"}},
	} {
		m := labels.MustNewMatcher(labels.MatchRegexp, "le", boundPattern(bound))
		for _, text := range test.same {
			if !m.Matches(text) {
				t.Errorf("%g is not found as %q by %s", bound, text, m)
			}
		}
		for _, text := range test.other {
			if m.Matches(text) {
				t.Errorf("%g is found as %q by %s", bound, text, m)
			}
		}
	}
}

func TestSubqueriesOfFewStepsAreTaken(t *testing.T) {
	t.Parallel()
	for _, query := range []string{
		`max_over_time(x[$window:30ms])`,                                    // 10,000 in five minutes
		`max_over_time(max_over_time(x[$window:15s])[1h:1m])`,               // 20 · 60
		`max_over_time(x[1d:10s]) + max_over_time(y[1d:10s])`,               // beside each other, 8,640 each
		`max_over_time(max_over_time(x[$window:$window])[1d:])`,             // 1 · 1,440
		`max_over_time(max_over_time(max_over_time(x[1m:1h])[1m:1h])[1d:])`, // a step longer than the range is one
	} {
		if _, err := Compile("", origin.Origin{Threshold: &origin.Threshold{Query: query, Op: origin.LTE}}, time.Minute, nil); err != nil {
			t.Errorf("%s: %v", query, err)
		}
	}
}
