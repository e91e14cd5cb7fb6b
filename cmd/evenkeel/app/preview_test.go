package app_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

const previews = "/v1/services/checkout/slo-previews"

// By hand: 720 slots of a minute, one an hour for 30 days, with ten events each; those of the
// last 28 days are 672, 6,720 events, of which the two of noon ten days ago are bad, and 6.72 may
// be at 99.9 %.
func TestAnSLOIsPreviewedBeforeItIsRevised(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		var sent []string
		for hour := range 720 {
			ago, good := time.Duration(hour+1)*time.Hour, 10
			if hour == 239 {
				good = 8
			}
			sent = append(sent, fmt.Sprintf(`%s,"good":%d,"total":10`, at(ago), good))
		}
		h.must(200, call{as: "pipeline", method: "POST", path: "/v1/services/checkout/slos/availability/measurements", body: slots(sent...)})
		ask := func(as, query string, changes ...string) call {
			return call{as: as, method: "POST", path: previews + query, body: slo(changes...)}
		}
		entries := len(h.must(200, call{as: "administrator", method: "GET", path: "/v1/audit?limit=500"}).items())
		got := h.must(200, ask("ada", "?slo=availability", `"objective":"99.95%"`)).object()
		seen := got["seen"].(map[string]any)
		own := seen["window"].(map[string]any)
		if got["basis"] != "measured" || got["revises"].(map[string]any)["slug"] != "availability" || own["good"] != 6718.0 || own["total"] != 6720.0 || seen["to"] != start.Format(time.RFC3339) {
			t.Errorf("it goes by %v, and the window is %v", got["basis"], own)
		}
		// 2 of 3.36.
		if left := own["remaining"].(float64); left < 1-2/3.36-1e-12 || left > 1-2/3.36+1e-12 || seen["state"] != "ok" {
			t.Errorf("%v remains, the state is %v", left, seen["state"])
		}
		if n := len(seen["points"].([]any)); n == 0 || n > 400 {
			t.Errorf("there are %d points", n)
		}
		if n := len(h.must(200, call{as: "administrator", method: "GET", path: "/v1/audit?limit=500"}).items()); n != entries {
			t.Errorf("the audit log has %d entries, and had %d", n, entries)
		}
		if again := h.must(200, call{as: "ada", method: "GET", path: "/v1/services/checkout/slos/availability"}).object(); again["objective"] != "99.9%" || again["revision"] != 1.0 {
			t.Errorf("it was revised: %v", again)
		}

		fresh := h.must(200, ask("ada", "", `"slug":"other"`)).object()
		if fresh["basis"] != "none" || fresh["reason"].(map[string]any)["code"] != "not_measured" || fresh["seen"] != nil {
			t.Errorf("a new one is %v", fresh)
		}
		h.make("administrator", "source", "/v1/data-sources", dataSource())
		const read = `"indicator":{"category":"availability","source":{"dataSource":"prometheus-eu","ratio":{"good":"sum(increase(a[$window]))","total":"sum(increase(b[$window]))"}}}`
		gone := h.must(200, ask("robot", "", `"slug":"other"`, read)).object()
		if gone["basis"] != "none" || gone["reason"].(map[string]any)["code"] != "source_unreachable" {
			t.Errorf("without its data source it is %v", gone)
		}
		h.all(t, []hostile{
			{"another team's", ask("bob", ""), 403, "forbidden", "", ""},
			{"a reader", ask("rita", ""), 403, "forbidden", "", ""},
			{"no objective there is", ask("ada", "", `"objective":"100%"`), 422, "invalid_input", "/objective", "no error budget"},
			{"a query that is none", ask("ada", "", strings.Replace(read, "sum(increase(a", "sum(increase((a", 1)), 422, "invalid_input", "/indicator/source/ratio/good", ""},
			{"an SLO that is not there", ask("ada", "?slo=nothing"), 404, "slo_not_found", "", ""},
			{"no service", call{as: "ada", method: "POST", path: "/v1/services/nowhere/slo-previews", body: slo()}, 404, "service_not_found", "", ""},
		})
	})
}

