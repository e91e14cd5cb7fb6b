package registry

import (
	"context"
	"fmt"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/managed"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
)

const (
	// MaxDependencies is how many services one may depend on.
	MaxDependencies = 200
	// MaxTimeout is the longest time-out that can be declared; the shortest is 1 ms.
	MaxTimeout = 10 * time.Minute
)

// Validate returns every fault that can be told from the terms alone.
func (t DependencyTerms) Validate() error {
	var check fault.Check
	t.check(&check)
	return check.Err()
}

func (t DependencyTerms) check(check *fault.Check) {
	check.Require(t.Criticality == Hard || t.Criticality == Soft, "/criticality", t.Criticality, "must be %q or %q", Hard, Soft)
	check.Require(t.Timeout == 0 || t.Timeout >= time.Millisecond && t.Timeout <= MaxTimeout && t.Timeout%time.Millisecond == 0,
		"/timeoutMilliseconds", t.Timeout.String(), "must be whole milliseconds from 1 to %d, or 0 for none declared", MaxTimeout.Milliseconds())
	CheckText(check, "/failureMode", t.FailureMode, MaxDescription)
	CheckText(check, "/retry", t.Retry, MaxLine)
	CheckText(check, "/breaker", t.Breaker, MaxLine)
	CheckText(check, "/bulkhead", t.Bulkhead, MaxLine)
}

func (d Dependency) object(s Service) access.Object {
	return access.Object{Kind: access.KindDependency, ID: d.ID, Label: s.Slug + " → " + d.OnSlug, Team: s.Team}
}

// Dependencies lists what a service depends on.
func (r *Registry) Dependencies(ctx context.Context, service string) ([]Dependency, error) {
	if err := r.read(ctx, access.KindDependency); err != nil {
		return nil, err
	}
	s, err := r.service(ctx, service)
	if err != nil {
		return nil, err
	}
	dependencies, err := r.store.Dependencies(ctx, s.ID)
	if err != nil {
		return nil, fmt.Errorf("list dependencies: %w", err)
	}
	return dependencies, nil
}

// Dependents lists the living services that depend on a service, by when that was
// declared.
func (r *Registry) Dependents(ctx context.Context, service string, req page.Request) (page.Page[Dependent], error) {
	if err := r.read(ctx, access.KindDependency); err != nil {
		return page.Page[Dependent]{}, err
	}
	s, err := r.service(ctx, service)
	if err != nil {
		return page.Page[Dependent]{}, err
	}
	return r.dependents(ctx, s, req)
}

// Dependency returns one dependency of a service.
func (r *Registry) Dependency(ctx context.Context, service string, dependency id.ID) (Dependency, error) {
	if err := r.read(ctx, access.KindDependency); err != nil {
		return Dependency{}, err
	}
	_, d, err := r.dependency(ctx, service, dependency)
	return d, err
}

// DependencyByID returns a dependency by its identifier alone, with the service
// whose it is.
func (r *Registry) DependencyByID(ctx context.Context, dependency id.ID) (Dependency, error) {
	if err := r.read(ctx, access.KindDependency); err != nil {
		return Dependency{}, err
	}
	return r.store.Dependency(ctx, dependency)
}

