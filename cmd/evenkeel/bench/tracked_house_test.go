package bench

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/issues"
	"github.com/evenkeel/evenkeel/services/issues/delivery"
	"github.com/evenkeel/evenkeel/services/registry"
)

// What is tracked: as much as a large organisation has after a year.
const (
	trackedServices = 1000 // each with a repository of its own
	trackedIssues   = 100_000
	trackedOwners   = 10 // of repositories, each of which is a lane
	trackedTeams    = 20
	trackedDeadEach = 499 // one in so many is dead, in as many places as are dead
)

// tracking is a store with issues that are all on a tracker as they are wanted, and a
// pool of connections with the program's pragmas beside it.
type tracking struct {
	store    *store.Store
	database location
	bare     *sql.DB
	now      time.Time
	team     id.ID
	services []registry.Service
}

// tracked makes a database on which nothing is to be done. One of each table's rows
// is written by the program, and multiplied in the database.
func tracked(b *testing.B, at location) *tracking {
	b.Helper()
	s, err := store.Open(b.Context(), store.Options{URL: at.url, DataDir: at.dir, Logger: slog.New(slog.DiscardHandler)})
	check(b, err)
	b.Cleanup(func() { check(b, s.Close()) })
	check(b, s.Migrate(b.Context()))
	y := &yardstick{postgres: at.url != ""}
	bare, _ := y.pools(b, at)
	t := &tracking{store: s, database: at, bare: bare, now: clock.Round(time.Now())}
	t.organise(b)
	t.want(b)
	t.multiply(b)
	return t
}

// organise writes teams and services.
func (t *tracking) organise(b *testing.B) {
	b.Helper()
	r := t.store.Registry()
	check(b, t.store.InTx(b.Context(), func(ctx context.Context) error {
		var owners []id.ID
		for i := range trackedTeams {
			v := registry.Team{ID: id.New(t.now), Slug: teamSlug(i), CreatedAt: t.now, UpdatedAt: t.now, Version: 1}
			if err := r.CreateTeam(ctx, v); err != nil {
				return err
			}
			owners = append(owners, v.ID)
		}
		t.team = owners[0]
		for i := range trackedServices {
			if err := t.register(ctx, i, owners[i%trackedTeams]); err != nil {
				return err
			}
		}
		return nil
	}))
}

func (t *tracking) register(ctx context.Context, i int, team id.ID) error {
	v := registry.Service{ID: id.New(t.now), Slug: fmt.Sprintf("service-%05d", i), Team: team, CreatedAt: t.now, UpdatedAt: t.now, Version: 1, Profile: profile(i)}
	v.Repository = fmt.Sprintf("https://github.com/owner-%d/service-%05d", i%trackedOwners, i)
	t.services = append(t.services, v)
	return t.store.Registry().CreateService(ctx, v)
}

// want writes one issue, sent and settled.
func (t *tracking) want(b *testing.B) {
	b.Helper()
	year := t.now.AddDate(-1, 0, 0)
	i := issues.Issue{
		ID: "00000000000000000000000000", Kind: issues.KindBudgetViolation, Service: t.services[0].ID, Subject: id.New(t.now), Episode: id.New(t.now),
		Repository: t.services[0].Repository, Title: "Error budget of `service/availability` is overspent (137.00 %)",
		Labels: []string{"slo", "error-budget", issues.LabelRecovered}, Comments: []issues.Comment{{At: year, Body: strings.Repeat("It recovered. ", 20)}},
		CreatedAt: year, UpdatedAt: year, Version: 2,
	}
	i.Fingerprint = issues.Fingerprint(i.Kind, i.Service, i.Subject, "freeze", i.Episode)
	i.Body = strings.Repeat("What happened, in some words.\n", 40) + issues.Marker(i.Fingerprint)
	check(b, t.store.InTx(b.Context(), func(ctx context.Context) error {
		if _, err := t.store.Issues().CreateIssue(ctx, i); err != nil {
			return err
		}
		d := delivery.New(i, year)
		if err := t.store.Delivery().Call(ctx, d); err != nil {
			return err
		}
		d.State, d.Place, d.Number, d.URL, d.Attempts, d.OpenedAt, d.DueAt = delivery.Sent, "owner-0/service-00000", 1, i.Repository+"/issues/1", 1, &year, nil
		digest := strings.Repeat("0123456789abcdef", 4)
		d.Written = delivery.Written{
			Title: delivery.Text{Wanted: digest, Seen: digest}, Body: delivery.Text{Wanted: digest, Seen: digest},
			Labels:   map[string]delivery.Whose{"slo": delivery.Ours, "error-budget": delivery.Ours, issues.LabelRecovered: delivery.Ours},
			Settled:  delivery.Settled{Episode: i.Episode},
			Comments: 1, ETag: `W/"` + digest + `"`, From: []delivery.Place{d.Place}, FirstAt: year,
		}
		return t.store.Delivery().PutDelivery(ctx, d)
	}))
}

