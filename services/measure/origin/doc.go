// Package origin says where an indicator's measurements come from when nobody
// pushes them: what a data source is asked for, or which OpenTelemetry metrics
// are counted, and what comes back for a range of slots. It holds the shapes and
// the rules that need neither a data source nor its language: PromQL is read in
// measure/prometheus, other programs are asked in measure/adapter, what is
// received is mapped in measure/otlp.
package origin