// CreateDependency declares that a service depends on another, named by slug or
// identifier. Conflict "dependency_exists" when that was declared before.
func (r *Registry) CreateDependency(ctx context.Context, service, on string, terms DependencyTerms) (Dependency, error) {
	now := r.moment()
	var d Dependency
	err := r.runner.InTx(ctx, func(ctx context.Context) error {
		s, err := r.service(ctx, service)
		if err != nil {
			return err
		}
		if err := r.authorizer.Authorize(ctx, access.Create, Dependency{OnSlug: clip(on)}.object(s)); err != nil {
			return err
		}
		if err := s.Live(); err != nil {
			return err
		}
		var check fault.Check
		terms.check(&check)
		other, found, err := Refer(ctx, &check, "/on", on, r.service)
		if err != nil {
			return err
		}
		check.Require(!found || other.ID != s.ID, "/on", on, "must be another service")
		check.Require(!found || other.RetiredAt == nil, "/on", on, "must be a service that is not retired")
		if err := check.Err(); err != nil {
			return err
		}
		known, err := r.store.Dependencies(ctx, s.ID)
		if err != nil {
			return err
		}
		for _, k := range known {
			if k.On == other.ID {
				return fault.New(fault.Conflict, "dependency_exists", "the dependency of %q on %q is declared already; update it", s.Slug, other.Slug)
			}
		}
		if len(known) >= MaxDependencies {
			return fault.New(fault.Conflict, "too_many_dependencies", "the service %q depends on %d others already, which is the most there can be", s.Slug, len(known))
		}
		d = Dependency{
			ID: id.New(now), Service: s.ID, On: other.ID, OnSlug: other.Slug, DependencyTerms: terms,
			Manager: managed.Taken(ctx, ""), CreatedAt: now, UpdatedAt: now, Version: 1,
		}
		if err := r.store.CreateDependency(ctx, d); err != nil {
			return err
		}
		return r.recorder.RecordDiff(ctx, access.Create, d.object(s), "", nil, d)
	})
	if err != nil {
		return Dependency{}, fmt.Errorf("create dependency: %w", err)
	}
	return d, nil
}

// UpdateDependency replaces the terms of a dependency.
func (r *Registry) UpdateDependency(ctx context.Context, service string, dependency id.ID, version int64, terms DependencyTerms) (Dependency, error) {
	now := r.moment()
	var after Dependency
	err := r.changeDependency(ctx, service, dependency, version, access.Update, func(ctx context.Context, s Service, before Dependency) error {
		if err := terms.Validate(); err != nil {
			return err
		}
		after = before
		after.DependencyTerms = terms
		after.Manager = managed.Taken(ctx, before.Manager)
		if unchanged(before, after) {
			return nil
		}
		// A catalog tells that there is the dependency, a set of manifests how it is as well.
		if before.Manager != managed.Catalog {
			if err := managed.Refuse(ctx, before.Manager, "the dependency"); err != nil {
				return err
			}
		}
		after.UpdatedAt = now
		if err := r.store.UpdateDependency(ctx, after); err != nil {
			return err
		}
		after.Version++
		return r.recorder.RecordDiff(ctx, access.Update, before.object(s), "", before, after)
	})
	if err != nil {
		return Dependency{}, err
	}
	return after, nil
}

// DeleteDependency removes a dependency.
func (r *Registry) DeleteDependency(ctx context.Context, service string, dependency id.ID, version int64) error {
	return r.changeDependency(ctx, service, dependency, version, access.Delete, func(ctx context.Context, s Service, d Dependency) error {
		if err := s.Managed.MayEnd(ctx, d.Manager, "that there is the dependency"); err != nil {
			return err
		}
		if err := r.store.DeleteDependency(ctx, d.ID, version); err != nil {
			return err
		}
		return r.recorder.RecordDiff(ctx, access.Delete, d.object(s), "", d, nil)
	})
}

// changeDependency loads a dependency of that version and its service, and
// authorises the verb before change is run, in one transaction.
func (r *Registry) changeDependency(
	ctx context.Context, service string, dependency id.ID, version int64, verb access.Verb,
	change func(context.Context, Service, Dependency) error,
) error {
	err := r.runner.InTx(ctx, func(ctx context.Context) error {
		s, d, err := r.dependency(ctx, service, dependency)
		if err != nil {
			return err
		}
		if err := r.authorizer.Authorize(ctx, verb, d.object(s)); err != nil {
			return err
		}
		if err := s.Live(); err != nil {
			return err
		}
		if d.Version != version {
			return fault.Stale("dependency")
		}
		return change(ctx, s, d)
	})
	if err != nil {
		return fmt.Errorf("%s dependency: %w", verb, err)
	}
	return nil
}

// dependency loads a dependency of the service, and the service.
func (r *Registry) dependency(ctx context.Context, service string, dependency id.ID) (Service, Dependency, error) {
	s, err := r.service(ctx, service)
	if err != nil {
		return Service{}, Dependency{}, err
	}
	d, err := r.store.Dependency(ctx, dependency)
	if err == nil && d.Service != s.ID || fault.Is(err, fault.NotFound) {
		return Service{}, Dependency{}, fault.Missing("dependency", clip(string(dependency)))
	}
	return s, d, err
}
