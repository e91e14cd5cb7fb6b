package scorecards

import (
	"context"
	"fmt"
	"slices"

	"github.com/evenkeel/evenkeel/scorecards/given"
)

var _ given.Readers = (*Service)(nil)

// ReadersOf returns the slugs of the scorecards that are not retired and depend on the fact. It
// authorises nobody.
func (s *Service) ReadersOf(ctx context.Context, name string) ([]string, error) {
	views, err := s.Store.LiveScorecards(ctx)
	if err != nil {
		return nil, fmt.Errorf("read scorecards: %w", err)
	}
	language, err := s.languages.now(ctx)
	if err != nil {
		return nil, err
	}
	var readers []string
	for _, v := range views {
		if slices.Contains(s.languages.of(language, v.Revision).reads, name) {
			readers = append(readers, v.Scorecard.Slug)
		}
	}
	slices.Sort(readers)
	return readers, nil
}
