package signals

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/hidden"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/measure/prometheus"
	"github.com/evenkeel/evenkeel/services/registry"
)

// MaxResources is how many resources the saturation of a service may have.
const MaxResources = 8

// orDefaults fills what was left out and has a default.
func (m Map) orDefaults() Map {
	if m.Latency != nil {
		l := *m.Latency
		if len(l.Queries) == 0 && len(l.Quantiles) == 0 {
			l.Quantiles = Quantiles
		}
		if l.SLO == "" {
			l.Unit = cmp.Or(l.Unit, Seconds)
		}
		m.Latency = &l
	}
	return m
}

// canonical is the map in one order of what has none, and without empty lists, so that
// the same map is equal, and is as it was when it is read again.
func (m Map) canonical() Map {
	if len(m.Saturation) == 0 {
		m.Saturation = nil
	}
	if m.Latency != nil {
		l := *m.Latency
		l.Quantiles, l.Queries = slices.Clone(l.Quantiles), slices.Clone(l.Queries)
		slices.Sort(l.Quantiles)
		slices.SortFunc(l.Queries, func(a, b QuantileQuery) int {
			return cmp.Or(slices.Index(Outcomes, a.Outcome)-slices.Index(Outcomes, b.Outcome), cmp.Compare(a.Quantile, b.Quantile))
		})
		if len(l.Quantiles) == 0 {
			l.Quantiles = nil
		}
		if len(l.Queries) == 0 {
			l.Queries = nil
		}
		m.Latency = &l
	}
	return m
}

// check notes every fault that can be told without data sources and SLOs.
func (m Map) check(check *fault.Check) {
	if m.Latency != nil {
		m.Latency.check(check)
	}
	if t := m.Traffic; t != nil {
		if checkWay(check, "/traffic", "slo or query", t.SLO != "", t.Query != "", t.DataSource) && t.SLO == "" {
			checkQuery(check, "/traffic/query", t.Query)
		}
	}
	if e := m.Errors; e != nil {
		if checkWay(check, "/errors", "slo, or failed and total", e.SLO != "", e.Failed != "" || e.Total != "", e.DataSource) && e.SLO == "" {
			checkQuery(check, "/errors/failed", e.Failed)
			checkQuery(check, "/errors/total", e.Total)
		}
	}
	if len(m.Saturation) > MaxResources {
		check.Fail("/saturation", len(m.Saturation), "must have at most %d resources, has %d", MaxResources, len(m.Saturation))
		return
	}
	names := map[string]bool{}
	for i, r := range m.Saturation {
		at := fmt.Sprintf("/saturation/%d", i)
		registry.CheckSlug(check, at+"/name", r.Name)
		check.Require(!names[r.Name], at+"/name", r.Name, "must be given to one resource only")
		names[r.Name] = true
		checkSource(check, at, r.DataSource)
		checkQuery(check, at+"/query", r.Query)
	}
}

// checkWay requires one of two ways of reading a signal, and a data source with the
// second alone. It reports whether one was said.
func checkWay(check *fault.Check, base, ways string, slo, asked bool, from id.ID) bool {
	if slo == asked {
		check.Fail(base, nil, "must say either %s", ways)
		return false
	}
	if slo {
		check.Require(from == "", base+"/dataSource", from, "must be left out: the SLO says where it is measured")
	} else {
		checkSource(check, base, from)
	}
	return true
}

func checkSource(check *fault.Check, base string, from id.ID) {
	check.Require(from != "", base+"/dataSource", nil, "is required: the slug or identifier of the data source that is asked")
}

// checkQuery requires an expression that gives one number at a time.
func checkQuery(check *fault.Check, pointer, query string) {
	switch {
	case strings.TrimSpace(query) == "":
		check.Fail(pointer, nil, "is required: an expression in PromQL that gives one number")
	case hidden.In(query, '\n', '\t'):
		check.Fail(pointer, query, "must be UTF-8 without control characters, but for tabs and line feeds, or marks that change the direction of writing")
	default:
		prometheus.CheckValue(check, pointer, query)
	}
}

func (l LatencyMap) check(check *fault.Check) {
	const base = "/latency"
	ways := 0
	for _, said := range []bool{l.SLO != "", l.Histogram != nil, len(l.Queries) > 0} {
		if said {
			ways++
		}
	}
	if ways != 1 {
		check.Fail(base, nil, "must say one of slo, histogram and queries")
		return
	}
	if l.SLO != "" {
		check.Require(l.DataSource == "", base+"/dataSource", l.DataSource, "must be left out: the SLO says where it is measured")
		check.Require(l.Unit == "", base+"/unit", l.Unit, "must be left out: the histogram of an SLO is in seconds")
	} else {
		checkSource(check, base, l.DataSource)
		check.Require(l.Unit == Seconds || l.Unit == Millis, base+"/unit", l.Unit, "must be %q or %q, which the data source's own numbers are in", Seconds, Millis)
	}
	for i, q := range l.Quantiles {
		at := fmt.Sprintf("%s/quantiles/%d", base, i)
		check.Require(slices.Contains(Quantiles, q), at, q, "must be one of %s", fault.Or(Quantiles))
		check.Require(slices.Index(l.Quantiles, q) == i, at, q, "must be given once")
	}
	if h := l.Histogram; h != nil {
		h.of(Success).Check(check, base+"/histogram/metric", base+"/histogram/successes")
		if h.Failures != "" {
			var more fault.Check // what is wrong with the metric was noted
			if h.of(Failure).Check(&more, "", base+"/histogram/failures"); !strings.HasSuffix(h.Metric, "_bucket") {
				check.Join(more)
			}
			check.Require(h.Failures != h.Successes, base+"/histogram/failures", h.Failures, "must match other requests than successes does")
		}
	}
	l.checkQueries(check, base)
}

func (l LatencyMap) checkQueries(check *fault.Check, base string) {
	check.Require(len(l.Queries) == 0 || len(l.Quantiles) == 0, base+"/quantiles", nil, "must be left out: each query names its own quantile")
	if most := len(Quantiles) * len(Outcomes); len(l.Queries) > most {
		check.Fail(base+"/queries", len(l.Queries), "must have at most %d queries, has %d", most, len(l.Queries))
		return
	}
	for i, q := range l.Queries {
		at := fmt.Sprintf("%s/queries/%d", base, i)
		check.Require(slices.Contains(Quantiles, q.Quantile), at+"/quantile", q.Quantile, "must be one of %s", fault.Or(Quantiles))
		check.Require(slices.Contains(Outcomes, q.Outcome), at+"/outcome", q.Outcome, "must be one of %s", fault.Or(Outcomes))
		same := func(o QuantileQuery) bool { return o.Quantile == q.Quantile && o.Outcome == q.Outcome }
		check.Require(slices.IndexFunc(l.Queries, same) == i, at+"/quantile", q.Quantile, "must be given once for each outcome")
		checkQuery(check, at+"/query", q.Query)
	}
}

// of is the histogram of the requests of an outcome.
func (h Histogram) of(o Outcome) prometheus.Histogram {
	if o == Failure {
		return prometheus.Histogram{Metric: h.Metric, Selector: h.Failures, Native: h.Native}
	}
	return prometheus.Histogram{Metric: h.Metric, Selector: h.Successes, Native: h.Native}
}
