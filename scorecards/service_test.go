package scorecards_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/scorecards"
	"github.com/evenkeel/evenkeel/scorecards/given"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/registry"
)

func withDocs(in *registry.ServiceInput) { in.Docs = "https://example.org/docs" }

func stateful(in *registry.ServiceInput) { in.Kind = registry.Stateful }

// Scores are worked out by hand: of weights 3, 1 and 2 the first is 3 of 4, or 3 of 6.
func TestServicesAreEvaluatedWithEvidenceAndWhatToDoNext(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.service(t, "checkout", withDocs)
	h.service(t, "ledger", withDocs, stateful)
	h.service(t, "old", func(in *registry.ServiceInput) { in.Lifecycle = registry.Deprecated })
	must(h.Create(h.ada, aDraft()))(t)
	counts := h.evaluate(t)
	if counts["services"] != 3 || counts["changed"] != 2 || counts["errors"] != 0 {
		t.Errorf("counted %v", counts)
	}
	checkout, ledger := h.card(t, "checkout", "readiness"), h.card(t, "ledger", "readiness")
	if got, want := outcomes(checkout), "docs pass, dashboard fail, restore not_applicable"; got != want {
		t.Errorf("checkout: %s", got)
	}
	if got, want := outcomes(ledger), "docs pass, dashboard fail, restore unknown"; got != want {
		t.Errorf("ledger: %s", got)
	}
	if checkout.LevelName != "" || checkout.NextLevel != "Bronze" || checkout.Standing.Missing != 1 || *checkout.Standing.Score() != 75 {
		t.Errorf("checkout is on %q, next %q, lacks %d, scores %d", checkout.LevelName, checkout.NextLevel, checkout.Standing.Missing, *checkout.Standing.Score())
	}
	if *ledger.Standing.Score() != 50 {
		t.Errorf("ledger scores %d", *ledger.Standing.Score())
	}
	equal(t, "to do of ledger", ids(ledger.First()), []string{"dashboard", "restore"})
	if r := ledger.Results[2]; r.Why != "not known: restoreDrill" || r.Fix != "Restored not known ago, at most 90 days, tier 1." || len(r.Evidence) != 1 || r.Evidence[0].Name != "kind" {
		t.Errorf("the drill: %q, %q, %v", r.Why, r.Fix, r.Evidence)
	}
	_, err := h.ServiceCard(h.bob, "old", "readiness")
	refused(t, err, fault.NotFound, "not_scored", `"old"`)

	// A second pass changes nothing but when they were judged; the dashboard fails since the first.
	h.clock.Advance(time.Hour)
	if again := h.evaluate(t); again["changed"] != 0 {
		t.Errorf("a second pass changed %v", again)
	}
	if again := h.card(t, "checkout", "readiness"); !again.Standing.EvaluatedAt.Equal(noon.Add(time.Hour)) || !again.Results[1].Since.Equal(noon) {
		t.Errorf("it was judged at %s, and fails since %s", again.Standing.EvaluatedAt, again.Results[1].Since)
	}
}

