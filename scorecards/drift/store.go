package drift

import (
	"context"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/registry"
)

// Filter narrows a list of drifts; zero fields do not.
type Filter struct {
	Team    id.ID // that owns the service now
	Service id.ID
	Reason  Reason
}

// Store keeps drifts.
type Store interface {
	// Drifts lists those of services that are not retired, the oldest first.
	Drifts(ctx context.Context, f Filter, r page.Request) (page.Page[Drift], error)
	// DriftsOf returns those of the services, in any order.
	DriftsOf(ctx context.Context, services []id.ID) ([]Drift, error)
	// PutDrifts writes many in few statements. Of one that is there for its service and reason only
	// the detail is written.
	PutDrifts(ctx context.Context, drifts []Drift) error
	RemoveDrifts(ctx context.Context, drifts []id.ID) error
	// RemoveOfRetired removes up to limit of services that are retired, and returns how many.
	RemoveOfRetired(ctx context.Context, limit int) (int, error)
	// Untold returns those of which the team above was not told, and that were found before the time
	// and after that one, which may be zero, by when they were found.
	Untold(ctx context.Context, foundBefore time.Time, after Drift, limit int) ([]Drift, error)
	// SeenAt returns when each repository that was seen was.
	SeenAt(ctx context.Context) (map[string]time.Time, error)
	// Seen returns what was seen of those of the repositories that were, by name.
	Seen(ctx context.Context, names []string) (map[string]Seen, error)
	PutSeen(ctx context.Context, s Seen) error
	ForgetSeen(ctx context.Context, names []string) error
	// Escalated writes that the team above was told; Stale where it was already, or nothing is left of it.
	Escalated(ctx context.Context, drift id.ID, at time.Time) error
}

// Registry gives services and their teams; a registry.Store does.
type Registry interface {
	Services(ctx context.Context, f registry.ServiceFilter, r page.Request) (page.Page[registry.Service], error)
	// ServicesByID returns those that exist.
	ServicesByID(ctx context.Context, services []id.ID) (map[id.ID]registry.Service, error)
	Team(ctx context.Context, team id.ID) (registry.Team, error)
	Teams(ctx context.Context, f registry.TeamFilter, r page.Request) (page.Page[registry.Team], error)
	// MembersOf returns who is in each of the teams, those who were deactivated among them.
	MembersOf(ctx context.Context, teams []id.ID) (map[id.ID][]id.ID, error)
	// CountActive returns how many members of each of the teams were not deactivated.
	CountActive(ctx context.Context, teams []id.ID) (map[id.ID]int, error)
}

// People gives everybody; an access.Store does.
type People interface {
	// Everybody returns all people, those who were deactivated among them, in any order.
	Everybody(ctx context.Context) ([]access.Person, error)
}

// Repositories know what the tracker said of repositories.
type Repositories interface {
	// Refusals returns what says why the repository at an address takes no issues, in words for
	// people: empty where it does, and where that is not known.
	Refusals(ctx context.Context) (func(address string) string, error)
}
