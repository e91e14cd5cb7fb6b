// Package signals holds the four golden signals of each service: how latency, traffic,
// errors and saturation are read from data sources, or taken over from what an SLO of
// the service counts, and what they are now and were lately. Nothing of them is kept
// but how they are read. What is promised of a service is in slo; how a data source is
// asked is in measure/prometheus.
package signals
