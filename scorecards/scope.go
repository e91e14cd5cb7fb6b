package scorecards

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/scorecards/rules"
	"github.com/evenkeel/evenkeel/services/registry"
)

// filter turns a query into what the store narrows by.
func (s *Service) filter(ctx context.Context, v View, q Query) (PositionFilter, error) {
	f := PositionFilter{Scorecard: v.Scorecard.ID}
	var check fault.Check
	if q.Team != "" {
		team, err := s.Services.TeamFor(ctx, q.Team)
		if err != nil {
			return f, err
		}
		if f.Teams, err = s.below(ctx, team.ID); err != nil {
			return f, err
		}
	}
	if q.System != "" {
		system, err := s.Services.SystemFor(ctx, q.System)
		if err != nil {
			return f, err
		}
		f.System = system.ID
	}
	if q.Level != "" {
		level := rules.NoLevel
		if q.Level != NoLevelName {
			level = v.Revision.level(q.Level)
			check.Require(level >= 0, "query.level", q.Level, "must be one of the levels: %s, or %q", v.Revision.levels(), NoLevelName)
		}
		f.Level = &level
	}
	if q.Check != "" || q.Outcome != 0 {
		check.Require(q.Check != "" && q.Outcome != 0, "query.check", q.Check, "is given with an outcome")
		if f.Check = v.Revision.check(q.Check); q.Check != "" && f.Check < 0 {
			check.Fail("query.check", q.Check, "must be the ID of a check of the scorecard")
		}
		f.Outcome, f.Revision = q.Outcome, v.Revision.ID
	}
	return f, check.Err()
}

// below are the team and all below it.
func (s *Service) below(ctx context.Context, team id.ID) ([]id.ID, error) {
	teams, err := s.Fleet.AllTeams(ctx)
	if err != nil {
		return nil, fmt.Errorf("read teams: %w", err)
	}
	var out []id.ID
	for _, t := range teams {
		if slices.Contains(ancestors(teams)[t.ID], team) {
			out = append(out, t.ID)
		}
	}
	return out, nil
}

// Report is what a scorecard comes to in a scope.
type Report struct {
	View   View
	Scope  Scope
	Now    Sums
	Checks []CheckSums // the worst first
	// Parts are the teams right below a team, or the uppermost of the organisation, that have
	// services that are judged, by slug; of a system there are none.
	Parts []Part
	// Trend is the sums of each day that is kept, the oldest first.
	Trend []Tally
}

// CheckSums is what a check comes to in a scope.
type CheckSums struct {
	Check    Check
	Outcomes map[string]int // services, by the outcome's name
}

// NotPassing are the services that it is to do of.
func (c CheckSums) NotPassing() int {
	return c.Outcomes[rules.Fail.String()] + c.Outcomes[rules.Unknown.String()] + c.Outcomes[rules.Error.String()]
}

// Counting are the services in its denominator.
func (c CheckSums) Counting() int { return c.NotPassing() + c.Outcomes[rules.Pass.String()] }

// Part is a team within a scope.
type Part struct {
	Team registry.Team
	Now  Sums
	// Change is how the mean score changed over the last 28 days, in points; nil where it was not
	// known then or is not now.
	Change *float64
}

// compared is how far back a score is compared with, in days.
const compared = 28

// Report sums up the scorecard for a scope: of a team or system, name is its slug or identifier.
// The trend goes so many days back. Faults: NotFound, Moved.
func (s *Service) Report(ctx context.Context, scorecard string, kind ScopeKind, name string, days int) (Report, error) {
	if err := s.read(ctx); err != nil {
		return Report{}, err
	}
	v, err := s.find(ctx, scorecard)
	if err != nil {
		return Report{}, err
	}
	q := Query{}
	switch kind {
	case OfTeam:
		q.Team = name
	case OfSystem:
		q.System = name
	}
	f, err := s.filter(ctx, v, q)
	if err != nil {
		return Report{}, err
	}
	r := Report{View: v, Scope: Scope{Kind: kind, ID: f.System}}
	if kind == OfTeam {
		team, err := s.Services.TeamFor(ctx, name)
		if err != nil {
			return Report{}, err
		}
		r.Scope.ID = team.ID
	}
	positions, err := s.Store.Positions(ctx, f)
	if err != nil {
		return Report{}, fmt.Errorf("read where services stand: %w", err)
	}
	terms, err := s.termsOf(ctx, v, positions)
	if err != nil {
		return Report{}, err
	}
	r.Now = sum(positions, terms)
	r.Checks = worst(v.Revision.Terms, r.Now)
	if r.Trend, err = s.Store.Tallies(ctx, v.Scorecard.ID, r.Scope, s.daysAgo(min(max(days, 1), longestPast))); err != nil {
		return Report{}, fmt.Errorf("read the past of %s: %w", v.Scorecard.Slug, err)
	}
	if kind != OfSystem {
		if r.Parts, err = s.parts(ctx, v, r.Scope.ID, positions, terms); err != nil {
			return Report{}, err
		}
	}
	return r, nil
}

func (s *Service) daysAgo(days int) clock.Date { return clock.DateOf(s.Clock().AddDate(0, 0, -days)) }

// worst are the checks of the terms by the share of services that do not pass.
func worst(t Terms, sums Sums) []CheckSums {
	out := make([]CheckSums, 0, len(t.Checks))
	for _, c := range t.Checks {
		outcomes := sums.Checks[c.ID]
		if outcomes == nil {
			outcomes = map[string]int{}
		}
		out = append(out, CheckSums{c, outcomes})
	}
	share := func(c CheckSums) float64 {
		if c.Counting() == 0 {
			return -1
		}
		return float64(c.NotPassing()) / float64(c.Counting())
	}
	slices.SortStableFunc(out, func(a, b CheckSums) int {
		return cmp.Or(cmp.Compare(share(b), share(a)), cmp.Compare(b.NotPassing(), a.NotPassing()))
	})
	return out
}

// parts are the teams right below the given one, or those without one above.
func (s *Service) parts(ctx context.Context, v View, above id.ID, positions []Position, terms map[id.ID]Terms) ([]Part, error) {
	teams, err := s.Fleet.AllTeams(ctx)
	if err != nil {
		return nil, fmt.Errorf("read teams: %w", err)
	}
	past, err := s.Store.TalliesOn(ctx, v.Scorecard.ID, OfTeam, s.daysAgo(compared))
	if err != nil {
		return nil, fmt.Errorf("read the past of teams: %w", err)
	}
	before := map[id.ID]Sums{}
	for _, t := range past {
		before[t.Scope.ID] = t.Sums
	}
	line := ancestors(teams)
	within := map[id.ID][]Position{}
	for _, p := range positions {
		for _, team := range line[p.Service.Team] {
			within[team] = append(within[team], p)
		}
	}
	parts := []Part{}
	for _, t := range teams {
		if t.Parent != above || len(within[t.ID]) == 0 {
			continue
		}
		part := Part{Team: t, Now: sum(within[t.ID], terms)}
		if now, then := part.Now.Mean(), before[t.ID].Mean(); now != nil && then != nil {
			change := *now - *then
			part.Change = &change
		}
		parts = append(parts, part)
	}
	slices.SortFunc(parts, func(a, b Part) int { return cmp.Compare(a.Team.Slug, b.Team.Slug) })
	return parts, nil
}
