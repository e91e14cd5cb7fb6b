package store

import (
	"context"

	"github.com/evenkeel/evenkeel/ent/db"
	"github.com/evenkeel/evenkeel/ent/db/system"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/registry"
)

// CreateSystem writes the system.
func (r Registry) CreateSystem(ctx context.Context, y registry.System) error {
	err := r.s.ent.System.Create().
		SetID(string(y.ID)).SetSlug(y.Slug).SetName(y.Name).SetDescription(y.Description).SetTeamID(string(y.Team)).SetManaged(y.Managed).
		SetCreatedAt(y.CreatedAt).SetUpdatedAt(y.UpdatedAt).SetVersion(y.Version).
		Exec(ctx)
	return named(registry.NounSystem, y.Slug, err)
}

// System returns the system.
func (r Registry) System(ctx context.Context, of id.ID) (registry.System, error) {
	y, err := r.s.ent.System.Get(ctx, string(of))
	if err != nil {
		return registry.System{}, notFound("system", string(of), err)
	}
	return fromDBSystem(y), nil
}

// SystemBySlug returns the system that has the slug now.
func (r Registry) SystemBySlug(ctx context.Context, name string) (registry.System, error) {
	y, err := r.s.ent.System.Query().Where(system.Slug(name)).Only(ctx)
	if err != nil {
		return registry.System{}, notFound("system", name, err)
	}
	return fromDBSystem(y), nil
}

// Systems lists by slug.
func (r Registry) Systems(ctx context.Context, f registry.SystemFilter, req page.Request) (page.Page[registry.System], error) {
	key, err := req.Key(f, 1)
	if err != nil {
		return page.Page[registry.System]{}, err
	}
	q := r.s.ent.System.Query()
	if f.Team != "" {
		q.Where(system.TeamID(string(f.Team)))
	}
	if f.Query != "" {
		q.Where(r.s.holding(f.Query, system.FieldSlug, system.FieldName))
	}
	rows, err := q.Where(after(key, system.FieldSlug)).Order(db.Asc(system.FieldSlug)).Limit(req.Size() + 1).All(ctx)
	if err != nil {
		return page.Page[registry.System]{}, fail("list systems", err)
	}
	return page.Map(page.Cut(req, f, rows, func(y *db.System) []string { return []string{y.Slug} }), fromDBSystem), nil
}

// UpdateSystem writes the system, conditional on Version.
func (r Registry) UpdateSystem(ctx context.Context, y registry.System) error {
	n, err := r.s.ent.System.Update().Where(system.ID(string(y.ID)), system.Version(y.Version)).
		SetSlug(y.Slug).SetName(y.Name).SetDescription(y.Description).SetTeamID(string(y.Team)).SetManaged(y.Managed).
		SetUpdatedAt(y.UpdatedAt).AddVersion(1).Save(ctx)
	if isUnique(err) {
		return slugTaken(registry.NounSystem, y.Slug, err)
	}
	return written("system", y.ID, n, gone(err), func() (bool, error) { return r.systemExists(ctx, y.ID) })
}

func (r Registry) systemExists(ctx context.Context, of id.ID) (bool, error) {
	return r.s.ent.System.Query().Where(system.ID(string(of))).Exist(ctx)
}

// DeleteSystem removes a system without services and composites. Its slugs are
// free then: nothing is left that they could lead to.
func (r Registry) DeleteSystem(ctx context.Context, of id.ID, version int64) error {
	return r.s.InTx(ctx, func(ctx context.Context) error {
		n, err := r.s.ent.System.Delete().Where(system.ID(string(of)), system.Version(version)).Exec(ctx)
		if isForeignKey(err) {
			e := fault.New(fault.Conflict, "system_in_use", "the system still has services, or composite SLOs were promised of it; move them first")
			e.Err = err
			return e
		}
		if err := written("system", of, n, err, func() (bool, error) { return r.systemExists(ctx, of) }); err != nil {
			return err
		}
		return r.freeSlugs(ctx, registry.NounSystem, of)
	})
}
