package app_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"testing"
	"time"
)

// statuses are all that the list of statuses has of the query, read in pages of that size.
func (h *house) statuses(as, query string, limit int) []map[string]any {
	h.t.Helper()
	var all []map[string]any
	for after := ""; ; {
		a := h.must(200, call{as: as, method: "GET", path: fmt.Sprintf("/v1/slo-statuses?limit=%d&after=%s%s", limit, after, query)})
		if len(a.items()) > limit {
			h.t.Errorf("a page of %d has %d items", limit, len(a.items()))
		}
		all = append(all, a.items()...)
		next, more := a.object()["next"].(string)
		if !more {
			return all
		}
		after = next
	}
}

// namesOf are the SLOs of statuses in their order.
func namesOf(statuses []map[string]any) []string {
	names := make([]string, len(statuses))
	for i, s := range statuses {
		names[i] = s["service"].(map[string]any)["slug"].(string) + "/" + s["slo"].(map[string]any)["slug"].(string)
	}
	return names
}

// Of 100,000 events under 99.9 % a hundred may be bad. Of availability 50 were, of errors 150
// and of ledger's freshness 25: half, minus a half and three quarters remain. Latency has no
// events, and of finder's fewer came than it takes to conclude something. Quality has a
// further objective of 99.95 %: of its 40 bad events 60 % of the first budget are left and
// 20 % of the other.
func TestAListOfStatusesHasTheFiguresOfEachStatusByTheBudgetThatRemains(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		h.make("ada", "slo errors", "/v1/services/checkout/slos", slo(`"slug":"errors","name":"Errors"`))
		h.make("ada", "slo quality", "/v1/services/checkout/slos", slo(`"slug":"quality","furtherObjectives":[{"name":"week","objective":"99.95%","windowDays":7}]`))
		h.make("ada", "slo fresh", "/v1/services/ledger/slos", slo(`"slug":"fresh","indicator":{"category":"freshness"}`))
		h.make("bob", "slo few", "/v1/services/finder/slos", slo(`"slug":"few","minEvents":200000`))
		push := func(as, path string, bad int) {
			t.Helper()
			h.must(200, call{as: as, method: "POST", path: "/v1/services/" + path + "/measurements", body: slots(at(2*time.Minute) + fmt.Sprintf(`,"good":%d,"total":100000`, 100_000-bad))})
		}
		push("ada", "checkout/slos/availability", 50)
		push("ada", "checkout/slos/errors", 150)
		push("ada", "checkout/slos/quality", 40)
		push("ada", "ledger/slos/fresh", 25)
		push("bob", "finder/slos/few", 1)
		evaluate := func() {
			t.Helper()
			h.must(201, call{as: "administrator", method: "POST", path: "/v1/jobs/evaluate-budgets/runs"})
		}
		evaluate()

		worst := "&order=remaining"
		want := []string{"checkout/errors", "checkout/quality", "checkout/availability", "ledger/fresh"}
		remaining := []any{-0.5, 0.2, 0.5, 0.75, nil, nil, nil, nil, nil} // the last with those of the program itself
		var all []map[string]any
		for _, limit := range []int{1, 3, 500} {
			all = h.statuses("rita", worst, limit)
			if got := namesOf(all); len(got) != 9 || !reflect.DeepEqual(got[:4], want) {
				t.Fatalf("in pages of %d the order is %v, want first %v and five that are unknown", limit, got, want)
			}
			for i, s := range all {
				if s["leastRemaining"] != remaining[i] {
					t.Errorf("%s: %v remains, want %v", namesOf(all)[i], s["leastRemaining"], remaining[i])
				}
			}
		}
		for i, s := range all {
			name := namesOf(all)[i]
			service, own := s["service"].(map[string]any)["slug"].(string), s["slo"].(map[string]any)["slug"].(string)
			one := h.must(200, call{as: "rita", method: "GET", path: "/v1/services/" + service + "/slos/" + own + "/status"}).object()
			if !reflect.DeepEqual(one, s) {
				t.Errorf("%s is listed as\n%s\nand by itself\n%s", name, wire(t, s), wire(t, one))
			}
			head := h.must(200, call{as: "rita", method: "GET", path: "/v1/services/" + service + "/slos/" + own}).object()
			if s["name"] != head["name"] || s["retiredAt"] != nil || s["evaluatedAt"] == nil {
				t.Errorf("%s: %v, retired %v, evaluated %v", name, s["name"], s["retiredAt"], s["evaluatedAt"])
			}
		}

		statements := func(limit int) int64 {
			return h.statements(func() {
				h.must(200, call{as: "rita", method: "GET", path: fmt.Sprintf("/v1/slo-statuses?limit=%d%s", limit, worst)})
			})
		}
		if one, nine := statements(1), statements(9); one != nine || nine > 6 {
			t.Errorf("a page of one takes %d statements, of nine %d", one, nine)
		}

		for query, want := range map[string][]string{
			"&service=ledger":                           {"ledger/fresh"},
			"&service=" + h.ids["service ledger"]:       {"ledger/fresh"},
			"&team=search" + worst:                      {"finder/availability", "finder/few"}, // both unknown, the older first
			"&system=shop&state=exhausted":              {"checkout/errors"},
			"&state=ok&query=FRESH":                     {"ledger/fresh"},
			"&team=payments&service=finder":             {},
			"&query=e&service=checkout&state=exhausted": {"checkout/errors"},
			"&service=checkout":                         {"checkout/availability", "checkout/errors", "checkout/latency", "checkout/quality"},
		} {
			if got := namesOf(h.statuses("rita", query, 2)); !reflect.DeepEqual(got, want) {
				t.Errorf("%s: %v, want %v", query, got, want)
			}
		}
		for query, pointer := range map[string]string{"team=nobody": "query.team", "service=nothing": "query.service", "system=none": "query.system", "state=good": "query.state", "order=name": "query.order"} {
			h.do(call{as: "rita", method: "GET", path: "/v1/slo-statuses?" + query}).expect(t, 422, "invalid_input", pointer, "")
		}
		h.do(call{as: "nobody", method: "GET", path: "/v1/slo-statuses"}).expect(t, 401, "unauthenticated", "", "")

		// Terms that nothing was judged by yet make what remains unknown, at once.
		h.must(200, call{as: "ada", method: "PUT", path: "/v1/services/checkout/slos/errors", header: []string{`If-Match: "1"`}, body: slo(`"slug":"errors","name":"Errors","objective":"99.95%"`)})
		all = h.statuses("rita", worst, 500)
		if got := namesOf(all); !reflect.DeepEqual(got[:3], want[1:]) {
			t.Errorf("after a revision the order is %v, want first %v", got, want[1:])
		}
		for i, name := range namesOf(all) {
			if name == "checkout/errors" && (i < 3 || all[i]["leastRemaining"] != nil || all[i]["judged"] != false || all[i]["window"].(map[string]any)["remaining"] != nil) {
				t.Errorf("after a revision %d of the list is %s", i, wire(t, all[i]))
			}
		}
		// 150 are bad of the fifty that may be now.
		h.clock.Advance(time.Minute)
		evaluate()
		all = h.statuses("rita", worst, 500)
		if got := namesOf(all); got[0] != "checkout/errors" || all[0]["leastRemaining"] != -2.0 {
			t.Errorf("after it was judged the order is %v, and %v remains of the first", got, all[0]["leastRemaining"])
		}

		h.must(200, call{as: "ada", method: "POST", path: "/v1/services/ledger/slos/fresh/retire", header: []string{`If-Match: "1"`}, body: `{"reason":"none"}`})
		if got := namesOf(h.statuses("rita", "&service=ledger", 5)); len(got) != 0 {
			t.Errorf("a retired one is listed: %v", got)
		}
		if got := h.statuses("rita", "&service=ledger&includeRetired=true", 5); len(got) != 1 || got[0]["retiredAt"] == nil {
			t.Errorf("a retired one that is asked for: %v", got)
		}
	})
}

func wire(t *testing.T, of any) string {
	t.Helper()
	raw, err := json.Marshal(of)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}
