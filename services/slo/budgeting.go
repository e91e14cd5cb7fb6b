package slo

import (
	"fmt"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/measure/lens"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

// Method is what a budget is of; the names are OpenSLO's, in snake case.
type Method string

// The methods.
const (
	// Occurrences counts events: the share of good ones in the window.
	Occurrences Method = "occurrences"
	// Timeslices counts slices of time, each good or bad by the share of its good events.
	Timeslices Method = "timeslices"
	// RatioTimeslices takes the mean, over slices of time, of the share of good events.
	RatioTimeslices Method = "ratio_timeslices"
)

// Methods lists every method.
var Methods = []Method{Occurrences, Timeslices, RatioTimeslices}

// Budgeting is what the budget is of. The zero value is Occurrences.
type Budgeting struct {
	Method Method
	// SliceTarget is the share of good events from which on a slice is good; of Timeslices
	// alone.
	SliceTarget budget.SliceTarget
	// SliceLength is how long a slice is: a whole multiple of the resolution that divides
	// an hour.
	SliceLength time.Duration
	// Missing is what a slice counts as that had no events.
	Missing lens.Missing
}

// DefaultSlice is the length of a slice that is declared without one.
const DefaultSlice = time.Minute

// BudgetingInput is a budgeting as it is declared. Empty fields have defaults:
// Occurrences; slices of one minute, or of the resolution where that is longer; missing
// ones ignored.
type BudgetingInput struct {
	Method      Method
	SliceTarget string // "95%"
	SliceLength time.Duration
	Missing     lens.Missing
}

// Slices tells whether slices of time are judged.
func (b Budgeting) Slices() bool { return b.Method == Timeslices || b.Method == RatioTimeslices }

// lens is how measurements are looked at by the method.
func (b Budgeting) lens() lens.Slices {
	if !b.Slices() {
		return lens.Slices{}
	}
	return lens.Slices{Length: b.SliceLength, TargetPPB: b.SliceTarget.PPB(), Missing: b.Missing}
}

// Unit is what one event or slice is in sums.
func (b Budgeting) Unit() int64 { return b.lens().Unit() }

// Step is the time in which sums move, of measurements in that resolution.
func (b Budgeting) Step(resolution time.Duration) time.Duration {
	return lens.Lens{Slices: b.lens()}.Step(resolution)
}

// Noun is what is counted: "event" or "slice".
func (b Budgeting) Noun() string {
	if b.Slices() {
		return "slice"
	}
	return "event"
}

func (d BudgetingInput) orDefaults(resolution time.Duration) BudgetingInput {
	if d.Method == "" {
		d.Method = Occurrences
	}
	if d.Method == Occurrences {
		return d
	}
	if d.SliceLength == 0 {
		d.SliceLength = max(DefaultSlice, resolution)
	}
	if d.Missing == "" {
		d.Missing = lens.Ignored
	}
	return d
}

func (d BudgetingInput) check(check *fault.Check, resolution time.Duration) Budgeting {
	const at = "/budgeting"
	d = d.orDefaults(resolution)
	b := Budgeting{Method: d.Method, SliceLength: d.SliceLength, Missing: d.Missing}
	check.Require(slices.Contains(Methods, d.Method), at+"/method", d.Method, "must be one of %s", fault.Or(Methods))
	if d.Method == Timeslices {
		var err error
		if b.SliceTarget, err = budget.ParseSliceTarget(d.SliceTarget); err != nil {
			check.Fail(at+"/sliceTarget", d.SliceTarget, "%s: the share of good events from which on a slice is good", err)
		}
	} else {
		check.Require(d.SliceTarget == "", at+"/sliceTarget", d.SliceTarget, "must be left out: only %s judge slices by a target", Timeslices)
	}
	if !b.Slices() {
		check.Require(d.SliceLength == 0, at+"/sliceSeconds", int64(d.SliceLength/time.Second), "must be left out: %s count events", Occurrences)
		check.Require(d.Missing == "", at+"/missing", d.Missing, "must be left out: %s count events", Occurrences)
		return b
	}
	check.Require(d.SliceLength > 0 && time.Hour%d.SliceLength == 0 && (resolution <= 0 || d.SliceLength%resolution == 0),
		at+"/sliceSeconds", int64(d.SliceLength/time.Second), "must divide an hour and be a whole multiple of the resolution, %d seconds", int64(resolution/time.Second))
	check.Require(slices.Contains(lens.Missings, d.Missing), at+"/missing", d.Missing, "must be one of %s", fault.Or(lens.Missings))
	return b
}

// Declared is the budgeting as it would be declared.
func (b Budgeting) Declared() BudgetingInput {
	return BudgetingInput{Method: b.Method, SliceTarget: b.SliceTarget.String(), SliceLength: b.SliceLength, Missing: b.Missing}
}

// String says in words what is counted.
func (b Budgeting) String() string {
	switch b.Method {
	case Timeslices:
		return fmt.Sprintf("slices of %s, good from %s on, missing ones %s", budget.Words(b.SliceLength), b.SliceTarget.Words(), b.Missing)
	case RatioTimeslices:
		return fmt.Sprintf("the mean over slices of %s, missing ones %s", budget.Words(b.SliceLength), b.Missing)
	}
	return "events"
}
