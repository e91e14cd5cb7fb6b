package catalog

import (
	"context"
	"reflect"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
)

// identity is how a portal knows somebody: by their entity, as its tokens say who calls.
func identity(portal, ref string) access.Identity {
	return access.Identity{Provider: "backstage", Issuer: portal, Subject: ref}
}

// planUser has a user be a person: the one whom the portal's tokens mean, who may have signed in
// before the catalog told of them. An address identifies nobody.
func (c *Service) planUser(ctx context.Context, w *world, e Entity, t Told) (plan, error) {
	var p plan
	before := w.people[e.Resource]
	if before.ID == "" {
		found, err := c.Crowd.PersonByIdentity(ctx, "backstage", w.sync.Portal, t.Ref)
		switch {
		case err == nil:
			if err := c.unclaimed(ctx, "person", t.Ref, found.ID, e); err != nil {
				return p, err
			}
			before, p.adopted = found, true
		case !fault.Is(err, fault.NotFound):
			return p, err
		}
	}
	was := "" // the identity that is not theirs any more
	if known := w.byUID[t.UID]; known != nil && known.Resource == before.ID && before.ID != "" && known.Ref != t.Ref {
		was = known.Ref
	}
	if before.DeactivatedAt != nil {
		if was != "" {
			p.write = func(ctx context.Context) (id.ID, error) {
				return before.ID, c.People.RenameIdentity(ctx, before.ID, identity(w.sync.Portal, t.Ref), was)
			}
		}
		p.outcome, p.is, p.adopted = OutcomeSkipped, before.ID, false
		p.faults = []Fault{{Message: "is somebody who was deactivated here"}}
		return p, nil
	}
	after, g := before, giving{managed: before.Managed}
	if before.ID == "" {
		p.isNew, after.DisplayName = true, nameOf(t.Ref)
	}
	giveText(&g, "displayName", &after.DisplayName, t.Title)
	giveText(&g, "email", &after.Email, t.Email)
	giveText(&g, "githubLogin", &after.GitHubLogin, t.GitHubLogin)
	after.Managed = g.set(w.sync.Portal, t.Ref)
	p.is = before.ID
	if was == "" && reflect.DeepEqual(before, after) {
		return p, nil
	}
	p.write = func(ctx context.Context) (id.ID, error) {
		written, err := c.People.MirrorPerson(ctx, before, after, identity(w.sync.Portal, t.Ref), was)
		w.people[written.ID] = written
		return written.ID, err
	}
	return p, nil
}
