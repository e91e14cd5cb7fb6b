package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/scorecards/drift"
)

// SeenAt returns when each repository that was seen was.
func (d Drifts) SeenAt(ctx context.Context) (map[string]time.Time, error) {
	out := map[string]time.Time{}
	err := d.s.queryAll(ctx, "SELECT name, seen_at FROM tracker_repositories", nil, func(rows *sql.Rows) error {
		var name string
		var at time.Time
		err := rows.Scan(&name, &at)
		out[name] = utc(at)
		return err
	})
	return out, fail("read when repositories were seen", err)
}

// Seen returns what was seen of the repositories.
func (d Drifts) Seen(ctx context.Context, names []string) (map[string]drift.Seen, error) {
	out := map[string]drift.Seen{}
	err := chunks(names, bulkRows, func(some []string) error {
		var c conditions
		c.in("name", some)
		return d.s.queryAll(ctx, "SELECT name, seen_at, archived, file, owners, etag, problem FROM tracker_repositories"+c.where(), c.args, func(rows *sql.Rows) error {
			var v drift.Seen
			err := rows.Scan(&v.Name, &v.At, &v.Archived, &v.Owners.Path, &v.Owners.Text, &v.Owners.ETag, &v.Problem)
			v.At = utc(v.At)
			out[v.Name] = v
			return err
		})
	})
	return out, fail("read what was seen of repositories", err)
}

// PutSeen writes what was seen of one, whether it was seen before or not.
func (d Drifts) PutSeen(ctx context.Context, v drift.Seen) error {
	_, err := d.s.exec(ctx, "INSERT INTO tracker_repositories (name, seen_at, archived, file, owners, etag, problem) VALUES "+values(1, 7)+
		" ON CONFLICT (name) DO UPDATE SET seen_at = excluded.seen_at, archived = excluded.archived, file = excluded.file, owners = excluded.owners, etag = excluded.etag, problem = excluded.problem",
		v.Name, clock.Round(v.At), v.Archived, v.Owners.Path, v.Owners.Text, v.Owners.ETag, v.Problem)
	return fail("write what was seen of a repository", err)
}

// ForgetSeen removes what was seen of the repositories.
func (d Drifts) ForgetSeen(ctx context.Context, names []string) error {
	return fail("forget repositories", chunks(names, bulkRows, func(some []string) error {
		_, err := d.s.exec(ctx, "DELETE FROM tracker_repositories WHERE name IN "+values(1, len(some)), arguments(some)...)
		return err
	}))
}

// MembersOf returns who is in each of the teams.
func (r Registry) MembersOf(ctx context.Context, teams []id.ID) (map[id.ID][]id.ID, error) {
	out := map[id.ID][]id.ID{}
	err := r.s.each(ctx, teams, func(c *conditions, some []string) string {
		c.in("team_id", some)
		return "SELECT team_id, person_id FROM members" + c.where()
	}, func(rows *sql.Rows) error {
		var team, person id.ID
		err := rows.Scan(&team, &person)
		out[team] = append(out[team], person)
		return err
	})
	return out, fail("read who is in teams", err)
}
