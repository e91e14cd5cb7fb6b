package app_test

import (
	"maps"
	"reflect"
	"strings"
	"testing"
	"time"
)

// deed is how an act is done, but for the If-Match, which is added.
type deed struct{ method, path, body string }

// lets are the codes by which each act on the thing would be refused, as its reader is told; empty
// where it is allowed.
func (h *house) lets(as, path string) map[string]string {
	h.t.Helper()
	out := map[string]string{}
	for _, one := range h.must(200, call{as: as, method: "GET", path: path}).object()["acts"].([]any) {
		act := one.(map[string]any)
		code, _ := act["code"].(string)
		reason, _ := act["reason"].(string)
		if allowed := act["allowed"].(bool); allowed != (code == "") || allowed != (reason == "") {
			h.t.Errorf("%s is told of %s: %v", as, path, act)
		}
		out[act["act"].(string)] = code
	}
	return out
}

// acts holds what each caller is told of a thing to what is right, written as the codes of its acts in
// the order of the names; and has each of them try what they are told would be refused.
func (h *house) acts(when, path, names string, deeds map[string]deed, right map[string]string) {
	h.t.Helper()
	for as, codes := range right {
		want := map[string]string{}
		for i, code := range strings.Fields(codes) {
			want[strings.Fields(names)[i]] = strings.Trim(code, "-")
		}
		if got := h.lets(as, path); !maps.Equal(got, want) {
			h.t.Errorf("%s, %s is told %v, want %v", when, as, got, want)
		}
		for act, code := range want {
			if code == "" {
				continue
			}
			d := deeds[act]
			tag := h.must(200, call{as: "administrator", method: "GET", path: path}).header.Get("ETag")
			got := h.do(call{as: as, method: d.method, path: path + d.path, body: d.body, header: []string{"If-Match: " + tag}})
			if got.problem.Code != code {
				h.t.Errorf("%s, %s is told that %s is refused as %s, and it is %d %s", when, as, act, code, got.status, got.problem.Code)
			}
		}
	}
}

// does does what a caller is told that they may.
func (h *house) does(as, path string, d deed) answer {
	h.t.Helper()
	tag := h.must(200, call{as: as, method: "GET", path: path}).header.Get("ETag")
	a := h.do(call{as: as, method: d.method, path: path + d.path, body: d.body, header: []string{"If-Match: " + tag}})
	if a.status/100 != 2 {
		h.t.Fatalf("%s %s as %s: %d %s", d.method, path+d.path, as, a.status, a.body)
	}
	return a
}

