package storetest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/registry"
)

func testRegistry(t *testing.T, open opener) {
	testSlugs(t, open)
	testTeams(t, open)
	testServices(t, open)
	testDependencies(t, open)
}

func testSlugs(t *testing.T, open opener) {
	each(t, open, "a slug stays its target's, and can be taken back", func(t *testing.T, s *store.Store) {
		one, two, r := newID(), newID(), s.Registry()
		reserve := func(slug string, target id.ID) error {
			return r.ReserveSlug(t.Context(), registry.NounTeam, "", slug, target)
		}
		ok(t, reserve("payments", one))
		ok(t, reserve("payments", one)) // again changes nothing
		_, err := r.FormerSlug(t.Context(), registry.NounTeam, "", "payments")
		refused(t, err, fault.NotFound, "team_not_found")
		refused(t, reserve("payments", two), fault.Conflict, "slug_taken")

		ok(t, reserve("billing", one))
		same(t, must(r.FormerSlug(t.Context(), registry.NounTeam, "", "payments"))(t), "billing")
		refused(t, reserve("payments", two), fault.Conflict, "slug_taken")
		ok(t, reserve("money", one))
		same(t, must(r.FormerSlug(t.Context(), registry.NounTeam, "", "payments"))(t), "money")
		same(t, must(r.FormerSlug(t.Context(), registry.NounTeam, "", "billing"))(t), "money")

		ok(t, reserve("payments", one)) // taken back
		same(t, must(r.FormerSlug(t.Context(), registry.NounTeam, "", "money"))(t), "payments")
		_, err = r.FormerSlug(t.Context(), registry.NounTeam, "", "payments")
		refused(t, err, fault.NotFound, "")
		ok(t, reserve("other", two))
	})

	each(t, open, "slugs are unique within noun and scope only", func(t *testing.T, s *store.Store) {
		r, service := s.Registry(), newID()
		ok(t, r.ReserveSlug(t.Context(), registry.NounTeam, "", "checkout", newID()))
		ok(t, r.ReserveSlug(t.Context(), registry.NounService, "", "checkout", service))
		ok(t, r.ReserveSlug(t.Context(), registry.NounSLO, service, "checkout", newID()))
		ok(t, r.ReserveSlug(t.Context(), registry.NounSLO, newID(), "checkout", newID()))
	})

	each(t, open, "of many that want a slug one gets it", func(t *testing.T, s *store.Store) {
		results := make(chan error, 8)
		for range 8 {
			go func() {
				results <- s.Registry().ReserveSlug(t.Context(), registry.NounTeam, "", "payments", newID())
			}()
		}
		won := 0
		for range 8 {
			if err := <-results; err == nil {
				won++
			} else {
				refused(t, err, fault.Conflict, "slug_taken")
			}
		}
		if won != 1 {
			t.Fatalf("%d got the slug, want 1", won)
		}
	})
}

