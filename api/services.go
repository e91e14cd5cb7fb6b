package api

import (
	"context"
	"net/http"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/registry"
)

type ServicePath struct {
	Service string `path:"service" maxLength:"63" doc:"Slug or identifier of the service." example:"checkout"`
}

func (a *API) addServices(r Rooms) {
	type query struct {
		Paging
		Team           string `query:"team" maxLength:"63" doc:"Only services of this team, by slug or identifier."`
		System         string `query:"system" maxLength:"63" doc:"Only services of this system, by slug or identifier."`
		Kind           string `query:"kind" enum:"http,grpc,pipeline,batch,stateful,llm" doc:"Only services of this kind."`
		Tier           int    `query:"tier" minimum:"1" maximum:"4" doc:"Only services of this tier."`
		Lifecycle      string `query:"lifecycle" enum:"experimental,production,deprecated" doc:"Only services in this part of their life."`
		Query          string `query:"query" maxLength:"100" doc:"Only services with this in their slug or name."`
		Entity         string `query:"entity" enum:"none" doc:"none: only services of which no portal's catalog has an entity."`
		IncludeRetired bool   `query:"includeRetired" doc:"Retired ones, too."`
	}
	register(a, operation{
		id: "listServices", method: http.MethodGet, path: "/v1/services", tag: "Services",
		summary: "List services", description: "Retired services are left out unless they are asked for.", rule: access.Rule{Verb: access.Read, Kind: access.KindService}, errors: renamed,
	}, func(ctx context.Context, in *query) (*list[Service], error) {
		f := registry.ServiceFilter{
			Kind: registry.Kind(in.Kind), Tier: in.Tier, Lifecycle: registry.Lifecycle(in.Lifecycle),
			Query: in.Query, IncludeRetired: in.IncludeRetired, Unlisted: in.Entity == "none",
		}
		var err error
		if f.Team, f.System, err = r.owners(ctx, in.Team, in.System); err != nil {
			return nil, err
		}
		services, err := r.Registry.Services(ctx, f, in.Request())
		if err != nil {
			return nil, err
		}
		return listed(ctx, services, toService), nil
	})

	type post struct {
		Once
		Body ServiceCreate
	}
	register(a, operation{
		id: "createService", method: http.MethodPost, path: "/v1/services", tag: "Services",
		summary: "Register a service", description: "The owning team, or an administrator, does it. Nothing is measured until an SLO is declared.", rule: access.Rule{Verb: access.Create, Kind: access.KindService},
	}, func(ctx context.Context, in *post) (*created[Service], error) {
		return create(ctx, a, in.Once, creation[registry.Service, Service]{
			make: func(ctx context.Context) (registry.Service, error) {
				given := fromServiceProfile(in.Body.ServiceProfile)
				given.Team = in.Body.Team
				return r.Registry.CreateService(ctx, given)
			},
			load: func(ctx context.Context, made id.ID) (registry.Service, error) {
				return r.Registry.ServiceFor(ctx, string(made))
			},
			name: func(s registry.Service) (id.ID, int64, string) { return s.ID, s.Version, "/v1/services/" + s.Slug },
			show: toService,
		})
	})

	type get struct {
		ServicePath
		IfNoneMatch
	}
	register(a, operation{
		id: "getService", method: http.MethodGet, path: "/v1/services/{service}", tag: "Services",
		summary: "Get a service", description: "What was declared of it, and who owns it. A former slug leads to the current one.", rule: access.Rule{Verb: access.Read, Kind: access.KindService},
	}, func(ctx context.Context, in *get) (*reply[Service], error) {
		s, err := r.Registry.ServiceFor(ctx, in.Service)
		if err != nil {
			return nil, err
		}
		return found(in.IfNoneMatch, s.Version, toService(s)), nil
	})

	type put struct {
		ServicePath
		IfMatch
		Body ServiceProfile
	}
	register(a, operation{
		id: "updateService", method: http.MethodPut, path: "/v1/services/{service}", tag: "Services",
		summary:     "Update a service",
		description: "The body replaces what was declared. Another slug renames the service: the former one stays reserved and leads to the new one. A service changes hands by transferService.",
		rule:        access.Rule{Verb: access.Update, Kind: access.KindService},
	}, func(ctx context.Context, in *put) (*reply[Service], error) {
		s, err := r.Registry.UpdateService(ctx, in.Service, in.Version(), fromServiceProfile(in.Body))
		return changed(s, err)
	})
}

// owners finds the team and system that a list is narrowed to.
func (r Rooms) owners(ctx context.Context, team, system string) (teamID, systemID id.ID, err error) {
	if team != "" {
		t, err := r.Registry.TeamFor(ctx, team)
		if err != nil {
			return "", "", atQuery("team", team, err)
		}
		teamID = t.ID
	}
	if system != "" {
		s, err := r.Registry.SystemFor(ctx, system)
		if err != nil {
			return "", "", atQuery("system", system, err)
		}
		systemID = s.ID
	}
	return teamID, systemID, nil
}

// changed is the reply with a service as it is after a change.
func changed(s registry.Service, err error) (*reply[Service], error) {
	if err != nil {
		return nil, err
	}
	return current(s.Version, toService(s)), nil
}

func fromServiceProfile(in ServiceProfile) registry.ServiceInput {
	return registry.ServiceInput{
		Slug: in.Slug, System: in.System,
		Profile: registry.Profile{
			Name: in.Name, Description: in.Description, Kind: registry.Kind(in.Kind), Tier: in.Tier,
			Lifecycle: registry.Lifecycle(in.Lifecycle), Repository: in.Repository, OnCall: in.OnCall, Runbook: in.Runbook,
			Dashboard: in.Dashboard, Docs: in.Docs, Contact: in.Contact, Labels: in.Labels, Annotations: in.Annotations,
		},
	}
}

func toService(s registry.Service) Service {
	return Service{
		ID: string(s.ID), Slug: s.Slug, Name: s.Name, Description: s.Description, Team: ref(s.Team, s.TeamSlug),
		System: optionalRef(s.System, s.SystemSlug), Kind: string(s.Kind), Tier: s.Tier, Lifecycle: string(s.Lifecycle),
		Repository: s.Repository, OnCall: s.OnCall, Runbook: s.Runbook, Dashboard: s.Dashboard, Docs: s.Docs, Contact: s.Contact,
		Labels: orEmpty(s.Labels), Annotations: orEmpty(s.Annotations),
		Entity: entityOf(s.Managed), Managed: managedFields(s.Managed),
		CreatedAt: s.CreatedAt, UpdatedAt: s.UpdatedAt, RetiredAt: s.RetiredAt, Version: s.Version,
	}
}

func orEmpty(m map[string]string) map[string]string {
	if m == nil {
		return map[string]string{}
	}
	return m
}
