package dashboard

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/scorecards"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/incident/postmortem"
	"github.com/evenkeel/evenkeel/services/registry"
)

// readiness asks for documentation (Bronze, weight 3), a dashboard (Bronze, 1) and a restore drill of
// stateful services (Silver, 2).
func readiness() scorecards.Draft {
	return scorecards.Draft{Slug: "readiness", Name: "Readiness", Terms: scorecards.Terms{
		Levels: []scorecards.Level{{Name: "Bronze", Description: "Somebody can find it."}, {Name: "Silver"}},
		Checks: []scorecards.Check{
			{ID: "docs", Title: "It is documented", Why: "Somebody *reads* it.", Fix: "Documentation is there: {hasDocs}. Add some.", Category: "Ownership", Level: "Bronze", Weight: 3, Passes: "hasDocs"},
			{ID: "dashboard", Title: "It has a dashboard", Category: "Alerting", Level: "Bronze", Weight: 1, Passes: "hasDashboard"},
			{ID: "restore", Title: "It was restored", Fix: "At most {parameters.maxDays} days.", Category: "Resilience", Level: "Silver", Weight: 2, Tier: 2, AppliesTo: "kind == 'stateful'", Passes: "restoreDrill <= parameters.maxDays", Parameters: map[string]float64{"maxDays": 90}},
		},
	}}
}

// serviceOf registers one of the team.
func (h *house) serviceOf(team, slug string, change ...func(*registry.ServiceInput)) registry.Service {
	h.Helper()
	in := registry.ServiceInput{Slug: slug, Team: team, Profile: registry.Profile{Name: "The " + slug, Kind: registry.HTTP, Tier: 1, Lifecycle: registry.Production}}
	for _, c := range change {
		c(&in)
	}
	made, err := h.registry.CreateService(h.admin, in)
	h.must(err)
	return made
}

func documented(in *registry.ServiceInput) { in.Docs = "https://example.org/docs" }

func keepsData(in *registry.ServiceInput) { in.Kind = registry.Stateful }

// assessed is a house of two teams, one above the other, in which the services were evaluated. By
// hand: checkout has 3 of 4, 75 %; ledger 3 of 6, 50 %; index 0 of 4.
func assessed(t *testing.T) *house {
	t.Helper()
	h := build(t)
	_, err := h.registry.CreateTeam(h.admin, registry.TeamInput{Slug: "commerce", Name: "Commerce"})
	h.must(err)
	_, err = h.registry.CreateTeam(h.admin, registry.TeamInput{Slug: "shop", Name: "The shop", Parent: "commerce"})
	h.must(err)
	_, err = h.cards.Create(h.admin, readiness())
	h.must(err)
	h.serviceOf("shop", "checkout", documented)
	h.serviceOf("shop", "ledger", documented, keepsData)
	h.serviceOf("commerce", "index")
	h.assess()
	return h
}

func (h *house) assess() {
	h.Helper()
	_, err := h.cards.EvaluateOnce(access.WithCaller(h.Context(), access.System("test")))
	h.must(err)
}

func TestAScorecardThatShipsIsCreatedInOneClickByAdministratorsOnly(t *testing.T) {
	t.Parallel()
	h := build(t)
	ada, _ := h.visitorAs("Ada")
	doc, text := ada.read(scorecardsPath)
	checkPage(t, doc, text)
	says(t, words(within(t, doc, "main")), "No scorecard yet", "Starter 12 checks: Bronze and Silver", "Production readiness 38 checks: Bronze, Silver and Gold", "Administrators create scorecards of the platform")
	if strings.Contains(text, "Create it") {
		t.Error("whoever may not gets a button")
	}
	ada.refusedForm(scorecardsPath, url.Values{"template": {"starter"}}, 403, "")
	root := h.visitor()
	if answer, _ := root.send(scorecardsPath, url.Values{"template": {"nothing\x00"}}); answer.StatusCode != 404 {
		t.Errorf("one that does not ship: %d", answer.StatusCode)
	}
	root.done(scorecardsPath, url.Values{"template": {"starter"}}, "/scorecards/starter")
	doc, _ = root.read("/scorecards/starter")
	says(t, words(within(t, doc, "main")), "Starter", "kept by the platform", "12 checks", "Nothing evaluated yet")
	root.refusedForm(scorecardsPath, url.Values{"template": {"starter"}}, 409, "")
	doc, _ = root.read(scorecardsPath)
	says(t, words(within(t, doc, "main")), "12 checks in 2 levels", "— no data", "Begin another")
}

