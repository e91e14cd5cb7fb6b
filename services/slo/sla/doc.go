// Package sla holds service level agreements: what is promised to a customer of a
// service, measured by one of its SLOs in calendar periods, with credits for periods
// below it. The periods in which an agreement was in force are closed a day after
// their end, with the terms that they are judged by, and restated when something comes
// later: what they were closed with is kept beside it. What a
// service promises itself is in slo, and calendar arithmetic in slo/calendar.
package sla
