package origin_test

import (
	"math"
	"strings"
	"testing"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/measure/origin"
)

const (
	prometheus = "01JD3Z0Q8RC6W4N1M2V5K7T9XY"
	base       = "/indicator/source"
)

// forms are one origin of each form, all of them right.
func forms() map[origin.Kind]origin.Origin {
	return map[origin.Kind]origin.Origin{
		origin.KindRatio:     {DataSource: prometheus, Ratio: &origin.Ratio{Bad: "bad", Total: "total"}},
		origin.KindRawRatio:  {DataSource: prometheus, RawRatio: &origin.RawRatio{Query: "share", Weight: "events"}},
		origin.KindThreshold: {DataSource: prometheus, Threshold: &origin.Threshold{Query: "queue_length", Op: origin.LTE, Value: 0}},
		origin.KindLatency:   {DataSource: prometheus, Latency: &origin.Latency{Metric: "http_request_duration_seconds", Selector: `job="checkout"`, ThresholdSeconds: 0.3}},
		origin.KindRecorded: {DataSource: prometheus, Recorded: &origin.Recorded{
			Good: "slo:good:sum", Total: "slo:total:sum", Labels: map[string]string{"service": "checkout"},
		}},
		origin.KindAdapter: {DataSource: prometheus, Adapter: &origin.Adapter{Indicator: "orders/paid", Parameters: map[string]string{"region.name": ""}}},
		origin.KindOTLP: {OTLP: &origin.OTLP{
			Metric: "http.server.requests", Where: []origin.Match{{Attribute: "service.name", Op: origin.Equal, Value: "checkout"}},
			Bad: []origin.Match{{Attribute: "http.response.status_code", Op: origin.MatchesRE, Value: "5.."}},
		}},
	}
}

func TestEachFormIsRightAsItStands(t *testing.T) {
	t.Parallel()
	for kind, o := range forms() {
		var check fault.Check
		if o.Check(&check, base); check.Err() != nil || o.Kind() != kind {
			t.Errorf("%s: %v", kind, check.Err())
		}
		back, err := origin.Parse(o.String())
		if err != nil || back.String() != o.String() {
			t.Errorf("%s is read back as %s (%v)", kind, back, err)
		}
		o.GroupBy = "region"
		if o = o.OrDefaults(); o.MaxGroups != 20 {
			t.Errorf("%s may have %d groups", kind, o.MaxGroups)
		}
		if o.Check(&check, base); check.Err() != nil {
			t.Errorf("%s with groups: %v", kind, check.Err())
		}
	}
}

