package storetest

import (
	"context"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/onboarding"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
)

// FoundRepository writes a repository that was found under that full name.
func FoundRepository(t testing.TB, s *store.Store, fullName string) onboarding.Repository {
	t.Helper()
	of := newID()
	r := onboarding.Repository{
		ID: of, HostID: "host-" + string(of), FullName: fullName, Address: "https://github.com/" + fullName,
		Facts: onboarding.Facts{Description: "ü", Language: "Go", Topics: []string{"a"}}, SeenAt: Start, CreatedAt: Start, Version: 1,
	}
	ok(t, s.Onboarding().CreateRepository(t.Context(), r))
	return r
}

// AWave is one that was not written.
func AWave(slug string, templates ...onboarding.Template) onboarding.Wave {
	return onboarding.Wave{
		ID: newID(), Draft: onboarding.Draft{Slug: slug, Name: "Wave " + slug, Description: "ü", DueOn: "2026-04-01", Templates: templates}, CreatedAt: Start, CreatedBy: "ada", UpdatedAt: Start, Version: 1,
	}
}

// AMember of a wave, which was not written.
func AMember(wave onboarding.Wave, service, repository id.ID) onboarding.Member {
	return onboarding.Member{ID: newID(), Wave: wave.ID, Service: service, Repository: repository, State: onboarding.Waiting, SLOs: []id.ID{}, Faults: []onboarding.Problem{}, CreatedAt: Start}
}

func testOnboarding(t *testing.T, open opener) {
	each(t, open, "repositories are told, looked into, decided on and listed by full name and state", testOnboardingRepositories)
	each(t, open, "waves are listed, changed by their version, and go with their members", testOnboardingWaves)
	each(t, open, "a thing is in one wave, and what came of it is written", testOnboardingMembers)
	each(t, open, "services and repositories are counted by team and stage", testOnboardingStages)
}

