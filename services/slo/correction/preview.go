package correction

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/window"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

// MaxSpansShown is how many times of a correction a preview lists.
const MaxSpansShown = 100

// Preview is what a correction, or the removal of one, does: to the SLO's own window as
// it ends now, and in the time to come.
type Preview struct {
	Correction Correction
	// From and To are the window.
	From, To time.Time
	// Spans are the correction's times from the beginning of the window on, the first
	// MaxSpansShown that begin within 90 days from now; More tells that there are others.
	Spans []window.Span
	More  bool
	// Before and After are the window without the change and with it.
	Before, After Account
}

// Account is a sum of events against an objective. Nil is unknown, because there were no
// events.
type Account struct {
	Sum       window.Sum
	Unit      int64 // what one event, or slice, is in Sum
	SLI       *float64
	Remaining *float64 // share of the budget, below 0 when overspent
	// RemainingPPB is Remaining in parts per billion, rounded down, for comparing.
	RemainingPPB *int64
}

func accountOf(s window.Sum, v slo.View, end time.Time) Account {
	a := Account{Sum: s, Unit: v.Revision.Budgeting.Unit()}
	if sli, ok := budget.SLI(s); ok {
		pace := v.Revision.Over.Pace(end)
		remaining, _ := budget.Remaining(s, v.Revision.Objective, pace)
		share, left := sli.Float64(), remaining.Float64()
		a.SLI, a.Remaining = &share, &left
		ppb, _ := budget.RemainingPPB(s, v.Revision.Objective, pace)
		a.RemainingPPB = &ppb
	}
	return a
}

// preview tells what it does to the SLO that the corrections before become those after,
// of which one is told apart: the one that is declared or removed.
func (s *Service) preview(ctx context.Context, v slo.View, one Correction, before, after []Correction, now time.Time) (Preview, error) {
	p := Preview{Correction: one, To: now.UTC().Truncate(v.Revision.Budgeting.Step(v.Indicator.Resolution))}
	p.From, _ = v.Revision.Over.Window().Span(p.To)
	p.Spans = one.Spans(p.From, now.Add(MaxLength))
	if p.More = len(p.Spans) > MaxSpansShown; p.More {
		p.Spans = p.Spans[:MaxSpansShown]
	}
	for i, corrections := range [...][]Correction{before, after} {
		of := measure.Reading{Indicator: v.Indicator.ID, Lens: v.Revision.Lens(v.Indicator.Resolution, 0, spans(corrections, p.From, p.To))}
		sums, err := s.Measurements.Totals(ctx, of, p.From, p.To, p.To.Sub(p.From))
		if err != nil {
			return Preview{}, fmt.Errorf("read what was measured from %s to %s: %w", p.From, p.To, err)
		}
		*[...]*Account{&p.Before, &p.After}[i] = accountOf(sums[0].Sum, v, p.To)
	}
	return p, nil
}

// spans are the times of the corrections in [from, to).
func spans(corrections []Correction, from, to time.Time) []window.Span {
	var out []window.Span
	for _, c := range corrections {
		out = append(out, c.Spans(from, to)...)
	}
	return out
}

// without are the corrections but for one.
func without(corrections []Correction, one Correction) []Correction {
	return slices.DeleteFunc(slices.Clone(corrections), func(c Correction) bool { return c.ID == one.ID })
}
