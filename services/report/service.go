package report

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/tx"
	"github.com/evenkeel/evenkeel/services/access"
)

// Parts are what a Service is made of.
type Parts struct {
	Store      Store
	Past       Past
	Registry   Registry
	Measured   Measured
	Runner     tx.Runner
	Authorizer *access.Authorizer
	Recorder   access.Recorder
	Clock      clock.Clock
	Logger     *slog.Logger
}

// Service is what can be done with reports. Every method but those of jobs authorises the
// context's caller, and publishing and deciding are audited in their own transaction.
type Service struct {
	Parts
	perRun int // see reviewedInARun
}

// NewService returns the service.
func NewService(p Parts) *Service { return &Service{p, reviewedInARun} }

// PreviewInput is what is previewed.
type PreviewInput struct {
	ScopeInput
	PeriodInput
	// AsOf is the time as of which it is told; zero: now.
	AsOf time.Time
}

// Preview draws up a report, and stores nothing.
//
// Faults: Moved; Invalid, with pointers to the query's.
func (s *Service) Preview(ctx context.Context, in PreviewInput) (Content, error) {
	if err := s.mayRead(ctx); err != nil {
		return Content{}, err
	}
	now := clock.Round(s.Clock())
	var check fault.Check
	scope, err := s.check(ctx, &check, "query.", in.ScopeInput)
	if err != nil {
		return Content{}, err
	}
	period := in.PeriodInput.check(&check, "query.")
	var asOf *time.Time
	if at := in.AsOf.UTC(); !in.AsOf.IsZero() {
		check.Require(!at.Before(earliest) && !at.After(now), "query.asOf", at.Format(time.RFC3339), "must be a time from %s to now, %s", earliest.Format(time.RFC3339), now.Format(time.RFC3339))
		asOf = &at
	}
	if check.Err() == nil {
		check.Require(period.From.Before(now), "query.from", period.From.Format(time.RFC3339), "must be before now, %s: there is nothing to report yet", now.Format(time.RFC3339))
	}
	if err := check.Err(); err != nil {
		return Content{}, err
	}
	of, err := s.subjectOf(ctx, scope)
	if err != nil {
		return Content{}, fmt.Errorf("preview a report: %w", err)
	}
	return s.draw(ctx, scope, period, of, now, asOf)
}

func (s *Service) mayRead(ctx context.Context) error {
	return s.Authorizer.Authorize(ctx, access.Read, access.Object{Kind: access.KindReport})
}
