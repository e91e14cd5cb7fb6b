package registry

import (
	"context"
	"fmt"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/managed"
	"github.com/evenkeel/evenkeel/services/access"
)

// What a catalog tells is written here, whoever manages the fields: the caller is who may tell
// it, and need not be of the team. What is written keeps the same rules as what people enter.

// fields are those that can be managed, before and after a change.
func (t Team) fields(after Team) []managed.Field {
	return []managed.Field{
		{Name: "slug", Before: t.Slug, After: after.Slug},
		{Name: "name", Before: t.Name, After: after.Name},
		{Name: "description", Before: t.Description, After: after.Description},
		{Name: "parent", Before: t.Parent, After: after.Parent},
		{Name: "contact", Before: t.Contact, After: after.Contact},
		{Name: "defaultRepository", Before: t.DefaultRepository, After: after.DefaultRepository},
		{Name: "issueAssigneeId", Before: t.IssueAssignee, After: after.IssueAssignee},
	}
}

func (s System) fields(after System) []managed.Field {
	return []managed.Field{
		{Name: "slug", Before: s.Slug, After: after.Slug},
		{Name: "name", Before: s.Name, After: after.Name},
		{Name: "description", Before: s.Description, After: after.Description},
		{Name: "team", Before: s.Team, After: after.Team},
	}
}

func (s Service) fields(after Service) []managed.Field {
	return []managed.Field{
		{Name: "slug", Before: s.Slug, After: after.Slug},
		{Name: "name", Before: s.Name, After: after.Name},
		{Name: "description", Before: s.Description, After: after.Description},
		{Name: "team", Before: s.TeamSlug, After: after.TeamSlug},
		{Name: "system", Before: s.SystemSlug, After: after.SystemSlug},
		{Name: "kind", Before: s.Kind, After: after.Kind},
		{Name: "tier", Before: s.Tier, After: after.Tier},
		{Name: "lifecycle", Before: s.Lifecycle, After: after.Lifecycle},
		{Name: "repository", Before: s.Repository, After: after.Repository},
		{Name: "onCall", Before: s.OnCall, After: after.OnCall},
		{Name: "runbook", Before: s.Runbook, After: after.Runbook},
		{Name: "dashboard", Before: s.Dashboard, After: after.Dashboard},
		{Name: "docs", Before: s.Docs, After: after.Docs},
		{Name: "contact", Before: s.Contact, After: after.Contact},
		{Name: "labels", Before: s.Labels, After: after.Labels},
		{Name: "annotations", Before: s.Annotations, After: after.Annotations},
	}
}

// mirroring authorises telling what a catalog says.
func (r *Registry) mirroring(ctx context.Context) error {
	return r.authorizer.Authorize(ctx, access.Sync, access.Object{Kind: access.KindCatalog})
}

// made gives something new its identifier and first version.
func made(of *id.ID, createdAt, updatedAt *time.Time, version *int64, now time.Time) {
	*of, *createdAt, *updatedAt, *version = id.New(now), now, now, 1
}

// verbOf is what a change of something is: without an identifier it was not there before.
func verbOf(before id.ID) access.Verb {
	if before == "" {
		return access.Create
	}
	return access.Update
}

// was is what there was before, nil for something new.
func was[T any](before T, of id.ID) any {
	if of == "" {
		return nil
	}
	return before
}

// MirrorTeam writes the team as a catalog tells it; before is empty for a new one. The parent is
// an identifier. Faults: Invalid, at the fields of a TeamInput; Conflict "slug_taken"; Precondition.
func (r *Registry) MirrorTeam(ctx context.Context, before, after Team) (Team, error) {
	now := r.moment()
	err := r.runner.InTx(ctx, func(ctx context.Context) error {
		if err := r.mirroring(ctx); err != nil {
			return err
		}
		var check fault.Check
		TeamInput{Slug: after.Slug, Name: after.Name, Description: after.Description, Contact: after.Contact, DefaultRepository: after.DefaultRepository}.check(&check)
		if after.Parent != "" && after.Parent != before.Parent && before.ID != "" {
			parent, err := r.store.Team(ctx, after.Parent)
			if err != nil {
				return err
			}
			if err := r.hang(ctx, &check, before, parent); err != nil {
				return err
			}
		}
		if err := check.Err(); err != nil {
			return err
		}
		write := r.store.UpdateTeam
		if after.UpdatedAt = now; before.ID == "" {
			made(&after.ID, &after.CreatedAt, &after.UpdatedAt, &after.Version, now)
			write = r.store.CreateTeam
		}
		if after.Slug != before.Slug {
			if err := r.store.ReserveSlug(ctx, NounTeam, "", after.Slug, after.ID); err != nil {
				return err
			}
		}
		if err := write(ctx, after); err != nil {
			return err
		}
		if before.ID != "" {
			after.Version++
		}
		return r.recorder.RecordDiff(ctx, verbOf(before.ID), after.object(), "", was(before, before.ID), after)
	})
	if err != nil {
		return Team{}, fmt.Errorf("mirror team: %w", err)
	}
	return after, nil
}

