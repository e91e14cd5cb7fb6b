// Package formula is the mathematics of composite SLOs, exact and pure: what members
// spend of a budget, by each method, is a fraction of whole numbers of any size, which is
// compared as such and rounded once, to be shown. It knows no clock, context, log or
// database. The budget of one SLO is in slo/budget, whose rules states follow here too.
package formula
