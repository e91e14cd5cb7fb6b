package pyrra

import (
	"strings"

	"github.com/evenkeel/evenkeel/services/foreign"
	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/measure/prometheus"
	"github.com/evenkeel/evenkeel/services/slo"
)

// selected reads the metric of a query; false where it is none.
func selected(p *foreign.Place) (prometheus.Selected, bool) {
	text := p.Required("metric")
	if text == "" {
		return prometheus.Selected{}, false
	}
	s, err := prometheus.Select(text)
	if err != nil {
		p.Member("metric").Fail("%s", err)
	}
	return s, err == nil
}

// ratio counts errors and all. Pyrra divides rate by rate (slo/rules.go, Burnrate); both
// are the increase through the length of the window, which cancels.
func ratio(p *foreign.Place, d *slo.Declaration) bool {
	bad, ok := selected(p.Member("errors"))
	total, all := selected(p.Member("total"))
	if !ok || !all {
		return false
	}
	d.Origin.Ratio = &origin.Ratio{Bad: bad.Summed("increase"), Total: total.Summed("increase")}
	return true
}

// latency counts the observations of a bucket, and all of the histogram.
func latency(p *foreign.Place, d *slo.Declaration) bool {
	good, ok := selected(p.Member("success"))
	total, all := selected(p.Member("total"))
	if !ok || !all {
		return false
	}
	bound, of := good.Bound()
	if !of {
		p.Member("success").Member("metric").Fail(`must be of one bucket, by its bound: le="0.5"`)
		return false
	}
	histogram, bucket := strings.CutSuffix(good.Metric(), "_bucket")
	// A bound is in seconds where the name says so.
	if bucket && strings.HasSuffix(histogram, "_seconds") && total.Metric() == histogram+"_count" && total.Like(good.Without("le")) {
		d.Origin.Latency = &origin.Latency{Metric: histogram, Selector: total.Matchers(), ThresholdSeconds: bound}
		return true
	}
	d.Origin.Ratio = &origin.Ratio{Good: good.Bucket(bound).Summed("increase"), Total: total.Summed("increase")}
	return true
}

// native counts the observations of a native histogram that took as long at most.
func native(p *foreign.Place, d *slo.Declaration) bool {
	total, ok := selected(p.Member("total"))
	text := p.Required("latency")
	within, is := foreign.Duration(text)
	if text != "" && !is {
		p.Member("latency").Fail("must be a duration such as 500ms")
	}
	if !ok || !is {
		return false
	}
	d.Origin.Latency = &origin.Latency{Metric: total.Metric(), Selector: total.Matchers(), ThresholdSeconds: within.Seconds(), Native: true}
	return true
}

// boolGauge counts the samples of a gauge that is 1 where all is well, and 0 where it is not.
func boolGauge(p *foreign.Place, d *slo.Declaration) bool {
	of, ok := selected(p)
	if !ok {
		return false
	}
	d.Origin.Ratio = &origin.Ratio{Good: of.Summed("sum_over_time"), Total: of.Summed("count_over_time")}
	return true
}
