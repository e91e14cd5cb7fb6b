package storetest

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/scorecards"
	"github.com/evenkeel/evenkeel/scorecards/rules"
	"github.com/evenkeel/evenkeel/services/expr"
)

// AScorecard is one of that slug with two levels and two checks, that was not written.
func AScorecard(slug string) scorecards.View {
	card := scorecards.Scorecard{ID: newID(), Slug: slug, Name: "Scorecard " + slug, Description: "ü\n", Revision: 1, CreatedAt: Start, UpdatedAt: Start, Version: 1}
	return scorecards.View{Scorecard: card, Revision: scorecards.Revision{
		ID: newID(), Scorecard: card.ID, Number: 1, RevisedBy: "ada", CreatedAt: Start,
		Terms: scorecards.Terms{
			AppliesTo: "kind != 'llm'", Levels: []scorecards.Level{{Name: "Bronze"}, {Name: "Silver", Description: "more"}},
			Issues: scorecards.IssueTerms{Mode: scorecards.Grouped, GraceDays: 14, UpTo: "Bronze"},
			Checks: []scorecards.Check{
				{ID: "one", Title: "One", Category: "A", Level: "Bronze", Weight: 3, Passes: "slos >= 1", Parameters: map[string]float64{"n": 1.5}, Links: []scorecards.Link{{Title: "t", URL: "https://example.org"}}},
				{ID: "two", Title: "Two", Category: "B", Level: "Silver", Weight: 1, Tier: 2, AppliesTo: "tier <= 1", Passes: "docs", EffectiveFrom: "2027-01-01"},
			},
		}.Complete(),
	}}
}

// AStanding is what the scorecard came to for the service.
func AStanding(v scorecards.View, service id.ID, outcomes string, level int, at time.Time) scorecards.Standing {
	number, seen := 2.5, Start
	return scorecards.Standing{
		Scorecard: v.Scorecard.ID, Service: service, Revision: v.Revision.ID, Applies: expr.Holds, Level: level, Passed: 1, Counted: 2, PassedWeight: 3, CountedWeight: 4, Missing: 1,
		Outcomes: outcomes, EvaluatedAt: at,
		Details: scorecards.Details{
			Whys: map[string]string{"two": "not known: docs"}, Since: map[string]time.Time{"one": Start, "two": at},
			Evidence: []scorecards.Evidence{{Known: fact.Known{Name: "slos", Number: &number}, Origin: scorecards.Origin{By: "pushed", Source: "ci", Link: "https://example.org", At: &seen}}},
		},
	}
}

