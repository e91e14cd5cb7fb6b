package openslo

import (
	"fmt"
	"maps"
	"slices"

	"github.com/evenkeel/evenkeel/internal/yamldoc"
	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/slo"
)

// The types of data sources, as they are written. Those of Evenkeel alone have its prefix.
const (
	typePrometheus = "Prometheus"
	typeOTLP       = "OpenTelemetry"
	typeAdapter    = Prefix + "adapter"
	typePush       = Prefix + "push"
)

// spec is what a data source is asked, in the words of the API. Which members there are tells
// which form it is.
type spec struct {
	Query            yamldoc.Text   `yaml:"query,omitempty"`
	Weight           yamldoc.Text   `yaml:"weight,omitempty"`
	Metric           yamldoc.Text   `yaml:"metric,omitempty"`
	Selector         yamldoc.Text   `yaml:"selector,omitempty"`
	ThresholdSeconds yamldoc.Number `yaml:"thresholdSeconds,omitempty"`
	Histogram        yamldoc.Text   `yaml:"histogram,omitempty"`
	Labels           []pair         `yaml:"labels,omitempty"`
	Indicator        yamldoc.Text   `yaml:"indicator,omitempty"`
	Parameters       []pair         `yaml:"parameters,omitempty"`
	Where            []match        `yaml:"where,omitempty"`
	Matching         []match        `yaml:"matching,omitempty"`
	Threshold        yamldoc.Number `yaml:"threshold,omitempty"`
	Count            yamldoc.Text   `yaml:"count,omitempty"`
}

// pair is a name with a value; names of maps are read by rules of their own.
type pair struct {
	Name  yamldoc.Text `yaml:"name"`
	Value yamldoc.Text `yaml:"value"`
}

type match struct {
	Attribute yamldoc.Text `yaml:"attribute"`
	Op        yamldoc.Text `yaml:"op"`
	Value     yamldoc.Text `yaml:"value"`
}

// indicatorOf is what a complete declaration measures. Queries count events in a window already,
// and so are no counters.
func indicatorOf(d slo.Declaration) SLISpec {
	o := d.Origin
	metric := func(of string, s spec) *Metric {
		value, err := yamldoc.ValueOf(s)
		if err != nil {
			panic(fmt.Sprintf("what a source is asked cannot be written as YAML: %v", err)) // it is texts and numbers
		}
		return &Metric{MetricSource{Ref: yamldoc.Text(o.DataSource), Type: yamldoc.Text(of), Spec: value}}
	}
	query := func(text string) *Metric {
		if text == "" {
			return nil
		}
		return metric(typePrometheus, spec{Query: yamldoc.Text(text)})
	}
	counter := false
	ratio := &RatioMetric{Counter: &counter}
	switch {
	case o.Ratio != nil:
		ratio.Good, ratio.Bad, ratio.Total = query(o.Ratio.Good), query(o.Ratio.Bad), query(o.Ratio.Total)
	case o.RawRatio != nil:
		ratio.Counter, ratio.RawType = nil, "success"
		if o.RawRatio.Failure {
			ratio.RawType = "failure"
		}
		ratio.Raw = metric(typePrometheus, spec{Query: yamldoc.Text(o.RawRatio.Query), Weight: yamldoc.Text(o.RawRatio.Weight)})
	case o.Threshold != nil:
		return SLISpec{ThresholdMetric: metric(typePrometheus, spec{Query: yamldoc.Text(o.Threshold.Query)})}
	case o.Latency != nil:
		l, kind := o.Latency, yamldoc.Text("classic")
		if l.Native {
			kind = "native"
		}
		all := spec{Metric: yamldoc.Text(l.Metric), Selector: yamldoc.Text(l.Selector), Histogram: kind}
		good := all
		good.ThresholdSeconds = decimal(l.ThresholdSeconds)
		ratio.Good, ratio.Total = metric(typePrometheus, good), metric(typePrometheus, all)
	case o.Recorded != nil:
		name := func(of string) *Metric {
			if of == "" {
				return nil
			}
			return metric(typePrometheus, spec{Metric: yamldoc.Text(of), Labels: pairs(o.Recorded.Labels)})
		}
		ratio.Good, ratio.Bad, ratio.Total = name(o.Recorded.Good), name(o.Recorded.Bad), name(o.Recorded.Total)
	case o.Adapter != nil:
		both := metric(typeAdapter, spec{Indicator: yamldoc.Text(o.Adapter.Indicator), Parameters: pairs(o.Adapter.Parameters)})
		ratio.Good, ratio.Total = both, both
	case o.OTLP != nil:
		all := spec{Metric: yamldoc.Text(o.OTLP.Metric), Where: matches(o.OTLP.Where)}
		part := all
		if o.OTLP.Threshold != 0 {
			part.Threshold = decimal(o.OTLP.Threshold)
		}
		ratio.Total = metric(typeOTLP, all)
		if len(o.OTLP.Bad) > 0 {
			part.Matching = matches(o.OTLP.Bad)
			ratio.Bad = metric(typeOTLP, part)
		} else {
			part.Matching = matches(o.OTLP.Good)
			ratio.Good = metric(typeOTLP, part)
		}
	default:
		ratio.Total = metric(typePush, spec{Count: "total"})
		if d.Counting == slo.BadTotal {
			ratio.Bad = metric(typePush, spec{Count: "bad"})
		} else {
			ratio.Good = metric(typePush, spec{Count: "good"})
		}
	}
	return SLISpec{RatioMetric: ratio}
}

func pairs(of map[string]string) []pair {
	var out []pair
	for _, name := range slices.Sorted(maps.Keys(of)) {
		out = append(out, pair{yamldoc.Text(name), yamldoc.Text(of[name])})
	}
	return out
}

func matches(of []origin.Match) []match {
	var out []match
	for _, m := range of {
		out = append(out, match{yamldoc.Text(m.Attribute), yamldoc.Text(m.Op), yamldoc.Text(m.Value)})
	}
	return out
}
