package catalog

import (
	"context"
	"reflect"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/registry"
)

// planSystem has a system be a system of its owner's team.
func (c *Service) planSystem(ctx context.Context, w *world, e Entity, t Told) (plan, error) {
	var p plan
	if w.ownerWaits(t) {
		p.outcome = OutcomeDeferred
		return p, nil
	}
	before, slug := w.systems[e.Resource], slugOf(t.Ref)
	if before.ID == "" {
		found, err := c.Things.SystemBySlug(ctx, slug)
		switch {
		case err == nil:
			if err := c.unclaimed(ctx, "system", slug, found.ID, e); err != nil {
				return p, err
			}
			before, p.adopted = found, true
		case !fault.Is(err, fault.NotFound):
			return p, err
		}
	}
	owner, err := w.owner(t, before.ID == "" || p.adopted)
	if err != nil {
		return p, err
	}
	if p.adopted && owner.ID != before.Team {
		of, err := c.Things.TeamsByID(ctx, []id.ID{before.Team})
		if err != nil {
			return p, err
		}
		var check fault.Check
		check.Fail("/ref", t.Ref, "%s", ofOther("system", before.Slug, of[before.Team].Slug))
		return p, check.Err()
	}
	after, g := before, giving{managed: before.Managed}
	if before.ID == "" {
		p.isNew, after.Name = true, nameOf(t.Ref)
	}
	give(&g, "slug", &after.Slug, slug)
	giveText(&g, "name", &after.Name, t.Title)
	giveText(&g, "description", &after.Description, t.Description)
	if owner.ID != "" {
		give(&g, "team", &after.Team, owner.ID)
	}
	after.Managed = g.set(w.sync.Portal, t.Ref)
	if p.is = before.ID; reflect.DeepEqual(before, after) {
		return p, nil
	}
	p.write = func(ctx context.Context) (id.ID, error) {
		written, err := c.Organisation.MirrorSystem(ctx, before, after)
		w.systems[written.ID] = written
		return written.ID, err
	}
	return p, nil
}

// ownerWaits reports whether the completion decides yet which team the owner is.
func (w *world) ownerWaits(t Told) bool {
	e := w.byRef[t.Owner]
	return w.sync.Full && !w.final && e != nil && e.State == Deferred && e.Resource == ""
}

// owner is the team that the owner of an entity is, which something new has to have.
func (w *world) owner(t Told, needed bool) (registry.Team, error) {
	var check fault.Check
	e := w.known(t.Owner)
	switch {
	case t.Owner == "":
		check.Require(!needed, "/owner", nil, "is required: the group whose team it is")
	case e == nil:
		check.Fail("/owner", t.Owner, "names no group that is a team here; tell the group before it")
	default:
		return w.teams[e.Resource], nil
	}
	return registry.Team{}, check.Err()
}

// unclaimed makes sure that what is here by that name is no other living entity's.
func (c *Service) unclaimed(ctx context.Context, noun, name string, resource id.ID, e Entity) error {
	other, err := c.Store.Of(ctx, resource)
	switch {
	case fault.Is(err, fault.NotFound):
		return nil
	case err != nil:
		return err
	case other.ID == e.ID:
		return nil
	}
	var check fault.Check
	check.Fail("/ref", e.Ref, "%s", taken(noun, name, other))
	return check.Err()
}
