package self

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/evenkeel/evenkeel/services/measure"
)

// patience bounds the last flush, when the program is closing.
const patience = 5 * time.Second

// Pusher takes slots the way everybody's are taken, and gives back what is
// stored. It knows which SLO of which service a target is.
type Pusher interface {
	// Push stores the slots of each target, all or none.
	Push(ctx context.Context, reporter string, slots map[string][]measure.Slot) error
	// Stored returns the slots of a target and reporter that begin in [from, to).
	Stored(ctx context.Context, target, reporter string, from, to time.Time) ([]measure.Slot, error)
}

// Flusher pushes what a Recorder counted, again and again while a slot runs.
type Flusher struct {
	recorder *Recorder
	pusher   Pusher
	reporter string
	log      *slog.Logger

	// before is what an earlier process of this reporter had counted in the slot
	// in which this one began: what is pushed replaces it.
	first  time.Time
	before map[string]measure.Slot
}

// NewFlusher returns a flusher that pushes in the name of the reporter. Replicas
// that run at the same time need different ones.
func NewFlusher(recorder *Recorder, pusher Pusher, reporter string, log *slog.Logger) *Flusher {
	return &Flusher{recorder: recorder, pusher: pusher, reporter: reporter, log: log, first: recorder.waiting()[0].start}
}

// Run flushes at every interval until the context ends, and then once more. A
// flush that fails is logged, and its counts are pushed with the next.
func (f *Flusher) Run(ctx context.Context, interval time.Duration) {
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
			defer cancel()
			f.flush(last)
			return
		case <-ticker.C:
			f.flush(ctx)
		}
	}
}

func (f *Flusher) flush(ctx context.Context) {
	if err := f.FlushOnce(ctx); err != nil && ctx.Err() == nil {
		f.log.WarnContext(ctx, "own traffic was not pushed, it is kept for the next time", slog.Any("error", err))
	}
}

// FlushOnce pushes the running slot and those before it that were not pushed
// since they ended. It is not safe for use by several goroutines at once.
func (f *Flusher) FlushOnce(ctx context.Context) error {
	if err := f.recall(ctx); err != nil {
		return err
	}
	waiting := f.recorder.waiting()
	slots := make(map[string][]measure.Slot, len(Targets))
	for _, target := range Targets {
		for _, t := range waiting {
			good, total := t.of(target)
			s := measure.Slot{Start: t.start, Good: good * measure.Event, Total: total * measure.Event}
			if t.start.Equal(f.first) {
				s.Good += f.before[target].Good
				s.Total += f.before[target].Total
			}
			slots[target] = append(slots[target], s)
		}
	}
	if err := f.pusher.Push(ctx, f.reporter, slots); err != nil {
		return fmt.Errorf("pushing %d slots of own traffic: %w", len(waiting), err)
	}
	// The slot before the running one stays: requests that were answered as it
	// ended may still be on their way into its counts.
	if n := len(waiting); n > 2 {
		f.recorder.release(waiting[n-2].start)
	}
	return nil
}

// recall reads, once, what was counted before a restart in the slot that ran then.
func (f *Flusher) recall(ctx context.Context) error {
	if f.before != nil {
		return nil
	}
	before := map[string]measure.Slot{}
	var failures []error
	for _, target := range Targets {
		slots, err := f.pusher.Stored(ctx, target, f.reporter, f.first, f.first.Add(Resolution))
		if err != nil {
			failures = append(failures, fmt.Errorf("reading what was counted of %s before the start: %w", target, err))
		}
		for _, s := range slots {
			before[target] = s
		}
	}
	if err := errors.Join(failures...); err != nil {
		return err
	}
	f.before = before
	return nil
}
