package collect

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/source"
)

// pageSize is how many targets or backfills are read from the store at a time.
const pageSize = 500

// Collector reads the slots that ended lately. It is to be run by one replica at
// a time, with the fence of its lease in the context.
type Collector struct{ Parts }

// NewCollector returns a collector.
func NewCollector(p Parts) *Collector { return &Collector{p} }

// RunOnce reads of each active SLO that is asked for the slots that ended the
// source's delay ago and were not collected, and the last three again. It returns
// the numbers of "targets" with something to read, of "slots" stored, of slots that
// are "missing" for good, of targets that "failed" or were "unreached" before the
// round was over, of "holes" that were left to backfills, and of "segments" that
// changed.
func (c *Collector) RunOnce(ctx context.Context) (map[string]int64, error) {
	sources, err := c.Store.SourcesInUse(ctx)
	if err != nil {
		return nil, fmt.Errorf("listing the data sources in use: %w", err)
	}
	r := c.begin(false, len(sources), "rounds", "targets", "slots", "missing", "failed", "unreached", "holes", "segments")
	err = r.each(ctx, sources, func(ctx context.Context, src source.Source, reader Reader) error {
		return (&round{run: r, src: src, reader: reader, recordings: c.Recordings[src.Kind], now: r.Clock()}).collect(ctx)
	})
	return r.counts, err
}

// round is one data source's part of a run.
type round struct {
	*run
	src        source.Source
	reader     Reader
	recordings Recordings
	now        time.Time
	lag        time.Duration

	unanswered atomic.Int64 // calls since the last that was answered
	mu         sync.Mutex
	failure    string // of the last that was not
}

// batch is what one call asks for.
type batch struct {
	asks    []origin.Ask
	targets []*Target
	weight  int
}

func (b *batch) oldest() time.Time {
	oldest := b.targets[0].Collection.AttemptedAt
	for _, t := range b.targets {
		if t.Collection.AttemptedAt.Before(oldest) {
			oldest = t.Collection.AttemptedAt
		}
	}
	return oldest
}

// result is what came of a batch. Without answers it was not asked for, because
// the data source leaves everything unanswered.
type result struct {
	*batch
	answers []origin.Answer
}

// collect reads what is due.
func (r *round) collect(ctx context.Context) error {
	r.look(ctx)
	q, recorded, err := r.plan(ctx)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	workers := r.workers(r.src)
	results := make(chan result, workers)
	broken := make([]error, workers+1)
	go func() {
		defer close(results)
		r.readRecorded(ctx, recorded, q, results)
		begin, done := context.WithTimeout(ctx, roundTime)
		defer done()
		var working sync.WaitGroup
		for i := range workers {
			working.Go(func() {
				broken[i] = r.guarded(func() error { r.work(ctx, begin, q, results); return nil })
			})
		}
		working.Wait()
		broken[workers] = r.guarded(func() error { r.rest(ctx, q, results); return nil })
	}()
	for got := range results {
		if err == nil {
			if err = r.take(ctx, got, results); err != nil {
				cancel()
			}
		}
	}
	r.Meter.Lag(r.src.Slug, r.lag)
	return errors.Join(append(broken, err)...)
}

// plan reads the targets and arranges what is to be asked: by turns of the teams,
// and of each the one first that was asked longest ago. What is read together is
// a team's by itself. What rules have counted is read before everything else.
func (r *round) plan(ctx context.Context) (*queue[*batch], []*recordedBatch, error) {
	var batches []*batch
	var recorded []*recordedBatch
	open := map[string]*batch{}
	for after := id.ID(""); ; {
		page, err := r.Store.Targets(ctx, r.src.ID, r.now.Add(-r.src.Delay), after, pageSize)
		if err != nil {
			return nil, nil, fmt.Errorf("reading what is to be collected: %w", err)
		}
		for i := range page {
			t := &page[i]
			ask, ok := t.ask(r.now, r.src.Delay)
			if !ok {
				r.behind(t, due(r.now, r.src.Delay, t.Resolution), t.until(r.src.Delay))
				continue
			}
			if to, is := r.recorded(t, ask); is {
				if until := t.until(r.src.Delay); until.Before(to) {
					r.count("targets", 1)
					recorded = putRecorded(recorded, to, ask, t)
				}
				continue
			}
			r.count("targets", 1)
			key := r.reader.Together(t.Origin)
			if key != "" {
				key = fmt.Sprint(t.Resolution, key)
			}
			w := weight(t.Origin) * int(ask.To.Sub(ask.From)/ask.Resolution)
			b := open[key]
			if key == "" || b == nil || b.weight+w > maxSlots {
				b = &batch{}
				batches = append(batches, b)
				open[key] = b
			}
			b.asks, b.targets, b.weight = append(b.asks, ask), append(b.targets, t), b.weight+w
		}
		if len(page) < pageSize {
			break
		}
		after = page[len(page)-1].Indicator
	}
	slices.SortStableFunc(batches, func(a, b *batch) int { return a.oldest().Compare(b.oldest()) })
	q := &queue[*batch]{}
	for _, b := range batches {
		name := string(b.targets[0].Team)
		if r.reader.Together(b.targets[0].Origin) != "" {
			name = ""
		}
		q.add(name, b)
	}
	return q, recorded, nil
}

