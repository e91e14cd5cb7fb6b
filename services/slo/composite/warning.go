package composite

import (
	"context"
	"fmt"
	"math/big"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/budget"
	"github.com/evenkeel/evenkeel/services/slo/calendar"
	"github.com/evenkeel/evenkeel/services/slo/composite/formula"
)

// The codes of warnings, beside those of SLOs.
const (
	// WarnAboveMembers is of an objective that is missed while every member meets its own.
	WarnAboveMembers = "above_members"
	// WarnMemberLooser is of a member that promises less than the composite.
	WarnMemberLooser = "member_looser"
	// WarnMemberRetired is of a member that was retired: it counts as one without data.
	WarnMemberRetired = "member_retired"
	// WarnMemberUnfit is of a member whose slots do not fill slices any more.
	WarnMemberUnfit = "member_unfit"
	// WarnMethodMixed is of members that are budgeted in different ways, which OpenSLO does
	// not have: "it is hard to compare different error budget calculating methods".
	WarnMethodMixed = "method_mixed"
)

// Warnings returns what should be known of a composite as it stands.
func (s *Service) Warnings(ctx context.Context, v View) ([]slo.Warning, error) {
	if err := s.mayRead(ctx); err != nil {
		return nil, err
	}
	return s.warnings(ctx, v, s.Clock())
}

func (s *Service) warnings(ctx context.Context, v View, now time.Time) ([]slo.Warning, error) {
	members, err := s.Members(ctx, v)
	if err != nil {
		return nil, err
	}
	out := v.unreachable(now)
	if over := v.Revision.Over; over.Rolls() && over.Days < 7 || !over.Rolls() && over.Calendar.Unit() == calendar.Day {
		pointer := "/windowDays"
		if !over.Rolls() {
			pointer = "/calendar"
		}
		out = append(out, slo.Warning{Code: slo.WarnWindowShort, Pointer: pointer, Message: fmt.Sprintf(
			"a window of %s does not hold a whole week: the same incident costs more or less of the budget by the day on which it comes; 28 days are usual", over)})
	}
	out = append(out, v.above(members)...)
	methods := map[slo.Method]string{}
	for i, m := range v.Revision.Members {
		at := fmt.Sprintf("/members/%d", i)
		of := members[m.SLO.ID].Revision
		methods[of.Budgeting.Method] = m.SLO.Label()
		switch {
		case m.SLO.Retired:
			out = append(out, slo.Warning{Code: WarnMemberRetired, Pointer: at + "/slo", Message: fmt.Sprintf(
				"%s was retired, or its service was: it counts as a member without data, which here is %s", m.SLO.Label(), fated[m.Missing])})
		case v.Revision.unfit(m):
			out = append(out, slo.Warning{Code: WarnMemberUnfit, Pointer: at + "/slo", Message: fmt.Sprintf(
				"%s is measured in slots of %d seconds now, which do not fill slices of %d: it counts as a member without data, which here is %s",
				m.SLO.Label(), m.SLO.Resolution/time.Second, v.Revision.SliceLength/time.Second, fated[m.Missing])})
		case v.Revision.Method.Promises() && of.Objective.PPB() < v.Revision.Objective.PPB():
			out = append(out, slo.Warning{Code: WarnMemberLooser, Pointer: at + "/slo", Message: fmt.Sprintf(
				"%s promises %s, which is looser than the %s of the composite: it can meet its objective and spend the whole of this budget",
				m.SLO.Label(), of.Objective, v.Revision.Objective)})
		}
	}
	if !v.Revision.Method.Slices() && len(methods) > 1 {
		out = append(out, slo.Warning{Code: WarnMethodMixed, Pointer: "/members", Message: fmt.Sprintf(
			"some members count events and some slices of time: each counts as it does for itself, but OpenSLO has all members budgeted in one way; with %s or %s all are judged alike",
			formula.Timeslices, formula.RatioTimeslices)})
	}
	return out, nil
}

// fated says in words what a rule makes of a member without data.
var fated = map[formula.Missing]string{
	formula.Ignore: "left out", formula.Good: "good", formula.Bad: "bad", formula.Unknown: "unknown, as the composite then is",
}

// unreachable warns of burn pairs that can never be exceeded.
func (v View) unreachable(now time.Time) []slo.Warning {
	in := v.input(now)
	highest := formula.HighestBurn(in)
	var out []slo.Warning
	for _, p := range budget.Pairs {
		if factor := formula.Factor(p, in.Period); !highest.Above(factor) {
			out = append(out, slo.Warning{Code: slo.WarnAlertUnreachable, Pointer: v.aim(), Message: fmt.Sprintf(
				"the burn pair %s can never be exceeded: its factor is %s, and the burn rate is at most %s, when all is bad that every member measures",
				p.Name, factor.Short(2), highest.Short(2))})
		}
	}
	return out
}

// aim is the pointer to what the budget follows from.
func (v View) aim() string {
	if v.Revision.Method.Promises() {
		return "/objective"
	}
	return "/members"
}

// above warns of an objective that is missed while every member just meets its own: of what
// is a mean of members, of what adds up, and of slices, of which the bad ones of members
// need not be the same. Where slices are judged it is said of members that judge slices too.
func (v View) above(members map[id.ID]slo.View) []slo.Warning {
	if !v.Revision.Method.Promises() {
		return nil
	}
	missed, weights := new(big.Rat), new(big.Rat)
	for _, m := range v.Revision.Members {
		of := members[m.SLO.ID].Revision
		if v.Revision.Method.Slices() && !of.Budgeting.Slices() {
			return nil
		}
		w := big.NewRat(m.Weight.Thousandths(), 1000)
		missed.Add(missed, new(big.Rat).Mul(w, big.NewRat(of.Objective.BudgetPPB(), budget.Billion)))
		weights.Add(weights, w)
	}
	if v.Revision.Method == formula.WeightedAverage {
		missed.Quo(missed, weights)
	}
	if missed.Cmp(big.NewRat(v.Revision.Objective.BudgetPPB(), budget.Billion)) <= 0 {
		return nil
	}
	least := new(big.Rat).Sub(big.NewRat(1, 1), missed)
	if least.Sign() < 0 {
		least = new(big.Rat)
	}
	return []slo.Warning{{Code: WarnAboveMembers, Pointer: "/objective", Message: fmt.Sprintf(
		"if every member just meets its own objective, the composite can be as low as %s %%, below its objective of %s: it can be missed while every member is met",
		least.Mul(least, big.NewRat(100, 1)).FloatString(4), v.Revision.Objective.Words())}}
}
