package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/measure"
)

const thinnedColumns = "indicator_id, group_value, start_s, end_s, step_s, data"

func scanThinned(rows *sql.Rows) (measure.ThinnedMonth, error) {
	var m measure.ThinnedMonth
	var start, end, step int64
	err := rows.Scan(&m.Indicator, &m.Group, &start, &end, &step, &m.Data)
	m.Start, m.End, m.Step = time.Unix(start, 0).UTC(), time.Unix(end, 0).UTC(), time.Duration(step)*time.Second
	return m, err
}

// Thinnable returns up to limit indicators after the given one, by ID, that have
// segments which start before the time.
func (m Measure) Thinnable(ctx context.Context, before time.Time, after id.ID, limit int) ([]id.ID, error) {
	var out []id.ID
	err := m.s.queryAll(ctx, `SELECT DISTINCT s.indicator_id FROM segments g JOIN series s ON s.id = g.series_id
 WHERE (g.span_s = 86400 AND g.start_s < $1 OR g.span_s = 3600 AND g.start_s < $2) AND s.indicator_id > $3 ORDER BY s.indicator_id LIMIT $4`,
		[]any{before.Unix(), before.Unix(), string(after), limit}, func(rows *sql.Rows) error {
			var one string
			err := rows.Scan(&one)
			out = append(out, id.ID(one))
			return err
		})
	return out, fail("look for measurements to thin", err)
}

// ThinnedLines returns what there is of thinned months of the indicators.
func (m Measure) ThinnedLines(ctx context.Context, indicators []id.ID) ([]measure.ThinnedLine, error) {
	var out []measure.ThinnedLine
	err := chunks(indicators, bulkRows, func(of []id.ID) error {
		args := make([]any, len(of))
		for i, v := range of {
			args[i] = string(v)
		}
		query := m.s.wanted(len(of), "indicator_id text") + `SELECT t.indicator_id, t.group_value, min(t.start_s), max(t.end_s)
 FROM wanted w CROSS JOIN thinned_months t WHERE t.indicator_id = w.indicator_id GROUP BY t.indicator_id, t.group_value`
		return m.s.queryAll(ctx, query, args, func(rows *sql.Rows) error {
			var line measure.ThinnedLine
			var since, until int64
			err := rows.Scan(&line.Indicator, &line.Group, &since, &until)
			line.Since, line.Until = time.Unix(since, 0).UTC(), time.Unix(until, 0).UTC()
			out = append(out, line)
			return err
		})
	})
	return out, fail("read what is thinned", err)
}

func (m Measure) thinned(ctx context.Context, condition string, args ...any) ([]measure.ThinnedMonth, error) {
	var out []measure.ThinnedMonth
	err := m.s.queryAll(ctx, "SELECT "+thinnedColumns+" FROM thinned_months WHERE "+condition, args, func(rows *sql.Rows) error {
		one, err := scanThinned(rows)
		out = append(out, one)
		return err
	})
	return out, fail("read thinned months", err)
}

// Thinned returns, by start, the months of the indicator and group that overlap [from, to).
func (m Measure) Thinned(ctx context.Context, indicator id.ID, group string, from, to time.Time) ([]measure.ThinnedMonth, error) {
	return m.thinned(ctx, "indicator_id = $1 AND group_value = $2 AND end_s > $3 AND start_s < $4 ORDER BY start_s",
		string(indicator), group, from.Unix(), to.Unix())
}

// ThinnedInHours returns up to limit months with slots of an hour that end at the time or before.
func (m Measure) ThinnedInHours(ctx context.Context, until time.Time, limit int) ([]measure.ThinnedMonth, error) {
	return m.thinned(ctx, "step_s = 3600 AND end_s <= $1 ORDER BY end_s, id LIMIT $2", until.Unix(), limit)
}

// PutThinned writes months over those of the same indicator, group and start.
func (m Measure) PutThinned(ctx context.Context, months []measure.ThinnedMonth) error {
	return m.s.InTx(ctx, func(ctx context.Context) error {
		return fail("write thinned months", chunks(months, bulkRows, func(months []measure.ThinnedMonth) error {
			args := make([]any, 0, 6*len(months))
			for _, t := range months {
				args = append(args, string(t.Indicator), t.Group, t.Start.Unix(), t.End.Unix(), seconds(t.Step), t.Data)
			}
			_, err := m.s.exec(ctx, "INSERT INTO thinned_months ("+thinnedColumns+") VALUES "+values(len(months), 6)+
				" ON CONFLICT (indicator_id, group_value, start_s) DO UPDATE SET end_s = excluded.end_s, step_s = excluded.step_s, data = excluded.data", args...)
			return gone(err)
		}))
	})
}

// PruneThinned removes up to limit months that end at the time or before.
func (m Measure) PruneThinned(ctx context.Context, until time.Time, limit int) (int, error) {
	n, err := m.s.exec(ctx, `DELETE FROM thinned_months WHERE id IN (SELECT id FROM thinned_months
 WHERE step_s = 86400 AND end_s <= $1 OR step_s = 3600 AND end_s <= $2 LIMIT $3)`, until.Unix(), until.Unix(), limit)
	return n, fail("prune thinned months", err)
}

// RemoveSegments removes up to limit of those of the indicator's series that end at the time
// or before.
func (m Measure) RemoveSegments(ctx context.Context, indicator id.ID, until time.Time, limit int) (int, error) {
	at := until.Unix()
	n, err := m.s.exec(ctx, `DELETE FROM segments WHERE id IN (SELECT g.id FROM segments g JOIN series s ON s.id = g.series_id WHERE s.indicator_id = $1
 AND (g.span_s = 86400 AND g.start_s <= $2 OR g.span_s = 3600 AND g.start_s <= $3) LIMIT $4)`,
		string(indicator), at-seconds(measure.DaySpan), at-seconds(measure.HourSpan), limit)
	return n, fail("remove thinned segments", err)
}
