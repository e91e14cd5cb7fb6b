// Package scorecards holds production-readiness scorecards: what they ask of services, what came
// of it for each, now and day by day, and what that makes of teams, systems and the organisation.
// A scorecard is a head and revisions that never change; results name the revision that they are
// by. What is known of services is told by domains and given from outside (package given); how one
// service is judged is pure (package rules).
//
//	scorecard.go  the scorecard, its revisions, levels and checks
//	input.go      what is declared, and its rules
//	language.go   conditions on the facts of services, and scorecards compiled on them
//	service.go    what people do with scorecards
//	standing.go   what a scorecard came to for a service, as it is kept
//	evaluate.go   passes over all services, over those of which something changed, over one
//	due.go        which teams something changed of
//	tally.go      the sums of a day, of teams, systems and the organisation
//	thin.go       how the past is thinned with age
//	book.go       what is known of services: what domains tell, and what is given
//	read.go       what people see of a service
//	placed.go     where services stand, in lists
//	scope.go      what people see of a team, a system, the organisation
//	category.go   what the checks of a category come to
//	check.go      what people see of a check
//	failure.go    what fails for longer than a scorecard bears, and becomes an issue
//	match.go      conditions on services for others, and where all services stand
//	preview.go    what another revision would change, without changing anything
//	store.go      what it needs of a database
package scorecards
