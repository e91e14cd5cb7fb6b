// Package carry brings notifications to receivers: over HTTP through internal/outbound,
// and to a mail server. One call is one attempt, within bounded time, and redirects are
// not followed. What came of it is said in words that hold no secret, and nothing of what
// is inside the network: who writes a target is not always who runs it. When to try again
// is decided by notify, and what is written by message.
package carry
