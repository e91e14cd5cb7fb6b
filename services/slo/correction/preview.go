package correction

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
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
	// Before and After are the window without the change and with it; Approved is the window
	// with those corrections alone that a second person approved.
	Before, After, Approved Account
	// Ahead is the most time that corrections which no second person approved take, with the
	// change, of any window to come.
	Ahead time.Duration
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
	p := Preview{Correction: one}
	p.From, p.To = bounds(v, now)
	p.Spans = one.Spans(p.From, now.Add(MaxLength))
	if p.More = len(p.Spans) > MaxSpansShown; p.More {
		p.Spans = p.Spans[:MaxSpansShown]
	}
	var err error
	if p.Before, err = s.account(ctx, v, before, p.From, p.To); err != nil {
		return Preview{}, err
	}
	if p.After, err = s.account(ctx, v, after, p.From, p.To); err != nil {
		return Preview{}, err
	}
	approved := slices.DeleteFunc(slices.Clone(before), Correction.byOne)
	if p.Approved = p.Before; len(approved) < len(before) {
		p.Approved, err = s.account(ctx, v, approved, p.From, p.To)
	}
	return p, err
}

// account is what counts in a window of the SLO under the corrections.
func (s *Service) account(ctx context.Context, v slo.View, corrections []Correction, from, to time.Time) (Account, error) {
	var delay time.Duration
	if source := v.Indicator.Origin.DataSource; source != "" && s.Delays != nil {
		delays, err := s.Delays.Delays(ctx, []id.ID{source})
		if err != nil {
			return Account{}, fmt.Errorf("read the delay of a data source: %w", err)
		}
		delay = delays[source]
	}
	of := measure.Reading{Indicator: v.Indicator.ID, Lens: v.Revision.Lens(v.Indicator.Resolution, delay, spans(corrections, from, to))}
	sums, err := s.Measurements.Totals(ctx, of, from, to, to.Sub(from))
	if err != nil {
		return Account{}, fmt.Errorf("read what was measured from %s to %s: %w", from, to, err)
	}
	return accountOf(sums[0].Sum, v, to), nil
}

// bounds are those of the SLO's own window that ends now.
func bounds(v slo.View, now time.Time) (from, to time.Time) {
	to = now.UTC().Truncate(v.Revision.Budgeting.Step(v.Indicator.Resolution))
	from, _ = v.Revision.Over.Window().Span(to)
	return from, to
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

// GivesBack is how much more of the budget is left after than before, in parts per billion.
// Where no events are left, all that was consumed is given back.
func (p Preview) GivesBack() int64 { return p.After.above(p.Before) }

// GivesBackUnapproved is how much is left after above what is with the corrections alone
// that a second person approved, likewise.
func (p Preview) GivesBackUnapproved() int64 { return p.After.above(p.Approved) }

func (a Account) above(before Account) int64 {
	switch {
	case before.RemainingPPB == nil:
		return 0
	case a.RemainingPPB == nil:
		return budget.Billion - *before.RemainingPPB
	}
	return *a.RemainingPPB - *before.RemainingPPB
}