func testOnboardingRepositories(t *testing.T, s *store.Store) {
	o, team := s.Onboarding(), Team(t, s, "crew")
	service := Service(t, s, team.ID, "checkout")
	b, a, big := FoundRepository(t, s, "acme/b"), FoundRepository(t, s, "acme/a"), FoundRepository(t, s, "Acme/Z")
	same(t, must(o.Repository(t.Context(), a.ID))(t), a)
	_, err := o.Repository(t.Context(), newID())
	refused(t, err, fault.NotFound, "repository_not_found")
	ok(t, s.InTx(t.Context(), func(ctx context.Context) error {
		same(t, must(o.HoldRepositories(ctx, []string{a.HostID, "none"}))(t), map[string]onboarding.Repository{a.HostID: a})
		return nil
	}))

	// By bytes: capitals come before small letters on both databases.
	first := must(o.Repositories(t.Context(), onboarding.RepositoryFilter{}, page.Request{Limit: 2}))(t)
	same(t, first.Items, []onboarding.Repository{big, a})
	same(t, must(o.Repositories(t.Context(), onboarding.RepositoryFilter{}, page.Request{Limit: 2, After: first.Next}))(t).Items, []onboarding.Repository{b})
	same(t, must(o.Repositories(t.Context(), onboarding.RepositoryFilter{Query: "E/B"}, page.Request{}))(t).Items, []onboarding.Repository{b})

	// What is seen as it was is not another version, and what differs is.
	later := Start.Add(time.Hour)
	a.SeenAt, a.PushedAt = later, &later
	ok(t, o.SeeRepository(t.Context(), a, false))
	same(t, must(o.Repository(t.Context(), a.ID))(t), a)
	a.FullName, a.Address, a.Facts = "acme/aa", "https://github.com/acme/aa", onboarding.Facts{Archived: true}
	ok(t, o.SeeRepository(t.Context(), a, true))
	a.Version++
	same(t, must(o.Repository(t.Context(), a.ID))(t), a)
	same(t, must(o.Repositories(t.Context(), onboarding.RepositoryFilter{State: onboarding.Idle}, page.Request{}))(t).Items, []onboarding.Repository{a})
	same(t, must(o.Repositories(t.Context(), onboarding.RepositoryFilter{State: onboarding.Found}, page.Request{}))(t).Items, []onboarding.Repository{big, b})

	// Those are looked into that nobody looked into, that were pushed to since, and after a time.
	same(t, must(o.RepositoriesToLookInto(t.Context(), Start, 5))(t), []onboarding.Repository{b, big})
	b.Look, b.LookedAt = onboarding.Look{Owners: []string{"@acme/crew"}, Component: &onboarding.Component{Slug: "b", Owner: "crew", Tier: 2}, Tags: map[string]string{"CODEOWNERS": "x"}}, &later
	ok(t, o.LookedInto(t.Context(), b, true))
	b.Version++
	same(t, must(o.Repository(t.Context(), b.ID))(t), b)
	same(t, must(o.RepositoriesToLookInto(t.Context(), Start, 5))(t), []onboarding.Repository{big})
	same(t, must(o.RepositoriesToLookInto(t.Context(), later.Add(time.Second), 5))(t), []onboarding.Repository{big, b})
	pushed := later.Add(time.Minute)
	b.PushedAt, b.SeenAt = &pushed, later
	ok(t, o.SeeRepository(t.Context(), b, false))
	same(t, must(o.RepositoriesToLookInto(t.Context(), Start, 1))(t), []onboarding.Repository{big})
	same(t, must(o.RepositoriesToLookInto(t.Context(), Start, 5))(t), []onboarding.Repository{big, b})

	b.Team, b.TeamBy, b.TeamSlug = team.ID, onboarding.ByCodeOwners, team.Slug
	ok(t, o.RelateRepository(t.Context(), b))
	refused(t, o.RelateRepository(t.Context(), b), fault.Precondition, "version_mismatch")
	b.Version++
	same(t, must(o.Repositories(t.Context(), onboarding.RepositoryFilter{Team: team.ID}, page.Request{}))(t).Items, []onboarding.Repository{b})
	same(t, must(o.Repositories(t.Context(), onboarding.RepositoryFilter{NoTeam: true}, page.Request{}))(t).Items, []onboarding.Repository{big, a})

	b.Choice, b.DismissedAt, b.DismissedBy, b.DismissedFor = onboarding.Choice{Slug: "bee", Tier: 1}, &later, "ada", "docs"
	ok(t, o.DecideOnRepository(t.Context(), b))
	refused(t, o.DecideOnRepository(t.Context(), b), fault.Precondition, "version_mismatch")
	b.Version++
	same(t, must(o.Repositories(t.Context(), onboarding.RepositoryFilter{State: onboarding.Dismissed}, page.Request{}))(t).Items, []onboarding.Repository{b})

	big.Service, big.ServiceSlug = service.ID, service.Slug
	ok(t, o.RelateRepository(t.Context(), big))
	big.Version++
	same(t, must(o.Repositories(t.Context(), onboarding.RepositoryFilter{State: onboarding.Registered}, page.Request{}))(t).Items, []onboarding.Repository{big})

	if n := must(o.EndUnseen(t.Context(), later, later))(t); n != 1 {
		t.Errorf("%d are gone, want 1: only the one that the service names was not seen since", n)
	}
	same(t, must(o.SomeRepositories(t.Context(), nil, "", 5))(t), []onboarding.Repository{b, must(o.Repository(t.Context(), a.ID))(t), must(o.Repository(t.Context(), big.ID))(t)})
	same(t, must(o.SomeRepositories(t.Context(), []id.ID{b.ID}, "", 5))(t), []onboarding.Repository{b})

	// A guess keeps no team from being removed.
	other := Team(t, s, "other")
	b.Team, b.TeamBy = other.ID, onboarding.ByTopic
	ok(t, o.RelateRepository(t.Context(), b))
	ok(t, s.Registry().DeleteTeam(t.Context(), other.ID, other.Version))
	if r := must(o.Repository(t.Context(), b.ID))(t); r.Team != "" || r.TeamBy != "" {
		t.Errorf("it is of the team %q by %q, want of none", r.Team, r.TeamBy)
	}
	gone := Service(t, s, team.ID, "former")
	gone.Repository, gone.RetiredAt = "https://github.com/Acme/B.git", &later
	ok(t, s.Registry().UpdateService(t.Context(), gone))
	former := onboarding.Address{Service: gone.ID, Repository: gone.Repository, Retired: true}
	same(t, must(o.Addresses(t.Context(), "", 5))(t), []onboarding.Address{{Service: service.ID, Repository: service.Repository}, former})
	same(t, must(o.AddressesLike(t.Context(), "acme/b"))(t), []onboarding.Address{former})
	same(t, must(o.AddressesLike(t.Context(), "acme_b"))(t), nil)
}

