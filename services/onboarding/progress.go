package onboarding

import (
	"context"
	"fmt"

	"github.com/evenkeel/evenkeel/internal/id"
)

// Stage is how far something that may have an SLO is.
type Stage string

// The stages, each beyond the one before.
const (
	StageFound      Stage = "found"      // a repository that no service names
	StageRegistered Stage = "registered" // a service without an SLO
	StageDeclared   Stage = "declared"   // with an SLO, and no data for any
	StageMeasured   Stage = "measured"   // with an SLO that has data
)

// Stages lists every stage, in order.
var Stages = []Stage{StageFound, StageRegistered, StageDeclared, StageMeasured}

// Count is how many services, and repositories that may become one, are at each stage.
type Count struct {
	Found, Registered, Declared, Measured int
}

// All is how many there are.
func (c Count) All() int { return c.Found + c.Registered + c.Declared + c.Measured }

// Share is how many of all are measured, in percent, rounded down; false where there are none.
func (c Count) Share() (int, bool) {
	if c.All() == 0 {
		return 0, false
	}
	return 100 * c.Measured / c.All(), true
}

func (c Count) and(other Count) Count {
	return Count{c.Found + other.Found, c.Registered + other.Registered, c.Declared + other.Declared, c.Measured + other.Measured}
}

// TeamCount is how far what a team has is.
type TeamCount struct {
	Team     id.ID  // empty for repositories of which the team is not known
	TeamSlug string // empty where the team is not known
	Count
}

// Standing is how far all teams are.
type Standing struct {
	Total Count
	Teams []TeamCount // by slug; those of which the team is not known are last
}

// Standing tells how far teams are, with all that may have an SLO or with what is in a wave. wave is a
// slug or identifier, empty for all.
//
// Faults: NotFound.
func (s *Service) Standing(ctx context.Context, wave string) (Standing, error) {
	if err := s.mayRead(ctx); err != nil {
		return Standing{}, err
	}
	var of id.ID
	if wave != "" {
		w, err := s.Store.Wave(ctx, wave)
		if err != nil {
			return Standing{}, err
		}
		of = w.ID
	}
	teams, err := s.Store.Standing(ctx, of)
	if err != nil {
		return Standing{}, fmt.Errorf("count how far teams are: %w", err)
	}
	out := Standing{Teams: teams}
	for _, t := range teams {
		out.Total = out.Total.and(t.Count)
	}
	return out, nil
}
