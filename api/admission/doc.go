// Package admission decides which requests are served when there are more than
// can be. It knows classes of requests, callers and time, and nothing of HTTP,
// tokens or operations: the edge asks it, and turns its refusals into replies.
//
// # The limit
//
// At most so many requests are worked on at one time as the limit says. It
// follows what requests take: a route's time is compared with the least that the
// route was seen to take, and the ratio over all routes, weighted by their
// requests, is the slowdown. So a change of the mix of cheap and dear requests is
// no slowdown. The limit is moved only after a window of time in which it was
// reached, for otherwise it binds nobody: down by as much as the slowdown is over
// what is tolerated, else up by an eighth. That is the gradient of Netflix's
// concurrency-limits with one time for each route. What a route takes is measured
// anew every ten seconds while requests wait, at half the limit, as TCP BBR does
// with its round trips, so that a slow drift is not taken for the rule, and a
// backend that has become slower for good is not throttled for ever.
//
// # Waiting
//
// Who finds the limit reached waits, for a second at most, or three to write, in a
// queue that is bounded. A place that gets free goes to the most critical class,
// and within it to the callers in turn; only what writes lets reads have a quarter
// of the places. When the queue is full, room is made at the expense
// of the least critical class, and within it of the caller who has most waiting.
//
// # Quotas
//
// Each caller has a bucket of tokens, refilled at a constant rate. Callers are
// the owners of credentials that were verified, or addresses. A caller of whom
// nothing was heard while the bucket filled up again is forgotten, which nobody
// can notice; when too many callers are known at one time, new ones share a
// bucket. Everything is counted in this process: of N replicas each grants the quota.
package admission
