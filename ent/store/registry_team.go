package store

import (
	"context"

	entsql "entgo.io/ent/dialect/sql"

	"github.com/evenkeel/evenkeel/ent/db"
	"github.com/evenkeel/evenkeel/ent/db/member"
	"github.com/evenkeel/evenkeel/ent/db/person"
	"github.com/evenkeel/evenkeel/ent/db/team"
	"github.com/evenkeel/evenkeel/ent/db/token"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/registry"
)

// idBatch is how many identifiers go into one statement.
const idBatch = 500

// CreateTeam writes the team.
func (r Registry) CreateTeam(ctx context.Context, t registry.Team) error {
	err := r.s.ent.Team.Create().
		SetID(string(t.ID)).SetSlug(t.Slug).SetName(t.Name).SetDescription(t.Description).
		SetNillableParentID(orNil(t.Parent)).SetContact(t.Contact).SetDefaultRepository(t.DefaultRepository).
		SetNillableIssueAssigneeID(orNil(t.IssueAssignee)).SetManaged(t.Managed).SetCreatedAt(t.CreatedAt).SetUpdatedAt(t.UpdatedAt).SetVersion(t.Version).
		Exec(ctx)
	return named(registry.NounTeam, t.Slug, err)
}

// Team returns the team.
func (r Registry) Team(ctx context.Context, of id.ID) (registry.Team, error) {
	t, err := r.s.ent.Team.Get(ctx, string(of))
	if err != nil {
		return registry.Team{}, notFound("team", string(of), err)
	}
	return fromDBTeam(t), nil
}

// TeamBySlug returns the team that has the slug now.
func (r Registry) TeamBySlug(ctx context.Context, name string) (registry.Team, error) {
	t, err := r.s.ent.Team.Query().Where(team.Slug(name)).Only(ctx)
	if err != nil {
		return registry.Team{}, notFound("team", name, err)
	}
	return fromDBTeam(t), nil
}

// Teams lists by slug.
func (r Registry) Teams(ctx context.Context, f registry.TeamFilter, req page.Request) (page.Page[registry.Team], error) {
	key, err := req.Key(f, 1)
	if err != nil {
		return page.Page[registry.Team]{}, err
	}
	q := r.s.ent.Team.Query()
	if f.Parent != "" {
		q.Where(team.ParentID(string(f.Parent)))
	}
	if f.Query != "" {
		q.Where(r.s.holding(f.Query, team.FieldSlug, team.FieldName))
	}
	if f.Member != "" {
		q.Where(func(s *entsql.Selector) {
			m := entsql.Table(member.Table)
			s.Where(entsql.In(s.C(team.FieldID), entsql.Select(m.C(member.FieldTeamID)).From(m).
				Where(entsql.EQ(m.C(member.FieldPersonID), string(f.Member)))))
		})
	}
	rows, err := q.Where(after(key, team.FieldSlug)).Order(db.Asc(team.FieldSlug)).Limit(req.Size() + 1).All(ctx)
	if err != nil {
		return page.Page[registry.Team]{}, fail("list teams", err)
	}
	return page.Map(page.Cut(req, f, rows, func(t *db.Team) []string { return []string{t.Slug} }), fromDBTeam), nil
}

// TeamsByID returns those that exist, by ID.
func (r Registry) TeamsByID(ctx context.Context, teams []id.ID) (map[id.ID]registry.Team, error) {
	out := make(map[id.ID]registry.Team, len(teams))
	err := chunks(texts(teams), idBatch, func(ids []string) error {
		rows, err := r.s.ent.Team.Query().Where(team.IDIn(ids...)).All(ctx)
		for _, t := range rows {
			out[id.ID(t.ID)] = fromDBTeam(t)
		}
		return err
	})
	return out, fail("read teams", err)
}

// HoldTeam reads the team, and on PostgreSQL locks its row; SQLite has one writer.
func (r Registry) HoldTeam(ctx context.Context, of id.ID) (registry.Team, error) {
	if r.s.postgres() {
		var held string
		if err := r.s.queryOne(ctx, "SELECT id FROM teams WHERE id = $1 FOR NO KEY UPDATE", []any{string(of)}, &held); err != nil {
			return registry.Team{}, notFound("team", string(of), err)
		}
	}
	return r.Team(ctx, of)
}

// UpdateTeam writes the team, conditional on Version.
func (r Registry) UpdateTeam(ctx context.Context, t registry.Team) error {
	u := r.s.ent.Team.Update().Where(team.ID(string(t.ID)), team.Version(t.Version)).
		SetSlug(t.Slug).SetName(t.Name).SetDescription(t.Description).SetContact(t.Contact).
		SetDefaultRepository(t.DefaultRepository).SetManaged(t.Managed).SetUpdatedAt(t.UpdatedAt).AddVersion(1)
	if t.Parent == "" {
		u.ClearParentID()
	} else {
		u.SetParentID(string(t.Parent))
	}
	if t.IssueAssignee == "" {
		u.ClearIssueAssigneeID()
	} else {
		u.SetIssueAssigneeID(string(t.IssueAssignee))
	}
	n, err := u.Save(ctx)
	if isUnique(err) {
		return slugTaken(registry.NounTeam, t.Slug, err)
	}
	return written("team", t.ID, n, gone(err), func() (bool, error) { return r.teamExists(ctx, t.ID) })
}

