// Package jwks keeps what others publish for verifying their tokens: sets of keys (RFC 7517), and the
// documents that say where those are. It is asked for when it is needed, serves through an outage of those
// who publish it, and is bounded in size and in how often it is asked for. Which tokens are believed is for
// the packages that verify them.
package jwks
