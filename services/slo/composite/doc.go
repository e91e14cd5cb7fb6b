// Package composite holds composite SLOs: what is promised of a system or of the journey
// of a user, made of the SLOs of several services, its members, each with a weight and a
// rule for when it has no data. They have revisions, a budget and a state as SLOs have. The
// mathematics is in formula, pure. The evaluator keeps the sums of members as it keeps those
// of SLOs; statuses follow from them in rows of their own, which every replica reads.
//
// A composite is no member of another. A member is its SLO as it is at the time: a revised
// one counts by its new objective and indicator from then on, and one that was retired, or
// whose slots do not fill the composite's slices any more, counts as one without data.
// Nobody acts on a composite: error-budget policies, alerts and the second person who
// approves what relaxes a promise (policy/proposal) are of SLOs alone.
package composite
