// Package stats says how far a share of events that was counted can be trusted:
// intervals and bounds of a binomial proportion, and how many more events it would
// take to tell it from an objective. It is pure: counts and probabilities in, numbers
// out. What an SLO concludes of them is in slo.
//
// All of it takes events to be independent and equally likely to be good. Those of
// an outage are not, and then it claims more than it may.
package stats
