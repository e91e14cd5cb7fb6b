package scorecards

import (
	"context"
	"fmt"

	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/scorecards/rules"
)

// Query narrows a list of where services stand; zero fields do not. Names are slugs or
// identifiers.
type Query struct {
	Team, System string
	Level        string // the name of a level, or "none" for those below the lowest
	Check        string // with Outcome
	Outcomes     []rules.Outcome
	// WorstFirst orders by the score, the lowest first, and what is not scored last; else by slug.
	WorstFirst bool
}

// Names of a Query that are no levels.
const (
	NoLevelName  = "none"     // below the lowest level
	UnscoredName = "unscored" // nothing counts, or it is not known whether the scorecard is for it
)

// NotPassing are the outcomes of what is to do.
var NotPassing = []rules.Outcome{rules.Fail, rules.Unknown, rules.Error}

// Placed is a position by the names of its revision.
type Placed struct {
	Position
	LevelName string
	Todo      []string                 // the IDs of what is to do first
	Checks    map[string]rules.Outcome // by ID
	// Categories are the checks of each, by its name.
	Categories map[string]Share
}

// Positions lists where services stand by the scorecard. Faults: NotFound, Moved, Invalid.
func (s *Service) Positions(ctx context.Context, scorecard string, q Query, r page.Request) (page.Page[Placed], error) {
	if err := s.read(ctx); err != nil {
		return page.Page[Placed]{}, err
	}
	v, err := s.find(ctx, scorecard)
	if err != nil {
		return page.Page[Placed]{}, err
	}
	f, err := s.filter(ctx, v, q)
	if err != nil {
		return page.Page[Placed]{}, err
	}
	f.WorstFirst = q.WorstFirst
	found, err := s.Store.PositionPage(ctx, f, r)
	if err != nil {
		return page.Page[Placed]{}, fmt.Errorf("list where services stand by %s: %w", v.Scorecard.Slug, err)
	}
	placed, err := s.placed(ctx, v, found.Items)
	return page.Page[Placed]{Items: placed, Next: found.Next}, err
}

func (s *Service) placed(ctx context.Context, v View, positions []Position) ([]Placed, error) {
	terms, err := s.termsOf(ctx, v, positions)
	if err != nil {
		return nil, err
	}
	out := make([]Placed, len(positions))
	for i, p := range positions {
		t := terms[p.Revision]
		outline, sheet, err := t.sheet(p.Standing)
		if err != nil {
			return nil, err
		}
		todo := sheet.Todo(outline)
		out[i] = Placed{Position: p, LevelName: t.levelName(p.Level), Todo: each(todo[:min(len(todo), firstSteps)], func(n int) string { return t.Checks[n].ID }), Checks: map[string]rules.Outcome{}, Categories: shares(t, sheet, func(c Check) string { return c.Category })}
		for n, r := range sheet.Results {
			out[i].Checks[t.Checks[n].ID] = r.Outcome
		}
	}
	return out, nil
}

// Spread is how many services are on each level.
type Spread struct {
	Levels   map[string]int // by the level's name; those below the lowest by ""
	Unscored int            // as in Sums
}

// Spread counts where services stand that the query is of, on whatever level. Faults: as Positions.
func (s *Service) Spread(ctx context.Context, scorecard string, q Query) (Spread, error) {
	if err := s.read(ctx); err != nil {
		return Spread{}, err
	}
	v, err := s.find(ctx, scorecard)
	if err != nil {
		return Spread{}, err
	}
	q.Level = ""
	f, err := s.filter(ctx, v, q)
	if err != nil {
		return Spread{}, err
	}
	counted, terms, err := s.counted(ctx, v, f)
	if err != nil {
		return Spread{}, err
	}
	out := Spread{Levels: map[string]int{}, Unscored: counted.Unscored}
	for at, n := range counted.Levels {
		out.Levels[terms[at.Revision].levelName(at.Level)] += n
	}
	return out, nil
}
