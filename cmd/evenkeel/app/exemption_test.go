package app_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/services/access"
)

const exemptions = "/v1/exemptions"

// asking is the body of an exemption of checkout from being documented, for 30 days.
func asking(changes ...string) string {
	return with(`{"service":"checkout","scorecard":"readiness","check":"documented","reason":"The wiki moves.","link":"https://tracker.example.org/1","until":"`+in(30)+`"}`, changes...)
}

// chaseExemptions does what the job does.
func (h *house) chaseExemptions() string {
	h.t.Helper()
	counts, err := h.app.Exemptions.ChaseOnce(access.WithCaller(h.t.Context(), access.System("test")))
	if err != nil {
		h.t.Fatal(err)
	}
	return fmt.Sprint(counts["expiring"], counts["expired"], counts["lapsed"], counts["gone"], counts["failed"])
}

// decide posts to a path of an exemption, by its current version.
func (h *house) decide(as, exemption, what, reason string) answer {
	h.t.Helper()
	at := exemptions + "/" + exemption
	tag := h.must(200, call{as: "bob", method: "GET", path: at}).header.Get("ETag")
	return h.do(call{as: as, method: "POST", path: at + "/" + what, body: `{"reason":"` + reason + `"}`, header: []string{"If-Match: " + tag}})
}

func (h *house) eventsOf(kind string) []string {
	h.t.Helper()
	var out []string
	for _, e := range h.must(200, call{as: "administrator", method: "GET", path: "/v1/events?type=" + kind}).items() {
		out = append(out, e["title"].(string))
	}
	return out
}

// By hand: without documentation 1 of the 5 points of the scorecard are there, 20 %; excused from it, 1
// of 2, 50 %. The warning is 14 days before the 30th day.
func TestAServiceIsExcusedByAnotherPersonUntilAnExemptionExpires(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		h.make("bob", "scorecard", "/v1/scorecards", scorecard("readiness", "search"))
		h.counts("all")
		h.counts("due")
		made := h.make("ada", "exemption", exemptions, asking())
		one := h.ids["exemption"]
		if made.text("state") != "waiting" || made.text("askedBy") != "ada" || made.text("checkTitle") != "Documented" || made.header.Get("ETag") != `"1"` || made.header.Get("Location") != exemptions+"/"+one {
			t.Errorf("asked is %s", made.body)
		}
		if got := h.counts("due")["changed"]; got != 0 {
			t.Errorf("asking changes %d services", got)
		}
		h.do(call{as: "ada", method: "POST", path: exemptions, body: asking(`"until":"` + in(2) + `"`)}).expect(t, 409, "exemption_open", "", one)

		// Who may not decide: another team's people and programs, the team that asks, who asked.
		for _, who := range []string{"ada", "robot", "stranger"} {
			h.decide(who, one, "approve", "").expect(t, 403, "forbidden", "", "")
			h.decide(who, one, "reject", "No.").expect(t, 403, "forbidden", "", "")
		}
		h.must(200, call{as: "administrator", method: "PUT", path: "/v1/teams/search/members/" + h.ids["ada"]})
		h.counts("due") // of the team’s own services
		h.decide("ada", one, "approve", "").expect(t, 409, "own_exemption", "", "who asked for an exemption cannot decide on it")
		h.decide("ada", one, "reject", "No.").expect(t, 409, "own_exemption", "", "")
		approve := call{as: "bob", method: "POST", path: exemptions + "/" + one + "/approve", body: `{}`}
		h.do(approve).expect(t, 428, "precondition_required", "", "")
		approve.header = []string{`If-Match: "7"`}
		h.do(approve).expect(t, 412, "version_mismatch", "", "")
		approve.header = []string{`If-Match: "1"`}
		if got := h.must(200, approve); got.text("state") != "in_force" || got.object()["approval"].(map[string]any)["by"] != "bob" || got.header.Get("ETag") != `"2"` {
			t.Errorf("approved is %s", got.body)
		}
		h.decide("bob", one, "approve", "").expect(t, 409, "exemption_decided", "", "in force")
		if got := h.counts("due")["changed"]; got != 1 {
			t.Errorf("the approval changes %d services", got)
		}
		if got, card := h.results("readiness"); got != "documented exempt, owned pass, drilled unknown" || card["score"] != 50.0 {
			t.Errorf("excused it comes to %s, %v", got, card["score"])
		}
		h.do(call{as: "ada", method: "POST", path: exemptions, body: asking()}).expect(t, 409, "exemption_open", "", one)

		h.clock.Advance(16*24*time.Hour - time.Second)
		if got := h.chaseExemptions(); got != "0 0 0 0 0" {
			t.Errorf("a second before the 16th day: %s", got)
		}
		h.clock.Advance(time.Second)
		if got := h.chaseExemptions() + h.chaseExemptions(); got != "1 0 0 0 00 0 0 0 0" {
			t.Errorf("on the 16th day: %s", got)
		}
		h.clock.Advance(14*24*time.Hour - time.Second)
		h.counts("all")
		if got, _ := h.results("readiness"); !strings.HasPrefix(got, "documented exempt") {
			t.Errorf("a second before its end it comes to %s", got)
		}
		h.clock.Advance(time.Second)
		if got := h.must(200, call{as: "rita", method: "GET", path: exemptions + "/" + one}).text("state"); got != "expired" {
			t.Errorf("at its end, before the job, it is %s", got)
		}
		if got := h.chaseExemptions() + h.chaseExemptions(); got != "0 1 0 0 00 0 0 0 0" {
			t.Errorf("on the 30th day: %s", got)
		}
		if got := h.counts("due")["changed"]; got != 1 {
			t.Errorf("its end changes %d services", got)
		}
		if got, card := h.results("readiness"); got != "documented fail, owned pass, drilled unknown" || card["score"] != 20.0 {
			t.Errorf("after its end it comes to %s, %v", got, card["score"])
		}
		for kind, want := range map[string]string{
			"exemption.asked":    "ada asks to excuse checkout from “Documented” until",
			"exemption.decided":  "bob lets checkout be excused from “Documented” until",
			"exemption.expiring": "checkout is excused from “Documented” until",
			"exemption.expired":  "checkout is not excused from “Documented” any more, since",
		} {
			if got := h.eventsOf(kind); len(got) != 1 || !strings.HasPrefix(got[0], want) {
				t.Errorf("%s: told are %q", kind, got)
			}
		}
		var actions []string
		for _, e := range h.must(200, call{as: "administrator", method: "GET", path: "/v1/audit?team=payments&outcome=done"}).items() {
			if action := e["action"].(string); strings.HasPrefix(action, "exemption.") {
				actions = append(actions, action)
			}
		}
		if got := fmt.Sprint(actions); got != "[exemption.update exemption.create]" {
			t.Errorf("audited are %s", got)
		}
		// A new one may follow.
		h.make("ada", "next", exemptions, asking(`"until":"`+in(60)+`"`))
	})
}

