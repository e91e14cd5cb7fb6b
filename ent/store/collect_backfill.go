package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/measure/collect"
)

const backfillColumns = `b.id, b.slo_id, b.indicator_id, b.data_source_id, b.cause, b.from_at, b.to_at, b.cursor_at, b.state, b.found, b.missing, b.attempts,
 b.next_at, b.failure_kind, b.failure, b.created_at, b.created_by, b.started_at, b.finished_at, b.version`

// backfillScan holds what a backfill is scanned into.
type backfillScan struct {
	b                 collect.Backfill
	missing           []byte
	started, finished sql.NullTime
}

func (x *backfillScan) columns() []any {
	b := &x.b
	return []any{
		&b.ID, &b.SLO, &b.Indicator, &b.Source, &b.Cause, &b.From, &b.To, &b.Cursor, &b.State, &b.Found, &x.missing, &b.Attempts,
		&b.NextAt, &b.Failing, &b.Failure, &b.CreatedAt, &b.CreatedBy, &x.started, &x.finished, &b.Version,
	}
}

func (x *backfillScan) finish() (collect.Backfill, error) {
	b := &x.b
	b.From, b.To, b.Cursor, b.NextAt, b.CreatedAt = utc(b.From), utc(b.To), utc(b.Cursor), utc(b.NextAt), utc(b.CreatedAt)
	b.StartedAt, b.FinishedAt = zeroOr(x.started), zeroOr(x.finished)
	return *b, fromDBMissing(x.missing, &b.Missing)
}

// backfills runs a query for backfills, and for what else it selects after them.
func (c Collect) backfills(ctx context.Context, query string, args []any, more []any, each func(collect.Backfill) error) error {
	return c.s.queryAll(ctx, query, args, func(rows *sql.Rows) error {
		var x backfillScan
		if err := rows.Scan(append(x.columns(), more...)...); err != nil {
			return err
		}
		b, err := x.finish()
		if err != nil {
			return err
		}
		return each(b)
	})
}

// CreateBackfills writes new ones.
func (c Collect) CreateBackfills(ctx context.Context, backfills []collect.Backfill) error {
	const columns = 20
	return c.s.InTx(ctx, func(ctx context.Context) error {
		return fail("write backfills", chunks(backfills, bulkRows, func(some []collect.Backfill) error {
			args := make([]any, 0, columns*len(some))
			for _, b := range some {
				missing, err := toDBMissing(b.Missing)
				if err != nil {
					return err
				}
				args = append(args, string(b.ID), string(b.SLO), string(b.Indicator), string(b.Source), string(b.Cause),
					clock.Round(b.From), clock.Round(b.To), clock.Round(b.Cursor), string(b.State), b.Found, missing, b.Attempts,
					clock.Round(b.NextAt), string(b.Failing), b.Failure, clock.Round(b.CreatedAt), b.CreatedBy, nullOr(b.StartedAt), nullOr(b.FinishedAt), b.Version)
			}
			_, err := c.s.exec(ctx, `INSERT INTO backfills (id, slo_id, indicator_id, data_source_id, cause, from_at, to_at, cursor_at, state, found, missing, attempts,
 next_at, failure_kind, failure, created_at, created_by, started_at, finished_at, version) VALUES `+values(len(some), columns), args...)
			return gone(err)
		}))
	})
}

// Backfill returns it with the resolution of its indicator.
func (c Collect) Backfill(ctx context.Context, of id.ID) (collect.Backfill, time.Duration, error) {
	var found collect.Backfill
	var resolution int64
	err := c.backfills(ctx, "SELECT "+backfillColumns+", i.resolution_s FROM backfills b JOIN indicators i ON i.id = b.indicator_id WHERE b.id = $1",
		[]any{string(of)}, []any{&resolution}, func(b collect.Backfill) error {
			found = b
			return nil
		})
	if err == nil && found.ID == "" {
		return found, 0, fault.Missing("backfill", string(of))
	}
	return found, time.Duration(resolution) * time.Second, fail("read a backfill", err)
}

// Backfills lists the newest first.
func (c Collect) Backfills(ctx context.Context, f collect.Filter, r page.Request) (page.Page[collect.Listed], error) {
	cursor, err := r.Key(f, 2)
	if err != nil {
		return page.Page[collect.Listed]{}, err
	}
	key, err := timeKey(cursor)
	if err != nil {
		return page.Page[collect.Listed]{}, err
	}
	var where conditions
	if f.Service != "" {
		where.add("s.service_id = %s", string(f.Service))
	}
	if f.SLO != "" {
		where.add("b.slo_id = %s", string(f.SLO))
	}
	if f.State != "" {
		where.add("b.state = %s", string(f.State))
	}
	if key != nil {
		where.add("(b.created_at, b.id) < (%s, %s)", key...)
	}
	var out []collect.Listed
	var service id.ID
	var resolution int64
	query := "SELECT " + backfillColumns + ", s.service_id, i.resolution_s FROM backfills b JOIN slos s ON s.id = b.slo_id JOIN indicators i ON i.id = b.indicator_id" +
		where.where() + " ORDER BY b.created_at DESC, b.id DESC" + where.limit(r.Size()+1)
	err = c.backfills(ctx, query, where.args, []any{&service, &resolution}, func(b collect.Backfill) error {
		out = append(out, collect.Listed{Backfill: b, Service: service, Resolution: time.Duration(resolution) * time.Second})
		return nil
	})
	if err != nil {
		return page.Page[collect.Listed]{}, fail("list backfills", err)
	}
	return page.Cut(r, f, out, func(l collect.Listed) []string { return []string{cursorTime(l.CreatedAt), string(l.ID)} }), nil
}

