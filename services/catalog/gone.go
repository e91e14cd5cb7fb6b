package catalog

import (
	"context"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/managed"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/registry"
)

// letGo ends what an entity tells of the thing that it is: its fields are the team's again, and
// what the catalog alone said, who is in a team and what depends on what, ends. The thing stays,
// and the entity remembers it.
func (c *Service) letGo(ctx context.Context, e Entity, at time.Time) error {
	if e.Resource != "" {
		if err := c.free(ctx, e); err != nil {
			return err
		}
	}
	e.State, e.Faults, e.Pending, e.GoneAt = Gone, nil, false, &at
	return c.Store.PutEntity(ctx, e)
}

// free gives the fields of what an entity is back to its team.
func (c *Service) free(ctx context.Context, e Entity) error {
	w := newWorld(Sync{})
	if err := c.loadThings(ctx, w, []Entity{e}); err != nil {
		return err
	}
	if err := c.loadHanging(ctx, w, []Entity{e}); err != nil {
		return err
	}
	switch e.Kind {
	case User:
		return c.freePerson(ctx, e, w.people[e.Resource])
	case Group:
		t := w.teams[e.Resource]
		if leave := mirrored(w.members[t.ID]); len(leave) > 0 {
			if err := c.Organisation.MirrorMembers(ctx, t, nil, leave); err != nil {
				return err
			}
		}
		after := t
		if after.Managed = t.Managed.Without(managed.Catalog); len(after.Managed) == len(t.Managed) {
			return nil
		}
		_, err := c.Organisation.MirrorTeam(ctx, t, after)
		return err
	case System:
		y := w.systems[e.Resource]
		after := y
		if after.Managed = y.Managed.Without(managed.Catalog); len(after.Managed) == len(y.Managed) {
			return nil
		}
		_, err := c.Organisation.MirrorSystem(ctx, y, after)
		return err
	default:
		s := w.services[e.Resource]
		end := slices.DeleteFunc(slices.Clone(w.depends[s.ID]), func(d registry.Dependency) bool { return d.Manager != managed.Catalog })
		if len(end) > 0 {
			if err := c.Organisation.MirrorDependencies(ctx, s, nil, end); err != nil {
				return err
			}
		}
		after := s
		if after.Managed = s.Managed.Without(managed.Catalog); len(after.Managed) == len(s.Managed) {
			return nil
		}
		_, err := c.Organisation.MirrorService(ctx, s, after)
		return err
	}
}

// freePerson leaves a person as they are, and in the teams where somebody here put them.
func (c *Service) freePerson(ctx context.Context, e Entity, p access.Person) error {
	in, err := c.Things.MembershipsIn(ctx, e.Resource)
	if err != nil {
		return err
	}
	leave := mirrored(in)
	ids := make([]id.ID, len(leave))
	for i, m := range leave {
		ids[i] = m.Team
	}
	teams, err := c.Things.TeamsByID(ctx, ids)
	if err != nil {
		return err
	}
	for _, m := range leave {
		if err := c.Organisation.MirrorMembers(ctx, teams[m.Team], nil, []registry.Member{m}); err != nil {
			return err
		}
	}
	after := p
	if after.Managed = p.Managed.Without(managed.Catalog); len(after.Managed) == len(p.Managed) || p.DeactivatedAt != nil {
		return nil
	}
	_, err = c.People.MirrorPerson(ctx, p, after, identity(e.Portal, e.Ref), e.Ref)
	return err
}

// mirrored are the memberships that the catalog keeps.
func mirrored(of []registry.Member) []registry.Member {
	return slices.DeleteFunc(slices.Clone(of), func(m registry.Member) bool { return m.Manager != managed.Catalog })
}
