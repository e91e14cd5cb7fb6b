package dashboard

import (
	"net/url"
	"strings"
	"testing"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/scorecards/campaign"
	"github.com/evenkeel/evenkeel/services/access"
)

// Of the sample: of 8 services 4 are done, 2 fail and of 2 it is not known; the day is in 17 days.
func TestACampaignShowsHowFarItIsAndWhoIsNotDone(t *testing.T) {
	t.Parallel()
	s := newSample()
	all := (campaigner{s}).all()
	doc, text := visiting(t, s).read(campaignURL(all[0].ID))
	checkPage(t, doc, text)
	says(t, words(within(t, doc, "main")), "17 days left", "Done 4 of 8 services", "Failing 2", "Not known 2", "Unclear 2", "Not done", "Fails It was load-tested lately", "50 %, 4 of 8 services done")
	if !strings.Contains(text, `class="chart target wide"`) {
		t.Error("there is no picture of how it went")
	}
	doc, _ = visiting(t, s).read(campaignURL(all[1].ID))
	says(t, words(within(t, doc, "main")), "3 days late")
	if doc, text = visiting(t, s).read(campaignURL(all[3].ID)); strings.Contains(text, "End it early") {
		t.Error("what was ended can be ended")
	}
	says(t, words(within(t, doc, "main")), "Grace Hopper ended it", "Done already.")
	doc, _ = visiting(t, s).read(campaignsPath)
	says(t, words(within(t, doc, "main")), "Load tests before Christmas", "17 days left", "Planned", "50 %, 4 of 8 services done")
}

// Real services: of one service that has no documentation, a campaign of today is shown and ended.
func TestACampaignIsEndedOnItsPage(t *testing.T) {
	t.Parallel()
	h := build(t)
	h.checkout()
	h.card("shop")
	system := access.WithCaller(h.Context(), access.System("test"))
	_, err := h.cards.EvaluateOnce(system)
	h.must(err)
	today := clock.DateOf(h.clock.Now())
	c, err := h.campaigns.Create(h.admin, campaign.Draft{Name: "Docs", Why: "Who is on call.", Scorecard: "readiness", Checks: []string{"documented"}, Team: "shop", StartsOn: today, DueOn: today})
	h.must(err)
	_, err = h.campaigns.RunOnce(system)
	h.must(err)
	ada, person := h.visitorAs("Ada")
	at := campaignURL(c.ID)
	doc, text := ada.read(at)
	checkPage(t, doc, text)
	says(t, words(within(t, doc, "main")), "due today", "Checkout", "Fails Documented", "0 %, 0 of ")
	c, err = h.campaigns.Get(h.admin, c.ID)
	h.must(err)
	form := url.Values{"version": {"2"}, "reason": {" "}}
	ada.refusedForm(at+"/end", url.Values{"version": {"2"}, "reason": {"Done."}}, 403, "members of the owning team")
	_, err = h.registry.AddMember(h.admin, "shop", person.ID)
	h.must(err)
	if answer, body := ada.send(at+"/end", form); answer.StatusCode != 422 || !strings.Contains(body, `id="about-reason"><strong>must say why it ends early`) {
		t.Errorf("without a reason it is answered %d\n%s", answer.StatusCode, body)
	}
	form.Set("reason", "Done already.")
	if body := ada.refusedForm(at+"/end", url.Values{"version": {"9"}, "reason": {"Kept <i>"}}, 412, "changed by somebody else"); !strings.Contains(body, ">Kept &lt;i&gt;</textarea>") {
		t.Errorf("what was typed is lost\n%s", body)
	}
	ada.done(at+"/end", form, at)
	doc, _ = ada.read(at)
	says(t, words(within(t, doc, "main")), "Over", "Ada ended it", "Done already.")
	if c.Version != 2 {
		t.Errorf("the job wrote the version %d", c.Version)
	}
}

