package registry

import (
	"context"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
)

// Noun names what a slug belongs to; slugs are unique within (noun, scope).
type Noun string

// The nouns with slugs. The scope of an SLO's and an SLA's slug is their service; others have none.
const (
	NounTeam       Noun = "team"
	NounSystem     Noun = "system"
	NounService    Noun = "service"
	NounSLO        Noun = "slo"
	NounSLA        Noun = "sla"
	NounComposite  Noun = "composite"
	NounPolicy     Noun = "policy"
	NounDataSource Noun = "data_source"
	NounScorecard  Noun = "scorecard"
)

// SlugStore reserves names. One row for each slug ever used, current or former.
type SlugStore interface {
	// ReserveSlug takes the slug for the target and makes it its current one;
	// former slugs of the target stay reserved and lead to it, and may be taken
	// back by it. Conflict "slug_taken" when another target has or had it.
	ReserveSlug(ctx context.Context, noun Noun, scope id.ID, slug string, target id.ID) error
	// FormerSlug returns the current slug of the target that once had this one, or
	// NotFound.
	FormerSlug(ctx context.Context, noun Noun, scope id.ID, slug string) (string, error)
}

// TeamFilter narrows a list of teams.
type TeamFilter struct {
	Parent id.ID
	Query  string // part of slug or name
	Member id.ID  // teams of this person
}

// SystemFilter narrows a list of systems.
type SystemFilter struct {
	Team  id.ID
	Query string
}

// ServiceFilter narrows a list of services.
type ServiceFilter struct {
	Team           id.ID
	System         id.ID
	Kind           Kind
	Tier           int
	Lifecycle      Lifecycle
	Query          string // part of slug or name
	IncludeRetired bool
	// Unlisted narrows to those of which no catalog has an entity.
	Unlisted bool
}

// Store keeps the organisation. Missing rows are NotFound; updates are
// conditional on Version (the stored one is given in the value, the store
// increments it) and answer fault.Stale. Lists are ordered by slug.
type Store interface {
	SlugStore

	CreateTeam(ctx context.Context, t Team) error
	Team(ctx context.Context, team id.ID) (Team, error)
	TeamBySlug(ctx context.Context, slug string) (Team, error)
	Teams(ctx context.Context, f TeamFilter, r page.Request) (page.Page[Team], error)
	// TeamsByID returns those that exist, by ID.
	TeamsByID(ctx context.Context, teams []id.ID) (map[id.ID]Team, error)
	UpdateTeam(ctx context.Context, t Team) error
	// HoldTeam returns the team as it is, and keeps others from changing it until the
	// transaction ends.
	HoldTeam(ctx context.Context, team id.ID) (Team, error)
	// DeleteTeam removes an empty team; Conflict "team_in_use" while it owns
	// services or systems, or has child teams or workload tokens that are not revoked.
	DeleteTeam(ctx context.Context, team id.ID, version int64) error
	AddMember(ctx context.Context, m Member) error
	RemoveMember(ctx context.Context, team, person id.ID) error
	Member(ctx context.Context, team, person id.ID) (Member, error)
	// Members lists by name.
	Members(ctx context.Context, team id.ID, r page.Request) (page.Page[Member], error)
	IsMember(ctx context.Context, person, team id.ID) (bool, error)

	CreateSystem(ctx context.Context, s System) error
	System(ctx context.Context, system id.ID) (System, error)
	SystemBySlug(ctx context.Context, slug string) (System, error)
	Systems(ctx context.Context, f SystemFilter, r page.Request) (page.Page[System], error)
	UpdateSystem(ctx context.Context, s System) error
	// DeleteSystem removes a system without services and composites; else Conflict "system_in_use".
	DeleteSystem(ctx context.Context, system id.ID, version int64) error

	CreateService(ctx context.Context, s Service) error
	Service(ctx context.Context, service id.ID) (Service, error)
	ServiceBySlug(ctx context.Context, slug string) (Service, error)
	Services(ctx context.Context, f ServiceFilter, r page.Request) (page.Page[Service], error)
	// ServicesByID returns those that exist, by ID.
	ServicesByID(ctx context.Context, services []id.ID) (map[id.ID]Service, error)
	UpdateService(ctx context.Context, s Service) error

	CreateDependency(ctx context.Context, d Dependency) error
	Dependency(ctx context.Context, dependency id.ID) (Dependency, error)
	// Dependencies lists what the service depends on.
	Dependencies(ctx context.Context, service id.ID) ([]Dependency, error)
	// Dependents lists which living services depend on it, CountDependents counts them.
	Dependents(ctx context.Context, service id.ID, r page.Request) (page.Page[Dependency], error)
	CountDependents(ctx context.Context, service id.ID) (int, error)
	UpdateDependency(ctx context.Context, d Dependency) error
	DeleteDependency(ctx context.Context, dependency id.ID, version int64) error
}

// Ending is told of a service's retirement and restoration, within the same
// transaction: SLOs stop being evaluated, violations end as retired.
type Ending interface {
	ServiceRetired(ctx context.Context, s Service, at time.Time) error
	ServiceRestored(ctx context.Context, s Service, at time.Time) error
}