func TestThroughTheServicesWhatAScorecardComesToIsSeenFromTheReportToTheFix(t *testing.T) {
	t.Parallel()
	h := assessed(t)
	v := h.visitor()
	doc, text := v.read(scorecardsPath)
	checkPage(t, doc, text)
	// 75 + 50 + 0 of three are 41.66…, rounded down.
	says(t, words(within(t, doc, "main")), "Readiness 3 checks in 2 levels 41.6 %", "No level yet 3")

	doc, text = v.read("/scorecards/readiness")
	checkPage(t, doc, text)
	says(t, words(within(t, doc, "main")), "41.6 %", "3 services", "It has a dashboard 3 of 3 services do not pass", "It was restored 1 of 1 service does not pass", "Ownership 1 check 66 % pass", "Commerce 3 services · 1 team below it", "The shop 2 services", "62.5 %")
	doc, _ = v.read("/scorecards/readiness?team=shop")
	says(t, words(within(t, doc, "main")), "62.5 %", "2 services")
	v.readStatus("/scorecards/readiness?team=shop&system=x", 400)
	v.readStatus("/scorecards/readiness?team=nobody", 404)
	v.readStatus("/scorecards/nothing", 404)

	doc, text = v.read("/scorecards/readiness/services")
	checkPage(t, doc, text)
	main := words(within(t, doc, "main"))
	says(t, main, "All 3", "No level yet 3", "The index commerce · tier 1 No level yet 2 checks to Bronze 0 %", "The ledger shop · tier 1 No level yet 1 check to Bronze 50 %", "0 of 1 pass")
	if strings.Index(main, "The index") > strings.Index(main, "The checkout") || strings.Index(main, "The ledger") > strings.Index(main, "The checkout") {
		t.Errorf("the lowest score does not come first: %s", main)
	}
	doc, text = v.read("/scorecards/readiness/services?category=Ownership&team=shop")
	checkPage(t, doc, text)
	says(t, words(within(t, doc, "main")), "It is documented", "Passes", "All 2")
	doc, _ = v.read("/scorecards/readiness/services?check=restore&outcome=not_passing")
	if main := words(within(t, doc, "main")); strings.Contains(main, "The index") || !strings.Contains(main, "Does not pass: It was restored") || !strings.Contains(main, "The ledger") {
		t.Errorf("of what does not pass it says %s", main)
	}
	doc, _ = v.read("/scorecards/readiness/services?level=Silver")
	says(t, words(within(t, doc, "main")), "No service fits")
	v.readStatus("/scorecards/readiness/services?level=Gold", 400)

	doc, text = v.read("/scorecards/readiness/checks/restore")
	checkPage(t, doc, text)
	says(t, words(within(t, doc, "main")), "0 % pass", "Not known 1", "Not applicable 2", "restoreDrill <= parameters.maxDays", "kind == 'stateful'", "maxDays 90", "services of tiers 1 to 2", "The ledger Not known", "restoreDrill pushed by a program, or attested by a person", "kind told by Evenkeel (registry)")
	v.readStatus("/scorecards/readiness/checks/nothing", 404)

	doc, text = v.read("/services/ledger/scorecards/readiness")
	checkPage(t, doc, text)
	says(t, words(within(t, doc, "main")), "No level yet 1 check to Bronze 1 of 3 checks that count pass 50 % score", "Bronze 1 of 2, next", "Silver 0 of 1", "What to do next It has a dashboard Fails", "It was restored Not known", "At most 90 days.", "hasDocs yes told by registry")
	doc, _ = v.read("/services/checkout/scorecards/readiness")
	says(t, words(within(t, doc, "main")), "Not applicable They are for other services. Not applicable It was restored")
	doc, text = v.read("/services/ledger")
	checkPage(t, doc, text)
	says(t, words(within(t, doc, "main")), "Scorecards Readiness No level yet 50 % 1 check to Bronze It has a dashboard It was restored")
	doc, text = v.read("/teams/shop")
	checkPage(t, doc, text)
	says(t, words(within(t, doc, "main")), "Readiness 3 checks in 2 levels 62.5 %")
}

func TestAServiceIsEvaluatedNowByItsTeam(t *testing.T) {
	t.Parallel()
	h := assessed(t)
	ada, person := h.visitorAs("Ada")
	at := "/services/checkout/scorecards/readiness"
	if _, text := ada.read(at); strings.Contains(text, "Evaluate now") {
		t.Error("whoever may not gets a button")
	}
	ada.refusedForm(at+"/evaluate", nil, 403, "")
	_, err := h.registry.AddMember(h.admin, "shop", person.ID)
	h.must(err)
	if _, text := ada.read(at); !strings.Contains(text, "Evaluate now") {
		t.Error("its team gets no button")
	}
	checkout, err := h.registry.ServiceFor(h.admin, "checkout")
	h.must(err)
	in := registry.ServiceInput{Slug: "checkout", Team: "shop", Profile: checkout.Profile}
	in.Dashboard = "https://example.org/d"
	_, err = h.registry.UpdateService(h.admin, "checkout", checkout.Version, in)
	h.must(err)
	h.clock.Advance(time.Hour)
	ada.done(at+"/evaluate", nil, at)
	doc, text := ada.read(at)
	checkPage(t, doc, text)
	says(t, words(within(t, doc, "main")), "Silver The highest level is reached", "100 % score", "Every check that counts passes.")
	ada.readStatus("/services/nothing/scorecards/readiness", 404)
	ada.readStatus("/services/checkout/scorecards/nothing", 404)
}

