package manifest

import (
	"cmp"
	"context"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/registry"
)

// Team is a team, of which a manifest may leave out what others say.
type Team struct {
	registry.TeamInput
	Says []string // the fields that it says, as on the wire, but for the slug
}

func (t Team) identity() Identity { return Identity{KindTeam, t.Slug} }

func (t Team) renamed(now called) Thing {
	t.Slug, t.Parent = now(KindTeam, "/slug", t.Slug), now(KindTeam, "/parent", t.Parent)
	return t
}

// pointer: the manifest names the person, by e-mail or identifier.
func (Team) pointer(p string) string {
	if p == "/issueAssigneeId" {
		return "/issueAssignee"
	}
	return p
}

var teamPlaces placesOf[registry.TeamInput] = func(in *registry.TeamInput) words {
	return words{
		"name": &in.Name, "description": &in.Description, "parent": &in.Parent, "contact": &in.Contact,
		"defaultRepository": &in.DefaultRepository, "issueAssigneeId": &in.IssueAssignee,
	}
}

// declaredTeam is what was declared of a team that there is.
func (w *world) declaredTeam(t registry.Team) registry.TeamInput {
	return registry.TeamInput{
		Slug: t.Slug, Name: t.Name, Description: t.Description, Parent: w.teamSlugs[t.Parent], Contact: t.Contact,
		DefaultRepository: t.DefaultRepository, IssueAssignee: w.people.name(t.IssueAssignee),
	}
}

func (t Team) differ(w *world, path string) (change, error) {
	var err error
	if t.IssueAssignee, err = w.people.named("/issueAssigneeId", t.IssueAssignee); err != nil {
		return change{}, err
	}
	is, there := w.teams[t.Slug]
	if !there {
		in := t.TeamInput
		in.Name = cmp.Or(in.Name, in.Slug)
		return change{action: Create, fields: at(t, partly(nil, teamPlaces.words(in), t.Says)), do: func(ctx context.Context) (id.ID, error) {
			in.IssueAssignee = w.people.identifier(in.IssueAssignee)
			made, err := w.hands.Registry.CreateTeam(w.acting(ctx, path, append([]string{"slug"}, t.Says...)), in)
			if err == nil {
				w.teams[made.Slug], w.teamSlugs[made.ID] = made, made.Slug
			}
			return made.ID, err
		}}, nil
	}
	before := w.declaredTeam(is)
	if t.Parent == string(is.Parent) {
		t.Parent = before.Parent
	}
	p := teamPlaces.differ(w, is.Managed, before, t.TeamInput, registry.TeamInput{}, t.Says)
	c := change{action: settled(p.fields, false, p.kept), resource: is.ID, fields: at(t, p.fields)}
	below := func(parent string) func(ctx context.Context) error {
		return func(ctx context.Context) (err error) {
			in := p.in
			in.Parent, in.IssueAssignee = parent, w.people.identifier(in.IssueAssignee)
			is, err = w.hands.Registry.UpdateTeam(w.acting(ctx, path, p.keeps), t.Slug, is.Version, in)
			return err
		}
	}
	update := below(p.in.Parent)
	if moves := p.in.Parent != before.Parent; moves && before.Parent != "" && p.in.Parent != "" {
		// Teams that change places are at the root meanwhile: none is below itself then.
		update, c.then = below(""), update
	} else if moves {
		update, c.then = below(before.Parent), update
	}
	c.do = func(ctx context.Context) (id.ID, error) { return is.ID, update(ctx) }
	return c, nil
}
