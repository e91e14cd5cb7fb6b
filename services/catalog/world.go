package catalog

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/managed"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/registry"
)

// world is what is known of the entities that are told together, read in a number of statements
// that does not grow with them.
type world struct {
	sync     Sync
	final    bool              // nothing more is told: what is unknown stays so
	again    bool              // what was told is taken again
	replaces map[string]Entity // by the UID of who came: who goes, at a completion

	byUID, byRef map[string]*Entity
	told         map[id.ID]bool    // entities that are told together
	former       map[Place]bool    // where entities were something before, of which one that came may be one
	left         map[string]Entity // by reference: the component that was called so, and went
	people       map[id.ID]access.Person
	teams        map[id.ID]registry.Team
	systems      map[id.ID]registry.System
	services     map[id.ID]registry.Service
	members      map[id.ID][]registry.Member
	depends      map[id.ID][]registry.Dependency
	flat         map[string]bool // UIDs of groups that are above their own parents
	same         []id.ID         // entities that were told again as they are
}

func newWorld(s Sync) *world {
	return &world{
		sync: s, byUID: map[string]*Entity{}, byRef: map[string]*Entity{}, told: map[id.ID]bool{}, former: map[Place]bool{}, left: map[string]Entity{}, flat: map[string]bool{},
		people: map[id.ID]access.Person{}, teams: map[id.ID]registry.Team{}, systems: map[id.ID]registry.System{}, services: map[id.ID]registry.Service{},
		members: map[id.ID][]registry.Member{}, depends: map[id.ID][]registry.Dependency{},
	}
}

// forget takes an entity away that is called otherwise by now, or is gone.
func (w *world) forget(e Entity) {
	if known := w.byUID[e.UID]; known != nil && known.ID == e.ID {
		delete(w.byUID, e.UID)
	}
	if known := w.byRef[e.Ref]; known != nil && known.ID == e.ID {
		delete(w.byRef, e.Ref)
	}
}

// leave has a person that was let go be in no team any more by the catalog's word.
func (w *world) leave(person id.ID) {
	for team, members := range w.members {
		w.members[team] = slices.DeleteFunc(members, func(m registry.Member) bool {
			return m.Person == person && m.Manager == managed.Catalog
		})
	}
}

// remember takes an entity as it is now.
func (w *world) remember(e Entity) {
	w.byUID[e.UID] = &e
	if e.GoneAt == nil {
		w.byRef[e.Ref] = &e
	}
}

// renew takes what was read anew of some entities.
func (w *world) renew(anew *world) {
	maps.Copy(w.byUID, anew.byUID)
	maps.Copy(w.former, anew.former)
	maps.Copy(w.left, anew.left)
	maps.Copy(w.byRef, anew.byRef)
	maps.Copy(w.people, anew.people)
	maps.Copy(w.teams, anew.teams)
	maps.Copy(w.systems, anew.systems)
	maps.Copy(w.services, anew.services)
	maps.Copy(w.members, anew.members)
	maps.Copy(w.depends, anew.depends)
}

// known is the living entity of that reference which is something here, or nil.
func (w *world) known(ref string) *Entity {
	if e := w.byRef[ref]; e != nil && e.GoneAt == nil && e.Resource != "" {
		return e
	}
	return nil
}

// resource is what the entity is here.
func (w *world) resource(e Entity) Resource {
	if e.Resource == "" {
		return Resource{}
	}
	r := Resource{Noun: nouns[e.Kind], ID: e.Resource}
	switch e.Kind {
	case Group:
		r.Slug = w.teams[e.Resource].Slug
	case System:
		r.Slug = w.systems[e.Resource].Slug
	case Component:
		r.Slug = w.services[e.Resource].Slug
	}
	return r
}

