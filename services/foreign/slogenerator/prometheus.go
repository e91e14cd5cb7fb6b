package slogenerator

import (
	"regexp"
	"slices"
	"strings"

	"github.com/evenkeel/evenkeel/services/foreign"
	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/measure/prometheus"
	"github.com/evenkeel/evenkeel/services/slo"
)

// prometheusClass is the class of the backend that is read.
const prometheusClass = "prometheus"

// classOf is the class of a backend: prometheus/prod is one of prometheus, which version 1
// called Prometheus.
func classOf(alias string) string {
	class, _, _ := strings.Cut(alias, "/")
	return strings.ToLower(class)
}

// variable is what slo-generator takes from its environment, within any text.
var variable = regexp.MustCompile(`\$\{[A-Za-z_][A-Za-z0-9_]*\}`)

// prometheus reads how a method of the backend counts; false where that was left, or is wrong.
func (s spec) prometheus(method string, d *slo.Declaration) bool {
	for _, name := range s.indicator.MemberNames() {
		if found := variable.FindString(s.indicator.Peek(name)); found != "" {
			s.indicator.Member(name).Leave("holds %s, a variable of the environment, which nobody puts in here: write out what it stands for", found)
			s.indicator.Whole()
			return false
		}
	}
	switch method {
	case "good_bad_ratio":
		return s.goodBadRatio(d)
	case "distribution_cut":
		return s.distributionCut(d)
	case "query_sli":
		return s.querySLI(d)
	}
	s.method.Leave("is no method that is read: write it as good_bad_ratio, distribution_cut or query_sli")
	s.indicator.Whole()
	return false
}

// goodBadRatio counts by filters, to which operators are applied one after the other: the sum of
// the increase where none are named.
func (s spec) goodBadRatio(d *slo.Declaration) bool {
	operators := []string{"increase", "sum"}
	if s.indicator.Has("operators") {
		operators = s.indicator.Texts("operators")
	}
	// A sum of rates is that of increases through the window, which cancels.
	if !slices.Equal(operators, []string{"increase", "sum"}) && !slices.Equal(operators, []string{"rate", "sum"}) {
		s.indicator.Member("operators").Leave("are not read but for increase and sum, or rate and sum: write the queries as query_sli")
		s.indicator.Whole()
		return false
	}
	count := func(member string) (string, bool) {
		text := s.indicator.Required(member)
		if text == "" {
			return "", false
		}
		of, err := prometheus.Select(prometheus.Placed(text, "window"))
		if err != nil {
			s.indicator.Member(member).Fail("%s", err)
			return "", false
		}
		return of.Summed("increase"), true
	}
	good, ok := count("filter_good")
	// slo-generator looks at filter_bad first.
	switch {
	case s.indicator.Has("filter_bad"):
		bad, all := count("filter_bad")
		total, both := prometheus.Both(good, bad)
		if s.indicator.Has("filter_valid") {
			s.indicator.Member("filter_valid").Note("is not looked at where there is a filter_bad")
		}
		if ok && all && !both {
			s.indicator.Member("filter_bad").Fail("cannot be added to filter_good")
		}
		d.Origin.Ratio = &origin.Ratio{Good: good, Total: total}
		return ok && all && both
	case s.indicator.Has("filter_valid"):
		total, all := count("filter_valid")
		d.Origin.Ratio = &origin.Ratio{Good: good, Total: total}
		return ok && all
	}
	s.indicator.Fail("must have a filter_bad or a filter_valid")
	return false
}

// distributionCut counts the observations of a bucket, and all of the histogram.
func (s spec) distributionCut(d *slo.Declaration) bool {
	text, cut := s.indicator.Required("expression"), s.indicator.Number("threshold_bucket")
	s.indicator.Required("threshold_bucket")
	d.Category = slo.Latency
	bound, is := foreign.Float(cut)
	if text == "" || !is {
		return false
	}
	of, err := prometheus.Select(prometheus.Placed(text, "window"))
	if err != nil {
		s.indicator.Member("expression").Fail("%s", err)
		return false
	}
	histogram, bucket := strings.CutSuffix(of.Metric(), "_bucket")
	if !bucket || bound <= 0 {
		s.indicator.Member("expression").Fail("must be of a metric ..._bucket, with a threshold_bucket above 0")
		return false
	}
	if of = of.Without("le"); strings.HasSuffix(histogram, "_seconds") {
		d.Origin.Latency = &origin.Latency{Metric: histogram, Selector: of.Matchers(), ThresholdSeconds: bound}
		return true
	}
	d.Origin.Ratio = &origin.Ratio{Good: of.Bucket(bound).Summed("increase"), Total: of.Of(histogram + "_count").Summed("increase")}
	return true
}

// querySLI reads a share of good events, as numbers of events where it is a quotient of them.
func (s spec) querySLI(d *slo.Declaration) bool {
	text := s.indicator.Required("expression")
	if text == "" {
		return false
	}
	placed := prometheus.Placed(text, "window")
	if share, ok := prometheus.Split(placed); ok {
		d.Origin.Ratio = &origin.Ratio{Good: share.Good, Bad: share.Bad, Total: share.Total}
		return true
	}
	d.Origin.RawRatio = &origin.RawRatio{Query: placed}
	s.indicator.Member("expression").Note("is a share of which nobody knows of how many events it is: each slot weighs alike")
	return true
}
