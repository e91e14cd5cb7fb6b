package collect

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/tx"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/source"
)

// Measurements takes in what was read; see measure.Service, which is one.
type Measurements interface {
	Replace(ctx context.Context, batches []measure.Batch) (measure.Receipt, error)
}

// Parts is what a Collector and a Filler are made of, the same for both.
type Parts struct {
	Store   Store
	Health  Health
	Sources Sources
	Readers Readers
	// Recordings are of the kinds of data sources that know rules; a Filler needs none.
	Recordings   map[source.Kind]Recordings
	Measurements Measurements
	Runner       tx.Runner
	Gates        *Gates
	Meter        Meter
	Clock        clock.Clock
	Logger       *slog.Logger
}

const (
	// roundTime is how long a round begins calls to a data source. What was not
	// reached is first in the next.
	roundTime = 10 * time.Second
	// again is when a data source has its next round, while another is still busy
	// with its first.
	again = 15 * time.Second
	// maxCalls bounds the calls under way to all data sources together: each has as
	// many as are its part, whatever the others do.
	maxCalls = 128
	// patience is how many time-outs of the source a call may take, as it may need
	// several requests.
	patience = 4
	// silent is how many calls in a row, of as many as are under way, a data source
	// leaves unanswered until it is not asked any more in the round.
	silent = 3
)

// run is one run over all data sources.
type run struct {
	*Parts
	past  bool // of backfills
	calls int  // that a source may have under way, at most

	mu     sync.Mutex
	counts map[string]int64
}

func (p *Parts) begin(past bool, sources int, counts ...string) *run {
	r := &run{Parts: p, past: past, calls: max(1, maxCalls/max(1, sources)), counts: map[string]int64{}}
	for _, name := range counts {
		r.counts[name] = 0
	}
	return r
}

func (r *run) count(name string, n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.counts[name] += int64(n)
}

// each gives every data source a round of its own, all at the same time. One that
// takes long holds up none: the others have further rounds meanwhile. It returns
// when each had one.
func (r *run) each(ctx context.Context, sources []id.ID, round func(ctx context.Context, src source.Source, reader Reader) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var busy atomic.Int64
	busy.Store(int64(len(sources)))
	ended := make(chan struct{})
	errs := make([]error, len(sources))
	var all sync.WaitGroup
	for i, of := range sources {
		all.Go(func() {
			for first := true; ; first = false {
				err := r.guarded(func() error { return r.one(ctx, of, round) })
				if err != nil && ctx.Err() == nil {
					errs[i] = fmt.Errorf("reading from the data source %s: %w", of, err)
				}
				if tx.IsLeaseLost(err) {
					cancel() // whatever else is written fails as well
				}
				if first && busy.Add(-1) == 0 {
					close(ended)
				}
				next := time.NewTimer(again)
				select {
				case <-ended:
				case <-ctx.Done():
				case <-next.C:
					continue
				}
				next.Stop()
				return
			}
		})
	}
	all.Wait()
	return errors.Join(append(errs, context.Cause(ctx))...)
}

// one has a round with a data source, unless it is not asked any more or nobody
// knows how.
func (r *run) one(ctx context.Context, of id.ID, round func(ctx context.Context, src source.Source, reader Reader) error) error {
	src, err := r.Sources.Source(ctx, of)
	if err != nil {
		return err
	}
	reader := r.Readers[src.Kind]
	if reader == nil || src.RetiredAt != nil && !r.past {
		r.count("sources_left_out", 1)
		return nil
	}
	r.count("rounds", 1)
	return round(ctx, src, reader)
}

// workers is how many calls to the data source are under way at once.
func (r *run) workers(src source.Source) int {
	limit := max(1, src.Concurrency)
	if r.past {
		limit = share(limit)
	}
	return min(limit, r.calls)
}

// guarded makes an error of a panic: what one data source answers must not end the
// process, and then the next replica's.
func (r *run) guarded(do func() error) (err error) {
	defer func() {
		if value := recover(); value != nil {
			r.Logger.Error("reading from a data source panicked", "panic", fmt.Sprint(value), "stack", string(debug.Stack()))
			err = fmt.Errorf("reading from a data source panicked: %v", value)
		}
	}()
	return do()
}

// call asks the data source, when it is its turn: there is an answer to every ask.
// It is nil when the turn did not come before begin ended.
func (r *run) call(ctx, begin context.Context, src source.Source, reader Reader, asks []origin.Ask) []origin.Answer {
	answers, came := r.turn(ctx, begin, src, patience*max(src.Timeout, time.Second), func(ctx context.Context) []origin.Answer {
		defer r.measured(src)()
		return reader.Read(ctx, src, asks)
	})
	if !came {
		return nil
	}
	for len(answers) < len(asks) {
		answers = append(answers, origin.Answer{Err: errNoAnswer})
	}
	return answers
}

// measured measures how long a data source takes, until it is called.
func (r *run) measured(src source.Source) func() {
	began := time.Now()
	return func() { r.Meter.Read(src.Slug, time.Since(began)) }
}

// turn has a data source asked within a time, when it is its turn; false when that did not come
// before begin ended. A panic leaves no answers.
func (r *run) turn(ctx, begin context.Context, src source.Source, most time.Duration, ask func(context.Context) []origin.Answer) (answers []origin.Answer, came bool) {
	leave, err := r.Gates.enter(begin, src.ID, max(1, src.Concurrency), r.past)
	if err != nil {
		return nil, false
	}
	defer leave()
	within, done := context.WithTimeout(ctx, most)
	defer done()
	if err := r.guarded(func() error { answers = ask(within); return nil }); err != nil {
		answers = nil
	}
	return answers, true
}