func TestAnAttestationIsEvidenceUntilItExpires(t *testing.T) {
	t.Parallel()
	h := open(t)
	ledger := h.service(t, "ledger", withDocs, stateful, func(in *registry.ServiceInput) { in.Dashboard = "https://example.org/d" })
	must(h.Create(h.ada, aDraft()))(t)
	h.evaluate(t)
	h.attest(t, ledger.ID, noon.AddDate(0, 0, -10).Add(-time.Hour), noon.AddDate(0, 0, 100))

	// The attestation's transaction noted that the service is due: nothing else is evaluated.
	if counts := must(h.EvaluateDue(h.root))(t); counts["services"] != 1 || counts["changed"] != 1 || counts["level"] != 1 {
		t.Errorf("counted %v", counts)
	}
	if counts := must(h.EvaluateDue(h.root))(t); counts["services"] != 0 {
		t.Errorf("what is done is due again: %v", counts)
	}
	card := h.card(t, "ledger", "readiness")
	r := card.Results[2]
	if card.LevelName != "Silver" || card.NextLevel != "" || r.Outcome.String() != "pass" || r.Fix != "Restored 10 days ago, at most 90 days, tier 1." {
		t.Errorf("on %q, next %q: %s, %q", card.LevelName, card.NextLevel, r.Outcome, r.Fix)
	}
	var drill scorecards.Evidence
	for _, e := range r.Evidence {
		if e.Name == "restoreDrill" {
			drill = e
		}
	}
	if drill.Number == nil || *drill.Number != 10 || drill.By != "attested" || drill.Source != "ada" || drill.Link != "https://example.org/drill" || !drill.Until.Equal(noon.AddDate(0, 0, 100)) {
		t.Errorf("evidence is %+v", drill)
	}

	h.clock.Advance(81 * 24 * time.Hour) // 91 days after the drill
	h.evaluate(t)
	if card := h.card(t, "ledger", "readiness"); card.LevelName != "Bronze" || card.Results[2].Outcome.String() != "fail" || !card.Results[2].Since.Equal(h.clock.Now()) || !card.Results[0].Since.Equal(noon) {
		t.Errorf("91 days later on %q: %s since %s", card.LevelName, card.Results[2].Outcome, card.Results[2].Since)
	}
	h.clock.Advance(20 * 24 * time.Hour) // a day after it expired
	h.evaluate(t)
	if card := h.card(t, "ledger", "readiness"); card.Results[2].Outcome.String() != "unknown" {
		t.Errorf("after it expired: %s", card.Results[2].Outcome)
	}
	days := must(h.History(h.bob, "ledger", "readiness", 365))(t)
	var levels []string
	for _, d := range days {
		levels = append(levels, string(d.Day.Day)+" "+d.LevelName)
	}
	// The first day has both: it ends on Silver. 27 November and 81 days are 16 February, 20 more 8 March.
	equal(t, "history", levels, []string{"2026-11-27 Silver", "2027-02-16 Bronze", "2027-03-08 Bronze"})
}

func TestWhatIsExemptLeavesTheDenominator(t *testing.T) {
	t.Parallel()
	h := open(t)
	checkout := h.service(t, "checkout", withDocs)
	v := must(h.Create(h.ada, aDraft()))(t)
	h.exempt[checkout.ID] = map[id.ID][]string{v.Scorecard.ID: {"dashboard"}}
	h.evaluate(t)
	if card := h.card(t, "checkout", "readiness"); outcomes(card) != "docs pass, dashboard exempt, restore not_applicable" || card.LevelName != "Silver" || card.Standing.Counted != 1 || *card.Standing.Score() != 100 {
		t.Errorf("%s on %q, %d counted", outcomes(card), card.LevelName, card.Standing.Counted)
	}
}

func TestARevisionKeepsSinceWhenChecksAreWhereTheyAre(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.service(t, "checkout", withDocs)
	v := must(h.Create(h.ada, aDraft()))(t)
	h.evaluate(t)
	h.clock.Advance(time.Hour)
	d := aDraft()
	d.Checks = append([]scorecards.Check{{ID: "repository", Title: "Repository", Category: "Ownership", Level: "Bronze", Weight: 1, Passes: "hasRepository", EffectiveFrom: "2026-12-01"}}, d.Checks...)
	_, err := h.Revise(h.ada, "readiness", v.Scorecard.Version+1, d)
	refused(t, err, fault.Precondition, "version_mismatch")
	after := must(h.Revise(h.ada, "readiness", v.Scorecard.Version, d))(t)
	if same := must(h.Revise(h.ada, "readiness", after.Scorecard.Version, d))(t); same.Revision.ID != after.Revision.ID || same.Scorecard.Version != after.Scorecard.Version {
		t.Error("the same terms made a revision")
	}
	h.evaluate(t)
	card := h.card(t, "checkout", "readiness")
	if outcomes(card) != "repository fail, docs pass, dashboard fail, restore not_applicable" || card.Results[0].Counts || card.Standing.Counted != 2 {
		t.Errorf("%s, %d counted", outcomes(card), card.Standing.Counted)
	}
	if !card.Results[0].Since.Equal(h.clock.Now()) || !card.Results[2].Since.Equal(noon) {
		t.Errorf("since %s and %s", card.Results[0].Since, card.Results[2].Since)
	}
	h.clock.Advance(4 * 24 * time.Hour)
	h.evaluate(t)
	if card := h.card(t, "checkout", "readiness"); !card.Results[0].Counts || card.Standing.Counted != 3 {
		t.Errorf("on its day it does not count: %d", card.Standing.Counted)
	}
	revisions := must(h.Revisions(h.bob, "readiness", page.Request{Limit: 9}))(t)
	if len(revisions.Items) != 2 || revisions.Items[0].Number != 2 || len(revisions.Items[1].Checks) != 3 {
		t.Errorf("revisions: %+v", revisions.Items)
	}
}

