package nobl9_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/yamldoc"
	"github.com/evenkeel/evenkeel/services/foreign"
	"github.com/evenkeel/evenkeel/services/foreign/nobl9"
	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/slo"
)

// sloOf is an SLO with that in its spec.
func sloOf(spec string) string {
	return `apiVersion: n9/v1alpha
kind: SLO
metadata:
  name: api-availability
  displayName: API availability
  project: shop
  labels: { team: [green, sales], env: [prod] }
  annotations: { a: b }
spec:
  description: Answers.
  service: api
  indicator: { metricSource: { name: prom, project: shop, kind: Agent } }
` + spec + `status: { updatedAt: "2026-01-01T00:00:00Z" }
organization: acme
`
}

const (
	month   = "  timeWindows: [{ unit: Month, count: 1, isRolling: false, calendar: { startTime: \"2022-12-01 00:00:00\", timeZone: Europe/Warsaw } }]\n"
	days    = "  timeWindows: [{ unit: Day, count: 28, isRolling: true, period: { begin: a, end: b } }]\n"
	counted = `  budgetingMethod: Occurrences
  objectives:
    - displayName: Good
      name: good
      target: 0.990
      value: 1
      primary: true
      countMetrics:
        incremental: true
        good: { prometheus: { promql: 'sum(http_total{code!~"5.."})' } }
        total: { prometheus: { promql: "sum(http_total)" } }
`
)

func told(t *testing.T, got foreign.Reading, want ...string) {
	t.Helper()
	var lines []string
	for _, n := range got.Notes {
		lines = append(lines, n.Pointer+" "+n.Message)
	}
	if !slices.EqualFunc(lines, want, strings.HasPrefix) {
		t.Errorf("told is\n%s\nwant\n%s", strings.Join(lines, "\n"), strings.Join(want, "\n"))
	}
}

func TestAnSLOSaysAllOfItself(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{"document": sloOf(counted + days), "list": "- " + strings.ReplaceAll(strings.TrimSuffix(sloOf(counted+days), "\n"), "\n", "\n  ") + "\n"} {
		got, err := nobl9.Read([]byte(text))
		if err != nil || len(got.SLOs) != 1 {
			t.Fatalf("%s: %d SLOs, %v (%v)", name, len(got.SLOs), got.Notes, err)
		}
		told(t, got)
		s := got.SLOs[0]
		d := s.Declaration
		if s.Service != "api" || s.Name != "api-availability" || s.ID != "shop/api-availability/good" || s.DataSource != "prom" || d.Slug != "api-availability" || d.Name != "API availability" ||
			d.Objective != "99.0%" || d.WindowDays != 28 || d.Description != "Answers." || d.Resolution != time.Minute || d.MinBadEvents != 1 || d.Category != slo.Availability {
			t.Errorf("%s: it is %+v", name, s)
		}
		// There is no alert policy and no anomaly of no data: nobody was alerted.
		if !slices.Equal(d.AlertsOff, []string{"page", "ticket", "absent"}) || s.Labels["team"] != "green,sales" {
			t.Errorf("%s: off are %v, labels %v", name, d.AlertsOff, s.Labels)
		}
	}
}

