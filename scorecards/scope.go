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
		scored := q.Level != UnscoredName
		f.Scored = &scored
		if scored && q.Level != NoLevelName {
			check.Require(v.Revision.level(q.Level) >= 0, "query.level", q.Level, "must be one of the levels: %s, or %q, or %q", v.Revision.levels(), NoLevelName, UnscoredName)
		}
	}
	if q.Check != "" || len(q.Outcomes) > 0 {
		check.Require(q.Check != "" && len(q.Outcomes) > 0, "query.check", q.Check, "is given with an outcome")
		if f.Check = v.Revision.check(q.Check); q.Check != "" && f.Check < 0 {
			check.Fail("query.check", q.Check, "must be the ID of a check of the scorecard")
		}
		f.Outcomes, f.Revision = q.Outcomes, v.Revision.ID
	}
	if err := check.Err(); err != nil || q.Level == "" || q.Level == UnscoredName {
		return f, err
	}
	levels, err := s.levels(ctx, v, f, q.Level)
	f.Level, f.Levels = q.Level, levels
	return f, err
}

// levels are the levels of that name of the revisions by which the filter's positions are; by most
// the level has the same number, by some there is none.
func (s *Service) levels(ctx context.Context, v View, f PositionFilter, name string) ([]RevisionLevel, error) {
	if name == NoLevelName {
		return []RevisionLevel{{Level: rules.NoLevel}}, nil
	}
	counted, terms, err := s.counted(ctx, v, f)
	if err != nil {
		return nil, err
	}
	var out []RevisionLevel
	for at := range counted.Levels {
		if terms[at.Revision].levelName(at.Level) == name {
			out = append(out, at)
		}
	}
	slices.SortFunc(out, func(a, b RevisionLevel) int {
		return cmp.Or(cmp.Compare(a.Revision, b.Revision), cmp.Compare(a.Level, b.Level))
	})
	return out, nil
}

// counted counts the filter's positions, with the terms by which they are.
func (s *Service) counted(ctx context.Context, v View, f PositionFilter) (PositionCounts, map[id.ID]Terms, error) {
	counted, err := s.Store.CountPositions(ctx, f)
	if err != nil {
		return PositionCounts{}, nil, fmt.Errorf("count where services stand by %s: %w", v.Scorecard.Slug, err)
	}
	var revisions []id.ID
	for at := range counted.Levels {
		revisions = append(revisions, at.Revision)
	}
	terms, err := s.termsBy(ctx, v, revisions)
	return counted, terms, err
}

// below are the team and all below it.
func (s *Service) below(ctx context.Context, team id.ID) ([]id.ID, error) {
	teams, err := s.Fleet.AllTeams(ctx)
	if err != nil {
		return nil, fmt.Errorf("read teams: %w", err)
	}
	line := ancestors(teams)
	var out []id.ID
	for _, t := range teams {
		if slices.Contains(line[t.ID], team) {
			out = append(out, t.ID)
		}
	}
	return out, nil
}

// Report is what a scorecard comes to in a scope.
type Report struct {
	View  View
	Scope Scope
	Now   Sums
	// Change is how the mean score changed over the last 28 days, in points; nil where it was not
	// known then or is not now.
	Change     *float64
	Categories []CategorySums // in the scorecard's order
	Checks     []CheckSums    // the worst first
	// Parts are the teams right below a team, or the uppermost of the organisation, that have
	// services that are judged, by slug; of a system there are none.
	Parts []Part
	// MostImproved is the team among these, or below them, whose mean score rose most; nil where
	// none rose.
	MostImproved *Part
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
	// Change is as of the report.
	Change *float64
	Parts  []Part // the teams right below it, by slug
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
	r.Checks, r.Categories = worst(v.Revision.Terms, r.Now), byCategory(v.Revision.Terms, r.Now)
	if r.Trend, err = s.Store.Tallies(ctx, v.Scorecard.ID, r.Scope, s.daysAgo(min(max(days, 1), longestPast))); err != nil {
		return Report{}, fmt.Errorf("read the past of %s: %w", v.Scorecard.Slug, err)
	}
	before, err := s.past(ctx, v, kind)
	if err != nil {
		return Report{}, err
	}
	r.Change = change(r.Now, before[r.Scope.ID])
	if kind == OfSystem {
		return r, nil
	}
	if kind == Organisation {
		if before, err = s.past(ctx, v, OfTeam); err != nil {
			return Report{}, err
		}
	}
	if r.Parts, err = s.parts(ctx, r.Scope.ID, positions, terms, before); err != nil {
		return Report{}, err
	}
	r.MostImproved = mostImproved(r.Parts)
	return r, nil
}

// past is what each scope of the kind came to 28 days ago; a scope that was not summed up in the week
// until then is left out.
func (s *Service) past(ctx context.Context, v View, kind ScopeKind) (map[id.ID]Sums, error) {
	found, err := s.Store.TalliesBy(ctx, v.Scorecard.ID, kind, s.daysAgo(compared+7), s.daysAgo(compared))
	if err != nil {
		return nil, fmt.Errorf("read the past of %s: %w", v.Scorecard.Slug, err)
	}
	out := make(map[id.ID]Sums, len(found))
	for _, t := range found {
		out[t.Scope.ID] = t.Sums
	}
	return out, nil
}

// change is by how much the mean score is another, in points; nil where one is not known.
func change(now, before Sums) *float64 {
	is, was := now.Mean(), before.Mean()
	if is == nil || was == nil {
		return nil
	}
	change := *is - *was
	return &change
}

// mostImproved is the team among the parts, or below them, whose mean score rose most; of two
// alike the first.
func mostImproved(parts []Part) *Part {
	var best *Part
	for i := range parts {
		for _, p := range []*Part{&parts[i], mostImproved(parts[i].Parts)} {
			if p != nil && p.Change != nil && *p.Change > 0 && (best == nil || *p.Change > *best.Change) {
				best = p
			}
		}
	}
	return best
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

// parts are the teams right below the given one, or those without one above, with all below them.
func (s *Service) parts(ctx context.Context, above id.ID, positions []Position, terms map[id.ID]Terms, before map[id.ID]Sums) ([]Part, error) {
	teams, err := s.Fleet.AllTeams(ctx)
	if err != nil {
		return nil, fmt.Errorf("read teams: %w", err)
	}
	slices.SortFunc(teams, func(a, b registry.Team) int { return cmp.Compare(a.Slug, b.Slug) })
	line := ancestors(teams)
	within := map[id.ID][]Position{}
	for _, p := range positions {
		for _, team := range line[p.Service.Team] {
			within[team] = append(within[team], p)
		}
	}
	below := map[id.ID][]registry.Team{}
	for _, t := range teams {
		if len(within[t.ID]) > 0 {
			below[t.Parent] = append(below[t.Parent], t)
		}
	}
	var of func(above id.ID) []Part
	of = func(above id.ID) []Part {
		parts := []Part{}
		for _, t := range below[above] {
			now := sum(within[t.ID], terms)
			parts = append(parts, Part{Team: t, Now: now, Change: change(now, before[t.ID]), Parts: of(t.ID)})
		}
		return parts
	}
	return of(above), nil
}
