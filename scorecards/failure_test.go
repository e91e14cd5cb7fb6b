package scorecards_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/scorecards"
	"github.com/evenkeel/evenkeel/scorecards/given"
	"github.com/evenkeel/evenkeel/services/issues"
	"github.com/evenkeel/evenkeel/services/registry"
)

const day = 24 * time.Hour

// wanted are the issues about scorecards that are wanted open, by title.
func (h *house) wanted(t testing.TB, open bool) []issues.Issue {
	t.Helper()
	found := must(h.store.Issues().Issues(h.root, issues.Filter{Kind: issues.KindScorecard, Open: &open}, page.Request{Limit: 100}))(t)
	slices.SortFunc(found.Items, func(a, b issues.Issue) int { return strings.Compare(a.Title, b.Title) })
	return found.Items
}

func titles(of []issues.Issue) []string {
	out := []string{}
	for _, i := range of {
		out = append(out, i.Title)
	}
	return out
}

// pass evaluates and pursues, and tells what the latter did.
func (h *house) pass(t testing.TB) string {
	t.Helper()
	h.evaluate(t)
	c := must(h.PursueOnce(h.root))(t)
	return fmt.Sprintf("%d opened, %d changed, %d ended, %d failed", c["opened"], c["changed"], c["ended"], c["failed"])
}

func asking(mode scorecards.IssueMode) scorecards.Draft {
	d := aDraft()
	d.Issues = scorecards.IssueTerms{Mode: mode, GraceDays: 14}
	d.Checks[1].Fix = "Add the dashboard; it is there: {hasDashboard}. @everybody"
	return d
}

func TestWhatFailsForLongerThanTheScorecardBearsBecomesAnIssueUntilItPasses(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.service(t, "checkout", withDocs)
	h.service(t, "ledger", withDocs, stateful, func(in *registry.ServiceInput) { in.Dashboard = "https://example.org/d" }) // its drill is unknown
	must(h.Create(h.root, asking(scorecards.EachOne)))(t)
	steps := []struct {
		after time.Duration
		want  string
	}{
		{0, "0 opened, 0 changed, 0 ended, 0 failed"},
		{14*day - time.Second, "0 opened, 0 changed, 0 ended, 0 failed"},
		{time.Second, "1 opened, 0 changed, 0 ended, 0 failed"},
		{day, "0 opened, 0 changed, 0 ended, 0 failed"},
	}
	for _, s := range steps {
		h.clock.Advance(s.after)
		if got := h.pass(t); got != s.want {
			t.Errorf("%s later: %s, want %s", s.after, got, s.want)
		}
	}
	found := h.wanted(t, true)
	equal(t, "wanted", titles(found), []string{"`checkout`: Dashboard does not pass"})
	for _, words := range []string{"Add the dashboard; it is there: no.", "since 2026-11-27 12:00 UTC", "https://evenkeel.example.org/services/checkout/scorecards/readiness", "the next is `Bronze`"} {
		if !strings.Contains(found[0].Body, words) {
			t.Errorf("the issue lacks %q:\n%s", words, found[0].Body)
		}
	}
	if strings.Contains(strings.ReplaceAll(found[0].Body, "`@everybody`", ""), "@everybody") {
		t.Errorf("what somebody typed calls everybody:\n%s", found[0].Body)
	}

	update := func(dashboard string) {
		t.Helper()
		now := must(h.registry.ServiceFor(h.root, "checkout"))(t)
		p := now.Profile
		p.Dashboard = dashboard
		must(h.registry.UpdateService(h.ada, "checkout", now.Version, registry.ServiceInput{Slug: "checkout", Profile: p}))(t)
	}
	update("https://example.org/d")
	if got := h.pass(t); got != "0 opened, 0 changed, 1 ended, 0 failed" {
		t.Errorf("it passes: %s", got)
	}
	if closed := h.wanted(t, false); len(closed) != 1 || !strings.HasPrefix(closed[0].Comments[0].Body, "It passes now.") {
		t.Errorf("closed is %+v", closed)
	}
	// Back within ten days, after its grace: no, for the grace is longer than that. So it is another.
	update("")
	h.pass(t)
	h.clock.Advance(14 * day)
	if got := h.pass(t); got != "1 opened, 0 changed, 0 ended, 0 failed" || len(h.wanted(t, true)) != 1 || len(h.wanted(t, false)) != 1 {
		t.Errorf("it fails again: %s", got)
	}
	must(h.registry.Retire(h.ada, "checkout", must(h.registry.ServiceFor(h.root, "checkout"))(t).Version, "gone"))(t)
	if got := h.pass(t); got != "0 opened, 0 changed, 1 ended, 0 failed" || len(h.wanted(t, true)) != 0 {
		t.Errorf("its service is retired: %s", got)
	}
}

