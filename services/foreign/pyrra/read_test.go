package pyrra_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/evenkeel/evenkeel/internal/yamldoc"
	"github.com/evenkeel/evenkeel/services/foreign"
	"github.com/evenkeel/evenkeel/services/foreign/pyrra"
	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/slo"
)

// object is one with that in its spec.
func object(spec string) string {
	return `apiVersion: pyrra.dev/v1alpha1
kind: ServiceLevelObjective
metadata:
  name: checkout-errors
  namespace: shop
  uid: 7f1c
  labels:
    pyrra.dev/team: payments
    pyrra.dev/service: checkout
    release: stable
  annotations: { pyrra.dev/runbook: "https://example.org" }
spec:
` + spec
}

const ratio = `  target: "99.50"
  window: 4w
  description: Answers without errors.
  partial_response_strategy: warn
  performanceOverAccuracy: true
  ruleOutput: { shortRulesLabels: { a: b } }
  indicator:
    ratio:
      errors:
        metric: http_requests_total{job="checkout",code=~"5.."}
      total:
        metric: http_requests_total{job="checkout"}
status: { type: PrometheusRule }
`

// The expected origins are worked by hand from Pyrra's rules: rate of errors through rate of all is
// the quotient of the increases; a latency is good in its bucket; of a gauge the samples are events.
func TestEachIndicatorBecomesWhatPyrraCounts(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		indicator string
		want      origin.Origin
		category  slo.Category
		notes     []string
	}{
		"ratio": {
			`ratio: { errors: { metric: 'http_requests_total{job="checkout",code=~"5.."}' }, total: { metric: 'http_requests_total{job="checkout"}' } }`,
			origin.Origin{Ratio: &origin.Ratio{Bad: `sum(increase(http_requests_total{code=~"5..",job="checkout"}[$window]))`, Total: `sum(increase(http_requests_total{job="checkout"}[$window]))`}}, slo.Availability, nil,
		},
		"ratio grouped by two": {
			`ratio: { errors: { metric: 'e_total' }, total: { metric: 'a_total' }, grouping: [handler, job] }`,
			origin.Origin{Ratio: &origin.Ratio{Bad: `sum(increase(e_total[$window]))`, Total: `sum(increase(a_total[$window]))`}, GroupBy: "handler"}, slo.Availability,
			[]string{"/spec/indicator/ratio/grouping has 2 labels", "/spec/indicator/ratio/grouping has a budget and alerts of each group there"},
		},
		"latency of seconds": {
			`latency: { success: { metric: 'took_seconds_bucket{job="checkout",le="0.5"}' }, total: { metric: 'took_seconds_count{job="checkout"}' } }`,
			origin.Origin{Latency: &origin.Latency{Metric: "took_seconds", Selector: `job="checkout"`, ThresholdSeconds: 0.5}}, slo.Latency, nil,
		},
		// 5 may be spelt 5, 5.0, 5e+00 and so on by who exposes it.
		"latency of something else": {
			`latency: { success: { metric: 'took_ms_bucket{job="a",le="5"}' }, total: { metric: 'took_ms_count{job="a"}' } }`,
			origin.Origin{Ratio: &origin.Ratio{Good: `sum(increase(took_ms_bucket{job="a",le=~"0*5([.]0*)?|5([.]0*)?[eE][+]?0*"}[$window]))`, Total: `sum(increase(took_ms_count{job="a"}[$window]))`}}, slo.Latency, nil,
		},
		"latency of fewer": {
			`latency: { success: { metric: 'took_seconds_bucket{code="200",le="1"}' }, total: { metric: 'took_seconds_count' } }`,
			origin.Origin{Ratio: &origin.Ratio{Good: `sum(increase(took_seconds_bucket{code="200",le=~"0*1([.]0*)?|1([.]0*)?[eE][+]?0*"}[$window]))`, Total: `sum(increase(took_seconds_count[$window]))`}}, slo.Latency, nil,
		},
		"native latency": {
			`latencyNative: { latency: 1s500ms, total: { metric: 'took_seconds{job="checkout"}' } }`,
			origin.Origin{Latency: &origin.Latency{Metric: "took_seconds", Selector: `job="checkout"`, ThresholdSeconds: 1.5, Native: true}}, slo.Latency, nil,
		},
		"bool gauge": {
			`bool_gauge: { metric: 'up{job="checkout"}', grouping: [instance] }`,
			origin.Origin{Ratio: &origin.Ratio{Good: `sum(sum_over_time(up{job="checkout"}[$window]))`, Total: `sum(count_over_time(up{job="checkout"}[$window]))`}, GroupBy: "instance"}, slo.Availability,
			[]string{"/spec/indicator/bool_gauge/grouping has a budget and alerts of each group there"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := pyrra.Read([]byte(object("  target: \"99.9\"\n  window: 28d\n  indicator:\n    " + c.indicator + "\n")))
			if err != nil || len(got.SLOs) != 1 {
				t.Fatalf("%d SLOs, %v (%v)", len(got.SLOs), got.Notes, err)
			}
			d := got.SLOs[0].Declaration
			if d.Origin.String() != c.want.String() || d.Category != c.category {
				t.Errorf("it is measured by\n%s\nwant\n%s", d.Origin, c.want)
			}
			told(t, got, c.notes)
		})
	}
}

