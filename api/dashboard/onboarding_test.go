package dashboard

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/onboarding"
)

// Of the house: 2 found, 1 registered, 1 declared, 1 measured are 5, of which 20 % are measured; of the
// shop's 4, a quarter. Nobody's is one that was found.
func TestOnboardingShowsHowFarEachTeamIsAndLeadsToWhatIsCounted(t *testing.T) {
	t.Parallel()
	h := tow(t)
	v := h.visitor()
	doc, text := v.read(onboardingPath)
	checkPage(t, doc, text)
	says(t, words(within(t, doc, "main")), "20 % measured: 1 of 5 services and repositories", "Found 2", "Registered 1", "Shop 1 1 1 1 25 %", "Team not known 1 0 0 0 0 %", "No wave yet", "Plan a wave")
	for _, to := range []string{repositoriesPath + "?state=found&amp;team=shop", repositoriesPath + "?state=found&amp;team=-", stagesPath + "?stage=measured&amp;team=shop", stagesPath + "?stage=declared"} {
		if !strings.Contains(text, `href="`+to+`"`) {
			t.Errorf("it does not lead to %s", to)
		}
	}
	says(t, words(within(t, doc, "tabs")), "Data sources Manifests Onboarding")
	ada, _ := h.visitorAs("Ada")
	if _, text := ada.read(onboardingPath); strings.Contains(text, "Plan a wave") {
		t.Error("who is no administrator is led to the form of a wave")
	}
	ada.readStatus(newWavePath, 403)
	v.readStatus(onboardingPath+"?wave=none", 404)

	list := func(path string, wants ...string) {
		t.Helper()
		doc, text := v.read(path)
		checkPage(t, doc, text)
		var names []string
		for _, row := range strings.Split(text, `<td role="cell" class="name"><a href="`)[1:] {
			_, rest, _ := strings.Cut(row, `"><bdi>`)
			name, _, _ := strings.Cut(rest, "<")
			names = append(names, strings.TrimPrefix(name, "acme/"))
		}
		if strings.Join(names, " ") != strings.Join(wants, " ") {
			t.Errorf("%s lists %q, want %q", path, names, wants)
		}
	}
	list(repositoriesPath, "attic", "basket", "checkout", "gone", "library", longName)
	list(repositoriesPath+"?state=found", "basket", longName)
	list(repositoriesPath+"?state=found&team=shop", "basket")
	list(repositoriesPath+"?state=found&team=-", longName)
	list(repositoriesPath+"?q=AsK", "basket")
	list(repositoriesPath + "?state=idle&q=basket")
	list(stagesPath, "Checkout", "The ledger", "The search")
	list(stagesPath+"?stage=declared&team=shop", "The ledger")
	list(stagesPath + "?team=labs")
	doc, text = v.read(repositoriesPath)
	says(t, words(within(t, doc, "main")), "by its CODEOWNERS", "http, tier 3, production", "checkout names it", "It is a library.")
	if strings.Contains(text, "<script src") {
		t.Error("a description is a script")
	}
	for _, path := range []string{repositoriesPath + "?state=lost", stagesPath + "?stage=found", repositoriesPath + "?after=forged"} {
		v.readStatus(path, 400)
	}
	for _, path := range []string{repositoriesPath + "?team=none", stagesPath + "?wave=none", repositoriesPath + "/none", waveURL("none")} {
		v.readStatus(path, 404)
	}
}

func TestOnboardingOfNothingSaysWhatToDoFirst(t *testing.T) {
	t.Parallel()
	h := build(t)
	for path, says1 := range map[string]string{onboardingPath: "Connect GitHub", repositoriesPath: "No repository was found yet", stagesPath: "No service yet"} {
		doc, text := h.visitor().read(path)
		checkPage(t, doc, text)
		says(t, words(within(t, doc, "main")), says1)
	}
}

