package slogenerator_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/evenkeel/evenkeel/internal/yamldoc"
	"github.com/evenkeel/evenkeel/services/foreign"
	"github.com/evenkeel/evenkeel/services/foreign/slogenerator"
	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/slo"
)

// document is an SLO of version 2 that is measured so.
func document(backend, method, indicator string) string {
	return `apiVersion: sre.google.com/v2
kind: ServiceLevelObjective
metadata:
  name: shop-checkout-availability
  labels:
    service_name: shop
    feature_name: checkout
    slo_name: availability
    env: prod
spec:
  description: Requests are answered.
  backend: ` + backend + `
  method: ` + method + `
  exporters: [bigquery]
  service_level_indicator: ` + indicator + `
  goal: 0.9990
`
}

const shared = `---
default_exporters: [bigquery]
exporters: { bigquery: { project_id: x } }
backends:
  prometheus/prod: { url: "http://prometheus:9090" }
  datadog: { api_key: secret }
error_budget_policies:
  default:
    steps:
      - { name: 1 hour, burn_rate_threshold: 9, alert: true, window: 3600, message_alert: a, message_ok: b }
      - { name: 7 days, burn_rate_threshold: 1.5, alert: false, window: 604800, message_alert: a, message_ok: b }
  long:
    steps: [{ name: 30 days, window: 2592000 }, { name: a year, window: 31536000 }]
`

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

const unwindowed = " has no window of its own"

// The expected origins are worked by hand from what slo-generator asks (backends/prometheus.py):
// operators wrap a filter from the first to the last, and [window] is appended where it is not.
func TestEachMethodBecomesWhatItCounts(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		method, indicator string
		want              origin.Origin
		notes             []string
	}{
		"good and valid": {
			"good_bad_ratio", `{ filter_good: 'http_total{code!~"5.."}', filter_valid: "http_total[window]" }`,
			origin.Origin{Ratio: &origin.Ratio{Good: `sum(increase(http_total{code!~"5.."}[$window]))`, Total: `sum(increase(http_total[$window]))`}}, []string{unwindowed},
		},
		// Either of both may be absent: no event of that kind.
		"good and bad": {
			"good_bad_ratio", `{ filter_good: ok_total, filter_bad: failed_total, operators: [rate, sum] }`,
			origin.Origin{Ratio: &origin.Ratio{Good: `sum(increase(ok_total[$window]))`, Total: `sum(increase(ok_total[$window])) + sum(increase(failed_total[$window])) or sum(increase(ok_total[$window])) or sum(increase(failed_total[$window]))`}}, []string{unwindowed},
		},
		"distribution of seconds": {
			"distribution_cut", `{ expression: 'took_seconds_bucket{code=~"2.."}', threshold_bucket: 0.25 }`,
			origin.Origin{Latency: &origin.Latency{Metric: "took_seconds", Selector: `code=~"2.."`, ThresholdSeconds: 0.25}}, []string{unwindowed},
		},
		"distribution of something else": {
			"distribution_cut", `{ expression: 'took_ms_bucket{job="a"}[window]', threshold_bucket: 5 }`,
			origin.Origin{Ratio: &origin.Ratio{Good: `sum(increase(took_ms_bucket{job="a",le=~"0*5([.]0*)?|5([.]0*)?[eE][+]?0*"}[$window]))`, Total: `sum(increase(took_ms_count{job="a"}[$window]))`}}, []string{unwindowed},
		},
		"share that is a quotient": {
			"query_sli", `{ expression: "sum(rate(ok_total[window])) / sum(rate(all_total[window]))" }`,
			origin.Origin{Ratio: &origin.Ratio{Good: `sum(increase(ok_total[$window]))`, Total: `sum(increase(all_total[$window]))`}}, []string{unwindowed},
		},
		"share of anything": {
			"query_sli", `{ expression: "avg_over_time(probe_success[window])" }`,
			origin.Origin{RawRatio: &origin.RawRatio{Query: `avg_over_time(probe_success[$window])`}}, []string{unwindowed, "/spec/service_level_indicator/expression is a share of which"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := slogenerator.Read([]byte(document("prometheus/prod", c.method, c.indicator)))
			if err != nil || len(got.SLOs) != 1 {
				t.Fatalf("%d SLOs, %v (%v)", len(got.SLOs), got.Notes, err)
			}
			s := got.SLOs[0]
			if d := s.Declaration; d.Origin.String() != c.want.String() {
				t.Errorf("it is measured by\n%s\nwant\n%s", d.Origin, c.want)
			}
			if s.DataSource != "prometheus/prod" {
				t.Errorf("it asks %q", s.DataSource)
			}
			told(t, got, c.notes...)
		})
	}
}

