package grafana

import (
	"github.com/evenkeel/evenkeel/services/foreign"
	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/measure/prometheus"
	"github.com/evenkeel/evenkeel/services/slo"
)

// placeholders are what Grafana puts the length of its step for.
var placeholders = []string{"$__rate_interval", "$__interval", "${__rate_interval}", "${__interval}"}

// reader reads how an SLO is measured.
type reader struct {
	spelling
	query       *foreign.Place
	at          *foreign.Place // of its kind
	declaration *slo.Declaration
	source      string // which is asked
}

// read reads the query; false where that is wrong, or the SLO was left.
func (r *reader) read() bool {
	if !r.query.Names() {
		return false
	}
	kind := r.query.Required("type")
	if kind == r.others || kind != "" && !r.query.Has(kind) && r.query.Has(r.others) {
		r.query.Leave("asks data sources that are no Prometheus: declare an SLO whose measurements are pushed, or come of an adapter")
		return false
	}
	r.at = r.block(r.query, kind)
	known := map[string]func() bool{
		"ratio":            func() bool { return r.ratio(r.success, false) },
		"failureRatio":     func() bool { return r.ratio(r.failure, true) },
		"freeform":         r.freeform,
		"threshold":        func() bool { return r.threshold(r.expression, false) },
		"failureThreshold": func() bool { return r.threshold("failureThresholdExpression", true) },
	}[kind]
	switch {
	case kind == "":
		return false
	case known == nil:
		r.query.Member("type").Fail("must be freeform, ratio, threshold, failureRatio or failureThreshold")
		r.query.Whole()
		return false
	case !r.at.Names():
		return false
	}
	r.source = r.at.TextOf(r.asks)
	r.grouping()
	return known()
}

// grouping takes the first label that is grouped by.
func (r *reader) grouping() {
	by := r.at.Texts(r.groupBy)
	if len(by) == 0 {
		return
	}
	r.declaration.Origin.GroupBy = by[0]
	if len(by) > 1 {
		r.at.Member(r.groupBy).Note("has %d labels, and an SLO is grouped by one here: %s is taken", len(by), by[0])
	}
}

// selected reads a metric; false where it is none.
func (r *reader) selected(name string) (prometheus.Selected, bool) {
	text, at := "", r.at.Member(name)
	if r.blocks {
		text = r.at.Required(name)
	} else if at.Names() {
		at.Skip("type")
		text, at = at.Required("prometheusMetric"), at.Member("prometheusMetric")
	}
	if text == "" {
		return prometheus.Selected{}, false
	}
	s, err := prometheus.Select(text)
	if err != nil {
		at.Fail("%s", err)
	}
	return s, err == nil
}

// ratio counts some events, good or bad ones, and all.
func (r *reader) ratio(part string, bad bool) bool {
	some, ok := r.selected(part)
	total, all := r.selected(r.total)
	if !ok || !all {
		return false
	}
	of := &origin.Ratio{Total: total.Summed("increase")}
	if bad {
		of.Bad = some.Summed("increase")
	} else {
		of.Good = some.Summed("increase")
	}
	r.declaration.Origin.Ratio = of
	return true
}

// freeform reads a share of good events, as numbers of events where it is a quotient of them.
func (r *reader) freeform() bool {
	text := r.at.Required("query")
	if text == "" {
		return false
	}
	placed := prometheus.Placed(text, placeholders...)
	if share, ok := prometheus.Split(placed); ok {
		r.declaration.Origin.Ratio = &origin.Ratio{Good: share.Good, Bad: share.Bad, Total: share.Total}
		return true
	}
	r.declaration.Origin.RawRatio = &origin.RawRatio{Query: placed}
	r.at.Member("query").Note("is a share of which nobody knows of how many events it is: each slot weighs alike, as there")
	return true
}

// comparisons are those of good values, by how they are written there; opposites of bad ones.
var (
	comparisons = map[string]origin.Op{"<": origin.LT, "<=": origin.LTE, ">": origin.GT, ">=": origin.GTE}
	opposites   = map[string]origin.Op{"<": origin.GTE, "<=": origin.GT, ">": origin.LTE, ">=": origin.LT}
)

// threshold compares values with a limit, which good ones, or bad ones, keep.
func (r *reader) threshold(expression string, bad bool) bool {
	text, limit := r.at.Required(expression), r.block(r.at, "threshold")
	if !limit.Names() {
		return false
	}
	operator, value := limit.Required("operator"), limit.Number("value")
	limit.Required("value")
	number, is := foreign.Float(value)
	if text == "" || operator == "" || value == "" {
		return false
	}
	if !is {
		limit.Member("value").Fail("must be a decimal number")
		return false
	}
	by := comparisons
	if bad {
		by = opposites
	}
	op := by[operator]
	switch {
	case operator == "==" || operator == "!=":
		limit.Member("operator").Leave("compares by %s, which a threshold cannot here: write a query that is 1 where it is good, and compare with >= 1", operator)
		return false
	case op == "":
		limit.Member("operator").Fail("must be one of <, <=, >, >=, == and !=")
		return false
	}
	r.declaration.Origin.Threshold = &origin.Threshold{Query: prometheus.Placed(text, placeholders...), Op: op, Value: number}
	return true
}
