package slo

import (
	"context"
	"fmt"
	"log/slog"
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

// Easings tells of each SLO how its budget would ease; one of which too little is known, or
// of which what is stored cannot be read, is left out. It authorises nobody.
func (s *Service) Easings(ctx context.Context, views []View) (map[id.ID]Easing, error) {
	var known []View
	for _, v := range views {
		if v.fresh() && v.Revision.Enough(v.Status.Sums.Policy) {
			known = append(known, v)
		}
	}
	read, err := EachReadable(ctx, known, func(ctx context.Context, of []View) ([]Easing, error) {
		pasts := make([]stretch, len(of))
		for i, v := range of {
			pasts[i] = stretch{View: v, from: v.Status.End.Add(-budget.PolicyWindow), to: v.Status.End, step: time.Hour}
		}
		read, err := s.totals(ctx, pasts)
		if err != nil {
			return nil, err
		}
		easings := make([]Easing, len(of))
		for i, v := range of {
			easings[i] = v.easing(sumsOf(read[i]))
		}
		return easings, nil
	}, func(v View, err error) {
		s.log.ErrorContext(ctx, "how a budget eases cannot be read", slog.String("slo_id", string(v.SLO.ID)), slog.Any("error", err))
	})
	if err != nil {
		return nil, fmt.Errorf("read the past of %d SLOs: %w", len(known), err)
	}
	out := make(map[id.ID]Easing, len(known))
	for i, v := range known {
		if len(read[i].Consumed) > 0 {
			out[v.SLO.ID] = read[i]
		}
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