// Real services: what is wrong is said at its field, what was typed stays, and who is second sees what
// the first one wrote.
func TestACampaignIsBegunAndChangedByAForm(t *testing.T) {
	t.Parallel()
	h := build(t)
	h.checkout()
	ada, person := h.visitorAs("Ada")
	at := campaignsPath + "/new"
	doc, text := ada.read(at)
	checkPage(t, doc, text)
	says(t, words(within(t, doc, "main")), "No scorecard yet")
	h.card("shop")
	h.assess()
	doc, text = ada.read(at)
	checkPage(t, doc, text)
	says(t, words(within(t, doc, "main")), "Scorecard * Readiness", "Choose its checks")
	ada.readStatus(at+"?scorecard=nothing", 404)
	doc, text = ada.read(at + "?scorecard=readiness&team=shop")
	checkPage(t, doc, text)
	says(t, words(within(t, doc, "main")), "Documented", "Owned")
	if strings.Contains(text, `name="issues"`) || !strings.Contains(text, `<option value="shop" selected>`) {
		t.Error("who is no administrator can ask for issues, or the team of the link is not chosen")
	}
	if _, text := h.visitor().read(at + "?scorecard=readiness"); !strings.Contains(text, `name="issues"`) {
		t.Error("administrators cannot ask for issues")
	}

	today := h.clock.Now()
	day := func(days int) string { return string(clock.DateOf(today.AddDate(0, 0, days))) }
	form := url.Values{"scorecard": {"readiness"}, "name": {"<b>Docs</b>"}, "why": {"Who is on call\r\nreads them."}, "team": {"shop"}, "startsOn": {day(0)}, "dueOn": {day(-1)}, "graceDays": {"many"}, "appliesTo": {"tier <"}, "checks": {"documented"}}
	ada.refusedForm(at, url.Values{"scorecard": {"readiness"}, "name": {"Docs"}, "why": {"x"}, "team": {"shop"}, "startsOn": {day(0)}, "dueOn": {day(9)}, "graceDays": {"0"}, "checks": {"documented"}}, 403, "members of the owning team")
	_, err := h.registry.AddMember(h.admin, "shop", person.ID)
	h.must(err)
	answer, body := ada.send(at, form)
	if answer.StatusCode != 422 || !strings.Contains(body, "must be a number of days such as 30") || !strings.Contains(body, `value="&lt;b&gt;Docs&lt;/b&gt;"`) || !strings.Contains(body, `value="many"`) {
		t.Errorf("a grace that is no number is answered %d\n%s", answer.StatusCode, body)
	}
	form.Set("graceDays", "10")
	answer, body = ada.send(at, form)
	if answer.StatusCode != 422 {
		t.Errorf("a wrong form is answered %d", answer.StatusCode)
	}
	for _, want := range []string{"must not be before the start", `id="about-appliesTo"><strong>`, `value="documented" checked`, "Who is on call\nreads them.", `value="&lt;b&gt;Docs&lt;/b&gt;"`} {
		if !strings.Contains(strings.ReplaceAll(body, "\r\n", "\n"), want) {
			t.Errorf("the page lacks %q\n%s", want, body)
		}
	}
	form.Set("dueOn", day(20))
	form.Set("appliesTo", "tier <= 2")
	answer, body = ada.send(at, form)
	at = answer.Header.Get("Location")
	if answer.StatusCode != 303 || !strings.HasPrefix(at, campaignsPath+"/") {
		t.Fatalf("beginning one is answered %d, %s\n%s", answer.StatusCode, at, body)
	}
	doc, text = ada.read(at)
	checkPage(t, doc, text)
	says(t, words(within(t, doc, "main")), "<b>Docs</b>", "20 days left", "Change it", "Fails Documented", "tier <= 2", "0 %, 0 of 1 service done")

	bob, b := h.visitorAs("Bob")
	if _, text := bob.read(at); strings.Contains(text, "Change it") {
		t.Error("who may not change it is led to the form")
	}
	_, err = h.registry.AddMember(h.admin, "shop", b.ID)
	h.must(err)
	doc, text = ada.read(at + "/edit")
	checkPage(t, doc, text)
	if !strings.Contains(text, `value="documented" checked`) || strings.Contains(text, `value="owned" checked`) || !strings.Contains(text, `name="version" value="1"`) {
		t.Errorf("the form does not hold what there is\n%s", text)
	}
	second := url.Values{"version": {"1"}, "name": {"Docs of all"}, "why": form["why"], "team": {"shop"}, "startsOn": {day(0)}, "dueOn": {day(40)}, "graceDays": {"10"}, "checks": {"documented", "owned"}}
	bob.done(at+"/edit", second, at)
	form.Set("version", "1")
	form.Set("name", "Docs of mine")
	answer, body = ada.send(at+"/edit", form)
	if answer.StatusCode != 412 {
		t.Errorf("a stale form is answered %d", answer.StatusCode)
	}
	for _, want := range []string{"Somebody else changed it meanwhile", "It says now: Docs of all", "It says now: Documented, Owned", "It says now: " + day(40), "It is empty now", `value="Docs of mine"`, `name="version" value="2"`} {
		if !strings.Contains(body, want) {
			t.Errorf("the stale form lacks %q\n%s", want, body)
		}
	}
	form.Set("version", "2")
	form["checks"] = nil
	answer, body = ada.send(at+"/edit", form)
	if answer.StatusCode != 422 || !strings.Contains(body, "must be 1 to 50 checks") {
		t.Errorf("a form without checks is answered %d\n%s", answer.StatusCode, body)
	}
	form["checks"] = []string{"owned"}
	ada.done(at+"/edit", form, at)
	doc, _ = ada.read(at)
	says(t, words(within(t, doc, "main")), "Docs of mine", "Checks Owned", "100 %, 1 of 1 service done") // two are members
	ada.done(at+"/end", url.Values{"version": {"3"}, "reason": {"All are there."}}, at)
	form.Set("version", "4")
	if answer, body := ada.send(at+"/edit", form); answer.StatusCode != 409 || !strings.Contains(body, "is over") {
		t.Errorf("what is over is changed: %d", answer.StatusCode)
	}
	ada.readStatus(campaignsPath+"/nothing/edit", 404)
}

