package slo

import (
	"context"
	"fmt"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo/budget"
	"github.com/evenkeel/evenkeel/services/slo/calendar"
)

// Warning is what somebody should know of an SLO that breaks no rule.
type Warning struct {
	Code    string // stable, in snake case
	Pointer string // as on the wire
	Message string
}

// The codes of warnings.
const (
	WarnAlertUnreachable  = "alert_unreachable"
	WarnReviewDateMissing = "review_date_missing"
	WarnReviewOverdue     = "review_overdue"
	WarnWindowShort       = "window_short"
	WarnThinTraffic       = "thin_traffic"
	WarnNeverMeasured     = "never_measured"
	// WarnAboveDependency is of an objective that a service has which this one cannot do
	// without, and that is lower.
	WarnAboveDependency = "above_dependency"
	// WarnThreshold is of a latency's threshold that is no bound of the histogram, or of
	// which that could not be told.
	WarnThreshold = "threshold_no_bound"
)

// Warnings returns what should be known of the terms at now.
func (t Terms) Warnings(now time.Time) []Warning {
	var out []Warning
	period := t.Over.Length(now)
	for _, p := range budget.Pairs {
		if t.Alerts.RaisesPair(p) && !p.Reachable(t.Objective, period) {
			out = append(out, Warning{WarnAlertUnreachable, "/objective", fmt.Sprintf(
				"the burn alert %s can never fire: its factor is %s, and at an objective of %s the burn rate is at most %s, when every event is bad",
				p.Name, p.Factor(period).Decimal(2), t.Objective.Words(), budget.HighestBurn(t.Objective).Decimal(2))})
		}
	}
	if (t.Over.Rolls() && t.Over.Days < week) || (!t.Over.Rolls() && t.Over.Calendar.Unit() == calendar.Day) {
		out = append(out, Warning{WarnWindowShort, t.Over.pointer(), fmt.Sprintf(
			"a window of %s does not hold a whole week: the same incident costs more or less of the budget by the day on which it comes; 28 days are usual",
			t.Over)})
	}
	switch {
	case t.ReviewBy == nil:
		out = append(out, Warning{WarnReviewDateMissing, "/reviewBy",
			"there is no date by which the objective is looked at again; objectives that nobody revisits stop meaning anything"})
	case t.ReviewBy.Before(now.UTC().Truncate(24 * time.Hour)):
		out = append(out, Warning{WarnReviewOverdue, "/reviewBy",
			fmt.Sprintf("the objective was to be looked at again by %s", t.ReviewBy.Format(date))})
	}
	return out
}

// week is how many days a window has to hold for each day of the week to be in it.
const week = 7

func days(n int) string {
	if n == 1 {
		return "1 day"
	}
	return fmt.Sprint(n, " days")
}

// thereWere says how many whole events, or slices, there were.
func (b Budgeting) thereWere(total int64) string {
	switch n := total / b.Unit(); n {
	case 0:
		return "there was less than one " + b.Noun()
	case 1:
		return "there was one " + b.Noun()
	default:
		return fmt.Sprintf("there were %d %ss", n, b.Noun())
	}
}

// pointer is where the window is on the wire.
func (w TimeWindow) pointer() string {
	if w.Rolls() {
		return "/windowDays"
	}
	return "/calendar"
}

// unmeasured is how long an SLO may be without a single measurement before that is
// remarkable: by then whoever declared it has gone home.
const unmeasured = time.Hour

// warnings are those of the terms, and of what was measured so far.
func (v View) warnings(now time.Time) []Warning {
	out := v.Revision.Warnings(now)
	if v.Status.Latest.IsZero() {
		if v.Status.Evaluated() && now.Sub(v.Indicator.CreatedAt) > unmeasured {
			out = append(out, Warning{WarnNeverMeasured, "/indicator", fmt.Sprintf(
				"not a single measurement has come since it is counted so, at %s", v.Indicator.CreatedAt.Format(time.RFC3339))})
		}
		return out
	}
	if !v.Current() || !v.seen(now) {
		return out
	}
	// What one event is of a budget of fewer is more than all of it.
	if few, ok := budget.Thin(v.input()); ok && few {
		out = append(out, Warning{WarnThinTraffic, "/objective", fmt.Sprintf(
			"in the window of %s %s, and the budget at %s is less than one: a single bad one spends it all; a lower objective, a longer window or an indicator that counts more would tell more",
			v.Revision.Over, v.Revision.Budgeting.thereWere(v.Status.Sums.Window.Total), v.Revision.Objective.Words())})
	}
	return out
}

