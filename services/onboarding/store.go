package onboarding

import (
	"context"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
)

// RepositoryFilter narrows a list of repositories; zero fields do not.
type RepositoryFilter struct {
	State  State
	Team   id.ID
	NoTeam bool   // only those of which the team is not known
	Query  string // a part of the full name, in any case
}

// MemberFilter narrows a list of members; zero fields but Wave do not.
type MemberFilter struct {
	Wave  id.ID
	State MemberState
	Team  id.ID // of the service, or that the repository is taken to be of
}

// ServiceFilter narrows a list of services by how far they are; zero fields do not.
type ServiceFilter struct {
	Stage Stage
	Team  id.ID
	// Wave keeps those in a wave.
	Wave id.ID
}

// ServiceStage is how far a service is.
type ServiceStage struct {
	Service    id.ID
	Slug, Name string
	Tier       int
	Team       id.ID
	TeamSlug   string
	Stage      Stage
	SLOs       int
	Wave       string // the slug of the wave that it is in; empty for none
}

// Address is the address of a service's repository.
type Address struct {
	Service    id.ID
	Repository string
	Retired    bool // the service
}

// Store keeps what was found and the waves. Missing rows are NotFound; updates are conditional on Version
// where there is one, which the store increments, and answer fault.Stale.
type Store interface {
	CreateRepository(ctx context.Context, r Repository) error
	// SeeRepository writes what the host told; changed counts the version up. It is not conditional.
	SeeRepository(ctx context.Context, r Repository, changed bool) error
	// LookedInto writes Look and LookedAt; changed counts the version up. It is not conditional.
	LookedInto(ctx context.Context, r Repository, changed bool) error
	// RelateRepository writes Team, TeamBy and Service.
	RelateRepository(ctx context.Context, r Repository) error
	// DecideOnRepository writes the choice, the team that comes of it, and whether it is dismissed.
	DecideOnRepository(ctx context.Context, r Repository) error
	// EndUnseen has those be gone, from now on, that were not seen since, and returns how many.
	EndUnseen(ctx context.Context, since, now time.Time) (int, error)
	// HoldRepository returns one, and keeps others that write it from it until the transaction ends.
	HoldRepository(ctx context.Context, of id.ID) (Repository, error)
	// RepositoriesOfWave returns those of the wave's members that are not brought, in their order.
	RepositoriesOfWave(ctx context.Context, wave id.ID) ([]Repository, error)
	Repository(ctx context.Context, of id.ID) (Repository, error)
	// HoldRepositories returns those that are known by the host's identifiers, and keeps others from
	// deciding on them until the transaction ends.
	HoldRepositories(ctx context.Context, hostIDs []string) (map[string]Repository, error)
	// SomeRepositories returns some, of these or of all, by identifier after one.
	SomeRepositories(ctx context.Context, of []id.ID, after id.ID, most int) ([]Repository, error)
	// RepositoriesToLookInto returns those that may become services and were never looked into, were
	// pushed to since, or were looked into before that time; those first that wait longest.
	RepositoriesToLookInto(ctx context.Context, before time.Time, most int) ([]Repository, error)
	// Repositories lists them by full name.
	Repositories(ctx context.Context, f RepositoryFilter, r page.Request) (page.Page[Repository], error)
	// Addresses returns those of services, by service after one.
	Addresses(ctx context.Context, after id.ID, most int) ([]Address, error)
	// AddressesLike returns those that have the text in them, whatever its case, by service.
	AddressesLike(ctx context.Context, text string) ([]Address, error)

	CreateWave(ctx context.Context, w Wave) error
	// UpdateWave writes what was declared and how it was started; Conflict "slug_taken".
	UpdateWave(ctx context.Context, w Wave) error
	DeleteWave(ctx context.Context, wave id.ID, version int64) error
	// Wave returns one by slug or identifier.
	Wave(ctx context.Context, name string) (Wave, error)
	// HoldWave returns one, and keeps others that hold it from it until the transaction ends.
	HoldWave(ctx context.Context, name string) (Wave, error)
	// Waves lists the newest first.
	Waves(ctx context.Context, r page.Request) (page.Page[Wave], error)

	// AddMembers puts things into a wave, and returns how many were in it before. One that is in another
	// is Conflict "in_another_wave", which names it.
	AddMembers(ctx context.Context, members []Member) (already int, err error)
	// Matching returns the services without an SLO, or the repositories that were found, that are in no
	// wave, by identifier.
	MatchingServices(ctx context.Context, team, system id.ID, tier, most int) ([]id.ID, error)
	MatchingRepositories(ctx context.Context, team id.ID, most int) ([]id.ID, error)
	Member(ctx context.Context, member id.ID) (Member, error)
	// HoldMember returns one, and keeps others that hold it from it until the transaction ends.
	HoldMember(ctx context.Context, member id.ID) (Member, error)
	UpdateMember(ctx context.Context, m Member) error
	// WaitAgain has members that failed wait, without why they did.
	WaitAgain(ctx context.Context, wave id.ID) error
	DeleteMember(ctx context.Context, member id.ID) error
	// NextMembers returns those that wait: those first that were never tried, then those whose turn is longest ago.
	NextMembers(ctx context.Context, wave id.ID, most int) ([]Member, error)
	// Members lists them by identifier.
	Members(ctx context.Context, f MemberFilter, r page.Request) (page.Page[Member], error)
	// WaveOfService is the slug of the wave that has the service; empty for none.
	WaveOfService(ctx context.Context, service id.ID) (string, error)

	// Services lists living services with how far they are, by slug.
	Services(ctx context.Context, f ServiceFilter, r page.Request) (page.Page[ServiceStage], error)
	// Standing counts living services and repositories that were found, by team, of a wave or of all. Who
	// is in no team comes last.
	Standing(ctx context.Context, wave id.ID) ([]TeamCount, error)
}

// Organisation finds teams, systems and services by slug or identifier, and registers services; a
// registry.Registry does.
type Organisation interface {
	TeamFor(ctx context.Context, name string) (registry.Team, error)
	SystemFor(ctx context.Context, name string) (registry.System, error)
	ServiceFor(ctx context.Context, name string) (registry.Service, error)
	CreateService(ctx context.Context, in registry.ServiceInput) (registry.Service, error)
}

// SLOs finds and declares SLOs; an slo.Service does.
type SLOs interface {
	Find(ctx context.Context, n slo.Name) (slo.View, registry.Service, error)
	Declare(ctx context.Context, service id.ID, d slo.Declaration) (slo.View, []slo.Warning, error)
}

var (
	_ Organisation = (*registry.Registry)(nil)
	_ SLOs         = (*slo.Service)(nil)
)
