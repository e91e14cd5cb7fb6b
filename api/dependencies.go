package api

import (
	"context"
	"net/http"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/registry"
)

type DependencyPath struct {
	ServicePath
	Dependency string `path:"dependency" maxLength:"26" doc:"Identifier of the dependency."`
}

func (a *API) addDependencies(r Rooms) {
	register(a, operation{
		id: "listDependencies", method: http.MethodGet, path: "/v1/services/{service}/dependencies", tag: "Services",
		summary: "List what a service depends on", description: "All on one page: there are at most 200.",
		rule: access.Rule{Verb: access.Read, Kind: access.KindDependency},
	}, func(ctx context.Context, in *ServicePath) (*list[Dependency], error) {
		dependencies, err := r.Registry.Dependencies(ctx, in.Service)
		if err != nil {
			return nil, err
		}
		return listed(ctx, page.Page[registry.Dependency]{Items: dependencies}, toDependency), nil
	})
	type dependents struct {
		ServicePath
		Paging
	}
	register(a, operation{
		id: "listDependents", method: http.MethodGet, path: "/v1/services/{service}/dependents", tag: "Services",
		summary: "List what depends on a service", description: "The services that declared a dependency on this one and are not retired, by when they did.", rule: access.Rule{Verb: access.Read, Kind: access.KindDependency},
	}, func(ctx context.Context, in *dependents) (*list[ServiceDependent], error) {
		found, err := r.Registry.Dependents(ctx, in.Service, in.Request())
		if err != nil {
			return nil, err
		}
		return listed(ctx, found, toDependent), nil
	})

	type post struct {
		ServicePath
		Once
		Body DependencyCreate
	}
	register(a, operation{
		id: "createDependency", method: http.MethodPost, path: "/v1/services/{service}/dependencies", tag: "Services",
		summary: "Declare a dependency", description: "What the service needs of another one, and what becomes of it when that is missing. The owners of the service declare it.", rule: access.Rule{Verb: access.Create, Kind: access.KindDependency},
	}, func(ctx context.Context, in *post) (*created[Dependency], error) {
		return create(ctx, a, in.Once, creation[registry.Dependency, Dependency]{
			make: func(ctx context.Context) (registry.Dependency, error) {
				return r.Registry.CreateDependency(ctx, in.Service, in.Body.On, fromDependencyTerms(in.Body.DependencyTerms))
			},
			load: func(ctx context.Context, made id.ID) (registry.Dependency, error) {
				return r.Registry.DependencyByID(ctx, made) // its service may be called otherwise by now
			},
			name: func(d registry.Dependency) (id.ID, int64, string) {
				return d.ID, d.Version, "/v1/services/" + string(d.Service) + "/dependencies/" + string(d.ID)
			},
			show: toDependency,
		})
	})

	type get struct {
		DependencyPath
		IfNoneMatch
	}
	register(a, operation{
		id: "getDependency", method: http.MethodGet, path: "/v1/services/{service}/dependencies/{dependency}", tag: "Services",
		summary: "Get a dependency", description: "What was declared of it, and the version that a change is made to.", rule: access.Rule{Verb: access.Read, Kind: access.KindDependency},
	}, func(ctx context.Context, in *get) (*reply[Dependency], error) {
		d, err := r.Registry.Dependency(ctx, in.Service, id.ID(in.Dependency))
		if err != nil {
			return nil, err
		}
		return found(in.IfNoneMatch, d.Version, toDependency(d)), nil
	})

	type put struct {
		DependencyPath
		IfMatch
		Body DependencyTerms
	}
	register(a, operation{
		id: "updateDependency", method: http.MethodPut, path: "/v1/services/{service}/dependencies/{dependency}", tag: "Services",
		summary: "Update a dependency", description: "The body replaces what was declared. On which service it is stays: declare another dependency for that.", rule: access.Rule{Verb: access.Update, Kind: access.KindDependency},
	}, func(ctx context.Context, in *put) (*reply[Dependency], error) {
		d, err := r.Registry.UpdateDependency(ctx, in.Service, id.ID(in.Dependency), in.Version(), fromDependencyTerms(in.Body))
		if err != nil {
			return nil, err
		}
		return current(d.Version, toDependency(d)), nil
	})

	type del struct {
		DependencyPath
		IfMatch
	}
	register(a, operation{
		id: "deleteDependency", method: http.MethodDelete, path: "/v1/services/{service}/dependencies/{dependency}", tag: "Services",
		summary: "Delete a dependency", description: "The service no longer needs the other one.", rule: access.Rule{Verb: access.Delete, Kind: access.KindDependency},
	}, func(ctx context.Context, in *del) (*nothing, error) {
		return nil, r.Registry.DeleteDependency(ctx, in.Service, id.ID(in.Dependency), in.Version())
	})
}

func fromDependencyTerms(in DependencyTerms) registry.DependencyTerms {
	return registry.DependencyTerms{
		Criticality: registry.Criticality(in.Criticality), FailureMode: in.FailureMode,
		Timeout: time.Duration(in.TimeoutMilliseconds) * time.Millisecond,
		Retry:   in.Retry, Breaker: in.Breaker, Bulkhead: in.Bulkhead,
	}
}

func toDependency(d registry.Dependency) Dependency {
	return Dependency{
		ID: string(d.ID), On: ref(d.On, d.OnSlug), Criticality: string(d.Criticality), FailureMode: d.FailureMode,
		TimeoutMilliseconds: d.Timeout.Milliseconds(), Retry: d.Retry, Breaker: d.Breaker, Bulkhead: d.Bulkhead, Manager: d.Manager,
		CreatedAt: d.CreatedAt, UpdatedAt: d.UpdatedAt, Version: d.Version,
	}
}
