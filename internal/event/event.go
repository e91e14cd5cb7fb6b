// Package event is how domains say that something happened of which people are to be told.
// It is the vocabulary only: who is told, where and when is for notify, which keeps what is
// told in the transaction in which it happened.
package event

import (
	"context"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
)

// Event is something that happened, to be told once. It never changes.
type Event struct {
	Type Type
	// Key names the matter, from its beginning to its end: what receivers put together.
	// Such as "violation/01J…".
	Key string
	// Over says that the matter ended with this event.
	Over bool
	At   time.Time
	// Team is whose it is, and Service what it is about; a platform's own events have neither,
	// and are administrators'.
	Team    id.ID
	Service id.ID
	// SLO is what an alert is about, so that it is known whether Prometheus alerts of it too.
	SLO id.ID
	// Person is told too, whatever the team's routes are; empty for nobody.
	Person id.ID
	// Subject is what it is about, in a few words: "checkout/availability".
	Subject string
	Title   string // one line: "checkout/availability consumed 118.64 % of its error budget"
	Text    string // plain sentences: what happened, and what is asked
	Link    string // path of the page that shows it, such as "/services/checkout"
	Figures []Figure
}

// Figure is a number or a name that belongs to what happened, as it is shown.
type Figure struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Teller takes events within the transaction of what happened: either both are there
// afterwards, or neither.
type Teller interface {
	Tell(ctx context.Context, events ...Event) error
}
