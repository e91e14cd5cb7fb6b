package sla

import (
	"fmt"
	"math/big"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/window"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/budget"
	"github.com/evenkeel/evenkeel/services/slo/calendar"
)

// Period is a closed period.
type Period struct {
	ID  id.ID
	SLA id.ID
	calendar.Window
	// Revision is the SLA's that was in force at the end, whose terms it is judged by.
	Revision Revision
	// Outcome is what it came to, as far as is known now.
	Outcome
	// Closed is what it had come to at ClosedAt, and stays.
	Closed   Outcome
	ClosedAt time.Time
	// RestatedAt is when it was found last to have come to something else than before; nil
	// where it never was.
	RestatedAt *time.Time
	// RestatedBefore is what it had been restated to before that, the oldest first.
	RestatedBefore []Restatement
	// ReviewAt is when it is summed up again; nil when nothing can come of it any more.
	ReviewAt *time.Time
}

// Outcome is what a period came to.
type Outcome struct {
	Sum     window.Sum // thousandths of an event, or slice
	Verdict Verdict
	Credit  string // a percentage of the fee, "" for none
}

// Restatement is what a period was found to have come to at a time.
type Restatement struct {
	At time.Time
	Outcome
}

// restate has the period come to something else, found at now.
func (p *Period) restate(is Outcome, now time.Time) {
	if p.RestatedAt != nil {
		p.RestatedBefore = append(p.RestatedBefore, Restatement{*p.RestatedAt, p.Outcome})
	}
	p.Outcome, p.RestatedAt = is, &now
}

// AsOf is what was known at the time of a period that was closed by then, and whether it had
// been restated.
func (p Period) AsOf(at time.Time) (Outcome, bool) {
	if p.RestatedAt == nil {
		return p.Closed, false
	}
	if !p.RestatedAt.After(at) {
		return p.Outcome, true
	}
	for _, r := range slices.Backward(p.RestatedBefore) {
		if !r.At.After(at) {
			return r.Outcome, true
		}
	}
	return p.Closed, false
}

const (
	day = 24 * time.Hour
	// A period is reviewed each day in the week after it was closed, when most of what is
	// late comes, and then each week.
	often = 7 * day
	// settledAfter is how long after its end nothing can come of a period any more: no slot
	// that is older is taken.
	settledAfter = measure.MaxAge
)

// reviewAfter is when a period that ended then is summed up again after now; nil for never.
// It is looked at a last time when nothing can come any more.
func reviewAfter(end, now time.Time) *time.Time {
	settled := end.Add(settledAfter)
	if !now.Before(settled) {
		return nil
	}
	next := now.Add(often)
	if now.Before(end.Add(Grace + often)) {
		next = now.Add(day)
	}
	if next.After(settled) {
		next = settled
	}
	return &next
}

func (s SLA) zone() (*time.Location, error) {
	zone, err := slo.ZoneOf(s.Zone)
	if err != nil {
		return nil, fmt.Errorf("the time zone %q of SLA %s: %w", s.Zone, s.ID, err)
	}
	return zone, nil
}

// PeriodAt returns the period that holds the instant, and false when the SLA is not
// valid then.
func (s SLA) PeriodAt(at time.Time) (calendar.Window, bool, error) {
	if at.Before(s.ValidFrom) || s.ValidUntil != nil && !at.Before(*s.ValidUntil) {
		return calendar.Window{}, false, nil
	}
	zone, err := s.zone()
	if err != nil {
		return calendar.Window{}, false, err
	}
	start, err := time.Parse(time.DateOnly, s.Start)
	if err != nil {
		return calendar.Window{}, false, fmt.Errorf("the start of the calendar of SLA %s: %w", s.ID, err)
	}
	w := calendar.New(s.Unit, start, zone).At(at)
	if w.Start.Before(s.ValidFrom) {
		w.Start = s.ValidFrom
	}
	if s.ValidUntil != nil && w.End.After(*s.ValidUntil) {
		w.End = *s.ValidUntil
	}
	return w, true, nil
}

// Account is how a sum stands against a target. Shares are of one, each the double
// nearest to the exact value; nil is unknown, because there were no events.
type Account struct {
	Sum window.Sum
	SLI *float64
	// Margin is SLI − target: below 0 the target is missed.
	Margin *float64
	// Remaining is the share of the budget of the events so far that is left, below 0
	// when overspent.
	Remaining *float64
}

// AccountOf computes the account of a sum.
func AccountOf(s window.Sum, target budget.Objective) Account {
	a := Account{Sum: s}
	if s.Total <= 0 {
		return a
	}
	margin := a.margin(target)
	left := new(big.Rat).Quo(margin, share(target.BudgetPPB(), budget.Billion))
	a.SLI, a.Margin, a.Remaining = nearest(share(s.Good, s.Total)), nearest(margin), nearest(left)
	return a
}

// margin is SLI − target, of what has events.
func (a Account) margin(target budget.Objective) *big.Rat {
	return new(big.Rat).Sub(share(a.Sum.Good, a.Sum.Total), share(target.PPB(), budget.Billion))
}

// Current is the period that runs now, so far.
type Current struct {
	calendar.Window
	// Until is where what was measured ends: the end of the latest slot that is over.
	Until time.Time
	// Pieces are what Sum was added up of, the newest first.
	Pieces []Piece
	Account
	// ProjectedTotal is how many events the whole period has if they go on to come as
	// until now, and ProjectedBurned the share of the whole period's budget, as so
	// projected, that is burned already.
	ProjectedTotal, ProjectedBurned *float64
}

// project fills in what is projected: total × length ÷ elapsed events, of which
// (1 − target) may be bad.
func (c *Current) project(target budget.Objective) {
	total := c.projectedTotal()
	if total == nil {
		return
	}
	allowed := new(big.Rat).Mul(total, share(target.BudgetPPB(), budget.Billion))
	c.ProjectedBurned = nearest(new(big.Rat).Quo(share(c.Sum.Bad(), 1), allowed))
	c.ProjectedTotal = nearest(total.Quo(total, share(1000, 1)))
}

// projectedTotal is total × length ÷ elapsed, in thousandths; nil where nothing was measured.
func (c *Current) projectedTotal() *big.Rat {
	elapsed := c.Until.Sub(c.Start)
	if c.Sum.Total <= 0 || elapsed <= 0 {
		return nil
	}
	return new(big.Rat).Mul(share(c.Sum.Total, 1), share(int64(c.End.Sub(c.Start)), int64(elapsed)))
}

func nearest(r *big.Rat) *float64 {
	f, _ := r.Float64()
	return &f
}
