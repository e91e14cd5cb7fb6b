package main

import (
	"fmt"
	"math"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/cmd/evenkeel/process"
	"github.com/evenkeel/evenkeel/services/measure/prometheus/promtest"
)

const kindsGuide = "../../docs/how-to/choose-what-an-slo-measures.md"

// TestTheGuideToKindsDoesWhatItSays runs the guide's commands against the program and a
// Prometheus that counted for two hours, 24 slots. In each are 100 requests of which one
// fails and five are slower than 0.3 s, ten orders checked of which one is wrong, 50 received
// of which 49 are processed, and ten reads all found; 250 of 1,000 files are open. The last
// import was at the beginning, so that the data is at most an hour old at the ends of the
// first 12 slots.
func TestTheGuideToKindsDoesWhatItSays(t *testing.T) {
	t.Parallel()
	const slot = 5 * time.Minute
	end := time.Now().UTC().Add(-time.Minute).Truncate(slot) // which has been read from, with the usual delay
	begin := end.Add(-24 * slot)
	series := func(name, labels string, first, each float64) promtest.Series {
		s := promtest.Series{Name: name + `{job="checkout"` + labels + `}`}
		for at := begin; !at.After(end); at = at.Add(slot / 2) {
			s.Samples = append(s.Samples, promtest.Sample{At: at, Value: first + each*float64(at.Sub(begin))/float64(slot)})
		}
		return s
	}
	prometheus := promtest.Start(t, promtest.Options{Series: []promtest.Series{
		series("http_requests_total", `,code="200"`, 0, 99), series("http_requests_total", `,code="500"`, 0, 1),
		series("http_request_duration_seconds_bucket", `,le="0.3"`, 0, 95), series("http_request_duration_seconds_bucket", `,le="+Inf"`, 0, 100),
		series("http_request_duration_seconds_count", "", 0, 100),
		series("import_last_success_timestamp_seconds", "", float64(begin.Unix()), 0),
		series("orders_checked_total", `,result="right"`, 0, 9), series("orders_checked_total", `,result="wrong"`, 0, 1),
		series("orders_received_total", "", 0, 50), series("orders_processed_total", "", 0, 49),
		series("probe_reads_total", `,result="found"`, 0, 10),
		series("process_open_fds", "", 250, 0), series("process_max_fds", "", 1000, 0),
	}})
	r := process.Start(t, process.Options{Dir: t.TempDir()})
	post(t, r, "/v1/data-sources", `{"slug":"prometheus","name":"Prometheus","kind":"prometheus","address":"`+prometheus+`"}`)
	post(t, r, "/v1/teams", `{"slug":"payments","name":"Payments"}`)
	post(t, r, "/v1/services", `{"slug":"checkout","name":"Checkout","team":"payments","kind":"http","tier":2}`)

	page, err := os.ReadFile(kindsGuide)
	if err != nil {
		t.Fatal(err)
	}
	rows := regexp.MustCompile("(?m)^\\| `(\\w+)` \\|.*\\| ([0-9.]+%) \\|").FindAllStringSubmatch(string(page), -1)
	blocks := commands(t, kindsGuide)
	var look strings.Builder
	for _, row := range rows {
		times := url.Values{"from": {begin.Format(time.RFC3339)}, "to": {end.Format(time.RFC3339)}}
		fmt.Fprintf(&look, "curl -sS -H \"$AUTH\" $API/services/checkout/slos/%s\n", row[1])
		fmt.Fprintf(&look, "curl -sS -H \"$AUTH\" \"$API/services/checkout/slos/%s/measurements?%s\"\n", row[1], times.Encode())
	}
	g := follow(t, r.Dir(), append(blocks, look.String()), strings.NewReplacer("http://127.0.0.1:8080", r.Base()))
	last := len(blocks)
	wanted := map[string][2]float64{
		"availability": {99 * 24, 100 * 24}, "latency": {95 * 24, 100 * 24}, "freshness": {12, 24}, "correctness": {9 * 24, 10 * 24},
		"coverage": {49 * 24, 50 * 24}, "durability": {10 * 24, 10 * 24}, "throughput": {24, 24}, "saturation": {24, 24},
	}
	if len(rows) != len(wanted) {
		t.Fatalf("the page's table has %d kinds, want %d", len(rows), len(wanted))
	}
	for n, row := range rows {
		g.expect(last, 2*n, "indicator.category", row[1])
		g.expect(last, 2*n, "objective", row[2])
		var good, total float64
		slots, _ := g.said(last, 2*n+1, "reporters.0.slots").([]any)
		for _, s := range slots {
			counted := s.(map[string]any)
			good, total = good+counted["good"].(float64), total+counted["total"].(float64)
		}
		if want := wanted[row[1]]; math.Abs(good-want[0]) > 1e-6 || math.Abs(total-want[1]) > 1e-6 {
			t.Errorf("of %s %g of %g events are good, want %g of %g", row[1], good, total, want[0], want[1])
		}
	}
}
