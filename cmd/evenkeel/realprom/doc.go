// Package realprom holds the test that nothing between a Prometheus and an SLO is
// made up: the real binary as a process of its own, a real Prometheus that scrapes
// it and has the history of a service, and the API alone between them. What is
// expected follows from the samples, worked by hand.
package realprom
