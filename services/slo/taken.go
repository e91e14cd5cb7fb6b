package slo

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/window"
	"github.com/evenkeel/evenkeel/services/slo/budget"
	"github.com/evenkeel/evenkeel/services/slo/calendar"
)

// Struck is a time in which something went wrong with the service of an SLO: [From, Until).
type Struck struct {
	View
	From  time.Time
	Until *time.Time // nil while it lasts
}

// Unknown is why it is not known what was taken of a budget.
type Unknown string

// The reasons.
const (
	NotMeasured Unknown = "not_measured_yet" // the evaluator has not got there
	NoEvents    Unknown = "no_data"          // nothing was reported in the time
	TooFew      Unknown = "too_few_events"   // in the period, to conclude anything from
	TooOld      Unknown = "thinned"          // no single slots are left of the time
	Silent      Unknown = "stale"            // it lasts, and nothing is reported any more
	Incomplete  Unknown = "filling"          // a part is still being read from a data source
	Broken      Unknown = "unreadable"       // what is stored cannot be read
)

// Taken is what a time took of the budgets of an SLO, by its terms as they are and with the
// corrections. What would have been bad without what went wrong is in it, too.
type Taken struct {
	From, To time.Time     // in whole slots, rounded outward, as far as the SLO is evaluated
	Lasts    bool          // To will be later
	Unit     int64         // what one event, or slice, is in sums
	Slice    time.Duration // how long a slice is; 0 where events are counted
	Sum      window.Sum    // of the time
	Unknown  Unknown       // empty where it is known; nothing else is said then, but for From, To and Unit
	Periods  []TakenOf     // in the order of Periods
}

// TakenOf is what was taken of the budget of a period.
type TakenOf struct {
	Period   Period
	From, To time.Time
	Pace     budget.Pace
	Whole    window.Sum // of the period
	Bad      int64      // of the part of the time that lies in the period
	// Share is of the whole budget of the period; nil where Unknown says why.
	Share   *float64
	Unknown Unknown
}

// Of is what was taken in the period; nil where that was not asked for or all is unknown.
func (t Taken) Of(p Period) *TakenOf {
	for i := range t.Periods {
		if t.Periods[i].Period == p {
			return &t.Periods[i]
		}
	}
	return nil
}

// Share is what was taken of the budget of the period, nil where it is not known.
func (t Taken) Share(p Period) *float64 {
	if of := t.Of(p); of != nil {
		return of.Share
	}
	return nil
}

// Taken returns what each of the times took of the budget of four weeks that end with it, and of
// the calendar quarter in which it ends, of those periods that are asked for; in their order and
// in statements that are each of hundreds. Times that overlap are each counted whole. It
// authorises nobody.
func (s *Service) Taken(ctx context.Context, struck []Struck, periods ...Period) ([]Taken, error) {
	now := s.now()
	out := make([]Taken, 0, len(struck))
	for some := range slices.Chunk(struck, factsAtOnce) {
		all := make([]took, len(some))
		for i, one := range some {
			one.View = one.asOf(now)
			all[i] = one.took(periods)
		}
		found, err := EachReadable(ctx, all, s.take, func(t took, err error) {
			s.log.ErrorContext(ctx, "what an incident took of a budget cannot be read", slog.String("slo_id", string(t.SLO.ID)), slog.Any("error", err))
		})
		if err != nil {
			return nil, fmt.Errorf("read what %d times took of budgets: %w", len(struck), err)
		}
		for i := range found {
			if found[i].Unit == 0 { // it was broken
				found[i] = all[i].Taken
				found[i].Unknown, found[i].Periods = Broken, nil
			}
		}
		out = append(out, found...)
	}
	return out, nil
}

// took is what is to be summed up for a time.
type took struct {
	View
	Taken
	of []stretch // the time, then each period with the part of the time in it
}

