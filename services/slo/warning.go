package slo

import (
	"fmt"
	"time"

	"github.com/evenkeel/evenkeel/services/slo/budget"
)

// Warning is what somebody should know of an SLO that breaks no rule.
type Warning struct {
	Code    string // stable, in snake case
	Pointer string // as on the wire
	Message string
}

// The codes of warnings.
const (
	WarnAlertUnreachable  = "alert_unreachable"
	WarnReviewDateMissing = "review_date_missing"
	WarnReviewOverdue     = "review_overdue"
)

// Warnings returns what should be known of the terms at now.
func (t Terms) Warnings(now time.Time) []Warning {
	var out []Warning
	for _, p := range budget.Pairs {
		if !p.Reachable(t.Objective, t.Window()) {
			out = append(out, Warning{WarnAlertUnreachable, "/objective", fmt.Sprintf(
				"the burn alert %s can never fire: its factor is %s, and at an objective of %s the burn rate is at most %s, when every event is bad",
				p.Name, p.Factor(t.Window()).Decimal(2), t.Objective, budget.HighestBurn(t.Objective).Decimal(2))})
		}
	}
	switch {
	case t.ReviewBy == nil:
		out = append(out, Warning{WarnReviewDateMissing, "/reviewBy",
			"there is no date by which the objective is looked at again; objectives that nobody revisits stop meaning anything"})
	case t.ReviewBy.Before(now.UTC().Truncate(24 * time.Hour)):
		out = append(out, Warning{WarnReviewOverdue, "/reviewBy",
			fmt.Sprintf("the objective was to be looked at again by %s", t.ReviewBy.Format(date))})
	}
	return out
}
