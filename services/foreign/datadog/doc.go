// Package datadog reads SLOs of Datadog (https://docs.datadoghq.com/api/latest/service-level-objectives/):
// the replies of GET /api/v1/slo and /api/v1/slo/{id}, and the objects in them. What fields mean is
// from Datadog's reference of the API and its Go client, as of 2026.
//
// Datadog's queries are read by Datadog alone. The SLOs are those whose measurements are pushed: the
// queries are in the words of the indicator, and whoever pushes counts by them. That is more of use
// than an adapter that nobody has: the SLO can be declared at once, takes a backfill of what Datadog's
// history gives, and its indicator can be changed to a Prometheus or an adapter later.
//
//   - metric: the numerator and the denominator are good and all events.
//   - time_slice: slices of time of as many seconds; one is good where all of what is pushed of it
//     is, and where nothing is, for Datadog counts no data as uptime.
//   - monitor: slices of a minute, good where no monitor alerts.
//
// Datadog has no services: the tag service:NAME is taken for one. The timeframe that Datadog shows is
// the objective, the other thresholds are further objectives.
//
// Left out without a word: created_at, modified_at, creator, monitor_tags, type_id, target_threshold
// and warning_threshold, which repeat a threshold, and metadata of the reply.
package datadog
