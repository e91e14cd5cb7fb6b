package notify

import (
	"time"

	"github.com/evenkeel/evenkeel/internal/event"
	"github.com/evenkeel/evenkeel/internal/id"
)

// State is how far a notification is.
type State string

// The states. Sending is Pending again when its sender is gone.
const (
	Pending    State = "pending"
	Sending    State = "sending"
	Sent       State = "sent"
	Dead       State = "dead"     // it could not be sent; Reason says why
	Recorded   State = "recorded" // it would have been sent, but for the mode
	GatheredIn State = "gathered" // another notification told of it
)

// States lists every state.
var States = []State{Pending, Sending, Sent, Dead, Recorded, GatheredIn}

// Notification is one event on its way to one target or person.
type Notification struct {
	ID    id.ID
	Event id.ID
	// Begin is the event with which the matter began, where the event is another.
	Begin  id.ID
	Target id.ID // empty when it goes to a person
	Person id.ID
	// Matter and Over are the event's.
	Matter  string
	Over    bool
	Urgency event.Urgency
	State   State
	MadeAt  time.Time
	// DueAt is before when it is not sent.
	DueAt       time.Time
	Attempts    int
	AttemptedAt *time.Time
	SentAt      *time.Time
	Reason      string // why it is dead, or failed last
	Status      int    // that the receiver answered with last; 0 when it did not
	// Into is the notification that told of it.
	Into id.ID
	// RepeatAt is when it is sent again although it arrived: an Alertmanager forgets.
	RepeatAt *time.Time
}

// The turns of what is due for a target: what is first is sent first.
const (
	First = iota // what ends or interrupts: it quiets people, or disturbs them at once
	Other
)

// Turns are all, in their order.
var Turns = []int{First, Other}

// Turn is the notification's.
func (n Notification) Turn() int {
	if n.Over || n.Urgency == event.Interrupt {
		return First
	}
	return Other
}

// CodeChanged is the code of a Conflict: a notification was changed since it was read.
const CodeChanged = "notification_changed"

// intervals are the waits between attempts, those that the Standard Webhooks
// specification recommends: ten attempts within 75 hours.
var intervals = []time.Duration{
	5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour, 10 * time.Hour, 14 * time.Hour, 20 * time.Hour, 24 * time.Hour,
}

// mostRefused is after how many attempts it is dead when the receiver does not want it:
// a single answer may be wrong, such as that of a proxy while the receiver is changed.
const mostRefused = 3

// mostAsked bounds what a receiver may ask to wait.
const mostAsked = 24 * time.Hour

// Outcome is what came of an attempt.
type Outcome struct {
	// Status is what a receiver answered with, 0 where there was no answer.
	Status int
	// Reason is why it did not arrive, in words and without secrets; empty when it did.
	Reason string
	// Refused says that the receiver does not want it, and Gone that it never will.
	Refused, Gone bool
	// RetryAfter is for how long the receiver asked to be left alone.
	RetryAfter time.Duration
}

// Arrived reports whether the receiver took it.
func (o Outcome) Arrived() bool { return o.Reason == "" }

// tried is the notification when it was tried for the Attempts-th time.
func (n Notification) tried(o Outcome, now time.Time) Notification {
	n.Status, n.Reason = o.Status, o.Reason
	switch {
	case o.Arrived():
		n.State, n.SentAt = Sent, &now
	case o.Gone, o.Refused && n.Attempts >= mostRefused, n.Attempts > len(intervals):
		n.State = Dead
	default:
		n.State, n.DueAt = Pending, now.Add(max(intervals[n.Attempts-1], min(o.RetryAfter, mostAsked)))
	}
	return n
}
