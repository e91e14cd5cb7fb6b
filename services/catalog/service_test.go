package catalog_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/audit"
	"github.com/evenkeel/evenkeel/services/catalog"
	"github.com/evenkeel/evenkeel/services/registry"
)

// shop is a small catalog: two teams, one below the other, which is told first; two services, one
// of which depends on the other.
func shop() []catalog.Told {
	payments := group("payments", "ada", "bea")
	payments.Parent, payments.Contact = "group:default/engineering", "#payments"
	checkout := component("checkout", "payments")
	checkout.System, checkout.DependsOn = "system:default/web-shop", []string{"component:default/ledger"}
	return []catalog.Told{
		user("ada"), user("bea"), payments, group("engineering"), system("web-shop", "payments"), checkout, component("ledger", "payments"),
	}
}

func TestAFirstSyncMakesAnOrganisation(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	results, s := h.full(shop()...)
	is(t, "results", outcomes(results), "created, created, created, created, created, created, created")
	is(t, "counts", s.Counts, catalog.Counts{Created: 7})
	is(t, "state", s.State, catalog.Complete)

	payments, engineering := h.team("payments"), h.team("engineering")
	is(t, "parent", payments.Parent, engineering.ID)
	is(t, "name", payments.Name, "Team payments")
	is(t, "members", h.members("payments"), "Ada catalog, Bea catalog")
	checkout := h.service("checkout")
	is(t, "name", checkout.Name, "Service checkout")
	is(t, "owner", checkout.TeamSlug, "payments")
	is(t, "system", checkout.SystemSlug, "web-shop")
	// The type "service" says HTTP, nobody said how critical it is: 3.
	is(t, "kind", checkout.Kind, registry.HTTP)
	is(t, "tier", checkout.Tier, 3)
	by, _ := checkout.Managed.From("catalog")
	is(t, "fields", strings.Join(by.Fields, " "), "lifecycle name repository slug system team")
	is(t, "entity", by.Entity+" "+by.At, "component:default/checkout "+portal)
	depends := ok(h.registry.Dependencies(h.root, "checkout"))(t)
	if len(depends) != 1 || depends[0].OnSlug != "ledger" || depends[0].Manager != "catalog" || depends[0].Criticality != registry.Hard {
		t.Errorf("depends on %+v, want on ledger, hard, by the catalog", depends)
	}
	ada := ok(h.store.Access().PersonByIdentity(t.Context(), "backstage", portal, "user:default/ada"))(t)
	is(t, "person", ada.DisplayName+" "+ada.Email, "Ada ada@example.org")
	is(t, "administrator", ada.Administrator, false)
	for _, e := range ok(h.log.List(h.root, audit.Filter{ObjectID: checkout.ID}, page.Request{}))(t).Items {
		is(t, "actor", string(e.ActorKind)+" "+e.ActorName, "portal catalog")
	}
}

func TestTheSameSyncAgainChangesNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	told := shop()
	dangling := component("lonely", "payments")
	dangling.System, dangling.DependsOn = "system:default/nowhere", []string{"component:default/none"}
	told = append(told, dangling)
	_, first := h.full(told...)
	is(t, "counts", first.Counts, catalog.Counts{Created: 8})
	before, version := h.entries(), h.service("checkout").Version
	for range 2 {
		results, s := h.full(told...)
		is(t, "counts", s.Counts, catalog.Counts{Unchanged: 8})
		is(t, "results", outcomes(results), "unchanged, unchanged, unchanged, unchanged, unchanged, unchanged, unchanged, unchanged /system /dependsOn/0")
	}
	is(t, "audit entries", h.entries(), before)
	is(t, "version", h.service("checkout").Version, version)

	// What it names and nobody knew comes.
	results, _ := h.full(append(told, system("nowhere", "payments"), component("none", "payments"))...)
	is(t, "results", outcomes(results[7:]), "unchanged /system /dependsOn/0, created, created")
	results, _ = h.full(append(told, system("nowhere", "payments"), component("none", "payments"))...)
	is(t, "results", outcomes(results[7:]), "updated, unchanged, unchanged")
	is(t, "system", h.service("lonely").SystemSlug, "nowhere")
}

