package notify

import (
	"context"
	"fmt"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/event"
	"github.com/evenkeel/evenkeel/internal/id"
)

// Outbox takes events from domains. It authorises nothing: who tells did what it tells of.
type Outbox struct {
	store Store
	now   clock.Clock
}

var _ event.Teller = (*Outbox)(nil)

// NewOutbox returns an outbox over the store.
func NewOutbox(store Store, now clock.Clock) *Outbox { return &Outbox{store: store, now: now} }

// The bounds of what is kept of an event, in characters: what people typed may be in it.
const (
	maxTitle = 300
	maxText  = 4000
)

// Tell writes events down in the context's transaction.
func (o *Outbox) Tell(ctx context.Context, events ...event.Event) error {
	if len(events) == 0 {
		return nil
	}
	now := clock.Round(o.now())
	told := make([]Told, len(events))
	for i, e := range events {
		e.At = clock.Round(e.At)
		e.Subject, e.Title, e.Text = clip(e.Subject, maxTitle), clip(e.Title, maxTitle), clip(e.Text, maxText)
		told[i] = Told{ID: id.New(now), Event: e, ToldAt: now}
	}
	if err := o.store.Tell(ctx, told); err != nil {
		return fmt.Errorf("tell %d events: %w", len(events), err)
	}
	return nil
}
