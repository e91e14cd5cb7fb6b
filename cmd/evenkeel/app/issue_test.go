package app_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/issues/delivery"
)

// dead has the courier have given up on the issue, and returns its ETag.
func (h *house) dead(issue string) string {
	h.t.Helper()
	d, err := h.app.Store.Delivery().Delivery(h.t.Context(), id.ID(issue))
	if err != nil {
		h.t.Fatal(err)
	}
	d.State, d.Place, d.Failures, d.Problem, d.Because, d.DueAt = delivery.Dead, "acme/checkout", 3, "the repository acme/checkout is archived", delivery.BecausePlace, nil
	if err := h.app.Store.Delivery().PutDelivery(h.t.Context(), d); err != nil {
		h.t.Fatal(err)
	}
	return h.must(200, call{as: "ada", method: "GET", path: "/v1/issues/" + issue}).header.Get("ETag")
}

func TestADeadIssueIsSeenAndTakenUpAgain(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		h.prepare()
		issue := h.ids["the issue"]
		path := "/v1/issues/" + issue
		known := func() map[string]any {
			return h.must(200, call{as: "rita", method: "GET", path: path}).object()["delivery"].(map[string]any)
		}
		if d := known(); d["state"] != "draft" || d["number"] != nil || d["repository"] != "" || d["problem"] != "" || d["deadBecause"] != nil || d["openedAt"] != nil {
			t.Errorf("a fresh one is %v", d)
		}
		tag := h.dead(issue)
		if d := known(); d["state"] != "dead" || d["problem"] != "the repository acme/checkout is archived" || d["failures"] != 3.0 || d["deadBecause"] != "place" || d["nextAttemptAt"] != nil {
			t.Errorf("a dead one is %v", d)
		}
		tally := h.must(200, call{as: "rita", method: "GET", path: "/v1/issues/tally?team=payments"}).object()
		reason := tally["dead"].([]any)[0].(map[string]any)
		if tally["states"].(map[string]any)["dead"] != 1.0 || tally["total"] != 1.0 || tally["hasTracker"] != false || reason["count"] != 1.0 || reason["problem"] != "the repository acme/checkout is archived" {
			t.Errorf("the tally is %v", tally)
		}
		if tally := h.must(200, call{as: "rita", method: "GET", path: "/v1/issues/tally?team=search"}).object(); tally["total"] != 0.0 {
			t.Errorf("another team's tally is %v", tally)
		}
		for query, n := range map[string]int{
			"deliveryState=dead": 1, "deliveryState=draft": 0, "hasProblem=true": 1, "hasProblem=false": 0, "deliveryState=dead&team=search": 0,
			"slo=" + h.ids["slo availability"]: 1, "slo=" + h.ids["slo latency"]: 0,
		} {
			if got := h.must(200, call{as: "rita", method: "GET", path: "/v1/issues?" + query}).items(); len(got) != n {
				t.Errorf("%s: %d issues, want %d", query, len(got), n)
			}
		}

		actions := map[string]string{"retry": "", "retarget": `{"repository":"acme/operations"}`, "dismiss": `{"reason":"tracked elsewhere"}`}
		for action, body := range actions {
			for _, as := range []string{"bob", "rita", "robot", "pipeline", "stranger"} {
				h.do(call{as: as, method: "POST", path: path + "/" + action, header: []string{"If-Match: " + tag}, body: body}).expect(t, 403, "forbidden", "", "")
			}
			h.do(call{as: "ada", method: "POST", path: path + "/" + action, body: body}).expect(t, 428, "precondition_required", "", "If-Match")
			h.do(call{as: "ada", method: "POST", path: path + "/" + action, header: []string{`If-Match: "77"`}, body: body}).expect(t, 412, "version_mismatch", "", "read it again")
		}
		act := func(as, action, body string) map[string]any {
			got := h.must(200, call{as: as, method: "POST", path: path + "/" + action, header: []string{"If-Match: " + tag}, body: body})
			tag = got.header.Get("ETag")
			return got.object()["delivery"].(map[string]any)
		}
		if d := act("ada", "retry", ""); d["state"] != "pending" || d["problem"] != "" || d["deadBecause"] != nil || d["nextAttemptAt"] != h.clock.Now().Format(time.RFC3339) {
			t.Errorf("after a retry it is %v", d)
		}
		if d := act("administrator", "retarget", actions["retarget"]); d["state"] != "pending" || d["repository"] != "acme/operations" {
			t.Errorf("sent elsewhere it is %v", d)
		}
		if d := act("ada", "dismiss", actions["dismiss"]); d["state"] != "dismissed" || d["problem"] != "ada dismissed it: tracked elsewhere" {
			t.Errorf("dismissed it is %v", d)
		}
		log := h.must(200, call{as: "ada", method: "GET", path: "/v1/audit?team=payments&outcome=done&limit=500"}).items()
		log = slices.DeleteFunc(log, func(e map[string]any) bool { return e["action"] != "issue.update" })
		if len(log) != 3 || log[0]["reason"] != "tracked elsewhere" || log[0]["object"].(map[string]any)["id"] != issue {
			t.Errorf("written down is %v", log)
		}
	})
}

