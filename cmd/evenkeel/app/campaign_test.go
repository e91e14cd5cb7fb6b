package app_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/services/access"
)

const campaigns = "/v1/campaigns"

// date is the day so many days from the start.
func date(days int) string { return start.AddDate(0, 0, days).Format(time.DateOnly) }

// campaigning is the body of a campaign for documentation of all services, from today for 30 days.
func campaigning(changes ...string) string {
	return with(`{"name":"Docs for all","why":"Who is on call has to find it.","scorecard":"readiness","checks":["documented"],"team":"search","startsOn":"`+date(0)+`","dueOn":"`+date(30)+`","graceDays":2}`, changes...)
}

// runCampaigns does what the job does, and returns what was told and what is over.
func (h *house) runCampaigns() string {
	h.t.Helper()
	counts, err := h.app.Campaigns.RunOnce(access.WithCaller(h.t.Context(), access.System("test")))
	if err != nil {
		h.t.Fatal(err)
	}
	return fmt.Sprint(counts["running"], counts["told"], counts["over"], counts["failed"])
}

// progress is how far a campaign is, "services/done/failing".
func (h *house) progress(of, query string) (string, map[string]any) {
	h.t.Helper()
	p := h.must(200, call{as: "rita", method: "GET", path: campaigns + "/" + of + "/progress" + query}).object()
	total := p["total"].(map[string]any)
	return fmt.Sprint(total["services"], "/", total["done"], "/", total["failing"]), p
}

