package openslo

import (
	"fmt"
	"slices"

	"github.com/evenkeel/evenkeel/internal/yamldoc"
)

var operators = []string{"lte", "gte", "lt", "gt"}

func (j *judge) slo(s SLOSpec) {
	const at = "/spec"
	j.description(s.Description, at)
	j.require(s.Service != "", ruleService, at+"/service", nil, "is required: the service whose SLO it is")
	if s.BudgetingMethod == "" {
		j.require(false, ruleMethodThere, at+"/budgetingMethod", nil, "must be Occurrences, Timeslices or RatioTimeslices")
	} else {
		_, known := methods.of(string(s.BudgetingMethod))
		j.require(known, ruleMethod, at+"/budgetingMethod", string(s.BudgetingMethod), "must be Occurrences, Timeslices or RatioTimeslices")
	}
	j.require(len(s.TimeWindow) > 0, ruleTimeWindowThere, at+"/timeWindow", nil, "must be one window")
	j.require(len(s.TimeWindow) <= 1, ruleTimeWindow, at+"/timeWindow", nil, "must be one window, has %d", len(s.TimeWindow))
	for i, w := range s.TimeWindow {
		j.timeWindow(w, fmt.Sprintf("%s/timeWindow/%d", at, i))
	}
	composite := slices.ContainsFunc(s.Objectives, func(o Objective) bool { return o.Indicator != nil || o.IndicatorRef != nil })
	alone := s.Indicator != nil || s.IndicatorRef != nil
	j.require(alone || composite, ruleIndicator, at, nil, "must have an indicator, or an indicatorRef and the document of that SLI; a composite SLO has them in its objectives")
	j.require(!alone || !composite, ruleIndicator, at, nil, "must have indicators either here or in its objectives, not both")
	j.indicator(s.Indicator, s.IndicatorRef, at)
	j.require(len(s.Objectives) > 0, ruleObjectives, at+"/objectives", nil, "must have an objective")
	threshold := s.Indicator != nil && s.Indicator.Spec.ThresholdMetric != nil
	j.require(!threshold || len(s.Objectives) <= 1, ruleOneThreshold, at+"/objectives", nil, "must be one, where there is a threshold metric, has %d", len(s.Objectives))
	for i, o := range s.Objectives {
		j.objective(s, o, fmt.Sprintf("%s/objectives/%d", at, i), composite)
	}
	for i, p := range s.AlertPolicies {
		j.policyRef(p, fmt.Sprintf("%s/alertPolicies/%d", at, i))
	}
}

// indicator judges an indicator that is there, or the name of one.
func (j *judge) indicator(in *SLI, ref *yamldoc.Text, at string) {
	if !j.require(in == nil || ref == nil, ruleOneIndicator, at+"/indicatorRef", nil, "must be left out where there is an indicator") {
		return
	}
	if ref != nil {
		if j.require(*ref != "", ruleOneIndicator, at+"/indicatorRef", nil, "must be the name of an SLI") {
			j.label(*ref, at+"/indicatorRef")
		}
	}
	if in == nil {
		return
	}
	at += "/indicator"
	j.require(in.APIVersion == "", ruleInlineField, at+"/apiVersion", nil, "must be left out within an SLO")
	j.require(in.Kind == "", ruleInlineField, at+"/kind", nil, "must be left out within an SLO")
	j.metadata(in.Metadata, at+"/metadata", ruleInlineName)
	j.sli(in.Spec, at+"/spec")
}

func (j *judge) objective(s SLOSpec, o Objective, at string, composite bool) {
	j.require((o.Target == "") != (o.TargetPercent == ""), ruleTarget, at, nil, "must have either target or targetPercent")
	if o.Target != "" {
		j.require(within(o.Target, func(v float64) bool { return v >= 0 && v < 1 }), ruleTargetRange, at+"/target", string(o.Target), "must be a number from 0 and below 1, such as 0.999")
	}
	if o.TargetPercent != "" {
		j.require(within(o.TargetPercent, func(v float64) bool { return v >= 0 && v < 100 }), ruleTargetRange, at+"/targetPercent", string(o.TargetPercent), "must be a number from 0 and below 100, such as 99.9")
	}
	j.slices(string(s.BudgetingMethod), o, at)
	j.operator(s, o, at)
	if !composite {
		return
	}
	j.require(o.Indicator != nil || o.IndicatorRef != nil, ruleCompositeIndicators, at, nil, "must have an indicator, or an indicatorRef, as other objectives of this composite SLO do")
	j.indicator(o.Indicator, o.IndicatorRef, at)
	if o.CompositeWeight != "" {
		j.require(within(o.CompositeWeight, func(v float64) bool { return v > 0 }), ruleWeight, at+"/compositeWeight", string(o.CompositeWeight), "must be a number above 0")
	}
}

func (j *judge) slices(method string, o Objective, at string) {
	const timeslices, ratio = "Timeslices", "RatioTimeslices"
	right := within(o.TimeSliceTarget, func(v float64) bool { return v > 0 && v <= 1 })
	switch {
	case method == timeslices:
		j.require(right, ruleSliceTarget, at+"/timeSliceTarget", string(o.TimeSliceTarget), "must be a number above 0, at most 1, such as 0.95")
	case o.TimeSliceTarget != "":
		j.require(right, ruleSliceTargetRange, at+"/timeSliceTarget", string(o.TimeSliceTarget), "must be a number above 0, at most 1, such as 0.95")
	}
	judged := method == timeslices || method == ratio
	if judged && !j.require(o.TimeSliceWindow != nil, ruleSliceWindow, at+"/timeSliceWindow", nil, "is required: the length of a slice, such as 5m") || o.TimeSliceWindow == nil {
		return
	}
	text := *o.TimeSliceWindow
	if minutes.MatchString(string(text)) {
		j.require(false, ruleSliceWindowNumber, at+"/timeSliceWindow", string(text), "must be a duration such as 5m: the reference implementation reads no mere number of minutes")
		return
	}
	// The reference implementation reads it in any case, and judges its unit only where it is used.
	var number int
	var unit string
	if _, err := fmt.Sscanf(string(text), "%d%s", &number, &unit); judged || text != "" && err != nil {
		j.duration(text, at+"/timeSliceWindow")
		return
	}
	j.require(shorthand.MatchString(string(text)), ruleDurationForm, at+"/timeSliceWindow", string(text), "must be a whole number above 0 with one of m, h, d, w, M, Q and Y behind it, such as 5m")
}

// operator judges what a value is compared with. Where the indicator is elsewhere, nobody knows
// here what is right.
func (j *judge) operator(s SLOSpec, o Objective, at string) {
	in := s.Indicator
	known := slices.Contains(operators, string(o.Op))
	const ops = "must be one of lte, gte, lt and gt"
	if in != nil && in.Spec.ThresholdMetric != nil {
		j.require(o.Value != "", ruleThreshold, at+"/value", nil, "must be a number: a threshold metric is compared with it")
		if j.require(o.Op != "", ruleThreshold, at+"/op", nil, ops) {
			j.require(known, ruleOp, at+"/op", string(o.Op), ops)
		}
	} else if o.Op != "" {
		j.require(known, ruleOpElsewhere, at+"/op", string(o.Op), ops)
	}
	if in != nil && in.Spec.RatioMetric != nil {
		j.require(o.Value == "", ruleRatio, at+"/value", string(o.Value), "must be left out where there is a ratio metric")
		j.require(o.Op == "", ruleRatio, at+"/op", string(o.Op), "must be left out where there is a ratio metric")
	}
}