func TestADocumentSaysAllOfAnSLO(t *testing.T) {
	t.Parallel()
	const indicator = `{ filter_good: a, filter_valid: b }`
	for text, days := range map[string]int{
		document("prometheus/prod", "good_bad_ratio", indicator):                                                                                   28,
		document("prometheus/prod", "good_bad_ratio", indicator) + shared:                                                                          7,
		strings.TrimPrefix(shared, "---\n") + "---\n" + document("prometheus/prod", "good_bad_ratio", indicator) + "  error_budget_policy: long\n": 30,
	} {
		got, err := slogenerator.Read([]byte(text))
		if err != nil || len(got.SLOs) != 1 {
			t.Fatalf("%d SLOs, %v (%v)", len(got.SLOs), got.Notes, err)
		}
		s := got.SLOs[0]
		d := s.Declaration
		if s.Service != "shop" || s.Name != "checkout-availability" || s.ID != "shop-checkout-availability" || d.Slug != "checkout-availability" || d.Objective != "99.90%" ||
			d.WindowDays != days || d.Description != "Requests are answered." || d.Category != slo.Availability || s.Labels["env"] != "prod" {
			t.Errorf("%d days: it is %+v", days, s)
		}
	}
	got, err := slogenerator.Read([]byte(strings.TrimPrefix(shared, "---\n")))
	if err != nil || len(got.SLOs) != 0 || strings.Contains(got.Notes[1].Message, "secret") {
		t.Errorf("%+v (%v)", got, err)
	}
	told(t, got, "/backends/prometheus~1prod is a Prometheus: make a data source of kind prometheus of it, with its address http://prometheus:9090", "/backends/datadog is a backend that is not asked",
		"/error_budget_policies/default is an error-budget policy", "/error_budget_policies/long is an error-budget policy")
}

func TestVersionOneIsTheSame(t *testing.T) {
	t.Parallel()
	got, err := slogenerator.Read([]byte(`slo_name: latency
slo_target: 0.95
slo_description: Fast.
service_name: shop
feature_name: checkout
metadata: { env: prod }
exporters: [{ class: Bigquery }]
backend:
  class: Prometheus
  url: http://prometheus:9090
  method: distribution_cut
  measurement: { expression: 'took_seconds_bucket', threshold_bucket: 1 }
---
- { error_budget_policy_step_name: 1 hour, measurement_window_seconds: 3600 }
- { error_budget_policy_step_name: 14 days, measurement_window_seconds: 1209600 }
`))
	if err != nil || len(got.SLOs) != 1 {
		t.Fatalf("%d SLOs, %v (%v)", len(got.SLOs), got.Notes, err)
	}
	s := got.SLOs[0]
	if d := s.Declaration; s.Service != "shop" || s.ID != "shop-checkout-latency" || d.Objective != "95%" || d.WindowDays != 14 || d.Category != slo.Latency || d.Origin.Latency == nil || d.Origin.Latency.ThresholdSeconds != 1 {
		t.Errorf("it is %+v", s)
	}
	told(t, got, "/backend/url is the address of the data source", " is an error-budget policy of slo-generator 1")
}

