package origin

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Query is a part of what is asked, named as on the wire.
type Query struct {
	Name string
	Text string
}

// Words says in a sentence where measurements come from; dataSource is the name
// of the one that is asked.
func (o Origin) Words(dataSource string) string {
	if o.Pushed() {
		return o.grouped("Reporters push slots of good, or bad, and all events.", "label")
	}
	var how string
	switch {
	case o.Ratio != nil:
		how = "two queries count " + which(o.Ratio.Bad != "") + " and all events of each slot"
	case o.RawRatio != nil:
		how = "a query gives the share of " + which(o.RawRatio.Failure) + " events of each slot, which counts as 1,000 events"
		if o.RawRatio.Weight != "" {
			how = "a query gives the share of " + which(o.RawRatio.Failure) + " events of each slot, another how many events there were"
		}
	case o.Threshold != nil:
		how = fmt.Sprintf("each value of a query at the end of a slot is an event, good where it is %s %s", o.Threshold.Op.sign(), number(o.Threshold.Value))
	case o.Latency != nil:
		kind := "classic"
		if o.Latency.Native {
			kind = "native"
		}
		how = fmt.Sprintf("observations of a %s histogram are events, good where they took at most %s s", kind, number(o.Latency.ThresholdSeconds))
	case o.Recorded != nil:
		how = "recording rules counted " + which(o.Recorded.Bad != "") + " and all events of each slot"
	case o.Adapter != nil:
		return o.grouped("Asked of the adapter "+strconv.Quote(dataSource)+".", "label")
	case o.OTLP != nil:
		how = "Counted from OpenTelemetry metrics: events are counted by a sum, and their attributes tell " + which(len(o.OTLP.Bad) > 0) + " ones."
		if o.OTLP.Threshold != 0 {
			how = "Counted from OpenTelemetry metrics: observations of a histogram are events, good where they are at most " + number(o.OTLP.Threshold) + "."
		}
		return o.grouped(how, "attribute")
	}
	return o.grouped("Read from the data source "+strconv.Quote(dataSource)+": "+how+".", "label")
}

func (o Origin) grouped(sentence, noun string) string {
	if o.GroupBy == "" {
		return sentence
	}
	return fmt.Sprintf("%s Each value of the %s %s is a group, up to %d of them.", sentence, noun, o.GroupBy, o.MaxGroups)
}

func which(bad bool) string {
	if bad {
		return "bad"
	}
	return "good"
}

// sign writes a comparison as mathematics does.
func (o Op) sign() string {
	return map[Op]string{LTE: "≤", GTE: "≥", LT: "<", GT: ">"}[o]
}

func number(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

// Queries lists what is asked, or looked for, in the order in which it is declared.
func (o Origin) Queries() []Query {
	var out []Query
	add := func(name, text string) {
		if text != "" {
			out = append(out, Query{Name: name, Text: text})
		}
	}
	switch {
	case o.Ratio != nil:
		add("good", o.Ratio.Good)
		add("bad", o.Ratio.Bad)
		add("total", o.Ratio.Total)
	case o.RawRatio != nil:
		add("query", o.RawRatio.Query)
		add("weight", o.RawRatio.Weight)
	case o.Threshold != nil:
		add("query", o.Threshold.Query)
	case o.Latency != nil:
		add("metric", selected(o.Latency.Metric, o.Latency.Selector))
	case o.Recorded != nil:
		labels := pairs(o.Recorded.Labels)
		for _, m := range []Query{{"good", o.Recorded.Good}, {"bad", o.Recorded.Bad}, {"total", o.Recorded.Total}} {
			if m.Text != "" {
				add(m.Name, selected(m.Text, labels))
			}
		}
	case o.Adapter != nil:
		add("indicator", o.Adapter.Indicator)
		add("parameters", pairs(o.Adapter.Parameters))
	case o.OTLP != nil:
		add("metric", selected(o.OTLP.Metric, conditions(o.OTLP.Where)))
		add("good", conditions(o.OTLP.Good))
		add("bad", conditions(o.OTLP.Bad))
	}
	return out
}

func selected(metric, selector string) string {
	if selector == "" {
		return metric
	}
	return metric + "{" + selector + "}"
}

func pairs(m map[string]string) string {
	out := make([]string, 0, len(m))
	for _, name := range slices.Sorted(maps.Keys(m)) {
		out = append(out, name+"="+strconv.Quote(m[name]))
	}
	return strings.Join(out, ",")
}

func conditions(matches []Match) string {
	out := make([]string, len(matches))
	for i, m := range matches {
		out[i] = m.Attribute + string(m.Op) + strconv.Quote(m.Value)
	}
	return strings.Join(out, ",")
}
