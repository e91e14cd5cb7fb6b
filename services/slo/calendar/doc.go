// Package calendar is calendar time windows: days, weeks, months, quarters and
// years that begin at a start in a time zone, as OpenSLO's
// calendar{startTime, timeZone} with a duration of 1d, 1w, 1M, 1Q or 1Y. They are
// counted by true calendar arithmetic and are half-open intervals of instants in
// UTC, of which each instant is in exactly one. It knows no clock, context or
// database; zones are those of the IANA database that the program finds.
package calendar
