package prometheus

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	v1 "github.com/prometheus/client_golang/api/prometheus/v1"
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/source"
)

// recent is how far back is looked for what there is.
const recent = time.Hour

// MaxSeen is how many services Seen finds of one metric.
const MaxSeen = 200

// Scope is which series are looked at, and for whom: the matchers that the data
// source has for the team hold here, too.
type Scope struct {
	Team     id.ID
	TeamSlug string
	Selector string // matchers in PromQL without braces
	// Labels are those that every series has, with their values.
	Labels map[string]string
}

// matchers are those of the selector, of the labels and of the team. Errors: those of Enforced, and
// Invalid, pointing to "/selector".
func (s Scope) matchers(src source.Source) ([]*labels.Matcher, error) {
	enforced, err := Enforced(src, s.Team, s.TeamSlug)
	if err != nil {
		return nil, err
	}
	var check fault.Check
	own, _ := parseSelector(&check, "/selector", s.Selector)
	return slices.Concat(own, equals(s.Labels), enforced), check.Err()
}

// Names returns which of the metrics there were in the hour before, sorted.
func (r *Reader) Names(ctx context.Context, src source.Source, scope Scope, metrics []string, at time.Time) ([]string, error) {
	matchers, err := scope.matchers(src)
	if err != nil || len(metrics) == 0 {
		return nil, err
	}
	var check fault.Check
	for _, name := range metrics {
		checkMetric(&check, "", name)
	}
	if err := check.Err(); err != nil {
		return nil, err
	}
	selector := &parser.VectorSelector{LabelMatchers: append([]*labels.Matcher{
		parser.MustLabelMatcher(labels.MatchRegexp, model.MetricNameLabel, strings.Join(metrics, "|")),
	}, matchers...)}
	values, _, err := ask(ctx, r, src, func(ctx context.Context, c v1.API, options ...v1.Option) (model.LabelValues, v1.Warnings, v1.Infos, error) {
		return c.LabelValues(ctx, model.MetricNameLabel, []string{selector.String()}, at.Add(-recent), at, options...)
	})
	if err != nil {
		return nil, err
	}
	var names []string
	for _, v := range values {
		if slices.Contains(metrics, string(v)) { // a source may hold nothing of match[]
			names = append(names, string(v))
		}
	}
	slices.Sort(names)
	return names, nil
}

// Look is what is looked for: series of a metric that have certain labels, told apart
// by others.
type Look struct {
	Metric string
	Has    []string
	By     []string
}

// Seen is what was found with one choice of values of the labels By.
type Seen struct {
	Labels  map[string]string // By, with their values
	Series  int               // how many there are
	Example map[string]string // all labels of one of them
}

// Seen returns what there was in the hour before, at most MaxSeen, those with the
// most series first. Series that lack a label of By are not looked at.
func (r *Reader) Seen(ctx context.Context, src source.Source, scope Scope, look Look, at time.Time) ([]Seen, error) {
	matchers, err := scope.matchers(src)
	if err != nil {
		return nil, err
	}
	var check fault.Check
	if !checkMetric(&check, "/metric", look.Metric) {
		return nil, check.Err()
	}
	for _, name := range slices.Concat(look.Has, look.By) {
		matchers = append(matchers, parser.MustLabelMatcher(labels.MatchNotEqual, name, ""))
	}
	lately := func() parser.Expr {
		return call("last_over_time", &parser.MatrixSelector{VectorSelector: &parser.VectorSelector{Name: look.Metric, LabelMatchers: matchers}, Range: recent})
	}
	counts, err := r.instant(ctx, src, &parser.AggregateExpr{Op: parser.COUNT, Grouping: look.By, Expr: lately()}, at)
	if err != nil {
		return nil, err
	}
	examples, err := r.instant(ctx, src, &parser.AggregateExpr{Op: parser.TOPK, Param: &parser.NumberLiteral{Val: 1}, Grouping: look.By, Expr: lately()}, at)
	if err != nil {
		return nil, err
	}
	found := make(map[string]*Seen)
	for _, s := range counts {
		found[key(s.Metric, look.By)] = &Seen{Labels: pick(s.Metric, look.By), Series: int(s.Value)}
	}
	for _, s := range examples {
		if seen := found[key(s.Metric, look.By)]; seen != nil {
			seen.Example = pick(s.Metric, nil)
		}
	}
	var all []Seen
	for _, k := range slices.Sorted(maps.Keys(found)) {
		all = append(all, *found[k])
	}
	slices.SortStableFunc(all, func(a, b Seen) int { return b.Series - a.Series })
	return all[:min(len(all), MaxSeen)], nil
}

// pick returns the labels of a series, those named or all.
func pick(metric model.Metric, names []string) map[string]string {
	picked := make(map[string]string)
	for name, value := range metric {
		if names == nil || slices.Contains(names, string(name)) {
			picked[string(name)] = string(value)
		}
	}
	return picked
}

// key tells the values of labels apart.
func key(metric model.Metric, names []string) string {
	values := make([]string, len(names))
	for i, name := range names {
		values[i] = strconv.Quote(string(metric[model.LabelName(name)]))
	}
	return strings.Join(values, ",")
}

