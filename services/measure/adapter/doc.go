// Package adapter asks programs that speak the pull-adapter protocol, which stand
// before systems that Evenkeel does not know (docs/reference/adapter-protocol.md).
// It is strict: what an adapter says is taken as it is meant or not at all, and
// the reason is told. How an adapter is reached, with its secrets and bounds,
// lives in the HTTP client that is given.
package adapter
