// Package dashboard is Evenkeel's pages: the organisation, a team, a service, an
// objective, what its errors came from, violations, postmortems, proposals, issues, jobs,
// and signing in. Pages are rendered by the server from the same read models as the API,
// with one embedded style sheet and no script, and ask nothing of anybody else; forms of
// postmortems write through the same services as the API. A page
// has a file with its view model (what the template shows, in words) and its handler
// (what it reads). There are no rules here: states, figures and permissions come from
// the services; the pictures are drawn by chart.
package dashboard
