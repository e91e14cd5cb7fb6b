package manifest

import (
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
			w.teams[made.Slug], w.teamSlugs[made.ID] = made, made.Slug
			return made.ID, err
		}}, nil
	}
	before := w.declaredTeam(is)
	in := t.over(before)
	fields := partly(teamWords(before), teamWords(in), t.Says)
	keeps, kept := w.taking(is.Managed, says, fields)
	return change{action: settled(fields, false, kept), resource: is.ID, fields: fields, do: func(ctx context.Context) (id.ID, error) {
		after, err := w.hands.Registry.UpdateTeam(w.acting(ctx, path, keeps), t.Slug, is.Version, in)
		return after.ID, err
	}}, nil
}