func TestWhatIsUnchangedTakesABoundedNumberOfStatements(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	told := []catalog.Told{user("ada"), group("payments", "ada"), system("web-shop", "payments")}
	for i := range 200 {
		c := component(fmt.Sprintf("service-%03d", i), "payments")
		c.System = "system:default/web-shop"
		if i > 0 {
			c.DependsOn = []string{"component:default/service-000"}
		}
		told = append(told, c)
	}
	h.full(told...)
	cost := func(told []catalog.Told) int64 {
		s := h.start(true)
		before := h.store.Statements()
		for _, r := range h.tell(s, told...) {
			if r.Outcome != catalog.OutcomeUnchanged {
				t.Fatalf("%+v", r)
			}
		}
		return h.store.Statements() - before
	}
	few, many := cost(told[3:13]), cost(told[3:])
	// Both read the sync, entities by UID and by reference, teams, systems, services and dependencies,
	// and write what was seen and the counts; more than 500 references would be read in two.
	if few != many || many > 12 {
		t.Errorf("10 take %d statements, 200 take %d; want the same, 12 at most", few, many)
	}
}

func TestAnEntityIsTheSameUnderAnotherName(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	told := shop()
	h.full(told...)
	service, team := h.service("checkout"), h.team("payments")

	// By its UID.
	byUID := slices.Clone(told)
	byUID[0].Ref = "user:default/augusta"
	byUID[2].Ref, byUID[2].Members = "group:default/pay", []string{"user:default/augusta"}
	byUID[4].Owner, byUID[6].Owner = "group:default/pay", "group:default/pay"
	byUID[5].Ref, byUID[5].Owner = "component:default/till", "group:default/pay"
	results, _ := h.full(byUID...)
	is(t, "results", outcomes(results), "updated, unchanged, updated, unchanged, unchanged, updated, unchanged")
	is(t, "service", h.service("till").ID, service.ID)
	is(t, "team", h.team("pay").ID, team.ID)
	_, err := h.registry.ServiceFor(h.root, "checkout")
	refused(t, err, fault.Moved, "service_renamed")
	_, err = h.store.Access().PersonByIdentity(t.Context(), "backstage", portal, "user:default/ada")
	refused(t, err, fault.NotFound, "person_not_found")
	is(t, "person", ok(h.store.Access().PersonByIdentity(t.Context(), "backstage", portal, "user:default/augusta"))(t).DisplayName, "Ada")

	// By its origin: one of its kind went, one came.
	byOrigin := slices.Clone(byUID)
	byOrigin[5].Ref, byOrigin[5].UID = "component:default/cash-desk", "c-new"
	results, s := h.full(byOrigin...)
	is(t, "results", outcomes(results), "unchanged, unchanged, unchanged, unchanged, unchanged, deferred, unchanged")
	is(t, "counts", s.Counts, catalog.Counts{Unchanged: 6, Deferred: 1, Updated: 1})
	is(t, "service", h.service("cash-desk").ID, service.ID)

	// By the annotation with the name of its service.
	bySlug := slices.Clone(byOrigin)
	bySlug[5].Ref, bySlug[5].UID, bySlug[5].Origin, bySlug[5].Slug = "component:other/desk", "c-newest", "url:https://example.org/moved", "cash-desk"
	results, s = h.full(bySlug...)
	is(t, "results", outcomes(results[5:6]), "deferred")
	is(t, "counts", s.Counts, catalog.Counts{Unchanged: 6, Deferred: 1, Updated: 1})
	is(t, "service", h.service("cash-desk").ID, service.ID)
	by, _ := h.service("cash-desk").Managed.From("catalog")
	is(t, "entity", by.Entity, "component:other/desk")
	is(t, "entities", h.states(catalog.Filter{Query: "desk"}), "component:default/cash-desk gone, component:other/desk linked")
	is(t, "the rest", h.states(catalog.Filter{State: catalog.Gone}), "component:default/cash-desk gone, component:default/till gone")

	// Two came from where one went: neither is it.
	two := slices.Clone(bySlug)
	two[5].Ref, two[5].UID, two[5].Slug = "component:default/one", "c-one", ""
	another := two[5]
	another.Ref, another.UID = "component:default/two", "c-two"
	_, s = h.full(append(two, another)...)
	is(t, "counts", s.Counts, catalog.Counts{Unchanged: 6, Deferred: 2, Created: 2, Gone: 1})
	is(t, "managers of what went", len(h.service("cash-desk").Managed), 0)
}

