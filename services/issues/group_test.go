package issues_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/issues"
	"github.com/evenkeel/evenkeel/services/issues/delivery"
	"github.com/evenkeel/evenkeel/services/policy"
	"github.com/evenkeel/evenkeel/services/slo"
)

// gather has issues told of in one.
func (h *house) gather(into id.ID, members ...issues.Issue) (issues.Issue, []id.ID) {
	h.t.Helper()
	g := issues.Gathering{Kind: issues.KindBudgetViolation, Into: into, AtLeast: 2}
	for _, m := range members {
		g.Members = append(g.Members, m.ID)
	}
	var group issues.Issue
	var joined []id.ID
	h.must(h.store.InTx(h.t.Context(), func(ctx context.Context) (err error) {
		group, joined, err = h.issues.Gather(ctx, g, h.clock.Now())
		return err
	}))
	return group, joined
}

// overspend has three more SLOs spend more than their budgets, and returns the four with
// their issues, in the same order.
func (h *house) overspend() ([]slo.View, []issues.Issue) {
	h.t.Helper()
	all := []slo.View{h.slo}
	for n := range 3 {
		all = append(all, h.declare(h.t.Context(), fmt.Sprintf("objective-%d", n)))
	}
	for _, v := range all {
		h.spendOf(v, 150)
	}
	h.pass(4, 0, 0)
	var wanted []issues.Issue
	for _, v := range all {
		wanted = append(wanted, h.drafts()[slices.IndexFunc(h.drafts(), func(i issues.Issue) bool { return i.Subject == v.SLO.ID })])
	}
	return all, wanted
}

func (h *house) issue(of id.ID) issues.Issue {
	h.t.Helper()
	i, err := h.store.Issues().Issue(h.t.Context(), of)
	h.must(err)
	return i
}

func TestAGroupFollowsItsMembers(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		h := buildOn(t, s)
		h.issues.DeliverWith(delivery.NewDesk(s.Delivery(), delivery.Defaults(), h.clock.Now))
		h.attach(policy.Warn, func(d *policy.Draft) { d.Clauses[0].Issue.CloseOnRecovery = true })
		slos, wanted := h.overspend()
		group, joined := h.gather("", wanted[:3]...)
		if len(joined) != 3 || group.Title != "3 SLOs break their error-budget policies at once" || !group.Open || !group.IsGroup() || group.Ending != "" {
			t.Fatalf("the group of %v is %+v", joined, group)
		}
		for _, m := range wanted[:3] {
			if line := "- [" + m.Title + "](<https://evenkeel.example.org/violations/" + string(m.Episode) + ">): **broken**"; !strings.Contains(group.Body, line) {
				t.Errorf("the body lacks %q:\n%s", line, group.Body)
			}
			if h.issue(m.ID).Group != group.ID {
				t.Errorf("it is not known of %s that it is told of in the group", m.ID)
			}
		}
		calls := func() int64 {
			d, err := s.Delivery().Delivery(t.Context(), group.ID)
			h.must(err)
			return d.Calls
		}

		// One more comes, which is said once.
		h.clock.Advance(time.Minute)
		group, joined = h.gather(group.ID, wanted[3], wanted[0])
		if !slices.Equal(joined, []id.ID{wanted[3].ID}) || group.Title != "4 SLOs break their error-budget policies at once" ||
			len(group.Comments) != 1 || !strings.HasPrefix(group.Comments[0].Body, "1 more SLO breaks its policy: it is 4 now") {
			t.Fatalf("%v joined %+v", joined, group)
		}

		// Some recover, of which the list tells; nobody is called to the members.
		before := calls()
		h.spendOf(slos[0], 0)
		h.spendOf(slos[1], 0)
		h.pass(0, 2, 0)
		group = h.issue(group.ID)
		if !group.Open || group.Ending != "" || len(group.Comments) != 1 || group.Title != "2 of 4 SLOs break their error-budget policies" || strings.Count(group.Body, "): recovered") != 2 || strings.Count(group.Body, "): **broken**") != 2 {
			t.Errorf("after two recovered: %+v", group)
		}
		if calls() != before+2 {
			t.Errorf("the courier was called %d times to the group", calls()-before)
		}

		// All recover: it is said, and the group is wanted closed.
		h.spendOf(slos[2], 0)
		h.spendOf(slos[3], 0)
		h.pass(0, 2, 0)
		group = h.issue(group.ID)
		if group.Open || group.Ending != policy.Recovered || group.Title != "4 SLOs broke their error-budget policies at once" || !slices.Contains(group.Labels, issues.LabelRecovered) || len(group.Comments) != 2 ||
			group.Comments[1].Body != "All 4 recovered.\nEvenkeel closes this issue, as the clauses say." {
			t.Errorf("after all recovered: %+v", group)
		}

		// Two days later one is overspent again: the group is wanted open, for another episode.
		h.clock.Advance(48 * time.Hour)
		h.spendOf(slos[1], 150)
		h.pass(1, 0, 0)
		again := h.issue(group.ID)
		if !again.Open || again.Ending != "" || again.Episode == group.Episode || again.Title != "1 of 4 SLOs breaks its error-budget policy" || slices.Contains(again.Labels, issues.LabelRecovered) ||
			len(again.Comments) != 3 || again.Comments[2].Body != "Broken again: it is 1 of the 4 now, and the description says which." {
			t.Errorf("after one came again: %+v", again)
		}
		for _, v := range slos {
			if n := len(h.drafts()); n != 5 {
				t.Fatalf("%d issues for %s and others, want one each and the group", n, v.SLO.Slug)
			}
		}
	})
}