// The expected origins are worked by hand: what a counter increased by, what a rate counted in the
// window, and each value of a raw metric as an event.
func TestEachIndicatorBecomesWhatItCounts(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		objective string
		want      origin.Origin
		notes     []string
	}{
		"counters": {
			`countMetrics: { incremental: true, good: { prometheus: { promql: 'sum(http_total{code!~"5.."})' } }, total: { prometheus: { promql: "sum(http_total)" } } }`,
			origin.Origin{Ratio: &origin.Ratio{Good: `sum(increase(http_total{code!~"5.."}[$window]))`, Total: `sum(increase(http_total[$window]))`}}, nil,
		},
		"bad counters": {
			`countMetrics: { incremental: true, bad: { amazonPrometheus: { promql: "sum(failed_total)" } }, total: { amazonPrometheus: { promql: "sum(all_total)" } } }`,
			origin.Origin{Ratio: &origin.Ratio{Bad: `sum(increase(failed_total[$window]))`, Total: `sum(increase(all_total[$window]))`}}, nil,
		},
		"rates": {
			`countMetrics: { incremental: false, good: { prometheus: { promql: "sum(rate(ok_total[1m]))" } }, total: { prometheus: { promql: "sum(rate(all_total[1m]))" } } }`,
			origin.Origin{Ratio: &origin.Ratio{Good: `sum(increase(ok_total[$window]))`, Total: `sum(increase(all_total[$window]))`}}, nil,
		},
		"raw metric": {
			`{ op: lte, value: 0.25, rawMetric: { query: { prometheus: { promql: "histogram_quantile(0.99, sum(rate(took_bucket[5m])) by (le))" } } } }`,
			origin.Origin{Threshold: &origin.Threshold{Query: `histogram_quantile(0.99, sum(rate(took_bucket[5m])) by (le))`, Op: origin.LTE, Value: 0.25}}, nil,
		},
		"counts of another source": {
			`countMetrics: { incremental: false, good: { datadog: { query: "sum:good{*}" } }, total: { datadog: { query: "sum:all{*}" } } }`,
			origin.Origin{}, []string{"/spec/objectives/0/countMetrics/good/datadog is asked of prom, which is not asked by Evenkeel"},
		},
		"raw metric of another source": {
			`{ op: lt, value: 2, rawMetric: { query: { graphite: { metricPath: a.b } } } }`,
			origin.Origin{}, []string{"/spec/objectives/0/rawMetric/query/graphite is asked of prom"},
		},
		"one query of both": {
			`countMetrics: { incremental: true, goodTotal: { splunk: { query: "index=*" } } }`,
			origin.Origin{}, []string{"/spec/objectives/0/countMetrics/goodTotal/splunk is asked of prom"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			objective := strings.TrimSuffix(strings.TrimPrefix(c.objective, "{ "), " }")
			if strings.HasPrefix(c.objective, "countMetrics") {
				objective = c.objective
			}
			got, err := nobl9.Read([]byte(sloOf("  budgetingMethod: Occurrences\n  objectives: [{ name: a, target: 0.95, " + objective + " }]\n" + days)))
			if err != nil || len(got.SLOs) != 1 {
				t.Fatalf("%d SLOs, %v (%v)", len(got.SLOs), got.Notes, err)
			}
			s := got.SLOs[0]
			if d := s.Declaration; d.Origin.String() != c.want.String() {
				t.Errorf("it is measured by\n%s\nwant\n%s", d.Origin, c.want)
			}
			if pushed := len(c.notes) > 0; pushed != (s.DataSource == "") || pushed != (s.Declaration.GoodEvent != "") {
				t.Errorf("it asks %q for %q", s.DataSource, s.Declaration.GoodEvent)
			}
			told(t, got, c.notes...)
		})
	}
}

func TestObjectivesOfOneMeasureStayTogether(t *testing.T) {
	t.Parallel()
	same := strings.Replace(counted[strings.Index(counted, "    - "):], "name: good", "name: stretch", 1)
	same = strings.NewReplacer("primary: true", "primary: false", "0.990", "0.999", "displayName: Good", "displayName: Stretch").Replace(same)
	other := strings.NewReplacer("name: stretch", "name: slow", "sum(http_total)", "sum(other_total)", "displayName: Stretch", "displayName: Slow latency").Replace(same)
	first, rest, _ := strings.Cut(counted, "    - displayName: Good")
	got, err := nobl9.Read([]byte(sloOf(first + other + "    - displayName: Good" + rest + same + days)))
	if err != nil || len(got.SLOs) != 2 {
		t.Fatalf("%d SLOs, %v (%v)", len(got.SLOs), got.Notes, err)
	}
	a, b := got.SLOs[0], got.SLOs[1]
	if further := a.Declaration.Further; a.ID != "shop/api-availability/good" || len(further) != 1 || further[0] != (slo.GoalInput{Name: "stretch", Objective: "99.9%", WindowDays: 28}) {
		t.Errorf("the primary one is %+v", a)
	}
	if b.ID != "shop/api-availability/slow" || b.Name != "api-availability-slow" || b.Declaration.Name != "API availability: Slow latency" || len(b.Declaration.Further) != 0 {
		t.Errorf("the other is %+v", b)
	}
	told(t, got, "/spec/objectives/0 measures something else")
}

