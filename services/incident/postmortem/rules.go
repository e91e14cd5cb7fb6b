package postmortem

import (
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/services/incident"
)

// Rules say of which incidents a postmortem is asked for without anybody doing so, and by when it
// is reviewed.
type Rules struct {
	// Severities are those of which one is asked for.
	Severities []incident.Severity
	// DataLoss asks for one wherever data was lost.
	DataLoss bool
	// OnCall are the severities of which one is asked for where somebody on call had to act.
	OnCall []incident.Severity
	// Policy asks for one where a clause of an error-budget policy does.
	Policy bool

	// Sev1 is the time for the review of the worst, and the others are working days.
	Sev1         time.Duration
	Sev2, Others int
}

// Usual are the rules that an installation has which says nothing else.
func Usual() Rules {
	return Rules{
		Severities: []incident.Severity{"sev1", "sev2"}, DataLoss: true, OnCall: []incident.Severity{"sev1", "sev2", "sev3"}, Policy: true,
		Sev1: 3 * 24 * time.Hour, Sev2: 5, Others: 10,
	}
}

// reasons are why one is asked for of the incident, but for policies.
func (r Rules) reasons(i incident.Incident) []Reason {
	out := []Reason{}
	if slices.Contains(r.Severities, i.Severity) {
		out = append(out, BySeverity)
	}
	if r.DataLoss && i.DataLoss {
		out = append(out, ByDataLoss)
	}
	if i.OnCallIntervened && slices.Contains(r.OnCall, i.Severity) {
		out = append(out, ByOnCall)
	}
	return out
}

// Due is by when the review of the incident's postmortem is to be done; nil while it goes on.
func (r Rules) Due(i incident.Incident) *time.Time {
	if !i.Status.Over() || i.ResolvedAt == nil {
		return nil
	}
	due := r.From(i.Severity, *i.ResolvedAt)
	return &due
}

// From is by when a review is to be done of an incident of the severity, from a time on.
func (r Rules) From(severity incident.Severity, at time.Time) time.Time {
	switch severity {
	case "sev1":
		return at.Add(r.Sev1)
	case "sev2":
		return clock.WorkingDays(at, r.Sev2)
	}
	return clock.WorkingDays(at, r.Others)
}

// escalateAfter is how many working days after it was due the parent team is told.
const escalateAfter = 3

// same reports whether both are the same time, or none.
func same(a, b *time.Time) bool {
	return a == nil && b == nil || a != nil && b != nil && a.Equal(*b)
}
