package inbox

import (
	"context"
	"fmt"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/internal/tx"
	"github.com/evenkeel/evenkeel/services/access"
)

// Filter narrows a list of deliveries; the zero State does not.
type Filter struct{ State State }

// Records are deliveries as people look at them; a store of deliveries is one.
type Records interface {
	// ListDeliveries lists those that came last first, without their payloads.
	ListDeliveries(ctx context.Context, f Filter, r page.Request) (page.Page[Delivery], error)
	// RetryDelivery has a delivery that was not worked off due at the time, as if it
	// had not been tried, and returns it without its payload. Faults: NotFound;
	// Conflict "webhook_delivery_worked".
	RetryDelivery(ctx context.Context, delivery string, now time.Time) (Delivery, error)
	CountGivenUp(ctx context.Context) (int, error)
}

// Service shows administrators what came and what became of it. Every change is
// audited in its own transaction.
type Service struct {
	records    Records
	runner     tx.Runner
	authorizer *access.Authorizer
	recorder   access.Recorder
	now        clock.Clock
}

// NewService returns a service over the records.
func NewService(records Records, runner tx.Runner, authorizer *access.Authorizer, recorder access.Recorder, now clock.Clock) *Service {
	return &Service{records: records, runner: runner, authorizer: authorizer, recorder: recorder, now: now}
}

// List lists deliveries, without their payloads, those that came last first.
func (s *Service) List(ctx context.Context, f Filter, r page.Request) (page.Page[Delivery], error) {
	if err := s.mayRead(ctx); err != nil {
		return page.Page[Delivery]{}, err
	}
	list, err := s.records.ListDeliveries(ctx, f, r)
	if err != nil {
		return page.Page[Delivery]{}, fmt.Errorf("list webhook deliveries: %w", err)
	}
	return list, nil
}

// GivenUp counts those that are not tried any more.
func (s *Service) GivenUp(ctx context.Context) (int, error) {
	if err := s.mayRead(ctx); err != nil {
		return 0, err
	}
	n, err := s.records.CountGivenUp(ctx)
	if err != nil {
		return 0, fmt.Errorf("count what was given up: %w", err)
	}
	return n, nil
}

// Retry has a delivery that was given up worked off at the next run, and tried as
// often as a new one; one that waits likewise. How it failed is kept until it is tried.
//
// Faults: Forbidden to all but administrators; NotFound; Conflict
// "webhook_delivery_worked".
func (s *Service) Retry(ctx context.Context, delivery string) (Delivery, error) {
	object := access.Object{Kind: access.KindWebhook, Label: delivery}
	if err := s.authorizer.Authorize(ctx, access.Update, object); err != nil {
		return Delivery{}, err
	}
	now := clock.Round(s.now())
	var d Delivery
	err := s.runner.InTx(ctx, func(ctx context.Context) error {
		var err error
		if d, err = s.records.RetryDelivery(ctx, delivery, now); err != nil {
			return fmt.Errorf("retry a webhook delivery: %w", err)
		}
		return s.recorder.RecordDiff(ctx, access.Update, object, "", nil, record{d.Event, d.Repository, d.DueAt})
	})
	return d, err
}

// record is what the audit log tells of a retry.
type record struct {
	Event      string
	Repository string
	DueAt      *time.Time
}

func (s *Service) mayRead(ctx context.Context) error {
	return s.authorizer.Authorize(ctx, access.Read, access.Object{Kind: access.KindWebhook})
}
