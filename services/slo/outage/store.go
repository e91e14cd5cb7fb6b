package outage

import (
	"context"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
)

// Filter narrows a list of outages; zero fields do not.
type Filter struct {
	Service id.ID
	Class   string
	At      time.Time // those that last then
}

// Store keeps outages.
type Store interface {
	CreateOutage(ctx context.Context, o Outage) error
	// Outage returns one; NotFound.
	Outage(ctx context.Context, outage id.ID) (Outage, error)
	// UpdateOutage writes what is said of it, conditional on Version, and answers fault.Stale.
	UpdateOutage(ctx context.Context, o Outage) error
	// DeleteOutage is conditional on Version, too.
	DeleteOutage(ctx context.Context, o Outage) error
	// Outages lists the latest first, by when they begin.
	Outages(ctx context.Context, f Filter, r page.Request) (page.Page[Outage], error)
	// OutagesOf returns those of the services of which a part lies in [from, to), in few
	// statements.
	OutagesOf(ctx context.Context, services []id.ID, from, to time.Time) ([]Outage, error)
}
