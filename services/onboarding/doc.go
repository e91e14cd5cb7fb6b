// Package onboarding brings many services in a few goes: it finds repositories that no service names
// yet, beside the services of the registry (which the portal's catalog fills) that have no SLO; puts
// them into waves; shows what a wave would do; registers what is missing and declares SLOs from the
// wave's templates; and tells how far each team is.
//
// A wave keeps nothing: what it brought is the team's, to be changed as if the team had entered it.
// A preview is made by doing what starting does, in a transaction that is given up.
//
// How a code host is asked is not known here, see Host.
package onboarding
