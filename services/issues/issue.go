package issues

import (
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/policy"
)

// Kind is what an issue is about; each has a template.
type Kind string

// The kinds.
const (
	// KindBudgetViolation is an overspent error budget.
	KindBudgetViolation Kind = "budget_violation"
	// KindIncident gathers what is to be done after an incident; its action items are parts of it.
	KindIncident Kind = "incident"
	// KindActionItem is what one person is to do after an incident.
	KindActionItem Kind = "action_item"
	// KindToilCap is a team whose toil is above its cap.
	KindToilCap Kind = "toil_cap"
	// KindToilCandidate is toil that a team wants to automate.
	KindToilCandidate Kind = "toil_candidate"
	// KindScorecard is what a scorecard found of a service.
	KindScorecard Kind = "scorecard"
)

// Kinds lists every kind.
var Kinds = []Kind{KindBudgetViolation, KindIncident, KindActionItem, KindToilCap, KindToilCandidate, KindScorecard}

// Groups reports whether many of the kind that are to be made at once are told of in one: what breaks
// many things is one matter, and what many people are to do is not.
func (k Kind) Groups() bool { return k == KindBudgetViolation }

// Issue is what is wanted on a tracker.
type Issue struct {
	ID   id.ID
	Kind Kind
	// Fingerprint is unique: a hash of kind, service, subject, clause and the first
	// episode. It never changes, and is in the body as a hidden marker.
	Fingerprint string
	// Service is empty of a group, which tells of its members instead of them.
	Service id.ID
	// Group is in which issue it is told of; empty while it is one of its own.
	Group id.ID
	// Parent is of which issue it is a part; empty for none.
	Parent  id.ID
	Subject id.ID // the SLO, the incident, the action item, the team, the candidate, or the failure
	// Episode is the violation; the latest, when the issue was taken up again. A group's is
	// the group itself, and a new one each time that it was over and goes on. Of others it is
	// the subject.
	Episode    id.ID
	Repository string // the service's; empty when it has none
	Title      string
	Body       string // GitHub-flavoured Markdown
	Labels     []string
	// Assignees are the people to whom it is to be assigned.
	Assignees []id.ID
	Comments  []Comment
	// Open is whether the issue is wanted open.
	Open bool
	// Ending is how the episode ended, empty while it lasts.
	Ending    policy.Ending
	CreatedAt time.Time
	UpdatedAt time.Time
	Version   int64
}

// IsGroup reports whether it tells of others.
func (i Issue) IsGroup() bool { return i.Service == "" }

// Comment is a comment wanted on the issue.
type Comment struct {
	At   time.Time `json:"at"`
	Body string    `json:"body"`
}
