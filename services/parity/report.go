package parity

import (
	"fmt"
	"math/big"
	"time"
)

// Verdict is how a figure of a tool compares with ours.
type Verdict string

// The verdicts. Same and Unknown are no difference.
const (
	Same         Verdict = "same"          // within the tolerance
	Differs      Verdict = "differs"       // beyond it
	NoDataHere   Verdict = "no_data_here"  // the tool has a figure and we have none
	NoDataThere  Verdict = "no_data_there" // we have a figure and the tool has none
	Unknown      Verdict = "unknown"       // neither has one
	MissingHere  Verdict = "missing_here"  // there is no such SLO here
	MissingThere Verdict = "missing_there" // the tool has no such SLO
	OtherWindow  Verdict = "other_window"  // ours is over another time, and cannot be compared
)

// Differs reports whether it is one that somebody has to look at. An SLO that is only here is none.
func (v Verdict) Differs() bool { return v != Same && v != Unknown && v != MissingThere }

// Ours is what is measured here of an SLO.
type Ours struct {
	Figure
	Window time.Duration // of the SLO; 0 where it is of a calendar
}

// Row is one SLO.
type Row struct {
	Name    Name // here; as the tool has it where there is none
	Theirs  *Figure
	Ours    *Figure
	SLI     *big.Rat // ours less theirs, in percentage points; nil where either is unknown
	Budget  *big.Rat // likewise, of what is left of the budget
	Verdict Verdict
	Why     string
}

// Report is what came of all.
type Report struct {
	Rows      []Row
	Tolerance *big.Rat // percentage points of SLI
}

// Count is how many rows have the verdict.
func (r Report) Count(v Verdict) int {
	n := 0
	for _, row := range r.Rows {
		if row.Verdict == v {
			n++
		}
	}
	return n
}

// Differs reports whether somebody has to look at any row.
func (r Report) Differs() bool {
	for _, row := range r.Rows {
		if row.Verdict.Differs() {
			return true
		}
	}
	return false
}

// points is the difference in percentage points; nil where either is unknown.
func points(ours, theirs *big.Rat) *big.Rat {
	if ours == nil || theirs == nil {
		return nil
	}
	d := new(big.Rat).Sub(ours, theirs)
	return d.Mul(d, big.NewRat(100, 1))
}

// Judge compares a figure with ours, which is nil where there is no such SLO here. The tolerance is
// in percentage points of the SLI. A budget is as much more sensitive as it is small, and so is what
// is tolerated of it: an SLI that is d points off moves the rest of the budget by d / (1 − T).
func Judge(p Pair, ours *Ours, tolerance *big.Rat) Row {
	theirs := p.Theirs
	row := Row{Theirs: &theirs, Name: Name{theirs.Service, theirs.SLO}, Why: p.Why}
	if p.Here == nil || ours == nil {
		row.Verdict = MissingHere
		return row
	}
	row.Name, row.Ours = *p.Here, &ours.Figure
	if over := theirs.To.Sub(theirs.From); !theirs.From.IsZero() && !theirs.To.IsZero() && !alike(over, ours.Window) {
		row.Verdict, row.Why = OtherWindow, fmt.Sprintf("theirs is over %s, and the SLO's window is %s", inDays(over), inDays(ours.Window))
		if ours.Window == 0 {
			row.Why = fmt.Sprintf("theirs is over %s, and the SLO's window is of the calendar", inDays(over))
		}
		return row
	}
	row.SLI, row.Budget = points(ours.SLI, theirs.SLI), points(ours.Remaining, theirs.Remaining)
	switch {
	case ours.SLI == nil && theirs.SLI == nil:
		row.Verdict = Unknown
		return row
	case ours.SLI == nil:
		row.Verdict = NoDataHere
		return row
	case theirs.SLI == nil:
		row.Verdict = NoDataThere
		return row
	}
	row.Verdict = Same
	if new(big.Rat).Abs(row.SLI).Cmp(tolerance) > 0 {
		row.Verdict, row.Why = Differs, "the SLI"
	} else if row.Budget != nil && ours.Objective != nil {
		moved := new(big.Rat).Abs(row.Budget)
		moved.Mul(moved, new(big.Rat).Sub(one, ours.Objective))
		if moved.Cmp(tolerance) > 0 {
			row.Verdict, row.Why = Differs, "the budget: the objectives differ, or how it is counted"
		}
	}
	return row
}

// slack is how far the ends of two windows may be apart: tools write dates, or midnight in a time
// zone, and a month may gain or lose an hour.
const slack = 26 * time.Hour

func alike(a, b time.Duration) bool { return (a - b).Abs() <= slack }

// inDays writes a time in days.
func inDays(d time.Duration) string {
	days := new(big.Rat).SetFrac64(int64(d), int64(24*time.Hour))
	if days.IsInt() {
		return days.RatString() + " days"
	}
	return days.FloatString(1) + " days"
}

// Alone are rows of SLOs that are only here.
func Alone(rest []Name) []Row {
	var out []Row
	for _, n := range rest {
		out = append(out, Row{Name: n, Verdict: MissingThere})
	}
	return out
}

// Decimal writes a number with that many digits behind the point, rounded to the nearest; empty
// where there is none.
func Decimal(r *big.Rat, digits int) string {
	if r == nil {
		return ""
	}
	text := r.FloatString(digits)
	if new(big.Rat).Abs(r).Cmp(new(big.Rat).SetFrac64(1, 2*pow10(digits))) < 0 {
		return new(big.Rat).FloatString(digits) // and not −0.00
	}
	return text
}

func pow10(n int) int64 {
	out := int64(1)
	for range n {
		out *= 10
	}
	return out
}

// Percentage writes a share in percent.
func Percentage(r *big.Rat, digits int) string {
	if r == nil {
		return ""
	}
	return Decimal(new(big.Rat).Mul(r, big.NewRat(100, 1)), digits)
}