func TestWhatIsNotToldAnyMoreIsTheTeamsAgain(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	told := shop()
	h.full(told...)
	bob := access.CallerFrom(h.bob).Person
	ok(h.registry.AddMember(h.root, "payments", bob))(t)
	is(t, "members", h.members("payments"), "Ada catalog, Bea catalog, bob")

	// Bea, checkout and its system are told no more; an incremental sync ends nothing.
	left := []catalog.Told{told[0], group("payments", "ada", "bea"), told[3], told[6]}
	left[1].Parent = told[2].Parent
	some := h.start(false)
	h.tell(some, left...)
	is(t, "gone", ok(h.Complete(h.portal, some.ID, catalog.Completion{}))(t).Gone, 0)
	_, s := h.full(left...)
	is(t, "gone", s.Gone, 3)
	is(t, "entities", h.states(catalog.Filter{State: catalog.Gone}), "component:default/checkout gone, system:default/web-shop gone, user:default/bea gone")
	is(t, "members", h.members("payments"), "Ada catalog, bob")
	checkout := h.service("checkout")
	is(t, "managers", len(checkout.Managed), 0)
	is(t, "retired", checkout.RetiredAt == nil, true)
	is(t, "system", checkout.SystemSlug, "web-shop")
	is(t, "dependencies", len(ok(h.registry.Dependencies(h.root, "checkout"))(t)), 0)
	unlisted := ok(h.registry.Services(h.root, registry.ServiceFilter{Unlisted: true}, page.Request{}))(t).Items
	is(t, "services without an entity", fmt.Sprintln(len(unlisted), unlisted[0].Slug), "1 checkout\n")
	bea := ok(h.store.Access().PersonByIdentity(t.Context(), "backstage", portal, "user:default/bea"))(t)
	is(t, "deactivated", bea.DeactivatedAt == nil, true)

	// The team may change it now, and when it comes back it is the same.
	in := registry.ServiceInput{Slug: "checkout", System: "web-shop", Profile: checkout.Profile}
	in.Name = "Ours"
	ok(h.registry.UpdateService(h.bob, "checkout", checkout.Version, in))(t)
	results, _ := h.full(told...)
	is(t, "results", outcomes(results), "unchanged, updated, updated, unchanged, updated, updated, unchanged")
	is(t, "service", h.service("checkout").ID, checkout.ID)
	is(t, "name", h.service("checkout").Name, "Service checkout")
	is(t, "members", h.members("payments"), "Ada catalog, Bea catalog, bob")
	is(t, "services without an entity", len(ok(h.registry.Services(h.root, registry.ServiceFilter{Unlisted: true}, page.Request{}))(t).Items), 0)

	// A group's team stays, without those whom the catalog alone put there.
	_, s = h.full(told[0], told[1], told[3])
	is(t, "gone", s.Gone, 4)
	is(t, "members", h.members("payments"), "bob")
}

func TestAnEmptyCatalogTakesNothingAway(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	told := []catalog.Told{group("payments")}
	for i := range 55 {
		told = append(told, component(fmt.Sprintf("service-%02d", i), "payments"))
	}
	h.full(told...)
	s := h.start(true)
	h.tell(s, told[:44]...) // 12 of 55 are missing, more than 11, a fifth of them
	_, err := h.Complete(h.portal, s.ID, catalog.Completion{})
	refused(t, err, fault.Conflict, "catalog_shrank")
	if !strings.Contains(err.Error(), "12 of 55 entities of the kind component") {
		t.Errorf("got %v", err)
	}
	is(t, "gone", h.states(catalog.Filter{State: catalog.Gone}), "")
	h.tell(s, told[44]) // 11 are
	is(t, "gone", ok(h.Complete(h.portal, s.ID, catalog.Completion{}))(t).Gone, 11)
	is(t, "again", ok(h.Complete(h.portal, s.ID, catalog.Completion{}))(t).Gone, 11)

	s = h.start(true)
	_, err = h.Complete(h.portal, s.ID, catalog.Completion{})
	refused(t, err, fault.Conflict, "catalog_shrank")
	before := h.entries()
	is(t, "gone", ok(h.Complete(h.portal, s.ID, catalog.Completion{AcceptShrink: true}))(t).Gone, 45)
	// Who accepted it is written beside 45 things that were let go.
	is(t, "audit entries", h.entries()-before, 46)
}

