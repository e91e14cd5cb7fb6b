// Package stats says how far a share of events that was counted can be trusted:
// intervals and bounds of a binomial proportion, and how many more events it would
// take to tell it from an objective. It is pure: counts and probabilities in, numbers
// out. What an SLO concludes of them is in slo. It scores forecasts of probabilities, too,
// by what came of them.
//
// The bounds take events to be independent and equally likely to be good. Those of
// an outage are not, and then they claim more than they may.
package stats
