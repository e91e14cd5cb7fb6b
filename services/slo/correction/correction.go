package correction

import (
	"fmt"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/measure/window"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/recurrence"
)

// Effect is what a correction does with the events of its time.
type Effect string

// The effects.
const (
	Exclude   Effect = "exclude"    // they do not count
	CountGood Effect = "count_good" // every one counts as good
)

// Effects lists every effect.
var Effects = []Effect{Exclude, CountGood}

// over is the effect as it is laid over measurements.
func (e Effect) over() window.Effect {
	if e == Exclude {
		return window.Exclude
	}
	return window.CountGood
}

// Kind is what a correction is for.
type Kind string

// The kinds.
const (
	Maintenance      Kind = "maintenance"
	Deploy           Kind = "deploy"
	Incident         Kind = "incident"          // that is not the service's
	MeasurementError Kind = "measurement_error" // what was measured is not what happened
	External         Kind = "external"          // what was not in the team's hands
	Other            Kind = "other"
)

// Kinds lists every kind.
var Kinds = []Kind{Maintenance, Deploy, Incident, MeasurementError, External, Other}

// Correction is a time, or times that come again, of an SLO whose events do not count as
// they were measured. But for its removal it never changes.
type Correction struct {
	ID     id.ID
	SLO    id.ID
	Effect Effect
	Kind   Kind
	Reason string
	// Begins and Ends are the bounds of all that it corrects: [Begins, Ends). Ends is nil
	// where it goes on without end.
	Begins time.Time
	Ends   *time.Time
	// Recurrence is nil for a correction that is once.
	Recurrence *Recurrence
	CreatedAt  time.Time
	CreatedBy  string // the caller's name
	// ApprovedAt is from when on it counted, ApprovedBy who let it: the author, where no
	// second person was needed.
	ApprovedAt time.Time
	ApprovedBy string
	// Proposal is the one that a second person approved; empty where none was needed.
	Proposal   id.ID
	RemovedAt  *time.Time
	RemovedBy  string
	RemovedFor string // the reason
}

// byOne reports whether nobody but its author let it count.
func (c Correction) byOne() bool { return c.Proposal == "" }

// Recurrence is how a correction comes again.
type Recurrence struct {
	Start    string // as the clocks of Zone show it, such as "2026-11-29T02:00"
	Zone     string // of the IANA database
	Rule     string // an RRULE of RFC 5545
	Duration time.Duration

	series recurrence.Series
}

// startLayout is how the start of a recurrence is written.
const startLayout = "2006-01-02T15:04"

// ReadRecurrence returns the recurrence that is written so.
func ReadRecurrence(start, zone, rule string, seconds int64) (Recurrence, error) {
	var check fault.Check
	r := readRecurrence(&check, RecurrenceInput{Start: start, TimeZone: zone, Rule: rule, DurationSeconds: seconds})
	if err := check.Err(); err != nil {
		return Recurrence{}, fmt.Errorf("read a recurrence: %w", err)
	}
	return r, nil
}

// readRecurrence reads what is declared, and notes what cannot be read.
func readRecurrence(check *fault.Check, in RecurrenceInput) Recurrence {
	r := Recurrence{Start: in.Start, Zone: in.TimeZone, Rule: in.Rule}
	const longest = int64(MaxLength / time.Second)
	if in.DurationSeconds < 60 || in.DurationSeconds > longest || in.DurationSeconds%60 != 0 {
		check.Fail("/recurrence/durationSeconds", in.DurationSeconds, "must be whole minutes, 60 to %d", longest)
	} else {
		r.Duration = time.Duration(in.DurationSeconds) * time.Second
	}
	var err error
	if r.series.Start, err = time.Parse(startLayout, in.Start); err != nil {
		check.Fail("/recurrence/start", in.Start, "must be a date and time as the clocks of the time zone show it, such as %q", "2026-11-29T02:00")
	}
	if r.series.Zone, err = slo.ZoneOf(in.TimeZone); err != nil {
		check.Fail("/recurrence/timeZone", in.TimeZone, "%s", err)
	}
	if r.series.Rule, err = recurrence.Parse(in.Rule); err != nil {
		check.Fail("/recurrence/rule", in.Rule, "%s", err)
	}
	return r
}

// Spans returns what the correction lays over [from, to): its times that overlap it, whole,
// in UTC, by when they begin. They may overlap each other.
func (c Correction) Spans(from, to time.Time) []window.Span {
	if c.Recurrence == nil {
		if !c.Begins.Before(to) || !c.Ends.After(from) {
			return nil
		}
		return []window.Span{{From: c.Begins, To: *c.Ends, Effect: c.Effect.over()}}
	}
	var out []window.Span
	length := c.Recurrence.Duration
	c.Recurrence.series.Between(from.Add(-length), to, func(at time.Time) bool {
		if end := at.Add(length); end.After(from) {
			out = append(out, window.Span{From: at, To: end, Effect: c.Effect.over()})
		}
		return true
	})
	return out
}

// InForce reports whether it counts.
func (c Correction) InForce() bool { return c.RemovedAt == nil }

// object is the correction as it is authorised on, which is as its SLO.
func (c Correction) object(v slo.View, owner registry.Service) access.Object {
	return access.Object{Kind: access.KindCorrection, ID: c.ID, Label: owner.Slug + "/" + v.SLO.Slug, Team: owner.Team}
}

// record is what the audit log keeps of a correction.
type record struct {
	SLO                   id.ID
	Effect                Effect
	Kind                  Kind
	Begins, Ends          string
	Start, TimeZone, Rule string
	Duration              string
	CreatedBy, ApprovedBy string
	RemovedAt             string
}

func (c Correction) record() record {
	r := record{
		SLO: c.SLO, Effect: c.Effect, Kind: c.Kind, Begins: c.Begins.Format(time.RFC3339),
		CreatedBy: c.CreatedBy, ApprovedBy: c.ApprovedBy,
	}
	if c.Ends != nil {
		r.Ends = c.Ends.Format(time.RFC3339)
	}
	if again := c.Recurrence; again != nil {
		r.Start, r.TimeZone, r.Rule, r.Duration = again.Start, again.Zone, again.Rule, again.Duration.String()
	}
	if c.RemovedAt != nil {
		r.RemovedAt = c.RemovedAt.Format(time.RFC3339)
	}
	return r
}
