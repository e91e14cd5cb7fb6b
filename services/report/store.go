package report

import (
	"context"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/policy"
	"github.com/evenkeel/evenkeel/services/policy/gate"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/correction"
	"github.com/evenkeel/evenkeel/services/slo/outage"
	"github.com/evenkeel/evenkeel/services/slo/sla"
)

// Registry is what is read of the organisation. A registry.Store is one.
type Registry interface {
	registry.SlugStore
	Team(ctx context.Context, team id.ID) (registry.Team, error)
	TeamBySlug(ctx context.Context, slug string) (registry.Team, error)
	Teams(ctx context.Context, f registry.TeamFilter, r page.Request) (page.Page[registry.Team], error)
	System(ctx context.Context, system id.ID) (registry.System, error)
	SystemBySlug(ctx context.Context, slug string) (registry.System, error)
	Systems(ctx context.Context, f registry.SystemFilter, r page.Request) (page.Page[registry.System], error)
	Service(ctx context.Context, service id.ID) (registry.Service, error)
	ServiceBySlug(ctx context.Context, slug string) (registry.Service, error)
	Services(ctx context.Context, f registry.ServiceFilter, r page.Request) (page.Page[registry.Service], error)
	ServicesByID(ctx context.Context, services []id.ID) (map[id.ID]registry.Service, error)
}

// Measured sums up what was measured; see slo.Service, which is one. It authorises nobody.
type Measured interface {
	Sums(ctx context.Context, asked []slo.Asked) ([][]measure.Step, error)
}

// Past gives what there was of services and SLOs in a time, each kind in few statements for
// however many, and what was retired, ended or removed since, too.
type Past interface {
	// SLOsOf returns those of the services.
	SLOsOf(ctx context.Context, services []id.ID) ([]slo.View, error)
	SLOsByID(ctx context.Context, slos []id.ID) ([]slo.View, error)
	// RevisionsOf returns all of the SLOs, of each the oldest first.
	RevisionsOf(ctx context.Context, slos []id.ID) ([]slo.RevisionWithIndicator, error)
	// CorrectionsOf returns those that can lie over a part of [from, to), by when they begin.
	CorrectionsOf(ctx context.Context, slos []id.ID, from, to time.Time) ([]correction.Correction, error)
	OutagesOf(ctx context.Context, services []id.ID, from, to time.Time) ([]outage.Outage, error)
	// ViolationsOf returns those that were open in a part of [from, to), the oldest first.
	ViolationsOf(ctx context.Context, services []id.ID, from, to time.Time) ([]policy.Violation, error)
	// PolicySlugs names every policy.
	PolicySlugs(ctx context.Context) (map[id.ID]string, error)
	// DecisionCounts counts the answers that the gate gave in [from, to).
	DecisionCounts(ctx context.Context, services []id.ID, from, to time.Time) ([]DecisionCount, error)
	// OverridesOf returns those that were made in [from, to), the oldest first.
	OverridesOf(ctx context.Context, services []id.ID, from, to time.Time) ([]gate.Override, error)
	// AlertCounts counts the alerts that began in [from, to).
	AlertCounts(ctx context.Context, services []id.ID, from, to time.Time) ([]AlertCount, error)
	// SLAPeriodsOf returns the closed periods that ended in (from, to], with their SLAs.
	SLAPeriodsOf(ctx context.Context, services []id.ID, from, to time.Time) ([]ClosedPeriod, error)
}

// DecisionCount is how many changes were answered so.
type DecisionCount struct {
	Service       id.ID
	Class, Answer string
	Count         int
}

// AlertCount is how many alerts began.
type AlertCount struct {
	SLO      id.ID
	Severity string
	Count    int
}

// ClosedPeriod is a closed period with its SLA.
type ClosedPeriod struct {
	sla.Period
	SLA sla.SLA
}

// Store keeps reports, and what is added to them.
type Store interface {
	// CreateReport writes a report, and returns the number that it got; false where there is
	// one of its occasion, which is then left.
	CreateReport(ctx context.Context, r Report) (int64, bool, error)
	// Report returns one with its document; NotFound.
	Report(ctx context.Context, report id.ID) (Report, error)
	// Reports lists those without their documents, the newest first.
	Reports(ctx context.Context, f Filter, r page.Request) (page.Page[Report], error)
	// HasReport reports whether there is one of the occasion, scope and period.
	HasReport(ctx context.Context, r Report) (bool, error)
	// ReportsToReview returns up to limit that are to be summed up again at now, those that are
	// due the longest first.
	ReportsToReview(ctx context.Context, now time.Time, limit int) ([]Report, error)
	CountReportsToReview(ctx context.Context, now time.Time) (int64, error)
	SetReportReview(ctx context.Context, report id.ID, at *time.Time) error
	// AddDecision answers Conflict "decision_replaced" where another one replaces the same.
	AddDecision(ctx context.Context, d Decision) error
	// Decisions lists the oldest first, Restatements the newest.
	Decisions(ctx context.Context, report id.ID) ([]Decision, error)
	AddRestatement(ctx context.Context, r Restatement) error
	Restatements(ctx context.Context, report id.ID) ([]Restatement, error)
}
