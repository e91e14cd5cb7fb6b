package api

import "time"

// SLA is what is promised to a customer of a service.
type SLA struct {
	ID         string      `json:"id" doc:"Identifier (ULID), the same for ever."`
	Slug       string      `json:"slug" doc:"Name in URLs, within the service." example:"acme"`
	Service    Ref         `json:"service"`
	Name       string      `json:"name" example:"Acme, gold"`
	Customer   string      `json:"customer" doc:"Whom it is promised to; reports are for a customer." example:"Acme"`
	SLO        Ref         `json:"slo" doc:"The SLO that measures it."`
	Target     string      `json:"target" doc:"Share of good events in each period, as it was written." example:"99.9%"`
	Credits    []SLACredit `json:"credits" doc:"What a period below a threshold gives back; the lowest threshold that it is below decides."`
	Period     string      `json:"period" enum:"day,week,month,quarter,year"`
	StartDate  string      `json:"startDate" doc:"The date from which periods are counted." example:"2000-01-01"`
	TimeZone   string      `json:"timeZone" doc:"Where periods begin at midnight: a name of the IANA database." example:"Europe/Berlin"`
	ValidFrom  time.Time   `json:"validFrom" doc:"The first midnight of its validity."`
	ValidUntil *time.Time  `json:"validUntil" nullable:"true" doc:"The midnight with which its validity ends; null while it is open."`
	Contact    string      `json:"contact"`
	TermsURL   string      `json:"termsUrl" doc:"Where its terms are read; empty when none were declared."`
	Revision   int         `json:"revision" doc:"Number of the current revision of SLO, target and credits."`
	CreatedAt  time.Time   `json:"createdAt"`
	UpdatedAt  time.Time   `json:"updatedAt"`
	EndedAt    *time.Time  `json:"endedAt" nullable:"true" doc:"When somebody ended it; null while it can be changed."`
	Version    int64       `json:"version" doc:"Grows with each change; also the ETag."`
}

// SLADeclared is an SLA with what should be known of it.
type SLADeclared struct {
	SLA
	Warnings []Warning `json:"warnings" doc:"What is allowed and probably not meant."`
}

// SLACredit is what a period whose SLI is below a threshold gives back.
type SLACredit struct {
	Below  string `json:"below" doc:"At most the target, and lower than that of the step before." example:"99.5%"`
	Credit string `json:"credit" doc:"Share of the period's fee, above 0% and at most 100%, and higher than that of the step before." example:"10%"`
}

// SLAInput is what is declared of an SLA.
type SLAInput struct {
	Slug       string      `json:"slug,omitempty" doc:"RFC 1123 label, unique within the service; a change without it leaves it." example:"acme"`
	Name       string      `json:"name,omitempty" doc:"At most 100 characters; the slug when left out." example:"Acme, gold"`
	Customer   string      `json:"customer" doc:"Whom it is promised to, at most 100 characters." example:"Acme"`
	SLO        string      `json:"slo" doc:"Slug or identifier of the SLO, of this service, that measures it." example:"availability"`
	Target     string      `json:"target" doc:"Above 0% and below 100%, at most seven digits after the point." example:"99.9%"`
	Credits    []SLACredit `json:"credits,omitempty" maxItems:"20" doc:"By step, the highest threshold first."`
	Period     string      `json:"period,omitempty" enum:"day,week,month,quarter,year" doc:"month when left out; a change leaves it as it is, and startDate, timeZone and validFrom too."`
	StartDate  string      `json:"startDate,omitempty" doc:"A date on which a period begins, from which all are counted; a 31st is the last day of a shorter month. Left out: 1 January, of weeks a Monday." example:"2000-01-01"`
	TimeZone   string      `json:"timeZone,omitempty" doc:"A name of the IANA database, such as Europe/Berlin; UTC when left out." example:"UTC"`
	ValidFrom  string      `json:"validFrom,omitempty" doc:"The first day of its validity, at most 400 days ago; today when left out."`
	ValidUntil string      `json:"validUntil,omitempty" doc:"The first day on which it is not valid any more; left out: open."`
	Contact    string      `json:"contact,omitempty" example:"sla@example.org"`
	TermsURL   string      `json:"termsUrl,omitempty" example:"https://example.org/terms"`
}