func testTeams(t *testing.T, open opener) {
	each(t, open, "a team comes back as written and is changed conditionally", func(t *testing.T, s *store.Store) {
		r := s.Registry()
		parent := Team(t, s, "platform")
		v := registry.Team{
			ID: newID(), Slug: "payments", Name: "Платежи \"&<>\" 😀", Description: "line\nbreak", Parent: parent.ID,
			Contact: "#payments", DefaultRepository: "https://github.com/example/payments", CreatedAt: Start, UpdatedAt: Start, Version: 1,
		}
		ok(t, r.CreateTeam(t.Context(), v))
		same(t, must(r.Team(t.Context(), v.ID))(t), v)
		same(t, must(r.TeamBySlug(t.Context(), "payments"))(t), v)
		same(t, must(r.TeamsByID(t.Context(), []id.ID{v.ID, newID(), parent.ID}))(t), map[id.ID]registry.Team{v.ID: v, parent.ID: parent})

		again := v
		again.ID = newID()
		refused(t, r.CreateTeam(t.Context(), again), fault.Conflict, "slug_taken")
		again.Slug, again.Parent = "orphans", newID()
		refused(t, r.CreateTeam(t.Context(), again), fault.Conflict, "reference_missing")

		v.Slug, v.Parent, v.DefaultRepository, v.UpdatedAt = "billing", "", "https://github.com/example/billing", Start.Add(time.Second)
		ok(t, r.UpdateTeam(t.Context(), v))
		refused(t, r.UpdateTeam(t.Context(), v), fault.Precondition, "version_mismatch")
		v.Version = 2
		same(t, must(r.Team(t.Context(), v.ID))(t), v)
		_, err := r.TeamBySlug(t.Context(), "payments")
		refused(t, err, fault.NotFound, "team_not_found")
		v.Slug = "platform"
		refused(t, r.UpdateTeam(t.Context(), v), fault.Conflict, "slug_taken")
		v.ID = newID()
		v.Slug = "nowhere"
		refused(t, r.UpdateTeam(t.Context(), v), fault.NotFound, "team_not_found")
	})

	each(t, open, "an update races with others and only one of them wins", func(t *testing.T, s *store.Store) {
		v := Team(t, s, "payments")
		results := make(chan error, 20)
		for i := range 20 {
			go func() {
				mine := v
				mine.Name = fmt.Sprint("writer ", i)
				results <- s.Registry().UpdateTeam(t.Context(), mine)
			}()
		}
		won := 0
		for range 20 {
			if err := <-results; err == nil {
				won++
			} else {
				refused(t, err, fault.Precondition, "version_mismatch")
			}
		}
		if got := must(s.Registry().Team(t.Context(), v.ID))(t); won != 1 || got.Version != 2 {
			t.Fatalf("%d won and the version is %d, want 1 and 2", won, got.Version)
		}
	})

	each(t, open, "only an empty team is deleted", func(t *testing.T, s *store.Store) {
		r, p := s.Registry(), Person(t, s, "ada")
		inUse := func(team registry.Team) {
			t.Helper()
			refused(t, r.DeleteTeam(t.Context(), team.ID, team.Version), fault.Conflict, "team_in_use")
		}
		parent := Team(t, s, "parent")
		child := registry.Team{ID: newID(), Slug: "child", Parent: parent.ID, CreatedAt: Start, UpdatedAt: Start, Version: 1}
		ok(t, r.CreateTeam(t.Context(), child))
		inUse(parent)
		Service(t, s, child.ID, "checkout")
		inUse(child)
		owner := Team(t, s, "owner")
		ok(t, r.CreateSystem(t.Context(), registry.System{ID: newID(), Slug: "shop", Team: owner.ID, CreatedAt: Start, UpdatedAt: Start, Version: 1}))
		inUse(owner)

		team := Team(t, s, "robots")
		token := aToken(access.WorkloadToken, team.ID)
		ok(t, s.Access().CreateToken(t.Context(), token))
		ok(t, r.AddMember(t.Context(), registry.Member{Team: team.ID, Person: p.ID, JoinedAt: Start}))
		inUse(team)
		ok(t, s.Access().RevokeToken(t.Context(), token.ID, Start))
		refused(t, r.DeleteTeam(t.Context(), team.ID, 7), fault.Precondition, "version_mismatch")
		ok(t, r.DeleteTeam(t.Context(), team.ID, 1))
		refused(t, r.DeleteTeam(t.Context(), team.ID, 1), fault.NotFound, "team_not_found")
		ok(t, r.ReserveSlug(t.Context(), registry.NounTeam, "", team.Slug, id.New(Start)))
		must(s.Access().Person(t.Context(), p.ID))(t)
	})

	each(t, open, "members are listed by name and paged", func(t *testing.T, s *store.Store) {
		r, team, other := s.Registry(), Team(t, s, "payments"), Team(t, s, "other")
		var want []registry.Member
		for _, name := range []string{"ada", "ada", "bob", "carol", "dave"} {
			p := Person(t, s, name)
			m := registry.Member{Team: team.ID, Person: p.ID, Name: name, JoinedAt: Start}
			want = append(want, m)
			ok(t, r.AddMember(t.Context(), m))
			m.JoinedAt = Start.Add(time.Hour)
			ok(t, r.AddMember(t.Context(), m)) // stays as it was
			ok(t, r.AddMember(t.Context(), registry.Member{Team: other.ID, Person: p.ID, JoinedAt: Start}))
		}
		var got []registry.Member
		req := page.Request{Limit: 2}
		for {
			p := must(r.Members(t.Context(), team.ID, req))(t)
			got = append(got, p.Items...)
			if req.After = p.Next; req.After == "" {
				break
			}
		}
		same(t, got, want)
		same(t, must(r.Member(t.Context(), team.ID, want[0].Person))(t), want[0])
		_, err := r.Member(t.Context(), newID(), want[0].Person)
		refused(t, err, fault.NotFound, "member_not_found")
		ok(t, r.RemoveMember(t.Context(), team.ID, want[0].Person))
		refused(t, r.RemoveMember(t.Context(), team.ID, want[0].Person), fault.NotFound, "member_not_found")
		same(t, must(r.Members(t.Context(), team.ID, page.Request{}))(t).Items, want[1:])
		teams := must(r.Teams(t.Context(), registry.TeamFilter{Member: want[0].Person}, page.Request{}))(t).Items
		same(t, teams, []registry.Team{other})
		refused(t, r.AddMember(t.Context(), registry.Member{Team: team.ID, Person: newID(), JoinedAt: Start}), fault.Conflict, "reference_missing")
	})

	each(t, open, "systems are kept, changed, listed and removed", func(t *testing.T, s *store.Store) {
		r, team, other := s.Registry(), Team(t, s, "payments"), Team(t, s, "other")
		v := registry.System{ID: newID(), Slug: "shop", Name: "Shop", Description: "sells", Team: team.ID, CreatedAt: Start, UpdatedAt: Start, Version: 1}
		ok(t, r.CreateSystem(t.Context(), v))
		same(t, must(r.System(t.Context(), v.ID))(t), v)
		same(t, must(r.SystemBySlug(t.Context(), "shop"))(t), v)
		again := v
		again.ID = newID()
		refused(t, r.CreateSystem(t.Context(), again), fault.Conflict, "slug_taken")
		v.Team, v.Name = other.ID, "The shop"
		ok(t, r.UpdateSystem(t.Context(), v))
		refused(t, r.UpdateSystem(t.Context(), v), fault.Precondition, "")
		v.Version = 2
		same(t, must(r.Systems(t.Context(), registry.SystemFilter{Team: other.ID, Query: "THE"}, page.Request{}))(t).Items, []registry.System{v})
		if n := len(must(r.Systems(t.Context(), registry.SystemFilter{Team: team.ID}, page.Request{}))(t).Items); n != 0 {
			t.Errorf("the former owner lists %d systems", n)
		}
		held := Service(t, s, team.ID, "checkout")
		held.System = v.ID
		ok(t, r.UpdateService(t.Context(), held))
		refused(t, r.DeleteSystem(t.Context(), v.ID, 2), fault.Conflict, "system_in_use")
		held.System, held.Version = "", 2
		ok(t, r.UpdateService(t.Context(), held))
		refused(t, r.DeleteSystem(t.Context(), v.ID, 1), fault.Precondition, "")
		ok(t, r.DeleteSystem(t.Context(), v.ID, 2))
		refused(t, r.DeleteSystem(t.Context(), v.ID, 2), fault.NotFound, "system_not_found")
		_, err := r.SystemBySlug(t.Context(), "shop")
		refused(t, err, fault.NotFound, "system_not_found")
	})
}

