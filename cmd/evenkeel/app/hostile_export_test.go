package app_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	colpb "go.opentelemetry.io/proto/otlp/collector/metrics/v1"
	commonpb "go.opentelemetry.io/proto/otlp/common/v1"
	metricspb "go.opentelemetry.io/proto/otlp/metrics/v1"
	statuspb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/measure/origin"
	objectives "github.com/evenkeel/evenkeel/services/slo"
)

// sent is an export as bytes; its header lines are added to what it has anyway.
type sent struct {
	as     string
	body   []byte
	header []string
}

// post sends an export, and returns the status, the head and the body.
func (h *house) post(s sent) *httptest.ResponseRecorder {
	h.t.Helper()
	r := httptest.NewRequest(http.MethodPost, "/otlp/v1/metrics", bytes.NewReader(s.body))
	r.Header.Set("Content-Type", "application/x-protobuf")
	if token := h.tokens[s.as]; token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	for _, line := range s.header {
		name, value, _ := strings.Cut(line, ": ")
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	h.handler.ServeHTTP(w, r.WithContext(h.t.Context()))
	h.calls.Add(1)
	h.classes[w.Code/100].Add(1)
	if w.Code >= 500 {
		h.t.Errorf("%d: %s", w.Code, w.Body)
	}
	return w
}

func zipped(body []byte) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write(body)
	_ = w.Close()
	return b.Bytes()
}

// exported is an export of one metric, in the mapping of JSON.
func exported(metric string) []byte {
	return []byte(`{"resourceMetrics":[{"scopeMetrics":[{"metrics":[` + metric + `]}]}]}`)
}

// points are those of a sum of deltas that is called http.requests.
func points(of ...string) []byte {
	return exported(`{"name":"http.requests","sum":{"aggregationTemporality":1,"isMonotonic":true,"dataPoints":[` + strings.Join(of, ",") + `]}}`)
}

// aPoint is one point at the start, with members added.
func aPoint(members string) string {
	return fmt.Sprintf(`{"timeUnixNano":"%d",%s}`, start.UnixNano(), members)
}

