package openslo

import (
	"fmt"
	"slices"

	"github.com/evenkeel/evenkeel/internal/yamldoc"
)

// inline judges what is either the name of something or that itself, and reports whether it is
// itself, so that its specification is to be judged.
func (j *judge) inline(ref *yamldoc.Text, member, version, kind, want string, m *Metadata, spec bool, at string) bool {
	itself := version != "" || kind != "" || m != nil || spec
	if !j.require((ref != nil) != itself, ruleRefOrInline, at, nil, "must have either %s, or kind, metadata and spec", member) {
		return false
	}
	if !itself {
		if j.require(*ref != "", ruleRefName, at+"/"+member, nil, "is required: the name of the %s", want) {
			j.label(*ref, at+"/"+member)
		}
		return false
	}
	j.require(version == "", ruleInlineField, at+"/apiVersion", nil, "must be left out within another document")
	if j.require(kind != "", ruleInlineKindThere, at+"/kind", nil, "must be %s", want) {
		j.require(kind == want, ruleInlineKind, at+"/kind", kind, "must be %s", want)
	}
	if m == nil {
		m = &Metadata{}
	}
	j.metadata(*m, at+"/metadata", ruleInlineName)
	return true
}

func (j *judge) policyRef(p PolicyRef, at string) {
	if j.inline(p.AlertPolicyRef, "alertPolicyRef", string(p.APIVersion), string(p.Kind), KindAlertPolicy, p.Metadata, p.Spec != nil, at) {
		j.policy(orNone(p.Spec), at+"/spec")
	}
}

func (j *judge) policy(s AlertPolicySpec, at string) {
	j.description(s.Description, at)
	j.require(len(s.Conditions) == 1, ruleConditions, at+"/conditions", nil, "must be one condition, has %d", len(s.Conditions))
	for i, c := range s.Conditions {
		at := fmt.Sprintf("%s/conditions/%d", at, i)
		if j.inline(c.ConditionRef, "conditionRef", string(c.APIVersion), string(c.Kind), KindAlertCondition, c.Metadata, c.Spec != nil, at) {
			j.condition(orNone(c.Spec), at+"/spec")
		}
	}
	j.require(len(s.NotificationTargets) > 0, ruleTargets, at+"/notificationTargets", nil, "must be one target or more")
	for i, t := range s.NotificationTargets {
		at := fmt.Sprintf("%s/notificationTargets/%d", at, i)
		if j.inline(t.TargetRef, "targetRef", string(t.APIVersion), string(t.Kind), KindAlertNotificationTarget, t.Metadata, t.Spec != nil, at) {
			j.target(orNone(t.Spec), at+"/spec")
		}
	}
}

func (j *judge) condition(s AlertConditionSpec, at string) {
	j.description(s.Description, at)
	j.require(s.Severity != "", ruleSeverity, at+"/severity", nil, "is required, such as page")
	c := s.Condition
	at += "/condition"
	if c.Kind == "" {
		j.require(false, ruleConditionThere, at+"/kind", nil, "must be burnrate")
	} else if !j.require(c.Kind == "burnrate", ruleConditionKind, at+"/kind", string(c.Kind), "must be burnrate") {
		return
	}
	j.require(slices.Contains(operators, string(c.Op)), ruleConditionOp, at+"/op", string(c.Op), "must be one of lte, gte, lt and gt")
	j.require(c.Threshold != "", ruleThresholdThere, at+"/threshold", nil, "is required: the burn rate")
	if j.require(c.LookbackWindow != "", ruleLookback, at+"/lookbackWindow", nil, "is required: the time over which the burn rate is, such as 1h") {
		j.duration(c.LookbackWindow, at+"/lookbackWindow")
	}
	if after := c.AlertAfter; after != nil && *after != "0m" { // which the specification has as its usual
		j.duration(*after, at+"/alertAfter")
	}
}

func (j *judge) target(s AlertNotificationTargetSpec, at string) {
	j.description(s.Description, at)
	j.require(s.Target != "", ruleTargetThere, at+"/target", nil, "is required, such as email")
}

func orNone[S any](spec *S) S {
	var none S
	if spec == nil {
		return none
	}
	return *spec
}
