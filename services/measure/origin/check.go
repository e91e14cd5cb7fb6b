package origin

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/hidden"
	"github.com/evenkeel/evenkeel/services/access"
)

// The bounds of what an origin says.
const (
	MaxExpression = 4096 // bytes, of PromQL and of regular expressions together with their like
	MaxLabels     = 32   // labels of recorded metrics, parameters of adapters
	MaxMatches    = 20   // conditions in one list of OTLP's
	MaxMetric     = 255  // characters of a metric's name, as of OpenTelemetry's instruments

	maxGroupBy = 100  // characters of what groups are called by
	maxLabel   = 128  // characters of a label's or attribute's name
	maxValue   = 1024 // bytes of a label's, attribute's or parameter's value
)

// The names of metrics and labels. Prometheus 3 knows more of them, which have to be
// quoted; they can be used within an expression, and not where a name stands alone.
var (
	metricName = regexp.MustCompile(`^[a-zA-Z_:][a-zA-Z0-9_:]*$`)
	labelName  = regexp.MustCompile(`^[a-zA-Z_][a-zA-Z0-9_]*$`)
)

// OrDefaults fills what was left out and has a default.
func (o Origin) OrDefaults() Origin {
	if o.GroupBy != "" && o.MaxGroups == 0 {
		o.MaxGroups = DefaultMaxGroups
	}
	if o.OTLP != nil {
		otlp := *o.OTLP
		otlp.Where, otlp.Good, otlp.Bad = comparing(otlp.Where), comparing(otlp.Good), comparing(otlp.Bad)
		o.OTLP = &otlp
	}
	return o
}

// comparing has conditions that say no comparison be of equality.
func comparing(matches []Match) []Match {
	out := slices.Clone(matches)
	for i := range out {
		out[i].Op = cmp.Or(out[i].Op, Equal)
	}
	return out
}

// Check notes every fault that can be told without the data source and its
// language; base is the pointer to the origin on the wire.
func (o Origin) Check(check *fault.Check, base string) {
	forms := o.forms()
	if len(forms) > 1 {
		check.Fail(base, nil, "must say one way of measuring, not %d: %s", len(forms), strings.Join(forms, ", "))
		return
	}
	o.checkGroups(check, base)
	if o.Pushed() {
		check.Require(o.DataSource == "", base, nil, "must say how it is measured: ratio, rawRatio, threshold, latency, recorded, adapter or otlp; leave source out when reporters push")
		return
	}
	if o.Asked() {
		check.Require(o.DataSource != "", base+"/dataSource", nil, "is required: the slug or identifier of the data source that is asked")
	} else {
		check.Require(o.DataSource == "", base+"/dataSource", o.DataSource, "must be left out: OpenTelemetry metrics are received, and no data source is asked")
	}
	base += "/" + forms[0]
	switch {
	case o.Ratio != nil:
		o.Ratio.check(check, base)
	case o.RawRatio != nil:
		checkExpression(check, base+"/query", o.RawRatio.Query, true)
		checkExpression(check, base+"/weight", o.RawRatio.Weight, false)
	case o.Threshold != nil:
		o.Threshold.check(check, base)
	case o.Latency != nil:
		o.Latency.check(check, base)
	case o.Recorded != nil:
		o.Recorded.check(check, base)
	case o.Adapter != nil:
		o.Adapter.check(check, base)
	case o.OTLP != nil:
		o.OTLP.check(check, base)
	}
}

// forms are the names of the forms that are set.
func (o Origin) forms() []string {
	var out []string
	for _, form := range []struct {
		kind Kind
		set  bool
	}{
		{KindRatio, o.Ratio != nil}, {KindRawRatio, o.RawRatio != nil}, {KindThreshold, o.Threshold != nil}, {KindLatency, o.Latency != nil},
		{KindRecorded, o.Recorded != nil}, {KindAdapter, o.Adapter != nil}, {KindOTLP, o.OTLP != nil},
	} {
		if form.set {
			out = append(out, string(form.kind))
		}
	}
	return out
}

