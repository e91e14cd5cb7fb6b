package catalog

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
)

// A portal such as Backstage knows entities by their references: one that is called otherwise goes,
// and another comes with a UID of its own. Which of those that came is one that went, its heir, is
// decided at the completion of a full sync, when both are known whatever came first:
//
//   - where its name, or the annotation with the name of its service, leads to what the other is, and
//     no other's does;
//   - else where the other was the only one of its kind from a place, and it is the only one there now.
//
// Its owner has to be the team of what the other is: who names a service does not get it by that.
// Others cannot be told from something new that took a place, and stay two things: a service that is
// nobody's can be named by an annotation at any time.

// heirWithin is how long after an entity went one that comes from its place may be its heir: a portal
// that reads the place meanwhile, or cannot, has the one and not yet the other.
const heirWithin = 24 * time.Hour

// heirs notes in what the world replaces which of those that came are those that go, or went not
// long ago: groups first, for they are the owners of the others.
func (c *Service) heirs(ctx context.Context, w *world, came, going []Entity) error {
	for _, kind := range Kinds {
		other := func(e Entity) bool { return e.Kind != kind }
		if !kind.followed() {
			continue
		}
		if err := c.heirsOf(ctx, w, slices.DeleteFunc(slices.Clone(came), other), slices.DeleteFunc(slices.Clone(going), other)); err != nil {
			return err
		}
	}
	return nil
}

// heirsOf notes the heirs of one kind.
func (c *Service) heirsOf(ctx context.Context, w *world, came, going []Entity) error {
	byResource, taken := map[id.ID]Entity{}, map[id.ID]bool{}
	for _, e := range going {
		if e.Resource != "" {
			byResource[e.Resource] = e
		}
	}
	var unnamed []Entity
	naming := map[id.ID][]Entity{} // by what goes
	for _, e := range came {
		if e.Resource != "" && e.Slug == "" {
			continue // that waits for its owner alone
		}
		thing, err := c.namedBy(ctx, e)
		if err != nil {
			return err
		}
		switch _, goes := byResource[thing]; {
		case thing == "" && e.Resource == "":
			unnamed = append(unnamed, e)
		case goes && thing != e.Resource:
			same, err := c.sameOwner(ctx, w, e, thing)
			if err != nil {
				return err
			}
			if same {
				naming[thing] = append(naming[thing], e)
			}
		}
	}
	for thing, by := range naming {
		if taken[thing] = true; len(by) == 1 {
			w.replaces[by[0].UID] = byResource[thing]
		}
	}
	at, err := c.places(ctx, w, unnamed, going)
	if err != nil {
		return err
	}
	for _, e := range unnamed {
		here := at[e.place()]
		if here == nil || here.living != 1 {
			continue
		}
		was, err := c.only(ctx, here.left)
		if err != nil {
			return err
		}
		if was.ID == "" || taken[was.Resource] {
			continue
		}
		same, err := c.sameOwner(ctx, w, e, was.Resource)
		if err != nil {
			return err
		}
		if same {
			w.replaces[e.UID], taken[was.Resource] = was, true
		}
	}
	return nil
}

// namedBy is what the name of an entity leads to; empty for nothing.
func (c *Service) namedBy(ctx context.Context, e Entity) (id.ID, error) {
	var of id.ID
	var err error
	switch e.Kind {
	case Group:
		t, failed := c.Things.TeamBySlug(ctx, slugOf(e.Ref))
		of, err = t.ID, failed
	case System:
		y, failed := c.Things.SystemBySlug(ctx, slugOf(e.Ref))
		of, err = y.ID, failed
	default:
		s, failed := c.Things.ServiceBySlug(ctx, e.slug())
		of, err = s.ID, failed
	}
	if fault.Is(err, fault.NotFound) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("read what %s leads to: %w", e.Ref, err)
	}
	return of, nil
}

// standing is what is declared at a place: how many are, and who is not any more and was something.
type standing struct {
	living int
	left   []Entity
}

// places are those where the entities are declared.
func (c *Service) places(ctx context.Context, w *world, of, going []Entity) (map[Place]*standing, error) {
	out := map[Place]*standing{}
	var origins []string
	for _, e := range of {
		if e.Origin != "" && out[e.place()] == nil {
			out[e.place()] = &standing{}
			origins = append(origins, e.Origin)
		}
	}
	if len(origins) == 0 {
		return out, nil
	}
	goes := map[id.ID]bool{}
	for _, e := range going {
		goes[e.ID] = true
	}
	found, err := c.Store.From(ctx, w.sync.Portal, origins, w.sync.StartedAt.Add(-heirWithin))
	if err != nil {
		return nil, fmt.Errorf("read entities of the same origins: %w", err)
	}
	for _, e := range found {
		here := out[e.place()]
		switch {
		case here == nil:
		case e.GoneAt == nil && !goes[e.ID]:
			here.living++
		case e.Resource != "":
			here.left = append(here.left, e)
		}
	}
	return out, nil
}

// only is the one of those that left whose thing is no other's by now; empty where there is none, or
// more than one thing.
func (c *Service) only(ctx context.Context, left []Entity) (Entity, error) {
	var out Entity
	for _, e := range left {
		if e.GoneAt != nil {
			switch _, err := c.Store.Of(ctx, e.Resource); {
			case err == nil:
				continue
			case !fault.Is(err, fault.NotFound):
				return Entity{}, fmt.Errorf("read whose %s is: %w", e.Ref, err)
			}
		}
		if out.ID != "" && out.Resource != e.Resource {
			return Entity{}, nil
		}
		if out.ID == "" || e.GoneAt == nil || out.GoneAt != nil && e.GoneAt.After(*out.GoneAt) {
			out = e
		}
	}
	return out, nil
}

// sameOwner reports whether the owner of an entity is the team of a thing of its kind, which is in use;
// groups have none.
func (c *Service) sameOwner(ctx context.Context, w *world, e Entity, thing id.ID) (bool, error) {
	of := []id.ID{thing}
	var team id.ID
	switch e.Kind {
	case Group:
		return true, nil
	case System:
		found, err := c.Things.SystemsByID(ctx, of)
		if err != nil {
			return false, fmt.Errorf("read whose the system is that %s may be: %w", e.Ref, err)
		}
		team = found[thing].Team
	default:
		found, err := c.Things.ServicesByID(ctx, of)
		if err != nil {
			return false, fmt.Errorf("read whose the service is that %s may be: %w", e.Ref, err)
		}
		s := found[thing]
		if s.RetiredAt != nil {
			return false, nil
		}
		team = s.Team
	}
	owner, err := c.teamOf(ctx, w, e.Owner)
	return owner != "" && owner == team, err
}

// teamOf is the team that a group is, or is going to be by whom it follows; empty for none.
func (c *Service) teamOf(ctx context.Context, w *world, group string) (id.ID, error) {
	found, err := c.Store.ByRef(ctx, w.sync.Portal, []string{group})
	if err != nil {
		return "", fmt.Errorf("read the owner %s: %w", group, err)
	}
	if len(found) == 0 {
		return "", nil
	}
	if was, follows := w.replaces[found[0].UID]; follows {
		return was.Resource, nil
	}
	return found[0].Resource, nil
}
