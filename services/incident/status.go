package incident

import (
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/registry"
)

// Status is how far an incident got.
type Status string

// The statuses.
const (
	Declared      Status = "declared"
	Investigating Status = "investigating"
	Mitigated     Status = "mitigated"
	Resolved      Status = "resolved"
	Closed        Status = "closed"
)

// Statuses lists every status in their order.
var Statuses = []Status{Declared, Investigating, Mitigated, Resolved, Closed}

// Open lists those of incidents that go on.
var Open = []Status{Declared, Investigating, Mitigated}

// Over reports whether an incident of the status is resolved.
func (s Status) Over() bool { return s == Resolved || s == Closed }

func (s Status) rank() int { return slices.Index(Statuses, s) }

func (s Status) check(check *fault.Check) bool {
	known := s.rank() >= 0
	check.Require(known, "/status", string(s), "must be one of %s", fault.Or(Statuses))
	return known
}

// Move is a change of status.
type Move struct {
	Status Status
	Reason string     // needed to reopen
	At     *time.Time // when it was so; now where it is left out
}

// check notes why the incident cannot move so.
func (m Move) check(check *fault.Check, now time.Time, i Incident) {
	registry.CheckText(check, "/reason", m.Reason, registry.MaxReason)
	if !m.Status.check(check) {
		return
	}
	reopens := i.Status.Over() && m.Status == Investigating
	switch {
	case m.Status == i.Status:
		check.Fail("/status", string(m.Status), "is the status already; it goes on to a later one of %s", fault.Or(Statuses))
	case m.Status.rank() < i.Status.rank() && !reopens:
		check.Fail("/status", string(m.Status), "must come after %q: an incident goes back only from %q or %q to %q", i.Status, Resolved, Closed, Investigating)
	case reopens:
		check.Require(m.Reason != "", "/reason", nil, "must say why the incident is reopened")
	}
	if m.At == nil {
		return
	}
	at, first := clock.Round(*m.At), i.ImpactStart
	for _, known := range []*time.Time{i.DetectedAt, i.MitigatedAt, i.ResolvedAt} {
		if known != nil && known.After(first) {
			first = *known
		}
	}
	check.Require(!at.After(now.Add(Skew)), "/at", at.Format(time.RFC3339), "must not be after now, %s", now.Format(time.RFC3339))
	check.Require(!at.Before(first), "/at", at.Format(time.RFC3339), "must not be before %s, the latest of the incident's times", first.Format(time.RFC3339))
}

// moved is the incident with the status that it has from a time on. Times that go with the
// status are set where they are not known. Reopened, it is neither mitigated nor resolved, and its
// impact lasts.
func (i Incident) moved(to Status, at time.Time) Incident {
	if to.rank() < Mitigated.rank() && i.Status.rank() > to.rank() {
		i.MitigatedAt, i.ResolvedAt = nil, nil
		if i.Status.Over() {
			i.ImpactEnd = nil // it lasts again, until somebody says otherwise
		}
	}
	for _, known := range []*time.Time{&i.ImpactStart, i.DetectedAt, i.MitigatedAt} {
		if known != nil && known.After(at) {
			at = *known // by a clock that is ahead
		}
	}
	if to == Mitigated && i.MitigatedAt == nil {
		i.MitigatedAt = &at
	}
	if to.Over() && i.ResolvedAt == nil {
		i.ResolvedAt = &at
	}
	i.Status = to
	return i
}
