package dashboard

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/scorecards/campaign"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/toil"
	"github.com/evenkeel/evenkeel/services/toil/share"
)

// sized is a house in which one team has so many services, numbered from 0: those of even numbers are
// documented, each fifth has a dashboard. A campaign asks for both. The administrator is a member,
// logged 10 minutes of migrations for each service of an even number and 5 of interrupts for the
// others, and answered 50 % about the last week, once there is a service.
func sized(t *testing.T, n int) (h *house, at string) {
	t.Helper()
	h = build(t)
	_, err := h.registry.CreateTeam(h.admin, registry.TeamInput{Slug: "shop", Name: "Shop"})
	h.must(err)
	team, err := h.registry.AddMember(h.admin, "shop", access.CallerFrom(h.admin).Person)
	h.must(err)
	_, err = h.cards.Create(h.admin, readiness())
	h.must(err)
	for i := range n {
		of := h.serviceOf("shop", fmt.Sprintf("service-%03d", i), func(in *registry.ServiceInput) {
			if i%2 == 0 {
				documented(in)
			}
			if i%5 == 0 {
				in.Dashboard = "https://example.org/d"
			}
		})
		entry := toil.EntryInput{Day: clock.DateOf(h.clock.Now().AddDate(0, 0, -i%20)), Minutes: 10, Category: toil.Migrations, Service: of.ID, Traits: toil.Traits{Manual: true}}
		if i%2 > 0 {
			entry.Minutes, entry.Category = 5, toil.ProductionInterrupts
		}
		_, err := h.toil.Log(h.admin, team.Team, entry)
		h.must(err)
	}
	if n > 0 {
		_, err = h.toil.Answer(h.admin, team.Team, share.WeekOf(h.clock.Now()).Plus(-1), toil.AnswerInput{Percent: 50, Category: toil.Migrations})
		h.must(err)
	}
	h.assess()
	today := clock.DateOf(h.clock.Now())
	c, err := h.campaigns.Create(h.admin, campaign.Draft{Name: "Found in the night", Why: "Who is on call.", Scorecard: "readiness", Checks: []string{"docs", "dashboard"}, Team: "shop", StartsOn: today, DueOn: today})
	h.must(err)
	_, err = h.campaigns.RunOnce(access.WithCaller(h.Context(), access.System("test")))
	h.must(err)
	return h, campaignURL(c.ID)
}

// sizedPage is a page, what its main part has to say, and how many of what it has to show.
type sizedPage struct {
	path  string
	says  []string
	shows map[string]int64
}

// looks checks a page as all are, and what it shows.
func (b *tab) looks(p sizedPage) {
	b.Helper()
	b.check(p.path)
	bare := func(text string) string { return strings.Join(strings.Fields(text), "") } // what parts words is up to the style sheet
	main := bare(must[string](b.T)(chromedp.Run(b.ctx, chromedp.Evaluate[string](`document.querySelector('main').textContent`))))
	for _, want := range p.says {
		if !strings.Contains(main, bare(want)) {
			b.Errorf("%s does not say %q: %.3000s", p.path, want, main)
		}
	}
	for selector, want := range p.shows {
		if got := must[int64](b.T)(chromedp.Run(b.ctx, chromedp.Evaluate[int64](fmt.Sprintf(`document.querySelectorAll(%q).length`, selector)))); got != want {
			b.Errorf("%s shows %d of %q, want %d", p.path, got, selector, want)
		}
	}
}

const (
	sizedCard   = "/scorecards/readiness"
	sizedMatrix = sizedCard + "/services"
	sizedCheck  = sizedCard + "/checks/docs"
	sizedToil   = "/teams/shop/toil"
	rowsOf      = "main tbody tr"
	followed    = `main a[rel="next"]`
)

// Without a service each page says what comes next.
func TestThePagesOfReadinessAndToilWithoutAServiceInABrowser(t *testing.T) {
	t.Parallel()
	var h *house
	var at string
	b := browser(t, func(opts Options) *Dashboard {
		h, at = sized(t, 0)
		opts.Now = h.clock.Now
		return New(h.sources, opts)
	})
	b.signIn(h.session())
	for _, p := range []sizedPage{
		{sizedMatrix, []string{"Nothing evaluated yet", "Register a service"}, map[string]int64{rowsOf: 0, followed: 0}},
		{sizedCard, []string{"Nothing evaluated yet", "Register a service"}, map[string]int64{"main .chart.layers": 0}},
		{sizedCheck, []string{"It was judged of no service yet", "It counts of no service yet", "No day yet"}, map[string]int64{"main .todo li": 0}},
		{at, []string{"No service is asked", "Wait for the next pass", "Done 0 of 0 services"}, map[string]int64{"main .open-checks": 0}},
		{sizedToil, []string{"Nothing to automate yet", "Nothing was logged in 90 days", "No week was answered about yet", "You logged nothing", "which is not 0 %"}, map[string]int64{"main .pareto li": 0, "main .shared li": 0}},
	} {
		b.looks(p)
	}
	h.serviceOf("shop", "new") // which was not evaluated
	b.looks(sizedPage{ladderURL("new", "readiness"), []string{"No results yet", "Evaluate now"}, map[string]int64{"main .asked-row": 0}})
}

