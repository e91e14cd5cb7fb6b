package store

import (
	"context"
	"encoding/json"

	entsql "entgo.io/ent/dialect/sql"

	"github.com/evenkeel/evenkeel/ent/db"
	"github.com/evenkeel/evenkeel/ent/db/issue"
	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/issues"
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
	labels, comments, err := toDBLists(v)
	if err != nil {
		return false, err
	}
	spelled, err := json.Marshal(labels)
	if err != nil {
		return false, fail("spell labels", err)
	}
	n, err := i.s.exec(ctx, `INSERT INTO issues (id, kind, fingerprint, service_id, subject, episode, repository, title, body, labels, comments, open, state, created_at, updated_at, version)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) ON CONFLICT (fingerprint) DO NOTHING`,
		string(v.ID), string(v.Kind), v.Fingerprint, string(v.Service), string(v.Subject), string(v.Episode), v.Repository, v.Title, v.Body,
		json.RawMessage(spelled), comments, v.Open, string(v.State), clock.Round(v.CreatedAt), clock.Round(v.UpdatedAt), v.Version)
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

// IssueByFingerprint returns the issue with that fingerprint.
func (i Issues) IssueByFingerprint(ctx context.Context, fingerprint string) (issues.Issue, error) {
	v, err := i.s.ent.Issue.Query().Where(issue.Fingerprint(fingerprint)).Only(ctx)
	if err != nil {
		return issues.Issue{}, notFound("issue", fingerprint, err)
	}
	return fromDBIssue(v)
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
	if f.Episode != "" {
		q.Where(issue.Episode(string(f.Episode)))
	}
	if f.Open != nil {
		q.Where(issue.Open(*f.Open))
	}
	rows, err := q.Limit(r.Size() + 1).All(ctx)
	if err != nil {
		return page.Page[issues.Issue]{}, fail("list issues", err)
	}
	out := make([]issues.Issue, len(rows))
	for n, row := range rows {
		if out[n], err = fromDBIssue(row); err != nil {
			return page.Page[issues.Issue]{}, err
		}
	}
	return page.Cut(r, whole, out, func(v issues.Issue) []string { return []string{string(v.ID)} }), nil
}

// UpdateIssue writes everything but what identifies it, conditional on Version.
func (i Issues) UpdateIssue(ctx context.Context, v issues.Issue) error {
	labels, comments, err := toDBLists(v)
	if err != nil {
		return err
	}
	n, err := i.s.ent.Issue.Update().Where(issue.ID(string(v.ID)), issue.Version(v.Version)).
		SetServiceID(string(v.Service)).SetSubject(string(v.Subject)).SetEpisode(string(v.Episode)).
		SetRepository(v.Repository).SetTitle(v.Title).SetBody(v.Body).SetLabels(labels).SetComments(comments).
		SetOpen(v.Open).SetState(string(v.State)).SetUpdatedAt(v.UpdatedAt).AddVersion(1).Save(ctx)
	return written("issue", v.ID, n, gone(err), func() (bool, error) {
		return i.s.ent.Issue.Query().Where(issue.ID(string(v.ID))).Exist(ctx)
	})
}

func toDBLists(v issues.Issue) (labels []string, comments json.RawMessage, err error) {
	labels = v.Labels
	if labels == nil {
		labels = []string{}
	}
	wanted := v.Comments
	if wanted == nil {
		wanted = []issues.Comment{}
	}
	comments, err = json.Marshal(wanted)
	return labels, comments, fail("spell comments", err)
}

func fromDBIssue(v *db.Issue) (issues.Issue, error) {
	out := issues.Issue{
		ID:          id.ID(v.ID),
		Kind:        issues.Kind(v.Kind),
		Fingerprint: v.Fingerprint,
		Service:     id.ID(v.ServiceID),
		Subject:     id.ID(v.Subject),
		Episode:     id.ID(v.Episode),
		Repository:  v.Repository,
		Title:       v.Title,
		Body:        v.Body,
		Labels:      v.Labels,
		Open:        v.Open,
		State:       issues.State(v.State),
		CreatedAt:   utc(v.CreatedAt),
		UpdatedAt:   utc(v.UpdatedAt),
		Version:     v.Version,
	}
	err := json.Unmarshal(v.Comments, &out.Comments)
	for i := range out.Comments {
		out.Comments[i].At = utc(out.Comments[i].At)
	}
	return out, fail("read comments", err)
}
