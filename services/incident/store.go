package incident

import (
	"context"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/registry"
)

// Filter narrows a list of incidents; zero fields do not.
type Filter struct {
	Service  id.ID
	Team     id.ID
	Severity Severity
	Status   Status
	Open     *bool
	// From and To keep those whose impact overlaps [From, To).
	From, To time.Time
	// Reader is for whom restricted ones are left out that they may not read.
	Reader Reader
}

// Reader is who reads: everything, or what the person may read, who may be nobody.
type Reader struct {
	All    bool
	Person id.ID
}

// ReaderFrom is the context's caller as one who reads.
func ReaderFrom(ctx context.Context) Reader {
	c := access.CallerFrom(ctx)
	return Reader{All: c.Kind == access.BySystem || c.Administers(), Person: c.Person}
}

// Store keeps incidents with their timelines. Missing rows are NotFound; updates are conditional
// on Version, which the store increments, and answer fault.Stale.
type Store interface {
	// CreateIncident writes one; false where there is one of its origin already.
	CreateIncident(ctx context.Context, i Incident) (bool, error)
	Incident(ctx context.Context, incident id.ID) (Incident, error)
	// HoldIncident returns one, and keeps others from changing it until the transaction ends.
	HoldIncident(ctx context.Context, incident id.ID) (Incident, error)
	// HoldExternal is HoldIncident of that of the source; nil where there is none.
	HoldExternal(ctx context.Context, source Source, external string) (*Incident, error)
	UpdateIncident(ctx context.Context, i Incident) error
	// External is HoldExternal without holding it.
	External(ctx context.Context, source Source, external string) (*Incident, error)
	// HearIncident writes when its source told the newest of it, which is no change of it.
	HearIncident(ctx context.Context, incident id.ID, toldAt time.Time) error
	// Incidents lists those with the newest impact first.
	Incidents(ctx context.Context, f Filter, r page.Request) (page.Page[Incident], error)

	// CreateEntries writes entries of one incident, but for those of which the source key is
	// there already, and returns how many.
	CreateEntries(ctx context.Context, entries []Entry) (int, error)
	// Kept returns those of the entries that are there by their identifiers.
	Kept(ctx context.Context, entries []Entry) ([]Entry, error)
	CountEntries(ctx context.Context, incident id.ID) (int, error)
	Entry(ctx context.Context, incident, entry id.ID) (Entry, error)
	// UpdateEntry writes what it says and whether it is withdrawn.
	UpdateEntry(ctx context.Context, e Entry) error
	CreateRevision(ctx context.Context, r Revision) error
	// Revisions are what the entry said before, the oldest first.
	Revisions(ctx context.Context, entry id.ID) ([]Revision, error)
	// Entries returns the first of the incident after the moment, in their order.
	Entries(ctx context.Context, incident id.ID, after Moment, most int) ([]Entry, error)
}

// Happenings tell what alerts, the gate and changes did. What is told is not kept here.
type Happenings interface {
	// Happenings returns the first of the services in [from, to], in their order.
	Happenings(ctx context.Context, services []id.ID, from, to time.Time, most int) ([]Happening, error)
}

// Registry gives services and teams. A registry.Store is one.
type Registry interface {
	// ServicesByID returns those that exist.
	ServicesByID(ctx context.Context, services []id.ID) (map[id.ID]registry.Service, error)
	TeamsByID(ctx context.Context, teams []id.ID) (map[id.ID]registry.Team, error)
}

// People gives people; an access.Store does.
type People interface {
	Person(ctx context.Context, person id.ID) (access.Person, error)
}