// took says what is to be summed up, which is nothing where something is unknown already.
func (s Struck) took(periods []Period) took {
	step := s.step()
	end := s.end().Truncate(step)
	t := took{View: s.View, Taken: Taken{From: s.From.UTC().Truncate(step), To: end, Lasts: s.Until == nil, Unit: s.Revision.Budgeting.Unit()}}
	if s.Revision.Budgeting.Slices() {
		t.Slice = s.Revision.Budgeting.SliceLength
	}
	if s.Until != nil {
		until := s.Until.UTC().Add(step - 1).Truncate(step)
		if !t.From.Before(until) {
			until = t.From.Add(step) // over as it began
		}
		if until.Before(end) {
			t.To = until
		} else {
			t.Lasts = until.After(end)
		}
	}
	switch {
	case s.Status.Filling:
		t.Unknown = Incomplete
	case !t.From.Before(t.To):
		t.Unknown = NotMeasured
	case t.Lasts && s.Status.Stale:
		t.Unknown = Silent
	}
	if t.Unknown != "" {
		return t
	}
	t.of = append(t.of, t.stretch(t.From, t.To))
	for _, p := range Periods {
		if !slices.Contains(periods, p) {
			continue
		}
		of := TakenOf{Period: p, From: t.To.Add(-budget.PolicyWindow), To: t.To}
		if p == Quarter {
			whole := s.quarter(t.To)
			of.From, of.To = whole.Start.Truncate(step), whole.End.Truncate(step)
			if of.To.After(end) {
				of.To = end
			}
			of.Pace = budget.Pace{Elapsed: of.To.Sub(of.From), Whole: whole.End.Sub(whole.Start)}
		}
		t.Periods = append(t.Periods, of)
		from := t.From
		if from.Before(of.From) {
			from = of.From
		}
		t.of = append(t.of, t.stretch(of.From, of.To), t.stretch(from, t.To))
	}
	return t
}

func (t took) stretch(from, to time.Time) stretch {
	return stretch{View: t.View, from: from, to: to, step: to.Sub(from)}
}

// quarter is the calendar quarter in which the time ends, in the zone of the SLO's calendar.
func (v View) quarter(to time.Time) calendar.Window {
	zone := time.UTC
	if over := v.Revision.Over; !over.Rolls() {
		zone = over.Calendar.Zone()
	}
	return calendar.New(calendar.Quarter, time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC), zone).At(to.Add(-1))
}

// take sums up what is to be, of many in few statements.
func (s *Service) take(ctx context.Context, of []took) ([]Taken, error) {
	var stretches []stretch
	for _, t := range of {
		stretches = append(stretches, t.of...)
	}
	read, err := s.totals(ctx, stretches)
	if err != nil {
		return nil, err
	}
	out := make([]Taken, len(of))
	for i, t := range of {
		out[i] = t.Taken
		if len(t.of) > 0 {
			out[i].conclude(t.Revision.Terms, read[:len(t.of)])
			read = read[len(t.of):]
		}
	}
	return out, nil
}

// conclude puts the sums in.
func (t *Taken) conclude(terms Terms, read [][]measure.Step) {
	own := read[0][0]
	t.Periods = slices.Clone(t.Periods)
	switch t.Sum = own.Sum; {
	case own.Blurred:
		t.Unknown = TooOld
	case !own.Known && own.Sum.Total == 0:
		t.Unknown = NoEvents
	}
	if t.Unknown != "" {
		t.Sum, t.Periods = window.Sum{}, nil
		return
	}
	for i := range t.Periods {
		p, whole, part := &t.Periods[i], read[1+2*i][0], read[2+2*i][0]
		p.Whole, p.Bad = whole.Sum, part.Sum.Bad()
		switch {
		case whole.Blurred || part.Blurred:
			p.Unknown = TooOld
		case !terms.Enough(whole.Sum):
			p.Unknown = TooFew
		default:
			spent, _ := budget.Consumed(window.Sum{Good: whole.Sum.Total - p.Bad, Total: whole.Sum.Total}, terms.Objective, p.Pace)
			share := spent.Float64()
			p.Share = &share
		}
	}
}
