package policy

import (
	"fmt"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/internal/id"
)

// Violation is one episode in which an SLO broke a clause; at most one is open
// for each (policy, clause, SLO).
type Violation struct {
	ID         id.ID // the episode
	Policy     id.ID
	Revision   id.ID // of the policy, that found it
	Clause     string
	Attachment id.ID // by which the policy was in force; it may be gone
	SLO        id.ID
	Service    id.ID
	Mode       Mode // at present, while open
	OpenedAt   time.Time
	Evidence   Evidence
	Handling   Handling
	EndedAt    *time.Time
	Ending     Ending
	// MutedUntil is, of a void one whose condition still holds, until when nothing opens
	// because of the clause; nil once the condition failed.
	MutedUntil *time.Time
	Version    int64
}

// Ending is why a violation ended.
type Ending string

// The endings.
const (
	Recovered Ending = "recovered" // the SLO is back within the clause
	Retired   Ending = "retired"   // the SLO or its service was retired
	Detached  Ending = "detached"  // no policy with the clause is attached any more
	Void      Ending = "void"      // it was none: a measurement was wrong, or the clause did not fit
)

// Endings lists every ending.
var Endings = []Ending{Recovered, Retired, Detached, Void}

// mutedFor is how long a void violation keeps its clause from opening another for the SLO
// while the condition goes on to hold: after four weeks nothing of what it was void for is in
// the policy's window any more.
const mutedFor = 28 * 24 * time.Hour

// TakeUp is how long after its end the next violation of the same clause and SLO goes on in
// the issue of the one before.
const TakeUp = 10 * 24 * time.Hour

// Handling is what people made of a violation so far.
type Handling struct {
	Acknowledgement *Acknowledgement `json:"acknowledgement,omitempty"`
	Dispute         *Dispute         `json:"dispute,omitempty"` // the latest that was raised here
	EarlyExit       *EarlyExit       `json:"earlyExit,omitempty"`
	ActsSince       *time.Time       `json:"actsSince,omitempty"` // since when it is not only observed
	EscalatedAt     *time.Time       `json:"escalatedAt,omitempty"`
	Suspended       bool             `json:"suspended,omitempty"`   // a dispute suspended the freeze once; no other does
	PlanToldFor     clock.Date       `json:"planToldFor,omitempty"` // the date of the plan that was told to be past
}

// Acknowledgement says that a team works on it: by which plan, and until when.
type Acknowledgement struct {
	At     time.Time  `json:"at"`
	By     string     `json:"by"`
	Person id.ID      `json:"person"`
	Plan   string     `json:"plan"`
	DueOn  clock.Date `json:"dueOn"`
}

// Dispute says that the violation is wrong, or that its clause does not fit.
type Dispute struct {
	At     time.Time `json:"at"`
	By     string    `json:"by"`
	Person id.ID     `json:"person"`
	Reason string    `json:"reason"`
	// Approver is who was named to decide it, empty where nobody was but who raised it.
	Approver id.ID `json:"approver,omitempty"`
	// SuspendedUntil is until when the freeze is suspended because of it; nil where it is not.
	SuspendedUntil *time.Time `json:"suspendedUntil,omitempty"`
	// ChasedAt is when it was told that nobody decided it in time, nil until then, and anew
	// from when it suspends a freeze on.
	ChasedAt *time.Time `json:"chasedAt,omitempty"`
	// Ruling is nil until it is decided.
	Ruling *Ruling `json:"ruling,omitempty"`
}

// decideWithin is the time for the decision of a dispute where the policy has none of its own.
const decideWithin = 48 * time.Hour

// due is by when it is to be decided: while it suspends a freeze, and else in as long.
func (d Dispute) due(r Revision) time.Time {
	if d.SuspendedUntil != nil {
		return *d.SuspendedUntil
	}
	if r.DisputeHours > 0 {
		return d.At.Add(time.Duration(r.DisputeHours) * time.Hour)
	}
	return d.At.Add(decideWithin)
}

// Ruling is how a dispute was decided.
type Ruling struct {
	At      time.Time `json:"at"`
	By      string    `json:"by"`
	Person  id.ID     `json:"person"`
	Outcome Outcome   `json:"outcome"`
	Note    string    `json:"note"`
	// Reread is the range of measurements that is read again because of it, nil for none.
	Reread *Range `json:"reread,omitempty"`
}

// Outcome is what a dispute comes to.
type Outcome string

// The outcomes.
const (
	Upheld   Outcome = "upheld" // the violation stands
	RuledOut Outcome = "void"   // it was none
)

// Outcomes lists every outcome.
var Outcomes = []Outcome{Upheld, RuledOut}

// Range is a time from From to before To.
type Range struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// EarlyExit ends the freeze of a violation that stays open until the SLO recovered.
type EarlyExit struct {
	At     time.Time `json:"at"`
	By     string    `json:"by"`
	Person id.ID     `json:"person"`
	Done   string    `json:"done"` // of what was agreed on
}

// Excused says why the violation has no changes wait at that time; empty where it has.
func (v Violation) Excused(now time.Time) string {
	switch h := v.Handling; {
	case h.EarlyExit != nil:
		return fmt.Sprintf("%s ended the freeze early, for what was agreed on is done", h.EarlyExit.By)
	case h.Dispute != nil && h.Dispute.Ruling == nil && h.Dispute.SuspendedUntil != nil && now.Before(*h.Dispute.SuspendedUntil):
		return fmt.Sprintf("the freeze is suspended until %s, while the dispute of %s is decided", Minute(*h.Dispute.SuspendedUntil), h.Dispute.By)
	}
	return ""
}

// muted reports whether it keeps another from opening at that time.
func (v Violation) muted(now time.Time) bool { return v.MutedUntil != nil && now.Before(*v.MutedUntil) }

// planned reports whether a team has a plan of which the date is not past.
func (v Violation) planned(now time.Time) bool {
	a := v.Handling.Acknowledgement
	return a != nil && !a.DueOn.Past(now)
}

// Evidence is what was known when the violation opened, frozen.
type Evidence struct {
	SLORevision id.ID     `json:"sloRevision"`
	Objective   string    `json:"objective"`
	WindowEnd   time.Time `json:"windowEnd"`
	// Good and Total are thousandths of an event in the policy's window.
	Good  int64 `json:"good"`
	Total int64 `json:"total"`
	// ConsumedPercent is the share of the budget consumed, as a decimal rounded to two digits.
	ConsumedPercent string `json:"consumedPercent"`
	// When is the clause's condition, and Facts what it read.
	When  string       `json:"when"`
	Facts []fact.Known `json:"facts"`
}
