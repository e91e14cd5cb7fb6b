package app_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/evenkeel/evenkeel/services/measure/prometheus/promtest"
)

// mapping is how the signals of checkout are read, with members changed or added.
func mapping(changes ...string) string {
	return with(`{
		"traffic":{"dataSource":"prometheus-eu","query":"sum(rate(events_total{job=\"checkout\"}[$window]))"},
		"errors":{"dataSource":"prometheus-eu","failed":"sum(rate(events_total{job=\"checkout\",good=\"no\"}[$window]))","total":"sum(rate(events_total{job=\"checkout\"}[$window]))"}
	}`, changes...)
}

const signalsOfCheckout = "/v1/services/checkout/golden-signals"

// Of 300 events in five minutes, which is one a second, 15 are bad.
func TestGoldenSignalsAreMappedAndReadThroughTheAPI(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		base := promtest.Start(t, promtest.Options{Series: counters("checkout", [2]float64{285, 15}, [2]float64{285, 15})})
		h.make("administrator", "source", "/v1/data-sources", dataSource(fmt.Sprintf(`"address":%q`, base)))
		get := func(path string, header ...string) answer {
			return h.do(call{as: "bob", method: "GET", path: signalsOfCheckout + path, header: header})
		}
		put := func(as, version, body string) call {
			return call{as: as, method: "PUT", path: signalsOfCheckout, header: []string{`If-Match: "` + version + `"`}, body: body}
		}
		before := get("")
		if before.status != 200 || before.header.Get("ETag") != `"1"` || before.object()["updatedAt"] != nil || before.object()["traffic"] != nil {
			t.Errorf("before it is %s", before.body)
		}
		for _, s := range get("/current").object()["signals"].([]any) {
			if one := s.(map[string]any); one["mapped"] != false || len(one["readings"].([]any)) != 0 {
				t.Errorf("not mapped is %v", one)
			}
		}
		h.do(call{as: "ada", method: "PUT", path: signalsOfCheckout, body: mapping()}).expect(t, 428, "precondition_required", "", "")
		h.do(put("bob", "1", mapping())).expect(t, 403, "forbidden", "", "members of the owning team")
		h.do(put("rita", "1", mapping())).expect(t, 403, "forbidden", "", "scope")
		h.do(put("ada", "2", mapping())).expect(t, 412, "version_mismatch", "", "")
		h.do(put("ada", "1", mapping(`"traffic":{"dataSource":"prometheus-eu","query":"sum(rate(x[$window])"}`))).expect(t, 422, "invalid_input", "/traffic/query", "(column 21)")
		h.do(put("ada", "1", mapping(`"latency":{"slo":"availability"}`))).expect(t, 422, "invalid_input", "/latency/slo", "not read from a histogram")
		h.do(put("ada", "1", mapping(`"latency":{"slo":"latency","quantiles":["p12"]}`))).expect(t, 422, "invalid_input", "/latency/quantiles/0", "p95")

		made := h.must(200, put("robot", "1", mapping(`"saturation":[{"name":"memory","dataSource":"prometheus-eu","query":"nothing"}]`)))
		if made.header.Get("ETag") != `"2"` || made.object()["traffic"].(map[string]any)["dataSource"].(map[string]any)["slug"] != "prometheus-eu" {
			t.Errorf("mapped is %s", made.body)
		}
		if w := made.object()["warnings"].([]any); len(w) != 1 || w[0].(map[string]any)["code"] != "no_data" || w[0].(map[string]any)["pointer"] != "/saturation/0/query" {
			t.Errorf("the warnings are %v", w)
		}
		if again := get("", `If-None-Match: "2"`); again.status != 304 {
			t.Errorf("who has it gets %d", again.status)
		}
		values := map[string]any{}
		for _, s := range get("/current").object()["signals"].([]any) {
			for _, r := range s.(map[string]any)["readings"].([]any) {
				one := r.(map[string]any)
				values[one["name"].(string)] = one["value"]
				if one["name"] == "memory" && (one["reason"] != "no_data" || one["queries"].([]any)[0] != "nothing") {
					t.Errorf("what is not known is %v", one)
				}
			}
		}
		if want := map[string]any{"requests": 1.0, "share": 0.05, "rate": 0.05, "memory": nil}; fmt.Sprint(values) != fmt.Sprint(want) {
			t.Errorf("the values are %v, want %v", values, want)
		}
		series := get("/series?from=2026-03-14T11:00:00Z&to=2026-03-14T12:00:00Z&stepSeconds=900").object()
		points := series["signals"].([]any)[1].(map[string]any)["readings"].([]any)[0].(map[string]any)["points"].([]any)
		if series["windowSeconds"] != 900.0 || len(points) != 5 || points[4].(map[string]any)["at"] != "2026-03-14T12:00:00Z" || points[4].(map[string]any)["value"] != 1.0 {
			t.Errorf("the series is %v: %v", series, points)
		}
		get("/series?stepSeconds=61").expect(t, 422, "invalid_input", "query.stepSeconds", "multiple of 60")
		get("/series?from=2025-01-01T00:00:00Z").expect(t, 422, "invalid_input", "query.from", "31 days")

		preview := h.must(200, call{as: "ada", method: "GET", path: "/v1/services/checkout/retire"})
		if !strings.Contains(string(preview.body), `{"noun":"golden_signal","count":3}`) {
			t.Errorf("what would end with the service is %s", preview.body)
		}
		entries := h.must(200, call{as: "administrator", method: "GET", path: "/v1/audit?kind=signal_mapping&outcome=done"}).items()
		if len(entries) != 1 || entries[0]["action"] != "signal_mapping.update" {
			t.Errorf("the log has %v", entries)
		}
		h.do(call{as: "ada", method: "DELETE", path: signalsOfCheckout, header: []string{`If-Match: "1"`}}).expect(t, 412, "version_mismatch", "", "")
		h.must(204, call{as: "ada", method: "DELETE", path: signalsOfCheckout, header: []string{`If-Match: "2"`}})
		if after := get(""); after.header.Get("ETag") != `"3"` || after.object()["errors"] != nil {
			t.Errorf("unmapped is %s", after.body)
		}
	})
}

