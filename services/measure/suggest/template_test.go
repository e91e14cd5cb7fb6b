package suggest

import (
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/measure/prometheus"
	"github.com/evenkeel/evenkeel/services/slo"
)

func loaded(t *testing.T, override string) []Template {
	t.Helper()
	var from io.Reader
	if override != "" {
		from = strings.NewReader(override)
	}
	all, err := Load(Builtin(), from)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestTheTemplatesThatEvenkeelBringsAreSound(t *testing.T) {
	t.Parallel()
	for _, template := range loaded(t, "") {
		for _, in := range template.Indicators {
			if !slices.Contains(slo.Categories, slo.Category(in.Category)) {
				t.Errorf("%s/%s is of the category %q, which is none", template.Name, in.Name, in.Category)
			}
			if (in.Buckets != "") != strings.Contains(in.Description, "%s") {
				t.Errorf("%s/%s does not say its bound: %s", template.Name, in.Name, in.Description)
			}
			if _, err := prometheus.Fit(in.Origin, `cluster="eu"`, map[string]string{"job": "a"}, 0.25); err != nil {
				t.Errorf("%s/%s cannot be fitted: %v", template.Name, in.Name, err)
			}
		}
	}
}

// The series are written as the projects' documentation has them; what of an
// indicator they are follows from what each status means there:
//   - OpenTelemetry, HTTP and RPC, and how its names become Prometheus':
//     https://opentelemetry.io/docs/specs/semconv/http/http-metrics/, …/rpc/rpc-metrics/,
//     https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/
//   - Istio: https://istio.io/latest/docs/reference/config/metrics/
//   - Envoy: https://www.envoyproxy.io/docs/envoy/latest/configuration/upstream/cluster_manager/cluster_stats
//   - ingress-nginx: https://kubernetes.github.io/ingress-nginx/user-guide/monitoring/
//   - Spring Boot: https://docs.spring.io/spring-boot/reference/actuator/metrics.html
//   - gRPC: https://github.com/grpc-ecosystem/go-grpc-prometheus, https://grpc.github.io/grpc/core/md_doc_statuscodes.html
//   - Kubernetes: https://kubernetes.io/docs/reference/instrumentation/metrics/
//   - blackbox exporter: https://github.com/prometheus/blackbox_exporter
func TestPublishedSeriesAreRecognised(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		template, indicator string
		series              string
		part, total         bool // of the good (or bad) events, and of all
	}{
		{"otel-http-server", "availability", `http_server_request_duration_seconds_count{job="shop/web",http_request_method="GET",http_route="/",http_response_status_code="503",error_type="503",url_scheme="http"}`, true, true},
		{"otel-http-server", "availability", `http_server_request_duration_seconds_count{job="shop/web",http_request_method="GET",http_route="/",http_response_status_code="404",url_scheme="http"}`, false, true},
		{"otel-http-server", "latency", `http_server_request_duration_seconds_bucket{job="shop/web",http_response_status_code="200",le="0.25"}`, true, false},
		{"otel-http-server", "latency", `http_server_request_duration_seconds_bucket{job="shop/web",http_response_status_code="200",le="0.5"}`, false, false},
		{"otel-http-server", "latency", `http_server_request_duration_seconds_bucket{job="shop/web",http_response_status_code="500",le="0.25"}`, false, false},
		{"otel-http-server", "latency", `http_server_request_duration_seconds_count{job="shop/web",http_response_status_code="200"}`, false, true},
		{"otel-http-server-milliseconds", "availability", `http_server_duration_milliseconds_count{job="web",http_method="GET",http_status_code="500",net_host_name="x"}`, true, true},
		{"otel-http-server-milliseconds", "latency", `http_server_duration_milliseconds_bucket{job="web",http_method="GET",http_status_code="200",le="0.25"}`, true, false},
		{"otel-rpc-server-milliseconds", "availability", `rpc_server_duration_milliseconds_count{job="web",rpc_system="grpc",rpc_service="a.B",rpc_method="C",rpc_grpc_status_code="14"}`, true, true},
		{"otel-rpc-server-milliseconds", "availability", `rpc_server_duration_milliseconds_count{job="web",rpc_system="grpc",rpc_service="a.B",rpc_method="C",rpc_grpc_status_code="5"}`, false, true},
		{"otel-rpc-server", "availability", `rpc_server_call_duration_seconds_count{job="web",rpc_system_name="grpc",rpc_method="a.B/C",rpc_response_status_code="DEADLINE_EXCEEDED"}`, true, true},
		{"otel-rpc-server", "availability", `rpc_server_call_duration_seconds_count{job="web",rpc_system_name="grpc",rpc_method="a.B/C",rpc_response_status_code="NOT_FOUND"}`, false, true},
		{"istio", "availability", `istio_requests_total{reporter="destination",source_workload="a",destination_workload="web",destination_workload_namespace="shop",request_protocol="http",response_code="502",response_flags="UH"}`, true, true},
		{"istio", "availability", `istio_requests_total{reporter="source",destination_workload="web",destination_workload_namespace="shop",response_code="502"}`, false, false},
		{"istio", "latency", `istio_request_duration_milliseconds_bucket{reporter="destination",destination_workload="web",destination_workload_namespace="shop",response_code="200",le="0.25"}`, true, false},
		{"envoy", "availability", `envoy_cluster_upstream_rq_xx{envoy_cluster_name="web",envoy_response_code_class="5"}`, true, true},
		{"envoy", "availability", `envoy_cluster_upstream_rq_xx{envoy_cluster_name="web",envoy_response_code_class="2"}`, false, true},
		{"envoy", "latency", `envoy_cluster_upstream_rq_time_bucket{envoy_cluster_name="web",le="0.25"}`, true, false},
		{"ingress-nginx", "availability", `nginx_ingress_controller_requests{ingress="web",namespace="shop",service="web",status="504",host="x",path="/",method="GET",controller_class="k8s.io/ingress-nginx"}`, true, true},
		{"ingress-nginx", "latency", `nginx_ingress_controller_request_duration_seconds_bucket{ingress="web",namespace="shop",service="web",status="200",le="0.25"}`, true, false},
		{"spring", "availability", `http_server_requests_seconds_count{job="web",method="GET",uri="/a/{id}",status="500",outcome="SERVER_ERROR",exception="X",error="X"}`, true, true},
		{"spring", "availability", `http_server_requests_seconds_count{job="web",method="GET",uri="/a/{id}",status="400",outcome="CLIENT_ERROR",exception="None"}`, false, true},
		{"grpc", "availability", `grpc_server_handled_total{job="web",grpc_type="unary",grpc_service="a.B",grpc_method="C",grpc_code="Internal"}`, true, true},
		{"grpc", "availability", `grpc_server_handled_total{job="web",grpc_type="unary",grpc_service="a.B",grpc_method="C",grpc_code="InvalidArgument"}`, false, true},
		{"grpc", "latency", `grpc_server_handling_seconds_bucket{job="web",grpc_type="bidi_stream",grpc_service="a.B",grpc_method="C",le="0.25"}`, false, false},
		{"kubernetes-probes", "readiness", `prober_probe_total{probe_type="Readiness",result="failed",container="web",namespace="shop",pod="web-1",pod_uid="x"}`, true, true},
		{"kubernetes-probes", "readiness", `prober_probe_total{probe_type="Liveness",result="failed",container="web",namespace="shop",pod="web-1",pod_uid="x"}`, false, false},
		{"blackbox", "reachability", `probe_success{job="blackbox",instance="https://shop.example"}`, true, true},
	} {
		series, err := parser.NewParser(parser.Options{}).ParseMetric(test.series)
		if err != nil {
			t.Fatal(err)
		}
		of := make(map[string]string)
		template := named(t, test.template)
		for _, name := range template.Service {
			if of[name] = series.Get(name); of[name] == "" {
				t.Errorf("%s has no %s", test.series, name)
			}
		}
		for _, name := range template.Detect.Labels {
			if series.Get("__name__") == template.Detect.Metric && series.Get(name) == "" {
				t.Errorf("%s is not detected without %s", test.series, name)
			}
		}
		i := slices.IndexFunc(template.Indicators, func(in Indicator) bool { return in.Name == test.indicator })
		bound := 0.0
		if template.Indicators[i].Buckets != "" {
			bound = 0.25
		}
		fitted, err := prometheus.Fit(template.Indicators[i].Origin, "", of, bound)
		if err != nil {
			t.Fatal(err)
		}
		q, err := prometheus.Compile("", fitted, time.Minute, nil)
		if err != nil {
			t.Fatal(err)
		}
		if part, total := reads(t, q.Good+q.Bad, series), reads(t, q.Total, series); part != test.part || total != test.total {
			t.Errorf("%s of %s is part %v and total %v\n%s%s\n%s", test.series, test.template, part, total, q.Good, q.Bad, q.Total)
		}
	}
}

