package api

import (
	"context"
	"net/http"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/registry"
)

type SystemPath struct {
	System string `path:"system" maxLength:"63" doc:"Slug or identifier of the system." example:"shop"`
}

func (a *API) addSystems(r Rooms) {
	type query struct {
		Paging
		Team  string `query:"team" maxLength:"63" doc:"Only systems of this team, by slug or identifier."`
		Query string `query:"query" maxLength:"100" doc:"Only systems with this in their slug or name."`
	}
	register(a, operation{
		id: "listSystems", method: http.MethodGet, path: "/v1/systems", tag: "Systems",
		summary: "List systems", description: "Groups of services, each owned by a team.", rule: access.Rule{Verb: access.Read, Kind: access.KindSystem}, errors: renamed,
	}, func(ctx context.Context, in *query) (*list[System], error) {
		f := registry.SystemFilter{Query: in.Query}
		if in.Team != "" {
			team, err := r.Registry.TeamFor(ctx, in.Team)
			if err != nil {
				return nil, atQuery("team", in.Team, err)
			}
			f.Team = team.ID
		}
		systems, err := r.Registry.Systems(ctx, f, in.Request())
		if err != nil {
			return nil, err
		}
		names, err := r.teamNames(ctx, each(systems.Items, func(s registry.System) id.ID { return s.Team }))
		if err != nil {
			return nil, err
		}
		return listed(ctx, systems, func(s registry.System) System { return toSystem(s, names) }), nil
	})

	type post struct {
		Once
		Body SystemInput
	}
	register(a, operation{
		id: "createSystem", method: http.MethodPost, path: "/v1/systems", tag: "Systems",
		summary: "Create a system", description: "A group of services. The owning team, or an administrator, does it.", rule: access.Rule{Verb: access.Create, Kind: access.KindSystem},
	}, func(ctx context.Context, in *post) (*created[System], error) {
		return create(ctx, a, in.Once, creation[System, System]{
			make: func(ctx context.Context) (System, error) {
				s, err := r.Registry.CreateSystem(ctx, fromSystemInput(in.Body))
				return r.system(ctx, s, err)
			},
			load: func(ctx context.Context, made id.ID) (System, error) {
				s, err := r.Registry.SystemFor(ctx, string(made))
				return r.system(ctx, s, err)
			},
			name: func(s System) (id.ID, int64, string) { return id.ID(s.ID), s.Version, "/v1/systems/" + s.Slug },
			show: itself[System],
		})
	})

	type get struct {
		SystemPath
		IfNoneMatch
	}
	register(a, operation{
		id: "getSystem", method: http.MethodGet, path: "/v1/systems/{system}", tag: "Systems",
		summary: "Get a system", description: "By slug or identifier. A former slug leads to the current one.", rule: access.Rule{Verb: access.Read, Kind: access.KindSystem},
	}, func(ctx context.Context, in *get) (*reply[System], error) {
		s, err := r.Registry.SystemFor(ctx, in.System)
		system, err := r.system(ctx, s, err)
		if err != nil {
			return nil, err
		}
		return found(in.IfNoneMatch, system.Version, system), nil
	})

	type put struct {
		SystemPath
		IfMatch
		Body SystemInput
	}
	register(a, operation{
		id: "updateSystem", method: http.MethodPut, path: "/v1/systems/{system}", tag: "Systems",
		summary: "Update a system", description: "The body replaces what was declared. Another slug renames the system.",
		rule: access.Rule{Verb: access.Update, Kind: access.KindSystem},
	}, func(ctx context.Context, in *put) (*reply[System], error) {
		s, err := r.Registry.UpdateSystem(ctx, in.System, in.Version(), fromSystemInput(in.Body))
		system, err := r.system(ctx, s, err)
		if err != nil {
			return nil, err
		}
		return current(system.Version, system), nil
	})

	type del struct {
		SystemPath
		IfMatch
	}
	register(a, operation{
		id: "deleteSystem", method: http.MethodDelete, path: "/v1/systems/{system}", tag: "Systems",
		summary: "Delete a system", description: "Only a system without services.",
		rule: access.Rule{Verb: access.Delete, Kind: access.KindSystem},
	}, func(ctx context.Context, in *del) (*nothing, error) {
		return nil, r.Registry.DeleteSystem(ctx, in.System, in.Version())
	})
}

// system shows a system with the name of its team.
func (r Rooms) system(ctx context.Context, s registry.System, err error) (System, error) {
	if err != nil {
		return System{}, err
	}
	names, err := r.teamNames(ctx, []id.ID{s.Team})
	if err != nil {
		return System{}, err
	}
	return toSystem(s, names), nil
}

func fromSystemInput(in SystemInput) registry.SystemInput {
	return registry.SystemInput{Slug: in.Slug, Name: in.Name, Description: in.Description, Team: in.Team}
}

func toSystem(s registry.System, names teamNames) System {
	return System{
		ID: string(s.ID), Slug: s.Slug, Name: s.Name, Description: s.Description, Team: names.ref(s.Team),
		Entity: entityOf(s.Managed), Managed: managedFields(s.Managed),
		CreatedAt: s.CreatedAt, UpdatedAt: s.UpdatedAt, Version: s.Version,
	}
}