func TestChecksCategoriesAndTheLadderAreSummedUp(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.service(t, "checkout", withDocs)
	h.service(t, "ledger", withDocs, stateful)
	h.service(t, "index")
	must(h.Create(h.ada, aDraft()))(t)
	h.evaluate(t)
	r := must(h.Report(h.bob, "readiness", scorecards.Organisation, "", 90))(t)
	var categories []string
	for _, c := range r.Categories {
		categories = append(categories, fmt.Sprint(c.Category, " ", c.Checks, " ", c.Outcomes))
	}
	equal(t, "categories", categories, []string{"Ownership 1 map[fail:1 pass:2]", "Alerting 1 map[fail:3]", "Resilience 1 map[not_applicable:2 unknown:1]"})
	if len(r.Parts) != 1 || len(r.Parts[0].Parts) != 1 || r.Parts[0].Parts[0].Team.Slug != "payments" || r.Parts[0].Parts[0].Now.Services != 3 {
		t.Errorf("teams: %+v", r.Parts)
	}

	asked := must(h.Check(h.bob, "readiness", "restore", scorecards.OfTeam, "commerce", 90))(t)
	if asked.Now.NotPassing() != 1 || asked.Now.Counting() != 1 || asked.Now.Outcomes["not_applicable"] != 2 || len(asked.Trend) != 1 || asked.Trend[0].Outcomes["unknown"] != 1 || asked.Problem != "" {
		t.Errorf("restore: %+v", asked)
	}
	var facts []string
	for _, f := range asked.Facts {
		facts = append(facts, f.Name+" by "+f.By)
	}
	equal(t, "facts", facts, []string{"kind by registry", "restoreDrill by given"})
	_, err := h.Check(h.bob, "readiness", "nothing", scorecards.Organisation, "", 90)
	refused(t, err, fault.NotFound, "check_not_found")

	card := h.card(t, "ledger", "readiness")
	var ladder []string
	for _, r := range card.Rungs {
		ladder = append(ladder, fmt.Sprintf("%s %d of %d, %t", r.Level.Name, r.Passed, r.Counted, r.Reached))
	}
	equal(t, "the ladder", ladder, []string{"Bronze 1 of 2, false", "Silver 0 of 1, false"})

	// checkout scores 3 of 4, ledger 3 of 6, index 0 of 4.
	var worst []string
	for _, p := range must(h.Positions(h.bob, "readiness", scorecards.Query{WorstFirst: true}, page.Request{Limit: 9}))(t).Items {
		worst = append(worst, fmt.Sprint(p.Service.Slug, " ", *p.Score(), " ", p.Categories["Ownership"], p.Categories["Resilience"]))
	}
	equal(t, "the worst first", worst, []string{"index 0 {0 1} {0 0}", "ledger 50 {1 1} {0 1}", "checkout 75 {1 1} {0 0}"})
	spread := must(h.Spread(h.bob, "readiness", scorecards.Query{Team: "commerce", Level: "Silver"}))(t)
	if fmt.Sprint(spread.Levels) != "map[:3]" || spread.Unscored != 0 {
		t.Errorf("spread: %+v", spread)
	}
	todo := must(h.Positions(h.bob, "readiness", scorecards.Query{Check: "restore", Outcomes: scorecards.NotPassing}, page.Request{Limit: 9}))(t)
	if len(todo.Items) != 1 || todo.Items[0].Service.Slug != "ledger" {
		t.Errorf("restore is to do of %+v", todo.Items)
	}
	if unscored := must(h.Positions(h.bob, "readiness", scorecards.Query{Level: scorecards.UnscoredName}, page.Request{Limit: 9}))(t); len(unscored.Items) != 0 {
		t.Errorf("unscored: %+v", unscored.Items)
	}
	for _, who := range []struct {
		is   context.Context
		may  bool
		make bool
	}{{h.root, true, true}, {h.ada, true, false}, {h.bob, false, false}} {
		if may := must(h.MayEvaluate(who.is, card.Service))(t); may != who.may {
			t.Errorf("%s may evaluate: %t", access.CallerFrom(who.is).Name, may)
		}
		if may := must(h.MayCreate(who.is))(t); may != who.make {
			t.Errorf("%s may create: %t", access.CallerFrom(who.is).Name, may)
		}
	}
}

