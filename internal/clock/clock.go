// Package clock gives the time to those that need it. Everything stored is UTC
// to the microsecond, which both databases keep exactly.
package clock

import (
	"sync"
	"time"
)

// Clock returns the present. Services read it once for each operation.
type Clock func() time.Time

// System reads the machine's clock.
func System() time.Time { return Round(time.Now()) }

// Round brings a time to what is stored: UTC, whole microseconds, no monotonic reading.
func Round(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }

// Manual is a clock for tests that stands still until it is moved.
type Manual struct {
	mu  sync.Mutex
	now time.Time
}

// NewManual returns a clock that stands at t.
func NewManual(t time.Time) *Manual { return &Manual{now: Round(t)} }

// Now returns the time at which the clock stands.
func (m *Manual) Now() time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.now
}

// Advance moves the clock forward and returns the new time.
func (m *Manual) Advance(d time.Duration) time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.now = m.now.Add(d)
	return m.now
}
