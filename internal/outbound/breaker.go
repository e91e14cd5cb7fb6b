package outbound

import (
	"time"

	"github.com/failsafe-go/failsafe-go/circuitbreaker"
)

// The breaker opens when half of at least 20 attempts within a minute failed, and lets
// three probes through after a while: all three have to come back well.
const (
	breakerRate     = 0.5
	breakerAttempts = 20
	breakerWindow   = time.Minute
	breakerProbes   = 3
	breakerJitter   = 0.1 // so that replicas do not probe at the same moment
)

// breaker keeps attempts from a target that fails.
type breaker struct {
	circuit circuitbreaker.CircuitBreaker[any]
}

func newBreaker(wait time.Duration, changed func(was, is string)) *breaker {
	return &breaker{circuit: circuitbreaker.NewBuilder[any]().
		WithFailureRateThreshold(breakerRate, breakerAttempts, breakerWindow).
		WithSuccessThreshold(breakerProbes).
		WithDelay(wait).WithJitterFactor(breakerJitter).
		OnStateChanged(func(e circuitbreaker.StateChangedEvent) { changed(e.OldState.String(), e.NewState.String()) }).
		Build()}
}

// admit says whether an attempt may go out, and whether it is a probe.
func (b *breaker) admit() (probe, ok bool) {
	ok = b.circuit.TryAcquirePermit()
	return b.circuit.IsHalfOpen(), ok
}

// record tells how an attempt that was admitted ended.
func (b *breaker) record(probe bool, v verdict) {
	if probe != b.circuit.IsHalfOpen() {
		return // it began before the breaker changed its mind, and is no evidence in its new state
	}
	switch v {
	case well:
		b.circuit.RecordSuccess()
	case ill:
		b.circuit.RecordFailure()
	case silent:
		// A probe that tells nothing keeps its place among the three for ever: the
		// wait for probes begins again. Outside of probing, nothing is counted.
		if probe {
			b.circuit.Open()
		}
	}
}