func TestARepositoryIsDecidedOnByAForm(t *testing.T) {
	t.Parallel()
	h := tow(t)
	v := h.visitor()
	at := repositoryURL(h.repositories[longName])
	doc, text := v.read(at)
	checkPage(t, doc, text)
	says(t, words(within(t, doc, "main")), "Slug "+longName[:63], "not known: choose one", "As it was found: http", "As it was found: tier 3", "Looked into not yet")

	ada, _ := h.visitorAs("Ada")
	doc, text = ada.read(at)
	checkPage(t, doc, text)
	says(t, words(within(t, doc, "main")), "Administrators say what it is to be")
	if strings.Contains(text, `action="`+at) {
		t.Error("who is no administrator has a form")
	}
	right := url.Values{"version": {"1"}, "slug": {"settlement"}, "team": {"labs"}, "kind": {"batch"}, "tier": {"2"}}
	ada.refusedForm(at, right, 403, "dministrators")

	wrong := url.Values{"version": {"1"}, "slug": {"Not A <i>Slug"}, "name": {strings.Repeat("n", 101)}, "team": {"nobodys"}, "kind": {"magic"}, "tier": {"9"}, "system": {"none"}}
	answer, body := v.send(at, wrong)
	for _, want := range []string{`id="about-slug"><strong>`, `id="about-name"><strong>`, `id="about-team"><strong>`, `id="about-system"><strong>`, `id="about-kind"><strong>`, `id="about-tier"><strong>must be 1, the most critical, to 4`, `value="Not A &lt;i&gt;Slug"`} {
		if answer.StatusCode != 422 || !strings.Contains(body, want) {
			t.Errorf("a wrong form is answered %d without %q\n%s", answer.StatusCode, want, body)
		}
	}
	v.done(at, right, at)
	doc, _ = v.read(at)
	says(t, words(within(t, doc, "main")), "Slug settlement", "labs, decided here", "Kind batch", "Tier 2")
	body = v.refusedForm(at, url.Values{"version": {"1"}, "slug": {"mine"}, "tier": {"3"}}, 412, "changed meanwhile")
	if !strings.Contains(body, `value="mine"`) || !strings.Contains(body, "It says now: settlement") || !strings.Contains(body, "It says now: Labs") || !strings.Contains(body, `name="version" value="2"`) {
		t.Errorf("a stale form loses what was typed, or does not say what there is\n%s", body)
	}

	answer, body = v.send(at+"/dismiss", url.Values{"version": {"2"}, "reason": {" "}})
	if answer.StatusCode != 422 || !strings.Contains(body, `id="about-reason"><strong>must say why it is no service`) || !strings.Contains(body, `value="settlement"`) {
		t.Errorf("without a reason it is answered %d\n%s", answer.StatusCode, body)
	}
	v.done(at+"/dismiss", url.Values{"version": {"2"}, "reason": {"A <b>toy</b>."}}, at)
	doc, text = v.read(at)
	checkPage(t, doc, text)
	says(t, words(within(t, doc, "main")), "Dismissed", "said that it is no service", "A <b>toy</b>.", "It may be a service")
	if !strings.Contains(text, `value="settlement"`) {
		t.Error("what was said of it is lost")
	}
	v.done(at, url.Values{"version": {"3"}}, at)
	doc, _ = v.read(at)
	says(t, words(within(t, doc, "main")), "Found", "not known: choose one")

	is := repositoryURL(h.repositories["checkout"])
	doc, text = v.read(is)
	checkPage(t, doc, text)
	says(t, words(within(t, doc, "main")), "A service names it")
	v.refusedForm(is, url.Values{"version": {"1"}}, 409, "change the service")
	doc, text = v.read(repositoryURL(h.repositories["basket"]))
	checkPage(t, doc, text)
	says(t, words(within(t, doc, "main")), "When it was looked into: line 3", "@acme/shop")
}

