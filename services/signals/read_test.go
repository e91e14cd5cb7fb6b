package signals_test

import (
	"context"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/measure/prometheus/promtest"
	"github.com/evenkeel/evenkeel/services/measure/suggest"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/signals"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/source"
)

// counter makes a counter that is scraped every 15 s in the hour before noon, and grows
// by a step each time.
func counter(name string, step float64) promtest.Series {
	s := promtest.Series{Name: name}
	for i := range 4*60 + 1 {
		s.Samples = append(s.Samples, promtest.Sample{At: noon.Add(-time.Hour + time.Duration(i)*15*time.Second), Value: float64(i) * step})
	}
	return s
}

// gauge makes a gauge that is scraped every minute, with the newest value at noon.
func gauge(name string, values ...float64) promtest.Series {
	s := promtest.Series{Name: name}
	for i, v := range values {
		s.Samples = append(s.Samples, promtest.Sample{At: noon.Add(-time.Duration(len(values)-1-i) * time.Minute), Value: v})
	}
	return s
}

// samples are of a web server: 30 requests in 15 s, of which 27 succeed and 3 fail. Of
// successes, a third each took at most 0.1 s, 0.2 s and 0.4 s; all failures took at most
// 0.1 s.
var samples = []promtest.Series{
	counter(`took_seconds_bucket{job="web",code="200",le="0.1"}`, 9), counter(`took_seconds_bucket{job="web",code="200",le="0.2"}`, 18),
	counter(`took_seconds_bucket{job="web",code="200",le="0.4"}`, 27), counter(`took_seconds_bucket{job="web",code="200",le="+Inf"}`, 27),
	counter(`took_seconds_bucket{job="web",code="500",le="0.1"}`, 3), counter(`took_seconds_bucket{job="web",code="500",le="0.2"}`, 3),
	counter(`took_seconds_bucket{job="web",code="500",le="0.4"}`, 3), counter(`took_seconds_bucket{job="web",code="500",le="+Inf"}`, 3),
	counter(`took_seconds_count{job="web",code="200"}`, 27), counter(`took_seconds_count{job="web",code="500"}`, 3),
	counter(`quiet_total{}`, 0), counter(`quiet_seconds_bucket{le="1"}`, 0), counter(`quiet_seconds_bucket{le="+Inf"}`, 0),
	gauge(`cpu{pod="a"}`, .5, .25, .125), gauge(`cpu{pod="b"}`, .125, .5, .75),
	gauge(`waiting{}`, 8, 12), gauge(`slots{}`, 16, 16), gauge(`broken{}`, math.NaN()), gauge(`endless{}`, math.Inf(1)), gauge(`below{}`, -1),
	// As OpenTelemetry measures it, with its process by Prometheus' own client.
	counter(`http_server_request_duration_seconds_count{job="shop/web",http_response_status_code="200"}`, 1),
	counter(`http_server_request_duration_seconds_bucket{job="shop/web",http_response_status_code="200",le="1"}`, 1),
	counter(`http_server_request_duration_seconds_bucket{job="shop/web",http_response_status_code="200",le="+Inf"}`, 1),
	gauge(`process_open_fds{job="shop/web",instance="a"}`, 10), gauge(`process_max_fds{job="shop/web",instance="a"}`, 1000),
	gauge(`process_cpu_usage{job="other"}`, .5),
	// A probe from outside is neither traffic nor its latency.
	gauge(`probe_success{job="blackbox",instance="x"}`, 1),
}

// All values are worked by hand. Of successes the median is in the middle of the bucket
// from 0.1 to 0.2, and the 95th of a hundred at 0.2 + 0.2 · (95 − 66.67) ÷ 33.33. Of
// failures the median is in the middle of the bucket up to 0.1.
func TestSignalsAreReadFromARealPrometheus(t *testing.T) {
	t.Parallel()
	base := promtest.Start(t, promtest.Options{Series: samples})
	h := open(t, base)
	h.mapped(t, everything())
	want := strings.Join([]string{
		"latency success_p50 0.15", "latency success_p95 0.37", "latency success_p99 0.394",
		"latency failure_p50 0.05", "latency failure_p95 0.095", "latency failure_p99 0.099",
		"traffic requests 2", "errors share 0.1", "errors rate 0.2", "saturation cpu 0.75", "saturation queue 0.75",
	}, "\n")
	if got := h.now(t); got != want {
		t.Errorf("it says\n%s\nwant\n%s", got, want)
	}
	// The total of errors is the query of traffic: ten are asked, and once by fifty who look.
	for range 50 {
		h.now(t)
	}
	if n := h.requests.Load(); n != 10 {
		t.Errorf("there were %d requests, want 10", n)
	}
	h.clock.Advance(15 * time.Second)
	h.now(t)
	if n := h.requests.Load(); n != 20 {
		t.Errorf("there were %d requests a moment later, want 20", n)
	}
	t.Run("and say how they were", func(t *testing.T) { signalsSayHowTheyWere(t, base) })
	t.Run("and say what is asked", func(t *testing.T) { signalsSayWhatIsAsked(t, base) })
	t.Run("and why they are not known", func(t *testing.T) { unknownSignalsSayWhy(t, base) })
	t.Run("and are suggested", func(t *testing.T) { signalsAreSuggested(t, base) })
}

