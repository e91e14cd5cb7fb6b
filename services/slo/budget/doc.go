// Package budget is the mathematics of error budgets, exact and pure: sums are
// integers, comparisons are made on products of integers wide enough to hold
// them, and a ratio becomes a floating-point number only to be shown, rounded
// once to the nearest. It knows no clock, context, log or database.
package budget