func testOnboardingWaves(t *testing.T, s *store.Store) {
	o := s.Onboarding()
	template := onboarding.Template{Kinds: []registry.Kind{registry.HTTP}, Tiers: []int{1, 2}, SLO: slo.Declaration{Slug: "availability", Objective: "99.90%"}}
	one, two := AWave("one", template), AWave("two")
	ok(t, o.CreateWave(t.Context(), one))
	ok(t, o.CreateWave(t.Context(), two))
	refused(t, o.CreateWave(t.Context(), AWave("one")), fault.Conflict, "slug_taken")
	same(t, must(o.Wave(t.Context(), "one"))(t), one)
	same(t, must(o.Wave(t.Context(), string(one.ID)))(t), one)
	_, err := o.Wave(t.Context(), "three")
	refused(t, err, fault.NotFound, "wave_not_found")
	two.Templates = []onboarding.Template{}
	first := must(o.Waves(t.Context(), page.Request{Limit: 1}))(t)
	same(t, first.Items, []onboarding.Wave{two})
	same(t, must(o.Waves(t.Context(), page.Request{Limit: 1, After: first.Next}))(t).Items, []onboarding.Wave{one})

	one.Name, one.StartedAt, one.StartedBy = "Another", &one.CreatedAt, "bob"
	ok(t, o.UpdateWave(t.Context(), one))
	refused(t, o.UpdateWave(t.Context(), one), fault.Precondition, "version_mismatch")
	one.Version++
	ok(t, s.InTx(t.Context(), func(ctx context.Context) error {
		same(t, must(o.HoldWave(ctx, "one"))(t), one)
		return nil
	}))
	two.Slug = "one"
	refused(t, o.UpdateWave(t.Context(), two), fault.Conflict, "slug_taken")

	r := FoundRepository(t, s, "acme/a")
	must(o.AddMembers(t.Context(), []onboarding.Member{AMember(one, "", r.ID)}))(t)
	if is := must(o.Wave(t.Context(), "one"))(t); is.Tally != (onboarding.Tally{Waiting: 1}) {
		t.Errorf("the members are %+v, want one that waits", is.Tally)
	}
	if is := must(o.Repository(t.Context(), r.ID))(t); is.Wave != "one" {
		t.Errorf("it is in the wave %q, want one", is.Wave)
	}
	refused(t, o.DeleteWave(t.Context(), one.ID, 1), fault.Precondition, "version_mismatch")
	ok(t, o.DeleteWave(t.Context(), one.ID, one.Version))
	refused(t, o.DeleteWave(t.Context(), one.ID, one.Version), fault.NotFound, "wave_not_found")
	if is := must(o.Repository(t.Context(), r.ID))(t); is.Wave != "" {
		t.Errorf("it is in the wave %q, which was removed", is.Wave)
	}
}

