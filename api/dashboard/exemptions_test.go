package dashboard

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/scorecards"
	"github.com/evenkeel/evenkeel/scorecards/exemption"
	"github.com/evenkeel/evenkeel/services/registry"
)

// Of the sample: what waits is on top, then what is in force, what expires first before the rest.
func TestExemptionsAreShownByWhatIsToBeDone(t *testing.T) {
	t.Parallel()
	s := newSample()
	doc, text := visiting(t, s).read(exemptionsPath)
	checkPage(t, doc, text)
	says(t, words(within(t, doc, "main")), "Waiting for approval", "It was load-tested lately", "in 40 days", "In force", "Description, repository, documentation and contact are there", "in 9 days expires soon", "in 90 days")
	doc, _ = visiting(t, s).read(exemptionsPath + "?show=all")
	says(t, words(within(t, doc, "main")), "gone Production readiness", "Check is gone", "Expired", "Rejected", "Ended early")
	doc, text = visiting(t, s).read(exemptionURL((excuser{s}).all()[3].ID))
	says(t, words(within(t, doc, "main")), "In force", "Ada Lovelace asks for it", "Grace Hopper approved it", "End it early")
	if strings.Contains(text, "/approve") {
		t.Error("what is in force can be approved")
	}
}

// card is a scorecard that the team platform keeps, in the real services.
func (h *house) card(owner string) scorecards.View {
	h.Helper()
	v, err := h.cards.Create(h.admin, scorecards.Draft{Slug: "readiness", Name: "Readiness", Owner: owner, Terms: scorecards.Terms{
		Levels: []scorecards.Level{{Name: "Bronze"}, {Name: "Silver"}},
		Checks: []scorecards.Check{
			{ID: "documented", Title: "Documented", Category: "Ownership", Level: "Bronze", Weight: 1, Passes: "hasDocs"},
			{ID: "owned", Title: "Owned", Category: "Ownership", Level: "Silver", Weight: 1, Passes: "members >= 1"},
		},
	}})
	h.must(err)
	return v
}

// An exemption is asked for and decided by the forms of the pages; what is refused is said there, with
// what was typed.
func TestAnExemptionIsAskedForAndDecidedOnThePages(t *testing.T) {
	t.Parallel()
	h := build(t)
	of := h.checkout()
	_, err := h.registry.CreateTeam(h.admin, registry.TeamInput{Slug: "platform", Name: "Platform"})
	h.must(err)
	h.card("platform")
	ada, a := h.visitorAs("Ada")
	grace, g := h.visitorAs("Grace")
	for team, person := range map[string]id.ID{"shop": a.ID, "platform": g.ID} {
		_, err := h.registry.AddMember(h.admin, team, person)
		h.must(err)
	}
	doc, text := ada.read(exemptionsPath + "/new?service=" + of.Slug)
	checkPage(t, doc, text)
	says(t, words(within(t, doc, "main")), "Choose the check", "Readiness")
	doc, text = ada.read(exemptionsPath + "/new?service=" + of.Slug + "&scorecard=readiness&check=owned")
	checkPage(t, doc, text)
	if !strings.Contains(text, `<option value="owned" selected>Owned</option>`) {
		t.Errorf("the check of the link is not chosen:\n%s", text)
	}
	now := h.clock.Now()
	form := url.Values{"service": {of.Slug}, "scorecard": {"readiness"}, "check": {"documented"}, "until": {now.AddDate(0, 0, -1).Format(formTime)}, "reason": {"<b>The wiki</b> moves."}, "link": {"nowhere"}}
	answer, body := ada.send(exemptionsPath, form)
	if answer.StatusCode != 422 {
		t.Errorf("a wrong form is answered %d", answer.StatusCode)
	}
	for _, want := range []string{"must be after now", "must be an absolute http or https address", "&lt;b&gt;The wiki&lt;/b&gt; moves."} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %q\n%s", want, body)
		}
	}
	form.Set("until", now.AddDate(0, 0, 30).Format(formTime))
	form.Set("link", "")
	if answer, _ := grace.send(exemptionsPath, form); answer.StatusCode != 403 {
		t.Errorf("somebody of another team asks: %d", answer.StatusCode)
	}
	answer, body = ada.send(exemptionsPath, form)
	at := answer.Header.Get("Location")
	if answer.StatusCode != 303 || !strings.HasPrefix(at, exemptionsPath+"/") {
		t.Fatalf("asking is answered %d, %s\n%s", answer.StatusCode, at, body)
	}
	if _, text := ada.read(at); strings.Contains(text, "Approve it") || !strings.Contains(text, "Take it back") {
		t.Error("who asked can approve it, or cannot take it back")
	}
	ada.refusedForm(at+"/approve", url.Values{"version": {"1"}}, 403, "members of the owning team")
	grace.refusedForm(at+"/reject", url.Values{"version": {"1"}, "reason": {" "}}, 422, "Reason must say why")
	grace.refusedForm(at+"/approve", url.Values{"version": {"9"}}, 412, "changed by somebody else")
	grace.done(at+"/approve", url.Values{"version": {"1"}, "reason": {"Until then."}}, at)
	doc, text = grace.read(at)
	checkPage(t, doc, text)
	says(t, words(within(t, doc, "main")), "In force", "Ada asks for it", "Grace approved it", "Until then.", "platform")
	h.assess()
	ladder := ladderURL(of.Slug, "readiness")
	doc, text = ada.read(ladder)
	checkPage(t, doc, text)
	says(t, words(within(t, doc, "main")), "Exempt Documented", "<b>The wiki</b> moves. Excused until in 29 days , approved by Grace") // the form cuts seconds off
	if !strings.Contains(text, `<a href="`+at+`">Excused</a>`) {
		t.Error("the ladder does not lead to the exemption")
	}
	grace.refusedForm(at+"/approve", url.Values{"version": {"2"}}, 409, "does not wait any more")
	ada.done(at+"/end", url.Values{"version": {"2"}, "reason": {"It is there."}}, at)
	doc, text = ada.read(ladder) // as it was evaluated, by what ended since
	checkPage(t, doc, text)
	if main := words(within(t, doc, "main")); !strings.Contains(main, "Exempt Documented") || strings.Contains(main, "approved by") {
		t.Errorf("of an exemption that ended the ladder says %s", main)
	}
	found, err := h.excused.List(h.admin, exemption.Filter{Service: of.ID}, page.Request{})
	h.must(err)
	if len(found.Items) != 1 || found.Items[0].State(now) != exemption.Ended || found.Items[0].Until.Sub(now) > 30*24*time.Hour {
		t.Errorf("in the end there is %+v", found.Items)
	}
	for _, path := range []string{at + "/nothing", exemptionsPath + "/nothing/approve"} {
		if answer, _ := ada.send(path, url.Values{}); answer.StatusCode != 404 {
			t.Errorf("%s is answered %d", path, answer.StatusCode)
		}
	}
}
