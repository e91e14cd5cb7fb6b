package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/measure/collect"
	"github.com/evenkeel/evenkeel/services/measure/origin"
)

// Collect is the store of package collect.
type Collect struct{ s *Store }

var (
	_ collect.Store  = Collect{}
	_ collect.Health = Collect{}
)

// Collect returns the view of the store that package collect declares.
func (s *Store) Collect() Collect { return Collect{s} }

const (
	targetColumns = "i.id, s.id, s.slug, v.id, v.slug, v.team_id, m.slug, i.origin, i.resolution_s, i.created_at"
	// current joins an indicator with the SLO that is measured by it now.
	current = ` JOIN slos s ON s.id = i.slo_id JOIN services v ON v.id = s.service_id JOIN teams m ON m.id = v.team_id
 JOIN slo_revisions r ON r.slo_id = s.id AND r.number = s.revision`
	active            = "r.indicator_id = i.id AND s.retired_at IS NULL AND v.retired_at IS NULL"
	collectionColumns = "c.until_s, c.attempted_at, c.succeeded_at, c.failing_since, c.failure_kind, c.failure, c.missing, c.missing_start, c.missing_reason, c.missing_detail"
)

// targetScan holds what a target is scanned into.
type targetScan struct {
	t          collect.Target
	origin     string
	resolution int64
}

func (x *targetScan) columns() []any {
	t := &x.t
	return []any{&t.Indicator, &t.SLO, &t.SLOSlug, &t.Service, &t.ServiceSlug, &t.Team, &t.TeamSlug, &x.origin, &x.resolution, &t.CreatedAt}
}

func (x *targetScan) finish() (collect.Target, error) {
	t := &x.t
	t.Resolution, t.CreatedAt = time.Duration(x.resolution)*time.Second, utc(t.CreatedAt)
	var err error
	if t.Origin, err = origin.Parse(x.origin); err != nil {
		return collect.Target{}, fmt.Errorf("the indicator %s: %w", t.Indicator, err)
	}
	return *t, nil
}

// collectionScan holds what a collection is scanned into; all is null where there
// is none.
type collectionScan struct {
	until                                   sql.NullInt64
	attempted, succeeded, failing, missing  sql.NullTime
	kind, failure, counted, reason, details sql.NullString
}

func (x *collectionScan) columns() []any {
	return []any{&x.until, &x.attempted, &x.succeeded, &x.failing, &x.kind, &x.failure, &x.counted, &x.missing, &x.reason, &x.details}
}

func (x *collectionScan) finish(indicator id.ID) (collect.Collection, error) {
	if !x.until.Valid {
		return collect.Collection{}, nil
	}
	c := collect.Collection{
		Indicator: indicator, Until: time.Unix(x.until.Int64, 0).UTC(),
		AttemptedAt: zeroOr(x.attempted), SucceededAt: zeroOr(x.succeeded), FailingSince: zeroOr(x.failing),
		Failing: collect.Failing(x.kind.String), Failure: x.failure.String,
		Last: origin.Missing{Start: zeroOr(x.missing), Reason: origin.Reason(x.reason.String), Detail: x.details.String},
	}
	return c, fromDBMissing([]byte(x.counted.String), &c.Missing)
}

// fromDBMissing reads counts by reason; there are none as nil.
func fromDBMissing(text []byte, into *map[origin.Reason]int64) error {
	if err := json.Unmarshal(text, into); err != nil {
		return fmt.Errorf("read the counts of missing slots: %w", err)
	}
	if len(*into) == 0 {
		*into = nil
	}
	return nil
}

func toDBMissing(counts map[origin.Reason]int64) (json.RawMessage, error) {
	if len(counts) == 0 {
		return json.RawMessage("{}"), nil
	}
	return json.Marshal(counts)
}

// ids runs a query for identifiers.
func (c Collect) ids(ctx context.Context, query string, args ...any) ([]id.ID, error) {
	var out []id.ID
	err := c.s.queryAll(ctx, query, args, func(rows *sql.Rows) error {
		var one id.ID
		err := rows.Scan(&one)
		out = append(out, one)
		return err
	})
	return out, err
}

// SourcesInUse returns the data sources that an active SLO is read from.
func (c Collect) SourcesInUse(ctx context.Context) ([]id.ID, error) {
	out, err := c.ids(ctx, "SELECT d.id FROM data_sources d WHERE EXISTS (SELECT 1 FROM indicators i"+current+
		" WHERE i.data_source_id = d.id AND "+active+") ORDER BY d.id")
	return out, fail("list data sources in use", err)
}

