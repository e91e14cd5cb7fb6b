package app_test

import (
	"reflect"
	"strings"
	"testing"
	"time"
)

// Half of a thousand events are bad, of which 0.1 % may be: a burn rate of 500 over every
// window, above all four factors. Of the two tickets one is switched off.
func TestAnOutageIsAlertedOfAndAcknowledged(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		const path = "/v1/services/checkout/slos/burning"
		made := h.make("ada", "burning", "/v1/services/checkout/slos", slo(`"slug":"burning"`, `"alerts":{"off":["1d/2h"]}`)).object()
		if want := map[string]any{"off": []any{"1d/2h"}, "minBadEvents": 3.0}; !reflect.DeepEqual(made["alerts"], want) {
			t.Errorf("the alert terms are %v, want %v", made["alerts"], want)
		}
		h.must(200, call{as: "pipeline", method: "POST", path: path + "/measurements", body: slots(at(2*time.Minute) + `,"good":500,"total":1000`)})
		evaluate := func() { h.must(201, call{as: "administrator", method: "POST", path: "/v1/jobs/evaluate-budgets/runs"}) }
		evaluate()

		kinds := func(query string) (out []string) {
			for _, item := range h.must(200, call{as: "rita", method: "GET", path: path + "/alerts" + query}).items() {
				out = append(out, item["kind"].(string))
			}
			return out
		}
		for query, want := range map[string]int{
			"": 3, "?state=open": 3, "?state=ended": 0, "?severity=page": 2, "?severity=ticket": 1, "?kind=3d/6h": 1, "?kind=1d/2h": 0, "?kind=absent": 0,
			"?since=2000-01-01T00:00:00Z": 3, "?since=9000-01-01T00:00:00Z": 3,
		} {
			if got := kinds(query); len(got) != want {
				t.Errorf("%q lists %v, want %d", query, got, want)
			}
		}
		for query, want := range map[string]int{"?service=checkout&limit=500": 3, "?team=payments&limit=500": 3, "?service=finder": 0} {
			if got := len(h.must(200, call{as: "rita", method: "GET", path: "/v1/alerts" + query}).items()); got != want {
				t.Errorf("%s lists %d, want %d", query, got, want)
			}
		}
		alerts := h.must(200, call{as: "rita", method: "GET", path: "/v1/overview?team=payments"}).object()["alerts"]
		if want := map[string]any{"open": 3.0, "page": 2.0, "ticket": 1.0}; !reflect.DeepEqual(alerts, want) {
			t.Errorf("the overview counts %v", alerts)
		}
		for _, pair := range h.must(200, call{as: "rita", method: "GET", path: path + "/status"}).object()["alerts"].([]any) {
			p := pair.(map[string]any)
			if withheld := p["withheld"]; p["firing"] != true || (withheld == "off") != (p["long"] == "1d") || withheld != nil && withheld != "off" {
				t.Errorf("the pair is %v", p)
			}
		}

		fast := h.must(200, call{as: "rita", method: "GET", path: path + "/alerts?kind=1h/5m"}).items()[0]
		one := "/v1/alerts/" + fast["id"].(string)
		got := h.must(200, call{as: "rita", method: "GET", path: one}).object()
		if !reflect.DeepEqual(got, fast) || got["open"] != true || got["severity"] != "page" || got["peakRate"] != 500.0 || got["acknowledgement"] != nil {
			t.Errorf("the alert is %v", got)
		}
		burn := got["evidence"].(map[string]any)["burn"].(map[string]any)
		if want := map[string]any{
			"factor": 13.44, "minBadEvents": 3.0,
			"long":  map[string]any{"lookback": "1h", "good": 500.0, "total": 1000.0, "rate": 500.0},
			"short": map[string]any{"lookback": "5m", "good": 500.0, "total": 1000.0, "rate": 500.0},
		}; !reflect.DeepEqual(burn, want) {
			t.Errorf("the evidence is %v", burn)
		}

		h.do(call{as: "rita", method: "POST", path: one + "/acknowledgement", body: `{}`}).expect(t, 403, "forbidden", "", "")
		h.do(call{as: "ada", method: "POST", path: one + "/acknowledgement", body: `{"note":7}`}).expect(t, 422, "invalid_input", "/note", "string")
		first := h.must(200, call{as: "ada", method: "POST", path: one + "/acknowledgement", body: `{"note":"The database is full."}`}).object()["acknowledgement"].(map[string]any)
		if first["note"] != "The database is full." || first["by"] == "" || first["at"] == nil {
			t.Errorf("acknowledged it is %v", first)
		}
		h.clock.Advance(time.Second)
		again := h.must(200, call{as: "administrator", method: "POST", path: one + "/acknowledgement", body: `{"note":"Me too."}`}).object()["acknowledgement"]
		if !reflect.DeepEqual(again, any(first)) {
			t.Errorf("acknowledged again it is %v, not %v", again, first)
		}

		version := h.must(200, call{as: "ada", method: "GET", path: path}).header.Get("ETag")
		proposed := h.must(201, call{as: "ada", method: "POST", path: "/v1/proposals",
			body: `{"reason":"gone","retirement":{"service":"checkout","slo":"burning","version":` + strings.Trim(version, `"`) + `,"reason":"gone"}}`})
		h.must(200, call{as: "administrator", method: "POST", path: proposed.header.Get("Location") + "/approval", body: `{}`})
		evaluate()
		if open := kinds("?state=open"); len(open) != 0 {
			t.Errorf("retired, there are %v", open)
		}
		if got := h.must(200, call{as: "rita", method: "GET", path: one}).object(); got["ending"] != "retired" || got["open"] != false || got["endedAt"] == nil {
			t.Errorf("retired, it is %v", got)
		}
	})
}

// A bad slice is many bad events already: one is enough, unless the declaration says so.
func TestOneBadSliceIsEnoughWhateverElseIsSaidOfAlerts(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		const slices = `"budgeting":{"method":"timeslices","sliceTarget":"95%"}`
		for slug, row := range map[string]struct {
			alerts string
			want   float64
		}{
			"silent":  {`"alerts":{"off":["1d/2h"]}`, 1},
			"said":    {`"alerts":{"minBadEvents":2}`, 2},
			"nothing": {`"rationale":"nothing is said of alerts"`, 1},
		} {
			made := h.make("ada", slug, "/v1/services/checkout/slos", slo(`"slug":"`+slug+`"`, slices, row.alerts)).object()
			if got := made["alerts"].(map[string]any)["minBadEvents"]; got != row.want {
				t.Errorf("%s: %v bad slices are needed, want %v", slug, got, row.want)
			}
		}
	})
}
