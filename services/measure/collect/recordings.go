package collect

import (
	"context"
	"time"

	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/source"
)

// Recordings reads what data sources have counted already: by rules that were made of the
// indicators and are installed there. See prometheus.Rulebook, which is one.
type Recordings interface {
	// Look finds out which rules are installed in the data source, unless it did lately.
	Look(ctx context.Context, src source.Source, now time.Time)
	// Recorded reports whether all slots of an ask can have been recorded, and how long after
	// its end a slot can be read that was.
	Recorded(src source.Source, ask origin.Ask) (after time.Duration, is bool)
	// Recording returns what is recorded of the indicator of an ask.
	Recording(src source.Source, ask origin.Ask) (origin.Recording, bool)
	// Query is what is asked for an ask that is Recorded, with all others of the same slots.
	Query(ask origin.Ask) string
	// Read answers asks that are Recorded together. An error says that an ask is to be
	// answered by the Reader.
	Read(ctx context.Context, src source.Source, asks []origin.Ask) []origin.Answer
}

// recordedTime is how long reading what was recorded, and looking for rules, may take each: all
// other asks wait for it, and can take its place.
const recordedTime = 5 * time.Second

// lookingTime is how long somebody waits to be told which rules are installed.
const lookingTime = time.Second

// look finds out which rules are installed, when it is its turn.
func (r *round) look(ctx context.Context) {
	if r.recordings == nil {
		return
	}
	begin, done := context.WithTimeout(ctx, recordedTime)
	defer done()
	r.turn(ctx, begin, r.src, recordedTime, func(ctx context.Context) []origin.Answer {
		r.recordings.Look(ctx, r.src, r.now)
		return nil
	})
}

// recordedBatch is what one call asks for of what rules have counted.
type recordedBatch struct {
	batch
	own []origin.Ask // of each target, where it has to be asked by its own queries
}

// recorded is the end of the slots of an ask that can have been counted by rules; false where
// it is to be answered by its own queries. Of an indicator that was never read nothing was
// recorded that is certain.
func (r *round) recorded(t *Target, ask origin.Ask) (to time.Time, is bool) {
	if r.recordings == nil || t.Collection.Until.IsZero() {
		return time.Time{}, false
	}
	after, is := r.recordings.Recorded(r.src, ask)
	return due(r.now, after, t.Resolution), is
}

// putRecorded puts an ask, as far as to, into the last of the batches, or into another where
// that is full.
func putRecorded(batches []*recordedBatch, to time.Time, own origin.Ask, t *Target) []*recordedBatch {
	counted := own
	counted.To = to
	w := int(counted.To.Sub(counted.From) / counted.Resolution)
	last := len(batches) - 1
	if last < 0 || batches[last].weight+w > maxSlots {
		batches, last = append(batches, &recordedBatch{}), last+1
	}
	b := batches[last]
	b.asks, b.own, b.targets, b.weight = append(b.asks, counted), append(b.own, own), append(b.targets, t), b.weight+w
	return batches
}

// readRecorded reads what rules have counted, and puts what they have not with what is asked by
// its own queries.
func (r *round) readRecorded(ctx context.Context, batches []*recordedBatch, q *queue[*batch], results chan<- result) {
	begin, done := context.WithTimeout(ctx, recordedTime)
	defer done()
	for _, b := range batches {
		answers, _ := r.turn(ctx, begin, r.src, recordedTime, func(ctx context.Context) []origin.Answer {
			defer r.measured(r.src)()
			return r.recordings.Read(ctx, r.src, b.asks)
		})
		got := result{batch: &batch{}}
		for i, t := range b.targets {
			if i < len(answers) && answers[i].Err == nil {
				got.asks, got.targets, got.answers = append(got.asks, b.asks[i]), append(got.targets, t), append(got.answers, answers[i])
				got.weight += int(b.asks[i].To.Sub(b.asks[i].From) / b.asks[i].Resolution)
				continue
			}
			own := b.own[i]
			q.add(string(t.Team), &batch{asks: []origin.Ask{own}, targets: []*Target{t}, weight: int(own.To.Sub(own.From) / own.Resolution)})
		}
		if len(got.asks) > 0 {
			results <- got
		}
	}
}
