// Package alert holds alerts: episodes in which an SLO burned its error budget too
// fast, by a pair of windows, or in which its measurements stayed away. They follow
// from what slo concludes, in the transaction in which it is concluded, so that a
// crash or a second replica neither doubles nor forgets one. The pairs and their
// arithmetic are in budget, what is switched off in slo's terms. Whoever is to be told
// of an alert is told elsewhere: an alert is an event with an identifier, and says when
// it started, how it ended and who acknowledged it.
package alert
