// Package lens holds how measurements are looked at before they are summed up: whether
// events count or slices of time, which are judged by the events in them; what a slice
// counts as of which nothing is known; and what corrections lay over all of it. What was
// measured is never changed. The package is pure: it knows no clock, context, log or
// database.
package lens
