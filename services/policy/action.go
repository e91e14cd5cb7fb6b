package policy

import "time"

// Freeze asks that changes wait.
type Freeze struct {
	// Allow are the classes of changes that do not have to wait, besides those that never do.
	Allow []ChangeClass `json:"allow"`
	// EarlyExit lets the person who approved the policy end the freeze of an acknowledged
	// violation before the SLO recovered, once what its plan agreed on is done.
	EarlyExit bool `json:"earlyExit"`
}

// IssueAction asks for an issue.
type IssueAction struct {
	Priority Priority `json:"priority"`
	Labels   []string `json:"labels"`
	// Template is Markdown that stands in the issue where it says what is asked, in place of
	// the clause's description; empty for that.
	Template string `json:"template"`
	// CloseOnRecovery has the issue closed by the machine once the SLO recovered;
	// otherwise it is labelled and commented only.
	CloseOnRecovery bool `json:"closeOnRecovery"`
}

// PostmortemClaim asks for a postmortem of what consumed the budget.
type PostmortemClaim struct {
	// PriorityActions is how many actions of priority p0 on the root cause it has at least.
	PriorityActions int `json:"priorityActions"`
}

// Escalation asks that somebody above the team be told of a violation that is open so many
// days after it opened, unless the team has a plan of which the date is still to come.
type Escalation struct {
	To        Audience `json:"to"`
	AfterDays int      `json:"afterDays"` // 0 to 90
}

// After is how long after it opened a violation is escalated, where it is not only observed.
func (e Escalation) After() time.Duration { return time.Duration(e.AfterDays) * 24 * time.Hour }

// Notification asks that people be told when a violation opens and when it ends. Of a freeze
// that is enforced the team is told in any case.
type Notification struct {
	To []Audience `json:"to"` // at least one
}

// Audience is who is told.
type Audience string

// The audiences.
const (
	TheTeam    Audience = "team"
	ParentTeam Audience = "parent_team" // the team's own, where there is none above it
	Approver   Audience = "approver"    // of the policy; the team's, where nobody is named
)

// Audiences lists every audience.
var Audiences = []Audience{TheTeam, ParentTeam, Approver}

// ChangeClass is what kind of a change one is.
type ChangeClass string

// The classes. Rollbacks, urgent fixes and security fixes never wait.
const (
	Feature     ChangeClass = "feature"
	Config      ChangeClass = "config"
	Reliability ChangeClass = "reliability"
	Security    ChangeClass = "security"
	P0          ChangeClass = "p0"
	Rollback    ChangeClass = "rollback"
)

// ChangeClasses lists every class.
var ChangeClasses = []ChangeClass{Feature, Config, Reliability, Security, P0, Rollback}

// Waits reports whether changes of the class can have to wait at all.
func (c ChangeClass) Waits() bool { return c == Feature || c == Config || c == Reliability }

// Priority is how urgent an issue is.
type Priority string

// The priorities.
const (
	PriorityP0 Priority = "p0"
	PriorityP1 Priority = "p1"
	PriorityP2 Priority = "p2"
	PriorityP3 Priority = "p3"
)

// Priorities lists every priority, the most urgent first.
var Priorities = []Priority{PriorityP0, PriorityP1, PriorityP2, PriorityP3}
