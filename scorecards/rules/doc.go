// Package rules evaluates a scorecard for one service on what is known of it: which checks pass,
// which level that makes, what is the next thing to do. It is pure; who gives the facts, who is
// exempt, and what follows is decided by others.
//
//	outcome.go  the six results
//	card.go     a scorecard whose conditions were checked, and its evaluation
//	sheet.go    what an evaluation comes to: counts, score, level, the next things to do
//	fill.go     facts put into the words of a check
package rules
