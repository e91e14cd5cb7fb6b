package signals

import (
	"context"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/prometheus"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/source"
)

// Store keeps mappings.
type Store interface {
	// Mapping returns that of the service; NotFound as long as none was written.
	Mapping(ctx context.Context, service id.ID) (Mapping, error)
	// CreateMapping writes the first of a service; Stale when another was first.
	CreateMapping(ctx context.Context, m Mapping) error
	// UpdateMapping is conditional on Version, and answers fault.Stale.
	UpdateMapping(ctx context.Context, m Mapping) error
}

// Registry is what mappings need of the organisation. A registry.Store is one.
type Registry interface {
	registry.SlugStore
	Service(ctx context.Context, service id.ID) (registry.Service, error)
	ServiceBySlug(ctx context.Context, slug string) (registry.Service, error)
}

// Sources are the data sources as they are kept; a source.Store is one.
type Sources interface {
	Source(ctx context.Context, source id.ID) (source.Source, error)
	SourceBySlug(ctx context.Context, slug string) (source.Source, error)
	// SourcesByID returns those that exist, by ID.
	SourcesByID(ctx context.Context, sources []id.ID) (map[id.ID]source.Source, error)
}

// SLOs are what signals are taken over from. An slo.Store is one.
type SLOs interface {
	View(ctx context.Context, slo id.ID) (slo.View, error)
	ViewBySlug(ctx context.Context, service id.ID, slug string) (slo.View, error)
	// ViewsByID returns those that exist, in any order.
	ViewsByID(ctx context.Context, slos []id.ID) ([]slo.View, error)
}

// Measurements gives back what SLOs counted; see measure.Service, which is one.
type Measurements interface {
	Totals(ctx context.Context, of measure.Reading, from, to time.Time, step time.Duration) ([]measure.Step, error)
}

// Reader asks data sources of the Prometheus family; see prometheus.Reader, which is
// one.
type Reader interface {
	Values(ctx context.Context, src source.Source, query string, from, to time.Time, step time.Duration) (prometheus.Values, error)
	Names(ctx context.Context, src source.Source, scope prometheus.Scope, metrics []string, at time.Time) ([]string, error)
}

// Turns let collection go first where a data source is asked by many; see
// collect.Gates, which are some.
type Turns interface {
	// Aside waits for a place for one call, and returns how to leave it; Unavailable
	// when there was none in time.
	Aside(ctx context.Context, src source.Source) (leave func(), err error)
}
