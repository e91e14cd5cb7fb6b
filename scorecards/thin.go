package scorecards

import (
	"context"
	"fmt"

	"github.com/evenkeel/evenkeel/internal/clock"
)

// Grain is how finely the past is kept.
type Grain string

// The grains: days are kept for daysKept, then the last of each week, then of each month.
const (
	Weekly  Grain = "week"
	Monthly Grain = "month"

	daysKept  = 90
	weeksKept = 730
	thinned   = 2000 // rows at a time
)

// ThinOnce thins the past of services, and of teams, systems and the organisation, with its age.
func (s *Service) ThinOnce(ctx context.Context) (map[string]int64, error) {
	counts := map[string]int64{"days": 0, "sums": 0}
	now := s.Clock()
	for _, of := range []struct {
		name string
		thin func(context.Context, clock.Date, Grain, int) (int, error)
	}{{"days", s.Store.ThinDays}, {"sums", s.Store.ThinTallies}} {
		for _, g := range []struct {
			grain Grain
			kept  int
		}{{Weekly, daysKept}, {Monthly, weeksKept}} {
			before := clock.DateOf(now.AddDate(0, 0, -g.kept))
			for {
				n, err := of.thin(ctx, before, g.grain, thinned)
				if err != nil {
					return counts, fmt.Errorf("thin what scorecards came to: %w", err)
				}
				counts[of.name] += int64(n)
				if n < thinned {
					break
				}
			}
		}
	}
	return counts, nil
}