func TestAnotherBackendIsPushed(t *testing.T) {
	t.Parallel()
	got, err := slogenerator.Read([]byte(document("cloud_monitoring", "good_bad_ratio", `{ filter_good: 'metric.type="a"', filter_bad: 'metric.type="b"' }`)))
	if err != nil || len(got.SLOs) != 1 {
		t.Fatalf("%d SLOs (%v)", len(got.SLOs), err)
	}
	d := got.SLOs[0].Declaration
	if !d.Origin.Pushed() || d.GoodEvent != "as good_bad_ratio of cloud_monitoring counts it\nfilter_good: metric.type=\"a\"\nfilter_bad: metric.type=\"b\"" || got.SLOs[0].DataSource != "" {
		t.Errorf("it is %+v", d)
	}
	told(t, got, unwindowed, "/spec/backend is a backend that is not asked by Evenkeel")
}

func TestWhatDoesNotTranslateIsLeft(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		document("prometheus", "good_bad_ratio", `{ filter_good: 'a{job="${JOB}"}', filter_valid: a }`):                    "/spec/service_level_indicator/filter_good holds ${JOB}",
		document("prometheus", "good_bad_ratio", `{ filter_good: a, filter_valid: b, operators: [irate, max] }`):           "/spec/service_level_indicator/operators are not read",
		document("prometheus", "query_slo", `{ expression: a }`):                                                           "/spec/method is no method that is read",
		document("prometheus", "query_sli", `{ expression: "sum((" }`):                                                     "/spec/service_level_indicator cannot be declared here: cannot be read as PromQL",
		strings.Replace(document("prometheus", "good_bad_ratio", `{ filter_good: a, filter_valid: b }`), "0.9990", "1", 1): "/spec/goal cannot be declared here: must be below 100%",
	} {
		got, err := slogenerator.Read([]byte(text))
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
	const indicator = `{ filter_good: a, filter_valid: b }`
	good := document("prometheus", "good_bad_ratio", indicator)
	for _, c := range []struct{ old, new, want string }{
		{"kind: ServiceLevelObjective", "kind: SLO", "2:7: /kind: must be a ServiceLevelObjective of sre.google.com/v2"},
		{"0.9990", "99.9", "16:9: /spec/goal: must be a share between 0 and 1"},
		{"0.9990", "many", "16:9: /spec/goal: must be a number"},
		{"  goal: 0.9990\n", "", "/spec/goal: is required"},
		{"  method: good_bad_ratio\n", "", "/spec/method: is required"},
		{"  backend: prometheus\n", "", "/spec/backend: is required"},
		{indicator, "[a]", "15:28: /spec/service_level_indicator: must be names with values, and is a list"},
		{indicator, "{ filter_good: a }", "/spec/service_level_indicator: must have a filter_bad or a filter_valid"},
		{indicator, "{ filter_valid: a }", "/spec/service_level_indicator/filter_good: is required"},
		{indicator, "{ filter_good: sum(a), filter_valid: b }", "/spec/service_level_indicator/filter_good: must be one metric with its labels"},
		{"  name: shop-checkout-availability\n", "", "/metadata/name: is required"},
	} {
		_, err := slogenerator.Read([]byte(strings.Replace(good, c.old, c.new, 1)))
		var refused *yamldoc.Error
		if !errors.As(err, &refused) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s instead of %s: %v, want %q", c.new, c.old, err, c.want)
		}
	}
	for text, want := range map[string]string{"a: 1\n": "must be a ServiceLevelObjective, the shared configuration, or an SLO", "5\n": "must be names with values", "slo_name: a\n": "/slo_target: is required"} {
		if _, err := slogenerator.Read([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(document("prometheus", "good_bad_ratio", `{ filter_good: a, filter_bad: b }`) + shared)
	f.Add(document("prometheus", "query_sli", `{ expression: "a[window] / b" }`))
	f.Add(document("x", "distribution_cut", `{ expression: a_bucket, threshold_bucket: 1 }`))
	f.Add("slo_name: a\nbackend: { class: Prometheus, method: query_sli }\n---\n- {}\n")
	f.Fuzz(func(t *testing.T, text string) {
		var wrong *yamldoc.Error
		if _, err := slogenerator.Read([]byte(text)); err != nil && !errors.As(err, &wrong) {
			t.Errorf("%q: %v", text, err)
		}
	})
}
