// Package prometheus reads slots from Prometheus and whatever speaks its HTTP API:
// Thanos, Mimir, VictoriaMetrics. An origin is compiled to PromQL, always by way of
// the parser's tree: the window, the label to group by and the matchers that an
// administrator wants are put into the tree, and no text is glued to another. What
// comes back becomes slots, or the reason why there is none. It is the only room
// that knows PromQL's parser and the client of its API; how a data source is
// reached, with which secrets and from where, it is given.
//
// The slot that begins at t with a length of w is what an expression gives at t + w
// with $window standing for w. Range selectors are open at their left end and closed
// at the right since Prometheus 3, (t, t+w], and closed at both before: an event
// counts in the slot in which the sample lies that first shows it, and what a scrape
// at the edge between two slots shows counts in the earlier. Because increase and
// rate want two samples in the window and extrapolate from them to its edges, a slot
// has to hold at least two scrapes, better four; with fewer the expression gives
// nothing and the slot has no data.
//
// An expression that gives nothing is not one that gives 0. No total is no data. No
// bad events beside a total are none that are bad: the series of an error code
// begins with the first error. No good events beside a total are none that are good
// only where the good ones are by their selectors a part of the total, the same
// metric with the same matchers and more: then those events were looked at and
// none was good. Otherwise it may as well be a metric that does not exist, such as
// the bound of a bucket that no histogram has, and the slot is ambiguous.
package prometheus