func TestAnSLOIsADocumentOfOpenSLOAndBack(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		h.make("administrator", "source", "/v1/data-sources", dataSource())
		body := slo(`"slug":"basket"`, `"name":"Basket: \"open\""`, `"calendar":{"period":"month","timeZone":"Europe/Berlin"}`, `"alerts":{"off":["3d/6h"]}`,
			`"indicator":{"category":"latency","groupBy":"region","source":{"dataSource":"prometheus-eu","latency":{"metric":"took_seconds","selector":"job=\"a\"","thresholdSeconds":0.3}}}`)
		h.make("ada", "slo basket", "/v1/services/checkout/slos", body)
		got := h.must(200, call{as: "rita", method: "GET", path: "/v1/services/checkout/slos/basket/openslo"})
		if kind := got.header.Get("Content-Type"); kind != "application/yaml" || !strings.HasPrefix(string(got.body), "apiVersion: openslo/v1\nkind: SLO\n") {
			t.Fatalf("it is of type %s: %s", kind, got.body)
		}
		written := h.must(200, call{as: "rita", method: "POST", path: "/v1/openslo-renderings?service=checkout", body: body})
		if string(written.body) != string(got.body) {
			t.Errorf("declared it is\n%s, and rendered\n%s", got.body, written.body)
		}
		yaml := []string{"Content-Type: application/yaml"}
		read := h.must(200, call{as: "rita", method: "POST", path: "/v1/openslo-readings", header: yaml, body: string(got.body)}).object()
		if read["service"] != "checkout" || len(read["warnings"].([]any)) != 0 {
			t.Errorf("read is %v", read)
		}
		// What was read is what was declared: revising it by that changes nothing.
		revised := h.must(200, call{as: "ada", method: "PUT", path: "/v1/services/checkout/slos/basket", header: []string{`If-Match: "1"`}, body: encode(read["slo"])}).object()
		if revised["revision"] != 1.0 || revised["version"] != 1.0 {
			t.Errorf("it is another now: %v", revised)
		}
		// Without a budgeting method, the prose and the reference implementation differ.
		loose := strings.Replace(string(got.body), "  budgetingMethod: Occurrences\n", "", 1)
		mild := h.must(200, call{as: "rita", method: "POST", path: "/v1/openslo-readings", header: yaml, body: loose}).object()
		if w := mild["warnings"].([]any)[0].(map[string]any); w["code"] != "not_strict" || w["document"] != 1.0 || w["pointer"] != "/spec/budgetingMethod" {
			t.Errorf("it warns of %v", mild["warnings"])
		}
		refuse := func(text string) call {
			return call{as: "rita", method: "POST", path: "/v1/openslo-readings", header: yaml, body: text}
		}
		h.all(t, []hostile{
			{"no YAML", refuse("a: ["), 422, "invalid_input", "", "line 1"},
			{"what strict refuses", call{as: "rita", method: "POST", path: "/v1/openslo-readings?strict=true", header: yaml, body: loose}, 422, "invalid_input", "/spec/budgetingMethod", "must be Occurrences"},
			{"what the second document has wrong", refuse(string(got.body) + "---\napiVersion: openslo/v1\nkind: Service\n"), 422, "invalid_input", "/metadata/name", "document 2"},
			{"an alias", refuse("a: &a [1]\nb: *a\n"), 422, "invalid_input", "", "anchors and aliases"},
			{"no objective", refuse(strings.Replace(string(got.body), "targetPercent: 99.9", "targetPercent: 100", 1)), 422, "invalid_input", "/spec/objectives/0/targetPercent", "line 4"},
			{"too large", refuse(strings.Repeat("#", 70_000)), 413, "", "", ""},
			{"what cannot be declared", call{as: "rita", method: "POST", path: "/v1/openslo-renderings?service=checkout", body: slo(`"windowDays":90`, `"calendar":{"period":"month"}`)}, 422, "invalid_input", "/windowDays", "left out"},
		})
	})
}
