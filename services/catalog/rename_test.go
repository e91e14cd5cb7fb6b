package catalog_test

import (
	"testing"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/catalog"
)

// Who was deactivated here stays so when the catalog calls them otherwise: the portal then names
// them by the new name, under which nobody new is made.
func TestWhoWasDeactivatedDoesNotComeBackUnderAnotherName(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ada := user("ada")
	h.full(ada)
	p := ok(h.store.Access().PersonByIdentity(t.Context(), "backstage", portal, "user:default/ada"))(t)
	ok(h.people.DeactivatePerson(h.root, p.ID, p.Version))(t)
	ada.Ref = "user:default/augusta"
	h.full(ada)
	meet := func(name string) error {
		_, err := h.people.Meet(t.Context(), access.PersonInput{DisplayName: "a stranger", Provider: "backstage", Issuer: portal, Subject: "user:default/" + name})
		return err
	}
	if err := meet("augusta"); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("who was deactivated signs in as augusta: %v", err)
	}
	if err := meet("ada"); err != nil { // somebody new, who has the name now
		t.Errorf("somebody new signs in as ada: %v", err)
	}
}

// An administrator's way in is nothing that a catalog takes away by calling somebody else so.
func TestARenameTakesNoAdministratorsIdentity(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ada := user("ada")
	h.full(ada)
	_, err := h.people.Meet(t.Context(), access.PersonInput{DisplayName: "Root", Provider: "backstage", Issuer: portal, Subject: "user:default/root"})
	ok(0, err)(t)
	root := ok(h.store.Access().PersonByIdentity(t.Context(), "backstage", portal, "user:default/root"))(t)
	root.Administrator = true
	ok(0, h.store.Access().UpdatePerson(t.Context(), root))(t)
	ada.Ref = "user:default/root"
	h.full(ada)
	if is := ok(h.store.Access().PersonByIdentity(t.Context(), "backstage", portal, "user:default/root"))(t); is.ID != root.ID {
		t.Errorf("root is %s now", is.DisplayName)
	}
}

// Whoever is called so in the portal signs in as that name: it has to lead to the person whose
// entity has it now, by its UID.
func TestAPersonKeepsTheirNameAndNobodyElsesWhenUsersAreRenamed(t *testing.T) {
	t.Parallel()
	renamed := func(u catalog.Told, name string) catalog.Told {
		u.Ref = "user:default/" + name
		return u
	}
	// in signs somebody in, and returns the name for people of whom they are then.
	in := func(h *house, name string) string {
		t.Helper()
		c := ok(h.people.Meet(t.Context(), access.PersonInput{DisplayName: "a stranger", Provider: "backstage", Issuer: portal, Subject: "user:default/" + name}))(t)
		return c.Name
	}
	ada, bea, cleo := user("ada"), user("bea"), user("cleo")
	for name, c := range map[string]struct {
		before func(h *house) // after Ada, Bea and Cleo were told
		told   []catalog.Told
		want   string            // what became of who is told
		is     map[string]string // as whom the names sign in
	}{
		"to the name of somebody who was deleted": {
			before: func(h *house) { h.full(ada, cleo, group("payments", "ada", "cleo")) },
			told:   []catalog.Told{renamed(ada, "bea"), cleo},
			want:   "updated, unchanged",
			is:     map[string]string{"bea": "Ada", "ada": "a stranger", "cleo": "Cleo"},
		},
		"to the name of somebody who is deleted at the same time": {
			told: []catalog.Told{renamed(ada, "bea"), cleo},
			want: "updated, unchanged",
			is:   map[string]string{"bea": "Ada", "ada": "a stranger", "cleo": "Cleo"},
		},
		"to the name of somebody who was deactivated here": {
			before: func(h *house) {
				p := ok(h.store.Access().PersonByIdentity(t.Context(), "backstage", portal, "user:default/bea"))(t)
				ok(h.people.DeactivatePerson(h.root, p.ID, p.Version))(t)
			},
			told: []catalog.Told{renamed(ada, "bea"), cleo},
			want: "updated, unchanged",
			is:   map[string]string{"bea": "Ada", "cleo": "Cleo"},
		},
		"to a name by which they signed in before the catalog told of it": {
			before: func(h *house) { is(t, "signs in", in(h, "augusta"), "a stranger") },
			told:   []catalog.Told{renamed(ada, "augusta"), bea, cleo},
			want:   "updated, unchanged, unchanged",
			is:     map[string]string{"augusta": "Ada", "bea": "Bea", "cleo": "Cleo"},
		},
		"two who swap names": {
			told: []catalog.Told{renamed(ada, "bea"), renamed(bea, "ada"), cleo},
			want: "updated, updated, unchanged",
			is:   map[string]string{"bea": "Ada", "ada": "Bea", "cleo": "Cleo"},
		},
		"three who pass names on": {
			told: []catalog.Told{renamed(ada, "bea"), renamed(bea, "cleo"), renamed(cleo, "ada")},
			want: "updated, updated, updated",
			is:   map[string]string{"bea": "Ada", "cleo": "Bea", "ada": "Cleo"},
		},
		"one to the name that another gives up": {
			told: []catalog.Told{renamed(ada, "bea"), renamed(bea, "beatrice"), cleo},
			want: "updated, updated, unchanged",
			is:   map[string]string{"bea": "Ada", "beatrice": "Bea", "ada": "a stranger", "cleo": "Cleo"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			h.full(ada, bea, cleo, group("payments", "ada", "bea", "cleo"))
			if c.before != nil {
				c.before(h)
			}
			all := append(c.told, group("payments", "cleo"))
			results, _ := h.full(all...)
			is(t, "results", outcomes(results[:len(c.told)]), c.want)
			is(t, "members", h.members("payments"), c.is["cleo"]+" catalog")
			for name, want := range c.is {
				is(t, name+" is", in(h, name), want)
			}
			again, _ := h.full(all...)
			for _, r := range again {
				is(t, "again, "+r.Ref, r.Outcome, catalog.OutcomeUnchanged)
			}
		})
	}
}

