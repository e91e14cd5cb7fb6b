package app_test

import (
	"net/url"
	"strings"
	"testing"
	"time"
)

// At 99.9 % of 100 events 0.1 may be bad: eu, with one bad event, has spent ten
// times its budget and −9 of it remain; us has all of it.
func TestAGroupedObjectiveIsToldByItsGroups(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		const path = "/v1/services/checkout/slos/by-region"
		made := h.make("ada", "by-region", "/v1/services/checkout/slos", slo(`"slug":"by-region"`, `"indicator":{"category":"availability","groupBy":"region","maxGroups":3}`))
		if i := made.object()["indicator"].(map[string]any); i["groupBy"] != "region" || i["maxGroups"] != 3.0 {
			t.Errorf("the indicator is %v", i)
		}
		const odd = `<img src=x onerror=alert(1)>&שלום`
		minute, quoted := at(time.Minute), strings.ReplaceAll(odd, `"`, `\"`)
		h.must(200, call{as: "pipeline", method: "POST", path: path + "/measurements", body: slots(
			minute+`,"good":99,"total":100,"group":"eu"`, minute+`,"good":100,"total":100,"group":"us"`,
			minute+`,"good":50,"total":50,"group":"`+quoted+`"`, minute+`,"good":5,"total":5`, minute+`,"good":7,"total":7,"group":"late"`)})
		h.must(200, call{as: "pipeline", method: "POST", path: "/v1/measurements", body: `{"series":[{"service":"checkout","slo":"by-region","reporter":"two","group":"us","slots":[{` + minute + `,"good":1,"total":1}]}]}`})
		h.must(201, call{as: "administrator", method: "POST", path: "/v1/jobs/evaluate-budgets/runs"})
		items := func(query string) (names []string) {
			for _, item := range h.must(200, call{as: "rita", method: "GET", path: path + "/groups" + query}).object()["items"].([]any) {
				names = append(names, item.(map[string]any)["group"].(string))
			}
			return names
		}
		// Of the five groups three are known; none and late are summed up.
		if got := strings.Join(items(""), ","); !strings.HasPrefix(got, "eu,") || len(items("")) != 4 {
			t.Errorf("the groups are %q", got)
		}
		if got := strings.Join(items("?order=group&state=ok&limit=2"), ","); got != odd+",us" {
			t.Errorf("by name: %q", got)
		}
		status := h.must(200, call{as: "rita", method: "GET", path: path + "/status"}).object()
		if w := status["worstGroup"].(map[string]any); w["group"] != "eu" || w["state"] != "exhausted" || w["remaining"] != -9.0 {
			t.Errorf("the worst group is %v", w)
		}
		if total := status["window"].(map[string]any)["total"]; total != 263.0 { // 100 + 100 + 50 + 5 + 7 + 1
			t.Errorf("the whole has %v events", total)
		}
		of := "?group=" + url.QueryEscape(odd)
		if got := h.must(200, call{as: "rita", method: "GET", path: path + "/explain" + of}).object(); got["state"] != "ok" {
			t.Errorf("explained: %v", got)
		}
		points := h.must(200, call{as: "rita", method: "GET", path: path + "/history" + of}).object()["points"].([]any)
		if last := points[len(points)-1].(map[string]any); last["total"] != 50.0 {
			t.Errorf("the history ends with %v", last)
		}
		reporters := h.must(200, call{as: "rita", method: "GET", path: path + "/measurements?group=us"}).object()["reporters"].([]any)
		if len(reporters) != 2 || reporters[0].(map[string]any)["group"] != "us" {
			t.Errorf("measured were %v", reporters)
		}
		if got := h.must(200, call{as: "rita", method: "GET", path: "/v1/services/checkout/slos/availability/groups"}).object()["items"].([]any); len(got) != 0 {
			t.Errorf("an SLO without groups has %v", got)
		}
		for _, what := range []string{"explain", "history", "measurements"} {
			h.must(404, call{as: "rita", method: "GET", path: path + "/" + what + "?group=mars"})
		}
		h.must(422, call{as: "rita", method: "GET", path: path + "/groups?order=age"})
		h.must(422, call{as: "pipeline", method: "POST", path: "/v1/services/checkout/slos/availability/measurements", body: slots(minute + `,"good":1,"total":1,"group":"eu"`)})
		h.must(422, call{as: "pipeline", method: "POST", path: path + "/measurements", body: slots(minute + `,"good":1,"total":1,"group":"a\u202eb"`)})
	})
}
