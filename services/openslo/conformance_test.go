package openslo_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/evenkeel/evenkeel/internal/yamldoc"
	"github.com/evenkeel/evenkeel/services/openslo"
)

// Documents that both the reference implementation and the prose allow.
const (
	dataSourceRight = `apiVersion: openslo/v1
kind: DataSource
metadata:
  name: metrics
  displayName: Metrics
  labels: {team: [shop, web], env: prod}
  annotations: {example.org/page: "1", plain: ""}
spec:
  description: Where they are
  type: Prometheus
  connectionDetails: [{url: "https://example.org"}]
`
	serviceRight = `apiVersion: openslo/v1
kind: Service
metadata: {name: shop}
spec: {description: The shop}
`
	rawRight = `apiVersion: openslo/v1
kind: SLI
metadata: {name: carts}
spec:
  ratioMetric:
    rawType: success
    raw: {metricSource: {metricSourceRef: metrics, type: Prometheus, spec: {query: carts:ratio}}}
`
	eventsRight = `apiVersion: openslo/v1
kind: SLI
metadata: {name: carts}
spec:
  description: Carts that opened
  ratioMetric:
    counter: true
    good: {metricSource: {spec: {query: good}}}
    total: {metricSource: {spec: {query: all}}}
`
	conditionRight = `apiVersion: openslo/v1
kind: AlertCondition
metadata: {name: fast}
spec:
  severity: page
  condition: {kind: burnrate, op: gt, threshold: 14.4, lookbackWindow: 1h, alertAfter: 5m}
`
	targetRight = `apiVersion: openslo/v1
kind: AlertNotificationTarget
metadata: {name: pager}
spec: {target: pagerduty}
`
	policyRight = `apiVersion: openslo/v1
kind: AlertPolicy
metadata: {name: wake}
spec:
  alertWhenBreaching: true
  conditions:
    - kind: AlertCondition
      metadata: {name: fast}
      spec: {severity: page, condition: {kind: burnrate, op: gt, threshold: 2, lookbackWindow: 1h}}
  notificationTargets:
    - targetRef: pager
    - kind: AlertNotificationTarget
      metadata: {name: mail}
      spec: {target: email}
`
	thresholdRight = `apiVersion: openslo/v1
kind: SLO
metadata: {name: fast}
spec:
  service: shop
  indicator:
    metadata: {name: fast}
    spec: {thresholdMetric: {metricSource: {spec: {query: seconds}}}}
  timeWindow: [{duration: 4w, isRolling: true}]
  budgetingMethod: Occurrences
  objectives: [{op: lt, value: 0.5, target: 0.99}]
`
	slicesRight = `apiVersion: openslo/v1
kind: SLO
metadata: {name: line}
spec:
  service: shop
  indicatorRef: carts
  timeWindow:
    - duration: 1M
      isRolling: false
      calendar: {startTime: 2026-01-01 00:00:00, timeZone: Europe/Berlin}
  budgetingMethod: Timeslices
  objectives: [{targetPercent: 99.5, timeSliceTarget: 0.9, timeSliceWindow: 5m}]
  alertPolicies: [{alertPolicyRef: wake}]
`
	ratioRight = `apiVersion: openslo/v1
kind: SLO
metadata: {name: ok}
spec:
  service: shop
  indicator:
    metadata: {name: carts}
    spec: {ratioMetric: {bad: {metricSource: {spec: {query: bad}}}, total: {metricSource: {spec: {query: all}}}}}
  timeWindow: [{duration: 4w, isRolling: true}]
  budgetingMethod: Occurrences
  objectives: [{target: 0.99}]
`
	compositeRight = `apiVersion: openslo/v1
kind: SLO
metadata: {name: journey}
spec:
  service: shop
  timeWindow: [{duration: 4w, isRolling: true}]
  budgetingMethod: Occurrences
  objectives:
    - {indicatorRef: carts, target: 0.99, compositeWeight: 2}
    - {target: 0.9, indicator: {metadata: {name: own}, spec: {thresholdMetric: {metricSource: {spec: {query: q}}}}}}
`
)

