package app_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// Worked by hand. Ten events come each hour for 120 days, which are 6,720 in 28 days, and of 99.9 %
// of them 6.72 may be bad. Ten bad ones, 50 days ago, are 10 ÷ 6.73 of the budget: from the next
// full hour on, for 28 days, which are 672 hours, features would have waited.
func TestAPolicyIsTriedBeforeItIsAttached(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		const trials, about = "/v1/budget-policies/trials", "/v1/services/checkout/slos/availability/measurements"
		push := func(from, to time.Time, more ...string) {
			t.Helper()
			members := more
			for at := from; at.Before(to); at = at.Add(time.Hour) {
				members = append(members, fmt.Sprintf(`"start":%q,"good":10,"total":10`, at.Add(59*time.Minute).Format(time.RFC3339)))
			}
			h.must(200, call{as: "pipeline", method: "POST", path: about, body: slots(members...)})
		}
		day := 24 * time.Hour
		spent := start.Add(-20*day - 2*time.Hour)
		push(start.Add(-90*day), start.Add(-40*day))
		push(start.Add(-40*day), start, fmt.Sprintf(`"start":%q,"good":0,"total":10`, spent.Format(time.RFC3339)))
		h.clock.Advance(30*day + 10*time.Minute)
		push(start, start.Add(30*day))
		entries := len(h.must(200, call{as: "administrator", method: "GET", path: "/v1/audit?limit=500"}).items())

		got := h.must(200, call{as: "rita", method: "POST", path: trials, body: `{"policy":"error-budget","target":"service","service":"checkout"}`}).object()
		to := start.Add(30 * day)
		if got["policy"].(map[string]any)["slug"] != "error-budget" || got["revision"] != 1.0 || got["from"] != to.Add(-90*day).Format(time.RFC3339) || got["to"] != to.Format(time.RFC3339) || got["slos"] != 2.0 || got["services"] != 1.0 {
			t.Errorf("tried was %v", got)
		}
		if len(got["basis"].([]any)) == 0 || got["violations"] != 1.0 || got["issues"] != 1.0 || got["frozenServices"] != 1.0 {
			t.Errorf("there would have been %v", got)
		}
		hours := func(of any) string {
			var out []string
			for _, c := range of.([]any) {
				c := c.(map[string]any)
				out = append(out, fmt.Sprintf("%v %v", c["class"], c["hours"]))
			}
			return strings.Join(out, ", ")
		}
		affected := got["affected"].([]any)[0].(map[string]any)
		for _, frozen := range []any{got["frozenHours"], affected["frozenHours"]} {
			if hours(frozen) != "feature 672, config 672, reliability 0" {
				t.Errorf("frozen are %s", hours(frozen))
			}
		}
		episode := got["episodes"].([]any)[0].(map[string]any)
		opened := spent.Add(time.Hour)
		if episode["clause"] != "budget-exceeded" || episode["openedAt"] != opened.Format(time.RFC3339) || episode["endedAt"] != opened.Add(28*day).Format(time.RFC3339) || episode["hours"] != 672.0 ||
			episode["peakConsumed"] != 10.0/6.73 || episode["issue"] != true || fmt.Sprint(episode["waits"]) != "[feature config]" || episode["slo"].(map[string]any)["slug"] != "availability" {
			t.Errorf("the episode is %v", episode)
		}
		// The other SLO was never measured: nothing is known of its 2,160 hours.
		clause := got["clauses"].([]any)[0].(map[string]any)
		if missing := clause["missing"].([]any); clause["unknownHours"] != 2160.0 || len(missing) != 1 || missing[0].(map[string]any)["fact"] != "consumed" || missing[0].(map[string]any)["never"] != false {
			t.Errorf("the clause is %v", clause)
		}

		draft := `{"clauses":[{"name":"spent","when":"consumed > 1","issue":{"priority":"p2"}},{"name":"groups","when":"groupShares.exists(g, groupShares[g] > 0.2)","postmortem":{"priorityActions":1}}],"target":"all","mode":"warn","days":60}`
		got = h.must(200, call{as: "bob", method: "POST", path: trials, body: draft}).object()
		if got["policy"] != nil || got["issues"] != 1.0 || got["frozenServices"] != 0.0 || got["services"].(float64) < 2 {
			t.Errorf("of a draft there would have been %v", got)
		}
		if missing := got["clauses"].([]any)[1].(map[string]any)["missing"].([]any); missing[len(missing)-1].(map[string]any)["never"] != true {
			t.Errorf("of groups there is missing %v", missing)
		}
		h.do(call{as: "bob", method: "POST", path: trials, body: strings.Replace(draft, "consumed > 1", `consumed > 1 ||\n  consummed > 2`, 1)}).expect(t, 422, "invalid_input", "/clauses/0/when", "line 2, column 3")
		h.do(call{as: "bob", method: "POST", path: trials, body: strings.Replace(draft, `"days":60`, `"days":91`, 1)}).expect(t, 422, "invalid_input", "/days", "")
		h.do(call{as: "bob", method: "POST", path: trials, body: `{"policy":"nothing","target":"all"}`}).expect(t, 422, "invalid_input", "/policy", "names nothing")
		h.do(call{as: "bob", method: "POST", path: trials, body: `{"policy":"error-budget","target":"service","service":"nothing"}`}).expect(t, 422, "invalid_input", "/service", "names nothing")
		h.do(call{as: "bob", method: "POST", path: trials, body: `{"target":"tier"}`}).expect(t, 422, "invalid_input", "/tier", "1 to 4")

		for _, list := range []string{"/v1/violations", "/v1/issues"} {
			if kept := h.must(200, call{as: "bob", method: "GET", path: list}).items(); len(kept) != 0 {
				t.Errorf("%s has %v", list, kept)
			}
		}
		if now := len(h.must(200, call{as: "administrator", method: "GET", path: "/v1/audit?limit=500"}).items()); now != entries {
			t.Errorf("the log has %d entries more", now-entries)
		}
	})
}
