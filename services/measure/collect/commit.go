package collect

import (
	"context"
	"errors"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/tx"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/source"
)

// outcome is what came of one ask, to be stored together: slots, and how far the
// collection or the backfill is with them. Committing turns it into what was
// stored.
type outcome struct {
	reading
	collection *Collection
	left       *Backfill // of the slots that collection left out
	backfill   *Backfill
	lost       map[origin.Reason]int // slots that are known to have no data since
	ended      bool                  // the backfill was, by somebody else
	asked      bool
	failing    Failing
	// refused turns it into what is stored when its slots cannot be.
	refused func(kind Failing, text string) outcome
	// overfull turns it into what is stored without the slots that hold too much.
	overfull func(full *measure.Overfull) outcome
}

// commit stores the outcomes, in transactions of what measure takes at once, and
// how the data source answered. An indicator whose slots are refused does not keep
// those of others from being stored.
func (r *run) commit(ctx context.Context, src source.Source, outcomes []outcome, now time.Time) error {
	for len(outcomes) > 0 {
		n, series, slots := 0, 0, 0
		for ; n < len(outcomes) && n < measure.MaxSeriesPerPush; n++ {
			series += len(outcomes[n].batches)
			slots += outcomes[n].slots
			if n > 0 && (series > measure.MaxSeriesPerPush || slots > measure.MaxSlotsPerPush) {
				break
			}
		}
		if err := r.commitSome(ctx, src, outcomes[:n], now); err != nil {
			return err
		}
		outcomes = outcomes[n:]
	}
	return nil
}

func (r *run) commitSome(ctx context.Context, src source.Source, some []outcome, now time.Time) error {
	receipt, err := r.store(ctx, src, some, now)
	if err == nil {
		for _, o := range some {
			r.Meter.Slots(src.Slug, o.slots)
			r.count("slots", o.slots)
			for reason, n := range o.lost {
				r.Meter.Missing(src.Slug, reason, n)
				r.count("missing", n)
			}
			if o.failing != "" {
				r.Meter.Failed(src.Slug, o.failing)
				r.count("failed", 1)
			}
			if o.left != nil {
				r.count("holes", 1)
			}
		}
		r.count("segments", receipt.Changed)
		return nil
	}
	if tx.IsLeaseLost(err) || !fault.Is(err, fault.Invalid) && !fault.Is(err, fault.Conflict) {
		return err
	}
	if len(some) == 1 {
		if some[0].slots == 0 {
			return err
		}
		if full, ok := errors.AsType[*measure.Overfull](err); ok {
			some[0] = some[0].overfull(full)
		} else {
			some[0] = some[0].refused(NotTaken, clip(err.Error()))
		}
	}
	for i := range some {
		if err := r.commitSome(ctx, src, some[i:i+1], now); err != nil {
			return err
		}
	}
	return nil
}

// store writes the outcomes in one transaction. A backfill that was ended
// meanwhile has nothing stored.
func (r *run) store(ctx context.Context, src source.Source, some []outcome, now time.Time) (measure.Receipt, error) {
	var receipt measure.Receipt
	err := r.Runner.InTx(ctx, func(ctx context.Context) error {
		var batches []measure.Batch
		var collections []Collection
		var left []Backfill
		asked, answered, failure := false, false, ""
		for i, o := range some {
			if o.backfill != nil {
				open, err := r.Store.PutBackfill(ctx, *o.backfill)
				if err != nil {
					return err
				}
				if some[i].ended = !open; !open {
					continue
				}
				failure = o.backfill.Failure
			}
			if o.collection != nil {
				collections = append(collections, *o.collection)
				failure = o.collection.Failure
			}
			if o.left != nil {
				left = append(left, *o.left)
			}
			asked = asked || o.asked
			answered = answered || o.asked && o.failing != Unavailable && o.failing != Internal
			batches = append(batches, o.batches...)
		}
		if len(batches) > 0 {
			var err error
			if receipt, err = r.Measurements.Replace(ctx, batches); err != nil {
				return err
			}
		}
		if len(collections) > 0 {
			if err := r.Store.PutCollections(ctx, collections); err != nil {
				return err
			}
		}
		if len(left) > 0 {
			if err := r.Store.CreateBackfills(ctx, left); err != nil {
				return err
			}
		}
		if !asked {
			return nil
		}
		if answered {
			failure = ""
		}
		return r.Health.Observe(ctx, src.ID, answered, failure, now)
	})
	return receipt, err
}
