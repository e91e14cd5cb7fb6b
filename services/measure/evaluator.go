package measure

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/tx"
)

const (
	// chunkSeries bounds a transaction of the evaluator, so that SQLite's one
	// writer is never held long.
	chunkSeries = 500
	// changesAtOnce bounds the notes that are read at a time.
	changesAtOnce = 100_000
	// coldSegments bounds the segments that are in memory at a time while
	// timelines are built from the store.
	coldSegments = 5_000
)

// Evaluator turns changed segments into sums over windows. It keeps a timeline of
// every series in memory, built from the store when it is first needed, and is
// to be run by one replica at a time: with a fence in the context, memory is
// dropped whenever the lease was taken anew, because another may have read
// changes meanwhile; without a fence, nobody else may evaluate at all.
type Evaluator struct {
	store       Store
	subjects    Subjects
	conclusions Conclusions
	tx          tx.Runner
	now         clock.Clock
	log         *slog.Logger

	mu     sync.Mutex
	fence  tx.Fence // under which the memory was built
	memory *memory
}

// NewEvaluator returns an evaluator that knows nothing yet.
func NewEvaluator(store Store, subjects Subjects, conclusions Conclusions, runner tx.Runner, now clock.Clock, log *slog.Logger) *Evaluator {
	return &Evaluator{store: store, subjects: subjects, conclusions: conclusions, tx: runner, now: now, log: log, memory: newMemory()}
}

// RunOnce evaluates every subject that is due: it is new or has a new revision,
// a segment of it changed, or a slot has ended since; an Evaluation follows from
// these alone, so that whoever judges staleness by its End misses nothing. It returns the numbers of
// "subjects" and "series" there are, of subjects "evaluated", of "changes"
// settled and of "orphaned" ones whose subject is gone, of "segments_loaded", and
// of subjects "unreadable", of which a segment or a correction cannot be read or that have more events
// than can be counted: these are left as they were, logged, and tried again
// at the next run. A run that was interrupted or failed is made good by the next.
func (e *Evaluator) RunOnce(ctx context.Context) (map[string]int64, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	fence, _ := tx.FenceFrom(ctx)
	if fence != e.fence {
		e.fence, e.memory = fence, newMemory()
	}
	run := &run{Evaluator: e, memory: e.memory, now: e.now(), counts: map[string]int64{
		"subjects": 0, "series": 0, "evaluated": 0, "changes": 0, "orphaned": 0, "segments_loaded": 0, "unreadable": 0,
	}}
	for {
		more, err := run.once(ctx)
		if err != nil && tx.IsLeaseLost(err) {
			e.memory = newMemory()
		}
		if err != nil || !more {
			return run.counts, err
		}
	}
}

// Size is about the memory that the timelines take, in bytes.
func (e *Evaluator) Size() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.memory.size()
}

// run is one run of the evaluator.
type run struct {
	*Evaluator
	memory *memory
	now    time.Time
	counts map[string]int64
}

// once settles the changes that there are, up to a bound, and reports whether
// there may be more. The order of the reads matters: a segment is never older
// than a note read before it, and a subject was there before its changes were.
func (r *run) once(ctx context.Context) (more bool, err error) {
	changes, err := r.store.Changes(ctx, changesAtOnce)
	if err != nil {
		return false, fmt.Errorf("reading changes: %w", err)
	}
	subjects, err := r.subjects.Subjects(ctx)
	if err != nil {
		return false, fmt.Errorf("reading subjects: %w", err)
	}
	r.memory.keep(subjects)
	if err := r.discover(ctx, changes); err != nil {
		return false, err
	}
	orphans := r.memory.note(changes)
	r.counts["subjects"], r.counts["series"] = int64(len(r.memory.subjects)), int64(len(r.memory.owners))

	var failures []error
	for _, chunk := range chunks(r.memory.due(r.now)) {
		if err := r.settle(ctx, chunk); err != nil {
			if failures = append(failures, err); tx.IsLeaseLost(err) || ctx.Err() != nil {
				return false, errors.Join(failures...)
			}
		}
	}
	for some := range slices.Chunk(orphans, coldSegments) {
		if err := r.tx.InTx(ctx, func(ctx context.Context) error { return r.store.RemoveChanges(ctx, some) }); err != nil {
			return false, errors.Join(append(failures, fmt.Errorf("removing %d changes of nobody's: %w", len(some), err))...)
		}
		r.counts["orphaned"] += int64(len(some))
	}
	return len(changes) == changesAtOnce && len(failures) == 0, errors.Join(failures...)
}

// discover finds the series of subjects that are not known yet, and of all when
// a change is of a series that nobody knows, and once a day, so that those that
// were removed are forgotten.
func (r *run) discover(ctx context.Context, changes []Change) error {
	day := r.now.Truncate(DaySpan)
	all := !day.Equal(r.memory.day) || slices.ContainsFunc(changes, func(c Change) bool { return r.memory.owners[c.Series] == nil })
	var indicators []id.ID
	for _, k := range r.memory.ordered {
		if all || !k.discovered {
			indicators = append(indicators, k.indicators()...)
		}
	}
	slices.Sort(indicators) // subjects may share one
	for some := range slices.Chunk(slices.Compact(indicators), chunkSeries) {
		series, err := r.store.Series(ctx, some)
		if err != nil {
			return fmt.Errorf("reading the series of %d indicators: %w", len(some), err)
		}
		r.memory.enter(some, series)
	}
	r.memory.day = day
	for _, k := range r.memory.ordered {
		k.discovered = true
	}
	return nil
}

// settle evaluates a chunk of subjects and commits what follows, together with
// the removal of the changes that were read.
func (r *run) settle(ctx context.Context, chunk []*kept) error {
	broken := map[*kept]error{}
	if err := r.bring(ctx, chunk, broken); err != nil {
		for _, k := range chunk {
			k.forget() // some of it may have been brought up to date, some not
		}
		return err
	}
	var notes []int64
	evaluations := make([]Evaluation, 0, len(chunk))
	for _, k := range chunk {
		notes = append(notes, k.notes...)
		var e Evaluation
		if broken[k] == nil {
			e, broken[k] = k.evaluate(r.now)
		}
		if err := broken[k]; err != nil {
			r.counts["unreadable"]++
			r.log.ErrorContext(ctx, "subject cannot be evaluated", slog.String("subject_id", string(k.ID)), slog.Any("error", err))
			k.forget()
			continue
		}
		evaluations = append(evaluations, e)
	}
	err := r.tx.InTx(ctx, func(ctx context.Context) error {
		if len(evaluations) > 0 {
			if err := r.conclusions.Conclude(ctx, r.now, evaluations); err != nil {
				return fmt.Errorf("concluding from %d evaluations: %w", len(evaluations), err)
			}
		}
		if len(notes) > 0 {
			if err := r.store.RemoveChanges(ctx, notes); err != nil {
				return fmt.Errorf("removing %d changes: %w", len(notes), err)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, k := range chunk {
		k.settled(broken[k] == nil, r.now)
	}
	r.counts["evaluated"] += int64(len(evaluations))
	r.counts["changes"] += int64(len(notes))
	return nil
}

// chunks cuts the subjects where their series exceed what one transaction takes, and where
// it is another's turn.
func chunks(due []*kept) [][]*kept {
	var out [][]*kept
	series, first := 0, 0
	for i, k := range due {
		n := max(1, len(k.lines))
		if i > first && (series+n > chunkSeries || k.turn() != due[first].turn()) {
			out = append(out, due[first:i])
			series, first = 0, i
		}
		series += n
	}
	if first < len(due) {
		out = append(out, due[first:])
	}
	return out
}
