package adoption

import (
	"context"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
)

// Store keeps activities, and counts what other domains keep.
type Store interface {
	// NoteActivity writes that somebody used Evenkeel on a day; once is as good as twice.
	NoteActivity(ctx context.Context, a Activity) error
	// PruneActivity removes up to limit activities of days before.
	PruneActivity(ctx context.Context, before clock.Date, limit int) (int, error)

	CountTeams(ctx context.Context, w Window) (all, byPeople, byProgram, withSLO int, err error)
	CountPeople(ctx context.Context, w Window) (PeopleFigures, error)
	// FirstSLOs tells of each team with a living service, or that had an SLO, since when it is here and
	// when its first SLO was made; the service of the slug is not looked at.
	FirstSLOs(ctx context.Context, except string) ([]FirstSLO, error)
	Waves(ctx context.Context, most int) ([]WaveFigure, error)
	CountGate(ctx context.Context, from, to time.Time) (GateFigures, error)
	CountVoid(ctx context.Context, from, to time.Time) (Share, error)
	// Weeks counts by week from a Monday on; weeks in which nobody came are left out.
	Weeks(ctx context.Context, from clock.Date) ([]Week, error)

	// Teams lists teams by slug.
	Teams(ctx context.Context, f TeamFilter, r page.Request) (page.Page[TeamFigure], error)
	// GonePeople lists who did not come back, whoever was here last first.
	GonePeople(ctx context.Context, f GoneFilter, r page.Request) (page.Page[Gone], error)
}

// FirstSLO is a team's way to its first SLO.
type FirstSLO struct {
	Team  id.ID
	Since time.Time
	At    *time.Time // nil where it has none yet
}
