package store

import (
	"context"

	"github.com/evenkeel/evenkeel/ent/db"
	"github.com/evenkeel/evenkeel/ent/db/service"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/registry"
)

// CreateService writes the service.
func (r Registry) CreateService(ctx context.Context, v registry.Service) error {
	err := r.s.ent.Service.Create().
		SetID(string(v.ID)).SetSlug(v.Slug).SetName(v.Name).SetDescription(v.Description).
		SetKind(string(v.Kind)).SetTier(v.Tier).SetLifecycle(string(v.Lifecycle)).
		SetRepository(v.Repository).SetOnCall(v.OnCall).SetRunbook(v.Runbook).SetDashboard(v.Dashboard).SetDocs(v.Docs).
		SetContact(v.Contact).SetLabels(neverNil(v.Labels)).SetAnnotations(neverNil(v.Annotations)).
		SetTeamID(string(v.Team)).SetNillableSystemID(orNil(v.System)).
		SetCreatedAt(v.CreatedAt).SetUpdatedAt(v.UpdatedAt).SetNillableRetiredAt(v.RetiredAt).SetVersion(v.Version).
		Exec(ctx)
	return named(registry.NounService, v.Slug, err)
}

// Service returns the service.
func (r Registry) Service(ctx context.Context, of id.ID) (registry.Service, error) {
	v, err := r.s.ent.Service.Get(ctx, string(of))
	if err != nil {
		return registry.Service{}, notFound("service", string(of), err)
	}
	return fromDBService(v), nil
}

// ServiceBySlug returns the service that has the slug now.
func (r Registry) ServiceBySlug(ctx context.Context, name string) (registry.Service, error) {
	v, err := r.s.ent.Service.Query().Where(service.Slug(name)).Only(ctx)
	if err != nil {
		return registry.Service{}, notFound("service", name, err)
	}
	return fromDBService(v), nil
}

// Services lists by slug.
func (r Registry) Services(ctx context.Context, f registry.ServiceFilter, req page.Request) (page.Page[registry.Service], error) {
	key, err := req.Key(f, 1)
	if err != nil {
		return page.Page[registry.Service]{}, err
	}
	q := r.s.ent.Service.Query()
	if f.Team != "" {
		q.Where(service.TeamID(string(f.Team)))
	}
	if f.System != "" {
		q.Where(service.SystemID(string(f.System)))
	}
	if f.Kind != "" {
		q.Where(service.Kind(string(f.Kind)))
	}
	if f.Tier != 0 {
		q.Where(service.Tier(f.Tier))
	}
	if f.Lifecycle != "" {
		q.Where(service.Lifecycle(string(f.Lifecycle)))
	}
	if f.Query != "" {
		q.Where(r.s.holding(f.Query, service.FieldSlug, service.FieldName))
	}
	if !f.IncludeRetired {
		q.Where(service.RetiredAtIsNil())
	}
	rows, err := q.Where(after(key, service.FieldSlug)).Order(db.Asc(service.FieldSlug)).Limit(req.Size() + 1).All(ctx)
	if err != nil {
		return page.Page[registry.Service]{}, fail("list services", err)
	}
	return page.Map(page.Cut(req, f, rows, func(v *db.Service) []string { return []string{v.Slug} }), fromDBService), nil
}

// ServicesByID returns those that exist, by ID.
func (r Registry) ServicesByID(ctx context.Context, services []id.ID) (map[id.ID]registry.Service, error) {
	out := make(map[id.ID]registry.Service, len(services))
	err := chunks(texts(services), idBatch, func(ids []string) error {
		rows, err := r.s.ent.Service.Query().Where(service.IDIn(ids...)).All(ctx)
		for _, v := range rows {
			out[id.ID(v.ID)] = fromDBService(v)
		}
		return err
	})
	return out, fail("read services", err)
}

// UpdateService writes the service, conditional on Version.
func (r Registry) UpdateService(ctx context.Context, v registry.Service) error {
	u := r.s.ent.Service.Update().Where(service.ID(string(v.ID)), service.Version(v.Version)).
		SetSlug(v.Slug).SetName(v.Name).SetDescription(v.Description).
		SetKind(string(v.Kind)).SetTier(v.Tier).SetLifecycle(string(v.Lifecycle)).
		SetRepository(v.Repository).SetOnCall(v.OnCall).SetRunbook(v.Runbook).SetDashboard(v.Dashboard).SetDocs(v.Docs).
		SetContact(v.Contact).SetLabels(neverNil(v.Labels)).SetAnnotations(neverNil(v.Annotations)).
		SetTeamID(string(v.Team)).SetUpdatedAt(v.UpdatedAt).AddVersion(1)
	if v.System == "" {
		u.ClearSystemID()
	} else {
		u.SetSystemID(string(v.System))
	}
	if v.RetiredAt == nil {
		u.ClearRetiredAt()
	} else {
		u.SetRetiredAt(*v.RetiredAt)
	}
	n, err := u.Save(ctx)
	if isUnique(err) {
		return slugTaken(registry.NounService, v.Slug, err)
	}
	return written("service", v.ID, n, gone(err), func() (bool, error) {
		return r.s.ent.Service.Query().Where(service.ID(string(v.ID))).Exist(ctx)
	})
}