func TestAFailureThatComesBackSoonIsTheSameIssue(t *testing.T) {
	t.Parallel()
	h := open(t)
	checkout := h.service(t, "checkout", withDocs)
	d := asking(scorecards.EachOne)
	d.Issues.GraceDays = 0
	v := must(h.Create(h.root, d))(t)
	if got := h.pass(t); got != "1 opened, 0 changed, 0 ended, 0 failed" {
		t.Errorf("at once: %s", got)
	}
	h.exempt[checkout.ID] = map[id.ID][]string{v.Scorecard.ID: {"dashboard"}}
	if got := h.pass(t); got != "0 opened, 0 changed, 1 ended, 0 failed" {
		t.Errorf("exempt: %s", got)
	}
	h.clock.Advance(10 * day)
	delete(h.exempt, checkout.ID)
	if got := h.pass(t); got != "1 opened, 0 changed, 0 ended, 0 failed" || len(h.wanted(t, false)) != 0 {
		t.Errorf("not exempt any more: %s", got)
	}
	if again := h.wanted(t, true)[0]; len(again.Comments) != 2 || again.Comments[1].Body != "It does not pass again." {
		t.Errorf("opened again is %+v", again.Comments)
	}
}

func TestFailuresAreGroupedWhereTheScorecardSaysSo(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.service(t, "checkout") // neither documentation nor dashboard
	d := asking(scorecards.Grouped)
	d.Issues.GraceDays = 0
	v := must(h.Create(h.root, d))(t)
	h.pass(t)
	found := h.wanted(t, true)
	equal(t, "wanted", titles(found), []string{"`checkout`: what keeps it below the next level of `Readiness`"})
	if body := found[0].Body; !strings.Contains(body, "### Documented") || !strings.Contains(body, "### Dashboard") {
		t.Errorf("the issue is\n%s", body)
	}
	now := must(h.registry.ServiceFor(h.root, "checkout"))(t)
	p := now.Profile
	p.Docs = "https://example.org/docs"
	must(h.registry.UpdateService(h.ada, "checkout", now.Version, registry.ServiceInput{Slug: "checkout", Profile: p}))(t)
	if got := h.pass(t); got != "0 opened, 1 changed, 0 ended, 0 failed" {
		t.Errorf("one of two passes: %s", got)
	}
	if body := h.wanted(t, true)[0].Body; strings.Contains(body, "### Documented") || !strings.Contains(body, "### Dashboard") {
		t.Errorf("the issue says still\n%s", body)
	}
	// A scorecard that asks for none any more has its issues closed.
	none := asking(scorecards.NoIssues)
	must(h.Revise(h.root, "readiness", v.Scorecard.Version, none))(t)
	if got := h.pass(t); got != "0 opened, 0 changed, 1 ended, 0 failed" || len(h.wanted(t, true)) != 0 {
		t.Errorf("none is asked for: %s", got)
	}
}