func named(t *testing.T, name string) Template {
	t.Helper()
	all := loaded(t, "")
	i := slices.IndexFunc(all, func(template Template) bool { return template.Name == name })
	if i < 0 {
		t.Fatalf("there is no template %q", name)
	}
	return all[i]
}

// reads reports whether a query's only selector selects a series.
func reads(t *testing.T, query string, series labels.Labels) bool {
	t.Helper()
	tree, err := parser.NewParser(parser.Options{}).ParseExpr(query)
	if err != nil {
		t.Fatal(err)
	}
	selectors := parser.ExtractSelectors(tree)
	if len(selectors) != 1 {
		t.Fatalf("%s has %d selectors", query, len(selectors))
	}
	for _, m := range selectors[0] {
		if !m.Matches(series.Get(m.Name)) {
			return false
		}
	}
	return true
}

const custom = `
format: 1
templates:
- name: blackbox
  disabled: true
- name: never-there
  disabled: true
- name: grpc
  version: 7
  title: Ours
  kinds: [grpc]
  detect: {metric: "our:grpc_total"}
  service: [app]
  indicators:
  - {name: availability, category: availability, description: Good ones., origin: {ratio: {good: 'sum(increase(a[$window]))', total: 'sum(increase(b[$window]))'}}}
- name: queue
  version: 1
  title: Queue
  kinds: [pipeline]
  detect: {metric: queue_age_seconds}
  service: [queue]
  indicators:
  - {name: freshness, category: freshness, description: Not old., origin: {threshold: {query: 'max(queue_age_seconds)', op: lte, value: 60}}}
`