// A full sync is told in batches. Somebody new who has the name of somebody known is told before the
// one who gave it up: who they are is decided by their UIDs.
func TestSomebodyNewTakesNobodyOverWhoGaveUpTheirName(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ada, bea, newcomer := user("ada"), user("bea"), user("bea")
	h.full(ada, bea, group("payments", "ada", "bea"))
	person := func(name string) access.Person {
		t.Helper()
		return ok(h.store.Access().PersonByIdentity(t.Context(), "backstage", portal, "user:default/"+name))(t)
	}
	was := person("bea")
	bea.Ref = "user:default/beatrice"
	newcomer.UID, newcomer.Title, newcomer.Email = "u-newcomer", "Bea the second", "second@example.org"
	teams := group("payments", "ada", "bea", "beatrice")
	for round, want := range []catalog.Outcome{catalog.OutcomeUpdated, catalog.OutcomeUnchanged} {
		s := h.start(true)
		h.tell(s, ada, newcomer)
		is(t, "who gave the name up", h.tell(s, bea)[0].Outcome, want)
		h.tell(s, teams)
		ok(h.Complete(h.portal, s.ID, catalog.Completion{}))(t)
		first, second := person("beatrice"), person("bea")
		if first.ID != was.ID || first.DisplayName != "Bea" || first.Email != "bea@example.org" {
			t.Errorf("round %d: beatrice is %+v, who was %+v", round, first, was)
		}
		if second.ID == was.ID || second.DisplayName != "Bea the second" || second.Email != "second@example.org" {
			t.Errorf("round %d: bea is %+v", round, second)
		}
		is(t, "members", h.members("payments"), "Ada catalog, Bea catalog, Bea the second catalog")
	}
}