func TestAWaveIsPlannedFilledPreviewedAndBroughtByForms(t *testing.T) {
	t.Parallel()
	h := tow(t)
	v := h.visitor()
	ada, _ := h.visitorAs("Ada")
	doc, text := v.read(newWavePath)
	checkPage(t, doc, text)
	form := url.Values{"name": {"First <b>"}, "slug": {"Fir st"}, "dueOn": {"2020-01-01"}, "sloSlug": {"answers"}, "sloName": {"${service.name} answers"}, "objective": {"all"}, "windowDays": {"many"}, "category": {"availability"}, "good": {"up"}}
	ada.refusedForm(newWavePath, url.Values{"name": {"First"}, "slug": {"first"}}, 403, "dministrators")
	answer, body := v.send(newWavePath, form)
	if answer.StatusCode != 422 || !strings.Contains(body, "must be a number of days such as 28") || !strings.Contains(body, `value="First &lt;b&gt;"`) {
		t.Errorf("days that are no number are answered %d\n%s", answer.StatusCode, body)
	}
	form.Set("windowDays", "30")
	answer, body = v.send(newWavePath, form)
	for _, want := range []string{`id="about-slug"><strong>`, `id="about-dueOn"><strong>must be today`, `id="about-objective"><strong>`, `id="about-dataSource"><strong>is required`, `id="about-total"><strong>`} {
		if answer.StatusCode != 422 || !strings.Contains(body, want) {
			t.Errorf("a wrong form is answered %d without %q\n%s", answer.StatusCode, want, body)
		}
	}
	form.Set("sloName", "${nothing}") // which is a fault of no field
	answer, body = v.send(newWavePath, form)
	if answer.StatusCode != 422 || !strings.Contains(alertOf(body), "The SLO: “${nothing}” is no placeholder") {
		t.Errorf("what is no placeholder is answered %d: %s", answer.StatusCode, alertOf(body))
	}
	for name, value := range map[string]string{"slug": "first", "dueOn": string(clock.DateOf(h.clock.Now())), "objective": "99.5%", "good": "", "sloName": "${service.name} answers"} {
		form.Set(name, value)
	}
	at := waveURL("first")
	v.done(newWavePath, form, at)
	v.refusedForm(newWavePath, form, 409, "first")
	doc, text = v.read(at)
	checkPage(t, doc, text)
	says(t, words(within(t, doc, "main")), "First <b>", "Planned", "Nothing is in it yet", "99.5% over 30 days", "for all services", "${service.name} answers", "Reporters push slots")
	v.refusedForm(at+"/start", nil, 409, "has no members")
	v.readStatus(at+"/preview", 200)

	ada.refusedForm(at+"/members", url.Values{}, 403, "dministrators")
	if answer, body := v.send(at+"/members", url.Values{"team": {"none"}, "tier": {"x"}, "of": {"people"}}); answer.StatusCode != 422 || !strings.Contains(body, `id="about-tier"><strong>`) || !strings.Contains(body, `id="about-team"><strong>`) || !strings.Contains(body, `id="about-of"><strong>`) {
		t.Errorf("what cannot match is answered %d\n%s", answer.StatusCode, body)
	}
	v.refusedForm(at+"/members", url.Values{"team": {"labs"}}, 422, "Nothing matches")
	v.done(at+"/members", url.Values{}, at) // search, basket and the one of the long name
	doc, text = v.read(at)
	checkPage(t, doc, text)
	says(t, words(within(t, doc, "main")), "Start: bring the 3 that wait", "0 of 3 brought", "In it 3", "Waiting 3")
	if doc, _ := v.read(onboardingPath + "?wave=first"); !strings.Contains(words(within(t, doc, "main")), "0 % measured: 0 of 3") {
		t.Error("narrowed to the wave there are others, or not all")
	}

	doc, text = v.read(at + "/preview")
	checkPage(t, doc, text)
	says(t, words(within(t, doc, "main")), "Registers the service basket for shop: http, tier 3, production.", "Declares “basket answers” (answers), 99.5%.", "Declares “The search answers” (answers), 99.5%.", "Would fail Team is not known: say whose acme/"+longName)
	ada.readStatus(at+"/preview", 403)
	if doc, text = ada.read(at); strings.Contains(text, "Preview") || strings.Contains(text, "Take out") {
		t.Error("who is no administrator is offered what they may not")
	}
	checkPage(t, doc, text)
	says(t, words(within(t, doc, "main")), "Administrators put services and repositories in")
	ada.refusedForm(at+"/start", nil, 403, "dministrators")

	v.done(at+"/start", nil, at)
	doc, text = v.read(at)
	checkPage(t, doc, text)
	says(t, words(within(t, doc, "main")), "2 of 3 brought, 1 failed", "1 SLO declared", "Team is not known: say whose acme/", "Retry the one that failed", "Started")
	if doc, _ = v.read(at + "?state=failed"); strings.Contains(words(within(t, doc, "main")), "1 SLO declared") {
		t.Error("with those that failed there is what was brought")
	}
	doc, _ = v.read(at + "?team=shop&state=failed")
	says(t, words(within(t, doc, "main")), "only of the team Shop", "None is so")
	v.readStatus(at+"?state=lost", 400)

	repository := repositoryURL(h.repositories[longName])
	v.done(repository, url.Values{"version": {v.version(repository)}, "team": {"labs"}, "slug": {"settlement"}, "name": {"Settlement"}}, repository)
	v.done(at+"/start", url.Values{"retry": {"yes"}}, at)
	doc, _ = v.read(at)
	says(t, words(within(t, doc, "main")), "Done", "3 of 3 brought", "All that is in it was brought.")
	doc, _ = v.read(onboardingPath) // search, basket, settlement and ledger are declared, checkout measured
	says(t, words(within(t, doc, "main")), "20 % measured: 1 of 5", "Found 0", "Registered 0", "Declared 4", "3 of 3 brought")
	if _, err := h.registry.ServiceFor(h.admin, "settlement"); err != nil {
		t.Error(err)
	}
}