func TestAFieldHasOneManager(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	told := shop()
	tiered := told[5]
	tiered.Tier, tiered.ServiceKind = 1, "grpc"
	told[5] = tiered
	h.full(told...)
	s := h.service("checkout")
	is(t, "kind and tier", fmt.Sprintln(s.Kind, s.Tier), "grpc 1\n")
	in := registry.ServiceInput{Slug: s.Slug, System: s.SystemSlug, Profile: s.Profile}
	is(t, "as it is", ok(h.registry.UpdateService(h.root, "checkout", s.Version, in))(t).Version, s.Version)
	in.Name, in.Tier, in.OnCall = "Till", 2, "somebody"
	_, err := h.registry.UpdateService(h.root, "checkout", s.Version, in)
	refused(t, err, fault.Conflict, "field_managed")
	is(t, "where", pointers(err), "/name /tier")
	if !strings.Contains(err.Error(), "component:default/checkout of "+portal) {
		t.Errorf("%v does not say where to change it", err)
	}
	in.Profile = s.Profile
	in.OnCall, in.Description = "somebody", "Takes money."
	s = ok(h.registry.UpdateService(h.root, "checkout", s.Version, in))(t)
	is(t, "ours", s.OnCall, "somebody")
	_, err = h.registry.Transfer(h.root, "checkout", s.Version, "engineering", "")
	refused(t, err, fault.Conflict, "field_managed")
	is(t, "where", pointers(err), "/team")

	team := h.team("payments")
	_, err = h.registry.UpdateTeam(h.root, "payments", team.Version, registry.TeamInput{Slug: "pay", Name: team.Name, Contact: "#other", DefaultRepository: "https://example.org/r"})
	refused(t, err, fault.Conflict, "field_managed")
	is(t, "where", pointers(err), "/slug /parent /contact")
	refused(t, h.registry.DeleteTeam(h.root, "payments", team.Version), fault.Conflict, "field_managed")
	y := ok(h.registry.SystemFor(h.root, "web-shop"))(t)
	_, err = h.registry.UpdateSystem(h.root, "web-shop", y.Version, registry.SystemInput{Slug: "web-shop", Name: "Other", Team: "payments", Description: "Ours."})
	refused(t, err, fault.Conflict, "field_managed")
	is(t, "where", pointers(err), "/name")
	refused(t, h.registry.DeleteSystem(h.root, "web-shop", y.Version), fault.Conflict, "field_managed")
	ada := ok(h.store.Access().PersonByIdentity(t.Context(), "backstage", portal, "user:default/ada"))(t)
	name, login := "Countess", "ada"
	_, err = h.people.UpdatePerson(h.root, ada.ID, ada.Version, access.PersonUpdate{DisplayName: &name, GitHubLogin: &login})
	refused(t, err, fault.Conflict, "field_managed")
	is(t, "where", pointers(err), "/displayName")
	ok(h.people.UpdatePerson(h.root, ada.ID, ada.Version, access.PersonUpdate{GitHubLogin: &login}))(t)
	refused(t, h.registry.RemoveMember(h.root, "payments", ada.ID), fault.Conflict, "field_managed")
	d := ok(h.registry.Dependencies(h.root, "checkout"))(t)[0]
	refused(t, h.registry.DeleteDependency(h.root, "checkout", d.ID, d.Version), fault.Conflict, "field_managed")
	ok(h.registry.UpdateDependency(h.root, "checkout", d.ID, d.Version, registry.DependencyTerms{Criticality: registry.Soft}))(t)

	// What is not told any more is the team's; what the team said stays.
	told[5].Tier, told[5].ServiceKind, told[5].System = 0, "", ""
	results, _ := h.full(told...)
	is(t, "results", outcomes(results), "unchanged, unchanged, unchanged, unchanged, unchanged, updated, unchanged")
	s = h.service("checkout")
	is(t, "service", fmt.Sprintln(s.Kind, s.Tier, s.OnCall, s.Description, s.SystemSlug), "grpc 1 somebody Takes money. \n")
	by, _ := s.Managed.From("catalog")
	is(t, "fields", strings.Join(by.Fields, " "), "lifecycle name repository slug team")
	is(t, "terms", ok(h.registry.Dependencies(h.root, "checkout"))(t)[0].Criticality, registry.Soft)
}

