package proposal

import (
	"encoding/json"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
)

// Lifetime is how long a proposal may be approved.
const Lifetime = 14 * 24 * time.Hour

// Act is what is proposed.
type Act string

// The acts.
const (
	ReviseSLO         Act = "slo_revision"
	DeclareCorrection Act = "correction"
	RemoveCorrection  Act = "correction_removal"
	RetireSLO         Act = "slo_retirement"
	UpdateService     Act = "service_update"
	RetireService     Act = "service_retirement"
)

// State is how far a proposal is.
type State string

// The states.
const (
	Open     State = "open"
	Approved State = "approved" // and carried out
	Rejected State = "rejected"
	Expired  State = "expired"
)

// States lists every state.
var States = []State{Open, Approved, Rejected, Expired}

// Proposal is an act that waits for a second person, or waited for one.
type Proposal struct {
	ID      id.ID
	Act     Act
	Service id.ID
	SLO     id.ID // empty for an act on a service
	// Version is that of the SLO, or the service, for which it was made.
	Version int64
	Input   Input
	// Document is the act as its author wrote it, to be shown.
	Document json.RawMessage
	// Summary says in words what relaxes, and why that needs a second person.
	Summary    string
	Reason     string // the proposer's
	Proposer   id.ID
	ProposedBy string
	CreatedAt  time.Time
	ExpiresAt  time.Time
	Decision   State // Approved or Rejected, empty while nobody decided
	DecidedAt  *time.Time
	DecidedBy  string
	DecidedFor string // the reason
	Made       id.ID  // the correction or revision that came of it, where there is one
}

// State is how far it is at now.
func (p Proposal) State(now time.Time) State {
	switch {
	case p.Decision != "":
		return p.Decision
	case !now.Before(p.ExpiresAt):
		return Expired
	}
	return Open
}

// open returns nil, or why nothing can be decided of it any more.
func (p Proposal) open(now time.Time) error {
	switch p.State(now) {
	case Open:
		return nil
	case Expired:
		return fault.New(fault.Conflict, "proposal_expired", "the proposal could be decided on until %s; propose it anew", p.ExpiresAt.Format(time.RFC3339))
	}
	return Decided(p)
}

// Decided reports that somebody decided on a proposal already.
func Decided(p Proposal) error {
	return fault.New(fault.Conflict, "proposal_decided", "the proposal was %s already, by %s", p.Decision, p.DecidedBy)
}

// record is what the audit log keeps of a proposal.
type record struct {
	Act        Act
	Service    id.ID
	SLO        id.ID
	Summary    string
	Document   string
	ProposedBy string
	Decision   State
	DecidedBy  string
	Made       id.ID
}

func (p Proposal) record() record {
	return record{
		Act: p.Act, Service: p.Service, SLO: p.SLO, Summary: p.Summary, Document: string(p.Document),
		ProposedBy: p.ProposedBy, Decision: p.Decision, DecidedBy: p.DecidedBy, Made: p.Made,
	}
}

// author is who wrote what the proposal carries out.
func (p Proposal) author() access.Author {
	return access.Author{Name: p.ProposedBy, Proposal: p.ID, Reason: p.Reason}
}
