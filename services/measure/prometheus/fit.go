package prometheus

import (
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/measure/origin"
)

// Bound is what stands in a template for the bound of a bucket: le="$bound".
const Bound = "$bound"

// printedSentinel is how the printer of expressions writes the sentinel.
var printedSentinel = model.Duration(sentinel).String()

// Fit makes an origin for one service of one for all: each selector gets the matchers
// that are given as PromQL without braces and the labels of the service, and the bound
// is put in, 0 being none: le="$bound" in a selector becomes every spelling of it.
// Errors: Invalid when there is something that cannot be compiled.
func Fit(o origin.Origin, selector string, of map[string]string, bound float64) (origin.Origin, error) {
	if o.Latency != nil && bound > 0 {
		l := *o.Latency
		l.ThresholdSeconds = bound
		o.Latency = &l
	}
	var check fault.Check
	Check(&check, "", o)
	own, _ := parseSelector(&check, "/selector", selector)
	if err := check.Err(); err != nil {
		return origin.Origin{}, err
	}
	matchers := slices.Concat(own, equals(of))
	fitted := o
	switch o.Kind() {
	case origin.KindRatio:
		r := *o.Ratio
		r.Good, r.Bad, r.Total = fit(r.Good, matchers, bound), fit(r.Bad, matchers, bound), fit(r.Total, matchers, bound)
		fitted.Ratio = &r
	case origin.KindRawRatio:
		r := *o.RawRatio
		r.Query, r.Weight = fit(r.Query, matchers, bound), fit(r.Weight, matchers, bound)
		fitted.RawRatio = &r
	case origin.KindThreshold:
		t := *o.Threshold
		t.Query = fit(t.Query, matchers, bound)
		fitted.Threshold = &t
	case origin.KindLatency:
		l := *o.Latency
		has, _ := parseSelector(&check, "", l.Selector)
		l.Selector = join(slices.Concat(has, matchers))
		fitted.Latency = &l
	default:
		return origin.Origin{}, fault.New(fault.Invalid, "origin_unfit", "an origin of kind %q cannot be fitted to a service", o.Kind())
	}
	return fitted, nil
}

// fit changes an expression that was checked, and keeps the placeholder of the window.
func fit(text string, matchers []*labels.Matcher, bound float64) string {
	if text == "" {
		return ""
	}
	tree, err := lang.ParseExpr(mask(text).text)
	if err != nil {
		panic("an expression that was parsed is not parsed again: " + err.Error())
	}
	enforce(tree, matchers)
	parser.Inspect(tree, func(node parser.Node, _ []parser.Node) error {
		if selector, ok := node.(*parser.VectorSelector); ok && bound > 0 {
			for i, m := range selector.LabelMatchers {
				if m.Name == bucketLabel && m.Type == labels.MatchEqual && m.Value == Bound {
					selector.LabelMatchers[i] = parser.MustLabelMatcher(labels.MatchRegexp, bucketLabel, boundPattern(bound))
				}
			}
		}
		return nil
	})
	return unmask(tree.String())
}

// unmask puts the placeholder where the sentinel was printed, outside of strings.
func unmask(printed string) string { return strings.Join(cut(printed), Window) }

// cut returns what stands before, between and after the sentinels that were printed outside of
// strings.
func cut(printed string) []string {
	var out []string
	from := 0
	for i := 0; i < len(printed); {
		n := outside(printed[i:], printedSentinel[:1])
		if n < 0 {
			break
		}
		if i += n; strings.HasPrefix(printed[i:], printedSentinel) && (i == 0 || !wordly(printed[i-1])) {
			out = append(out, printed[from:i])
			i += len(printedSentinel)
			from = i
			continue
		}
		i++
	}
	return append(out, printed[from:])
}

// equals are the matchers of labels and values.
func equals(of map[string]string) []*labels.Matcher {
	var all []*labels.Matcher
	for _, name := range slices.Sorted(maps.Keys(of)) {
		all = append(all, parser.MustLabelMatcher(labels.MatchEqual, name, of[name]))
	}
	return all
}

// join writes matchers as they stand between braces.
func join(matchers []*labels.Matcher) string {
	texts := make([]string, len(matchers))
	for i, m := range matchers {
		texts[i] = m.String()
	}
	return strings.Join(texts, ",")
}

// finite reports whether a bound is one that can be promised.
func finite(bound float64) bool { return bound > 0 && !math.IsInf(bound, 0) && !math.IsNaN(bound) }
