package prometheus

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/measure/origin"
)

// bucketLabel is the label of a classic histogram's buckets: their upper bound.
const bucketLabel = "le"

var metricName = regexp.MustCompile(`^[a-zA-Z_:][a-zA-Z0-9_:]{0,254}$`)

func checkMetric(check *fault.Check, pointer, name string) bool {
	ok := metricName.MatchString(name)
	check.Require(ok, pointer, name, "must be the name of a metric: letters, digits, _ and :, no digit first")
	return ok
}

// IsLabelName reports whether a label or an annotation can be called so in every Prometheus.
func IsLabelName(name string) bool {
	return model.LegacyValidation.IsValidLabelName(name) && name != model.MetricNameLabel
}

// latency writes the short form out. Of a classic histogram:
//
//	good   sum(increase(METRIC_bucket{SELECTOR,le="BOUND"}[w]))
//	total  sum(increase(METRIC_count{SELECTOR}[w]))
//
// and of a native one, whose share is estimated by interpolation where the threshold
// lies within a bucket (https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_fraction):
//
//	good   histogram_fraction(-Inf, THRESHOLD, sum(increase(METRIC{SELECTOR}[w]))) * histogram_count(sum(increase(METRIC{SELECTOR}[w])))
//	total  histogram_count(sum(increase(METRIC{SELECTOR}[w])))
func (c *compiler) latency(l *origin.Latency) trees {
	pointer := c.base + "/latency/"
	ok := checkMetric(c.check, pointer+"metric", l.Metric)
	if l.ThresholdSeconds <= 0 || math.IsNaN(l.ThresholdSeconds) || math.IsInf(l.ThresholdSeconds, 0) {
		c.check.Fail(pointer+"thresholdSeconds", nil, "must be a number of seconds above 0")
		ok = false
	}
	matchers, parsed := parseSelector(c.check, pointer+"selector", l.Selector)
	if !l.Native && slices.ContainsFunc(matchers, func(m *labels.Matcher) bool { return m.Name == bucketLabel }) {
		c.check.Fail(pointer+"selector", l.Selector, "must not have a matcher on %q, which the threshold gives", bucketLabel)
		ok = false
	}
	if !ok || !parsed {
		return trees{}
	}
	if l.Native {
		limits := func() parser.Expressions {
			return parser.Expressions{&parser.NumberLiteral{Val: math.Inf(-1)}, &parser.NumberLiteral{Val: l.ThresholdSeconds}}
		}
		share := call("histogram_fraction", append(limits(), c.sum(l.Metric, matchers))...)
		count := func() parser.Expr { return call("histogram_count", c.sum(l.Metric, matchers)) }
		good := &parser.BinaryExpr{Op: parser.MUL, LHS: share, RHS: count(), VectorMatching: &parser.VectorMatching{Card: parser.CardOneToOne}}
		return trees{good: good, total: count()}
	}
	bound := parser.MustLabelMatcher(labels.MatchRegexp, bucketLabel, boundPattern(l.ThresholdSeconds))
	return trees{good: c.sum(l.Metric+"_bucket", append(slices.Clone(matchers), bound)), total: c.sum(l.Metric+"_count", matchers)}
}

// sum is sum(increase(metric{matchers}[window])), by the label to group by if there
// is one, with the enforced matchers.
func (c *compiler) sum(metric string, matchers []*labels.Matcher) parser.Expr {
	selector := &parser.VectorSelector{Name: metric, LabelMatchers: slices.Concat(matchers, c.matchers)}
	sum := &parser.AggregateExpr{Op: parser.SUM, Expr: call("increase", &parser.MatrixSelector{VectorSelector: selector, Range: c.resolution})}
	if c.groupBy != "" {
		sum.Grouping = []string{c.groupBy}
	}
	return sum
}

func call(name string, args ...parser.Expr) parser.Expr {
	return &parser.Call{Func: parser.MustGetFunction(name), Args: args}
}

// parseSelector reads matchers as they stand between braces.
func parseSelector(check *fault.Check, pointer, text string) ([]*labels.Matcher, bool) {
	const before, after = "x{", "}" // the parser wants a whole selector
	fail := func(at int, message string) ([]*labels.Matcher, bool) {
		check.Fail(pointer, text, "must be matchers in PromQL without braces, such as job=\"checkout\": %s (%s)", message, place(text, at))
		return nil, false
	}
	if len(text) > MaxExpression {
		return fail(0, fmt.Sprintf("it is longer than %d bytes", MaxExpression))
	}
	if at := outside(text, "{}#"); at >= 0 { // it would end the selector by itself
		return fail(at, fmt.Sprintf("unexpected %q", text[at]))
	}
	all, err := lang.ParseMetricSelector(before + text + after)
	if err != nil {
		at, message := wrong(err)
		return fail(at-len(before), message)
	}
	matchers := slices.DeleteFunc(slices.Clone(all), func(m *labels.Matcher) bool { return m.Name == model.MetricNameLabel })
	if len(all)-len(matchers) > 1 {
		return fail(0, "the metric has a member of its own")
	}
	return matchers, true
}

// boundPattern matches every spelling of a bound: 0.3 is written "0.3", "0.30" or
// "3e-01", and 1 as "1", "1.0" or "1e+00", by the library that exposes it, the format
// in which it is scraped, and the version of the server (Prometheus 3 writes all as
// OpenMetrics does, "1.0"; before, they are kept as they were exposed).
func boundPattern(bound float64) string {
	whole, fraction, _ := strings.Cut(strconv.FormatFloat(bound, 'f', -1, 64), ".")
	plain := "0*" + strings.TrimLeft(whole, "0") + fractionPattern(fraction)
	mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(bound, 'e', -1, 64), "e")
	whole, fraction, _ = strings.Cut(mantissa, ".")
	sign := "[+]?"
	if exponent[0] == '-' {
		sign = "-"
	}
	return plain + "|" + whole + fractionPattern(fraction) + "[eE]" + sign + "0*" + strings.TrimLeft(exponent[1:], "0")
}

func fractionPattern(digits string) string {
	if digits == "" {
		return "([.]0*)?"
	}
	return "[.]" + digits + "0*"
}