// seen reports whether what was measured is enough to tell how much traffic there is:
// the past was read, or measurements came for a window, a week at most.
func (v View) seen(now time.Time) bool {
	if v.Indicator.Origin.Asked() && !v.Status.Filling {
		return true
	}
	return now.Sub(v.Indicator.CreatedAt) >= min(v.Length(), week*day)
}

// Warnings returns what should be known of an SLO as it stands at a time, zero is now: of
// its terms, of what was measured, of what the service depends on, and of what customers
// were promised.
func (s *Service) Warnings(ctx context.Context, v View, at time.Time) ([]Warning, error) {
	if at.IsZero() {
		at = s.now()
	}
	return s.warnings(ctx, v, at)
}

func (s *Service) warnings(ctx context.Context, v View, now time.Time) ([]Warning, error) {
	out := v.warnings(now)
	above, err := s.aboveDependency(ctx, v)
	if err != nil {
		return nil, err
	}
	promised, err := s.promised(ctx, v)
	if err != nil {
		return nil, err
	}
	return append(append(out, above...), promised...), nil
}

// aboveDependency warns where a service promises more availability than one that it
// cannot do without promises ("The Calculus of Service Availability", ACM Queue 15(2):
// a service cannot be more available than the intersection of its critical
// dependencies). Of a service with several objectives the highest counts; nothing is
// said of one that has none.
func (s *Service) aboveDependency(ctx context.Context, v View) ([]Warning, error) {
	if v.Indicator.Category != Availability {
		return nil, nil
	}
	dependencies, err := s.registry.Dependencies(ctx, v.SLO.Service)
	if err != nil {
		return nil, fmt.Errorf("read what the service of an SLO depends on: %w", err)
	}
	names := map[id.ID]string{}
	var hard []id.ID
	for _, d := range dependencies {
		if d.Criticality == registry.Hard {
			names[d.On] = d.OnSlug
			hard = append(hard, d.On)
		}
	}
	if len(hard) == 0 {
		return nil, nil
	}
	views, err := s.store.ViewsOf(ctx, hard)
	if err != nil {
		return nil, fmt.Errorf("read what dependencies promise: %w", err)
	}
	best := promisedAvailability(views)
	var out []Warning
	for _, on := range hard {
		if o, ok := best[on]; ok && o.PPB() < v.Revision.Objective.PPB() {
			out = append(out, Warning{WarnAboveDependency, "/objective", fmt.Sprintf(
				"the service depends hard on %q, whose availability is promised to %s only: it cannot be kept at %s unless it does without, or that one promises more",
				names[on], o, v.Revision.Objective)})
		}
	}
	return out, nil
}

// promisedAvailability is the availability that each service promises, of those that promise
// any: of several objectives the highest.
func promisedAvailability(views []View) map[id.ID]budget.Objective {
	best := map[id.ID]budget.Objective{}
	for _, v := range views {
		if of := v.SLO.Service; v.Indicator.Category == Availability && v.Revision.Objective.PPB() > best[of].PPB() {
			best[of] = v.Revision.Objective
		}
	}
	return best
}

// Doubts asks the data source that an SLO is read from whether it could answer, and
// returns what should be known of it. That takes a moment, and is no part of a
// transaction: it is for after the SLO was declared. That the data source cannot be
// asked, for whatever reason, is a warning, too, and never an error: the SLO stands.
// Only thresholds of latencies are looked at: what else a query gives the first slot
// shows.
func (s *Service) Doubts(ctx context.Context, v View) []Warning {
	l := v.Indicator.Origin.Latency
	if l == nil || l.Native {
		return nil
	}
	words, err := s.doubt(ctx, v)
	switch f := fault.As(err); {
	case f != nil:
		words = untold + f.Message
	case err != nil:
		s.log.ErrorContext(ctx, "data source of an slo cannot be doubted", "slo", v.SLO.ID, "error", err)
		words = untold + "the reason is internal; the log of the replica holds the details"
	case words == "":
		return nil
	}
	return []Warning{{WarnThreshold, sourcePointer + "/latency/thresholdSeconds", words}}
}

const untold = "it could not be told whether it is the bound of a bucket: "

func (s *Service) doubt(ctx context.Context, v View) (string, error) {
	owner, err := s.registry.Service(ctx, v.SLO.Service)
	if err != nil {
		return "", fmt.Errorf("read whose SLO it is: %w", err)
	}
	words, err := s.origins.Doubt(ctx, v.Indicator.Origin, owner)
	if err != nil {
		return "", fmt.Errorf("ask the data source of an SLO: %w", err)
	}
	return words, nil
}
