package slo

import (
	"context"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/registry"
)

// Registry is what SLOs need of the organisation: their services, and names. A
// registry.Store is one.
type Registry interface {
	registry.SlugStore
	Service(ctx context.Context, service id.ID) (registry.Service, error)
	ServiceBySlug(ctx context.Context, slug string) (registry.Service, error)
}

// Measurements takes in and gives back what was measured; see measure.Service,
// which is one. It authorises nobody.
type Measurements interface {
	Push(ctx context.Context, batches []measure.Batch) (measure.Receipt, error)
	Slots(ctx context.Context, indicator id.ID, group string, from, to time.Time) ([]measure.ReporterSlots, error)
	Totals(ctx context.Context, indicator id.ID, group string, from, to time.Time, step time.Duration) ([]measure.Step, error)
}

// Origins knows the data sources that measurements are read from; see
// judge.Origins, which is one. It authorises nobody. base is the pointer to the
// origin on the wire.
type Origins interface {
	// Refer returns the origin with its data source by identifier, which may have been
	// a slug, or notes that it names none.
	Refer(ctx context.Context, check *fault.Check, base string, o origin.Origin) (origin.Origin, error)
	// Judge notes what keeps a data source from being asked so, or the owner's team
	// from asking it. The data source is given by identifier.
	Judge(ctx context.Context, check *fault.Check, base string, o origin.Origin, owner registry.Service) error
	// Words says in a sentence where the measurements come from.
	Words(ctx context.Context, o origin.Origin) (string, error)
}
