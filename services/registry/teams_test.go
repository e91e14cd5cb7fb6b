package registry_test

import (
	"fmt"
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/registry"
)

func TestWhoMakesATeamIsItsFirstMember(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	members := ok(h.Members(h.bob, "payments", page.Request{}))(t).Items
	if len(members) != 1 || members[0].Person != h.people["ada"].ID || members[0].Name != "ada" || !members[0].JoinedAt.Equal(storetest.Start) {
		t.Errorf("members %+v", members)
	}
	_, err := h.CreateTeam(h.bot, registry.TeamInput{Slug: "bots", Name: "Bots"})
	refused(t, err, fault.Forbidden, "forbidden")
	_, err = h.CreateTeam(t.Context(), registry.TeamInput{Slug: "nobody", Name: "Nobody"})
	refused(t, err, fault.Unauthenticated, "unauthenticated")

	// The system's own team has no members at first.
	own := ok(h.CreateTeam(access.WithCaller(t.Context(), access.System("first start")), registry.TeamInput{Slug: "platform", Name: "Platform"}))(t)
	if got := ok(h.Members(h.bob, string(own.ID), page.Request{}))(t).Items; len(got) != 0 {
		t.Errorf("members %+v", got)
	}
}

func TestATeamIsNamedBySlugOrIdentifierAndItsOldNameLeadsOn(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, name := range []string{"payments", string(h.payments.ID)} {
		if got := ok(h.TeamFor(h.bob, name))(t); !reflect.DeepEqual(got, h.payments) {
			t.Errorf("%s is %+v, want %+v", name, got, h.payments)
		}
	}
	for _, name := range []string{"", "nobody", "01ARZ3NDEKTSV4RRFFQ69G5FAV", "a\x00", "Payments", string(make([]byte, 1<<16))} {
		_, err := h.TeamFor(h.bob, name)
		refused(t, err, fault.NotFound, "team_not_found")
		if len(err.Error()) > 1000 {
			t.Errorf("the message has %d bytes", len(err.Error()))
		}
	}

	money := registry.TeamInput{Slug: "money", Name: "Money"}
	renamed := ok(h.UpdateTeam(h.ada, "payments", 1, money))(t)
	if stored := ok(h.TeamFor(h.bob, "money"))(t); !reflect.DeepEqual(stored, renamed) || stored.Version != 2 || stored.ID != h.payments.ID {
		t.Errorf("stored %+v, returned %+v", stored, renamed)
	}
	_, err := h.TeamFor(h.bob, "payments")
	if e := fault.As(err); e == nil || e.Kind != fault.Moved || e.Was != "payments" || e.Now != "money" || e.Code != "team_renamed" {
		t.Errorf("the old name: %v", err)
	}
	_, err = h.UpdateTeam(h.ada, "payments", 2, money)
	if !fault.Is(err, fault.Moved) {
		t.Errorf("a change under the old name: %v", err)
	}
	_, err = h.CreateTeam(h.bob, registry.TeamInput{Slug: "payments", Name: "Payments"})
	refused(t, err, fault.Conflict, "slug_taken")

	// Two names on, both old ones lead to the third; and it may go back.
	funds := ok(h.UpdateTeam(h.ada, "money", 2, registry.TeamInput{Slug: "funds", Name: "Funds"}))(t)
	for _, old := range []string{"payments", "money"} {
		_, err := h.TeamFor(h.bob, old)
		if e := fault.As(err); e == nil || e.Now != "funds" {
			t.Errorf("%s: %v", old, err)
		}
	}
	ok(h.UpdateTeam(h.ada, "funds", funds.Version, money))(t)
	ok(h.TeamFor(h.bob, "money"))(t)
	_, err = h.TeamFor(h.bob, "funds")
	if e := fault.As(err); e == nil || e.Now != "money" {
		t.Errorf("back again: %v", err)
	}
	if got, want := h.actions(t, h.payments.ID), []string{"team.create", "team.update", "team.update", "team.update"}; !slices.Equal(got, want) {
		t.Errorf("the log has %q, want %q", got, want)
	}
}

// Twenty-six digits spell a ULID as well as a slug.
func TestATeamWhoseSlugLooksLikeAnIdentifierIsFound(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	const slug = "01234567890123456789012345"
	made := ok(h.CreateTeam(h.ada, registry.TeamInput{Slug: slug, Name: "Numbers"}))(t)
	if got := ok(h.TeamFor(h.bob, slug))(t); got.ID != made.ID {
		t.Errorf("found %+v", got)
	}
	_, err := h.TeamFor(h.bob, "71234567890123456789012345")
	refused(t, err, fault.NotFound, "team_not_found")
}

