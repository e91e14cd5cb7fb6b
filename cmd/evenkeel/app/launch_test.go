package app_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

const launches = "/v1/launch-reviews"

// launching is the body that asks for a review of checkout, which is to reach Bronze in 20 days.
func launching(changes ...string) string {
	return with(`{"service":"checkout","scorecard":"readiness","level":"Bronze","plannedOn":"`+date(20)+`","note":"With the new basket."}`, changes...)
}

// signOff is the body of a sign-off for 80 days, with two conditions.
func signOff(changes ...string) string {
	return with(`{"until":"`+in(80)+`","reason":"The wiki is nearly there.","conditions":[{"text":"The docs are linked.","dueOn":"`+date(5)+`"},{"text":"A drill.","dueOn":"`+date(60)+`"}]}`, changes...)
}

// reviewed posts to a path of a review, by its current version.
func (h *house) reviewed(as, what, body string) answer {
	h.t.Helper()
	at := launches + "/" + h.ids["review"]
	tag := h.must(200, call{as: "bob", method: "GET", path: at}).header.Get("ETag")
	return h.do(call{as: as, method: "POST", path: at + "/" + what, body: body, header: []string{"If-Match: " + tag}})
}

// By hand, as in the scorecard: without documentation 1 of 5 points, 20 %, below Bronze.
func TestALaunchIsSignedOffByAnotherPersonOnFrozenEvidence(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		h.make("bob", "scorecard", "/v1/scorecards", scorecard("readiness", "search"))
		made := h.make("ada", "review", launches, launching())
		evidence := made.object()["evidence"].(map[string]any)
		var checks []string
		for _, c := range evidence["checks"].([]any) {
			c := c.(map[string]any)
			checks = append(checks, fmt.Sprint(c["id"], " ", c["outcome"]))
		}
		if made.text("state") != "waiting" || evidence["meets"] != false || evidence["level"] != "" || evidence["score"] != 20.0 || strings.Join(checks, ", ") != "documented fail, owned pass, drilled unknown" {
			t.Errorf("asked is %s", made.body)
		}
		h.do(call{as: "ada", method: "POST", path: launches, body: launching()}).expect(t, 409, "launch_review_open", "", "")
		for _, who := range []string{"ada", "robot", "stranger"} {
			h.reviewed(who, "sign-off", signOff()).expect(t, 403, "forbidden", "", "")
			h.reviewed(who, "reject", `{"reason":"No."}`).expect(t, 403, "forbidden", "", "")
		}
		h.must(200, call{as: "administrator", method: "PUT", path: "/v1/teams/search/members/" + h.ids["ada"]})
		h.reviewed("ada", "sign-off", signOff()).expect(t, 409, "own_launch_review", "", "who asked for a review cannot decide on it")
		bad := h.reviewed("bob", "sign-off", signOff(`"reason":" "`, `"until":"`+in(366)+`"`, `"conditions":[{"text":"","dueOn":"`+date(-1)+`"},{"text":"x","dueOn":"soon"}]`))
		for pointer, says := range map[string]string{
			"/reason": "the service was below Bronze", "/until": "at most 365 days", "/conditions/0/text": "must say what", "/conditions/0/dueOn": "must be today", "/conditions/1/dueOn": "must be a day",
		} {
			bad.expect(t, 422, "invalid_input", pointer, says)
		}
		h.do(call{as: "bob", method: "POST", path: launches + "/" + h.ids["review"] + "/sign-off", body: signOff()}).expect(t, 428, "precondition_required", "", "")
		h.do(call{as: "bob", method: "POST", path: launches + "/" + h.ids["review"] + "/sign-off", body: signOff(), header: []string{`If-Match: "9"`}}).expect(t, 412, "version_mismatch", "", "")

		// What the service comes to later changes no evidence.
		h.must(200, call{as: "ada", method: "PUT", path: "/v1/services/checkout", body: `{"slug":"checkout","name":"Checkout","kind":"http","tier":2,"docs":"https://example.org/docs"}`, header: []string{"If-Match: " + h.must(200, call{as: "ada", method: "GET", path: "/v1/services/checkout"}).header.Get("ETag")}})
		h.counts("due")
		signed := h.reviewed("bob", "sign-off", signOff())
		signed.expect(t, 200, "", "", "")
		if signed.text("state") != "signed_off" || signed.object()["evidence"].(map[string]any)["score"] != 20.0 || signed.object()["decision"].(map[string]any)["by"] != "bob" {
			t.Errorf("signed off is %s", signed.body)
		}
		h.reviewed("bob", "reject", `{"reason":"No."}`).expect(t, 409, "launch_review_decided", "", "by bob")

		h.reviewed("rita", "conditions/1/done", `{"note":"There."}`).expect(t, 403, "forbidden", "", "")
		h.reviewed("robot", "conditions/1/done", `{"note":"There."}`).expect(t, 403, "forbidden", "", "")
		h.reviewed("ada", "conditions/3/done", `{"note":"There."}`).expect(t, 404, "condition_not_found", "", "has 2 conditions")
		h.reviewed("ada", "conditions/1/done", `{"note":" "}`).expect(t, 422, "invalid_input", "/note", "must say where")
		h.reviewed("ada", "conditions/1/done", `{"note":"https://example.org/docs"}`).expect(t, 200, "", "", "")
		h.reviewed("ada", "conditions/1/done", `{"note":"Again."}`).expect(t, 409, "condition_done", "", "ada")
		h.clock.Advance(61 * 24 * time.Hour)
		conditions := h.must(200, call{as: "rita", method: "GET", path: launches + "/" + h.ids["review"]}).object()["conditions"].([]any)
		first, second := conditions[0].(map[string]any), conditions[1].(map[string]any)
		if first["overdue"] != false || first["done"].(map[string]any)["note"] != "https://example.org/docs" || second["overdue"] != true || second["done"] != nil {
			t.Errorf("the conditions are %v", conditions)
		}
		h.clock.Advance(19*24*time.Hour - time.Second)
		for state, want := range map[string]int{"signed_off": 1, "expired": 0} {
			if got := len(h.must(200, call{as: "rita", method: "GET", path: launches + "?state=" + state}).items()); got != want {
				t.Errorf("a second before its end %d are %s", got, state)
			}
		}
		h.clock.Advance(time.Second)
		if got := h.must(200, call{as: "rita", method: "GET", path: launches + "?state=expired&service=checkout&team=payments&scorecard=readiness"}).items(); len(got) != 1 || got[0]["state"] != "expired" {
			t.Errorf("at its end there is %v", got)
		}
		for kind, want := range map[string]string{"launch_review.asked": "ada asks for a review of checkout before its launch on " + date(20), "launch_review.decided": "bob signed off the launch of checkout until "} {
			if got := h.eventsOf(kind); len(got) != 1 || !strings.HasPrefix(got[0], want) {
				t.Errorf("%s: told are %q", kind, got)
			}
		}
	})
}

