package scorecards_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/scorecards"
	"github.com/evenkeel/evenkeel/services/registry"
)

func TestTeamsAndTheOrganisationAreSummedUp(t *testing.T) {
	t.Parallel()
	h := open(t)
	must(h.registry.CreateTeam(h.bob, registry.TeamInput{Slug: "search", Name: "Search"}))(t)
	h.service(t, "checkout", withDocs)
	ledger := h.service(t, "ledger", withDocs, func(in *registry.ServiceInput) { in.Dashboard = "https://example.org/d" })
	h.service(t, "index", func(in *registry.ServiceInput) { in.Team = "search" })
	must(h.Create(h.ada, aDraft()))(t)
	h.evaluate(t)
	all := must(h.Report(h.bob, "readiness", scorecards.Organisation, "", 90))(t)
	// checkout scores 75, ledger 100 (restore does not apply to it), index 0.
	if fmt.Sprint(all.Now.Levels) != "map[:2 Silver:1]" || all.Now.Services != 3 || all.Now.Score != 175 || all.Checks[0].Check.ID != "dashboard" || all.Checks[0].NotPassing() != 2 {
		t.Errorf("all: %+v, worst %+v", all.Now, all.Checks[0])
	}
	var parts []string
	for _, p := range all.Parts {
		parts = append(parts, fmt.Sprintf("%s %d %.1f", p.Team.Slug, p.Now.Services, *p.Now.Mean()))
	}
	equal(t, "teams", parts, []string{"commerce 2 87.5", "search 1 0.0"})
	commerce := must(h.Report(h.bob, "readiness", scorecards.OfTeam, "commerce", 90))(t)
	if commerce.Now.Services != 2 || len(commerce.Parts) != 1 || commerce.Parts[0].Team.Slug != "payments" || len(commerce.Trend) != 1 || commerce.Trend[0].Score != 175 {
		t.Errorf("commerce: %+v", commerce)
	}

	// What is retired leaves the sums and keeps its past.
	h.clock.Advance(28 * 24 * time.Hour)
	must(h.registry.Retire(h.ada, "ledger", ledger.Version, "gone"))(t)
	h.evaluate(t)
	all = must(h.Report(h.bob, "readiness", scorecards.Organisation, "", 90))(t)
	if all.Now.Services != 2 || len(all.Trend) != 2 || all.Trend[0].Services != 3 || all.Trend[1].Services != 2 {
		t.Errorf("after one was retired: %+v, trend %+v", all.Now, all.Trend)
	}
	if change := all.Parts[0].Change; change == nil || *change != -12.5 { // from 87.5 to 75
		t.Errorf("commerce changed by %v", change)
	}
	if days := must(h.History(h.bob, "ledger", "readiness", 90))(t); len(days) != 2 || days[0].LevelName != "Silver" || days[1].Day.Day != "2026-12-25" || days[1].LevelName != "" || days[1].Score() != nil {
		t.Errorf("the past of what is retired: %+v", days) // 25 December is 28 days after noon
	}
	if change := all.Change; change == nil || fmt.Sprintf("%.2f", *change) != "-20.83" || all.MostImproved != nil { // 75 of two now, 175 of three then: 37.5 − 58.33
		t.Errorf("all changed by %v, most improved %v", change, all.MostImproved)
	}
	found := must(h.Positions(h.bob, "readiness", scorecards.Query{Team: "commerce", Level: scorecards.NoLevelName}, page.Request{Limit: 9}))(t)
	if len(found.Items) != 1 || found.Items[0].Service.Slug != "checkout" || found.Items[0].Todo[0] != "dashboard" {
		t.Errorf("on no level: %+v", found.Items)
	}
}

