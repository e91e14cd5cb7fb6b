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
	if !strings.Contains(text, `class="chart target"`) {
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
	ada.refusedForm(at+"/end", form, 422, "Reason must say why it ends early")
	form.Set("reason", "Done already.")
	ada.refusedForm(at+"/end", url.Values{"version": {"9"}, "reason": {"x"}}, 412, "changed by somebody else")
	ada.done(at+"/end", form, at)
	doc, _ = ada.read(at)
	says(t, words(within(t, doc, "main")), "Over", "Ada ended it", "Done already.")
	if c.Version != 2 {
		t.Errorf("the job wrote the version %d", c.Version)
	}
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