// SLAEnding says how an SLA ends.
type SLAEnding struct {
	ValidUntil string `json:"validUntil,omitempty" doc:"The first day on which it is not valid any more, not before the end of the last closed period; tomorrow when left out."`
	Reason     string `json:"reason,omitempty" doc:"Kept in the audit log." example:"the contract ended"`
}

// SLAClosedPeriod is a closed period of an SLA, as far as is known now.
type SLAClosedPeriod struct {
	Start time.Time `json:"start"`
	End   time.Time `json:"end" doc:"Exclusive."`
	SLAOutcome
	Target     string      `json:"target" doc:"As it was in force at the end." example:"99.9%"`
	Credits    []SLACredit `json:"credits" doc:"As they were in force at the end."`
	Revision   int         `json:"revision" doc:"Of the SLA, that was in force at the end."`
	ClosedAt   time.Time   `json:"closedAt"`
	RestatedAt *time.Time  `json:"restatedAt" nullable:"true" doc:"When it was last found to have come to something else, because of measurements that came after it was closed; null where it never was."`
	AsClosed   *SLAOutcome `json:"asClosed,omitempty" doc:"What it had come to when it was closed; absent where it was never restated."`
}

// SLAOutcome is what a period came to.
type SLAOutcome struct {
	Verdict string   `json:"verdict" enum:"met,breached,unknown" doc:"unknown: nothing was measured."`
	Credit  string   `json:"credit" doc:"Share of the period's fee that is given back; empty for nothing." example:"10%"`
	Good    float64  `json:"good" doc:"Good events, or slices where the SLO counted these."`
	Total   float64  `json:"total" doc:"All of them."`
	SLI     *float64 `json:"sli" nullable:"true" doc:"Good ÷ total; null without events."`
	Margin  *float64 `json:"margin" nullable:"true" doc:"SLI − target; below 0 when the target was missed."`
}

// SLAExplanation says where the figures of an SLA's status come from.
type SLAExplanation struct {
	Formulas string     `json:"formulas" doc:"Version of the formulas."`
	Figures  []Figure   `json:"figures" doc:"Of the period that runs now, and of the last closed one."`
	SLO      Ref        `json:"slo" doc:"The SLO that measures it."`
	Measured Provenance `json:"measured" doc:"What the SLO counts now."`
}

// SLAStatus is how an SLA stands.
type SLAStatus struct {
	Current *SLACurrent      `json:"current,omitempty" doc:"The period that runs now; absent while the SLA is not valid."`
	Last    *SLAClosedPeriod `json:"last,omitempty" doc:"The last closed period; absent when there is none."`
}

// SLACurrent is the period that runs now: what was measured so far, and, apart, what
// is projected for the whole of it.
type SLACurrent struct {
	Start     time.Time    `json:"start"`
	End       time.Time    `json:"end" doc:"Exclusive."`
	Until     time.Time    `json:"until" doc:"Up to here it was measured."`
	Good      float64      `json:"good" doc:"Good events so far."`
	Total     float64      `json:"total" doc:"All events so far."`
	SLI       *float64     `json:"sli" nullable:"true" doc:"Good ÷ total so far; null without events."`
	Margin    *float64     `json:"margin" nullable:"true" doc:"SLI so far − target; below 0 when the target is missed."`
	Remaining *float64     `json:"remaining" nullable:"true" doc:"Share of the budget of the events so far that is left; below 0 when overspent."`
	Projected SLAProjected `json:"projected" doc:"No measurement: the whole period, if events go on to come as they did so far."`
}

// SLAProjected is what is projected for a whole period.
type SLAProjected struct {
	Total  *float64 `json:"total" nullable:"true" doc:"All events of the period."`
	Burned *float64 `json:"burned" nullable:"true" doc:"Share of the period's whole budget that is burned by what was bad so far."`
}

// SLAReport is what a customer was promised and got.
type SLAReport struct {
	Customer string         `json:"customer" example:"Acme"`
	From     time.Time      `json:"from"`
	To       time.Time      `json:"to"`
	SLAs     []SLAOfAReport `json:"slas" doc:"By the slugs of service and SLA; ended ones, too."`
}

// SLAOfAReport is an SLA with its closed periods.
type SLAOfAReport struct {
	SLA     SLA               `json:"sla"`
	Periods []SLAClosedPeriod `json:"periods" doc:"Those that have a part in the report's time, the oldest first."`
}
