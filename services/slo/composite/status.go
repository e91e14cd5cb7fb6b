package composite

import (
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/slo/budget"
	"github.com/evenkeel/evenkeel/services/slo/composite/formula"
)

// Part is what the windows of a member hold, or, of a composite that judges slices
// together, those of all its members. It holds integers only.
type Part struct {
	// Of is the member, or the composite's revision.
	Of        id.ID
	Composite id.ID
	// Objective and MinEvents are the SLO's of when it was evaluated, Unit what one event,
	// or slice, is in Sums; zero where slices are judged.
	Objective budget.Objective
	MinEvents int64
	Unit      int64
	End       time.Time // where all windows end, exclusive
	// EvaluatedAt is when.
	EvaluatedAt time.Time
	Latest      time.Time // end of the newest slot, zero when there is none
	Stale       bool      // nothing came for longer than its slots are late by intention
	Filling     bool      // a part of the window's past is still being read
	Sums        budget.Sums
}

// Status is what was last concluded of a composite. Its figures follow from the parts.
type Status struct {
	Composite id.ID
	Revision  id.ID // by which it was concluded
	// End is where the windows end that end first, exclusive; zero when never evaluated.
	End         time.Time
	EvaluatedAt time.Time
	Latest      time.Time // end of the newest slot of any member, zero when there is none
	State       budget.State
	Since       time.Time // when it came into State
	// Stale is set when no slot came of any member, or none of one without whose data the
	// composite has none; it holds State fast. It is set, too, on a status that is read
	// when it is outdated.
	Stale bool
	// RemainingPPB is the budget remaining in parts per billion, rounded down; nil where it
	// is unknown. It is for sorting only.
	RemainingPPB *int64
}

// outdatedAfter is how long after the end of its windows a status says something of the
// present, as with SLOs.
const outdatedAfter = 30 * time.Minute

// View is a composite with what is current of it.
type View struct {
	Composite Composite
	Revision  Revision
	Status    Status
	Parts     []Part // in any order
}

// Evaluated reports whether the current revision was evaluated.
func (v View) Evaluated() bool { return v.Status.Revision == v.Revision.ID && !v.Status.End.IsZero() }

// asOf is the view as it is read at now: an outdated status is stale.
func (v View) asOf(now time.Time) View {
	v.Status.Stale = v.Status.Stale || v.Status.End.Before(now.Add(-outdatedAfter))
	return v
}

// part is what is known of the member, or revision; false where nothing is.
func (v View) part(of id.ID) (Part, bool) {
	for _, p := range v.Parts {
		if p.Of == of {
			return p, true
		}
	}
	return Part{}, false
}

// Known is what is known of the member: nothing, where it was retired or does not fit.
func (v View) Known(m Member) (Part, bool) {
	if v.Revision.unfit(m) {
		return Part{}, false
	}
	return v.part(m.ID)
}

// end is where the windows end.
func (v View) end() time.Time {
	if v.Status.End.IsZero() {
		return v.Revision.CreatedAt
	}
	return v.Status.End
}

// input is what figures follow from.
func (v View) input(end time.Time) formula.Input {
	in := formula.Input{
		Method: v.Revision.Method, Objective: v.Revision.Objective,
		Period: v.Revision.Over.Length(end), Pace: v.Revision.Over.Pace(end),
	}
	for _, m := range v.Revision.Members {
		of := formula.Member{Weight: m.Weight, Missing: m.Missing, Objective: m.SLO.Objective}
		if p, known := v.Known(m); known {
			of.Objective, of.MinEvents, of.Unit, of.Sums, of.Stale = p.Objective, p.MinEvents, p.Unit, p.Sums, p.Stale
		}
		in.Members = append(in.Members, of)
	}
	if p, known := v.part(v.Revision.ID); known {
		in.Joint = p.Sums
	}
	return in
}

// Figures computes all that is shown of the budget. Before the first evaluation of the
// current revision all are unknown. State is the status's, which a stale one holds fast.
func (v View) Figures() formula.Figures {
	if !v.Evaluated() {
		v.Parts = nil
	}
	f := formula.FiguresOf(v.input(v.end()))
	f.State = v.Status.State
	return f
}

// Length is how long the window is that runs now.
func (v View) Length() time.Duration { return v.Revision.Over.Length(v.end()) }

// Pace is how much of it is over, of a calendar's.
func (v View) Pace() budget.Pace { return v.Revision.Over.Pace(v.end()) }

// ExhaustedAt is when the budget ends if the burn of the last day goes on; nil unless it
// ends within the window.
func (v View) ExhaustedAt(f formula.Figures) *time.Time {
	if f.After == nil {
		return nil
	}
	at := v.Status.End.Add(*f.After)
	return &at
}
