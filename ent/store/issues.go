package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"

	entsql "entgo.io/ent/dialect/sql"

	"github.com/evenkeel/evenkeel/ent/db"
	"github.com/evenkeel/evenkeel/ent/db/issue"
	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/issues"
	"github.com/evenkeel/evenkeel/services/policy"
)

// Issues is the store of package issues.
type Issues struct{ s *Store }

var (
	_ issues.Store  = Issues{}
	_ issues.Places = Registry{}
)

// Issues returns the view of the store that package issues declares.
func (s *Store) Issues() Issues { return Issues{s} }

// CreateIssue inserts; false when the fingerprint is there already.
func (i Issues) CreateIssue(ctx context.Context, v issues.Issue) (bool, error) {
	lists, err := toDBLists(v)
	if err != nil {
		return false, err
	}
	n, err := i.s.exec(ctx, `INSERT INTO issues (id, kind, fingerprint, service_id, group_id, parent_id, subject, episode, repository, title, body, labels, assignees, comments, open, ending, created_at, updated_at, version)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19) ON CONFLICT (fingerprint) DO NOTHING`,
		string(v.ID), string(v.Kind), v.Fingerprint, orNil(v.Service), orNil(v.Group), orNil(v.Parent), string(v.Subject), string(v.Episode), v.Repository, v.Title, v.Body,
		lists.labels, lists.assignees, lists.comments, v.Open, string(v.Ending), clock.Round(v.CreatedAt), clock.Round(v.UpdatedAt), v.Version)
	return n > 0, fail("write an issue", gone(err))
}

// Issue returns the issue.
func (i Issues) Issue(ctx context.Context, of id.ID) (issues.Issue, error) {
	v, err := i.s.ent.Issue.Get(ctx, string(of))
	if err != nil {
		return issues.Issue{}, notFound("issue", string(of), err)
	}
	return fromDBIssue(v)
}

// HoldIssue reads the issue, and on PostgreSQL locks its row; SQLite has one writer.
func (i Issues) HoldIssue(ctx context.Context, of id.ID) (issues.Issue, error) {
	if i.s.postgres() {
		var held string
		if err := i.s.queryOne(ctx, "SELECT id FROM issues WHERE id = $1 FOR NO KEY UPDATE", []any{string(of)}, &held); err != nil {
			return issues.Issue{}, notFound("issue", string(of), err)
		}
	}
	return i.Issue(ctx, of)
}

// Members returns those that are told of in a group, by ID.
func (i Issues) Members(ctx context.Context, group id.ID) ([]issues.Issue, error) {
	rows, err := i.s.ent.Issue.Query().Where(issue.GroupID(string(group))).Order(db.Asc(issue.FieldID)).All(ctx)
	if err != nil {
		return nil, fail("read what an issue tells of", err)
	}
	return fromDBIssues(rows)
}

const issueBefore = `SELECT i.id FROM violations v JOIN issues i ON i.episode = v.id
WHERE v.slo_id = $1 AND v.policy_id = $2 AND v.clause = $3 AND v.ended_at IS NOT NULL AND v.ending <> $4 ORDER BY v.opened_at DESC, v.id DESC LIMIT 1`

// IssueBefore returns that of the latest violation of the policy, clause and SLO that ended and is not void.
func (i Issues) IssueBefore(ctx context.Context, v policy.Violation) (*issues.Issue, error) {
	var of string
	err := i.s.queryOne(ctx, issueBefore, []any{string(v.SLO), string(v.Policy), v.Clause, string(policy.Void)}, &of)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fail("look for the issue of an earlier violation", err)
	}
	found, err := i.Issue(ctx, id.ID(of))
	return &found, err
}

// Issues lists the newest first.
func (i Issues) Issues(ctx context.Context, f issues.Filter, r page.Request) (page.Page[issues.Issue], error) {
	return i.list(ctx, f, f, r, func(s *entsql.Selector) string { return s.C(issue.FieldID) })
}