func (r *Reader) instant(ctx context.Context, src source.Source, query parser.Expr, at time.Time) (model.Vector, error) {
	value, _, err := ask(ctx, r, src, func(ctx context.Context, c v1.API, options ...v1.Option) (model.Value, v1.Warnings, v1.Infos, error) {
		return c.Query(ctx, query.String(), at, options...)
	})
	if err != nil {
		return nil, err
	}
	vector, ok := value.(model.Vector)
	if !ok {
		return nil, fault.New(fault.Invalid, "source_not_prometheus", "the data source %q answers a query with something else than a vector", src.Slug)
	}
	return vector, nil
}

// Bounds returns the finite bounds of the buckets of a classic histogram, from the
// least: those that each of its series had in the hour before, so that every
// observation is counted against them. Without one, there tells whether there were
// buckets at all. The metric's name ends in "_bucket"; the labels narrow what the scope
// lets through.
func (r *Reader) Bounds(ctx context.Context, src source.Source, scope Scope, metric string, of map[string]string, at time.Time) (bounds []float64, there bool, err error) {
	matchers, err := scope.matchers(src)
	if err != nil {
		return nil, false, err
	}
	var check fault.Check
	if !checkMetric(&check, "/metric", metric) {
		return nil, false, check.Err()
	}
	lately := call("last_over_time", &parser.MatrixSelector{
		VectorSelector: &parser.VectorSelector{Name: metric, LabelMatchers: slices.Concat(matchers, equals(of))}, Range: recent,
	})
	counts, err := r.instant(ctx, src, &parser.AggregateExpr{Op: parser.COUNT, Grouping: []string{bucketLabel}, Expr: lately}, at)
	if err != nil {
		return nil, false, err
	}
	series := make(map[float64]float64) // by bound, however it is spelled
	most := 0.0
	for _, s := range counts {
		bound, err := strconv.ParseFloat(string(s.Metric[bucketLabel]), 64)
		if err != nil {
			continue // no bucket
		}
		series[bound] += float64(s.Value)
		most = max(most, series[bound])
	}
	for _, bound := range slices.Sorted(maps.Keys(series)) {
		if finite(bound) && series[bound] == most {
			bounds = append(bounds, bound)
		}
	}
	return bounds, len(series) > 0, nil
}

// toldBounds is how many bounds are told in a sentence.
const toldBounds = 20

// Doubt says in words what of an origin the data source cannot answer by the look of
// what it had in the hour before: a latency's threshold has to be a bound of every
// series of a classic histogram. It is empty when nothing is against it. The scope has
// no selector; the origin has its own.
func (r *Reader) Doubt(ctx context.Context, src source.Source, scope Scope, o origin.Origin, at time.Time) (string, error) {
	l := o.Latency
	if l == nil || l.Native {
		return "", nil
	}
	scope.Selector = l.Selector
	metric := l.Metric + "_bucket"
	bounds, there, err := r.Bounds(ctx, src, scope, metric, nil, at)
	switch {
	case err != nil || slices.Contains(bounds, l.ThresholdSeconds):
		return "", err
	case !there:
		return fmt.Sprintf("the data source %q had no bucket of %s in the last hour that the SLO would be read from", src.Slug, metric), nil
	}
	none := fmt.Sprintf("%g is not the bound of a bucket in every series of %s; ", l.ThresholdSeconds, metric)
	if len(bounds) == 0 {
		return none + "they have no finite bound in common", nil
	}
	more := ""
	if len(bounds) > toldBounds {
		bounds, more = bounds[:toldBounds], fmt.Sprintf(" and %d above", len(bounds)-toldBounds)
	}
	texts := make([]string, len(bounds))
	for i, bound := range bounds {
		texts[i] = strconv.FormatFloat(bound, 'g', -1, 64)
	}
	return none + "these are: " + strings.Join(texts, ", ") + more, nil
}

// Distribution is how many observations of a classic histogram lay at or below each
// of the bounds of its buckets that are told by Bounds, and how many there were in all.
type Distribution struct {
	Bounds []float64 // finite, from the least
	Below  []float64 // observations, in the order of Bounds
	All    float64
}

// Distribution reads the buckets of a metric over the hours that begin in [from, to):
// of bounds that are no more at its end, because the histogram was given others,
// nothing is told.
func (r *Reader) Distribution(ctx context.Context, src source.Source, scope Scope, metric string, of map[string]string, from, to time.Time) (Distribution, error) {
	matchers, err := scope.matchers(src)
	if err != nil {
		return Distribution{}, err
	}
	var check fault.Check
	if !checkMetric(&check, "/metric", metric) {
		return Distribution{}, check.Err()
	}
	buckets := compiler{resolution: time.Hour, groupBy: bucketLabel, matchers: slices.Concat(matchers, equals(of))}
	query := buckets.sum(metric, nil).String()
	below := make(map[float64]float64)
	var d Distribution
	for start, end := range chunks(from, to, time.Hour, maxGroupedPoints) {
		matrix, _, err := r.queryRange(ctx, src, query, start, end, time.Hour)
		if err != nil {
			return Distribution{}, err
		}
		for _, stream := range matrix {
			bound, err := strconv.ParseFloat(string(stream.Metric[bucketLabel]), 64)
			if err != nil {
				continue // no bucket
			}
			for _, v := range stream.Values {
				if v.Value >= 0 && finite(bound) {
					below[bound] += float64(v.Value)
				} else if v.Value >= 0 && bound > 0 {
					d.All += float64(v.Value)
				}
			}
		}
	}
	if d.Bounds, _, err = r.Bounds(ctx, src, scope, metric, of, to); err != nil {
		return Distribution{}, err
	}
	for _, bound := range d.Bounds {
		d.Below = append(d.Below, below[bound])
	}
	return d, nil
}