func (c Collect) some(ctx context.Context, doing, query string, args ...any) ([]collect.Backfill, error) {
	var out []collect.Backfill
	err := c.backfills(ctx, "SELECT "+backfillColumns+" FROM backfills b"+query, args, nil, func(b collect.Backfill) error {
		out = append(out, b)
		return nil
	})
	return out, fail(doing, err)
}

// OpenBackfills returns those of the indicator that are not finished.
func (c Collect) OpenBackfills(ctx context.Context, indicator id.ID) ([]collect.Backfill, error) {
	return c.some(ctx, "read open backfills", " WHERE b.indicator_id = $1 AND b.finished_at IS NULL ORDER BY b.id", string(indicator))
}

// Filling returns those of the indicators that have one of slots since the time
// which is not finished, and was not made by request.
func (c Collect) Filling(ctx context.Context, indicators []id.ID, since time.Time) ([]id.ID, error) {
	var out []id.ID
	err := chunks(indicators, bulkRows, func(of []id.ID) error {
		args := make([]any, 0, len(of)+2)
		for _, v := range of {
			args = append(args, string(v))
		}
		n := len(of)
		args = append(args, clock.Round(since), string(collect.ByRequest), string(collect.Failed))
		found, err := c.ids(ctx, c.s.wanted(n, "indicator_id text")+fmt.Sprintf(`SELECT DISTINCT b.indicator_id FROM wanted w CROSS JOIN backfills b
 WHERE b.indicator_id = w.indicator_id AND (b.finished_at IS NULL OR b.state = $%d) AND b.cursor_at > $%d AND b.cause <> $%d`, n+3, n+1, n+2), args...)
		out = append(out, found...)
		return err
	})
	return out, fail("read open backfills", err)
}

// PruneBackfills removes up to limit of those that finished before the time.
func (c Collect) PruneBackfills(ctx context.Context, before time.Time, limit int) (int, error) {
	n, err := c.s.exec(ctx, "DELETE FROM backfills WHERE id IN (SELECT id FROM backfills WHERE finished_at < $1 LIMIT $2)", clock.Round(before), limit)
	return n, fail("prune backfills", err)
}

// ChangeBackfill writes what somebody did with it, conditional on Version.
func (c Collect) ChangeBackfill(ctx context.Context, b collect.Backfill) error {
	n, err := c.s.exec(ctx, `UPDATE backfills SET state = $1, attempts = $2, next_at = $3, failure_kind = $4, failure = $5, finished_at = $6, version = version + 1
 WHERE id = $7 AND version = $8`, string(b.State), b.Attempts, clock.Round(b.NextAt), string(b.Failing), b.Failure, nullOr(b.FinishedAt), string(b.ID), b.Version)
	return written("backfill", b.ID, n, err, func() (bool, error) {
		_, _, err := c.Backfill(ctx, b.ID)
		if fault.Is(err, fault.NotFound) {
			return false, nil
		}
		return err == nil, err
	})
}

// PutBackfill writes the progress of one that is not finished, and of the version
// that it had: what somebody does with it meanwhile comes first.
func (c Collect) PutBackfill(ctx context.Context, b collect.Backfill) (bool, error) {
	missing, err := toDBMissing(b.Missing)
	if err != nil {
		return false, fail("spell a backfill", err)
	}
	n, err := c.s.exec(ctx, `UPDATE backfills SET cursor_at = $1, state = $2, found = $3, missing = $4, attempts = $5, next_at = $6, failure_kind = $7, failure = $8,
 started_at = $9, finished_at = $10 WHERE id = $11 AND version = $12 AND finished_at IS NULL`,
		clock.Round(b.Cursor), string(b.State), b.Found, missing, b.Attempts, clock.Round(b.NextAt), string(b.Failing), b.Failure,
		nullOr(b.StartedAt), nullOr(b.FinishedAt), string(b.ID), b.Version)
	return n > 0, fail("write a backfill", err)
}

// SourcesToFill returns the data sources of backfills that may be tried.
func (c Collect) SourcesToFill(ctx context.Context, now time.Time) ([]id.ID, error) {
	out, err := c.ids(ctx, "SELECT DISTINCT b.data_source_id FROM backfills b WHERE b.finished_at IS NULL AND b.next_at <= $1 ORDER BY b.data_source_id", clock.Round(now))
	return out, fail("list data sources to fill from", err)
}

// Work returns the backfills of the data source that may be tried, with what they
// are for.
func (c Collect) Work(ctx context.Context, source id.ID, now time.Time, after id.ID, limit int) ([]collect.Work, error) {
	var out []collect.Work
	query := "SELECT " + backfillColumns + ", " + targetColumns + " FROM backfills b JOIN indicators i ON i.id = b.indicator_id" + current +
		" WHERE b.finished_at IS NULL AND b.data_source_id = $1 AND b.id > $2 AND b.next_at <= $3 AND " + active + " ORDER BY b.id LIMIT $4"
	var x targetScan
	err := c.backfills(ctx, query, []any{string(source), string(after), clock.Round(now), limit}, x.columns(), func(b collect.Backfill) error {
		t, err := x.finish()
		out = append(out, collect.Work{Backfill: b, Target: t})
		return err
	})
	return out, fail("read backfills", err)
}

// Idle returns those of which the indicator is not measured any more.
func (c Collect) Idle(ctx context.Context, limit int) ([]collect.Backfill, error) {
	return c.some(ctx, "look for idle backfills", " WHERE b.finished_at IS NULL AND NOT EXISTS (SELECT 1 FROM indicators i"+current+
		" WHERE i.id = b.indicator_id AND "+active+") ORDER BY b.id LIMIT $1", limit)
}
