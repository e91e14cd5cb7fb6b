package suggest

import (
	"context"
	"slices"
	"strings"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/measure/prometheus"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/source"
)

// Registry finds services and names; a registry.Store is one.
type Registry interface {
	registry.SlugStore
	Service(ctx context.Context, service id.ID) (registry.Service, error)
	ServiceBySlug(ctx context.Context, slug string) (registry.Service, error)
}

// Sources are the data sources as they are kept; a source.Store is one.
type Sources interface {
	Source(ctx context.Context, source id.ID) (source.Source, error)
	SourceBySlug(ctx context.Context, slug string) (source.Source, error)
}

// AnyKind, in a Question, has templates for every kind of service looked for.
const AnyKind = "any"

// Question is what somebody wants suggestions for.
type Question struct {
	Service    string // slug or identifier
	DataSource string // slug or identifier
	// Selector narrows what is looked at: matchers in PromQL without braces.
	Selector string
	Kind     registry.Kind // of templates; the service's own when empty, or AnyKind
	Limit    int           // as in Request
}

// Answer is what there is to suggest for a service.
type Answer struct {
	Report
	Service registry.Service
	Source  source.Source
}

// Desk takes questions from people. Who may declare an SLO of a service may ask what
// to declare, and nobody else: what is shown is what the owner's team may see of the
// data source, and it costs the data source something.
type Desk struct {
	service    *Service
	registry   Registry
	sources    Sources
	authorizer *access.Authorizer
}

// NewDesk returns a desk.
func NewDesk(service *Service, registry Registry, sources Sources, authorizer *access.Authorizer) *Desk {
	return &Desk{service: service, registry: registry, sources: sources, authorizer: authorizer}
}

// Ask answers a question. It changes nothing.
//
// Faults: NotFound; Forbidden, also "team_not_served" where the data source is not
// for the team; Conflict "service_retired" and "data_source_retired"; Invalid with
// pointers to the query; Unavailable "data_source_unavailable" for all that keeps the
// data source from answering, whoever has to put it right.
func (d *Desk) Ask(ctx context.Context, q Question) (Answer, error) {
	owner, err := registry.Find(ctx, d.registry, registry.NounService, "", q.Service, d.registry.Service, d.registry.ServiceBySlug)
	if err != nil {
		return Answer{}, err
	}
	if err := d.authorizer.Authorize(ctx, access.Create, access.Object{Kind: access.KindSLO, Label: owner.Slug, Team: owner.Team}); err != nil {
		return Answer{}, err
	}
	if err := owner.Live(); err != nil {
		return Answer{}, err
	}
	src, err := d.source(ctx, q.DataSource)
	if err != nil {
		return Answer{}, err
	}
	r := Request{
		Scope: prometheus.Scope{Team: owner.Team, TeamSlug: owner.TeamSlug, Selector: q.Selector},
		Kind:  q.Kind, Limit: q.Limit,
	}
	switch q.Kind {
	case "":
		r.Kind = owner.Kind
	case AnyKind:
		r.Kind = ""
	}
	report, err := d.service.Suggest(ctx, src, r)
	if err != nil {
		return Answer{}, Told(err)
	}
	return Answer{Report: report, Service: owner, Source: src}, nil
}

// source finds the data source to ask.
func (d *Desk) source(ctx context.Context, name string) (source.Source, error) {
	const pointer = "query.dataSource"
	var check fault.Check
	src, found, err := registry.Refer(ctx, &check, pointer, name, func(ctx context.Context, name string) (source.Source, error) {
		return registry.Find(ctx, d.registry, registry.NounDataSource, "", name, d.sources.Source, d.sources.SourceBySlug)
	})
	if err != nil {
		return source.Source{}, err
	}
	if found {
		if err := src.Live(); err != nil {
			return source.Source{}, err
		}
		check.Require(src.Kind == source.Prometheus, pointer, src.Slug,
			"must be of kind %s: an adapter does not tell what it could be asked", source.Prometheus)
	}
	return src, check.Err()
}

// Told turns what came of asking into what a caller is told: its own faults point to
// the query, and every other says that the data source cannot be had.
func Told(err error) error {
	f := fault.As(err)
	switch {
	case f == nil || f.Code == "team_not_served":
		return err
	case len(f.Violations) > 0:
		mine := *f
		mine.Violations = slices.Clone(f.Violations)
		for i := range mine.Violations {
			mine.Violations[i].Pointer = "query." + strings.TrimPrefix(mine.Violations[i].Pointer, "/")
		}
		return &mine
	}
	gone := fault.New(fault.Unavailable, "data_source_unavailable", "%s", f.Message)
	gone.RetryAfter, gone.Err = f.RetryAfter, err
	return gone
}
