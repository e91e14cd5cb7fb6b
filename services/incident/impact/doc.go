// Package impact tells what incidents took of error budgets: of each SLO of the services that an
// incident involved, the bad events while its impact lasted, as shares of the whole budget of 28
// days and of the quarter. It is worked out anew from what was measured, with the corrections,
// and kept nowhere. What policies make of it is in policy/supply.
package impact
