// Package recurrence holds times that come again by a rule of RFC 5545, as clocks in
// a time zone show them. A rule is read, refused where it says what is not needed of
// maintenance windows, and asked for its occurrences in a time, at a cost that
// depends on that time alone: nothing is searched for beyond it. It is pure.
package recurrence