func TestAnExemptionEndsEarlyIsRejectedOrTakenBackAndIsListed(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		h.make("bob", "scorecard", "/v1/scorecards", scorecard("readiness", "search"))
		h.counts("all")
		h.counts("due")
		h.make("ada", "first", exemptions, asking())
		if got := h.decide("bob", h.ids["first"], "reject", "It takes an hour.").object(); got["state"] != "rejected" || got["ended"].(map[string]any)["reason"] != "It takes an hour." {
			t.Errorf("rejected is %v", got)
		}
		h.make("ada", "second", exemptions, asking())
		h.decide("bob", h.ids["second"], "end", "Mine.").expect(t, 403, "forbidden", "", "") // who keeps the scorecard rejects it
		if got := h.decide("ada", h.ids["second"], "end", "It is there.").text("state"); got != "withdrawn" {
			t.Errorf("taken back is %s", got)
		}
		h.make("ada", "third", exemptions, asking())
		h.decide("bob", h.ids["third"], "approve", "Once.").expect(t, 200, "", "", "")
		h.counts("due")
		h.make("ada", "other", exemptions, asking(`"check":"drilled"`, `"until":"`+in(3)+`"`))
		h.make("ada", "ledger", exemptions, asking(`"service":"ledger"`))
		h.decide("bob", h.ids["third"], "end", " ").expect(t, 422, "invalid_input", "/reason", "must say why")
		if got := h.decide("bob", h.ids["third"], "end", "The wiki is there.").text("state"); got != "ended" {
			t.Errorf("ended is %s", got)
		}
		h.decide("ada", h.ids["third"], "end", "Again.").expect(t, 409, "exemption_over", "", "ended")
		if got := h.counts("due")["changed"]; got != 1 {
			t.Errorf("the early end changes %d services", got)
		}
		if got, _ := h.results("readiness"); !strings.HasPrefix(got, "documented fail") {
			t.Errorf("after the end it comes to %s", got)
		}
		for query, want := range map[string]string{
			"": "ledger other third second first", "?state=waiting": "other ledger", "?state=in_force": "", "?state=ended": "third", "?state=withdrawn": "second", "?state=rejected": "first",
			"?service=ledger": "ledger", "?team=search": "", "?team=payments&state=waiting": "other ledger", "?scorecard=readiness&limit=2": "ledger other",
		} {
			var got []string
			for _, e := range h.must(200, call{as: "rita", method: "GET", path: exemptions + query}).items() {
				for name, known := range h.ids {
					if known == e["id"] {
						got = append(got, name)
					}
				}
			}
			if strings.Join(got, " ") != want {
				t.Errorf("%s lists %q, want %q", query, got, want)
			}
		}
		// What nobody decides lapses; what the scorecard does not ask for any more is gone.
		h.clock.Advance(3 * 24 * time.Hour)
		h.decide("bob", h.ids["other"], "approve", "").expect(t, 409, "exemption_over", "", "ask anew")
		card := h.must(200, call{as: "bob", method: "GET", path: "/v1/scorecards/readiness"})
		h.must(200, call{as: "bob", method: "PUT", path: "/v1/scorecards/readiness", body: scorecard("readiness", "search", `"id":"documented"`, `"id":"has-docs"`), header: []string{"If-Match: " + card.header.Get("ETag")}})
		h.decide("bob", h.ids["ledger"], "approve", "").expect(t, 409, "check_gone", "", "documented")
		if got := h.chaseExemptions() + h.chaseExemptions(); got != "0 0 1 1 00 0 0 0 0" {
			t.Errorf("the job counts %s", got)
		}
		if got := h.must(200, call{as: "bob", method: "GET", path: exemptions + "/" + h.ids["ledger"]}).text("state"); got != "gone" {
			t.Errorf("of a check that is gone it is %s", got)
		}
	})
}

