package dashboard

import (
	"context"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/slo/score"
	"github.com/evenkeel/evenkeel/services/stats"
)

// scored is what came of the sample's forecasts: of forty for a week three came true, and
// of the two for the window none.
type scored struct{}

func (scored) Accounts(context.Context, id.ID) ([]score.Account, error) {
	week, window := make(stats.Tally, score.Bins), make(stats.Tally, score.Bins)
	for i := range 40 {
		if i < 36 {
			week.Add(0.02, i < 1)
		} else {
			week.Add(0.43, i < 38)
		}
	}
	window.Add(0.1, false)
	window.Add(0.2, false)
	return []score.Account{
		{Horizon: score.Week, Tally: week, Void: 2, Open: 7},
		{Horizon: score.Window, Tally: window, Open: 28},
	}, nil
}