func TestSignalsOfASourceThatIsGoneAreUnknownAndNoError(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		h.make("administrator", "source", "/v1/data-sources", dataSource())
		made := h.must(200, call{as: "ada", method: "PUT", path: signalsOfCheckout, header: []string{`If-Match: "1"`}, body: mapping(`"errors":{"slo":"availability"}`)})
		codes := map[string]bool{}
		for _, w := range made.object()["warnings"].([]any) {
			codes[w.(map[string]any)["pointer"].(string)+" "+w.(map[string]any)["code"].(string)] = true
		}
		if !codes["/traffic/query source_unavailable"] || !codes["/errors/slo no_data"] || len(codes) != 2 {
			t.Errorf("the warnings are %s", made.body)
		}
		now := h.must(200, call{as: "bob", method: "GET", path: signalsOfCheckout + "/current"})
		if !strings.Contains(string(now.body), `cannot be reached now`) || strings.Contains(string(now.body), "127.0.0.1") {
			t.Errorf("it says %s", now.body)
		}
		h.do(call{as: "ada", method: "GET", path: signalsOfCheckout + "/suggestions?dataSource=prometheus-eu"}).expect(t, 503, "data_source_unavailable", "", "cannot be reached")
		h.do(call{as: "bob", method: "GET", path: signalsOfCheckout + "/suggestions?dataSource=prometheus-eu"}).expect(t, 403, "forbidden", "", "")
		h.do(call{as: "ada", method: "GET", path: signalsOfCheckout + "/suggestions"}).expect(t, 422, "invalid_input", "query.dataSource", "missing")
	})
}
