package app_test

import (
	"strings"
	"testing"
	"time"
)

// Checkout had 10 bad of 10,000 events and 99.9 % promised: its whole budget, at a weight of
// 0.5. Finder had 5 bad of 10,000 at 99.9 %: half of its own. Together 0.5 + 0.5 = 1.0 of
// the budget, half of it by each.
func TestACompositeOfSeveralServicesIsDeclaredAndStands(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		const of = "/v1/composites/buying"
		declare := call{as: "ada", method: "POST", path: "/v1/composites", header: []string{"Idempotency-Key: once"}, body: composed()}
		made := h.must(201, declare)
		if again := h.must(201, declare); again.text("id") != made.text("id") || again.header.Get("Idempotency-Replayed") != "true" {
			t.Error("a repeated declaration makes another composite")
		}
		if made.header.Get("Location") != of || made.text("state") != "no_data" || made.object()["objective"] != nil || made.object()["journey"].(map[string]any)["name"] != "Buy a book" {
			t.Errorf("made is %s at %s", made.body, made.header.Get("Location"))
		}
		h.must(200, call{as: "pipeline", method: "POST", path: "/v1/services/checkout/slos/availability/measurements", body: slots(at(2*time.Minute) + `,"good":9990,"total":10000`)})
		h.must(200, call{as: "stranger", method: "POST", path: "/v1/services/finder/slos/availability/measurements", body: slots(at(2*time.Minute) + `,"good":9995,"total":10000`)})
		h.must(201, call{as: "administrator", method: "POST", path: "/v1/jobs/evaluate-budgets/runs"})

		status := h.must(200, call{as: "bob", method: "GET", path: of + "/status"}).object()
		members := status["members"].([]any)
		first, second := members[0].(map[string]any), members[1].(map[string]any)
		if status["state"] != "exhausted" || status["burned"] != 1.0 || status["remaining"] != 0.0 || status["sli"] != nil || status["judged"] != true {
			t.Errorf("it stands so: %v", status)
		}
		if first["share"] != 0.5 || first["burn"] != 1.0 || first["burned"] != 0.5 || second["share"] != 0.5 || second["burn"] != 0.5 || second["counts"] != "measured" {
			t.Errorf("members have %v and %v", first, second)
		}
		if e := h.must(200, call{as: "bob", method: "GET", path: of + "/explain"}).object(); e["state"] != "exhausted" || !strings.Contains(e["because"].(string), "nothing of it remains") {
			t.Errorf("explained as %v", e)
		}
		h.clock.Advance(time.Hour)
		points := h.must(200, call{as: "bob", method: "GET", path: of + "/history?stepSeconds=86400"}).object()["points"].([]any)
		if last := points[len(points)-1].(map[string]any); last["remaining"] != 0.0 || points[0].(map[string]any)["remaining"] != nil {
			t.Errorf("the history is %v", points)
		}
		h.do(call{as: "bob", method: "GET", path: of + "/history?stepSeconds=5400"}).expect(t, 422, "invalid_input", "query.stepSeconds", "whole hours")

		for query, want := range map[string]int{"": 1, "?service=finder": 1, "?service=ledger": 0, "?service=finder&slo=availability": 1, "?service=checkout&slo=latency": 0, "?team=payments": 1, "?team=search": 0, "?system=shop": 0, "?state=exhausted": 1, "?state=ok": 0} {
			if got := h.must(200, call{as: "bob", method: "GET", path: "/v1/composites" + query}).items(); len(got) != want {
				t.Errorf("%q lists %d, want %d", query, len(got), want)
			}
		}

		h.do(call{as: "bob", method: "GET", path: "/v1/composites?slo=availability"}).expect(t, 422, "invalid_input", "query.service", "is required")
		h.do(call{as: "bob", method: "GET", path: "/v1/composites?service=finder&slo=beauty"}).expect(t, 422, "invalid_input", "query.slo", "names nothing")
		for service, want := range map[string]float64{"finder": 1, "ledger": 0} {
			if got := h.must(200, call{as: "bob", method: "GET", path: "/v1/services/" + service + "/retire"}).object()["composites"]; got != want {
				t.Errorf("%v composites lose a member when %s is retired, want %v", got, service, want)
			}
		}

		of2 := strings.Replace(composed(), `"journey":{"name":"Buy a book"}`, `"system":"shop"`, 1)
		put := call{as: "ada", method: "PUT", path: of, body: of2}
		h.do(put).expect(t, 428, "precondition_required", "", "If-Match")
		put.header = []string{`If-Match: "9"`}
		h.do(put).expect(t, 412, "version_mismatch", "", "changed by somebody else")
		put.header = []string{`If-Match: "1"`}
		if got := h.must(200, put); got.object()["system"].(map[string]any)["slug"] != "shop" || got.object()["revision"] != 1.0 || got.object()["version"] != 2.0 {
			t.Errorf("revised to %s", got.body)
		}
		if got := h.must(200, call{as: "bob", method: "GET", path: "/v1/composites?system=shop"}).items(); len(got) != 1 {
			t.Error("it is not listed of its system")
		}
		h.do(call{as: "bob", method: "POST", path: "/v1/composites", body: strings.Replace(composed(), "buying", "selling", 1)}).expect(t, 403, "forbidden", "", "members of the owning team")
		h.do(call{as: "ada", method: "POST", path: "/v1/composites", body: strings.Replace(composed(), `"0.5"`, `"0"`, 1)}).expect(t, 422, "invalid_input", "/members/0/weight", "above 0")
		h.must(200, call{as: "ada", method: "POST", path: of + "/retire", header: []string{`If-Match: "2"`}, body: `{"reason":"enough"}`})
		h.do(call{as: "ada", method: "PUT", path: of, header: []string{`If-Match: "3"`}, body: of2}).expect(t, 409, "composite_retired", "", "restore it first")
		h.must(200, call{as: "ada", method: "POST", path: of + "/restore", header: []string{`If-Match: "3"`}, body: `{}`})
		if got := h.must(200, call{as: "bob", method: "GET", path: of + "/revisions"}).items(); len(got) != 1 || got[0]["method"] != "occurrences" {
			t.Errorf("revisions are %v", got)
		}
	})
}

// composed is a composite that is right.
func composed() string {
	return `{"slug":"buying","team":"payments","journey":{"name":"Buy a book"},"method":"occurrences","members":[{"service":"checkout","slo":"availability","weight":"0.5"},{"service":"finder","slo":"availability","missing":"bad"}]}`
}
