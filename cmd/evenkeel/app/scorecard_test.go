package app_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/evenkeel/evenkeel/services/access"
)

// scorecard is the body of one of that slug: documentation and the team make Bronze, a drill of
// the last 90 days, which somebody attests, Silver.
// replaced are texts in it, each with what stands there instead.
func scorecard(slug, owner string, replaced ...string) string {
	return strings.NewReplacer(replaced...).Replace(`{"slug":"` + slug + `","name":"Readiness","owner":"` + owner + `","levels":[{"name":"Bronze"},{"name":"Silver"}],"checks":[
		{"id":"documented","title":"Documented","category":"Ownership","level":"Bronze","weight":3,"passes":"hasDocs"},
		{"id":"owned","title":"Owned","category":"Ownership","level":"Bronze","passes":"members >= 1"},
		{"id":"drilled","title":"Drilled","why":"Practice.","fix":"Restored {restoreDrill} ago, at most {parameters.maxDays} days.","category":"Resilience","level":"Silver","tier":2,"passes":"restoreDrill <= parameters.maxDays","parameters":{"maxDays":90}}
	]}`)
}

// counts are what a pass did.
func (h *house) counts(name string) map[string]int64 {
	h.t.Helper()
	ctx := access.WithCaller(h.t.Context(), access.System("test"))
	do := map[string]func() (map[string]int64, error){
		"all": func() (map[string]int64, error) { return h.app.Scorecards.EvaluateOnce(ctx) },
		"due": func() (map[string]int64, error) { return h.app.Scorecards.EvaluateDue(ctx) },
	}
	counts, err := do[name]()
	if err != nil {
		h.t.Fatal(err)
	}
	return counts
}

// results are the outcomes that getServiceScorecard tells of checkout, in the scorecard's order.
func (h *house) results(scorecard string) (string, map[string]any) {
	h.t.Helper()
	card := h.must(200, call{as: "bob", method: "GET", path: "/v1/services/checkout/scorecards/" + scorecard}).object()
	var out []string
	for _, c := range card["checks"].([]any) {
		c := c.(map[string]any)
		out = append(out, fmt.Sprint(c["id"], " ", c["outcome"]))
	}
	return strings.Join(out, ", "), card
}

func TestAServiceClimbsAScorecardByWhatIsDoneToIt(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		h.make("ada", "scorecard", "/v1/scorecards", scorecard("readiness", "payments"))
		h.counts("all")
		got, card := h.results("readiness")
		if got != "documented fail, owned pass, drilled unknown" || card["level"] != nil || card["nextLevel"] != "Bronze" || card["missing"] != 1.0 || card["score"] != 20.0 || fmt.Sprint(card["next"]) != "[documented drilled]" {
			t.Errorf("at first: %s, %v", got, card) // 1 of 3+1+1
		}
		if n := h.counts("due")["services"]; n == 0 {
			t.Error("what was registered is not due")
		}
		if n := h.counts("due")["services"]; n != 0 {
			t.Errorf("%d are due though nothing changed", n)
		}

		// Whatever is changed of the service has it evaluated without a pass over all.
		h.must(200, call{as: "ada", method: "PUT", path: "/v1/services/checkout", body: `{"slug":"checkout","name":"Checkout","kind":"http","tier":2,"docs":"https://example.org/docs"}`, header: []string{"If-Match: " + h.must(200, call{as: "ada", method: "GET", path: "/v1/services/checkout"}).header.Get("ETag")}})
		if counts := h.counts("due"); counts["changed"] != 2 || counts["level"] != 1 { // of the starter it is evidence
			t.Errorf("documented: %v", counts)
		}
		h.make("ada", "attestation", attestIt, drilled())
		if counts := h.counts("due"); counts["changed"] != 1 || counts["level"] != 1 {
			t.Errorf("attested: %v", counts)
		}
		got, card = h.results("readiness")
		if got != "documented pass, owned pass, drilled pass" || card["level"] != "Silver" || card["nextLevel"] != nil || card["score"] != 100.0 {
			t.Errorf("at last: %s, %v", got, card)
		}
		check := card["checks"].([]any)[2].(map[string]any)
		var drill map[string]any
		for _, e := range check["evidence"].([]any) {
			if e := e.(map[string]any); e["name"] == "restoreDrill" {
				drill = e
			}
		}
		if check["fix"] != "Restored 10 days ago, at most 90 days." || drill["number"] != 10.0 || drill["by"] != "attested" || drill["source"] != "ada" || drill["link"] != "https://wiki.example.org/drill" {
			t.Errorf("the drill is %v, with %v", check, drill)
		}
		report := h.must(200, call{as: "bob", method: "GET", path: "/v1/scorecards/readiness/report?team=payments"}).object()
		if now := report["now"].(map[string]any); now["levels"].(map[string]any)["Silver"] != 1.0 {
			t.Errorf("the team comes to %v", now)
		}
		silver := h.must(200, call{as: "bob", method: "GET", path: "/v1/scorecards/readiness/services?level=Silver"}).items()
		if len(silver) != 1 || silver[0]["service"].(map[string]any)["slug"] != "checkout" {
			t.Errorf("on Silver: %v", silver)
		}
		days := h.must(200, call{as: "bob", method: "GET", path: "/v1/services/checkout/scorecards/readiness/history"}).object()["days"].([]any)
		if len(days) != 1 || days[0].(map[string]any)["level"] != "Silver" {
			t.Errorf("days: %v", days)
		}
	})
}

