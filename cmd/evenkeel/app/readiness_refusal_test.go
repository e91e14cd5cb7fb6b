package app_test

import (
	"fmt"
	"strings"
	"testing"
)

// says fails the test unless the answer is a problem with this code and, at these pointers and nowhere else,
// these words, to the letter.
func (a answer) says(t *testing.T, status int, code string, words map[string]string) {
	t.Helper()
	got := map[string]string{}
	for _, e := range a.problem.Errors {
		got[e.Pointer] = e.Message
	}
	if a.status != status || a.problem.Code != code || fmt.Sprint(got) != fmt.Sprint(words) {
		t.Errorf("%s: got %d %s\n%v, want %d %s\n%v", a.call, a.status, a.problem.Code, got, status, code, words)
	}
}

// What people send of scorecards, facts, exemptions, campaigns, launches and toil that is wrong is refused
// in words that say what would be right, at its place. The words are those of the rules as they are meant
// to be read; times are reckoned by hand from the start of the test.
func TestWhatIsWrongOfReadinessIsRefusedAtItsPlaceInWords(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		h.make("bob", "scorecard", "/v1/scorecards", scorecard("readiness", "search"))
		post := func(as, path, body string) answer {
			t.Helper()
			return h.do(call{as: as, method: "POST", path: path, body: body})
		}

		t.Log("conditions that do not parse, do not type-check, cost too much")
		for _, path := range []string{"/v1/scorecards", "/v1/scorecard-previews"} {
			try := func(passes string) answer {
				t.Helper()
				return post("bob", path, scorecard("bad", "search", "hasDocs", passes))
			}
			at := "/checks/0/passes"
			try("members >=").expect(t, 422, "invalid_input", at, "line 1, column 11: ")
			try("members").says(t, 422, "invalid_input", map[string]string{at: "line 1, column 1: a condition is true or false; this is a number: compare it with one"})
			try("members >= true").expect(t, 422, "invalid_input", at, `line 1, column 9: ">=" cannot be between these: a number, true or false`)
			try("hasDoks").expect(t, 422, "invalid_input", at, `line 1, column 1: there is no fact "hasDoks"`)
			try("sliKinds.all(a, sliKinds.all(b, a == b))").expect(t, 422, "invalid_input", at, "steps, more than 50000: go through the names of a fact once, not in one another")
			try(strings.Repeat("(", 300)+"hasDocs"+strings.Repeat(")", 300)).expect(t, 422, "invalid_input", at, "line 1, ")
			try(strings.Repeat("hasDocs && ", 200)+"hasDocs").expect(t, 422, "invalid_input", at, "2000")
		}

		t.Log("facts that are too large or of the wrong type")
		put := func(fact, body string) answer {
			t.Helper()
			return h.do(call{as: "ada", method: "PUT", path: ofCheckout + "/" + fact, body: body})
		}
		put("testedPeak", `{"text":"many","source":"k6"}`).says(t, 422, "invalid_input", map[string]string{
			"/text": `must be left out: testedPeak is of the type number, and is given as "number"`, "/number": "is missing: testedPeak is of the type number",
		})
		put("testedPeak", `{"number":"many","source":"k6"}`).expect(t, 422, "invalid_input", "/number", "")
		put("restoreDrill", `{"time":"`+in(1)+`","source":"k6"}`).expect(t, 422, "invalid_input", "/time", "must not be after now")
		put("chaosVerdict", `{"text":"perhaps","source":"k6"}`).says(t, 422, "invalid_input", map[string]string{"/text": `must be one of "held" or "broken"`})
		put("testedPeak", `{"number":1,"source":"k6","ttlSeconds":59}`).expect(t, 422, "invalid_input", "/ttlSeconds", "must be 60 to ")
		h.must(201, call{as: "administrator", method: "POST", path: "/v1/service-facts", body: `{"name":"motto","type":"text","doc":"What it says.","ways":["pushed"]}`})
		h.must(201, call{as: "administrator", method: "POST", path: "/v1/service-facts", body: `{"name":"sizes","type":"numbers","doc":"How large.","ways":["pushed"]}`})
		put("motto", `{"text":"`+strings.Repeat("x", 301)+`","source":"k6"}`).expect(t, 422, "invalid_input", "/text", "300")
		many := make([]string, 101)
		for n := range many {
			many[n] = fmt.Sprintf(`"n%d":1`, n)
		}
		put("sizes", `{"numbers":{`+strings.Join(many, ",")+`},"source":"k6"}`).says(t, 422, "invalid_input", map[string]string{"/numbers": "must have at most 100 names, has 101"})

		t.Log("attestations that expire in the past")
		post("ada", attestIt, drilled(`"expiresAt":"`+in(-1)+`"`)).expect(t, 422, "invalid_input", "/expiresAt", "must be after now")

		t.Log("exemptions: self-approval, expiry in the past, one over another")
		post("ada", exemptions, asking(`"until":"`+in(0)+`"`)).says(t, 422, "invalid_input", map[string]string{"/until": "must be after now, " + in(0)})
		post("ada", exemptions, asking(`"until":"`+in(-1)+`"`)).says(t, 422, "invalid_input", map[string]string{"/until": "must be after now, " + in(0)})
		h.make("ada", "exemption", exemptions, asking())
		h.must(200, call{as: "administrator", method: "PUT", path: "/v1/teams/search/members/" + h.ids["ada"]})
		h.decide("ada", h.ids["exemption"], "approve", "").expect(t, 409, "own_exemption", "", "who asked for an exemption cannot decide on it; another person who keeps the scorecard can. To take it back, end it")
		over := post("ada", exemptions, asking(`"until":"`+in(40)+`"`))
		over.expect(t, 409, "exemption_open", "", "the exemption "+h.ids["exemption"]+" of this service and check waits for approval until ")
		h.decide("bob", h.ids["exemption"], "approve", "").expect(t, 200, "", "", "")
		post("ada", exemptions, asking(`"until":"`+in(40)+`"`)).expect(t, 409, "exemption_open", "", "the exemption "+h.ids["exemption"]+" of this service and check is in force until ")

		t.Log("launches: self-approval, an end in the past")
		h.make("ada", "review", launches, launching())
		h.reviewed("ada", "sign-off", signOff()).expect(t, 409, "own_launch_review", "", "who asked for a review cannot decide on it; another person who keeps the scorecard can")
		h.reviewed("bob", "sign-off", signOff(`"until":"`+in(-1)+`"`, `"conditions":[]`)).says(t, 422, "invalid_input", map[string]string{"/until": "must be after now, " + in(0)})
		post("ada", launches, launching(`"plannedOn":"`+date(-1)+`"`)).says(t, 422, "invalid_input", map[string]string{"/plannedOn": "must be today, " + date(0) + ", or later"})

		t.Log("campaigns: a day in the past, an end before the start")
		post("bob", campaigns, campaigning(`"dueOn":"`+date(-1)+`"`)).expect(t, 422, "invalid_input", "/dueOn", "must be today, "+date(0)+", or later")
		post("bob", campaigns, campaigning(`"startsOn":"`+date(5)+`"`, `"dueOn":"`+date(4)+`"`)).says(t, 422, "invalid_input", map[string]string{"/dueOn": "must not be before the start, " + date(5)})

		t.Log("25 hours of toil a day, at once and in pieces")
		toil := func(minutes int) answer {
			t.Helper()
			return post("ada", ofPayments+"/entries", fmt.Sprintf(`{"day":"%s","minutes":%d,"category":"release_shepherding","service":"checkout"}`, date(-1), minutes))
		}
		toil(25*60).says(t, 422, "invalid_input", map[string]string{"/minutes": "must be 1 to 1440: the hands-on minutes of one day"})
		toil(20*60).expect(t, 201, "", "", "")
		toil(5*60).says(t, 422, "invalid_input", map[string]string{"/minutes": "makes 1500 minutes of " + date(-1) + ", with the 1200 that you logged for it already; a day has 1440"})
		toil(4*60).expect(t, 201, "", "", "")
	})
}