// told requires notes that begin so.
func told(t *testing.T, got foreign.Reading, want []string) {
	t.Helper()
	var lines []string
	for _, n := range got.Notes {
		lines = append(lines, n.Pointer+" "+n.Message)
	}
	if !slices.EqualFunc(lines, want, strings.HasPrefix) {
		t.Errorf("told is\n%s\nwant\n%s", strings.Join(lines, "\n"), strings.Join(want, "\n"))
	}
}

func TestAnObjectSaysAllOfAnSLO(t *testing.T) {
	t.Parallel()
	got, err := pyrra.Read([]byte(object(ratio)))
	if err != nil || len(got.SLOs) != 1 {
		t.Fatalf("%d SLOs (%v)", len(got.SLOs), err)
	}
	told(t, got, nil)
	s := got.SLOs[0]
	d := s.Declaration
	if s.Service != "checkout" || s.Name != "checkout-errors" || s.ID != "shop/checkout-errors" || s.DataSource != "" || d.Slug != "checkout-errors" ||
		d.Objective != "99.50%" || d.WindowDays != 28 || d.Description != "Answers without errors." || d.MinBadEvents != 1 || len(d.AlertsOff) != 0 {
		t.Errorf("it is %+v", s)
	}
	if !maps.Equal(s.Labels, map[string]string{"team": "payments", "service": "checkout"}) || s.Page.Name != "ErrorBudgetBurn" || s.Page.Labels["severity"] != "critical" || s.Ticket.Labels["severity"] != "warning" {
		t.Errorf("it carries %v, %+v, %+v", s.Labels, s.Page, s.Ticket)
	}
	if s.Object == nil || s.Object.Namespace != "shop" || s.Object.Annotations["pyrra.dev/runbook"] == "" {
		t.Errorf("its object is %+v", s.Object)
	}
}

func TestAlertsAreSwitchedOffAsTheyWere(t *testing.T) {
	t.Parallel()
	for text, c := range map[string]struct{ off, notes []string }{
		"{ disabled: true }":                                                 {[]string{"page", "ticket"}, nil},
		"{ burnrates: false, absent: false }":                                {[]string{"page", "ticket", "absent"}, nil},
		"{ burnrates: true, name: Burns, absentName: Away }":                 {nil, []string{"/spec/alerting/name is what alerts are called", "/spec/alerting/absentName is what"}},
		"{ severities: { fastBurn: sev1, mediumBurn: sev2, absent: info } }": {nil, []string{"/spec/alerting/severities differ between fastBurn and mediumBurn", "/spec/alerting/severities/absent has no place"}},
		"{ channel: x }": {nil, []string{"/spec/alerting/channel is not known"}},
	} {
		got, err := pyrra.Read([]byte(object("  alerting: " + text + "\n" + ratio)))
		if err != nil || len(got.SLOs) != 1 {
			t.Fatalf("%s: %v", text, err)
		}
		if off := got.SLOs[0].Declaration.AlertsOff; !slices.Equal(off, c.off) {
			t.Errorf("%s: off are %v, want %v", text, off, c.off)
		}
		told(t, got, c.notes)
	}
}

func TestAnObjectWithoutAServiceTakesItsNamespace(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ old, new, service, note string }{
		{"pyrra.dev/service: checkout", "app.kubernetes.io/name: pay", "pay", ""},
		{"    pyrra.dev/service: checkout\n", "", "shop", "/metadata names no service: its namespace, shop"},
	} {
		got, err := pyrra.Read([]byte(strings.Replace(object(ratio), c.old, c.new, 1)))
		if err != nil || len(got.SLOs) != 1 || got.SLOs[0].Service != c.service {
			t.Fatalf("%s: %+v (%v)", c.new, got.SLOs, err)
		}
		if c.note != "" {
			told(t, got, []string{c.note})
		}
	}
	text := strings.NewReplacer("    pyrra.dev/service: checkout\n", "", "  namespace: shop\n", "").Replace(object(ratio))
	got, err := pyrra.Read([]byte(text))
	if err != nil || got.SLOs[0].Service != "checkout-errors" || got.SLOs[0].ID != "checkout-errors" {
		t.Errorf("without a namespace: %+v (%v)", got.SLOs, err)
	}
}

