package change

import (
	"context"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
)

// Filter narrows a list of changes; zero fields do not.
type Filter struct {
	Service id.ID
	Kind    Kind
	From    time.Time // those that began then or later
	To      time.Time // those that began before
}

// Span is a time of some services, both ends included.
type Span struct {
	Services []id.ID
	From, To time.Time
}

// Store keeps changes.
type Store interface {
	// LockService has others wait who lock the same service, until the transaction ends.
	LockService(ctx context.Context, service id.ID) error
	CreateChange(ctx context.Context, c Change) error
	// Change returns one; NotFound.
	Change(ctx context.Context, change id.ID) (Change, error)
	// ChangeCalled returns that of the service which the source calls so; nil where there is none.
	ChangeCalled(ctx context.Context, service id.ID, source Source, external string) (*Change, error)
	// UpdateChange writes what is said of it, conditional on Version, and answers fault.Stale.
	UpdateChange(ctx context.Context, c Change) error
	// DeleteChange is conditional on Version, too.
	DeleteChange(ctx context.Context, c Change) error
	// Changes lists the newest first, by when they began.
	Changes(ctx context.Context, f Filter, r page.Request) (page.Page[Change], error)
	// ChangesWithin returns for each of the spans the changes that began in it, the newest first
	// and so many at most, in few statements.
	ChangesWithin(ctx context.Context, spans []Span, most int) ([][]Change, error)
	// PruneChanges removes up to limit that began before the time.
	PruneChanges(ctx context.Context, before time.Time, limit int) (int, error)
}
