// Package lint reads what people write after an incident, and finds, at its place in the text, what
// puts blame on somebody, looks for a single cause, or promises what nobody can verify. What it finds
// are warnings: it goes by words, and does not understand. Text in quotes and code is left alone.
//
// It is after the books on blameless postmortems: Site Reliability Engineering, chapter 15; The Site
// Reliability Workbook, chapter 10 (which also shows action items before and after); Dekker, The Field
// Guide to Understanding Human Error. How often it is right is measured in its tests. Of sixty
// sentences that another person wrote after the rules, 23 of 30 that blame were found, and none of 30
// innocent ones; of twelve vague actions ten, and none of twelve others (27 November 2026).
//
//	lint.go     what is found, and where
//	prose.go    the sentences of a text in Markdown, and where their words are
//	subject.go  whether people are what a verb is said of
//	rules.go    the rules for sentences
//	action.go   the rules for action items
package lint
