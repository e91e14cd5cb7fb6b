package catalog_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/catalog"
	"github.com/evenkeel/evenkeel/services/registry"
)

// A telling is one full sync: what is told in it, batch after batch, beside the groups.
type telling struct {
	after      time.Duration              // the one before, beyond a minute
	hand       func(h *house, own string) // what somebody does here before
	batches    [][]catalog.Told
	undeclared string // the component that is told though nobody declares it
}

func batches(of ...[]catalog.Told) telling { return telling{batches: of} }

// part is a component of the team a from the file x, with the UID.
func part(name, uid string, change ...func(*catalog.Told)) catalog.Told {
	c := component(name, "a")
	c.UID, c.Origin = uid, "file:x"
	for _, do := range change {
		do(&c)
	}
	return c
}

func from(file string) func(*catalog.Told) {
	return func(c *catalog.Told) { c.Origin = "file:" + file }
}

func annotated(slug string) func(*catalog.Told) {
	return func(c *catalog.Told) { c.Slug = slug }
}

func owned(group string) func(*catalog.Told) {
	return func(c *catalog.Told) { c.Owner = "group:default/" + group }
}

func tiered(tier int) func(*catalog.Told) {
	return func(c *catalog.Told) { c.Tier = tier }
}

// lowest has nobody lower a service's tier to 4.
type lowest struct{}

func (lowest) Updating(_ context.Context, before registry.Service, after registry.Profile, _ time.Time) error {
	if after.Tier == 4 && before.Tier != 4 {
		return fault.New(fault.Conflict, "asks_two", "the tier of %q takes two people", before.Slug)
	}
	return nil
}

func (lowest) Ending(context.Context, registry.Service) error { return nil }

// A renaming is what a portal tells, and what of it is to be true.
type renaming struct {
	first    []catalog.Told // beside the component a from the file x
	tellings []telling
	is       string // what each entity is: the service that was made for an entity of that name, or "new"; else its state
	without  string // services without entity, by the entity for which they were made
}

