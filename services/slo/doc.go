// Package slo holds what teams promise: service level indicators (SLIs) and
// objectives (SLOs) in immutable revisions, and the status that follows from what
// was measured: budget, burn rates, state, freshness, forecast, the verdict at a
// confidence, what errors came from, and the facts that conditions are written on. The mathematics is in budget and in stats, pure; the measurements are in
// measure; what follows from a spent budget is in policy.
package slo
