package api

import "time"

// Incident is something that went wrong with services.
type Incident struct {
	ID     string          `json:"id" doc:"Identifier (ULID)."`
	Status string          `json:"status" enum:"declared,investigating,mitigated,resolved,closed"`
	Origin *IncidentOrigin `json:"origin,omitempty" doc:"Where it was declared; absent where that is here. What its source owns is changed there."`
	Team   Ref             `json:"team" doc:"The team that owns it."`
	IncidentTerms
	Services  []IncidentService `json:"services"`
	CreatedAt time.Time         `json:"createdAt"`
	CreatedBy string            `json:"createdBy"`
	UpdatedAt time.Time         `json:"updatedAt"`
	UpdatedBy string            `json:"updatedBy"`
	Version   int64             `json:"version"`
}

// IncidentOrigin is where an incident was declared.
type IncidentOrigin struct {
	Source     string `json:"source" enum:"pagerduty,incident-io,opsgenie,jira,webhook"`
	ExternalID string `json:"externalId" example:"Q2K8ZPXR"`
	Link       string `json:"link"`
}

// IncidentService is a service with its part in an incident.
type IncidentService struct {
	Service Ref    `json:"service"`
	Role    string `json:"role" enum:"affected,cause,contributing"`
}

// IncidentLink leads to something about an incident.
type IncidentLink struct {
	Name string `json:"name" doc:"1 to 100 characters." example:"Video call"`
	URL  string `json:"url" doc:"http or https." example:"https://meet.example.org/4711"`
}

// IncidentRoles say who does what, by identifiers of people.
type IncidentRoles struct {
	Commander      string `json:"commander,omitempty" doc:"Identifier of the person who decides."`
	Communications string `json:"communications,omitempty" doc:"Identifier of the person who tells others."`
	Operations     string `json:"operations,omitempty" doc:"Identifier of the person who changes the system."`
	Scribe         string `json:"scribe,omitempty" doc:"Identifier of the person who writes the timeline."`
}

// IncidentTimes are when its impact began, and what followed.
type IncidentTimes struct {
	ImpactStart time.Time  `json:"impactStart" doc:"When its impact began." example:"2026-11-27T10:00:00Z"`
	ImpactEnd   *time.Time `json:"impactEnd,omitempty" doc:"After impactStart; left out while the impact lasts."`
	DetectedAt  *time.Time `json:"detectedAt,omitempty" doc:"Not before impactStart. Set when the incident is declared, where it is left out."`
	MitigatedAt *time.Time `json:"mitigatedAt,omitempty" doc:"Not before detectedAt. Set with the status, where it is not known."`
	ResolvedAt  *time.Time `json:"resolvedAt,omitempty" doc:"Not before mitigatedAt, and only of an incident that is resolved or closed. Set with the status, where it is not known."`
}

// IncidentTerms are what is said of an incident.
type IncidentTerms struct {
	Title    string `json:"title" doc:"1 to 200 characters." example:"Checkout fails for customers in the EU"`
	Severity string `json:"severity" enum:"sev1,sev2,sev3,sev4" doc:"sev1 is the worst."`
	IncidentTimes
	Roles            IncidentRoles  `json:"roles,omitempty"`
	CustomerImpact   string         `json:"customerImpact,omitempty" doc:"At most 4,000 characters."`
	DataLoss         bool           `json:"dataLoss,omitempty"`
	OnCallIntervened bool           `json:"onCallIntervened,omitempty" doc:"Whether somebody on call had to act."`
	Causes           []string       `json:"causes,omitempty" enum:"own-code-or-procedure,hard-dependency-could-be-soft,miss-was-hidden,company-network,frozen-team,users-out-of-scope,no-user-impact" doc:"As error-budget policies tell them apart."`
	Tags             []string       `json:"tags,omitempty" doc:"At most 20, of 1 to 50 characters."`
	Links            []IncidentLink `json:"links,omitempty" doc:"At most 20."`
	Restricted       bool           `json:"restricted,omitempty" doc:"Whether only its readers, the people in its roles and administrators see it; to others it does not exist."`
	Readers          []string       `json:"readers,omitempty" doc:"Identifiers of people, at most 100, of a restricted incident. Who restricts it is one of them."`
}

// IncidentServiceInput is a service with its part in an incident.
type IncidentServiceInput struct {
	Service string `json:"service" doc:"Slug or identifier." example:"checkout"`
	Role    string `json:"role" enum:"affected,cause,contributing"`
}

