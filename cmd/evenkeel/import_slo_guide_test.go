package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/evenkeel/evenkeel/cmd/evenkeel/process"
)

// exports are an SLO of each tool, as its documentation shows them: the share of requests of checkout that
// did not fail, 99.9 % of them over 28 or 30 days.
var exports = map[string]struct{ file, text, slo string }{
	"pyrra": {"pyrra.yaml", `apiVersion: pyrra.dev/v1alpha1
kind: ServiceLevelObjective
metadata:
  name: requests
  namespace: shop
  labels: {pyrra.dev/service: checkout}
spec:
  target: "99.9"
  window: 4w
  indicator:
    ratio:
      errors: {metric: 'http_requests_total{code=~"5.."}'}
      total: {metric: http_requests_total}
`, "checkout/requests"},
	"slo-generator": {"all.yaml", `apiVersion: sre.google.com/v2
kind: ServiceLevelObjective
metadata:
  name: checkout-web-requests
  labels: {service_name: checkout, feature_name: web, slo_name: requests}
spec:
  description: Requests are answered.
  backend: prometheus
  method: good_bad_ratio
  service_level_indicator:
    filter_good: http_requests_total{code!~"5.."}
    filter_valid: http_requests_total
  goal: 0.999
`, "checkout/web-requests"},
	"nobl9": {"nobl9.yaml", `apiVersion: n9/v1alpha
kind: SLO
metadata: {name: requests, project: shop}
spec:
  service: checkout
  indicator: {metricSource: {name: prometheus, project: shop, kind: Agent}}
  timeWindows: [{unit: Day, count: 28, isRolling: true}]
  budgetingMethod: Occurrences
  objectives:
    - displayName: good
      value: 1
      name: good
      target: 0.999
      countMetrics:
        incremental: true
        good: {prometheus: {promql: 'sum(http_requests_total{code!~"5.."})'}}
        total: {prometheus: {promql: sum(http_requests_total)}}
`, "checkout/requests"},
	"datadog": {"slos.json", `{"data": [{"id": "abc", "name": "Requests", "type": "metric", "tags": ["service:checkout"], "thresholds": [{"timeframe": "30d", "target": 99.9}],
 "query": {"numerator": "sum:http.ok{*}.as_count()", "denominator": "sum:http.all{*}.as_count()"}}]}`, "checkout/requests"},
	"grafana": {"grafana.json", `{"slos": [{"uuid": "u-1", "name": "Requests", "description": "Answers.",
 "query": {"type": "ratio", "ratio": {"successMetric": {"prometheusMetric": "http_requests_total{code!~\"5..\"}"}, "totalMetric": {"prometheusMetric": "http_requests_total"}, "groupByLabels": []}},
 "objectives": [{"value": 0.999, "window": "28d"}], "labels": [{"key": "service_name", "value": "checkout"}], "destinationDatasource": {"uid": "prometheus"}}]}`, "checkout/requests"},
}

// Of each guide the lines with import, plan and apply are followed, in their order; what gets the export out of the
// other tool is the other tool's.
func TestTheGuidesFromOtherToolsBringWhatTheyImport(t *testing.T) {
	t.Parallel()
	own := regexp.MustCompile(`(?m)^ *evenkeel (import|plan|apply) .*$`)
	for tool, export := range exports {
		t.Run(tool, func(t *testing.T) {
			t.Parallel()
			r := process.Start(t, process.Options{Dir: t.TempDir()})
			post(t, r, "/v1/teams", `{"slug":"payments","name":"Payments"}`)
			post(t, r, "/v1/data-sources", `{"slug":"prometheus","name":"Prometheus","kind":"prometheus","address":"http://127.0.0.1:9"}`)
			page, err := os.ReadFile("../../docs/how-to/coming-from-" + tool + ".md")
			if err != nil {
				t.Fatal(err)
			}
			lines := own.FindAllString(string(page), -1)
			if len(lines) != 3 {
				t.Fatalf("the guide has the lines %q", lines)
			}
			dir := t.TempDir()
			write(t, filepath.Join(dir, export.file), export.text)
			head := programOnPath(t) + fmt.Sprintf("export EVENKEEL_TOKEN=%s EVENKEEL_SERVER=%s\n", r.Token(), r.Base())
			follow(t, dir, []string{head + "{\n" + strings.Join(lines, "\n") + "\n} >> said.txt 2>&1"}, strings.NewReplacer())
			said, err := os.ReadFile(filepath.Join(dir, "said.txt"))
			if err != nil {
				t.Fatal(err)
			}
			service, slo, _ := strings.Cut(export.slo, "/")
			status, body := r.Get("/v1/services/" + service + "/slos/" + slo)
			if status != 200 || !strings.Contains(string(body), `"objective":"99.9%"`) && !strings.Contains(string(body), `"objective":"99.90%"`) || !strings.Contains(string(body), `"manager":"set:`+tool+`"`) {
				t.Errorf("the SLO is %d: %s\n%s", status, body, said)
			}
		})
	}
}
