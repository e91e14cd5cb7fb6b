package source

import (
	"context"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/registry"
)

// Filter narrows a list of data sources; zero fields do not.
type Filter struct {
	Kind           Kind
	Query          string // part of slug or name
	IncludeRetired bool
}

// Dependent is an SLO that is read from a data source, as paths name it.
type Dependent struct {
	Service string
	SLO     string
}

// Store keeps data sources. Missing rows are NotFound; updates are conditional on
// Version and answer fault.Stale.
type Store interface {
	CreateSource(ctx context.Context, s Source) error
	Source(ctx context.Context, source id.ID) (Source, error)
	SourceBySlug(ctx context.Context, slug string) (Source, error)
	// SourcesByID returns those that exist, by ID.
	SourcesByID(ctx context.Context, sources []id.ID) (map[id.ID]Source, error)
	UpdateSource(ctx context.Context, s Source) error
	// View returns the source with its health and the number of its SLOs; Views lists
	// by slug.
	View(ctx context.Context, source id.ID) (View, error)
	Views(ctx context.Context, f Filter, r page.Request) (page.Page[View], error)
	// Dependents returns, by name, the first SLOs that are read from the source, of
	// those that are not retired, as their services are not.
	Dependents(ctx context.Context, source id.ID, limit int) ([]Dependent, error)
}

// Registry is what data sources need of the organisation: teams, and names. A
// registry.Store is one.
type Registry interface {
	registry.SlugStore
	Team(ctx context.Context, team id.ID) (registry.Team, error)
	TeamBySlug(ctx context.Context, slug string) (registry.Team, error)
}