func TestWhatDoesNotTranslateIsLeftAndTheRestStays(t *testing.T) {
	t.Parallel()
	text := "apiVersion: v1\nkind: List\nitems:\n"
	for _, change := range [][2]string{{"", ""}, {"window: 4w", "window: 12h"}, {`target: "99.50"`, `target: "100"`}, {"window: 4w", "window: 1y"}} {
		one := strings.Replace(object(ratio), change[0], change[1], 1)
		text += "  - " + strings.ReplaceAll(strings.TrimSuffix(one, "\n"), "\n", "\n    ") + "\n"
	}
	got, err := pyrra.Read([]byte(text))
	if err != nil || len(got.SLOs) != 1 {
		t.Fatalf("%d SLOs (%v)", len(got.SLOs), err)
	}
	told(t, got, []string{
		"/items/1/spec/window is no number of whole days", "/items/2/spec/target cannot be declared here: must be below 100%", "/items/3/spec/window cannot be declared here: must be 1 to 90 days",
	})
	for _, n := range got.Notes {
		if !n.Left || n.Line < 20 {
			t.Errorf("%+v", n)
		}
	}
}

func TestWhatIsWrongIsToldAtItsLine(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ old, new, want string }{
		{"kind: ServiceLevelObjective", "kind: Deployment", "2:7: /kind: must be a ServiceLevelObjective of pyrra.dev/v1alpha1"},
		{"  name: checkout-errors\n", "", "/metadata/name: is required"},
		{`target: "99.50"`, "target: most", "13:11: /spec/target: must be a percentage"},
		{`  target: "99.50"` + "\n", "", "/spec/target: is required"},
		{"window: 4w", "window: [4w]", "14:11: /spec/window: must be one value, and is a list"},
		{"window: 4w", "window: soon", "14:11: /spec/window: must be a duration such as 28d"},
		{`metric: http_requests_total{job="checkout"}`, `metric: sum(x)`, "24:17: /spec/indicator/ratio/total/metric: must be one metric with its labels"},
		{`metric: http_requests_total{job="checkout"}`, `metric: "x{"`, "24:17: /spec/indicator/ratio/total/metric: cannot be read as PromQL"},
		{`metric: http_requests_total{job="checkout"}`, `other: x`, "/spec/indicator/ratio/total/metric: is required"},
		{"    ratio:\n", "    rate:\n", "/spec/indicator: must have one of ratio"},
		{"    ratio:\n", "    bool_gauge: { metric: up }\n    ratio:\n", "/spec/indicator: must have one of ratio"},
		{"performanceOverAccuracy: true", "alerting: { absent: maybe }", "/spec/alerting/absent: must be true or false"},
		{ratio, "", "/spec: is required"},
	} {
		_, err := pyrra.Read([]byte(strings.Replace(object(ratio), c.old, c.new, 1)))
		var refused *yamldoc.Error
		if !errors.As(err, &refused) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s instead of %s: %v, want %q", c.new, c.old, err, c.want)
		}
	}
	for indicator, want := range map[string]string{
		`latency: { success: { metric: a_bucket }, total: { metric: a_count } }`: "must be of one bucket",
		`latencyNative: { latency: fast, total: { metric: a } }`:                 "must be a duration such as 500ms",
		`bool_gauge: { metric: up == 1 }`:                                        "must be one metric",
	} {
		_, err := pyrra.Read([]byte(object("  target: \"99\"\n  window: 28d\n  indicator: { " + indicator + " }\n")))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", indicator, err, want)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(object(ratio))
	for i, kind := range []string{"latency: { success: { metric: 'a_bucket{le=\"1\"}' }, total: { metric: a_count } }", "latencyNative: { latency: 1s, total: { metric: a } }", "bool_gauge: { metric: up, grouping: [a] }"} {
		f.Add(object(fmt.Sprintf("  target: \"%d\"\n  window: 2w\n  indicator: { %s }\n", 90+i, kind)))
	}
	f.Fuzz(func(t *testing.T, text string) {
		var wrong *yamldoc.Error
		if _, err := pyrra.Read([]byte(text)); err != nil && !errors.As(err, &wrong) {
			t.Errorf("%q: %v", text, err)
		}
	})
}
