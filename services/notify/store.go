package notify

import (
	"context"
	"time"

	"github.com/evenkeel/evenkeel/internal/event"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/registry"
)

// TargetFilter narrows a list of targets.
type TargetFilter struct {
	Team     id.ID
	Platform bool // only those of no team
	Kind     Kind
}

// NotificationFilter narrows a list of notifications.
type NotificationFilter struct {
	Target id.ID
	Team   id.ID // of the event
	Event  id.ID
	State  State
}

// EventFilter narrows a list of events.
type EventFilter struct {
	Team    id.ID
	Type    event.Type
	Matter  string
	Outcome Outgoing
}

// Store keeps targets, events and notifications. Missing rows are NotFound.
type Store interface {
	CreateTarget(ctx context.Context, t Target) error
	Target(ctx context.Context, target id.ID) (Target, error)
	TargetView(ctx context.Context, target id.ID) (TargetView, error)
	// Targets lists those that were not removed, by team, rank and age.
	Targets(ctx context.Context, f TargetFilter, r page.Request) (page.Page[TargetView], error)
	// UpdateTarget writes the target, conditional on Version, which it increments.
	UpdateTarget(ctx context.Context, t Target) error
	// LiveTargets returns those that are enabled and not removed, by rank and age.
	LiveTargets(ctx context.Context) ([]Target, error)
	// WriteHealth writes how the target answered.
	WriteHealth(ctx context.Context, target id.ID, h Health) error
	Health(ctx context.Context, target id.ID) (Health, error)

	// Tell inserts events in few statements.
	Tell(ctx context.Context, events []Told) error
	// TellOnce inserts the event, false when there is one with its Once.
	TellOnce(ctx context.Context, t Told) (bool, error)
	ToldOnce(ctx context.Context, once string) (bool, error)
	// Unrouted returns events without an outcome, the oldest first.
	Unrouted(ctx context.Context, limit int) ([]Told, error)
	// Route writes what is decided of an event, Outcome, Note, RoutedAt and the slugs, false
	// when that was done already.
	Route(ctx context.Context, t Told) (bool, error)
	Event(ctx context.Context, event id.ID) (Told, error)
	EventsByID(ctx context.Context, events []id.ID) (map[id.ID]Told, error)
	// Beginning returns the oldest event of the matter that is not its end, NotFound
	// when there is none.
	Beginning(ctx context.Context, matter string) (Told, error)
	// Ending returns the first event after that one with which its matter was over,
	// NotFound when there is none.
	Ending(ctx context.Context, matter string, after id.ID) (Told, error)
	// Events lists the newest first.
	Events(ctx context.Context, f EventFilter, r page.Request) (page.Page[Told], error)
	// LastDigest returns when the team's newest digest, or the platform's, was written, nil
	// when there is none.
	LastDigest(ctx context.Context, team id.ID) (*time.Time, error)
	// Undone returns events of the team, or of all where none is named, that were left for a
	// digest from then on and before the other time, and whose matter did not end.
	Undone(ctx context.Context, team id.ID, from, before time.Time) ([]Told, error)

	AddNotifications(ctx context.Context, n []Notification) error
	Notification(ctx context.Context, notification id.ID) (Notification, error)
	// Notifications lists the newest first.
	Notifications(ctx context.Context, f NotificationFilter, r page.Request) (page.Page[Notification], error)
	// UpdateNotification writes what becomes of the notification, Conflict CodeChanged where
	// State, Attempts, AttemptedAt or RepeatAt are not any more as they were.
	UpdateNotification(ctx context.Context, was, n Notification) error
	// LastOf returns the newest notification of the matter to a target, NotFound when
	// there is none.
	LastOf(ctx context.Context, matter string) (Notification, error)
	// Lanes returns the targets for which something is due, and that are not left alone; the empty one
	// stands for people.
	Lanes(ctx context.Context, now time.Time) ([]id.ID, error)
	// Due returns what is due for the target, by turn and then the longest due first, but
	// nothing while something earlier of its matter is on its way.
	Due(ctx context.Context, target id.ID, now time.Time, limit int) ([]Notification, error)
	// Repeated returns what is to be sent to the target again.
	Repeated(ctx context.Context, target id.ID, now time.Time, limit int) ([]Notification, error)
	// EndRepeats has nothing of the matter repeated any more.
	EndRepeats(ctx context.Context, matter string) error
	// MadeSince returns when the notifications of the matter to the target were made from
	// then on, the oldest first, and has others of the same target wait for the end of the
	// transaction.
	MadeSince(ctx context.Context, target id.ID, matter string, since time.Time) ([]time.Time, error)
	// SentSince counts what was sent to the target from then on, and says when the last was.
	SentSince(ctx context.Context, target id.ID, since time.Time) (int, time.Time, error)
	// BuryTests ends test messages that are being sent since before then.
	BuryTests(ctx context.Context, before time.Time, reason string) (int, error)
	// Requeue has what is being sent since before then sent again.
	Requeue(ctx context.Context, before time.Time) (int, error)
	// Bury ends what is to be sent to targets that were removed.
	Bury(ctx context.Context, reason string) (int, error)
	// Revive has what is dead of the target sent again, but for test messages and beginnings
	// of what is over, and returns how many that are, and how many of the latter are left.
	Revive(ctx context.Context, target id.ID, now time.Time) (revived, over int, err error)
	// Prune removes up to limit events that were told before the time, with their notifications.
	Prune(ctx context.Context, before time.Time, limit int) (int, error)
}

// Teams tells of teams and of services' owners. A registry.Store does.
type Teams interface {
	registry.SlugStore
	Team(ctx context.Context, team id.ID) (registry.Team, error)
	TeamBySlug(ctx context.Context, slug string) (registry.Team, error)
	TeamsByID(ctx context.Context, teams []id.ID) (map[id.ID]registry.Team, error)
	ServicesByID(ctx context.Context, services []id.ID) (map[id.ID]registry.Service, error)
}

// People tells where people are reached. An access.Store does.
type People interface {
	Person(ctx context.Context, person id.ID) (access.Person, error)
}
