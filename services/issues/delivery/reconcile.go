package delivery

import (
	"cmp"
	"context"
	"errors"
	"slices"
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

// listing is when a place was last asked what changed there, and when it last said so.
type listing struct{ askedAt, listedAt time.Time }

// Reconcile has every issue looked at again that changed on the tracker since the
// last time, which webhooks may not have told of: one list for each place, once an
// hour. Places that do not fit into the run's time are listed in the next, the longest
// unasked first; when all are, it does nothing before the hour is over. What it finds is
// counted as "called"; a place that cannot be listed is counted as well, and asked
// again later. It is called between two calls of RunOnce, never beside one: a lane has
// one writer.
func (c *Courier) Reconcile(ctx context.Context) (map[string]int64, error) {
	r := &round{Courier: c, kinds: c.Settings.delivered(), done: map[string]int64{}}
	now := c.Clock()
	if len(r.kinds) == 0 || now.Before(c.listAt) {
		return r.done, nil
	}
	r.owner.Holder = c.Holder
	if fence, ok := tx.FenceFrom(ctx); ok {
		r.owner.Epoch = fence.Epoch
	}
	if !now.Before(c.listingAt.Add(listEvery)) {
		c.listingAt = now
	}
	places, err := c.Store.Places(ctx, r.kinds)
	if err != nil {
		return r.done, err
	}
	places = slices.DeleteFunc(places, func(p Place) bool {
		listed := !c.listings[p].listedAt.Before(c.listingAt)
		if !listed && c.rests(p) {
			r.count("places_unlisted")
		}
		return listed
	})
	lanes, err := r.lanes(ctx, places)
	if err != nil {
		return r.done, err
	}
	group, within := errgroup.WithContext(ctx)
	group.SetLimit(max(1, c.Settings.Lanes))
	for name, places := range lanes {
		group.Go(func() error { return r.listLane(within, name, places) })
	}
	if err := group.Wait(); err != nil {
		return r.done, err
	}
	switch {
	case r.done["lanes_unfinished"] > 0: // the next run goes on
	case r.done["lanes_waiting"] > 0 || r.done["places_unlisted"] > 0:
		c.listAt = now.Add(overlap)
	default:
		c.listAt = c.listingAt.Add(listEvery)
	}
	return r.done, nil
}

// listLane lists the places of a lane, one after the other. A lane that is closed is
// left to a later time.
func (r *round) listLane(ctx context.Context, name string, places []Place) error {
	lane, err := r.Store.Lane(ctx, name)
	if err != nil {
		return err
	}
	slices.SortFunc(places, func(a, b Place) int {
		return cmp.Or(r.lastListed(a).askedAt.Compare(r.lastListed(b).askedAt), cmp.Compare(a, b))
	})
	p := &passage{round: r, lane: lane, until: r.Clock().Add(r.Settings.Budget)}
	for _, place := range places {
		last, now := r.lastListed(place), r.Clock()
		since := now.Add(-firstReach)
		if !last.listedAt.IsZero() {
			since = last.listedAt.Add(-overlap)
		}
		err := p.list(ctx, place, since)
		e := AsError(err)
		switch {
		case errors.Is(err, errClosed) && !r.Clock().Before(p.until):
			p.count("lanes_unfinished")
			return p.putLane(ctx)
		case errors.Is(err, errClosed), e != nil && (e.Trouble == Limited || e.Trouble == Barred):
			p.count("lanes_waiting")
			return p.putLane(ctx)
		case err == nil:
			last.listedAt = now
			p.answered(place, true)
		case e != nil:
			p.count("places_unlisted")
			if e.Trouble == Lost || e.Trouble == Unavailable {
				p.answered(place, false)
			}
		default:
			return err
		}
		last.askedAt = now
		r.noteListed(place, last)
	}
	return p.putLane(ctx)
}

func (c *Courier) lastListed(place Place) listing {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.listings[place]
}

func (c *Courier) noteListed(place Place, l listing) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.listings[place] = l
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
