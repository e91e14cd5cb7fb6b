package delivery

import (
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
)

// Reconcile has every issue looked at again that changed on the tracker since the
// last time, which webhooks may not have told of: one list for each place, once an
// hour. Before the hour is over it does nothing. What it finds is counted as
// "called"; a place that cannot be listed is counted as well, and asked once more after
// ten minutes, for all that changed since it was listed. In one that is gone or
// elsewhere all issues are looked at. What takes longer than a run goes on in the next.
// And some of the places because of which issues are dead are asked whether they are back.
// It is called between two calls of RunOnce, never beside one: a lane has one writer.
func (c *Courier) Reconcile(ctx context.Context) (map[string]int64, error) {
	r := c.newRound()
	now := c.Clock()
	lists, looksBack := !now.Before(c.listAt), !now.Before(c.lookBackAt)
	if !lists && !looksBack {
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
	if lists {
		err = r.listAll(ctx, now)
	}
	if err == nil && looksBack {
		if err = r.lookBack(ctx, now); err == nil {
			c.lookBackAt = now.Add(askEvery)
		}
	}
	return r.done, r.end(ctx, err)
}

// listAll lists the places that were not within the hour.
func (r *round) listAll(ctx context.Context, now time.Time) error {
	places, err := r.Store.Places(ctx, r.kinds)
	if err != nil {
		return err
	}
	listed, err := r.Store.Listed(ctx)
	if err != nil {
		return err
	}
	left := slices.DeleteFunc(places, func(place Place) bool {
		at, ok := listed[place.Folded()]
		return ok && now.Before(at.Add(listEvery))
	})
	lanes, err := r.lanes(ctx, left)
	if err != nil {
		return err
	}
	group, within := errgroup.WithContext(ctx)
	group.SetLimit(max(1, r.Settings.Lanes))
	for name, places := range lanes {
		group.Go(func() error { return r.listLane(within, name, places, listed, now) })
	}
	if err := group.Wait(); err != nil {
		return err
	}
	r.listAt = now.Add(listEvery)
	if unlisted := len(left) - int(r.done["places_listed"]); unlisted > 0 {
		r.done["places_unlisted"] = int64(unlisted)
		r.listAt = now.Add(overlap)
	}
	if r.done["lanes_unfinished"] > 0 {
		r.listAt = now
	}
	return nil
}

// listLane lists the places of a lane, one after the other. What is not reached is left
// to the next time.
func (r *round) listLane(ctx context.Context, name string, places []Place, listed map[Place]time.Time, now time.Time) error {
	g, err := r.gate(ctx, name)
	if err != nil {
		return err
	}
	p := &passage{round: r, own: g, until: r.Clock().Add(r.Settings.Budget)}
	for _, place := range places {
		since, err := r.since(ctx, place, listed)
		if err != nil {
			return err
		}
		err = p.list(ctx, place, since)
		switch e := AsError(err); {
		case err == nil:
		case e != nil && (e.Trouble == Limited || e.Trouble == Barred), errors.Is(err, errClosed) && g.notBefore().After(p.until):
			p.count("lanes_waiting")
			return nil
		case errors.Is(err, errClosed):
			p.count("lanes_unfinished")
			return nil
		case e == nil:
			return err
		case e.Trouble == Lost || e.Trouble == Unavailable:
			p.answered(place, false)
			continue
		default: // what became of it is found out where the issues are
			n, err := p.Store.CallIn(ctx, place, p.Clock())
			if err != nil {
				return err
			}
			p.add("called", n)
		}
		if err := r.Runner.InTx(ctx, func(ctx context.Context) error { return r.Store.PutListed(ctx, place, now) }); err != nil {
			return err
		}
		p.count("places_listed")
	}
	return nil
}

// since is from when on changes in a place were not listed: in one that never was, since
// the first issue was opened that is there.
func (r *round) since(ctx context.Context, place Place, listed map[Place]time.Time) (time.Time, error) {
	at, ok := listed[place.Folded()]
	if !ok {
		var err error
		if at, err = r.Store.FirstOpened(ctx, place); err != nil {
			return at, err
		}
	}
	return at.Add(-overlap), nil
}

// list has those looked at that changed in a place.
func (p *passage) list(ctx context.Context, place Place, since time.Time) error {
	type answer struct {
		found []Remote
		next  int
	}
	for page := 1; page != 0; {
		got, err := ask(ctx, p, place, Reading, func(ctx context.Context) (a answer, err error) {
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
			p.add("called", n)
		}
		page = got.next
	}
	return nil
}

// add counts so many.
func (r *round) add(name string, n int) {
	if n > 0 {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.done[name] += int64(n)
	}
}
