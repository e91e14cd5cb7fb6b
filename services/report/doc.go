// Package report draws up what became of reliability in a time: for a service, a team with
// the teams below it, a system or the organisation. What was published stays as it was, byte
// for byte; what is found to be otherwise later is a restatement beside it, and what a review
// decided is recorded with it. The figures are read from other domains, and none is invented:
// what is not known says so. Evidence for auditors is in evidence.
package report
