package openslo

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/slo"
)

// readIndicator reads where the measurements come from.
func (r *reader) readIndicator(d *slo.Declaration) {
	s := r.sli
	d.GoodEvent = string(s.Spec.Description)
	if name := s.Metadata.DisplayName; name != "" {
		if d.GoodEvent == "" {
			d.GoodEvent = string(name)
		} else {
			r.warn(r.sliDoc, WarnLeftOut, r.sliAt+"/metadata/displayName", "an indicator has no name here beside its description")
		}
	}
	if len(s.Metadata.Labels) > 0 {
		r.warn(r.sliDoc, WarnLeftOut, r.sliAt+"/metadata/labels", "labels are not declared")
	}
	if len(s.Metadata.Annotations) > 0 {
		r.warn(r.sliDoc, WarnLeftOut, r.sliAt+"/metadata/annotations", "annotations of an indicator say nothing here")
	}
	base := r.sliAt + "/spec"
	if (s.Spec.ThresholdMetric == nil) == (s.Spec.RatioMetric == nil) {
		r.fail(base, nil, "must have either thresholdMetric or ratioMetric")
		return
	}
	if t := s.Spec.ThresholdMetric; t != nil {
		m := r.metric(t, base+"/thresholdMetric")
		if d.Origin.Threshold != nil {
			d.Origin.Threshold.Query = m.text("query")
		}
		d.Origin.DataSource = m.source
		r.done(m)
		return
	}
	r.readRatio(d, s.Spec.RatioMetric, base+"/ratioMetric")
}

func (r *reader) readRatio(d *slo.Declaration, ratio *RatioMetric, base string) {
	if ratio.Raw != nil {
		if ratio.Good != nil || ratio.Bad != nil || ratio.Total != nil {
			r.fail(base, nil, "must have either raw or good, bad and total")
			return
		}
		kind := string(ratio.RawType)
		if kind != "success" && kind != "failure" {
			r.fail(base+"/rawType", kind, "must be success or failure")
		}
		m := r.metric(ratio.Raw, base+"/raw")
		d.Origin.DataSource, d.Origin.RawRatio = m.source, &origin.RawRatio{Query: m.text("query"), Weight: m.text("weight"), Failure: kind == "failure"}
		r.done(m)
		return
	}
	if (ratio.Good == nil) == (ratio.Bad == nil) || ratio.Total == nil {
		r.fail(base, nil, "must have total, and either good or bad")
		return
	}
	part, at, bad := ratio.Good, base+"/good", false
	if ratio.Bad != nil {
		part, at, bad = ratio.Bad, base+"/bad", true
	}
	one, all := r.metric(part, at), r.metric(ratio.Total, base+"/total")
	if one.source != all.source {
		r.fail(base+"/total/metricSource/metricSourceRef", string(all.source), "must be the data source of %s", at[len(base)+1:])
	}
	d.Origin.DataSource = all.source
	if counter := ratio.Counter; counter != nil && *counter && all.has("query") {
		r.warn(r.sliDoc, WarnChanged, base+"/counter", "queries count the events of a window here: they hold $window, as in sum(increase(requests_total[$window]))")
	}
	r.readForm(d, one, all, bad)
	r.done(one, all)
}

