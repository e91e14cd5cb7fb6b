package origin

import (
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/measure"
)

// Ask is what is wanted of a data source for one indicator: every slot that
// begins in [From, To), both of which are starts of slots.
type Ask struct {
	Indicator  id.ID
	Team       id.ID  // owns the service
	TeamSlug   string // the same, as it is called
	Origin     Origin
	Resolution time.Duration
	From, To   time.Time
}

// Answer is what came of an Ask. A slot that is in neither list was not there.
type Answer struct {
	Slots []GroupSlot
	// Missing are slots of which the data source knew nothing, or nothing that can
	// be counted: they are no data, and never budget.
	Missing []Missing
	// Err is set when nothing was learnt at all: nothing can be said of any slot.
	// What it says of kind Unavailable may be tried again.
	Err error
}

// GroupSlot is a slot of a group; the Group is empty where there are no groups.
type GroupSlot struct {
	Group string
	measure.Slot
}

// Missing is a slot without data, and why.
type Missing struct {
	Start  time.Time
	Reason Reason
	// Detail is for people, at most 300 characters, without secrets.
	Detail string
}

// Reason is why a slot has no data.
type Reason string

// The reasons.
const (
	NoSample  Reason = "no_sample"  // the query gave nothing
	NotNumber Reason = "not_number" // it gave NaN or an infinity
	Negative  Reason = "negative"   // it gave fewer than no events
	GoodAbove Reason = "good_above" // there were more good events than events
	TooMany   Reason = "too_many"   // more than one value where one is wanted, or more events than a slot holds
	Partial   Reason = "partial"    // the data source warned that its answer is not whole
	Ambiguous Reason = "ambiguous"  // what was found can be read in several ways
)