func TestWindowsAndSlices(t *testing.T) {
	t.Parallel()
	got, err := nobl9.Read([]byte(sloOf(strings.NewReplacer("Occurrences", "Timeslices", "target: 0.990", "target: 0.990\n      timeSliceTarget: 0.95").Replace(counted) + month)))
	if err != nil || len(got.SLOs) != 1 {
		t.Fatalf("%d SLOs, %v (%v)", len(got.SLOs), got.Notes, err)
	}
	d := got.SLOs[0].Declaration
	if d.Calendar == nil || *d.Calendar != (slo.CalendarInput{Period: "month", StartDate: "2022-12-01", TimeZone: "Europe/Warsaw"}) || d.WindowDays != 0 ||
		d.Budgeting != (slo.BudgetingInput{Method: slo.Timeslices, SliceTarget: "95%", SliceLength: time.Minute}) {
		t.Errorf("it is %+v", d)
	}
	for window, want := range map[string]string{
		"{ unit: Hour, count: 48, isRolling: true }":                                                          "2",
		"{ unit: Month, count: 3, calendar: { startTime: \"2022-12-01 00:00:00\", timeZone: UTC } }":          "quarter",
		"{ unit: Week, count: 1, calendar: { startTime: \"2022-12-05 06:30:00\", timeZone: UTC } }":           "week /spec/timeWindows/0/calendar/startTime is not midnight",
		"{ unit: Hour, count: 1, isRolling: true }":                                                           "left /spec/timeWindows/0 is no number of whole days",
		"{ unit: Week, count: 2, calendar: { startTime: \"2022-12-05 00:00:00\", timeZone: UTC } }":           "left /spec/timeWindows/0 has 2 of them",
		"{ unit: Month, count: 1, calendar: { startTime: \"2022-12-01 00:00:00\", timeZone: Nowhere/Land } }": "left /spec/timeWindows cannot be declared here",
	} {
		got, err := nobl9.Read([]byte(sloOf(counted + "  timeWindows: [" + window + "]\n")))
		if err != nil {
			t.Errorf("%s: %v", window, err)
			continue
		}
		is := "left"
		if len(got.SLOs) == 1 {
			if d := got.SLOs[0].Declaration; d.Calendar != nil {
				is = string(d.Calendar.Period)
			} else {
				is = string(rune('0' + d.WindowDays))
			}
		}
		for _, n := range got.Notes {
			is += " " + n.Pointer + " " + n.Message
		}
		if !strings.HasPrefix(is, want) {
			t.Errorf("%s is %s, want %s", window, is, want)
		}
	}
}

const policyText = `---
apiVersion: n9/v1alpha
kind: AlertPolicy
metadata: { name: fast, project: shop, displayName: Fast }
spec:
  description: Burns.
  severity: High
  coolDown: 5m
  conditions:
    - { measurement: averageBurnRate, value: 13.44, alertingWindow: 1h, op: gte }
    - { measurement: averageBurnRate, value: 10, alertingWindow: 6h }
    - { measurement: burnedBudget, value: 0.9 }
  alertMethods: [{ metadata: { name: slack, project: shop } }]
`