func TestWhatAnOriginMayNotSay(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", origin.MaxExpression+1)
	many := map[string]string{}
	for i := range origin.MaxLabels + 1 {
		many["l"+strings.Repeat("x", i)] = "v"
	}
	matches := make([]origin.Match, origin.MaxMatches+1)
	for _, c := range []struct {
		name    string
		form    origin.Kind
		change  func(*origin.Origin)
		pointer string
	}{
		{"two forms", origin.KindRatio, func(o *origin.Origin) { o.Threshold = &origin.Threshold{} }, ""},
		{"no form", origin.KindRatio, func(o *origin.Origin) { o.Ratio = nil }, ""},
		{"groups of what is pushed", origin.KindRatio, func(o *origin.Origin) { *o = origin.Origin{GroupBy: "re\u202egion", MaxGroups: 1} }, "/../groupBy"},
		{"no data source", origin.KindRatio, func(o *origin.Origin) { o.DataSource = "" }, "/dataSource"},
		{"a data source of OpenTelemetry", origin.KindOTLP, func(o *origin.Origin) { o.DataSource = prometheus }, "/dataSource"},
		{"good and bad", origin.KindRatio, func(o *origin.Origin) { o.Ratio.Good = "good" }, "/ratio"},
		{"neither good nor bad", origin.KindRatio, func(o *origin.Origin) { o.Ratio.Bad = "" }, "/ratio"},
		{"blank bad", origin.KindRatio, func(o *origin.Origin) { o.Ratio.Bad = " " }, "/ratio/bad"},
		{"no total", origin.KindRatio, func(o *origin.Origin) { o.Ratio.Total = "" }, "/ratio/total"},
		{"a long total", origin.KindRatio, func(o *origin.Origin) { o.Ratio.Total = long }, "/ratio/total"},
		{"a total with a NUL", origin.KindRatio, func(o *origin.Origin) { o.Ratio.Total = "a\x00" }, "/ratio/total"},
		{"a total of no UTF-8", origin.KindRatio, func(o *origin.Origin) { o.Ratio.Total = "a\xff" }, "/ratio/total"},
		{"a total turned round", origin.KindRatio, func(o *origin.Origin) { o.Ratio.Total = "a\u202e" }, "/ratio/total"},
		{"no share", origin.KindRawRatio, func(o *origin.Origin) { o.RawRatio.Query = "" }, "/rawRatio/query"},
		{"a long weight", origin.KindRawRatio, func(o *origin.Origin) { o.RawRatio.Weight = long }, "/rawRatio/weight"},
		{"no query", origin.KindThreshold, func(o *origin.Origin) { o.Threshold.Query = "" }, "/threshold/query"},
		{"no op", origin.KindThreshold, func(o *origin.Origin) { o.Threshold.Op = "" }, "/threshold/op"},
		{"an op of another language", origin.KindThreshold, func(o *origin.Origin) { o.Threshold.Op = "<=" }, "/threshold/op"},
		{"an infinite value", origin.KindThreshold, func(o *origin.Origin) { o.Threshold.Value = math.Inf(1) }, "/threshold/value"},
		{"a value that is none", origin.KindThreshold, func(o *origin.Origin) { o.Threshold.Value = math.NaN() }, "/threshold/value"},
		{"no histogram", origin.KindLatency, func(o *origin.Origin) { o.Latency.Metric = "" }, "/latency/metric"},
		{"the buckets", origin.KindLatency, func(o *origin.Origin) { o.Latency.Metric += "_bucket" }, "/latency/metric"},
		{"a histogram that ends the query", origin.KindLatency, func(o *origin.Origin) { o.Latency.Metric = "a[1m]) or vector(1" }, "/latency/metric"},
		{"a selector in braces", origin.KindLatency, func(o *origin.Origin) { o.Latency.Selector = `{job="a"}` }, "/latency/selector"},
		{"no threshold", origin.KindLatency, func(o *origin.Origin) { o.Latency.ThresholdSeconds = 0 }, "/latency/thresholdSeconds"},
		{"a threshold below zero", origin.KindLatency, func(o *origin.Origin) { o.Latency.ThresholdSeconds = -1 }, "/latency/thresholdSeconds"},
		{"an infinite threshold", origin.KindLatency, func(o *origin.Origin) { o.Latency.ThresholdSeconds = math.Inf(1) }, "/latency/thresholdSeconds"},
		{"groups by bucket", origin.KindLatency, func(o *origin.Origin) { o.GroupBy, o.MaxGroups = "le", 1 }, "/../groupBy"},
		{"no labels", origin.KindRecorded, func(o *origin.Origin) { o.Recorded.Labels = nil }, "/recorded/labels"},
		{"too many labels", origin.KindRecorded, func(o *origin.Origin) { o.Recorded.Labels = many }, "/recorded/labels"},
		{"a label that is none", origin.KindRecorded, func(o *origin.Origin) { o.Recorded.Labels = map[string]string{"a/b": "c"} }, "/recorded/labels/a~1b"},
		{"the name as a label", origin.KindRecorded, func(o *origin.Origin) { o.Recorded.Labels = map[string]string{"__name__": "c"} }, "/recorded/labels/__name__"},
		{"an empty label", origin.KindRecorded, func(o *origin.Origin) { o.Recorded.Labels = map[string]string{"a": ""} }, "/recorded/labels/a"},
		{"a metric that is none", origin.KindRecorded, func(o *origin.Origin) { o.Recorded.Total = "1total" }, "/recorded/total"},
		{"both good and bad", origin.KindRecorded, func(o *origin.Origin) { o.Recorded.Bad = "bad" }, "/recorded"},
		{"an adapter's nothing", origin.KindAdapter, func(o *origin.Origin) { o.Adapter.Indicator = "" }, "/adapter/indicator"},
		{"too many parameters", origin.KindAdapter, func(o *origin.Origin) { o.Adapter.Parameters = many }, "/adapter/parameters"},
		{"a long parameter", origin.KindAdapter, func(o *origin.Origin) { o.Adapter.Parameters = map[string]string{"a": long} }, "/adapter/parameters/a"},
		{"no metric", origin.KindOTLP, func(o *origin.Origin) { o.OTLP.Metric = "" }, "/otlp/metric"},
		{"a sum of which nothing is good", origin.KindOTLP, func(o *origin.Origin) { o.OTLP.Bad = nil }, "/otlp"},
		{"a histogram with bad ones", origin.KindOTLP, func(o *origin.Origin) { o.OTLP.Threshold = 1 }, "/otlp"},
		{"a histogram below zero", origin.KindOTLP, func(o *origin.Origin) { o.OTLP.Threshold, o.OTLP.Bad = -1, nil }, "/otlp/threshold"},
		{"too many conditions", origin.KindOTLP, func(o *origin.Origin) { o.OTLP.Where = matches }, "/otlp/where"},
		{"no attribute", origin.KindOTLP, func(o *origin.Origin) { o.OTLP.Where[0].Attribute = "" }, "/otlp/where/0/attribute"},
		{"no comparison", origin.KindOTLP, func(o *origin.Origin) { o.OTLP.Where[0].Op = "==" }, "/otlp/where/0/op"},
		{"an expression that does not compile", origin.KindOTLP, func(o *origin.Origin) { o.OTLP.Bad[0].Value = "(5" }, "/otlp/bad/0/value"},
		{"an expression that ends early", origin.KindOTLP, func(o *origin.Origin) { o.OTLP.Bad[0].Value = "5)|(4" }, "/otlp/bad/0/value"},
		{"an expression that RE2 has not", origin.KindOTLP, func(o *origin.Origin) { o.OTLP.Bad[0].Value = "(?=5)" }, "/otlp/bad/0/value"},
		{"a group that is no label", origin.KindRatio, func(o *origin.Origin) { o.GroupBy, o.MaxGroups = "http.route", 1 }, "/../groupBy"},
		{"a group of names", origin.KindRatio, func(o *origin.Origin) { o.GroupBy, o.MaxGroups = "__name__", 1 }, "/../groupBy"},
		{"too many groups", origin.KindRatio, func(o *origin.Origin) { o.GroupBy, o.MaxGroups = "region", 101 }, "/../maxGroups"},
		{"groups below none", origin.KindRatio, func(o *origin.Origin) { o.GroupBy, o.MaxGroups = "region", -1 }, "/../maxGroups"},
		{"groups by nothing", origin.KindRatio, func(o *origin.Origin) { o.MaxGroups = 5 }, "/../maxGroups"},
	} {
		o := forms()[c.form]
		c.change(&o)
		var check fault.Check
		o.Check(&check, base)
		e := fault.As(check.Err())
		want := strings.Replace(base+c.pointer, "/source/..", "", 1)
		if e == nil || len(e.Violations) != 1 || e.Violations[0].Pointer != want {
			t.Errorf("%s: %v, want a fault at %s", c.name, check.Err(), want)
		}
	}
}

