package api

import "time"

// Outage is a time in which something of a class was wrong with a service.
type Outage struct {
	ID        string     `json:"id" doc:"Identifier (ULID)."`
	ServiceID string     `json:"serviceId"`
	Class     string     `json:"class" doc:"What was wrong." example:"network"`
	Note      string     `json:"note" example:"a switch died"`
	From      time.Time  `json:"from"`
	To        *time.Time `json:"to" nullable:"true" doc:"Exclusive; null while it lasts."`
	CreatedAt time.Time  `json:"createdAt"`
	CreatedBy string     `json:"createdBy"`
	UpdatedAt time.Time  `json:"updatedAt"`
	UpdatedBy string     `json:"updatedBy"`
	Version   int64      `json:"version"`
}

// OutageInput is what is said of an outage.
type OutageInput struct {
	Class string     `json:"class" doc:"What was wrong: a label of lower-case letters, digits and hyphens that is the same of alike outages, such as network, database or deploy." example:"network"`
	Note  string     `json:"note,omitempty" doc:"At most 1,000 characters." example:"a switch died"`
	From  time.Time  `json:"from" doc:"At most 400 days back." example:"2026-11-27T10:00:00Z"`
	To    *time.Time `json:"to,omitempty" doc:"Exclusive, not after now; left out while it lasts." example:"2026-11-27T12:00:00Z"`
}

// SLOErrors is what the bad events of an SLO came from.
type SLOErrors struct {
	Periods []ErrorPeriod `json:"periods" doc:"The last 28 days, and the calendar quarter that runs."`
}

// ErrorPeriod is the bad events of a period.
type ErrorPeriod struct {
	Period       string      `json:"period" enum:"28d,quarter" doc:"quarter: in the time zone of the SLO's calendar, or in UTC. Its shares are of the budget of all of it, if events go on to come as so far."`
	From         time.Time   `json:"from"`
	To           time.Time   `json:"to" doc:"Exclusive: where the windows ended when the SLO was last evaluated."`
	Elapsed      *float64    `json:"elapsed" nullable:"true" doc:"The share of the quarter that is over; null of 28 days." example:"0.58"`
	Total        float64     `json:"total" doc:"All events, or slices, with the corrections." example:"24000"`
	Whole        ErrorPart   `json:"whole" doc:"All bad events."`
	Classes      []ErrorPart `json:"classes" doc:"Those in outages of each class. Outages of one class that overlap are one; an event in outages of two classes counts in both, so that the classes may be more than the whole."`
	Unclassified ErrorPart   `json:"unclassified" doc:"Those in no outage."`
	Planned      ErrorPart   `json:"planned" doc:"Those in outages of the classes launch, migration and experiment, each event once."`
	Unplanned    ErrorPart   `json:"unplanned" doc:"All others."`
	Groups       []ErrorPart `json:"groups" doc:"Those of each group, where the SLO counts events and has groups."`
}

// ErrorPart is a part of the bad events.
type ErrorPart struct {
	Name   string   `json:"name" doc:"The class or the group; empty of all." example:"network"`
	Bad    float64  `json:"bad" doc:"Bad events, with the corrections." example:"40"`
	RawBad float64  `json:"rawBad" doc:"As they were measured, without the corrections." example:"140"`
	Share  *float64 `json:"share" nullable:"true" doc:"The share of the period's budget that they consumed; null where there are too few events to conclude anything from." example:"0.0335"`
}

// SLOFacts is what is known of an SLO for conditions.
type SLOFacts struct {
	Facts []Fact `json:"facts"`
}

// Fact is what is known by one name.
type Fact struct {
	Name    string             `json:"name" example:"consumed"`
	Type    string             `json:"type" enum:"number,text,truth,numbers"`
	Doc     string             `json:"doc" doc:"What it is."`
	Known   bool               `json:"known" doc:"False where it is not known: there is no value then, and no default."`
	Number  *float64           `json:"number,omitempty" doc:"The value of a number." example:"0.42"`
	Text    *string            `json:"text,omitempty" doc:"The value of a text."`
	Truth   *bool              `json:"truth,omitempty" doc:"The value of a truth."`
	Numbers map[string]float64 `json:"numbers,omitempty" doc:"The values of numbers, by name; absent too where there are none."`
}