// What a component is that came under another name, whatever was told first. The expected is what
// the rules at the head of heir.go say; Backstage never keeps a UID when a name changes.
func TestAComponentKeepsItsServiceUnderAnotherNameWhereThatIsCertain(t *testing.T) {
	t.Parallel()
	type told = []catalog.Told
	cases := map[string]renaming{
		"the new one is told before the old one, which nobody declares": {
			tellings: []telling{{batches: []told{{part("b", "2"), part("a", "1")}}, undeclared: "a"}},
			is:       "b=a",
		},
		"the old one is told before the new one": {
			tellings: []telling{{batches: []told{{part("a", "1"), part("b", "2")}}, undeclared: "a"}},
			is:       "b=a",
		},
		"the new one is told in a batch before that of the old one": {
			tellings: []telling{{batches: []told{{part("b", "2")}, {part("a", "1")}}, undeclared: "a"}},
			is:       "b=a",
		},
		"the old one is told in a batch before that of the new one": {
			tellings: []telling{{batches: []told{{part("a", "1")}, {part("b", "2")}}, undeclared: "a"}},
			is:       "b=a",
		},
		"the old one is not told any more": {
			tellings: []telling{batches(told{part("b", "2")})},
			is:       "b=a",
		},
		"the old one goes before the new one comes": {
			tellings: []telling{batches(), batches(told{part("b", "2")})},
			is:       "b=a",
		},
		"the old one goes before the new one comes, a minute less than a day later": {
			tellings: []telling{batches(), {after: 24*time.Hour - 2*time.Minute, batches: []told{{part("b", "2")}}}},
			is:       "b=a",
		},
		"the new one comes more than a day later": {
			tellings: []telling{batches(), {after: 24 * time.Hour, batches: []told{{part("b", "2")}}}},
			is:       "b=new", without: "a",
		},
		"both are declared for a while": {
			tellings: []telling{batches(told{part("a", "1"), part("b", "2")}), batches(told{part("b", "2")})},
			is:       "b=new", without: "a",
		},
		"back again": {
			tellings: []telling{batches(told{part("b", "2")}), batches(told{part("a", "3")})},
			is:       "a=a",
		},
		"back again at once": {
			tellings: []telling{batches(told{part("b", "2")}), {batches: []told{{part("a", "3"), part("b", "2")}}, undeclared: "b"}},
			is:       "a=a",
		},
		"on and on": {
			tellings: []telling{batches(told{part("b", "2")}), batches(), batches(told{part("c", "3")})},
			is:       "c=a",
		},
		"deleted, and anew by the same name": {
			tellings: []telling{batches(told{part("a", "2")})},
			is:       "a=a",
		},
		"deleted, and anew by the same name from elsewhere after a week": {
			tellings: []telling{batches(), {after: 7 * 24 * time.Hour, batches: []told{{part("a", "2", from("y"))}}}},
			is:       "a=a",
		},
		"deleted, its service named otherwise here, and anew by the same name": {
			tellings: []telling{batches(), {hand: func(h *house, own string) {
				s := h.service(own + "a")
				ok(h.registry.UpdateService(h.root, s.Slug, s.Version, registry.ServiceInput{Slug: own + "z", Profile: s.Profile}))(h.t)
			}, batches: []told{{part("a", "2")}}}},
			is: "a=a",
		},
		"its service is retired before the new one comes": {
			tellings: []telling{batches(), {hand: func(h *house, own string) {
				ok(h.registry.Retire(h.root, own+"a", h.service(own+"a").Version, ""))(h.t)
			}, batches: []told{{part("b", "2")}}}},
			is: "b=new",
		},
		"to what is here by that name already": {
			tellings: []telling{{hand: func(h *house, own string) {
				storetest.Service(h.t, h.store, h.team(own+"a").ID, own+"b")
			}, batches: []told{{part("b", "2")}}}},
			is: "b=new", without: "a",
		},
		"to another owner": {
			tellings: []telling{batches(told{part("b", "2", owned("o"))})},
			is:       "b=new", without: "a",
		},
		"in another file": {
			tellings: []telling{batches(told{part("b", "2", from("y"))})},
			is:       "b=new", without: "a",
		},
		"in another file, where the annotation names its service": {
			tellings: []telling{batches(told{part("b", "2", from("y"), annotated("a"))})},
			is:       "b=a",
		},
		"another team's, by the annotation, when it goes": {
			tellings: []telling{batches(told{part("b", "2", from("y"), annotated("a"), owned("o"))})},
			is:       "b=refused", without: "a",
		},
		"another team's, by the annotation, before it goes and ever after": {
			tellings: []telling{
				batches(told{part("a", "1"), part("b", "2", from("y"), annotated("a"), owned("o"))}),
				batches(told{part("b", "2", from("y"), annotated("a"), owned("o"))}), batches(told{part("b", "2", from("y"), annotated("a"), owned("o"))}),
			},
			is: "b=refused", without: "a",
		},
		"another team's, by the annotation of one that is something": {
			first:    told{part("d", "8", from("y"), owned("o"))},
			tellings: []telling{batches(told{part("d", "8", from("y"), owned("o"), annotated("a"))}), batches(told{part("d", "8", from("y"), owned("o"), annotated("a"))})},
			is:       "d=d", without: "a",
		},
		"another team's, by its name": {
			first:    told{part("d", "8", from("y"), annotated("k"))},
			tellings: []telling{batches(told{part("a", "1"), part("k", "9", from("z"), owned("o"))}), batches(told{part("a", "1"), part("k", "9", from("z"), owned("o"))})},
			is:       "a=a k=refused", without: "d",
		},
		"another team's that is here by hand, by its name": {
			tellings: []telling{{hand: func(h *house, own string) {
				storetest.Service(h.t, h.store, h.team(own+"a").ID, own+"k")
			}, batches: []told{{part("a", "1"), part("k", "9", from("z"), owned("o"))}}}},
			is: "a=a k=refused", without: "new",
		},
		"another team's, by the name of who went": {
			tellings: []telling{batches(), {hand: func(h *house, own string) {
				s := h.service(own + "a")
				ok(h.registry.UpdateService(h.root, s.Slug, s.Version, registry.ServiceInput{Slug: own + "z", Profile: s.Profile}))(h.t)
			}, batches: []told{{part("a", "2", owned("o"))}}}},
			is: "a=refused", without: "a",
		},
		"to another owner by the same name, while it is there": {
			tellings: []telling{batches(told{part("a", "1", owned("o"))}), batches(told{part("a", "2", owned("a"))})},
			is:       "a=a",
		},
		"two that name one that goes": {
			tellings: []telling{batches(told{part("b", "2", from("y"), annotated("a")), part("c", "3", from("z"), annotated("a"))})},
			is:       "b=refused c=refused", without: "a",
		},
		"two that name one that goes, of which one is another team's": {
			tellings: []telling{batches(told{part("b", "2", from("y"), annotated("a"), owned("o")), part("c", "3", from("z"), annotated("a"))})},
			is:       "b=refused c=a",
		},
		"two who swap names, who are of different teams": {
			first:    told{part("d", "8", from("y"), owned("o"))},
			tellings: []telling{batches(told{part("a", "1", annotated("d")), part("d", "8", from("y"), owned("o"), annotated("a"))})},
			is:       "a=a d=d",
		},
		"one that is something, by the annotation of one that goes and was retired": {
			first: told{part("d", "8", from("y"))},
			tellings: []telling{{hand: func(h *house, own string) {
				ok(h.registry.Retire(h.root, own+"a", h.service(own+"a").Version, ""))(h.t)
			}, batches: []told{{part("d", "8", from("y"), annotated("a"))}}}},
			is: "d=d",
		},
		"one that is something, by the annotation of one that goes, whose tier it may not lower": {
			first:    told{part("d", "8", from("y"))},
			tellings: []telling{batches(told{part("d", "8", from("y"), annotated("a"), tiered(4))})},
			is:       "d=d", without: "a",
		},
		"one whose tier it may not lower": {
			tellings: []telling{batches(told{part("b", "2", tiered(4))})},
			is:       "b=refused", without: "a",
		},
		"two who swap names, of whom one may not lower the tier": { // the other has what it was by then
			first:    told{part("d", "8", from("y"))},
			tellings: []telling{batches(told{part("a", "1", from("y"), annotated("d")), part("d", "8", annotated("a"), tiered(4))})},
			is:       "a=d d=refused", without: "a",
		},
		"told once more after it was renamed, and back again from elsewhere after a week": {
			tellings: []telling{
				batches(told{part("b", "2")}), {batches: []told{{part("a", "1"), part("b", "2")}}, undeclared: "a"}, batches(),
				{after: 7 * 24 * time.Hour, batches: []told{{part("a", "3", from("y"))}}},
			},
			is: "a=a",
		},
		"whose former name is another team's, from elsewhere, when it went": {
			tellings: []telling{
				batches(told{part("b", "2")}), {batches: []told{{part("a", "1"), part("b", "2")}}, undeclared: "a"}, batches(),
				batches(told{part("a", "3", from("y"), owned("o"))}),
			},
			is: "a=refused", without: "a",
		},
		"whose former name is somebody new's": {
			tellings: []telling{batches(told{part("b", "2")}), batches(told{part("b", "2"), part("a", "3", from("y"))})},
			is:       "a=refused b=a",
		},
		"whose former name is somebody new's, with another short name": {
			tellings: []telling{batches(told{part("b", "2")}), batches(told{part("b", "2"), part("a", "3", from("y"), annotated("n"))})},
			is:       "a=new b=a",
		},
		"in a file of several": {
			first:    told{part("d", "8")},
			tellings: []telling{batches(told{part("b", "2"), part("d", "8")})},
			is:       "b=new d=d", without: "a",
		},
		"in a file of several, where the annotation names its service": {
			first:    told{part("d", "8")},
			tellings: []telling{{batches: []told{{part("b", "2", annotated("a")), part("d", "8"), part("a", "1")}}, undeclared: "a"}},
			is:       "b=a d=d",
		},
		"two of one file": {
			first:    told{part("d", "8")},
			tellings: []telling{batches(told{part("b", "2"), part("c", "3")})},
			is:       "b=new c=new", without: "a d",
		},
		"in a file of several, named by an annotation afterwards": {
			first:    told{part("d", "8")},
			tellings: []telling{batches(told{part("b", "2"), part("d", "8")}), {after: 48 * time.Hour, batches: []told{{part("b", "2", annotated("a")), part("d", "8")}}}},
			is:       "b=a d=d", without: "new",
		},
		"an annotation that names the service of another": {
			first:    told{part("d", "8", from("y"))},
			tellings: []telling{batches(told{part("a", "1"), part("d", "8", from("y"), annotated("a"))})},
			is:       "a=a d=d",
		},
		"two who swap what they say": {
			first:    told{part("d", "8", from("y"))},
			tellings: []telling{batches(told{part("a", "1", from("y")), part("d", "8")})},
			is:       "a=a d=d",
		},
		"two who swap names, as the annotations say": {
			first:    told{part("d", "8", from("y"))},
			tellings: []telling{batches(told{part("a", "1", from("y"), annotated("d")), part("d", "8", annotated("a"))})},
			is:       "a=d d=a",
		},
		"two who swap names, as the annotations say in two batches": {
			first:    told{part("d", "8", from("y"))},
			tellings: []telling{batches(told{part("d", "8", annotated("a"))}, told{part("a", "1", from("y"), annotated("d"))})},
			is:       "a=d d=a",
		},
		"two who pass services on to what another gives up": {
			first:    told{part("d", "8", from("y")), part("e", "9", from("z"))},
			tellings: []telling{batches(told{part("a", "1", annotated("d")), part("d", "8", from("y"), annotated("e"))})},
			is:       "a=d d=e", without: "a",
		},
		"two who swap names, of whom one names an owner whom nobody knows": {
			first:    told{part("d", "8", from("y"))},
			tellings: []telling{batches(told{part("a", "1", from("y"), annotated("d"), owned("nobody")), part("d", "8", annotated("a"))})},
			is:       "a=a d=d",
		},
		"two whose annotations name what a third gives up": {
			first:    told{part("d", "8", from("y")), part("e", "9", from("z"))},
			tellings: []telling{batches(told{part("a", "1", annotated("e")), part("d", "8", from("y"), annotated("e")), part("e", "9", from("z"), annotated("a"))})},
			is:       "a=a d=d e=e",
		},
		"two who swap names by their UIDs, which slugs cannot": {
			first:    told{part("d", "8", from("y"))},
			tellings: []telling{batches(told{part("d", "1"), part("a", "8", from("y"))})},
			is:       "a=a d=d",
		},
	}
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		world, n := houseOver(t, s), 0
		world.registry.GuardWith(lowest{})
		for name, c := range cases {
			n++
			t.Run(name, func(t *testing.T) { c.hold(t, world, fmt.Sprintf("s%d-", n)) })
		}
	})
}

