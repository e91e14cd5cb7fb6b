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
