package store

import (
	"context"

	"github.com/evenkeel/evenkeel/ent/db"
	"github.com/evenkeel/evenkeel/ent/db/dependency"
	"github.com/evenkeel/evenkeel/ent/db/service"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/registry"
)

// CreateDependency writes the dependency; Conflict "dependency_exists" when the
// service depends on the other already.
func (r Registry) CreateDependency(ctx context.Context, d registry.Dependency) error {
	err := r.s.ent.Dependency.Create().
		SetID(string(d.ID)).SetServiceID(string(d.Service)).SetOnID(string(d.On)).
		SetCriticality(string(d.Criticality)).SetFailureMode(d.FailureMode).SetTimeoutUs(d.Timeout.Microseconds()).
		SetRetry(d.Retry).SetBreaker(d.Breaker).SetBulkhead(d.Bulkhead).SetManager(d.Manager).
		SetCreatedAt(d.CreatedAt).SetUpdatedAt(d.UpdatedAt).SetVersion(d.Version).
		Exec(ctx)
	if isUnique(err) {
		e := fault.New(fault.Conflict, "dependency_exists", "the service depends on that one already; change that dependency instead")
		e.Err = err
		return e
	}
	return fail("write a dependency", gone(err))
}

// Dependency returns the dependency.
func (r Registry) Dependency(ctx context.Context, of id.ID) (registry.Dependency, error) {
	d, err := r.s.ent.Dependency.Query().Where(dependency.ID(string(of))).WithOn().Only(ctx)
	if err != nil {
		return registry.Dependency{}, notFound("dependency", string(of), err)
	}
	return fromDBDependency(d), nil
}

// Dependencies lists what the service depends on.
func (r Registry) Dependencies(ctx context.Context, of id.ID) ([]registry.Dependency, error) {
	rows, err := r.s.ent.Dependency.Query().Where(dependency.ServiceID(string(of))).
		WithOn().Order(db.Asc(dependency.FieldID)).All(ctx)
	return fromDBDependencies(rows), fail("list dependencies", err)
}

// Dependents lists which living services depend on the service.
func (r Registry) Dependents(ctx context.Context, of id.ID, req page.Request) (page.Page[registry.Dependency], error) {
	key, err := req.Key(of, 1)
	if err != nil {
		return page.Page[registry.Dependency]{}, err
	}
	rows, err := r.dependents(of).Where(after(key, dependency.FieldID)).WithOn().Order(db.Asc(dependency.FieldID)).Limit(req.Size() + 1).All(ctx)
	if err != nil {
		return page.Page[registry.Dependency]{}, fail("list dependents", err)
	}
	return page.Map(page.Cut(req, of, rows, func(d *db.Dependency) []string { return []string{d.ID} }), fromDBDependency), nil
}

// CountDependents is how many there are.
func (r Registry) CountDependents(ctx context.Context, of id.ID) (int, error) {
	n, err := r.dependents(of).Count(ctx)
	return n, fail("count dependents", err)
}

func (r Registry) dependents(of id.ID) *db.DependencyQuery {
	return r.s.ent.Dependency.Query().Where(dependency.OnID(string(of)), dependency.HasServiceWith(service.RetiredAtIsNil()))
}

func fromDBDependencies(rows []*db.Dependency) []registry.Dependency {
	out := make([]registry.Dependency, len(rows))
	for i, d := range rows {
		out[i] = fromDBDependency(d)
	}
	return out
}

// UpdateDependency writes the terms, conditional on Version.
func (r Registry) UpdateDependency(ctx context.Context, d registry.Dependency) error {
	n, err := r.s.ent.Dependency.Update().Where(dependency.ID(string(d.ID)), dependency.Version(d.Version)).
		SetCriticality(string(d.Criticality)).SetFailureMode(d.FailureMode).SetTimeoutUs(d.Timeout.Microseconds()).
		SetRetry(d.Retry).SetBreaker(d.Breaker).SetBulkhead(d.Bulkhead).SetManager(d.Manager).
		SetUpdatedAt(d.UpdatedAt).AddVersion(1).Save(ctx)
	return written("dependency", d.ID, n, err, func() (bool, error) { return r.dependencyExists(ctx, d.ID) })
}

// DeleteDependency removes the dependency, conditional on the version.
func (r Registry) DeleteDependency(ctx context.Context, of id.ID, version int64) error {
	n, err := r.s.ent.Dependency.Delete().Where(dependency.ID(string(of)), dependency.Version(version)).Exec(ctx)
	return written("dependency", of, n, err, func() (bool, error) { return r.dependencyExists(ctx, of) })
}

func (r Registry) dependencyExists(ctx context.Context, of id.ID) (bool, error) {
	return r.s.ent.Dependency.Query().Where(dependency.ID(string(of))).Exist(ctx)
}
