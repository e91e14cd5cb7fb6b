package catalog

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/managed"
)

// departure is a component as it was before it went from its service, and what the catalog kept of that.
type departure struct {
	Entity
	kept managed.By
}

// vacate has components go from the services that they were, whose annotations name others, so that
// they can pass services round among themselves. What they were is their teams' until another takes it,
// or it is put back.
func (c *Service) vacate(ctx context.Context, w *world, came []Entity) ([]departure, error) {
	var uids []string
	for _, e := range came {
		if e.Kind == Component && e.Resource != "" && e.Slug != "" {
			uids = append(uids, e.UID)
		}
	}
	if len(uids) == 0 {
		return nil, nil
	}
	var gone []departure
	err := c.within(ctx, w, Counts{}, func(ctx context.Context) error {
		gone = nil
		now, err := c.Store.ByUID(ctx, w.sync.Portal, uids) // which others may have told since
		if err != nil {
			return err
		}
		now = slices.DeleteFunc(now, func(e Entity) bool { return !w.deferred(e) || e.GoneAt != nil || e.Resource == "" || e.Slug == "" })
		slices.SortFunc(now, func(a, b Entity) int { return cmp.Compare(a.ID, b.ID) })
		moving, err := c.moving(ctx, w, now)
		if err != nil {
			return err
		}
		for _, e := range now {
			if !moving[e.ID] {
				continue
			}
			s, err := c.Things.Service(ctx, e.Resource)
			if err != nil {
				return err
			}
			kept, _ := s.Managed.From(managed.Catalog)
			gone = append(gone, departure{e, kept})
			if err := c.free(ctx, e); err != nil {
				return err
			}
			e.Resource = ""
			if err := c.Store.PutEntity(ctx, e); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("have components go from their services: %w", err)
	}
	return gone, nil
}

// moving are those of the components that can go to the services that their annotations name: those of
// which the service is in use and their owner's, and nobody's, or that of one that goes, or goes from it
// too. Others stay what they are, as those do that name a service which another names too.
func (c *Service) moving(ctx context.Context, w *world, of []Entity) (map[id.ID]bool, error) {
	moving := map[id.ID]bool{}
	target := map[id.ID]id.ID{} // whose the service is that an entity names; absent where it is nobody's by then
	named := map[id.ID]int{}    // how many name a service
	names := map[id.ID]id.ID{}
	for _, e := range of {
		if _, follows := w.replaces[e.UID]; follows {
			moving[e.ID] = true
			continue
		}
		thing, err := c.namedBy(ctx, e)
		if err != nil {
			return nil, err
		}
		if thing == "" || thing == e.Resource {
			continue
		}
		same, err := c.sameOwner(ctx, w, e, thing)
		if err != nil {
			return nil, err
		}
		if !same {
			continue
		}
		names[e.ID] = thing
		named[thing]++
		other, err := c.Store.Of(ctx, thing)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return nil, fmt.Errorf("read whose %q is: %w", e.Slug, err)
		}
		moving[e.ID], target[e.ID] = true, other.ID
	}
	for stays := true; stays; {
		stays = false
		for of := range moving {
			if named[names[of]] > 1 || target[of] != "" && !moving[target[of]] {
				delete(moving, of)
				stays = true
			}
		}
	}
	return moving, nil
}

// putBack has those that went from their services, and were refused the others, be what they were,
// where nobody else has become that.
func (c *Service) putBack(ctx context.Context, w *world, gone []departure) error {
	for _, was := range gone {
		err := c.within(ctx, w, Counts{}, func(ctx context.Context) error {
			found, err := c.Store.ByUID(ctx, w.sync.Portal, []string{was.UID})
			if err != nil || len(found) == 0 || found[0].GoneAt != nil || found[0].Resource != "" {
				return err
			}
			if _, err := c.Store.Of(ctx, was.Resource); !fault.Is(err, fault.NotFound) {
				return err
			}
			e := found[0]
			e.Resource = was.Resource
			if err := c.Store.PutEntity(ctx, e); err != nil {
				return err
			}
			s, err := c.Things.Service(ctx, e.Resource)
			if err != nil || was.kept.Manager == "" || s.Live() != nil {
				return err
			}
			after := s
			after.Managed = s.Managed.With(was.kept)
			_, err = c.Organisation.MirrorService(ctx, s, after)
			return err
		})
		if err != nil {
			return fmt.Errorf("have the component %s be what it was: %w", was.Ref, err)
		}
	}
	return nil
}