func signalsSayHowTheyWere(t *testing.T, base string) {
	t.Parallel()
	h := open(t, base)
	h.mapped(t, signals.Map{
		Traffic:    everything().Traffic,
		Saturation: []signals.Resource{{Name: "cpu", DataSource: "prometheus", Query: "max(cpu)"}},
	})
	// Of a gauge nothing is known before its first sample, two minutes before noon.
	r := ok(h.Series(h.bob, "checkout", noon.Add(-4*time.Minute), noon.Add(time.Hour), time.Minute))(t)
	if got, want := text(r), "traffic requests 2 2 2 2 2\nsaturation cpu no_data no_data 0.5 0.5 0.75"; got != want {
		t.Errorf("it was\n%s", got)
	}
	if points := r.Readings[0].Points; !points[0].At.Equal(noon.Add(-4*time.Minute)) || !points[4].At.Equal(noon) || r.Window != 5*time.Minute {
		t.Errorf("from %s to %s, in windows of %s", points[0].At, points[4].At, r.Window)
	}
	// Six hours in steps of five minutes; samples are of the last of them, and a window
	// needs two of them.
	r = ok(h.Series(h.bob, "checkout", time.Time{}, time.Time{}, 0))(t)
	known := 0
	for _, p := range r.Readings[0].Points {
		if p.Known() {
			known++
		}
	}
	if len(r.Readings[0].Points) != 73 || known != 12 {
		t.Errorf("of %d points %d are known", len(r.Readings[0].Points), known)
	}
	if r = ok(h.Series(h.bob, "checkout", noon.Add(-24*time.Hour), noon, time.Hour))(t); r.Window != time.Hour || len(r.Readings[0].Points) != 25 {
		t.Errorf("%d points in windows of %s", len(r.Readings[0].Points), r.Window)
	}
	for name, c := range map[string]struct {
		from, to time.Time
		step     time.Duration
		pointer  string
	}{
		"backwards":       {noon, noon.Add(-time.Hour), 0, "query.from"},
		"the future":      {noon.Add(time.Hour), noon.Add(2 * time.Hour), 0, "query.from"},
		"too long":        {noon.AddDate(0, 0, -32), noon, 0, "query.from"},
		"too many points": {noon.AddDate(0, 0, -1), noon, time.Minute, "query.stepSeconds"},
		"half a minute":   {noon.Add(-time.Hour), noon, 30 * time.Second, "query.stepSeconds"},
		"two days":        {noon.Add(-time.Hour), noon, 48 * time.Hour, "query.stepSeconds"},
		"no minute":       {noon.Add(-time.Hour), noon, 90 * time.Second, "query.stepSeconds"},
		"long ago":        {time.Time{}, time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC), 0, "query.to"},
	} {
		_, err := h.Series(h.bob, "checkout", c.from, c.to, c.step)
		if f := refused(t, err, fault.Invalid, "invalid_input"); len(f.Violations) != 1 || f.Violations[0].Pointer != c.pointer {
			t.Errorf("%s: %v", name, f)
		}
	}
	now, lately, err := h.Glance(h.bob, "checkout")
	if err != nil || len(now.Readings) != 2 || len(now.Readings[0].Points) != 1 || len(lately.Readings[0].Points) != 73 {
		t.Errorf("at a glance it is %v, %v (%v)", now, lately, err)
	}
}

