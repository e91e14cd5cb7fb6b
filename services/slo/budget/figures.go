package budget

import (
	"math/big"
	"time"

	"github.com/evenkeel/evenkeel/services/measure/window"
)

// Figures is all that is shown of an SLO's budget. A nil figure is unknown,
// because there were no events to compute it from; it never is 0 % or 100 %.
// Ratios are shares of one (0.9994, 1.1864), each the double nearest to the
// exact value; events are numbers of events.
type Figures struct {
	State  State
	Window Account // the SLO's own
	Policy Account // the trailing PolicyWindow
	// Burns are the burn rates over Lookbacks, in their order; those over Window
	// and Policy are in the accounts.
	Burns      [len(Lookbacks)]Burn
	Alerts     [len(Pairs)]Alert // in the order of Pairs
	Projection Projection
}

// Account is what was spent of a budget and what remains, over one window.
type Account struct {
	Length time.Duration
	// Pace is how much of a calendar's window is over: the budget is of the whole of it,
	// and so are Allowed, ConsumedRatio, Remaining and RemainingRatio; SLI, Consumed and
	// SoFarRatio are of what was measured.
	Pace Pace
	Sum  window.Sum
	Unit int64 // what one event, or slice, is in Sum
	// Enough reports whether there are at least MinEvents, so that something is
	// concluded from the window.
	Enough bool
	SLI    *float64 // share of good events
	// Allowed is the whole budget: how many of the events may be bad.
	Allowed *float64
	// Consumed is how many were; ConsumedRatio is their share of Allowed, which is
	// also the burn rate over the window.
	Consumed      *float64
	ConsumedRatio *float64
	// SoFarRatio is the share that Consumed is of the budget of the events so far; it is
	// ConsumedRatio but for a calendar's window.
	SoFarRatio *float64
	// Remaining may be negative, and so may RemainingRatio.
	Remaining      *float64
	RemainingRatio *float64
}

// Burn is how fast the budget is consumed: at 1, exactly in one period.
type Burn struct {
	Lookback time.Duration
	Sum      window.Sum
	Rate     *float64
}

// Alert is a burn pair with what its windows hold.
type Alert struct {
	Pair
	Factor    float64  // above which both rates must be
	LongRate  *float64 // nil without events
	ShortRate *float64
	Firing    bool
	Reachable bool // false when the objective is so low that it can never fire
}

// Outlook is what the burn of the last day says of the budget.
type Outlook string

// The outlooks.
const (
	OutlookUnknown   Outlook = "unknown"   // no events in the last day, or too few in the window
	OutlookBeyond    Outlook = "beyond"    // the budget outlasts the period
	OutlookWithin    Outlook = "within"    // it ends before the period does
	OutlookExhausted Outlook = "exhausted" // it is spent already
)

// Projection is when the budget ends if the burn of the last day goes on.
type Projection struct {
	Outlook Outlook
	// After is how long after the end of the windows, rounded down to the second;
	// set only for OutlookWithin.
	After *time.Duration
}

// FiguresOf computes every figure from the sums.
func FiguresOf(in Input) Figures {
	// All figures of one call lie in one slice, which is one allocation.
	f := figures{make([]float64, 0, 2*accountFigures+len(Lookbacks))}
	out := Figures{
		State:  Decide(in),
		Window: f.account(in.Period, in.Sums.Window, in.Pace, &in),
		Policy: f.account(PolicyWindow, in.Sums.Policy, Pace{}, &in),
	}
	for i, sum := range in.Sums.Lookbacks {
		out.Burns[i] = Burn{Lookback: in.lookback(i), Sum: sum}
		if rate, ok := Consumed(sum, in.Objective, Pace{}); ok {
			out.Burns[i].Rate = f.keep(rate)
		}
	}
	for i, p := range Pairs {
		p.Short = p.ShortOf(in)
		out.Alerts[i] = Alert{
			Pair: p, Factor: p.Factor(in.Period).Float64(),
			LongRate: out.Burns[p.long].Rate, ShortRate: out.Burns[p.short].Rate,
			Firing:    out.State != NoData && p.exceeded(&in),
			Reachable: p.Reachable(in.Objective, in.Period),
		}
	}
	out.Projection = in.projection()
	return out
}

const accountFigures = 7

type figures struct{ kept []float64 }

func (f *figures) keep(r Ratio) *float64 {
	f.kept = append(f.kept, r.Float64())
	return &f.kept[len(f.kept)-1]
}

