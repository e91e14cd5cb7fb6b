package score

import (
	"context"
	"fmt"
	"slices"

	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/slo"
)

var _ fact.Source[slo.View] = (*Service)(nil)

// The facts that forecasts are.
var factOf = map[Horizon]string{Window: "forecast", Week: "forecastWeek"}

// Facts are what is told of SLOs for conditions.
func (s *Service) Facts() []fact.Declaration {
	const kept = " By the forecast that was kept last, each day; of a long window every 28th part of it. Not known of a budget that was spent then."
	return []fact.Declaration{
		{Name: factOf[Window], Type: fact.Number, Doc: "The probability that the budget is spent at some time within the length of the window, or until the end of a calendar's." + kept},
		{Name: factOf[Week], Type: fact.Number, Doc: "The probability that it is spent within a week, where the window is longer." + kept},
	}
}

// FactsOf tells the forecasts of the SLOs that were made last: of a time that is not over,
// and until a day after the next was due. It authorises nobody.
func (s *Service) FactsOf(ctx context.Context, views []slo.View, _ ...string) (map[id.ID]fact.Set, error) {
	now := s.Clock()
	out := make(map[id.ID]fact.Set, len(views))
	for some := range slices.Chunk(views, madeAtOnce) {
		slos, of := make([]id.ID, len(some)), make(map[id.ID]slo.View, len(some))
		for i, v := range some {
			slos[i], of[v.SLO.ID] = v.SLO.ID, v
		}
		found, err := s.Store.Latest(ctx, slos)
		if err != nil {
			return nil, fmt.Errorf("read the last forecasts of %d SLOs: %w", len(some), err)
		}
		for _, f := range found {
			v, some := of[f.SLO]
			if !some || !now.Before(f.Until) || now.Sub(f.From) > Every(f.Horizon, v)+day {
				continue // its time is over, or nobody makes them
			}
			if out[f.SLO] == nil {
				out[f.SLO] = fact.Set{}
			}
			out[f.SLO][factOf[f.Horizon]] = f.Probability
		}
	}
	return out, nil
}
