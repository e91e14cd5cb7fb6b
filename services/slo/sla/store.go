package sla

import (
	"context"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
)

// Filter narrows a list of SLAs; zero fields do not.
type Filter struct {
	Service      id.ID
	Customer     string // the whole name
	IncludeEnded bool   // those that somebody ended, too
}

// PeriodFilter narrows a list of closed periods; zero fields do not.
type PeriodFilter struct {
	SLA     id.ID
	Verdict Verdict
}

// Store keeps SLAs, their revisions and closed periods.
type Store interface {
	// CreateSLA writes head and first revision; Conflict "slug_taken". due is when the
	// first period is closed.
	CreateSLA(ctx context.Context, v View, due time.Time) error
	// SLA returns the SLA with its current revision; NotFound.
	SLA(ctx context.Context, sla id.ID) (View, error)
	SLABySlug(ctx context.Context, service id.ID, slug string) (View, error)
	// SLAs lists by slug of the service and of the SLA.
	SLAs(ctx context.Context, f Filter, r page.Request) (page.Page[View], error)
	// SLAsOfSLO returns those that are not ended and measured by the SLO now, by ID.
	SLAsOfSLO(ctx context.Context, slo id.ID) ([]View, error)
	// UpdateSLA writes the head, conditional on Version, and answers fault.Stale.
	UpdateSLA(ctx context.Context, s SLA, due *time.Time) error
	AddSLARevision(ctx context.Context, r Revision) error
	// SLARevisionAt returns the revision in force just before the time, the first where
	// there was none yet.
	SLARevisionAt(ctx context.Context, sla id.ID, before time.Time) (Revision, error)

	// DueSLAs returns up to limit SLAs with a period to be closed at now, by ID, after
	// the given one.
	DueSLAs(ctx context.Context, now time.Time, after id.ID, limit int) ([]View, error)
	// SetSLADue writes when the next period is closed, nil for never; Stale when the
	// SLA has not that version. The version stays.
	SetSLADue(ctx context.Context, sla id.ID, version int64, due *time.Time) error
	// AddSLAPeriod writes a closed period; Conflict "period_closed" when it was closed.
	AddSLAPeriod(ctx context.Context, p Period) error
	// SLAPeriods lists closed periods, the newest first.
	SLAPeriods(ctx context.Context, f PeriodFilter, r page.Request) (page.Page[Period], error)
	// SLAPeriodsBetween returns up to limit closed periods of the SLAs that have a part
	// in [from, to), by SLA and start.
	SLAPeriodsBetween(ctx context.Context, slas []id.ID, from, to time.Time, limit int) ([]Period, error)
	// PeriodsToReview returns up to limit closed periods that are to be summed up again at
	// now, by ID, after the given one.
	PeriodsToReview(ctx context.Context, now time.Time, after id.ID, limit int) ([]Period, error)
	// ReviewSLAPeriods writes Outcome, RestatedAt, RestatedBefore and ReviewAt.
	ReviewSLAPeriods(ctx context.Context, periods []Period) error
	// LastClosed returns the end of the last closed period of the SLA, zero for none.
	LastClosed(ctx context.Context, sla id.ID) (time.Time, error)
}