// hold tells it, in a portal and by names of its own: many share a house.
func (c renaming) hold(t *testing.T, world *house, own string) {
	copied := *world
	h := &copied
	h.t, h.at = t, portal+"/"+own
	ownNames := func(told ...catalog.Told) []catalog.Told {
		out := slices.Clone(told)
		for i := range out {
			e := &out[i]
			e.UID = own + e.UID
			e.Ref, e.Owner = strings.Replace(e.Ref, "/", "/"+own, 1), strings.Replace(e.Owner, "/", "/"+own, 1)
			if e.Slug != "" {
				e.Slug = own + e.Slug
			}
		}
		return out
	}
	nameOf := func(e catalog.View) string { return strings.TrimPrefix(e.Ref, "component:default/"+own) }
	components := func() []catalog.View {
		return ok(h.Entities(h.root, catalog.Filter{Kind: catalog.Component, Query: "/" + own}, page.Request{}))(t).Items
	}
	first := ownNames(append([]catalog.Told{group("a"), group("o"), part("a", "1")}, c.first...)...)
	h.full(first...)
	made := map[id.ID]string{}
	for _, e := range components() {
		made[e.Entity.Resource] = nameOf(e)
	}
	word := func(of id.ID) string {
		if was := made[of]; was != "" {
			return was
		}
		return "new"
	}
	for _, one := range c.tellings {
		h.clock.Advance(one.after)
		if one.hand != nil {
			one.hand(h, own)
		}
		sync := h.start(true)
		h.tell(sync, first[:2]...)
		for _, some := range one.batches {
			h.tell(sync, ownNames(some...)...)
		}
		how := catalog.Completion{}
		if one.undeclared != "" {
			how.Undeclared = []string{"Component:default/" + own + one.undeclared}
		}
		ok(h.Complete(h.portal, sync.ID, how))(t)
	}
	var are, without []string
	for _, e := range components() {
		if e.GoneAt == nil && e.Entity.Resource == "" {
			are = append(are, nameOf(e)+"="+string(e.State))
		} else if e.GoneAt == nil {
			are = append(are, nameOf(e)+"="+word(e.Entity.Resource))
			by, _ := h.service(string(e.Entity.Resource)).Managed.From("catalog")
			is(t, "who manages it", by.Entity, e.Ref)
		}
	}
	for _, v := range ok(h.registry.Services(h.root, registry.ServiceFilter{Unlisted: true, Query: own}, page.Request{}))(t).Items {
		without = append(without, word(v.ID))
		is(t, v.Slug+" is managed", len(v.Managed), 0)
	}
	slices.Sort(without)
	is(t, "entities", strings.Join(are, " "), c.is)
	is(t, "services without entity", strings.Join(without, " "), c.without)
}