func TestHostileWordsAboutAnIssueAreRefused(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		h.prepare()
		issue := h.ids["the issue"]
		tag := h.dead(issue)
		post := func(name, action, body string, pointer string) hostile {
			return hostile{name, call{as: "ada", method: "POST", path: "/v1/issues/" + issue + "/" + action, header: []string{"If-Match: " + tag}, body: body}, 422, "invalid_input", pointer, ""}
		}
		var all []hostile
		for name, repository := range map[string]string{
			"no owner": "checkout", "no name": "acme/", "a path": "acme/a/b", "an address": "https://github.com/acme/checkout", "the parent": "acme/..", "itself": "acme/.",
			"a query": "acme/a?b=c", "a fragment": "acme/a#1", "an escape": "acme/a%2Fb", "a space": "acme/a b", "a NUL": "acme/a\\u0000", "a turned text": "acme/\\u202ea",
			"letters alike": "acme/\u0441heckout", "a line": "acme/a\\nb", "its end": "acme/a\\r\\nHost: x", "too long": "acme/" + strings.Repeat("a", 101), "endless": strings.Repeat("a/", 5000),
			"nothing": "", "other directions": "..\\\\..", "an at": "acme@evil.example/a",
		} {
			all = append(all, post("a repository of "+name, "retarget", `{"repository":"`+repository+`"}`, "/repository"))
		}
		all = append(all,
			post("where it is", "retarget", `{"repository":"acme/checkout","force":true}`, "/force"),
			post("a repository that is a list", "retarget", `{"repository":["acme/a"]}`, "/repository"),
			post("no repository", "retarget", `{}`, "/repository"),
			post("no reason", "dismiss", `{}`, "/reason"),
			post("an empty reason", "dismiss", `{"reason":""}`, "/reason"),
			post("a reason of spaces", "dismiss", `{"reason":"   "}`, "/reason"),
			post("a reason of two lines", "dismiss", `{"reason":"a\nb"}`, "/reason"),
			post("a turned reason", "dismiss", `{"reason":"a\u202eb"}`, "/reason"),
			post("an endless reason", "dismiss", `{"reason":"`+strings.Repeat("a", 501)+`"}`, "/reason"),
		)
		h.all(t, all)
		for _, query := range []string{"deliveryState=done", "deliveryState=dead&deliveryState=sent", "hasProblem=yes", "hasProblem=1", "slo=" + strings.Repeat("a", 27)} {
			h.do(call{as: "ada", method: "GET", path: "/v1/issues?" + query}).expect(t, 422, "invalid_input", "", "")
		}
		if now := h.must(200, call{as: "ada", method: "GET", path: "/v1/issues/" + issue}).header.Get("ETag"); now != tag {
			t.Errorf("a refused request changed the issue: %s, was %s", now, tag)
		}
		// Words with meaning elsewhere stay words.
		const reason = `<script>alert(1)</script> @everyone fixes #1 ' OR 1=1 --`
		got := h.must(200, call{as: "ada", method: "POST", path: "/v1/issues/" + issue + "/dismiss", header: []string{"If-Match: " + tag}, body: `{"reason":` + encode(reason) + `}`})
		if d := got.object()["delivery"].(map[string]any); d["problem"] != "ada dismissed it: "+reason {
			t.Errorf("it was kept as %v", d["problem"])
		}
	})
}
