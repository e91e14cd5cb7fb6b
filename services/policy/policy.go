package policy

import (
	"reflect"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/id"
)

// Policy is the head of an error-budget policy; what it says is its Revision.
type Policy struct {
	ID          id.ID
	Slug        string
	Name        string
	Description string
	Revision    int
	RevisitTold clock.Date // the day that was told to be past on which it was to be looked at again
	Manager     string     // who keeps it elsewhere, such as a set of manifests; empty for nobody
	CreatedAt   time.Time
	UpdatedAt   time.Time
	Version     int64
}

// Revision is what a policy said from one change to the next. It never changes.
type Revision struct {
	ID     id.ID
	Policy id.ID
	Number int
	Terms
	RevisedBy string // the caller's name
	CreatedAt time.Time
}

// Terms is what a revision says.
type Terms struct {
	Clauses []Clause `json:"clauses"`
	// Reserve is the share of the budget that is set aside for planned spend, 0 to below 1:
	// launches, migrations, experiments, which are outages of these classes.
	Reserve float64 `json:"reserve"`
	// DisputeHours is how long the first dispute of a violation suspends its freeze, 0 to 168
	// hours, where an approver is named to decide it.
	DisputeHours int      `json:"disputeHours"`
	Approval     Approval `json:"approval"`
}

// Complete has no list that is nil, as terms are stored and shown.
func (t Terms) Complete() Terms {
	clauses := make([]Clause, len(t.Clauses))
	for i, c := range t.Clauses {
		clauses[i] = c.complete()
	}
	t.Clauses = clauses
	if t.Approval.Reviewers == nil {
		t.Approval.Reviewers = []string{}
	}
	return t
}

// same reports whether both say the same.
func (t Terms) same(o Terms) bool { return reflect.DeepEqual(t.Complete(), o.Complete()) }

// Approval is who stands for a policy, which the workbook asks every one to name
// ("Error Budget Policy", appendix of The Site Reliability Workbook). All of it may be empty.
type Approval struct {
	Author    string   `json:"author"`
	Reviewers []string `json:"reviewers"`
	// Approver is the person who approved it; disputes are theirs to decide.
	Approver   id.ID      `json:"approver"`
	ApprovedOn clock.Date `json:"approvedOn"`
	RevisitOn  clock.Date `json:"revisitOn"` // when it is to be looked at again
}

// Mode is how far an attached policy acts.
type Mode string

// The modes.
const (
	Observe Mode = "observe" // violations are recorded; nothing is wanted
	Warn    Mode = "warn"    // what clauses ask for is wanted, but changes go on
	Enforce Mode = "enforce" // changes are to wait, too
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
	Manager   string // who keeps it elsewhere, such as a set of manifests; empty for nobody
	Version   int64
}

// View is a policy with its current revision.
type View struct {
	Policy   Policy
	Revision Revision
}
