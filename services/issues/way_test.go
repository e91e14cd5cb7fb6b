package issues_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/audit"
	"github.com/evenkeel/evenkeel/services/expr"
	"github.com/evenkeel/evenkeel/services/issues"
	"github.com/evenkeel/evenkeel/services/policy"
	"github.com/evenkeel/evenkeel/services/slo"
)

func TestFromAnOverspentBudgetToItsRecovery(t *testing.T) {
	t.Parallel()
	h := build(t)
	h.attach(policy.Warn)
	h.pass(0, 0, 0) // nothing is known of the SLO yet

	h.spend(100) // exactly the budget
	h.pass(0, 0, 0)

	h.spend(137)
	h.pass(1, 0, 0)
	v, issue := h.theIssue()
	want := policy.Evidence{
		SLORevision: h.slo.Revision.ID, Objective: "99%", WindowEnd: v.Evidence.WindowEnd,
		Good: 9_863_000, Total: 10_000_000, ConsumedPercent: "137.00", // 137 ÷ 100
		When: policy.Default().Clauses[0].When, Facts: fact.Set{"consumed": 1.37, "cause": "unclassified"}.Known("cause", "consumed"),
	}
	if !reflect.DeepEqual(v.Evidence, want) || v.Mode != policy.Warn || v.EndedAt != nil || v.Clause != "budget-exceeded" || v.SLO != h.slo.SLO.ID || v.Service != h.service.ID {
		t.Errorf("violation %+v", v)
	}
	if want := "`checkout/availability`: `budget-exceeded` (137.00 % of the error budget is consumed)"; issue.Title != want {
		t.Errorf("title %q, want %q", issue.Title, want)
	}
	if !issue.Open || issue.Episode != v.ID || issue.Subject != v.SLO || issue.Repository != h.service.Repository ||
		!slices.Equal(issue.Labels, []string{"error-budget", "reliability", "priority/p1"}) || len(issue.Comments) != 0 {
		t.Errorf("issue %+v", issue)
	}
	for _, part := range []string{
		"10,000, of which 9,863 were good and 137 were not", "**137.00 %**", "no punishment",
		"(<https://evenkeel.example.org/services/checkout/slos/availability>)",
		issues.Marker(issues.Fingerprint(issues.KindBudgetViolation, v.Service, v.SLO, v.Clause, v.ID)),
	} {
		if !strings.Contains(issue.Body, part) {
			t.Errorf("the body lacks %q:\n%s", part, issue.Body)
		}
	}

	h.spend(150) // the evidence is frozen, and nothing is said twice
	h.pass(0, 0, 0)
	if again, same := h.theIssue(); !reflect.DeepEqual(again.Evidence, v.Evidence) || same.Version != issue.Version {
		t.Errorf("after another pass: %+v, %+v", again, same)
	}

	h.spend(40)
	h.pass(0, 1, 0)
	h.pass(0, 0, 0)
	v, issue = h.theIssue()
	if v.EndedAt == nil || v.Ending != policy.Recovered || !reflect.DeepEqual(v.Evidence, want) {
		t.Errorf("ended violation %+v", v)
	}
	if !issue.Open || !slices.Contains(issue.Labels, issues.LabelRecovered) || len(issue.Comments) != 1 || !strings.Contains(issue.Comments[0].Body, "**40.00 %**") {
		t.Errorf("issue after recovery %+v", issue)
	}

	entries, err := h.audit.List(h.admin(), audit.Filter{ObjectID: v.ID}, page.Request{})
	h.must(err)
	var actions []string
	for _, e := range slices.Backward(entries.Items) {
		actions = append(actions, e.ActorName+" "+e.Action+" "+e.ObjectLabel)
		if e.Team != h.team.ID || e.Reason == "" {
			t.Errorf("audit entry %+v", e)
		}
	}
	if want := []string{
		"policy error-budget violation.create budget-exceeded of checkout/availability",
		"policy error-budget violation.update budget-exceeded of checkout/availability",
	}; !slices.Equal(actions, want) {
		t.Errorf("audit %q, want %q", actions, want)
	}
}

func TestAnIssueIsClosedWhereTheClauseSaysSo(t *testing.T) {
	t.Parallel()
	h := build(t)
	h.attach(policy.Enforce, func(d *policy.Draft) { d.Clauses[0].Issue.CloseOnRecovery = true })
	h.spend(101)
	h.pass(1, 0, 0)
	h.spend(100)
	h.pass(0, 1, 0)
	if _, issue := h.theIssue(); issue.Open || !strings.Contains(issue.Comments[0].Body, "closes this issue") {
		t.Errorf("issue %+v", issue)
	}
}

