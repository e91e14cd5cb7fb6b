package app_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/services/measure/prometheus/promtest"
)

// later stands before a Prometheus that is started when its rules are known, and counts
// what it is asked.
type later struct {
	*httptest.Server
	target         atomic.Pointer[url.URL]
	queries, looks atomic.Int64
	last           atomic.Value // the query that was asked last
}

func newLater(t *testing.T) *later {
	l := new(later)
	through := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(l.target.Load()) }}
	l.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/rules") {
			l.looks.Add(1)
		} else {
			l.queries.Add(1)
			text, err := io.ReadAll(r.Body)
			asked, wrong := url.ParseQuery(string(text))
			if err := errors.Join(err, wrong); err != nil {
				t.Error(err)
			}
			l.last.Store(asked.Get("query"))
			r.Body = io.NopCloser(bytes.NewReader(text))
		}
		through.ServeHTTP(w, r)
	}))
	t.Cleanup(l.Close)
	return l
}

// The rules that the API writes are installed in a real Prometheus, which holds what they recorded
// of a time when it was not there: of each slot of five minutes 80 good of 100 events, where the
// counters say 90 of 100, so that it is seen which were read. Of the second SLO the slot that ends
// at 12:40 was not recorded, and no other since.
func TestSLOsWhoseRulesAreInstalledAreReadByOneQueryASlot(t *testing.T) {
	t.Parallel()
	h := open(t, "")
	h.furnish()
	prometheus := newLater(t)
	h.make("administrator", "source", "/v1/data-sources", dataSource(`"slug":"flaky"`, fmt.Sprintf(`"address":%q`, prometheus.URL)))
	slugs := []string{"first", "second", "third"}
	var series []promtest.Series
	for _, slug := range slugs {
		h.make("ada", "slo "+slug, "/v1/services/checkout/slos", asked(slug))
		series = append(series, counters(slug, [2]float64{90, 10}, [2]float64{90, 10})...)
		for name, v := range map[string]float64{"good": 80, "total": 100} {
			s := promtest.Series{Name: fmt.Sprintf(`slo:%s_events:slot5m{evenkeel_service="checkout",evenkeel_slo=%q}`, name, slug)}
			for n := range 30 {
				if end := start.Add(time.Duration(5*n) * time.Minute); slug != "second" || end.Before(start.Add(40*time.Minute)) {
					s.Samples = append(s.Samples, promtest.Sample{At: end.Add(137 * time.Second), Value: v})
				}
			}
			series = append(series, s)
		}
	}
	file := filepath.Join(t.TempDir(), "rules.yaml")
	if err := os.WriteFile(file, h.must(200, call{as: "rita", method: "GET", path: "/v1/prometheus-rules?dataSource=flaky"}).body, 0o600); err != nil {
		t.Fatal(err)
	}
	base, err := url.Parse(promtest.Start(t, promtest.Options{Series: series, Config: fmt.Sprintf("rule_files: [%q]\n", file)}))
	if err != nil {
		t.Fatal(err)
	}
	prometheus.target.Store(base)
	var once sync.Once
	slot := func() (queries int64) {
		before := prometheus.queries.Load()
		h.runs("collect-measurements")
		queries = prometheus.queries.Load() - before
		h.runs("evaluate-budgets")
		once.Do(func() { h.runs("backfill", "evaluate-budgets") })
		return queries
	}
	sums := func(slug string) (good, total float64) {
		w := h.must(200, call{as: "rita", method: "GET", path: "/v1/services/checkout/slos/" + slug + "/status"}).object()["window"].(map[string]any)
		return w["good"].(float64), w["total"].(float64)
	}
	if n := slot(); n != 6 { // at noon, by their own
		t.Errorf("the first time there were %d queries", n)
	}
	// By what was recorded after the first look and a minute: the slots of 12:05 to 12:20 are the
	// first four of which all was, and that of 12:20 can be read 5:15 after it ended.
	var n int64
	for minute := 5; minute <= 30; minute += 5 {
		h.clock.Advance(5 * time.Minute)
		n = slot()
	}
	if n != 1 {
		t.Errorf("with installed rules there were %d queries for three SLOs", n)
	}
	recording, _ := h.must(200, call{as: "rita", method: "GET", path: "/v1/services/checkout/slos/first/collection"}).object()["recording"].(map[string]any)
	if recording["group"] != "evenkeel-checkout-first" || recording["file"] != file || recording["total"] != "slo:total_events:slot5m" || recording["labels"].(map[string]any)["evenkeel_slo"] != "first" {
		t.Errorf("the collection names %v", recording)
	}
	good, total := sums("first")
	h.clock.Advance(5 * time.Minute)
	n = slot()
	if more, all := sums("first"); n != 1 || more-good != 80 || all-total != 100 {
		t.Errorf("another slot was read by %d queries as %g of %g events", n, more-good, all-total)
	}
	measured := h.must(200, call{as: "rita", method: "GET", path: "/v1/services/checkout/slos/first/explain"}).object()["measured"].(map[string]any)
	of := measured["recording"].(map[string]any)
	if is := prometheus.last.Load(); of["query"] != is || of["group"] != recording["group"] || of["good"] != "slo:good_events:slot5m" || of["since"] != recording["since"] || recording["query"] != is {
		t.Errorf("it is explained by %v, and the query was %v", of, is)
	}
	// Of the newest slot and three before it that are read again, and the time until the last of them is recorded: 5 × 5 minutes.
	if is := prometheus.last.Load(); is != `{__name__=~"slo:good_events:slot5m|slo:total_events:slot5m"}[25m]` {
		t.Errorf("the query was %v", is)
	}
	if text := measured["text"].(string); !strings.HasPrefix(text, `Read from the data source "flaky": two queries count`) || !strings.Contains(text, `the group "evenkeel-checkout-first" in `+file+`: good events from slo:good_events:slot5m{evenkeel_service="checkout",evenkeel_slo="first"}, all events from slo:total_events:slot5m{`) {
		t.Errorf("it is said that %s", text)
	}
	// At 12:45 the four slots that end at 12:25 to 12:40 are read, and of the second one of them was
	// not recorded: its two queries give 90 of each, of which three were read as 80 before.
	for range 2 {
		good, total = sums("second")
		h.clock.Advance(5 * time.Minute)
		n = slot()
	}
	if more, all := sums("second"); n != 3 || more-good != 90+3*10 || all-total != 100 {
		t.Errorf("with a slot that was not recorded there were %d queries, and %g of %g events more", n, more-good, all-total)
	}
	// Of what is declared since there are no rules.
	h.make("ada", "slo fourth", "/v1/services/checkout/slos", asked("fourth"))
	if got := h.must(200, call{as: "rita", method: "GET", path: "/v1/services/checkout/slos/fourth/collection"}).object(); got["recording"] != nil {
		t.Errorf("without rules it is read from %v", got["recording"])
	}
	if got := h.must(200, call{as: "rita", method: "GET", path: "/v1/services/checkout/slos/fourth/explain"}).object()["measured"].(map[string]any); got["recording"] != nil || strings.Contains(got["text"].(string), "rules") {
		t.Errorf("without rules it is explained by %v", got)
	}
	if n := prometheus.looks.Load(); n < 5 || n > 12 {
		t.Errorf("in 45 minutes there were %d looks", n)
	}
}
