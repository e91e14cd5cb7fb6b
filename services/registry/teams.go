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

// TeamInput is what is declared of a team; an update replaces all of it.
type TeamInput struct {
	Slug        string
	Name        string
	Description string
	Parent      string // slug or identifier; empty at the root
	Contact     string
	// DefaultRepository is the address where issues go of services that have none.
	DefaultRepository string
	// IssueAssignee is the identifier of the person to whom issues are assigned.
	IssueAssignee string
}

// Validate returns every fault that can be told from the input alone.
func (in TeamInput) Validate() error {
	var check fault.Check
	in.check(&check)
	return check.Err()
}

func (in TeamInput) check(check *fault.Check) {
	CheckSlug(check, "/slug", in.Slug)
	CheckName(check, "/name", in.Name)
	CheckText(check, "/description", in.Description, MaxDescription)
	access.CheckLine(check, "/contact", in.Contact, 0, MaxLine)
	CheckURL(check, "/defaultRepository", in.DefaultRepository)
}

func (t Team) object() access.Object {
	return access.Object{Kind: access.KindTeam, ID: t.ID, Label: t.Slug, Team: t.ID}
}

// TeamFor returns the team of that slug or identifier.
func (r *Registry) TeamFor(ctx context.Context, name string) (Team, error) {
	if err := r.read(ctx, access.KindTeam); err != nil {
		return Team{}, err
	}
	return r.team(ctx, name)
}

func (r *Registry) team(ctx context.Context, name string) (Team, error) {
	return Find(ctx, r.store, NounTeam, "", name, r.store.Team, r.store.TeamBySlug)
}

// Teams lists teams by slug.
func (r *Registry) Teams(ctx context.Context, f TeamFilter, p page.Request) (page.Page[Team], error) {
	if err := r.read(ctx, access.KindTeam); err != nil {
		return page.Page[Team]{}, err
	}
	if err := checkQuery(f.Query); err != nil {
		return page.Page[Team]{}, err
	}
	teams, err := r.store.Teams(ctx, f, p)
	if err != nil {
		return page.Page[Team]{}, fmt.Errorf("list teams: %w", err)
	}
	return teams, nil
}

// TeamsByID returns those of the teams that exist, by identifier.
func (r *Registry) TeamsByID(ctx context.Context, teams []id.ID) (map[id.ID]Team, error) {
	if err := r.read(ctx, access.KindTeam); err != nil {
		return nil, err
	}
	return r.store.TeamsByID(ctx, teams)
}

// CreateTeam makes a team; the person who makes it is its first member.
// Conflict "slug_taken" when another team has or had the slug.
func (r *Registry) CreateTeam(ctx context.Context, in TeamInput) (Team, error) {
	now := r.moment()
	var t Team
	err := r.runner.InTx(ctx, func(ctx context.Context) error {
		t = Team{
			ID: id.New(now), Slug: in.Slug, Name: in.Name, Description: in.Description, Contact: in.Contact,
			DefaultRepository: in.DefaultRepository, IssueAssignee: id.ID(in.IssueAssignee), Managed: managed.Set(nil).Taken(ctx), CreatedAt: now, UpdatedAt: now, Version: 1,
		}
		if err := r.authorizer.Authorize(ctx, access.Create, access.Object{Kind: access.KindTeam, Label: clip(in.Slug)}); err != nil {
			return err
		}
		var check fault.Check
		in.check(&check)
		parent, err := r.parent(ctx, &check, in.Parent)
		if err != nil {
			return err
		}
		if err := r.checkAssignee(ctx, &check, "", in.IssueAssignee); err != nil {
			return err
		}
		if err := check.Err(); err != nil {
			return err
		}
		t.Parent = parent.ID
		if err := r.store.ReserveSlug(ctx, NounTeam, "", t.Slug, t.ID); err != nil {
			return err
		}
		if err := r.store.CreateTeam(ctx, t); err != nil {
			return err
		}
		if c := access.CallerFrom(ctx); c.Kind == access.ByPerson {
			if err := r.store.AddMember(ctx, Member{Team: t.ID, Person: c.Person, Name: c.Name, JoinedAt: now}); err != nil {
				return err
			}
		}
		return r.recorder.RecordDiff(ctx, access.Create, t.object(), "", nil, t)
	})
	if err != nil {
		return Team{}, fmt.Errorf("create team: %w", err)
	}
	return t, nil
}

