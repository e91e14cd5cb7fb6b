package policy

import (
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

// Assess tells whether the SLO is over the clause. It is budget.Unknown when the
// status was never made, was made under an earlier revision of the SLO, is stale,
// or holds too few events: unknown neither opens nor ends a violation.
func Assess(v slo.View, c Clause) budget.Verdict {
	if v.Status.End.IsZero() || v.Status.Stale || v.Status.Revision != v.Revision.ID {
		return budget.Unknown
	}
	return budget.Overspent(v.Status.Sums.Policy, v.Revision.Objective, v.Revision.MinEvents, c.OverPercent)
}

// evidence is what is known of the SLO now, for the clause.
func evidence(v slo.View, c Clause) Evidence {
	sum := v.Status.Sums.Policy
	return Evidence{
		SLORevision: v.Revision.ID, Objective: v.Revision.Objective.String(), WindowEnd: v.Status.End,
		Good: sum.Good, Total: sum.Total, ConsumedPercent: consumedPercent(v), OverPercent: c.OverPercent,
	}
}

// consumedPercent is the share of the sum's budget that is consumed, in percent,
// rounded to two digits; empty without events.
func consumedPercent(v slo.View) string {
	if consumed, ok := budget.Consumed(v.Status.Sums.Policy, v.Revision.Objective); ok {
		return consumed.Percent(2)
	}
	return ""
}
