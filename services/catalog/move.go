package catalog

import (
	"context"
	"fmt"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
)

// vacate has components go from the services that they were, whose annotations name others, so that
// they can pass services round among themselves: those of which the service named is nobody's, or
// that of one that goes, or goes from it too. What they were is their teams' until another takes it.
// Others stay what they are: those that name a service which another names too, or an owner whom
// nobody knows, for they may be refused.
func (c *Service) vacate(ctx context.Context, w *world, came []Entity) error {
	moving := map[id.ID]bool{}
	target := map[id.ID]id.ID{} // whose the service is that an entity names; absent where it is nobody's by then
	named := map[id.ID]int{}    // how many name a service
	names := map[id.ID]id.ID{}
	for _, e := range came {
		if e.Resource == "" || e.Slug == "" {
			continue
		}
		if _, follows := w.replaces[e.UID]; follows {
			moving[e.ID] = true
			continue
		}
		thing, err := c.namedBy(ctx, e)
		if err != nil {
			return err
		}
		if thing == "" || thing == e.Resource {
			continue
		}
		team, err := c.teamOf(ctx, w, e.Owner)
		if err != nil {
			return err
		}
		if e.Owner != "" && team == "" {
			continue
		}
		names[e.ID] = thing
		named[thing]++
		other, err := c.Store.Of(ctx, thing)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return fmt.Errorf("read whose %q is: %w", e.Slug, err)
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
	if len(moving) == 0 {
		return nil
	}
	err := c.Runner.InTx(ctx, func(ctx context.Context) error {
		for _, e := range came {
			if !moving[e.ID] {
				continue
			}
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
		return fmt.Errorf("have components go from their services: %w", err)
	}
	return nil
}
