package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/measure"
)

// Measure is the store of package measure.
type Measure struct{ s *Store }

var _ measure.Store = Measure{}

// Measure returns the view of the store that package measure declares.
func (s *Store) Measure() Measure { return Measure{s} }

const seriesColumns = "s.id, s.indicator_id, s.reporter, s.group_value, s.resolution_s, s.folded_until, s.created_at"

func scanSeries(rows *sql.Rows) (measure.Series, error) {
	var s measure.Series
	var resolution int64
	err := rows.Scan(&s.ID, &s.Indicator, &s.Reporter, &s.Group, &resolution, &s.FoldedUntil, &s.CreatedAt)
	s.Resolution = time.Duration(resolution) * time.Second
	s.FoldedUntil, s.CreatedAt = utc(s.FoldedUntil), utc(s.CreatedAt)
	return s, err
}

// seriesKey is what a series is asked for by.
type seriesKey struct {
	indicator id.ID
	reporter  string
	group     string
}

func keyOf(s measure.Series) seriesKey { return seriesKey{s.Indicator, s.Reporter, s.Group} }

// FindSeries returns the series of each (indicator, reporter, group), held as by
// EnsureSeries, and the zero Series for those that do not exist.
func (m Measure) FindSeries(ctx context.Context, want []measure.Series) ([]measure.Series, error) {
	found := make(map[seriesKey]measure.Series, len(want))
	if err := m.findSeries(ctx, distinctSeries(want), found); err != nil {
		return nil, err
	}
	out := make([]measure.Series, len(want))
	for i, s := range want {
		out[i] = found[keyOf(s)]
	}
	return out, nil
}

// distinctSeries are the series once each, in the order in which all insert them.
func distinctSeries(want []measure.Series) []measure.Series {
	sorted := slices.Clone(want)
	slices.SortFunc(sorted, func(a, b measure.Series) int {
		return cmp.Or(cmp.Compare(a.Indicator, b.Indicator), cmp.Compare(a.Reporter, b.Reporter), cmp.Compare(a.Group, b.Group))
	})
	return slices.CompactFunc(sorted, func(a, b measure.Series) bool { return keyOf(a) == keyOf(b) })
}

// EnsureSeries returns the series of each (indicator, reporter, group), made when absent.
// On PostgreSQL they are locked against Fold, in one order, until the transaction
// ends.
func (m Measure) EnsureSeries(ctx context.Context, want []measure.Series) ([]measure.Series, error) {
	sorted := distinctSeries(want)
	found := make(map[seriesKey]measure.Series, len(sorted))
	err := m.s.InTx(ctx, func(ctx context.Context) error {
		clear(found)
		if err := m.findSeries(ctx, sorted, found); err != nil {
			return err
		}
		var missing []measure.Series
		for _, s := range sorted {
			if _, ok := found[keyOf(s)]; !ok {
				missing = append(missing, s)
			}
		}
		if err := m.insertSeries(ctx, missing); err != nil {
			return err
		}
		return m.findSeries(ctx, missing, found)
	})
	if err != nil {
		return nil, err
	}
	out := make([]measure.Series, len(want))
	for i, s := range want {
		there, ok := found[keyOf(s)]
		if !ok {
			return nil, fail("make series", errors.New("one that was inserted is not there"))
		}
		out[i] = there
	}
	return out, nil
}

func (m Measure) findSeries(ctx context.Context, of []measure.Series, into map[seriesKey]measure.Series) error {
	err := chunks(of, bulkRows, func(of []measure.Series) error {
		args := make([]any, 0, 3*len(of))
		for _, s := range of {
			args = append(args, string(s.Indicator), s.Reporter, s.Group)
		}
		query := m.s.wanted(len(of), "indicator_id text", "reporter text", "group_value text") +
			"SELECT " + seriesColumns + " FROM wanted w CROSS JOIN series s WHERE s.indicator_id = w.indicator_id AND s.reporter = w.reporter AND s.group_value = w.group_value"
		if m.s.postgres() {
			query += " ORDER BY s.id FOR SHARE OF s"
		}
		return m.s.queryAll(ctx, query, args, func(rows *sql.Rows) error {
			s, err := scanSeries(rows)
			into[keyOf(s)] = s
			return err
		})
	})
	return fail("read series", err)
}

func (m Measure) insertSeries(ctx context.Context, missing []measure.Series) error {
	err := chunks(missing, bulkRows, func(missing []measure.Series) error {
		args := make([]any, 0, 7*len(missing))
		for _, s := range missing {
			args = append(args, string(s.ID), string(s.Indicator), s.Reporter, s.Group, seconds(s.Resolution), clock.Round(s.FoldedUntil), clock.Round(s.CreatedAt))
		}
		_, err := m.s.exec(ctx, "INSERT INTO series (id, indicator_id, reporter, group_value, resolution_s, folded_until, created_at) VALUES "+
			values(len(missing), 7)+" ON CONFLICT (indicator_id, reporter, group_value) DO NOTHING", args...)
		return gone(err)
	})
	return fail("write series", err)
}

// Series returns all series of the indicators, by indicator, reporter and group.
func (m Measure) Series(ctx context.Context, indicators []id.ID) ([]measure.Series, error) {
	return m.seriesOf(ctx, indicators, "")
}

// SeriesInUse returns those that were folded since the time or have a segment that
// ends after it, by indicator, reporter and group.
func (m Measure) SeriesInUse(ctx context.Context, indicators []id.ID, since time.Time) ([]measure.Series, error) {
	at := since.Unix()
	return m.seriesOf(ctx, indicators, ` AND (s.folded_until >= %s
 OR EXISTS (SELECT 1 FROM segments g WHERE g.series_id = s.id AND g.span_s = 3600 AND g.start_s > %s)
 OR EXISTS (SELECT 1 FROM segments g WHERE g.series_id = s.id AND g.span_s = 86400 AND g.start_s > %s))`,
		clock.Round(since), at-seconds(measure.HourSpan), at-seconds(measure.DaySpan))
}