func TestWhatIsAskedOfAnExemptionIsCheckedAllAtOnce(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		h.make("bob", "scorecard", "/v1/scorecards", scorecard("readiness", "search"))
		post := func(as, body string) answer { return h.do(call{as: as, method: "POST", path: exemptions, body: body}) }
		bad := post("ada", asking(`"check":"nothing"`, `"reason":" "`, `"link":"javascript:alert(1)"`, `"until":"`+in(0)+`"`))
		for pointer, says := range map[string]string{"/check": `must be the ID of a check of the scorecard`, "/reason": "must say why", "/link": "http or https", "/until": "must be after now"} {
			bad.expect(t, 422, "invalid_input", pointer, says)
		}
		post("ada", asking(`"until":"`+in(366)+`"`)).expect(t, 422, "invalid_input", "/until", "must be at most 365 days from now")
		post("ada", asking(`"until":"`+in(365)+`"`, `"check":"drilled"`)).expect(t, 201, "", "", "")
		post("ada", asking(`"service":"nothing"`)).expect(t, 422, "invalid_input", "/service", "there is none of it")
		post("ada", asking(`"scorecard":"nothing"`)).expect(t, 422, "invalid_input", "/scorecard", "there is none of it")
		for _, who := range []string{"bob", "robot", "rita"} {
			post(who, asking()).expect(t, 403, "forbidden", "", "")
		}
		h.do(call{as: "bob", method: "GET", path: exemptions + "?state=perhaps"}).expect(t, 422, "invalid_input", "query.state", "")
		h.do(call{as: "bob", method: "GET", path: exemptions + "/nothing"}).expect(t, 404, "exemption_not_found", "", "")
		once := call{as: "ada", method: "POST", path: exemptions, body: asking(), header: []string{"Idempotency-Key: once"}}
		if first, again := h.must(201, once), h.must(201, once); first.text("id") != again.text("id") {
			t.Errorf("a repeated request makes another: %s, %s", first.body, again.body)
		}
		// Of a scorecard of the platform only administrators decide.
		h.make("administrator", "platform", "/v1/scorecards", scorecard("platform", "search", `"owner":"search",`, ""))
		h.make("ada", "exemption", exemptions, asking(`"scorecard":"platform"`))
		h.decide("bob", h.ids["exemption"], "approve", "").expect(t, 403, "forbidden", "", "")
		h.decide("administrator", h.ids["exemption"], "approve", "").expect(t, 200, "", "", "")
	})
}