func signalsSayWhatIsAsked(t *testing.T, base string) {
	t.Parallel()
	h := open(t, base)
	own := h.source(t, "own", func(s *source.Source) {
		s.Address, s.Matchers = base, []source.Matcher{{Label: "job", Op: "=", Value: "$team"}}
	})
	m := everything()
	m.Latency.DataSource, m.Latency.Quantiles = "own", []signals.Quantile{signals.P99}
	m.Errors.DataSource = "own"
	h.mapped(t, m)
	r := ok(h.Current(h.bob, "checkout"))(t)
	asked := map[string][]string{}
	for _, one := range r.Readings {
		asked[one.Name] = one.Queries
		if one.How == "" || one.Unit == "" || one.Pointer == "" {
			t.Errorf("%s is not explained: %+v", one.Name, one)
		}
	}
	for name, want := range map[string]string{
		"success_p99": `histogram_quantile(0.99, sum by (le) (rate(took_seconds_bucket{code!~"5..",job="payments"}[5m])))`,
		"requests":    `sum(rate(took_seconds_count[5m]))`,
		"share":       `sum(rate(took_seconds_count{code=~"5..",job="payments"}[5m])) | sum(rate(took_seconds_count{job="payments"}[5m]))`,
		"cpu":         `max(cpu)`,
	} {
		if got := strings.Join(asked[name], " | "); got != want {
			t.Errorf("for %s is asked %s, want %s", name, got, want)
		}
	}
	if r.Sources[own.ID] != "own" || r.Sources[h.main.ID] != "prometheus" {
		t.Errorf("the data sources are called %v", r.Sources)
	}
	// There is nothing of the job "payments".
	if last := r.Readings[0].Last(); last.Known() || last.Lack.Reason != signals.NoData {
		t.Errorf("a team sees others' latency: %+v", last)
	}
}

func unknownSignalsSayWhy(t *testing.T, base string) {
	t.Parallel()
	h := open(t, base)
	one := func(query string) signals.Map {
		return signals.Map{Saturation: []signals.Resource{{Name: "x", DataSource: "prometheus", Query: query}}}
	}
	pair := func(failed, total string) signals.Map {
		return signals.Map{Errors: &signals.ErrorsMap{DataSource: "prometheus", Failed: failed, Total: total}}
	}
	for _, c := range []struct {
		to   signals.Map
		want string
	}{
		{one("nothing"), "saturation x no_data"},
		{one("broken"), "saturation x not_a_number"},
		{one("endless"), "saturation x not_a_number"},
		{one("below"), "saturation x negative"},
		{one("cpu"), "saturation x several_values"},
		{one("0 / sum(rate(quiet_total[$window]))"), "saturation x not_a_number"},
		{one(`took_seconds_count * on (code) took_seconds_bucket`), "saturation x query_refused"},
		{one("vector(1.5)"), "saturation x 1.5"}, // more work waits than there is room for
		// No failure yet is no failure; no request is no share; and 2 of 1 is nonsense.
		{pair("nothing", "sum(rate(took_seconds_count[$window]))"), "errors share 0\nerrors rate 0"},
		{pair("nothing", "sum(rate(quiet_total[$window]))"), "errors share no_traffic\nerrors rate 0"},
		{pair("nothing", "nothing"), "errors share no_data\nerrors rate no_data"},
		{pair("vector(2)", "vector(1)"), "errors share above_one\nerrors rate above_one"},
		{pair("vector(1) * 3 / 3", "vector(1)"), "errors share 1\nerrors rate 1"},
		{pair("broken", "vector(1)"), "errors share not_a_number\nerrors rate not_a_number"},
		{signals.Map{Latency: &signals.LatencyMap{DataSource: "prometheus", Quantiles: []signals.Quantile{signals.P50}, Histogram: &signals.Histogram{Metric: "quiet_seconds"}}},
			"latency success_p50 no_traffic"},
		{signals.Map{Latency: &signals.LatencyMap{DataSource: "prometheus", Unit: signals.Millis, Queries: []signals.QuantileQuery{{Quantile: signals.P95, Outcome: signals.Failure, Query: "vector(250)"}}}},
			"latency failure_p95 0.25"},
		{signals.Map{}, ""},
	} {
		m := h.mapped(t, c.to)
		if got := h.now(t); got != c.want {
			t.Errorf("it says\n%s\nwant\n%s", got, c.want)
		}
		// Each query that gives nothing is doubted, where it is in the mapping.
		unknown := map[string]bool{}
		for _, r := range ok(h.Current(h.bob, "checkout"))(t).Readings {
			if !r.Last().Known() {
				unknown[r.Pointer] = true
			}
		}
		warnings := h.Doubts(h.ada, m)
		for _, w := range warnings {
			if !unknown[w.Pointer] || w.Code == "" || !strings.HasPrefix(w.Message, "there is no value now: ") {
				t.Errorf("of what says %q is doubted %v", c.want, w)
			}
		}
		if (len(warnings) == 0) != (len(unknown) == 0) {
			t.Errorf("of what says %q is doubted %v", c.want, warnings)
		}
	}
}

