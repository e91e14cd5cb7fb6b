package grafana_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/evenkeel/evenkeel/internal/yamldoc"
	"github.com/evenkeel/evenkeel/services/foreign"
	"github.com/evenkeel/evenkeel/services/foreign/grafana"
	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/slo"
)

const ratio = `{"type": "ratio", "ratio": {"successMetric": {"prometheusMetric": "http_total{code!~\"5..\"}", "type": "counter"}, "totalMetric": {"prometheusMetric": "http_total"}, "groupByLabels": [], "sourceDatasourceUid": "asked"}}`

// object is an SLO that is measured so.
func object(query string) string {
	return `{
  "uuid": "u-1",
  "name": "Checkout availability",
  "description": "Answers.",
  "query": ` + query + `,
  "objectives": [{"value": 0.9950, "window": "28d"}, {"value": 0.99, "window": "7d"}],
  "labels": [{"key": "service_name", "value": "checkout"}, {"key": "team", "value": "payments"}],
  "destinationDatasource": {"uid": "kept", "type": "prometheus"},
  "searchExpression": "x",
  "readOnly": {"creationTimestamp": 1, "status": {"type": "created"}},
  "alerting": {"fastBurn": {}, "slowBurn": {}, "advancedOptions": {"minFailures": 5}}
}`
}

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
	for name, text := range map[string]string{"reply": `{"slos": [` + object(ratio) + `]}`, "one": object(ratio), "list": "[" + object(ratio) + "]"} {
		got, err := grafana.Read([]byte(text))
		if err != nil || len(got.SLOs) != 1 {
			t.Fatalf("%s: %d SLOs, %v (%v)", name, len(got.SLOs), got.Notes, err)
		}
		told(t, got)
		s := got.SLOs[0]
		d := s.Declaration
		if s.Service != "checkout" || s.ID != "u-1" || s.DataSource != "asked" || d.Slug != "checkout-availability" || d.Objective != "99.50%" || d.WindowDays != 28 || d.Description != "Answers." ||
			d.MinBadEvents != 5 || !slices.Equal(d.AlertsOff, []string{"absent"}) || s.Labels["team"] != "payments" || !slices.Equal(d.Further, []slo.GoalInput{{Name: "objective-2", Objective: "99%", WindowDays: 7}}) {
			t.Errorf("%s: it is %+v", name, s)
		}
	}
}

// The expected origins are worked by hand: a ratio is of what both counters increased by, a quotient of
// rates of the same numbers, and what is good is the opposite of what fails.
func TestEachQueryBecomesWhatItCounts(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		query string
		want  origin.Origin
		notes []string
	}{
		"ratio": {ratio, origin.Origin{Ratio: &origin.Ratio{Good: `sum(increase(http_total{code!~"5.."}[$window]))`, Total: `sum(increase(http_total[$window]))`}}, nil},
		"failures by two labels": {
			`{"type": "failureRatio", "failureRatio": {"failureMetric": {"prometheusMetric": "e_total"}, "totalMetric": {"prometheusMetric": "a_total"}, "groupByLabels": ["cluster", "job"]}}`,
			origin.Origin{Ratio: &origin.Ratio{Bad: `sum(increase(e_total[$window]))`, Total: `sum(increase(a_total[$window]))`}, GroupBy: "cluster"}, []string{"/query/failureRatio/groupByLabels has 2 labels"},
		},
		"quotient": {
			`{"type": "freeform", "freeform": {"query": "sum(rate(ok_total[$__rate_interval])) / sum(rate(all_total[$__rate_interval]))"}}`,
			origin.Origin{Ratio: &origin.Ratio{Good: `sum(increase(ok_total[$window]))`, Total: `sum(increase(all_total[$window]))`}}, nil,
		},
		"share": {
			`{"type": "freeform", "freeform": {"query": "avg_over_time(probe_success[$__interval])"}}`,
			origin.Origin{RawRatio: &origin.RawRatio{Query: `avg_over_time(probe_success[$window])`}}, []string{"/query/freeform/query is a share of which nobody knows"},
		},
		"threshold": {
			`{"type": "threshold", "threshold": {"thresholdExpression": "avg(rate(took_seconds_sum[5m]))", "threshold": {"value": 0.25, "operator": "<"}}}`,
			origin.Origin{Threshold: &origin.Threshold{Query: `avg(rate(took_seconds_sum[5m]))`, Op: origin.LT, Value: 0.25}}, nil,
		},
		"failing threshold": {
			`{"type": "failureThreshold", "failureThreshold": {"failureThresholdExpression": "queue_length", "threshold": {"value": 100, "operator": ">"}, "groupByLabels": ["queue"]}}`,
			origin.Origin{Threshold: &origin.Threshold{Query: `queue_length`, Op: origin.LTE, Value: 100}, GroupBy: "queue"}, nil,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := grafana.Read([]byte(object(c.query)))
			if err != nil || len(got.SLOs) != 1 {
				t.Fatalf("%d SLOs, %v (%v)", len(got.SLOs), got.Notes, err)
			}
			if s := got.SLOs[0]; s.Declaration.Origin.String() != c.want.String() || name != "ratio" && s.DataSource != "kept" {
				t.Errorf("it asks %s by\n%s\nwant\n%s", s.DataSource, s.Declaration.Origin, c.want)
			}
			told(t, got, c.notes...)
		})
	}
}

