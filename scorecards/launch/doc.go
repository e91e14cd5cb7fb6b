// Package launch reviews a service before its launch: somebody of its team asks, what the service came
// to on a scorecard at that moment is frozen as evidence, and another person, of the team that keeps
// the scorecard, signs off until a day, with conditions, or rejects it.
package launch