func testServices(t *testing.T, open opener) {
	each(t, open, "the repositories of other live services are found by a part of their address", func(t *testing.T, s *store.Store) {
		r, team := s.Registry(), Team(t, s, "payments")
		retired := Start.Add(time.Hour)
		own := Service(t, s, team.ID, "own")
		for slug, change := range map[string]func(*registry.Service){
			"own":    func(v *registry.Service) { v.ID, v.Version, v.Repository = own.ID, 1, "https://github.com/acme/mono" },
			"other":  func(v *registry.Service) { v.Repository = "https://github.com/ACME/Mono.git" },
			"twice":  func(v *registry.Service) { v.Repository = "https://github.com/ACME/Mono.git" },
			"nearly": func(v *registry.Service) { v.Repository = "https://github.com/acme/mono_x" },
			"unlike": func(v *registry.Service) { v.Repository = "https://github.com/acme/monoxx" },
			"retired": func(v *registry.Service) {
				v.Repository, v.RetiredAt = "https://github.com/acme/mono?retired", &retired
			},
			"homeless": func(*registry.Service) {},
		} {
			v := own
			if slug != "own" {
				v = Service(t, s, team.ID, slug)
			}
			change(&v)
			ok(t, r.UpdateService(t.Context(), v))
		}
		for text, want := range map[string][]string{
			"acme/mono":   {"https://github.com/ACME/Mono.git", "https://github.com/acme/mono_x", "https://github.com/acme/monoxx"},
			"acme/mono_x": {"https://github.com/acme/mono_x"},
			"acme/none":   nil,
		} {
			got := must(r.RepositoriesLike(t.Context(), text, own.ID))(t)
			slices.Sort(got)
			same(t, got, want)
		}
		var slugs []string
		for _, v := range must(r.ServicesLike(t.Context(), "acme/mono"))(t) {
			slugs = append(slugs, v.Slug)
		}
		same(t, slugs, []string{"nearly", "other", "own", "twice", "unlike"})
	})

	each(t, open, "a service comes back as written and is changed conditionally", func(t *testing.T, s *store.Store) {
		r, team, other := s.Registry(), Team(t, s, "payments"), Team(t, s, "other")
		system := registry.System{ID: newID(), Slug: "shop", Team: team.ID, CreatedAt: Start, UpdatedAt: Start, Version: 1}
		ok(t, r.CreateSystem(t.Context(), system))
		v := registry.Service{
			ID: newID(), Slug: "checkout", Team: team.ID, TeamSlug: "payments", System: system.ID, SystemSlug: "shop", CreatedAt: Start, UpdatedAt: Start, Version: 1,
			Profile: registry.Profile{
				Name: "Checkout", Description: "takes the money", Kind: registry.GRPC, Tier: 1, Lifecycle: registry.Production,
				Repository: "https://example.org/r", OnCall: "rota", Runbook: "https://example.org/b", Dashboard: "https://example.org/d",
				Docs: "https://example.org/o", Contact: "#checkout",
				Labels:      map[string]string{"env": "prod", "ключ": "значение 😀", "quote": `"\`},
				Annotations: map[string]string{"example.org/a": "<b>&amp;</b>"},
			},
		}
		ok(t, r.CreateService(t.Context(), v))
		same(t, must(r.Service(t.Context(), v.ID))(t), v)
		same(t, must(r.ServiceBySlug(t.Context(), "checkout"))(t), v)
		same(t, must(r.ServicesByID(t.Context(), []id.ID{newID(), v.ID}))(t), map[id.ID]registry.Service{v.ID: v})
		again := v
		again.ID = newID()
		refused(t, r.CreateService(t.Context(), again), fault.Conflict, "slug_taken")

		retired := Start.Add(time.Hour)
		v.Slug, v.Team, v.System, v.RetiredAt, v.Labels = "pay", other.ID, "", &retired, nil
		v.TeamSlug, v.SystemSlug = "other", ""
		ok(t, r.UpdateService(t.Context(), v))
		refused(t, r.UpdateService(t.Context(), v), fault.Precondition, "version_mismatch")
		v.Version, v.Labels = 2, map[string]string{} // an absent map is an empty one
		same(t, must(r.Service(t.Context(), v.ID))(t), v)
		v.RetiredAt = nil
		ok(t, r.UpdateService(t.Context(), v))
		v.Version = 3
		same(t, must(r.Service(t.Context(), v.ID))(t), v)
		v.ID = newID()
		refused(t, r.UpdateService(t.Context(), v), fault.NotFound, "service_not_found")
		_, err := r.ServiceBySlug(t.Context(), "checkout")
		refused(t, err, fault.NotFound, "service_not_found")
	})

	each(t, open, "every filter narrows the list of services", func(t *testing.T, s *store.Store) {
		r, team, other := s.Registry(), Team(t, s, "payments"), Team(t, s, "other")
		system := registry.System{ID: newID(), Slug: "shop", Team: team.ID, CreatedAt: Start, UpdatedAt: Start, Version: 1}
		ok(t, r.CreateSystem(t.Context(), system))
		one := Service(t, s, team.ID, "checkout")
		one.System, one.Kind, one.Tier, one.Lifecycle = system.ID, registry.Batch, 1, registry.Experimental
		ok(t, r.UpdateService(t.Context(), one))
		Service(t, s, other.ID, "search")
		gone := Service(t, s, other.ID, "old")
		gone.RetiredAt = &Start
		ok(t, r.UpdateService(t.Context(), gone))
		for name, f := range map[string]registry.ServiceFilter{
			"team":      {Team: team.ID},
			"system":    {System: system.ID},
			"kind":      {Kind: registry.Batch},
			"tier":      {Tier: 1},
			"lifecycle": {Lifecycle: registry.Experimental},
			"query":     {Query: "ECKO"},
		} {
			got := must(r.Services(t.Context(), f, page.Request{}))(t).Items
			if len(got) != 1 || got[0].ID != one.ID {
				t.Errorf("by %s: got %d, want the one", name, len(got))
			}
		}
		if n := len(must(r.Services(t.Context(), registry.ServiceFilter{}, page.Request{}))(t).Items); n != 2 {
			t.Errorf("lists %d, want the 2 that are not retired", n)
		}
		if n := len(must(r.Services(t.Context(), registry.ServiceFilter{IncludeRetired: true}, page.Request{}))(t).Items); n != 3 {
			t.Errorf("lists %d with the retired one, want 3", n)
		}
	})

	each(t, open, "pages neither skip nor repeat a service while others come and go", func(t *testing.T, s *store.Store) {
		r, team := s.Registry(), Team(t, s, "payments")
		var untouched []string
		for i := range 40 {
			slug := fmt.Sprintf("s-%02d", i)
			Service(t, s, team.ID, slug)
			untouched = append(untouched, slug)
		}
		moving := Service(t, s, team.ID, "s-20-moving")
		var got []string
		req := page.Request{Limit: 3}
		for i := 0; ; i++ {
			p := must(r.Services(t.Context(), registry.ServiceFilter{}, req))(t)
			for _, v := range p.Items {
				got = append(got, v.Slug)
			}
			// Some come before the page, some after it, and one moves about.
			Service(t, s, team.ID, fmt.Sprintf("a-%02d", i))
			Service(t, s, team.ID, fmt.Sprintf("z-%02d", i))
			moving.Slug = fmt.Sprintf("m-%02d", i)
			ok(t, r.UpdateService(t.Context(), moving))
			moving.Version++
			if req.After = p.Next; req.After == "" || i > 40 {
				break
			}
		}
		if !slices.IsSorted(got) {
			t.Error("the pages are not in order")
		}
		seen := make(map[string]int)
		for _, slug := range got {
			seen[slug]++
		}
		for _, slug := range untouched {
			if seen[slug] != 1 {
				t.Errorf("%s was seen %d times, want once", slug, seen[slug])
			}
		}
	})
}

func testDependencies(t *testing.T, open opener) {
	each(t, open, "a dependency is seen from both sides", func(t *testing.T, s *store.Store) {
		r, team := s.Registry(), Team(t, s, "payments")
		one, two := Service(t, s, team.ID, "checkout"), Service(t, s, team.ID, "ledger")
		d := registry.Dependency{
			ID: newID(), Service: one.ID, On: two.ID, OnSlug: "ledger", CreatedAt: Start, UpdatedAt: Start, Version: 1,
			DependencyTerms: registry.DependencyTerms{
				Criticality: registry.Hard, FailureMode: "no sale", Timeout: 1500 * time.Millisecond, Retry: "twice", Breaker: "5 in 10 s", Bulkhead: "20",
			},
		}
		ok(t, r.CreateDependency(t.Context(), d))
		same(t, must(r.Dependency(t.Context(), d.ID))(t), d)
		same(t, must(r.Dependencies(t.Context(), one.ID))(t), []registry.Dependency{d})
		same(t, must(r.Dependents(t.Context(), two.ID, page.Request{}))(t).Items, []registry.Dependency{d})
		same(t, must(r.CountDependents(t.Context(), two.ID))(t), 1)
		same(t, len(must(r.Dependents(t.Context(), one.ID, page.Request{}))(t).Items), 0)
		same(t, must(r.CountDependents(t.Context(), one.ID))(t), 0)
		again := d
		again.ID = newID()
		refused(t, r.CreateDependency(t.Context(), again), fault.Conflict, "dependency_exists")
		again.On = newID()
		refused(t, r.CreateDependency(t.Context(), again), fault.Conflict, "reference_missing")

		d.Timeout, d.Criticality = 0, registry.Soft
		ok(t, r.UpdateDependency(t.Context(), d))
		refused(t, r.UpdateDependency(t.Context(), d), fault.Precondition, "version_mismatch")
		d.Version = 2
		same(t, must(r.Dependency(t.Context(), d.ID))(t), d)
		refused(t, r.DeleteDependency(t.Context(), d.ID, 1), fault.Precondition, "version_mismatch")
		ok(t, r.DeleteDependency(t.Context(), d.ID, 2))
		refused(t, r.DeleteDependency(t.Context(), d.ID, 2), fault.NotFound, "dependency_not_found")
		_, err := r.Dependency(t.Context(), d.ID)
		refused(t, err, fault.NotFound, "dependency_not_found")
	})
}
