package source

import "time"

// Health is how a data source last answered. It changes without the version.
type Health struct {
	SucceededAt *time.Time
	FailedAt    *time.Time
	// FailingSince is when the failures began that no success followed; nil while it
	// answers.
	FailingSince *time.Time
	// Failure says what fails, for people and without secrets; empty while it answers.
	Failure string
}

// HealthState is health in a word.
type HealthState string

// The states of health.
const (
	HealthUnknown HealthState = "unknown" // it was not asked yet
	HealthOK      HealthState = "ok"
	HealthFailing HealthState = "failing"
)

// State returns how the data source is.
func (h Health) State() HealthState {
	switch {
	case h.FailingSince != nil:
		return HealthFailing
	case h.SucceededAt != nil:
		return HealthOK
	}
	return HealthUnknown
}

// MaxFailure is how long a Failure is at most, in characters.
const MaxFailure = 300

// View is a data source with what is known of it.
type View struct {
	Source Source
	Health Health
	// SLOs is how many that are not retired are read from it.
	SLOs int
}
