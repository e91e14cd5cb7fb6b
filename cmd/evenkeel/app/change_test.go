package app_test

import (
	"testing"
	"time"
)

func TestAPipelineTellsOfAChangeAndItsTeamAmendsIt(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		const of = "/v1/services/checkout/changes"
		began := start.Add(-time.Hour).Format(time.RFC3339)
		tell := call{as: "pipeline", method: "POST", path: of, header: []string{"Idempotency-Key: once"},
			body: `{"externalId":"run-1","kind":"deploy","release":"2.14.0","link":"https://ci.example.org/1","author":"Ada","startedAt":"` + began + `"}`}
		made := h.must(201, tell)
		if again := h.must(201, tell); again.text("id") != made.text("id") || again.header.Get("Idempotency-Replayed") != "true" {
			t.Error("what is told again is another change")
		}
		one := made.header.Get("Location")
		if one != of+"/"+made.text("id") || made.object()["endedAt"] != nil || made.text("outcome") != "unknown" || made.header.Get("ETag") != `"1"` {
			t.Errorf("told is %s at %s", made.body, one)
		}
		ended := h.must(201, call{as: "pipeline", method: "POST", path: of, body: `{"externalId":"run-1","kind":"deploy","release":"2.14.0","endedAt":"` + start.Add(-50*time.Minute).Format(time.RFC3339) + `","outcome":"failed"}`})
		if ended.text("id") != made.text("id") || ended.text("startedAt") != began || ended.text("outcome") != "failed" || ended.header.Get("ETag") != `"2"` {
			t.Errorf("it ended as %s", ended.body)
		}
		h.do(call{as: "bob", method: "POST", path: of, body: `{"kind":"flag"}`}).expect(t, 403, "forbidden", "", "members of the owning team")
		h.do(call{as: "ada", method: "POST", path: of, body: `{"kind":"deploy","outcome":"failed"}`}).expect(t, 422, "invalid_input", "/outcome", "endedAt")

		body := `{"kind":"deploy","release":"2.14.1","endedAt":"` + start.Add(-40*time.Minute).Format(time.RFC3339) + `","outcome":"rolled_back"}`
		h.do(call{as: "ada", method: "PUT", path: one, body: body}).expect(t, 428, "precondition_required", "", "If-Match")
		h.do(call{as: "ada", method: "PUT", path: one, header: []string{`If-Match: "1"`}, body: body}).expect(t, 412, "version_mismatch", "", "")
		h.must(200, call{as: "ada", method: "PUT", path: one, header: []string{`If-Match: "2"`}, body: body})
		if got := h.must(200, call{as: "bob", method: "GET", path: one}); got.text("release") != "2.14.1" || got.text("externalId") != "run-1" || got.text("outcome") != "rolled_back" {
			t.Errorf("it is %s", got.body)
		}
		for query, want := range map[string]int{"": 1, "?kind=deploy": 1, "?kind=flag": 0, "?from=" + began: 1, "?to=" + began: 0} {
			if got := h.must(200, call{as: "bob", method: "GET", path: of + query}).items(); len(got) != want {
				t.Errorf("%q lists %v, want %d", query, got, want)
			}
		}
		h.must(204, call{as: "ada", method: "DELETE", path: one, header: []string{`If-Match: "3"`}})
		h.do(call{as: "ada", method: "GET", path: one}).expect(t, 404, "change_not_found", "", "")
	})
}