func TestHostileExportsAreRefused(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		h.token("reader", access.TokenInput{Kind: access.PersonalToken, Person: id.ID(h.ids["ada"]), Scopes: []access.Scope{access.ScopeRead}})
		garbage := bytes.Repeat([]byte{0xde, 0xad, 0xbe, 0xef}, 100)
		deep := []byte(strings.Repeat(`{"resourceMetrics":[`, 1) + `{"resource":{"attributes":[{"key":"a","value":` +
			strings.Repeat(`{"arrayValue":{"values":[`, 1000) + strings.Repeat(`]}}`, 1000) + `}]}}]}`)
		asJSON := []string{"Content-Type: application/json"}
		fine, err := proto.Marshal(&colpb.ExportMetricsServiceRequest{})
		if err != nil {
			t.Fatal(err)
		}
		for name, c := range map[string]struct {
			sent
			status int
			says   string
		}{
			"no token":                 {sent{"nobody", fine, nil}, 401, "unauthenticated"},
			"a forged token":           {sent{"nobody", fine, []string{"Authorization: Bearer ek_forged"}}, 401, "token"},
			"a token that may not":     {sent{"reader", fine, nil}, 403, "scope"},
			"garbage":                  {sent{"pipeline", garbage, nil}, 400, "malformed_export"},
			"half a message":           {sent{"pipeline", []byte{0x0a, 0x7f, 0x01}, nil}, 400, "malformed_export"},
			"text that is no UTF-8":    {sent{"pipeline", []byte("\x0a\x0b\x12\x09\x12\x07\x0a\x01\xff\x12\x02ab"), nil}, 400, "malformed_export"},
			"JSON that is none":        {sent{"pipeline", []byte(`{"resourceMetrics":`), asJSON}, 400, "malformed_export"},
			"JSON of another shape":    {sent{"pipeline", []byte(`{"resourceMetrics":"a"}`), asJSON}, 400, "malformed_export"},
			"JSON for protobuf":        {sent{"pipeline", points(aPoint(`"asInt":"1"`)), nil}, 400, "malformed_export"},
			"attributes without end":   {sent{"pipeline", deep, asJSON}, 400, "malformed_export"},
			"a number too large":       {sent{"pipeline", points(aPoint(`"asInt":"9223372036854775808"`)), asJSON}, 400, "malformed_export"},
			"another type":             {sent{"pipeline", fine, []string{"Content-Type: text/plain"}}, 415, "application/x-protobuf"},
			"no type":                  {sent{"pipeline", fine, []string{"Content-Type: "}}, 415, "Content-Type"},
			"another charset":          {sent{"pipeline", points(), []string{"Content-Type: application/json; charset=latin1"}}, 415, "Content-Type"},
			"another encoding":         {sent{"pipeline", fine, []string{"Content-Encoding: br"}}, 415, "br"},
			"two encodings":            {sent{"pipeline", fine, []string{"Content-Encoding: gzip, gzip"}}, 415, "gzip, gzip"},
			"gzip that is none":        {sent{"pipeline", garbage, []string{"Content-Encoding: gzip"}}, 400, "body_unreadable"},
			"gzip that ends early":     {sent{"pipeline", zipped(points())[:20], append(asJSON, "Content-Encoding: gzip")}, 400, "body_unreadable"},
			"gzip of far too much":     {sent{"pipeline", zipped(make([]byte, 17<<20)), []string{"Content-Encoding: gzip"}}, 413, "body_too_large"},
			"a body of far too much":   {sent{"pipeline", make([]byte, 17<<20), nil}, 413, "body_too_large"},
			"gzip of half a message":   {sent{"pipeline", zipped([]byte{0x0a, 0x7f}), []string{"Content-Encoding: gzip"}}, 400, "malformed_export"},
			"a session of the browser": {sent{"nobody", fine, []string{"Cookie: evenkeel_session=x"}}, 401, "unauthenticated"},
		} {
			w := h.post(c.sent)
			if w.Code != c.status {
				t.Errorf("%s: %d, want %d: %s", name, w.Code, c.status, w.Body)
				continue
			}
			status := statuspb.Status{}
			if w.Header().Get("Content-Type") == "application/x-protobuf" {
				err = proto.Unmarshal(w.Body.Bytes(), &status)
			} else {
				err = json.Unmarshal(w.Body.Bytes(), &status)
			}
			if err != nil || status.Code == 0 || !strings.Contains(status.Message, c.says) || w.Header().Get("X-Request-Id") == "" {
				t.Errorf("%s: %v, %q is not about %q", name, err, status.Message, c.says)
			}
		}
	})
}

