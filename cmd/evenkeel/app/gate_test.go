package app_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// The Friday evening: of 99.9 % and a million events 1,000 may be bad, and 2,000 were, two
// hours ago. If nothing more goes wrong they leave the 28 days 670 hours and a minute after
// the windows' end, of which the next full hour is told.
func TestAGateHoldsFeaturesBackAndLetsTheWayOutOpen(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		const of, about = "/v1/services/checkout/gate", "/v1/services/checkout/slos/availability"
		answered := func(as, class string) map[string]any {
			t.Helper()
			return h.must(201, call{as: as, method: "POST", path: of + "/decisions", body: `{"class":"` + class + `","version":"v1"}`}).object()
		}
		first := func(d map[string]any) map[string]any { return d["reasons"].([]any)[0].(map[string]any) }

		if d := answered("pipeline", "feature"); d["answer"] != "allow" || first(d)["kind"] != "no_objection" {
			t.Errorf("while all is only observed: %v", d)
		}
		attachment := h.must(200, call{as: "ada", method: "GET", path: "/v1/budget-policies/error-budget/attachments"}).items()[0]
		h.must(200, call{as: "administrator", method: "PUT", path: "/v1/budget-policies/error-budget/attachments/" + attachment["id"].(string), header: []string{`If-Match: "1"`}, body: `{"mode":"enforce"}`})
		if d := answered("pipeline", "feature"); d["answer"] != "warn" || first(d)["kind"] != "not_known" || first(d)["slo"] != "availability" {
			t.Errorf("before anything was measured: %v", d)
		}

		h.must(200, call{as: "pipeline", method: "POST", path: about + "/measurements", body: slots(at(2*time.Hour)+`,"good":998000,"total":1000000`, at(2*time.Minute)+`,"good":0,"total":0`)})
		for _, job := range []string{"evaluate-budgets", "apply-policies"} {
			h.must(201, call{as: "administrator", method: "POST", path: "/v1/jobs/" + job + "/runs"})
			h.clock.Advance(time.Second)
		}
		d := answered("pipeline", "feature")
		recovers := start.Truncate(time.Minute).Add(671 * time.Hour).UTC().Format(time.RFC3339)
		if r := first(d); d["answer"] != "deny" || r["kind"] != "frozen" || r["clause"] != "budget-exceeded" || r["consumedPercent"] != "200.00" || r["recoversAt"] != recovers || d["recoversAt"] != recovers {
			t.Errorf("a feature: %v, want one that recovers at %s", d, recovers)
		}
		if out := d["wayOut"].([]any); len(out) != 5 || !strings.Contains(out[0].(string), "reliability") {
			t.Errorf("the way out is %v", d["wayOut"])
		}
		for class, want := range map[string]string{"feature": "deny", "config": "deny", "reliability": "allow", "security": "allow", "p0": "allow", "rollback": "allow"} {
			if d := answered("ada", class); d["answer"] != want {
				t.Errorf("%s: %v, want %s", class, d, want)
			}
		}

		// What was answered is kept; asked again under one key it is one decision.
		ask := call{as: "pipeline", method: "POST", path: of + "/decisions", header: []string{"Idempotency-Key: build-7"}, body: `{"class":"feature","version":"v2","link":"https://example.org/7"}`}
		made := h.must(201, ask)
		if again := h.must(201, ask); again.text("id") != made.text("id") || again.header.Get("Idempotency-Replayed") != "true" {
			t.Errorf("asked again: %s", again.body)
		}
		if got := h.must(200, call{as: "bob", method: "GET", path: made.header.Get("Location")}); string(got.body) != string(made.body) || got.text("decidedBy") != "pipeline" {
			t.Errorf("read again: %s, was %s", got.body, made.body)
		}
		if denied := h.must(200, call{as: "bob", method: "GET", path: of + "/decisions?answer=deny"}).items(); len(denied) != 4 || denied[0]["id"] != made.text("id") {
			t.Errorf("denied were %v", denied)
		}
		h.do(call{as: "bob", method: "POST", path: of + "/decisions", body: `{"class":"feature"}`}).expect(t, 403, "forbidden", "", "owning team")
		h.do(call{as: "ada", method: "POST", path: of + "/decisions", body: `{"class":"hotfix"}`}).expect(t, 422, "invalid_input", "/class", "rollback")
		h.do(call{as: "ada", method: "POST", path: of + "/decisions", body: `{"class":"p0","link":"javascript:1"}`}).expect(t, 422, "invalid_input", "/link", "http")

		// Break the glass.
		until := start.Add(3 * time.Hour).UTC().Format(time.RFC3339)
		over := of + "/overrides"
		lift := `{"reason":"the rollback needs a new image","until":"` + until + `"}`
		h.do(call{as: "robot", method: "POST", path: over, body: lift}).expect(t, 403, "forbidden", "", "members of the owning team")
		h.do(call{as: "ada", method: "POST", path: over, body: `{"reason":"","until":"` + start.Add(25*time.Hour).UTC().Format(time.RFC3339) + `"}`}).expect(t, 422, "invalid_input", "/until", "24 hours")
		lifted := h.must(201, call{as: "ada", method: "POST", path: over, body: lift})
		one := lifted.header.Get("Location")
		if d := answered("pipeline", "feature"); d["answer"] != "warn" || d["reasons"].([]any)[1].(map[string]any)["kind"] != "overridden" {
			t.Errorf("while it is lifted: %v", d)
		}
		if shown := h.must(200, call{as: "bob", method: "GET", path: of}).object(); shown["override"].(map[string]any)["madeBy"] != "ada" || len(shown["classes"].([]any)) != 6 {
			t.Errorf("the gate shows %v", shown)
		}
		review := `{"justified":false,"note":"the old image would have done"}`
		h.do(call{as: "ada", method: "POST", path: one + "/review", header: []string{`If-Match: "1"`}, body: review}).expect(t, 403, "own_override", "", "another person")
		h.do(call{as: "administrator", method: "POST", path: one + "/review", header: []string{`If-Match: "1"`}, body: `{"justified":false}`}).expect(t, 422, "invalid_input", "/note", "why")
		if got := h.must(200, call{as: "bob", method: "GET", path: over + "?unreviewed=true"}).items(); len(got) != 1 {
			t.Errorf("to be reviewed are %v", got)
		}
		h.must(200, call{as: "administrator", method: "POST", path: one + "/review", header: []string{`If-Match: "1"`}, body: review})
		h.do(call{as: "administrator", method: "POST", path: one + "/review", header: []string{`If-Match: "2"`}, body: review}).expect(t, 409, "already_reviewed", "", "")
		h.must(200, call{as: "ada", method: "POST", path: one + "/end", header: []string{`If-Match: "2"`}})
		h.do(call{as: "ada", method: "POST", path: one + "/end", header: []string{`If-Match: "3"`}}).expect(t, 409, "override_over", "", "")
		if d := answered("pipeline", "feature"); d["answer"] != "deny" {
			t.Errorf("after it ended: %v", d)
		}
		if got := h.must(200, call{as: "bob", method: "GET", path: over + "?unreviewed=true"}).items(); len(got) != 0 {
			t.Errorf("to be reviewed are still %v", got)
		}
	})
}