func TestATeamIsChangedByItsMembersInItsVersion(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		h := newHouseOn(t, s)
		in := registry.TeamInput{Slug: "payments", Name: "Payments and more", Description: "We take the money.\nAll of it.", Contact: "#payments", DefaultRepository: "https://github.com/example/payments"}
		_, err := h.UpdateTeam(h.bob, "payments", 1, in)
		refused(t, err, fault.Forbidden, "forbidden")
		_, err = h.UpdateTeam(h.bot, "payments", 1, in)
		refused(t, err, fault.Forbidden, "forbidden")
		_, err = h.UpdateTeam(h.ada, "payments", 7, in)
		refused(t, err, fault.Precondition, "version_mismatch")
		_, err = h.UpdateTeam(h.ada, "payments", 1, registry.TeamInput{Slug: "!", Contact: "\x00", Description: "\x00", Parent: "nobody", DefaultRepository: "git@github.com:example/payments.git"})
		if got, want := pointers(err), []string{"/slug", "/name", "/description", "/contact", "/defaultRepository", "/parent"}; !slices.Equal(got, want) {
			t.Errorf("violations at %q, want %q", got, want)
		}

		var all sync.WaitGroup
		won := make(chan registry.Team, 8)
		for range 8 {
			all.Go(func() {
				if got, err := h.UpdateTeam(h.ada, "payments", 1, in); err == nil {
					won <- got
				} else if !fault.Is(err, fault.Precondition) {
					t.Errorf("lost with %v", err)
				}
			})
		}
		all.Wait()
		if len(won) != 1 {
			t.Errorf("%d of eight changes of one version won", len(won))
		}
	})
}

func TestMembersSayWhoBelongs(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	bob, ada := h.people["bob"].ID, h.people["ada"].ID
	_, err := h.AddMember(h.bob, "payments", bob)
	refused(t, err, fault.Forbidden, "forbidden")
	_, err = h.AddMember(h.bot, "payments", bob)
	refused(t, err, fault.Forbidden, "forbidden")
	_, err = h.AddMember(h.ada, "payments", "01ARZ3NDEKTSV4RRFFQ69G5FAV")
	refused(t, err, fault.NotFound, "person_not_found")

	joined := ok(h.AddMember(h.ada, "payments", bob))(t)
	h.clock.Advance(time.Hour)
	before := len(h.actions(t, h.payments.ID))
	if again := ok(h.AddMember(h.ada, "payments", bob))(t); again != joined || joined.Name != "bob" {
		t.Errorf("taken in again: %+v, before: %+v", again, joined)
	}
	if after := h.actions(t, h.payments.ID); len(after) != before {
		t.Errorf("taking in a member again was recorded: %v", after)
	}
	if err := h.RemoveMember(h.bob, "payments", ada); err != nil {
		t.Errorf("bob, now a member, removes ada: %v", err)
	}
	refused(t, h.RemoveMember(h.bob, "payments", ada), fault.NotFound, "member_not_found")
	refused(t, h.RemoveMember(h.ada, "payments", bob), fault.Forbidden, "forbidden")
	if got := ok(h.Teams(h.ada, registry.TeamFilter{Member: bob}, page.Request{}))(t).Items; len(got) != 1 || got[0].Slug != "payments" {
		t.Errorf("bob's teams: %+v", got)
	}

	left := h.people["ada"]
	left.DeactivatedAt = &storetest.Start
	if err := h.store.Access().UpdatePerson(t.Context(), left); err != nil {
		t.Fatal(err)
	}
	_, err = h.AddMember(h.bob, "payments", ada)
	refused(t, err, fault.Conflict, "person_deactivated")
	if got, want := h.actions(t, h.payments.ID), []string{"member.create", "member.delete", "team.create"}; !slices.Equal(got, want) {
		t.Errorf("the log has %q, want %q", got, want)
	}
}

func TestOnlyAnEmptyTeamIsDeleted(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	below := ok(h.CreateTeam(h.ada, registry.TeamInput{Slug: "cards", Name: "Cards", Parent: "payments"}))(t)
	refused(t, h.DeleteTeam(h.ada, "payments", 1), fault.Conflict, "team_in_use")
	refused(t, h.DeleteTeam(h.bob, "cards", 1), fault.Forbidden, "forbidden")
	refused(t, h.DeleteTeam(h.bot, "cards", 1), fault.Forbidden, "forbidden")
	refused(t, h.DeleteTeam(h.ada, "cards", 2), fault.Precondition, "version_mismatch")
	if err := h.DeleteTeam(h.ada, "cards", 1); err != nil {
		t.Fatal(err)
	}
	_, err := h.TeamFor(h.ada, "cards")
	refused(t, err, fault.NotFound, "team_not_found")
	_, err = h.TeamFor(h.ada, string(below.ID))
	refused(t, err, fault.NotFound, "team_not_found")
	h.service(t, "checkout")
	refused(t, h.DeleteTeam(h.ada, "payments", 1), fault.Conflict, "team_in_use")
}

