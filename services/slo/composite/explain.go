package composite

import (
	"fmt"
	"math/big"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/services/slo/budget"
	"github.com/evenkeel/evenkeel/services/slo/composite/formula"
)

// The sources of formulas.
const (
	sourceOpenSLO = "OpenSLO, specification version 1, “Notes (Composite SLO)”"
	sourceAverage = "weighted average, as Elastic and Nobl9 have it"
	sourceBudget  = "Google SRE Workbook, chapter 2, “Implementing SLOs”: the error budget is 100 % minus the objective"
)

// formulas are how the budget that is burned follows from what the members hold.
var formulas = map[formula.Method][2]string{
	formula.Occurrences:     {"Σ weight × (bad ÷ total) ÷ (100 % − the member's objective)", sourceOpenSLO},
	formula.Timeslices:      {"(slices in which any member is bad ÷ slices) ÷ (100 % − objective)", sourceOpenSLO},
	formula.RatioTimeslices: {"min(100 %, Σ weight × (100 % − SLI)) ÷ (100 % − objective)", sourceOpenSLO},
	formula.WeightedAverage: {"(100 % − Σ weight × SLI ÷ Σ weight) ÷ (100 % − objective)", sourceAverage},
}

// Explain says where the state and each figure come from.
func (v View) Explain() budget.Explanation {
	f := v.Figures()
	e := budget.Explanation{State: f.State, Because: v.because(f), Formulas: formula.Version}
	for i, m := range v.Revision.Members {
		e.Lines = append(e.Lines, v.explainMember(m, f.Parts[i]))
	}
	of := formulas[v.Revision.Method]
	burned := budget.Line{Figure: "burned", Formula: of[0], Source: of[1], Worked: unknown(f), Value: short(f.Burned)}
	sli := budget.Line{Figure: "sli", Formula: "100 % − what is missed", Source: of[1], Worked: unknown(f), Value: short(f.SLI)}
	remaining := budget.Line{Figure: "remaining", Formula: "1 − burned", Source: sourceBudget, Worked: unknown(f), Value: short(f.Remaining)}
	if f.Burned != nil {
		burned.Worked = v.worked(f)
		remaining.Worked = fmt.Sprintf("1 − %s = %s", f.Burned.Percent(6), f.Remaining.Percent(6))
		if f.SLI != nil {
			sli.Worked = fmt.Sprintf("100 %% − %s × (100 %% − %s) = %s", f.SoFar.Percent(6), v.Revision.Objective.Words(), f.SLI.Percent(6))
		}
	}
	if v.Revision.Method.Promises() {
		e.Lines = append(e.Lines, sli)
	}
	e.Lines = append(e.Lines, burned, remaining)
	for i, l := range budget.Lookbacks {
		worked := "unknown: a member without whose data there is none has none, or no member has any"
		if f.Burns[i] != nil {
			worked = fmt.Sprintf("by what members hold over %s: %s", budget.Words(l), f.Burns[i].Short(6))
		}
		e.Lines = append(e.Lines, budget.Line{Figure: "burn." + budget.Short(l), Formula: of[0], Worked: worked, Value: short(f.Burns[i]), Source: of[1]})
	}
	for _, a := range f.Alerts {
		e.Lines = append(e.Lines, explainPair(a, v.Length()))
	}
	return e
}

func short(f *formula.Fraction) string {
	if f == nil {
		return ""
	}
	return f.Short(6)
}

func unknown(f formula.Figures) string {
	measured := false
	for _, p := range f.Parts {
		if p.Fate == formula.Unsure {
			return "unknown: a member has no data without whose data the composite has none"
		}
		measured = measured || p.Fate == formula.Measured
	}
	if measured { // which is so of slices alone that are judged together
		return "unknown: every slice waits for a member, or counts as nothing"
	}
	return "unknown: no member has data"
}

// worked is the sum that what is burned comes to.
func (v View) worked(f formula.Figures) string {
	var worked string
	if v.Revision.Method == formula.Timeslices {
		worked = v.workedTogether(f)
	} else {
		sum := new(big.Rat)
		for _, p := range f.Parts {
			if p.Burned == nil {
				continue
			}
			if worked != "" {
				worked += " + "
			}
			worked += p.Burned.Short(6)
			sum.Add(sum, p.Burned.Rat())
		}
		if sum.Cmp(f.SoFar.Rat()) > 0 {
			worked += ", of which no more counts than " + v.all()
		}
	}
	if pace := v.Pace(); pace.Projected() {
		worked = fmt.Sprintf("(%s) × %s ÷ %s", worked, budget.Words(pace.Elapsed), budget.Words(pace.Whole))
	}
	return worked + " = " + f.Burned.Percent(6)
}