// By hand, of the draft's checks: docs (weight 3, Bronze), dashboard (1, Bronze) and restore (2, Silver).
// A service that a scorecard is not for any more was on its level until then, and its team is not
// compared with what it was.
func TestLeavingAScorecardIsADayOfThePast(t *testing.T) {
	t.Parallel()
	h := open(t)
	ledger := h.service(t, "ledger", withDocs, func(in *registry.ServiceInput) { in.Dashboard = "https://example.org/d" })
	must(h.Create(h.ada, aDraft()))(t)
	h.evaluate(t)
	h.clock.Advance(2 * 24 * time.Hour)
	p := ledger.Profile
	p.Lifecycle = registry.Deprecated
	ledger = must(h.registry.UpdateService(h.ada, "ledger", ledger.Version, registry.ServiceInput{Slug: "ledger", Profile: p}))(t)
	h.evaluate(t)
	h.evaluate(t) // a second pass finds nothing more
	past := func() string {
		t.Helper()
		var out []string
		for _, d := range must(h.History(h.bob, "ledger", "readiness", 90))(t) {
			out = append(out, fmt.Sprintf("%s %q %d", d.Day.Day, d.LevelName, d.Counted))
		}
		return strings.Join(out, ", ")
	}
	if got, want := past(), `2026-11-27 "Silver" 2, 2026-11-29 "" 0`; got != want {
		t.Errorf("the past is %s, want %s", got, want)
	}
	team := must(h.Report(h.bob, "readiness", scorecards.OfTeam, "payments", 90))(t)
	if len(team.Trend) != 2 || team.Trend[0].Services != 1 || team.Trend[1].Services != 0 {
		t.Errorf("the team's trend is %+v", team.Trend)
	}
	h.clock.Advance(30 * 24 * time.Hour)
	p.Lifecycle = registry.Production
	must(h.registry.UpdateService(h.ada, "ledger", ledger.Version, registry.ServiceInput{Slug: "ledger", Profile: p}))(t)
	h.evaluate(t)
	if got, want := past(), `2026-11-27 "Silver" 2, 2026-11-29 "" 0, 2026-12-29 "Silver" 2`; got != want {
		t.Errorf("the past is %s, want %s", got, want)
	}
	// 28 days ago, on 1 December, it had no service: nothing is compared with the 27th of November.
	if team = must(h.Report(h.bob, "readiness", scorecards.OfTeam, "payments", 90))(t); team.Change != nil {
		t.Errorf("the team changed by %v", *team.Change)
	}
	// Nor is, 28 days after a pause of ten weeks, with what was before it.
	h.clock.Advance(70 * 24 * time.Hour)
	if all := must(h.Report(h.bob, "readiness", scorecards.Organisation, "", 90))(t); all.Change != nil {
		t.Errorf("all changed by %v", *all.Change)
	}
}

// Until services are evaluated by a revision with a level below the others, they are on the level of
// the name that they reached, not on that which has its number now.
func TestLevelsAreThoseOfTheRevisionByWhichAServiceIs(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.service(t, "checkout", withDocs)
	h.service(t, "ledger", withDocs, func(in *registry.ServiceInput) { in.Dashboard = "https://example.org/d" }) // Silver
	v := must(h.Create(h.ada, aDraft()))(t)
	h.evaluate(t)
	d := aDraft()
	d.Levels = append([]scorecards.Level{{Name: "Iron"}}, d.Levels...)
	d.Checks = append(d.Checks, scorecards.Check{ID: "tier", Title: "Tier", Category: "X", Level: "Iron", Weight: 1, Passes: "tier <= 4"})
	must(h.Revise(h.ada, "readiness", v.Scorecard.Version, d))(t)
	look := func(what, spread string, levels map[string]string) {
		t.Helper()
		if got := must(h.Spread(h.bob, "readiness", scorecards.Query{}))(t); fmt.Sprint(got.Levels) != spread {
			t.Errorf("%s: %v, want %s", what, got.Levels, spread)
		}
		if got := must(h.Report(h.bob, "readiness", scorecards.Organisation, "", 1))(t); fmt.Sprint(got.Now.Levels) != spread {
			t.Errorf("%s, summed up: %v, want %s", what, got.Now.Levels, spread)
		}
		for level, want := range levels {
			var on []string
			for _, p := range must(h.Positions(h.bob, "readiness", scorecards.Query{Level: level}, page.Request{Limit: 9}))(t).Items {
				on = append(on, p.Service.Slug+" "+p.LevelName)
			}
			if got := strings.Join(on, ", "); got != want {
				t.Errorf("%s, on %s: %q, want %q", what, level, got, want)
			}
		}
	}
	look("before they are evaluated", "map[:1 Silver:1]", map[string]string{"Iron": "", "Bronze": "", "Silver": "ledger Silver", "none": "checkout "})
	h.evaluate(t)
	look("afterwards", "map[Iron:1 Silver:1]", map[string]string{"Iron": "checkout Iron", "Bronze": "", "Silver": "ledger Silver", "none": ""})
}

func TestTheTeamThatRoseMostIsNamed(t *testing.T) {
	t.Parallel()
	h := open(t)
	must(h.registry.CreateTeam(h.bob, registry.TeamInput{Slug: "search", Name: "Search"}))(t)
	checkout := h.service(t, "checkout")
	h.service(t, "index", func(in *registry.ServiceInput) { in.Team = "search" })
	must(h.Create(h.ada, aDraft()))(t)
	h.evaluate(t)
	h.clock.Advance(28 * 24 * time.Hour)
	in := registry.ServiceInput{Slug: checkout.Slug, Team: "payments", Profile: checkout.Profile}
	withDocs(&in)
	must(h.registry.UpdateService(h.ada, checkout.Slug, checkout.Version, in))(t)
	h.evaluate(t)
	r := must(h.Report(h.bob, "readiness", scorecards.Organisation, "", 90))(t)
	// From 0 to 75 of payments and of commerce above it, of which the upper one comes first.
	if best := r.MostImproved; best == nil || best.Team.Slug != "commerce" || *best.Change != 75 || *r.Change != 37.5 {
		t.Errorf("most improved: %+v, all by %v", r.MostImproved, r.Change)
	}
}
