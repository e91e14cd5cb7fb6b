package delivery

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/tx"
	"github.com/evenkeel/evenkeel/services/issues"
)

// Revivals are the deliveries that are dead because of their place.
type Revivals interface {
	// DeadIn returns those that are dead BecausePlace in a place, in all of an owner's where
	// it has no name, the oldest first that come after that issue; after none, the first.
	DeadIn(ctx context.Context, place Place, after id.ID, limit int) ([]Delivery, error)
	// PutDelivery writes everything but Issue, Kind, Calls and CreatedAt, and raises the
	// version; Precondition when another did meanwhile. When it was called since
	// it was read, it stays due as that said, whatever DueAt is.
	PutDelivery(ctx context.Context, d Delivery) error
}

// revive has all tried again that are dead because of the place, of the kinds that it
// takes, and returns how many. Each is looked at once, whatever becomes of it. Where that is
// wrong they die again, and stay so until the place changes again.
func revive(ctx context.Context, runner tx.Runner, store Revivals, place Place, now time.Time, takes func(issues.Kind) bool) (revived int, err error) {
	now = clock.Round(now)
	var last id.ID
	for {
		dead, err := store.DeadIn(ctx, place, last, batch)
		if err != nil {
			return revived, err
		}
		n := 0
		err = runner.InTx(ctx, func(ctx context.Context) error {
			n = 0
			for _, d := range dead {
				if !takes(d.Kind) {
					continue
				}
				d.Revive(now)
				d.UpdatedAt = now
				switch err := store.PutDelivery(ctx, d); {
				case err == nil:
					n++
				case !fault.Is(err, fault.Precondition):
					return fmt.Errorf("have issue %s tried again: %w", d.Issue, err)
				}
			}
			return nil
		})
		if err != nil {
			return revived, err
		}
		revived += n
		if len(dead) < batch {
			return revived, nil
		}
		last = dead[len(dead)-1].Issue
	}
}

const (
	// askedAtOnce is how many places are asked in an hour whether they are back.
	askedAtOnce = 20
	// askEvery is how long after one that was not back it is asked again, at the earliest;
	// one that was is asked again after a day, if what was tried there failed.
	askEvery, askWellEvery = time.Hour, 24 * time.Hour
)

// lookBack asks some of the places because of which issues are dead whether they are back,
// since a webhook that told of it may be lost, and of issues that were enabled there is
// none.
func (r *round) lookBack(ctx context.Context, now time.Time) error {
	places, err := r.Store.DeadPlaces(ctx, r.kinds, now, askedAtOnce)
	if err != nil {
		return err
	}
	err = r.Runner.InTx(ctx, func(ctx context.Context) error {
		for _, place := range places { // where no lane leads, too
			if err := r.Store.PutAskAt(ctx, place, now.Add(askEvery)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	lanes, err := r.lanes(ctx, places)
	if err != nil {
		return err
	}
	group, within := errgroup.WithContext(ctx)
	group.SetLimit(max(1, r.Settings.Lanes))
	for name, places := range lanes {
		group.Go(func() error {
			g, err := r.gate(within, name)
			p := &passage{round: r, own: g, until: r.Clock().Add(r.Settings.Budget)}
			for i := 0; err == nil && i < len(places); i++ {
				err = p.lookBackAt(within, places[i], now)
			}
			if errors.Is(err, errClosed) {
				return nil
			}
			return err
		})
	}
	return group.Wait()
}

// lookBackAt asks one; errClosed when no more can be asked in its lane.
func (p *passage) lookBackAt(ctx context.Context, place Place, now time.Time) error {
	p.forget(place)
	facts, err := p.factsOf(ctx, place)
	e := AsError(err)
	switch {
	case err != nil && e == nil:
		return err
	case e != nil && (e.Trouble == Limited || e.Trouble == Barred):
		return errClosed
	case e != nil && e.Trouble != Moved: // what moved is followed
		return nil
	}
	takes := func(kind issues.Kind) bool { return e != nil || p.Settings.objection(facts, kind) == "" }
	if !slices.ContainsFunc(p.kinds, takes) {
		return nil
	}
	n, err := revive(ctx, p.Runner, p.Store, place, p.Clock(), takes)
	if err != nil {
		return err
	}
	p.add("revived", n)
	return p.Runner.InTx(ctx, func(ctx context.Context) error { return p.Store.PutAskAt(ctx, place, now.Add(askWellEvery)) })
}
