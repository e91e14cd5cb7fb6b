package slo

import (
	"context"
	"fmt"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/measure"
)

var _ measure.Looks = (*Service)(nil)

// Looks tells how the measurements of indicators are looked at when they are thinned: by
// the last terms that each was measured under, and the corrections of [from, to). It
// authorises nobody.
func (s *Service) Looks(ctx context.Context, indicators []id.ID, from, to time.Time) (map[id.ID]measure.Look, error) {
	found, err := s.store.LastTerms(ctx, indicators)
	if err != nil {
		return nil, fmt.Errorf("read the terms of %d indicators: %w", len(indicators), err)
	}
	looks := make(map[id.ID]measure.Look, len(found))
	for _, one := range found {
		look := measure.Look{Slices: one.Terms.Budgeting.lens(), Zone: one.Terms.Over.Zone()}
		if s.corrections != nil && from.Before(to) {
			look.Corrected, err = s.corrections.SpansOf(ctx, one.SLO, from, to)
			if Unreadable(err) {
				look.Unread = err
			} else if err != nil {
				return nil, fmt.Errorf("read what is corrected of an SLO: %w", err)
			}
		}
		looks[one.Indicator] = look
	}
	return looks, nil
}
