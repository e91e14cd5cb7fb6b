package app_test

import (
	"os"
	"strings"
	"testing"
	"time"
)

// Of 99.9 % and a million events 1,000 may be bad, and 500 are, two hours ago; of the quarter
// up to now only more may be.
func TestAnOutageSaysWhatErrorsCameFrom(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		const of, about = "/v1/services/checkout/outages", "/v1/services/checkout/slos/availability"
		h.must(200, call{as: "pipeline", method: "POST", path: about + "/measurements", body: slots(at(2*time.Hour)+`,"good":999500,"total":1000000`, at(2*time.Minute)+`,"good":0,"total":0`)})
		h.must(201, call{as: "administrator", method: "POST", path: "/v1/jobs/evaluate-budgets/runs"})
		body := `{"class":"network","note":"a switch died","from":"` + start.Add(-3*time.Hour).Format(time.RFC3339) + `"}`

		record := call{as: "ada", method: "POST", path: of, header: []string{"Idempotency-Key: once"}, body: body}
		made := h.must(201, record)
		if again := h.must(201, record); again.text("id") != made.text("id") || again.header.Get("Idempotency-Replayed") != "true" {
			t.Error("what is recorded again is another outage")
		}
		one := made.header.Get("Location")
		if one != of+"/"+made.text("id") || made.object()["to"] != nil || made.header.Get("ETag") != `"1"` {
			t.Errorf("made is %s at %s", made.body, one)
		}
		part := func(period int, of string) map[string]any {
			t.Helper()
			p := h.must(200, call{as: "bob", method: "GET", path: about + "/errors"}).object()["periods"].([]any)[period].(map[string]any)
			if of == "classes" {
				return p[of].([]any)[0].(map[string]any)
			}
			return p[of].(map[string]any)
		}
		if got := part(0, "classes"); got["name"] != "network" || got["bad"] != 500.0 || got["rawBad"] != 500.0 || got["share"] != 0.5 {
			t.Errorf("of 28 days %v", got)
		}
		if got := part(1, "classes"); got["bad"] != 500.0 || got["share"].(float64) >= 0.5 || got["share"].(float64) <= 0 {
			t.Errorf("of the quarter %v", got)
		}
		if got := part(0, "unclassified"); got["bad"] != 0.0 || got["share"] != 0.0 {
			t.Errorf("unclassified are %v", got)
		}
		facts := map[string]map[string]any{}
		for _, f := range h.must(200, call{as: "bob", method: "GET", path: about + "/facts"}).object()["facts"].([]any) {
			facts[f.(map[string]any)["name"].(string)] = f.(map[string]any)
		}
		if f := facts["outageShares"]; f["known"] != true || f["numbers"].(map[string]any)["network"] != 0.5 {
			t.Errorf("a fact is %v", f)
		}
		if f := facts["consumed"]; f["number"] != 0.5 {
			t.Errorf("consumed is %v", f)
		}
		if f := facts["forecast"]; f["known"] != false || f["number"] != nil {
			t.Errorf("the forecast is %v, and none was kept", f)
		}

		end := strings.Replace(body, `"from"`, `"to":"`+start.Add(-time.Hour).Format(time.RFC3339)+`","from"`, 1)
		h.do(call{as: "bob", method: "PUT", path: one, header: []string{`If-Match: "1"`}, body: end}).expect(t, 403, "forbidden", "", "members of the owning team")
		h.do(call{as: "ada", method: "PUT", path: one, body: end}).expect(t, 428, "precondition_required", "", "If-Match")
		h.must(200, call{as: "ada", method: "PUT", path: one, header: []string{`If-Match: "1"`}, body: end})
		h.do(call{as: "ada", method: "PUT", path: one, header: []string{`If-Match: "1"`}, body: end}).expect(t, 412, "version_mismatch", "", "")
		h.do(call{as: "ada", method: "POST", path: of, body: strings.Replace(body, "network", "The Network", 1)}).expect(t, 422, "invalid_input", "/class", "lower-case")
		if got := h.must(200, call{as: "bob", method: "GET", path: of + "?class=network&at=" + start.Add(-2*time.Hour).Format(time.RFC3339)}).items(); len(got) != 1 || got[0]["version"] != 2.0 {
			t.Errorf("listed are %v", got)
		}
		h.must(204, call{as: "ada", method: "DELETE", path: one, header: []string{`If-Match: "2"`}})
		h.do(call{as: "ada", method: "GET", path: one}).expect(t, 404, "outage_not_found", "", "")
		if got := part(0, "unclassified"); got["bad"] != 500.0 {
			t.Errorf("without the outage unclassified are %v", got)
		}
	})
}

func TestHowGoodForecastsWereIsToldOfOneAndOfAll(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		for path, name := range map[string]string{"/v1/forecast-scores": "scores", "/v1/services/checkout/slos/availability/forecast": "scores"} {
			scores := h.must(200, call{as: "bob", method: "GET", path: path}).object()[name].([]any)
			for i, horizon := range []string{"week", "window"} {
				s := scores[i].(map[string]any)
				if s["horizon"] != horizon || s["forecasts"] != 0.0 || s["missing"] != 30.0 || s["score"] != nil || len(s["bins"].([]any)) != 10 {
					t.Errorf("%s: %v", path, s)
				}
			}
		}
	})
}

func TestTheGuideNamesEveryFact(t *testing.T) {
	guide, err := os.ReadFile("../../../docs/how-to/tell-what-errors-came-from.md")
	if err != nil {
		t.Fatal(err)
	}
	onEach(t, func(t *testing.T, h *house) {
		facts := h.must(200, call{as: "bob", method: "GET", path: "/v1/services/checkout/slos/availability/facts"}).object()["facts"].([]any)
		for _, f := range facts {
			if name := f.(map[string]any)["name"].(string); !strings.Contains(string(guide), "`"+name+"`") {
				t.Errorf("the guide does not name %q", name)
			}
		}
		if len(facts) != 16 {
			t.Errorf("there are %d facts", len(facts))
		}
	})
}
