package scorecards

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/scorecards/rules"
	"github.com/evenkeel/evenkeel/services/expr"
	"github.com/evenkeel/evenkeel/services/registry"
)

// ScopeKind is what services are summed up by.
type ScopeKind string

// The kinds of scopes.
const (
	Organisation ScopeKind = "organisation"
	OfTeam       ScopeKind = "team" // with the teams below it
	OfSystem     ScopeKind = "system"
)

// Scope is the organisation, a team or a system.
type Scope struct {
	Kind ScopeKind
	ID   id.ID // empty of the organisation
}

// Tally is what a scorecard came to in a scope on a day.
type Tally struct {
	Scorecard id.ID
	Scope     Scope
	Day       clock.Date
	Sums
}

// Sums is what services come to together.
type Sums struct {
	Services int `json:"services"` // of which something counts
	// Levels are the services on each level, by its name; those below the lowest by "".
	Levels map[string]int `json:"levels"`
	// Score is the sum of the services' scores, each in percent.
	Score int `json:"score"`
	// Unscored are services of which nothing counts, or of which it is not known whether the
	// scorecard is for them.
	Unscored int `json:"unscored"`
	// Checks are the services at each outcome, by the check's ID and the outcome's name.
	Checks map[string]map[string]int `json:"checks"`
}

// Mean is the mean score, in percent; nil without services.
func (s Sums) Mean() *float64 {
	if s.Services == 0 {
		return nil
	}
	mean := float64(s.Score) / float64(s.Services)
	return &mean
}

// sum adds up where services stand; positions by past revisions count by what these said.
func sum(positions []Position, terms map[id.ID]Terms) Sums {
	out := Sums{Levels: map[string]int{}, Checks: map[string]map[string]int{}}
	for _, p := range positions {
		score := p.Score()
		if p.Applies != expr.Holds || score == nil {
			out.Unscored++
		} else {
			out.Services++
			out.Score += *score
			out.Levels[terms[p.Revision].levelName(p.Level)]++
		}
		for i, c := range terms[p.Revision].Checks[:min(len(p.Outcomes), len(terms[p.Revision].Checks))] {
			if out.Checks[c.ID] == nil {
				out.Checks[c.ID] = map[string]int{}
			}
			out.Checks[c.ID][rules.Outcome(p.Outcomes[i]).String()]++
		}
	}
	return out
}

// levelName is the level's name; empty below the lowest.
func (t Terms) levelName(level int) string {
	if level < 0 || level >= len(t.Levels) {
		return ""
	}
	return t.Levels[level].Name
}

// tally sums up the day for the organisation, each team and each system.
func (s *Service) tally(ctx context.Context, views []View) error {
	teams, err := s.Fleet.AllTeams(ctx)
	if err != nil {
		return fmt.Errorf("read teams: %w", err)
	}
	above := ancestors(teams)
	day := clock.DateOf(s.Clock())
	for _, v := range views {
		positions, err := s.Store.Positions(ctx, PositionFilter{Scorecard: v.Scorecard.ID})
		if err != nil {
			return fmt.Errorf("read where services stand: %w", err)
		}
		terms, err := s.termsOf(ctx, v, positions)
		if err != nil {
			return err
		}
		scoped := map[Scope][]Position{{Kind: Organisation}: positions}
		for _, p := range positions {
			for _, team := range above[p.Service.Team] {
				scoped[Scope{OfTeam, team}] = append(scoped[Scope{OfTeam, team}], p)
			}
			if p.Service.System != "" {
				scoped[Scope{OfSystem, p.Service.System}] = append(scoped[Scope{OfSystem, p.Service.System}], p)
			}
		}
		if err := s.emptied(ctx, v, scoped); err != nil {
			return err
		}
		tallies := make([]Tally, 0, len(scoped))
		for scope, of := range scoped {
			tallies = append(tallies, Tally{Scorecard: v.Scorecard.ID, Scope: scope, Day: day, Sums: sum(of, terms)})
		}
		slices.SortFunc(tallies, func(a, b Tally) int {
			return cmp.Or(cmp.Compare(a.Scope.Kind, b.Scope.Kind), cmp.Compare(a.Scope.ID, b.Scope.ID))
		})
		for some := range slices.Chunk(tallies, chunk) {
			if err := s.Runner.InTx(ctx, func(ctx context.Context) error { return s.Store.WriteTallies(ctx, some) }); err != nil {
				return fmt.Errorf("write the sums of %s: %w", v.Scorecard.Slug, err)
			}
		}
	}
	return nil
}

// emptied adds, without any position, the scopes that had services when they were summed up last, so
// that what they came to then is not taken for what they come to later.
func (s *Service) emptied(ctx context.Context, v View, scoped map[Scope][]Position) error {
	for _, kind := range []ScopeKind{OfTeam, OfSystem} {
		last, err := s.Store.TalliesBy(ctx, v.Scorecard.ID, kind, s.daysAgo(longestPast), s.daysAgo(0))
		if err != nil {
			return fmt.Errorf("read the past of %s: %w", v.Scorecard.Slug, err)
		}
		for _, t := range last {
			if _, there := scoped[t.Scope]; !there && t.Services+t.Unscored > 0 {
				scoped[t.Scope] = nil
			}
		}
	}
	return nil
}

// termsOf are those of the revisions by which the positions are.
func (s *Service) termsOf(ctx context.Context, v View, positions []Position) (map[id.ID]Terms, error) {
	return s.termsBy(ctx, v, each(positions, func(p Position) id.ID { return p.Revision }))
}

// termsBy are those of the revisions, and of the scorecard's current one.
func (s *Service) termsBy(ctx context.Context, v View, revisions []id.ID) (map[id.ID]Terms, error) {
	terms := map[id.ID]Terms{v.Revision.ID: v.Revision.Terms}
	for _, of := range revisions {
		if _, known := terms[of]; known {
			continue
		}
		r, err := s.Store.ScorecardRevision(ctx, of)
		if err != nil {
			return nil, fmt.Errorf("read a past revision: %w", err)
		}
		terms[of] = r.Terms
	}
	return terms, nil
}

// ancestors are of each team itself and the teams above it.
func ancestors(teams []registry.Team) map[id.ID][]id.ID {
	parent := make(map[id.ID]id.ID, len(teams))
	for _, t := range teams {
		parent[t.ID] = t.Parent
	}
	out := make(map[id.ID][]id.ID, len(teams))
	for _, t := range teams {
		for at := t.ID; at != "" && !slices.Contains(out[t.ID], at); at = parent[at] {
			out[t.ID] = append(out[t.ID], at)
		}
	}
	return out
}