func TestUnknownNeitherOpensNorEnds(t *testing.T) {
	t.Parallel()
	h := build(t)
	h.attach(policy.Warn)
	unknown := []func(*slo.Status){
		func(s *slo.Status) { s.Stale = true },
		func(s *slo.Status) { s.End = time.Time{} },
		func(s *slo.Status) { s.End = s.End.Add(-30 * time.Minute) }, // 31 minutes ago at the pass
		func(s *slo.Status) { s.Sums.Policy.Good, s.Sums.Policy.Total = 0, 0 },
		func(s *slo.Status) { s.Sums.Policy.Good, s.Sums.Policy.Total = 0, 99_000 },
	}
	for _, u := range unknown {
		h.spend(500, u)
		h.pass(0, 0, 0)
	}
	h.spend(500)
	h.pass(1, 0, 0)
	for _, u := range append(unknown[:3:3], unknown[3], func(s *slo.Status) { s.Sums.Policy.Good, s.Sums.Policy.Total = 99_000, 99_000 }) {
		h.spend(0, u)
		h.pass(0, 0, 0)
	}
}

func TestTheModeDecidesWhetherAnIssueIsWanted(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		from, to      policy.Mode
		before, after int // issues
		says          string
	}{
		{policy.Observe, policy.Observe, 0, 0, ""},
		{policy.Observe, policy.Warn, 0, 1, "mode `warn`"},
		{policy.Observe, policy.Enforce, 0, 1, "mode `enforce`"},
		{policy.Warn, policy.Observe, 1, 1, "mode `observe` now: nothing is asked any more"},
		{policy.Warn, policy.Enforce, 1, 1, "mode `enforce`"},
		{policy.Enforce, policy.Observe, 1, 1, "mode `observe` now: nothing is asked any more"},
		{policy.Enforce, policy.Warn, 1, 1, "mode `warn`"},
		{policy.Enforce, policy.Enforce, 1, 1, "mode `enforce`"},
	} {
		t.Run(fmt.Sprintf("%s to %s", c.from, c.to), func(t *testing.T) {
			t.Parallel()
			h := build(t)
			a := h.attach(c.from)
			h.spend(200)
			h.pass(1, 0, 0)
			if n := len(h.drafts()); n != c.before {
				t.Fatalf("%d issues in mode %s, want %d", n, c.from, c.before)
			}
			var changed int64
			if c.from != c.to {
				_, err := h.policies.ChangeMode(h.admin(), a.ID, a.Version, c.to)
				h.must(err)
				changed = 1
			}
			h.pass(0, 0, changed)
			h.pass(0, 0, 0)
			drafts := h.drafts()
			if len(drafts) != c.after || h.violations()[0].Mode != c.to {
				t.Fatalf("%d issues in mode %s, want %d; the violation's mode is %s", len(drafts), c.to, c.after, h.violations()[0].Mode)
			}
			if c.after == 0 {
				return
			}
			issue := drafts[0]
			if !issue.Open || !strings.Contains(issue.Body, c.says) {
				t.Errorf("issue %+v does not say %q", issue, c.says)
			}
			if said := len(issue.Comments); said != int(changed)*c.before {
				t.Errorf("%d comments: %+v", said, issue.Comments)
			}
			h.spend(0)
			h.pass(0, 1, 0)
			if issue := h.drafts()[0]; !slices.Contains(issue.Labels, issues.LabelRecovered) {
				t.Errorf("the end is not on the issue: %+v", issue)
			}
		})
	}
}

func TestAnSLOThatGoesBackAndForthStaysInOneIssue(t *testing.T) {
	t.Parallel()
	h := build(t)
	h.attach(policy.Warn, func(d *policy.Draft) { d.Clauses[0].Issue.CloseOnRecovery = true })
	const times = 20
	for range times {
		h.spend(101)
		h.pass(1, 0, 0)
		if drafts := h.drafts(); len(drafts) != 1 || !drafts[0].Open || slices.Contains(drafts[0].Labels, issues.LabelRecovered) {
			t.Fatalf("while overspent: %+v", drafts)
		}
		h.spend(99)
		h.pass(0, 1, 0)
		if drafts := h.drafts(); len(drafts) != 1 || drafts[0].Open || !slices.Contains(drafts[0].Labels, issues.LabelRecovered) {
			t.Fatalf("while recovered: %+v", drafts)
		}
	}
	violations, issue := h.violations(), h.drafts()[0]
	if len(violations) != times {
		t.Errorf("%d violations, want %d", len(violations), times)
	}
	if issue.Episode != violations[0].ID {
		t.Errorf("the issue is of episode %s, want the latest, %s", issue.Episode, violations[0].ID)
	}
	if first := violations[times-1]; !strings.HasSuffix(issue.Body, issues.Marker(issues.Fingerprint(issue.Kind, first.Service, first.SLO, first.Clause, first.ID))) {
		t.Errorf("the marker is not that of the first episode:\n%s", issue.Body)
	}
	if len(issue.Comments) != 1 { // forty minutes
		t.Errorf("%d comments in one day: %+v", len(issue.Comments), issue.Comments)
	}
}

