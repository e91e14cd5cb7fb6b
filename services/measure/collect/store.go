package collect

import (
	"context"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
)

// Filter narrows a list of backfills; zero fields do not.
type Filter struct {
	Service id.ID
	SLO     id.ID
	State   State
}

// Work is a backfill with the indicator that it is for.
type Work struct {
	Backfill
	Target Target // its Collection is not read
}

// Store keeps how far indicators were read, and backfills.
type Store interface {
	// SourcesInUse returns the data sources that an active SLO is read from, by ID.
	SourcesInUse(ctx context.Context) ([]id.ID, error)
	// Targets returns up to limit targets of the data source, by indicator, after the
	// given one ("" for the first), of which a slot was not collected that ended by
	// the time.
	Targets(ctx context.Context, source id.ID, by time.Time, after id.ID, limit int) ([]Target, error)
	// Target returns the current indicator of the SLO, whatever it is read from, and
	// whether it is active; NotFound.
	Target(ctx context.Context, slo id.ID) (t Target, active bool, err error)
	// PutCollections writes many, in few statements.
	PutCollections(ctx context.Context, collections []Collection) error

	CreateBackfills(ctx context.Context, backfills []Backfill) error
	// Backfill returns it with the resolution of its indicator; NotFound.
	Backfill(ctx context.Context, of id.ID) (Backfill, time.Duration, error)
	// Backfills lists the newest first.
	Backfills(ctx context.Context, f Filter, r page.Request) (page.Page[Listed], error)
	// OpenBackfills returns those of the indicator that are not finished, by ID.
	OpenBackfills(ctx context.Context, indicator id.ID) ([]Backfill, error)
	// Filling returns those of the indicators that have a backfill of slots since the
	// time which is not finished, and was not made by request.
	Filling(ctx context.Context, indicators []id.ID, since time.Time) ([]id.ID, error)
	// PruneBackfills removes up to limit of those that finished before the time, and
	// returns how many.
	PruneBackfills(ctx context.Context, before time.Time, limit int) (int, error)
	// ChangeBackfill writes what somebody did with it, conditional on Version, and
	// answers fault.Stale.
	ChangeBackfill(ctx context.Context, b Backfill) error
	// PutBackfill writes the progress of one that is not finished, and reports false
	// when it is.
	PutBackfill(ctx context.Context, b Backfill) (bool, error)

	// SourcesToFill returns the data sources that a backfill could go on with at now.
	SourcesToFill(ctx context.Context, now time.Time) ([]id.ID, error)
	// Work returns up to limit backfills of the data source that are not finished and
	// may be tried at now, by ID, after the given one.
	Work(ctx context.Context, source id.ID, now time.Time, after id.ID, limit int) ([]Work, error)
	// Idle returns up to limit backfills that are not finished and whose indicator is
	// not the current one of an active SLO any more.
	Idle(ctx context.Context, limit int) ([]Backfill, error)
}

// Listed is a backfill with what a list says of its indicator.
type Listed struct {
	Backfill
	Service    id.ID
	Resolution time.Duration
	// Reached is its Progress at the time of reading; a Store leaves it empty.
	Reached Progress
}