func testOnboardingMembers(t *testing.T, s *store.Store) {
	o, team := s.Onboarding(), Team(t, s, "crew")
	checkout, ledger := Service(t, s, team.ID, "checkout"), Service(t, s, team.ID, "ledger")
	r := FoundRepository(t, s, "acme/a")
	r.Team, r.TeamBy = team.ID, onboarding.ByTopic
	ok(t, o.RelateRepository(t.Context(), r))
	one, two := AWave("one"), AWave("two")
	ok(t, o.CreateWave(t.Context(), one))
	ok(t, o.CreateWave(t.Context(), two))
	a, b := AMember(one, checkout.ID, ""), AMember(one, "", r.ID)
	if already := must(o.AddMembers(t.Context(), []onboarding.Member{a, b}))(t); already != 0 {
		t.Errorf("%d were in it already, want none", already)
	}
	if already := must(o.AddMembers(t.Context(), []onboarding.Member{AMember(one, checkout.ID, ""), AMember(one, ledger.ID, "")}))(t); already != 1 {
		t.Errorf("%d were in it already, want checkout alone", already)
	}
	_, err := o.AddMembers(t.Context(), []onboarding.Member{AMember(two, "", r.ID)})
	refused(t, err, fault.Conflict, "in_another_wave")

	a.Name, a.Team, b.Name, b.Team = "checkout", "crew", "acme/a", "crew"
	same(t, must(o.Member(t.Context(), a.ID))(t), a)
	first := must(o.Members(t.Context(), onboarding.MemberFilter{Wave: one.ID}, page.Request{Limit: 2}))(t)
	same(t, first.Items, []onboarding.Member{a, b})
	rest := must(o.Members(t.Context(), onboarding.MemberFilter{Wave: one.ID}, page.Request{Limit: 2, After: first.Next}))(t).Items
	if len(rest) != 1 || rest[0].Name != "ledger" {
		t.Errorf("then come %+v, want ledger", rest)
	}
	tried := Start.Add(time.Minute)
	b.State, b.Faults, b.TriedAt = onboarding.Failed, []onboarding.Problem{{Pointer: "/team", Message: "is not known", Value: "ü"}}, &tried
	ok(t, o.UpdateMember(t.Context(), b))
	a.State, a.SLOs, a.TriedAt = onboarding.Brought, []id.ID{newID()}, &tried
	ok(t, o.UpdateMember(t.Context(), a))
	same(t, must(o.Members(t.Context(), onboarding.MemberFilter{Wave: one.ID, State: onboarding.Failed, Team: team.ID}, page.Request{}))(t).Items, []onboarding.Member{b})
	same(t, must(o.Wave(t.Context(), "one"))(t).Tally, onboarding.Tally{Waiting: 1, Brought: 1, Failed: 1})
	same(t, must(o.RepositoriesOfWave(t.Context(), one.ID))(t), []onboarding.Repository{must(o.Repository(t.Context(), r.ID))(t)})
	ok(t, o.WaitAgain(t.Context(), one.ID))
	b.State, b.Faults = onboarding.Waiting, []onboarding.Problem{}
	same(t, must(o.NextMembers(t.Context(), one.ID, 5))(t), []onboarding.Member{rest[0], b})
	ok(t, s.InTx(t.Context(), func(ctx context.Context) error {
		same(t, must(o.HoldMember(ctx, b.ID))(t), b)
		return nil
	}))
	// A repository's service may be in a wave by itself.
	b.Service = ledger.ID
	refused(t, o.UpdateMember(t.Context(), b), fault.Conflict, "in_another_wave")
	if slug := must(o.WaveOfService(t.Context(), ledger.ID))(t); slug != "one" {
		t.Errorf("ledger is in the wave %q, want one", slug)
	}
	ok(t, o.DeleteMember(t.Context(), rest[0].ID))
	refused(t, o.DeleteMember(t.Context(), rest[0].ID), fault.NotFound, "member_not_found")
	if slug := must(o.WaveOfService(t.Context(), ledger.ID))(t); slug != "" {
		t.Errorf("ledger is in the wave %q, want in none", slug)
	}
	ok(t, o.UpdateMember(t.Context(), b))
}

