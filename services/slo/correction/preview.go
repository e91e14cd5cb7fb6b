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
	SLI       *float64
	Remaining *float64 // share of the budget, below 0 when overspent
	// RemainingPPB is Remaining in parts per billion, rounded down, for comparing.
	RemainingPPB *int64
}

func accountOf(s window.Sum, o budget.Objective) Account {
	a := Account{Sum: s}
	if sli, ok := budget.SLI(s); ok {
		remaining, _ := budget.Remaining(s, o)
		share, left := sli.Float64(), remaining.Float64()
		a.SLI, a.Remaining = &share, &left
		ppb, _ := budget.RemainingPPB(s, o)
		a.RemainingPPB = &ppb
	}
	return a
}

// preview tells what it does to the SLO that the corrections before become those after,
// of which one is told apart: the one that is declared or removed.
func (s *Service) preview(ctx context.Context, v slo.View, one Correction, before, after []Correction, now time.Time) (Preview, error) {
	resolution := v.Indicator.Resolution
	p := Preview{Correction: one, To: now.UTC().Truncate(resolution)}
	p.From = p.To.Add(-v.Revision.Window())
	p.Spans = one.Spans(p.From, now.Add(MaxLength))
	if p.More = len(p.Spans) > MaxSpansShown; p.More {
		p.Spans = p.Spans[:MaxSpansShown]
	}
	sums, err := s.sums(ctx, v, p.From, p.To, overlay(resolution, before, p.From, p.To), overlay(resolution, after, p.From, p.To))
	if err != nil {
		return Preview{}, err
	}
	p.Before, p.After = accountOf(sums[0], v.Revision.Objective), accountOf(sums[1], v.Revision.Objective)
	return p, nil
}

// overlay is the union of what corrections lay over a time.
func overlay(resolution time.Duration, corrections []Correction, from, to time.Time) window.Overlay {
	var spans []window.Span
	for _, c := range corrections {
		spans = append(spans, c.Spans(from, to)...)
	}
	return window.NewOverlay(resolution, spans)
}

// pieceLength is how much is read at a time: with slots of a minute, fewer than
// measure.MaxSteps.
const pieceLength = 30 * day

// sums adds up what the SLO's indicator counted in [from, to), under each overlay.
func (s *Service) sums(ctx context.Context, v slo.View, from, to time.Time, overlays ...window.Overlay) ([]window.Sum, error) {
	out := make([]window.Sum, len(overlays))
	for at := from; at.Before(to); at = at.Add(pieceLength) {
		end := at.Add(pieceLength)
		if end.After(to) {
			end = to
		}
		steps, err := s.Measurements.Totals(ctx, v.Indicator.ID, "", at, end, v.Indicator.Resolution)
		if err != nil {
			return nil, fmt.Errorf("read what was measured from %s to %s: %w", at, end, err)
		}
		for i, o := range overlays {
			out[i] = out[i].Plus(under(steps, o))
		}
	}
	return out, nil
}

// under adds up steps of a slot each, as the overlay has them count.
func under(steps []measure.Step, o window.Overlay) window.Sum {
	var sum window.Sum
	for _, step := range steps {
		for len(o) > 0 && !o[0].To.After(step.Start) {
			o = o[1:]
		}
		one := step.Sum
		if len(o) > 0 && !o[0].From.After(step.Start) {
			switch o[0].Effect {
			case window.Exclude:
				continue
			case window.CountGood:
				one.Good = one.Total
			}
		}
		sum = sum.Plus(one)
	}
	return sum
}

// without are the corrections but for one.
func without(corrections []Correction, one Correction) []Correction {
	return slices.DeleteFunc(slices.Clone(corrections), func(c Correction) bool { return c.ID == one.ID })
}

// GivesBack is how much more of the budget is left after than before, in parts per billion.
// Where no events are left, all that was consumed is given back.
func (p Preview) GivesBack() int64 {
	switch {
	case p.Before.RemainingPPB == nil:
		return 0
	case p.After.RemainingPPB == nil:
		return budget.Billion - *p.Before.RemainingPPB
	}
	return *p.After.RemainingPPB - *p.Before.RemainingPPB
}