// conformance has for each rule what breaks it: in a document that is right, one text in place of
// another. What is right was read from pkg/openslo/v1 of OpenSLO's Go SDK at commit ae145da1, its
// rules and their tests, and from README.md of OpenSLO. The verdicts of strict were compared with
// those of the SDK, for these and for 180,000 documents that were changed at random: they are the
// same but of v1alpha, which the SDK reads too, and of .inf where anything may be, which it refuses.
var conformance = []struct{ rule, right, was, now, pointer string }{
	{"apiVersion", serviceRight, "openslo/v1", "openslo/v1alpha", "/apiVersion"},
	{"kind", serviceRight, "kind: Service", "kind: Team", "/kind"},
	{"text", serviceRight, "name: shop", "name: 5", "/metadata/name"},
	{"text", dataSourceRight, "env: prod", "env: yes", "/metadata/labels/env"},
	{"text", dataSourceRight, "displayName: Metrics", "displayName: 1.5", "/metadata/displayName"},
	{"number", ratioRight, "target: 0.99", `target: "0.99"`, "/spec/objectives/0/target"},
	{"number", conditionRight, "threshold: 14.4", `threshold: "14.4"`, "/spec/condition/threshold"},
	{"inline.field", ratioRight, "    metadata: {name: carts}", "    kind: SLI\n    metadata: {name: carts}", "/spec/indicator/kind"},
	{"inline.field", policyRight, "    - kind: AlertCondition", "    - apiVersion: openslo/v1\n      kind: AlertCondition", "/spec/conditions/0/apiVersion"},
	{"metadata.name", serviceRight, "{name: shop}", "{displayName: shop}", "/metadata/name"},
	{"metadata.name", serviceRight, "metadata: {name: shop}\n", "", "/metadata/name"},
	{"inline.name", ratioRight, "    metadata: {name: carts}\n", "", "/spec/indicator/metadata/name"},
	{"name.label", targetRight, "name: pager", "name: OnCallPager", "/metadata/name"},
	{"name.label", targetRight, "name: pager", "name: " + strings.Repeat("a", 64), "/metadata/name"},
	{"displayName", dataSourceRight, "displayName: Metrics", "displayName: " + strings.Repeat("ü", 64), "/metadata/displayName"},
	{"labels.key", dataSourceRight, "env: prod", "env-: prod", "/metadata/labels/env-"},
	{"labels.key", dataSourceRight, "env: prod", strings.Repeat("e", 64) + ": prod", "/metadata/labels/" + strings.Repeat("e", 64)},
	{"annotations.key", dataSourceRight, "plain:", "example.org/:", "/metadata/annotations/example.org~1"},
	{"annotations.key", dataSourceRight, "plain:", "example_org/a:", "/metadata/annotations/example_org~1a"},
	{"annotations.key", dataSourceRight, "plain:", strings.Repeat("a.", 127) + "a/b:", "/metadata/annotations/" + strings.Repeat("a.", 127) + "a~1b"},
	{"description", serviceRight, "The shop", strings.Repeat("ü", 1051), "/spec/description"},
	{"description", conditionRight, "severity: page", "severity: page\n  description: " + strings.Repeat("a", 1051), "/spec/description"},
	{"description", targetRight, "target: pagerduty", "target: pagerduty, description: " + strings.Repeat("a", 1051), "/spec/description"},
	{"reference.name", rawRight, "metricSourceRef: metrics", "metricSourceRef: my metrics", "/spec/ratioMetric/raw/metricSource/metricSourceRef"},
	{"reference.name", policyRight, "targetRef: pager", "targetRef: Pager", "/spec/notificationTargets/0/targetRef"},
	{"reference.name", slicesRight, "alertPolicyRef: wake", "alertPolicyRef: Wake", "/spec/alertPolicies/0/alertPolicyRef"},
	{"duration", thresholdRight, "duration: 4w", "duration: 4x", "/spec/timeWindow/0/duration"},
	{"duration", thresholdRight, "duration: 4w, ", "", "/spec/timeWindow/0/duration"},
	{"duration", thresholdRight, "duration: 4w", "duration: -4w", "/spec/timeWindow/0/duration"},
	{"duration", thresholdRight, "duration: 4w", "duration: 1.5h", "/spec/timeWindow/0/duration"},
	{"duration", conditionRight, "alertAfter: 5m", "alertAfter: soon", "/spec/condition/alertAfter"},
	{"duration.form", thresholdRight, "duration: 4w", "duration: 0w", "/spec/timeWindow/0/duration"},
	{"duration.form", conditionRight, "lookbackWindow: 1h", "lookbackWindow: 1 h", "/spec/condition/lookbackWindow"},
	{"dataSource.type", dataSourceRight, "  type: Prometheus\n", "", "/spec/type"},
	{"dataSource.connectionDetails", dataSourceRight, `  connectionDetails: [{url: "https://example.org"}]` + "\n", "", "/spec/connectionDetails"},
	{"sli.metric", eventsRight, "  ratioMetric:", "  thresholdMetric: {metricSource: {spec: {query: q}}}\n  ratioMetric:", "/spec"},
	{"sli.metric", thresholdRight, "{thresholdMetric: {metricSource: {spec: {query: seconds}}}}", "{description: none}", "/spec/indicator/spec"},
	{"ratioMetric.totalOrRaw", eventsRight, "    total: {metricSource: {spec: {query: all}}}\n", "", "/spec/ratioMetric"},
	{"ratioMetric.totalOrRaw", eventsRight, "    good:", "    rawType: success\n    raw:", "/spec/ratioMetric"},
	{"ratioMetric.oneOf", eventsRight, "    good:", "    bad: {metricSource: {spec: {query: bad}}}\n    good:", "/spec/ratioMetric"},
	{"ratioMetric.goodOrBad", eventsRight, "    good: {metricSource: {spec: {query: good}}}\n", "", "/spec/ratioMetric"},
	{"ratioMetric.rawType", rawRight, "rawType: success", "rawType: bad", "/spec/ratioMetric/rawType"},
	{"ratioMetric.rawType", rawRight, "    rawType: success\n", "", "/spec/ratioMetric/rawType"},
	{"ratioMetric.rawTypeOnly", eventsRight, "counter: true", "rawType: success", "/spec/ratioMetric/rawType"},
	{"metricSource.spec", eventsRight, "good: {metricSource: {spec: {query: good}}}", "good: {metricSource: {type: Prometheus}}", "/spec/ratioMetric/good/metricSource/spec"},
	{"metricSource.spec", eventsRight, "good: {metricSource: {spec: {query: good}}}", "good: {}", "/spec/ratioMetric/good/metricSource/spec"},
	{"metricSource.members", eventsRight, "{query: good}", "{}", "/spec/ratioMetric/good/metricSource/spec"},
	{"metricSource.object", eventsRight, "{query: good}", "[good]", "/spec/ratioMetric/good/metricSource/spec"},
	{"slo.indicator", slicesRight, "  indicatorRef: carts\n", "", "/spec"},
	{"slo.indicator", compositeRight, "  service: shop", "  service: shop\n  indicatorRef: carts", "/spec"},
	{"indicator.oneOf", ratioRight, "  service: shop", "  service: shop\n  indicatorRef: carts", "/spec/indicatorRef"},
	{"indicator.oneOf", slicesRight, "indicatorRef: carts", `indicatorRef: ""`, "/spec/indicatorRef"},
	{"slo.service", ratioRight, "  service: shop\n", "", "/spec/service"},
	{"slo.budgetingMethod", ratioRight, "Occurrences", "Often", "/spec/budgetingMethod"},
	{"slo.budgetingMethod.required", ratioRight, "  budgetingMethod: Occurrences\n", "", "/spec/budgetingMethod"},
	{"slo.timeWindow", ratioRight, "[{duration: 4w, isRolling: true}]", "[{duration: 4w, isRolling: true}, {duration: 1w, isRolling: true}]", "/spec/timeWindow"},
	{"slo.timeWindow.required", ratioRight, "  timeWindow: [{duration: 4w, isRolling: true}]\n", "", "/spec/timeWindow"},
	{"timeWindow.calendar", ratioRight, "isRolling: true", "isRolling: false", "/spec/timeWindow/0/isRolling"},
	{"timeWindow.calendar", slicesRight, "isRolling: false", "isRolling: true", "/spec/timeWindow/0/isRolling"},
	{"timeWindow.isRolling", ratioRight, ", isRolling: true", "", "/spec/timeWindow/0"},
	{"calendar.startTime", slicesRight, "2026-01-01 00:00:00", "2026-01-01", "/spec/timeWindow/0/calendar/startTime"},
	{"calendar.timeZone", slicesRight, "Europe/Berlin", "Berlin", "/spec/timeWindow/0/calendar/timeZone"},
	{"calendar.timeZone", slicesRight, "Europe/Berlin", "Local", "/spec/timeWindow/0/calendar/timeZone"},
	{"slo.objectives", ratioRight, "[{target: 0.99}]", "[]", "/spec/objectives"},
	{"objective.target", ratioRight, "target: 0.99", "displayName: none", "/spec/objectives/0"},
	{"objective.target", ratioRight, "target: 0.99", "target: 0.99, targetPercent: 99", "/spec/objectives/0"},
	{"objective.target.range", ratioRight, "target: 0.99", "target: 1", "/spec/objectives/0/target"},
	{"objective.target.range", ratioRight, "target: 0.99", "target: -0.1", "/spec/objectives/0/target"},
	{"objective.target.range", slicesRight, "targetPercent: 99.5", "targetPercent: 100", "/spec/objectives/0/targetPercent"},
	{"objective.timeSliceTarget", slicesRight, "timeSliceTarget: 0.9, ", "", "/spec/objectives/0/timeSliceTarget"},
	{"objective.timeSliceTarget", slicesRight, "timeSliceTarget: 0.9", "timeSliceTarget: 0", "/spec/objectives/0/timeSliceTarget"},
	{"objective.timeSliceTarget", slicesRight, "timeSliceTarget: 0.9", "timeSliceTarget: 1.1", "/spec/objectives/0/timeSliceTarget"},
	{"timeSliceTarget.range", ratioRight, "target: 0.99", "target: 0.99, timeSliceTarget: 1.1", "/spec/objectives/0/timeSliceTarget"},
	{"objective.timeSliceWindow", slicesRight, ", timeSliceWindow: 5m", "", "/spec/objectives/0/timeSliceWindow"},
	{"timeSliceWindow.duration", slicesRight, "timeSliceWindow: 5m", "timeSliceWindow: 5", "/spec/objectives/0/timeSliceWindow"},
	{"objective.threshold", thresholdRight, "op: lt, ", "", "/spec/objectives/0/op"},
	{"objective.threshold", thresholdRight, "value: 0.5, ", "", "/spec/objectives/0/value"},
	{"objective.op", thresholdRight, "op: lt", "op: below", "/spec/objectives/0/op"},
	{"op.enum", slicesRight, "targetPercent: 99.5", "targetPercent: 99.5, op: below", "/spec/objectives/0/op"},
	{"objective.ratio", ratioRight, "target: 0.99", "target: 0.99, op: gt", "/spec/objectives/0/op"},
	{"objective.ratio", ratioRight, "target: 0.99", "target: 0.99, value: 1", "/spec/objectives/0/value"},
	{"threshold.oneObjective", thresholdRight, "[{op: lt, value: 0.5, target: 0.99}]", "[{op: lt, value: 0.5, target: 0.99}, {op: lt, value: 1, target: 0.999}]", "/spec/objectives"},
	{"composite.indicators", compositeRight, "indicatorRef: carts, ", "", "/spec/objectives/0"},
	{"composite.weight", compositeRight, "compositeWeight: 2", "compositeWeight: 0", "/spec/objectives/0/compositeWeight"},
	{"slo.indicatorRef.there", slicesRight, "indicatorRef: carts", "indicatorRef: others", "/spec/indicatorRef"},
	{"slo.indicatorRef.there", compositeRight, "indicatorRef: carts", "indicatorRef: others", "/spec/objectives/0/indicatorRef"},
	{"alert.refOrInline", policyRight, "- targetRef: pager", "- {targetRef: pager, kind: AlertNotificationTarget}", "/spec/notificationTargets/0"},
	{"alert.refOrInline", slicesRight, "{alertPolicyRef: wake}", "{}", "/spec/alertPolicies/0"},
	{"alert.ref", policyRight, "targetRef: pager", `targetRef: ""`, "/spec/notificationTargets/0/targetRef"},
	{"inline.kind", policyRight, "kind: AlertNotificationTarget", "kind: AlertTarget", "/spec/notificationTargets/1/kind"},
	{"inline.kind.required", policyRight, "    - kind: AlertNotificationTarget\n      metadata:", "    - metadata:", "/spec/notificationTargets/1/kind"},
	{"alertPolicy.conditions", policyRight, "  conditions:\n", "  conditions:\n    - conditionRef: fast\n", "/spec/conditions"},
	{"alertPolicy.notificationTargets", policyRight, "  notificationTargets:\n    - targetRef: pager\n    - kind: AlertNotificationTarget\n      metadata: {name: mail}\n      spec: {target: email}\n", "", "/spec/notificationTargets"},
	{"alertCondition.severity", conditionRight, "  severity: page\n", "", "/spec/severity"},
	{"condition.kind", conditionRight, "kind: burnrate", "kind: budget", "/spec/condition/kind"},
	{"condition.kind.required", conditionRight, "kind: burnrate, ", "", "/spec/condition/kind"},
	{"condition.op", conditionRight, "op: gt", "op: eq", "/spec/condition/op"},
	{"condition.op", conditionRight, "op: gt, ", "", "/spec/condition/op"},
	{"condition.threshold", conditionRight, "threshold: 14.4, ", "", "/spec/condition/threshold"},
	{"condition.lookbackWindow", conditionRight, "lookbackWindow: 1h, ", "", "/spec/condition/lookbackWindow"},
	{"alertNotificationTarget.target", targetRight, "target: pagerduty", "description: none", "/spec/target"},
}

