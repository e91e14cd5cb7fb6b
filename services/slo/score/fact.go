package score

import (
	"context"
	"fmt"

	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/internal/id"
)

var _ fact.Source = (*Service)(nil)

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

// FactsOf tells the forecasts of the SLOs that were made last and are not older than they
// should be. It authorises nobody.
func (s *Service) FactsOf(ctx context.Context, slos []id.ID) (map[id.ID]fact.Set, error) {
	now := s.Clock()
	found, err := s.Store.Latest(ctx, slos)
	if err != nil {
		return nil, fmt.Errorf("read the last forecasts of %d SLOs: %w", len(slos), err)
	}
	out := make(map[id.ID]fact.Set, len(slos))
	for _, f := range found {
		if now.Sub(f.From) > max(day, f.Until.Sub(f.From)/atOnce)+day {
			continue // nobody makes them
		}
		if out[f.SLO] == nil {
			out[f.SLO] = fact.Set{}
		}
		out[f.SLO][factOf[f.Horizon]] = f.Probability
	}
	return out, nil
}
