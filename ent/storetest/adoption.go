package storetest

import (
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/adoption"
	"github.com/evenkeel/evenkeel/services/onboarding"
	"github.com/evenkeel/evenkeel/services/policy"
	"github.com/evenkeel/evenkeel/services/policy/gate"
	"github.com/evenkeel/evenkeel/services/registry"
)

func testAdoption(t *testing.T, open opener) {
	each(t, open, "who used it is counted by team, person and week", testAdoptionUse)
	each(t, open, "waves, first SLOs and what was set aside are counted", testAdoptionRest)
}

// used writes that a person, or a team's workloads, came on a day.
func used(t testing.TB, s *store.Store, day clock.Date, person, team id.ID, ways ...adoption.Way) {
	t.Helper()
	for _, way := range ways {
		for range 2 { // once is as good as twice
			ok(t, s.Adoption().NoteActivity(t.Context(), adoption.Activity{Day: day, Person: person, Team: team, Way: way}))
		}
	}
}

// The window is from 10 February 2026. Of crew, Ada was here before and within, Bob before alone, Eve within
// alone, who is of labs too, and Olga left; Nele never was here. The robots' workloads were, and nobody of
// the quiet ones; a team without members and services is not counted.
func testAdoptionUse(t *testing.T, s *store.Store) {
	a, w := s.Adoption(), adoption.Window{From: "2026-02-10", To: "2026-03-09"}
	crew, labs, robots, quiet := Team(t, s, "crew"), Team(t, s, "labs"), Team(t, s, "robots"), Team(t, s, "quiet")
	Team(t, s, "void")
	people := map[string]access.Person{}
	for _, name := range []string{"ada", "bob", "eve", "olga", "nele"} {
		people[name] = Person(t, s, name)
	}
	for _, m := range []struct {
		name string
		team id.ID
	}{{"ada", crew.ID}, {"bob", crew.ID}, {"eve", crew.ID}, {"olga", crew.ID}, {"eve", labs.ID}} {
		ok(t, s.Registry().AddMember(t.Context(), registry.Member{Team: m.team, Person: people[m.name].ID, JoinedAt: Start}))
	}
	olga, left := people["olga"], Start.Add(time.Hour)
	olga.DeactivatedAt = &left
	ok(t, s.Access().UpdatePerson(t.Context(), olga))
	first := SLO(t, s, Service(t, s, crew.ID, "checkout").ID, "latency")
	Service(t, s, robots.ID, "bot")
	Service(t, s, quiet.ID, "still")
	used(t, s, "2026-02-01", people["ada"].ID, "", adoption.ByToken)
	used(t, s, "2026-03-02", people["ada"].ID, "", adoption.ByDashboard)
	used(t, s, "2026-01-05", people["bob"].ID, "", adoption.ByPortal, adoption.ByToken)
	used(t, s, "2026-01-06", people["bob"].ID, "", adoption.ByPortal)
	used(t, s, "2026-03-03", people["eve"].ID, "", adoption.ByDashboard, adoption.ByToken)
	used(t, s, "2026-03-03", olga.ID, "", adoption.ByDashboard)
	used(t, s, "2026-03-04", "", robots.ID, adoption.ByWorkload)

	all, byPeople, byProgram, withSLO, err := a.CountTeams(t.Context(), w)
	ok(t, err)
	same(t, []int{all, byPeople, byProgram, withSLO}, []int{4, 2, 1, 1})
	same(t, must(a.CountPeople(t.Context(), w))(t), adoption.PeopleFigures{All: 4, Active: 2, New: 1, Gone: 1, Never: 1})
	// 1 February is a Sunday; 2 March is a Monday, in the week of which came Ada, Eve and Olga.
	same(t, must(a.Weeks(t.Context(), "2026-01-19"))(t), []adoption.Week{{Begins: "2026-01-26", People: 1, Teams: 1}, {Begins: "2026-03-02", People: 3, Teams: 3}})

	row := func(of registry.Team, members, active int, byProgram bool, last clock.Date, services, withSLO int) adoption.TeamFigure {
		return adoption.TeamFigure{Team: of.ID, Slug: of.Slug, Name: of.Name, Members: members, Active: active, ByProgram: byProgram, LastDay: last, Services: services, WithSLO: withSLO, HereSince: Start}
	}
	of := row(crew, 3, 2, false, "2026-03-03", 1, 1)
	of.FirstSLOAt = &first.SLO.CreatedAt
	want := []adoption.TeamFigure{of, row(labs, 1, 1, false, "2026-03-03", 0, 0), row(quiet, 0, 0, false, "", 1, 0), row(robots, 0, 0, true, "2026-03-04", 1, 0)}
	one := must(a.Teams(t.Context(), adoption.TeamFilter{Window: w}, page.Request{Limit: 3}))(t)
	two := must(a.Teams(t.Context(), adoption.TeamFilter{Window: w}, page.Request{Limit: 3, After: one.Next}))(t)
	same(t, append(one.Items, two.Items...), want)
	yes, no := true, false
	same(t, must(a.Teams(t.Context(), adoption.TeamFilter{Window: w, Active: &no}, page.Request{}))(t).Items, want[2:3])
	same(t, len(must(a.Teams(t.Context(), adoption.TeamFilter{Window: w, Active: &yes}, page.Request{}))(t).Items), 3)

	// On a later day Ada and Eve are gone as well; whoever was here last comes first.
	later := adoption.Window{From: "2026-03-04", To: "2026-04-01"}
	gone := func(name string, first, last clock.Date, days int, teams ...string) adoption.Gone {
		return adoption.Gone{Person: people[name].ID, Name: name, FirstDay: first, LastDay: last, Days: days, Teams: teams}
	}
	everybody := []adoption.Gone{gone("eve", "2026-03-03", "2026-03-03", 1, "crew", "labs"), gone("ada", "2026-02-01", "2026-03-02", 2, "crew"), gone("bob", "2026-01-05", "2026-01-06", 2, "crew")}
	var got []adoption.Gone
	for after := ""; len(got) == 0 || after != ""; {
		p := must(a.GonePeople(t.Context(), adoption.GoneFilter{Window: later}, page.Request{Limit: 1, After: after}))(t)
		got, after = append(got, p.Items...), p.Next
	}
	same(t, got, everybody)
	same(t, must(a.GonePeople(t.Context(), adoption.GoneFilter{Window: w}, page.Request{}))(t).Items, everybody[2:])
	same(t, must(a.GonePeople(t.Context(), adoption.GoneFilter{Window: later, Team: labs.ID}, page.Request{}))(t).Items, everybody[:1])

	same(t, must(a.PruneActivity(t.Context(), "2026-02-01", 2))(t), 2)
	same(t, must(a.PruneActivity(t.Context(), "2026-02-01", 2))(t), 1)
	same(t, must(a.CountPeople(t.Context(), w))(t), adoption.PeopleFigures{All: 4, Active: 2, New: 1, Never: 2})
}

