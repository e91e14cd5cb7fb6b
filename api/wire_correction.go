package api

import "time"

// Correction is a time, or times that come again, whose events do not count as they were
// measured.
type Correction struct {
	ID         string      `json:"id" doc:"Identifier (ULID)."`
	SLOID      string      `json:"sloId"`
	Effect     string      `json:"effect" enum:"exclude,count_good" doc:"exclude: its events do not count; count_good: every one counts as good. Where corrections overlap, exclude wins."`
	Kind       string      `json:"kind" enum:"maintenance,deploy,incident,measurement_error,external,other"`
	Reason     string      `json:"reason" example:"the database moved"`
	From       time.Time   `json:"from" doc:"When it, or the first of its times, begins."`
	To         *time.Time  `json:"to" nullable:"true" doc:"When it, or the last of its times, ends, exclusive; null without end."`
	Recurrence *Recurrence `json:"recurrence,omitempty" doc:"How it comes again; absent for one that is once."`
	CreatedAt  time.Time   `json:"createdAt"`
	CreatedBy  string      `json:"createdBy"`
	ApprovedAt time.Time   `json:"approvedAt" doc:"From when on it counted."`
	ApprovedBy string      `json:"approvedBy" doc:"Who let it count: its author, where no second person was needed."`
	ProposalID string      `json:"proposalId" doc:"The proposal that a second person approved; empty where none was needed."`
	RemovedAt  *time.Time  `json:"removedAt" nullable:"true" doc:"Null while it counts."`
	RemovedBy  string      `json:"removedBy"`
	RemovedFor string      `json:"removedFor" doc:"Why it was removed."`
}

// Recurrence is how a correction comes again.
type Recurrence struct {
	Start           string `json:"start" maxLength:"40" doc:"The first occurrence, as the clocks of the time zone show it: YYYY-MM-DDThh:mm." example:"2026-11-29T02:00"`
	TimeZone        string `json:"timeZone,omitempty" maxLength:"64" doc:"A name of the IANA database; UTC when left out." example:"Europe/Berlin"`
	Rule            string `json:"rule" maxLength:"500" doc:"An RRULE of RFC 5545, with COUNT or UNTIL where it has an end; FREQ is HOURLY, DAILY, WEEKLY, MONTHLY or YEARLY. At most 10,000 occurrences in two years." example:"FREQ=WEEKLY;BYDAY=SU"`
	DurationSeconds int64  `json:"durationSeconds" doc:"Of each occurrence: whole minutes, at most 90 days." example:"7200"`
}

// CorrectionInput is what is declared of a correction: once, with from and to, or again
// and again, with recurrence.
type CorrectionInput struct {
	Effect     string      `json:"effect" enum:"exclude,count_good" doc:"exclude: its events do not count; count_good: every one counts as good."`
	Kind       string      `json:"kind" enum:"maintenance,deploy,incident,measurement_error,external,other" doc:"What it is for."`
	Reason     string      `json:"reason" doc:"Why the events do not count as they were measured, at most 1,000 characters." example:"the database moved"`
	From       *time.Time  `json:"from,omitempty" doc:"At most 400 days back or ahead: beyond the longest window there is. Rounded outward to slots where events are counted." example:"2026-11-27T10:00:00Z"`
	To         *time.Time  `json:"to,omitempty" doc:"Exclusive, at most 90 days after from." example:"2026-11-27T12:00:00Z"`
	Recurrence *Recurrence `json:"recurrence,omitempty" example:"{\"start\":\"2026-11-29T02:00\",\"timeZone\":\"Europe/Berlin\",\"rule\":\"FREQ=WEEKLY;BYDAY=SU\",\"durationSeconds\":7200}"`
}

// CorrectionRemoval says why a correction does not hold any more.
type CorrectionRemoval struct {
	Reason string `json:"reason" doc:"At most 1,000 characters." example:"it was another service"`
}

// CorrectionPreview is what a correction would do.
type CorrectionPreview struct {
	From   time.Time       `json:"from" doc:"Where the SLO's window begins that is summed up."`
	To     time.Time       `json:"to" doc:"Where it ends: now."`
	Before CorrectedSum    `json:"before" doc:"With the corrections that there are."`
	After  CorrectedSum    `json:"after" doc:"With this one, too."`
	Times  []CorrectedTime `json:"times" doc:"When it lies over measurements, from the beginning of the window until 90 days from now; the first 100."`
	More   bool            `json:"more" doc:"There are more times than are listed."`
}

// CorrectedSum is what counts in a window.
type CorrectedSum struct {
	Good      float64  `json:"good" doc:"Good events."`
	Total     float64  `json:"total" doc:"All events."`
	SLI       *float64 `json:"sli" nullable:"true" doc:"Good ÷ total; null without events."`
	Remaining *float64 `json:"remaining" nullable:"true" doc:"Share of the error budget that is left; below 0 when overspent, null without events."`
}

// CorrectedTime is a time that a correction lies over.
type CorrectedTime struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to" doc:"Exclusive."`
}
