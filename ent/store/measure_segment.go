package store

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/measure"
)

// rawKey is a segment's key as it is stored, and comparable.
type rawKey struct {
	series      string
	span, start int64
}

func raw(k measure.SegmentKey) rawKey {
	return rawKey{string(k.Series), seconds(k.Span), k.Start.Unix()}
}

func (k rawKey) key() measure.SegmentKey {
	return measure.SegmentKey{Series: id.ID(k.series), Start: time.Unix(k.start, 0).UTC(), Span: time.Duration(k.span) * time.Second}
}

func compareKeys(a, b rawKey) int {
	return cmp.Or(cmp.Compare(a.series, b.series), cmp.Compare(a.span, b.span), cmp.Compare(a.start, b.start))
}

// LockSegments inserts those that are absent and locks all. On SQLite the one
// writer is the lock, and PutSegments inserts. On PostgreSQL those that exist are
// locked before any is inserted, each in the order of the keys, so that two
// transactions seldom wait for each other; when they do, one is run again.
func (m Measure) LockSegments(ctx context.Context, keys []measure.SegmentKey) ([]measure.StoredSegment, error) {
	sorted := make([]rawKey, len(keys))
	for i, k := range keys {
		sorted[i] = raw(k)
	}
	slices.SortFunc(sorted, compareKeys)
	sorted = slices.Compact(sorted)
	found := make(map[rawKey][]byte, len(sorted))
	err := m.s.InTx(ctx, func(ctx context.Context) error {
		clear(found)
		if err := m.readSegments(ctx, sorted, true, found); err != nil || !m.s.postgres() {
			return err
		}
		var missing []rawKey
		for _, k := range sorted {
			if _, ok := found[k]; !ok {
				missing = append(missing, k)
			}
		}
		if len(missing) == 0 {
			return nil
		}
		if err := m.insertSegments(ctx, missing); err != nil {
			return err
		}
		// Some may be another's, which committed since.
		return m.readSegments(ctx, missing, true, found)
	})
	if err != nil {
		return nil, err
	}
	out := make([]measure.StoredSegment, len(keys))
	for i, k := range keys {
		out[i] = measure.StoredSegment{SegmentKey: k, Data: found[raw(k)]}
	}
	return out, nil
}

func (m Measure) insertSegments(ctx context.Context, keys []rawKey) error {
	err := chunks(keys, bulkRows, func(keys []rawKey) error {
		_, err := m.s.exec(ctx, "INSERT INTO segments (series_id, span_s, start_s) VALUES "+values(len(keys), 3)+
			" ON CONFLICT (series_id, span_s, start_s) DO NOTHING", rawArguments(keys)...)
		return gone(err)
	})
	return fail("insert segments", err)
}

func rawArguments(keys []rawKey) []any {
	args := make([]any, 0, 3*len(keys))
	for _, k := range keys {
		args = append(args, k.series, k.span, k.start)
	}
	return args
}

// readSegments reads those of the keys that exist.
func (m Measure) readSegments(ctx context.Context, keys []rawKey, lock bool, into map[rawKey][]byte) error {
	err := chunks(keys, bulkRows, func(keys []rawKey) error {
		query := m.s.wanted(len(keys), "series_id text", "span_s bigint", "start_s bigint") +
			`SELECT g.series_id, g.span_s, g.start_s, g.data FROM wanted w CROSS JOIN segments g
 WHERE g.series_id = w.series_id AND g.span_s = w.span_s AND g.start_s = w.start_s`
		if lock && m.s.postgres() {
			query += " ORDER BY g.series_id, g.span_s, g.start_s FOR UPDATE OF g"
		}
		return m.s.queryAll(ctx, query, rawArguments(keys), func(rows *sql.Rows) error {
			var k rawKey
			var data []byte
			err := rows.Scan(&k.series, &k.span, &k.start, &data)
			into[k] = data
			return err
		})
	})
	return fail("read segments", err)
}

// PutSegments writes segments and notes a change for each.
func (m Measure) PutSegments(ctx context.Context, segments []measure.StoredSegment) error {
	return m.s.InTx(ctx, func(ctx context.Context) error {
		sorted := slices.Clone(segments)
		slices.SortFunc(sorted, func(a, b measure.StoredSegment) int { return compareKeys(raw(a.SegmentKey), raw(b.SegmentKey)) })
		return fail("write segments", chunks(sorted, bulkRows, func(segments []measure.StoredSegment) error {
			args := make([]any, 0, 4*len(segments))
			keys := make([]rawKey, len(segments))
			for i, g := range segments {
				keys[i] = raw(g.SegmentKey)
				args = append(args, keys[i].series, keys[i].span, keys[i].start, g.Data)
			}
			_, err := m.s.exec(ctx, "INSERT INTO segments (series_id, span_s, start_s, data) VALUES "+values(len(segments), 4)+
				" ON CONFLICT (series_id, span_s, start_s) DO UPDATE SET data = excluded.data", args...)
			if err != nil {
				return gone(err)
			}
			_, err = m.s.exec(ctx, "INSERT INTO segment_changes (series_id, span_s, start_s) VALUES "+values(len(keys), 3), rawArguments(keys)...)
			return err
		}))
	})
}

// Segments returns, by series and start, those of the series that overlap [from, to).
func (m Measure) Segments(ctx context.Context, series []id.ID, from, to time.Time) ([]measure.StoredSegment, error) {
	return m.segments(ctx, series, from, to)
}

