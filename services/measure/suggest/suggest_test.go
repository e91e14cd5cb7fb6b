package suggest_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/collect"
	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/measure/prometheus"
	"github.com/evenkeel/evenkeel/services/measure/prometheus/promtest"
	"github.com/evenkeel/evenkeel/services/measure/suggest"
	"github.com/evenkeel/evenkeel/services/measure/window"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo/budget"
	"github.com/evenkeel/evenkeel/services/source"
)

var (
	// now is when suggestions are asked for; the samples are of the two days before.
	now   = time.Date(2026, 3, 4, 0, 0, 0, 0, time.UTC)
	begin = now.Add(-48 * time.Hour)
	// incident is an hour in which things go wrong.
	incident = now.Add(-12 * time.Hour)
)

const sourceID id.ID = "01J00000000000000000000001"

// counter makes a counter that is scraped every 100 s and grows by a step each time,
// by another one during the incident.
func counter(name string, step, then float64) promtest.Series {
	s := promtest.Series{Name: name, Samples: []promtest.Sample{{At: begin}}}
	v := 0.0
	for at := begin.Add(100 * time.Second); !at.After(now); at = at.Add(100 * time.Second) {
		if at.After(incident) && !at.After(incident.Add(time.Hour)) {
			v += then
		} else {
			v += step
		}
		s.Samples = append(s.Samples, promtest.Sample{At: at, Value: v})
	}
	return s
}

// steps is how many scrapes there are in two days: 1,728, of which 36 in the incident.
const steps = 48 * 36

var made = []promtest.Series{
	// A web server as OpenTelemetry measures it: 172,800 requests, 360 errors beside them.
	counter(`http_server_request_duration_seconds_count{team="shop",job="shop/web",http_request_method="GET",http_response_status_code="200"}`, 100, 100),
	counter(`http_server_request_duration_seconds_count{team="shop",job="shop/web",http_request_method="GET",http_response_status_code="500"}`, 0, 10),
	counter(`http_server_request_duration_seconds_bucket{team="shop",job="shop/web",http_request_method="GET",http_response_status_code="200",le="0.1"}`, 50, 50),
	counter(`http_server_request_duration_seconds_bucket{team="shop",job="shop/web",http_request_method="GET",http_response_status_code="200",le="0.25"}`, 99.7, 99.7),
	counter(`http_server_request_duration_seconds_bucket{team="shop",job="shop/web",http_request_method="GET",http_response_status_code="200",le="1"}`, 100, 100),
	counter(`http_server_request_duration_seconds_bucket{team="shop",job="shop/web",http_request_method="GET",http_response_status_code="200",le="+Inf"}`, 100, 100),
	// A gRPC server without a histogram: 17,280 calls, none of which fails by its own fault.
	counter(`grpc_server_handled_total{team="shop",job="stock",grpc_service="a.B",grpc_method="C",grpc_type="unary",grpc_code="OK"}`, 9, 9),
	counter(`grpc_server_handled_total{team="shop",job="stock",grpc_service="a.B",grpc_method="C",grpc_type="unary",grpc_code="NotFound"}`, 1, 1),
	// A workload in a mesh, of another team, half of whose requests fail.
	counter(`istio_requests_total{team="other",reporter="destination",destination_workload="mail",destination_workload_namespace="post",response_code="200"}`, 5, 5),
	counter(`istio_requests_total{team="other",reporter="destination",destination_workload="mail",destination_workload_namespace="post",response_code="503"}`, 5, 5),
	counter(`istio_requests_total{team="other",reporter="source",destination_workload="mail",destination_workload_namespace="post",response_code="503"}`, 70, 70),
	counter(`istio_request_duration_milliseconds_bucket{team="other",reporter="destination",destination_workload="mail",destination_workload_namespace="post",response_code="200",le="2500"}`, 4, 4),
	counter(`istio_request_duration_milliseconds_bucket{team="other",reporter="destination",destination_workload="mail",destination_workload_namespace="post",response_code="200",le="+Inf"}`, 5, 5),
	counter(`istio_request_duration_milliseconds_count{team="other",reporter="destination",destination_workload="mail",destination_workload_namespace="post",response_code="200"}`, 5, 5),
	// A server that nobody asks anything.
	counter(`http_server_requests_seconds_count{team="shop",job="idle",uri="/",status="200",outcome="SUCCESS"}`, 0, 0),
}

func events(bad, total int64) window.Sum {
	return window.Sum{Good: (total - bad) * measure.Event, Total: total * measure.Event}
}

