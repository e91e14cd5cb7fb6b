package catalog

import (
	"context"
	"fmt"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
)

// vacate has components go from the services that they were, whose annotations name others, so that
// they can pass services round among themselves: those of which the service named is nobody's, or
// that of one that goes, or goes from it too. It returns them as they were.
func (c *Service) vacate(ctx context.Context, w *world, came []Entity) ([]Entity, error) {
	moving, target := map[id.ID]Entity{}, map[id.ID]id.ID{} // by entity; target is whose the service is that it names
	for _, e := range came {
		if e.Resource == "" || e.Slug == "" {
			continue
		}
		if _, follows := w.replaces[e.UID]; follows {
			moving[e.ID] = e
			continue
		}
		thing, err := c.namedBy(ctx, e)
		if err != nil {
			return nil, err
		}
		if thing == "" || thing == e.Resource {
			continue
		}
		other, err := c.Store.Of(ctx, thing)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return nil, fmt.Errorf("read whose %q is: %w", e.Slug, err)
		}
		moving[e.ID], target[e.ID] = e, other.ID
	}
	for stays := true; stays; {
		stays = false
		for of := range moving {
			if _, goes := moving[target[of]]; target[of] != "" && !goes {
				delete(moving, of)
				stays = true
			}
		}
	}
	var out []Entity
	err := c.Runner.InTx(ctx, func(ctx context.Context) error {
		out = nil
		for _, e := range came {
			if _, goes := moving[e.ID]; !goes {
				continue
			}
			out = append(out, e)
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
	return out, nil
}

// abandon gives the services back to their teams that components went from and no other took.
func (c *Service) abandon(ctx context.Context, vacated []Entity) error {
	for _, e := range vacated {
		err := c.Runner.InTx(ctx, func(ctx context.Context) error {
			switch _, err := c.Store.Of(ctx, e.Resource); {
			case err == nil:
				return nil
			case !fault.Is(err, fault.NotFound):
				return err
			}
			return c.free(ctx, e)
		})
		if err != nil {
			return fmt.Errorf("give back what %s was: %w", e.Ref, err)
		}
	}
	return nil
}
