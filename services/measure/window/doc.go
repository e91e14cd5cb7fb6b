// Package window sums slots over sliding windows, exactly and in memory. It is
// pure: it knows no clock, context, log or database.
package window