// A pipeline that got no answer asks again: what was decided stands, whatever became of the
// service since.
func TestADecisionAskedForAgainIsTheRecordedOneAlsoOfARetiredService(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		const of = "/v1/services/ledger/gate/decisions"
		ask := call{as: "pipeline", method: "POST", path: of, header: []string{"Idempotency-Key: build-8"}, body: `{"class":"feature"}`}
		made := h.must(201, ask)
		h.must(200, call{as: "ada", method: "POST", path: "/v1/services/ledger/retire", header: []string{`If-Match: "1"`}, body: `{"reason":"nobody calls it"}`})
		if again := h.must(201, ask); string(again.body) != string(made.body) || again.header.Get("Idempotency-Replayed") != "true" || again.header.Get("Location") != made.header.Get("Location") {
			t.Errorf("asked again: %s, was %s", again.body, made.body)
		}
		other := ask
		other.body = `{"class":"config"}`
		h.do(other).expect(t, 422, "idempotency_key_reused", "header.Idempotency-Key", "another request")
		fresh := ask
		fresh.header = []string{"Idempotency-Key: build-9"}
		h.do(fresh).expect(t, 409, "service_retired", "", "")
	})
}

func TestFactsThatConditionsNameAreListed(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		told := map[string]map[string]any{}
		for _, f := range h.must(200, call{as: "bob", method: "GET", path: "/v1/facts"}).object()["facts"].([]any) {
			told[f.(map[string]any)["name"].(string)] = f.(map[string]any)
		}
		if told["consumed"]["type"] != "number" || told["burn"]["type"] != "numbers" || len(told["state"]["values"].([]any)) != 4 || told["forecast"]["doc"] == "" {
			t.Errorf("told are %v", told)
		}
	})
}

