package slo

import (
	"context"
	"fmt"
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
	Slots(ctx context.Context, indicator id.ID, from, to time.Time) ([]measure.ReporterSlots, error)
	Totals(ctx context.Context, indicator id.ID, from, to time.Time, step time.Duration) ([]measure.Step, error)
}

// Backfills has the past of an indicator read that a data source is asked for,
// within the context's transaction; see collect.Service, which is one. What is
// pushed or received has no past to be read.
type Backfills interface {
	Want(ctx context.Context, slo, indicator id.ID, from, to time.Time) error
}

// FillWith has the window of each new indicator filled in. Without it an SLO
// begins with what is measured from then on.
func (s *Service) FillWith(b Backfills) { s.backfills = b }

// longestFill is how far back a new indicator is filled in at most.
const longestFill = 90 * day

// fill has an indicator's past read that is new: the window, and a day in which
// its edge lies until the last of it was read.
func (s *Service) fill(ctx context.Context, v View, now time.Time) error {
	if s.backfills == nil || !v.Indicator.Origin.Asked() {
		return nil
	}
	from := now.Add(-min(v.Revision.Window()+day, longestFill))
	if err := s.backfills.Want(ctx, v.SLO.ID, v.Indicator.ID, from, now); err != nil {
		return fmt.Errorf("have the past of an indicator read: %w", err)
	}
	return nil
}
