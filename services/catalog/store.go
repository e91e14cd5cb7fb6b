package catalog

import (
	"context"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/registry"
)

// Filter narrows a list of entities.
type Filter struct {
	Kind  Kind
	State State
	Query string // part of the reference or title
}

// Store keeps syncs and entities. Missing rows are NotFound.
type Store interface {
	CreateSync(ctx context.Context, s Sync) error
	Sync(ctx context.Context, sync id.ID) (Sync, error)
	// Syncs lists the newest first.
	Syncs(ctx context.Context, r page.Request) (page.Page[Sync], error)
	// Supersede ends the open full syncs of the portal.
	Supersede(ctx context.Context, portal string, at time.Time) error
	// Count adds to the counts of an open sync; NotFound when it is open no more.
	Count(ctx context.Context, sync id.ID, c Counts) error
	// EndSync completes an open sync; NotFound when it is open no more.
	EndSync(ctx context.Context, sync id.ID, at time.Time) error
	// PruneSyncs removes up to limit of those that began before the time.
	PruneSyncs(ctx context.Context, before time.Time, limit int) (int, error)

	// PutEntity writes the entity, whether it was there or not. fault.Stale when another has the
	// UID, the living reference or the resource by now.
	PutEntity(ctx context.Context, e Entity) error
	// Seen notes that the entities were told again as they are.
	Seen(ctx context.Context, entities []id.ID, at time.Time) error
	// Entities lists by reference.
	Entities(ctx context.Context, f Filter, r page.Request) (page.Page[Entity], error)
	// ByUID returns those of the portal with the UIDs; ByRef the living ones with the references.
	ByUID(ctx context.Context, portal string, uids []string) ([]Entity, error)
	ByRef(ctx context.Context, portal string, refs []string) ([]Entity, error)
	// Of returns the living entity that the resource is, of whatever portal.
	Of(ctx context.Context, resource id.ID) (Entity, error)
	// Unseen returns living ones of the portal that were not seen since the time, after an
	// identifier; of those with a resource Links counts how many there were of each kind.
	Unseen(ctx context.Context, portal string, since time.Time, after id.ID, limit int) ([]Entity, error)
	Links(ctx context.Context, portal string, firstSeenBefore time.Time) (map[Kind]int, error)
	// Formerly returns the places, of those of the origins, where entities of the portal were something
	// here before the time: that live, or went since.
	Formerly(ctx context.Context, portal string, origins []string, before, since time.Time) (map[Place]bool, error)
	// From returns those of the portal from the origins that live, or went since the time.
	From(ctx context.Context, portal string, origins []string, since time.Time) ([]Entity, error)
	// Left returns those of the portal with the references that went, and are remembered as something;
	// who went last comes last.
	Left(ctx context.Context, portal string, refs []string) ([]Entity, error)
	// Undecided returns living ones of the portal that are deferred or pending, after an identifier.
	Undecided(ctx context.Context, portal string, after id.ID, limit int) ([]Entity, error)
}

// Things reads what entities are, in bulk.
type Things interface {
	TeamBySlug(ctx context.Context, slug string) (registry.Team, error)
	TeamsByID(ctx context.Context, teams []id.ID) (map[id.ID]registry.Team, error)
	SystemBySlug(ctx context.Context, slug string) (registry.System, error)
	SystemsByID(ctx context.Context, systems []id.ID) (map[id.ID]registry.System, error)
	Service(ctx context.Context, service id.ID) (registry.Service, error)
	ServiceBySlug(ctx context.Context, slug string) (registry.Service, error)
	// FormerSlug returns the current slug of the thing that once had this one.
	FormerSlug(ctx context.Context, noun registry.Noun, scope id.ID, slug string) (string, error)
	ServicesByID(ctx context.Context, services []id.ID) (map[id.ID]registry.Service, error)
	// MembershipsOf returns the memberships of the teams, MembershipsIn those of a person.
	MembershipsOf(ctx context.Context, teams []id.ID) ([]registry.Member, error)
	MembershipsIn(ctx context.Context, person id.ID) ([]registry.Member, error)
	DependenciesOf(ctx context.Context, services []id.ID) ([]registry.Dependency, error)
}

// Crowd reads people.
type Crowd interface {
	PeopleByID(ctx context.Context, people []id.ID) (map[id.ID]access.Person, error)
	PersonByIdentity(ctx context.Context, provider, issuer, subject string) (access.Person, error)
}

// Organisation writes what entities are; registry.Registry is one.
type Organisation interface {
	MirrorTeam(ctx context.Context, before, after registry.Team) (registry.Team, error)
	MirrorSystem(ctx context.Context, before, after registry.System) (registry.System, error)
	MirrorService(ctx context.Context, before, after registry.Service) (registry.Service, error)
	MirrorMembers(ctx context.Context, t registry.Team, join []access.Person, leave []registry.Member) error
	MirrorDependencies(ctx context.Context, s registry.Service, on []registry.Service, end []registry.Dependency) error
}

// People writes people; access.Service is one.
type People interface {
	MirrorPerson(ctx context.Context, before, after access.Person, i access.Identity, was string) (access.Person, error)
	RenameIdentity(ctx context.Context, person id.ID, i access.Identity, was string) error
	// PersonLeft deactivates somebody, unless they administer Evenkeel.
	PersonLeft(ctx context.Context, person id.ID, reason string) error
}