func TestWhatWaitsInAWaveIsTakenOut(t *testing.T) {
	t.Parallel()
	h := tow(t)
	h.firstWave()
	v := h.visitor()
	at := waveURL("first")
	doc, text := v.read(at)
	checkPage(t, doc, text)
	says(t, words(within(t, doc, "main")), "for services of kind grpc and llm and tier 1", `service="${service}"`, "Read from the data source \"prometheus-eu\"")
	_, rest, found := strings.Cut(text, `action="`+at+"/members/")
	member, _, _ := strings.Cut(rest, "/remove")
	if !found {
		t.Fatalf("nothing can be taken out\n%s", text)
	}
	ada, _ := h.visitorAs("Ada")
	ada.refusedForm(at+"/members/"+member+"/remove", nil, 403, "dministrators")
	v.done(at+"/members/"+member+"/remove", nil, at)
	doc, _ = v.read(at)
	says(t, words(within(t, doc, "main")), "0 of 2 brought")
	for _, gone := range []string{member, "none"} {
		if answer, _ := v.send(at+"/members/"+gone+"/remove", nil); answer.StatusCode != 404 {
			t.Errorf("taking %s out is answered %d", gone, answer.StatusCode)
		}
	}
}

// 102 repositories are on three pages of 50, and are brought in two goes of 100.
func TestAWaveOfManyIsPagedAndBroughtAHundredAtATime(t *testing.T) {
	t.Parallel()
	h := build(t)
	h.checkout()
	shop, err := h.registry.TeamFor(h.admin, "shop")
	h.must(err)
	now := h.clock.Now()
	for i := range 102 {
		name := fmt.Sprintf("part-%03d", i)
		h.must(h.store.Onboarding().CreateRepository(t.Context(), onboarding.Repository{ID: id.New(now), HostID: name, FullName: "acme/" + name, Address: "https://github.com/acme/" + name, SeenAt: now, CreatedAt: now, Version: 1, Team: shop.ID, TeamBy: onboarding.ByTopic}))
	}
	_, err = h.onboarded.CreateWave(h.admin, onboarding.Draft{Slug: "all", Name: "All"})
	h.must(err)
	v, at := h.visitor(), waveURL("all")
	v.done(at+"/members", url.Values{"of": {"repositories"}}, at)
	for _, path := range []string{at, repositoriesPath, wavePreviewURL("all")} {
		seen := map[string]bool{}
		for _, rows := range []int{50, 50, 2} {
			doc, text := v.read(path)
			checkPage(t, doc, text)
			shown := regexp.MustCompile("acme/part-[0-9]{3}<").FindAllString(text, -1)
			for _, one := range shown {
				seen[one] = true
			}
			if len(shown) != rows {
				t.Errorf("%s shows %d rows, want %d", path, len(shown), rows)
			}
			_, rest, _ := strings.Cut(text, `Pages">`)
			next := regexp.MustCompile(`href="([^"]*)" rel="next"`).FindStringSubmatch(rest)
			if (next == nil) != (rows == 2) {
				t.Fatalf("%s with %d rows leads to %q", path, rows, next)
			}
			if next != nil {
				path = strings.ReplaceAll(next[1], "&amp;", "&")
			}
		}
		if len(seen) != 102 {
			t.Errorf("%d are on the pages", len(seen))
		}
	}
	doc, _ := v.read(at)
	says(t, words(within(t, doc, "main")), "Start: bring the first 100", "100 are brought at a time", "None: its services are only registered.")
	v.done(at+"/start", nil, at)
	doc, _ = v.read(at)
	says(t, words(within(t, doc, "main")), "100 of 102 brought", "Bring the 2 that wait", "no SLO was to be declared")
	v.done(at+"/start", nil, at)
	doc, _ = v.read(at)
	says(t, words(within(t, doc, "main")), "102 of 102 brought", "Done")
	doc, _ = v.read(onboardingPath) // with checkout, which has no SLO
	says(t, words(within(t, doc, "main")), "0 % measured: 0 of 103", "Registered 103")
}