// what documents refer to, in a file beside them.
var shelf = yamldoc.File{Name: "shelf.yaml", Text: []byte(strings.Join([]string{
	eventsRight, policyRight, conditionRight, targetRight,
}, "---\n"))}

func readBeside(text string, strict bool) (openslo.Documents, error) {
	file := yamldoc.File{Name: "it.yaml", Text: []byte(text)}
	if strings.Contains(text, "kind: SLO\n") {
		return openslo.ReadAll([]yamldoc.File{shelf, file}, openslo.Options{Strict: strict})
	}
	return openslo.ReadAll([]yamldoc.File{file}, openslo.Options{Strict: strict})
}

func TestWhatBothAllowIsRight(t *testing.T) {
	t.Parallel()
	for _, text := range []string{dataSourceRight, serviceRight, rawRight, eventsRight, conditionRight, targetRight, policyRight, thresholdRight, slicesRight, ratioRight, compositeRight} {
		for _, strict := range []bool{true, false} {
			docs, err := readBeside(text, strict)
			if err != nil {
				t.Errorf("strict %v: %v\n%s", strict, err, text)
			}
			for _, w := range docs.Warnings {
				if w.Rule != "" {
					t.Errorf("strict %v warns: %s of the rule %s\n%s", strict, w.Problem, w.Rule, text)
				}
			}
		}
	}
}