// GroupsPointer is where groupBy and maxGroups are: beside the origin, which is at
// base, because what is pushed has groups too.
func GroupsPointer(base string) string { return base[:max(0, strings.LastIndexByte(base, '/'))] }

func (o Origin) checkGroups(check *fault.Check, base string) {
	base = GroupsPointer(base)
	if o.GroupBy == "" {
		check.Require(o.MaxGroups == 0, base+"/maxGroups", o.MaxGroups, "must be left out where there is no groupBy: there are no groups")
		return
	}
	if o.OTLP != nil || o.Adapter != nil || o.Pushed() {
		access.CheckLine(check, base+"/groupBy", o.GroupBy, 1, maxGroupBy)
	} else {
		checkLabel(check, base+"/groupBy", o.GroupBy, o.GroupBy)
		check.Require(o.Latency == nil || o.GroupBy != "le", base+"/groupBy", o.GroupBy, "must not be le, which is the bound of a bucket")
	}
	check.Require(o.MaxGroups >= 1 && o.MaxGroups <= MaxGroups, base+"/maxGroups", o.MaxGroups, "must be 1 to %d groups", MaxGroups)
}

// checkExpression requires a text that a language can be asked to read.
func checkExpression(check *fault.Check, pointer, expression string, needed bool) {
	switch {
	case strings.TrimSpace(expression) == "":
		check.Require(!needed && expression == "", pointer, nil, "is required")
	case len(expression) > MaxExpression:
		check.Fail(pointer, nil, "must have at most %d bytes, has %d", MaxExpression, len(expression))
	case !readable(expression):
		check.Fail(pointer, expression, "must be UTF-8 without control characters, but for tabs and line feeds, or marks that change the direction of writing")
	}
}

func readable(text string) bool {
	return utf8.ValidString(text) && !hidden.In(text, '\n', '\t')
}

// either requires one of two that exclude each other.
func either(check *fault.Check, base string, good, bad bool) {
	check.Require(good != bad, base, nil, "must say either good or bad, of which the other follows")
}

func (r *Ratio) check(check *fault.Check, base string) {
	either(check, base, r.Good != "", r.Bad != "")
	checkExpression(check, base+"/good", r.Good, false)
	checkExpression(check, base+"/bad", r.Bad, false)
	checkExpression(check, base+"/total", r.Total, true)
}