func TestAnOriginIsToldInWords(t *testing.T) {
	t.Parallel()
	weighed := forms()[origin.KindRawRatio]
	weighed.RawRatio.Failure = true
	histogram := origin.Origin{OTLP: &origin.OTLP{Metric: "http.server.request.duration", Threshold: 0.3}, GroupBy: "http.route", MaxGroups: 5}
	for _, c := range []struct {
		origin  origin.Origin
		words   string
		queries string
	}{
		{origin.Origin{}, "Reporters push slots of good, or bad, and all events.", ""},
		{forms()[origin.KindRatio], `Read from the data source "eu": two queries count bad and all events of each slot.`, "bad: bad\ntotal: total\n"},
		{weighed, `Read from the data source "eu": a query gives the share of bad events of each slot, another how many events there were.`, "query: share\nweight: events\n"},
		{origin.Origin{DataSource: "eu", RawRatio: &origin.RawRatio{Query: "share"}}, `Read from the data source "eu": a query gives the share of good events of each slot, which counts as 1,000 events.`, "query: share\n"},
		{forms()[origin.KindThreshold], `Read from the data source "eu": each value of a query at the end of a slot is an event, good where it is ≤ 0.`, "query: queue_length\n"},
		{forms()[origin.KindLatency], `Read from the data source "eu": observations of a classic histogram are events, good where they took at most 0.3 s.`, "metric: http_request_duration_seconds{job=\"checkout\"}\n"},
		{forms()[origin.KindRecorded], `Read from the data source "eu": recording rules counted good and all events of each slot.`, "good: slo:good:sum{service=\"checkout\"}\ntotal: slo:total:sum{service=\"checkout\"}\n"},
		{forms()[origin.KindAdapter], `Asked of the adapter "eu".`, "indicator: orders/paid\nparameters: region.name=\"\"\n"},
		{
			forms()[origin.KindOTLP], `Counted from OpenTelemetry metrics: events are counted by a sum, and their attributes tell bad ones.`,
			"metric: http.server.requests{service.name=\"checkout\"}\nbad: http.response.status_code=~\"5..\"\n",
		},
		{
			histogram, `Counted from OpenTelemetry metrics: observations of a histogram are events, good where they are at most 0.3. Each value of the attribute http.route is a group, up to 5 of them.`,
			"metric: http.server.request.duration\n",
		},
	} {
		if got := c.origin.Words("eu"); got != c.words {
			t.Errorf("says %q, want %q", got, c.words)
		}
		var queries string
		for _, q := range c.origin.Queries() {
			queries += q.Name + ": " + q.Text + "\n"
		}
		if queries != c.queries {
			t.Errorf("asks %q, want %q", queries, c.queries)
		}
	}
}