func TestAFormerNameOfAScorecardLeadsToThePresentOne(t *testing.T) {
	t.Parallel()
	h := assessed(t)
	d := readiness()
	d.Slug = "ready"
	_, err := h.cards.Revise(h.admin, "readiness", 1, d)
	h.must(err)
	v := h.visitor()
	for from, to := range map[string]string{
		"/scorecards/readiness?team=shop": "/scorecards/ready?team=shop", "/scorecards/readiness/checks/docs": "/scorecards/ready/checks/docs", "/services/ledger/scorecards/readiness": "/services/ledger/scorecards/ready",
	} {
		if r := v.get(from); r.StatusCode != 308 || r.Header.Get("Location") != to {
			t.Errorf("%s: %d to %q, want %q", from, r.StatusCode, r.Header.Get("Location"), to)
		}
	}
}

// counted counts how often positions are read.
type counted struct {
	Scorecards
	positions, spreads, others int
}

func (c *counted) Positions(ctx context.Context, scorecard string, q scorecards.Query, r page.Request) (page.Page[scorecards.Placed], error) {
	c.positions++
	return c.Scorecards.Positions(ctx, scorecard, q, r)
}

func (c *counted) Spread(ctx context.Context, scorecard string, q scorecards.Query) (scorecards.Spread, error) {
	c.spreads++
	return c.Scorecards.Spread(ctx, scorecard, q)
}

func (c *counted) ServiceCard(ctx context.Context, name, scorecard string) (scorecards.ServiceCard, error) {
	c.others++
	return c.Scorecards.ServiceCard(ctx, name, scorecard)
}

func (c *counted) Report(ctx context.Context, scorecard string, kind scorecards.ScopeKind, name string, days int) (scorecards.Report, error) {
	c.others++
	return c.Scorecards.Report(ctx, scorecard, kind, name, days)
}

func TestTheMatrixOfFiveHundredServicesIsReadByPagesWithOneQueryEach(t *testing.T) {
	t.Parallel()
	h := assessed(t)
	for n := range 497 {
		var change []func(*registry.ServiceInput)
		if n%2 == 0 {
			change = append(change, documented)
		}
		h.serviceOf("shop", fmt.Sprintf("service-%03d", n), change...)
	}
	h.assess()
	c := &counted{Scorecards: h.cards}
	h.sources.Scorecards = c
	v := h.visitor()
	seen := map[string]bool{}
	pages := 0
	for at := "/scorecards/readiness/services"; at != ""; pages++ {
		doc, text := v.read(at)
		checkPage(t, doc, text)
		if pages == 0 {
			// Half of 497 is documented, 249; so are two of the three from before.
			says(t, words(within(t, doc, "main")), "All 500", "No level yet 500")
		}
		at = ""
		walk(doc, func(n *html.Node) {
			if href := attr(n, "href"); strings.HasSuffix(href, "/scorecards/readiness") && strings.HasPrefix(href, "/services/") {
				if seen[href] {
					t.Errorf("%s is there twice", href)
				}
				seen[href] = true
			}
			if attr(n, "rel") == "next" {
				at = attr(n, "href")
			}
		})
	}
	if len(seen) != 500 || pages != 10 || c.positions != 10 || c.spreads != 10 || c.others != 0 {
		t.Errorf("%d services on %d pages, read by %d lists, %d counts and %d others", len(seen), pages, c.positions, c.spreads, c.others)
	}
}

// By hand: 30 days back nothing is known; a score of the 1st is carried on until the 4th, and of
// nothing there is none on the 5th.
func TestScoresAreCarriedOnBetweenDaysOnWhichSomethingChanged(t *testing.T) {
	t.Parallel()
	on := func(d clock.Date, passed, counted int) scorecards.PastDay {
		return scorecards.PastDay{Day: scorecards.Day{Day: d, PassedWeight: passed, CountedWeight: counted}}
	}
	past := []scorecards.PastDay{on("2026-11-01", 1, 4), on("2026-11-04", 3, 4), on("2026-11-05", 0, 0)}
	var got []string
	for _, p := range dailyScores(past, time.Date(2026, 11, 6, 14, 0, 0, 0, time.UTC)) {
		got = append(got, fmt.Sprint(p.At.Format("02"), " ", p.Value, " ", p.Known))
	}
	if want := "01 25 true, 02 25 true, 03 25 true, 04 75 true, 05 0 false, 06 0 false"; strings.Join(got, ", ") != want {
		t.Errorf("got %v, want %s", got, want)
	}
	if len(dailyScores(nil, sampleNow)) != 0 {
		t.Error("of no day there are scores")
	}
	if got := dailyScores([]scorecards.PastDay{on("2020-01-01", 1, 1)}, sampleNow); len(got) != longestTrend+1 || !got[0].Known {
		t.Errorf("of what is long past there are %d days", len(got))
	}
}

// untaken is of incidents that took nothing of any budget.
type untaken struct{}

func (untaken) Tolls(context.Context, []id.ID) ([]postmortem.Toll, error) { return nil, nil }