func TestWhatIsOverOrInAGroupJoinsNoOther(t *testing.T) {
	t.Parallel()
	h := build(t)
	h.attach(policy.Warn, func(d *policy.Draft) { d.Clauses[0].Issue.CloseOnRecovery = true })
	slos, wanted := h.overspend()
	h.spendOf(slos[0], 0)
	h.pass(0, 1, 0)
	group, joined := h.gather("", wanted[0], wanted[1])
	if len(joined) != 0 || group.ID != "" {
		t.Errorf("one issue that is wanted open made a group: %v, %+v", joined, group)
	}
	group, _ = h.gather("", wanted[1:3]...)
	if other, joined := h.gather("", wanted[1:]...); len(joined) != 0 || other.ID != "" {
		t.Errorf("what is in a group made another with what was left: %v, %+v", joined, other)
	}
	if other, joined := h.gather(group.ID, group, wanted[0], wanted[1]); len(joined) != 0 || other.ID != "" {
		t.Errorf("joined %v, %+v", joined, other)
	}
}

func TestAGroupSaysWhoseClosingItIs(t *testing.T) {
	t.Parallel()
	h := build(t)
	settings := delivery.Defaults()
	settings.Mode = delivery.Warn // closing is people's
	h.issues.DeliverWith(delivery.NewDesk(h.store.Delivery(), settings, h.clock.Now))
	a := h.attach(policy.Warn, func(d *policy.Draft) { d.Clauses[0].Issue.CloseOnRecovery = true })
	slos, wanted := h.overspend()
	group, _ := h.gather("", wanted...)
	for _, text := range []string{group.Body, wanted[0].Body} {
		if !strings.Contains(text, "and leaves the closing to you") || strings.Contains(text, "closes it") {
			t.Errorf("it does not leave the closing to people:\n%s", text)
		}
	}
	h.spendOf(slos[0], 0)
	h.pass(0, 1, 0)
	h.must(h.policies.Detach(h.admin(), a.ID, a.Version))
	h.pass(0, 3, 0)
	group = h.issue(group.ID)
	if want := "All 4 are over: 1 recovered; for the others nothing is asked any more, and their pages say why.\nClose it when what was learned is written down and followed up."; len(group.Comments) != 1 || group.Comments[0].Body != want {
		t.Errorf("comments %+v, want %q", group.Comments, want)
	}
	if group.Ending != policy.Detached || slices.Contains(group.Labels, issues.LabelRecovered) || strings.Count(group.Body, "): over\n") != 3 {
		t.Errorf("the group is %+v", group)
	}
	if own := h.issue(wanted[0].ID).Comments; len(own) != 1 || !strings.Contains(own[0].Body, "Close it when what was learned") {
		t.Errorf("the member says %+v", own)
	}
}

