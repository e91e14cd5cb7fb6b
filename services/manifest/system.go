package manifest

import (
	"cmp"
	"context"
	"slices"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/registry"
)

// System is a system, of which a manifest may leave out what others say.
type System struct {
	registry.SystemInput
	Says []string // the fields that it says, as on the wire, but for the slug
}

func (s System) identity() Identity { return Identity{KindSystem, s.Slug} }

func (s System) renamed(now called) Thing {
	s.Slug, s.Team = now(KindSystem, "/slug", s.Slug), now(KindTeam, "/team", s.Team)
	return s
}

func (System) pointer(p string) string { return p }

func systemWords(in registry.SystemInput) words {
	return words{"name": in.Name, "description": in.Description, "team": in.Team}
}

// over is the input with what the manifest says.
func (s System) over(in registry.SystemInput) registry.SystemInput {
	for _, field := range s.Says {
		switch field {
		case "name":
			in.Name = s.Name
		case "description":
			in.Description = s.Description
		case "team":
			in.Team = s.Team
		}
	}
	return in
}

func (s System) differ(w *world, path string) (change, error) {
	says := append([]string{"slug"}, s.Says...)
	is, there := w.systems[s.Slug]
	if !there {
		in := s.SystemInput
		in.Name, in.Team = cmp.Or(in.Name, in.Slug), cmp.Or(in.Team, w.set.TeamSlug)
		return change{action: Create, fields: partly(nil, systemWords(in), s.Says), do: func(ctx context.Context) (id.ID, error) {
			made, err := w.hands.Registry.CreateSystem(w.acting(ctx, path, says), in)
			if err == nil {
				w.systems[made.Slug] = made
			}
			return made.ID, err
		}}, nil
	}
	before := registry.SystemInput{Slug: is.Slug, Name: is.Name, Description: is.Description, Team: w.teamSlugs[is.Team]}
	if s.Team == string(is.Team) {
		s.Team = before.Team
	}
	unsaid := w.unsaid(is.Managed, says)
	in := System{Says: unsaid}.over(s.over(before))
	fields := partly(systemWords(before), systemWords(in), slices.Concat(s.Says, unsaid))
	keeps, kept := w.taking(is.Managed, says, fields)
	return change{action: settled(fields, false, kept), resource: is.ID, fields: fields, do: func(ctx context.Context) (id.ID, error) {
		after, err := w.hands.Registry.UpdateSystem(w.acting(ctx, path, keeps), s.Slug, is.Version, in)
		return after.ID, err
	}}, nil
}
