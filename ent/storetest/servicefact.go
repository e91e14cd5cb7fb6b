package storetest

import (
	"cmp"
	"context"
	"slices"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/change"
	"github.com/evenkeel/evenkeel/services/incident"
	"github.com/evenkeel/evenkeel/services/incident/action"
	"github.com/evenkeel/evenkeel/services/incident/postmortem"
	"github.com/evenkeel/evenkeel/services/incident/statistics"
	"github.com/evenkeel/evenkeel/services/policy"
	"github.com/evenkeel/evenkeel/services/policy/gate"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/signals"
)

// AnIncident is one that was not written: resolved, of the severity sev1, whose impact began and
// ended so many days from Start.
func AnIncident(team id.ID, from, until int, services ...id.ID) incident.Incident {
	end := Start.AddDate(0, 0, until)
	i := incident.Incident{
		ID: newID(), Status: incident.Resolved,
		Terms: incident.Terms{
			Title: "Down", Severity: "sev1", Services: []incident.Involved{}, Roles: map[incident.Role]id.ID{},
			ImpactStart: Start.AddDate(0, 0, from), ImpactEnd: &end, ResolvedAt: &end,
			Causes: []string{}, Tags: []string{}, Links: []incident.Link{}, Team: team, Readers: []id.ID{},
		},
		CreatedAt: Start, CreatedBy: "ada", UpdatedAt: Start, UpdatedBy: "ada", Version: 1,
	}
	for _, s := range services {
		i.Services = append(i.Services, incident.Involved{Service: s, Part: incident.Affected})
	}
	return i
}

// AnItem is an open action item of the incident that changes the service, and was not written.
func AnItem(of, service, owner id.ID, priority action.Priority, due clock.Date) action.Item {
	return action.Item{
		ID: newID(), Incident: of, State: action.Open, FirstDueOn: due,
		Terms:     action.Terms{Title: "Alert on it", Verification: "It fires.", Priority: priority, Type: action.Detect, Owner: owner, Service: service, DueOn: due},
		CreatedAt: Start, CreatedBy: "ada", UpdatedAt: Start, UpdatedBy: "ada", Version: 1,
	}
}

// ADecision of the gate for the service, so many days from Start, that was not written.
func ADecision(service id.ID, days int) gate.Decision {
	return gate.Decision{ID: newID(), Service: service, Question: gate.Question{Class: policy.ChangeClasses[0]}, At: Start.AddDate(0, 0, days), By: "bot"}
}

// AChange of the service that began so many days from Start, and was not written.
func AChange(service id.ID, days int) change.Change {
	return change.Change{
		ID: newID(), Service: service, Source: change.API, Terms: change.Terms{Kind: change.Deploy, Begins: Start.AddDate(0, 0, days), Outcome: change.Unknown},
		CreatedAt: Start, CreatedBy: "bot", UpdatedAt: Start, UpdatedBy: "bot", Version: 1,
	}
}

// sorted are the items in the order of a text of theirs.
func sorted[T any](items []T, by func(T) string) []T {
	slices.SortFunc(items, func(a, b T) int { return cmp.Compare(by(a), by(b)) })
	return items
}

