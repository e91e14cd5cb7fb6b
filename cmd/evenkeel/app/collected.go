package app

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/evenkeel/evenkeel/services/measure/collect"
	"github.com/evenkeel/evenkeel/services/measure/origin"
)

// collecting counts what is read from data sources.
type collecting struct {
	slots, missing, failures *prometheus.CounterVec
	reads                    *prometheus.HistogramVec
	lag                      *prometheus.GaugeVec
}

var _ collect.Meter = collecting{}

func newCollecting(r *prometheus.Registry) collecting {
	c := collecting{
		slots: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "evenkeel_collected_slots_total", Help: "Slots that were read from data sources and stored, repeated ones too.",
		}, []string{"source"}),
		missing: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "evenkeel_missing_slots_total", Help: "Slots of which a data source had nothing that can be counted, by reason.",
		}, []string{"source", "reason"}),
		failures: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "evenkeel_collection_failures_total", Help: "Readings of an indicator that failed, by kind.",
		}, []string{"source", "kind"}),
		reads: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "evenkeel_source_read_seconds", Help: "How long data sources took for a reading.", Buckets: prometheus.ExponentialBuckets(0.005, 3, 10),
		}, []string{"source"}),
		lag: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "evenkeel_collection_lag_seconds", Help: "By how much the collection from a data source is behind, where it is most.",
		}, []string{"source"}),
	}
	r.MustRegister(c.slots, c.missing, c.failures, c.reads, c.lag)
	return c
}

// Slots counts slots that were stored.
func (c collecting) Slots(source string, n int) { c.slots.WithLabelValues(source).Add(float64(n)) }

// Missing counts slots without data.
func (c collecting) Missing(source string, reason origin.Reason, n int) {
	c.missing.WithLabelValues(source, string(reason)).Add(float64(n))
}

// Failed counts a reading that failed.
func (c collecting) Failed(source string, kind collect.Failing) {
	c.failures.WithLabelValues(source, string(kind)).Inc()
}

// Read measures a reading.
func (c collecting) Read(source string, took time.Duration) {
	c.reads.WithLabelValues(source).Observe(took.Seconds())
}

// Lag tells how far the collection is behind.
func (c collecting) Lag(source string, lag time.Duration) {
	c.lag.WithLabelValues(source).Set(lag.Seconds())
}
