package dashboard

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/issues"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/toil"
	"github.com/evenkeel/evenkeel/services/toil/share"

	"github.com/evenkeel/evenkeel/internal/page"
)

// The week is answered about, toil is logged, estimated and made an issue of by the forms of the page.
func TestToilIsSaidOnThePageOfTheTeam(t *testing.T) {
	t.Parallel()
	h := build(t)
	h.outage(false) // which registers a team with a service
	ada, person := h.visitorAs("Ada")
	at := "/teams/shop/toil"
	_, outside := ada.read(at)
	if strings.Contains(outside, `class="form"`) || !strings.Contains(outside, "You are not a member") || strings.Contains(outside, "0<span class=\"unit\">%") {
		t.Errorf("outside the team it shows\n%s", outside)
	}
	_, err := h.registry.AddMember(h.admin, "shop", person.ID)
	h.must(err)
	team, err := h.registry.TeamFor(h.admin, "shop")
	h.must(err)
	week := share.WeekOf(h.clock.Now()).Plus(-1)
	if _, text := ada.read(at); !strings.Contains(text, "How much of the week from "+week.Monday().Format("2 January")+" was toil?") || strings.Count(text, `name="share" value="`) != 5 || !strings.Contains(text, "nobody answered about a week that is over, which is not 0 %") {
		t.Errorf("before anybody answered it shows\n%s", text)
	}
	ada.refusedForm(at+"/answer", url.Values{"week": {string(week)}, "share": {"60"}, "category": {"migrations"}}, 422, "Share must be one of")
	shows := func(act string, form url.Values, status int, parts ...string) {
		t.Helper()
		answer, body := ada.send(at+"/"+act, form)
		if answer.StatusCode != status {
			t.Errorf("%s of %v is answered %d", act, form, answer.StatusCode)
		}
		for _, part := range parts {
			if !strings.Contains(body, part) {
				t.Errorf("%s of %v lacks %s\n%s", act, form, part, body)
			}
		}
	}
	shows("answer", url.Values{"week": {string(week)}, "share": {"50"}, "category": {"cost_and_capacity"}, "away": {"nine"}, "note": {"<s>"}}, 422,
		`name="away" type="text" inputmode="numeric" value="nine"`, `<strong>must be 0 to 5, the working days`, `value="&lt;s&gt;"`, `value="cost_and_capacity" checked`)
	ada.done(at+"/answer", url.Values{"week": {string(week)}, "share": {"75"}, "category": {"migrations"}, "note": {"<b>"}}, at)
	if _, text := ada.read(at); !strings.Contains(text, "You answered 75 %, mostly migrations") || !strings.Contains(text, `value="&lt;b&gt;"`) || !strings.Contains(text, "Nobody was asked, and whoever answered did so unasked") {
		t.Errorf("after the answer it shows\n%s", text)
	}
	ada.done(at+"/answer", url.Values{"week": {string(week)}, "share": {"0"}, "category": {"migrations"}}, at) // whatever kind is chosen

	services, err := h.registry.Services(h.admin, registry.ServiceFilter{Team: team.ID}, page.Request{})
	h.must(err)
	service := string(services.Items[0].ID)
	today := string(clock.DateOf(h.clock.Now()))
	entry := url.Values{"day": {today}, "minutes": {"540"}, "category": {"migrations"}, "service": {service}, "traits": {"manual", "grows"}, "note": {"the old database"}}
	if answer, body := ada.send(at+"/log", url.Values{"day": {today}, "minutes": {"x"}, "category": {"migrations"}, "traits": {"grows"}, "note": {"<u>"}}); answer.StatusCode != 422 || !strings.Contains(body, `id="about-minutes"><strong>must be 1 to 1440`) || !strings.Contains(body, `value="x"`) || !strings.Contains(body, `value="&lt;u&gt;"`) || !strings.Contains(body, `value="grows" checked`) || !strings.Contains(body, "<details open><summary>Log toil") {
		t.Errorf("a wrong entry is answered %d\n%s", answer.StatusCode, body)
	}
	ada.done(at+"/log", entry, at+"#entries")
	if _, text := ada.read(at); !strings.Contains(text, "9 h of migrations, score 2 of 6") || !strings.Contains(text, "the old database") || !strings.Contains(text, "469 h a year") {
		t.Errorf("after logging it shows\n%s", text)
	}
	mine := access.WithCaller(h.Context(), access.Caller{Kind: access.ByPerson, Person: person.ID, Name: "Ada", Scopes: access.Scopes})
	entries, err := h.toil.Entries(mine, toil.EntryFilter{Team: team.ID}, page.Request{})
	h.must(err)
	own := toilEntryURL("shop", entries.Items[0].ID)
	doc, text := ada.read(own)
	checkPage(t, doc, text)
	if strings.Count(text, " checked>") != 2 || !strings.Contains(text, `value="540"`) || !strings.Contains(text, `value="the old database"`) {
		t.Errorf("the form does not hold what was logged\n%s", text)
	}
	entry.Set("version", "1")
	entry.Set("minutes", "<i>")
	if answer, body := ada.send(own, entry); answer.StatusCode != 422 || !strings.Contains(body, `id="about-minutes"><strong>must be 1 to 1440`) || !strings.Contains(body, `value="&lt;i&gt;"`) {
		t.Errorf("a wrong form is answered %d\n%s", answer.StatusCode, body)
	}
	entry.Set("minutes", "600")
	ada.done(own, entry, at+"#entries")
	entry.Set("minutes", "60")
	if answer, body := ada.send(own, entry); answer.StatusCode != 412 || !strings.Contains(body, "It says now: 600") || !strings.Contains(body, `name="version" value="2"`) {
		t.Errorf("a stale form is answered %d\n%s", answer.StatusCode, body)
	}
	entry.Set("version", "2")
	entry.Set("minutes", "540")
	ada.done(own, entry, at+"#entries")
	entry.Set("minutes", "30")
	ada.done(at+"/log", entry, at+"#entries") // another, to be removed
	entries, err = h.toil.Entries(mine, toil.EntryFilter{Team: team.ID}, page.Request{})
	h.must(err)
	strike := slices.IndexFunc(entries.Items, func(e toil.Entry) bool { return e.Minutes == 30 })
	ada.refusedForm(at+"/strike", url.Values{"entry": {string(entries.Items[strike].ID)}, "version": {"7"}}, 412, "changed by somebody else")
	ada.done(at+"/strike", url.Values{"entry": {string(entries.Items[strike].ID)}, "version": {"1"}}, at+"#entries")
	if _, text := ada.read(at); strings.Contains(text, "30 min of") || strings.Count(text, "/strike") != 1 || !strings.Contains(text, `href="`+own+`"`) {
		t.Errorf("after removing one it shows\n%s", text)
	}
	shows("estimate", url.Values{"service": {service}, "category": {"migrations"}, "title": {"Move <it>"}, "hours": {"soon"}}, 422,
		"<details open><summary>Estimate it", `value="Move &lt;it&gt;"`, `value="soon"`, "<strong>must be more than 0")
	ada.done(at+"/estimate", url.Values{"service": {service}, "category": {"migrations"}, "title": {"Move it"}, "hours": {"7"}}, at+"#candidates")
	figures, err := h.toil.Candidates(h.admin, team.ID, page.Request{})
	h.must(err)
	candidate := string(figures.Items[0].Candidate.ID)
	// It is of one day, and reckoned as if of a week: 9 × 365 ÷ 7 = 469.29 hours a year, which pay back 7 hours
	// in 7 ÷ (469.29 ÷ 52) = 0.78 weeks.
	if _, text := ada.read(at); !strings.Contains(text, "paid back in 1 week") || !strings.Contains(text, "Make an issue of it") {
		t.Errorf("after the estimate it shows\n%s", text)
	}
	ada.done(at+"/want", url.Values{"candidate": {candidate}, "version": {"1"}}, at+"#candidates")
	found, err := h.store.Issues().Issues(h.admin, issues.Filter{Kind: issues.KindToilCandidate}, page.Request{})
	h.must(err)
	if len(found.Items) != 1 || !found.Items[0].Open {
		t.Errorf("wanted are %+v", found.Items)
	}
	if _, text := ada.read("/issues/" + string(found.Items[0].ID)); !strings.Contains(text, `href="/teams/shop/toil#candidates"`) {
		t.Error("the issue does not lead to its figures")
	}
	shows("settings", url.Values{"version": {"1"}, "hours": {"ninety"}, "days": {"5"}, "overhead": {"20"}, "cap": {"51"}, "incidents": {"1"}}, 422, "<details open><summary>40 h a week",
		`value="ninety"`, `id="about-settings-hours"><strong>must be 1 to 80`, `value="51"`, `id="about-settings-cap"><strong>must be 1 to 50`, `name="incidents" value="yes" checked`, `name="asks" value="yes">`)
	shows("settings", url.Values{"version": {"7"}, "hours": {"38"}, "days": {"5"}, "overhead": {"20"}, "cap": {"50"}, "incidents": {"1"}}, 412, "<details open><summary>40 h a week", `value="38"`, "It says now: 40", "It says now: ticked", `name="version" value="1"`)
	ada.done(at+"/settings", url.Values{"version": {"1"}, "hours": {"37.5"}, "days": {"5"}, "overhead": {"10"}, "cap": {"40"}}, at)
	if _, text := ada.read(at); !strings.Contains(text, "37.5 h a week, less 10 % for meetings; the cap is 40 %; nobody is asked") {
		t.Errorf("after the decision it shows\n%s", text)
	}
	// The form shows and decides each setting: a box that is not ticked is sent as nothing, and means no.
	for _, proposes := range []bool{false, true} {
		if proposes {
			ada.done(at+"/settings", url.Values{"version": {"2"}, "hours": {"37.5"}, "days": {"5"}, "overhead": {"10"}, "cap": {"40"}, "incidents": {"1"}}, at)
		}
		measured, err := h.toil.Measure(h.admin, team.ID, "")
		h.must(err)
		_, text := ada.read(at)
		box, ticked := strings.Contains(text, `name="incidents" value="yes"`), strings.Contains(text, `name="incidents" value="yes" checked`)
		if measured.Settings.Incidents != proposes || !box || ticked != proposes {
			t.Errorf("when incidents are proposed is %t: stored is %t, the box is there %t, ticked %t", proposes, measured.Settings.Incidents, box, ticked)
		}
	}
	quarter := string(share.QuarterOf(h.clock.Now().Add(-early)))
	shows("survey", url.Values{"quarter": {quarter}, "share": {"most"}, "category": {"cost_and_capacity"}, "wish": {"<all>"}, "course": {"worse"}, "onCall": {"heavy"}}, 422, "<details open><summary>Answer five questions",
		`value="most"`, `id="about-survey-share"><strong>must be 0 to 100`, "&lt;all&gt;</textarea>", `value="worse" selected`, `value="heavy" selected`)
	ada.done(at+"/survey", url.Values{"quarter": {quarter}, "share": {"40"}, "category": {"migrations"}, "wish": {"all"}, "course": {"better"}, "onCall": {"fair"}}, at+"#survey")
	if _, text := ada.read(at); !strings.Contains(text, "1 person answered.") || strings.Contains(text, "What people would automate:") {
		t.Errorf("after the survey it shows\n%s", text)
	}

	// Whoever is of no team sees nothing of what one person said.
	bob, _ := h.visitorAs("Bob")
	_, text = bob.read(at)
	for _, private := range []string{"the old database", "9 h of", "a year", "You answered"} {
		if strings.Contains(text, private) {
			t.Errorf("bob sees %q", private)
		}
	}
	bob.refusedForm(at+"/answer", url.Values{"week": {string(week)}, "share": {"0"}}, 403, "members of the owning team")
	bob.readStatus(own, 404)
	if answer, _ := bob.send(own, entry); answer.StatusCode != 404 {
		t.Errorf("bob changes what ada logged: %d", answer.StatusCode)
	}
	doc, text = bob.read(toilPath)
	checkPage(t, doc, text)
	says(t, words(within(t, doc, "main")), "Toil", "Shop", "Told to the team alone")
	bob.readStatus(at+"/entries/nothing", 404)
	if answer, _ := bob.send(at+"/nothing", url.Values{}); answer.StatusCode != 404 {
		t.Errorf("an act that there is not is %d", answer.StatusCode)
	}
}

