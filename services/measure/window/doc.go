// Package window sums slots over sliding windows, exactly and in memory. A
// Timeline holds one series: running sums of its windows, the total of every
// day that the longest window touches, and single slots only of those days on
// which a window begins or ends. It is pure: it knows no clock, context, log or
// database, and asks its owner for the days that it needs.
package window