func signalsAreSuggested(t *testing.T, base string) {
	t.Parallel()
	h := open(t, base)
	_, err := h.Suggest(h.bob, suggest.Question{Service: "checkout", DataSource: "prometheus"})
	refused(t, err, fault.Forbidden, "forbidden")
	found := ok(h.Suggest(h.ada, suggest.Question{Service: "checkout", DataSource: "prometheus"}))(t)
	if len(found.Items) != 1 || found.More != 0 {
		t.Fatalf("suggested is %+v", found)
	}
	m := found.Items[0].Map
	for got, want := range map[string]string{
		m.Latency.Histogram.Metric:    "http_server_request_duration_seconds",
		m.Latency.Histogram.Successes: `http_response_status_code!~"5..",job="shop/web"`,
		m.Latency.Histogram.Failures:  `http_response_status_code=~"5..",job="shop/web"`,
		m.Traffic.Query:               `sum(rate(http_server_request_duration_seconds_count{job="shop/web"}[$window]))`,
		m.Errors.Failed:               `sum(rate(http_server_request_duration_seconds_count{http_response_status_code=~"5..",job="shop/web"}[$window]))`,
		m.Errors.Total:                `sum(rate(http_server_request_duration_seconds_count{job="shop/web"}[$window]))`,
		m.Saturation[0].Query:         `max(process_open_fds{job="shop/web"} / process_max_fds{job="shop/web"})`,
	} {
		if got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	if len(m.Saturation) != 1 {
		t.Errorf("resources are %+v", m.Saturation)
	}
	h.mapped(t, m)
	// 1 in 15 s, none of which failed; 10 of 1000 are in use.
	want := "traffic requests 0.06667\nerrors share 0\nerrors rate 0\nsaturation file-descriptors 0.01"
	if got := h.now(t); !strings.HasSuffix(got, want) || !strings.HasPrefix(got, "latency success_p50 0.5\n") || !strings.Contains(got, "failure_p50 no_data") {
		t.Errorf("what was suggested says\n%s", got)
	}
	for name, q := range map[string]suggest.Question{
		"query.dataSource": {Service: "checkout", DataSource: "nowhere"},
		"query.selector":   {Service: "checkout", DataSource: "prometheus", Selector: `a="b"} or x{`},
		"query.limit":      {Service: "checkout", DataSource: "prometheus", Limit: 51},
	} {
		_, err := h.Suggest(h.ada, q)
		if f := refused(t, err, fault.Invalid, "invalid_input"); f.Violations[0].Pointer != name {
			t.Errorf("%s: %v", name, f)
		}
	}
	if none := ok(h.Suggest(h.ada, suggest.Question{Service: "checkout", DataSource: "prometheus", Kind: registry.GRPC}))(t); len(none.Items) != 0 {
		t.Errorf("suggested to another kind is %+v", none.Items)
	}
}

// What an SLO counts needs no query: 10 slots of a minute with 60 events each, of which 3
// are bad, are one a second, of which 5 % are bad.
func TestSignalsAreTakenOverFromWhatAnSLOCounts(t *testing.T) {
	t.Parallel()
	h := open(t, nowhere)
	v := h.declare(t, "availability", slo.Availability, measure.Minute, origin.Origin{})
	slow := h.declare(t, "latency", slo.Latency, measure.FiveMinutes, origin.Origin{})
	m := h.mapped(t, signals.Map{Traffic: &signals.TrafficMap{SLO: "availability"}, Errors: &signals.ErrorsMap{SLO: "availability"}})
	if got, want := h.now(t), "traffic requests no_data\nerrors share no_data\nerrors rate no_data"; got != want {
		t.Errorf("before anything was measured it says\n%s", got)
	}
	if warnings := h.Doubts(h.ada, m); len(warnings) != 2 || warnings[0].Pointer != "/traffic/slo" || warnings[1].Code != "no_data" {
		t.Errorf("doubted is %+v", warnings)
	}
	for i := range 10 {
		h.push(t, v, time.Duration(i+3)*time.Minute, 57, 60) // the newest ended two minutes ago
	}
	r := ok(h.Current(h.bob, "checkout"))(t)
	if got, want := text(r), "traffic requests 1\nerrors share 0.05\nerrors rate 0.05"; got != want {
		t.Errorf("it says\n%s", got)
	}
	if first := r.Readings[0]; !first.Last().At.Equal(noon.Add(-2*time.Minute)) || first.SLO != v.SLO.ID || r.SLOs[v.SLO.ID] != "availability" || len(first.Queries) != 0 {
		t.Errorf("the reading is %+v", first)
	}
	// Each point is of the five minutes before it, as far as they are known.
	past := ok(h.Series(h.bob, "checkout", noon.Add(-20*time.Minute), noon, 5*time.Minute))(t)
	if got, want := text(past), "traffic requests no_data no_data 1 1 1\n"+"errors share no_data no_data 0.05 0.05 0.05\n"+"errors rate no_data no_data 0.05 0.05 0.05"; got != want {
		t.Errorf("it was\n%s", got)
	}
	// Nothing happened in the newest slot of five minutes, which began ten minutes ago.
	h.push(t, slow, 10*time.Minute, 0, 0)
	m = h.mapped(t, signals.Map{Traffic: &signals.TrafficMap{SLO: "latency"}, Errors: &signals.ErrorsMap{SLO: "latency"}})
	if got, want := h.now(t), "traffic requests 0\nerrors share no_traffic\nerrors rate 0"; got != want {
		t.Errorf("without events it says\n%s", got)
	}
	if warnings := h.Doubts(h.ada, m); len(warnings) != 2 || warnings[0].Code != signals.WarnSlow {
		t.Errorf("doubted is %+v", warnings)
	}
	// What was measured too long ago says nothing of now.
	h.clock.Advance(15 * time.Minute)
	if got := h.now(t); !strings.HasPrefix(got, "traffic requests no_data") {
		t.Errorf("later it says\n%s", got)
	}
	if h.requests.Load() != 0 {
		t.Error("a data source was asked")
	}
}

func TestLatencyIsTakenOverFromTheHistogramOfAnSLO(t *testing.T) {
	t.Parallel()
	h := open(t, promtest.Start(t, promtest.Options{Series: samples}))
	v := h.declare(t, "latency", slo.Latency, measure.Minute, origin.Origin{DataSource: "prometheus", Latency: &origin.Latency{
		Metric: "took_seconds", Selector: `code="200"`, ThresholdSeconds: 0.2,
	}})
	h.mapped(t, signals.Map{Latency: &signals.LatencyMap{SLO: "latency", Quantiles: []signals.Quantile{signals.P50}}})
	r := ok(h.Current(h.bob, "checkout"))(t)
	if got := text(r); got != "latency success_p50 0.15" || r.Readings[0].SLO != v.SLO.ID || r.Readings[0].DataSource != h.main.ID {
		t.Errorf("it says %s: %+v", got, r.Readings[0])
	}
	// Its indicator is changed to what has no histogram.
	d := v.Declared()
	d.Origin = origin.Origin{}
	if _, _, err := h.slos.Revise(h.ada, v.SLO.ID, 1, d); err != nil {
		t.Fatal(err)
	}
	if got := h.now(t); got != "latency success_p50 slo_unfit" {
		t.Errorf("then it says %s", got)
	}
}

func TestWhoIsNotKnownSeesNoSignals(t *testing.T) {
	t.Parallel()
	h := open(t, nowhere)
	for _, do := range []func(context.Context) error{
		func(ctx context.Context) error { _, _, err := h.Find(ctx, "checkout"); return err },
		func(ctx context.Context) error { _, err := h.Current(ctx, "checkout"); return err },
		func(ctx context.Context) error {
			_, err := h.Series(ctx, "checkout", time.Time{}, time.Time{}, 0)
			return err
		},
		func(ctx context.Context) error { _, _, err := h.Glance(ctx, "checkout"); return err },
	} {
		refused(t, do(t.Context()), fault.Unauthenticated, "unauthenticated")
		refused(t, func() error { _, err := h.Current(h.ada, "nowhere"); return err }(), fault.NotFound, "service_not_found")
	}
}
