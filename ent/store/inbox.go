package store

import (
	"context"
	"database/sql"
	"strconv"
	"time"

	"github.com/evenkeel/evenkeel/ent/db"
	"github.com/evenkeel/evenkeel/ent/db/webhookdelivery"
	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/issues/inbox"
)

// Inbox is the store of package inbox.
type Inbox struct{ s *Store }

var (
	_ inbox.Store   = Inbox{}
	_ inbox.Records = Inbox{}
)

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
func (i Inbox) DueDeliveries(ctx context.Context, at time.Time, limit, bytes int) ([]inbox.Delivery, error) {
	var due []int64
	err := i.s.queryAll(ctx, "SELECT id, COALESCE(LENGTH(payload), 0) FROM webhook_deliveries WHERE due_at IS NOT NULL AND due_at <= $1 ORDER BY due_at, id LIMIT $2", []any{clock.Round(at), limit}, func(rows *sql.Rows) error {
		var id int64
		var size int
		err := rows.Scan(&id, &size)
		if bytes -= size; bytes >= 0 || len(due) == 0 {
			due = append(due, id)
		}
		return err
	})
	if err != nil || len(due) == 0 {
		return []inbox.Delivery{}, fail("look which deliveries are due", err)
	}
	rows, err := i.s.ent.WebhookDelivery.Query().Where(webhookdelivery.IDIn(due...)).
		Order(db.Asc(webhookdelivery.FieldDueAt, webhookdelivery.FieldID)).All(ctx)
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

// unread is a delivery without its payload.
var unread = []string{
	webhookdelivery.FieldID, webhookdelivery.FieldDelivery, webhookdelivery.FieldEvent, webhookdelivery.FieldAction, webhookdelivery.FieldRepository,
	webhookdelivery.FieldReceivedAt, webhookdelivery.FieldWorkedAt, webhookdelivery.FieldDueAt, webhookdelivery.FieldAttempts, webhookdelivery.FieldError,
}

// ListDeliveries lists those that came last first.
func (i Inbox) ListDeliveries(ctx context.Context, f inbox.Filter, r page.Request) (page.Page[inbox.Delivery], error) {
	cursor, err := r.Key(f, 2)
	if err != nil {
		return page.Page[inbox.Delivery]{}, err
	}
	key, err := timeKey(cursor)
	if err != nil {
		return page.Page[inbox.Delivery]{}, err
	}
	if key != nil {
		if key[1], err = strconv.ParseInt(cursor[1], 10, 64); err != nil {
			return page.Page[inbox.Delivery]{}, badCursor()
		}
	}
	q := i.s.ent.WebhookDelivery.Query().Where(before(key, webhookdelivery.FieldReceivedAt, webhookdelivery.FieldID))
	switch f.State {
	case inbox.Waiting:
		q.Where(webhookdelivery.DueAtNotNil())
	case inbox.Worked:
		q.Where(webhookdelivery.WorkedAtNotNil())
	case inbox.GivenUp:
		q.Where(webhookdelivery.WorkedAtIsNil(), webhookdelivery.DueAtIsNil())
	}
	rows, err := q.Order(newestFirst(webhookdelivery.FieldReceivedAt)).Limit(r.Size() + 1).Select(unread...).All(ctx)
	if err != nil {
		return page.Page[inbox.Delivery]{}, fail("list deliveries", err)
	}
	cut := page.Cut(r, f, rows, func(v *db.WebhookDelivery) []string {
		return []string{cursorTime(v.ReceivedAt), strconv.FormatInt(v.ID, 10)}
	})
	return page.Map(cut, fromDBWebhook), nil
}

// RetryDelivery has it due. Whether it was worked off meanwhile is decided in the
// statement, which sees the row as it is.
func (i Inbox) RetryDelivery(ctx context.Context, delivery string, now time.Time) (inbox.Delivery, error) {
	n, err := i.s.exec(ctx, "UPDATE webhook_deliveries SET due_at = $1, attempts = 0 WHERE delivery = $2 AND worked_at IS NULL", clock.Round(now), delivery)
	if err != nil {
		return inbox.Delivery{}, fail("retry a delivery", err)
	}
	row, err := i.s.ent.WebhookDelivery.Query().Where(webhookdelivery.Delivery(delivery)).Only(ctx)
	switch {
	case err != nil:
		return inbox.Delivery{}, notFound("webhook_delivery", delivery, err)
	case n == 0:
		return inbox.Delivery{}, fault.New(fault.Conflict, "webhook_delivery_worked", "the delivery was worked off, and what it said is not kept after that; GitHub can send it again")
	}
	d := fromDBWebhook(row)
	d.Payload = nil
	return d, nil
}

// CountGivenUp counts those that are neither worked off nor due.
func (i Inbox) CountGivenUp(ctx context.Context) (int, error) {
	n, err := i.s.ent.WebhookDelivery.Query().Where(webhookdelivery.WorkedAtIsNil(), webhookdelivery.DueAtIsNil()).Count(ctx)
	return n, fail("count what was given up", err)
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
