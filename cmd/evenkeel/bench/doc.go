// Package bench holds what make bench measures: the program as it is put together
// by package app against a yardstick, which is the same work written by hand over
// net/http and database/sql; and the goals for ten thousand SLOs. Every figure is
// taken within one run, beside what it is compared with, because absolute figures
// do not travel between machines. Nothing here decides whether a build is good: a
// goal that is missed is printed, and the program that prints it exits with 0.
package bench
