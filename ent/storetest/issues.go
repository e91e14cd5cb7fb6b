package storetest

import (
	"context"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/issues"
	"github.com/evenkeel/evenkeel/services/policy"
	"github.com/evenkeel/evenkeel/services/slo"
)

func testIssues(t *testing.T, open opener) {
	anIssue := func(service id.ID, fingerprint string, at time.Time) issues.Issue {
		return issues.Issue{
			ID: newID(), Kind: issues.KindBudgetViolation, Fingerprint: fingerprint, Service: service, Subject: newID(), Episode: newID(),
			Repository: "https://example.org/r", Title: "Budget spent 😀", Body: "# line\n\"quoted\" \\ &#64;", Labels: []string{"slo", "ü,;"}, Assignees: []id.ID{},
			Comments: []issues.Comment{{At: at, Body: "first"}}, Open: true, CreatedAt: at, UpdatedAt: at, Version: 1,
		}
	}

	each(t, open, "an issue is one for its fingerprint and is changed conditionally", func(t *testing.T, s *store.Store) {
		i, service := s.Issues(), Service(t, s, Team(t, s, "payments").ID, "checkout")
		v := anIssue(service.ID, "f1", Start)
		if !must(i.CreateIssue(t.Context(), v))(t) {
			t.Fatal("a fresh issue was not written")
		}
		again := anIssue(service.ID, "f1", Start)
		if must(i.CreateIssue(t.Context(), again))(t) {
			t.Fatal("a second issue with the fingerprint was written")
		}
		same(t, must(i.Issue(t.Context(), v.ID))(t), v)
		ok(t, s.InTx(t.Context(), func(ctx context.Context) error {
			same(t, must(i.HoldIssue(ctx, v.ID))(t), v)
			return nil
		}))
		_, err := i.Issue(t.Context(), again.ID)
		refused(t, err, fault.NotFound, "issue_not_found")
		_, err = i.HoldIssue(t.Context(), again.ID)
		refused(t, err, fault.NotFound, "issue_not_found")

		change := v
		change.Title, change.Open, change.Labels, change.Episode, change.Ending = "Recovered", false, []string{}, newID(), policy.Recovered
		change.Assignees = []id.ID{newID(), newID()}
		change.Comments = append(change.Comments, issues.Comment{At: Start.Add(time.Hour), Body: "second"})
		change.UpdatedAt = Start.Add(time.Hour)
		ok(t, i.UpdateIssue(t.Context(), change))
		refused(t, i.UpdateIssue(t.Context(), change), fault.Precondition, "version_mismatch")
		change.Version = 2
		same(t, must(i.Issue(t.Context(), v.ID))(t), change)
		change.ID = newID()
		refused(t, i.UpdateIssue(t.Context(), change), fault.NotFound, "issue_not_found")
		_, err = i.CreateIssue(t.Context(), anIssue(newID(), "f2", Start))
		refused(t, err, fault.Conflict, "reference_missing")
	})

	each(t, open, "an issue tells of its members, and has its parts", func(t *testing.T, s *store.Store) {
		i, service := s.Issues(), Service(t, s, Team(t, s, "payments").ID, "checkout")
		group := anIssue("", "group", Start)
		must(i.CreateIssue(t.Context(), group))(t)
		same(t, must(i.Issue(t.Context(), group.ID))(t), group)
		same(t, must(i.Members(t.Context(), group.ID))(t), []issues.Issue{})
		var members []issues.Issue
		for _, fingerprint := range []string{"one", "two"} {
			v := anIssue(service.ID, fingerprint, Start)
			v.Parent = group.ID
			must(i.CreateIssue(t.Context(), v))(t)
			v.Group, v.UpdatedAt = group.ID, Start.Add(time.Second)
			ok(t, i.UpdateIssue(t.Context(), v))
			v.Version = 2
			members = append(members, v)
		}
		must(i.CreateIssue(t.Context(), anIssue(service.ID, "three", Start)))(t)
		same(t, must(i.Members(t.Context(), group.ID))(t), members)
		same(t, must(i.Issues(t.Context(), issues.Filter{Group: group.ID}, page.Request{}))(t).Items, []issues.Issue{members[1], members[0]})
		stranger := members[0]
		stranger.Group = newID()
		refused(t, i.UpdateIssue(t.Context(), stranger), fault.Conflict, "reference_missing")
	})

	each(t, open, "the issue before is that of the last violation that ended and was one", func(t *testing.T, s *store.Store) {
		i, p := s.Issues(), Policy(t, s, "workbook")
		service := Service(t, s, Team(t, s, "payments").ID, "checkout")
		about, other := SLO(t, s, service.ID, "latency"), SLO(t, s, service.ID, "other")
		episode := func(of slo.View, hour int, ending policy.Ending, issued bool) issues.Issue {
			v := aViolation(p, of, Start.Add(time.Duration(hour)*time.Hour))
			if !must(s.Policy().OpenViolation(t.Context(), v))(t) {
				t.Fatal("another is open")
			}
			ended := v.OpenedAt.Add(time.Minute)
			if v.EndedAt, v.Ending = &ended, ending; ending != "" {
				ok(t, s.Policy().UpdateViolation(t.Context(), v))
			}
			found := anIssue(service.ID, string(v.ID), Start)
			if found.Episode = v.ID; issued {
				must(i.CreateIssue(t.Context(), found))(t)
			}
			return found
		}
		asked := aViolation(p, about, Start.Add(9*time.Hour))
		before := func() *issues.Issue { return must(i.IssueBefore(t.Context(), asked))(t) }
		same(t, before(), nil)
		first := episode(about, 0, policy.Recovered, true)
		same(t, *before(), first)
		second := episode(about, 1, policy.Detached, true)
		same(t, *before(), second)
		episode(about, 2, policy.Void, true)
		episode(about, 3, policy.Recovered, false)
		episode(about, 4, "", true)
		episode(other, 5, policy.Recovered, true)
		same(t, *before(), second)
		asked.Clause = "another"
		same(t, before(), nil)
	})

	each(t, open, "issues are listed newest first and filtered", func(t *testing.T, s *store.Store) {
		i, team := s.Issues(), Team(t, s, "payments")
		service, other := Service(t, s, team.ID, "checkout"), Service(t, s, Team(t, s, "other").ID, "search")
		one, two, three := anIssue(service.ID, "1", Start), anIssue(other.ID, "2", Start), anIssue(service.ID, "3", Start.Add(time.Second))
		two.Open = false
		for _, v := range []issues.Issue{one, two, three} {
			must(i.CreateIssue(t.Context(), v))(t)
		}
		yes, no := true, false
		for name, c := range map[string]struct {
			f    issues.Filter
			want []issues.Issue
		}{
			"nothing":  {issues.Filter{}, []issues.Issue{three, two, one}},
			"service":  {issues.Filter{Service: service.ID}, []issues.Issue{three, one}},
			"team":     {issues.Filter{Team: team.ID}, []issues.Issue{three, one}},
			"subject":  {issues.Filter{Subject: one.Subject}, []issues.Issue{one}},
			"kind":     {issues.Filter{Kind: "none"}, nil},
			"episode":  {issues.Filter{Episodes: []id.ID{one.Episode}}, []issues.Issue{one}},
			"episodes": {issues.Filter{Episodes: []id.ID{one.Episode, newID(), two.Episode}}, []issues.Issue{two, one}},
			"open":     {issues.Filter{Open: &yes}, []issues.Issue{three, one}},
			"closed":   {issues.Filter{Open: &no}, []issues.Issue{two}},
		} {
			var got []issues.Issue
			r := page.Request{Limit: 1}
			for {
				p := must(i.Issues(t.Context(), c.f, r))(t)
				got = append(got, p.Items...)
				if r.After = p.Next; r.After == "" {
					break
				}
			}
			t.Log(name)
			same(t, got, c.want)
		}
	})
}
