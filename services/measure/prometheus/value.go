package prometheus

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/source"
)

// The lengths of the window of values that are read for people to look at: in the
// shorter there are some scrapes, and with the longer a point costs no more than a
// query on a dashboard does.
const (
	ShortestWindow = measure.FiveMinutes
	LongestWindow  = time.Hour
)

// WindowOf returns the length of the window of values that are a step apart: so long
// that nothing between them is left out, as far as that is within the bounds.
func WindowOf(step time.Duration) time.Duration {
	return min(max(step, ShortestWindow), LongestWindow)
}

// CheckValue notes what keeps an expression from being read as one number at a time.
// It may hold the placeholder of the window.
func CheckValue(check *fault.Check, pointer, text string) {
	parseValue(check, pointer, text, ShortestWindow)
}

// CompileValue returns an expression as it is asked for values, with the window and
// the matchers in it. Errors: Invalid, pointing to where it fails.
func CompileValue(pointer, text string, window time.Duration, matchers []*labels.Matcher) (string, error) {
	var check fault.Check
	e := parseValue(&check, pointer, text, window)
	if e == nil {
		return "", check.Err()
	}
	enforce(e.tree, matchers)
	return e.tree.String(), nil
}

func parseValue(check *fault.Check, pointer, text string, window time.Duration) *expression {
	e := &expression{check: check, pointer: pointer, text: text, windows: []time.Duration{ShortestWindow, LongestWindow}}
	if !e.parse(window, false) {
		return nil
	}
	return e
}

// Histogram is one of which quantiles are read.
type Histogram struct {
	Metric   string // without "_bucket"
	Selector string // matchers in PromQL without braces
	Native   bool
}

// Check notes what is wrong with a histogram; the pointers are those of its members.
func (h Histogram) Check(check *fault.Check, metric, selector string) {
	h.matchers(check, metric, selector)
}

func (h Histogram) matchers(check *fault.Check, metric, selector string) ([]*labels.Matcher, bool) {
	fine := checkMetric(check, metric, h.Metric)
	if strings.HasSuffix(h.Metric, "_bucket") {
		check.Fail(metric, h.Metric, "must be the name of the histogram, without _bucket")
		fine = false
	}
	matchers, parsed := parseSelector(check, selector, h.Selector)
	if !h.Native && slices.ContainsFunc(matchers, func(m *labels.Matcher) bool { return m.Name == bucketLabel }) {
		check.Fail(selector, h.Selector, "must not have a matcher on %q, which tells the buckets apart", bucketLabel)
		fine = false
	}
	return matchers, fine && parsed
}

// Quantile returns what is asked for a quantile of what was observed within the
// window, in the unit of the histogram. Of a classic histogram:
//
//	histogram_quantile(Q, sum by (le) (rate(METRIC_bucket{SELECTOR}[w])))
//
// and of a native one:
//
//	histogram_quantile(Q, sum(rate(METRIC{SELECTOR}[w])))
//
// Both interpolate within a bucket
// (https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile).
// Errors: Invalid when the histogram is not right.
func (h Histogram) Quantile(q float64, window time.Duration, enforced []*labels.Matcher) (string, error) {
	var check fault.Check
	matchers, fine := h.matchers(&check, "/metric", "/selector")
	if !fine {
		return "", check.Err()
	}
	selector := &parser.VectorSelector{Name: h.Metric, LabelMatchers: slices.Concat(matchers, enforced)}
	sum := &parser.AggregateExpr{Op: parser.SUM}
	if !h.Native {
		selector.Name += "_bucket"
		sum.Grouping = []string{bucketLabel}
	}
	sum.Expr = call("rate", &parser.MatrixSelector{VectorSelector: selector, Range: window})
	return call("histogram_quantile", &parser.NumberLiteral{Val: q}, sum).String(), nil
}

// Value is what an expression gave at one time.
type Value struct {
	Number float64 // meant only where there is one series
	Series int     // that had a value; 0 when there was none
}

// Values are what an expression gave at times a step apart.
type Values struct {
	At []Value
	// Partial is why they are not whole; empty when they are.
	Partial string
}

// Values reads an expression, as it was compiled, at from and each step after it until
// to, with one request; it is for the caller to bound how many that are.
func (r *Reader) Values(ctx context.Context, src source.Source, query string, from, to time.Time, step time.Duration) (Values, error) {
	before := from.Add(-step)
	matrix, warning, err := r.queryRange(ctx, src, query, before, to, step)
	if err != nil {
		return Values{}, err
	}
	read := newColumns(before, to, step)
	if err := read.addAll(matrix, "", nil); err != nil {
		return Values{}, err
	}
	out := Values{At: make([]Value, read.slots), Partial: warning}
	for _, c := range read.values[""] {
		out.At[c.slot] = Value{Number: c.value, Series: int(c.series)}
	}
	return out, nil
}

// PerSecond makes of an expression that sums up the increase of one counter in the
// window the same for each second: sum(increase(x[$window])) becomes
// sum(rate(x[$window])). It reports false for any other.
func PerSecond(text string) (string, bool) {
	tree, err := lang.ParseExpr(mask(text).text)
	if err != nil {
		return "", false
	}
	sum, ok := tree.(*parser.AggregateExpr)
	if !ok || sum.Op != parser.SUM {
		return "", false
	}
	counted, ok := sum.Expr.(*parser.Call)
	if !ok || counted.Func.Name != "increase" {
		return "", false
	}
	counted.Func = parser.MustGetFunction("rate")
	return unmask(tree.String()), true
}

// SelectorOf returns the matchers of the one selector of an expression, in PromQL
// without braces and without the name of the metric. It reports false where there are
// several selectors, or other functions than those that add up.
func SelectorOf(text string) (string, bool) {
	tree, err := lang.ParseExpr(mask(text).text)
	if err != nil {
		return "", false
	}
	selector := onlySelector(tree)
	if selector == nil {
		return "", false
	}
	return join(slices.DeleteFunc(slices.Clone(selector.LabelMatchers), func(m *labels.Matcher) bool {
		return m.Name == model.MetricNameLabel
	})), true
}

// Opposite returns, of matchers in PromQL without braces, the one that matches what a
// single negative one leaves out: code!~"5.." becomes code=~"5..". It reports false
// where there is not exactly one negative matcher; the positive ones stay.
func Opposite(selector string) (string, bool) {
	var check fault.Check
	matchers, fine := parseSelector(&check, "", selector)
	if !fine {
		return "", false
	}
	turned := 0
	for i, m := range matchers {
		switch m.Type {
		case labels.MatchNotEqual:
			matchers[i] = parser.MustLabelMatcher(labels.MatchEqual, m.Name, m.Value)
		case labels.MatchNotRegexp:
			matchers[i] = parser.MustLabelMatcher(labels.MatchRegexp, m.Name, m.Value)
		default:
			continue
		}
		turned++
	}
	return join(matchers), turned == 1
}
