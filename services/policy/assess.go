package policy

import (
	"time"

	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

// Assess tells whether the SLO is over the clause at now. It is budget.Unknown
// when the status was never made, is outdated or stale, was made under an earlier
// revision of the SLO, or holds too few events: unknown neither opens nor ends a
// violation.
func Assess(v slo.View, c Clause, now time.Time) budget.Verdict {
	return v.Overspent(c.OverPercent, now)
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
	if consumed, ok := budget.Consumed(v.Status.Sums.Policy, v.Revision.Objective, budget.Pace{}); ok {
		return consumed.Percent(2)
	}
	return ""
}
