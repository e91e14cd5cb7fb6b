package api

import "time"

// Violation is one episode in which an SLO broke a clause.
type Violation struct {
	ID         string            `json:"id" doc:"Identifier (ULID) of the episode."`
	Policy     Ref               `json:"policy"`
	Clause     string            `json:"clause" example:"budget-exceeded"`
	Service    Ref               `json:"service"`
	SLO        Ref               `json:"slo"`
	Mode       string            `json:"mode" enum:"observe,warn,enforce"`
	Open       bool              `json:"open"`
	OpenedAt   time.Time         `json:"openedAt"`
	EndedAt    *time.Time        `json:"endedAt" nullable:"true"`
	Ending     *string           `json:"ending" nullable:"true" enum:"recovered,retired,detached,void"`
	Evidence   Evidence          `json:"evidence" doc:"What was known when it opened, frozen."`
	Handling   ViolationHandling `json:"handling" doc:"What people made of it so far."`
	MutedUntil *time.Time        `json:"mutedUntil" nullable:"true" doc:"Of a void one whose condition still holds: until when the clause opens no other for the SLO."`
	Acts       []Act             `json:"acts" doc:"What can be done to it, and whether whoever reads this may, as it is now. It can change while the version does not."`
	Version    int64             `json:"version" doc:"Grows with each change; also the ETag."`
}

// ViolationHandling is what people made of a violation.
type ViolationHandling struct {
	Acknowledgement *Acknowledgement `json:"acknowledgement,omitempty"`
	Dispute         *Dispute         `json:"dispute,omitempty" doc:"The latest."`
	EarlyExit       *EarlyExit       `json:"earlyExit,omitempty"`
	EscalatedAt     *time.Time       `json:"escalatedAt,omitempty" doc:"When somebody above the team was told."`
}

// Acknowledgement says that a team works on a violation.
type Acknowledgement struct {
	At    time.Time `json:"at"`
	By    string    `json:"by"`
	Plan  string    `json:"plan" doc:"Plain text."`
	DueOn string    `json:"dueOn" example:"2026-12-11"`
}

// PlanInput says by which plan a team works on a violation, and until when.
type PlanInput struct {
	Plan  string `json:"plan" minLength:"1" maxLength:"1000" doc:"What is going to be done." example:"Cache the catalogue, and shed load above 400 requests a second."`
	DueOn string `json:"dueOn" doc:"A day, today or within a year." example:"2026-12-11"`
}

// Dispute says that a violation is wrong, or that its clause does not fit.
type Dispute struct {
	At             time.Time  `json:"at"`
	By             string     `json:"by"`
	Reason         string     `json:"reason" doc:"Plain text."`
	Approver       string     `json:"approver" doc:"Identifier of the person who is to decide it; empty where only administrators can."`
	SuspendedUntil *time.Time `json:"suspendedUntil,omitempty" doc:"Until when the freeze is suspended because of it."`
	Ruling         *Ruling    `json:"ruling,omitempty" doc:"Absent until it is decided."`
}

// Ruling is how a dispute was decided.
type Ruling struct {
	At      time.Time  `json:"at"`
	By      string     `json:"by"`
	Outcome string     `json:"outcome" enum:"upheld,void"`
	Note    string     `json:"note" doc:"Plain text."`
	Reread  *TimeRange `json:"reread,omitempty" doc:"The measurements that were read again because of it."`
}

// RulingInput decides a dispute.
type RulingInput struct {
	Outcome string     `json:"outcome" enum:"upheld,void" doc:"Whether the violation stands, or was none."`
	Note    string     `json:"note" minLength:"1" maxLength:"1000" doc:"Why." example:"The probe was down, not the service."`
	Reread  *TimeRange `json:"reread,omitempty" doc:"Of a void one: the measurements to be read again from their data source."`
}

// TimeRange is a time from its beginning to before its end.
type TimeRange struct {
	From time.Time `json:"from" example:"2026-11-23T06:00:00Z"`
	To   time.Time `json:"to" example:"2026-11-23T09:00:00Z"`
}

// EarlyExit ended a freeze before the SLO recovered.
type EarlyExit struct {
	At   time.Time `json:"at"`
	By   string    `json:"by"`
	Done string    `json:"done" doc:"Plain text."`
}

// EarlyExitInput says what of the plan is done.
type EarlyExitInput struct {
	Done string `json:"done" minLength:"1" maxLength:"1000" example:"The catalogue is cached; the load test of Monday passed."`
}

// ViolationEvent is something that somebody said about a violation.
type ViolationEvent struct {
	ID   string    `json:"id" doc:"Identifier (ULID)."`
	Kind string    `json:"kind" enum:"acknowledged,disputed,ruled,left_early,escalated"`
	At   time.Time `json:"at"`
	By   string    `json:"by" doc:"A name in Evenkeel; of a comment the login of who wrote it." example:"Ada Lovelace"`
	Via  string    `json:"via" enum:"api,comment,policy" doc:"Where it was said: here, in a comment on the issue, or by the policy itself."`
	Text string    `json:"text" doc:"Plain text, as it was typed; of a long comment the beginning. Show it as text, never as Markdown or HTML." example:"The load test of Tuesday was counted as traffic."`
	Link string    `json:"link" doc:"The address of the comment, empty when it was said here."`
}

// DisputeInput says why a violation is disputed.
type DisputeInput struct {
	Reason string `json:"reason" minLength:"1" maxLength:"1000" doc:"What is wrong: a measurement, or the clause for this case." example:"The load test of Tuesday was counted as traffic."`
}

// Evidence is what was known when a violation opened.
type Evidence struct {
	SLORevisionID    string      `json:"sloRevisionId"`
	PolicyRevisionID string      `json:"policyRevisionId"`
	Objective        string      `json:"objective" example:"99.9%"`
	WindowEnd        time.Time   `json:"windowEnd"`
	Good             float64     `json:"good" doc:"Good events in the trailing 28 days."`
	Total            float64     `json:"total"`
	ConsumedPercent  string      `json:"consumedPercent" doc:"Share of the budget consumed." example:"118.64"`
	When             string      `json:"when" doc:"The condition that held." example:"consumed > 1"`
	Facts            []KnownFact `json:"facts" doc:"What the condition read, as far as it was known."`
}

// ViolationClaim is what a violation asks for after incidents, and what came of it.
type ViolationClaim struct {
	Asked           bool                `json:"asked" doc:"Whether its clause asks for postmortems. What is only observed, or void, asks for nothing."`
	PriorityActions int                 `json:"priorityActions" doc:"How many action items of the priority p0 on a root cause each of them has at least."`
	Satisfied       bool                `json:"satisfied" doc:"Whether all are published, and so many of those action items are done, or waived with a reason."`
	Lacks           []string            `json:"lacks" doc:"What is still to be done, in sentences."`
	Postmortems     []ClaimedPostmortem `json:"postmortems"`
}

// ClaimedPostmortem is a postmortem that a violation asks for.
type ClaimedPostmortem struct {
	IncidentID string `json:"incidentId"`
	Title      string `json:"title" doc:"Of the incident."`
	Status     string `json:"status" enum:"requested,waived,draft,in_review,approved,published"`
	Waived     bool   `json:"waived" doc:"Whether somebody said that the violation needs none of this incident."`
	Planned    int    `json:"planned" doc:"Its action items of the priority p0 on a root cause."`
	Done       int    `json:"done" doc:"Those of them that are done, or were waived with a reason."`
}
