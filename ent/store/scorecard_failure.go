package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/scorecards"
)

var _ scorecards.FailureStore = Scorecards{}

// failureDetails is what is kept of a failure as JSON.
type failureDetails struct {
	Checks []string `json:"checks"`
	Said   string   `json:"said"`
}

const failureColumns = "f.id, f.scorecard_id, f.service_id, f.check_id, f.checks, f.opened_at, f.ended_at, f.version"

func (c Scorecards) failures(ctx context.Context, rest string, args ...any) ([]scorecards.Failure, error) {
	var out []scorecards.Failure
	err := c.s.queryAll(ctx, "SELECT "+failureColumns+" FROM scorecard_failures f"+rest, args, func(rows *sql.Rows) error {
		var f scorecards.Failure
		var checks []byte
		var ended *time.Time
		if err := rows.Scan(&f.ID, &f.Scorecard, &f.Service, &f.Check, &checks, &f.OpenedAt, &ended, &f.Version); err != nil {
			return err
		}
		f.OpenedAt = utc(f.OpenedAt)
		if ended != nil {
			at := utc(*ended)
			f.EndedAt = &at
		}
		var d failureDetails
		if err := json.Unmarshal(checks, &d); err != nil {
			return err
		}
		f.Checks, f.Said = d.Checks, d.Said
		out = append(out, f)
		return nil
	})
	return out, fail("read failures of scorecards", err)
}

// OpenFailures returns those of the services that are open, and of each check the last that ended
// then or later.
func (c Scorecards) OpenFailures(ctx context.Context, scorecard id.ID, services []id.ID, endedSince time.Time) ([]scorecards.Failure, error) {
	var out []scorecards.Failure
	err := chunks(services, idBatch, func(some []id.ID) error {
		found, err := c.failures(ctx, ` WHERE f.scorecard_id = $1 AND (f.ended_at IS NULL OR f.ended_at >= $2) AND f.service_id IN `+shifted(2, len(some))+`
 AND NOT EXISTS (SELECT 1 FROM scorecard_failures l WHERE l.service_id = f.service_id AND l.scorecard_id = f.scorecard_id AND l.check_id = f.check_id AND l.opened_at > f.opened_at)`,
			append([]any{string(scorecard), clock.Round(endedSince)}, idArguments(some)...)...)
		out = append(out, found...)
		return err
	})
	return out, err
}

// StrayFailures returns up to limit open ones that nobody asks for any more.
func (c Scorecards) StrayFailures(ctx context.Context, asked []scorecards.Asked, limit int) ([]scorecards.Failure, error) {
	var where conditions
	where.add("f.ended_at IS NULL")
	form := "v.retired_at IS NOT NULL"
	var args []any
	var each, grouped []id.ID
	for _, a := range asked {
		if a.Mode == scorecards.Grouped {
			grouped = append(grouped, a.Scorecard)
		} else {
			each = append(each, a.Scorecard)
		}
	}
	for _, of := range []struct {
		form string
		ids  []id.ID
	}{{"<> ''", each}, {"= ''", grouped}} {
		if len(of.ids) == 0 {
			form += " OR f.check_id " + of.form
			continue
		}
		form += " OR f.check_id " + of.form + " AND f.scorecard_id NOT IN (" + marks(len(of.ids)) + ")"
		args = append(args, idArguments(of.ids)...)
	}
	where.add("("+form+")", args...)
	// In the order of the index of what is open: by identifier all that ever failed would be looked at.
	rest := " JOIN services v ON v.id = f.service_id" + where.where() + " ORDER BY f.scorecard_id, f.service_id, f.check_id" + where.limit(limit)
	return c.failures(ctx, rest, where.args...)
}

// CreateFailure inserts; Stale where one is open.
func (c Scorecards) CreateFailure(ctx context.Context, f scorecards.Failure) error {
	checks, err := json.Marshal(failureDetails{f.Checks, f.Said})
	if err != nil {
		return fail("spell what fails", err)
	}
	_, err = c.s.exec(ctx, "INSERT INTO scorecard_failures (id, scorecard_id, service_id, check_id, checks, opened_at, ended_at, version) VALUES "+values(1, 8),
		string(f.ID), string(f.Scorecard), string(f.Service), f.Check, checks, clock.Round(f.OpenedAt), nullOrTime(f.EndedAt), f.Version)
	if isUnique(err) {
		return fault.Stale("failure")
	}
	return fail("write a failure of a scorecard", gone(err))
}

// UpdateFailure is conditional on Version.
func (c Scorecards) UpdateFailure(ctx context.Context, f scorecards.Failure) error {
	checks, err := json.Marshal(failureDetails{f.Checks, f.Said})
	if err != nil {
		return fail("spell what fails", err)
	}
	n, err := c.s.exec(ctx, "UPDATE scorecard_failures SET checks = $1, ended_at = $2, version = version + 1 WHERE id = $3 AND version = $4", checks, nullOrTime(f.EndedAt), string(f.ID), f.Version)
	if isUnique(err) || err == nil && n == 0 {
		return fault.Stale("failure")
	}
	return fail("write a failure of a scorecard", err)
}
