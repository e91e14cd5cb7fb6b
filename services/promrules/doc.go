// Package promrules writes what SLOs promise as rules of Prometheus, so that it records
// and alerts of them by itself: for a team that keeps its alerts where it has them, for
// an outage of Evenkeel, and for collection, which reads what was recorded of all SLOs
// with one query a slot.
//
// Of each SLO are recorded: good and all events of each slot; from their sums the share
// of bad events in each window of the burn pairs and in the SLO's own; the objective, its
// budget, what is left of it and how fast it burns; and what the SLO is called. Two alerts
// follow, one for each severity, of the burn pairs that the SLO has not switched off and
// that can fire, and one for events that stay away.
//
// A window is the sum of its good events ÷ the sum of all, never a mean of shares, which
// weighs a quiet night like a busy noon. Nothing is recorded for a window without events:
// there is no 0 ÷ 0 to poison what is made of it.
//
// But for Service, which reads what was declared, it is pure: SLOs in, rules out.
package promrules
