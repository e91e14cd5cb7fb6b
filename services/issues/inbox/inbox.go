package inbox

import (
	"context"
	"fmt"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/tx"
)

// Inbox takes deliveries in.
type Inbox struct {
	store  Store
	runner tx.Runner
	now    clock.Clock
}

// New returns an inbox over a store.
func New(store Store, runner tx.Runner, now clock.Clock) *Inbox {
	return &Inbox{store: store, runner: runner, now: now}
}

// Accept keeps a verified delivery, due at once, and reports whether it is new: one
// that came before is not touched. It is committed when Accept returns.
func (i *Inbox) Accept(ctx context.Context, d Delivery) (bool, error) {
	d.ReceivedAt = clock.Round(i.now())
	d.DueAt, d.WorkedAt, d.Attempts, d.Error = &d.ReceivedAt, nil, 0, ""
	fresh, err := i.store.AcceptDelivery(ctx, d)
	if err != nil {
		return false, fmt.Errorf("accept the delivery %s: %w", d.ID, err)
	}
	return fresh, nil
}

// Prune forgets deliveries that came longer than keep ago, worked off or given up,
// and returns how many. One that comes again after that is new.
func (i *Inbox) Prune(ctx context.Context, keep time.Duration) (int, error) {
	before := i.now().Add(-keep)
	pruned, err := tx.InChunks(ctx, i.runner, tx.RowsAtOnce, func(ctx context.Context, limit int) (int, error) {
		return i.store.PruneDeliveries(ctx, before, limit)
	})
	if err != nil {
		return pruned, fmt.Errorf("prune deliveries: %w", err)
	}
	return pruned, nil
}
