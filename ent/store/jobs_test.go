package store_test

import (
	"database/sql"
	"strings"
	"testing"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/ent/storetest"
)

// A hundred thousand runs are kept where something runs every five seconds: none of
// what is asked again and again may look at each of them. What SQLite searches is
// told by its own plan; the identifiers of the newest are looked up aside.
func TestRunsAreFoundByIndexes(t *testing.T) {
	t.Parallel()
	_, reader := storetest.SQLite(t).Pools()
	for _, c := range []struct{ condition, index string }{
		{store.PrunableRuns, "jobrun_finished_at (finished_at<?)"},
		{store.PrunableRoutineRuns, "jobrun_routine (finished_at<?)"},
	} {
		rows, err := reader.QueryContext(t.Context(), "EXPLAIN QUERY PLAN SELECT id FROM job_runs WHERE "+c.condition+" LIMIT $2", "2026-01-01", 1000)
		if err != nil {
			t.Fatal(err)
		}
		plan := details(t, rows)
		if !strings.Contains(plan[0], "SEARCH job_runs USING INDEX "+c.index) {
			t.Errorf("%s is found by %q, want the index %s", c.condition, plan, c.index)
		}
	}
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
