package manifest

import (
	"cmp"
	"context"

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

var systemPlaces placesOf[registry.SystemInput] = func(in *registry.SystemInput) words {
	return words{"name": &in.Name, "description": &in.Description, "team": &in.Team}
}

func (s System) differ(w *world, path string) (change, error) {
	is, there := w.systems[s.Slug]
	if !there {
		in := s.SystemInput
		in.Name, in.Team = cmp.Or(in.Name, in.Slug), cmp.Or(in.Team, w.set.TeamSlug)
		return change{action: Create, fields: partly(nil, systemPlaces.words(in), s.Says), do: func(ctx context.Context) (id.ID, error) {
			made, err := w.hands.Registry.CreateSystem(w.acting(ctx, path, append([]string{"slug"}, s.Says...)), in)
			if err == nil {
				w.systems[made.Slug] = made
			}
			return made.ID, err
		}}, nil
	}
	before := w.declaredSystem(is)
	if s.Team == string(is.Team) {
		s.Team = before.Team
	}
	p := systemPlaces.differ(w, is.Managed, before, s.SystemInput, registry.SystemInput{}, s.Says)
	return change{action: settled(p.fields, false, p.kept), resource: is.ID, fields: p.fields, do: func(ctx context.Context) (id.ID, error) {
		after, err := w.hands.Registry.UpdateSystem(w.acting(ctx, path, p.keeps), s.Slug, is.Version, p.in)
		return after.ID, err
	}}, nil
}

// declaredSystem is what was declared of a system that there is.
func (w *world) declaredSystem(s registry.System) registry.SystemInput {
	return registry.SystemInput{Slug: s.Slug, Name: s.Name, Description: s.Description, Team: w.teamSlugs[s.Team]}
}