// 13.44 is 2 % of 28 days through an hour, and 5.6 is 5 % of them through six (SRE Workbook, chapter 5).
func TestAlertPoliciesKeepBurnPairs(t *testing.T) {
	t.Parallel()
	spec := counted + days + "  alertPolicies: [fast]\n  anomalyConfig: { noData: { alertMethods: [{ name: slack }], alertAfter: 1h } }\n"
	got, err := nobl9.Read([]byte(sloOf(spec) + policyText))
	if err != nil || len(got.SLOs) != 1 {
		t.Fatalf("%d SLOs, %v (%v)", len(got.SLOs), got.Notes, err)
	}
	if off := got.SLOs[0].Declaration.AlertsOff; !slices.Equal(off, []string{"1d/2h", "3d/6h"}) {
		t.Errorf("off are %v", off)
	}
	told(t, got, "/spec/alertPolicies/0 is the burn pair 6h/30m, at 10 × there and at 5.6 × here", "/spec/anomalyConfig/noData/alertAfter has no place",
		"/spec/conditions/2 has no place: a burn pair is of an averageBurnRate", "/spec/alertMethods are notification targets here")
	got, err = nobl9.Read([]byte(sloOf(spec)))
	if err != nil || len(got.SLOs) != 1 || len(got.SLOs[0].Declaration.AlertsOff) != 0 {
		t.Fatalf("%+v (%v)", got.SLOs, err)
	}
	told(t, got, "/spec/alertPolicies/0 is an alert policy that is not in the text", "/spec/anomalyConfig/noData/alertAfter has no place")
}

func TestOtherKindsAreToldOf(t *testing.T) {
	t.Parallel()
	text := `- apiVersion: n9/v1alpha
  kind: Service
  metadata: { name: api, displayName: The API, project: shop, labels: { a: [b] }, annotations: { c: d } }
  spec: { description: Sells., responsibleUsers: [{ id: x }], reviewCycle: { rrule: FREQ=DAILY } }
- { apiVersion: n9/v1alpha, kind: Project, metadata: { name: shop }, spec: {} }
- { apiVersion: n9/v1alpha, kind: Agent, metadata: { name: prom, project: shop }, spec: { prometheus: { url: "http://prometheus:9090" } } }
- { apiVersion: n9/v1alpha, kind: Direct, metadata: { name: dd, project: shop }, spec: { datadog: { site: eu, apiKey: secret } } }
- { apiVersion: n9/v1alpha, kind: AlertMethod, metadata: { name: slack, project: shop }, spec: { slack: { url: secret } } }
`
	got, err := nobl9.Read([]byte(text))
	if err != nil || len(got.Services) != 1 {
		t.Fatalf("%+v (%v)", got, err)
	}
	if s := got.Services[0]; s.Name != "api" || s.DisplayName != "The API" || s.Description != "Sells." || s.Project != "shop" || s.Labels["a"] != "b" {
		t.Errorf("the service is %+v", s)
	}
	told(t, got, "/0/spec/responsibleUsers have no place", "/0/spec/reviewCycle has no place", "/1/kind Project shop has no place: projects are teams here",
		"/2 is the Agent prom: make a data source of kind prometheus of it, with its address http://prometheus:9090", "/3 is the Direct dd of another kind", "/4/kind AlertMethod slack has no place")
	for _, n := range got.Notes {
		if strings.Contains(n.Message, "secret") {
			t.Errorf("a secret is told: %s", n.Message)
		}
	}
}

