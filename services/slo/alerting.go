package slo

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

// AbsentAlert names the alert of measurements that stay away, beside those of the
// burn pairs.
const AbsentAlert = "absent"

// DefaultMinBadEvents is the least whole number of bad events that a single one can
// never be counted as. The workbook (chapter 5, "Low-Traffic Services and Error Budget
// Alerting") has a service of ten requests an hour paged by one that failed; and one
// that Prometheus counted can be up to three, not reached: increase() stretches what
// lies between the first and the last of two samples over the whole slot.
const DefaultMinBadEvents = 3

// AlertTerms say which alerts are raised of an SLO.
type AlertTerms struct {
	Off AlertsOff
	// MinBadEvents is how many bad events the long window of a burn pair holds at least
	// when its alert starts, 1 or more.
	MinBadEvents int64
}

// AlertsOff names the alerts that are switched off, separated by commas: burn pairs,
// AbsentAlert, and severities, which stand for all of that severity.
type AlertsOff string

// alertNames are what AlertsOff may name, in the order in which they are told.
func alertNames() []string {
	var names []string
	for _, p := range budget.Pairs {
		names = append(names, p.Name)
	}
	return append(names, AbsentAlert, string(budget.Page), string(budget.Ticket))
}

// Names are the names one by one.
func (o AlertsOff) Names() []string {
	if o == "" {
		return nil
	}
	return strings.Split(string(o), ",")
}

func (o AlertsOff) holds(name string, severity budget.Severity) bool {
	for left := string(o); left != ""; {
		var one string
		if one, left, _ = strings.Cut(left, ","); one == name || one == string(severity) {
			return true
		}
	}
	return false
}

// RaisesPair reports whether the burn pair is not switched off.
func (t AlertTerms) RaisesPair(p budget.Pair) bool { return !t.Off.holds(p.Name, p.Severity) }

// RaisesAbsent reports whether the alert of measurements that stay away is not switched
// off, which is a page.
func (t AlertTerms) RaisesAbsent() bool { return !t.Off.holds(AbsentAlert, budget.Page) }

// Withheld says why a burn pair raises no alert, whatever its windows hold.
type Withheld string

// The reasons.
const (
	NotWithheld  Withheld = ""
	SwitchedOff  Withheld = "off"
	FewBadEvents Withheld = "few_bad_events" // fewer in the long window than MinBadEvents
)

// Withholds says why the pair would raise no alert of the sums.
func (t AlertTerms) Withholds(p budget.Pair, in budget.Input) Withheld {
	long, _ := p.Sums(in.Sums)
	switch {
	case !t.RaisesPair(p):
		return SwitchedOff
	case long.Bad()/max(in.Unit, budget.PerEvent) < t.MinBadEvents:
		return FewBadEvents
	default:
		return NotWithheld
	}
}

// Withholds says why the pair would raise no alert of what its windows hold.
func (v View) Withholds(p budget.Pair) Withheld {
	return v.Revision.Alerts.Withholds(p, v.input())
}

// UsualMinBadEvents is how many bad events there have to be where the declaration does not say.
func (d Declaration) UsualMinBadEvents() int64 {
	if d.Budgeting.Method == Timeslices || d.Budgeting.Method == RatioTimeslices {
		return 1 // a slice is many events already
	}
	return DefaultMinBadEvents
}

// checkAlerts returns the alert terms that the declaration spells, and notes its faults.
func (d Declaration) checkAlerts(check *fault.Check) AlertTerms {
	known := alertNames()
	for i, name := range d.AlertsOff {
		pointer := fmt.Sprintf("/alerts/off/%d", i)
		switch {
		case !slices.Contains(known, name):
			check.Fail(pointer, name, "must be one of %s", fault.Or(known))
		case slices.Contains(d.AlertsOff[:i], name):
			check.Fail(pointer, name, "is named already; name each once")
		}
	}
	out := AlertTerms{Off: AlertsOff(strings.Join(d.AlertsOff, ",")), MinBadEvents: cmp.Or(d.MinBadEvents, d.UsualMinBadEvents())}
	check.Require(out.MinBadEvents >= 1 && out.MinBadEvents <= MaxMinEvents, "/alerts/minBadEvents", d.MinBadEvents, "must be 1 to %d events", int64(MaxMinEvents))
	return out
}

// Alerts takes what was concluded of SLOs, and raises and ends alerts of it in the same
// transaction; see alert.Service, which is one.
type Alerts interface {
	Judge(ctx context.Context, now time.Time, concluded []Concluded) error
}

// Concluded is an SLO with the status that was just concluded of it.
type Concluded struct {
	View
	// LateAfter is for how long no slot, or slice, may come before the SLO is stale.
	LateAfter time.Duration
	// Incomplete tells of each burn pair whether slots in its long window are still
	// being read.
	Incomplete [len(budget.Pairs)]bool
}

// Input is what the figures of the SLO follow from.
func (c Concluded) Input() budget.Input { return c.input() }

// AlertWith has alerts follow from what is concluded. It is called while the program is
// put together, before the first use.
func (s *Service) AlertWith(a Alerts) { s.alerts = a }

// alert has the statuses judged, which are written in the same transaction.
func (s *Service) alert(ctx context.Context, now time.Time, views map[id.ID]*View, statuses []Status, delays map[id.ID]time.Duration) error {
	if s.alerts == nil {
		return nil
	}
	concluded := make([]Concluded, len(statuses))
	for i, status := range statuses {
		v := *views[status.SLO]
		v.Status = status
		concluded[i] = Concluded{View: v, LateAfter: lateAfter(v.step(), delays[v.Indicator.Origin.DataSource])}
	}
	if err := s.incomplete(ctx, concluded); err != nil {
		return err
	}
	if err := s.alerts.Judge(ctx, now, concluded); err != nil {
		return fmt.Errorf("judge what to alert of: %w", err)
	}
	return nil
}

// incomplete notes which burn pairs are of a time that is still being read: few SLOs are,
// and of most of these only what no pair looks at.
func (s *Service) incomplete(ctx context.Context, concluded []Concluded) error {
	var indicators []id.ID
	var end time.Time
	for _, c := range concluded {
		if c.Status.Filling {
			indicators = append(indicators, c.Indicator.ID)
			if end.IsZero() || c.Status.End.Before(end) {
				end = c.Status.End
			}
		}
	}
	if len(indicators) == 0 {
		return nil
	}
	for p := len(budget.Pairs) - 1; p >= 0; p-- {
		filling, err := s.collection.Filling(ctx, indicators, end.Add(-budget.Pairs[p].Long))
		if err != nil {
			return fmt.Errorf("read what of a burn pair is being filled in: %w", err)
		}
		for i := range concluded {
			concluded[i].Incomplete[p] = filling[concluded[i].Indicator.ID]
		}
		if len(filling) == 0 {
			return nil // nothing of the shorter ones either
		}
	}
	return nil
}