func TestATeamIsNeverBelowItself(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.moveTeam(t, "payments", "payments", "/parent")
	ok(h.CreateTeam(h.ada, registry.TeamInput{Slug: "cards", Name: "Cards", Parent: "payments"}))(t)
	ok(h.CreateTeam(h.ada, registry.TeamInput{Slug: "fraud", Name: "Fraud", Parent: "cards"}))(t)
	h.moveTeam(t, "payments", "fraud", "/parent")
	h.moveTeam(t, "fraud", "payments", "")
	h.moveTeam(t, "fraud", "", "")
	h.moveTeam(t, "payments", "fraud", "")
	if got := ok(h.Teams(h.bob, registry.TeamFilter{Parent: h.payments.ID}, page.Request{}))(t).Items; len(got) != 1 || got[0].Slug != "cards" {
		t.Errorf("below payments: %+v", got)
	}
}

// moveTeam moves a team and expects a violation at the pointer, or none.
func (h *house) moveTeam(t *testing.T, slug, parent, pointer string) {
	t.Helper()
	team := ok(h.TeamFor(h.root, slug))(t)
	_, err := h.UpdateTeam(h.root, slug, team.Version, registry.TeamInput{Slug: slug, Name: team.Name, Parent: parent})
	if pointer != "" {
		violates(t, err, pointer)
	} else if err != nil {
		t.Errorf("%s below %q: %v", slug, parent, err)
	}
}

func TestNoMovesMakeACycle(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	const teams = 7
	slugs := make([]string, teams)
	for i := range slugs {
		slugs[i] = fmt.Sprintf("team-%d", i)
		ok(h.CreateTeam(h.root, registry.TeamInput{Slug: slugs[i], Name: slugs[i]}))(t)
	}
	rapid.Check(t, func(rt *rapid.T) {
		for range rapid.IntRange(1, 10).Draw(rt, "moves") {
			slug := rapid.SampledFrom(slugs).Draw(rt, "team")
			parent := rapid.SampledFrom(append([]string{""}, slugs...)).Draw(rt, "parent")
			before, err := h.TeamFor(h.root, slug)
			if err != nil {
				rt.Fatal(err)
			}
			after, err := h.UpdateTeam(h.root, slug, before.Version, registry.TeamInput{Slug: slug, Name: slug, Parent: parent})

			// What the move would do, told from the edges alone.
			up := h.edges(rt)
			if err == nil {
				if up[before.ID] != after.Parent {
					rt.Fatalf("%s hangs below %q, not %q", slug, up[before.ID], after.Parent)
				}
			} else {
				up[before.ID] = ok2(h.TeamFor(h.root, parent))(rt).ID
			}
			if cyclic := hasCycle(up); cyclic == (err == nil) {
				rt.Fatalf("%s below %q: cycle %t, got %v", slug, parent, cyclic, err)
			}
		}
	})
}

func ok2[T any](v T, err error) func(*rapid.T) T {
	return func(t *rapid.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// edges returns the parent of every team.
func (h *house) edges(t *rapid.T) map[id.ID]id.ID {
	up := make(map[id.ID]id.ID)
	for _, team := range ok2(h.Teams(h.root, registry.TeamFilter{}, page.Request{Limit: 100}))(t).Items {
		up[team.ID] = team.Parent
	}
	return up
}

// hasCycle walks up from every team for more steps than there are teams.
func hasCycle(up map[id.ID]id.ID) bool {
	for team := range up {
		for range len(up) + 1 {
			team = up[team]
		}
		if team != "" {
			return true
		}
	}
	return false
}

func TestMovesAtOnceMakeNoCycle(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		h := newHouseOn(t, s)
		ring := []string{"a", "b", "c"}
		for _, slug := range ring {
			ok(h.CreateTeam(h.root, registry.TeamInput{Slug: slug, Name: slug}))(t)
		}
		var all sync.WaitGroup
		for i, slug := range ring {
			parent := ring[(i+1)%len(ring)]
			all.Go(func() {
				_, err := h.UpdateTeam(h.root, slug, 1, registry.TeamInput{Slug: slug, Name: slug, Parent: parent})
				if err != nil && !fault.Is(err, fault.Precondition) && !fault.Is(err, fault.Invalid) {
					t.Errorf("%s below %s: %v", slug, parent, err)
				}
			})
		}
		all.Wait()
		up := make(map[id.ID]id.ID)
		for _, team := range ok(h.Teams(h.root, registry.TeamFilter{}, page.Request{}))(t).Items {
			up[team.ID] = team.Parent
		}
		if hasCycle(up) {
			t.Errorf("a cycle: %v", up)
		}
	})
}