func testScorecards(t *testing.T, open opener) {
	each(t, open, "a scorecard comes back as written, is listed, and changed conditionally", func(t *testing.T, s *store.Store) {
		c, team := s.Scorecards(), Team(t, s, "platform")
		v, other := AScorecard("readiness"), AScorecard("a-team-s")
		other.Scorecard.Owner, other.Scorecard.OwnerSlug = team.ID, team.Slug
		ok(t, c.CreateScorecard(t.Context(), v))
		ok(t, c.CreateScorecard(t.Context(), other))
		same(t, must(c.Scorecard(t.Context(), v.Scorecard.ID))(t), v)
		same(t, must(c.ScorecardBySlug(t.Context(), "a-team-s"))(t), other)
		refused(t, c.CreateScorecard(t.Context(), AScorecard("readiness")), fault.Conflict, "slug_taken")
		_, err := c.Scorecard(t.Context(), newID())
		refused(t, err, fault.NotFound, "scorecard_not_found")

		first := must(c.Scorecards(t.Context(), scorecards.Filter{}, page.Request{Limit: 1}))(t)
		same(t, first.Items, []scorecards.View{other})
		same(t, must(c.Scorecards(t.Context(), scorecards.Filter{}, page.Request{Limit: 1, After: first.Next}))(t).Items, []scorecards.View{v})
		same(t, must(c.Scorecards(t.Context(), scorecards.Filter{Owner: team.ID}, page.Request{Limit: 9}))(t).Items, []scorecards.View{other})

		at := Start.Add(time.Hour)
		v.Scorecard.RetiredAt, v.Scorecard.UpdatedAt, v.Scorecard.Owner, v.Scorecard.OwnerSlug = &at, at, team.ID, team.Slug
		ok(t, c.UpdateScorecard(t.Context(), v.Scorecard))
		refused(t, c.UpdateScorecard(t.Context(), v.Scorecard), fault.Precondition, "version_mismatch")
		v.Scorecard.Version++
		same(t, must(c.Scorecard(t.Context(), v.Scorecard.ID))(t), v)
		same(t, must(c.LiveScorecards(t.Context()))(t), []scorecards.View{other})
		yes, no := true, false
		same(t, must(c.Scorecards(t.Context(), scorecards.Filter{Retired: &yes}, page.Request{Limit: 9}))(t).Items, []scorecards.View{v})
		same(t, must(c.Scorecards(t.Context(), scorecards.Filter{Retired: &no}, page.Request{Limit: 9}))(t).Items, []scorecards.View{other})

		v.Scorecard.RetiredAt, v.Scorecard.Owner, v.Scorecard.OwnerSlug, v.Scorecard.Revision = nil, "", "", 2
		second := v.Revision
		second.ID, second.Number, second.AppliesTo = newID(), 2, ""
		ok(t, c.UpdateScorecard(t.Context(), v.Scorecard))
		v.Scorecard.Version++
		ok(t, c.AddScorecardRevision(t.Context(), second))
		again := second
		again.ID = newID()
		refused(t, c.AddScorecardRevision(t.Context(), again), fault.Precondition, "version_mismatch")
		same(t, must(c.Scorecard(t.Context(), v.Scorecard.ID))(t), scorecards.View{Scorecard: v.Scorecard, Revision: second})
		same(t, must(c.ScorecardRevision(t.Context(), v.Revision.ID))(t), v.Revision)
		newest := must(c.ScorecardRevisions(t.Context(), v.Scorecard.ID, page.Request{Limit: 1}))(t)
		same(t, newest.Items, []scorecards.Revision{second})
		same(t, must(c.ScorecardRevisions(t.Context(), v.Scorecard.ID, page.Request{Limit: 1, After: newest.Next}))(t).Items, []scorecards.Revision{v.Revision})
	})

	each(t, open, "standings are replaced, tell when they were evaluated last, and are read by service and by scorecard", func(t *testing.T, s *store.Store) {
		c, team := s.Scorecards(), Team(t, s, "payments")
		v := AScorecard("readiness")
		ok(t, c.CreateScorecard(t.Context(), v))
		a, b := Service(t, s, team.ID, "a"), Service(t, s, team.ID, "b")
		first, late := AStanding(v, a.ID, "PU", 0, Start), AStanding(v, b.ID, "FU", rules.NoLevel, Start.Add(2*time.Hour))
		ok(t, c.WriteStandings(t.Context(), []scorecards.Standing{first, late}))
		other := late
		other.Outcomes = "PP"
		ok(t, c.WriteStandings(t.Context(), []scorecards.Standing{other}))
		ok(t, c.WriteStandings(t.Context(), []scorecards.Standing{late}))
		ok(t, c.EvaluatedStandings(t.Context(), []id.ID{newID(), v.Scorecard.ID}, []id.ID{newID(), a.ID}, Start.Add(time.Hour)))
		ok(t, c.EvaluatedStandings(t.Context(), []id.ID{newID()}, []id.ID{a.ID, b.ID}, Start.Add(9*time.Hour)))
		ok(t, c.EvaluatedStandings(t.Context(), nil, []id.ID{a.ID}, Start.Add(9*time.Hour)))
		first.EvaluatedAt = Start.Add(time.Hour)
		ok(t, s.InTx(t.Context(), func(ctx context.Context) error {
			same(t, must(c.HoldStandings(ctx, []id.ID{a.ID, b.ID, newID()}))(t), map[id.ID]map[id.ID]time.Time{a.ID: {v.Scorecard.ID: first.EvaluatedAt}, b.ID: {v.Scorecard.ID: late.EvaluatedAt}})
			return nil
		}))
		same(t, must(c.Standings(t.Context(), []id.ID{a.ID, b.ID, newID()}))(t), map[id.ID][]scorecards.Standing{a.ID: {first}, b.ID: {late}})
		refused(t, c.WriteStandings(t.Context(), []scorecards.Standing{AStanding(v, newID(), "PP", 1, Start)}), fault.Conflict, "reference_missing")

		slugs := func(f scorecards.PositionFilter) []string {
			t.Helper()
			f.Scorecard = v.Scorecard.ID
			var out []string
			for _, p := range must(c.Positions(t.Context(), f))(t) {
				out = append(out, p.Service.Slug+" "+p.Outcomes)
			}
			return out
		}
		same(t, slugs(scorecards.PositionFilter{}), []string{"a PU", "b FU"})
		same(t, slugs(scorecards.PositionFilter{Level: "none", Levels: []scorecards.RevisionLevel{{Level: rules.NoLevel}}}), []string{"b FU"})
		same(t, slugs(scorecards.PositionFilter{Level: "Bronze", Levels: []scorecards.RevisionLevel{{Revision: newID(), Level: rules.NoLevel}, {Revision: v.Revision.ID, Level: 0}, {Revision: v.Revision.ID, Level: 7}}}), []string{"a PU"})
		same(t, slugs(scorecards.PositionFilter{Level: "Bronze"}), nil)
		same(t, slugs(scorecards.PositionFilter{Teams: []id.ID{newID(), team.ID}}), []string{"a PU", "b FU"})
		same(t, slugs(scorecards.PositionFilter{Teams: []id.ID{newID()}}), nil)
		same(t, slugs(scorecards.PositionFilter{System: newID()}), nil)
		same(t, slugs(scorecards.PositionFilter{Service: a.ID}), []string{"a PU"})
		same(t, slugs(scorecards.PositionFilter{Revision: v.Revision.ID, Check: 1, Outcomes: []rules.Outcome{rules.Unknown}}), []string{"a PU", "b FU"})
		same(t, slugs(scorecards.PositionFilter{Revision: v.Revision.ID, Check: 0, Outcomes: []rules.Outcome{rules.Fail}}), []string{"b FU"})
		same(t, slugs(scorecards.PositionFilter{Revision: newID(), Check: 0, Outcomes: []rules.Outcome{rules.Fail}}), nil)
		f := scorecards.PositionFilter{Scorecard: v.Scorecard.ID}
		paged := must(c.PositionPage(t.Context(), f, page.Request{Limit: 1}))(t)
		same(t, paged.Items[0].Service.TeamSlug, "payments")
		same(t, must(c.PositionPage(t.Context(), f, page.Request{Limit: 1, After: paged.Next}))(t).Items[0].Service.Slug, "b")

		same(t, slugs(scorecards.PositionFilter{Revision: v.Revision.ID, Check: 0, Outcomes: []rules.Outcome{rules.Fail, rules.Pass}}), []string{"a PU", "b FU"})

		at := Start
		a.RetiredAt = &at
		ok(t, s.Registry().UpdateService(t.Context(), a))
		same(t, slugs(scorecards.PositionFilter{}), []string{"b FU"})
		gone := scorecards.Day{Scorecard: v.Scorecard.ID, Service: a.ID, Day: clock.DateOf(Start), Revision: v.Revision.ID, Level: rules.NoLevel}
		same(t, must(c.RetiredStandings(t.Context(), 9))(t), []scorecards.Day{gone})
		same(t, must(c.RetiredStandings(t.Context(), 0))(t), nil)
		ok(t, c.RemoveStandings(t.Context(), v.Scorecard.ID, []id.ID{b.ID}))
		same(t, must(c.Standings(t.Context(), []id.ID{a.ID, b.ID}))(t), map[id.ID][]scorecards.Standing{a.ID: {first}})
		v.Scorecard.RetiredAt = &at
		ok(t, c.UpdateScorecard(t.Context(), v.Scorecard))
		same(t, must(c.Standings(t.Context(), []id.ID{a.ID}))(t), map[id.ID][]scorecards.Standing{})
	})

	each(t, open, "positions are counted by level, and paged with the lowest score first and what is not scored last", func(t *testing.T, s *store.Store) {
		c, team := s.Scorecards(), Team(t, s, "payments")
		v := AScorecard("readiness")
		ok(t, c.CreateScorecard(t.Context(), v))
		// By hand: 3 of 4 are 75 %, 299 of 400 rounded down 74 %, and of nothing there is no score.
		for _, one := range []struct {
			slug            string
			level           int
			passed, counted int
		}{{"a", 0, 3, 4}, {"b", 1, 4, 4}, {"c", rules.NoLevel, 0, 0}, {"d", rules.NoLevel, 299, 400}, {"e", 0, 75, 100}, {"f", rules.NoLevel, 0, 3}} {
			standing := AStanding(v, Service(t, s, team.ID, one.slug).ID, "PU", one.level, Start)
			standing.PassedWeight, standing.CountedWeight = one.passed, one.counted
			ok(t, c.WriteStandings(t.Context(), []scorecards.Standing{standing}))
		}
		f := scorecards.PositionFilter{Scorecard: v.Scorecard.ID, WorstFirst: true}
		var order []string
		for r := (page.Request{Limit: 2}); ; {
			found := must(c.PositionPage(t.Context(), f, r))(t)
			for _, p := range found.Items {
				order = append(order, p.Service.Slug)
			}
			if r.After = found.Next; r.After == "" {
				break
			}
		}
		same(t, order, []string{"f", "d", "a", "e", "b", "c"})
		same(t, must(c.CountPositions(t.Context(), f))(t), scorecards.PositionCounts{Levels: map[scorecards.RevisionLevel]int{{Revision: v.Revision.ID, Level: rules.NoLevel}: 2, {Revision: v.Revision.ID, Level: 0}: 2, {Revision: v.Revision.ID, Level: 1}: 1}, Unscored: 1})
		no, yes := false, true
		f.Scored = &no
		same(t, len(must(c.PositionPage(t.Context(), f, page.Request{Limit: 9}))(t).Items), 1)
		f.Scored, f.Level, f.Levels = &yes, "none", []scorecards.RevisionLevel{{Level: rules.NoLevel}}
		same(t, len(must(c.PositionPage(t.Context(), f, page.Request{Limit: 9}))(t).Items), 2)
		same(t, must(c.CountPositions(t.Context(), scorecards.PositionFilter{Scorecard: newID()}))(t), scorecards.PositionCounts{Levels: map[scorecards.RevisionLevel]int{}})
	})

	each(t, open, "days and sums are kept, read from a day on, and thinned", func(t *testing.T, s *store.Store) {
		c, team := s.Scorecards(), Team(t, s, "payments")
		v := AScorecard("readiness")
		ok(t, c.CreateScorecard(t.Context(), v))
		service := Service(t, s, team.ID, "a")
		day := func(d clock.Date, outcomes string) scorecards.Day {
			return scorecards.Day{Scorecard: v.Scorecard.ID, Service: service.ID, Day: d, Revision: v.Revision.ID, Level: 1, Passed: 1, Counted: 2, PassedWeight: 3, CountedWeight: 4, Outcomes: outcomes}
		}
		tally := func(d clock.Date, services int) scorecards.Tally {
			return scorecards.Tally{Scorecard: v.Scorecard.ID, Scope: scorecards.Scope{Kind: scorecards.OfTeam, ID: team.ID}, Day: d, Sums: scorecards.Sums{
				Services: services, Levels: map[string]int{"": 1, "Bronze": 2}, Score: 250, Unscored: 1, Checks: map[string]map[string]int{"one": {"pass": 3}},
			}}
		}
		// 2026-11-23 is a Monday: 22 is of the week before (a calendar of 2026).
		days := []clock.Date{"2026-10-31", "2026-11-01", "2026-11-22", "2026-11-23", "2026-11-24", "2026-11-25"}
		var written []scorecards.Day
		var sums []scorecards.Tally
		for i, d := range days {
			written, sums = append(written, day(d, "PF")), append(sums, tally(d, i))
		}
		ok(t, c.WriteDays(t.Context(), written))
		ok(t, c.WriteTallies(t.Context(), sums))
		written[5].Outcomes, sums[5].Services = "PP", 9
		ok(t, c.WriteDays(t.Context(), written[5:]))
		ok(t, c.WriteTallies(t.Context(), sums[5:]))
		same(t, must(c.Days(t.Context(), v.Scorecard.ID, service.ID, "2026-11-10"))(t), written[1:])
		same(t, must(c.Days(t.Context(), v.Scorecard.ID, service.ID, "2026-01-01"))(t), written)
		scope := sums[0].Scope
		same(t, must(c.Tallies(t.Context(), v.Scorecard.ID, scope, "2026-11-22"))(t), sums[2:])
		same(t, must(c.TalliesBy(t.Context(), v.Scorecard.ID, scorecards.OfTeam, "2026-01-01", "2026-11-23"))(t), sums[3:4])
		same(t, must(c.TalliesBy(t.Context(), v.Scorecard.ID, scorecards.OfTeam, "2026-11-02", "2026-11-21"))(t), nil)
		same(t, must(c.TalliesBy(t.Context(), v.Scorecard.ID, scorecards.OfTeam, "2026-11-01", "2026-11-21"))(t), sums[1:2])
		same(t, must(c.TalliesBy(t.Context(), v.Scorecard.ID, scorecards.OfSystem, "2026-01-01", "2026-11-23"))(t), nil)

		kept := func() []clock.Date {
			var out []clock.Date
			for _, d := range must(c.Days(t.Context(), v.Scorecard.ID, service.ID, "2026-01-01"))(t) {
				out = append(out, d.Day)
			}
			var same []clock.Date
			for _, d := range must(c.Tallies(t.Context(), v.Scorecard.ID, scope, "2026-01-01"))(t) {
				same = append(same, d.Day)
			}
			if !slices.Equal(out, same) {
				t.Errorf("days are %v, sums %v", out, same)
			}
			return out
		}
		for _, step := range []struct {
			before clock.Date
			grain  scorecards.Grain
			gone   int
			want   []clock.Date
		}{
			{"2026-11-25", scorecards.Weekly, 2, []clock.Date{"2026-11-01", "2026-11-22", "2026-11-24", "2026-11-25"}}, // of the week of 26 October, and of that of the 23rd
			{"2026-11-25", scorecards.Monthly, 2, []clock.Date{"2026-11-24", "2026-11-25"}},
			{"2026-11-25", scorecards.Monthly, 0, []clock.Date{"2026-11-24", "2026-11-25"}},
		} {
			n := must(c.ThinDays(t.Context(), step.before, step.grain, 100))(t)
			same(t, must(c.ThinTallies(t.Context(), step.before, step.grain, 100))(t), n)
			if got := kept(); n != step.gone || !slices.Equal(got, step.want) {
				t.Errorf("thinned to each %s: %d gone, left %v; want %d, %v", step.grain, n, got, step.gone, step.want)
			}
		}
	})

	each(t, open, "what is noted as due is forgotten by note, and services and teams are read in bulk", func(t *testing.T, s *store.Store) {
		c, team := s.Scorecards(), Team(t, s, "payments")
		one, two := Service(t, s, team.ID, "one"), Service(t, s, team.ID, "two")
		var notes []scorecards.Due
		for i := range 5 {
			notes = append(notes, scorecards.Due{ID: id.ID(fmt.Sprintf("01J0000000000000000000000%d", i)), Service: one.ID})
		}
		notes[4].Service, notes[4].Team = "", team.ID
		ok(t, c.NoteDue(t.Context(), notes...))
		same(t, must(c.Dues(t.Context(), 3))(t), notes[:3])
		ok(t, c.ForgetDues(t.Context(), []id.ID{notes[0].ID, notes[2].ID}))
		same(t, must(c.Dues(t.Context(), 9))(t), []scorecards.Due{notes[1], notes[3], notes[4]})

		f := s.Fleet()
		found := must(f.LiveServicesAfter(t.Context(), "", 1))(t)
		same(t, len(found), 1)
		same(t, len(must(f.LiveServicesAfter(t.Context(), found[0].ID, 9))(t)), 1)
		same(t, len(must(f.LiveServicesOf(t.Context(), []id.ID{one.ID}, []id.ID{team.ID}))(t)), 2)
		at := Start
		two.RetiredAt = &at
		ok(t, s.Registry().UpdateService(t.Context(), two))
		same(t, len(must(f.LiveServicesAfter(t.Context(), "", 9))(t)), 1)
		same(t, len(must(f.LiveServicesOf(t.Context(), []id.ID{two.ID}, []id.ID{team.ID}))(t)), 1)
		same(t, len(must(f.AllTeams(t.Context()))(t)), 1)
	})
}
