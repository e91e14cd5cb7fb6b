// Package incident holds incidents: what went wrong with services, how bad it is, who does what
// about it, and what happened when, in its timeline. What is declared elsewhere, such as in
// PagerDuty, comes in by its external ID and stays its source's. A restricted incident does not
// exist but for its readers, the people in its roles and administrators. Postmortems are not here.
package incident
