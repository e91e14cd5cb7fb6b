package api

import (
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/slo"
)

// dataSourceOf is the data source that an SLO is read from, for its name.
func dataSourceOf(v slo.View) id.ID { return v.Indicator.Origin.DataSource }

func fromMeasurementSource(indicator IndicatorInput) origin.Origin {
	out := origin.Origin{GroupBy: indicator.GroupBy, MaxGroups: indicator.MaxGroups}
	in := indicator.Source
	if in == nil {
		return out
	}
	out.DataSource = id.ID(in.DataSource)
	if f := in.Ratio; f != nil {
		out.Ratio = (*origin.Ratio)(f)
	}
	if f := in.RawRatio; f != nil {
		out.RawRatio = &origin.RawRatio{Query: f.Query, Failure: f.Type == "failure", Weight: f.Weight}
	}
	if f := in.Threshold; f != nil {
		out.Threshold = &origin.Threshold{Query: f.Query, Op: origin.Op(f.Op), Value: f.Value}
	}
	if f := in.Latency; f != nil {
		out.Latency = &origin.Latency{Metric: f.Metric, Selector: f.Selector, ThresholdSeconds: f.ThresholdSeconds, Native: f.Histogram == "native"}
	}
	if f := in.Recorded; f != nil {
		out.Recorded = (*origin.Recorded)(f)
	}
	if f := in.Adapter; f != nil {
		out.Adapter = (*origin.Adapter)(f)
	}
	if f := in.OTLP; f != nil {
		out.OTLP = &origin.OTLP{Metric: f.Metric, Where: fromMatches(f.Where), Good: fromMatches(f.Good), Bad: fromMatches(f.Bad), Threshold: f.Threshold}
	}
	return out
}

func fromMatches(in []AttributeMatch) []origin.Match {
	var out []origin.Match
	for _, m := range in {
		out = append(out, origin.Match{Attribute: m.Attribute, Op: origin.MatchOp(m.Op), Value: m.Value})
	}
	return out
}

// toMeasurementSource is nil when reporters push.
func toMeasurementSource(o origin.Origin, names sourceNames) *MeasurementSource {
	if o.Pushed() {
		return nil
	}
	out := &MeasurementSource{DataSource: names.ref(o.DataSource)}
	if f := o.Ratio; f != nil {
		out.Ratio = (*RatioSource)(f)
	}
	if f := o.RawRatio; f != nil {
		out.RawRatio = &RawRatioSource{Query: f.Query, Type: "success", Weight: f.Weight}
		if f.Failure {
			out.RawRatio.Type = "failure"
		}
	}
	if f := o.Threshold; f != nil {
		out.Threshold = &ThresholdSource{Query: f.Query, Op: string(f.Op), Value: f.Value}
	}
	if f := o.Latency; f != nil {
		out.Latency = &LatencySource{Metric: f.Metric, Selector: f.Selector, ThresholdSeconds: f.ThresholdSeconds, Histogram: "classic"}
		if f.Native {
			out.Latency.Histogram = "native"
		}
	}
	if f := o.Recorded; f != nil {
		out.Recorded = (*RecordedSource)(f)
	}
	if f := o.Adapter; f != nil {
		out.Adapter = (*AdapterSource)(f)
	}
	if f := o.OTLP; f != nil {
		out.OTLP = &OTLPSource{Metric: f.Metric, Where: toMatches(f.Where), Good: toMatches(f.Good), Bad: toMatches(f.Bad), Threshold: f.Threshold}
	}
	return out
}

func toMatches(in []origin.Match) []AttributeMatch {
	var out []AttributeMatch
	for _, m := range in {
		out = append(out, AttributeMatch{Attribute: m.Attribute, Op: string(m.Op), Value: m.Value})
	}
	return out
}

func toProvenance(words string, o origin.Origin, names sourceNames) Provenance {
	queries := o.Queries()
	out := Provenance{Text: words, Source: toMeasurementSource(o, names), Queries: make([]NamedQuery, len(queries))}
	for i, q := range queries {
		out.Queries[i] = NamedQuery(q)
	}
	return out
}