// terraform is what terraform show -json writes of a module with an SLO and something else.
const terraform = `{"format_version": "1.0", "terraform_version": "1.9.0", "values": {"outputs": {}, "root_module": {"resources": [{"address": "x", "type": "grafana_folder", "values": {"title": "a"}}], "child_modules": [{"address": "module.a", "resources": [
  {"address": "module.a.grafana_slo.a", "mode": "managed", "type": "grafana_slo", "name": "a", "provider_name": "grafana", "schema_version": 0, "sensitive_values": {}, "values": {
    "id": "u-1", "uuid": "u-1", "name": "Checkout availability", "description": "Answers.", "folder_uid": null, "search_expression": null,
    "query": [{"type": "ratio", "freeform": [], "grafana_queries": [], "ratio": [{"success_metric": "http_total{code!~\"5..\"}", "total_metric": "http_total", "group_by_labels": []}]}],
    "objectives": [{"value": 0.995, "window": "28d"}],
    "destination_datasource": [{"uid": "kept"}],
    "label": [{"key": "service_name", "value": "checkout"}],
    "alerting": [{"annotation": [], "label": [], "advanced_options": [{"min_failures": 5}], "fastburn": [{"annotation": [], "label": [], "enrichment": []}], "slowburn": []}]
  }}
]}]}}}`

func TestAStateOfTerraformSaysTheSame(t *testing.T) {
	t.Parallel()
	got, err := grafana.Read([]byte(terraform))
	if err != nil || len(got.SLOs) != 1 {
		t.Fatalf("%d SLOs, %v (%v)", len(got.SLOs), got.Notes, err)
	}
	told(t, got)
	s := got.SLOs[0]
	if d := s.Declaration; s.Service != "checkout" || s.ID != "u-1" || s.DataSource != "kept" || d.Objective != "99.5%" || d.WindowDays != 28 || d.MinBadEvents != 5 || !slices.Equal(d.AlertsOff, []string{"absent"}) ||
		d.Origin.Ratio == nil || d.Origin.Ratio.Good != `sum(increase(http_total{code!~"5.."}[$window]))` || d.Origin.Ratio.Total != `sum(increase(http_total[$window]))` {
		t.Errorf("it is %+v", s)
	}
	without := strings.Replace(terraform, `"alerting": [{`, `"alerting": [], "other": [{`, 1)
	got, err = grafana.Read([]byte(without))
	if err != nil || len(got.SLOs) != 1 || !slices.Equal(got.SLOs[0].Declaration.AlertsOff, []string{"absent", "page", "ticket"}) {
		t.Errorf("%+v (%v)", got.SLOs, err)
	}
	for old, c := range map[string][2]string{
		`"total_metric": "http_total"`: {`"total_metric": "sum(x)"`, "/query/0/ratio/0/total_metric: must be one metric"},
		`"ratio": [{`:                  {`"ratio": [], "b": [{`, "/query/0/ratio/0: is required"},
	} {
		if _, err := grafana.Read([]byte(strings.Replace(terraform, old, c[0], 1))); err == nil || !strings.Contains(err.Error(), c[1]) {
			t.Errorf("%s: %v", c[0], err)
		}
	}
}