// Ada asks for the team payments, of which Ann is too, and is made a member of search, which keeps the
// scorecard; Bob is of search and approved the policy; Eve is of neither; Rita may only read. A dash
// stands for what is allowed. What is right follows from the descriptions of the operations.
func TestEverybodyIsToldWhatTheyMayDoToAThing(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		for _, name := range []string{"ann", "eve"} {
			h.person(name, "read", "write")
		}
		h.must(200, call{as: "administrator", method: "PUT", path: "/v1/teams/payments/members/" + h.ids["ann"]})
		h.must(200, call{as: "administrator", method: "PUT", path: "/v1/teams/search/members/" + h.ids["ada"]})
		h.make("bob", "scorecard", "/v1/scorecards", scorecard("readiness", "search"))

		const nobody3, nobody2 = "forbidden forbidden forbidden", "forbidden forbidden"
		one := exemptions + "/" + h.make("ada", "exemption", exemptions, asking()).text("id")
		deeds := map[string]deed{"approve": {"POST", "/approve", `{}`}, "reject": {"POST", "/reject", `{"reason":"No."}`}, "end": {"POST", "/end", `{"reason":"Done."}`}}
		h.acts("of an exemption that waits", one, "approve reject end", deeds, map[string]string{
			"ada": "own_exemption own_exemption -", "ann": "forbidden forbidden -", "bob": "- - forbidden",
			"administrator": "- - -", "eve": nobody3, "rita": nobody3, "robot": nobody3, "stranger": nobody3,
		})
		h.does("bob", one, deeds["approve"])
		h.acts("of an exemption in force", one, "approve reject end", deeds, map[string]string{
			"ada": "own_exemption own_exemption -", "ann": "forbidden forbidden -", "bob": "exemption_decided exemption_decided -",
			"administrator": "exemption_decided exemption_decided -", "eve": nobody3, "rita": nobody3,
		})
		listed := h.must(200, call{as: "bob", method: "GET", path: exemptions + "?state=in_force"}).items()
		if alone := h.must(200, call{as: "bob", method: "GET", path: one}).object(); len(listed) != 1 || !reflect.DeepEqual(listed[0]["acts"], alone["acts"]) {
			t.Errorf("listed is %v, by itself %v", listed, alone["acts"])
		}
		h.does("bob", one, deeds["end"])
		h.acts("of an exemption that ended", one, "approve reject end", deeds, map[string]string{
			"ann": "forbidden forbidden exemption_over", "bob": "exemption_decided exemption_decided exemption_over",
		})

		review := launches + "/" + h.make("ada", "review", launches, launching()).text("id")
		deeds = map[string]deed{"sign_off": {"POST", "/sign-off", signOff()}, "reject": {"POST", "/reject", `{"reason":"No."}`}, "meet_condition": {"POST", "/conditions/1/done", `{"note":"There."}`}}
		const launching = "sign_off reject meet_condition"
		for as, want := range map[string]string{"ada": "condition_done", "ann": "condition_done", "administrator": "condition_done"} {
			if got := h.lets(as, review)["meet_condition"]; got != want { // there is none yet, which is told so too
				t.Errorf("of a review without conditions %s is told %q", as, got)
			}
		}
		h.acts("of a review that waits", review, launching, deeds, map[string]string{"bob": "- - forbidden", "eve": nobody3, "rita": nobody3, "robot": nobody3})
		h.does("bob", review, deeds["sign_off"])
		h.acts("of a launch that is signed off", review, launching, deeds, map[string]string{
			"ada": "own_launch_review own_launch_review -", "ann": "forbidden forbidden -", "bob": "launch_review_decided launch_review_decided forbidden",
			"administrator": "launch_review_decided launch_review_decided -", "eve": nobody3, "robot": nobody3,
		})
		h.does("ann", review, deeds["meet_condition"])

		lift := `{"reason":"The way out.","until":"` + start.Add(3*time.Hour).UTC().Format(time.RFC3339) + `"}`
		override := h.must(201, call{as: "ada", method: "POST", path: "/v1/services/checkout/gate/overrides", body: lift}).header.Get("Location")
		deeds = map[string]deed{"end": {"POST", "/end", ""}, "review": {"POST", "/review", `{"justified":true}`}}
		h.acts("of an override", override, "end review", deeds, map[string]string{
			"ada": "- own_override", "ann": "- -", "administrator": "- -", "bob": nobody2, "eve": nobody2, "rita": nobody2, "robot": nobody2,
		})
		h.does("ann", override, deeds["review"])
		h.does("ada", override, deeds["end"])
		h.acts("of an override that is over", override, "end review", deeds, map[string]string{"ada": "override_over own_override", "ann": "override_over already_reviewed", "bob": nobody2})

		h.must(200, call{as: "administrator", method: "PUT", path: "/v1/budget-policies/error-budget", header: ifMatch(1), body: `{"slug":"error-budget","name":"E","clauses":[{"name":"spent","when":"consumed > 1.0","freeze":{"earlyExit":true}}],"approval":{"approver":"` + h.ids["bob"] + `"}}`})
		h.must(200, call{as: "ada", method: "POST", path: "/v1/services/checkout/slos/availability/measurements", body: slots(at(2*time.Minute) + `,"good":500,"total":1000`)})
		for _, job := range []string{"evaluate-budgets", "apply-policies"} {
			h.must(201, call{as: "administrator", method: "POST", path: "/v1/jobs/" + job + "/runs"})
			h.clock.Advance(time.Second)
		}
		violation := "/v1/violations/" + h.must(200, call{as: "bob", method: "GET", path: "/v1/violations?service=checkout"}).items()[0]["id"].(string)
		deeds = map[string]deed{
			"acknowledge": {"PUT", "/acknowledgement", `{"plan":"A larger pool.","dueOn":"` + date(9) + `"}`}, "exit_early": {"PUT", "/early-exit", `{"done":"It is larger."}`},
			"dispute": {"POST", "/disputes", `{"reason":"A load test."}`}, "decide_dispute": {"POST", "/rulings", `{"outcome":"void","note":"It was."}`},
		}
		const handling = "acknowledge exit_early dispute decide_dispute"
		h.acts("of a violation", violation, handling, deeds, map[string]string{
			"ada": "- not_approver - not_approver", "bob": "forbidden not_acknowledged forbidden not_disputed",
			"administrator": "- not_acknowledged - not_disputed", "eve": "forbidden not_approver forbidden not_approver", "robot": "forbidden not_approver forbidden not_approver",
		})
		h.does("ada", violation, deeds["acknowledge"])
		h.does("administrator", violation, deeds["dispute"])
		h.acts("of a violation that is disputed", violation, handling, deeds, map[string]string{
			"ada": "- not_approver - not_approver", "bob": "forbidden - forbidden -", "administrator": "- - - own_dispute",
		})
		h.does("bob", violation, deeds["decide_dispute"])
		h.acts("of a violation that was none", violation, handling, deeds, map[string]string{
			"ada": "violation_ended not_approver violation_void not_approver", "bob": "forbidden violation_ended forbidden violation_void",
		})
		if kind := h.must(200, call{as: "bob", method: "GET", path: "/v1/violations?service=checkout"}).items()[0]["acts"]; !reflect.DeepEqual(kind, h.must(200, call{as: "bob", method: "GET", path: violation}).object()["acts"]) {
			t.Errorf("listed is %v", kind)
		}
	})
}