// behind notes how far the target is behind.
func (r *round) behind(t *Target, to, until time.Time) { r.lag = max(r.lag, to.Sub(until)) }

// work asks until nothing is left, the time is over, or the data source is silent.
func (r *round) work(ctx, begin context.Context, q *queue[*batch], results chan<- result) {
	for begin.Err() == nil && !r.silent() {
		name, b, ok := q.take()
		if !ok {
			return
		}
		answers := r.call(ctx, begin, r.src, r.reader, b.asks)
		if answers == nil {
			q.again(name, b)
			return
		}
		r.listen(answers)
		results <- result{b, answers}
	}
}

// silent reports whether the data source leaves everything unanswered.
func (r *round) silent() bool {
	return r.unanswered.Load() >= int64(max(silent, r.workers(r.src)))
}

func (r *round) listen(answers []origin.Answer) {
	for _, a := range answers {
		kind, text := Failing(""), ""
		if a.Err != nil {
			kind, text = failing(a.Err)
		}
		if kind != Unavailable {
			r.unanswered.Store(0)
			return
		}
		r.mu.Lock()
		r.failure = text
		r.mu.Unlock()
	}
	r.unanswered.Add(1)
}

// rest tells of what was not asked for: a data source that is silent fails for all
// of it; the rest is first in the next round.
func (r *round) rest(ctx context.Context, q *queue[*batch], results chan<- result) {
	for {
		_, b, ok := q.take()
		if !ok || ctx.Err() != nil {
			return
		}
		if r.silent() {
			results <- result{batch: b}
			continue
		}
		r.count("unreached", len(b.targets))
		for i, t := range b.targets {
			r.mu.Lock()
			r.behind(t, b.asks[i].To, t.until(r.src.Delay))
			r.mu.Unlock()
		}
	}
}

// take stores a result, with those that have come meanwhile.
func (r *round) take(ctx context.Context, got result, more <-chan result) error {
	outcomes := r.outcomes(ctx, got)
	slots := got.weight
	for slots < maxSlots {
		select {
		case next, ok := <-more:
			if ok {
				outcomes = append(outcomes, r.outcomes(ctx, next)...)
				slots += next.weight
				continue
			}
		default:
		}
		break
	}
	return r.commit(ctx, r.src, outcomes, r.now)
}

// outcomes turn the answers to a batch into what is stored. A cancelled call says
// nothing of the data source.
func (r *round) outcomes(ctx context.Context, got result) []outcome {
	out := make([]outcome, 0, len(got.asks))
	for i, t := range got.targets {
		switch {
		case got.answers == nil:
			r.mu.Lock()
			text := r.failure
			r.mu.Unlock()
			if t.Collection.Failing != Unavailable || t.Collection.Failure != text {
				out = append(out, r.failed(t, got.asks[i], Unavailable, text, false))
			}
			r.mu.Lock()
			r.behind(t, got.asks[i].To, t.until(r.src.Delay))
			r.mu.Unlock()
		case ctx.Err() != nil:
		case got.answers[i].Err != nil:
			kind, text := failing(got.answers[i].Err)
			if kind == Internal {
				r.Logger.ErrorContext(ctx, "indicator cannot be read", slog.String("indicator_id", string(t.Indicator)), slog.Any("error", got.answers[i].Err))
			}
			out = append(out, r.failed(t, got.asks[i], kind, text, true))
		default:
			out = append(out, r.learnt(t, got.asks[i], got.answers[i]))
		}
	}
	return out
}

func (r *round) failed(t *Target, ask origin.Ask, kind Failing, text string, asked bool) outcome {
	c := t.Collection.failed(kind, text, asked, r.now)
	c.Indicator, c.Until = t.Indicator, t.until(r.src.Delay)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.behind(t, ask.To, c.Until)
	return outcome{collection: &c, asked: asked, failing: kind}
}

func (r *round) learnt(t *Target, ask origin.Ask, a origin.Answer) outcome {
	got := sift(ask, a)
	c, left := t.read(ask, got, r.src.Delay, r.now)
	o := outcome{reading: got, collection: &c, lost: more(t.Collection.Missing, c.Missing), asked: true, failing: c.Failing}
	if left.From = latest(left.From, oldest(r.now, t.Resolution)); left.From.Before(left.To) {
		o.left = &Backfill{
			ID: id.New(r.now), SLO: t.SLO, Indicator: t.Indicator, Source: r.src.ID, Cause: ByOutage,
			From: left.From, To: left.To, Cursor: left.To, State: Queued, NextAt: r.now, CreatedAt: r.now, CreatedBy: collectorName, Version: 1,
		}
	}
	o.refused = func(kind Failing, text string) outcome { return r.failed(t, ask, kind, text, true) }
	o.overfull = func(full *measure.Overfull) outcome {
		a.Missing = slices.Concat(a.Missing, tooMany(full, ask))
		return r.learnt(t, ask, a)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.behind(t, ask.To, c.Until)
	return o
}

// more is by how much each count grew.
func more(before, after map[origin.Reason]int64) map[origin.Reason]int {
	out := map[origin.Reason]int{}
	for reason, n := range after {
		if n > before[reason] {
			out[reason] = int(n - before[reason])
		}
	}
	return out
}

// collectorName is who wants what an outage left out.
const collectorName = "collect-measurements"