// What is not known opens nothing, and closes nothing.
func TestWhatIsUnknownOpensAndClosesNothing(t *testing.T) {
	t.Parallel()
	h := open(t)
	ledger := h.service(t, "ledger", withDocs, stateful, func(in *registry.ServiceInput) { in.Dashboard = "https://example.org/d" })
	d := asking(scorecards.EachOne)
	d.Issues.GraceDays = 0
	must(h.Create(h.root, d))(t)
	// Two more, whose only check fails: whom the one is for is told by the drill, whom the other is for
	// by a fact that goes away.
	declared := must(h.given.Declare(h.root, "audited", given.Terms{Type: fact.Truth, Doc: "Audited.", Pushed: true}))(t)
	alone := func(slug, appliesTo string) scorecards.Draft {
		d := asking(scorecards.EachOne)
		d.Slug, d.Name, d.AppliesTo, d.Issues.GraceDays = slug, slug, appliesTo, 0
		d.Checks = []scorecards.Check{{ID: "repository", Title: "Repository of " + slug, Category: "Ownership", Level: "Bronze", Weight: 1, Passes: "hasRepository"}}
		return d
	}
	if got := h.pass(t); got != "0 opened, 0 changed, 0 ended, 0 failed" {
		t.Errorf("a drill that nobody told: %s", got)
	}
	drilled := must(h.Create(h.root, alone("drilled", "restoreDrill >= 0")))(t)
	examined := must(h.Create(h.root, alone("examined", "kind == 'stateful' || audited")))(t)
	h.attest(t, ledger.ID, noon.AddDate(0, 0, -100), noon.AddDate(0, 0, 20))
	if got := h.pass(t); got != "3 opened, 0 changed, 0 ended, 0 failed" {
		t.Errorf("a drill of a hundred days ago: %s", got)
	}
	retired := must(h.Retire(h.root, "examined", examined.Scorecard.Version, "a pause"))(t)
	if err := h.given.Remove(h.root, "audited", declared.Version); err != nil {
		t.Fatal(err)
	}
	must(h.Restore(h.root, "examined", retired.Scorecard.Version))(t)
	h.clock.Advance(21 * day) // it expired: nothing is known any more
	if got := h.pass(t); got != "0 opened, 0 changed, 0 ended, 0 failed" || len(h.wanted(t, true)) != 3 {
		t.Errorf("an attestation that expired, and a condition that is not understood any more: %s", got)
	}
	// That it is for others is known: that ends it.
	must(h.Revise(h.root, "drilled", drilled.Scorecard.Version, alone("drilled", "kind == 'http'")))(t)
	if got := h.pass(t); got != "0 opened, 0 changed, 1 ended, 0 failed" {
		t.Errorf("a scorecard for others: %s", got)
	}
	equal(t, "closed", h.ends(t), []string{"The scorecard is not for the service any more."})
}

// ends are the reasons for which issues were wanted closed, by title.
func (h *house) ends(t testing.TB) []string {
	t.Helper()
	out := []string{}
	for _, i := range h.wanted(t, false) {
		why, _, _ := strings.Cut(i.Comments[len(i.Comments)-1].Body, "\n")
		out = append(out, why)
	}
	return out
}