// readForm reads good or bad, and all, by what their data source is asked.
func (r *reader) readForm(d *slo.Declaration, one, all *metric, bad bool) {
	either := func(name string) (good, other string) {
		if bad {
			return "", name
		}
		return name, ""
	}
	switch {
	case all.kind == typePush:
		one.text("count")
		all.text("count")
		if bad {
			d.Counting = slo.BadTotal
		}
		if all.source != "" {
			r.fail(all.at, string(all.source), "must refer to no data source: its events are sent")
		}
	case all.kind == typeOTLP:
		o := &origin.OTLP{Metric: all.text("metric"), Where: all.matches("where"), Threshold: one.number("threshold")}
		one.text("metric")
		one.matches("where")
		if bad {
			o.Bad = one.matches("matching")
		} else {
			o.Good = one.matches("matching")
		}
		d.Origin.OTLP = o
	case all.has("indicator"):
		d.Origin.Adapter = &origin.Adapter{Indicator: all.text("indicator"), Parameters: all.pairs("parameters")}
		if one.text("indicator") != d.Origin.Adapter.Indicator || !maps.Equal(one.pairs("parameters"), d.Origin.Adapter.Parameters) || bad {
			r.fail(one.at, nil, "must be good, and the same as total: an adapter is asked for both at once")
		}
	case one.has("thresholdSeconds"):
		l := &origin.Latency{Metric: all.text("metric"), Selector: all.text("selector"), ThresholdSeconds: one.number("thresholdSeconds"), Native: all.text("histogram") == "native"}
		if one.text("metric") != l.Metric || one.text("selector") != l.Selector || (one.text("histogram") == "native") != l.Native || bad {
			r.fail(one.at, nil, "must be good, of the same histogram as total")
		}
		d.Origin.Latency = l
	case all.has("metric"):
		rec := &origin.Recorded{Total: all.text("metric"), Labels: all.pairs("labels")}
		rec.Good, rec.Bad = either(one.text("metric"))
		if !maps.Equal(one.pairs("labels"), rec.Labels) {
			r.fail(one.at+"/labels", nil, "must be those of total")
		}
		d.Origin.Recorded = rec
	default:
		q := &origin.Ratio{Total: all.text("query")}
		q.Good, q.Bad = either(one.text("query"))
		d.Origin.Ratio = q
	}
}

// metric is a metric that is read: members that are asked for are used, and the others are told.
type metric struct {
	r      *reader
	at     string // of its spec
	kind   string
	source id.ID
	of     map[string]any
	used   map[string]bool
}

func (r *reader) metric(m *Metric, at string) *metric {
	s := m.MetricSource
	out := &metric{r: r, at: at + "/metricSource/spec", kind: string(s.Type), source: id.ID(s.Ref), used: map[string]bool{}}
	var ok bool
	if out.of, ok = s.Spec.Plain().(map[string]any); !ok && !s.Spec.IsNull() {
		r.fail(out.at, nil, "must have members, such as query")
	}
	switch out.kind {
	case "", typePrometheus, typeAdapter, typeOTLP, typePush:
	default:
		r.warn(r.sliDoc, WarnSource, at+"/metricSource/type", "no data source here is of type %q; what it is asked is taken for PromQL", fault.Clip(out.kind, 64))
	}
	return out
}

func (m *metric) has(name string) bool { _, there := m.of[name]; return there }

// text is a member that is a text, or a number as one.
func (m *metric) text(name string) string {
	m.used[name] = true
	switch v := m.of[name].(type) {
	case nil:
		return ""
	case string:
		return v
	case bool, int64, uint64, int, float64:
		return fmt.Sprint(v)
	}
	m.r.fail(m.at+"/"+name, nil, "must be a text")
	return ""
}

func (m *metric) number(name string) float64 {
	text := m.text(name)
	if text == "" {
		return 0
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil {
		m.r.fail(m.at+"/"+name, text, "must be a number")
	}
	return v
}

// list puts a member that is a list of objects into a pointer to one.
func (m *metric) list(name string, into any, as string) {
	m.used[name] = true
	if m.of[name] == nil {
		return
	}
	text, err := json.Marshal(m.of[name])
	if err == nil {
		err = json.Unmarshal(text, into)
	}
	if err != nil {
		m.r.fail(m.at+"/"+name, nil, "must be a list of %s, all of them texts", as)
	}
}

func (m *metric) matches(name string) []origin.Match {
	var out []origin.Match
	m.list(name, &out, "attribute, op and value")
	return out
}

func (m *metric) pairs(name string) map[string]string {
	var of []struct{ Name, Value string }
	m.list(name, &of, "name and value")
	if len(of) == 0 {
		return nil
	}
	out := make(map[string]string, len(of))
	for _, p := range of {
		if _, twice := out[p.Name]; twice {
			m.r.fail(m.at+"/"+name, p.Name, "names it twice")
		}
		out[p.Name] = p.Value
	}
	return out
}

// done tells of what the metrics say beside what was used, and that somebody has to say where
// they are read.
func (r *reader) done(of ...*metric) {
	for _, m := range of {
		for _, name := range slices.Sorted(maps.Keys(m.of)) {
			if !m.used[name] {
				r.warn(r.sliDoc, WarnLeftOut, m.at+"/"+escape.Replace(name), "%q is nothing that a data source is asked here", fault.Clip(name, 64))
			}
		}
	}
}