// Where people close, the group is wanted open throughout: only another episode has one
// that they closed opened again.
func TestAGroupThatPeopleCloseIsWantedOpenAgainForAnotherEpisode(t *testing.T) {
	t.Parallel()
	h := build(t)
	h.attach(policy.Warn)
	slos, wanted := h.overspend()
	group, _ := h.gather("", wanted...)
	for _, v := range slos {
		h.spendOf(v, 0)
	}
	h.pass(0, 4, 0)
	over := h.issue(group.ID)
	if !over.Open || over.Ending != policy.Recovered || over.Episode != group.Episode {
		t.Fatalf("after all recovered: %+v", over)
	}
	h.clock.Advance(48 * time.Hour)
	h.spendOf(slos[0], 150)
	h.spendOf(slos[1], 150)
	h.pass(2, 0, 0)
	again := h.issue(group.ID)
	if !again.Open || again.Ending != "" || again.Episode == over.Episode {
		t.Errorf("after two came again: %+v", again)
	}

	// One goes back and forth, of which the description tells; the comments are those that
	// a single issue would have.
	h.clock.Advance(25 * time.Hour)
	h.spendOf(slos[1], 0)
	h.pass(0, 1, 0)
	for range 3 {
		h.clock.Advance(time.Minute)
		h.spendOf(slos[0], 0)
		h.pass(0, 1, 0)
		h.clock.Advance(time.Minute)
		h.spendOf(slos[0], 150)
		h.pass(1, 0, 0)
	}
	if after := h.issue(group.ID); len(after.Comments) != len(again.Comments)+1 {
		t.Errorf("going back and forth wrote %d comments, want 1 within a day", len(after.Comments)-len(again.Comments))
	}
}

// A group is opened again where a single issue would be: what a person closed stays closed
// in its episode, and another episode of a member, within ten days, is another of the
// group's, though others last.
func TestAGroupHasAnotherEpisodeWhereASingleIssueWould(t *testing.T) {
	t.Parallel()
	h := build(t)
	a := h.attach(policy.Warn)
	slos, wanted := h.overspend()
	group, _ := h.gather("", wanted[:3]...)
	single := wanted[3]
	// both does the same to a member and to the one that is in no group.
	both := func(another bool, do func()) {
		t.Helper()
		was := map[id.ID]id.ID{group.ID: h.issue(group.ID).Episode, single.ID: h.issue(single.ID).Episode}
		do()
		for issue, before := range was {
			if i := h.issue(issue); (i.Episode != before) != another || !i.Open {
				t.Errorf("the issue %q went on with another episode: %t, want %t; it is wanted open: %t", i.Title, i.Episode != before, another, i.Open)
			}
		}
	}
	spend := func(bad int64) {
		h.spendOf(slos[0], bad)
		h.spendOf(slos[3], bad)
	}
	both(false, func() {
		_, err := h.policies.ChangeMode(h.admin(), a.ID, a.Version, policy.Enforce)
		h.must(err)
		h.pass(0, 0, 4)
	})
	both(false, func() { spend(0); h.pass(0, 2, 0) })
	both(true, func() {
		h.clock.Advance(9 * 24 * time.Hour)
		for _, v := range slos[1:3] { // else what is measured of them is stale
			h.spendOf(v, 150)
		}
		spend(150)
		h.pass(2, 0, 0)
	})
	if said := h.issue(group.ID).Comments; len(said) != 1 || said[0].Body != "Broken again: it is 3 of the 3 now, and the description says which." {
		t.Errorf("it says %+v", said)
	}

	// After ten days more another issue follows up, which the group does not tell of.
	spend(0)
	h.pass(0, 2, 0)
	was := h.issue(group.ID).Episode
	h.clock.Advance(11 * 24 * time.Hour)
	spend(150)
	h.pass(2, 0, 0)
	if now := h.issue(group.ID); now.Episode != was || !now.Open {
		t.Errorf("the group is %+v", now)
	}
	if one := h.issue(single.ID); one.Open {
		t.Errorf("the single issue is %+v", one)
	}
	fresh := slices.DeleteFunc(h.drafts(), func(i issues.Issue) bool {
		return i.IsGroup() || slices.ContainsFunc(wanted, func(w issues.Issue) bool { return w.ID == i.ID })
	})
	if len(fresh) != 2 || fresh[0].Group != "" || fresh[1].Group != "" || !strings.Contains(fresh[0].Body, "An earlier issue about the same") {
		t.Errorf("new are %+v", fresh)
	}
}

func TestIssuesAreForWhomTheTeamNames(t *testing.T) {
	t.Parallel()
	h := build(t)
	h.attach(policy.Warn)
	person := storetest.Person(t, h.store, "ada")
	team, err := h.store.Registry().Team(t.Context(), h.team.ID)
	h.must(err)
	team.IssueAssignee = person.ID
	h.must(h.store.Registry().UpdateTeam(t.Context(), team))
	_, wanted := h.overspend()
	group, _ := h.gather("", wanted...)
	for _, i := range append(wanted, group) {
		if !slices.Equal(i.Assignees, []id.ID{person.ID}) {
			t.Errorf("%s is for %v", i.Title, i.Assignees)
		}
	}
}