// Each issue ends for another reason, and says so.
func TestAnIssueSaysWhyItIsClosed(t *testing.T) {
	t.Parallel()
	h := open(t)
	d := asking(scorecards.EachOne)
	d.AppliesTo, d.Issues.GraceDays = "", 0
	d.Levels = append(d.Levels, scorecards.Level{Name: "Gold"})
	d.Checks = nil
	for _, c := range []struct{ id, level string }{{"a-passes", "Bronze"}, {"b-exempt", "Bronze"}, {"c-other", "Bronze"}, {"d-later", "Bronze"}, {"e-above", "Gold"}, {"f-gone", "Bronze"}} {
		d.Checks = append(d.Checks, scorecards.Check{ID: c.id, Title: c.id, Category: "X", Level: c.level, Weight: 1, Passes: "hasDashboard"})
	}
	checkout := h.service(t, "checkout")
	grouped := d
	grouped.Slug, grouped.Name, grouped.Issues.Mode, grouped.Checks = "together", "Together", scorecards.Grouped, slices.Clone(d.Checks[:2])
	v := must(h.Create(h.root, d))(t)
	g := must(h.Create(h.root, grouped))(t)
	if got := h.pass(t); got != "7 opened, 0 changed, 0 ended, 0 failed" {
		t.Fatalf("all fail: %s", got)
	}
	d.Checks = slices.Clone(d.Checks[:5])
	d.Checks[0].Passes, d.Checks[2].AppliesTo, d.Checks[3].EffectiveFrom, d.Issues.UpTo = "!hasDashboard", "tier > 1", "2027-01-01", "Silver"
	h.exempt[checkout.ID] = map[id.ID][]string{v.Scorecard.ID: {"b-exempt"}, g.Scorecard.ID: {"b-exempt"}}
	must(h.Revise(h.root, "readiness", v.Scorecard.Version, d))(t)
	grouped.Checks[0].Passes = "!hasDashboard"
	must(h.Revise(h.root, "together", g.Scorecard.Version, grouped))(t)
	if got := h.pass(t); got != "0 opened, 0 changed, 7 ended, 0 failed" {
		t.Errorf("nothing is asked: %s", got)
	}
	equal(t, "closed", h.ends(t), []string{
		"It passes now.",
		"The service is exempt from it.",
		"It does not apply to the service any more.",
		"It does not count before 2027-01-01.",
		"The scorecard asks for no issues about its level any more.",
		"The scorecard asks for it no more.",
		"`a-passes`: It passes now. `b-exempt`: The service is exempt from it.",
	})
}

// A check that fails all along before its day has come has its grace from that day on.
func TestGraceBeginsOnTheDayFromWhichACheckCounts(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.service(t, "checkout", withDocs)
	d := asking(scorecards.EachOne)
	d.Checks[1].EffectiveFrom = "2026-12-27" // thirty days after noon
	must(h.Create(h.root, d))(t)
	h.pass(t)
	for _, s := range []struct {
		at     time.Time
		opened string
	}{
		{time.Date(2026, 12, 27, 12, 0, 0, 0, time.UTC), "0 opened"},
		{time.Date(2027, 1, 9, 23, 59, 59, 0, time.UTC), "0 opened"},
		{time.Date(2027, 1, 10, 0, 0, 0, 0, time.UTC), "1 opened"}, // fourteen days after 27 December
	} {
		h.clock.Advance(s.at.Sub(h.clock.Now()))
		if got := h.pass(t); !strings.HasPrefix(got, s.opened) {
			t.Errorf("at %s: %s, want %s", s.at, got, s.opened)
		}
	}
}