func testOnboardingStages(t *testing.T, s *store.Store) {
	o, crew, other := s.Onboarding(), Team(t, s, "crew"), Team(t, s, "other")
	bare, declared, measured, retired := Service(t, s, crew.ID, "bare"), Service(t, s, crew.ID, "declared"), Service(t, s, other.ID, "measured"), Service(t, s, crew.ID, "retired")
	SLO(t, s, declared.ID, "availability")
	of := SLO(t, s, measured.ID, "availability")
	status := of.Status
	status.State = "ok"
	ok(t, s.SLO().PutStatuses(t.Context(), []slo.Status{status}))
	retired.RetiredAt = &retired.CreatedAt
	ok(t, s.Registry().UpdateService(t.Context(), retired))
	mine, nobodys := FoundRepository(t, s, "acme/mine"), FoundRepository(t, s, "acme/nobodys")
	mine.Team, mine.TeamBy = crew.ID, onboarding.ByTopic
	ok(t, o.RelateRepository(t.Context(), mine))

	same(t, must(o.Standing(t.Context(), ""))(t), []onboarding.TeamCount{
		{Team: crew.ID, TeamSlug: "crew", Count: onboarding.Count{Found: 1, Registered: 1, Declared: 1}},
		{Team: other.ID, TeamSlug: "other", Count: onboarding.Count{Measured: 1}},
		{Count: onboarding.Count{Found: 1}},
	})
	same(t, must(o.MatchingServices(t.Context(), "", "", 0, 5))(t), []id.ID{bare.ID})
	same(t, must(o.MatchingServices(t.Context(), other.ID, "", 0, 5))(t), nil)
	same(t, must(o.MatchingServices(t.Context(), crew.ID, "", bare.Tier, 5))(t), []id.ID{bare.ID})
	same(t, must(o.MatchingServices(t.Context(), "", newID(), 0, 5))(t), nil)
	same(t, must(o.MatchingRepositories(t.Context(), "", 5))(t), []id.ID{mine.ID, nobodys.ID})
	same(t, must(o.MatchingRepositories(t.Context(), crew.ID, 5))(t), []id.ID{mine.ID})

	wave := AWave("one")
	ok(t, o.CreateWave(t.Context(), wave))
	must(o.AddMembers(t.Context(), []onboarding.Member{AMember(wave, declared.ID, ""), AMember(wave, "", nobodys.ID), AMember(wave, bare.ID, "")}))(t)
	same(t, must(o.Standing(t.Context(), wave.ID))(t), []onboarding.TeamCount{
		{Team: crew.ID, TeamSlug: "crew", Count: onboarding.Count{Registered: 1, Declared: 1}}, {Count: onboarding.Count{Found: 1}},
	})
	same(t, must(o.MatchingServices(t.Context(), "", "", 0, 5))(t), nil)
	same(t, must(o.MatchingRepositories(t.Context(), "", 5))(t), []id.ID{mine.ID})

	stage := func(of registry.Service, team registry.Team, stage onboarding.Stage, slos int, wave string) onboarding.ServiceStage {
		return onboarding.ServiceStage{Service: of.ID, Slug: of.Slug, Name: of.Name, Tier: of.Tier, Team: team.ID, TeamSlug: team.Slug, Stage: stage, SLOs: slos, Wave: wave}
	}
	all := []onboarding.ServiceStage{
		stage(bare, crew, onboarding.StageRegistered, 0, "one"), stage(declared, crew, onboarding.StageDeclared, 1, "one"), stage(measured, other, onboarding.StageMeasured, 1, ""),
	}
	first := must(o.Services(t.Context(), onboarding.ServiceFilter{}, page.Request{Limit: 2}))(t)
	same(t, first.Items, all[:2])
	same(t, must(o.Services(t.Context(), onboarding.ServiceFilter{}, page.Request{Limit: 2, After: first.Next}))(t).Items, all[2:])
	for i, f := range []onboarding.ServiceFilter{{Stage: onboarding.StageRegistered}, {Stage: onboarding.StageDeclared}, {Stage: onboarding.StageMeasured}} {
		same(t, must(o.Services(t.Context(), f, page.Request{}))(t).Items, all[i:i+1])
	}
	same(t, must(o.Services(t.Context(), onboarding.ServiceFilter{Team: other.ID}, page.Request{}))(t).Items, all[2:])
	same(t, must(o.Services(t.Context(), onboarding.ServiceFilter{Wave: wave.ID}, page.Request{}))(t).Items, all[:2])
}