// By hand: of checkout, ledger and finder none is documented, and Evenkeel itself, which is a service
// too, is; then checkout is, and ledger is excused, so that of the team payments both are done, and of all
// three of four, 75 %.
func TestACampaignTellsTeamsAndCountsWhoIsDone(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		h.make("bob", "scorecard", "/v1/scorecards", scorecard("readiness", "search"))
		h.counts("all")
		made := h.make("bob", "campaign", campaigns, campaigning())
		one := h.ids["campaign"]
		if made.text("state") != "running" || made.object()["daysLeft"] != 30.0 || made.header.Get("ETag") != `"1"` {
			t.Errorf("made is %s", made.body)
		}
		if got := h.runCampaigns(); got != "1 1 0 0" {
			t.Errorf("at the start the job does %s", got)
		}
		if got := h.runCampaigns(); got != "1 0 0 0" {
			t.Errorf("again it does %s", got)
		}
		started := h.must(200, call{as: "administrator", method: "GET", path: "/v1/events?type=campaign.started"}).items()
		if len(started) != 3 || !strings.Contains(fmt.Sprint(started), "2 of 2 services of the team are to be done by "+date(30)) || !strings.Contains(fmt.Sprint(started), "Not done: checkout, ledger.") {
			t.Errorf("at the start is told %v", started)
		}
		if got, p := h.progress(one, ""); got != "4/1/3" || p["openCount"] != 3.0 || p["total"].(map[string]any)["share"] != 25.0 {
			t.Errorf("at first: %s, %v", got, p)
		}

		// Documentation, and an exemption of the other service of the team.
		h.must(200, call{as: "ada", method: "PUT", path: "/v1/services/checkout", body: `{"slug":"checkout","name":"Checkout","kind":"http","tier":2,"docs":"https://example.org/docs"}`, header: []string{"If-Match: " + h.must(200, call{as: "ada", method: "GET", path: "/v1/services/checkout"}).header.Get("ETag")}})
		h.make("ada", "exemption", exemptions, asking(`"service":"ledger"`, `"until":"`+in(90)+`"`))
		h.decide("bob", h.ids["exemption"], "approve", "").expect(t, 200, "", "", "")
		h.clock.Advance(16 * 24 * time.Hour) // 14 days before the 30th
		h.counts("all")
		got, p := h.progress(one, "")
		if got != "4/3/1" || p["total"].(map[string]any)["share"] != 75.0 {
			t.Errorf("three quarters are %s, %v", got, p)
		}
		if open := p["open"].([]any); len(open) != 1 || open[0].(map[string]any)["service"].(map[string]any)["slug"] != "finder" || fmt.Sprint(open[0].(map[string]any)["checks"]) != "[map[check:documented outcome:fail]]" {
			t.Errorf("open is %v", p["open"])
		}
		if got := h.runCampaigns() + ", " + h.runCampaigns(); got != "1 1 0 0, 1 0 0 0" {
			t.Errorf("14 days before, the job does %s", got)
		}
		if told := h.eventsOf("campaign.due_soon"); len(told) != 1 || told[0] != "The campaign “Docs for all” is due on "+date(30)+": 1 of 1 services of the team are not done" {
			t.Errorf("14 days before is told %q", told)
		}
		if got, p := h.progress(one, "?team=payments"); got != "2/2/0" || len(p["open"].([]any)) != 0 || len(p["teams"].([]any)) != 1 {
			t.Errorf("of the team: %s, %v", got, p)
		}
		_, p = h.progress(one, "")
		var past []string
		for _, d := range p["days"].([]any) {
			d := d.(map[string]any)
			past = append(past, fmt.Sprint(d["day"], " ", d["services"], " ", d["done"]))
		}
		if want := date(0) + " 4 1, " + date(16) + " 4 3"; strings.Join(past, ", ") != want {
			t.Errorf("the days are %v, want %s", past, want)
		}

		// On its day nothing is told; the day after, to who is not done; after two days of grace it is over.
		h.clock.Advance(14 * 24 * time.Hour)
		if got := h.runCampaigns(); got != "1 0 0 0" {
			t.Errorf("on its day the job does %s", got)
		}
		h.clock.Advance(24 * time.Hour)
		if got := h.runCampaigns() + ", " + h.runCampaigns(); got != "1 1 0 0, 1 0 0 0" {
			t.Errorf("the day after, the job does %s", got)
		}
		if told := h.eventsOf("campaign.due"); len(told) != 1 || !strings.Contains(told[0], "was due on "+date(30)) {
			t.Errorf("the day after is told %q", told)
		}
		h.clock.Advance(24 * time.Hour)
		if got := h.runCampaigns(); got != "1 0 0 0" {
			t.Errorf("on the last day of grace the job does %s", got)
		}
		h.clock.Advance(24 * time.Hour)
		if got := h.must(200, call{as: "rita", method: "GET", path: campaigns + "/" + one}); got.text("state") != "over" {
			t.Errorf("after its grace it is %s", got.body)
		}
		if got := h.runCampaigns() + ", " + h.runCampaigns(); got != "1 0 1 0, 0 0 0 0" {
			t.Errorf("after its grace the job does %s", got)
		}
		if over, open := len(h.must(200, call{as: "rita", method: "GET", path: campaigns + "?over=true&scorecard=readiness&team=search"}).items()), len(h.must(200, call{as: "rita", method: "GET", path: campaigns + "?over=false"}).items()); over != 1 || open != 0 {
			t.Errorf("over are %d, and others %d", over, open)
		}
	})
}