func TestEveryRuleIsKeptByWhoAsksForIt(t *testing.T) {
	t.Parallel()
	rules := map[string]openslo.Rule{}
	for _, r := range openslo.Rules() {
		if _, twice := rules[r.Name]; twice {
			t.Errorf("two rules are called %q", r.Name)
		}
		rules[r.Name] = r
	}
	broken := map[string]bool{}
	for _, c := range conformance {
		rule, known := rules[c.rule]
		if !known {
			t.Errorf("there is no rule %q", c.rule)
			continue
		}
		broken[c.rule] = true
		text := strings.Replace(c.right, c.was, c.now, 1)
		if text == c.right {
			t.Fatalf("%q is not in the document of %s", c.was, c.rule)
		}
		for _, strict := range []bool{true, false} {
			docs, err := readBeside(text, strict)
			asks := rule.Prose
			if strict {
				asks = rule.Reference
			}
			var refused *yamldoc.Error
			errors.As(err, &refused)
			told := func(p yamldoc.Problem) bool { return p.Rule == c.rule && p.Pointer == c.pointer }
			switch {
			case asks && (refused == nil || !slices.ContainsFunc(refused.Problems, told)):
				t.Errorf("strict %v: %s in place of %s breaks %s at %s: told is %v", strict, c.now, c.was, c.rule, c.pointer, err)
			case !asks && refused != nil:
				t.Errorf("strict %v: %s is only a warning, not %v", strict, c.rule, err)
			case !asks && !slices.ContainsFunc(docs.Warnings, func(w openslo.Warning) bool { return told(w.Problem) }):
				t.Errorf("strict %v: %s in place of %s is no warning of %s at %s: %v", strict, c.now, c.was, c.rule, c.pointer, docs.Warnings)
			}
		}
	}
	for name := range rules {
		if !broken[name] {
			t.Errorf("nothing breaks the rule %s", name)
		}
	}
}

