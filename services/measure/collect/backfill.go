package collect

import (
	"maps"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/origin"
)

// Backfill is a past range of slots that is read from a data source, the newest
// first: what windows of minutes and hours need is there before the rest.
type Backfill struct {
	ID        id.ID
	SLO       id.ID
	Indicator id.ID
	Source    id.ID
	Cause     Cause
	From, To  time.Time // starts of slots; To is exclusive
	// Cursor is the start of the oldest slot that was read; To before the first.
	Cursor   time.Time
	State    State
	Found    int64                   // slots with data
	Missing  map[origin.Reason]int64 // slots without, by reason
	Attempts int                     // that failed since the last chunk that was read
	NextAt   time.Time               // before which it is not tried again
	Failing  Failing                 // of the last attempt; empty when it succeeded
	Failure  string                  // for people
	// CreatedBy is the name of who asked, or of what wanted it.
	CreatedAt  time.Time
	CreatedBy  string
	StartedAt  time.Time // zero before the first chunk
	FinishedAt time.Time // zero while there is something to do
	Version    int64     // counts what people did with it; progress changes without it
}

// Cause is why there is a backfill.
type Cause string

// The causes.
const (
	ByRequest Cause = "request"   // somebody asked for it
	ByWindow  Cause = "indicator" // an indicator is new, and its window has a past
	ByOutage  Cause = "outage"    // collection stood still for longer than it goes back
)

// State is how far a backfill came.
type State string

// The states.
const (
	Queued    State = "queued"
	Running   State = "running"
	Succeeded State = "succeeded"
	Failed    State = "failed"
	Cancelled State = "cancelled"
)

// States lists every state.
var States = []State{Queued, Running, Succeeded, Failed, Cancelled}

// The bounds of a backfill.
const (
	// MaxAttempts is how often a chunk is tried: for about ten hours, with the pauses
	// between.
	MaxAttempts = 16
	firstPause  = 30 * time.Second
	longPause   = time.Hour
	// chunkSlots is how many slots a chunk has at most: two days of minutes, which
	// Prometheus gives by one query.
	chunkSlots = 2880
	// margin is how much younger than measure.MaxAge a slot has to be when it is
	// asked for, so that it can still be stored when it comes.
	margin = 15 * time.Minute
)

// oldest is the first slot that can still be stored after it was asked for at now.
func oldest(now time.Time, resolution time.Duration) time.Time {
	return now.Add(-measure.MaxAge + margin + resolution - 1).UTC().Truncate(resolution)
}

// Progress is how far a backfill came, in slots.
type Progress struct {
	Total, Done int64
	Found       int64
	Missing     int64
	Percent     float64
	// End is about when it will have read all; zero when that is unknown.
	End time.Time
}

// Progress tells how far it came. Its pace so far is what its end is estimated by.
func (b Backfill) Progress(resolution time.Duration, now time.Time) Progress {
	p := Progress{Total: int64(b.To.Sub(b.From) / resolution), Done: int64(b.To.Sub(b.Cursor) / resolution), Found: b.Found}
	for _, n := range b.Missing {
		p.Missing += n
	}
	p.Percent = 100
	if p.Total > 0 {
		p.Percent = float64(p.Done*1000/p.Total) / 10
	}
	if b.State == Running && b.Failing == "" && p.Done > 0 && now.After(b.StartedAt) {
		share := float64(p.Total-p.Done) / float64(p.Done)
		p.End = now.Add(time.Duration(share * float64(now.Sub(b.StartedAt)))).Truncate(time.Second)
	}
	return p
}

// Open reports whether there is something to do.
func (b Backfill) Open() bool { return b.FinishedAt.IsZero() }

// groupedSlots is how many slots of a grouped indicator are read at once: a data
// source may know thousands of groups, of which all but a few are summed up.
const groupedSlots = 240

// chunk returns what is to be read next: back to the beginning of a day, so that a
// chunk writes whole segments. It is false when there is nothing left that could
// be stored.
func (b Backfill) chunk(t *Target, now time.Time) (origin.Ask, bool) {
	from := latest(b.From, oldest(now, t.Resolution))
	if !from.Before(b.Cursor) {
		return origin.Ask{}, false
	}
	slots := chunkSlots
	if t.Origin.GroupBy != "" {
		slots = groupedSlots
	}
	start := b.Cursor.Add(-time.Duration(slots) * t.Resolution)
	if day := start.Add(measure.DaySpan - 1).Truncate(measure.DaySpan); day.Before(b.Cursor) {
		start = day
	}
	return origin.Ask{
		Indicator: b.Indicator, Team: t.Team, TeamSlug: t.TeamSlug, Origin: t.Origin, Resolution: t.Resolution,
		From: latest(from, start), To: b.Cursor,
	}, true
}

// read is the backfill after a chunk was read.
func (b Backfill) read(ask origin.Ask, got reading, now time.Time) Backfill {
	if first, why := got.partial(ask.From); !first.IsZero() {
		return b.failed(Incomplete, why, now)
	}
	if b.StartedAt.IsZero() {
		b.StartedAt = now
	}
	b.State, b.Cursor, b.Attempts, b.NextAt, b.Failing, b.Failure = Running, ask.From, 0, now, "", ""
	b.Found += int64(got.found)
	b.Missing = maps.Clone(b.Missing)
	for _, m := range got.missing {
		if b.Missing == nil {
			b.Missing = map[origin.Reason]int64{}
		}
		b.Missing[m.Reason]++
	}
	if !b.From.Before(b.Cursor) {
		b = b.done(now)
	}
	return b
}

// done is the backfill after all was read that there is to be read.
func (b Backfill) done(now time.Time) Backfill {
	b.State, b.FinishedAt = Succeeded, now
	return b
}

// failed is the backfill after a chunk could not be read. What the data source
// refuses it refuses again; the rest is tried again, each time later.
func (b Backfill) failed(kind Failing, text string, now time.Time) Backfill {
	b.Attempts++
	b.Failing, b.Failure = kind, text
	if kind == Refused || kind == NotTaken || b.Attempts >= MaxAttempts {
		b.State, b.FinishedAt = Failed, now
		return b
	}
	b.NextAt = now.Add(min(longPause, firstPause<<min(b.Attempts-1, 10)))
	return b
}

// cancel ends it.
func (b Backfill) cancel(why string, now time.Time) (Backfill, error) {
	if !b.Open() {
		return b, fault.New(fault.Conflict, "backfill_finished", "the backfill is %s already", b.State)
	}
	b.State, b.FinishedAt, b.Failing, b.Failure = Cancelled, now, "", why
	return b, nil
}

// resume has it go on where it stood.
func (b Backfill) resume(now time.Time) (Backfill, error) {
	if b.State != Failed && b.State != Cancelled {
		return b, fault.New(fault.Conflict, "backfill_not_stopped", "the backfill is %s; one that failed or was cancelled can be resumed", b.State)
	}
	b.State, b.FinishedAt, b.Attempts, b.NextAt, b.Failing, b.Failure = Queued, time.Time{}, 0, now, "", ""
	return b, nil
}
