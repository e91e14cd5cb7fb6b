package notify

import (
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/event"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
)

// Kind is what a target speaks.
type Kind string

// The kinds.
const (
	Webhook      Kind = "webhook" // signed CloudEvents
	Alertmanager Kind = "alertmanager"
	PagerDuty    Kind = "pagerduty"
	Slack        Kind = "slack" // and what takes the same bodies, such as Mattermost
	Email        Kind = "email"
)

// Kinds lists every kind.
var Kinds = []Kind{Webhook, Alertmanager, PagerDuty, Slack, Email}

// readByPrograms are the kinds at which a program holds what began and decides whom to
// disturb: it is sent all one by one, without a cap, for it groups by itself; and the end of
// a matter reaches it at any hour, as it quiets.
func (k Kind) readByPrograms() bool { return k == Alertmanager || k == PagerDuty }

// Target is where events of a team are told, or those of the platform.
type Target struct {
	ID   id.ID
	Team id.ID // empty: the platform's, which administrators look after
	Name string
	Kind Kind
	// Address is a URL, or an e-mail address. A slack target has none: its URL is a secret.
	Address string
	// Secret names what it takes to be let in, or to sign: see CheckSecret.
	Secret string
	// Rank orders the targets of a team, the lowest first: an event goes to the first that
	// takes it.
	Rank int
	// Types are those that it takes, all where empty.
	Types []event.Type
	// Least is the least urgency that it takes.
	Least event.Urgency
	// Hours are when people look at it; nil for always.
	Hours     *Hours
	Enabled   bool
	CreatedAt time.Time
	UpdatedAt time.Time
	RemovedAt *time.Time
	Version   int64
}

func (t Target) object() access.Object {
	return access.Object{Kind: access.KindTarget, ID: t.ID, Team: t.Team, Label: t.Name}
}

// takes reports whether the target takes the event. PagerDuty takes what is a problem until
// something ends it, and the ends: of what does not last nothing would ever resolve the
// incident.
func (t Target) takes(e Told) bool {
	return t.Enabled && t.RemovedAt == nil && loudness(e.Urgency()) >= loudness(t.Least) && (len(t.Types) == 0 || slices.Contains(t.Types, e.Type)) &&
		(t.Kind != PagerDuty || e.Lasts() || e.Over)
}

// loudness orders urgencies, the most urgent is the highest.
func loudness(u event.Urgency) int {
	return len(event.Urgencies) - slices.Index(event.Urgencies, u)
}

// due is when an event is sent to the target at the earliest: what interrupts at once, what
// is soon within its working hours, and an end at once where it only quiets.
func (t Target) due(urgency event.Urgency, over bool, now time.Time) time.Time {
	if urgency == event.Interrupt || over && t.Kind.readByPrograms() || t.Hours == nil {
		return now
	}
	return t.Hours.Next(now)
}

// Health is how a target last answered. It changes without the version.
type Health struct {
	SucceededAt *time.Time
	FailedAt    *time.Time
	// FailingSince is when the failures began that no success followed.
	FailingSince *time.Time
	Failure      string // why, for people and without secrets
	// Failures is how many there were since, and ResumeAt until when it is left alone.
	Failures int
	ResumeAt *time.Time
}

// after is the health when it was tried.
func (h Health) after(o Outcome, now time.Time) Health {
	if o.Arrived() {
		return Health{SucceededAt: &now, FailedAt: h.FailedAt}
	}
	h.FailedAt, h.Failure = &now, o.Reason
	if h.FailingSince == nil {
		h.FailingSince = &now
	}
	h.Failures++
	resume := now.Add(max(min(o.RetryAfter, mostAsked), aside(h.Failures)))
	h.ResumeAt = &resume
	return h
}

// mostAside is how long a failing target is left alone at most: what came meanwhile is
// tried then, though what failed before waits for longer.
const mostAside = 5 * time.Minute

// aside doubles from 5 seconds on.
func aside(failures int) time.Duration {
	return min(mostAside, 5*time.Second<<min(failures-1, 10))
}

// TargetView is a target with how it answers and what waits for it.
type TargetView struct {
	Target
	Health  Health
	Waiting int // notifications that are to be sent
	Dead    int // that could not be
}
