package action

import (
	"context"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/incident"
	"github.com/evenkeel/evenkeel/services/registry"
)

// Filter narrows a list of items; zero fields do not.
type Filter struct {
	Incident id.ID
	// Team owns the incident.
	Team     id.ID
	Service  id.ID
	Owner    id.ID
	Priority Priority
	State    State
	// PastOn keeps open ones whose day is before that one.
	PastOn clock.Date
	// Reader is for whom items of restricted incidents are left out that they may not read.
	Reader incident.Reader
}

// Store keeps action items. Missing rows are NotFound; updates are conditional on Version, which the
// store increments, and answer fault.Stale.
type Store interface {
	// CreateItems writes items of one incident, but for those of which the key is there already, and
	// returns the identifiers of those that it wrote.
	CreateItems(ctx context.Context, items []Item) ([]id.ID, error)
	Item(ctx context.Context, item id.ID) (Item, error)
	UpdateItem(ctx context.Context, i Item) error
	// MarkChased writes what was told of an item, and leaves Version as it is.
	MarkChased(ctx context.Context, i Item) error
	// Items lists those that are open first, by day and identifier.
	Items(ctx context.Context, f Filter, r page.Request) (page.Page[Item], error)
	// OfIncident returns all of an incident, by identifier.
	OfIncident(ctx context.Context, incident id.ID) ([]Item, error)
	// Due returns open items whose day is at most that one, by identifier, after one.
	Due(ctx context.Context, by clock.Date, after id.ID, most int) ([]Item, error)
	// Lives returns of the items of the filter that were open since, or are, what the backlog is made of.
	Lives(ctx context.Context, f Filter, since time.Time, most int) ([]Life, error)
}

// Life is how long an item was open.
type Life struct {
	Priority  Priority
	State     State
	DueOn     clock.Date
	CreatedAt time.Time
	SettledAt *time.Time
}

// Incidents gives incidents; an incident.Store does.
type Incidents interface {
	Incident(ctx context.Context, incident id.ID) (incident.Incident, error)
	// HoldIncident returns one, and keeps others from changing it until the transaction ends.
	HoldIncident(ctx context.Context, incident id.ID) (incident.Incident, error)
	Incidents(ctx context.Context, f incident.Filter, r page.Request) (page.Page[incident.Incident], error)
}

// Registry gives services and teams; a registry.Store does.
type Registry interface {
	ServicesByID(ctx context.Context, services []id.ID) (map[id.ID]registry.Service, error)
	Team(ctx context.Context, team id.ID) (registry.Team, error)
}

// People gives people; an access.Store does.
type People interface {
	Person(ctx context.Context, person id.ID) (access.Person, error)
	PeopleByID(ctx context.Context, people []id.ID) (map[id.ID]access.Person, error)
}

// Desk wants issues for items. It is called in the transaction of the change.
type Desk interface {
	// FollowUps has the issues of the items of an incident, and the one of which they are parts, be
	// wanted as these now are. What is settled and has no issue gets none, and so has a restricted
	// incident's.
	FollowUps(ctx context.Context, i incident.Incident, items []Item, now time.Time) error
	// Remark wants a comment on the issue of an item, where there is one and the incident is not restricted.
	Remark(ctx context.Context, i incident.Incident, item id.ID, text string, now time.Time) error
}
