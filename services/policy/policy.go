package policy

import (
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
)

// Policy is the head of an error-budget policy; what it says is its Revision.
type Policy struct {
	ID          id.ID
	Slug        string
	Name        string
	Description string
	Revision    int
	CreatedAt   time.Time
	UpdatedAt   time.Time
	Version     int64
}

// Revision is what a policy said from one change to the next. It never changes.
type Revision struct {
	ID        id.ID
	Policy    id.ID
	Number    int
	Clauses   []Clause
	Author    string // the caller's name
	CreatedAt time.Time
}

// Clause says: when more than OverPercent of the error budget of the trailing
// budget.PolicyWindow is consumed, these things follow until it no longer is. A
// consumption of exactly OverPercent does not fire.
type Clause struct {
	Name        string   `json:"name"`        // RFC 1123 label, unique in the policy; with the policy it is the clause's identity
	Description string   `json:"description"` // in words, quoted in issues
	OverPercent int64    `json:"overPercent"` // 1 to 10,000 whole percent of the budget
	IssueLabels []string `json:"issueLabels"`
	// CloseOnRecovery has the issue closed by the machine once the SLO recovered;
	// otherwise it is labelled and commented only.
	CloseOnRecovery bool `json:"closeOnRecovery"`
}

// Mode is how far an attached policy acts.
type Mode string

// The modes.
const (
	Observe Mode = "observe" // violations are recorded; no issue is wanted
	Warn    Mode = "warn"    // an issue is wanted
	Enforce Mode = "enforce" // an issue is wanted, and changes are to halt
)

// Modes lists every mode.
var Modes = []Mode{Observe, Warn, Enforce}

// TargetKind is what an attachment is to.
type TargetKind string

// The kinds of targets, the most specific first: the most specific attachment of
// a policy decides its mode for a service.
const (
	ToService TargetKind = "service"
	ToTier    TargetKind = "tier"
	ToAll     TargetKind = "all"
)

// Attachment puts a policy into force for a service, a tier or all.
type Attachment struct {
	ID        id.ID
	Policy    id.ID
	Target    TargetKind
	Service   id.ID // of ToService
	Tier      int   // of ToTier
	Mode      Mode
	CreatedAt time.Time
	UpdatedAt time.Time
	CreatedBy string
	Version   int64
}

// View is a policy with its current revision.
type View struct {
	Policy   Policy
	Revision Revision
}
