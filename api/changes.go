package api

import (
	"context"
	"net/http"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/change"
)

type ChangePath struct {
	ServicePath
	Change string `path:"change" maxLength:"26" doc:"Identifier of the change."`
}

// changesPath is where those of a service are.
const changesPath = "/v1/services/{service}/changes"

func (a *API) addChanges(r Rooms) {
	read := access.Rule{Verb: access.Read, Kind: access.KindChange}
	type query struct {
		ServicePath
		Paging
		Kind string    `query:"kind" enum:"deploy,config,flag,migration" doc:"Only changes of this kind."`
		From time.Time `query:"from" doc:"Only changes that began then or later." example:"2026-11-01T00:00:00Z"`
		To   time.Time `query:"to" doc:"Only changes that began before." example:"2026-12-01T00:00:00Z"`
	}
	register(a, operation{
		id: "listChanges", method: http.MethodGet, path: changesPath, tag: "Services",
		summary: "List the changes of a service", description: "The newest first, by when they began.", rule: read, errors: renamed,
	}, func(ctx context.Context, in *query) (*list[ServiceChange], error) {
		owner, err := r.Registry.ServiceFor(ctx, in.Service)
		if err != nil {
			return nil, err
		}
		page, err := r.Changes.List(ctx, change.Filter{Service: owner.ID, Kind: change.Kind(in.Kind), From: in.From, To: in.To}, in.Request())
		if err != nil {
			return nil, err
		}
		return listed(ctx, page, toChange), nil
	})

	type get struct {
		ChangePath
		IfNoneMatch
	}
	register(a, operation{
		id: "getChange", method: http.MethodGet, path: changesPath + "/{change}", tag: "Services",
		summary: "Get a change", description: "With its ETag.", rule: read, errors: renamed,
	}, func(ctx context.Context, in *get) (*reply[ServiceChange], error) {
		owner, err := r.Registry.ServiceFor(ctx, in.Service)
		if err != nil {
			return nil, err
		}
		c, err := r.Changes.Get(ctx, owner.ID, id.ID(in.Change))
		if err != nil {
			return nil, err
		}
		return found(in.IfNoneMatch, c.Version, toChange(c)), nil
	})

	type post struct {
		ServicePath
		Once
		Body ServiceChangeInput
	}
	register(a, operation{
		id: "tellChange", method: http.MethodPost, path: changesPath, tag: "Services", summary: "Tell of a change of a service",
		description: "A deployment, configuration, flag or migration, when it begins or afterwards. A token of the scope push is enough. One that was told before by the same externalId is replaced by what is said now, so that a pipeline tells it twice: when it begins, and when it ended.",
		rule:        access.Rule{Verb: access.Create, Kind: access.KindChange}, errors: renamed,
	}, func(ctx context.Context, in *post) (*created[ServiceChange], error) {
		owner, err := r.Registry.ServiceFor(ctx, in.Service)
		if err != nil {
			return nil, err
		}
		return create(ctx, a, in.Once, creation[change.Change, ServiceChange]{
			make: func(ctx context.Context) (change.Change, error) {
				return r.Changes.Tell(ctx, owner.ID, change.Input{ExternalID: in.Body.ExternalID, Terms: fromChangeTerms(in.Body.ServiceChangeTerms)})
			},
			load: func(ctx context.Context, made id.ID) (change.Change, error) {
				return r.Changes.Get(ctx, owner.ID, made)
			},
			name: func(c change.Change) (id.ID, int64, string) {
				return c.ID, c.Version, "/v1/services/" + owner.Slug + "/changes/" + string(c.ID)
			},
			show: toChange,
		})
	})

	type put struct {
		ChangePath
		IfMatch
		Body ServiceChangeTerms
	}
	register(a, operation{
		id: "updateChange", method: http.MethodPut, path: changesPath + "/{change}", tag: "Services",
		summary: "Update a change", description: "The body replaces what was said of it; with endedAt, a change that went on is over.",
		rule: access.Rule{Verb: access.Update, Kind: access.KindChange}, errors: renamed,
	}, func(ctx context.Context, in *put) (*reply[ServiceChange], error) {
		owner, err := r.Registry.ServiceFor(ctx, in.Service)
		if err != nil {
			return nil, err
		}
		c, err := r.Changes.Amend(ctx, owner.ID, id.ID(in.Change), in.Version(), fromChangeTerms(in.Body))
		return amendedChange(c, err)
	})

	type del struct {
		ChangePath
		IfMatch
	}
	register(a, operation{
		id: "deleteChange", method: http.MethodDelete, path: changesPath + "/{change}", tag: "Services",
		summary: "Delete a change", description: "There was none. The audit log keeps what was said of it.",
		rule: access.Rule{Verb: access.Delete, Kind: access.KindChange}, errors: renamed,
	}, func(ctx context.Context, in *del) (*nothing, error) {
		owner, err := r.Registry.ServiceFor(ctx, in.Service)
		if err != nil {
			return nil, err
		}
		return nil, r.Changes.Remove(ctx, owner.ID, id.ID(in.Change), in.Version())
	})
}

func amendedChange(c change.Change, err error) (*reply[ServiceChange], error) {
	if err != nil {
		return nil, err
	}
	return current(c.Version, toChange(c)), nil
}

func fromChangeTerms(in ServiceChangeTerms) change.Terms {
	out := change.Terms{
		Kind: change.Kind(in.Kind), Release: in.Release, Link: in.Link, Author: in.Author, Note: in.Note,
		Ends: in.EndedAt, Outcome: change.Outcome(in.Outcome),
	}
	if in.StartedAt != nil {
		out.Begins = *in.StartedAt
	}
	return out
}

func toChange(c change.Change) ServiceChange {
	return ServiceChange{
		ID: string(c.ID), ServiceID: string(c.Service), Source: string(c.Source), ExternalID: c.ExternalID, Kind: string(c.Kind), Release: c.Release, Link: c.Link,
		Author: c.Author, Note: c.Note, StartedAt: c.Begins, EndedAt: c.Ends, Outcome: string(c.Outcome),
		CreatedAt: c.CreatedAt, CreatedBy: c.CreatedBy, UpdatedAt: c.UpdatedAt, UpdatedBy: c.UpdatedBy, Version: c.Version,
	}
}