// The matrix of class of change, state of the SLO, mode of the policy and hard dependency, through
// the API. Each letter is the answer for feature, config, reliability, security, p0 and rollback: a
// allow, w warn, d deny. They are written by hand from the product's rules: only an enforced
// freeze of the service's own denies, and never the last three, nor reliability, which the
// default policy's freeze lets go on; what is not known warns of changes that could have to wait;
// a hard dependency that has spent its budget warns of all.
func TestTheMatrixOfAnswersThroughTheAPI(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		measured := map[string][]string{
			"ok":        {at(2*time.Hour) + `,"good":1000000,"total":1000000`, at(2*time.Minute) + `,"good":1000,"total":1000`},
			"at_risk":   {at(72*time.Hour) + `,"good":1000000,"total":1000000`, at(2*time.Minute) + `,"good":700,"total":1000`},
			"exhausted": {at(2*time.Hour) + `,"good":998000,"total":1000000`, at(2*time.Minute) + `,"good":1000,"total":1000`},
			"no_data":   nil,
			"spent":     {at(2*time.Hour) + `,"good":990000,"total":1000000`, at(2*time.Minute) + `,"good":1000,"total":1000`},
		}
		path := func(state string) string { return "/v1/services/of-" + strings.ReplaceAll(state, "_", "-") }
		for state, slotted := range measured {
			h.make("ada", "service "+state, "/v1/services", service(`"slug":"`+strings.TrimPrefix(path(state), "/v1/services/")+`"`))
			h.make("ada", "slo of "+state, path(state)+"/slos", slo())
			if slotted != nil {
				h.must(200, call{as: "pipeline", method: "POST", path: path(state) + "/slos/availability/measurements", body: slots(slotted...)})
			}
		}
		for _, job := range []string{"evaluate-budgets", "apply-policies"} {
			h.must(201, call{as: "administrator", method: "POST", path: "/v1/jobs/" + job + "/runs"})
			h.clock.Advance(time.Second)
		}
		attachment := h.must(200, call{as: "ada", method: "GET", path: "/v1/budget-policies/error-budget/attachments"}).items()[0]
		version := 1
		for _, dependency := range []string{"sound", "spent"} {
			if dependency == "spent" {
				for state := range measured {
					if state != "spent" {
						h.make("ada", "dependency of "+state, path(state)+"/dependencies", `{"on":"of-spent","criticality":"hard"}`)
					}
				}
			}
			for _, mode := range []string{"observe", "warn", "enforce"} {
				set := h.must(200, call{as: "administrator", method: "PUT", path: "/v1/budget-policies/error-budget/attachments/" + attachment["id"].(string), header: []string{fmt.Sprintf(`If-Match: "%d"`, version)}, body: `{"mode":"` + mode + `"}`})
				version = int(set.object()["version"].(float64))
				for state, want := range matrix[dependency][mode] {
					if is := h.must(200, call{as: "bob", method: "GET", path: path(state) + "/slos/availability/status"}).text("state"); is != state {
						t.Fatalf("the SLO that is to be %s is %s", state, is)
					}
					got := ""
					for _, class := range []string{"feature", "config", "reliability", "security", "p0", "rollback"} {
						d := h.must(201, call{as: "pipeline", method: "POST", path: path(state) + "/gate/decisions", body: `{"class":"` + class + `"}`})
						got += d.text("answer")[:1]
					}
					if got != want {
						t.Errorf("dependency %s, mode %s, state %s: %s, want %s", dependency, mode, state, got, want)
					}
				}
			}
		}
	})
}

// matrix is by dependency, mode and state.
var matrix = map[string]map[string]map[string]string{
	"sound": {
		"observe": {"ok": "aaaaaa", "at_risk": "aaaaaa", "exhausted": "aaaaaa", "no_data": "aaaaaa"},
		"warn":    {"ok": "aaaaaa", "at_risk": "aaaaaa", "exhausted": "wwaaaa", "no_data": "wwaaaa"},
		"enforce": {"ok": "aaaaaa", "at_risk": "aaaaaa", "exhausted": "ddaaaa", "no_data": "wwaaaa"},
	},
	"spent": {
		"observe": {"ok": "wwwwww", "at_risk": "wwwwww", "exhausted": "wwwwww", "no_data": "wwwwww"},
		"warn":    {"ok": "wwwwww", "at_risk": "wwwwww", "exhausted": "wwwwww", "no_data": "wwwwww"},
		"enforce": {"ok": "wwwwww", "at_risk": "wwwwww", "exhausted": "ddwwww", "no_data": "wwwwww"},
	},
}

