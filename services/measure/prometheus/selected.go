package prometheus

import (
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"
)

// Selected are the series of one metric by their labels: x{job="a"}.
type Selected struct {
	metric   string
	matchers []*labels.Matcher // without that of the name
}

// Select reads a selector of one metric as other tools have it, without a function around it;
// a range behind it may hold the placeholder of the window, and goes away. The error says what
// would be right.
func Select(text string) (Selected, error) {
	if len(text) > MaxExpression {
		return Selected{}, fmt.Errorf("is longer than %d bytes", MaxExpression)
	}
	tree, err := lang.ParseExpr(mask(text).text)
	if err != nil {
		at, message := wrong(err)
		return Selected{}, fmt.Errorf("cannot be read as PromQL: %s (%s)", message, place(text, at))
	}
	if m, ranged := tree.(*parser.MatrixSelector); ranged {
		tree = m.VectorSelector
	}
	v, plain := tree.(*parser.VectorSelector)
	if !plain {
		return Selected{}, errors.New(`must be one metric with its labels, such as requests_total{job="checkout"}`)
	}
	if v.OriginalOffset != 0 || v.OriginalOffsetExpr != nil || v.Timestamp != nil || v.StartOrEnd != 0 {
		return Selected{}, errors.New("must have neither an offset nor a time behind @")
	}
	s := Selected{metric: v.Name}
	for _, m := range v.LabelMatchers {
		switch {
		case m.Name != model.MetricNameLabel:
			s.matchers = append(s.matchers, m)
		case m.Type != labels.MatchEqual:
			return Selected{}, errors.New("must name one metric")
		default:
			s.metric = m.Value
		}
	}
	if !model.LegacyValidation.IsValidMetricName(s.metric) {
		return Selected{}, errors.New("must name one metric, by letters, digits, underscores and colons")
	}
	return s, nil
}

// Metric is the name of the metric.
func (s Selected) Metric() string { return s.metric }

// Label is the value that the label has to be equal to; empty where none is asked for.
func (s Selected) Label(name string) string {
	for _, m := range s.matchers {
		if m.Name == name && m.Type == labels.MatchEqual {
			return m.Value
		}
	}
	return ""
}

// Of are the series of another metric with the same labels.
func (s Selected) Of(metric string) Selected {
	s.metric = metric
	return s
}

// Bound is the bound of the one bucket that is selected; false where it is not one.
func (s Selected) Bound() (float64, bool) {
	bound, err := strconv.ParseFloat(s.Label(bucketLabel), 64)
	return bound, err == nil && finite(bound)
}

// Bucket are those of the bucket with that bound, however it is spelt.
func (s Selected) Bucket(bound float64) Selected {
	s.matchers = append(s.Without(bucketLabel).matchers, parser.MustLabelMatcher(labels.MatchRegexp, bucketLabel, boundPattern(bound)))
	return s
}

// Without are the series whatever that label is.
func (s Selected) Without(label string) Selected {
	s.matchers = slices.DeleteFunc(slices.Clone(s.matchers), func(m *labels.Matcher) bool { return m.Name == label })
	return s
}

// Like reports whether the labels are asked for as of the other.
func (s Selected) Like(o Selected) bool {
	has := func(in []*labels.Matcher, m *labels.Matcher) bool {
		return slices.ContainsFunc(in, func(x *labels.Matcher) bool { return x.String() == m.String() })
	}
	return len(s.matchers) == len(o.matchers) && !slices.ContainsFunc(s.matchers, func(m *labels.Matcher) bool { return !has(o.matchers, m) })
}

// Matchers are what the labels have to be, in PromQL without braces.
func (s Selected) Matchers() string { return join(s.matchers) }

// Summed is the sum over all series of what a function gives of each in the window, such as
// increase: sum(increase(x[$window])).
func (s Selected) Summed(function string) string {
	v := &parser.VectorSelector{Name: s.metric, LabelMatchers: s.matchers}
	sum := &parser.AggregateExpr{Op: parser.SUM, Expr: call(function, &parser.MatrixSelector{VectorSelector: v, Range: sentinel})}
	return unmask(sum.String())
}
