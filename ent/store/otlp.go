package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/measure/otlp"
)

// OTLP is the store of package otlp.
type OTLP struct{ s *Store }

var _ otlp.Store = OTLP{}

// OTLP returns the view of the store that package otlp declares.
func (s *Store) OTLP() OTLP { return OTLP{s} }

// TeamsOf returns the teams that a person is a member of.
func (o OTLP) TeamsOf(ctx context.Context, person id.ID) ([]id.ID, error) {
	var out []id.ID
	err := o.s.queryAll(ctx, "SELECT team_id FROM members WHERE person_id = $1 ORDER BY team_id", []any{string(person)}, func(rows *sql.Rows) error {
		var team id.ID
		err := rows.Scan(&team)
		out = append(out, team)
		return err
	})
	return out, fail("read the teams of a person", err)
}

// otlpIndicators asks for what is current and not retired. An origin is canonical
// text, and one that receives by OTLP names no data source: it begins so.
const otlpIndicators = `SELECT i.id, v.team_id, i.resolution_s, i.origin FROM services v JOIN slos s ON s.service_id = v.id
 JOIN slo_revisions r ON r.slo_id = s.id AND r.number = s.revision JOIN indicators i ON i.id = r.indicator_id
WHERE s.retired_at IS NULL AND v.retired_at IS NULL AND i.origin LIKE '{"otlp":%'`

// OTLPIndicators returns those of the teams' services, or of all, by ID.
func (o OTLP) OTLPIndicators(ctx context.Context, teams []id.ID, everyone bool) ([]otlp.Indicator, error) {
	var out []otlp.Indicator
	scan := func(rows *sql.Rows) error {
		var i otlp.Indicator
		var resolution int64
		var text string
		if err := rows.Scan(&i.ID, &i.Team, &resolution, &text); err != nil {
			return err
		}
		i.Resolution = time.Duration(resolution) * time.Second
		var err error
		i.Origin, err = origin.Parse(text)
		out = append(out, i)
		return err
	}
	if everyone {
		return out, fail("read OTLP indicators", o.s.queryAll(ctx, otlpIndicators+" ORDER BY i.id", nil, scan))
	}
	err := chunks(teams, idBatch, func(teams []id.ID) error {
		return o.s.queryAll(ctx, otlpIndicators+" AND v.team_id IN "+values(1, len(teams))+" ORDER BY i.id", idArguments(teams), scan)
	})
	return out, fail("read OTLP indicators", err)
}

func idArguments(ids []id.ID) []any {
	args := make([]any, len(ids))
	for i, v := range ids {
		args[i] = string(v)
	}
	return args
}

// Lock holds the indicators against others who lock them.
func (o OTLP) Lock(ctx context.Context, indicators []id.ID) error {
	return o.s.Measure().LockIndicators(ctx, indicators)
}

// Streams returns those of the keys that are known.
func (o OTLP) Streams(ctx context.Context, keys []otlp.Key) ([]otlp.Stream, error) {
	var out []otlp.Stream
	err := chunks(keys, bulkRows, func(keys []otlp.Key) error {
		args := make([]any, 0, 2*len(keys))
		for _, k := range keys {
			args = append(args, string(k.Indicator), k.Hash[:])
		}
		query := o.s.wanted(len(keys), "indicator_id text", "stream bytea") +
			`SELECT t.indicator_id, t.stream, t.root, t.start_ns, t.last_ns, t.good, t.total FROM wanted w CROSS JOIN otlp_streams t
 WHERE t.indicator_id = w.indicator_id AND t.stream = w.stream`
		return o.s.queryAll(ctx, query, args, func(rows *sql.Rows) error {
			var t otlp.Stream
			var stream, root []byte
			err := rows.Scan(&t.Indicator, &stream, &root, &t.Start, &t.Last, &t.Good, &t.Total)
			copy(t.Hash[:], stream)
			copy(t.Root[:], root)
			out = append(out, t)
			return err
		})
	})
	return out, fail("read OTLP streams", err)
}

// CountStreams returns how many streams of each indicator are known.
func (o OTLP) CountStreams(ctx context.Context, indicators []id.ID) (map[id.ID]int, error) {
	out := make(map[id.ID]int, len(indicators))
	err := chunks(indicators, idBatch, func(of []id.ID) error {
		return o.s.queryAll(ctx, "SELECT indicator_id, COUNT(*) FROM otlp_streams WHERE indicator_id IN "+values(1, len(of))+" GROUP BY indicator_id", idArguments(of),
			func(rows *sql.Rows) error {
				var indicator id.ID
				var n int
				err := rows.Scan(&indicator, &n)
				out[indicator] = n
				return err
			})
	})
	return out, fail("count OTLP streams", err)
}

// PutStreams writes streams, known or not.
func (o OTLP) PutStreams(ctx context.Context, streams []otlp.Stream, at time.Time) error {
	const columns = 8
	err := chunks(streams, bulkRows, func(streams []otlp.Stream) error {
		args := make([]any, 0, columns*len(streams))
		for _, t := range streams {
			args = append(args, string(t.Indicator), t.Hash[:], t.Root[:], t.Start, t.Last, t.Good, t.Total, clock.Round(at))
		}
		_, err := o.s.exec(ctx, "INSERT INTO otlp_streams (indicator_id, stream, root, start_ns, last_ns, good, total, seen_at) VALUES "+
			values(len(streams), columns)+` ON CONFLICT (indicator_id, stream) DO UPDATE SET root = excluded.root, start_ns = excluded.start_ns,
 last_ns = excluded.last_ns, good = excluded.good, total = excluded.total, seen_at = excluded.seen_at`, args...)
		return gone(err)
	})
	return fail("write OTLP streams", err)
}

// PruneStreams removes streams that were not seen since the time, nor their root.
func (o OTLP) PruneStreams(ctx context.Context, before time.Time, limit int) (int, error) {
	at := clock.Round(before)
	n, err := o.s.exec(ctx, `DELETE FROM otlp_streams WHERE id IN (SELECT t.id FROM otlp_streams t WHERE t.seen_at < $1
 AND NOT EXISTS (SELECT 1 FROM otlp_streams r WHERE r.indicator_id = t.indicator_id AND r.stream = t.root AND r.seen_at >= $2) LIMIT $3)`,
		at, at, limit)
	return n, fail("prune OTLP streams", err)
}