// seriesOf returns the series of the indicators for which the condition holds, in
// which each %s stands for the next argument.
func (m Measure) seriesOf(ctx context.Context, indicators []id.ID, condition string, args ...any) ([]measure.Series, error) {
	var out []measure.Series
	err := chunks(indicators, bulkRows, func(of []id.ID) error {
		var c conditions
		for _, v := range of {
			c.args = append(c.args, string(v))
		}
		c.add("s.indicator_id = w.indicator_id"+condition, args...)
		query := m.s.wanted(len(of), "indicator_id text") +
			"SELECT " + seriesColumns + " FROM wanted w CROSS JOIN series s" + c.where() + " ORDER BY s.indicator_id, s.reporter, s.group_value"
		return m.s.queryAll(ctx, query, c.args, func(rows *sql.Rows) error {
			s, err := scanSeries(rows)
			out = append(out, s)
			return err
		})
	})
	return out, fail("read series", err)
}

// LockIndicators locks the rows on PostgreSQL, in one order; on SQLite the one
// writer is the lock. It does not keep others from referring to them.
func (m Measure) LockIndicators(ctx context.Context, indicators []id.ID) error {
	if !m.s.postgres() {
		return nil
	}
	err := chunks(slices.Sorted(slices.Values(indicators)), bulkRows, func(of []id.ID) error {
		args := make([]any, len(of))
		for i, v := range of {
			args[i] = string(v)
		}
		return m.s.queryAll(ctx, "SELECT id FROM indicators WHERE id IN "+values(1, len(of))+" ORDER BY id FOR NO KEY UPDATE", args,
			func(rows *sql.Rows) error { return nil })
	})
	return fail("lock indicators", err)
}

// PruneSeries removes up to limit series that were last folded before the time
// and have no segments. On PostgreSQL they are locked first, but for those that
// somebody ingests into, and looked at again: a segment may have come before the
// lock did.
func (m Measure) PruneSeries(ctx context.Context, before time.Time, limit int) (int, error) {
	const empty = "NOT EXISTS (SELECT 1 FROM segments g WHERE g.series_id = s.id)"
	removed := 0
	err := m.s.InTx(ctx, func(ctx context.Context) error {
		removed = 0
		query := "SELECT s.id FROM series s WHERE s.folded_until < $1 AND " + empty + " ORDER BY s.folded_until, s.id LIMIT $2"
		if m.s.postgres() {
			query += " FOR UPDATE SKIP LOCKED"
		}
		var ids []any
		err := m.s.queryAll(ctx, query, []any{clock.Round(before), limit}, func(rows *sql.Rows) error {
			var one string
			err := rows.Scan(&one)
			ids = append(ids, one)
			return err
		})
		if err != nil {
			return err
		}
		return chunks(ids, bulkRows, func(ids []any) error {
			n, err := m.s.exec(ctx, "DELETE FROM series AS s WHERE s.id IN "+values(1, len(ids))+" AND "+empty, ids...)
			removed += n
			return err
		})
	})
	return removed, fail("prune series", err)
}

// Foldable returns up to limit series with hours before the time.
func (m Measure) Foldable(ctx context.Context, before time.Time, limit int) ([]measure.Series, error) {
	var out []measure.Series
	query := "SELECT " + seriesColumns + ` FROM series s WHERE s.folded_until < $1
 AND EXISTS (SELECT 1 FROM segments g WHERE g.series_id = s.id AND g.span_s = 3600 AND g.start_s < $2)
ORDER BY s.folded_until, s.id LIMIT $3`
	err := m.s.queryAll(ctx, query, []any{clock.Round(before), before.Unix(), limit}, func(rows *sql.Rows) error {
		s, err := scanSeries(rows)
		out = append(out, s)
		return err
	})
	return out, fail("look for series to fold", err)
}

// Fold replaces the hours of the series before until by days, and notes a change
// of each day: the hour that an earlier note names is not there any more.
func (m Measure) Fold(ctx context.Context, series id.ID, until time.Time, build func(hours []measure.StoredSegment) ([]measure.StoredSegment, error)) error {
	return m.s.InTx(ctx, func(ctx context.Context) error {
		query := "SELECT folded_until FROM series WHERE id = $1"
		if m.s.postgres() {
			query += " FOR NO KEY UPDATE" // waits for those who ingest, and they for this
		}
		var from time.Time
		err := m.s.queryOne(ctx, query, []any{string(series)}, &from)
		if errors.Is(err, sql.ErrNoRows) {
			return fault.Missing("series", string(series))
		}
		if err != nil {
			return fail("lock a series", err)
		}
		if from = utc(from); !from.Before(until) {
			return nil
		}
		parts, err := m.segments(ctx, []id.ID{series}, from, until)
		if err != nil {
			return err
		}
		days, err := build(parts)
		if err != nil {
			return err
		}
		if _, err := m.s.exec(ctx, "DELETE FROM segments WHERE series_id = $1 AND span_s = 3600 AND start_s < $2", string(series), until.Unix()); err != nil {
			return fail("remove folded hours", err)
		}
		if err := m.PutSegments(ctx, days); err != nil {
			return err
		}
		_, err = m.s.exec(ctx, "UPDATE series SET folded_until = $1 WHERE id = $2", clock.Round(until), string(series))
		return fail("move the fold of a series", err)
	})
}

// seconds is a duration as it is stored.
func seconds(d time.Duration) int64 { return int64(d / time.Second) }
