package app_test

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// TestAMonthOfAnSLAComesToAVerdict goes over the end of March in Berlin, where summer
// time began: the month ends at 22:00 UTC, and is closed a day later.
func TestAMonthOfAnSLAComesToAVerdict(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		const acme = "/v1/services/checkout/slas/acme"
		key := []string{"Idempotency-Key: once"}
		declare := call{as: "ada", method: "POST", path: "/v1/services/checkout/slas", header: key, body: agreement(`"timeZone":"Europe/Berlin"`, `"validFrom":"2026-03-01"`)}
		made := h.must(201, declare)
		if again := h.must(201, declare); again.text("id") != made.text("id") || again.header.Get("Idempotency-Replayed") != "true" {
			t.Error("a repeated declaration makes another SLA")
		}
		if made.header.Get("Location") != acme || made.text("validFrom") != "2026-02-28T23:00:00Z" {
			t.Errorf("made is %s at %s", made.body, made.header.Get("Location"))
		}
		push := func(at string, good, total string) {
			h.must(200, call{as: "pipeline", method: "POST", path: "/v1/services/checkout/slos/availability/measurements", body: slots(`"start":"` + at + `","good":` + good + `,"total":` + total)})
		}
		now := func(to string) {
			at, err := time.Parse(time.RFC3339, to)
			if err != nil {
				t.Fatal(err)
			}
			h.clock.Advance(at.Sub(h.clock.Now()))
		}
		job := func() {
			h.must(201, call{as: "administrator", method: "POST", path: "/v1/jobs/close-sla-periods/runs"})
			h.clock.Advance(time.Second)
		}
		verdicts := func() (out []string) {
			for _, p := range h.must(200, call{as: "bob", method: "GET", path: acme + "/periods"}).items() {
				out = append(out, p["start"].(string)+" "+p["end"].(string)+" "+p["verdict"].(string)+" "+p["credit"].(string))
			}
			return out
		}
		push("2026-03-10T12:00:00Z", "994", "1000")
		if current := h.must(200, call{as: "bob", method: "GET", path: acme + "/status"}).object()["current"].(map[string]any); current["sli"] != 0.994 || current["total"] != 1000.0 {
			t.Errorf("the current period is %v", current)
		}
		now("2026-04-01T21:59:00Z")
		push("2026-03-31T21:59:00Z", "996", "1000") // the last minute of March
		push("2026-03-31T22:00:00Z", "0", "1000")   // April's
		job()
		if got := verdicts(); len(got) != 0 {
			t.Errorf("closed before the grace was over: %q", got)
		}
		now("2026-04-01T22:00:01Z")
		job()
		job()
		want := []string{"2026-02-28T23:00:00Z 2026-03-31T22:00:00Z breached 10%"} // 1990 of 2000 are 99.5 %
		if got := verdicts(); !slices.Equal(got, want) {
			t.Fatalf("closed are %q, want %q", got, want)
		}
		h.clock.Advance(23 * time.Hour)
		push("2026-03-20T00:00:00Z", "0", "10000") // after it was closed
		h.clock.Advance(time.Hour)
		job()
		report := h.must(200, call{as: "bob", method: "GET", path: "/v1/slas/report?customer=Acme&from=2026-03-01&to=2026-04-01"}).object()
		one := report["slas"].([]any)[0].(map[string]any)
		if period := one["periods"].([]any)[0].(map[string]any); len(one["periods"].([]any)) != 1 || period["total"] != 12000.0 || period["credit"] != "25%" {
			t.Errorf("the report says %v", one)
		} else if closed := period["asClosed"].(map[string]any); closed["sli"] != 0.995 || closed["credit"] != "10%" || closed["margin"] != -0.004 || period["restatedAt"] == nil {
			t.Errorf("of what it was closed with the report says %v", period)
		}
		explained := h.must(200, call{as: "bob", method: "GET", path: acme + "/explain"}).object()
		if figures := explained["figures"].([]any); len(figures) != 13 || explained["slo"].(map[string]any)["slug"] != "availability" || explained["measured"].(map[string]any)["text"] == "" {
			t.Errorf("it is explained by %v", explained)
		}
		h.do(call{as: "bob", method: "GET", path: "/v1/slas/report?customer=Nobody&from=2026-03-01&to=2026-04-01"}).expect(t, 404, "customer_not_found", "", "Nobody")
		h.do(call{as: "bob", method: "GET", path: "/v1/slas/report?customer=Acme&from=2026-03-01&to=2028-04-01"}).expect(t, 422, "invalid_input", "query.to", "400 days")
		if got := h.must(200, call{as: "bob", method: "GET", path: "/v1/slas?customer=Acme"}).items(); len(got) != 1 || got[0]["slo"].(map[string]any)["slug"] != "availability" {
			t.Errorf("the customer has %v", got)
		}

		// A looser SLO is warned of when it is written.
		revised := h.must(200, call{as: "ada", method: "PUT", path: "/v1/services/checkout/slos/availability", header: []string{`If-Match: "1"`}, body: slo(`"objective":"99%"`)})
		if !strings.Contains(string(revised.body), `"code":"slo_looser_than_sla"`) {
			t.Errorf("nothing is said of an SLO looser than its SLA: %s", revised.body)
		}
		h.do(call{as: "bob", method: "PUT", path: acme, header: []string{`If-Match: "1"`}, body: agreement()}).expect(t, 403, "forbidden", "", "members of the owning team")
		h.do(call{as: "ada", method: "PUT", path: acme, body: agreement()}).expect(t, 428, "precondition_required", "", "")
		h.do(call{as: "ada", method: "PUT", path: acme, header: []string{`If-Match: "1"`}, body: agreement(`"timeZone":"UTC"`)}).expect(t, 422, "invalid_input", "/timeZone", "must stay")
		changed := h.must(200, call{as: "robot", method: "PUT", path: acme, header: []string{`If-Match: "1"`}, body: agreement(`"target":"99%"`, `"credits":[]`)})
		if changed.object()["revision"] != 2.0 {
			t.Errorf("changed terms are revision %v", changed.object()["revision"])
		}
		h.do(call{as: "robot", method: "POST", path: acme + "/end", header: []string{`If-Match: "2"`}, body: `{}`}).expect(t, 403, "forbidden", "", "")
		h.must(200, call{as: "ada", method: "POST", path: acme + "/end", header: []string{`If-Match: "2"`}, body: `{"reason":"over"}`})
		h.do(call{as: "ada", method: "PUT", path: acme, header: []string{`If-Match: "3"`}, body: agreement()}).expect(t, 409, "sla_ended", "", "declare another")
	})
}

// agreement is an SLA that is right, with members changed or added.
func agreement(changes ...string) string {
	return with(`{"slug":"acme","customer":"Acme","slo":"availability","target":"99.9%","credits":[{"below":"99.9%","credit":"10%"},{"below":"99%","credit":"25%"}]}`, changes...)
}