// What is known of somebody new is not known of who gave up their name, until a full sync has told
// everybody: however often it was begun anew, whoever else's name that one has, and in between.
func TestSomebodyNewIsNobodyUntilAFullSyncHasToldAll(t *testing.T) {
	t.Parallel()
	newcomer := user("bea")
	newcomer.UID, newcomer.Title, newcomer.Email = "u-newcomer", "Bea the second", "second@example.org"
	faulty := newcomer
	faulty.Title = "in\u202evisible"
	renamed := func(u catalog.Told, name string) catalog.Told {
		u.Ref = "user:default/" + name
		return u
	}
	for name, c := range map[string]struct {
		before func(h *house) // what is told before the full sync that counts
		told   []catalog.Told // in batches of one
		as     string         // what Bea is called
	}{
		"begun anew after the newcomer was told": {
			before: func(h *house) { h.tell(h.start(true), newcomer) },
			told:   []catalog.Told{user("ada"), user("cleo"), newcomer, renamed(user("bea"), "beatrice")}, as: "beatrice",
		},
		"begun anew, and the newcomer is told last": {
			before: func(h *house) { h.tell(h.start(true), newcomer) },
			told:   []catalog.Told{user("ada"), user("cleo"), renamed(user("bea"), "beatrice"), newcomer}, as: "beatrice",
		},
		"refused meanwhile": {
			before: func(h *house) { s := h.start(true); h.tell(s, newcomer); h.tell(s, faulty) },
			told:   []catalog.Told{user("ada"), user("cleo"), newcomer, renamed(user("bea"), "beatrice")}, as: "beatrice",
		},
		"who has the name of a third, who is told later": {
			told: []catalog.Told{user("ada"), newcomer, renamed(user("bea"), "cleo"), renamed(user("cleo"), "cleopatra")}, as: "cleo",
		},
		"an incremental sync": {
			before: func(h *house) {
				s := h.start(false)
				is(h.t, "the newcomer", outcomes(h.tell(s, newcomer)), "deferred")
				ok(h.Complete(h.portal, s.ID, catalog.Completion{}))(h.t)
				is(h.t, "members", h.members("payments"), "Ada catalog, Bea catalog, Cleo catalog")
			},
			told: []catalog.Told{user("ada"), user("cleo"), newcomer, renamed(user("bea"), "beatrice")}, as: "beatrice",
		},
		"incremental syncs alone": {
			before: func(h *house) {
				for _, told := range [][]catalog.Told{{newcomer}, {renamed(user("bea"), "beatrice")}, {newcomer}} {
					s := h.start(false)
					h.tell(s, told...)
					ok(h.Complete(h.portal, s.ID, catalog.Completion{}))(h.t)
				}
				second := ok(h.store.Access().PersonByIdentity(t.Context(), "backstage", portal, "user:default/bea"))(h.t)
				is(h.t, "the newcomer", second.DisplayName, "Bea the second")
			},
			told: []catalog.Told{user("ada"), user("cleo"), newcomer, renamed(user("bea"), "beatrice")}, as: "beatrice",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			person := func(name string) access.Person {
				t.Helper()
				return ok(h.store.Access().PersonByIdentity(t.Context(), "backstage", portal, "user:default/"+name))(t)
			}
			h.full(user("ada"), user("bea"), user("cleo"), group("payments", "ada", "bea", "cleo"))
			bea, cleo := person("bea"), person("cleo")
			if c.before != nil {
				c.before(h)
			}
			s := h.start(true)
			for _, one := range c.told {
				h.tell(s, one)
			}
			h.tell(s, group("payments", "ada", c.as))
			ok(h.Complete(h.portal, s.ID, catalog.Completion{}))(t)
			first, second := person(c.as), person("bea")
			is(t, "Bea", first.ID, bea.ID)
			is(t, "Bea's", first.DisplayName+" "+first.Email, "Bea bea@example.org")
			is(t, "the newcomer's", second.DisplayName+" "+second.Email, "Bea the second second@example.org")
			is(t, "the newcomer is somebody else", second.ID != bea.ID && second.ID != cleo.ID, true)
			is(t, "members", h.members("payments"), "Ada catalog, Bea catalog")
			if c.as == "cleo" {
				is(t, "Cleo", person("cleopatra").ID, cleo.ID)
			}
			results, _ := h.full(append(c.told, group("payments", "ada", c.as))...)
			for _, r := range results {
				is(t, "again, "+r.Ref, r.Outcome, catalog.OutcomeUnchanged)
			}
		})
	}
}

// A catalog that was imported anew gives everybody another UID; they stay who they are throughout.
func TestWhoIsToldByAnotherUIDStaysThemselves(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ada, bea := user("ada"), user("bea")
	h.full(ada, bea, group("payments", "ada", "bea"))
	was := ok(h.store.Access().PersonByIdentity(t.Context(), "backstage", portal, "user:default/bea"))(t)
	ada.UID, bea.UID = "another-ada", "another-bea"
	s := h.start(true)
	h.tell(s, ada)
	h.tell(s, bea)
	h.tell(s, group("payments", "ada", "bea"))
	is(t, "members before the completion", h.members("payments"), "Ada catalog, Bea catalog")
	ok(h.Complete(h.portal, s.ID, catalog.Completion{}))(t)
	if now := ok(h.store.Access().PersonByIdentity(t.Context(), "backstage", portal, "user:default/bea"))(t); now.ID != was.ID {
		t.Errorf("bea is %+v, who was %+v", now, was)
	}
	is(t, "members", h.members("payments"), "Ada catalog, Bea catalog")
	results, _ := h.full(ada, bea, group("payments", "ada", "bea"))
	is(t, "again", outcomes(results), "unchanged, unchanged, unchanged")
}