func TestAScorecardIsTriedRevisedAndRetiredThroughTheAPI(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		one := "/v1/scorecards/readiness"
		harder := scorecard("readiness", "payments", `members >= 1`, `members >= 100`)
		h.make("ada", "scorecard", "/v1/scorecards", scorecard("readiness", "payments", `"passes":"hasDocs"`, `"passes":"!hasDocs"`))
		h.counts("all")
		preview := h.must(200, call{as: "bob", method: "POST", path: one + "/preview", body: harder}).object()
		var lost []string
		for _, m := range preview["lost"].([]any) {
			lost = append(lost, m.(map[string]any)["service"].(map[string]any)["slug"].(string))
		}
		if !slices.Contains(lost, "checkout") || preview["gainedCount"] != 0.0 {
			t.Errorf("the preview: %v", preview)
		}
		first := h.must(200, call{as: "bob", method: "GET", path: one})
		h.do(call{as: "ada", method: "PUT", path: one, body: harder}).expect(t, 428, "precondition_required", "", "")
		h.do(call{as: "bob", method: "PUT", path: one, body: harder, header: []string{"If-Match: " + first.header.Get("ETag")}}).expect(t, 403, "forbidden", "", "")
		h.do(call{as: "ada", method: "PUT", path: one, body: scorecard("readiness", "payments", "hasDocs", "hasDoks"), header: []string{"If-Match: " + first.header.Get("ETag")}}).
			expect(t, 422, "invalid_input", "/checks/0/passes", `line 1, column 1: there is no fact "hasDoks"`)
		second := h.must(200, call{as: "ada", method: "PUT", path: one, body: harder, header: []string{"If-Match: " + first.header.Get("ETag")}})
		if second.object()["revision"] != 2.0 {
			t.Errorf("revised: %s", second.body)
		}
		h.do(call{as: "ada", method: "PUT", path: one, body: harder, header: []string{"If-Match: " + first.header.Get("ETag")}}).expect(t, 412, "version_mismatch", "", "")
		if cards := h.must(200, call{as: "ada", method: "POST", path: "/v1/services/checkout/scorecards/evaluate"}).object()["scorecards"].([]any); len(cards) != 2 || cards[0].(map[string]any)["revision"] != 2.0 {
			t.Errorf("evaluated now, beside the starter: %v", cards)
		}
		h.do(call{as: "bob", method: "POST", path: "/v1/services/checkout/scorecards/evaluate"}).expect(t, 403, "forbidden", "", "")
		h.must(200, call{as: "ada", method: "POST", path: one + "/retire", body: `{"reason":"over"}`, header: []string{"If-Match: " + second.header.Get("ETag")}})
		if left := h.must(200, call{as: "bob", method: "GET", path: "/v1/services/checkout/scorecards"}).object()["scorecards"].([]any); len(left) != 1 || left[0].(map[string]any)["name"] != "Starter" {
			t.Errorf("of a retired one is told %v", left)
		}
		h.do(call{as: "bob", method: "GET", path: "/v1/services/checkout/scorecards/readiness"}).expect(t, 404, "not_scored", "", "")
		h.do(call{as: "bob", method: "GET", path: "/v1/scorecards/readiness/services?level=Gold"}).expect(t, 422, "invalid_input", "query.level", `"Bronze", "Silver"`)
		h.do(call{as: "bob", method: "GET", path: "/v1/scorecards/readiness/report?team=payments&system=x"}).expect(t, 422, "invalid_input", "query.system", "choose one")
	})
}

