package dashboard

import (
	"net/url"
	"strings"
	"testing"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/scorecards/given"
)

// By hand, of the sample of 23 November: 41 days ago, which was 13 October, 12,345.678 in six digits, two of three thirds.
func TestTheFactsOfAServiceAreShownWithWhoSaysSo(t *testing.T) {
	t.Parallel()
	s := newSample()
	doc, text := visiting(t, s).read(factsURL(s.services[0].Slug))
	says(t, words(within(t, doc, "main")),
		"restoreDrill When the data of the service was last restored from a backup, and checked. Attest it anew 41 days ago Attested by Ada Lovelace , 2 days ago in 9 days expires soon",
		"12,345.7 requests a second Pushed by k6 <script",
		"loadShedding", "no Pushed by longlong",
		"chaosVerdict", "broken Pushed by chaos , 2 days ago in 20 days",
		"region-00: 0, region-01: 0.333333, region-02: 0.666667", "and 4 more",
		"3.25 days Told change as long as it is so",
		"Not known", "toilShare told by toil",
		"restoreDrill: 13 Oct 2026", "In force", "Withdrawn", "Grace Hopper: It was", "Expired", "Replaced", "the fact is declared no more")
	if strings.Contains(text, `href="javascript`) {
		t.Error("what a program says leads to a script")
	}
	doc, _ = visiting(t, s).read(factsURL(s.services[1].Slug))
	says(t, words(within(t, doc, "main")), "Nothing yet", "PUT /services/"+s.services[1].Slug+"/facts/loadTested", "Say what you know")
	_, text = visiting(t, s).read(factsURL(s.services[2].Slug) + "?fact=restoreDrill")
	if strings.Contains(text, "<form class=\"sheet\"") || strings.Contains(text, "Say what you know") {
		t.Error("whoever may not attest gets a form")
	}
}

// A fact is attested and withdrawn by the forms of the page; what is refused is said there, with what
// was typed.
func TestAFactIsAttestedAndWithdrawnOnThePage(t *testing.T) {
	t.Parallel()
	h := build(t)
	of := h.outage(false).Services[0].Service
	services, err := h.registry.ServicesByID(h.admin, []id.ID{of})
	h.must(err)
	at := factsURL(services[of].Slug)
	ada, person := h.visitorAs("Ada")
	_, err = h.registry.AddMember(h.admin, "shop", person.ID)
	h.must(err)
	now := h.clock.Now()
	form := url.Values{"fact": {"restoreDrill"}, "value": {now.AddDate(0, 0, -3).Format(formTime)}, "evidence": {"http://wiki.example.org/1"}, "note": {"<b>All</b> tables."}, "expiresAt": {now.AddDate(0, 0, 400).Format(formTime)}}
	send := func(status int, says ...string) {
		t.Helper()
		answer, body := ada.send(at, form)
		if answer.StatusCode != status {
			t.Errorf("%v: %d, want %d\n%s", form, answer.StatusCode, status, body)
		}
		for _, one := range says {
			if !strings.Contains(body, one) {
				t.Errorf("%v: the page lacks %q\n%s", form, one, body)
			}
		}
	}
	send(422, "must be an https address", "must be at most 180 days from now", `value="http://wiki.example.org/1"`, "&lt;b&gt;All&lt;/b&gt; tables.")
	form.Set("evidence", "https://wiki.example.org/1")
	form.Set("expiresAt", "soon")
	send(422, "must be a time such as 2026-11-27T10:00, in UTC")
	form.Set("expiresAt", now.AddDate(0, 0, 100).Format(formTime))
	form.Set("value", now.AddDate(0, 0, 3).Format(formTime))
	send(422, "must not be after now")
	form.Set("fact", "nothing\x00")
	send(422, "is no declared fact")
	form.Set("fact", "restoreDrill")
	form.Set("value", now.AddDate(0, 0, -3).Format(formTime))
	ada.done(at, form, at)
	for _, more := range []url.Values{
		{"fact": {"testedPeak"}, "value": {"1200.5"}}, {"fact": {"loadShedding"}, "value": {"no"}}, {"fact": {"chaosVerdict"}, "value": {"held"}},
	} {
		more["evidence"], more["expiresAt"] = form["evidence"], form["expiresAt"]
		ada.done(at, more, at)
	}
	form = url.Values{"fact": {"testedPeak"}, "value": {"many"}, "evidence": form["evidence"], "expiresAt": form["expiresAt"]}
	send(422, "must be a number such as 1200 or 0.5", `value="many"`)
	doc, text := ada.read(at)
	checkPage(t, doc, text)
	says(t, words(within(t, doc, "main")), "restoreDrill", "3 days ago", "Attested by Ada", "1,200.5 requests a second", "in 99 days")
	force, err := h.given.Attestations(h.admin, given.Filter{Service: of, Fact: "restoreDrill"}, page.Request{})
	h.must(err)
	withdraw := serviceURL(services[of].Slug) + "/attestations/" + string(force.Items[0].ID) + "/withdraw"
	ada.refusedForm(withdraw, url.Values{"version": {"1"}, "reason": {" "}}, 422, "Reason must say why it does not hold")
	ada.refusedForm(withdraw, url.Values{"version": {"7"}, "reason": {"Wrong."}}, 412, "changed by somebody else")
	bob, _ := h.visitorAs("Bob")
	bob.refusedForm(withdraw, url.Values{"version": {"1"}, "reason": {"Wrong."}}, 403, "members of the owning team")
	if answer, body := bob.send(at, form); answer.StatusCode != 422 && answer.StatusCode != 403 {
		t.Errorf("whoever is of no team is answered %d\n%s", answer.StatusCode, body)
	}
	ada.done(withdraw, url.Values{"version": {"1"}, "reason": {"Another service."}}, at)
	doc, _ = ada.read(at)
	says(t, words(within(t, doc, "main")), "Withdrawn", "Ada: Another service.")
	if answer, _ := ada.send(serviceURL(services[of].Slug)+"/attestations/nothing/withdraw", url.Values{}); answer.StatusCode != 404 {
		t.Errorf("what there is not is withdrawn: %d", answer.StatusCode)
	}
}

// The lines of a form by name: by hand.
func TestValuesByNameAreReadLineByLine(t *testing.T) {
	t.Parallel()
	var f filled
	if v := f.byName("numbers", "a = 1\n\n b=2.5 \n"); len(f.Faults) > 0 || len(v.Numbers) != 2 || v.Numbers["a"] != 1 || v.Numbers["b"] != 2.5 {
		t.Errorf("read are %v: %v", v, f.Faults)
	}
	if v := f.byName("texts", "a = x = y"); len(f.Faults) > 0 || v.Texts["a"] != "x = y" {
		t.Errorf("read are %v: %v", v, f.Faults)
	}
	if f.byName("numbers", "a = 1\nb = many"); f.Faults["/value"] != "has in line 2 no name = value, such as eu-west = 12" {
		t.Errorf("says %v", f.Faults)
	}
}
