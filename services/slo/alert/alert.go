package alert

import (
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/measure/window"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

// Kind is what an alert is about: a burn pair, by its name, or Absent.
type Kind string

// Absent is the kind of an SLO whose measurements stay away.
const Absent Kind = slo.AbsentAlert

// Kinds lists every kind, the fastest burn pair first.
func Kinds() []Kind {
	kinds := make([]Kind, 0, len(budget.Pairs)+1)
	for _, p := range budget.Pairs {
		kinds = append(kinds, Kind(p.Name))
	}
	return append(kinds, Absent)
}

// Severities lists every severity, the louder first.
var Severities = []budget.Severity{budget.Page, budget.Ticket}

// Pair is the burn pair of that name, nil for Absent.
func (k Kind) Pair() *budget.Pair {
	for i := range budget.Pairs {
		if budget.Pairs[i].Name == string(k) {
			return &budget.Pairs[i]
		}
	}
	return nil
}

// Alert is one episode; at most one lasts for each (SLO, kind).
type Alert struct {
	ID       id.ID
	SLO      id.ID
	Service  id.ID
	Kind     Kind
	Severity budget.Severity
	// Revision is the SLO's that last judged it.
	Revision  id.ID
	StartedAt time.Time
	Evidence  Evidence
	// Peak is what the pair's long window held when its burn was highest; zero for Absent.
	Peak window.Sum
	// QuietSince is where the windows ended when the pair was first not exceeded any
	// more; nil while it is.
	QuietSince *time.Time
	EndedAt    *time.Time // nil while it lasts
	Ending     Ending
	// Acknowledgement is nil until somebody said that they look after it.
	Acknowledgement *Acknowledgement
}

// Ending is why an alert ended.
type Ending string

// The endings.
const (
	Recovered   Ending = "recovered"    // the burn is below the factor again, or a slot came
	Retired     Ending = "retired"      // the SLO or its service was retired
	Revised     Ending = "revised"      // the SLO's new terms, or its new indicator, do not sustain it
	SwitchedOff Ending = "switched_off" // the SLO's terms switch it off
)

// Acknowledgement says who looks after an alert.
type Acknowledgement struct {
	At   time.Time
	By   string // the caller's name
	Note string
}

// Evidence is what was known when the alert started, frozen. Every burn and factor is
// computed from its sums.
type Evidence struct {
	Revision  id.ID // of the SLO
	Indicator id.ID
	Objective budget.Objective
	Period    time.Duration // of the SLO's own window
	WindowEnd time.Time     // of all windows

	// Of a burn pair: what its windows held, and how many bad events it took at least.
	Long, Short  window.Sum
	ShortLength  time.Duration // which slices that are longer than the pair's make longer
	Unit         int64         // what one event, or slice, is in them
	MinBadEvents int64

	// Of Absent: the end of the newest slot, and after which silence it starts.
	Latest time.Time
	After  time.Duration
}

// Factor is the burn rate above which the pair of the alert is; false for Absent.
func (a Alert) Factor() (budget.Ratio, bool) {
	p := a.Kind.Pair()
	if p == nil {
		return budget.Ratio{}, false
	}
	return p.Factor(a.Evidence.Period), true
}

// Burns are the burn rates over the long and the short window when the alert started,
// and the highest over the long one since, all by the objective that there was then;
// false for Absent.
func (a Alert) Burns() (long, short, peak budget.Ratio, known bool) {
	if a.Kind.Pair() == nil {
		return long, short, peak, false
	}
	o := a.Evidence.Objective
	long, _ = budget.Consumed(a.Evidence.Long, o, budget.Pace{})
	short, _ = budget.Consumed(a.Evidence.Short, o, budget.Pace{})
	peak, _ = budget.Consumed(a.Peak, o, budget.Pace{})
	return long, short, peak, true
}

// started is what begins of the SLO now, but for what a kind adds.
func started(now time.Time, c slo.Concluded, kind Kind, severity budget.Severity) Alert {
	return Alert{
		ID: id.New(now), SLO: c.SLO.ID, Service: c.SLO.Service, Kind: kind, Severity: severity, Revision: c.Revision.ID, StartedAt: now,
		Evidence: Evidence{
			Revision: c.Revision.ID, Indicator: c.Indicator.ID, Objective: c.Revision.Objective, Period: c.Length(), WindowEnd: c.Status.End,
		},
	}
}

// ended is the alert when it ends.
func (a Alert) ended(now time.Time, why Ending) Alert {
	a.EndedAt, a.Ending = &now, why
	return a
}