func TestTheButtonsOfAWaveSayHowManyAreBrought(t *testing.T) {
	t.Parallel()
	started := sampleNow
	for _, c := range []struct {
		tally        onboarding.Tally
		started      bool
		bring, retry string
	}{
		{onboarding.Tally{}, false, "", ""},
		{onboarding.Tally{Waiting: 1}, false, "Start: bring the one that waits", ""},
		{onboarding.Tally{Waiting: 100}, false, "Start: bring the 100 that wait", ""},
		{onboarding.Tally{Waiting: 240}, false, "Start: bring the first 100", ""},
		{onboarding.Tally{Waiting: 140, Brought: 99, Failed: 1}, true, "Bring the next 100", "Retry the one that failed"},
		{onboarding.Tally{Waiting: 40, Brought: 200}, true, "Bring the 40 that wait", ""},
		{onboarding.Tally{Brought: 238, Failed: 2}, true, "", "Retry the 2 that failed"},
		{onboarding.Tally{Brought: 240}, true, "", ""},
	} {
		w := onboarding.Wave{Tally: c.tally}
		if c.started {
			w.StartedAt = &started
		}
		if s := waveStartOf(w); s.Bring != c.bring || s.Retry != c.retry || s.Text == "" {
			t.Errorf("%+v: %+v, want %q and %q", c.tally, s, c.bring, c.retry)
		}
	}
}

func TestProblemsOfMembersAreSentences(t *testing.T) {
	t.Parallel()
	for want, p := range map[string]onboarding.Problem{
		"Team is not known: say whose.":                   {Pointer: "/team", Message: "is not known: say whose"},
		"Repository “acme/x” is gone.":                    {Pointer: "/repository", Message: "is gone", Value: "acme/x"},
		"Template 2: “${system}” stands for nothing.":     {Pointer: "/templates/1/slo", Message: "stands for nothing", Value: "${system}"},
		"Template 1: objective “all” must be a share.":    {Pointer: "/templates/0/slo/objective", Message: "must be a share", Value: "all"},
		"Templates are for other services.":               {Pointer: "/templates", Message: "are for other services"},
		"A service with the slug \"x\" is there already.": {Message: "a service with the slug \"x\" is there already"},
	} {
		if got := problemText(p); got != want {
			t.Errorf("%+v is told as %q, want %q", p, got, want)
		}
	}
}
