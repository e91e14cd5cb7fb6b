package delivery

import (
	"context"
	"fmt"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/services/issues"
)

// Desk takes in what is wanted.
type Desk struct {
	store    Store
	settings Settings
	now      clock.Clock
}

var _ issues.Deliverer = (*Desk)(nil)

// NewDesk returns a desk over the store, before a courier with the settings.
func NewDesk(store Store, settings Settings, now clock.Clock) *Desk {
	return &Desk{store, settings, now}
}

// Wanted has the issue delivered as it now is, within the context's transaction.
func (d *Desk) Wanted(ctx context.Context, i issues.Issue) error {
	if err := d.store.Call(ctx, New(i, clock.Round(d.now()))); err != nil {
		return fmt.Errorf("have issue %s delivered: %w", i.ID, err)
	}
	return nil
}

// Closes reports whether issues of the kind are closed when they are wanted closed. What
// is only observed reads as it would where everything is done.
func (d *Desk) Closes(kind issues.Kind) bool { return d.settings.mode(kind) != Warn }