// TestHostilePointsAreRefusedAndOthersCounted sends each point with a good one:
// that is counted, and the answer says what was wrong with the other.
func TestHostilePointsAreRefusedAndOthersCounted(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		indicator := h.receives("checkout", "answered", origin.Origin{OTLP: &origin.OTLP{Metric: "http.requests", Good: notServerErrors}})
		fast := h.receives("checkout", "fast", origin.Origin{OTLP: &origin.OTLP{Metric: "http.duration", Threshold: 0.25}})
		ns := func(at time.Time) string { return fmt.Sprint(at.UnixNano()) }
		many := make([]string, 65)
		for i := range many {
			many[i] = fmt.Sprintf(`{"key":"k%d","value":{"intValue":"1"}}`, i)
		}
		histogram := func(members string) []byte {
			return exported(`{"name":"http.duration","histogram":{"aggregationTemporality":1,"dataPoints":[` + aPoint(members) + `]}}`)
		}
		requests := func(kind string) []byte { return exported(`{"name":"http.requests",` + kind + `}`) }
		good := 0
		for i, c := range []struct {
			name     string
			body     []byte
			rejected int64
			says     string
		}{
			{"NaN", points(aPoint(`"asDouble":"NaN"`)), 1, "finite"},
			{"an infinity", points(aPoint(`"asDouble":"Infinity"`)), 1, "finite"},
			{"negative", points(aPoint(`"asInt":"-1"`)), 1, "negative"},
			{"a negative fraction", points(aPoint(`"asDouble":-0.1`)), 1, "negative"},
			{"overflow", points(aPoint(fmt.Sprintf(`"asInt":"%d"`, int64(math.MaxInt64)))), 1, "more events than can be counted"},
			{"more than a slot holds", points(aPoint(`"asInt":"1000000001"`)), 1, "more events since the last one than a slot may hold"},
			{"no value", points(aPoint(`"attributes":[]`)), 1, "no value"},
			{"no time", points(`{"asInt":"1"}`), 1, "has no time"},
			{"the future", points(`{"asInt":"1","timeUnixNano":"` + ns(start.Add(time.Hour)) + `"}`), 1, "future"},
			{"the end of time", points(`{"asInt":"1","timeUnixNano":"18446744073709551615"}`), 1, "future"},
			{"too long ago for its slot", points(`{"asInt":"1","timeUnixNano":"` + ns(start.Add(-91*24*time.Hour+time.Second)) + `"}`), 1, "91 days"},
			{"long ago", points(`{"asInt":"1","timeUnixNano":"` + ns(start.Add(-92*24*time.Hour)) + `"}`), 1, "91 days"},
			{"a start after the end", points(aPoint(`"asInt":"1","startTimeUnixNano":"` + ns(start.Add(time.Second)) + `"`)), 1, "begins after"},
			{"too many attributes", points(aPoint(`"asInt":"1","attributes":[` + strings.Join(many, ",") + `]`)), 1, "65 attributes"},
			{"a gauge", requests(`"gauge":{"dataPoints":[` + aPoint(`"asInt":"1"`) + `]}`), 1, "is a gauge"},
			{"a summary", requests(`"summary":{"dataPoints":[` + aPoint(`"count":"1"`) + `]}`), 1, "is a summary"},
			{"a sum that may fall", requests(`"sum":{"aggregationTemporality":1,"dataPoints":[` + aPoint(`"asInt":"1"`) + `]}`), 1, "may fall"},
			{"no temporality", requests(`"sum":{"isMonotonic":true,"dataPoints":[` + aPoint(`"asInt":"1"`) + `]}`), 1, "neither delta nor cumulative"},
			{"a counter for a threshold", exported(`{"name":"http.duration","sum":{"aggregationTemporality":1,"isMonotonic":true,"dataPoints":[` + aPoint(`"asInt":"1"`) + `]}}`), 1, "takes a histogram"},
			{"no bound at the threshold", histogram(`"count":"1","explicitBounds":[0.1,1],"bucketCounts":["1","0","0"]`), 1, "its bounds are 0.1, 1"},
			{"buckets that are not all", histogram(`"count":"2","explicitBounds":[0.25],"bucketCounts":["1","0"]`), 1, "do not add up"},
			{"a gauge beside a counter without points", exported(`{"name":"http.requests"},{"name":"http.requests","gauge":{"dataPoints":[{}]}}`), 1, `a point of "http.requests"`},
			{"what nobody wants", exported(`{"name":"other","gauge":{"dataPoints":[{}]}}`), 0, ""},
			{"a metric without points", requests(`"sum":{}`), 0, ""},
			{"nothing", []byte(`{}`), 0, ""},
			{"empty parts", []byte(`{"resourceMetrics":[{},{"scopeMetrics":[{},{"metrics":[{}]}]}]}`), 0, ""},
			{"unknown members", []byte(`{"profiles":[{"a":1}]}`), 0, ""},
			{"a point without a value that says so", points(aPoint(`"flags":1`)), 0, ""},
		} {
			w := h.post(sent{"pipeline", c.body, []string{"Content-Type: application/json"}})
			var answer struct {
				PartialSuccess struct {
					Rejected int64  `json:"rejectedDataPoints,string"`
					Message  string `json:"errorMessage"`
				} `json:"partialSuccess"`
			}
			if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil || w.Code != 200 {
				t.Errorf("%s: %d %v: %s", c.name, w.Code, err, w.Body)
				continue
			}
			if p := answer.PartialSuccess; p.Rejected != c.rejected || !strings.Contains(p.Message, c.says) || (p.Rejected == 0) != (p.Message == "") {
				t.Errorf("%s: %d refused, %q", c.name, p.Rejected, p.Message)
			}
			// A good one among bad ones, each a stream of its own.
			both := points(aPoint(`"asInt":"-1"`), aPoint(fmt.Sprintf(`"asInt":"1","attributes":[{"key":"n","value":{"intValue":"%d"}}]`, i)))
			if w := h.post(sent{"pipeline", zipped(both), []string{"Content-Type: application/json", "Content-Encoding: gzip"}}); w.Code != 200 || !strings.Contains(w.Body.String(), `"1"`) {
				t.Errorf("%s: then %d %s", c.name, w.Code, w.Body)
			}
			good++
		}
		h.holds("the good ones", indicator, map[int]counted{0: {int64(good) * 1000, int64(good) * 1000}})
		h.holds("of the histogram", fast, nil)
	})
}

