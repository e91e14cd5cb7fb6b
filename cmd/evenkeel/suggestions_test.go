package main

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/cmd/evenkeel/process"
	"github.com/evenkeel/evenkeel/services/measure/prometheus/promtest"
)

const suggestions = "../../docs/how-to/let-evenkeel-suggest-slos.md"

// counted is a counter that was scraped every 100 s for two days and grew by one step
// each time, by another during an hour half a day before the end.
func counted(end time.Time, name string, step, then float64) promtest.Series {
	s := promtest.Series{Name: name}
	begin, incident, v := end.Add(-48*time.Hour), end.Add(-12*time.Hour), 0.0
	for at := begin; !at.After(end); at = at.Add(100 * time.Second) {
		s.Samples = append(s.Samples, promtest.Sample{At: at, Value: v})
		if next := at.Add(100 * time.Second); next.After(incident) && !next.After(incident.Add(time.Hour)) {
			v += then
		} else {
			v += step
		}
	}
	return s
}

// TestTheGuideToSuggestionsDoesWhatItSays runs the guide's commands against the
// program and a Prometheus with a service as OpenTelemetry measures it: 100 requests
// and no errors in 100 s, beside which there are 10 errors in an hour. What is expected
// is worked out by hand: 360 errors of 173,160 requests are 0.208 %, more than 80 % of
// 0.1 % and less than 80 % of 0.5 %.
func TestTheGuideToSuggestionsDoesWhatItSays(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(suggestions)
	if err != nil {
		t.Fatal(err)
	}
	// Evenkeel's newest slot may be one earlier: its data sources' delay is a minute.
	end := time.Now().UTC().Truncate(5 * time.Minute)
	const name, labels = "http_server_request_duration_seconds_count", `job="shop/checkout",namespace="shop",http_request_method="GET"`
	prometheus := promtest.Start(t, promtest.Options{Series: []promtest.Series{
		counted(end, name+`{`+labels+`,http_response_status_code="200"}`, 100, 100),
		counted(end, name+`{`+labels+`,http_response_status_code="500"}`, 0, 10),
		counted(end, name+`{job="other",namespace="other",http_response_status_code="200"}`, 1, 1),
	}})

	// The templates are those of the guide, so that they are read too.
	dir := t.TempDir()
	templates := filepath.Join(dir, "templates.yaml")
	yaml := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindSubmatch(text)
	if yaml == nil {
		t.Fatal("the guide has no templates")
	}
	if err := os.WriteFile(templates, yaml[1], 0o600); err != nil {
		t.Fatal(err)
	}
	r := process.Start(t, process.Options{Dir: dir, Env: []string{"EVENKEEL_SUGGESTIONS_TEMPLATES=" + templates}})
	for _, made := range []struct{ path, body string }{
		{"/v1/data-sources", `{"slug":"prometheus-eu","name":"Prometheus","kind":"prometheus","address":"` + prometheus + `"}`},
		{"/v1/teams", `{"slug":"payments","name":"Payments"}`},
		{"/v1/services", `{"slug":"checkout","name":"Checkout","team":"payments","kind":"http","tier":2}`},
	} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, r.Base()+made.path, strings.NewReader(made.body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+r.Token())
		req.Header.Set("Content-Type", "application/json")
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != http.StatusCreated {
			t.Fatalf("POST %s answers %d", made.path, resp.StatusCode)
		}
	}

	f := follow(t, dir, commands(t, suggestions), strings.NewReplacer("http://127.0.0.1:8080", r.Base()))
	for path, want := range map[string]any{
		"more": 0.0, "items.0.template": "otel-http-server", "items.0.templateVersion": 1.0, "items.0.title": "HTTP server, OpenTelemetry", "items.0.indicator": "availability",
		"items.0.series": 2.0, "items.0.labels.job": "shop/checkout", "items.0.objective": "99.5%", "items.0.measured.missingSlots.no_sample": 26 * 288.0,
		"items.0.alerts.0.pair": "1h/5m", "items.0.alerts.0.severity": "page",
	} {
		if path == "items.0.measured.missingSlots.no_sample" {
			// One more where the newest slot was not to be read yet.
			if got, _ := at(f.replies[0][0], path).(float64); got != want && got != want.(float64)+1 {
				t.Errorf("%s is %v", path, got)
			}
			continue
		}
		f.expect(0, 0, path, want)
	}
	if items := f.replies[0][0]["items"].([]any); len(items) != 1 {
		t.Errorf("there are %d suggestions", len(items))
	}
	// The body that the guide sends is the one that was suggested.
	sent, err := os.ReadFile(filepath.Join(dir, "availability.json"))
	if err != nil {
		t.Fatal(err)
	}
	var guide map[string]any
	if err := json.Unmarshal(sent, &guide); err != nil {
		t.Fatal(err)
	}
	if suggested := at(f.replies[0][0], "items.0.slo"); !reflect.DeepEqual(suggested, guide) {
		t.Errorf("suggested was %v, the guide declares %v", suggested, guide)
	}
	f.expect(1, 0, "enforcement", "observed")
	f.expect(1, 0, "revision", 1.0)
	f.expect(2, 0, "enforcement", "policy")
	f.expect(2, 0, "revision", 2.0)
	f.expect(2, 0, "reviewer", "Ada Lovelace")
}