func TestACampaignIsForServicesOfItsConditionAndIsChangedAndEnded(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		h.make("bob", "scorecard", "/v1/scorecards", scorecard("readiness", "search"))
		h.counts("all")
		h.make("bob", "campaign", campaigns, campaigning(`"appliesTo":"slos >= 1"`, `"checks":["documented","drilled"]`))
		one := campaigns + "/" + h.ids["campaign"]
		if got, _ := h.progress(h.ids["campaign"], ""); got != "3/0/2" { // ledger has no SLO, and whether Evenkeel itself was drilled is not known
			t.Errorf("of services with an SLO: %s", got)
		}
		// What is not known of a service is neither in nor out.
		put := call{as: "bob", method: "PUT", path: one, body: campaigning(`"appliesTo":"loadShedding"`, `"dueOn":"`+date(60)+`"`)}
		h.do(put).expect(t, 428, "precondition_required", "", "")
		put.header = []string{`If-Match: "7"`}
		h.do(put).expect(t, 412, "version_mismatch", "", "")
		put.header = []string{`If-Match: "1"`}
		h.must(200, put)
		if got, p := h.progress(h.ids["campaign"], ""); got != "0/0/0" || p["unclear"] != 4.0 || p["total"].(map[string]any)["share"] != nil {
			t.Errorf("of what is not known: %s, %v", got, p)
		}
		h.do(call{as: "ada", method: "PUT", path: one, body: campaigning(), header: []string{`If-Match: "2"`}}).expect(t, 403, "forbidden", "", "")
		h.clock.Advance(24 * time.Hour)
		h.do(call{as: "bob", method: "PUT", path: one, body: campaigning(`"startsOn":"` + date(1) + `"`), header: []string{`If-Match: "2"`}}).expect(t, 422, "invalid_input", "/startsOn", "must stay "+date(0))
		h.make("administrator", "other", "/v1/scorecards", scorecard("other", "search"))
		h.do(call{as: "bob", method: "PUT", path: one, body: campaigning(`"scorecard":"other"`), header: []string{`If-Match: "2"`}}).expect(t, 422, "invalid_input", "/scorecard", "must stay the same")
		h.do(call{as: "bob", method: "POST", path: one + "/end", body: `{"reason":" "}`, header: []string{`If-Match: "2"`}}).expect(t, 422, "invalid_input", "/reason", "must say why")
		if got := h.must(200, call{as: "bob", method: "POST", path: one + "/end", body: `{"reason":"Done already."}`, header: []string{`If-Match: "2"`}}); got.text("state") != "over" || got.object()["ended"].(map[string]any)["by"] != "bob" {
			t.Errorf("ended is %s", got.body)
		}
		h.do(call{as: "bob", method: "POST", path: one + "/end", body: `{"reason":"Again."}`, header: []string{`If-Match: "3"`}}).expect(t, 409, "campaign_over", "", "")
		if got := h.runCampaigns(); got != "0 0 0 0" {
			t.Errorf("of what was ended the job does %s", got)
		}
	})
}

func TestWhatIsAskedOfACampaignIsCheckedAllAtOnce(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		h.make("bob", "scorecard", "/v1/scorecards", scorecard("readiness", "search"))
		post := func(as, body string) answer { return h.do(call{as: as, method: "POST", path: campaigns, body: body}) }
		bad := post("bob", campaigning(`"name":""`, `"why":" "`, `"checks":["documented","nothing","documented"]`, `"appliesTo":"slo > 1"`, `"startsOn":"`+date(-1)+`"`, `"dueOn":"`+date(-2)+`"`, `"graceDays":91`))
		for pointer, says := range map[string]string{
			"/name": "", "/why": "must say why", "/checks/1": "must be the ID of a check", "/checks/2": "is named twice", "/appliesTo": `there is no fact "slo"`, "/startsOn": "must be today", "/dueOn": "", "/graceDays": "must be 0 to 90 days",
		} {
			bad.expect(t, 422, "invalid_input", pointer, says)
		}
		post("bob", campaigning(`"startsOn":"soon"`)).expect(t, 422, "invalid_input", "/startsOn", "must be a day such as")
		post("bob", campaigning(`"dueOn":"`+date(732)+`"`)).expect(t, 422, "invalid_input", "/dueOn", "must be at most 731 days after the start")
		post("bob", campaigning(`"checks":[]`)).expect(t, 422, "invalid_input", "/checks", "must be 1 to 50 checks")
		post("bob", campaigning(`"team":"nothing"`, `"scorecard":"nothing"`)).expect(t, 422, "invalid_input", "/team", "there is none of it")
		post("bob", campaigning(`"issues":true`)).expect(t, 403, "campaign_issues", "", "only administrators")
		post("administrator", campaigning(`"issues":true`)).expect(t, 201, "", "", "")
		for _, who := range []string{"ada", "stranger", "rita"} {
			post(who, campaigning()).expect(t, 403, "forbidden", "", "")
		}
		h.make("bob", "planned", campaigns, campaigning(`"startsOn":"`+date(3)+`"`))
		if got := h.must(200, call{as: "rita", method: "GET", path: campaigns + "/" + h.ids["planned"]}).text("state"); got != "planned" {
			t.Errorf("what begins in three days is %s", got)
		}
		h.do(call{as: "rita", method: "GET", path: campaigns + "/nothing/progress"}).expect(t, 404, "campaign_not_found", "", "")
	})
}

