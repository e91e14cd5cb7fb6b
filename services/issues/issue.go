package issues

import (
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
)

// Kind is what an issue is about; each has a template.
type Kind string

// KindBudgetViolation is the kind of an overspent error budget.
const KindBudgetViolation Kind = "budget_violation"

// Kinds lists every kind.
var Kinds = []Kind{KindBudgetViolation}

// State is how far an issue got.
type State string

// StateDraft is an issue that no tracker has yet.
const StateDraft State = "draft"

// Issue is what is wanted on a tracker.
type Issue struct {
	ID   id.ID
	Kind Kind
	// Fingerprint is unique: a hash of kind, service, subject, clause and the first
	// episode. It never changes, and is in the body as a hidden marker.
	Fingerprint string
	Service     id.ID
	Subject     id.ID  // the SLO
	Episode     id.ID  // the violation; the latest, when the issue was taken up again
	Repository  string // the service's; empty when it has none
	Title       string
	Body        string // GitHub-flavoured Markdown
	Labels      []string
	Comments    []Comment
	// Open is whether the issue is wanted open.
	Open      bool
	State     State
	CreatedAt time.Time
	UpdatedAt time.Time
	Version   int64
}

// Comment is a comment wanted on the issue.
type Comment struct {
	At   time.Time `json:"at"`
	Body string    `json:"body"`
}
