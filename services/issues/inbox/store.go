package inbox

import (
	"context"
	"time"
)

// Store keeps deliveries.
type Store interface {
	// AcceptDelivery inserts, in one statement that is committed when it returns. It
	// reports false when the delivery is there already.
	AcceptDelivery(ctx context.Context, d Delivery) (bool, error)
	// DueDeliveries returns up to limit of those that are due at the time, by when they
	// became due, the oldest first: as many as have no more bytes of payload together,
	// and one in any case.
	DueDeliveries(ctx context.Context, at time.Time, limit, bytes int) ([]Delivery, error)
	// UpdateDelivery writes Payload, WorkedAt, DueAt, Attempts and Error.
	UpdateDelivery(ctx context.Context, d Delivery) error
	// PruneDeliveries removes up to limit that were received before the time and are
	// not due any more.
	PruneDeliveries(ctx context.Context, before time.Time, limit int) (int, error)
}
