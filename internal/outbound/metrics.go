package outbound

import (
	"time"

	"github.com/failsafe-go/failsafe-go/circuitbreaker"
	"github.com/prometheus/client_golang/prometheus"
)

// breakerStates are all that a breaker can be in.
var breakerStates = []string{
	circuitbreaker.ClosedState.String(), circuitbreaker.OpenState.String(), circuitbreaker.HalfOpenState.String(),
}

// Metrics count what all clients of the program do, by the target's name, which an
// administrator gave, and never by a URL.
type Metrics struct {
	calls    *prometheus.CounterVec
	attempts *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	running  *prometheus.GaugeVec
	breaker  *prometheus.GaugeVec
}

// NewMetrics makes them; a nil registry keeps them to themselves.
func NewMetrics(r prometheus.Registerer) *Metrics {
	m := &Metrics{
		calls: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "evenkeel_outbound_calls_total", Help: "Calls to other systems, by target and how they ended after all attempts.",
		}, []string{"target", "outcome"}),
		attempts: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "evenkeel_outbound_attempts_total", Help: "Attempts of calls to other systems, those that were turned away here too, by target and how they ended.",
		}, []string{"target", "outcome"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "evenkeel_outbound_attempt_seconds", Help: "Time from the dial to the end of the answer of attempts that went out, by target.",
			Buckets: []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30},
		}, []string{"target"}),
		running: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "evenkeel_outbound_in_flight", Help: "Attempts that are under way, by target.",
		}, []string{"target"}),
		breaker: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "evenkeel_outbound_breaker_state", Help: "1 for the state in which a target's circuit breaker is, 0 for the others.",
		}, []string{"target", "state"}),
	}
	if r != nil {
		r.MustRegister(m.calls, m.attempts, m.seconds, m.running, m.breaker)
	}
	return m
}

// begin makes a target's series, so that rates over them see the first call.
func (m *Metrics) begin(target string) {
	for _, kind := range kinds {
		m.calls.WithLabelValues(target, string(kind))
		m.attempts.WithLabelValues(target, string(kind))
	}
	m.seconds.WithLabelValues(target)
	m.running.WithLabelValues(target)
	m.inState(target, circuitbreaker.ClosedState.String())
}

func (m *Metrics) inState(target, state string) {
	for _, s := range breakerStates {
		value := 0.0
		if s == state {
			value = 1
		}
		m.breaker.WithLabelValues(target, s).Set(value)
	}
}

func (m *Metrics) took(target string, d time.Duration) {
	m.seconds.WithLabelValues(target).Observe(d.Seconds())
}

// forget removes a target's series when it is asked no more.
func (m *Metrics) forget(target string) {
	of := prometheus.Labels{"target": target}
	for _, vec := range []interface{ DeletePartialMatch(prometheus.Labels) int }{m.calls, m.attempts, m.seconds, m.running, m.breaker} {
		vec.DeletePartialMatch(of)
	}
}