func TestAPreviewTellsWhoGainsAndLosesAndKeepsNothing(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.service(t, "checkout", withDocs)                                                                                             // has no dashboard
	h.service(t, "ledger", withDocs, func(in *registry.ServiceInput) { in.Dashboard = "https://example.org/d"; in.Tier = 3 })      // Silver
	h.service(t, "old", func(in *registry.ServiceInput) { in.Lifecycle = registry.Deprecated; in.Docs = "https://example.org/x" }) // not judged
	v := must(h.Create(h.ada, aDraft()))(t)
	h.evaluate(t)
	d := aDraft()
	d.AppliesTo = ""
	d.Checks[1].Passes = "!hasDashboard" // the other way round
	d.Checks = append(d.Checks, scorecards.Check{ID: "tier", Title: "Tier", Category: "X", Level: "Silver", Weight: 1, Passes: "tier <= 1"})
	p := must(h.Preview(h.bob, "readiness", d))(t)
	// checkout gains Silver, ledger loses it, old is of tier 1 and without a dashboard: Silver too.
	if p.Services != 3 || p.Applies != 3 || p.GainedCount != 2 || p.LostCount != 1 || p.Lost[0].Service.Slug != "ledger" || p.Lost[0].Was != "Silver" || p.Lost[0].Now != "" {
		t.Errorf("%+v", p)
	}
	if f := p.Checks[1]; f.Flips["fail>pass"] != 1 || f.Flips["pass>fail"] != 1 || f.New || f.Example == nil {
		t.Errorf("the dashboard: %+v", f)
	}
	if f := p.Checks[3]; !f.New || f.Outcomes["pass"] != 2 || f.Outcomes["fail"] != 1 {
		t.Errorf("the new check: %+v", f)
	}
	if now := must(h.Get(h.bob, "readiness"))(t); now.Revision.ID != v.Revision.ID {
		t.Error("a preview revised")
	}
	if again := h.evaluate(t); again["changed"] != 0 {
		t.Errorf("a preview changed what is kept: %v", again)
	}
	// Other names of the same levels are no gain; where one is left out, the order of the names decides.
	renamed := aDraft()
	renamed.Levels = []scorecards.Level{{Name: "Basic"}, {Name: "Better"}}
	for i, c := range renamed.Checks {
		renamed.Checks[i].Level = map[string]string{"Bronze": "Basic", "Silver": "Better"}[c.Level]
	}
	if p := must(h.Preview(h.bob, "readiness", renamed))(t); p.GainedCount != 0 || p.LostCount != 0 || p.Levels["Better"] != 1 {
		t.Errorf("renamed levels: %+v", p)
	}
	shorter := aDraft()
	shorter.Levels = shorter.Levels[:1]
	shorter.Checks = shorter.Checks[:2]
	if p := must(h.Preview(h.bob, "readiness", shorter))(t); p.GainedCount != 0 || p.LostCount != 1 || p.Lost[0].Was != "Silver" || p.Lost[0].Now != "Bronze" {
		t.Errorf("without Silver: %+v", p)
	}
	alone := must(h.Preview(h.bob, "", aDraft()))(t)
	if alone.GainedCount != 1 || alone.Applies != 2 { // ledger reaches Silver from nothing
		t.Errorf("a new one: %+v", alone)
	}
}

