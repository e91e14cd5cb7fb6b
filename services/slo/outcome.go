package slo

import (
	"context"
	"fmt"
	"time"

	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/window"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

// Outcome is what became of the budget of an SLO in a time.
type Outcome string

// The outcomes.
const (
	BudgetSpent  Outcome = "spent"  // at some time in it
	BudgetLasted Outcome = "lasted" // all through it
	// Unsettled is neither: in an hour of it nothing was reported, or too few events were in
	// the window to conclude anything from.
	Unsettled Outcome = "unsettled"
)

// Horizon is a time of an SLO of which it is asked what became of the budget. The terms
// are those of the view.
type Horizon struct {
	View
	From, Until time.Time
}

// Outcomes tells what became of the budgets, in the order of the horizons, by what is known
// now and with the corrections. A rolling window is looked at on every full hour between
// both times; one of a calendar when Until is its end. It authorises nobody.
func (s *Service) Outcomes(ctx context.Context, of []Horizon) ([]Outcome, error) {
	stretches := make([]stretch, 0, len(of))
	for _, h := range of {
		stretches = append(stretches, h.past())
		if !h.Revision.Over.Rolls() {
			stretches = append(stretches, h.hours())
		}
	}
	read, err := s.totals(ctx, stretches)
	if err != nil {
		return nil, fmt.Errorf("read what became of %d budgets: %w", len(of), err)
	}
	out := make([]Outcome, len(of))
	for i, h := range of {
		if h.Revision.Over.Rolls() {
			out[i] = h.rolled(read[0])
			read = read[1:]
			continue
		}
		out[i] = h.ended(read[0], read[1])
		read = read[2:]
	}
	return out, nil
}

// hours are the full hours of the horizon.
func (h Horizon) hours() stretch {
	return stretch{View: h.View, from: h.From.Add(time.Hour - 1).Truncate(time.Hour), to: h.Until.Truncate(time.Hour), step: time.Hour}
}

// past is all that the outcome follows from.
func (h Horizon) past() stretch {
	over := h.Revision.Over
	if over.Rolls() {
		past := h.hours()
		past.from = past.from.Add(-over.Length(h.Until))
		return past
	}
	slot := h.Revision.Budgeting.Step(h.Indicator.Resolution)
	begin, end := over.Window().Span(h.Until)
	begin, end = begin.Truncate(slot), end.Truncate(slot)
	return stretch{View: h.View, from: begin, to: end, step: end.Sub(begin)}
}

// rolled is the outcome of a rolling window, which is summed up anew at each hour.
func (h Horizon) rolled(hours []measure.Step) Outcome {
	own := int(h.Revision.Over.Length(h.Until) / time.Hour)
	if len(hours) < own || !reported(hours[own:]) {
		return Unsettled
	}
	var sum window.Sum
	for _, hour := range hours[:own] {
		sum = sum.Plus(hour.Sum)
	}
	out := h.of(sum)
	for i := own; i < len(hours) && out != Unsettled; i++ {
		sum = sum.Plus(hours[i].Sum).Minus(hours[i-own].Sum)
		if at := h.of(sum); at != BudgetLasted {
			out = at
		}
	}
	return out
}

// ended is the outcome of a calendar's window: the budget of the whole is known at its end
// alone, and what was bad never leaves it.
func (h Horizon) ended(whole, hours []measure.Step) Outcome {
	if !reported(hours) {
		return Unsettled
	}
	return h.of(whole[0].Sum)
}

// of is what is concluded of a whole window.
func (h Horizon) of(sum window.Sum) Outcome {
	if !h.Revision.Enough(sum) {
		return Unsettled
	}
	if left, _ := budget.RemainingPPB(sum, h.Revision.Objective, budget.Pace{}); left <= 0 {
		return BudgetSpent
	}
	return BudgetLasted
}

// reported tells whether something was in every hour.
func reported(hours []measure.Step) bool {
	for _, hour := range hours {
		if !hour.Known {
			return false
		}
	}
	return true
}
