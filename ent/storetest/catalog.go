package storetest

import (
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/managed"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/catalog"
	"github.com/evenkeel/evenkeel/services/registry"
)

const aPortal = "https://portal.example.org"

// ASync that began so many minutes after Start, and was not written.
func ASync(full bool, minutes int) catalog.Sync {
	return catalog.Sync{
		ID: newID(), Portal: aPortal, Full: full, State: catalog.Open, StartedBy: "portal:catalog", StartedAt: Start.Add(time.Duration(minutes) * time.Minute),
		Counts: catalog.Counts{Created: 1, Updated: 2, Unchanged: 3, Refused: 4, Skipped: 5, Deferred: 6, Gone: 7},
	}
}

// AnEntity that was seen so many minutes after Start, and was not written.
func AnEntity(kind catalog.Kind, name string, resource id.ID, minutes int) catalog.Entity {
	seen := Start.Add(time.Duration(minutes) * time.Minute)
	return catalog.Entity{
		ID: newID(), Portal: aPortal, State: catalog.Linked, Resource: resource, FirstSeenAt: seen, SeenAt: seen,
		Told: catalog.Told{
			Kind: kind, Ref: string(kind) + ":default/" + name, UID: "uid-" + name, Title: "Žofie „" + name + "“ 100%_", Members: []string{},
			Origin: "url:https://example.org/" + name,
		},
	}
}

