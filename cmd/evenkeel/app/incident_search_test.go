package app_test

import (
	"strings"
	"testing"
	"time"
)

func TestIncidentsAreFoundByWhatIsWrittenOfThem(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		declare := func(changes ...string) string {
			t.Helper()
			return h.must(201, call{as: "ada", method: "POST", path: "/v1/incidents", body: ofIncident(changes...)}).text("id")
		}
		one := declare(`"tags":["deploy"]`, `"causes":["own-code-or-procedure"]`)
		two := declare(`"title":"Balances are late"`, `"services":[{"service":"ledger","role":"affected"}]`)
		three := declare(`"title":"Checkout is slow"`, `"tags":["deploy"]`)
		found := func(words string) string {
			t.Helper()
			var out []string
			for _, hit := range h.must(200, call{as: "bob", method: "GET", path: "/v1/incidents/search?q=" + words}).items() {
				out = append(out, hit["id"].(string)+" "+hit["kind"].(string))
			}
			return strings.Join(out, ", ")
		}
		if got := found("balances"); got != two+" incident" {
			t.Errorf("found %q", got)
		}
		note := h.must(201, call{as: "ada", method: "POST", path: "/v1/incidents/" + two + "/timeline", body: `{"text":"The <b>queue</b> is full."}`})
		if got := found("balances+queue"); got != two+" note" {
			t.Errorf("found by its note %q", got)
		}
		hit := h.must(200, call{as: "bob", method: "GET", path: "/v1/incidents/search?q=%22queue%22"}).items()[0]
		if parts := hit["snippet"].([]any); len(parts) != 3 || parts[1].(map[string]any)["text"] != "queue" || parts[1].(map[string]any)["hit"] != true || hit["subject"] != note.text("id") {
			t.Errorf("the hit is %v", hit)
		}
		h.must(200, call{as: "ada", method: "PUT", path: note.header.Get("Location"), header: []string{`If-Match: "1"`}, body: `{"text":"The disk is full."}`})
		if got := found("queue"); got != "" {
			t.Errorf("found by what it said before %q", got)
		}
		h.must(204, call{as: "ada", method: "DELETE", path: note.header.Get("Location"), header: []string{`If-Match: "2"`}})
		if got := found("disk"); got != "" {
			t.Errorf("found by what is withdrawn %q", got)
		}
		lines := `{"at":"` + start.UTC().Format(time.RFC3339) + `","text":"Paged Grace.","sourceKey":"1"}` + "\n"
		for range 2 {
			h.must(200, call{as: "ada", method: "POST", path: "/v1/incidents/" + two + "/timeline/import", header: []string{"Content-Type: application/x-ndjson"}, body: lines})
		}
		if got := found("grace"); got != two+" note" {
			t.Errorf("found by what was imported twice %q", got)
		}
		h.must(200, call{as: "ada", method: "PUT", path: "/v1/incidents/" + two, header: []string{`If-Match: "1"`}, body: ofIncident(`"title":"Figures are late"`, `"services":[{"service":"ledger","role":"affected"}]`)})
		if got := found("figures"); got != two+" incident" {
			t.Errorf("found by its new title %q", got)
		}
		h.must(201, call{as: "ada", method: "PUT", path: "/v1/incidents/" + one + "/postmortem", body: `{}`})
		begun := h.must(200, call{as: "bob", method: "GET", path: "/v1/incidents/" + one + "/postmortem"})
		h.must(200, call{as: "ada", method: "PUT", path: "/v1/incidents/" + one + "/postmortem/text", header: []string{"If-Match: " + begun.header.Get("ETag")}, body: `{"text":"## Summary\n\nThe connection pool was exhausted.\n"}`})
		if got := found("checkout+%22pool+was%22"); got != one+" postmortem" {
			t.Errorf("found by its postmortem %q", got)
		}
		h.do(call{as: "bob", method: "GET", path: "/v1/incidents/search"}).expect(t, 422, "invalid_input", "query.q", "")
		h.do(call{as: "bob", method: "GET", path: "/v1/incidents/search?q=a&after=nonsense"}).expect(t, 422, "invalid_input", "query.after", "")
		if got := found("%22%2A"); got != "" {
			t.Errorf("what has no word finds %q", got)
		}

		alike := h.must(200, call{as: "bob", method: "GET", path: "/v1/incidents/" + one + "/similar"}).items()
		if len(alike) != 1 || alike[0]["id"] != three || len(alike[0]["services"].([]any)) != 1 || len(alike[0]["tags"].([]any)) != 1 || alike[0]["words"].([]any)[0] != "checkout" {
			t.Errorf("alike are %v", alike)
		}
	})
}

