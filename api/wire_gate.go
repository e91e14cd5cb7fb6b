package api

import "time"

// Gate is whether changes of a service may go out now.
type Gate struct {
	Service  Ref           `json:"service"`
	Classes  []GateClass   `json:"classes" doc:"What would be answered for each class of changes."`
	Override *GateOverride `json:"override,omitempty" doc:"What lifts the freezes at present."`
}

// GateClass is what would be answered for a class of changes.
type GateClass struct {
	Class string `json:"class" enum:"feature,config,reliability,security,p0,rollback"`
	GateVerdict
}

// GateVerdict is an answer with what it rests on.
type GateVerdict struct {
	Answer     string       `json:"answer" enum:"allow,warn,deny" doc:"warn: it may go out, and somebody should look first."`
	Reasons    []GateReason `json:"reasons" doc:"At least one, what weighs most first."`
	RecoversAt *time.Time   `json:"recoversAt" nullable:"true" doc:"When nothing denies any more at the earliest, if nothing more goes wrong; null where nothing does, or where that is not known."`
	WayOut     []string     `json:"wayOut" doc:"What can be done, in sentences."`
}

// GateReason is one thing that an answer rests on.
type GateReason struct {
	Kind            string     `json:"kind" enum:"frozen,never_waits,excused,observed,not_known,dependency,overridden,unreadable,no_objection"`
	Text            string     `json:"text" doc:"In a sentence, with numbers." example:"the clause budget-exceeded of the policy error-budget applies to the SLO availability: 118.64 % of the error budget of 28 days is consumed"`
	Policy          string     `json:"policy,omitempty" doc:"Slug of the policy." example:"error-budget"`
	Clause          string     `json:"clause,omitempty" example:"budget-exceeded"`
	SLO             string     `json:"slo,omitempty" doc:"Slug of the SLO." example:"availability"`
	Service         string     `json:"service,omitempty" doc:"Slug of the dependency." example:"ledger"`
	ViolationID     string     `json:"violationId,omitempty"`
	ConsumedPercent string     `json:"consumedPercent,omitempty" doc:"Share of the budget of the trailing 28 days that is consumed now." example:"118.64"`
	RecoversAt      *time.Time `json:"recoversAt,omitempty" doc:"When the clause stops to apply at the earliest, if nothing more goes wrong."`
}

// GateDecisionInput asks whether a change may go out.
type GateDecisionInput struct {
	Class   string `json:"class" enum:"feature,config,reliability,security,p0,rollback" doc:"What kind of a change it is. Rollbacks, urgent fixes (p0) and security fixes are never denied."`
	Version string `json:"version,omitempty" doc:"Of what goes out, at most 200 characters." example:"v2.14.0"`
	Link    string `json:"link,omitempty" doc:"To the change." example:"https://github.com/acme/checkout/pull/7"`
}

// GateDecision is what was answered, as it was.
type GateDecision struct {
	ID        string `json:"id" doc:"Identifier (ULID)."`
	ServiceID string `json:"serviceId"`
	Class     string `json:"class" enum:"feature,config,reliability,security,p0,rollback"`
	Version   string `json:"version"`
	Link      string `json:"link"`
	GateVerdict
	DecidedAt time.Time `json:"decidedAt"`
	DecidedBy string    `json:"decidedBy" doc:"Who asked: a person, or the name of a token."`
}

// GateOverrideInput lifts the freezes of a service.
type GateOverrideInput struct {
	Reason string    `json:"reason" doc:"Why it cannot wait, at most 1,000 characters." example:"The rollback needs a new image of the gateway."`
	Until  time.Time `json:"until" doc:"When it ends by itself: at most 24 hours from now." example:"2026-11-27T22:00:00Z"`
}

// GateOverrideReviewInput is what another person found of an override.
type GateOverrideReviewInput struct {
	Justified bool   `json:"justified"`
	Note      string `json:"note,omitempty" doc:"What was found; needed where it was not justified." example:"The rollback would have worked with the old image."`
}

// GateOverride lifts the freezes of a service for some time, in an emergency.
type GateOverride struct {
	ID        string              `json:"id" doc:"Identifier (ULID)."`
	ServiceID string              `json:"serviceId"`
	Reason    string              `json:"reason"`
	MadeAt    time.Time           `json:"madeAt"`
	Until     time.Time           `json:"until"`
	MadeBy    string              `json:"madeBy"`
	ReviewDue time.Time           `json:"reviewDue" doc:"By when another person has to have reviewed it: two working days later."`
	Review    *GateOverrideReview `json:"review,omitempty" doc:"What another person found; absent until then."`
	Acts      []Act               `json:"acts" doc:"What can be done to it, and whether whoever reads this may, as it is now. It can change while the version does not."`
	Version   int64               `json:"version" doc:"Grows with each change; also the ETag."`
}

// GateOverrideReview is what another person found.
type GateOverrideReview struct {
	At        time.Time `json:"at"`
	By        string    `json:"by"`
	Justified bool      `json:"justified"`
	Note      string    `json:"note"`
}