func (r Registry) teamExists(ctx context.Context, of id.ID) (bool, error) {
	return r.s.ent.Team.Query().Where(team.ID(string(of))).Exist(ctx)
}

// DeleteTeam removes an empty team with its memberships, its workload identities and the
// workload tokens that were revoked or that its identities were worth, and frees its slugs: nothing is left that they could lead to.
func (r Registry) DeleteTeam(ctx context.Context, of id.ID, version int64) error {
	inUse := func(cause error) error {
		e := fault.New(fault.Conflict, "team_in_use",
			"the team still owns services, systems, composite SLOs or sets of manifests, has child teams, or has workload tokens that are not revoked; move or remove these first")
		e.Err = cause
		return e
	}
	return r.s.InTx(ctx, func(ctx context.Context) error {
		live, err := r.s.ent.Token.Query().Where(token.TeamID(string(of)), token.RevokedAtIsNil(), token.Exchanged(false)).Exist(ctx)
		if err != nil {
			return fail("look for tokens of the team", err)
		}
		if live {
			return inUse(nil)
		}
		if _, err := r.s.ent.Token.Delete().Where(token.TeamID(string(of)), token.Or(token.RevokedAtNotNil(), token.Exchanged(true))).Exec(ctx); err != nil {
			return fail("remove revoked tokens of the team", err)
		}
		// What else belongs to the team holds it by foreign keys.
		n, err := r.s.ent.Team.Delete().Where(team.ID(string(of)), team.Version(version)).Exec(ctx)
		if isForeignKey(err) {
			return inUse(err)
		}
		if err := written("team", of, n, err, func() (bool, error) { return r.teamExists(ctx, of) }); err != nil {
			return err
		}
		return r.freeSlugs(ctx, registry.NounTeam, of)
	})
}

// AddMember writes the membership; one that exists is left as it is.
func (r Registry) AddMember(ctx context.Context, m registry.Member) error {
	_, err := r.s.exec(ctx, `INSERT INTO members (team_id, person_id, joined_at, manager) VALUES ($1, $2, $3, $4) ON CONFLICT (team_id, person_id) DO NOTHING`,
		string(m.Team), string(m.Person), m.JoinedAt.UTC(), m.Manager)
	return fail("write a membership", gone(err))
}

// RemoveMember ends the membership; NotFound when there is none.
func (r Registry) RemoveMember(ctx context.Context, of, personID id.ID) error {
	n, err := r.s.ent.Member.Delete().Where(member.TeamID(string(of)), member.PersonID(string(personID))).Exec(ctx)
	if err == nil && n == 0 {
		return fault.Missing("member", string(personID))
	}
	return fail("end a membership", err)
}

// Member returns the membership; NotFound when there is none.
func (r Registry) Member(ctx context.Context, of, personID id.ID) (registry.Member, error) {
	m, err := r.s.ent.Member.Query().Where(member.TeamID(string(of)), member.PersonID(string(personID))).WithPerson().Only(ctx)
	if err != nil {
		return registry.Member{}, notFound("member", string(personID), err)
	}
	return fromDBMember(m), nil
}

// Members lists by name.
func (r Registry) Members(ctx context.Context, of id.ID, req page.Request) (page.Page[registry.Member], error) {
	type filter struct{ Team id.ID }
	f := filter{of}
	key, err := req.Key(f, 2)
	if err != nil {
		return page.Page[registry.Member]{}, err
	}
	rows, err := r.s.ent.Member.Query().Where(member.TeamID(string(of)), func(s *entsql.Selector) {
		p := entsql.Table(person.Table)
		s.Join(p).On(s.C(member.FieldPersonID), p.C(person.FieldID))
		if key != nil {
			s.Where(entsql.CompositeGT([]string{p.C(person.FieldDisplayName), p.C(person.FieldID)}, arguments(key)...))
		}
		s.OrderBy(p.C(person.FieldDisplayName), p.C(person.FieldID))
	}).WithPerson().Limit(req.Size() + 1).All(ctx)
	if err != nil {
		return page.Page[registry.Member]{}, fail("list members", err)
	}
	return page.Map(page.Cut(req, f, rows, func(m *db.Member) []string { return []string{m.Edges.Person.DisplayName, m.PersonID} }), fromDBMember), nil
}

// IsMember reports whether the person is a member of the team.
func (r Registry) IsMember(ctx context.Context, personID, team id.ID) (bool, error) {
	return r.s.isMember(ctx, personID, team)
}
