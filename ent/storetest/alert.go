package storetest

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/measure/window"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/alert"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

func anAlert(about slo.View, kind alert.Kind, at time.Time) alert.Alert {
	a := alert.Alert{
		ID: newID(), SLO: about.SLO.ID, Service: about.SLO.Service, Kind: kind, Severity: budget.Page, Revision: about.Revision.ID, StartedAt: at,
		Evidence: alert.Evidence{
			Revision: about.Revision.ID, Indicator: about.Indicator.ID, Objective: about.Revision.Objective, Period: 28 * 24 * time.Hour, WindowEnd: Start.Truncate(time.Minute),
		},
	}
	if kind == alert.Absent {
		a.Evidence.Latest, a.Evidence.After = Start.Truncate(time.Minute), 49*time.Second
		return a
	}
	a.Evidence.ShortLength = 15 * time.Minute
	a.Evidence.Long, a.Evidence.Short = window.Sum{Good: math.MaxInt64 - 1, Total: math.MaxInt64}, window.Sum{Good: 7, Total: 8}
	a.Evidence.MinBadEvents, a.Peak = 3, a.Evidence.Long
	return a
}

func testAlerts(t *testing.T, open opener) {
	start := func(t *testing.T, s *store.Store, alerts ...alert.Alert) {
		t.Helper()
		ok(t, s.Alert().StartAlerts(t.Context(), alerts))
	}
	lasting := func(t *testing.T, s *store.Store, of slo.View) []alert.Alert {
		t.Helper()
		return must(s.Alert().OpenAlertsOf(t.Context(), []id.ID{newID(), of.SLO.ID}))(t)
	}

	each(t, open, "an alert comes back as written, and one lasts for an SLO and a kind", func(t *testing.T, s *store.Store) {
		service := Service(t, s, Team(t, s, "payments").ID, "checkout")
		about, other := SLO(t, s, service.ID, "latency"), SLO(t, s, service.ID, "other")
		start(t, s) // nothing is no statement
		a, absent, others := anAlert(about, "1h/5m", Start), anAlert(about, alert.Absent, Start), anAlert(other, "1h/5m", Start)
		start(t, s, a, absent, others)
		same(t, must(s.Alert().Alert(t.Context(), a.ID))(t), a)
		same(t, must(s.Alert().Alert(t.Context(), absent.ID))(t), absent)
		same(t, len(lasting(t, s, about)), 2)
		same(t, lasting(t, s, other), []alert.Alert{others})

		// A second replica, and others beside: what lasts is left as it is.
		begun := make(chan error, 4)
		for range 4 {
			go func() {
				begun <- s.Alert().StartAlerts(t.Context(), []alert.Alert{anAlert(about, "1h/5m", Start), anAlert(about, "6h/30m", Start)})
			}()
		}
		for range 4 {
			ok(t, <-begun)
		}
		same(t, len(lasting(t, s, about)), 3)
		same(t, must(s.Alert().Alert(t.Context(), a.ID))(t), a)

		ended := Start.Add(time.Hour)
		a.EndedAt, a.Ending = &ended, alert.Recovered
		ok(t, s.Alert().CarryAlerts(t.Context(), []alert.Alert{a}))
		again := anAlert(about, "1h/5m", ended)
		start(t, s, again)
		same(t, len(lasting(t, s, about)), 3)
		same(t, must(s.Alert().Alert(t.Context(), again.ID))(t), again)
		_, err := s.Alert().Alert(t.Context(), newID())
		refused(t, err, fault.NotFound, "alert_not_found")
		refused(t, s.Alert().StartAlerts(t.Context(), []alert.Alert{anAlert(AnSLO(service.ID, "none"), "1h/5m", Start)}), fault.Conflict, "reference_missing")
	})

	each(t, open, "of two SLOs far apart, what lasts between them is not given", func(t *testing.T, s *store.Store) {
		service := Service(t, s, Team(t, s, "payments").ID, "checkout")
		first := SLO(t, s, service.ID, "first")
		for i := range 3 { // each may have five, and two of them ten
			between := SLO(t, s, service.ID, fmt.Sprint("between-", i))
			for _, kind := range alert.Kinds() {
				start(t, s, anAlert(between, kind, Start))
			}
		}
		last := SLO(t, s, service.ID, "last")
		a, b := anAlert(first, "1h/5m", Start), anAlert(last, "1h/5m", Start)
		start(t, s, a, b)
		same(t, must(s.Alert().OpenAlertsOf(t.Context(), []id.ID{last.SLO.ID, first.SLO.ID}))(t), []alert.Alert{a, b})
		same(t, len(must(s.Alert().OpenAlertsOf(t.Context(), nil))(t)), 0)
	})

	each(t, open, "alerts are carried on together, and an end is final", func(t *testing.T, s *store.Store) {
		service := Service(t, s, Team(t, s, "payments").ID, "checkout")
		about := SLO(t, s, service.ID, "latency")
		next := about.Revision
		next.ID, next.Number = newID(), 2
		ok(t, s.SLO().AddRevision(t.Context(), next))
		a, b, untouched := anAlert(about, "1h/5m", Start), anAlert(about, "6h/30m", Start), anAlert(about, "1d/2h", Start)
		start(t, s, a, b, untouched)
		ok(t, s.Alert().CarryAlerts(t.Context(), nil))

		quiet, ended := Start.Add(time.Minute), Start.Add(time.Hour)
		a.Peak, a.QuietSince, a.Revision = window.Sum{Good: 1, Total: 2}, &quiet, next.ID
		b.QuietSince, b.EndedAt, b.Ending = &quiet, &ended, alert.Revised
		ok(t, s.Alert().CarryAlerts(t.Context(), []alert.Alert{b, a}))
		for _, want := range []alert.Alert{a, b, untouched} {
			same(t, must(s.Alert().Alert(t.Context(), want.ID))(t), want)
		}
		a.QuietSince = nil
		late := b
		late.EndedAt, late.Ending = nil, ""
		ok(t, s.Alert().CarryAlerts(t.Context(), []alert.Alert{a, late}))
		same(t, must(s.Alert().Alert(t.Context(), a.ID))(t), a)
		same(t, must(s.Alert().Alert(t.Context(), b.ID))(t), b)
	})

	each(t, open, "alerts that ended long ago are removed, some at a time", func(t *testing.T, s *store.Store) {
		service := Service(t, s, Team(t, s, "payments").ID, "checkout")
		about := SLO(t, s, service.ID, "latency")
		lasting, early, late := anAlert(about, "1h/5m", Start), anAlert(about, "6h/30m", Start), anAlert(about, "1d/2h", Start)
		start(t, s, lasting, early, late)
		first, second := Start.Add(time.Hour), Start.Add(2*time.Hour)
		early.EndedAt, early.Ending, late.EndedAt, late.Ending = &first, alert.Recovered, &second, alert.Recovered
		ok(t, s.Alert().CarryAlerts(t.Context(), []alert.Alert{early, late}))
		same(t, must(s.Alert().PruneAlerts(t.Context(), first, 10))(t), 0)
		same(t, must(s.Alert().PruneAlerts(t.Context(), first.Add(time.Second), 10))(t), 1)
		same(t, must(s.Alert().Alert(t.Context(), late.ID))(t), late)
		same(t, must(s.Alert().PruneAlerts(t.Context(), second.Add(time.Hour), 1))(t), 1)
		same(t, must(s.Alert().PruneAlerts(t.Context(), second.Add(9000*time.Hour), 10))(t), 0)
		same(t, must(s.Alert().Alert(t.Context(), lasting.ID))(t), lasting)
	})

	each(t, open, "the first acknowledgement stands, and carrying on leaves it", func(t *testing.T, s *store.Store) {
		service := Service(t, s, Team(t, s, "payments").ID, "checkout")
		a := anAlert(SLO(t, s, service.ID, "latency"), "1h/5m", Start)
		start(t, s, a)
		said := alert.Acknowledgement{At: Start.Add(time.Minute), By: "Ada <b>", Note: "\"смотрю\" & <more>"}
		same(t, must(s.Alert().AcknowledgeAlert(t.Context(), a.ID, said))(t), true)
		same(t, must(s.Alert().AcknowledgeAlert(t.Context(), a.ID, alert.Acknowledgement{At: Start.Add(time.Hour), By: "Bob"}))(t), false)
		stale := a // as it was read before
		stale.Peak = window.Sum{Good: 1, Total: 2}
		ok(t, s.Alert().CarryAlerts(t.Context(), []alert.Alert{stale}))
		a.Acknowledgement, a.Peak = &said, stale.Peak
		same(t, must(s.Alert().Alert(t.Context(), a.ID))(t), a)
		_, err := s.Alert().AcknowledgeAlert(t.Context(), newID(), said)
		refused(t, err, fault.NotFound, "alert_not_found")
	})

	each(t, open, "alerts of what was retired are found", func(t *testing.T, s *store.Store) {
		team := Team(t, s, "payments")
		service, gone := Service(t, s, team.ID, "checkout"), Service(t, s, team.ID, "gone")
		about, old, ofGone := SLO(t, s, service.ID, "latency"), SLO(t, s, service.ID, "old"), SLO(t, s, gone.ID, "latency")
		a, ended := anAlert(old, "1h/5m", Start), anAlert(old, "6h/30m", Start)
		ended.EndedAt, ended.Ending = &Start, alert.Recovered
		b := anAlert(ofGone, alert.Absent, Start)
		start(t, s, anAlert(about, "1h/5m", Start), a, ended, b)
		same(t, len(must(s.Alert().OpenAlertsOfRetired(t.Context(), 10))(t)), 0)
		old.SLO.RetiredAt, gone.RetiredAt = &Start, &Start
		ok(t, s.SLO().UpdateSLO(t.Context(), old.SLO))
		ok(t, s.Registry().UpdateService(t.Context(), gone))
		same(t, must(s.Alert().OpenAlertsOfRetired(t.Context(), 10))(t), []alert.Alert{a, b})
		same(t, must(s.Alert().OpenAlertsOfRetired(t.Context(), 1))(t), []alert.Alert{a})
	})

	each(t, open, "alerts are listed newest first, filtered and counted", func(t *testing.T, s *store.Store) {
		team, other := Team(t, s, "payments"), Team(t, s, "other")
		service, elsewhere := Service(t, s, team.ID, "checkout"), Service(t, s, other.ID, "search")
		one, two := SLO(t, s, service.ID, "latency"), SLO(t, s, elsewhere.ID, "latency")
		a, b, c := anAlert(one, "1h/5m", Start), anAlert(one, alert.Absent, Start), anAlert(two, "1d/2h", Start.Add(time.Second))
		c.Severity = budget.Ticket
		ended := Start.Add(time.Minute)
		a.EndedAt, a.Ending = &ended, alert.Recovered
		start(t, s, a, b, c)
		yes, no := true, false
		for name, x := range map[string]struct {
			f    alert.Filter
			want []alert.Alert
		}{
			"nothing":         {alert.Filter{}, []alert.Alert{c, b, a}},
			"service":         {alert.Filter{Service: elsewhere.ID}, []alert.Alert{c}},
			"team":            {alert.Filter{Team: team.ID}, []alert.Alert{b, a}},
			"slo":             {alert.Filter{SLO: two.SLO.ID}, []alert.Alert{c}},
			"severity":        {alert.Filter{Severity: budget.Page}, []alert.Alert{b, a}},
			"kind":            {alert.Filter{Kind: alert.Absent}, []alert.Alert{b}},
			"open":            {alert.Filter{Open: &yes}, []alert.Alert{c, b}},
			"ended":           {alert.Filter{Open: &no}, []alert.Alert{a}},
			"lasted until":    {alert.Filter{Since: ended}, []alert.Alert{c, b, a}},
			"ended before it": {alert.Filter{Since: ended.Add(time.Microsecond)}, []alert.Alert{c, b}},
		} {
			var got []alert.Alert
			r := page.Request{Limit: 1}
			for {
				p := must(s.Alert().Alerts(t.Context(), x.f, r))(t)
				got = append(got, p.Items...)
				if r.After = p.Next; r.After == "" {
					break
				}
			}
			t.Log(name)
			same(t, got, x.want)
		}
		same(t, must(s.Alert().CountOpenAlerts(t.Context(), ""))(t), map[budget.Severity]int{budget.Page: 1, budget.Ticket: 1})
		same(t, must(s.Alert().CountOpenAlerts(t.Context(), team.ID))(t), map[budget.Severity]int{budget.Page: 1})
		same(t, must(s.Alert().CountOpenAlerts(t.Context(), newID()))(t), map[budget.Severity]int{})
		_, err := s.Alert().Alerts(t.Context(), alert.Filter{}, page.Request{After: "x"})
		refused(t, err, fault.Invalid, "invalid_input")
	})
}