// One incident was detected five minutes after its start, and mitigated and resolved ten minutes
// after that; of the other one nothing is known but that it was detected when it was declared, an
// hour after its start.
func TestStatisticsOfIncidentsAreTold(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		at := func(minutesAgo int) string {
			return `"` + start.Add(-time.Duration(minutesAgo)*time.Minute).UTC().Format(time.RFC3339) + `"`
		}
		h.must(201, call{as: "ada", method: "POST", path: "/v1/incidents", body: ofIncident(`"status":"resolved"`, `"detectedAt":`+at(55), `"mitigatedAt":`+at(45), `"resolvedAt":`+at(45), `"causes":["own-code-or-procedure"]`)})
		h.must(201, call{as: "ada", method: "POST", path: "/v1/incidents", body: ofIncident(`"severity":"sev3"`, `"onCallIntervened":true`)})
		for query, want := range map[string]float64{"": 2, "?team=engineering": 2, "?team=payments": 2, "?team=search": 0, "?service=checkout&severity=sev3": 1, "?service=ledger": 0, "?to=2026-03-01T00:00:00Z": 0} {
			if got := h.must(200, call{as: "bob", method: "GET", path: "/v1/incident-statistics" + query}).object()["incidents"]; got != want {
				t.Errorf("%q: %v incidents, want %v", query, got, want)
			}
		}
		s := h.must(200, call{as: "bob", method: "GET", path: "/v1/incident-statistics?timeZone=Europe/Berlin"}).object()
		detect, resolve := s["detect"].(map[string]any), s["resolve"].(map[string]any)
		if values := detect["values"].([]any); len(values) != 2 || values[0] != 300.0 || values[1] != 3600.0 || detect["quantiles"] != nil {
			t.Errorf("detected %v", detect)
		}
		if resolve["n"] != 1.0 || resolve["unknown"] != 1.0 || resolve["values"].([]any)[0] != 900.0 || len(resolve["bins"].([]any)) != 15 {
			t.Errorf("resolved %v", resolve)
		}
		repeats := s["repeats"].([]any)
		if len(repeats) != 1 || repeats[0].(map[string]any)["service"].(map[string]any)["slug"] != "checkout" || s["periodLength"] != "week" || s["timeZone"] != "Europe/Berlin" {
			t.Errorf("%v", s)
		}
		// 14 March 2026 is a Saturday.
		shifts := s["onCall"].(map[string]any)["shifts"].([]any)
		if last := shifts[len(shifts)-1].(map[string]any); last["incidents"] != 2.0 || last["outOfHours"] != 2.0 || last["intervened"] != 1.0 || last["whole"] != false {
			t.Errorf("the last shift is %v", last)
		}
		h.do(call{as: "bob", method: "GET", path: "/v1/incident-statistics?timeZone=Mars"}).expect(t, 422, "invalid_input", "query.timeZone", "Europe/Berlin")
		h.do(call{as: "bob", method: "GET", path: "/v1/incident-statistics?team=nothing"}).expect(t, 422, "invalid_input", "query.team", "")
		h.do(call{as: "bob", method: "GET", path: "/v1/incident-statistics?from=2020-01-01T00:00:00Z"}).expect(t, 422, "invalid_input", "query.from", "two years")
	})
}