func testServiceFacts(t *testing.T, open opener) {
	days := func(n int) time.Time { return Start.AddDate(0, 0, n) }

	each(t, open, "members are counted by team, without those who left", func(t *testing.T, s *store.Store) {
		r := s.Registry()
		one, two, none := Team(t, s, "one").ID, Team(t, s, "two").ID, Team(t, s, "none").ID
		ada, bob, gone := Person(t, s, "ada"), Person(t, s, "bob"), Person(t, s, "gone")
		left := days(-1)
		gone.DeactivatedAt = &left
		ok(t, s.Access().UpdatePerson(t.Context(), gone))
		for team, people := range map[id.ID][]id.ID{one: {ada.ID, bob.ID, gone.ID}, two: {ada.ID}, none: {gone.ID}} {
			for _, person := range people {
				ok(t, r.AddMember(t.Context(), registry.Member{Team: team, Person: person, JoinedAt: Start}))
			}
		}
		got := must(r.CountActive(t.Context(), []id.ID{one, two, none, newID()}))(t)
		same(t, []int{got[one], got[two], got[none], len(must(r.CountActive(t.Context(), nil))(t))}, []int{2, 1, 0, 0})
	})

	each(t, open, "dependencies of many services come back as written", func(t *testing.T, s *store.Store) {
		r, team := s.Registry(), Team(t, s, "payments").ID
		one, two, three := Service(t, s, team, "one"), Service(t, s, team, "two"), Service(t, s, team, "three")
		depend := func(of, on registry.Service, terms registry.DependencyTerms) registry.Dependency {
			d := registry.Dependency{ID: newID(), Service: of.ID, On: on.ID, OnSlug: on.Slug, DependencyTerms: terms, CreatedAt: Start, UpdatedAt: days(1), Version: 1}
			ok(t, r.CreateDependency(t.Context(), d))
			return d
		}
		full := registry.DependencyTerms{Criticality: registry.Hard, FailureMode: "„keine“\nOrders", Timeout: 1500 * time.Millisecond, Retry: "twice", Breaker: "b", Bulkhead: "h"}
		all := []registry.Dependency{depend(one, two, full), depend(one, three, registry.DependencyTerms{Criticality: registry.Soft}), depend(two, three, full)}
		byID := func(d registry.Dependency) string { return string(d.ID) }
		same(t, sorted(must(r.DependenciesOf(t.Context(), []id.ID{one.ID, two.ID, three.ID, newID()}))(t), byID), all)
		same(t, must(r.DependenciesOf(t.Context(), []id.ID{two.ID}))(t), all[2:])
		same(t, len(must(r.DependenciesOf(t.Context(), nil))(t)), 0)
	})

	each(t, open, "mappings of many services come back as written", func(t *testing.T, s *store.Store) {
		g, team := s.Signals(), Team(t, s, "payments").ID
		one, two, none := Service(t, s, team, "one").ID, Service(t, s, team, "two").ID, Service(t, s, team, "none").ID
		all := []signals.Mapping{AMapping(one, newID(), newID()), AMapping(two, newID(), newID())}
		for _, m := range all {
			ok(t, g.CreateMapping(t.Context(), m))
		}
		byID := func(m signals.Mapping) string { return string(m.ID) }
		same(t, sorted(must(g.MappingsOf(t.Context(), []id.ID{none, two, one}))(t), byID), all)
		same(t, must(g.MappingsOf(t.Context(), []id.ID{two}))(t), all[1:])
	})

	each(t, open, "the newest decision and the newest change of each service are found", func(t *testing.T, s *store.Store) {
		team := Team(t, s, "payments").ID
		one, two, none := Service(t, s, team, "one").ID, Service(t, s, team, "two").ID, Service(t, s, team, "none").ID
		for _, d := range []gate.Decision{ADecision(one, -3), ADecision(one, -1), ADecision(two, -400)} {
			ok(t, s.Gate().CreateDecision(t.Context(), d))
		}
		same(t, must(s.Gate().LastAsked(t.Context(), []id.ID{one, two, none, newID()}))(t), map[id.ID]time.Time{one: days(-1), two: days(-400)})
		for _, c := range []change.Change{AChange(one, -90), AChange(one, -2), AChange(one, -91), AChange(two, -91)} {
			ok(t, s.Changes().CreateChange(t.Context(), c))
		}
		same(t, must(s.Changes().RecentOf(t.Context(), []id.ID{none, one, two}, days(-90)))(t), map[id.ID]change.Recent{one: {Number: 2, Last: days(-2)}, two: {Number: 0, Last: days(-91)}})
	})

	each(t, open, "incidents are found by service, but restricted ones, with what became of their postmortems", func(t *testing.T, s *store.Store) {
		team := Team(t, s, "payments").ID
		one, two, none := Service(t, s, team, "one").ID, Service(t, s, team, "two").ID, Service(t, s, team, "none").ID
		create := func(i incident.Incident) incident.Incident {
			same(t, must(s.Incidents().CreateIncident(t.Context(), i))(t), true)
			return i
		}
		detected := days(-9)
		both := AnIncident(team, -10, -8, one, two)
		both.DetectedAt, both.Causes = &detected, []string{"frozen-team", "company-network"}
		both = create(both)
		hidden := AnIncident(team, -20, -19, two)
		hidden.Restricted, hidden.Severity = true, "sev2"
		create(hidden)
		lasting := AnIncident(team, -5, -4, one)
		lasting.Status, lasting.ResolvedAt = incident.Mitigated, nil
		lasting = create(lasting)
		old := create(AnIncident(team, -30, -15, one))
		p := postmortem.Postmortem{ID: newID(), Incident: both.ID, Status: postmortem.InReview, CreatedAt: Start, UpdatedAt: Start, Version: 1}
		same(t, must(s.Postmortems().CreatePostmortem(t.Context(), p))(t), true)

		services := []id.ID{one, two, none}
		began := must(s.Incidents().BeganOf(t.Context(), services, days(-20)))(t)
		same(t, sorted(began, func(b statistics.Began) string { return string(b.Incident + b.Service) }), sorted([]statistics.Began{
			{Service: one, Incident: both.ID, At: days(-10), DetectedAt: &detected, Causes: both.Causes},
			{Service: two, Incident: both.ID, At: days(-10), DetectedAt: &detected, Causes: both.Causes},
			{Service: one, Incident: lasting.ID, At: days(-5), Causes: []string{}},
		}, func(b statistics.Began) string { return string(b.Incident + b.Service) }))

		ended := must(s.Postmortems().EndedOf(t.Context(), services, days(-15)))(t)
		same(t, sorted(ended, func(e postmortem.Ended) string { return string(e.Incident + e.Service) }), sorted([]postmortem.Ended{
			{Service: one, Incident: both.ID, Severity: "sev1", Began: days(-10), ResolvedAt: days(-8), Status: postmortem.InReview},
			{Service: two, Incident: both.ID, Severity: "sev1", Began: days(-10), ResolvedAt: days(-8), Status: postmortem.InReview},
			{Service: one, Incident: old.ID, Severity: "sev1", Began: days(-30), ResolvedAt: days(-15)},
		}, func(e postmortem.Ended) string { return string(e.Incident + e.Service) }))
		withoutHidden := must(s.Postmortems().EndedOf(t.Context(), []id.ID{two}, days(-19)))(t)
		same(t, len(withoutHidden), 1)
	})

	each(t, open, "open items past a day are counted by service, but those of restricted incidents", func(t *testing.T, s *store.Store) {
		team, ada := Team(t, s, "payments").ID, Person(t, s, "ada").ID
		one, two, none := Service(t, s, team, "one").ID, Service(t, s, team, "two").ID, Service(t, s, team, "none").ID
		i, hidden := AnIncident(team, -10, -9, one), AnIncident(team, -10, -9, two)
		hidden.Restricted = true
		for _, one := range []incident.Incident{i, hidden} {
			same(t, must(s.Incidents().CreateIncident(t.Context(), one))(t), true)
		}
		done := AnItem(i.ID, one, ada, action.P0, "2026-03-01")
		done.State, done.Settled = action.Done, &action.Settlement{At: Start, By: "ada"}
		items := []action.Item{
			AnItem(i.ID, one, ada, action.P0, "2026-03-13"), AnItem(i.ID, one, ada, action.P1, "2026-03-13"), AnItem(hidden.ID, two, ada, action.P1, "2025-03-13"),
			AnItem(i.ID, one, ada, action.P2, "2026-03-13"), AnItem(i.ID, one, ada, action.P0, "2026-03-14"), done,
		}
		err := s.InTx(t.Context(), func(ctx context.Context) error {
			for _, of := range items {
				if _, err := s.Actions().CreateItems(ctx, []action.Item{of}); err != nil {
					return err
				}
			}
			return nil
		})
		ok(t, err)
		got := must(s.Actions().CountPast(t.Context(), []id.ID{one, two, none}, []action.Priority{action.P0, action.P1}, "2026-03-14"))(t)
		same(t, got, map[id.ID]int{one: 2})
	})
}