// list lists those of the filter; whole is what the cursor is bound to. Identifiers
// begin with the time of their making. from names the column in which they are walked
// through, and may join and narrow what is read.
func (i Issues) list(ctx context.Context, whole any, f issues.Filter, r page.Request, from func(*entsql.Selector) string) (page.Page[issues.Issue], error) {
	key, err := r.Key(whole, 1)
	if err != nil {
		return page.Page[issues.Issue]{}, err
	}
	q := i.s.ent.Issue.Query().Where(func(s *entsql.Selector) {
		column := from(s)
		if key != nil {
			s.Where(entsql.LT(column, key[0]))
		}
		s.OrderBy(entsql.Desc(column))
	})
	if f.Service != "" {
		q.Where(issue.ServiceID(string(f.Service)))
	}
	if f.Team != "" {
		q.Where(ofTeam(f.Team, issue.FieldServiceID))
	}
	if f.Subject != "" {
		q.Where(issue.Subject(string(f.Subject)))
	}
	if f.Kind != "" {
		q.Where(issue.Kind(string(f.Kind)))
	}
	if len(f.Episodes) > 0 {
		q.Where(issue.EpisodeIn(texts(f.Episodes)...))
	}
	if f.Group != "" {
		q.Where(issue.GroupID(string(f.Group)))
	}
	if f.Open != nil {
		q.Where(issue.Open(*f.Open))
	}
	rows, err := q.Limit(r.Size() + 1).All(ctx)
	if err != nil {
		return page.Page[issues.Issue]{}, fail("list issues", err)
	}
	out, err := fromDBIssues(rows)
	if err != nil {
		return page.Page[issues.Issue]{}, err
	}
	return page.Cut(r, whole, out, func(v issues.Issue) []string { return []string{string(v.ID)} }), nil
}

// UpdateIssue writes everything but what identifies it, conditional on Version.
func (i Issues) UpdateIssue(ctx context.Context, v issues.Issue) error {
	lists, err := toDBLists(v)
	if err != nil {
		return err
	}
	n, err := i.s.exec(ctx, `UPDATE issues SET service_id = $1, group_id = $2, parent_id = $3, subject = $4, episode = $5, repository = $6, title = $7, body = $8,
labels = $9, assignees = $10, comments = $11, open = $12, ending = $13, updated_at = $14, version = version + 1 WHERE id = $15 AND version = $16`,
		orNil(v.Service), orNil(v.Group), orNil(v.Parent), string(v.Subject), string(v.Episode), v.Repository, v.Title, v.Body,
		lists.labels, lists.assignees, lists.comments, v.Open, string(v.Ending), clock.Round(v.UpdatedAt), string(v.ID), v.Version)
	return written("issue", v.ID, int(n), gone(err), func() (bool, error) {
		return i.s.ent.Issue.Query().Where(issue.ID(string(v.ID))).Exist(ctx)
	})
}

// lists are an issue's, as JSON.
type lists struct{ labels, assignees, comments json.RawMessage }

func toDBLists(v issues.Issue) (lists, error) {
	var out lists
	for _, one := range []struct {
		to   *json.RawMessage
		from any
	}{{&out.labels, notNil(v.Labels)}, {&out.assignees, notNil(v.Assignees)}, {&out.comments, notNil(v.Comments)}} {
		spelled, err := json.Marshal(one.from)
		if err != nil {
			return lists{}, fail("spell the lists of an issue", err)
		}
		*one.to = spelled
	}
	return out, nil
}

func notNil[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

func fromDBIssues(rows []*db.Issue) ([]issues.Issue, error) {
	out := make([]issues.Issue, len(rows))
	for n, row := range rows {
		var err error
		if out[n], err = fromDBIssue(row); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func fromDBIssue(v *db.Issue) (issues.Issue, error) {
	out := issues.Issue{
		ID:          id.ID(v.ID),
		Kind:        issues.Kind(v.Kind),
		Fingerprint: v.Fingerprint,
		Service:     orEmpty(v.ServiceID),
		Group:       orEmpty(v.GroupID),
		Parent:      orEmpty(v.ParentID),
		Subject:     id.ID(v.Subject),
		Episode:     id.ID(v.Episode),
		Repository:  v.Repository,
		Title:       v.Title,
		Body:        v.Body,
		Labels:      v.Labels,
		Open:        v.Open,
		Ending:      policy.Ending(v.Ending),
		CreatedAt:   utc(v.CreatedAt),
		UpdatedAt:   utc(v.UpdatedAt),
		Version:     v.Version,
	}
	out.Assignees = make([]id.ID, len(v.Assignees))
	for n, person := range v.Assignees {
		out.Assignees[n] = id.ID(person)
	}
	err := json.Unmarshal(v.Comments, &out.Comments)
	for i := range out.Comments {
		out.Comments[i].At = utc(out.Comments[i].At)
	}
	return out, fail("read comments", err)
}