// MirrorSystem writes the system as a catalog tells it; before is empty for a new one. Faults: as
// of MirrorTeam.
func (r *Registry) MirrorSystem(ctx context.Context, before, after System) (System, error) {
	now := r.moment()
	err := r.runner.InTx(ctx, func(ctx context.Context) error {
		if err := r.mirroring(ctx); err != nil {
			return err
		}
		if err := (SystemInput{Slug: after.Slug, Name: after.Name, Description: after.Description}).Validate(); err != nil {
			return err
		}
		write := r.store.UpdateSystem
		if after.UpdatedAt = now; before.ID == "" {
			made(&after.ID, &after.CreatedAt, &after.UpdatedAt, &after.Version, now)
			write = r.store.CreateSystem
		}
		if after.Slug != before.Slug {
			if err := r.store.ReserveSlug(ctx, NounSystem, "", after.Slug, after.ID); err != nil {
				return err
			}
		}
		if err := write(ctx, after); err != nil {
			return err
		}
		if before.ID != "" {
			after.Version++
		}
		return r.recorder.RecordDiff(ctx, verbOf(before.ID), after.object(), "", was(before, before.ID), after)
	})
	if err != nil {
		return System{}, fmt.Errorf("mirror system: %w", err)
	}
	return after, nil
}

// MirrorService writes the service as a catalog tells it; before is empty for a new one. Team and
// system are identifiers with their slugs. Faults: as of MirrorTeam, "service_retired", and those of
// the Guard: a catalog lowers no tier that two people have to.
func (r *Registry) MirrorService(ctx context.Context, before, after Service) (Service, error) {
	now := r.moment()
	err := r.runner.InTx(ctx, func(ctx context.Context) error {
		if err := r.mirroring(ctx); err != nil {
			return err
		}
		if err := (ServiceInput{Slug: after.Slug, Profile: after.Profile}).Validate(); err != nil {
			return err
		}
		if before.ID != "" && r.guard != nil {
			if err := r.guard.Updating(ctx, before, after.Profile, now); err != nil {
				return err
			}
		}
		after.Profile = after.Profile.clone()
		write := r.store.UpdateService
		if after.UpdatedAt = now; before.ID == "" {
			made(&after.ID, &after.CreatedAt, &after.UpdatedAt, &after.Version, now)
			write = r.store.CreateService
		}
		if after.Slug != before.Slug {
			if err := r.store.ReserveSlug(ctx, NounService, "", after.Slug, after.ID); err != nil {
				return err
			}
		}
		if err := write(ctx, after); err != nil {
			return err
		}
		if before.ID != "" {
			after.Version++
		}
		return r.recorder.RecordDiff(ctx, verbOf(before.ID), after.Object(), "", was(before, before.ID), after)
	})
	if err != nil {
		return Service{}, fmt.Errorf("mirror service: %w", err)
	}
	return after, nil
}

// MirrorMembers has those people join the team, and leave it, as its catalog tells. One who is in
// it by hand stays so.
func (r *Registry) MirrorMembers(ctx context.Context, t Team, join []access.Person, leave []Member) error {
	now := r.moment()
	o := t.object()
	o.Kind = access.KindMember
	err := r.runner.InTx(ctx, func(ctx context.Context) error {
		if err := r.mirroring(ctx); err != nil {
			return err
		}
		for _, p := range join {
			m := Member{Team: t.ID, Person: p.ID, Name: p.DisplayName, JoinedAt: now, Manager: managed.Catalog}
			if err := r.store.AddMember(ctx, m); err != nil {
				return err
			}
			if err := r.recorder.RecordDiff(ctx, access.Create, o, "", nil, m); err != nil {
				return err
			}
		}
		for _, m := range leave {
			if err := r.store.RemoveMember(ctx, m.Team, m.Person); err != nil {
				return err
			}
			if err := r.recorder.RecordDiff(ctx, access.Delete, o, "", m, nil); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("mirror members: %w", err)
	}
	return nil
}

// MirrorDependencies declares that the service depends on those others, and ends dependencies, as
// its catalog tells. A catalog tells what a service needs to work, and no terms: they are Hard, and
// the rest is the team's to say.
func (r *Registry) MirrorDependencies(ctx context.Context, s Service, on []Service, end []Dependency) error {
	now := r.moment()
	err := r.runner.InTx(ctx, func(ctx context.Context) error {
		if err := r.mirroring(ctx); err != nil {
			return err
		}
		for _, d := range end {
			if err := r.store.DeleteDependency(ctx, d.ID, d.Version); err != nil {
				return err
			}
			if err := r.recorder.RecordDiff(ctx, access.Delete, d.object(s), "", d, nil); err != nil {
				return err
			}
		}
		for _, other := range on {
			d := Dependency{
				ID: id.New(now), Service: s.ID, On: other.ID, OnSlug: other.Slug, DependencyTerms: DependencyTerms{Criticality: Hard},
				Manager: managed.Catalog, CreatedAt: now, UpdatedAt: now, Version: 1,
			}
			if err := r.store.CreateDependency(ctx, d); err != nil {
				return err
			}
			if err := r.recorder.RecordDiff(ctx, access.Create, d.object(s), "", nil, d); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("mirror dependencies: %w", err)
	}
	return nil
}
