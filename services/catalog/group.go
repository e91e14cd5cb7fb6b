package catalog

import (
	"context"
	"fmt"
	"reflect"
	"slices"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/registry"
)

// planGroup has a group be a team, with the people that its members are. Groups come in any order:
// a parent that is not known yet is hung above at the completion.
func (c *Service) planGroup(ctx context.Context, w *world, e Entity, t Told) (plan, error) {
	var p plan
	before, slug := w.teams[e.Resource], slugOf(t.Ref)
	if before.ID == "" {
		found, err := c.Things.TeamBySlug(ctx, slug)
		switch {
		case err == nil:
			if err := c.unclaimed(ctx, "team", slug, found.ID, e); err != nil {
				return p, err
			}
			before, p.adopted = found, true
			anew := newWorld(w.sync)
			if err := c.loadHanging(ctx, anew, []Entity{{Told: Told{Kind: Group}, Resource: found.ID}}); err != nil {
				return p, err
			}
			w.teams[found.ID], w.members[found.ID] = found, anew.members[found.ID]
		case !fault.Is(err, fault.NotFound):
			return p, err
		}
	}
	after, g := before, giving{managed: before.Managed}
	if before.ID == "" {
		p.isNew, after.Name = true, nameOf(t.Ref)
	}
	give(&g, "slug", &after.Slug, slug)
	giveText(&g, "name", &after.Name, t.Title)
	giveText(&g, "description", &after.Description, t.Description)
	giveText(&g, "contact", &after.Contact, t.Contact)
	switch parent := w.known(t.Parent); {
	case w.flat[t.UID]:
		if p.pending = !w.final; w.final {
			p.faults = append(p.faults, Fault{Pointer: "/parent", Message: "must not be the group itself or one below it; the rest was taken", Value: t.Parent})
		}
		if g.held("parent") {
			give(&g, "parent", &after.Parent, before.Parent)
		}
	case t.Parent == "" && g.held("parent"):
		after.Parent = "" // it is nobody's any more
	case t.Parent == "":
	case parent != nil:
		give(&g, "parent", &after.Parent, parent.Resource)
	default:
		p.unknown(w, "/parent", t.Parent)
		if g.held("parent") {
			give(&g, "parent", &after.Parent, before.Parent)
		}
	}
	after.Managed = g.set(w.sync.Portal, t.Ref)
	join, leave, err := c.membership(ctx, w, &p, before, t)
	if err != nil {
		return p, err
	}
	p.is = before.ID
	changed := !reflect.DeepEqual(before, after)
	if !changed && len(join)+len(leave) == 0 {
		return p, nil
	}
	p.write = func(ctx context.Context) (id.ID, error) {
		team := before
		if changed {
			var err error
			if team, err = c.Organisation.MirrorTeam(ctx, before, after); err != nil {
				return "", err
			}
		}
		if len(join)+len(leave) > 0 {
			if err := c.Organisation.MirrorMembers(ctx, team, join, leave); err != nil {
				return "", err
			}
		}
		w.teams[team.ID] = team
		return team.ID, nil
	}
	return p, nil
}

// membership is who joins the team and who leaves it. Those who are in it by hand stay; those who
// were deactivated here do not join.
func (c *Service) membership(ctx context.Context, w *world, p *plan, before registry.Team, t Told) (join []access.Person, leave []registry.Member, err error) {
	if t.Members == nil {
		return nil, nil, nil
	}
	are := map[id.ID]bool{}
	for _, m := range w.members[before.ID] {
		are[m.Person] = true
	}
	told := map[id.ID]bool{}
	var joining []id.ID
	for i, ref := range t.Members {
		e := w.known(ref)
		if e == nil {
			p.unknown(w, fmt.Sprintf("/members/%d", i), ref)
			continue
		}
		if told[e.Resource] = true; !are[e.Resource] {
			joining = append(joining, e.Resource)
		}
	}
	for _, m := range mirrored(w.members[before.ID]) {
		if !told[m.Person] {
			leave = append(leave, m)
		}
	}
	if len(joining) == 0 {
		return nil, leave, nil
	}
	people, err := c.Crowd.PeopleByID(ctx, joining)
	if err != nil {
		return nil, nil, fmt.Errorf("read who joins a team: %w", err)
	}
	slices.Sort(joining)
	for _, of := range joining {
		if person, ok := people[of]; ok && person.DeactivatedAt == nil {
			join = append(join, person)
		}
	}
	return join, leave, nil
}
