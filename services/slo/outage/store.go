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
	// TimesOf returns the times of those, and of incidents that are not restricted and affected
	// the services, in any order and in few statements.
	TimesOf(ctx context.Context, services []id.ID, from, to time.Time) ([]Time, error)
}

// Time is a time in which something was wrong with a service: of an outage, which has a class,
// or of an incident, which has tags.
type Time struct {
	Service id.ID
	Class   string
	Tags    []string
	Begins  time.Time
	Ends    *time.Time // nil while it lasts
}