func TestACheckOfAFactThatIsGoneIsAnErrorShownToTheOwner(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.service(t, "checkout", withDocs)
	declared := must(h.given.Declare(h.root, "penetrationTested", given.Terms{Type: fact.Truth, Doc: "Tested.", Pushed: true}))(t)
	d := aDraft()
	d.Checks = append(d.Checks, scorecards.Check{ID: "tested", Title: "Tested", Category: "X", Level: "Silver", Weight: 1, Passes: "penetrationTested"})
	v := must(h.Create(h.ada, d))(t)
	err := h.given.Remove(h.root, "penetrationTested", declared.Version)
	refused(t, err, fault.Conflict, "fact_in_use", "readiness")

	retired := must(h.Retire(h.ada, "readiness", v.Scorecard.Version, "a pause"))(t)
	if err := h.given.Remove(h.root, "penetrationTested", declared.Version); err != nil {
		t.Fatal(err)
	}
	v = must(h.Restore(h.ada, "readiness", retired.Scorecard.Version))(t)
	counts := h.evaluate(t)
	if card := h.card(t, "checkout", "readiness"); counts["errors"] != 1 || card.Results[3].Outcome.String() != "error" || card.Results[3].Why == "" {
		t.Errorf("counted %v, %s", counts, outcomes(card))
	}
	warnings := must(h.Warnings(h.bob, v))(t)
	if len(warnings) != 1 || !strings.Contains(warnings[0], `The check "tested" is not understood any more`) || !strings.Contains(warnings[0], "penetrationTested") {
		t.Errorf("warnings: %v", warnings)
	}
}

func TestWhoKeepsAScorecard(t *testing.T) {
	t.Parallel()
	h := open(t)
	platform := aDraft()
	platform.Slug, platform.Owner = "platform", ""
	_, err := h.Create(h.ada, platform)
	refused(t, err, fault.Forbidden, "forbidden")
	must(h.Create(h.root, platform))(t)
	_, err = h.Create(h.bob, aDraft())
	refused(t, err, fault.Forbidden, "forbidden")
	v := must(h.Create(h.ada, aDraft()))(t)
	_, err = h.Create(h.ada, aDraft())
	refused(t, err, fault.Conflict, "slug_taken")
	_, err = h.Revise(h.bob, "readiness", v.Scorecard.Version, aDraft())
	refused(t, err, fault.Forbidden, "forbidden")
	_, err = h.Retire(h.bob, "readiness", v.Scorecard.Version, "")
	refused(t, err, fault.Forbidden, "forbidden")
	d := aDraft()
	d.Owner = "" // to the platform, which she does not speak for
	_, err = h.Revise(h.ada, "readiness", v.Scorecard.Version, d)
	refused(t, err, fault.Forbidden, "forbidden")
	d = aDraft()
	d.Issues.Mode = scorecards.EachOne
	_, err = h.Revise(h.ada, "readiness", v.Scorecard.Version, d)
	refused(t, err, fault.Forbidden, "scorecard_issues")
	v = must(h.Revise(h.root, "readiness", v.Scorecard.Version, d))(t)
	v = must(h.Retire(h.ada, "readiness", v.Scorecard.Version, "a pause"))(t)
	_, err = h.Restore(h.ada, "readiness", v.Scorecard.Version)
	refused(t, err, fault.Forbidden, "scorecard_issues")
	must(h.Restore(h.root, "readiness", v.Scorecard.Version))(t)
	h.service(t, "checkout")
	if _, err := h.Evaluate(h.ada, "checkout"); err != nil {
		t.Error(err)
	}
	_, err = h.Evaluate(h.bob, "checkout")
	refused(t, err, fault.Forbidden, "forbidden")
	_, err = h.List(access.WithCaller(t.Context(), access.Caller{Kind: access.Anonymous}), "", nil, page.Request{Limit: 1})
	refused(t, err, fault.Unauthenticated, "unauthenticated")
}