func (f *figures) account(length time.Duration, s window.Sum, p Pace, in *Input) Account {
	a := Account{Length: length, Pace: p, Sum: s, Unit: in.unit(), Enough: !in.tooFew(s)}
	if s.Total <= 0 {
		return a
	}
	sli, _ := SLI(s)
	consumed, _ := Consumed(s, in.Objective, p)
	soFar, _ := Consumed(s, in.Objective, Pace{})
	remaining, _ := Remaining(s, in.Objective, p)
	a.SLI, a.ConsumedRatio, a.SoFarRatio, a.RemainingRatio = f.keep(sli), f.keep(consumed), f.keep(soFar), f.keep(remaining)
	a.Allowed = f.keep(allowedEvents(s, in.Objective, p, a.Unit))
	a.Consumed = f.keep(events(s.Bad(), a.Unit))
	a.Remaining = f.keep(remainingEvents(s, in.Objective, p, a.Unit))
	return a
}

// SLI is good ÷ total; false without events.
func SLI(s window.Sum) (Ratio, bool) {
	return Ratio{num: double{lo: uint64(s.Good)}, den: double{lo: uint64(s.Total)}}, s.Total > 0
}

// Consumed is the share of the budget of the sum's window that is consumed, which of a
// whole window is the burn rate: (bad ÷ total) ÷ (1 − T); false without events.
func Consumed(s window.Sum, o Objective, p Pace) (Ratio, bool) {
	allowed, bad := account(s, o, p)
	return Ratio{num: bad, den: allowed}, s.Total > 0
}

// Remaining is the share of the budget of the sum's window that remains, of a whole
// window (SLI − T) ÷ (1 − T), negative when overspent; false without events.
func Remaining(s window.Sum, o Objective, p Pace) (Ratio, bool) {
	allowed, _ := account(s, o, p)
	left, negative := left(s, o, p)
	return Ratio{negative: negative, num: left, den: allowed}, s.Total > 0
}

// left is what remains of the budget, in the unit of account.
func left(s window.Sum, o Objective, p Pace) (left double, negative bool) {
	allowed, bad := account(s, o, p)
	if allowed.less(bad) {
		return bad.minus(allowed), true
	}
	return allowed.minus(bad), false
}

// oneOf is an event in the unit of account.
func oneOf(p Pace, unit int64) double {
	elapsed, _ := p.minutes()
	return times(uint64(unit), Billion*elapsed)
}

// Allowed is how many bad events the budget of all of the window allows.
func Allowed(s window.Sum, o Objective, p Pace, unit int64) Ratio {
	return allowedEvents(s, o, p, unit)
}

func allowedEvents(s window.Sum, o Objective, p Pace, unit int64) Ratio {
	allowed, _ := account(s, o, p)
	return Ratio{num: allowed, den: oneOf(p, unit)}
}

func events(n, unit int64) Ratio {
	return Ratio{num: double{lo: uint64(n)}, den: double{lo: uint64(unit)}}
}

// Events is a number of events, or slices, as people count them.
func Events(n, unit int64) float64 {
	if unit == 0 {
		unit = PerEvent
	}
	return events(n, unit).Float64()
}

func remainingEvents(s window.Sum, o Objective, p Pace, unit int64) Ratio {
	left, negative := left(s, o, p)
	return Ratio{negative: negative, num: left, den: oneOf(p, unit)}
}

func (in *Input) projection() Projection {
	day := in.Sums.Lookbacks[over1d]
	switch {
	case in.tooFew(in.Sums.Window):
		return Projection{Outlook: OutlookUnknown}
	case in.exhausted():
		return Projection{Outlook: OutlookExhausted}
	case day.Total <= 0:
		return Projection{Outlook: OutlookUnknown}
	case !in.runsOut():
		return Projection{Outlook: OutlookBeyond}
	}
	after := in.timeLeft(day)
	return Projection{Outlook: OutlookWithin, After: &after}
}

// timeLeft is remaining · period ÷ burn(1 d), rounded down to the second. The
// product is wider than 192 bits, hence math/big:
// (total·b·P − bad·10⁹·E) · totalDay · period ÷ (total · P · badDay · 10⁹).
func (in *Input) timeLeft(day window.Sum) time.Duration {
	left, _ := left(in.Sums.Window, in.Objective, in.Pace)
	num := left.big()
	num.Mul(num, big.NewInt(day.Total)).Mul(num, big.NewInt(int64(in.Period)))
	_, whole := in.Pace.minutes()
	den := times(uint64(in.Sums.Window.Total), Billion*whole).big()
	den.Mul(den, big.NewInt(day.Bad()))
	return time.Duration(num.Quo(num, den).Int64()).Truncate(time.Second)
}
