package inbox

import "time"

// Delivery is one webhook of a tracker, verified.
type Delivery struct {
	// ID is the tracker's, the same whenever the delivery is repeated.
	ID         string
	Event      string // as the tracker calls it: "issues"
	Action     string // "closed"; empty where an event has none
	Repository string // "owner/name"; empty where it is of none
	// Payload is what was told, as JSON. It is emptied when it was worked off.
	Payload    []byte
	ReceivedAt time.Time
	// WorkedAt is when it was worked off; nil before, and when it was given up.
	WorkedAt *time.Time
	// DueAt is when it is to be worked off; nil when it never is any more.
	DueAt    *time.Time
	Attempts int
	Error    string // of the last attempt
}

// State is what became of a delivery.
type State string

// The states.
const (
	Waiting State = "waiting"  // to be worked off
	Worked  State = "worked"   // off
	GivenUp State = "given_up" // could not be worked off, and is not tried any more
)

// State is what became of it.
func (d Delivery) State() State {
	switch {
	case d.WorkedAt != nil:
		return Worked
	case d.DueAt != nil:
		return Waiting
	}
	return GivenUp
}