// Of five services, 0, 2 and 4 are documented and 0 has a dashboard. Scores are 100, 0, 75, 0 and 75 %, as
// documentation weighs 3 and a dashboard 1: 50 % on average. 30 of 40 minutes are migrations. The first
// entry is of today, a Monday; the others and the answer are of the week before.
func TestThePagesOfReadinessAndToilWithFiveServicesInABrowser(t *testing.T) {
	t.Parallel()
	var h *house
	var at string
	b := browser(t, func(opts Options) *Dashboard {
		h, at = sized(t, 5)
		opts.Now = h.clock.Now
		return New(h.sources, opts)
	})
	b.signIn(h.session())
	for _, p := range []sizedPage{
		{sizedMatrix, []string{"All 5", "No level yet 4", "Silver 1"}, map[string]int64{rowsOf: 5, followed: 0}},
		{sizedCard, []string{"50%", "5 services", "It has a dashboard 4 of 5 services do not pass", "It is documented 2 of 5 services do not pass"}, map[string]int64{`main [aria-labelledby="worst-h"] li`: 2, "main .nodes > li": 1}},
		{sizedCheck, []string{"60 %", "Passes 3", "Fails 2", "2 of 5 services of which it counts"}, map[string]int64{"main .todo li": 2, followed: 0}},
		{ladderURL("service-001", "readiness"), []string{"2 checks to Bronze", "0 of 2 checks that count pass", "What to do next It is documented"}, map[string]int64{"main .numbered li": 2, "main .asked-row": 3}},
		{at, []string{"Done 1 of 5 services", "Failing 4", "Shop4", "20 %, 1 of 5 services done"}, map[string]int64{"main .open-checks": 4, "main .open-checks li": 6}},
		{sizedToil, []string{"50%", "Migrations75 %3 entries, 30 min; with those above 75 %", "Production interrupts25 %2 entries, 10 min; with those above 100 %", "1 answer, nobody was asked"}, map[string]int64{"main .pareto li": 2, "main .shared li": 2, "main #candidates li": 5, "main #entries .rows li": 5}},
	} {
		b.looks(p)
	}
}

// Of 500 services 250 are documented, 100 have a dashboard, and 50, each tenth, both. The mean score is
// (250 × 75 + 100 × 25) ÷ 500 = 42.5 %. Of 3,750 minutes 2,500 are migrations. A page has 50 services;
// a campaign shows 200 that are not done; toil 20 candidates and 20 entries.
func TestThePagesOfReadinessAndToilWithFiveHundredServicesInABrowser(t *testing.T) {
	t.Parallel()
	var h *house
	var at string
	b := browser(t, func(opts Options) *Dashboard {
		h, at = sized(t, 500)
		opts.Now = h.clock.Now
		return New(h.sources, opts)
	})
	b.signIn(h.session())
	for _, p := range []sizedPage{
		{sizedMatrix, []string{"All 500", "No level yet 450", "Silver 50"}, map[string]int64{rowsOf: 50, followed: 1}},
		{sizedMatrix + "?level=Silver", []string{"All 500", "Silver 50", "100%"}, map[string]int64{rowsOf: 50, followed: 0}},
		{sizedCard, []string{"42.5%", "500 services", "It has a dashboard 400 of 500 services do not pass", "It is documented 250 of 500 services do not pass"}, map[string]int64{`main [aria-labelledby="worst-h"] li`: 2, "main .nodes > li": 1}},
		{sizedCheck, []string{"50 %", "Passes 250", "Fails 250", "250 of 500 services of which it counts"}, map[string]int64{"main .todo li": 50, followed: 1}},
		{ladderURL("service-499", "readiness"), []string{"2 checks to Bronze", "0 of 2 checks that count pass"}, map[string]int64{"main .numbered li": 2, "main .asked-row": 3}},
		{at, []string{"Done 50 of 500 services", "Failing 450", "Shop450", "And 250 more.", "10 %, 50 of 500 services done"}, map[string]int64{"main .open-checks": 200}},
		{sizedToil, []string{"Migrations67 %250 entries, 41.7 h; with those above 67 %", "Production interrupts33 %250 entries, 20.8 h; with those above 100 %", "Show all"}, map[string]int64{"main .pareto li": 2, "main #candidates li": 20, "main #entries .rows li": 20, "main #entries " + `a[rel="next"]`: 1}},
	} {
		b.looks(p)
	}
	b.open(sizedMatrix)
	first := must[string](t)(chromedp.Run(b.ctx, chromedp.Evaluate[string](`document.querySelector('main tbody a').textContent`)))
	next := must[string](t)(chromedp.Run(b.ctx, chromedp.Evaluate[string](`document.querySelector('main a[rel="next"]').getAttribute('href')`)))
	b.open(next)
	if second := must[string](t)(chromedp.Run(b.ctx, chromedp.Evaluate[string](`document.querySelector('main tbody a').textContent`))); first == second || second == "" {
		t.Errorf("the next page begins with %q as the first", second)
	}
	b.open(sizedToil + "?all")
	if all := must[int64](t)(chromedp.Run(b.ctx, chromedp.Evaluate[int64](`document.querySelectorAll('main #candidates li').length`))); all != 500 {
		t.Errorf("of all candidates it shows %d", all)
	}
}
