package app_test

import (
	"maps"
	"testing"
	"time"
)

// Half of checkout's events are bad, of which 0.1 % may be: it is exhausted. What the
// overview counts is what the lists hold, one by one.
func TestTheOverviewCountsWhatTheListsHold(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		h.must(200, call{as: "ada", method: "POST", path: "/v1/services/checkout/slos/availability/measurements", body: slots(at(2*time.Minute) + `,"good":500,"total":1000`)})
		h.must(201, call{as: "administrator", method: "POST", path: "/v1/jobs/evaluate-budgets/runs"})
		totals := map[string]float64{}
		for _, query := range []string{"?", "?team=payments"} {
			want, stale := map[string]any{"no_data": 0.0, "ok": 0.0, "at_risk": 0.0, "exhausted": 0.0}, 0.0
			items := h.must(200, call{as: "rita", method: "GET", path: "/v1/slos" + query + "&limit=500"}).items()
			for _, item := range items {
				want[item["state"].(string)] = want[item["state"].(string)].(float64) + 1
				if item["stale"].(bool) {
					stale++
				}
			}
			got := h.must(200, call{as: "rita", method: "GET", path: "/v1/overview" + query}).object()["slos"].(map[string]any)
			if got["total"] != float64(len(items)) || got["stale"] != stale || !maps.Equal(got["states"].(map[string]any), want) {
				t.Errorf("%s: counted are %v, listed %d: %v, %v stale", query, got, len(items), want, stale)
			}
			if got["states"].(map[string]any)["exhausted"] != 1.0 {
				t.Errorf("%s: %v, want one that is exhausted", query, got)
			}
			totals[query] = got["total"].(float64)
		}
		if totals["?"] <= totals["?team=payments"] {
			t.Errorf("all are %v: the team's are not told apart", totals)
		}
		h.do(call{as: "rita", method: "GET", path: "/v1/overview?team=nobody"}).expect(t, 422, "invalid_input", "query.team", "names nothing")
	})
}
