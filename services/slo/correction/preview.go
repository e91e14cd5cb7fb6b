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

// Preview is what a correction, or the removal of one, does: to windows as they end now, and
// in the time to come.
type Preview struct {
	Correction Correction
	// Spans are the correction's times from the beginning of the SLO's own window on, the
	// first MaxSpansShown that begin within 90 days from now; More tells that there are others.
	Spans []window.Span
	More  bool
	// Windows are those that budgets are judged by: the SLO's own first, then those of its
	// further objectives, then the one that policies go by, where that is another.
	Windows []Change
}

// Own is what becomes of the SLO's own window.
func (p Preview) Own() Change { return p.Windows[0] }

// Change is what becomes of a window.
type Change struct {
	judged
	From, To time.Time
	// Before and After are the window without the change and with it; Approved is the window
	// with those corrections alone that a second person approved.
	Before, After, Approved Account
	// Ahead is the most time that corrections which no second person approved take, with the
	// change, of any such window to come.
	Ahead time.Duration
}

// judged is a window with the objective that its budget is of.
type judged struct {
	// Of names it behind "the budget", or "a window"; empty for the SLO's own.
	Of        string
	Objective budget.Objective
	Over      slo.TimeWindow
}

// judgedBy are the windows that the budgets of the SLO are judged by.
func judgedBy(v slo.View) []judged {
	out := []judged{{"", v.Revision.Objective, v.Revision.Over}}
	for _, g := range v.Revision.Further {
		out = append(out, judged{fmt.Sprintf(" of the further objective %q", g.Name), g.Objective, g.Over})
	}
	if policies := (slo.TimeWindow{Days: int(budget.PolicyWindow / day)}); v.Revision.Over != policies {
		out = append(out, judged{fmt.Sprintf(" over %s, by which policies go", policies), v.Revision.Objective, policies})
	}
	return out
}

// bounds are those of the window of the SLO that ends now.
func (j judged) bounds(v slo.View, now time.Time) (from, to time.Time) {
	to = now.UTC().Truncate(v.Revision.Budgeting.Step(v.Indicator.Resolution))
	from, _ = j.Over.Window().Span(to)
	return from, to
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

func (j judged) account(s window.Sum, unit int64, end time.Time) Account {
	a := Account{Sum: s, Unit: unit}
	if sli, ok := budget.SLI(s); ok {
		pace := j.Over.Pace(end)
		remaining, _ := budget.Remaining(s, j.Objective, pace)
		share, left := sli.Float64(), remaining.Float64()
		a.SLI, a.Remaining = &share, &left
		ppb, _ := budget.RemainingPPB(s, j.Objective, pace)
		a.RemainingPPB = &ppb
	}
	return a
}

// preview tells what it does to the SLO that the corrections before become those after,
// of which one is told apart: the one that is declared or removed.
func (s *Service) preview(ctx context.Context, v slo.View, one Correction, before, after []Correction, now time.Time) (Preview, error) {
	p := Preview{Correction: one}
	approved := slices.DeleteFunc(slices.Clone(before), Correction.byOne)
	var asked []stretch
	for _, j := range judgedBy(v) {
		from, to := j.bounds(v, now)
		p.Windows = append(p.Windows, Change{judged: j, From: from, To: to})
		for _, of := range [][]Correction{before, after, approved} {
			asked = append(asked, stretch{of, from, to})
		}
	}
	p.Spans = one.Spans(p.Own().From, now.Add(MaxLength))
	if p.More = len(p.Spans) > MaxSpansShown; p.More {
		p.Spans = p.Spans[:MaxSpansShown]
	}
	sums, err := s.sums(ctx, v, asked)
	if err != nil {
		return Preview{}, err
	}
	unit := v.Revision.Budgeting.Unit()
	for i := range p.Windows {
		w := &p.Windows[i]
		w.Before, w.After, w.Approved = w.account(sums[3*i], unit, w.To), w.account(sums[3*i+1], unit, w.To), w.account(sums[3*i+2], unit, w.To)
	}
	return p, nil
}

// stretch is a time with the corrections that lie over it.
type stretch struct {
	corrections []Correction
	from, to    time.Time
}

// sums are what counts of the SLO in the stretches, in their order.
func (s *Service) sums(ctx context.Context, v slo.View, of []stretch) ([]window.Sum, error) {
	var delay time.Duration
	if source := v.Indicator.Origin.DataSource; source != "" && s.Delays != nil {
		delays, err := s.Delays.Delays(ctx, []id.ID{source})
		if err != nil {
			return nil, fmt.Errorf("read the delay of a data source: %w", err)
		}
		delay = delays[source]
	}
	sought := make([]measure.Sought, len(of))
	for i, one := range of {
		by := v.Revision.Lens(v.Indicator.Resolution, delay, spans(one.corrections, one.from, one.to))
		sought[i] = measure.Sought{Reading: measure.Reading{Indicator: v.Indicator.ID, Lens: by}, From: one.from, To: one.to, Step: one.to.Sub(one.from)}
	}
	read, err := s.Measurements.TotalsOf(ctx, sought)
	if err != nil {
		return nil, fmt.Errorf("read what was measured of an SLO: %w", err)
	}
	sums := make([]window.Sum, len(read))
	for i, steps := range read {
		sums[i] = steps[0].Sum
	}
	return sums, nil
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
func (c Change) GivesBack() int64 { return c.After.above(c.Before) }

// GivesBackUnapproved is how much is left after above what is with the corrections alone
// that a second person approved, likewise.
func (c Change) GivesBackUnapproved() int64 { return c.After.above(c.Approved) }

func (a Account) above(before Account) int64 {
	switch {
	case before.RemainingPPB == nil:
		return 0
	case a.RemainingPPB == nil:
		return budget.Billion - *before.RemainingPPB
	}
	return *a.RemainingPPB - *before.RemainingPPB
}