func TestEachFaultOfADraftIsNamedAtItsPlace(t *testing.T) {
	t.Parallel()
	h := open(t)
	check := func(change func(*scorecards.Check)) func(*scorecards.Draft) {
		return func(d *scorecards.Draft) { change(&d.Checks[0]) }
	}
	for name, c := range map[string]struct {
		change func(*scorecards.Draft)
		want   string
	}{
		"a slug":               {func(d *scorecards.Draft) { d.Slug = "A b" }, "/slug: "},
		"an owner":             {func(d *scorecards.Draft) { d.Owner = "nobody" }, "/owner: must be the slug or identifier of a team"},
		"no parse":             {check(func(c *scorecards.Check) { c.Passes = "hasDocs &&" }), "/checks/0/passes: line 1, column 11: "},
		"no type":              {check(func(c *scorecards.Check) { c.Passes = "tier" }), "/checks/0/passes: line 1, column 1: a condition is true or false; this is a number"},
		"types that differ":    {check(func(c *scorecards.Check) { c.Passes = "kind > 2" }), `/checks/0/passes: line 1, column 6: ">" cannot be between these: a text, a number`},
		"no fact":              {check(func(c *scorecards.Check) { c.Passes = "hasDoks" }), `/checks/0/passes: line 1, column 1: there is no fact "hasDoks"`},
		"too much":             {check(func(c *scorecards.Check) { c.Passes = "labels.all(a, labels.all(b, labels[a] == labels[b]))" }), "/checks/0/passes: line 1, column 1: it may take up to"},
		"too long":             {check(func(c *scorecards.Check) { c.Passes = strings.Repeat("x", 2001) }), "/checks/0/passes: must have at most 2000 characters"},
		"a value it never has": {check(func(c *scorecards.Check) { c.AppliesTo = "kind == 'htp'" }), `/checks/0/appliesTo: line 1, column 9: "htp" is never among what "kind" can be`},
		"no parameter":         {check(func(c *scorecards.Check) { c.Passes = "serviceAge > parameters.days" }), `/checks/0/passes: line 1, column 14: there is no fact "parameters"`},
		"another parameter": {check(func(c *scorecards.Check) {
			c.Parameters = map[string]float64{"days": 1}
			c.Passes = "serviceAge > parameters.weeks"
		}), `"weeks" is never among what "parameters" knows: days`},
		"a parameter's name":    {check(func(c *scorecards.Check) { c.Parameters = map[string]float64{"Max Days": 1} }), "/checks/0/parameters: must have names in camel case"},
		"a name in braces":      {check(func(c *scorecards.Check) { c.Fix = "see {nothing}" }), `/checks/0/fix: names "nothing" between braces, which is no fact`},
		"a parameter in braces": {check(func(c *scorecards.Check) { c.Fix = "see {parameters.days}" }), `/checks/0/fix: names the parameter "days"`},
		"a level":               {check(func(c *scorecards.Check) { c.Level = "Gold" }), "/checks/0/level: must be one of the levels: \"Bronze\", \"Silver\""},
		"a weight":              {check(func(c *scorecards.Check) { c.Weight = 0 }), "/checks/0/weight: must be 1 to 100"},
		"a tier":                {check(func(c *scorecards.Check) { c.Tier = 5 }), "/checks/0/tier: "},
		"a day":                 {check(func(c *scorecards.Check) { c.EffectiveFrom = "2026-02-30" }), "/checks/0/effectiveFrom: "},
		"a link":                {check(func(c *scorecards.Check) { c.Links = []scorecards.Link{{Title: "x", URL: "javascript:alert(1)"}} }), "/checks/0/links/0/url: "},
		"an ID twice":           {check(func(c *scorecards.Check) { c.ID = "dashboard" }), "/checks/1/id: must be unique in the scorecard; check 0 has the same"},
		"no checks":             {func(d *scorecards.Draft) { d.Checks = nil }, "/checks: must have 1 to 100 checks"},
		"too many checks":       {func(d *scorecards.Draft) { d.Checks = make([]scorecards.Check, 101) }, "/checks: must have 1 to 100 checks"},
		"no levels":             {func(d *scorecards.Draft) { d.Levels = nil }, "/levels: must have 1 to 6 levels"},
		"a level twice":         {func(d *scorecards.Draft) { d.Levels[1].Name = "Bronze" }, "/levels/1/name: must be unique"},
		"a mode":                {func(d *scorecards.Draft) { d.Issues.Mode = "some" }, "/issues/mode: must be one of"},
		"a grace":               {func(d *scorecards.Draft) { d.Issues.GraceDays = 91 }, "/issues/graceDays: must be 0 to 90 days"},
		"a limit of issues":     {func(d *scorecards.Draft) { d.Issues.UpTo = "Gold" }, "/issues/upTo: must be one of the levels"},
	} {
		d := aDraft()
		c.change(&d)
		_, err := h.Create(h.root, d)
		if e := fault.As(err); e == nil || e.Kind != fault.Invalid || !strings.Contains(e.Error(), c.want) {
			t.Errorf("%s: %v\nwant %s", name, err, c.want)
		}
	}
	if found := must(h.List(h.bob, "", nil, page.Request{Limit: 9}))(t); len(found.Items) != 0 {
		t.Errorf("something was kept: %v", found.Items)
	}
}
