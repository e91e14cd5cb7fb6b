package slo

import (
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/measure/window"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

// Status is what was last concluded of an SLO. It holds integers only; every
// ratio that is shown is computed from them (see budget).
type Status struct {
	SLO      id.ID
	Revision id.ID // of the SLO, that the sums were judged by
	// End is where all windows end, exclusive; zero when never evaluated.
	End time.Time
	// EvaluatedAt is when.
	EvaluatedAt time.Time
	State       budget.State
	// Since is when the SLO came into State.
	Since time.Time
	// Stale is set when no slot came for twice the resolution; it holds State fast.
	// It is set too on a status that is read when it is Outdated; outdated then says
	// that it is for this alone.
	Stale    bool
	outdated bool
	// Filling is set while a part of the policy window's past is still being read:
	// the figures are of what is known, and nothing is opened or ended by them.
	Filling bool
	// Latest is the end of the newest slot, zero when there is none.
	Latest time.Time
	Sums   budget.Sums
	// Further are the sums of the windows of further objectives, in their order.
	Further []window.Sum
	// Raw is Sums.Window without corrections; nil where none lies in it.
	Raw *window.Sum
	// RemainingPPB is the budget remaining in parts per billion of the whole
	// budget, of the objective with the least of it, rounded down, below zero when
	// overspent; nil where nothing is concluded, and from a new revision to its first
	// evaluation. Lists are sorted by it.
	RemainingPPB *int64
	// Worst is the worst group of a grouped SLO, nil where there is none.
	Worst *Worst
}

// outdatedAfter is how long after the end of its windows a status says something
// of the present. It is far beyond any schedule on which budgets are evaluated.
const outdatedAfter = 30 * time.Minute

// staleAfter is for how many slots beyond the newest nothing may come; one that
// comes late by a slot is no reason to hold anything.
const staleAfter = 2

// stopped reports whether no slot, or slice, came for twice its length before End, and
// for as long as slots are late by intention.
func (s Status) stopped(step, delay time.Duration) bool {
	return s.Latest.Before(s.End.Add(-lateAfter(step, delay)))
}

// lateAfter is for how long no slot, or slice, may come before an SLO is stale.
func lateAfter(step, delay time.Duration) time.Duration { return staleAfter*step + delay }

// Evaluated reports whether the SLO was ever evaluated.
func (s Status) Evaluated() bool { return !s.End.IsZero() }

// Outdated reports whether the status is too old at now to say anything of the
// present: nobody evaluates, a segment cannot be read, or the SLO was restored
// and not evaluated since.
func (s Status) Outdated(now time.Time) bool { return s.End.Before(outdated(now)) }

// outdated is before when, at now, windows ended that say nothing of the present.
func outdated(now time.Time) time.Time { return now.Add(-outdatedAfter) }

// asOf is the status as it is read at now: an outdated one is stale, whatever it was
// when it was made.
func (s Status) asOf(now time.Time) Status {
	if !s.Stale && s.Outdated(now) {
		s.Stale, s.outdated = true, true
	}
	return s
}

// asOf is the view as it is read at now.
func (v View) asOf(now time.Time) View {
	v.Status = v.Status.asOf(now)
	return v
}
