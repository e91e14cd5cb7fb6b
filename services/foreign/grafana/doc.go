// Package grafana reads SLOs of Grafana SLO (https://grafana.com/docs/grafana-cloud/alerting-and-irm/slo/):
// the replies of its API, GET /api/plugins/grafana-slo-app/resources/v1/slo and that of one SLO, and
// the resources grafana_slo of Terraform's state as JSON. What fields mean is from the OpenAPI document of
// grafana/slo-openapi-client, version 1.0.0, and the reference of Grafana's Terraform provider.
//
//   - ratio and failureRatio: what both metrics increased by.
//   - freeform: a quotient of rates over $__rate_interval or $__interval is read as the numbers of
//     events that it divides; any other is a share that each slot weighs alike.
//   - threshold and failureThreshold: each value of the expression at the end of a slot is an
//     event. Those that compare by == and != are left.
//   - grafanaQueries ask data sources that are no Prometheus, and are left.
//
// Grafana has no services: the label service_name or service is taken for one, and the name of the
// SLO where there is neither. Of labels that are grouped by the first is kept. Without alerting an SLO
// raises no alerts there, and none here; with it fast burn is the page, slow burn the ticket.
//
// Left out without a word: readOnly, which Grafana keeps by itself, and searchExpression, which
// finds dashboards of its own.
package grafana