// A link is opened by machines that look at mail, and answers only when its form is sent.
func TestTheQuestionOfALinkNeedsNobodyToBeSignedIn(t *testing.T) {
	t.Parallel()
	h := build(t)
	h.outage(false)
	ada, person := h.visitorAs("Ada")
	_, err := h.registry.AddMember(h.admin, "shop", person.ID)
	h.must(err)
	team, err := h.registry.TeamFor(h.admin, "shop")
	h.must(err)
	monday := share.WeekOf(h.clock.Now()).End().Add(8 * time.Hour)
	h.clock.Advance(monday.Sub(h.clock.Now()))
	_, err = h.toil.AskOnce(t.Context())
	h.must(err)
	path := ""
	unrouted, err := h.store.Notify().Unrouted(t.Context(), 100)
	h.must(err)
	for _, e := range unrouted {
		if e.Person == person.ID {
			path, err = h.toil.Personal(t.Context(), e.Event, person.ID)
			h.must(err)
		}
	}
	ada.signedOut = true
	week := share.WeekOf(monday).Plus(-1)
	if _, text := ada.read(path); !strings.Contains(text, week.Monday().Format("2 January")) || !strings.Contains(text, "For <bdi>Ada</bdi>") || strings.Count(text, `name="share"`) != 5 {
		t.Errorf("it asks\n%s", text)
	}
	send := func(to string, form url.Values) *http.Response {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "http://evenkeel.example"+to, strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		return ada.do(r)
	}
	wrong := send(path, url.Values{"share": {"80"}, "category": {"migrations"}, "away": {"9"}, "note": {"<n>"}})
	again, err := io.ReadAll(wrong.Body)
	h.must(err)
	for _, part := range []string{"Share must be one of", `value="migrations" checked`, "<strong>must be 0 to 5", `value="&lt;n&gt;"`} {
		if wrong.StatusCode != 422 || !strings.Contains(string(again), part) {
			t.Errorf("80 %% is %d, and lacks %s\n%s", wrong.StatusCode, part, again)
		}
	}
	if answer := send(path, url.Values{"share": {"50"}, "category": {"migrations"}}); answer.StatusCode != http.StatusSeeOther || answer.Header.Get("Location") != path+"?answered" {
		t.Errorf("it is %d, to %s", answer.StatusCode, answer.Header.Get("Location"))
	}
	if _, text := ada.read(path + "?answered"); !strings.Contains(text, "Thank you") {
		t.Errorf("afterwards it shows\n%s", text)
	}
	answers, err := h.store.Toil().Answer(t.Context(), team.ID, person.ID, week)
	h.must(err)
	if answers.Percent != 50 {
		t.Errorf("%+v", answers)
	}
	for _, forged := range []string{toil.LinkPath + "x", path + "x", path[:len(path)-4] + "AAAA"} {
		ada.readStatus(forged, http.StatusNotFound)
		if answer := send(forged, url.Values{"share": {"0"}}); answer.StatusCode != 404 {
			t.Errorf("to a forged one: %d", answer.StatusCode)
		}
	}
	if answer := send(path, url.Values{"note": {strings.Repeat("x", maxAnswer)}}); answer.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("too much is %d", answer.StatusCode)
	}
}
