package storetest

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/policy"
	"github.com/evenkeel/evenkeel/services/policy/gate"
	"github.com/evenkeel/evenkeel/services/registry"
)

func testGate(t *testing.T, open opener) {
	hour := func(n int) time.Time { return Start.Add(time.Duration(n) * time.Hour) }
	pair := func(t *testing.T, s *store.Store) (id.ID, id.ID) {
		team := Team(t, s, "payments").ID
		return Service(t, s, team, "checkout").ID, Service(t, s, team, "ledger").ID
	}

	each(t, open, "gate decisions come back as written, the newest first", func(t *testing.T, s *store.Store) {
		g := s.Gate()
		one, two := pair(t, s)
		recovers := hour(30)
		decided := func(service id.ID, answer gate.Answer, at int) gate.Decision {
			d := gate.Decision{
				ID: newID(), Service: service, At: hour(at), By: "pipeline",
				Question: gate.Question{Class: policy.Feature, Version: "v1.2 „ü“", Link: "https://example.org/1?a=b&c"},
				Verdict: gate.Verdict{Answer: answer, RecoversAt: &recovers, WayOut: []string{"wait"}, Reasons: []gate.Reason{{
					Kind: gate.Frozen, Text: "spent", Policy: "p", Clause: "c", SLO: "s", Violation: newID(), ConsumedPercent: "118.64", RecoversAt: &recovers,
				}}},
			}
			ok(t, g.CreateDecision(t.Context(), d))
			return d
		}
		first, second, third := decided(one, gate.Deny, 0), decided(two, gate.Allow, 1), decided(one, gate.Allow, 2)
		same(t, must(g.Decision(t.Context(), first.ID))(t), first)
		_, err := g.Decision(t.Context(), newID())
		refused(t, err, fault.NotFound, "gate_decision_not_found")
		a := must(g.Decisions(t.Context(), gate.DecisionFilter{}, page.Request{Limit: 2}))(t)
		b := must(g.Decisions(t.Context(), gate.DecisionFilter{}, page.Request{Limit: 2, After: a.Next}))(t)
		same(t, append(a.Items, b.Items...), []gate.Decision{third, second, first})
		same(t, must(g.Decisions(t.Context(), gate.DecisionFilter{Service: one, Answer: gate.Deny}, page.Request{}))(t).Items, []gate.Decision{first})
		stray := first
		stray.ID, stray.Service = newID(), newID()
		refused(t, g.CreateDecision(t.Context(), stray), fault.Conflict, "reference_missing")
	})

	each(t, open, "a gate override is in force until it ends, and reviewed once", func(t *testing.T, s *store.Store) {
		g := s.Gate()
		one, two := pair(t, s)
		made := func(service id.ID, from, to int) gate.Override {
			o := gate.Override{ID: newID(), Service: service, Reason: "der Server\nbrennt", At: hour(from), Until: hour(to), By: "Ada", Person: newID(), Version: 1}
			ok(t, g.CreateOverride(t.Context(), o))
			return o
		}
		short, long, other := made(one, 0, 4), made(one, 1, 8), made(two, 2, 9)
		same(t, must(g.Override(t.Context(), short.ID))(t), short)
		_, err := g.Override(t.Context(), newID())
		refused(t, err, fault.NotFound, "gate_override_not_found")
		at := func(service id.ID, n int) *gate.Override {
			return must(g.Surroundings(t.Context(), service, hour(n)))(t).Override
		}
		same(t, at(one, -1), nil)
		same(t, *at(one, 0), short)
		same(t, *at(one, 3), long)
		same(t, at(one, 8), nil)
		same(t, must(g.Overrides(t.Context(), gate.OverrideFilter{}, page.Request{}))(t).Items, []gate.Override{other, long, short})
		hard := func(n int) map[id.ID]string { return must(g.Surroundings(t.Context(), one, hour(n)))(t).Hard }
		same(t, hard(3), map[id.ID]string{})
		team := Team(t, s, "stores")
		for slug, criticality := range map[string]registry.Criticality{"books": registry.Hard, "stock": registry.Hard, "mail": registry.Soft} {
			on := Service(t, s, team.ID, slug)
			ok(t, s.Registry().CreateDependency(t.Context(), registry.Dependency{ID: newID(), Service: one, On: on.ID, DependencyTerms: registry.DependencyTerms{Criticality: criticality}, CreatedAt: Start, UpdatedAt: Start, Version: 1}))
		}
		for _, n := range []int{-1, 3} { // without an override and with one
			same(t, slices.Sorted(maps.Values(hard(n))), []string{"books", "stock"})
		}

		long.Until, long.Review = hour(2), &gate.Review{At: hour(3), By: "Bob", Person: newID(), Justified: false, Note: "no need"}
		ok(t, g.UpdateOverride(t.Context(), long))
		refused(t, g.UpdateOverride(t.Context(), long), fault.Precondition, "version_mismatch")
		long.Version = 2
		same(t, must(g.Override(t.Context(), long.ID))(t), long)
		same(t, *at(one, 3), short)
		a := must(g.Overrides(t.Context(), gate.OverrideFilter{Unreviewed: true}, page.Request{Limit: 1}))(t)
		b := must(g.Overrides(t.Context(), gate.OverrideFilter{Unreviewed: true}, page.Request{Limit: 1, After: a.Next}))(t)
		same(t, append(a.Items, b.Items...), []gate.Override{other, short})
		same(t, must(g.Overrides(t.Context(), gate.OverrideFilter{Service: one, Unreviewed: true}, page.Request{}))(t).Items, []gate.Override{short})
		ok(t, g.Chased(t.Context(), short.ID, hour(5)))
		refused(t, g.Chased(t.Context(), short.ID, hour(6)), fault.Precondition, "version_mismatch")
		refused(t, g.Chased(t.Context(), long.ID, hour(6)), fault.Precondition, "version_mismatch") // it is reviewed
		same(t, must(g.Override(t.Context(), short.ID))(t), short)
		same(t, must(g.Overrides(t.Context(), gate.OverrideFilter{Unreviewed: true, Unchased: true}, page.Request{}))(t).Items, []gate.Override{other})
		moved := must(s.Registry().Service(t.Context(), two))(t)
		moved.Team = Team(t, s, "another").ID
		ok(t, s.Registry().UpdateService(t.Context(), moved))
		of := func(service id.ID) id.ID { return must(s.Registry().Service(t.Context(), service))(t).Team }
		same(t, must(g.Overrides(t.Context(), gate.OverrideFilter{Team: of(one)}, page.Request{}))(t).Items, []gate.Override{long, short})
		same(t, must(g.Overrides(t.Context(), gate.OverrideFilter{Team: of(two), Unreviewed: true}, page.Request{}))(t).Items, []gate.Override{other})
		same(t, must(g.Overrides(t.Context(), gate.OverrideFilter{Team: newID()}, page.Request{}))(t).Items, nil)
		short.ID = newID()
		refused(t, g.UpdateOverride(t.Context(), short), fault.NotFound, "gate_override_not_found")
	})
}
