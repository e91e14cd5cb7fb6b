package notify

import (
	"time"

	"github.com/evenkeel/evenkeel/internal/event"
	"github.com/evenkeel/evenkeel/internal/id"
)

// Told is an event as it is kept.
type Told struct {
	ID id.ID
	event.Event
	// ToldAt is when it was told, At when it happened.
	ToldAt  time.Time
	Outcome Outgoing
	Note    string // what is to be said of the outcome
	// RoutedAt is when the outcome was decided; nil for what was told of itself to one target.
	RoutedAt *time.Time
	// TeamSlug and ServiceSlug are what its team and service were called when its outcome was
	// decided: a receiver that knows a matter by them is told the same of its end.
	TeamSlug, ServiceSlug string
	// Once names what is told at most once, such as the digest of a team and a week.
	Once string
}

// withheld is the event for who may not read what it is about.
func (t Told) withheld() Told {
	t.Event = event.Event{Type: t.Type, Over: t.Over, At: t.At, Team: t.Team, Title: "About something that is restricted"}
	t.ServiceSlug, t.Once = "", ""
	return t
}

// Urgency is that of the event's type; nobody is interrupted by an end. An unknown type, of
// another version, is Soon.
func (t Told) Urgency() event.Urgency {
	k, known := event.KindOf(t.Type)
	if !known || t.Over && k.Urgency == event.Interrupt {
		return event.Soon
	}
	return k.Urgency
}

// Lasts reports whether a matter began with the event that another will end.
func (t Told) Lasts() bool {
	k, _ := event.KindOf(t.Type)
	return k.Lasts && !t.Over
}

// isAlert reports whether a rule in Prometheus may tell of it too.
func (t Told) isAlert() bool {
	return t.Type == event.AlertPaged || t.Type == event.AlertTicketed
}

// Outgoing is where an event went.
type Outgoing string

// The outgoings; an event that has none is still to be routed.
const (
	Routed       Outgoing = "routed"     // to a target, or a person: see its notifications
	ToNobody     Outgoing = "nobody"     // no target takes it
	InDigest     Outgoing = "digest"     // it is told with the next digest
	ByPrometheus Outgoing = "prometheus" // a rule that is installed there tells of it
	SwitchedOff  Outgoing = "off"        // notifications were off
	Nothing      Outgoing = "nothing"    // a digest of a week in which nothing is to be done
)

// Outgoings lists every outgoing.
var Outgoings = []Outgoing{Routed, ToNobody, InDigest, ByPrometheus, SwitchedOff, Nothing}