func TestAFaultRefusesOneEntity(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	bad := func(change func(*catalog.Told)) catalog.Told {
		c := component("bad", "payments")
		change(&c)
		return c
	}
	hidden := "in\u202evisible"
	s := h.start(true)
	is(t, "group", outcomes(h.tell(s, group("payments"))), "created")
	for _, c := range []struct {
		told catalog.Told
		want string
	}{
		{bad(func(c *catalog.Told) { c.Kind = "api" }), "refused /kind"},
		{bad(func(c *catalog.Told) { c.Ref = "component:bad" }), "refused /ref"},
		{bad(func(c *catalog.Told) { c.Ref = "group:default/bad" }), "refused /ref"},
		{bad(func(c *catalog.Told) { c.Ref = "component:default/" + strings.Repeat("a", 64) }), "refused /ref"},
		{bad(func(c *catalog.Told) { c.Ref = "component:default/a\x00b" }), "refused /ref"},
		{bad(func(c *catalog.Told) { c.UID = "" }), "refused /uid"},
		{bad(func(c *catalog.Told) { c.Ref, c.UID = "", hidden }), "refused /ref /uid"},
		{bad(func(c *catalog.Told) { c.Owner = "" }), "refused /owner"},
		{bad(func(c *catalog.Told) { c.Owner = "group:default/unknown" }), "refused /owner"},
		{bad(func(c *catalog.Told) { c.Owner = "user:default/ada" }), "refused /owner"},
		{bad(func(c *catalog.Told) { c.Title = hidden }), "refused /title"},
		{bad(func(c *catalog.Told) { c.Title = strings.Repeat("a", 101) }), "refused /title"},
		{bad(func(c *catalog.Told) { c.Description = "a\x00b" }), "refused /description"},
		{bad(func(c *catalog.Told) { c.Repository = "javascript:alert(1)" }), "refused /repository"},
		{bad(func(c *catalog.Told) { c.Runbook = "https://user:secret@example.org" }), "refused /runbook"},
		{bad(func(c *catalog.Told) { c.OnCall = strings.Repeat("a", 201) }), "refused /onCall"},
		{bad(func(c *catalog.Told) { c.Slug = "No Slug" }), "refused /slug"},
		{bad(func(c *catalog.Told) { c.Ref = "component:" + strings.Repeat("n", 60) + "/bad" }), "refused /ref"},
		{bad(func(c *catalog.Told) { c.Tier = 5 }), "refused /tier"},
		{bad(func(c *catalog.Told) { c.ServiceKind = "website" }), "refused /serviceKind"},
		{bad(func(c *catalog.Told) { c.System = "web shop" }), "refused /system"},
		{bad(func(c *catalog.Told) { c.DependsOn = []string{"resource:default/db"} }), "refused /dependsOn/0"},
		{bad(func(c *catalog.Told) { c.Tier, c.Slug = -1, "-" }), "refused /slug /tier"},
		{bad(func(c *catalog.Told) { c.Ref, c.Title = "COMPONENT:Default/Bad", " Spaced \n" }), "created"},
	} {
		got := h.tell(s, c.told, user("ada"))
		is(t, fmt.Sprintf("%+v", c.told), outcomes(got[:1]), c.want)
		if got[1].Outcome == catalog.OutcomeRefused {
			t.Errorf("with it, %+v", got[1])
		}
		for _, f := range got[0].Faults {
			if f.Message == "" || strings.Contains(f.Value, "secret") || len([]rune(f.Value)) > 65 {
				t.Errorf("fault %+v", f)
			}
		}
	}
	is(t, "name", h.service("bad").Name, "Spaced")
	is(t, "a batch with one twice", outcomes(h.tell(s, group("payments"), group("payments"))), "unchanged, refused /uid /ref")
	_, err := h.Take(h.portal, s.ID, make([]catalog.Told, 201))
	refused(t, err, fault.Invalid, "invalid_input")
}

func TestGroupsThatAreAboveThemselvesAreTakenWithoutTheirParent(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	below := func(name, parent string) catalog.Told {
		g := group(name)
		g.Parent = "group:default/" + parent
		return g
	}
	_, s := h.full(below("a", "b"), below("b", "c"), below("c", "a"), below("self", "self"))
	is(t, "counts", s.Counts, catalog.Counts{Created: 4})
	faulty := 0
	for _, e := range ok(h.Entities(h.root, catalog.Filter{Kind: catalog.Group}, page.Request{}))(t).Items {
		if len(e.Faults) > 0 {
			faulty++
			is(t, "fault", e.Faults[0].Pointer, "/parent")
		}
	}
	is(t, "groups with a fault: one of the circle, and the one below itself", faulty, 2)

	// A tree that is turned round is taken as it is now: a above b above c, and then the other way.
	_, s = h.full(group("a"), below("b", "a"), below("c", "b"), group("self"))
	is(t, "gone", s.Gone, 0)
	is(t, "c is below b", h.team("c").Parent, h.team("b").ID)
	h.full(below("a", "b"), below("b", "c"), group("c"), group("self"))
	is(t, "a is below b", h.team("a").Parent, h.team("b").ID)
	is(t, "b is below c", h.team("b").Parent, h.team("c").ID)
	is(t, "c is at the root", h.team("c").Parent, "")
}