// IncidentInput is what an incident is to be.
type IncidentInput struct {
	IncidentTerms
	Services []IncidentServiceInput `json:"services" doc:"1 to 50, each once."`
	Team     string                 `json:"team,omitempty" doc:"Slug or identifier of the team that is to own it. Left out, it is that of the first affected service; of an incident that there is, it stays." example:"payments"`
}

// IncidentCreate declares an incident.
type IncidentCreate struct {
	IncidentInput
	Status string `json:"status,omitempty" enum:"declared,investigating,mitigated,resolved,closed" doc:"declared when left out."`
}

// IncidentStatusChange moves an incident on.
type IncidentStatusChange struct {
	Status string     `json:"status" enum:"declared,investigating,mitigated,resolved,closed" doc:"A later one; or investigating, to reopen an incident that is resolved or closed."`
	Reason string     `json:"reason,omitempty" doc:"Needed to reopen; at most 1,000 characters."`
	At     *time.Time `json:"at,omitempty" doc:"When it was so; now when left out." example:"2026-11-27T10:12:00Z"`
}

// ExternalIncident is what a source tells of an incident of its.
type ExternalIncident struct {
	Status   string                 `json:"status" enum:"declared,investigating,mitigated,resolved,closed"`
	Title    string                 `json:"title" doc:"1 to 200 characters."`
	Severity string                 `json:"severity" enum:"sev1,sev2,sev3,sev4"`
	Services []IncidentServiceInput `json:"services" doc:"1 to 50, each once. The team of the first affected one owns the incident from the start."`
	IncidentTimes
	Link   string     `json:"link,omitempty" doc:"Where it is seen at its source (http or https)."`
	ToldAt *time.Time `json:"toldAt,omitempty" doc:"When the source said so, by its own clock: what was told before what is known comes too late, and changes nothing. Left out, this is the newest." example:"2026-11-27T10:12:00Z"`
}

// IncidentReceipt is the incident that was told, as far as whoever told it may know.
type IncidentReceipt struct {
	ID      string `json:"id" doc:"Identifier (ULID)."`
	Entered bool   `json:"entered" doc:"Whether it was not known before."`
	Version int64  `json:"version"`
}

// TimelineEntry is something that happened in an incident.
type TimelineEntry struct {
	ID          string     `json:"id" doc:"Identifier (ULID). Of an alert, a decision of the gate and a change it is theirs."`
	At          time.Time  `json:"at"`
	Kind        string     `json:"kind" enum:"note,status,imported,alert,gate,change" doc:"note and imported can be edited and withdrawn. alert, gate and change are read when the timeline is listed, and not kept with it."`
	By          string     `json:"by" doc:"Empty of what is read from elsewhere."`
	Text        string     `json:"text"`
	Link        string     `json:"link"`
	SourceKey   string     `json:"sourceKey" doc:"Unique within the incident; empty of what people write."`
	WithdrawnAt *time.Time `json:"withdrawnAt" nullable:"true"`
	WithdrawnBy string     `json:"withdrawnBy"`
	CreatedAt   time.Time  `json:"createdAt"`
	UpdatedAt   time.Time  `json:"updatedAt"`
	Version     int64      `json:"version"`
}

// TimelineEntryInput is what somebody writes into a timeline.
type TimelineEntryInput struct {
	At   *time.Time `json:"at,omitempty" doc:"When it happened. Left out, it is now; of an entry that there is, it stays." example:"2026-11-27T10:12:00Z"`
	Text string     `json:"text" doc:"1 to 4,000 characters." example:"Rolled back to 2.13.9."`
	Link string     `json:"link,omitempty" doc:"http or https." example:"https://ci.example.org/runs/4711"`
}

// TimelineEntryRevision is what an entry said before it was edited.
type TimelineEntryRevision struct {
	At         time.Time `json:"at"`
	Text       string    `json:"text"`
	Link       string    `json:"link"`
	ReplacedAt time.Time `json:"replacedAt"`
	ReplacedBy string    `json:"replacedBy"`
}

// IncidentTimeline is a page of a timeline.
type IncidentTimeline struct {
	Items []TimelineEntry `json:"items" doc:"In the order of at, then id."`
	Next  string          `json:"next,omitempty" doc:"The cursor of the following page; absent on the last."`
	CutAt *time.Time      `json:"cutAt" nullable:"true" doc:"From then on alerts, decisions of the gate and changes are left out, for there are more than 500 in the time of the impact; null where all are shown."`
}

// TimelineEntryHistory is what an entry said, the oldest first.
type TimelineEntryHistory struct {
	Items []TimelineEntryRevision `json:"items"`
}