// By hand: checkout has nothing of Bronze but its team, 1 of 5 in weight, and is below it; with
// documentation it is on Bronze with 4 of 5.
func TestABadgeAndACheckAreReadThroughTheAPI(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		h.make("ada", "scorecard", "/v1/scorecards", scorecard("readiness", "payments", `"name":"Readiness"`, `"name":"Ready & <able>"`))
		at := "/v1/services/checkout/scorecards/readiness/badge"
		h.do(call{as: "bob", method: "GET", path: at}).expect(t, 404, "not_scored", "", "")
		h.counts("all")
		badge := h.must(200, call{as: "bob", method: "GET", path: at})
		if badge.header.Get("Content-Type") != "image/svg+xml" || badge.header.Get("Cache-Control") != "no-store" {
			t.Errorf("headers %v", badge.header)
		}
		for _, want := range []string{"<title>Checkout: Ready &amp; &lt;able&gt;, no level yet 20 %</title>", ">no level yet 20 %</text>", `role="img"`} {
			if !strings.Contains(string(badge.body), want) {
				t.Errorf("the badge lacks %s: %s", want, badge.body)
			}
		}
		h.do(call{as: "nobody", method: "GET", path: at}).expect(t, 401, "unauthenticated", "", "")

		check := h.must(200, call{as: "bob", method: "GET", path: "/v1/scorecards/readiness/checks/drilled"}).object()
		facts := check["facts"].([]any)
		if check["notPassing"] == 0.0 || len(facts) != 1 || facts[0].(map[string]any)["name"] != "restoreDrill" || facts[0].(map[string]any)["by"] != "given" || len(check["trend"].([]any)) != 1 {
			t.Errorf("the check: %v", check)
		}
		h.do(call{as: "bob", method: "GET", path: "/v1/scorecards/readiness/checks/nothing"}).expect(t, 404, "check_not_found", "", "")
		todo := h.must(200, call{as: "bob", method: "GET", path: "/v1/scorecards/readiness/services?check=documented&outcome=not_passing&order=worst"}).items()
		if len(todo) == 0 || fmt.Sprint(todo[0]["categories"].(map[string]any)["Ownership"]) != "map[counted:2 passed:1]" {
			t.Errorf("to do: %v", todo)
		}
		report := h.must(200, call{as: "bob", method: "GET", path: "/v1/scorecards/readiness/report"}).object()
		if categories := report["categories"].([]any); len(categories) != 2 || categories[0].(map[string]any)["checks"] != 2.0 || report["change"] != nil || report["mostImproved"] != nil {
			t.Errorf("the report: %v", report)
		}
		_, card := h.results("readiness")
		if ladder := fmt.Sprint(card["ladder"]); ladder != "[map[counted:2 level:Bronze passed:1 reached:false] map[counted:1 level:Silver passed:0 reached:false]]" {
			t.Errorf("the ladder: %s", ladder)
		}
	})
}
