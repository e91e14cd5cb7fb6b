package correction

import (
	"context"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
)

// Filter narrows a list of corrections; zero fields do not.
type Filter struct {
	SLO    id.ID
	Effect Effect
	// At keeps those of which this is between the first beginning and the last end.
	At             time.Time
	IncludeRemoved bool
}

// Active is what tells whether a correction that is in force has to be looked at.
type Active struct {
	ID, SLO id.ID
	Begins  time.Time
	Ends    *time.Time // nil where it goes on without end
}

// Store keeps corrections.
type Store interface {
	// Lock keeps others from declaring corrections of the SLO, or removing some, until the
	// transaction ends.
	Lock(ctx context.Context, slo id.ID) error
	CreateCorrection(ctx context.Context, c Correction) error
	// Correction returns one; NotFound.
	Correction(ctx context.Context, correction id.ID) (Correction, error)
	// Corrections lists the latest first, by when they begin.
	Corrections(ctx context.Context, f Filter, r page.Request) (page.Page[Correction], error)
	// RemoveCorrection writes who removed it, when and why; Conflict
	// "correction_removed" when somebody did.
	RemoveCorrection(ctx context.Context, c Correction) error
	// Active names those of all SLOs that are in force and can lie over a part of
	// [from, to), in the order in which they were declared; ActiveOf returns those of one.
	Active(ctx context.Context, from, to time.Time) ([]Active, error)
	// CorrectionsByID returns those that exist, in any order, and why others cannot be read.
	CorrectionsByID(ctx context.Context, corrections []id.ID) ([]Correction, map[id.ID]error, error)
	ActiveOf(ctx context.Context, slo id.ID, from, to time.Time) ([]Correction, error)
	// CountLive counts those of the SLO that are in force and end after the time.
	CountLive(ctx context.Context, slo id.ID, after time.Time) (int, error)
}
