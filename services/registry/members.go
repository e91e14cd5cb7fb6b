package registry

import (
	"context"
	"fmt"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
)

// Members lists a team's members by name.
func (r *Registry) Members(ctx context.Context, team string, p page.Request) (page.Page[Member], error) {
	if err := r.read(ctx, access.KindMember); err != nil {
		return page.Page[Member]{}, err
	}
	t, err := r.team(ctx, team)
	if err != nil {
		return page.Page[Member]{}, err
	}
	members, err := r.store.Members(ctx, t.ID, p)
	if err != nil {
		return page.Page[Member]{}, fmt.Errorf("list members: %w", err)
	}
	return members, nil
}

// AddMember takes a person into a team; one who is in it stays as they are, and
// nothing is recorded. NotFound for either; Conflict "person_deactivated" when
// they left.
func (r *Registry) AddMember(ctx context.Context, team string, person id.ID) (Member, error) {
	now := r.moment()
	var m Member
	err := r.runner.InTx(ctx, func(ctx context.Context) error {
		t, o, err := r.membership(ctx, team, access.Create)
		if err != nil {
			return err
		}
		p, err := r.people.Person(ctx, person)
		if fault.Is(err, fault.NotFound) {
			return fault.Missing("person", clip(string(person)))
		}
		if err != nil {
			return err
		}
		if p.DeactivatedAt != nil {
			return fault.New(fault.Conflict, "person_deactivated", "%q was deactivated and cannot become a member", p.DisplayName)
		}
		if m, err = r.store.Member(ctx, t.ID, p.ID); !fault.Is(err, fault.NotFound) {
			return err
		}
		m = Member{Team: t.ID, Person: p.ID, Name: p.DisplayName, JoinedAt: now}
		if err := r.store.AddMember(ctx, m); err != nil {
			return err
		}
		return r.recorder.RecordDiff(ctx, access.Create, o, "", nil, m)
	})
	if err != nil {
		return Member{}, fmt.Errorf("add member: %w", err)
	}
	return m, nil
}

// RemoveMember takes a person out of a team; any member may, also for
// themselves. A team without members is the administrators' to look after.
func (r *Registry) RemoveMember(ctx context.Context, team string, person id.ID) error {
	err := r.runner.InTx(ctx, func(ctx context.Context) error {
		t, o, err := r.membership(ctx, team, access.Delete)
		if err != nil {
			return err
		}
		m, err := r.store.Member(ctx, t.ID, person)
		if fault.Is(err, fault.NotFound) {
			return fault.Missing("member", clip(string(person)))
		}
		if err != nil {
			return err
		}
		if err := t.Managed.MayEnd(ctx, m.Manager, "the membership"); err != nil {
			return err
		}
		if err := r.store.RemoveMember(ctx, t.ID, person); err != nil {
			return err
		}
		return r.recorder.RecordDiff(ctx, access.Delete, o, "", m, nil)
	})
	if err != nil {
		return fmt.Errorf("remove member: %w", err)
	}
	return nil
}

// membership loads the team and authorises the verb on its members.
func (r *Registry) membership(ctx context.Context, team string, verb access.Verb) (Team, access.Object, error) {
	t, err := r.team(ctx, team)
	if err != nil {
		return Team{}, access.Object{}, err
	}
	o := t.object()
	o.Kind = access.KindMember
	return t, o, r.authorizer.Authorize(ctx, verb, o)
}