func testAdoptionRest(t *testing.T, s *store.Store) {
	a, crew, labs := s.Adoption(), Team(t, s, "crew"), Team(t, s, "labs")
	Team(t, s, "void")
	checkout, own := Service(t, s, crew.ID, "checkout"), Service(t, s, labs.ID, "evenkeel")
	first := SLO(t, s, checkout.ID, "latency")
	same(t, must(a.FirstSLOs(t.Context(), "evenkeel"))(t), []adoption.FirstSLO{{Team: crew.ID, Since: Start, At: &first.SLO.CreatedAt}})
	ledger := Service(t, s, labs.ID, "ledger")
	same(t, len(must(a.FirstSLOs(t.Context(), "evenkeel"))(t)), 2)

	// The wave has the ledger, which has no SLO, checkout, whose SLO has no data, and a repository.
	older, wave := AWave("older"), AWave("first")
	wave.CreatedAt = Start.Add(time.Hour)
	ok(t, s.Onboarding().CreateWave(t.Context(), older))
	ok(t, s.Onboarding().CreateWave(t.Context(), wave))
	must(s.Onboarding().AddMembers(t.Context(), []onboarding.Member{
		AMember(wave, ledger.ID, ""), AMember(wave, checkout.ID, ""), AMember(wave, "", FoundRepository(t, s, "acme/a").ID), AMember(older, own.ID, ""),
	}))(t)
	same(t, must(a.Waves(t.Context(), 2))(t), []adoption.WaveFigure{
		{Wave: wave.ID, Slug: "first", Name: wave.Name, Found: 1, Registered: 1, Declared: 1}, {Wave: older.ID, Slug: "older", Name: older.Name, Registered: 1},
	})
	same(t, len(must(a.Waves(t.Context(), 1))(t)), 1)

	// Checkout was denied twice, and the ledger overridden; what came before and after does not count.
	hour := func(n int) time.Time { return Start.Add(time.Duration(n) * time.Hour) }
	for _, d := range []struct {
		service id.ID
		answer  gate.Answer
		at      int
	}{{checkout.ID, gate.Deny, 1}, {checkout.ID, gate.Deny, 2}, {checkout.ID, gate.Allow, 3}, {ledger.ID, gate.Warn, 4}, {own.ID, gate.Deny, 0}, {own.ID, gate.Deny, 9}} {
		ok(t, s.Gate().CreateDecision(t.Context(), gate.Decision{
			ID: newID(), Service: d.service, At: hour(d.at), By: "ci", Question: gate.Question{Class: policy.Feature}, Verdict: gate.Verdict{Answer: d.answer, Reasons: []gate.Reason{}, WayOut: []string{}},
		}))
	}
	for _, at := range []int{0, 2, 3} {
		ok(t, s.Gate().CreateOverride(t.Context(), gate.Override{ID: newID(), Service: ledger.ID, Reason: "fire", At: hour(at), Until: hour(at + 1), By: "Ada", Person: newID(), Version: 1}))
	}
	same(t, must(a.CountGate(t.Context(), hour(1), hour(8)))(t), adoption.GateFigures{Allowed: 1, Warned: 1, Denied: 2, Overrides: 2, Overridden: adoption.Share{Part: 1, Whole: 2}})

	p := Policy(t, s, "workbook")
	for i, ending := range []policy.Ending{policy.Recovered, policy.Void, policy.Recovered, ""} {
		v := aViolation(p, SLO(t, s, checkout.ID, "slo-"+string(rune('a'+i))), Start)
		same(t, must(s.Policy().OpenViolation(t.Context(), v))(t), true)
		if ending == "" {
			continue
		}
		ended := hour(2 * i) // the first before the window
		v.EndedAt, v.Ending = &ended, ending
		ok(t, s.Policy().UpdateViolation(t.Context(), v))
	}
	same(t, must(a.CountVoid(t.Context(), hour(1), hour(8)))(t), adoption.Share{Part: 1, Whole: 2})
}