func TestALaunchIsRejectedAndAskedForAgain(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		h.make("bob", "scorecard", "/v1/scorecards", scorecard("readiness", "search"))
		h.make("ada", "review", launches, launching(`"level":"Silver"`))
		h.reviewed("bob", "reject", `{}`).expect(t, 422, "invalid_input", "/reason", "must say why")
		if got := h.reviewed("bob", "reject", `{"reason":"No docs."}`); got.text("state") != "rejected" || got.object()["decision"].(map[string]any)["until"] != nil {
			t.Errorf("rejected is %s", got.body)
		}
		h.make("ada", "review", launches, launching())
		post := func(as, body string) answer { return h.do(call{as: as, method: "POST", path: launches, body: body}) }
		bad := post("ada", launching(`"level":"Gold"`, `"plannedOn":"`+date(366)+`"`, `"note":"`+strings.Repeat("x", 4001)+`"`))
		for pointer, says := range map[string]string{"/level": "Bronze, Silver", "/plannedOn": "at most 365 days", "/note": "at most 4000"} {
			bad.expect(t, 422, "invalid_input", pointer, says)
		}
		post("ada", launching(`"plannedOn":"`+date(-1)+`"`)).expect(t, 422, "invalid_input", "/plannedOn", "must be today")
		post("ada", launching(`"service":"nothing"`, `"scorecard":"nothing"`)).expect(t, 422, "invalid_input", "/scorecard", "there is none of it")
		for _, who := range []string{"bob", "robot", "rita"} {
			post(who, launching()).expect(t, 403, "forbidden", "", "")
		}
		h.make("bob", "other", "/v1/scorecards", scorecard("jobs", "search", `"levels"`, `"appliesTo":"kind == 'batch'","levels"`))
		post("ada", launching(`"scorecard":"jobs"`)).expect(t, 422, "invalid_input", "/scorecard", "is not for the service")
		h.do(call{as: "rita", method: "GET", path: launches + "/nothing"}).expect(t, 404, "launch_review_not_found", "", "")
	})
}
