package collect

import (
	"context"
	"errors"
	"maps"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/measure/origin"
)

// Target is an indicator of which a data source is asked: the current one of an
// SLO that is active.
type Target struct {
	Indicator   id.ID
	SLO         id.ID
	SLOSlug     string
	Service     id.ID
	ServiceSlug string
	Team        id.ID // owns the service
	TeamSlug    string
	Origin      origin.Origin
	Resolution  time.Duration
	CreatedAt   time.Time // of the indicator
	Collection  Collection
}

// Collection is how far an indicator was read.
type Collection struct {
	Indicator id.ID
	// Until is the start of the first slot that was not collected; zero before the
	// first reading.
	Until        time.Time
	AttemptedAt  time.Time // zero before the first
	SucceededAt  time.Time // zero before the first
	FailingSince time.Time // zero while it succeeds
	Failing      Failing   // empty while it succeeds
	Failure      string    // for people, clipped after maxText characters
	// Missing counts the slots without data by the reason, since the indicator is
	// collected. A slot counts once nobody waits for its late samples any more.
	Missing map[origin.Reason]int64
	// Last is the newest slot without data; its Start is zero when there was none.
	Last origin.Missing
}

// Failing is why nothing was learnt.
type Failing string

// The kinds of failures.
const (
	Unavailable Failing = "unavailable" // the data source did not answer, or not in time
	Refused     Failing = "refused"     // it refused what it was asked
	Incomplete  Failing = "partial"     // it warned that its answer is not whole
	NotTaken    Failing = "not_taken"   // what it said cannot be stored
	Internal    Failing = "internal"    // Evenkeel's own doing; its log tells
)

// maxText is how many characters of a failure or a detail are kept.
const maxText = 300

// failing tells the kind of an error and what people are told of it.
func failing(err error) (Failing, string) {
	e := fault.As(err)
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return Unavailable, "It did not answer in time."
	case e == nil:
		return Internal, "It could not be read for an internal reason; the log of the replica holds the details."
	case e.Kind == fault.Unavailable, e.Kind == fault.Forbidden, e.Kind == fault.Unauthenticated:
		// A token that is rotated or a tenant that is moved refuses for a while.
		return Unavailable, clip(e.Error())
	}
	return Refused, clip(e.Error())
}

func clip(text string) string { return fault.Clip(text, maxText) }

// begin is the first slot of the target that is collected and not backfilled.
func (t *Target) begin(delay time.Duration) time.Time {
	return settled(t.CreatedAt, delay, t.Resolution)
}

// first is the first slot that collection may read: where it once began stays
// within its reach though the delay became shorter since.
func (t *Target) first(delay time.Duration) time.Time {
	first := t.begin(delay)
	if until := t.Collection.Until; !until.IsZero() && until.Before(first) {
		return until
	}
	return first
}

// until is the first slot that was not collected.
func (t *Target) until(delay time.Duration) time.Time {
	if t.Collection.Until.IsZero() {
		return t.begin(delay)
	}
	return t.Collection.Until
}

// ask returns what is to be read of the target at now. It is false when there is
// nothing new, or when what the data source refused is not to be tried again
// before another slot is due.
func (t *Target) ask(now time.Time, delay time.Duration) (origin.Ask, bool) {
	to := due(now, delay, t.Resolution)
	until := t.until(delay)
	if !until.Before(to) {
		return origin.Ask{}, false
	}
	c := t.Collection
	if c.Failing != "" && c.Failing != Unavailable && !c.AttemptedAt.Before(to.Add(delay)) {
		return origin.Ask{}, false
	}
	return t.asking(latest(until.Add(-lateSlots*t.Resolution), t.first(delay), to.Add(-recent)), to), true
}

// asking asks for the slots of the target in [from, to).
func (t *Target) asking(from, to time.Time) origin.Ask {
	return origin.Ask{Indicator: t.Indicator, Team: t.Team, TeamSlug: t.TeamSlug, Origin: t.Origin, Resolution: t.Resolution, From: from, To: to}
}

func latest(times ...time.Time) time.Time {
	var out time.Time
	for _, t := range times {
		if t.After(out) {
			out = t
		}
	}
	return out
}

// hole is what a collection left out: slots too old for it.
type hole struct{ From, To time.Time }

// failed is the collection after nothing was learnt. Without having asked, it is
// only known that the data source fails.
func (c Collection) failed(kind Failing, text string, asked bool, now time.Time) Collection {
	if c.FailingSince.IsZero() {
		c.FailingSince = now
	}
	if c.Failing, c.Failure = kind, text; asked {
		c.AttemptedAt = now
	}
	return c
}

// read is the collection after an answer, and the hole that it leaves. From the
// first new slot on of which only a part was known, slots stay to be collected, as
// long as collection goes back.
func (t *Target) read(ask origin.Ask, got reading, delay time.Duration, now time.Time) (Collection, hole) {
	c := t.Collection
	until, to := t.until(delay), ask.To
	c.Indicator, c.AttemptedAt = t.Indicator, now
	if first, why := got.partial(until); first.IsZero() {
		c.SucceededAt, c.FailingSince, c.Failing, c.Failure = now, time.Time{}, "", ""
	} else {
		to = first
		c = c.failed(Incomplete, why, true, now)
	}
	if !to.After(latest(until, ask.From)) {
		c.Until = until
		return c, hole{}
	}
	c.Until = to
	// What was counted before ends where the late slots of the last time began.
	var left hole
	final := latest(until.Add(-lateSlots*t.Resolution), t.first(delay))
	if final.Before(ask.From) {
		left, final = hole{final, ask.From}, ask.From
	}
	if !c.Last.Start.Before(ask.From) {
		c.Last = origin.Missing{} // it was read again
	}
	c.Missing = maps.Clone(c.Missing)
	for _, m := range got.missing {
		if m.Start.After(c.Last.Start) && m.Start.Before(to) {
			c.Last = m
		}
		if !m.Start.Before(final) && m.Start.Before(to.Add(-lateSlots*t.Resolution)) {
			if c.Missing == nil {
				c.Missing = map[origin.Reason]int64{}
			}
			c.Missing[m.Reason]++
		}
	}
	return c, left
}

// errNoAnswer is of a reader that breaks its contract.
var errNoAnswer = errors.New("the reader gave fewer answers than it was asked for")