// multiply makes the others of the one: a hundred to each service, in turns, over a
// year, of which one in fifty is still wanted open.
func (t *tracking) multiply(b *testing.B) {
	b.Helper()
	db := t.filler(b)
	defer func() { check(b, db.Close()) }()
	exec := func(query string, args ...any) {
		b.Helper()
		_, err := db.ExecContext(b.Context(), query, args...)
		check(b, err)
	}
	at := "strftime('%Y-%m-%d %H:%M:%S+00:00', " + fmt.Sprint(t.now.AddDate(-1, 0, 0).Unix()) + " + 315 * n.n, 'unixepoch')"
	if t.database.url != "" {
		at = "to_timestamp(" + fmt.Sprint(t.now.AddDate(-1, 0, 0).Unix()) + " + 315 * n.n)"
	}
	exec("CREATE TEMP TABLE numbers AS WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < " + fmt.Sprint(trackedIssues-1) + ") SELECT n FROM numbers")
	exec("CREATE TEMP TABLE ranked AS SELECT id, slug, repository, CAST(row_number() OVER (ORDER BY slug) AS INTEGER) - 1 AS row FROM services")
	exec("CREATE INDEX ranked_row ON ranked (row)")
	const number = "CAST(1000000000 + n.n AS TEXT)" // ten digits in any case
	exec(fmt.Sprintf(`INSERT INTO issues (id, kind, fingerprint, service_id, subject, episode, repository, title, body, labels, assignees, comments, open, ending, created_at, updated_at, version)
SELECT '0000000000000000' || %[1]s, i.kind, substr(i.fingerprint, 1, 54) || %[1]s, r.id, 'subject' || CAST(n.n %% 10000 AS TEXT), substr(i.episode, 1, 16) || %[1]s,
r.repository, i.title, i.body, i.labels, i.assignees, i.comments, n.n %% 50 = 0, i.ending, %[2]s, %[2]s, i.version
FROM numbers n JOIN ranked r ON r.row = n.n %% %[3]d CROSS JOIN issues i ORDER BY n.n`, number, at, trackedServices))
	exec(fmt.Sprintf(`INSERT INTO deliveries (issue_id, kind, state, repository, number, url, outcome, holder, epoch, intent, written, attempts, failures, problem, because, opened_at, due_at, calls, created_at, updated_at, version)
SELECT '0000000000000000' || %[1]s, d.kind, d.state, substr(r.repository, 20), 1 + n.n / %[3]d, r.repository || '/issues/' || CAST(1 + n.n / %[3]d AS TEXT), d.outcome, d.holder, d.epoch,
d.intent, d.written, d.attempts, d.failures, d.problem, d.because, %[2]s, NULL, 1, %[2]s, %[2]s, d.version
FROM numbers n JOIN ranked r ON r.row = n.n %% %[3]d CROSS JOIN deliveries d ORDER BY n.n`, number, at, trackedServices))
	t.settle(b, exec)
}

// filler is one connection, which has the temporary tables.
func (t *tracking) filler(b *testing.B) *sql.DB {
	b.Helper()
	db, err := sql.Open("pgx", t.database.url)
	if t.database.url == "" {
		db, err = sql.Open("sqlite", "file:"+t.database.dir+"/"+store.FileName+"?_pragma=synchronous(OFF)&_pragma=cache_size(-200000)&_pragma=busy_timeout(5000)")
	}
	check(b, err)
	db.SetMaxOpenConns(1)
	return db
}

// settle has done what a database does by itself while rows come.
func (t *tracking) settle(b *testing.B, exec func(string, ...any)) {
	b.Helper()
	if t.database.url != "" {
		exec("VACUUM ANALYZE")
		return
	}
	exec("PRAGMA wal_checkpoint(TRUNCATE)")
}

// trouble has 200 dead, for ten reasons, and ten of each place due.
func (t *tracking) trouble(b *testing.B) {
	b.Helper()
	db := t.filler(b)
	defer func() { check(b, db.Close()) }()
	exec := func(query string, args ...any) {
		b.Helper()
		_, err := db.ExecContext(b.Context(), query, args...)
		check(b, err)
	}
	exec(fmt.Sprintf("UPDATE deliveries SET state = 'dead', problem = 'the repository is gone: ' || CAST(id / %d %% 10 AS TEXT) WHERE id %% %d = 7", trackedDeadEach, trackedDeadEach))
	exec(fmt.Sprintf("UPDATE deliveries SET due_at = created_at WHERE id / %d %% 10 = 3", trackedServices))
	t.settle(b, exec)
}

// locations are both databases, fresh.
func locations(b *testing.B, do func(b *testing.B, at location)) {
	b.Run("SQLite", func(b *testing.B) { do(b, location{dir: b.TempDir()}) })
	b.Run("PostgreSQL", func(b *testing.B) { do(b, location{url: storetest.PostgresURL(b), dir: b.TempDir()}) })
}

// drain reads all rows of a query as they come from the driver.
func drain(ctx context.Context, of *sql.Stmt, args ...any) error {
	rows, err := of.QueryContext(ctx, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return err
	}
	values := make([]any, len(columns))
	for i := range values {
		values[i] = new(any)
	}
	for rows.Next() {
		if err := rows.Scan(values...); err != nil {
			return err
		}
	}
	return rows.Err()
}
