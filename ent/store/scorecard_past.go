package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/scorecards"
)

// weekOf is the ISO week of a day, "2026-W48".
func weekOf(d clock.Date) string {
	year, week := d.Time().ISOWeek()
	return fmt.Sprintf("%04d-W%02d", year, week)
}

// monthOf is the month of a day, "2026-11".
func monthOf(d clock.Date) string { return string(d[:min(7, len(d))]) }

// WriteDays inserts or replaces the days.
func (c Scorecards) WriteDays(ctx context.Context, days []scorecards.Day) error {
	const columns = 12
	return fail("write days of scorecards", chunks(days, bulkRows, func(some []scorecards.Day) error {
		args := make([]any, 0, columns*len(some))
		for _, d := range some {
			args = append(args, string(d.Scorecard), string(d.Service), string(d.Revision), d.Level, d.Passed, d.Counted, d.PassedWeight, d.CountedWeight, d.Outcomes,
				string(d.Day), weekOf(d.Day), monthOf(d.Day))
		}
		_, err := c.s.exec(ctx, `INSERT INTO scorecard_days (scorecard_id, service_id, revision_id, level, passed, counted, passed_weight, counted_weight, outcomes, day, week, month) VALUES `+
			values(len(some), columns)+` ON CONFLICT (scorecard_id, service_id, day) DO UPDATE SET revision_id = excluded.revision_id, level = excluded.level, passed = excluded.passed, counted = excluded.counted,
 passed_weight = excluded.passed_weight, counted_weight = excluded.counted_weight, outcomes = excluded.outcomes`, args...)
		return gone(err)
	}))
}

// Days returns what came of the service from the day on, and the last before it, by day.
func (c Scorecards) Days(ctx context.Context, scorecard, service id.ID, from clock.Date) ([]scorecards.Day, error) {
	var out []scorecards.Day
	err := c.s.queryAll(ctx, "SELECT "+sheetColumns("d")+`, d.day FROM scorecard_days d WHERE d.scorecard_id = $1 AND d.service_id = $2
 AND d.day >= COALESCE((SELECT MAX(b.day) FROM scorecard_days b WHERE b.scorecard_id = $1 AND b.service_id = $2 AND b.day < $3), $3) ORDER BY d.day`,
		[]any{string(scorecard), string(service), string(from)}, func(rows *sql.Rows) error {
			var d scorecards.Day
			err := rows.Scan(&d.Scorecard, &d.Service, &d.Revision, &d.Level, &d.Passed, &d.Counted, &d.PassedWeight, &d.CountedWeight, &d.Outcomes, &d.Day)
			out = append(out, d)
			return err
		})
	return out, fail("read days of scorecards", err)
}

// ThinDays removes of each service, before the day, all but the last of each time of that grain.
func (c Scorecards) ThinDays(ctx context.Context, before clock.Date, grain scorecards.Grain, limit int) (int, error) {
	n, err := c.thin(ctx, "scorecard_days", "l.service_id = d.service_id", before, grain, limit)
	return n, fail("thin days of scorecards", err)
}

// ThinTallies is ThinDays of tallies.
func (c Scorecards) ThinTallies(ctx context.Context, before clock.Date, grain scorecards.Grain, limit int) (int, error) {
	n, err := c.thin(ctx, "scorecard_tallies", "l.scope = d.scope AND l.scope_id = d.scope_id", before, grain, limit)
	return n, fail("thin sums of scorecards", err)
}

func (c Scorecards) thin(ctx context.Context, table, same string, before clock.Date, grain scorecards.Grain, limit int) (int, error) {
	column := "week"
	if grain == scorecards.Monthly {
		column = "month"
	}
	return c.s.exec(ctx, "DELETE FROM "+table+" WHERE id IN (SELECT d.id FROM "+table+" d WHERE d.day < $1 AND EXISTS (SELECT 1 FROM "+table+
		" l WHERE l.scorecard_id = d.scorecard_id AND "+same+" AND l.day > d.day AND l.day < $1 AND l."+column+" = d."+column+") LIMIT $2)", string(before), limit)
}

// WriteTallies inserts or replaces the day's.
func (c Scorecards) WriteTallies(ctx context.Context, tallies []scorecards.Tally) error {
	const columns = 7
	return fail("write sums of scorecards", chunks(tallies, bulkRows, func(some []scorecards.Tally) error {
		args := make([]any, 0, columns*len(some))
		for _, t := range some {
			sums, err := json.Marshal(t.Sums)
			if err != nil {
				return err
			}
			args = append(args, string(t.Scorecard), string(t.Scope.Kind), string(t.Scope.ID), string(t.Day), weekOf(t.Day), monthOf(t.Day), sums)
		}
		_, err := c.s.exec(ctx, "INSERT INTO scorecard_tallies (scorecard_id, scope, scope_id, day, week, month, sums) VALUES "+
			values(len(some), columns)+" ON CONFLICT (scorecard_id, scope, scope_id, day) DO UPDATE SET sums = excluded.sums", args...)
		return gone(err)
	}))
}

// Tallies returns those of the scope from the day on, by day.
func (c Scorecards) Tallies(ctx context.Context, scorecard id.ID, scope scorecards.Scope, from clock.Date) ([]scorecards.Tally, error) {
	return c.tallies(ctx, " WHERE d.scorecard_id = $1 AND d.scope = $2 AND d.scope_id = $3 AND d.day >= $4 ORDER BY d.day", string(scorecard), string(scope.Kind), string(scope.ID), string(from))
}

// TalliesBy returns, of each scope of the kind, the last from the one day to the other.
func (c Scorecards) TalliesBy(ctx context.Context, scorecard id.ID, kind scorecards.ScopeKind, from, to clock.Date) ([]scorecards.Tally, error) {
	return c.tallies(ctx, ` JOIN (SELECT scope_id, MAX(day) AS day FROM scorecard_tallies WHERE scorecard_id = $1 AND scope = $2 AND day >= $3 AND day <= $4 GROUP BY scope_id) l
 ON l.scope_id = d.scope_id AND l.day = d.day WHERE d.scorecard_id = $1 AND d.scope = $2`, string(scorecard), string(kind), string(from), string(to))
}

func (c Scorecards) tallies(ctx context.Context, rest string, args ...any) ([]scorecards.Tally, error) {
	var out []scorecards.Tally
	err := c.s.queryAll(ctx, "SELECT d.scorecard_id, d.scope, d.scope_id, d.day, d.sums FROM scorecard_tallies d"+rest, args, func(rows *sql.Rows) error {
		var t scorecards.Tally
		var sums []byte
		if err := rows.Scan(&t.Scorecard, &t.Scope.Kind, &t.Scope.ID, &t.Day, &sums); err != nil {
			return err
		}
		if err := json.Unmarshal(sums, &t.Sums); err != nil {
			return err
		}
		out = append(out, t)
		return nil
	})
	return out, fail("read sums of scorecards", err)
}
