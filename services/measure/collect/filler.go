package collect

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/source"
)

// Filler works off backfills. It is to be run by one replica at a time, with the
// fence of its lease in the context.
type Filler struct{ Parts }

// NewFiller returns a filler.
func NewFiller(p Parts) *Filler { return &Filler{p} }

// RunOnce goes on with every backfill that may be tried now, for as long as a
// round takes: chunk by chunk, by turns of the teams, and of each team the oldest
// first. A chunk is stored together with the cursor, so that a run can end at any
// moment. It returns the numbers of "chunks" and "slots" stored, of slots
// "missing", of chunks that "failed", and of backfills "finished" and "cancelled",
// because their indicator is not measured any more.
func (f *Filler) RunOnce(ctx context.Context) (map[string]int64, error) {
	r := f.begin(true, 0, "rounds", "chunks", "slots", "missing", "failed", "finished", "cancelled", "segments")
	if err := r.cancelIdle(ctx); err != nil {
		return r.counts, err
	}
	sources, err := f.Store.SourcesToFill(ctx, f.Clock())
	if err != nil {
		return r.counts, fmt.Errorf("listing the data sources to fill from: %w", err)
	}
	r.calls = max(1, maxCalls/max(1, len(sources)))
	err = r.each(ctx, sources, func(ctx context.Context, src source.Source, reader Reader) error {
		return (&filling{run: r, src: src, reader: reader}).fill(ctx)
	})
	return r.counts, err
}

// cancelIdle ends the backfills of indicators that were replaced, and of SLOs and
// services that were retired.
func (r *run) cancelIdle(ctx context.Context) error {
	for {
		idle, err := r.Store.Idle(ctx, pageSize)
		if err != nil {
			return fmt.Errorf("looking for backfills of what is not measured: %w", err)
		}
		now := r.Clock()
		err = r.Runner.InTx(ctx, func(ctx context.Context) error {
			for _, b := range idle {
				b, err := b.cancel("What it was for is not measured any more: the SLO was retired, or measures something else.", now)
				if err != nil {
					return err
				}
				if _, err := r.Store.PutBackfill(ctx, b); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("cancelling backfills: %w", err)
		}
		if r.count("cancelled", len(idle)); len(idle) < pageSize {
			return nil
		}
	}
}

// filling is one data source's part of a run.
type filling struct {
	*run
	src    source.Source
	reader Reader
}

// fill works off chunks until none is left or the time is over.
func (f *filling) fill(ctx context.Context) error {
	q, err := f.plan(ctx)
	if err != nil {
		return err
	}
	begin, done := context.WithTimeout(ctx, roundTime)
	defer done()
	workers := f.workers(f.src)
	errs := make([]error, workers)
	var working sync.WaitGroup
	for i := range workers {
		working.Go(func() {
			for begin.Err() == nil {
				name, works, ok := q.take()
				if !ok {
					return
				}
				errs[i] = f.guarded(func() (err error) {
					works, err = f.chunk(ctx, begin, works)
					return err
				})
				if errs[i] != nil {
					return
				}
				if len(works) > 0 {
					q.again(name, works)
				}
			}
		})
	}
	working.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// plan reads what is to be worked off, up to a bound, and puts together what is
// read together.
func (f *filling) plan(ctx context.Context) (*queue[[]*Work], error) {
	now := f.Clock()
	q := &queue[[]*Work]{}
	together := map[string][]*Work{}
	for after := id.ID(""); ; {
		page, err := f.Store.Work(ctx, f.src.ID, now, after, pageSize)
		if err != nil {
			return nil, fmt.Errorf("reading backfills: %w", err)
		}
		for i := range page {
			w := &page[i]
			if key := f.reader.Together(w.Target.Origin); key != "" {
				key = fmt.Sprint(w.Target.Resolution, key)
				together[key] = append(together[key], w)
				if len(together[key])*chunkSlots*weight(w.Target.Origin) > maxSlots {
					q.add("", together[key])
					delete(together, key)
				}
				continue
			}
			q.add(string(w.Target.Team), []*Work{w})
		}
		if len(page) < pageSize {
			break
		}
		after = page[len(page)-1].ID
	}
	for _, works := range together {
		q.add("", works)
	}
	return q, nil
}

// chunk reads the next chunk of each work by one call, stores what came, and
// returns those that go on.
func (f *filling) chunk(ctx, begin context.Context, works []*Work) ([]*Work, error) {
	now := f.Clock()
	var asks []origin.Ask
	var asked []*Work
	var outcomes []outcome
	for _, w := range works {
		switch ask, ok := w.chunk(&w.Target, now); {
		case f.src.RetiredAt != nil:
			outcomes = append(outcomes, after(w.failed(Refused, "The data source was retired.", now), false))
		case !ok:
			outcomes = append(outcomes, after(w.done(now), false))
		default:
			asks, asked = append(asks, ask), append(asked, w)
		}
	}
	if len(asks) > 0 {
		answers := f.call(ctx, begin, f.src, f.reader, asks)
		if answers == nil || ctx.Err() != nil {
			return nil, nil // its turn did not come: it goes on with the next run
		}
		now = f.Clock()
		for i, w := range asked {
			outcomes = append(outcomes, f.outcome(ctx, w, asks[i], answers[i], now))
		}
	}
	if err := f.commit(ctx, f.src, outcomes, now); err != nil {
		return nil, err
	}
	for _, o := range outcomes {
		f.count("chunks", 1)
		if o.backfill.State == Succeeded {
			f.count("finished", 1)
		}
	}
	var on []*Work
	for i, w := range asked {
		o := outcomes[len(outcomes)-len(asked)+i]
		if w.Backfill = *o.backfill; !o.ended && w.Open() && w.Failing == "" {
			on = append(on, w)
		}
	}
	return on, nil
}

func (f *filling) outcome(ctx context.Context, w *Work, ask origin.Ask, a origin.Answer, now time.Time) outcome {
	if a.Err != nil {
		kind, text := failing(a.Err)
		if kind == Internal {
			f.Logger.ErrorContext(ctx, "backfill cannot be read", slog.String("backfill_id", string(w.ID)), slog.Any("error", a.Err))
		}
		return after(w.failed(kind, text, now), true)
	}
	return f.learnt(w, ask, a, now)
}

func (f *filling) learnt(w *Work, ask origin.Ask, a origin.Answer, now time.Time) outcome {
	got := sift(ask, a)
	b := w.read(ask, got, now)
	if b.Failing != "" {
		got = reading{} // the chunk is read again, as a whole
	}
	o := after(b, true)
	o.reading, o.lost = got, more(w.Missing, b.Missing)
	o.refused = func(kind Failing, text string) outcome { return after(w.failed(kind, text, now), true) }
	o.overfull = func(full *measure.Overfull) outcome {
		a.Missing = slices.Concat(a.Missing, tooMany(full, ask))
		return f.learnt(w, ask, a, now)
	}
	return o
}

// after is what is stored of a backfill.
func after(b Backfill, asked bool) outcome {
	return outcome{backfill: &b, asked: asked, failing: b.Failing}
}