// The documents have the shapes of those that OpenSLO publishes in README.md and examples/, in
// other words: most of them the reference implementation refuses.
func TestThePublishedShapesAreRightByDefault(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text string
		// strict are the rules that the shape breaks.
		strict []string
	}{
		"README, an SLO with an inlined SLI, without window and method": {`apiVersion: openslo/v1
kind: SLO
metadata: {name: cart-slo, displayName: Cart SLO}
spec:
  service: cart
  indicator:
    metadata: {name: cart-error, displayName: Cart Error}
    spec:
      ratioMetric:
        counter: true
        good: {metricSource: {metricSourceRef: dd, type: Datadog, spec: {query: "sum:ok{*}.as_count()"}}}
        total: {metricSource: {metricSourceRef: dd, type: Datadog, spec: {query: "sum:all{*}.as_count()"}}}
  objectives:
    - {displayName: All Errors, target: 0.98}
`, []string{"slo.budgetingMethod.required", "slo.timeWindow.required"}},
		"examples, a threshold with empty alert policies": {`apiVersion: openslo/v1
kind: SLO
metadata: {name: find-slo, displayName: Finding time}
spec:
  description: It never takes more than 300 ms.
  service: web-shop
  indicator:
    metadata: {name: find-latency, displayName: Latency}
    spec: {thresholdMetric: {metricSource: {type: Any, spec: {query: Any}}}}
  timeWindow: [{duration: 2w, isRolling: true}]
  budgetingMethod: Occurrences
  objectives: [{displayName: Good, op: lt, value: 300, target: 0.99}]
  alertPolicies: # none
`, nil},
		"examples, slices of a ratio with op": {`apiVersion: openslo/v1
kind: SLO
metadata: {name: line, displayName: Line}
spec:
  service: web
  indicator:
    metadata: {name: line}
    spec: {ratioMetric: {good: {metricSource: {type: Any, spec: {query: Any}}}, total: {metricSource: {type: Any, spec: {query: Any}}}}}
  timeWindow:
    - duration: 1m
      isRolling: false
      calendar: {startTime: 2022-01-01 12:00:00, timeZone: America/New_York}
  budgetingMethod: Timeslices
  objectives:
    - {displayName: Ours, op: gt, target: 0.995, timeSliceTarget: 0.99, timeSliceWindow: 1m}
    - {displayName: Theirs, target: 0.99, timeSliceTarget: 0.99, timeSliceWindow: 1m}
`, []string{"objective.ratio"}},
		"README, a policy with a name in capitals": {`apiVersion: openslo/v1
kind: AlertPolicy
metadata: {name: AlertPolicy, displayName: Alert Policy}
spec:
  alertWhenBreaching: true
  alertWhenResolved: false
  conditions: [{conditionRef: cpu-breach}]
  notificationTargets: [{targetRef: mail}]
`, []string{"name.label"}},
		"README, a target with a name in capitals": {"apiVersion: openslo/v1\nkind: AlertNotificationTarget\nmetadata: {name: OnCallMail}\nspec: {description: To all, target: email}\n", []string{"name.label"}},
		"README, a data source":                    {"apiVersion: openslo/v1\nkind: DataSource\nmetadata: {name: string, displayName: string}\nspec: {type: CloudWatch, connectionDetails: {accessKeyID: a, secretAccessKey: b}}\n", nil},
		"the SDK, a list of objects":               {"- apiVersion: openslo/v1\n  kind: Service\n  metadata: {name: one}\n  spec: {description: One}\n- apiVersion: openslo/v1\n  kind: Service\n  metadata: {name: two}\n  spec: {description: Two}\n", nil},
	} {
		docs, err := readBeside(c.text, false)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		_, err = readBeside(c.text, true)
		var refused *yamldoc.Error
		errors.As(err, &refused)
		var got []string
		if refused != nil {
			for _, p := range refused.Problems {
				got = append(got, p.Rule)
			}
		}
		slices.Sort(got)
		if !slices.Equal(slices.Compact(got), c.strict) {
			t.Errorf("%s breaks %v strictly, want %v: %v", name, got, c.strict, err)
		}
		for _, rule := range c.strict {
			if !slices.ContainsFunc(docs.Warnings, func(w openslo.Warning) bool { return w.Rule == rule && w.Code == openslo.WarnStrict }) {
				t.Errorf("%s does not warn of %s: %v", name, rule, docs.Warnings)
			}
		}
	}
}