func TestAnEpisodeThatWasOnlyObservedHidesNoEarlierIssue(t *testing.T) {
	t.Parallel()
	h := build(t)
	a := h.attach(policy.Warn)
	mode := func(m policy.Mode) {
		t.Helper()
		var err error
		a, err = h.policies.ChangeMode(h.admin(), a.ID, a.Version, m)
		h.must(err)
	}
	episode := func() {
		t.Helper()
		h.spend(101)
		h.pass(1, 0, 0)
		h.spend(99)
		h.pass(0, 1, 0)
	}
	episode()
	mode(policy.Observe)
	episode()
	mode(policy.Warn)
	episode() // goes on in the first one's issue
	mode(policy.Observe)
	h.spend(101)
	h.pass(1, 0, 0)
	mode(policy.Enforce)
	h.pass(0, 0, 1) // so does this, from the change of mode on
	if drafts := h.drafts(); len(drafts) != 1 || drafts[0].Episode != h.violations()[0].ID || !drafts[0].Open {
		t.Errorf("issues %+v", drafts)
	}
}

func TestAfterTenDaysANewIssueFollowsTheOld(t *testing.T) {
	t.Parallel()
	h := build(t)
	h.attach(policy.Warn)
	h.spend(101)
	h.pass(1, 0, 0)
	h.spend(99)
	h.pass(0, 1, 0)
	h.clock.Advance(11 * 24 * time.Hour)
	h.spend(102)
	h.pass(1, 0, 0)
	drafts := h.drafts()
	if len(drafts) != 2 {
		t.Fatalf("%d issues, want two", len(drafts))
	}
	if newer, older := drafts[0], drafts[1]; !newer.Open || older.Open || !strings.Contains(newer.Body, "(<https://evenkeel.example.org/issues/"+string(older.ID)+">)") {
		t.Errorf("newer %+v\nolder %+v", newer, older)
	}
}

func TestWhatWasRetiredIsNotInViolation(t *testing.T) {
	t.Parallel()
	h := build(t)
	h.attach(policy.Warn)
	h.spend(150)
	h.pass(1, 0, 0)
	retired := h.slo.SLO
	now := h.clock.Now()
	retired.RetiredAt = &now
	h.must(h.store.SLO().UpdateSLO(t.Context(), retired))
	h.pass(0, 1, 0)
	h.pass(0, 0, 0)
	v, issue := h.theIssue()
	if v.Ending != policy.Retired || slices.Contains(issue.Labels, issues.LabelRecovered) || len(issue.Comments) != 1 || !strings.Contains(issue.Comments[0].Body, "retired") {
		t.Errorf("violation %+v, issue %+v", v, issue)
	}
}

func TestRetiringAServiceEndsItsViolationsAtOnce(t *testing.T) {
	t.Parallel()
	h := build(t)
	h.attach(policy.Enforce)
	h.spend(150)
	h.pass(1, 0, 0)
	preview, err := h.registry.PreviewRetire(h.admin(), "checkout")
	h.must(err)
	if len(preview.Holdings) != 1 || preview.Holdings[0].Noun != "open_violation" || preview.Holdings[0].Count != 1 {
		t.Errorf("holdings %+v", preview.Holdings)
	}
	h.clock.Advance(time.Hour)
	retired, err := h.registry.Retire(h.admin(), "checkout", h.service.Version, "replaced")
	h.must(err)
	v, issue := h.theIssue()
	if v.Ending != policy.Retired || v.EndedAt == nil || len(issue.Comments) != 1 {
		t.Errorf("violation %+v, issue %+v", v, issue)
	}
	entries, err := h.audit.List(h.admin(), audit.Filter{ObjectID: v.ID}, page.Request{})
	h.must(err)
	if len(entries.Items) != 2 || entries.Items[0].ActorName != "Ada" || entries.Items[0].ObjectLabel != "budget-exceeded of checkout/availability" {
		t.Errorf("audit %+v", entries.Items)
	}
	h.pass(0, 0, 0)
	if standings, err := h.policies.Standing(h.admin(), h.slo.SLO.ID); err != nil || len(standings) != 0 {
		t.Errorf("the SLO of a retired service stands at %+v, %v", standings, err)
	}

	_, err = h.registry.Restore(h.admin(), "checkout", retired.Version)
	h.must(err)
	h.pass(0, 0, 0) // what was known of it is an hour old
	h.spend(150)
	h.pass(1, 0, 0) // it is still overspent: another episode, in the same issue
	if n := len(h.violations()); n != 2 || len(h.drafts()) != 1 {
		t.Errorf("%d violations, %d issues", n, len(h.drafts()))
	}
}

