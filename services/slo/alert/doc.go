// Package alert holds alerts: episodes in which an SLO burned its error budget too
// fast, by a pair of windows, or in which its measurements stayed away. They follow
// from what slo concludes, in the transaction in which it is concluded, so that a
// crash or a second replica neither doubles nor forgets one. The pairs and their
// arithmetic are in budget, what is switched off in slo's terms. Its start and
// its end are told as events in that transaction; who hears of them, where and when, is
// decided elsewhere.
package alert
