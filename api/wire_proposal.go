package api

import "time"

// Proposal is an act that relaxes a promise, and waits for a second person, or waited for
// one.
type Proposal struct {
	ID         string     `json:"id" doc:"Identifier (ULID)."`
	Act        string     `json:"act" enum:"slo_revision,correction,correction_removal,slo_retirement,service_update,service_retirement"`
	State      string     `json:"state" enum:"open,approved,rejected,expired" doc:"approved: and carried out. expired: nobody decided within 14 days."`
	Service    Ref        `json:"service"`
	SLO        *Ref       `json:"slo,omitempty" doc:"Absent for an act on a service."`
	Version    int64      `json:"version" doc:"Of the SLO, or the service, that it was made for: it can be approved while that is current."`
	Summary    string     `json:"summary" doc:"What relaxes, and why that needs a second person." example:"this relaxes the SLO \"availability\" (the objective falls from 99.9 % to 99 %) while a violation of the clause \"budget-spent\" by the SLO \"availability\" is open"`
	Document   any        `json:"document" doc:"The act as it was proposed: the member of the input that was given."`
	Reason     string     `json:"reason" doc:"The proposer's."`
	PersonID   string     `json:"personId" doc:"Who proposed it; somebody else approves."`
	ProposedBy string     `json:"proposedBy"`
	CreatedAt  time.Time  `json:"createdAt"`
	ExpiresAt  time.Time  `json:"expiresAt"`
	DecidedAt  *time.Time `json:"decidedAt" nullable:"true" doc:"Null while nobody decided."`
	DecidedBy  string     `json:"decidedBy"`
	DecidedFor string     `json:"decidedFor" doc:"The reason of who decided."`
	MadeID     string     `json:"madeId" doc:"The revision or correction that came of it; empty where there is none."`
}

// ProposalInput is what is proposed: exactly one of revision, correction, removal,
// retirement, serviceUpdate and serviceRetirement.
type ProposalInput struct {
	Reason        string               `json:"reason" doc:"Why, for who approves it; at most 1,000 characters." example:"the objective was stricter than customers need"`
	Revision      *ProposedRevision    `json:"revision,omitempty" doc:"Of an SLO, as reviseSLO makes it."`
	Correction    *ProposedCorrection  `json:"correction,omitempty" doc:"As declareCorrection makes it." example:"{\"service\":\"checkout\",\"slo\":\"availability\",\"declaration\":{\"effect\":\"exclude\",\"kind\":\"maintenance\",\"reason\":\"the database moved\",\"from\":\"2026-11-27T10:00:00Z\",\"to\":\"2026-11-27T12:00:00Z\"}}"`
	Removal       *ProposedRemoval     `json:"removal,omitempty" doc:"Of a correction, as removeCorrection does it."`
	Retirement    *ProposedRetirement  `json:"retirement,omitempty" doc:"Of an SLO, as retireSLO does it."`
	ServiceUpdate *ProposedServiceEdit `json:"serviceUpdate,omitempty" doc:"As updateService makes it."`
	ServiceEnd    *ProposedServiceEnd  `json:"serviceRetirement,omitempty" doc:"Of a service with its SLOs, as retireService does it."`
}

// ProposedRevision is a revision of an SLO.
type ProposedRevision struct {
	Service     string   `json:"service" maxLength:"63" doc:"Slug or identifier." example:"checkout"`
	SLO         string   `json:"slo" maxLength:"63" doc:"Slug or identifier." example:"availability"`
	Version     int64    `json:"version" minimum:"1" doc:"Of the SLO, as it was read."`
	Declaration SLOInput `json:"declaration"`
}

// ProposedCorrection is a correction of an SLO.
type ProposedCorrection struct {
	Service     string          `json:"service" maxLength:"63" doc:"Slug or identifier." example:"checkout"`
	SLO         string          `json:"slo" maxLength:"63" doc:"Slug or identifier." example:"availability"`
	Declaration CorrectionInput `json:"declaration"`
}

// ProposedRemoval is the removal of a correction.
type ProposedRemoval struct {
	Service    string `json:"service" maxLength:"63" doc:"Slug or identifier." example:"checkout"`
	SLO        string `json:"slo" maxLength:"63" doc:"Slug or identifier." example:"availability"`
	Correction string `json:"correction" maxLength:"26" doc:"Identifier of the correction."`
	Reason     string `json:"reason" doc:"Why it does not hold any more." example:"it was another service"`
}

// ProposedRetirement is the end of an SLO.
type ProposedRetirement struct {
	Service string `json:"service" maxLength:"63" doc:"Slug or identifier." example:"checkout"`
	SLO     string `json:"slo" maxLength:"63" doc:"Slug or identifier." example:"availability"`
	Version int64  `json:"version" minimum:"1" doc:"Of the SLO, as it was read."`
	Reason  string `json:"reason,omitempty" doc:"For the audit log; at most 1,000 characters." example:"the service answers no requests any more"`
}

// ProposedServiceEnd is the end of a service.
type ProposedServiceEnd struct {
	Service string `json:"service" maxLength:"63" doc:"Slug or identifier." example:"checkout"`
	Version int64  `json:"version" minimum:"1" doc:"Of the service, as it was read."`
	Reason  string `json:"reason,omitempty" doc:"For the audit log; at most 1,000 characters." example:"its customers moved to another"`
}

// Decision says why somebody decided on a proposal as they did.
type Decision struct {
	Reason string `json:"reason,omitempty" doc:"At most 1,000 characters; required to reject." example:"agreed with the customers"`
}

// ProposedServiceEdit is an update of a service.
type ProposedServiceEdit struct {
	Service     string         `json:"service" maxLength:"63" doc:"Slug or identifier." example:"checkout"`
	Version     int64          `json:"version" minimum:"1" doc:"Of the service, as it was read."`
	Declaration ServiceProfile `json:"declaration"`
}
