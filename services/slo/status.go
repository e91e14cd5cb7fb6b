package slo

import (
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

// Status is what was last concluded of an SLO. It holds integers only; every
// ratio that is shown is computed from them (see budget).
type Status struct {
	SLO      id.ID
	Service  id.ID
	Revision id.ID // of the SLO, that the sums were judged by
	// End is where all windows end, exclusive; zero when never evaluated.
	End time.Time
	// EvaluatedAt is when.
	EvaluatedAt time.Time
	State       budget.State
	// Since is when the SLO came into State.
	Since time.Time
	// Stale is set when no slot came for twice the resolution; it holds State fast.
	Stale bool
	// Latest is the end of the newest slot, zero when there is none.
	Latest time.Time
	Sums   budget.Sums
	// RemainingPPB is the budget remaining in parts per billion of the whole
	// budget, rounded down, below zero when overspent; nil without data. It is for
	// sorting and filtering only.
	RemainingPPB *int64
}
