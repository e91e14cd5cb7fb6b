package manifest

import (
	"context"
	"slices"

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

func (Team) pointer(p string) string { return p }

func teamWords(in registry.TeamInput) words {
	return words{
		"name": in.Name, "description": in.Description, "parent": in.Parent, "contact": in.Contact,
		"defaultRepository": in.DefaultRepository, "issueAssigneeId": in.IssueAssignee,
	}
}

// declared is what was declared of a team that there is.
func (w *world) declaredTeam(t registry.Team) registry.TeamInput {
	return registry.TeamInput{
		Slug: t.Slug, Name: t.Name, Description: t.Description, Parent: w.teamSlugs[t.Parent], Contact: t.Contact,
		DefaultRepository: t.DefaultRepository, IssueAssignee: string(t.IssueAssignee),
	}
}

// over is the input with what the manifest says.
func (t Team) over(in registry.TeamInput) registry.TeamInput {
	for _, field := range t.Says {
		switch field {
		case "name":
			in.Name = t.Name
		case "description":
			in.Description = t.Description
		case "parent":
			in.Parent = t.Parent
		case "contact":
			in.Contact = t.Contact
		case "defaultRepository":
			in.DefaultRepository = t.DefaultRepository
		case "issueAssigneeId":
			in.IssueAssignee = t.IssueAssignee
		}
	}
	return in
}

func (t Team) differ(w *world, path string) (change, error) {
	says := append([]string{"slug"}, t.Says...)
	is, there := w.teams[t.Slug]
	if !there {
		in := t.TeamInput
		if in.Name == "" {
			in.Name = in.Slug
		}
		return change{action: Create, fields: partly(nil, teamWords(in), t.Says), do: func(ctx context.Context) (id.ID, error) {
			made, err := w.hands.Registry.CreateTeam(w.acting(ctx, path, says), in)
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
	unsaid := w.unsaid(is.Managed, says)
	in := Team{Says: unsaid}.over(t.over(before))
	fields := partly(teamWords(before), teamWords(in), slices.Concat(t.Says, unsaid))
	keeps, kept := w.taking(is.Managed, says, fields)
	c := change{action: settled(fields, false, kept), resource: is.ID, fields: fields}
	update := func(ctx context.Context, in registry.TeamInput) (err error) {
		is, err = w.hands.Registry.UpdateTeam(w.acting(ctx, path, keeps), t.Slug, is.Version, in)
		return err
	}
	c.do = func(ctx context.Context) (id.ID, error) { return is.ID, update(ctx, in) }
	if moves := in.Parent != before.Parent; moves && before.Parent != "" && in.Parent != "" {
		// Teams that change places are at the root meanwhile: none is below itself then.
		atRoot := in
		atRoot.Parent = ""
		c.do = func(ctx context.Context) (id.ID, error) { return is.ID, update(ctx, atRoot) }
		c.then = func(ctx context.Context) error { return update(ctx, in) }
	} else if moves {
		above := in
		above.Parent = before.Parent
		c.do = func(ctx context.Context) (id.ID, error) { return is.ID, update(ctx, above) }
		c.then = func(ctx context.Context) error { return update(ctx, in) }
	}
	return c, nil
}
