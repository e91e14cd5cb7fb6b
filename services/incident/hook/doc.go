// Package hook takes over incidents from where they are declared: PagerDuty, incident.io, Opsgenie,
// Jira, and whatever speaks Standard Webhooks. It verifies what comes, reads what it says in its
// source's own words, finds the services and the severity that are meant, and tells package incident
// of it. There is a file for each source. What an incident is, and what of it is its source's own,
// is not here; nor is how a webhook gets in.
package hook