// Targets returns those of which a slot was not collected that ended by the time.
func (c Collect) Targets(ctx context.Context, source id.ID, by time.Time, after id.ID, limit int) ([]collect.Target, error) {
	var out []collect.Target
	query := "SELECT " + targetColumns + ", " + collectionColumns + " FROM indicators i" + current +
		" LEFT JOIN collections c ON c.indicator_id = i.id WHERE i.data_source_id = $1 AND i.id > $2 AND " + active +
		" AND COALESCE(c.until_s, 0) + i.resolution_s <= $3 ORDER BY i.id LIMIT $4"
	err := c.s.queryAll(ctx, query, []any{string(source), string(after), by.Unix(), limit}, func(rows *sql.Rows) error {
		t, err := scanTarget(rows)
		out = append(out, t)
		return err
	})
	return out, fail("read what is collected", err)
}

func scanTarget(rows *sql.Rows, more ...any) (collect.Target, error) {
	var x targetScan
	var y collectionScan
	if err := rows.Scan(append(append(x.columns(), y.columns()...), more...)...); err != nil {
		return collect.Target{}, err
	}
	t, err := x.finish()
	if err != nil {
		return collect.Target{}, err
	}
	t.Collection, err = y.finish(t.Indicator)
	return t, err
}

// Target returns the current indicator of the SLO.
func (c Collect) Target(ctx context.Context, of id.ID) (collect.Target, bool, error) {
	var t collect.Target
	var retired, serviceRetired sql.NullTime
	found := false
	query := "SELECT " + targetColumns + ", " + collectionColumns + ", s.retired_at, v.retired_at FROM indicators i" + current +
		" LEFT JOIN collections c ON c.indicator_id = i.id WHERE i.slo_id = $1 AND r.indicator_id = i.id"
	err := c.s.queryAll(ctx, query, []any{string(of)}, func(rows *sql.Rows) error {
		var err error
		found = true
		t, err = scanTarget(rows, &retired, &serviceRetired)
		return err
	})
	if err == nil && !found {
		return t, false, fault.Missing("slo", string(of))
	}
	return t, !retired.Valid && !serviceRetired.Valid, fail("read what is collected", err)
}

// PutCollections writes many, in few statements.
func (c Collect) PutCollections(ctx context.Context, collections []collect.Collection) error {
	const columns = 11
	return c.s.InTx(ctx, func(ctx context.Context) error {
		return fail("write collections", chunks(collections, bulkRows, func(some []collect.Collection) error {
			args := make([]any, 0, columns*len(some))
			for _, v := range some {
				missing, err := toDBMissing(v.Missing)
				if err != nil {
					return err
				}
				args = append(args, string(v.Indicator), v.Until.Unix(), nullOr(v.AttemptedAt), nullOr(v.SucceededAt), nullOr(v.FailingSince),
					string(v.Failing), v.Failure, missing, nullOr(v.Last.Start), string(v.Last.Reason), v.Last.Detail)
			}
			_, err := c.s.exec(ctx, `INSERT INTO collections (indicator_id, until_s, attempted_at, succeeded_at, failing_since, failure_kind, failure,
 missing, missing_start, missing_reason, missing_detail) VALUES `+values(len(some), columns)+
				` ON CONFLICT (indicator_id) DO UPDATE SET until_s = excluded.until_s, attempted_at = excluded.attempted_at, succeeded_at = excluded.succeeded_at,
 failing_since = excluded.failing_since, failure_kind = excluded.failure_kind, failure = excluded.failure, missing = excluded.missing,
 missing_start = excluded.missing_start, missing_reason = excluded.missing_reason, missing_detail = excluded.missing_detail`, args...)
			return gone(err)
		}))
	})
}

// observeEvery is how long nothing is written of a data source that goes on as it did.
const observeEvery = time.Minute

// Observe notes how a data source answered; its version stays.
func (c Collect) Observe(ctx context.Context, of id.ID, ok bool, failure string, at time.Time) error {
	at = clock.Round(at)
	return c.s.InTx(ctx, func(ctx context.Context) error {
		var succeeded, failed, since sql.NullTime
		var was string
		err := c.s.queryOne(ctx, "SELECT succeeded_at, failed_at, failing_since, failure FROM data_sources WHERE id = $1", []any{string(of)},
			&succeeded, &failed, &since, &was)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			return fault.Missing("data_source", string(of))
		case err != nil:
			return fail("read the health of a data source", err)
		case ok && !since.Valid && at.Before(zeroOr(succeeded).Add(observeEvery)), !ok && since.Valid && was == failure && at.Before(zeroOr(failed).Add(observeEvery)):
			return nil
		case ok:
			_, err = c.s.exec(ctx, "UPDATE data_sources SET succeeded_at = $1, failing_since = NULL, failure = '' WHERE id = $2", at, string(of))
		default:
			_, err = c.s.exec(ctx, "UPDATE data_sources SET failed_at = $1, failing_since = COALESCE(failing_since, $2), failure = $3 WHERE id = $4",
				at, at, failure, string(of))
		}
		return fail("write the health of a data source", err)
	})
}
