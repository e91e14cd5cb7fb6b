// Package notify has people told of events: what domains tell in the transaction in which
// it happened is kept, one target is chosen for each event by team, type and urgency, and
// a courier carries it there, again and again until the receiver took it or it is dead.
// At least once: what is sent twice has the same identifier. PagerDuty is told only of what
// lasts, and of its end, so that each trigger has its resolve; the rest goes to the next
// target. A digest gathers once a week
// what a team should do. What a receiver is sent is written in message, and carried in
// carry, the only rooms that know protocols; the domains that tell are known to none.
package notify
