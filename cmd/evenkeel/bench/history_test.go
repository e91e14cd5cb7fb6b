package bench

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/segment"
)

// inSQLite opens the file of a fleet for those who write past the program.
func inSQLite(tb testing.TB, dir string) *sql.DB {
	tb.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, store.FileName)+
		"?_pragma=journal_mode(OFF)&_pragma=synchronous(OFF)&_pragma=cache_size(-200000)&_time_format=sqlite&_timezone=UTC")
	check(tb, err)
	return db
}

// fill gives the database a history that would take an hour to push: a series of
// each SLO with a segment of every day in its window and of today's hours. The
// segments are made by the program's code; only their way in is shorter.
func fill(tb testing.TB, w weighing) {
	tb.Helper()
	var db *sql.DB
	bytes := "BLOB"
	if w.URL == "" {
		db = inSQLite(tb, w.Dir)
	} else {
		var err error
		db, err = sql.Open("pgx", w.URL)
		check(tb, err)
		bytes = "bytea"
	}
	db.SetMaxOpenConns(1) // which has the temporary tables
	defer func() { check(tb, db.Close()) }()
	exec := func(query string, args ...any) {
		tb.Helper()
		_, err := db.ExecContext(tb.Context(), query, args...)
		check(tb, err)
	}
	exec("DROP INDEX segment_span_s_start_s") // pruning uses it, and it takes longest to fill
	now := weighedAt()
	today := now.Truncate(measure.DaySpan)
	exec(fmt.Sprintf("CREATE TEMP TABLE kept AS SELECT id, created_at FROM slos ORDER BY id LIMIT %d", w.SLOs))
	exec("UPDATE slos SET retired_at = $1 WHERE id NOT IN (SELECT id FROM kept)", now)
	exec("UPDATE slo_revisions SET time_window = $1", fmt.Sprintf("%dd", w.Days))
	exec("UPDATE indicators SET resolution_s = $1", int(w.Resolution/time.Second))
	exec(`INSERT INTO series (id, reporter, group_value, resolution_s, folded_until, created_at, indicator_id)
SELECT i.id, 'default', '', i.resolution_s, k.created_at, k.created_at, i.id FROM indicators i JOIN kept k ON k.id = i.slo_id`)
	exec("UPDATE series SET folded_until = $1", today)
	exec("CREATE TEMP TABLE sample (n INTEGER PRIMARY KEY, day " + bytes + ", hour " + bytes + ")")
	const samples = 7
	for n := range samples {
		exec("INSERT INTO sample VALUES ($1, $2, $3)", n, busy(tb, w.Resolution, measure.DaySpan, n), busy(tb, w.Resolution, measure.HourSpan, n))
	}
	exec("CREATE TEMP TABLE numbered AS SELECT id, row_number() OVER (ORDER BY id) AS row FROM series")
	exec(fmt.Sprintf(`WITH RECURSIVE days(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM days WHERE n < %d)
INSERT INTO segments (series_id, span_s, start_s, data)
SELECT s.id, 86400, %d + 86400 * d.n, p.day FROM numbered s CROSS JOIN days d JOIN sample p ON p.n = (s.row + d.n) %% 7 ORDER BY s.id, d.n`,
		w.Days, today.AddDate(0, 0, -w.Days-1).Unix()))
	exec(fmt.Sprintf(`WITH RECURSIVE hours(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM hours WHERE n < %d)
INSERT INTO segments (series_id, span_s, start_s, data)
SELECT s.id, 3600, %d + 3600 * h.n, p.hour FROM numbered s CROSS JOIN hours h JOIN sample p ON p.n = (s.row + h.n) %% 7 ORDER BY s.id, h.n`,
		now.Hour()-1, today.Unix()))
	if w.URL != "" {
		exec("ANALYZE") // which it would have done by itself while they came
	}
}

// busy is a segment whose every slot has about ten thousand events.
func busy(tb testing.TB, resolution, span time.Duration, n int) []byte {
	tb.Helper()
	slots := make([]segment.Slot, span/resolution)
	for i := range slots {
		total := int64(10_000 + (i*7+n*13)%3000)
		slots[i] = segment.Slot{Index: i, Good: (total - int64(i+n)%20) * 1000, Total: total * 1000}
	}
	packed, _, err := segment.Merge(segment.New(resolution, len(slots)), slots)
	check(tb, err)
	return packed.Bytes()
}
