package prometheus

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"

	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/source"
)

// maxValues is about how many values one request for recorded series asks for.
const maxValues = 1_000_000

// jointKey is what asks have in common that are read by one query.
type jointKey struct {
	together   string
	resolution time.Duration
	from, to   int64
}

// Together is the key of the indicators that are best asked in one call of Read,
// for the same slots: recorded ones with the same metrics. It is empty for the
// others, which cost the same alone.
func (*Reader) Together(o origin.Origin) string {
	if o.Recorded == nil {
		return ""
	}
	key, err := json.Marshal([]string{o.Recorded.Good, o.Recorded.Bad, o.Recorded.Total})
	if err != nil {
		panic("strings cannot be written as JSON: " + err.Error())
	}
	return string(key)
}

// recorded is the query for all series of the metrics. Of what was recorded in a slot
// the last sample counts, last_over_time({__name__=~"GOOD|TOTAL"}[w]): a rule that is
// evaluated once in each slot leaves one there, up to the length of a slot after the
// events that it counts.
func recorded(o *origin.Recorded, resolution time.Duration, matchers []*labels.Matcher) string {
	names := slices.DeleteFunc([]string{o.Good, o.Bad, o.Total}, func(name string) bool { return name == "" })
	selector := &parser.VectorSelector{LabelMatchers: append([]*labels.Matcher{
		// The names were checked: they hold no character that means something else.
		parser.MustLabelMatcher(labels.MatchRegexp, model.MetricNameLabel, strings.Join(names, "|")),
	}, matchers...)}
	return call("last_over_time", &parser.MatrixSelector{VectorSelector: selector, Range: resolution}).String()
}

// readRecorded answers asks that have the metrics, the resolution and the slots in
// common. The query has the matchers that hold for everybody; a team's own are held
// against the series that came, before they are anybody's.
func (r *Reader) readRecorded(ctx context.Context, src source.Source, asks []origin.Ask, places []int, answers []origin.Answer) {
	first := asks[places[0]]
	var readers []recordedAsk
	for _, i := range places {
		matchers, err := Enforced(src, asks[i].Team, asks[i].TeamSlug)
		if err == nil {
			_, err = Compile("", asks[i].Origin, first.Resolution, nil)
		}
		if err != nil {
			answers[i].Err = err
			continue
		}
		readers = append(readers, recordedAsk{asks[i], i, matchers})
	}
	if len(readers) == 0 {
		return
	}
	fail := func(err error) {
		for _, reader := range readers {
			answers[reader.place] = origin.Answer{Err: err}
		}
	}
	everybody, err := shared(src)
	if err != nil {
		fail(err)
		return
	}
	query := recorded(first.Origin.Recorded, first.Resolution, everybody)
	points := min(max(maxValues/(2*len(readers)), 60), maxPoints)
	for from, to := range chunks(first.From, first.To, first.Resolution, points) {
		matrix, warning, err := r.queryRange(ctx, src, query, from, to, first.Resolution)
		if err != nil {
			fail(err)
			return
		}
		found := indexed(matrix)
		for _, reader := range readers {
			answer := &answers[reader.place]
			if answer.Err != nil {
				continue
			}
			piece := reader.take(found, from, to, warning)
			if piece.Err != nil {
				*answer = piece
				continue
			}
			answer.Slots = append(answer.Slots, piece.Slots...)
			answer.Missing = append(answer.Missing, piece.Missing...)
		}
	}
}

// recordedAsk is an ask, its place, and the matchers of its team.
type recordedAsk struct {
	origin.Ask
	place    int
	matchers []*labels.Matcher
}

// take makes an answer for some of the slots of those of the series that are the
// indicator's. Series that differ in other labels are added up: they are of replicas
// or instances, which counted different events.
func (a *recordedAsk) take(found index, from, to time.Time, warning string) origin.Answer {
	rule := rule{bad: a.Origin.Recorded.Bad != "", several: true}
	name := a.Origin.Recorded.Good
	if rule.bad {
		name = a.Origin.Recorded.Bad
	}
	parts, totals := newColumns(from, to, a.Resolution), newColumns(from, to, a.Resolution)
	parts.partial = warning
	for _, stream := range found.candidates(a.Origin.Recorded.Labels) {
		if !a.owns(stream.Metric) {
			continue
		}
		value := valueOf(stream.Metric, a.Origin.GroupBy)
		metric, err := string(stream.Metric[model.MetricNameLabel]), error(nil)
		if metric == name {
			err = parts.add(value, stream, nil)
		}
		if metric == a.Origin.Recorded.Total {
			err = errors.Join(err, totals.add(value, stream, nil))
		}
		if err != nil {
			return origin.Answer{Err: err}
		}
	}
	return assemble(a.Ask, func(value string, i int) (int64, int64, flaw) {
		return rule.count(parts.at(value, i), totals.at(value, i))
	}, parts, totals)
}

// owns reports whether a series has all labels of the indicator and all that the
// team's have to have.
func (a *recordedAsk) owns(metric model.Metric) bool {
	if !has(metric, a.Origin.Recorded.Labels) {
		return false
	}
	for _, m := range a.matchers {
		if !m.Matches(string(metric[model.LabelName(m.Name)])) {
			return false
		}
	}
	return true
}

// index finds series by a label, so that 10,000 indicators do not each look at all.
type index struct {
	all    model.Matrix
	labels map[model.LabelPair]model.Matrix
}

func indexed(matrix model.Matrix) index {
	x := index{all: matrix, labels: make(map[model.LabelPair]model.Matrix)}
	for _, stream := range matrix {
		for name, value := range stream.Metric {
			pair := model.LabelPair{Name: name, Value: value}
			x.labels[pair] = append(x.labels[pair], stream)
		}
	}
	return x
}

// candidates are the series with one of the labels, the one that fewest have.
func (x index) candidates(wanted map[string]string) model.Matrix {
	fewest := x.all
	for name, value := range wanted {
		if value == "" { // as absent
			continue
		}
		if with := x.labels[model.LabelPair{Name: model.LabelName(name), Value: model.LabelValue(value)}]; len(with) < len(fewest) {
			fewest = with
		}
	}
	return fewest
}
