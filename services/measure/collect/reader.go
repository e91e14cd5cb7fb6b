package collect

import (
	"context"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/source"
)

// Reader asks data sources of one kind.
type Reader interface {
	// Read answers every ask, in their order. It splits what is too much for one
	// request, and keeps to the source's time-out in each.
	Read(ctx context.Context, src source.Source, asks []origin.Ask) []origin.Answer
	// Together returns a key: asks whose origins have the same, of one data source,
	// are read by one call. Those with the empty key are read by themselves.
	Together(o origin.Origin) string
}

// Readers are the readers by the kind of data source that they ask.
type Readers map[source.Kind]Reader

// Sources tells of data sources; NotFound.
type Sources interface {
	Source(ctx context.Context, of id.ID) (source.Source, error)
}

// Health keeps how data sources answered last.
type Health interface {
	// Observe notes that the source answered, or did not and why. It writes only
	// what changed, and otherwise once a minute.
	Observe(ctx context.Context, of id.ID, ok bool, failure string, at time.Time) error
}

// Meter counts what is done, for the program's own metrics. Sources are named by
// their slugs.
type Meter interface {
	Slots(source string, n int)
	Missing(source string, reason origin.Reason, n int)
	Failed(source string, kind Failing)
	Read(source string, took time.Duration)
	Lag(source string, lag time.Duration)
}

// The bounds of reading.
const (
	// lateSlots is how many slots are read again with each new one, for samples
	// that came late.
	lateSlots = 3
	// recent is how far back collection goes by itself. What is older is handed to a
	// backfill, so that the present does not wait behind the past.
	recent = time.Hour
	// maxSlots bounds the slots that one call reads, over all asks and groups: about
	// 15 MB of answers.
	maxSlots = 200_000
)

// Reporter is in whose name slots are stored that were read from data sources. It
// is one for all of them: an indicator has one origin, and a data source may be
// renamed.
const Reporter = "data-source"

// weight is how many slots come of one slot of the origin at most: one of each
// group, of those without, of those that were too many, and of all.
func weight(o origin.Origin) int {
	if o.GroupBy == "" {
		return 1
	}
	return max(o.MaxGroups, 1) + 3
}

// due is the end of the newest slot that ended long enough ago to be read.
func due(now time.Time, delay, resolution time.Duration) time.Time {
	return now.Add(-delay).UTC().Truncate(resolution)
}

// settled is where collection of an indicator begins that was made then, and the
// end of what a backfill reads: slots before it are not read again for late samples.
func settled(then time.Time, delay, resolution time.Duration) time.Time {
	return due(then, delay, resolution).Add(-lateSlots * resolution)
}
