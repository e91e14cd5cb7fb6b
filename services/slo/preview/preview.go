package preview

import (
	"time"

	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/measure/window"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/alert"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

// The bounds of what a preview tells.
const (
	MaxPoints = 400
	MaxAlerts = 200
)

// Basis is what a preview goes by.
type Basis string

// The bases.
const (
	BySource   Basis = "data_source" // the past was read from it for the preview
	ByMeasured Basis = "measured"    // what was measured of the SLO that is revised
	ByNothing  Basis = "none"        // nothing is known; Reason says why
)

// Bases lists every basis.
var Bases = []Basis{BySource, ByMeasured, ByNothing}

// Reason is why a preview knows nothing, or not all.
type Reason struct{ Code, Message string }

// The codes of reasons that are none of a data source's.
const (
	NotMeasured = "not_measured" // nobody counted it so far
	TooLate     = "read_too_long"
)

// Preview is what would have become of an SLO.
type Preview struct {
	Draft    slo.Draft
	Basis    Basis
	Reason   *Reason // nil where all was read that was to be
	Warnings []slo.Warning
	// Seen is what followed from what is known; nil of ByNothing.
	Seen *Seen
}

// Seen is what followed from the time that was looked at.
type Seen struct {
	From, To time.Time
	// Resolution is of the slots that were looked at; what is counted by value, such as of a
	// threshold, has fewer events where that is longer than the indicator's own.
	Resolution time.Duration
	Slots      int // between From and To of which there is data
	Missing    map[origin.Reason]int
	State      budget.State // in which the SLO would be at To
	// Window is the SLO's own window, at To.
	Window Window
	// Account is the budget of it.
	Account budget.Account
	// Further are those further objectives whose windows were looked at, too.
	Further []slo.Standing
	// Windows are those between From and To one after the other, by time.
	Windows []Window
	// Points are the same time in steps, at most MaxPoints. A window's budget begins anew with it.
	Points []Point
	// Alerts are the burn alerts that there would have been, the first MaxAlerts by time;
	// Counts says how many of each pair, in the order of budget.Pairs.
	Alerts []alert.Alert
	Counts [len(budget.Pairs)]int
	// Rungs are the usual objectives with what would have become of them.
	Rungs []Rung
	// Suggested is the highest of them that every window would have kept, with a fifth of
	// the budget of all that was looked at to spare; zero where there is none.
	Suggested budget.Objective
}

// Outcome is what became of an objective in a window.
type Outcome string

// The outcomes.
const (
	Met     Outcome = "met"
	Missed  Outcome = "missed"
	Unknown Outcome = "unknown" // too few events, or only a part of the window is known
	Running Outcome = "running" // the window of a calendar is not over
)

// Outcomes lists every outcome.
var Outcomes = []Outcome{Met, Missed, Unknown, Running}

// Window is a window of the SLO's.
type Window struct {
	From, To time.Time
	// Part is set where not all of the window until To was looked at: From is where that begins.
	Part           bool
	Sum            window.Sum
	SLI, Remaining *float64 // nil without events
	Outcome        Outcome
}

// Point is a step of what was looked at.
type Point struct {
	Start, End time.Time
	Sum        window.Sum
	SLI        *float64 // nil without events
	// Remaining is the share of the budget of the window, all of which is what its events
	// until its end allow, that was left at End; nil without events in the window.
	Remaining *float64
}

// Rung is an objective that could be chosen.
type Rung struct {
	Objective budget.Objective
	// Missed is in how many of the whole windows it would have been missed, of so many of
	// which that is known.
	Missed, Known int
	// Remaining is what would be left of its budget in the SLO's own window; nil without events.
	Remaining *float64
}

// Whole is how many whole windows the preview knows, and in how many of them the objective was
// missed.
func (s Seen) Whole() (known, missed int) {
	for _, w := range s.Windows {
		switch w.Outcome {
		case Met:
			known++
		case Missed:
			known++
			missed++
		}
	}
	return known, missed
}

// Asked is what is previewed.
type Asked struct {
	Service registry.Service
	// Revised is the slug or identifier of the SLO that is revised; empty for a new one.
	Revised     string
	Declaration slo.Declaration
}
