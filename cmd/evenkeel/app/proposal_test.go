package app_test

import (
	"strings"
	"testing"
	"time"
)

// TestARelaxingActWaitsForASecondPerson has a violation open: of 99.9 % half are bad.
func TestARelaxingActWaitsForASecondPerson(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		const of = "/v1/services/checkout/slos/availability"
		h.must(200, call{as: "ada", method: "POST", path: of + "/measurements", body: slots(at(2*time.Minute) + `,"good":500,"total":1000`)})
		for _, job := range []string{"evaluate-budgets", "apply-policies"} {
			h.must(201, call{as: "administrator", method: "POST", path: "/v1/jobs/" + job + "/runs"})
			h.clock.Advance(time.Second)
		}
		lower := slo(`"objective":"99%"`)
		h.do(call{as: "ada", method: "PUT", path: of, header: []string{`If-Match: "1"`}, body: lower}).
			expect(t, 409, "second_person_needed", "", "another person has to approve it, as a proposal")
		h.do(call{as: "ada", method: "POST", path: of + "/corrections", body: amendment()}).expect(t, 409, "second_person_needed", "", "a violation of the clause")

		propose := call{as: "ada", method: "POST", path: "/v1/proposals", header: []string{"Idempotency-Key: once"},
			body: `{"reason":"too strict","revision":{"service":"checkout","slo":"availability","version":1,"declaration":` + lower + `}}`}
		made := h.must(201, propose)
		if again := h.must(201, propose); again.text("id") != made.text("id") || made.text("state") != "open" || !strings.Contains(made.text("summary"), "falls from 99.9 % to 99 %") {
			t.Errorf("proposed is %s, and again %s", made.body, again.body)
		}
		if shown := made.object()["document"].(map[string]any)["declaration"].(map[string]any); shown["objective"] != "99%" {
			t.Errorf("the document is %v", shown)
		}
		if ada := h.must(200, call{as: "ada", method: "GET", path: "/v1/me"}).object()["person"].(map[string]any); made.text("personId") == "" || made.text("personId") != ada["id"] {
			t.Errorf("who proposed it is %q, not %v", made.text("personId"), ada["id"])
		}
		one := made.header.Get("Location")
		h.do(call{as: "ada", method: "POST", path: one + "/approval", body: `{}`}).expect(t, 409, "own_proposal", "", "another person")
		h.do(call{as: "bob", method: "POST", path: one + "/approval", body: `{}`}).expect(t, 403, "forbidden", "", "members of the owning team")
		h.do(call{as: "ada", method: "POST", path: "/v1/proposals", body: `{"reason":"nothing"}`}).expect(t, 422, "invalid_input", "", "exactly one of")
		if got := h.must(200, call{as: "bob", method: "GET", path: "/v1/proposals?state=open&service=checkout"}).items(); len(got) != 1 || got[0]["id"] != made.text("id") {
			t.Errorf("open are %v", got)
		}
		approved := h.must(200, call{as: "administrator", method: "POST", path: one + "/approval", body: `{"reason":"agreed"}`})
		if revised := h.must(200, call{as: "bob", method: "GET", path: of}); revised.text("objective") != "99%" || approved.text("state") != "approved" || approved.text("decidedFor") != "agreed" {
			t.Errorf("approved is %s, and revised %s", approved.body, revised.body)
		}
		h.do(call{as: "administrator", method: "POST", path: one + "/rejection", body: `{"reason":"no"}`}).expect(t, 409, "proposal_decided", "", "approved already")
		second := h.must(201, call{as: "ada", method: "POST", path: "/v1/proposals", body: `{"reason":"planned","correction":{"service":"checkout","slo":"availability","declaration":` + amendment() + `}}`})
		if rejected := h.must(200, call{as: "ada", method: "POST", path: second.header.Get("Location") + "/rejection", body: `{"reason":"it was not"}`}); rejected.text("state") != "rejected" {
			t.Errorf("withdrawn is %s", rejected.body)
		}
	})
}