// What an owner is that waits for a completion an incremental sync does not wait for: it decides nothing.
func TestAnIncrementalSyncDefersNothingToACompletion(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	a, b := group("a"), group("b")
	a.Origin, b.Origin = "file:g", "file:g"
	h.full(a)
	full := h.start(true)
	is(t, "a group that may be another by a new name", outcomes(h.tell(full, b)), "deferred")
	s := h.start(false)
	is(t, "what it owns", outcomes(h.tell(s, system("shop", "b"), component("till", "b"))), "refused /owner, refused /owner")
	ok(h.Complete(h.portal, s.ID, catalog.Completion{}))(t)
	is(t, "entities that wait", h.states(catalog.Filter{State: catalog.Deferred}), "group:default/b deferred")
	ok(h.Complete(h.portal, full.ID, catalog.Completion{}))(t)
	s = h.start(false)
	is(t, "then", outcomes(h.tell(s, system("shop", "b"), component("till", "b"))), "created, created")
}

// A group or system that alone is in its file is the same team or system under another name; what it
// owns follows, told with it. A user who takes the place of another is somebody else.
func TestATeamAndASystemKeepThemselvesUnderAnotherNameAndAPersonDoesNot(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		h := houseOver(t, s)
		told := func(user, group, name string) []catalog.Told {
			u := catalog.Told{Kind: catalog.User, Ref: "user:default/" + user, UID: "u-" + user, Origin: "file:user"}
			g := catalog.Told{Kind: catalog.Group, Ref: "group:default/" + group, UID: "g-" + group, Members: []string{u.Ref}, Origin: "file:group"}
			y := catalog.Told{Kind: catalog.System, Ref: "system:default/" + name, UID: "y-" + name, Owner: g.Ref, Origin: "file:system"}
			c := part(name, "c-"+name, owned(group), func(c *catalog.Told) { c.System = y.Ref })
			return []catalog.Told{
				u, g, y, c, part("stays", "c-stays", from("stays"), owned(group)),
				part("kept-"+name, "c-kept-"+name, from("kept-"+name), annotated("kept"), owned(group)),
			}
		}
		h.full(told("ada", "payments", "till")...)
		team, service, kept := h.team("payments"), h.service("till"), h.service("kept")
		ada := ok(h.store.Access().PersonByIdentity(t.Context(), "backstage", portal, "user:default/ada"))(t)

		// All are there by both names, and of the old ones nobody declares those that others took.
		sync := h.start(true)
		h.tell(sync, told("bea", "cash", "purse")...)
		h.tell(sync, told("ada", "payments", "till")[:4]...)
		is(t, "gone", ok(h.Complete(h.portal, sync.ID, catalog.Completion{
			Undeclared: []string{"user:default/ada", "group:default/payments", "system:default/till", "component:default/till"},
		}))(t).Gone, 1)
		is(t, "team", h.team("cash").ID, team.ID)
		now := h.service("purse")
		is(t, "service", now.ID, service.ID)
		is(t, "its team", now.Team, team.ID)
		is(t, "by the annotation", h.service("kept").ID, kept.ID)
		is(t, "its system", now.System+" "+id.ID(now.SystemSlug), service.System+" purse")
		is(t, "what was not renamed", h.service("stays").Team, team.ID)
		is(t, "teams", len(ok(h.registry.Teams(h.root, registry.TeamFilter{}, page.Request{}))(t).Items), 1)
		if bea := ok(h.store.Access().PersonByIdentity(t.Context(), "backstage", portal, "user:default/bea"))(t); bea.ID == ada.ID {
			t.Error("Bea is Ada, whose place she took")
		}
		is(t, "members", h.members("cash"), "bea catalog")
		is(t, "entities", h.states(catalog.Filter{State: catalog.Gone}),
			"component:default/kept-till gone, component:default/till gone, group:default/payments gone, system:default/till gone, user:default/ada gone")
		results, _ := h.full(told("bea", "cash", "purse")...)
		is(t, "again", outcomes(results), "unchanged, unchanged, unchanged, unchanged, unchanged, unchanged")
	})
}