// TimelineImport is what became of an import.
type TimelineImport struct {
	Entries int `json:"entries" doc:"How many entries there were."`
	Added   int `json:"added" doc:"How many were added; the others were there already."`
}

// IncidentImpact is what an incident took of error budgets.
type IncidentImpact struct {
	Incident string         `json:"incident" doc:"Identifier (ULID)."`
	From     time.Time      `json:"from" doc:"When its impact began."`
	Until    *time.Time     `json:"until" nullable:"true" doc:"When it ended; null while it lasts."`
	SLOs     []BudgetImpact `json:"slos" doc:"Of every SLO of its services, in their order. Incidents that overlap each count the bad events while they lasted: what two took together is less than the sum."`
}

// BudgetImpact is what an incident took of the budgets of an SLO.
type BudgetImpact struct {
	Service   Ref            `json:"service"`
	Role      string         `json:"role" enum:"affected,cause,contributing" doc:"What the service had to do with it."`
	SLO       Ref            `json:"slo"`
	Name      string         `json:"name"`
	Objective string         `json:"objective" example:"99.9%"`
	From      time.Time      `json:"from" doc:"The time that was summed up, in whole slots."`
	To        time.Time      `json:"to" doc:"Exclusive: as far as the SLO is evaluated."`
	Total     *float64       `json:"total" nullable:"true" doc:"Events, or slices, in that time, with the corrections; null where that is not known."`
	Bad       *float64       `json:"bad" nullable:"true" doc:"The bad ones. What would have been bad without the incident is counted too."`
	BadMins   *float64       `json:"badMinutes" nullable:"true" doc:"The bad ones in minutes, where slices of time are counted."`
	Unknown   string         `json:"unknown,omitempty" enum:"not_measured_yet,no_data,thinned,stale,filling,unreadable" doc:"Why nothing is known of it: the time is not evaluated yet; nothing was reported in it; no single slots are left of it; nothing is reported any more; a part is still being read from a data source; what is stored cannot be read."`
	Periods   []PeriodImpact `json:"periods" doc:"Empty where nothing is known."`
}

// PeriodImpact is what an incident took of the budget of a period.
type PeriodImpact struct {
	Period    string    `json:"period" enum:"28d,quarter" doc:"28d: the 28 days up to the end of the impact, or until now. quarter: the calendar quarter in which it ends, in the time zone of the SLO's calendar, or in UTC; of one that runs, of the budget of all of it if events go on to come as so far."`
	From      time.Time `json:"from"`
	To        time.Time `json:"to"`
	Total     float64   `json:"total" doc:"All events, or slices, of the period."`
	Bad       float64   `json:"bad" doc:"Those of the incident that lie in the period."`
	Share     *float64  `json:"share" nullable:"true" doc:"The share of the whole budget of the period that they took: 0.2 is a fifth. The budget is (1 − objective) · total." example:"0.231"`
	BudgetMin *float64  `json:"budgetMinutes" nullable:"true" doc:"The whole budget in minutes, where slices of time are counted."`
	Unknown   string    `json:"unknown,omitempty" enum:"too_few_events,thinned" doc:"Why the share is not known."`
}

// IncidentCase is an incident in a few words.
type IncidentCase struct {
	ID          string    `json:"id" doc:"Identifier (ULID) of the incident."`
	Title       string    `json:"title"`
	Severity    string    `json:"severity" enum:"sev1,sev2,sev3,sev4"`
	Status      string    `json:"status" enum:"declared,investigating,mitigated,resolved,closed"`
	ImpactStart time.Time `json:"impactStart"`
}

// IncidentHit is an incident that was found.
type IncidentHit struct {
	IncidentCase
	Kind    string        `json:"kind" enum:"incident,note,postmortem" doc:"Of what the text is that fits best."`
	Subject string        `json:"subject" doc:"Identifier of that: of the incident, of the entry of its timeline, or of the postmortem."`
	Snippet []SnippetPart `json:"snippet" doc:"The part of the text that has most of the words, as plain text: whoever shows it on a page escapes it."`
}

// SnippetPart is a piece of a text.
type SnippetPart struct {
	Text string `json:"text"`
	Hit  bool   `json:"hit" doc:"Whether it was looked for."`
}

// SimilarIncident is an incident that is like another, and what they have in common.
type SimilarIncident struct {
	IncidentCase
	Score    float64  `json:"score" doc:"How much they have in common, from 0 to 10: services and words of the title count 3 at most, causes and tags 2, each by what both have of what either has."`
	Services []Ref    `json:"services"`
	Causes   []string `json:"causes"`
	Tags     []string `json:"tags"`
	Words    []string `json:"words" doc:"Those of both titles."`
}