// A source that is not heard for a day neither ends a failure nor begins its grace anew; that it
// passed does.
func TestWhatIsUnknownMeanwhileFailsSinceItFailedFirst(t *testing.T) {
	t.Parallel()
	h := open(t)
	ledger := h.service(t, "ledger", withDocs, stateful, func(in *registry.ServiceInput) { in.Dashboard = "https://example.org/d" })
	must(h.Create(h.root, asking(scorecards.EachOne)))(t)
	tell := func(ago, forDays int) {
		t.Helper()
		now := h.clock.Now()
		h.attest(t, ledger.ID, now.AddDate(0, 0, -ago), now.AddDate(0, 0, forDays))
	}
	tell(100, 12)
	for _, s := range []struct {
		day, ago, forDays int
		outcome, want     string
	}{
		{0, 0, 0, "fail", "0 opened, 0 changed, 0 ended, 0 failed"},
		{12, 0, 0, "unknown", "0 opened, 0 changed, 0 ended, 0 failed"},
		{13, 113, 1, "fail", "0 opened, 0 changed, 0 ended, 0 failed"},
		{14, 114, 1, "fail", "1 opened, 0 changed, 0 ended, 0 failed"}, // fourteen days after noon
		{15, 1, 1, "pass", "0 opened, 0 changed, 1 ended, 0 failed"},
		{16, 100, 60, "fail", "0 opened, 0 changed, 0 ended, 0 failed"},
		{29, 0, 0, "fail", "0 opened, 0 changed, 0 ended, 0 failed"},
		{30, 0, 0, "fail", "1 opened, 0 changed, 0 ended, 0 failed"}, // fourteen days after the 16th
	} {
		h.clock.Advance(noon.AddDate(0, 0, s.day).Sub(h.clock.Now()))
		if s.ago > 0 {
			tell(s.ago, s.forDays)
		}
		if got := h.pass(t); got != s.want {
			t.Errorf("day %d: %s, want %s", s.day, got, s.want)
		}
		if got := h.card(t, "ledger", "readiness").Results[2].Outcome.String(); got != s.outcome {
			t.Errorf("day %d: %s, want %s", s.day, got, s.outcome)
		}
	}
	if body := h.wanted(t, true)[0].Body; !strings.Contains(body, "since 2026-12-13 12:00 UTC") {
		t.Errorf("it fails since another day:\n%s", body)
	}
}

// What an issue says follows what is known; where nothing of it is another, a pass reads and writes no
// more for three services than for one.
func TestAnIssueSaysWhatIsSoNow(t *testing.T) {
	t.Parallel()
	h := open(t)
	dashboard := func(in *registry.ServiceInput) { in.Dashboard = "https://example.org/d" }
	ledger := h.service(t, "ledger", withDocs, stateful, dashboard)
	d := asking(scorecards.EachOne)
	d.Issues.GraceDays = 0
	must(h.Create(h.root, d))(t)
	h.attest(t, ledger.ID, noon.AddDate(0, 0, -100), noon.AddDate(0, 0, 20))
	h.pass(t)
	quiet := func() int64 {
		t.Helper()
		before := h.store.Statements()
		if c := must(h.PursueOnce(h.root))(t); c["opened"]+c["changed"]+c["ended"]+c["failed"] != 0 {
			t.Errorf("a second pass did %v", c)
		}
		return h.store.Statements() - before
	}
	one := quiet()
	says := func(words string) {
		t.Helper()
		if body := h.wanted(t, true)[0].Body; !strings.Contains(body, words) {
			t.Errorf("the issue lacks %q:\n%s", words, body)
		}
	}
	says("Restored 100 days ago")
	h.clock.Advance(3 * day)
	if got := h.pass(t); got != "0 opened, 1 changed, 0 ended, 0 failed" {
		t.Errorf("three days later: %s", got)
	}
	says("Restored 103 days ago")
	p := ledger.Profile
	p.Repository = "https://github.com/acme/ledger"
	must(h.registry.UpdateService(h.ada, "ledger", ledger.Version, registry.ServiceInput{Slug: "ledger", Profile: p}))(t)
	if got := h.pass(t); got != "0 opened, 1 changed, 0 ended, 0 failed" || h.wanted(t, true)[0].Repository != "https://github.com/acme/ledger" {
		t.Errorf("another repository: %s, %q", got, h.wanted(t, true)[0].Repository)
	}
	for _, slug := range []string{"books", "cards"} {
		h.attest(t, h.service(t, slug, withDocs, stateful, dashboard).ID, noon.AddDate(0, 0, -100), noon.AddDate(0, 0, 20))
	}
	if got := h.pass(t); got != "2 opened, 0 changed, 0 ended, 0 failed" {
		t.Errorf("two more: %s", got)
	}
	if three := quiet(); three != one {
		t.Errorf("%d statements for three services, %d for one", three, one)
	}
}
