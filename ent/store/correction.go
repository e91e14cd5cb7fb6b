package store

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	entcorrection "github.com/evenkeel/evenkeel/ent/db/correction"
	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/correction"
)

// Corrections is the store of package correction.
type Corrections struct{ s *Store }

var _ correction.Store = Corrections{}

// Corrections returns the view of the store that package correction declares.
func (s *Store) Corrections() Corrections { return Corrections{s} }

// endless is the end, in the database, of what has none: it is found by the index of
// ends as all else is.
var endless = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

// Lock locks the row of the SLO.
func (a Corrections) Lock(ctx context.Context, slo id.ID) error {
	_, err := a.s.exec(ctx, "UPDATE slos SET version = version WHERE id = $1", string(slo))
	return fail("lock an SLO", err)
}

// endOf is an end as the database has it; nil for what has none.
func endOf(ends time.Time) *time.Time {
	if ends = utc(ends); ends.Equal(endless) {
		return nil
	}
	return &ends
}

// CreateCorrection writes a correction.
func (a Corrections) CreateCorrection(ctx context.Context, c correction.Correction) error {
	again := correction.Recurrence{}
	if c.Recurrence != nil {
		again = *c.Recurrence
	}
	ends := endless
	if c.Ends != nil {
		ends = *c.Ends
	}
	err := a.s.ent.Correction.Create().
		SetID(string(c.ID)).SetSloID(string(c.SLO)).SetEffect(string(c.Effect)).SetKind(string(c.Kind)).SetReason(c.Reason).
		SetBeginsAt(c.Begins).SetEndsAt(ends).
		SetStart(again.Start).SetZone(again.Zone).SetRule(again.Rule).SetDuration(int64(again.Duration / time.Second)).
		SetCreatedAt(c.CreatedAt).SetCreatedBy(c.CreatedBy).SetApprovedAt(c.ApprovedAt).SetApprovedBy(c.ApprovedBy).SetNillableProposalID(orNil(c.Proposal)).
		SetNillableRemovedAt(c.RemovedAt).SetRemovedBy(c.RemovedBy).SetRemovedFor(c.RemovedFor).
		Exec(ctx)
	return fail("write a correction", gone(err))
}

const corrections = `SELECT c.id, c.slo_id, c.effect, c.kind, c.reason, c.begins_at, c.ends_at, c.start, c.zone, c.rule, c.duration,
 c.created_at, c.created_by, c.approved_at, c.approved_by, c.proposal_id, c.removed_at, c.removed_by, c.removed_for FROM corrections c`

func (a Corrections) rows(ctx context.Context, rest string, args ...any) ([]correction.Correction, error) {
	return a.readable(ctx, func(_ id.ID, err error) error { return err }, rest, args...)
}

// readable are rows without those of which the rule cannot be read, which are told of; it
// ends with the error that is returned then.
func (a Corrections) readable(ctx context.Context, unread func(id.ID, error) error, rest string, args ...any) ([]correction.Correction, error) {
	var out []correction.Correction
	err := a.s.queryAll(ctx, corrections+rest, args, func(rows *sql.Rows) error {
		var c correction.Correction
		var start, zone, rule string
		var seconds int64
		var ends time.Time
		var of *string
		err := rows.Scan(&c.ID, &c.SLO, &c.Effect, &c.Kind, &c.Reason, &c.Begins, &ends, &start, &zone, &rule, &seconds,
			&c.CreatedAt, &c.CreatedBy, &c.ApprovedAt, &c.ApprovedBy, &of, &c.RemovedAt, &c.RemovedBy, &c.RemovedFor)
		if err != nil {
			return err
		}
		c.Begins, c.CreatedAt, c.ApprovedAt, c.RemovedAt = utc(c.Begins), utc(c.CreatedAt), utc(c.ApprovedAt), utcOrNil(c.RemovedAt)
		c.Ends, c.Proposal = endOf(ends), orEmpty(of)
		if rule != "" {
			again, err := correction.ReadRecurrence(start, zone, rule, seconds)
			if err != nil { // nothing that whoever reads it put wrong
				return unread(c.ID, fmt.Errorf("%w: %s", slo.ErrUnreadable, err))
			}
			c.Recurrence = &again
		}
		out = append(out, c)
		return nil
	})
	return out, fail("read corrections", err)
}

// Correction returns one; NotFound.
func (a Corrections) Correction(ctx context.Context, of id.ID) (correction.Correction, error) {
	found, err := a.rows(ctx, " WHERE c.id = $1", string(of))
	if err != nil {
		return correction.Correction{}, err
	}
	if len(found) == 0 {
		return correction.Correction{}, fault.Missing("correction", string(of))
	}
	return found[0], nil
}