// UpdateTeam replaces what is declared of a team: its slug, which leaves the old
// one leading to the new, and its parent, which must not be below it.
func (r *Registry) UpdateTeam(ctx context.Context, name string, version int64, in TeamInput) (Team, error) {
	now := r.moment()
	var after Team
	err := r.runner.InTx(ctx, func(ctx context.Context) error {
		before, err := r.team(ctx, name)
		if err != nil {
			return err
		}
		if err := r.authorizer.Authorize(ctx, access.Update, before.object()); err != nil {
			return err
		}
		if before.Version != version {
			return fault.Stale("team")
		}
		var check fault.Check
		in.check(&check)
		parent, err := r.parent(ctx, &check, in.Parent)
		if err != nil {
			return err
		}
		if err := r.checkAssignee(ctx, &check, before.IssueAssignee, in.IssueAssignee); err != nil {
			return err
		}
		if parent.ID != "" && parent.ID != before.Parent {
			if err := r.hang(ctx, &check, before, parent); err != nil {
				return err
			}
		}
		if err := check.Err(); err != nil {
			return err
		}
		after = before
		after.Slug, after.Name, after.Description, after.Contact = in.Slug, in.Name, in.Description, in.Contact
		after.DefaultRepository, after.IssueAssignee, after.Parent = in.DefaultRepository, id.ID(in.IssueAssignee), parent.ID
		after.Managed = before.Managed.Taken(ctx)
		if unchanged(before, after) {
			return nil
		}
		if err := before.Managed.Refuse(ctx, before.fields(after)...); err != nil {
			return err
		}
		after.UpdatedAt = now
		if after.Slug != before.Slug {
			if err := r.store.ReserveSlug(ctx, NounTeam, "", after.Slug, after.ID); err != nil {
				return err
			}
		}
		if err := r.store.UpdateTeam(ctx, after); err != nil {
			return err
		}
		after.Version++
		return r.recorder.RecordDiff(ctx, access.Update, before.object(), "", before, after)
	})
	if err != nil {
		return Team{}, fmt.Errorf("update team: %w", err)
	}
	return after, nil
}

// parent loads the team that an input names as its parent, none when it names none.
func (r *Registry) parent(ctx context.Context, check *fault.Check, name string) (Team, error) {
	if name == "" {
		return Team{}, nil
	}
	parent, _, err := Refer(ctx, check, "/parent", name, r.team)
	return parent, err
}

// checkAssignee makes sure that issues can be assigned to the person, unless they were
// before and have left since.
func (r *Registry) checkAssignee(ctx context.Context, check *fault.Check, before id.ID, person string) error {
	if person == "" || id.ID(person) == before {
		return nil
	}
	p, err := r.people.Person(ctx, id.ID(person))
	switch {
	case fault.Is(err, fault.NotFound):
		check.Fail("/issueAssigneeId", person, "names nobody; it must be the identifier of a person")
	case err != nil:
		return fmt.Errorf("read the person to whom issues are assigned: %w", err)
	case p.DeactivatedAt != nil:
		check.Fail("/issueAssigneeId", person, "names %q, who was deactivated", p.DisplayName)
	}
	return nil
}

// hang makes sure that t may be moved below parent. Each team from there up to
// the root is held where it is: two moves at once, each right by itself, that
// would make a cycle together then meet in a row, and the second sees the first.
func (r *Registry) hang(ctx context.Context, check *fault.Check, t, parent Team) error {
	for above := parent.ID; above != ""; {
		if above == t.ID {
			check.Fail("/parent", parent.Slug, "must not be the team itself or one below it")
			return nil
		}
		held, err := r.store.HoldTeam(ctx, above)
		if err != nil {
			return fmt.Errorf("hold the team %q, or one above it, in its place: %w", parent.Slug, err)
		}
		above = held.Parent
	}
	return nil
}

// DeleteTeam removes a team that has nothing. Conflict "team_in_use" while it
// owns services or systems, or has teams below it or tokens that are not revoked.
func (r *Registry) DeleteTeam(ctx context.Context, name string, version int64) error {
	err := r.runner.InTx(ctx, func(ctx context.Context) error {
		t, err := r.team(ctx, name)
		if err != nil {
			return err
		}
		if err := r.authorizer.Authorize(ctx, access.Delete, t.object()); err != nil {
			return err
		}
		if t.Version != version {
			return fault.Stale("team")
		}
		if err := t.Managed.RefuseEnd(ctx, "the team"); err != nil {
			return err
		}
		if err := r.store.DeleteTeam(ctx, t.ID, version); err != nil {
			return err
		}
		return r.recorder.RecordDiff(ctx, access.Delete, t.object(), "", t, nil)
	})
	if err != nil {
		return fmt.Errorf("delete team: %w", err)
	}
	return nil
}