func TestOneFullSyncOfAPortalIsOpen(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	older := h.start(true)
	beside := h.start(false)
	newer := h.start(true)
	_, err := h.Take(h.portal, older.ID, []catalog.Told{group("payments")})
	refused(t, err, fault.Conflict, "catalog_sync_closed")
	_, err = h.Complete(h.portal, older.ID, catalog.Completion{AcceptShrink: true})
	refused(t, err, fault.Conflict, "catalog_sync_closed")
	h.tell(beside, group("payments"))
	// What another sync told since this one began is not gone by it.
	is(t, "gone", ok(h.Complete(h.portal, newer.ID, catalog.Completion{}))(t).Gone, 0)
	var states []string
	for _, s := range ok(h.Syncs(h.bob, page.Request{}))(t).Items {
		states = append(states, string(s.State))
	}
	is(t, "newest first", strings.Join(states, " "), "complete open superseded")

	for _, bad := range []string{"", "portal", "ftp://portal.example.org", "https://portal.example.org?x", "https://user:pass@portal.example.org"} {
		_, err := h.Start(h.portal, bad, true)
		refused(t, err, fault.Invalid, "invalid_input")
	}
	is(t, "address", ok(h.Start(h.root, portal+"/", false))(t).Portal, portal)
	_, err = h.Start(h.bob, portal, true)
	refused(t, err, fault.Forbidden, "forbidden")
	_, err = h.Take(h.bob, newer.ID, nil)
	refused(t, err, fault.Forbidden, "forbidden")
	_, err = h.Complete(h.bob, newer.ID, catalog.Completion{AcceptShrink: true})
	refused(t, err, fault.Forbidden, "forbidden")

	h.clock.Advance(31 * 24 * time.Hour)
	is(t, "pruned", ok(h.Prune(t.Context()))(t), 4)
	is(t, "entities stay", h.states(catalog.Filter{}), "group:default/payments linked")
}

func TestPeopleOfACatalogAreThoseWhoSignIn(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	// Ada signed in before the catalog told of her; Eve has her address, and is somebody else.
	ada := ok(h.people.CreatePerson(h.root, access.PersonInput{DisplayName: "ada", Provider: "backstage", Issuer: portal, Subject: "user:default/ada"}))(t)
	ok(h.people.CreatePerson(h.root, access.PersonInput{DisplayName: "Eve", Email: "ada@example.org", Provider: "local", Issuer: "here", Subject: "eve"}))(t)
	bea := ok(h.people.CreatePerson(h.root, access.PersonInput{DisplayName: "Bea", Provider: "backstage", Issuer: portal, Subject: "user:default/bea"}))(t)
	ok(h.people.DeactivatePerson(h.root, bea.ID, bea.Version))(t)
	results, _ := h.full(user("ada"), user("bea"), group("payments", "ada", "bea"))
	is(t, "results", outcomes(results), "updated adopted, skipped , created")
	is(t, "name", ok(h.people.Person(h.root, ada.ID))(t).DisplayName, "Ada")
	is(t, "members", h.members("payments"), "Ada catalog")

	// Who gets the name that somebody had is not them, told before or after.
	augusta, newAda := user("augusta"), user("ada")
	augusta.UID, newAda.UID = "u-ada", "u-other"
	results, _ = h.full(newAda, augusta, group("payments", "augusta"))
	is(t, "results", outcomes(results), "created, updated, unchanged")
	is(t, "Ada by her new name", ok(h.store.Access().PersonByIdentity(t.Context(), "backstage", portal, "user:default/augusta"))(t).ID, ada.ID)
	if other := ok(h.store.Access().PersonByIdentity(t.Context(), "backstage", portal, "user:default/ada"))(t); other.ID == ada.ID {
		t.Error("the other Ada signs in as the first")
	}
}

// pointers are those of a fault's violations.
func pointers(err error) string {
	var out []string
	if e := fault.As(err); e != nil {
		for _, v := range e.Violations {
			out = append(out, v.Pointer)
		}
	}
	return strings.Join(out, " ")
}