// issuesOf are the services of which an issue about a campaign is wanted open, and all of them.
func (h *house) issuesOf(campaign string) (open []string, all int) {
	h.t.Helper()
	for _, i := range h.must(200, call{as: "rita", method: "GET", path: "/v1/issues?kind=campaign"}).items() {
		if i["campaignId"] != campaign {
			h.t.Errorf("of another campaign is %v", i)
		}
		all++
		if i["open"] == true {
			open = append(open, i["service"].(map[string]any)["slug"].(string))
		}
	}
	slices.Sort(open)
	return open, all
}

func TestWhoIsNotDoneNearTheDayGetsAnIssueUntilTheyAre(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		h.make("bob", "scorecard", "/v1/scorecards", scorecard("readiness", "search"))
		h.counts("all")
		// Whether anybody was drilled is not known, and what is not known opens nothing.
		h.make("administrator", "campaign", campaigns, campaigning(`"issues":true`, `"checks":["documented","drilled"]`))
		of := h.ids["campaign"]
		h.runCampaigns()
		h.clock.Advance(15 * 24 * time.Hour)
		h.runCampaigns()
		if _, all := h.issuesOf(of); all != 0 {
			t.Errorf("15 days before its day there are %d issues", all)
		}
		h.clock.Advance(24 * time.Hour)
		for range 2 {
			h.runCampaigns()
			if open, all := h.issuesOf(of); fmt.Sprint(open) != "[checkout finder ledger]" || all != 3 {
				t.Errorf("14 days before, of %d are open those of %v", all, open)
			}
		}
		for _, i := range h.must(200, call{as: "rita", method: "GET", path: "/v1/issues?kind=campaign&service=checkout"}).items() {
			if body := i["body"].(string); !strings.Contains(body, "Documented") || strings.Contains(body, "Drilled") || !strings.Contains(body, "By **"+date(30)+"**") || i["version"] != 2.0 { // one of what is wanted, and one of its delivery
				t.Errorf("the issue is %v", i)
			}
		}
		h.must(200, call{as: "ada", method: "PUT", path: "/v1/services/checkout", body: `{"slug":"checkout","name":"Checkout","kind":"http","tier":2,"docs":"https://example.org/docs"}`, header: []string{"If-Match: " + h.must(200, call{as: "ada", method: "GET", path: "/v1/services/checkout"}).header.Get("ETag")}})
		h.counts("due")
		h.runCampaigns()
		// Of checkout it is not known whether it was drilled: it stays open until that is, too.
		if open, _ := h.issuesOf(of); fmt.Sprint(open) != "[checkout finder ledger]" {
			t.Errorf("of what is not known are open those of %v", open)
		}
		h.make("ada", "attestation", attestIt, drilled())
		h.counts("due")
		h.runCampaigns()
		if open, all := h.issuesOf(of); fmt.Sprint(open) != "[finder ledger]" || all != 3 {
			t.Errorf("once checkout is done, of %d are open those of %v", all, open)
		}
		tag := h.must(200, call{as: "rita", method: "GET", path: campaigns + "/" + of}).header.Get("ETag")
		h.must(200, call{as: "bob", method: "POST", path: campaigns + "/" + of + "/end", body: `{"reason":"Enough."}`, header: []string{"If-Match: " + tag}})
		if open, all := h.issuesOf(of); len(open) != 0 || all != 3 {
			t.Errorf("once it was ended, of %d are open those of %v", all, open)
		}
	})
}