// All figures are done by hand from the steps above.
func TestWhatARealPrometheusHoldsIsSuggested(t *testing.T) {
	t.Parallel()
	base := promtest.Start(t, promtest.Options{Series: made})
	templates, err := suggest.Load(suggest.Builtin(), nil)
	if err != nil {
		t.Fatal(err)
	}
	reader := prometheus.New(func(context.Context, source.Source) (*http.Client, error) { return http.DefaultClient, nil })
	gates := collect.NewGates()
	service := suggest.New(reader, gates, templates, func() time.Time { return now.Add(90 * time.Second) })
	src := source.Source{
		ID: sourceID, Slug: "main", Access: source.Access{Address: base},
		Limits: source.Limits{Timeout: 30 * time.Second, Concurrency: 8, Delay: time.Minute},
	}

	report, err := service.Suggest(t.Context(), src, suggest.Request{})
	if err != nil {
		t.Fatal(err)
	}
	if !report.To.Equal(now) || !report.From.Equal(now.Add(-28*24*time.Hour)) || report.More != 0 {
		t.Errorf("the report is of %s to %s, and %d more", report.From, report.To, report.More)
	}
	const missing = 26 * 288 // five-minute slots of the 26 days without samples
	for i, want := range []struct {
		template, indicator, description, objective, why string
		service                                          map[string]string
		origin                                           origin.Origin
		sum                                              window.Sum
		series, slots                                    int
		alerts                                           []suggest.Alert
	}{
		{
			template: "otel-http-server", indicator: "availability", description: "Requests that were not answered with a server error (5xx).",
			service: map[string]string{"job": "shop/web"}, series: 2,
			origin: origin.Origin{DataSource: sourceID, Ratio: &origin.Ratio{
				Bad:   `sum(increase(http_server_request_duration_seconds_count{http_response_status_code=~"5..",job="shop/web"}[$window]))`,
				Total: `sum(increase(http_server_request_duration_seconds_count{job="shop/web"}[$window]))`}},
			// 360 ÷ 173,160 is 0.208 %: more than 80 % of 0.1 %, less than 80 % of 0.5 %.
			sum: events(360, 100*steps+360), slots: 576, objective: "99.5%", why: "99.5% is the highest",
			// 6.72 % of an hour are exceeded after nine of its slots, as in the test of alerts.
			alerts: []suggest.Alert{{Pair: "1h/5m", Severity: budget.Page, Start: incident.Add(45 * time.Minute), End: incident.Add(65 * time.Minute)}},
		},
		{
			template: "otel-http-server", indicator: "latency", description: "Requests answered without a server error within 250 ms.",
			service: map[string]string{"job": "shop/web"}, series: 2,
			origin: origin.Origin{DataSource: sourceID, Latency: &origin.Latency{
				Metric: "http_server_request_duration_seconds", Selector: `http_response_status_code!~"5..",job="shop/web"`, ThresholdSeconds: 0.25}},
			// 0.3 of 100 are slower: less than 80 % of 0.5 %. 0.9 of 300 in each slot.
			sum: window.Sum{Good: 576 * 299_100, Total: 576 * 300_000}, slots: 576, objective: "99.5%", why: "99.5% is the highest",
		},
		{
			template: "istio", indicator: "availability", description: "Requests that were not answered with a server error (5xx), as the workload's own proxy saw them.",
			service: map[string]string{"destination_workload": "mail", "destination_workload_namespace": "post"}, series: 3,
			origin: origin.Origin{DataSource: sourceID, Ratio: &origin.Ratio{
				Bad:   `sum(increase(istio_requests_total{destination_workload="mail",destination_workload_namespace="post",reporter="destination",response_code=~"5.."}[$window]))`,
				Total: `sum(increase(istio_requests_total{destination_workload="mail",destination_workload_namespace="post",reporter="destination"}[$window]))`}},
			sum: events(5*steps, 10*steps), slots: 576, why: "would have left less than 20 % of the budget",
		},
		{
			template: "istio", indicator: "latency", description: "Requests answered without a server error within 2.5 s, as the workload's own proxy saw them.",
			service: map[string]string{"destination_workload": "mail", "destination_workload_namespace": "post"}, series: 3,
			origin: origin.Origin{DataSource: sourceID, Ratio: &origin.Ratio{
				Good:  `sum(increase(istio_request_duration_milliseconds_bucket{destination_workload="mail",destination_workload_namespace="post",le=~"0*2500([.]0*)?|2[.]50*[eE][+]?0*3",reporter="destination",response_code!~"5.."}[$window]))`,
				Total: `sum(increase(istio_request_duration_milliseconds_count{destination_workload="mail",destination_workload_namespace="post",reporter="destination",response_code!~"5.."}[$window]))`}},
			sum: events(steps, 5*steps), slots: 576, why: "would have left less than 20 % of the budget",
		},
		{
			template: "spring", indicator: "availability", description: "Requests that were not answered with a server error (5xx).",
			service: map[string]string{"job": "idle"}, series: 1,
			origin: origin.Origin{DataSource: sourceID, Ratio: &origin.Ratio{
				Bad:   `sum(increase(http_server_requests_seconds_count{job="idle",status=~"5.."}[$window]))`,
				Total: `sum(increase(http_server_requests_seconds_count{job="idle"}[$window]))`}},
			slots: 576, why: "There were no events",
		},
		{
			template: "grpc", indicator: "availability", description: "Calls that did not end with an error of the server.",
			service: map[string]string{"job": "stock"}, series: 2,
			origin: origin.Origin{DataSource: sourceID, Ratio: &origin.Ratio{
				Bad:   `sum(increase(grpc_server_handled_total{grpc_code=~"Unknown|DeadlineExceeded|Unimplemented|Internal|Unavailable|DataLoss",job="stock"}[$window]))`,
				Total: `sum(increase(grpc_server_handled_total{job="stock"}[$window]))`}},
			sum: events(0, 10*steps), slots: 576, objective: "99.99%", why: "99.99% is the highest", // and not 100 %
		},
	} {
		if i >= len(report.Suggestions) {
			t.Fatalf("there are %d suggestions", len(report.Suggestions))
		}
		got := report.Suggestions[i]
		if got.Template != want.template || got.TemplateVersion != 1 || got.Indicator != want.indicator || got.Description != want.description || !reflect.DeepEqual(got.Service, want.service) {
			t.Errorf("suggestion %d is %s/%s of %v: %s", i, got.Template, got.Indicator, got.Service, got.Description)
		}
		if got.Origin.String() != want.origin.String() {
			t.Errorf("%s/%s has the origin\n%s\nand not\n%s", got.Template, got.Indicator, got.Origin, want.origin)
		}
		if got.Measured.Sum != want.sum || got.Measured.Slots != want.slots || got.Measured.Missing[origin.NoSample] != missing || len(got.Measured.Missing) != 1 {
			t.Errorf("%s/%s was measured as %+v, want %+v in %d slots", got.Template, got.Indicator, got.Measured, want.sum, want.slots)
		}
		if (got.Measured.SLI == nil) != (want.sum.Total == 0) {
			t.Errorf("%s/%s has the SLI %v", got.Template, got.Indicator, got.Measured.SLI)
		}
		if got.Objective.String() != want.objective || !strings.Contains(got.Why, want.why) {
			t.Errorf("%s/%s is proposed with %q: %s", got.Template, got.Indicator, got.Objective, got.Why)
		}
		if !slices.Equal(got.Alerts, want.alerts) {
			t.Errorf("%s/%s would have fired %v, want %v", got.Template, got.Indicator, got.Alerts, want.alerts)
		}
		if got.Seen.Series != want.series || got.Seen.Example["team"] == "" || got.Seen.Example["__name__"] == "" {
			t.Errorf("%s/%s was seen as %+v", got.Template, got.Indicator, got.Seen)
		}
	}
	if n := len(report.Suggestions); n != 6 {
		t.Errorf("there are %d suggestions", n)
	}

	t.Run("what is only recognised is not measured", func(t *testing.T) {
		found, more, err := service.Recognise(t.Context(), src, suggest.Request{Limit: 3})
		if err != nil || len(found) != 3 || more != 1 {
			t.Fatalf("recognised are %d and %d more (%v)", len(found), more, err)
		}
		web := found[0]
		if web.Template.Name != "otel-http-server" || web.Seen.Labels["job"] != "shop/web" || len(web.Fitted) != 2 || web.Fitted[0].Name != "availability" ||
			web.Fitted[1].Origin.Latency.Selector != `http_response_status_code!~"5..",job="shop/web"` {
			t.Errorf("the first is %+v", web)
		}
		if _, _, err := service.Recognise(t.Context(), src, suggest.Request{Limit: 51}); !fault.Is(err, fault.Invalid) {
			t.Errorf("too many are %v", err)
		}
	})

	t.Run("a limit leaves the rest", func(t *testing.T) {
		report, err := service.Suggest(t.Context(), src, suggest.Request{Limit: 1})
		if err != nil || len(report.Suggestions) != 1 || report.More != 5 {
			t.Errorf("there are %d and %d more (%v)", len(report.Suggestions), report.More, err)
		}
	})

	t.Run("a kind and a selector narrow", func(t *testing.T) {
		scope := prometheus.Scope{Selector: `team=~"sh.*"`}
		report, err := service.Suggest(t.Context(), src, suggest.Request{Kind: registry.GRPC, Scope: scope})
		if err != nil || len(report.Suggestions) != 1 || report.Suggestions[0].Template != "grpc" {
			t.Fatalf("there is %+v (%v)", report, err)
		}
		if total := report.Suggestions[0].Origin.Ratio.Total; total != `sum(increase(grpc_server_handled_total{job="stock",team=~"sh.*"}[$window]))` {
			t.Errorf("the total is %s", total)
		}
	})

	t.Run("a team sees its own alone", func(t *testing.T) {
		src := src
		src.Matchers = []source.Matcher{{Label: "team", Op: "=", Value: "$team"}}
		report, err := service.Suggest(t.Context(), src, suggest.Request{Scope: prometheus.Scope{TeamSlug: "other", Selector: `team=~".+"`}})
		if err != nil || len(report.Suggestions) != 2 || report.Suggestions[0].Template != "istio" || report.Suggestions[1].Template != "istio" {
			t.Errorf("there is %+v (%v)", report, err)
		}
	})

	t.Run("what is not measured in time is counted", func(t *testing.T) {
		// Range queries about gRPC are answered when the caller does not wait any more.
		target, err := url.Parse(base)
		if err != nil {
			t.Fatal(err)
		}
		onward := httputil.NewSingleHostReverseProxy(target)
		slow := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			text, _ := io.ReadAll(r.Body)
			if strings.HasSuffix(r.URL.Path, "/query_range") && bytes.Contains(text, []byte("grpc")) {
				<-r.Context().Done()
				return
			}
			r.Body = io.NopCloser(bytes.NewReader(text))
			onward.ServeHTTP(w, r)
		}))
		defer slow.Close()
		src := src
		src.Address = slow.URL
		ask := func(selector string) (suggest.Report, error) {
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
			defer cancel()
			return service.Suggest(ctx, src, suggest.Request{Scope: prometheus.Scope{Selector: selector}})
		}
		report, err := ask(`job=~"idle|stock"`)
		if err != nil || len(report.Suggestions) != 1 || report.Suggestions[0].Template != "spring" || report.More != 1 {
			t.Errorf("there are %d and %d more (%v)", len(report.Suggestions), report.More, err)
		}
		if _, err := ask(`job="stock"`); !fault.Is(err, fault.Unavailable) || fault.As(err).Code != "source_timeout" {
			t.Errorf("when nothing is measured in time it is %v", err)
		}
	})

	t.Run("what is looked for takes a quarter of the places, and waits for one", func(t *testing.T) {
		target, err := url.Parse(base)
		if err != nil {
			t.Fatal(err)
		}
		onward := httputil.NewSingleHostReverseProxy(target)
		var under, most atomic.Int64
		counting := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			n := under.Add(1)
			defer under.Add(-1)
			for seen := most.Load(); n > seen && !most.CompareAndSwap(seen, n); seen = most.Load() {
			}
			onward.ServeHTTP(w, r)
		}))
		defer counting.Close()
		src := src
		src.ID, src.Address = "01J00000000000000000000002", counting.URL
		var all errgroup.Group
		for range 3 {
			all.Go(func() error {
				report, err := service.Suggest(t.Context(), src, suggest.Request{})
				if err == nil && len(report.Suggestions) != 6 {
					t.Errorf("there are %d suggestions", len(report.Suggestions))
				}
				return err
			})
		}
		if err := all.Wait(); err != nil || most.Load() > 2 { // of 8
			t.Errorf("%d were under way at once (%v)", most.Load(), err)
		}
		src.Concurrency = 1
		leave, err := gates.Aside(t.Context(), src) // somebody else looks for something
		if err != nil {
			t.Fatal(err)
		}
		defer leave()
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		if _, err := service.Suggest(ctx, src, suggest.Request{}); !fault.Is(err, fault.Unavailable) || fault.As(err).Code != "source_busy" {
			t.Errorf("where there is no place it is %v", err)
		}
	})

	t.Run("what cannot be asked is refused", func(t *testing.T) {
		for _, r := range []suggest.Request{{Limit: -1}, {Limit: 101}, {Kind: "web"}, {Scope: prometheus.Scope{Selector: `a="b"} or x{`}}} {
			if _, err := service.Suggest(t.Context(), src, r); !fault.Is(err, fault.Invalid) {
				t.Errorf("%+v is %v", r, err)
			}
		}
		gone := src
		gone.Address = "http://127.0.0.1:1"
		if _, err := service.Suggest(t.Context(), gone, suggest.Request{}); !fault.Is(err, fault.Unavailable) {
			t.Errorf("a data source that is gone is %v", err)
		}
	})
}