func TestAnOverrideIsOfThePeopleOfItsTeamAndReviewedByAnother(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		const over = "/v1/services/checkout/gate/overrides"
		until := func(in time.Duration) string { return h.clock.Now().Add(in).UTC().Format(time.RFC3339Nano) }
		lift := func(reason, until string) string { return encode(map[string]any{"reason": reason, "until": until}) }
		refused := func(as string, status int, code, pointer, says, body string) {
			t.Helper()
			h.do(call{as: as, method: "POST", path: over, body: body}).expect(t, status, code, pointer, says)
		}
		well := lift("the gateway burns", until(time.Hour))
		for _, as := range []string{"bob", "rita", "robot", "pipeline", "stranger"} {
			refused(as, 403, "forbidden", "", "", well)
		}
		refused("nobody", 401, "unauthenticated", "", "", well)
		refused("ada", 422, "invalid_input", "/reason", "why", lift(" \t", until(time.Hour)))
		refused("ada", 422, "invalid_input", "/reason", "1000", lift(strings.Repeat("x", 1001), until(time.Hour)))
		refused("ada", 422, "invalid_input", "/until", "after now", lift("x", until(0)))
		refused("ada", 422, "invalid_input", "/until", "24 hours", lift("x", until(24*time.Hour+time.Second)))
		refused("ada", 422, "invalid_input", "/until", "", `{"reason":"x","until":"tomorrow"}`)
		refused("ada", 422, "invalid_input", "/until", "", `{"reason":"x"}`)

		ask := call{as: "ada", method: "POST", path: over, header: []string{"Idempotency-Key: once"}, body: lift("the gateway burns", until(24*time.Hour))}
		made := h.must(201, ask)
		one := made.header.Get("Location")
		if again := h.must(201, ask); again.text("id") != made.text("id") || made.header.Get("ETag") != `"1"` || one != over+"/"+made.text("id") || made.text("madeBy") != "ada" {
			t.Errorf("made is %s at %s, again %s", made.body, one, again.body)
		}
		elsewhere := strings.Replace(one, "checkout", "ledger", 1)
		h.do(call{as: "bob", method: "GET", path: elsewhere}).expect(t, 404, "gate_override_not_found", "", "")

		// It ends by the team's people, and is reviewed by another of them.
		review := `{"justified":true}`
		for act, body := range map[string]string{"/end": "", "/review": review} {
			h.do(call{as: "ada", method: "POST", path: one + act, body: body}).expect(t, 428, "precondition_required", "", "If-Match")
			h.do(call{as: "ada", method: "POST", path: elsewhere + act, header: []string{`If-Match: "1"`}, body: body}).expect(t, 404, "gate_override_not_found", "", "")
			for _, as := range []string{"bob", "rita", "robot", "pipeline", "stranger"} {
				h.do(call{as: as, method: "POST", path: one + act, header: []string{`If-Match: "1"`}, body: body}).expect(t, 403, "forbidden", "", "")
			}
		}
		h.do(call{as: "ada", method: "POST", path: one + "/review", header: []string{`If-Match: "1"`}, body: review}).expect(t, 403, "own_override", "", "ada")
		h.do(call{as: "administrator", method: "POST", path: one + "/review", header: []string{`If-Match: "7"`}, body: review}).expect(t, 412, "version_mismatch", "", "")
		h.do(call{as: "administrator", method: "POST", path: one + "/review", header: []string{`If-Match: "1"`}, body: `{"note":"x"}`}).expect(t, 422, "invalid_input", "/justified", "")

		// One that is over by itself is reviewed all the same, and ended no more.
		h.clock.Advance(25 * time.Hour)
		h.do(call{as: "ada", method: "POST", path: one + "/end", header: []string{`If-Match: "1"`}}).expect(t, 409, "override_over", "", "over at")
		got := h.must(200, call{as: "administrator", method: "POST", path: one + "/review", header: []string{`If-Match: "1"`}, body: review})
		if got.header.Get("ETag") != `"2"` || got.object()["review"].(map[string]any)["justified"] != true || got.text("until") != made.text("until") {
			t.Errorf("reviewed is %s", got.body)
		}

		// Pages follow each other, the newest first.
		var ids []string
		for range 3 {
			h.clock.Advance(time.Second)
			ids = append([]string{h.must(201, call{as: "ada", method: "POST", path: over, body: lift("again", until(time.Hour))}).text("id")}, ids...)
		}
		ids = append(ids, made.text("id"))
		var listed []string
		for after := ""; ; {
			page := h.must(200, call{as: "bob", method: "GET", path: over + "?limit=3" + after})
			for _, item := range page.items() {
				listed = append(listed, item["id"].(string))
			}
			next, _ := page.object()["next"].(string)
			if next == "" {
				break
			}
			after = "&after=" + next
			h.do(call{as: "bob", method: "GET", path: over + "?unreviewed=true" + after}).expect(t, 422, "invalid_input", "", "")
		}
		if strings.Join(listed, " ") != strings.Join(ids, " ") {
			t.Errorf("listed are %v, want %v", listed, ids)
		}
		if waiting := h.must(200, call{as: "bob", method: "GET", path: over + "?unreviewed=true"}).items(); len(waiting) != 3 {
			t.Errorf("to be reviewed are %v", waiting)
		}
	})
}