func TestAPlatformTeamOverridesExtendsAndDrops(t *testing.T) {
	t.Parallel()
	before, after := loaded(t, ""), loaded(t, custom)
	if len(after) != len(before) { // one less, one more
		t.Errorf("there are %d templates of %d", len(after), len(before))
	}
	var names []string
	for _, template := range after {
		names = append(names, template.Name)
		if template.Name == "grpc" && (template.Version != 7 || len(template.Indicators) != 1) {
			t.Errorf("grpc is %+v", template)
		}
	}
	if slices.Contains(names, "blackbox") || names[len(names)-1] != "queue" {
		t.Errorf("there are %q", names)
	}
}

func TestTemplatesThatCannotBeUsedAreRefused(t *testing.T) {
	t.Parallel()
	const fine = `{name: a, version: 1, title: A, kinds: [http], detect: {metric: a}, service: [job], indicators: [{name: a, category: latency, description: A., origin: {threshold: {query: a, op: lte, value: 1}}}]}`
	text := "format: 1\ntemplates:\n- " + fine + "\n"
	for _, test := range []struct{ from, to, pointer string }{
		{"format: 1", "format: 2", "/format"},
		{"name: a,", "name: A_B,", "/templates/0/name"},
		{"version: 1", "version: 0", "/templates/0/version"},
		{"title: A", "titel: A", "templates_unreadable"},
		{"kinds: [http]", "kinds: [web]", "/templates/0/kinds/0"},
		{"service: [job]", "service: []", "/templates/0/service"},
		{"service: [job]", "service: [__name__]", "/templates/0/service/0"},
		{"metric: a", "metric: 'a{}'", "/templates/0/detect/metric"},
		{"category: latency", "category: ''", "/templates/0/indicators/0/category"},
		{"description: A.", "description: '100 % of %s'", "/templates/0/indicators/0/description"},
		{"description: A.", "description: A., buckets: a_bucket", "/templates/0/indicators/0/unit"},
		{"description: A.", "description: A., buckets: a, unit: s", "/templates/0/indicators/0/buckets"},
		{"query: a", "query: 'sum('", "/templates/0/indicators/0/origin/threshold/query"},
		{"{threshold:", "{groupBy: a, threshold:", "/templates/0/indicators/0/origin"},
		{"{threshold:", "{dataSource: a, threshold:", "/templates/0/indicators/0/origin"},
		{"{threshold: {query: a, op: lte, value: 1}}", "{}", "/templates/0/indicators/0/origin"},
		{"{threshold: {query: a, op: lte, value: 1}}", "{latency: {metric: a, thresholdSeconds: 0.3}}", "/templates/0/indicators/0/buckets"},
		{"origin: {threshold: {query: a, op: lte, value: 1}}", "buckets: b_bucket, unit: s, origin: {latency: {metric: a}}", "/templates/0/indicators/0/buckets"},
	} {
		changed := strings.Replace(text, test.from, test.to, 1)
		_, err := Load(strings.NewReader(text), strings.NewReader(changed))
		f := fault.As(err)
		if f == nil || f.Kind != fault.Invalid || (f.Code != test.pointer && !slices.ContainsFunc(f.Violations, func(v fault.Violation) bool { return v.Pointer == test.pointer })) {
			t.Errorf("with %s it is %v, which is not of %s", test.to, err, test.pointer)
		}
	}
	for name, text := range map[string]string{
		"twice the same": "format: 1\ntemplates:\n- " + fine + "\n- " + fine + "\n", "no YAML": "\t", "a scalar": "1", "a long one": "# " + strings.Repeat("x", maxFile), "no format": "templates: []",
	} {
		if _, err := Load(strings.NewReader(text), nil); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s is %v", name, err)
		}
	}
	broken := errors.New("broken")
	if _, err := Load(iotest.ErrReader(broken), nil); !errors.Is(err, broken) {
		t.Errorf("what cannot be read is %v", err)
	}
}