func (t *Threshold) check(check *fault.Check, base string) {
	checkExpression(check, base+"/query", t.Query, true)
	check.Require(slices.Contains(Ops, t.Op), base+"/op", t.Op, "must be one of %s", fault.Or(Ops))
	check.Require(finite(t.Value), base+"/value", nil, "must be a finite number")
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

func (l *Latency) check(check *fault.Check, base string) {
	checkMetric(check, base+"/metric", l.Metric)
	check.Require(!strings.HasSuffix(l.Metric, "_bucket"), base+"/metric", l.Metric, "must be the name of the histogram, without _bucket")
	checkExpression(check, base+"/selector", l.Selector, false)
	check.Require(!strings.HasPrefix(strings.TrimSpace(l.Selector), "{"), base+"/selector", l.Selector, "must be written without braces, such as job=\"checkout\",code!~\"5..\"")
	check.Require(finite(l.ThresholdSeconds) && l.ThresholdSeconds > 0, base+"/thresholdSeconds", l.ThresholdSeconds, "must be a finite number of seconds above 0")
}

func checkMetric(check *fault.Check, pointer, name string) {
	check.Require(len(name) <= MaxMetric && metricName.MatchString(name), pointer, name,
		"must be the name of a metric: at most %d letters, digits, underscores and colons, not beginning with a digit", MaxMetric)
}

func checkLabel(check *fault.Check, pointer, name string, value any) {
	check.Require(len(name) <= maxLabel && labelName.MatchString(name) && name != "__name__", pointer, value,
		"must be the name of a label: at most %d letters, digits and underscores, not beginning with a digit, and not __name__", maxLabel)
}

func (r *Recorded) check(check *fault.Check, base string) {
	either(check, base, r.Good != "", r.Bad != "")
	if r.Good != "" {
		checkMetric(check, base+"/good", r.Good)
	}
	if r.Bad != "" {
		checkMetric(check, base+"/bad", r.Bad)
	}
	checkMetric(check, base+"/total", r.Total)
	check.Require(len(r.Labels) > 0, base+"/labels", nil, "is required: the labels that tell which of the recorded series are this indicator's")
	checkPairs(check, base+"/labels", r.Labels, func(at, name string) {
		checkLabel(check, at, name, name)
		check.Require(r.Labels[name] != "", at, nil, "must not be empty: an empty value stands for a label that is not there")
	})
}

// checkPairs bounds the names and values of a map, and has rule judge each name.
func checkPairs(check *fault.Check, pointer string, pairs map[string]string, rule func(at, name string)) {
	if len(pairs) > MaxLabels {
		check.Fail(pointer, len(pairs), "must have at most %d entries, has %d", MaxLabels, len(pairs))
		return
	}
	for _, name := range slices.Sorted(maps.Keys(pairs)) {
		at := pointer + "/" + escapes.Replace(shortened(name))
		rule(at, name)
		check.Require(len(pairs[name]) <= maxValue && readable(pairs[name]), at, pairs[name], "must be at most %d bytes of UTF-8, without control characters", maxValue)
	}
}

// escapes are those of RFC 6901.
var escapes = strings.NewReplacer("~", "~0", "/", "~1")

// shortened keeps a name that is too long from making a pointer that is.
func shortened(name string) string {
	name = strings.ToValidUTF8(name, "�")
	if runes := []rune(name); len(runes) > maxLabel {
		return string(runes[:maxLabel]) + "…"
	}
	return name
}

func (a *Adapter) check(check *fault.Check, base string) {
	access.CheckLine(check, base+"/indicator", a.Indicator, 1, maxLabel)
	checkPairs(check, base+"/parameters", a.Parameters, func(at, name string) { access.CheckLine(check, at, name, 1, maxLabel) })
}

func (o *OTLP) check(check *fault.Check, base string) {
	access.CheckLine(check, base+"/metric", o.Metric, 1, MaxMetric)
	checkMatches(check, base+"/where", o.Where)
	checkMatches(check, base+"/good", o.Good)
	checkMatches(check, base+"/bad", o.Bad)
	if o.Threshold != 0 {
		check.Require(finite(o.Threshold) && o.Threshold > 0, base+"/threshold", o.Threshold, "must be a finite number above 0, in the metric's own unit")
		check.Require(len(o.Good) == 0 && len(o.Bad) == 0, base, nil, "must say neither good nor bad where there is a threshold, which tells good events of a histogram")
		return
	}
	check.Require((len(o.Good) > 0) != (len(o.Bad) > 0), base, nil, "must say one of good and bad, for a sum, or threshold, for a histogram")
}

func checkMatches(check *fault.Check, pointer string, matches []Match) {
	if len(matches) > MaxMatches {
		check.Fail(pointer, len(matches), "must have at most %d entries, has %d", MaxMatches, len(matches))
		return
	}
	for i, m := range matches {
		at := fmt.Sprintf("%s/%d", pointer, i)
		access.CheckLine(check, at+"/attribute", m.Attribute, 1, maxLabel)
		check.Require(slices.Contains(MatchOps, m.Op), at+"/op", m.Op, "must be one of %s", fault.Or(MatchOps))
		switch {
		case len(m.Value) > maxValue || !readable(m.Value):
			check.Fail(at+"/value", m.Value, "must be at most %d bytes of UTF-8, without control characters", maxValue)
		case m.Op == MatchesRE || m.Op == MatchesNoRE:
			// By itself, and not anchored: there ")|(" ends what it is in.
			if _, err := regexp.Compile(m.Value); err != nil {
				check.Fail(at+"/value", m.Value, "must be a regular expression as RE2 reads it")
			}
		}
	}
}