// load reads what is known of the entities that are told, and of those that they name.
func (c *Service) load(ctx context.Context, w *world, told []Told) error {
	var uids, refs []string
	for _, t := range told {
		uids, refs = append(uids, t.UID), append(refs, t.Ref)
		for _, ref := range []string{t.Parent, t.Owner, t.System} {
			if ref != "" {
				refs = append(refs, ref)
			}
		}
		refs = append(append(refs, t.Members...), t.DependsOn...)
	}
	slices.Sort(refs)
	refs = slices.Compact(refs)
	byUID, err := c.Store.ByUID(ctx, w.sync.Portal, uids)
	if err != nil {
		return fmt.Errorf("read entities: %w", err)
	}
	byRef, err := c.Store.ByRef(ctx, w.sync.Portal, refs)
	if err != nil {
		return fmt.Errorf("read entities that are named: %w", err)
	}
	for _, e := range append(byUID, byRef...) {
		w.remember(e)
	}
	var own, named []Entity // whose things are needed; those of members are not, but where they join
	var newRefs, origins []string
	for _, t := range told {
		is, _ := identify(t, w.byUID[t.UID], w.byRef[t.Ref])
		if is != nil {
			w.told[is.ID] = true
			own = append(own, *is)
		}
		if going, ok := w.replaces[t.UID]; ok {
			own = append(own, going)
		}
		if is == nil || is.Resource == "" || is.GoneAt != nil {
			if t.Kind == Component {
				newRefs = append(newRefs, t.Ref)
			}
			if t.Kind.followed() && t.Origin != "" {
				origins = append(origins, t.Origin)
			}
		}
		for _, ref := range append([]string{t.Parent, t.Owner, t.System}, t.DependsOn...) {
			if e := w.known(ref); e != nil {
				named = append(named, *e)
			}
		}
	}
	if err := c.loadFormer(ctx, w, newRefs, origins); err != nil {
		return err
	}
	if err := c.loadThings(ctx, w, append(named, own...)); err != nil {
		return err
	}
	return c.loadHanging(ctx, w, own)
}

// loadFormer reads whom those that came may follow: who was called so, and who is or was declared where
// they are.
func (c *Service) loadFormer(ctx context.Context, w *world, refs, origins []string) error {
	if len(refs) > 0 {
		left, err := c.Store.Left(ctx, w.sync.Portal, refs)
		if err != nil {
			return fmt.Errorf("look for who was called so: %w", err)
		}
		for _, e := range left {
			w.left[e.Ref] = e
		}
	}
	if !w.sync.Full || len(origins) == 0 {
		return nil
	}
	slices.Sort(origins)
	former, err := c.Store.Formerly(ctx, w.sync.Portal, slices.Compact(origins), w.sync.StartedAt, w.sync.StartedAt.Add(-heirWithin))
	if err != nil {
		return fmt.Errorf("look for entities of the same origins: %w", err)
	}
	w.former = former
	return nil
}

// resources are what the entities are, by kind, each once.
func resources(of []Entity) map[Kind][]id.ID {
	ids := map[Kind][]id.ID{}
	for _, e := range of {
		if e.Resource != "" {
			ids[e.Kind] = append(ids[e.Kind], e.Resource)
		}
	}
	for kind := range ids {
		slices.Sort(ids[kind])
		ids[kind] = slices.Compact(ids[kind])
	}
	return ids
}

// loadThings reads what the entities are.
func (c *Service) loadThings(ctx context.Context, w *world, entities []Entity) error {
	var err error
	ids := resources(entities)
	if of := ids[User]; len(of) > 0 {
		if w.people, err = c.Crowd.PeopleByID(ctx, of); err != nil {
			return err
		}
	}
	if of := ids[Group]; len(of) > 0 {
		if w.teams, err = c.Things.TeamsByID(ctx, of); err != nil {
			return err
		}
	}
	if of := ids[System]; len(of) > 0 {
		if w.systems, err = c.Things.SystemsByID(ctx, of); err != nil {
			return err
		}
	}
	if of := ids[Component]; len(of) > 0 {
		if w.services, err = c.Things.ServicesByID(ctx, of); err != nil {
			return err
		}
	}
	return nil
}

// loadHanging reads who is in the teams that entities are, and on what the services depend.
func (c *Service) loadHanging(ctx context.Context, w *world, entities []Entity) error {
	ids := resources(entities)
	if of := ids[Group]; len(of) > 0 {
		members, err := c.Things.MembershipsOf(ctx, of)
		if err != nil {
			return err
		}
		for _, m := range members {
			w.members[m.Team] = append(w.members[m.Team], m)
		}
	}
	if of := ids[Component]; len(of) > 0 {
		dependencies, err := c.Things.DependenciesOf(ctx, of)
		if err != nil {
			return err
		}
		for _, d := range dependencies {
			w.depends[d.Service] = append(w.depends[d.Service], d)
		}
	}
	return nil
}
