package dashboard

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/change"
	"github.com/evenkeel/evenkeel/services/measure/window"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/alert"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

// bells are the sample's alerts.
type bells struct{ *sample }

func (b bells) Alerts(_ context.Context, f alert.Filter, r page.Request) (page.Page[alert.Alert], error) {
	var out []alert.Alert
	for _, a := range b.alerts {
		if (f.Open == nil || *f.Open == (a.EndedAt == nil)) && (f.SLO == "" || f.SLO == a.SLO) && (f.Since.IsZero() || a.EndedAt == nil || !a.EndedAt.Before(f.Since)) {
			out = append(out, a)
		}
	}
	return pageOf(out, r), b.fail
}

func (b bells) Tally(context.Context, id.ID) (alert.Tally, error) {
	out := alert.Tally{Severities: map[budget.Severity]int{}}
	for _, a := range b.alerts {
		if a.EndedAt == nil {
			out.Total++
			out.Severities[a.Severity]++
		}
	}
	return out, b.fail
}

// ring adds an alert that started so long ago, and lasted so long, or still does; of a burn
// pair the long window held 60,000 events, of which so many were bad, and at its peak twice
// as many.
func (s *sample) ring(v slo.View, kind alert.Kind, bad int64, ago, lasted time.Duration, ending alert.Ending) *alert.Alert {
	a := alert.Alert{
		ID: s.id(), SLO: v.SLO.ID, Service: v.SLO.Service, Kind: kind, Severity: budget.Page, Revision: v.Revision.ID, StartedAt: s.now.Add(-ago), Ending: ending,
		Evidence: alert.Evidence{Objective: v.Revision.Objective, Period: v.Length(), WindowEnd: s.now.Add(-ago)},
	}
	if pair := kind.Pair(); pair != nil {
		a.Severity = pair.Severity
		a.Evidence.Long, a.Evidence.Short = window.Sum{Good: (60_000 - bad) * 1000, Total: 60_000_000}, window.Sum{Good: 0, Total: 5_000_000}
		a.Evidence.ShortLength = pair.Short
		a.Peak, a.Evidence.MinBadEvents = window.Sum{Good: (60_000 - 2*bad) * 1000, Total: 60_000_000}, 3
	} else {
		a.Evidence.Latest, a.Evidence.After = a.StartedAt.Add(-9*time.Minute), 8*time.Minute+4*time.Second
	}
	if ending != "" {
		ended := a.StartedAt.Add(lasted)
		a.EndedAt = &ended
	}
	s.alerts = append(s.alerts, a)
	slices.SortFunc(s.alerts, func(a, b alert.Alert) int { return b.StartedAt.Compare(a.StartedAt) })
	return &s.alerts[slices.IndexFunc(s.alerts, func(other alert.Alert) bool { return other.ID == a.ID })]
}

// ringAll has alerts of every kind and ending.
func (s *sample) ringAll() {
	find := func(service, slug string) slo.View {
		i := slices.IndexFunc(s.views, func(v slo.View) bool {
			owner, _ := organisation{s}.ServiceFor(context.Background(), string(v.SLO.Service))
			return owner.Slug == service && v.SLO.Slug == slug
		})
		return s.views[i]
	}
	taken, fast, signIns, long := find("checkout", "availability"), find("checkout", "latency"), find("identity", "availability"), find("long", "long")
	s.ring(taken, "1h/5m", 840, 11*24*time.Hour, 38*time.Minute, alert.Recovered)
	s.ring(taken, "6h/30m", 360, 11*24*time.Hour-20*time.Minute, 3*time.Hour, alert.Recovered)
	s.ring(taken, "3d/6h", 60, 53*time.Hour, 0, "")
	a := s.ring(taken, "1h/5m", 900, 43*time.Minute, 0, "")
	a.Acknowledgement = &alert.Acknowledgement{At: s.now.Add(-40 * time.Minute), By: "Grace Hopper", Note: "The database is full; I am making room. " + hostile}
	quiet := s.now.Add(-4 * time.Minute)
	s.ring(fast, "1d/2h", 1700, 5*time.Hour, 0, "").QuietSince = &quiet
	s.ring(signIns, alert.Absent, 0, 38*time.Minute, 0, "")
	s.ring(find("weird", "weird"), alert.Absent, 0, 2*time.Minute, 0, "")
	s.ring(long, "3d/6h", 600, 6*24*time.Hour, 30*time.Hour, alert.Revised)
	s.ring(long, alert.Absent, 0, 4*24*time.Hour, 90*time.Minute, alert.SwitchedOff)
	s.ring(long, "1h/5m", 9_000, 9*24*time.Hour, 10*time.Minute, alert.Retired)
}

// deeds are the sample's changes.
type deeds struct{ *sample }

func (d deeds) Within(_ context.Context, of id.ID, from, to time.Time) ([]change.Change, bool, error) {
	var out []change.Change
	for _, c := range d.changes {
		if c.Service == of && !c.Begins.Before(from) && !c.Begins.After(to) {
			out = append(out, c)
		}
	}
	return out, len(out) > 30, d.fail
}

func (d deeds) Burns(_ context.Context, alerts []alert.Alert) ([]change.Burn, error) {
	var out []change.Burn
	for _, a := range alerts {
		if a.Kind == alert.Absent {
			continue
		}
		b := change.Burn{Alert: a, Since: a.StartedAt.Add(-6 * time.Hour), More: a.Kind == "3d/6h"}
		for _, c := range d.changes {
			if !c.Begins.Before(b.Since) && !c.Begins.After(a.StartedAt) {
				b.Changes = append(b.Changes, change.Preceding{Change: c, Lead: a.StartedAt.Sub(c.Begins)})
			}
		}
		out = append(out, b)
	}
	return out, d.fail
}

// changed adds a change that began so long ago; what lasted no time goes on.
func (s *sample) changed(of id.ID, kind change.Kind, ago, lasted time.Duration, outcome change.Outcome) {
	c := change.Change{ID: s.id(), Service: of, Source: change.GitHub, Terms: change.Terms{
		Kind: kind, Release: fmt.Sprintf("v2.%d.0 (f95f852)", len(s.changes)), Author: "ada", Link: "https://github.com/example/checkout/actions/runs/4711",
		Begins: s.now.Add(-ago), Outcome: outcome,
	}}
	if lasted > 0 {
		ends := c.Begins.Add(lasted)
		c.Ends = &ends
	}
	s.changes = append(s.changes, c)
	slices.SortFunc(s.changes, func(a, b change.Change) int { return b.Begins.Compare(a.Begins) })
}

// changeAll has the service of the first objective, and another, changed often, and in every way.
func (s *sample) changeAll() {
	checkout, search := s.views[0].SLO.Service, s.views[2].SLO.Service
	for n := range 40 { // a busy week, and before it one every other day
		s.changed(checkout, change.Deploy, time.Duration(n)*4*time.Hour+50*time.Minute, 6*time.Minute, change.Succeeded)
	}
	for n := range 10 {
		s.changed(checkout, change.Deploy, time.Duration(8+2*n)*24*time.Hour, 6*time.Minute, change.Succeeded)
	}
	s.changed(checkout, change.Flag, 11*24*time.Hour+2*time.Hour, 20*time.Minute, change.RolledBack)
	s.changed(checkout, change.Migration, 54*time.Hour, time.Hour, change.Failed)
	s.changed(checkout, change.Config, 20*time.Minute, 0, change.Unknown)
	s.changes[0].Release, s.changes[0].Author, s.changes[0].Link = hostile, hostile, ""
	s.changed(search, change.Deploy, 3*time.Hour, time.Minute, change.Unknown)
}
