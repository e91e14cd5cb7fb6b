package delivery

import (
	"context"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/tx"
	"github.com/evenkeel/evenkeel/services/issues"
	"github.com/evenkeel/evenkeel/services/issues/inbox"
)

// Heard is what a Listener needs of the store.
type Heard interface {
	Revivals
	// CallAt has the deliveries of an issue on the tracker due, and reports how many
	// there are.
	CallAt(ctx context.Context, place Place, number int, now time.Time) (int, error)
	// CallIn does so with all that are on the tracker in a place.
	CallIn(ctx context.Context, place Place, now time.Time) (int, error)
	// Changed counts that the place itself changed.
	Changed(ctx context.Context, place Place) error
	// At is the issue that is wanted of what is at a place; false when there is none.
	At(ctx context.Context, place Place, number int) (id.ID, bool, error)
}

// Listener has looked at again what webhooks tell of.
type Listener struct {
	store  Heard
	runner tx.Runner
	now    clock.Clock
}

var _ inbox.Tracked = (*Listener)(nil)

// NewListener returns a listener over the store.
func NewListener(store Heard, runner tx.Runner, now clock.Clock) *Listener {
	return &Listener{store, runner, now}
}

// IssueChanged has the issue read again.
func (l *Listener) IssueChanged(ctx context.Context, at inbox.Issue) error {
	_, err := l.store.CallAt(ctx, Place(at.Repository.Name), at.Number, l.now())
	return err
}

// IssueMoved has the issue read again: where it was, the tracker says where it is.
func (l *Listener) IssueMoved(ctx context.Context, from, _ inbox.Issue) error {
	return l.IssueChanged(ctx, from)
}

// RepositoryChanged has forgotten what is known of it, and its issues read again, by the
// name by which they are known.
func (l *Listener) RepositoryChanged(ctx context.Context, now inbox.Repository, former string) error {
	for _, name := range []string{now.Name, former} {
		if name == "" {
			continue
		}
		if err := l.store.Changed(ctx, Place(name)); err != nil {
			return err
		}
		if _, err := l.store.CallIn(ctx, Place(name), l.now()); err != nil {
			return err
		}
	}
	return nil
}

// PlacesBack has tried again what is dead because of its place: in the named ones, in all
// of the owner's where none is named.
func (l *Listener) PlacesBack(ctx context.Context, owner string, names []string) error {
	places := []Place{Place(owner + "/")}
	if len(names) > 0 {
		places = nil
		for _, name := range names {
			places = append(places, Place(name))
		}
	}
	for _, place := range places {
		if _, err := revive(ctx, l.runner, l.store, place, l.now(), func(issues.Kind) bool { return true }); err != nil {
			return err
		}
	}
	return nil
}

// Desired is the issue that is wanted of what is there.
func (l *Listener) Desired(ctx context.Context, at inbox.Issue) (id.ID, bool, error) {
	return l.store.At(ctx, Place(at.Repository.Name), at.Number)
}