func TestWithoutAlertingThereAreNoAlerts(t *testing.T) {
	t.Parallel()
	const alerting = `"alerting": {"fastBurn": {}, "slowBurn": {}, "advancedOptions": {"minFailures": 5}}`
	got, err := grafana.Read([]byte(strings.Replace(object(ratio), ",\n  "+alerting, "", 1)))
	if err != nil || len(got.SLOs) != 1 || !slices.Equal(got.SLOs[0].Declaration.AlertsOff, []string{"absent", "page", "ticket"}) {
		t.Errorf("%+v (%v)", got.SLOs, err)
	}
	text := strings.Replace(object(ratio), alerting, `"alerting": {"labels": [{"key": "a", "value": "b"}], "fastBurn": {"annotations": [{"key": "name", "value": "Fast"}], "enrichments": [{"type": "x"}]}}, "folder": {"uid": "f"}, "more": 1`, 1)
	text = strings.Replace(text, `{"key": "service_name", "value": "checkout"}, `, "", 1)
	got, err = grafana.Read([]byte(text))
	if err != nil || len(got.SLOs) != 1 {
		t.Fatalf("%+v (%v)", got.SLOs, err)
	}
	s := got.SLOs[0]
	if s.Service != "Checkout availability" || s.Page.Labels["a"] != "b" || s.Page.Annotations["name"] != "Fast" || s.Ticket.Labels["a"] != "b" || s.Declaration.MinBadEvents != 1 {
		t.Errorf("it is %+v", s)
	}
	told(t, got, "/labels name no service", "/alerting has labels and annotations", "/alerting/fastBurn/enrichments have no place", "/folder has no place", "/more is not known")
}

func TestWhatDoesNotTranslateIsLeft(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		object(`{"type": "threshold", "threshold": {"thresholdExpression": "up", "threshold": {"value": 1, "operator": "=="}}}`): "/query/threshold/threshold/operator compares by ==",
		object(`{"type": "grafanaQueries", "grafanaQueries": {"grafanaQueries": [{}]}}`):                                         "/query asks data sources that are no Prometheus",
		object(`{"type": "freeform", "freeform": {"query": "sum(("}}`):                                                           "/query/freeform cannot be declared here: cannot be read as PromQL",
		strings.Replace(object(ratio), `"28d"`, `"1h"`, 1):                                                                       "/objectives/0/window is no number of whole days",
		strings.Replace(object(ratio), `0.9950`, `1`, 1):                                                                         "/objectives cannot be declared here: must be below 100%",
	} {
		got, err := grafana.Read([]byte(text))
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
	for _, c := range []struct{ old, new, want string }{
		{`  "name": "Checkout availability",` + "\n", "", "/name: is required"},
		{`"type": "ratio"`, `"type": "guess"`, "5:21: /query/type: must be freeform, ratio"},
		{`"type": "ratio", `, "", "/query/type: is required"},
		{`"ratio": {`, `"other": {`, "/query/ratio: is required"},
		{`"totalMetric": {"prometheusMetric": "http_total"}`, `"totalMetric": {"prometheusMetric": "sum(x)"}`, "/query/ratio/totalMetric/prometheusMetric: must be one metric"},
		{`"totalMetric": {"prometheusMetric": "http_total"}`, `"totalMetric": {}`, "/query/ratio/totalMetric/prometheusMetric: is required"},
		{`"value": 0.9950`, `"value": "high"`, "6:28: /objectives/0/value: must be a number"},
		{`"28d"`, `"soon"`, "/objectives/0/window: must be a duration such as 28d"},
		{`"objectives": [`, `"objectives": [], "others": [`, "/objectives: is required: one or more"},
		{`"minFailures": 5`, `"minFailures": "few"`, "/alerting/advancedOptions/minFailures: must be a whole number"},
		{`{"key": "team", "value": "payments"}`, `{"value": "payments"}`, "/labels/1/key: is required"},
	} {
		_, err := grafana.Read([]byte(strings.Replace(object(ratio), c.old, c.new, 1)))
		var refused *yamldoc.Error
		if !errors.As(err, &refused) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s instead of %s: %v, want %q", c.new, c.old, err, c.want)
		}
	}
	for text, want := range map[string]string{`{"code": 403, "error": "forbidden"}`: "/error: tells that the question was refused", `5`: "must be names with values", `{"slos": {}}`: "/slos: must be a list", `{}`: "/name: is required"} {
		if _, err := grafana.Read([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(object(ratio))
	f.Add(terraform)
	f.Add(`{"slos": [{"name": "a", "query": {"type": "freeform", "freeform": {"query": "a[$__interval]"}}, "objectives": [{"value": 1, "window": "1d"}]}]}`)
	f.Add(object(`{"type": "failureThreshold", "failureThreshold": {"failureThresholdExpression": "a", "threshold": {"value": 1, "operator": ">"}}}`))
	f.Fuzz(func(t *testing.T, text string) {
		var wrong *yamldoc.Error
		if _, err := grafana.Read([]byte(text)); err != nil && !errors.As(err, &wrong) {
			t.Errorf("%q: %v", text, err)
		}
	})
}