// Corrections lists the latest first, by when they begin.
func (a Corrections) Corrections(ctx context.Context, f correction.Filter, r page.Request) (page.Page[correction.Correction], error) {
	none := page.Page[correction.Correction]{}
	cursor, err := r.Key(f, 2)
	if err != nil {
		return none, err
	}
	key, err := timeKey(cursor)
	if err != nil {
		return none, err
	}
	var c conditions
	if key != nil {
		c.add("(c.begins_at, c.id) < (%s, %s)", key...)
	}
	if f.SLO != "" {
		c.add("c.slo_id = %s", string(f.SLO))
	}
	if f.Effect != "" {
		c.add("c.effect = %s", string(f.Effect))
	}
	if !f.At.IsZero() {
		c.add("c.begins_at <= %s", clock.Round(f.At))
		c.add("c.ends_at > %s", clock.Round(f.At))
	}
	if !f.IncludeRemoved {
		c.add("c.removed_at IS NULL")
	}
	rows, err := a.rows(ctx, c.where()+" ORDER BY c.begins_at DESC, c.id DESC"+c.limit(r.Size()+1), c.args...)
	if err != nil {
		return none, err
	}
	return page.Cut(r, f, rows, func(c correction.Correction) []string { return []string{cursorTime(c.Begins), string(c.ID)} }), nil
}

// RemoveCorrection writes who removed it, when and why.
func (a Corrections) RemoveCorrection(ctx context.Context, c correction.Correction) error {
	n, err := a.s.ent.Correction.Update().Where(entcorrection.ID(string(c.ID)), entcorrection.RemovedAtIsNil()).
		SetNillableRemovedAt(c.RemovedAt).SetRemovedBy(c.RemovedBy).SetRemovedFor(c.RemovedFor).Save(ctx)
	if err != nil || n > 0 {
		return fail("remove a correction", err)
	}
	was, err := a.Correction(ctx, c.ID)
	if err != nil {
		return err
	}
	return fault.New(fault.Conflict, "correction_removed", "the correction was removed already, by %s", was.RemovedBy)
}

const bounds = "SELECT c.id, c.slo_id, c.begins_at, c.ends_at FROM corrections c"

// The condition on those in force that can lie over a part of a time, by its beginning
// and end.
const (
	activeCorrections = " WHERE c.removed_at IS NULL AND c.ends_at > $1 AND c.begins_at < $2"
	ofOne             = " AND c.slo_id = $3"
)

// Active names those that are in force and can lie over a part of the time. They are
// sorted here, as are those of one SLO: for an order by id SQLite would go through all by
// the primary key.
func (a Corrections) Active(ctx context.Context, from, to time.Time) ([]correction.Active, error) {
	var out []correction.Active
	err := a.s.queryAll(ctx, bounds+activeCorrections, []any{clock.Round(from), clock.Round(to)}, func(rows *sql.Rows) error {
		var one correction.Active
		var ends time.Time
		if err := rows.Scan(&one.ID, &one.SLO, &one.Begins, &ends); err != nil {
			return err
		}
		one.Begins, one.Ends = utc(one.Begins), endOf(ends)
		out = append(out, one)
		return nil
	})
	slices.SortFunc(out, func(a, b correction.Active) int { return cmp.Compare(a.ID, b.ID) })
	return out, fail("read which corrections are in force", err)
}

// CorrectionsByID returns those that exist, and why others cannot be read.
func (a Corrections) CorrectionsByID(ctx context.Context, of []id.ID) ([]correction.Correction, map[id.ID]error, error) {
	var out []correction.Correction
	unread := map[id.ID]error{}
	err := chunks(of, idBatch, func(of []id.ID) error {
		found, err := a.readable(ctx, func(one id.ID, err error) error {
			unread[one] = err
			return nil
		}, " WHERE c.id IN "+values(1, len(of)), idArguments(of)...)
		out = append(out, found...)
		return err
	})
	return out, unread, err
}

// ActiveOf returns those of one SLO that are in force and can lie over a part of the time.
func (a Corrections) ActiveOf(ctx context.Context, slo id.ID, from, to time.Time) ([]correction.Correction, error) {
	found, err := a.rows(ctx, activeCorrections+ofOne, clock.Round(from), clock.Round(to), string(slo))
	slices.SortFunc(found, func(a, b correction.Correction) int { return cmp.Compare(a.ID, b.ID) })
	return found, err
}

// CountLive counts those of the SLO that are in force and end after the time.
func (a Corrections) CountLive(ctx context.Context, slo id.ID, after time.Time) (int, error) {
	var n int
	err := a.s.queryOne(ctx, "SELECT count(*) FROM corrections WHERE slo_id = $1 AND removed_at IS NULL AND ends_at > $2",
		[]any{string(slo), clock.Round(after)}, &n)
	return n, fail("count corrections", err)
}
