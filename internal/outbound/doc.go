// Package outbound is how Evenkeel speaks HTTP to anything that is not itself:
// one Client for each target (a Prometheus, a tracker, a webhook), which an
// administrator named. It knows no domain; what is asked and what an answer
// means belongs to its users.
//
// A call goes through these, from the outside inwards, each in the file of its name:
//
//   - origin.go: http and https alone, nobody's name in a URL, at most three
//     redirects, never from https to http, and nothing of ours to another origin.
//   - retry.go: the time for the whole call, and another attempt where repeating
//     is harmless, after a jittered back-off or when the target said.
//   - bulkhead: how many attempts run at one time (failsafe-go).
//   - breaker.go: no attempt at a target that fails (failsafe-go).
//   - throttle.go: fewer attempts at a target that turns many away.
//   - attempt.go: the credentials, the time for one attempt, and the whole answer,
//     bounded, in memory: an answer that breaks off is no answer.
//   - guard.go: the address, judged when it is dialled, whatever name led to it.
//
// The breaker is asked inside the bulkhead, so that each of its bounded probes has an
// end that it learns of; and while it probes, the throttle is not asked: it would
// remember the outage for two minutes and turn the probes away.
package outbound
