// Package process runs the program as its users do, as a process of its own: it
// builds the binary once for all tests of a package, starts it on a free port,
// and ends it politely or not. What happens inside the process is no affair of
// its tests; what it answers is.
package process