// workedTogether is worked of slices that are judged as one.
func (v View) workedTogether(f formula.Figures) string {
	for i, p := range f.Parts {
		if p.Fate == formula.AsBad {
			return fmt.Sprintf("every slice is bad, for %s counts as bad: %s", v.Revision.Members[i].SLO.Label(), v.all())
		}
	}
	joint, _ := v.part(v.Revision.ID) // which is known where anything is burned
	s := joint.Sums.Window
	return fmt.Sprintf("(%d ÷ %d) ÷ (100 %% − %s)", s.Bad()/budget.PerEvent, s.Total/budget.PerEvent, v.Revision.Objective.Words())
}

// all is what is burned when all is missed.
func (v View) all() string {
	return fmt.Sprintf("100 %% ÷ (100 %% − %s)", v.Revision.Objective.Words())
}

func (v View) explainMember(m Member, p formula.Part) budget.Line {
	line := budget.Line{Figure: "members." + m.SLO.Label(), Formula: "what it burns of the composite's budget", Source: formulas[v.Revision.Method][1], Value: short(p.Burned)}
	held, _ := v.Known(m)
	s, unit := held.Sums.Window, max(held.Unit, 1)
	switch {
	case p.Fate == formula.Measured && p.Burned != nil:
		line.Worked = fmt.Sprintf("%g bad of %g, weight %s: %s", budget.Events(s.Bad(), unit), budget.Events(s.Total, unit), m.Weight, p.Burned.Short(6))
	case p.Fate == formula.Measured:
		line.Worked = fmt.Sprintf("%g bad of %g, weight %s; nothing is concluded without another member's data", budget.Events(s.Bad(), unit), budget.Events(s.Total, unit), m.Weight)
	case v.Revision.unfit(m):
		line.Worked = "it was retired, or its slots do not fill slices: " + fated[m.Missing]
	default:
		line.Worked = "it has no data, or too little, in the window: " + fated[m.Missing]
	}
	return line
}

func explainPair(a formula.Alert, period time.Duration) budget.Line {
	worked := fmt.Sprintf("%d %% × %s ÷ %s = %s", a.SharePercent, budget.Words(period), budget.Words(a.Long), a.Factor.Short(4))
	rate := func(f *formula.Fraction) string {
		if f == nil {
			return "unknown"
		}
		return f.Short(4)
	}
	switch {
	case !a.Reachable:
		worked += "; it can never be exceeded"
	case a.Firing:
		worked += fmt.Sprintf("; exceeded over %s (%s) and over %s (%s)", budget.Words(a.Long), rate(a.LongRate), budget.Words(a.Short), rate(a.ShortRate))
	default:
		worked += fmt.Sprintf("; not exceeded over both %s (%s) and %s (%s)", budget.Words(a.Long), rate(a.LongRate), budget.Words(a.Short), rate(a.ShortRate))
	}
	return budget.Line{
		Figure: "alert." + a.Name, Formula: "both burn rates > budget share × period ÷ long window", Worked: worked, Value: a.Factor.Short(6),
		Source: "Google SRE Workbook, chapter 5, “Alerting on SLOs”: multiwindow, multi-burn-rate alerts",
	}
}

// filling names the members of which a part of the window's past is still being read.
func (v View) filling() []string {
	var out []string
	for _, m := range v.Revision.Members {
		if p, known := v.Known(m); known && p.Filling {
			out = append(out, m.SLO.Label())
		}
	}
	return out
}

// because says in a sentence what made the state.
func (v View) because(f formula.Figures) string {
	switch {
	case v.Status.End.IsZero():
		return "it was not evaluated yet"
	case !v.Evaluated():
		return fmt.Sprintf("revision %d was not evaluated yet; the state is that of an earlier revision", v.Revision.Number)
	case v.Status.Stale && v.Status.Latest.IsZero():
		return "stale: no member was measured within the longest window"
	case len(v.filling()) > 0:
		return "incomplete: a part of the window is still being read of " + strings.Join(v.filling(), ", ")
	case v.Status.Stale:
		return "stale: no measurement came lately of any member, or of one without whose data there is none, and the state that there was is held"
	}
	switch f.State {
	case budget.NoData:
		return unknown(f)
	case budget.Exhausted:
		return fmt.Sprintf("%s of the budget is burned: nothing of it remains", f.Burned.Percent(2))
	case budget.AtRisk:
		for _, a := range f.Alerts {
			if a.Firing {
				return fmt.Sprintf("the burn rates over %s (%s) and %s (%s) exceed %s",
					budget.Words(a.Long), a.LongRate.Short(4), budget.Words(a.Short), a.ShortRate.Short(4), a.Factor.Short(4))
			}
		}
		return fmt.Sprintf("the burn of the last day exhausts the budget in %s", budget.Words(*f.After))
	}
	return fmt.Sprintf("%s of the budget remains, no burn pair exceeds its factor, and the burn of the last day does not exhaust it before the window is over", f.Remaining.Percent(2))
}
