package app_test

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// Of 99.9 % and a million events in the 28 days up to its end, 1,000 may be bad: 200 of them,
// in the half hour of the incident, are exactly a fifth of the budget, and 201 are more. The
// event that was bad an hour before it began is not the incident's.
func TestAnIncidentThatTookMoreThanAFifthOfTheBudgetBreaksTheDefaultPolicy(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		const about = "/v1/services/checkout/slos/availability"
		push := func(good string) {
			t.Helper()
			h.must(200, call{as: "pipeline", method: "POST", path: about + "/measurements", body: slots(
				at(26*time.Hour)+`,"good":899999,"total":900000`, at(150*time.Minute)+`,"good":`+good+`,"total":100000`, at(2*time.Minute)+`,"good":0,"total":0`)})
			h.runs("evaluate-budgets", "apply-policies")
		}
		ago := func(minutes int) string {
			return start.Add(-time.Duration(minutes) * time.Minute).UTC().Format(time.RFC3339)
		}
		terms := func(changes ...string) string {
			return ofIncident(append([]string{`"impactStart":"` + ago(155) + `"`, `"detectedAt":"` + ago(150) + `"`, `"impactEnd":"` + ago(125) + `"`, `"causes":["company-network"]`}, changes...)...)
		}
		facts := func() map[string]any {
			t.Helper()
			out := map[string]any{}
			for _, f := range h.must(200, call{as: "bob", method: "GET", path: about + "/facts"}).object()["facts"].([]any) {
				f := f.(map[string]any)
				switch f["name"] {
				case "cause":
					out["cause"] = f["text"]
				case "incidentShares":
					out["shares"], out["known"] = f["numbers"], f["known"]
				}
			}
			return out
		}
		broken := func() int {
			t.Helper()
			n := 0
			for _, v := range h.must(200, call{as: "bob", method: "GET", path: "/v1/violations?service=checkout&state=open"}).items() {
				if v["clause"] == "single-incident" {
					n++
				}
			}
			return n
		}

		push("99800")
		if got := facts(); got["cause"] != "unclassified" || got["shares"] != nil || got["known"] != true {
			t.Errorf("without incidents %v", got)
		}
		made := h.must(201, call{as: "ada", method: "POST", path: "/v1/incidents", body: terms()})
		one := made.header.Get("Location")
		h.runs("apply-policies")
		impact := h.must(200, call{as: "bob", method: "GET", path: one + "/impact"}).object()["slos"].([]any)
		first := impact[0].(map[string]any)
		weeks := first["periods"].([]any)[0].(map[string]any)
		if other := impact[1].(map[string]any); len(impact) != 2 || other["unknown"] != "no_data" || other["bad"] != nil {
			t.Errorf("of an SLO that was never measured the impact is %v", other)
		}
		if first["role"] != "affected" || first["bad"] != 200.0 || first["total"] != 100_000.0 || weeks["share"] != 0.2 || weeks["total"] != 1_000_000.0 {
			t.Errorf("the impact is %v", impact)
		}
		// A cause that excuses the team is not taken from what the team itself may have written.
		if got := facts(); got["cause"] != "unclassified" || got["shares"].(map[string]any)[made.text("id")] != 0.2 {
			t.Errorf("with a fifth %v", got)
		}
		if n := broken(); n != 0 {
			t.Errorf("exactly a fifth breaks the clause: %d", n)
		}

		push("99799")
		if n := broken(); n != 1 {
			t.Errorf("more than a fifth breaks the clause %d times", n)
		}
		// Once it is over, a postmortem is asked for by its severity; a clause that is only observed asks
		// for nothing.
		h.must(200, call{as: "ada", method: "POST", path: one + "/status", header: []string{`If-Match: "1"`}, body: `{"status":"resolved"}`})
		h.runs("request-postmortems")
		var reasons []string
		for _, r := range h.must(200, call{as: "bob", method: "GET", path: one + "/postmortem"}).object()["requests"].([]any) {
			reasons = append(reasons, r.(map[string]any)["reason"].(string))
		}
		if !slices.Equal(reasons, []string{"severity"}) {
			t.Errorf("a postmortem is asked for because of %v", reasons)
		}
		h.must(200, call{as: "ada", method: "PUT", path: one, header: []string{`If-Match: "2"`}, body: terms(`"causes":["own-code-or-procedure"]`, `"tags":["class:network"]`)})
		if got := facts(); got["cause"] != "own-code-or-procedure" {
			t.Errorf("with a cause of the team's own %v", got)
		}
		// Its class is one of outages, and adds up with them.
		classes := h.must(200, call{as: "bob", method: "GET", path: about + "/errors"}).object()["periods"].([]any)[0].(map[string]any)["classes"].([]any)
		if len(classes) != 1 || classes[0].(map[string]any)["name"] != "network" || classes[0].(map[string]any)["bad"] != 201.0 {
			t.Errorf("the classes are %v", classes)
		}

		// What people say of the same incident goes first.
		h.must(200, call{as: "ada", method: "PUT", path: about + "/supplied-facts/incidentShares", header: []string{`If-Match: "1"`}, body: `{"numbers":{"` + made.text("id") + `":0.1}}`})
		if got := facts(); got["shares"].(map[string]any)[made.text("id")] != 0.1 {
			t.Errorf("as people said %v", got)
		}
		h.must(200, call{as: "ada", method: "PUT", path: about + "/supplied-facts/cause", header: []string{`If-Match: "1"`}, body: `{"text":"miss-was-hidden"}`})
		if got := facts(); got["cause"] != "miss-was-hidden" {
			t.Errorf("as people said %v", got)
		}
		h.runs("apply-policies")
		if n := broken(); n != 0 {
			t.Errorf("a tenth breaks the clause: %d", n)
		}
	})
}

func TestARestrictedIncidentTellsPoliciesNothing(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		const about = "/v1/services/checkout/slos/availability"
		h.must(200, call{as: "pipeline", method: "POST", path: about + "/measurements", body: slots(at(150*time.Minute)+`,"good":900,"total":1000`, at(2*time.Minute)+`,"good":0,"total":0`)})
		h.runs("evaluate-budgets")
		made := h.must(201, call{as: "ada", method: "POST", path: "/v1/incidents", body: ofIncident(`"impactStart":"`+start.Add(-3*time.Hour).UTC().Format(time.RFC3339)+`"`, `"restricted":true`, `"causes":["own-code-or-procedure"]`, `"tags":["class:network"]`)})
		for _, path := range []string{about + "/facts", about + "/errors"} {
			for _, word := range []string{made.text("id"), "network"} {
				if got := h.must(200, call{as: "ada", method: "GET", path: path}); strings.Contains(string(got.body), `"`+word+`"`) {
					t.Errorf("%s tells %s: %s", path, word, got.body)
				}
			}
		}
		h.must(200, call{as: "ada", method: "GET", path: made.header.Get("Location") + "/impact"})
		h.do(call{as: "bob", method: "GET", path: made.header.Get("Location") + "/impact"}).expect(t, 404, "incident_not_found", "", "")
	})
}
