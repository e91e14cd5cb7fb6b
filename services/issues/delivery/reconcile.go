package delivery

import (
	"context"
	"errors"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/evenkeel/evenkeel/internal/tx"
)

const (
	// listEvery is how long after one listing the next comes.
	listEvery = time.Hour
	// overlap is how far a listing reaches back behind the one before: clocks differ,
	// and lists lag.
	overlap = 10 * time.Minute
	// firstReach is how far back the first listing of a courier reaches.
	firstReach = 24 * time.Hour
)

// Reconcile has every issue looked at again that changed on the tracker since the
// last time, which webhooks may not have told of: one list for each place, once an
// hour. Before the hour is over it does nothing. What it finds is counted as
// "called"; a place that cannot be listed is counted as well, and asked with the next.
// It is called between two calls of RunOnce, never beside one: a lane has one writer.
func (c *Courier) Reconcile(ctx context.Context) (map[string]int64, error) {
	r := &round{Courier: c, done: map[string]int64{}}
	now := c.Clock()
	if now.Before(c.listAt) {
		return r.done, nil
	}
	var err error
	if r.kinds, err = c.sent(ctx); err != nil || len(r.kinds) == 0 {
		return r.done, err
	}
	r.owner.Holder = c.Holder
	if fence, ok := tx.FenceFrom(ctx); ok {
		r.owner.Epoch = fence.Epoch
	}
	places, err := c.Store.Places(ctx, r.kinds)
	if err != nil {
		return r.done, err
	}
	lanes, err := r.lanes(ctx, places)
	if err != nil {
		return r.done, err
	}
	since := now.Add(-firstReach)
	if !c.listedAt.IsZero() {
		since = c.listedAt.Add(-overlap)
	}
	group, within := errgroup.WithContext(ctx)
	group.SetLimit(max(1, c.Settings.Lanes))
	for name, places := range lanes {
		group.Go(func() error { return r.listLane(within, name, places, since) })
	}
	if err := group.Wait(); err != nil {
		return r.done, err
	}
	c.listAt = now.Add(listEvery)
	if r.done["lanes_waiting"] == 0 && r.done["places_unlisted"] == 0 {
		c.listedAt = now
	} else {
		c.listAt = now.Add(overlap) // all are asked again: it is one request for each
	}
	return r.done, nil
}

// listLane lists the places of a lane, one after the other. A lane that is closed is
// left to the next time.
func (r *round) listLane(ctx context.Context, name string, places []Place, since time.Time) error {
	lane, err := r.Store.Lane(ctx, name)
	if err != nil {
		return err
	}
	p := &passage{round: r, lane: lane, until: r.Clock().Add(r.Settings.Budget)}
	for _, place := range places {
		err := p.list(ctx, place, since)
		switch e := AsError(err); {
		case err == nil:
		case errors.Is(err, errClosed), e != nil && (e.Trouble == Limited || e.Trouble == Barred):
			p.count("lanes_waiting")
			return p.putLane(ctx)
		case e != nil:
			p.count("places_unlisted")
		default:
			return err
		}
	}
	return p.putLane(ctx)
}

// list has those looked at that changed in a place.
func (p *passage) list(ctx context.Context, place Place, since time.Time) error {
	type answer struct {
		found []Remote
		next  int
	}
	for page := 1; page != 0; {
		got, err := ask(ctx, p, Reading, func(ctx context.Context) (a answer, err error) {
			a.found, a.next, err = p.Tracker.Find(ctx, place, since, page)
			return a, err
		})
		if err != nil {
			return err
		}
		for _, remote := range got.found {
			n, err := p.Store.CallAt(ctx, place, remote.Number, p.Clock())
			if err != nil {
				return err
			}
			if n > 0 {
				p.count("called")
			}
		}
		page = got.next
	}
	return nil
}
