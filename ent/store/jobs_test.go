package store_test

import (
	"database/sql"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/jobs"
)

// lookup is a statement that is asked again and again, and how SQLite is to find
// its runs.
type lookup struct {
	text string
	args []any
	by   string
}

func lookups(t *testing.T, s *store.Store) []lookup {
	t.Helper()
	const limited = " LIMIT $2"
	old := time.Date(2026, 3, 15, 0, 1, 0, 0, time.UTC)
	out := []lookup{
		{store.NewestRuns, nil, "jobrun_job_started_at_id (job=?)"},
		{"SELECT id FROM job_runs WHERE " + store.PrunableRuns + limited, []any{old, 1000}, "jobrun_finished_at (finished_at<?)"},
		{"SELECT id FROM job_runs WHERE " + store.PrunableRoutineRuns + limited, []any{old, 1000}, "jobrun_routine (finished_at<?)"},
	}
	for by, f := range map[string]jobs.RunFilter{
		"jobrun_job_started_at_id (job=?)":                   {Job: "sweep"},
		"jobrun_job_state_started_at_id (job=? AND state=?)": {Job: "sweep", States: []jobs.RunState{jobs.Failed, jobs.Abandoned}},
	} {
		asked := len(out)
		spied := s.Spied(func(text string, args []any) { out = append(out, lookup{text, args, by}) })
		if _, err := spied.Jobs().Runs(t.Context(), f, page.Request{Limit: 8}); err != nil {
			t.Fatal(err)
		}
		if len(out) == asked {
			t.Fatalf("no statement of %+v was seen", f)
		}
	}
	return out
}

// A hundred thousand runs are kept where something runs every five seconds: none of
// what is asked again and again may look at each of them, nor at each of a job. What
// SQLite searches is told by its own plan.
func TestSQLiteFindsRunsByIndexes(t *testing.T) {
	t.Parallel()
	s := storetest.SQLite(t)
	for _, l := range lookups(t, s) {
		plan := l.plan(t, s)
		if !slices.ContainsFunc(plan, func(line string) bool { return strings.HasSuffix(line, "INDEX "+l.by) }) {
			t.Errorf("%s is found by %q, want %s", l.text, plan, l.by)
		}
		for _, line := range plan {
			if walksThrough.MatchString(line) {
				t.Errorf("%s: %q in %q", l.text, line, plan)
			}
		}
	}
}

// walksThrough is a line of a plan that has every run looked at, or every one of a
// job sorted.
var walksThrough = regexp.MustCompile(`^SCAN (job_runs|r)\b|TEMP B-TREE`)

// What PostgreSQL reads is counted by itself.
func TestPostgreSQLFindsRunsByIndexes(t *testing.T) {
	t.Parallel()
	s := storetest.Postgres(t)
	writer, _ := s.Pools()
	for _, fill := range []string{
		`INSERT INTO job_runs (id, job, scheduled_at, started_at, finished_at, trigger, started_by, replica, epoch, state, result, error)
SELECT lpad(n::text, 26, '0'), CASE WHEN n % 2 = 0 THEN 'sweep' ELSE 'prune' END, at, at, at, 'schedule', 'schedule', 'one', 1, 'succeeded', '{}', ''
FROM (SELECT n, TIMESTAMPTZ '2026-03-15' + n * interval '5 seconds' AS at FROM generate_series(1, 20000) n) runs`,
		"VACUUM ANALYZE job_runs",
	} {
		if _, err := writer.ExecContext(t.Context(), fill); err != nil {
			t.Fatal(err)
		}
	}
	for _, l := range lookups(t, s) {
		if n, plan := l.read(t, s); n > 100 {
			t.Errorf("%s: %v rows are read of 20000 by %s", l.text, n, plan)
		}
	}
}

// plan is how SQLite finds it, in lines.
func (l lookup) plan(t *testing.T, s *store.Store) []string {
	t.Helper()
	_, reader := s.Pools()
	rows, err := reader.QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+l.text, l.args...)
	if err != nil {
		t.Fatal(err)
	}
	return details(t, rows)
}

// read is how many rows PostgreSQL reads for it, and by which plan.
func (l lookup) read(t *testing.T, s *store.Store) (rows float64, plan string) {
	t.Helper()
	writer, _ := s.Pools()
	var text []byte
	if err := writer.QueryRowContext(t.Context(), "EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) "+l.text, l.args...).Scan(&text); err != nil {
		t.Fatal(err)
	}
	var plans []struct{ Plan node }
	if err := json.Unmarshal(text, &plans); err != nil || len(plans) != 1 {
		t.Fatalf("%s: %v", text, err)
	}
	return plans[0].Plan.read(), string(text)
}

// node is a part of a plan of PostgreSQL's.
type node struct {
	Table   string  `json:"Relation Name"`
	Rows    float64 `json:"Actual Rows"` // of each loop
	Removed float64 `json:"Rows Removed by Filter"`
	Loops   float64 `json:"Actual Loops"`
	Plans   []node
}

// read is how many rows of tables were read for it.
func (n node) read() float64 {
	read := 0.0
	if n.Table != "" {
		read = (n.Rows + n.Removed) * n.Loops
	}
	for _, below := range n.Plans {
		read += below.read()
	}
	return read
}

// details are the lines of a plan.
func details(t *testing.T, rows *sql.Rows) []string {
	t.Helper()
	defer rows.Close()
	var out []string
	for rows.Next() {
		var id, parent, unused int
		var detail string
		if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
			t.Fatal(err)
		}
		out = append(out, detail)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}