func (m Measure) segments(ctx context.Context, series []id.ID, from, to time.Time) ([]measure.StoredSegment, error) {
	var out []measure.StoredSegment
	err := chunks(slices.Sorted(slices.Values(series)), bulkRows, func(of []id.ID) error {
		args := make([]any, 0, len(of)+4)
		for _, v := range of {
			args = append(args, string(v))
		}
		// A segment overlaps when it starts before to and its start is after from
		// less its span. Each span is asked for by itself, so that the index is
		// bounded on both sides.
		n := len(of)
		args = append(args, from.Unix()-seconds(measure.DaySpan), to.Unix(), from.Unix()-seconds(measure.HourSpan), to.Unix())
		query := m.s.wanted(n, "series_id text") + overlapping("86400", n+1) + " UNION ALL " + overlapping("3600", n+3) + " ORDER BY 1, 3"
		return m.s.queryAll(ctx, query, args, func(rows *sql.Rows) error {
			var k rawKey
			var data []byte
			if err := rows.Scan(&k.series, &k.span, &k.start, &data); err != nil {
				return err
			}
			out = append(out, measure.StoredSegment{SegmentKey: k.key(), Data: data})
			return nil
		})
	})
	return out, fail("read segments", err)
}

// overlapping asks for the segments of a span that start between the parameter
// with that number and the next, both exclusive.
func overlapping(span string, parameter int) string {
	return fmt.Sprintf(`SELECT g.series_id, g.span_s, g.start_s, g.data FROM wanted w CROSS JOIN segments g
 WHERE g.series_id = w.series_id AND g.span_s = %s AND g.start_s > $%d AND g.start_s < $%d AND g.data IS NOT NULL`, span, parameter, parameter+1)
}

// Oldest returns the oldest segment of each span that each of the series has.
func (m Measure) Oldest(ctx context.Context, series []id.ID) ([]measure.StoredSegment, error) {
	const oldest = `SELECT g.series_id, g.span_s, g.start_s, g.data FROM wanted w CROSS JOIN segments g
 WHERE g.series_id = w.series_id AND g.span_s = %[1]s AND g.start_s =
 (SELECT min(x.start_s) FROM segments x WHERE x.series_id = w.series_id AND x.span_s = %[1]s AND x.data IS NOT NULL)`
	var out []measure.StoredSegment
	err := chunks(series, bulkRows, func(of []id.ID) error {
		args := make([]any, len(of))
		for i, v := range of {
			args[i] = string(v)
		}
		query := m.s.wanted(len(of), "series_id text") + fmt.Sprintf(oldest, "86400") + " UNION ALL " + fmt.Sprintf(oldest, "3600")
		return m.s.queryAll(ctx, query, args, func(rows *sql.Rows) error {
			var k rawKey
			var data []byte
			err := rows.Scan(&k.series, &k.span, &k.start, &data)
			out = append(out, measure.StoredSegment{SegmentKey: k.key(), Data: data})
			return err
		})
	})
	return out, fail("read the oldest segments", err)
}

// SegmentsAt returns those of the keys that exist, in the order asked for.
func (m Measure) SegmentsAt(ctx context.Context, keys []measure.SegmentKey) ([]measure.StoredSegment, error) {
	wanted := make([]rawKey, len(keys))
	for i, k := range keys {
		wanted[i] = raw(k)
	}
	found := make(map[rawKey][]byte, len(keys))
	if err := m.readSegments(ctx, wanted, false, found); err != nil {
		return nil, err
	}
	out := make([]measure.StoredSegment, 0, len(keys))
	for i, k := range keys {
		if data := found[wanted[i]]; data != nil {
			out = append(out, measure.StoredSegment{SegmentKey: k, Data: data})
		}
	}
	return out, nil
}

// Changes returns up to limit notes, the oldest first.
func (m Measure) Changes(ctx context.Context, limit int) ([]measure.Change, error) {
	var out []measure.Change
	err := m.s.queryAll(ctx, "SELECT id, series_id, span_s, start_s FROM segment_changes ORDER BY id LIMIT $1", []any{limit}, func(rows *sql.Rows) error {
		var n int64
		var k rawKey
		err := rows.Scan(&n, &k.series, &k.span, &k.start)
		out = append(out, measure.Change{ID: n, SegmentKey: k.key()})
		return err
	})
	return out, fail("read changes", err)
}

// RemoveChanges removes exactly these notes.
func (m Measure) RemoveChanges(ctx context.Context, notes []int64) error {
	return m.s.InTx(ctx, func(ctx context.Context) error {
		return fail("remove changes", chunks(notes, bulkRows, func(notes []int64) error {
			args := make([]any, len(notes))
			for i, n := range notes {
				args[i] = n
			}
			text := values(1, len(notes))
			_, err := m.s.exec(ctx, "DELETE FROM segment_changes WHERE id IN "+text, args...)
			return err
		}))
	})
}

// PruneSegments removes up to limit segments that end before the time.
func (m Measure) PruneSegments(ctx context.Context, before time.Time, limit int) (int, error) {
	at := before.Unix()
	n, err := m.s.exec(ctx, `DELETE FROM segments WHERE id IN (SELECT id FROM segments
 WHERE span_s = 86400 AND start_s <= $1 OR span_s = 3600 AND start_s <= $2 LIMIT $3)`,
		at-seconds(measure.DaySpan), at-seconds(measure.HourSpan), limit)
	return n, fail("prune segments", err)
}
