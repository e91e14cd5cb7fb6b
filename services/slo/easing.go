package slo

import (
	"context"
	"fmt"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/measure/window"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

// Easing is how much of the budget of the trailing policy window would be consumed at each
// full hour after From, if nothing more went wrong and as much went on to be measured as in
// the window: what was bad leaves it hour by hour. The last is that of an empty past.
type Easing struct {
	From     time.Time
	Consumed []float64 // 1 is the whole budget
}

// Easings tells of each SLO how its budget would ease; an SLO of which too little is known is
// left out. It authorises nobody.
func (s *Service) Easings(ctx context.Context, views []View) (map[id.ID]Easing, error) {
	var pasts []stretch
	for _, v := range views {
		if v.fresh() && v.Revision.Enough(v.Status.Sums.Policy) {
			pasts = append(pasts, stretch{View: v, from: v.Status.End.Add(-budget.PolicyWindow), to: v.Status.End, step: time.Hour})
		}
	}
	read, err := s.totals(ctx, pasts)
	if err != nil {
		return nil, fmt.Errorf("read the past of %d SLOs: %w", len(pasts), err)
	}
	out := make(map[id.ID]Easing, len(pasts))
	for i, p := range pasts {
		out[p.SLO.ID] = p.View.easing(sumsOf(read[i]))
	}
	return out, nil
}

// easing is that of the hours of the policy window.
func (v View) easing(hours []window.Sum) Easing {
	whole := v.Status.Sums.Policy
	left := int64(0)
	for _, h := range hours {
		left += h.Bad()
	}
	e := Easing{From: v.Status.End, Consumed: make([]float64, len(hours))}
	for i, h := range hours {
		left -= h.Bad()
		spent, _ := budget.Consumed(window.Sum{Good: whole.Total - left, Total: whole.Total}, v.Revision.Objective, budget.Pace{})
		e.Consumed[i] = spent.Float64()
	}
	return e
}
