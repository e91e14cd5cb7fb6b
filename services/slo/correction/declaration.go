package correction

import (
	"slices"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo/calendar"
)

const day = 24 * time.Hour

// The bounds of corrections.
const (
	// Reach is how far back, and ahead, a correction may begin: a year, which is the
	// longest window of a calendar, and what is declared late after it. What lies before
	// the window of its SLO changes no figure of the present.
	Reach = 400 * day
	// MaxLength is how long one time of a correction is at most: a quarter.
	MaxLength = 90 * day
	// MaxOccurrences is how often a correction comes in two years at most, and all of an
	// SLO together within Reach: each of these times is laid over it at every evaluation.
	MaxOccurrences = 10_000
	// MaxLive is how many corrections of an SLO may lie within the longest rolling window
	// or after it.
	MaxLive = 1_000

	twoYears = 2 * 366 * day
	// foreseen is how far the end of a recurrence is looked for.
	foreseen = 30 * 366 * day
)

// Declaration is what is said of a correction. It is once, with From and To, or comes
// again, with Recurrence.
type Declaration struct {
	Effect     Effect
	Kind       Kind
	Reason     string
	From, To   *time.Time
	Recurrence *RecurrenceInput
}

// RecurrenceInput is how a correction comes again, as it is declared.
type RecurrenceInput struct {
	Start    string // the first occurrence, as the clocks of TimeZone show it
	TimeZone string // "UTC" when empty
	Rule     string
	// DurationSeconds is how long each occurrence is.
	DurationSeconds int64
}

// check returns the correction that the declaration spells, and notes its faults.
func (d Declaration) check(check *fault.Check, now time.Time) Correction {
	check.Require(slices.Contains(Effects, d.Effect), "/effect", d.Effect, "must be one of %s", fault.Or(Effects))
	check.Require(slices.Contains(Kinds, d.Kind), "/kind", d.Kind, "must be one of %s", fault.Or(Kinds))
	check.Require(strings.TrimSpace(d.Reason) != "", "/reason", nil, "must say why the events do not count as they were measured")
	registry.CheckText(check, "/reason", d.Reason, registry.MaxReason)
	c := Correction{Effect: d.Effect, Kind: d.Kind, Reason: d.Reason}
	switch {
	case d.Recurrence != nil && (d.From != nil || d.To != nil):
		check.Fail("/recurrence", nil, "must not be given together with from and to: a correction is once, or comes again")
	case d.Recurrence != nil:
		d.Recurrence.check(check, &c, now)
	case d.From == nil || d.To == nil:
		check.Require(d.From != nil, "/from", nil, "is required, unless there is a recurrence")
		check.Require(d.To != nil, "/to", nil, "is required, unless there is a recurrence")
	default:
		from, to := d.From.UTC().Truncate(time.Microsecond), d.To.UTC().Truncate(time.Microsecond)
		c.Begins, c.Ends = from, &to
		checkReach(check, "/from", from.Format(time.RFC3339), from, now)
		check.Require(from.Before(to), "/to", to.Format(time.RFC3339), "must be after from, %s", from.Format(time.RFC3339))
		check.Require(to.Sub(from) <= MaxLength, "/to", to.Format(time.RFC3339), "must be at most %d days after from", MaxLength/day)
	}
	return c
}

func checkReach(check *fault.Check, pointer, text string, at, now time.Time) {
	check.Require(!at.Before(now.Add(-Reach)) && !at.After(now.Add(Reach)), pointer, text,
		"must be from %s to %s: %d days back, which is beyond the longest window, or ahead", now.Add(-Reach).Format(time.DateOnly), now.Add(Reach).Format(time.DateOnly), Reach/day)
}

// check reads the recurrence into the correction, and notes its faults.
func (in RecurrenceInput) check(check *fault.Check, c *Correction, now time.Time) {
	if in.TimeZone == "" {
		in.TimeZone = "UTC"
	}
	var found fault.Check
	r := readRecurrence(&found, in)
	if !check.Join(found) {
		return
	}
	begins := calendar.Instant(r.series.Start, r.series.Zone)
	checkReach(&found, "/recurrence/start", in.Start, begins, now)
	if !check.Join(found) {
		return
	}
	first, any := r.series.First()
	switch {
	case !any:
		check.Fail("/recurrence/rule", in.Rule, "must have an occurrence within a year of the start")
		return
	case !first.Equal(begins):
		check.Fail("/recurrence/start", in.Start, "must be the first occurrence of the rule, which begins at %s", first.In(r.series.Zone).Format(startLayout))
		return
	}
	count := 0
	r.series.Between(begins, begins.Add(twoYears), func(time.Time) bool { count++; return count <= MaxOccurrences })
	check.Require(count <= MaxOccurrences, "/recurrence/rule", in.Rule, "must occur at most %d times in two years", MaxOccurrences)
	c.Begins, c.Recurrence = begins, &r
	if last, ends := r.series.Last(foreseen); ends {
		until := last.Add(r.Duration)
		c.Ends = &until
	}
}
