package registry

import (
	"context"
	"fmt"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/managed"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
)

// SystemInput is what is declared of a system; an update replaces all of it.
type SystemInput struct {
	Slug        string
	Name        string
	Description string
	Team        string // slug or identifier of the owning team
}

// Validate returns every fault that can be told from the input alone.
func (in SystemInput) Validate() error {
	var check fault.Check
	in.check(&check)
	return check.Err()
}

func (in SystemInput) check(check *fault.Check) {
	CheckSlug(check, "/slug", in.Slug)
	CheckName(check, "/name", in.Name)
	CheckText(check, "/description", in.Description, MaxDescription)
}

func (s System) object() access.Object {
	return access.Object{Kind: access.KindSystem, ID: s.ID, Label: s.Slug, Team: s.Team}
}

// SystemFor returns the system of that slug or identifier.
func (r *Registry) SystemFor(ctx context.Context, name string) (System, error) {
	if err := r.read(ctx, access.KindSystem); err != nil {
		return System{}, err
	}
	return r.system(ctx, name)
}

func (r *Registry) system(ctx context.Context, name string) (System, error) {
	return Find(ctx, r.store, NounSystem, "", name, r.store.System, r.store.SystemBySlug)
}

// Systems lists systems by slug.
func (r *Registry) Systems(ctx context.Context, f SystemFilter, p page.Request) (page.Page[System], error) {
	if err := r.read(ctx, access.KindSystem); err != nil {
		return page.Page[System]{}, err
	}
	if err := checkQuery(f.Query); err != nil {
		return page.Page[System]{}, err
	}
	systems, err := r.store.Systems(ctx, f, p)
	if err != nil {
		return page.Page[System]{}, fmt.Errorf("list systems: %w", err)
	}
	return systems, nil
}

// CreateSystem makes a system of a team that the caller belongs to. Conflict
// "slug_taken" when another system has or had the slug.
func (r *Registry) CreateSystem(ctx context.Context, in SystemInput) (System, error) {
	now := r.moment()
	var s System
	err := r.runner.InTx(ctx, func(ctx context.Context) error {
		var check fault.Check
		in.check(&check)
		team, err := r.owner(ctx, &check, access.KindSystem, in.Slug, in.Team)
		if err != nil {
			return err
		}
		if err := check.Err(); err != nil {
			return err
		}
		s = System{
			ID: id.New(now), Slug: in.Slug, Name: in.Name, Description: in.Description, Team: team.ID,
			Managed: managed.Set(nil).Taken(ctx), CreatedAt: now, UpdatedAt: now, Version: 1,
		}
		if err := r.store.ReserveSlug(ctx, NounSystem, "", s.Slug, s.ID); err != nil {
			return err
		}
		if err := r.store.CreateSystem(ctx, s); err != nil {
			return err
		}
		return r.recorder.RecordDiff(ctx, access.Create, s.object(), "", nil, s)
	})
	if err != nil {
		return System{}, fmt.Errorf("create system: %w", err)
	}
	return s, nil
}

// owner loads the team that an input names as the owner of something new, and
// authorises making it there.
func (r *Registry) owner(ctx context.Context, check *fault.Check, kind access.Kind, slug, name string) (Team, error) {
	if err := r.authorizer.Permit(ctx, access.Rule{Verb: access.Create, Kind: kind}); err != nil {
		return Team{}, err
	}
	team, found, err := Refer(ctx, check, "/team", name, r.team)
	if err != nil || !found {
		return Team{}, err
	}
	return team, r.authorizer.Authorize(ctx, access.Create, access.Object{Kind: kind, Label: clip(slug), Team: team.ID})
}

// UpdateSystem replaces what is declared of a system. Giving it to another team
// takes a person of the team that has it.
func (r *Registry) UpdateSystem(ctx context.Context, name string, version int64, in SystemInput) (System, error) {
	now := r.moment()
	var after System
	err := r.runner.InTx(ctx, func(ctx context.Context) error {
		before, err := r.system(ctx, name)
		if err != nil {
			return err
		}
		if err := r.authorizer.Authorize(ctx, access.Update, before.object()); err != nil {
			return err
		}
		if before.Version != version {
			return fault.Stale("system")
		}
		var check fault.Check
		in.check(&check)
		team, found, err := Refer(ctx, &check, "/team", in.Team, r.team)
		if err != nil {
			return err
		}
		if found && team.ID != before.Team {
			if err := r.authorizer.Authorize(ctx, access.Transfer, before.object()); err != nil {
				return err
			}
		}
		if err := check.Err(); err != nil {
			return err
		}
		after = before
		after.Slug, after.Name, after.Description, after.Team = in.Slug, in.Name, in.Description, team.ID
		after.Managed = before.Managed.Taken(ctx)
		if unchanged(before, after) {
			return nil
		}
		if err := before.Managed.Refuse(ctx, before.fields(after)...); err != nil {
			return err
		}
		after.UpdatedAt = now
		if after.Slug != before.Slug {
			if err := r.store.ReserveSlug(ctx, NounSystem, "", after.Slug, after.ID); err != nil {
				return err
			}
		}
		if err := r.store.UpdateSystem(ctx, after); err != nil {
			return err
		}
		after.Version++
		return r.recorder.RecordDiff(ctx, access.Update, before.object(), "", before, after)
	})
	if err != nil {
		return System{}, fmt.Errorf("update system: %w", err)
	}
	return after, nil
}

// DeleteSystem removes a system without services; else Conflict "system_in_use".
func (r *Registry) DeleteSystem(ctx context.Context, name string, version int64) error {
	err := r.runner.InTx(ctx, func(ctx context.Context) error {
		s, err := r.system(ctx, name)
		if err != nil {
			return err
		}
		if err := r.authorizer.Authorize(ctx, access.Delete, s.object()); err != nil {
			return err
		}
		if s.Version != version {
			return fault.Stale("system")
		}
		if err := s.Managed.RefuseEnd(ctx, "the system"); err != nil {
			return err
		}
		if err := r.store.DeleteSystem(ctx, s.ID, version); err != nil {
			return err
		}
		return r.recorder.RecordDiff(ctx, access.Delete, s.object(), "", s, nil)
	})
	if err != nil {
		return fmt.Errorf("delete system: %w", err)
	}
	return nil
}