func TestWhatDoesNotTranslateIsLeft(t *testing.T) {
	t.Parallel()
	for spec, want := range map[string]string{
		strings.Replace(counted, `"sum(http_total)"`, `"count(http_total)"`, 1) + days: "/spec/objectives/0/countMetrics/total cannot be read as a sum of counters",
		strings.Replace(counted, "incremental: true", "incremental: false", 1) + days:  "/spec/objectives/0/countMetrics/good/prometheus/promql cannot be read as a sum of rates",
		"  budgetingMethod: Occurrences\n  objectives: [{ name: all, target: 0.9, composite: { maxDelay: 45m, aggregation: Reliability, components: { objectives: [{ project: shop, slo: a, objective: good, weight: 2, whenDelayed: CountAsGood }, { project: shop, slo: b, objective: ok, weight: 1, whenDelayed: Ignore }] } } }]\n" + days: "/spec/objectives/0/composite is a composite, which is not imported: once its members are SLOs here, declare a composite with the method weighted_average, the objective 90% and the members shop/a/good × 2, shop/b/ok × 1",
		"  budgetingMethod: Occurrences\n  objectives: [{ name: a, target: 0.9, op: lte, value: 1, rawMetric: { query: { prometheus: { promql: 'sum((' } } } }]\n" + days:                                                                                                                                                                      "/spec/objectives/0/rawMetric/query/prometheus/promql cannot be declared here: cannot be read as PromQL",
		strings.Replace(counted, "0.990", "0", 1) + days: "/spec/objectives/0/target cannot be declared here: must be above 0%",
	} {
		got, err := nobl9.Read([]byte(sloOf(spec)))
		if err != nil || len(got.SLOs) != 0 {
			t.Errorf("%s: %d SLOs (%v)", want, len(got.SLOs), err)
			continue
		}
		if !slices.ContainsFunc(got.Notes, func(n foreign.Note) bool { return n.Left && strings.HasPrefix(n.Pointer+" "+n.Message, want) }) {
			t.Errorf("want %s, told is %+v", want, got.Notes)
		}
	}
}

func TestWhatIsWrongIsToldAtItsLine(t *testing.T) {
	t.Parallel()
	good := sloOf(counted + days)
	for _, c := range []struct{ old, new, want string }{
		{"n9/v1alpha", "n9/v2", `1:13: /apiVersion: must be "n9/v1alpha"`},
		{"kind: SLO", "kind: Budget", "2:7: /kind: must be a kind of Nobl9"},
		{"  name: api-availability\n", "", "/metadata/name: is required"},
		{"  service: api\n", "", "/spec/service: is required"},
		{"budgetingMethod: Occurrences", "budgetingMethod: Slices", "13:20: /spec/budgetingMethod: must be Occurrences or Timeslices"},
		{"target: 0.990", "target: most", "17:15: /spec/objectives/0/target: must be a number"},
		{"      target: 0.990\n", "", "/spec/objectives/0/target: is required"},
		{"incremental: true", "incremental: maybe", "/spec/objectives/0/countMetrics/incremental: must be true or false"},
		{`prometheus: { promql: "sum(http_total)" }`, "", "/spec/objectives/0/countMetrics/total: must be of one source, is of 0"},
		{`prometheus: { promql: "sum(http_total)" }`, "a: {}, b: {}", "/spec/objectives/0/countMetrics/total: must be of one source, is of 2"},
		{"countMetrics:", "metrics:", "/spec/objectives/0: must have one of countMetrics, rawMetric and composite"},
		{"unit: Day", "unit: Fortnight", "/spec/timeWindows/0/unit: must be Minute, Hour or Day"},
		{"count: 28", "count: few", "/spec/timeWindows/0/count: must be a whole number"},
		{days, "", "/spec/timeWindows: must have one time window, has 0"},
		{"Occurrences", "Timeslices", "/spec/objectives/0/timeSliceTarget: is required"},
		{"labels: { team: [green, sales], env: [prod] }", "labels: { team: green }", "/metadata/labels/team: must be a list"},
	} {
		_, err := nobl9.Read([]byte(strings.Replace(good, c.old, c.new, 1)))
		var refused *yamldoc.Error
		if !errors.As(err, &refused) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s instead of %s: %v, want %q", c.new, c.old, err, c.want)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(sloOf(counted+days) + policyText)
	f.Add(sloOf(counted + month))
	f.Add("- { apiVersion: n9/v1alpha, kind: Agent, metadata: [], spec: 1 }\n- 5\n")
	f.Fuzz(func(t *testing.T, text string) {
		var wrong *yamldoc.Error
		if _, err := nobl9.Read([]byte(text)); err != nil && !errors.As(err, &wrong) {
			t.Errorf("%q: %v", text, err)
		}
	})
}