func TestALaunchIsReviewedOnThePages(t *testing.T) {
	t.Parallel()
	h := build(t)
	of := h.checkout()
	h.card("")
	ada, a := h.visitorAs("Ada")
	_, err := h.registry.AddMember(h.admin, "shop", a.ID)
	h.must(err)
	grace := h.visitor() // an administrator, who decides on a scorecard of the platform
	form := url.Values{"service": {of.Slug}, "scorecard": {"readiness"}, "level": {"Gold"}, "plannedOn": {"soon"}, "note": {"<b>Soon</b>"}}
	if answer, body := ada.send(launchesPath, form); answer.StatusCode != 422 || !strings.Contains(body, "must be one of the levels: Bronze, Silver") || !strings.Contains(body, "must be a day such as") || !strings.Contains(body, "&lt;b&gt;Soon&lt;/b&gt;") {
		t.Errorf("a wrong form is answered %d\n%s", answer.StatusCode, body)
	}
	form.Set("level", "Bronze")
	form.Set("plannedOn", string(clock.DateOf(h.clock.Now().AddDate(0, 0, 9))))
	answer, body := ada.send(launchesPath, form)
	at := answer.Header.Get("Location")
	if answer.StatusCode != 303 || !strings.HasPrefix(at, launchesPath+"/") {
		t.Fatalf("asking is answered %d, %s\n%s", answer.StatusCode, at, body)
	}
	doc, text := grace.read(at)
	checkPage(t, doc, text)
	says(t, words(within(t, doc, "main")), "Waits for a decision", "Ada asks for a review", "Documented Fail", "Owned Pass", "below the lowest level", "Why, though the service was below the level")
	until := h.clock.Now().AddDate(0, 0, 90).Format(formTime)
	day := string(clock.DateOf(h.clock.Now().AddDate(0, 0, 5)))
	ada.refusedForm(at+"/sign-off", url.Values{"version": {"1"}, "until": {until}, "reason": {"x"}}, 403, "members of the owning team")
	grace.refusedForm(at+"/sign-off", url.Values{"version": {"1"}, "until": {until}, "conditions": {"soon Drill."}}, 422, "must be a day such as")
	grace.done(at+"/sign-off", url.Values{"version": {"1"}, "until": {until}, "reason": {"Nearly."}, "conditions": {day + " A drill.\r\n\r\n" + day + " The docs."}}, at)
	ada.refusedForm(at+"/conditions/3", url.Values{"version": {"2"}, "note": {"x"}}, 404, "")
	ada.done(at+"/conditions/2", url.Values{"version": {"2"}, "note": {"https://wiki.example.org"}}, at)
	doc, text = ada.read(at)
	checkPage(t, doc, text)
	says(t, words(within(t, doc, "main")), "Signed off", "signed it off until", "Nearly.", "A drill. Open", "The docs. Done", "Ada: https://wiki.example.org")
	if answer, _ := ada.send(at+"/nothing", url.Values{}); answer.StatusCode != 404 {
		t.Errorf("a form that there is not is answered %d", answer.StatusCode)
	}
	doc, _ = visiting(t, newSample()).read(launchURL((launcher{newSample()}).all()[1].ID))
	says(t, words(within(t, doc, "main")), "Overdue", "Drilled Not known", "not known: restoreDrill")
}
