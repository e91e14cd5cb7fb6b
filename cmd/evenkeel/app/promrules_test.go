package app_test

import (
	"strings"
	"testing"
)

func TestSLOsAreRulesOfPrometheus(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		h.make("administrator", "source", "/v1/data-sources", dataSource())
		const counted = `"indicator":{"category":"availability","source":{"dataSource":"prometheus-eu","ratio":{"bad":"sum(increase(failed_total[$window]))","total":"sum(increase(requests_total[$window]))"}}}`
		h.make("ada", "slo basket", "/v1/services/checkout/slos", slo(`"slug":"basket"`, `"windowDays":28`, `"alerts":{"off":["ticket"]}`, counted))
		get := func(path string, header ...string) answer {
			return h.do(call{as: "rita", method: "GET", path: path, header: header})
		}
		got := get("/v1/services/checkout/prometheus-rules")
		text := string(got.body)
		if got.status != 200 || got.header.Get("Content-Type") != "application/yaml" {
			t.Fatalf("it answers %d, of type %s: %s", got.status, got.header.Get("Content-Type"), text)
		}
		// availability is pushed, and so is nothing that rules could ask for.
		if !strings.HasPrefix(text, "# checkout/availability: it is measured without queries of PromQL") {
			t.Errorf("what is left out is not told first: %.200s", text)
		}
		for _, want := range []string{
			"groups:\n  - name: evenkeel-checkout-basket\n    interval: 1m\n", "record: slo:sli_error:ratio_rate28d\n", "evenkeel_service: checkout\n", "evenkeel_slo: basket\n",
			"sum(increase(requests_total[1m]))", "alert: SLOBudgetBurnPage\n", "alert: SLOEventsAbsent\n",
		} {
			if !strings.Contains(text, want) {
				t.Errorf("there is no %q in %s", want, text)
			}
		}
		if strings.Contains(text, "SLOBudgetBurnTicket") {
			t.Error("there is a ticket, and they are switched off")
		}
		_, groups, _ := strings.Cut(text, "groups:\n")
		all := string(get("/v1/prometheus-rules").body)
		if !strings.Contains(all, groups) || !strings.Contains(all, "# evenkeel/availability: ") {
			t.Errorf("of all services it is\n%s", all)
		}
		tag := got.header.Get("ETag")
		if again := get("/v1/services/checkout/prometheus-rules", "If-None-Match: "+tag); tag == "" || again.status != 304 || len(again.body) != 0 {
			t.Errorf("of who has %s it answers %d, %s", tag, again.status, again.body)
		}
		sloth := get("/v1/prometheus-rules?names=sloth&dataSource=prometheus-eu&format=operator&namespace=monitoring")
		if other := sloth.header.Get("ETag"); other == tag {
			t.Error("another text has the same tag")
		}
		for _, want := range []string{"kind: PrometheusRule\nmetadata:\n  name: slos-checkout\n  namespace: monitoring\n", "sloth_id: checkout-basket\n", "sloth_mode: api-gen-prom\n"} {
			if !strings.Contains(string(sloth.body), want) {
				t.Errorf("there is no %q in %s", want, sloth.body)
			}
		}
		if strings.Contains(string(sloth.body), "# checkout/availability") {
			t.Error("what is read from no data source is told of one")
		}
		h.must(200, call{as: "ada", method: "POST", path: "/v1/services/checkout/slos/basket/retire", header: []string{`If-Match: "1"`}, body: `{"reason":"none"}`})
		if gone := get("/v1/services/checkout/prometheus-rules", "If-None-Match: "+tag); gone.status != 200 || strings.Contains(string(gone.body), "evenkeel_slo: basket") {
			t.Errorf("of a retired one it answers %d: %s", gone.status, gone.body)
		}
		h.all(t, []hostile{
			{"no service", call{as: "rita", method: "GET", path: "/v1/services/nowhere/prometheus-rules"}, 404, "service_not_found", "", ""},
			{"no data source", call{as: "rita", method: "GET", path: "/v1/prometheus-rules?dataSource=nowhere"}, 422, "invalid_input", "query.dataSource", ""},
			{"names of nobody", call{as: "rita", method: "GET", path: "/v1/prometheus-rules?names=pyrra"}, 422, "invalid_input", "query.names", ""},
			{"nobody", call{method: "GET", path: "/v1/prometheus-rules"}, 401, "", "", ""},
		})
	})
}
