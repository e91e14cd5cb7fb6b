package storetest

import (
	"slices"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/incident"
	"github.com/evenkeel/evenkeel/services/policy/supply"
	"github.com/evenkeel/evenkeel/services/slo/outage"
)

func testSupply(t *testing.T, open opener) {
	each(t, open, "what people say of SLOs comes back as written, once for each name", func(t *testing.T, s *store.Store) {
		p := s.Supply()
		service := Service(t, s, Team(t, s, "payments").ID, "checkout")
		one, two := SLO(t, s, service.ID, "one").SLO.ID, SLO(t, s, service.ID, "two").SLO.ID
		f := supply.Fact{
			ID: newID(), SLO: one, Name: supply.IncidentShares, Value: supply.Value{Numbers: map[string]float64{"INC-1 „ü“": 0.2}}, Note: "\"нет\"\n<b>",
			Link: "https://example.org/1?a=b&c", At: Start, Until: Start.Add(time.Hour), By: "Ada", Person: newID(), Version: 2,
		}
		ok(t, p.CreateFact(t.Context(), f))
		same(t, must(p.Said(t.Context(), []id.ID{one, two, newID()}))(t), map[id.ID][]supply.Fact{one: {f}, two: nil})
		again := f
		again.ID = newID()
		refused(t, p.CreateFact(t.Context(), again), fault.Precondition, "version_mismatch")
		f.Value, f.Until = supply.Value{Text: supply.Unclassified}, Start
		ok(t, p.UpdateFact(t.Context(), f))
		refused(t, p.UpdateFact(t.Context(), f), fault.Precondition, "version_mismatch")
		f.Version = 3
		same(t, must(p.Said(t.Context(), []id.ID{one}))(t)[one], []supply.Fact{f})
		f.ID = newID()
		refused(t, p.UpdateFact(t.Context(), f), fault.NotFound, "supplied_fact_not_found")
		f.SLO = newID()
		refused(t, p.CreateFact(t.Context(), f), fault.Conflict, "reference_missing")
	})

	each(t, open, "incidents of an SLO's service are known beside what was said", func(t *testing.T, s *store.Store) {
		team := Team(t, s, "payments").ID
		checkout, ledger := Service(t, s, team, "checkout").ID, Service(t, s, team, "ledger").ID
		one, two, none := SLO(t, s, checkout, "one").SLO.ID, SLO(t, s, checkout, "two").SLO.ID, SLO(t, s, Service(t, s, team, "mail").ID, "three").SLO.ID
		f := supply.Fact{ID: newID(), SLO: one, Name: supply.Cause, Value: supply.Value{Text: supply.Own[0]}, At: Start, Until: Start.Add(time.Hour), By: "Ada", Person: newID(), Version: 2}
		ok(t, s.Supply().CreateFact(t.Context(), f))
		hour := func(n int) *time.Time { h := Start.Add(time.Duration(n) * time.Hour); return &h }
		declare := func(from int, end, resolved *time.Time, restricted bool, services ...id.ID) supply.Incident {
			i := incident.Incident{ID: newID(), Status: incident.Declared, Terms: incident.Terms{
				Title: "Down", Severity: "sev1", Roles: map[incident.Role]id.ID{}, ImpactStart: *hour(from), ImpactEnd: end, ResolvedAt: resolved, Team: team,
				Causes: []string{"own-code-or-procedure"}, Tags: []string{"class:network", "eu"}, Links: []incident.Link{}, Restricted: restricted,
			}, CreatedAt: Start, CreatedBy: "ada", UpdatedAt: Start, UpdatedBy: "ada", Version: 1}
			for n, service := range services {
				i.Services = append(i.Services, incident.Involved{Service: service, Part: []incident.Part{incident.Affected, incident.Cause}[n]})
			}
			same(t, must(s.Incidents().CreateIncident(t.Context(), i))(t), true)
			return supply.Incident{ID: i.ID, From: i.ImpactStart, Until: i.Until(), Causes: i.Causes}
		}
		ended := declare(-9, hour(-2), hour(-1), false, checkout, ledger)
		lasts := declare(-3, nil, nil, false, checkout)
		resolved := declare(-8, nil, hour(-2), false, ledger, checkout)
		declare(-9, hour(-5), nil, false, checkout) // before
		declare(-9, hour(-2), nil, true, checkout)  // restricted
		declare(-9, hour(-2), nil, false, ledger)
		known := must(s.Supply().Known(t.Context(), []id.ID{one, two, none, newID()}, *hour(-5)))(t)
		all := []supply.Incident{ended, lasts, resolved}
		same(t, known, map[id.ID]supply.Known{one: {Facts: []supply.Fact{f}, Incidents: all}, two: {Incidents: all}, none: {}})

		// The times of outages have those that affected the service, with their tags.
		o := outage.Outage{ID: newID(), Service: checkout, Class: "dns", Begins: *hour(-4), Ends: hour(-3), CreatedAt: Start, UpdatedAt: Start, Version: 1}
		ok(t, s.Outages().CreateOutage(t.Context(), o))
		times := must(s.Outages().TimesOf(t.Context(), []id.ID{checkout}, *hour(-5), *hour(-1)))(t)
		slices.SortFunc(times, func(a, b outage.Time) int { return a.Begins.Compare(b.Begins) })
		tags := []string{"class:network", "eu"}
		same(t, times, []outage.Time{
			{Service: checkout, Tags: tags, Begins: ended.From, Ends: ended.Until},
			{Service: checkout, Class: "dns", Begins: o.Begins, Ends: o.Ends},
			{Service: checkout, Tags: tags, Begins: lasts.From},
		})
	})
}
