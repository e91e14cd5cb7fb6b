package api

import (
	"context"
	"net/http"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/slo/outage"
)

type OutagePath struct {
	ServicePath
	Outage string `path:"outage" maxLength:"26" doc:"Identifier of the outage."`
}

// outagesPath is where those of a service are.
const outagesPath = "/v1/services/{service}/outages"

func (a *API) addOutages(r Rooms) {
	read := access.Rule{Verb: access.Read, Kind: access.KindOutage}
	type query struct {
		ServicePath
		Paging
		Class string    `query:"class" maxLength:"63" doc:"Only outages of this class." example:"network"`
		At    time.Time `query:"at" doc:"Only outages that lasted then." example:"2026-11-27T10:00:00Z"`
	}
	register(a, operation{
		id: "listOutages", method: http.MethodGet, path: outagesPath, tag: "Services",
		summary: "List the outages of a service", description: "The latest first, by when they begin.", rule: read, errors: renamed,
	}, func(ctx context.Context, in *query) (*list[Outage], error) {
		owner, err := r.Registry.ServiceFor(ctx, in.Service)
		if err != nil {
			return nil, err
		}
		found, err := r.Outages.List(ctx, outage.Filter{Service: owner.ID, Class: in.Class, At: in.At}, in.Request())
		if err != nil {
			return nil, err
		}
		return listed(ctx, found, toOutage), nil
	})

	type get struct {
		OutagePath
		IfNoneMatch
	}
	register(a, operation{
		id: "getOutage", method: http.MethodGet, path: outagesPath + "/{outage}", tag: "Services",
		summary: "Get an outage", description: "With its ETag.", rule: read, errors: renamed,
	}, func(ctx context.Context, in *get) (*reply[Outage], error) {
		owner, err := r.Registry.ServiceFor(ctx, in.Service)
		if err != nil {
			return nil, err
		}
		o, err := r.Outages.Get(ctx, owner.ID, id.ID(in.Outage))
		if err != nil {
			return nil, err
		}
		return found(in.IfNoneMatch, o.Version, toOutage(o)), nil
	})

	type post struct {
		ServicePath
		Once
		Body OutageInput
	}
	register(a, operation{
		id: "recordOutage", method: http.MethodPost, path: outagesPath, tag: "Services", summary: "Record an outage of a service",
		description: "A time in which something of a class was wrong with the service. It changes no figure of an SLO: it says what its errors came from.",
		rule:        access.Rule{Verb: access.Create, Kind: access.KindOutage}, errors: renamed,
	}, func(ctx context.Context, in *post) (*created[Outage], error) {
		owner, err := r.Registry.ServiceFor(ctx, in.Service)
		if err != nil {
			return nil, err
		}
		return create(ctx, a, in.Once, creation[outage.Outage, Outage]{
			make: func(ctx context.Context) (outage.Outage, error) {
				return r.Outages.Record(ctx, owner.ID, fromOutageInput(in.Body))
			},
			load: func(ctx context.Context, made id.ID) (outage.Outage, error) {
				return r.Outages.Get(ctx, owner.ID, made)
			},
			name: func(o outage.Outage) (id.ID, int64, string) {
				return o.ID, o.Version, "/v1/services/" + owner.Slug + "/outages/" + string(o.ID)
			},
			show: toOutage,
		})
	})

	type put struct {
		OutagePath
		IfMatch
		Body OutageInput
	}
	register(a, operation{
		id: "updateOutage", method: http.MethodPut, path: outagesPath + "/{outage}", tag: "Services",
		summary: "Update an outage", description: "The body replaces what was said of it; with to, an outage that lasted is over.",
		rule: access.Rule{Verb: access.Update, Kind: access.KindOutage}, errors: renamed,
	}, func(ctx context.Context, in *put) (*reply[Outage], error) {
		owner, err := r.Registry.ServiceFor(ctx, in.Service)
		if err != nil {
			return nil, err
		}
		o, err := r.Outages.Change(ctx, owner.ID, id.ID(in.Outage), in.Version(), fromOutageInput(in.Body))
		return changedOutage(o, err)
	})

	type del struct {
		OutagePath
		IfMatch
	}
	register(a, operation{
		id: "deleteOutage", method: http.MethodDelete, path: outagesPath + "/{outage}", tag: "Services",
		summary: "Delete an outage", description: "There was none. The audit log keeps what was said of it.",
		rule: access.Rule{Verb: access.Delete, Kind: access.KindOutage}, errors: renamed,
	}, func(ctx context.Context, in *del) (*nothing, error) {
		owner, err := r.Registry.ServiceFor(ctx, in.Service)
		if err != nil {
			return nil, err
		}
		return nil, r.Outages.Remove(ctx, owner.ID, id.ID(in.Outage), in.Version())
	})
}

func changedOutage(o outage.Outage, err error) (*reply[Outage], error) {
	if err != nil {
		return nil, err
	}
	return current(o.Version, toOutage(o)), nil
}

func fromOutageInput(in OutageInput) outage.Input {
	return outage.Input{Class: in.Class, Note: in.Note, Begins: in.From, Ends: in.To}
}

func toOutage(o outage.Outage) Outage {
	return Outage{
		ID: string(o.ID), ServiceID: string(o.Service), Class: o.Class, Note: o.Note, From: o.Begins, To: o.Ends,
		CreatedAt: o.CreatedAt, CreatedBy: o.CreatedBy, UpdatedAt: o.UpdatedAt, UpdatedBy: o.UpdatedBy, Version: o.Version,
	}
}
