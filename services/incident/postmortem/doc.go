// Package postmortem holds what is written after an incident, without blame: why it is asked for
// and by when, the versions of its text, its reviews by named people, and the templates that texts
// begin as. There is one at most for each incident, and whoever may not read the incident finds
// neither. What stands in a text is looked at by packages document and lint. Action items are not
// here.
//
//	postmortem.go  the noun, its statuses, and what was done with it
//	text.go        the versions of the text, begun and saved
//	fill.go        what a text says when it is begun
//	review.go      submitting, reviewing, publishing, reopening, linking
//	request.go     why it is asked for, and how a request is waived
//	rules.go       of which incidents one is asked for, and by when
//	ask.go         the job: it asks and reminds
//	template.go    what texts begin as
//	find.go        lint of texts
package postmortem
