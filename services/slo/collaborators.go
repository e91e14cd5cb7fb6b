package slo

import (
	"context"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/measure"
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