func TestDetachingEndsWhatNothingElseCovers(t *testing.T) {
	t.Parallel()
	h := build(t)
	toAll := h.attach(policy.Warn)
	toService, err := h.policies.Attach(h.admin(), policy.DefaultSlug, policy.Place{Target: policy.ToService, Service: "checkout", Mode: policy.Enforce})
	h.must(err)
	h.spend(150)
	h.pass(1, 0, 0)
	if v, _ := h.theIssue(); v.Mode != policy.Enforce {
		t.Errorf("mode %s, want that of the service's own attachment", v.Mode)
	}
	h.must(h.policies.Detach(h.admin(), toService.ID, toService.Version))
	h.pass(0, 0, 1) // the attachment to all covers it
	if v, _ := h.theIssue(); v.Mode != policy.Warn {
		t.Errorf("mode %s, want that of the attachment to all", v.Mode)
	}
	h.must(h.policies.Detach(h.admin(), toAll.ID, toAll.Version))
	h.pass(0, 1, 0)
	v, issue := h.theIssue()
	if v.Ending != policy.Detached || !issue.Open || slices.Contains(issue.Labels, issues.LabelRecovered) || !strings.Contains(issue.Comments[len(issue.Comments)-1].Body, "attached to the service any more") {
		t.Errorf("violation %+v, issue %+v", v, issue)
	}
}

func TestARevisedClauseJudgesWhatIsOpen(t *testing.T) {
	t.Parallel()
	h := build(t)
	h.attach(policy.Warn)
	h.spend(150)
	h.pass(1, 0, 0)
	found, _ := h.theIssue()
	d := policy.Default()
	d.Clauses[0].When = "consumed > 2"
	revised, err := h.policies.Revise(h.admin(), d.Slug, 1, d)
	h.must(err)
	h.pass(0, 1, 0)
	if v, _ := h.theIssue(); v.Ending != policy.Recovered || v.Revision != found.Revision || v.Revision == revised.Revision.ID {
		t.Errorf("violation %+v keeps the revision that found it", v)
	}
	d.Clauses[0].Name = "spent-twice" // another clause
	h.spend(201)
	h.pass(1, 0, 0)
	_, err = h.policies.Revise(h.admin(), d.Slug, revised.Policy.Version, d)
	h.must(err)
	h.pass(1, 1, 0)
}

func TestTheStandingOfAnSLO(t *testing.T) {
	t.Parallel()
	h := build(t)
	h.attach(policy.Observe)
	stand := func() policy.Standing {
		t.Helper()
		standings, err := h.policies.Standing(h.admin(), h.slo.SLO.ID)
		h.must(err)
		if len(standings) != 5 || standings[0].Clause.Name != "budget-exceeded" || standings[0].Rule.Policy.Slug != policy.DefaultSlug || standings[0].Rule.Attachment.Mode != policy.Observe {
			t.Fatalf("standings %+v", standings)
		}
		return standings[0]
	}
	if s := stand(); s.Outcome != expr.Unknown || s.ConsumedPercent != "" || s.Violation != nil {
		t.Errorf("before the first evaluation: %+v", s)
	}
	h.spend(100)
	if s := stand(); s.Outcome != expr.Fails || s.ConsumedPercent != "100.00" {
		t.Errorf("at exactly the budget: %+v", s)
	}
	h.spend(133)
	h.pass(1, 0, 0)
	if s := stand(); s.Outcome != expr.Holds || s.ConsumedPercent != "133.00" || s.Violation == nil || s.Violation.ID != h.violations()[0].ID {
		t.Errorf("overspent: %+v", s)
	}
	if _, err := h.policies.Standing(h.admin(), "NONE"); !fault.Is(err, fault.NotFound) {
		t.Errorf("an SLO that is not: %v", err)
	}
}