func testCatalog(t *testing.T, open opener) {
	each(t, open, "a portal has one open full sync, and only an open one counts and ends", func(t *testing.T, s *store.Store) {
		c := s.Catalog()
		first, beside := ASync(true, 0), ASync(false, 1)
		ok(t, c.CreateSync(t.Context(), first))
		ok(t, c.CreateSync(t.Context(), beside))
		same(t, must(c.Sync(t.Context(), first.ID))(t), first)
		second := ASync(true, 2)
		refused(t, c.CreateSync(t.Context(), second), fault.Precondition, "version_mismatch")
		other := ASync(true, 2)
		other.Portal += ".other"
		ok(t, c.CreateSync(t.Context(), other))

		ended := Start.Add(time.Hour)
		ok(t, c.Supersede(t.Context(), aPortal, ended))
		ok(t, c.CreateSync(t.Context(), second))
		first.State, first.EndedAt = catalog.Superseded, &ended
		same(t, must(c.Sync(t.Context(), first.ID))(t), first)
		refused(t, c.Count(t.Context(), first.ID, catalog.Counts{Gone: 1}), fault.NotFound, "sync_not_found")
		refused(t, c.EndSync(t.Context(), first.ID, ended), fault.NotFound, "sync_not_found")
		ok(t, c.Count(t.Context(), second.ID, catalog.Counts{Created: 10, Updated: 10, Unchanged: 10, Refused: 10, Skipped: 10, Deferred: 10, Gone: 10}))
		ok(t, c.EndSync(t.Context(), second.ID, ended))
		second.State, second.EndedAt = catalog.Complete, &ended
		second.Counts = catalog.Counts{Created: 11, Updated: 12, Unchanged: 13, Refused: 14, Skipped: 15, Deferred: 16, Gone: 17}
		// Made in the order first, beside, second, other; listed the newest first.
		var listed []catalog.Sync
		for r := (page.Request{Limit: 3}); ; {
			p := must(c.Syncs(t.Context(), r))(t)
			listed = append(listed, p.Items...)
			if r.After = p.Next; r.After == "" {
				break
			}
		}
		same(t, listed, []catalog.Sync{other, second, beside, first})
		same(t, must(c.PruneSyncs(t.Context(), Start.Add(2*time.Minute), 1))(t), 1)
		same(t, must(c.PruneSyncs(t.Context(), Start.Add(2*time.Minute), 9))(t), 1)
		_, err := c.Sync(t.Context(), newID())
		refused(t, err, fault.NotFound, "sync_not_found")
	})

	each(t, open, "an entity is found by its UID, its living reference and what it is", func(t *testing.T, s *store.Store) {
		c := s.Catalog()
		team := Team(t, s, "payments").ID
		checkout, ledger := Service(t, s, team, "checkout").ID, Service(t, s, team, "ledger").ID
		a, b, d := AnEntity(catalog.Component, "checkout", checkout, 0), AnEntity(catalog.Component, "ledger", ledger, 1), AnEntity(catalog.Group, "payments", team, 2)
		b.Faults, b.State = []catalog.Fault{{Pointer: "/owner", Message: "names no group", Value: "„ü\n“"}}, catalog.Refused
		for _, e := range []catalog.Entity{a, b, d} {
			ok(t, c.PutEntity(t.Context(), e))
		}
		same(t, must(c.ByUID(t.Context(), aPortal, []string{"uid-ledger", "none"}))(t), []catalog.Entity{b})
		same(t, len(must(c.ByUID(t.Context(), "https://elsewhere.example.org", []string{"uid-ledger"}))(t)), 0)
		same(t, len(must(c.ByUID(t.Context(), aPortal, nil))(t)), 0)
		same(t, must(c.ByRef(t.Context(), aPortal, []string{a.Ref, "component:default/none"}))(t), []catalog.Entity{a})
		same(t, must(c.Of(t.Context(), ledger))(t), b)
		for _, taken := range []func(*catalog.Entity){
			func(e *catalog.Entity) { e.UID = a.UID }, func(e *catalog.Entity) { e.Ref = a.Ref }, func(e *catalog.Entity) { e.Resource = checkout },
		} {
			e := AnEntity(catalog.Component, "another", "", 3)
			taken(&e)
			refused(t, c.PutEntity(t.Context(), e), fault.Precondition, "")
		}
		list := func(f catalog.Filter) []catalog.Entity {
			var out []catalog.Entity
			for r := (page.Request{Limit: 1}); ; {
				p := must(c.Entities(t.Context(), f, r))(t)
				out = append(out, p.Items...)
				if r.After = p.Next; r.After == "" {
					return out
				}
			}
		}
		same(t, list(catalog.Filter{}), []catalog.Entity{a, b, d})
		same(t, list(catalog.Filter{Kind: catalog.Group}), []catalog.Entity{d})
		same(t, list(catalog.Filter{State: catalog.Refused}), []catalog.Entity{b})
		same(t, list(catalog.Filter{Query: "LEDGER"}), []catalog.Entity{b})
		same(t, len(list(catalog.Filter{Query: "100%_"})), 3)
		same(t, len(list(catalog.Filter{Query: "100__"})), 0)
		same(t, must(c.Unseen(t.Context(), aPortal, Start.Add(2*time.Minute), "", 9))(t), []catalog.Entity{a, b})
		same(t, must(c.Unseen(t.Context(), aPortal, Start.Add(2*time.Minute), a.ID, 9))(t), []catalog.Entity{b})
		same(t, must(c.Links(t.Context(), aPortal, Start.Add(2*time.Minute)))(t), map[catalog.Kind]int{catalog.Component: 2})
		origins := []string{a.Origin, b.Origin, d.Origin, "elsewhere"}
		at := func(e catalog.Entity) catalog.Place { return catalog.Place{Kind: e.Kind, Origin: e.Origin} }
		formerly := func(before, since time.Time) map[catalog.Place]bool {
			return must(c.Formerly(t.Context(), aPortal, origins, before, since))(t)
		}
		same(t, formerly(Start.Add(time.Minute), Start), map[catalog.Place]bool{at(a): true}) // b came in that minute
		same(t, formerly(Start.Add(time.Hour), Start), map[catalog.Place]bool{at(a): true, at(b): true, at(d): true})
		same(t, must(c.From(t.Context(), aPortal, origins, Start))(t), []catalog.Entity{a, b, d})
		same(t, len(must(c.From(t.Context(), "https://elsewhere.example.org", origins, Start))(t)), 0)
		same(t, len(must(c.Left(t.Context(), aPortal, []string{a.Ref}))(t)), 0)
		again := Start.Add(time.Hour)
		ok(t, c.Seen(t.Context(), []id.ID{a.ID, b.ID}, again))
		a.SeenAt, b.SeenAt = again, again
		same(t, must(c.ByUID(t.Context(), aPortal, []string{a.UID}))(t), []catalog.Entity{a})

		// One that is gone keeps its UID and what it was, and gives the rest up.
		a.State, a.GoneAt = catalog.Gone, &again
		ok(t, c.PutEntity(t.Context(), a))
		same(t, must(c.ByUID(t.Context(), aPortal, []string{a.UID}))(t), []catalog.Entity{a})
		same(t, len(must(c.ByRef(t.Context(), aPortal, []string{a.Ref}))(t)), 0)
		same(t, must(c.Left(t.Context(), aPortal, []string{a.Ref, b.Ref}))(t), []catalog.Entity{a})
		same(t, formerly(Start, again), map[catalog.Place]bool{at(a): true})
		same(t, len(formerly(Start, again.Add(time.Minute))), 0)
		same(t, must(c.From(t.Context(), aPortal, []string{a.Origin}, again))(t), []catalog.Entity{a})
		same(t, len(must(c.From(t.Context(), aPortal, []string{a.Origin}, again.Add(time.Minute)))(t)), 0)
		_, err := c.Of(t.Context(), checkout)
		refused(t, err, fault.NotFound, "entity_not_found")
		unlisted := must(s.Registry().Services(t.Context(), registry.ServiceFilter{Unlisted: true}, page.Request{}))(t).Items
		same(t, len(unlisted), 1)
		same(t, unlisted[0].Slug, "checkout")
		heir := AnEntity(catalog.Component, "checkout", checkout, 9)
		heir.UID, heir.Pending = "uid-heir", true
		ok(t, c.PutEntity(t.Context(), heir))
		waits := AnEntity(catalog.User, "ada", "", 9)
		waits.State = catalog.Deferred
		ok(t, c.PutEntity(t.Context(), waits))
		same(t, must(c.Undecided(t.Context(), aPortal, "", 9))(t), []catalog.Entity{heir, waits})
		same(t, must(c.Undecided(t.Context(), aPortal, heir.ID, 9))(t), []catalog.Entity{waits})
	})

	each(t, open, "who manages what comes back as it was written", func(t *testing.T, s *store.Store) {
		by := managed.Set{{Manager: managed.Catalog, Entity: "component:default/ü", At: aPortal, Fields: []string{"name", "slug"}}}
		r := s.Registry()
		team := Team(t, s, "payments")
		team.Managed = by
		ok(t, r.UpdateTeam(t.Context(), team))
		team.Version = 2
		same(t, must(r.Team(t.Context(), team.ID))(t), team)
		system := System(t, s, team.ID, "shop")
		system.Managed = by
		ok(t, r.UpdateSystem(t.Context(), system))
		system.Version = 2
		same(t, must(r.SystemsByID(t.Context(), []id.ID{system.ID, newID()}))(t), map[id.ID]registry.System{system.ID: system})
		service := Service(t, s, team.ID, "checkout")
		service.Managed = by
		ok(t, r.UpdateService(t.Context(), service))
		service.Version = 2
		same(t, must(r.Service(t.Context(), service.ID))(t), service)
		service.Managed = nil
		ok(t, r.UpdateService(t.Context(), service))
		service.Version = 3
		same(t, must(r.Service(t.Context(), service.ID))(t), service)
		ada, bob := Person(t, s, "ada"), Person(t, s, "bob")
		ada.Managed = by
		ok(t, s.Access().UpdatePerson(t.Context(), ada))
		ada.Version = 2
		same(t, must(s.Access().Person(t.Context(), ada.ID))(t), ada)

		one, two := registry.Member{Team: team.ID, Person: ada.ID, Name: "ada", JoinedAt: Start, Manager: managed.Catalog}, registry.Member{Team: team.ID, Person: bob.ID, Name: "bob", JoinedAt: Start}
		ok(t, r.AddMember(t.Context(), one))
		ok(t, r.AddMember(t.Context(), two))
		same(t, must(r.MembershipsOf(t.Context(), []id.ID{team.ID, newID()}))(t), []registry.Member{one, two})
		same(t, must(r.MembershipsIn(t.Context(), ada.ID))(t), []registry.Member{one})
		other := Service(t, s, team.ID, "ledger")
		d := registry.Dependency{
			ID: newID(), Service: service.ID, On: other.ID, OnSlug: "ledger", DependencyTerms: registry.DependencyTerms{Criticality: registry.Hard},
			Manager: managed.Catalog, CreatedAt: Start, UpdatedAt: Start, Version: 1,
		}
		ok(t, r.CreateDependency(t.Context(), d))
		same(t, must(r.Dependency(t.Context(), d.ID))(t), d)
		same(t, must(r.DependenciesOf(t.Context(), []id.ID{service.ID}))(t), []registry.Dependency{d})
	})

	each(t, open, "an identity is one person's, whoever had it before", func(t *testing.T, s *store.Store) {
		ada, bob := Person(t, s, "ada"), Person(t, s, "bob")
		i := access.Identity{ID: newID(), Person: ada.ID, Provider: "local", Issuer: "test", Subject: "augusta", CreatedAt: Start}
		known := func(subject string, want access.Person) {
			t.Helper()
			same(t, must(s.Access().PersonByIdentity(t.Context(), "local", "test", subject))(t), want)
		}
		for range 2 {
			ok(t, s.Access().GiveIdentity(t.Context(), i))
			known("augusta", ada)
			known(string(ada.ID), ada)
		}
		i.ID, i.Person = newID(), bob.ID
		ok(t, s.Access().TakeIdentity(t.Context(), i)) // which is not his
		known("augusta", ada)
		ok(t, s.Access().GiveIdentity(t.Context(), i))
		known("augusta", bob)
		ok(t, s.Access().TakeIdentity(t.Context(), i))
		_, err := s.Access().PersonByIdentity(t.Context(), "local", "test", "augusta")
		refused(t, err, fault.NotFound, "person_not_found")
		known(string(bob.ID), bob)
	})
}
