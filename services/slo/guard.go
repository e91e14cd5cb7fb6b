package slo

import (
	"context"
	"time"
)

// Guard knows which changes of an SLO need more than its owner; see proposal.Service,
// which is one.
type Guard interface {
	// Revising returns why the SLO may not be revised so by the caller alone, or nil.
	Revising(ctx context.Context, before, after View, now time.Time) error
	// Retiring returns why it may not be retired by the caller alone, or nil.
	Retiring(ctx context.Context, v View) error
}

// GuardWith has a revision, and a retirement, asked for before it is written. It is called while the program
// is put together, before the first use.
func (s *Service) GuardWith(g Guard) { s.guard = g }

func (s *Service) guarded(ctx context.Context, before, after View, now time.Time) error {
	if s.guard == nil {
		return nil
	}
	return s.guard.Revising(ctx, before, after, now)
}
