package store

import (
	"context"
	"time"

	"github.com/evenkeel/evenkeel/ent/db"
	"github.com/evenkeel/evenkeel/ent/db/webhookdelivery"
	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/issues/inbox"
)

// Inbox is the store of package inbox.
type Inbox struct{ s *Store }

var _ inbox.Store = Inbox{}

// Inbox returns the view of the store that package inbox declares.
func (s *Store) Inbox() Inbox { return Inbox{s} }

// AcceptDelivery inserts; false when the delivery is there already.
func (i Inbox) AcceptDelivery(ctx context.Context, d inbox.Delivery) (bool, error) {
	n, err := i.s.exec(ctx, `INSERT INTO webhook_deliveries (delivery, event, action, repository, payload, received_at, worked_at, due_at, attempts, error)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (delivery) DO NOTHING`,
		d.ID, d.Event, d.Action, d.Repository, d.Payload, clock.Round(d.ReceivedAt), nullOrTime(d.WorkedAt), nullOrTime(d.DueAt), d.Attempts, d.Error)
	return n > 0, fail("accept a delivery", err)
}

// DueDeliveries returns those that are due, the oldest first.
func (i Inbox) DueDeliveries(ctx context.Context, at time.Time, limit int) ([]inbox.Delivery, error) {
	rows, err := i.s.ent.WebhookDelivery.Query().Where(webhookdelivery.DueAtNotNil(), webhookdelivery.DueAtLTE(at)).
		Order(db.Asc(webhookdelivery.FieldDueAt, webhookdelivery.FieldID)).Limit(limit).All(ctx)
	if err != nil {
		return nil, fail("read due deliveries", err)
	}
	out := make([]inbox.Delivery, len(rows))
	for n, r := range rows {
		out[n] = fromDBWebhook(r)
	}
	return out, nil
}

// UpdateDelivery writes what became of the delivery.
func (i Inbox) UpdateDelivery(ctx context.Context, d inbox.Delivery) error {
	n, err := i.s.exec(ctx, "UPDATE webhook_deliveries SET payload = $1, worked_at = $2, due_at = $3, attempts = $4, error = $5 WHERE delivery = $6",
		d.Payload, nullOrTime(d.WorkedAt), nullOrTime(d.DueAt), d.Attempts, d.Error, d.ID)
	if err == nil && n == 0 {
		return fault.Missing("webhook_delivery", d.ID)
	}
	return fail("write a delivery", err)
}

// PruneDeliveries removes those that were received before the time and are not due.
func (i Inbox) PruneDeliveries(ctx context.Context, before time.Time, limit int) (int, error) {
	n, err := i.s.prune(ctx, "webhook_deliveries", "received_at < $1 AND due_at IS NULL", before, limit)
	return n, fail("prune deliveries", err)
}

func fromDBWebhook(r *db.WebhookDelivery) inbox.Delivery {
	d := inbox.Delivery{
		ID:         r.Delivery,
		Event:      r.Event,
		Action:     r.Action,
		Repository: r.Repository,
		ReceivedAt: utc(r.ReceivedAt),
		WorkedAt:   utcOrNil(r.WorkedAt),
		DueAt:      utcOrNil(r.DueAt),
		Attempts:   int(r.Attempts),
		Error:      r.Error,
	}
	if r.Payload != nil {
		d.Payload = *r.Payload
	}
	return d
}
