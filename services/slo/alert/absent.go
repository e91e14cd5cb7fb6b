package alert

import (
	"time"

	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

// longestSilence is after which silence an alert starts at the latest.
const longestSilence = 24 * time.Hour

// AbsentAfter is after which silence an SLO under the terms, with a window of that length, is alerted of, and false when
// it never is: as long as the fastest burn pair that is not switched off would take to be
// exceeded if every event were bad, factor · (1 − T) · long window; at least lateAfter,
// before which an SLO is not stale, and at most a day.
func AbsentAfter(t slo.Terms, period, lateAfter time.Duration) (time.Duration, bool) {
	if !t.Alerts.RaisesAbsent() {
		return 0, false
	}
	for _, p := range budget.Pairs {
		if t.Alerts.RaisesPair(p) {
			return max(lateAfter, min(longestSilence, p.Outlasts(t.Objective, period))), true
		}
	}
	return 0, false // nobody wants to be told how it burns
}

// judgeAbsent is judgePair for measurements that stay away. watched is for how long the
// SLO was evaluated without a break: what nobody looked for is not absent, and neither is
// what never came. It ends with the first slot that is not too old itself.
func judgeAbsent(now time.Time, c slo.Concluded, watched time.Duration, open *Alert) (Alert, bool) {
	after, raised := AbsentAfter(c.Revision.Terms, c.Length(), c.LateAfter)
	latest := c.Status.Latest
	since := latest
	if since.Before(c.Indicator.CreatedAt) {
		since = c.Indicator.CreatedAt
	}
	silent := c.Status.End.Sub(since) > after
	if open == nil {
		if !raised || latest.IsZero() || !silent || watched < c.LateAfter {
			return Alert{}, false
		}
		a := started(now, c, Absent, budget.Page)
		a.Evidence.Latest, a.Evidence.After = latest, after
		return a, true
	}
	a := *open
	a.Revision = c.Revision.ID
	switch {
	case !raised:
		a = a.ended(now, SwitchedOff)
	case a.Evidence.Indicator != c.Indicator.ID:
		a = a.ended(now, Revised)
	case !silent && latest.After(a.Evidence.Latest):
		a = a.ended(now, Recovered)
	case !silent:
		a = a.ended(now, Revised)
	}
	return a, a != *open
}
