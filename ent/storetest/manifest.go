package storetest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/managed"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/manifest"
	"github.com/evenkeel/evenkeel/services/registry"
)

// ASet of a team, or the platform's, which was not written.
func ASet(slug string, team registry.Team) manifest.Set {
	return manifest.Set{
		ID: newID(), Slug: slug, Team: team.ID, TeamSlug: team.Slug, Source: "https://example.org/ü", CreatedAt: Start, AppliedAt: Start, AppliedBy: "ada", Version: 1,
	}
}

// AManifest of a set, which was not written.
func AManifest(set manifest.Set, kind manifest.Kind, name string, resource id.ID) manifest.Item {
	return manifest.Item{
		ID: newID(), Set: set.ID, Identity: manifest.Identity{Kind: kind, Name: name}, Resource: resource, Path: name + ".yaml", Document: "kind: " + string(kind) + "\nname: ü\n", AppliedAt: Start,
	}
}

func testManifests(t *testing.T, open opener) {
	each(t, open, "sets are listed by slug, changed by their version, and go with their items", func(t *testing.T, s *store.Store) {
		m := s.Manifests()
		team := Team(t, s, "crew")
		one, two := ASet("alpha", team), ASet("beta", registry.Team{})
		ok(t, m.CreateSet(t.Context(), one))
		ok(t, m.CreateSet(t.Context(), two))
		refused(t, m.CreateSet(t.Context(), ASet("alpha", team)), fault.Conflict, "slug_taken")
		same(t, must(m.SetBySlug(t.Context(), "alpha"))(t), one)
		_, err := m.SetBySlug(t.Context(), "gamma")
		refused(t, err, fault.NotFound, "manifest_set_not_found")
		first := must(m.Sets(t.Context(), manifest.Filter{}, page.Request{Limit: 1}))(t)
		same(t, first.Items, []manifest.Set{one})
		same(t, must(m.Sets(t.Context(), manifest.Filter{}, page.Request{Limit: 1, After: first.Next}))(t).Items, []manifest.Set{two})
		same(t, must(m.Sets(t.Context(), manifest.Filter{Team: team.ID}, page.Request{}))(t).Items, []manifest.Set{one})

		later := Start.Add(time.Hour)
		two.Team, two.TeamSlug, two.Source, two.AppliedAt, two.AppliedBy = team.ID, team.Slug, "", later, "bob"
		ok(t, m.UpdateSet(t.Context(), two))
		refused(t, m.UpdateSet(t.Context(), two), fault.Precondition, "version_mismatch")
		two.Digest, two.CheckedAt, two.Drifted, two.DriftedSince = "a digest", &later, 3, &Start
		ok(t, m.CheckedSet(t.Context(), two))
		two.Version = 2
		ok(t, s.InTx(t.Context(), func(ctx context.Context) error {
			same(t, must(m.HoldSet(ctx, "beta"))(t), two)
			return nil
		}))
		same(t, must(m.Sets(t.Context(), manifest.Filter{Drifted: true}, page.Request{}))(t).Items, []manifest.Set{two})

		item := AManifest(two, manifest.KindTeam, "crew", team.ID)
		ok(t, m.WriteItems(t.Context(), []manifest.Item{item}))
		refused(t, m.DeleteSet(t.Context(), two.ID, 1), fault.Precondition, "version_mismatch")
		ok(t, m.DeleteSet(t.Context(), two.ID, 2))
		refused(t, m.DeleteSet(t.Context(), two.ID, 2), fault.NotFound, "manifest_set_not_found")
		_, err = m.Item(t.Context(), item.ID)
		refused(t, err, fault.NotFound, "manifest_not_found")
	})

	each(t, open, "a thing is in one set, and an item is written again with how it drifted", func(t *testing.T, s *store.Store) {
		m := s.Manifests()
		set, other := ASet("alpha", registry.Team{}), ASet("beta", registry.Team{})
		ok(t, m.CreateSet(t.Context(), set))
		ok(t, m.CreateSet(t.Context(), other))
		team, slo := AManifest(set, manifest.KindTeam, "crew", newID()), AManifest(set, manifest.KindSLO, "checkout/availability", newID())
		ok(t, m.WriteItems(t.Context(), []manifest.Item{team, slo}))
		refused(t, m.WriteItems(t.Context(), []manifest.Item{AManifest(other, manifest.KindTeam, "crew", team.Resource)}), fault.Conflict, "managed_elsewhere")
		same(t, must(m.Items(t.Context(), set.ID))(t), []manifest.Item{slo, team})

		slo.Path, slo.Document, slo.Released = "other.yaml", "kind: SLO\n", &manifest.Release{At: Start.Add(time.Minute), By: "ada", Reason: "It pages."}
		slo.Drift = &manifest.Drift{Action: manifest.Update, Fields: []manifest.Field{{Name: "/objective", Before: "99%", After: "99.9%"}}, SeenAt: Start.Add(time.Minute)}
		ok(t, m.WriteItems(t.Context(), []manifest.Item{slo}))
		same(t, must(m.Item(t.Context(), slo.ID))(t), slo)
		same(t, must(m.ItemPage(t.Context(), manifest.ItemFilter{Set: set.ID, Drifted: true}, page.Request{}))(t).Items, []manifest.Item{slo})
		first := must(m.ItemPage(t.Context(), manifest.ItemFilter{Set: set.ID}, page.Request{Limit: 1}))(t)
		same(t, first.Items, []manifest.Item{slo})
		same(t, must(m.ItemPage(t.Context(), manifest.ItemFilter{Set: set.ID}, page.Request{Limit: 1, After: first.Next}))(t).Items, []manifest.Item{team})
		same(t, must(m.ItemPage(t.Context(), manifest.ItemFilter{Set: set.ID, Kind: manifest.KindTeam}, page.Request{}))(t).Items, []manifest.Item{team})
		ok(t, m.RemoveItems(t.Context(), []id.ID{slo.ID}))
		same(t, must(m.Items(t.Context(), set.ID))(t), []manifest.Item{team})
	})

	each(t, open, "of all sets a thing is found by what it is, and by whose it is", func(t *testing.T, s *store.Store) {
		m := s.Manifests()
		crew, others := Team(t, s, "crew"), Team(t, s, "others")
		checkout, ledger := Service(t, s, crew.ID, "checkout"), Service(t, s, others.ID, "ledger")
		promise, theirs := SLO(t, s, checkout.ID, "availability"), SLO(t, s, ledger.ID, "availability")
		one, two := ASet("alpha", crew), ASet("beta", registry.Team{})
		ok(t, m.CreateSet(t.Context(), one))
		ok(t, m.CreateSet(t.Context(), two))
		drifts := func(set manifest.Set, kind manifest.Kind, name string, of id.ID) manifest.Item {
			i := AManifest(set, kind, name, of)
			i.Drift = &manifest.Drift{Action: manifest.Update, Fields: []manifest.Field{{Name: "/objective", Before: "99%", After: "99.9%"}}, SeenAt: Start}
			return i
		}
		mine, kept := drifts(one, manifest.KindSLO, "checkout/availability", promise.SLO.ID), AManifest(two, manifest.KindService, "checkout", checkout.ID)
		foreign, team := drifts(two, manifest.KindSLO, "ledger/availability", theirs.SLO.ID), drifts(two, manifest.KindTeam, "crew", crew.ID)
		// Two sets may have a campaign of one name, and either is on the list once.
		first, second := AManifest(one, manifest.KindCampaign, "Runbooks", newID()), AManifest(two, manifest.KindCampaign, "Runbooks", newID())
		ok(t, m.WriteItems(t.Context(), []manifest.Item{mine, kept, foreign, team, first, second}))
		list := func(f manifest.ItemFilter) []manifest.Item {
			return must(m.ItemPage(t.Context(), f, page.Request{}))(t).Items
		}
		same(t, list(manifest.ItemFilter{}), []manifest.Item{first, second, mine, foreign, kept, team})
		same(t, list(manifest.ItemFilter{Service: checkout.ID}), []manifest.Item{mine, kept})
		same(t, list(manifest.ItemFilter{Service: checkout.ID, Drifted: true}), []manifest.Item{mine})
		same(t, list(manifest.ItemFilter{Team: crew.ID, Drifted: true}), []manifest.Item{mine, team})
		same(t, list(manifest.ItemFilter{Kind: manifest.KindSLO, Resource: theirs.SLO.ID}), []manifest.Item{foreign})
		half := must(m.ItemPage(t.Context(), manifest.ItemFilter{}, page.Request{Limit: 1}))(t)
		same(t, must(m.ItemPage(t.Context(), manifest.ItemFilter{}, page.Request{Limit: 1, After: half.Next}))(t).Items, []manifest.Item{second})
		same(t, must(m.SetsByID(t.Context(), []id.ID{one.ID, two.ID, newID()}))(t), map[id.ID]manifest.Set{one.ID: one, two.ID: two})
		same(t, must(m.SetsByID(t.Context(), nil))(t), map[id.ID]manifest.Set{})
	})

	each(t, open, "what a set lets go of is kept by others as before", func(t *testing.T, s *store.Store) {
		m, r := s.Manifests(), s.Registry()
		set := ASet("alpha", registry.Team{})
		keeper := managed.ManifestSet("alpha")
		by := managed.Set{{Manager: managed.Catalog, Entity: "group:default/crew", At: aPortal, Fields: []string{"name"}}, {Manager: keeper, Entity: "crew.yaml", Fields: []string{"contact", "slug"}}}
		team := Team(t, s, "crew")
		team.Managed = by
		ok(t, r.UpdateTeam(t.Context(), team))
		ok(t, m.LetGo(t.Context(), AManifest(set, manifest.KindTeam, "crew", team.ID), keeper))
		is := must(r.Team(t.Context(), team.ID))(t)
		same(t, is.Managed, by[:1])
		same(t, is.Version, team.Version+2)

		service, on := Service(t, s, team.ID, "checkout"), Service(t, s, team.ID, "ledger")
		service.Managed = by
		ok(t, r.UpdateService(t.Context(), service))
		need := registry.Dependency{ID: newID(), Service: service.ID, On: on.ID, OnSlug: on.Slug, DependencyTerms: registry.DependencyTerms{Criticality: registry.Hard}, Manager: keeper, CreatedAt: Start, UpdatedAt: Start, Version: 1}
		ok(t, r.CreateDependency(t.Context(), need))
		ok(t, m.LetGo(t.Context(), AManifest(set, manifest.KindService, "checkout", service.ID), keeper))
		same(t, must(r.Service(t.Context(), service.ID))(t).Managed, by[:1])
		need.Manager, need.Version = "", 2
		same(t, must(r.Dependencies(t.Context(), service.ID))(t), []registry.Dependency{need})
		ok(t, m.LetGo(t.Context(), AManifest(set, manifest.KindSystem, "gone", newID()), keeper))
	})

	each(t, open, "what had another name is found by it, of each kind by itself, and people are by their e-mails", func(t *testing.T, s *store.Store) {
		m, r := s.Manifests(), s.Registry()
		team := Team(t, s, "crew")
		service, other := Service(t, s, team.ID, "checkout"), Service(t, s, team.ID, "ledger")
		for _, slug := range []string{"checkout", "till", "cash"} { // from one name to the next
			ok(t, r.ReserveSlug(t.Context(), registry.NounService, "", slug, service.ID))
			service.Slug = slug
			ok(t, r.UpdateService(t.Context(), service))
			service.Version++
		}
		slo := newID()
		ok(t, r.ReserveSlug(t.Context(), registry.NounSLO, service.ID, "up", slo))
		ok(t, r.ReserveSlug(t.Context(), registry.NounSLO, service.ID, "available", slo))
		ok(t, r.ReserveSlug(t.Context(), registry.NounSLO, other.ID, "up", newID()))
		ok(t, r.ReserveSlug(t.Context(), registry.NounTeam, "", "crew", team.ID))
		ok(t, r.ReserveSlug(t.Context(), registry.NounTeam, "", "gang", team.ID))
		formers := func(kind manifest.Kind, slugs ...string) map[string]string {
			return must(m.FormerNames(t.Context(), kind, slugs))(t)
		}
		same(t, formers(manifest.KindService, "checkout", "till", "cash", "ledger", "crew", "nothing"), map[string]string{"checkout": "cash", "till": "cash"})
		same(t, formers(manifest.KindTeam, "crew", "gang", "checkout"), map[string]string{"crew": "gang"})
		same(t, formers(manifest.KindSLO, "cash", "ledger"), map[string]string{"cash/up": "cash/available"})
		same(t, formers(manifest.KindSystem, "crew"), map[string]string{})

		ada, twin := Person(t, s, "Ada"), Person(t, s, "Ada")
		ada.Email, twin.Email = "Ada@example.org", "ada@example.org"
		for _, p := range []*access.Person{&ada, &twin} {
			ok(t, s.Access().UpdatePerson(t.Context(), *p))
			p.Version++
		}
		Person(t, s, "Bob")
		found := must(m.PeopleByEmail(t.Context(), []string{"ada@example.org", "nobody@example.org"}))(t)
		same(t, sorted(found, func(p access.Person) string { return string(p.ID) }), sorted([]access.Person{ada, twin}, func(p access.Person) string { return string(p.ID) }))
	})

	each(t, open, "what is tried in a savepoint is undone by itself", func(t *testing.T, s *store.Store) {
		m := s.Manifests()
		ok(t, s.InTx(t.Context(), func(ctx context.Context) error {
			ok(t, m.CreateSet(ctx, ASet("alpha", registry.Team{})))
			refused(t, s.InSavepoint(ctx, func(ctx context.Context) error {
				ok(t, m.CreateSet(ctx, ASet("beta", registry.Team{})))
				return m.CreateSet(ctx, ASet("alpha", registry.Team{})) // which ends a transaction of PostgreSQL
			}), fault.Conflict, "slug_taken")
			return s.InSavepoint(ctx, func(ctx context.Context) error { return m.CreateSet(ctx, ASet("gamma", registry.Team{})) })
		}))
		var slugs []string
		for _, v := range must(m.Sets(t.Context(), manifest.Filter{}, page.Request{}))(t).Items {
			slugs = append(slugs, v.Slug)
		}
		same(t, slugs, []string{"alpha", "gamma"})
		if err := s.InSavepoint(t.Context(), func(context.Context) error { return errors.New("it was done") }); err == nil || err.Error() == "it was done" {
			t.Errorf("without a transaction: %v", err)
		}
	})
}
