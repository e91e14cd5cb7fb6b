// Package sloth reads documents of Sloth (https://sloth.dev): prometheus/v1, and the
// PrometheusServiceLevel of its operator, sloth.slok.dev/v1.
//
// Its queries count events a second, and what is declared here counts events: rate becomes
// increase in the tree of a query wherever that only multiplies what it gives by the
// length of the window. It has alerts of four burn pairs, without a guard for few events
// and without one for events that stay away, and so have the SLOs that are read.
package sloth
