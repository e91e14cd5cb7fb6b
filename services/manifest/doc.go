// Package manifest brings what sets of manifests say: teams, systems, services with their
// dependencies, SLOs, error-budget policies, scorecards and campaigns that somebody keeps as files.
// A plan compares the files with what there is and says what would be done; applying does just
// that, all of it or nothing, and twice is no change. What a set says it keeps from then on: others
// cannot change it, and it ends what it kept and says no more. A job compares what was brought last
// with what there is, and tells where it drifted.
//
// How a plan is made: what is to be done is done, by the domains' own services as the caller, in a
// transaction that is given up. A plan is therefore refused where applying would be.
//
// How documents are written is not known here, see Reader; how a thing is kept is its domain's.
package manifest