// TestAnExportCountsForTheTeamsOfTheCaller sends the same point as several.
func TestAnExportCountsForTheTeamsOfTheCaller(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		of := origin.Origin{OTLP: &origin.OTLP{Metric: "http.requests", Good: notServerErrors}}
		checkout, finder := h.receives("checkout", "received", of), h.receives("finder", "received", of)
		for i, as := range []string{"pipeline", "ada", "bob", "stranger", "administrator"} {
			w := h.post(sent{as, points(aPoint(fmt.Sprintf(`"asInt":"%d","attributes":[{"key":"as","value":{"stringValue":"%s"}}]`, 1<<i, as))), []string{"Content-Type: application/json"}})
			if w.Code != 200 || w.Body.String() != "{}" {
				t.Errorf("%s: %d %s", as, w.Code, w.Body)
			}
		}
		h.holds("of payments", checkout, map[int]counted{0: {19_000, 19_000}}) // 1 + 2 + 16
		h.holds("of search", finder, map[int]counted{0: {28_000, 28_000}})     // 4 + 8 + 16
		// What is retired counts no more, once that is read.
		v, _, err := h.app.SLOs.Find(h.system(), objectives.Name{Service: "checkout", SLO: "received"})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.app.SLOs.Retire(h.system(), v.SLO.ID, v.SLO.Version, ""); err != nil {
			t.Fatal(err)
		}
		h.clock.Advance(6 * time.Second) // beyond what is remembered of who wants what
		h.post(sent{"pipeline", points(`{"asInt":"1","timeUnixNano":"` + fmt.Sprint(start.UnixNano()+1) + `"}`), []string{"Content-Type: application/json"}})
		h.holds("of payments, retired", checkout, map[int]counted{0: {19_000, 19_000}})
	})
}

// TestAnExportIsBounded sends more points, streams and wishes than are looked at.
func TestAnExportIsBounded(t *testing.T) {
	t.Parallel()
	h := open(t, "")
	h.furnish()
	indicator := h.receives("checkout", "received", origin.Origin{OTLP: &origin.OTLP{Metric: "http.requests", Good: notServerErrors}})
	export := func(from, to int) *colpb.ExportMetricsServiceResponse {
		var list []*metricspb.NumberDataPoint
		for i := from; i < to; i++ {
			list = append(list, &metricspb.NumberDataPoint{
				TimeUnixNano: uint64(start.UnixNano()), Value: &metricspb.NumberDataPoint_AsInt{AsInt: 1},
				Attributes: []*commonpb.KeyValue{{Key: "n", Value: &commonpb.AnyValue{Value: &commonpb.AnyValue_IntValue{IntValue: int64(i)}}}},
			})
		}
		body, err := proto.Marshal(&colpb.ExportMetricsServiceRequest{ResourceMetrics: []*metricspb.ResourceMetrics{{ScopeMetrics: []*metricspb.ScopeMetrics{{Metrics: []*metricspb.Metric{{
			Name: "http.requests", Data: &metricspb.Metric_Sum{Sum: &metricspb.Sum{AggregationTemporality: 1, IsMonotonic: true, DataPoints: list}},
		}}}}}}})
		if err != nil {
			t.Fatal(err)
		}
		w := h.post(sent{"pipeline", body, nil})
		var response colpb.ExportMetricsServiceResponse
		if err := proto.Unmarshal(w.Body.Bytes(), &response); err != nil || w.Code != 200 {
			t.Fatalf("%d %v", w.Code, err)
		}
		return &response
	}
	if p := export(0, 10_003).GetPartialSuccess(); p.GetRejectedDataPoints() != 3 || !strings.Contains(p.GetErrorMessage(), "at most 10000 at a time") {
		t.Errorf("of 10,003 points: %v", p)
	}
	if p := export(9_998, 10_002).GetPartialSuccess(); p.GetRejectedDataPoints() != 2 || !strings.Contains(p.GetErrorMessage(), "an indicator counts at most 10000") {
		t.Errorf("of 4 points, 2 of which were counted: %v", p)
	}
	h.holds("10,000 streams", indicator, map[int]counted{0: {10_000_000, 10_000_000}})
}
