package scorecards

import (
	"context"
	"fmt"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/registry"
)

// Bootstrap makes a scorecard once, at the first start. When there is one of its slug, whatever
// became of it, it does nothing. Conflict when another first start was faster by a moment: try
// again.
func (s *Service) Bootstrap(ctx context.Context, d Draft) error {
	_, err := s.find(ctx, d.Slug)
	if err == nil || fault.Is(err, fault.Moved) {
		return nil
	}
	if !fault.Is(err, fault.NotFound) {
		return err
	}
	if _, err := s.validate(ctx, d, func(registry.Team) error { return nil }); err != nil {
		return fmt.Errorf("check the scorecard that ships: %w", err)
	}
	_, err = s.create(ctx, d, registry.Team{}, "first start", clock.Round(s.Clock()))
	return err
}
