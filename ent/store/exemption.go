package store

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/scorecards/exemption"
)

// Exemptions is the store of package exemption.
type Exemptions struct{ s *Store }

var _ exemption.Store = Exemptions{}

// Exemptions returns the view of the store that package exemption declares.
func (s *Store) Exemptions() Exemptions { return Exemptions{s} }

const exemptionColumns = `e.id, e.service_id, e.scorecard_id, e.name, e.reason, e.link, e.until, e.asked_at, e.person_id, e.asked_by,
 e.approved_at, e.approver_id, e.approved_by, e.approved_for, e.warned, e.ended_at, e.ending, e.ended_by, e.ended_for, e.version`

func (x Exemptions) exemptions(ctx context.Context, rest string, args ...any) ([]exemption.Exemption, error) {
	var out []exemption.Exemption
	err := x.s.queryAll(ctx, "SELECT "+exemptionColumns+" FROM exemptions e"+rest, args, func(rows *sql.Rows) error {
		var e exemption.Exemption
		var approved, ended *time.Time
		var approver *string
		var a exemption.Approval
		var end exemption.Ending
		if err := rows.Scan(&e.ID, &e.Service, &e.Scorecard, &e.Check, &e.Reason, &e.Link, &e.Until, &e.AskedAt, &e.Person, &e.AskedBy,
			&approved, &approver, &a.By, &a.Reason, &e.Warned, &ended, &end.How, &end.By, &end.Reason, &e.Version); err != nil {
			return err
		}
		e.Until, e.AskedAt = utc(e.Until), utc(e.AskedAt)
		if approved != nil {
			a.At, a.Person = utc(*approved), orEmpty(approver)
			e.Approval = &a
		}
		if ended != nil {
			end.At = utc(*ended)
			e.Ended = &end
		}
		out = append(out, e)
		return nil
	})
	return out, fail("read exemptions", err)
}

// HoldServices locks the services; SQLite has one writer at a time.
func (x Exemptions) HoldServices(ctx context.Context, services []id.ID) error {
	return x.s.Given().HoldServices(ctx, services)
}

// Exemption returns one.
func (x Exemptions) Exemption(ctx context.Context, of id.ID) (exemption.Exemption, error) {
	found, err := x.exemptions(ctx, " WHERE e.id = $1", string(of))
	if err == nil && len(found) == 0 {
		err = fault.Missing("exemption", string(of))
	}
	if err != nil {
		return exemption.Exemption{}, err
	}
	return found[0], nil
}

// OpenExemption returns the one of the key that has not ended, or nil.
func (x Exemptions) OpenExemption(ctx context.Context, key exemption.Key) (*exemption.Exemption, error) {
	found, err := x.exemptions(ctx, " WHERE e.service_id = $1 AND e.scorecard_id = $2 AND e.name = $3 AND e.ended_at IS NULL", string(key.Service), string(key.Scorecard), key.Check)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return &found[0], nil
}

// CreateExemption writes one; Stale when another was faster.
func (x Exemptions) CreateExemption(ctx context.Context, e exemption.Exemption) error {
	_, err := x.s.exec(ctx, `INSERT INTO exemptions (id, service_id, scorecard_id, name, reason, link, until, asked_at, person_id, asked_by, approved_by, approved_for, warned, ending, ended_by, ended_for, version)
 VALUES `+values(1, 17), string(e.ID), string(e.Service), string(e.Scorecard), e.Check, e.Reason, e.Link, clock.Round(e.Until), clock.Round(e.AskedAt), string(e.Person), e.AskedBy, "", "", e.Warned, "", "", "", e.Version)
	if isUnique(err) {
		return fault.Stale("exemption")
	}
	return fail("write an exemption", gone(err))
}

// UpdateExemption writes the approval, that it was warned of, and how it ended, conditional on Version.
func (x Exemptions) UpdateExemption(ctx context.Context, e exemption.Exemption) error {
	var approved, approver, ended any
	var a exemption.Approval
	var end exemption.Ending
	if e.Approval != nil {
		a = *e.Approval
		approved, approver = clock.Round(a.At), orNil(a.Person)
	}
	if e.Ended != nil {
		end = *e.Ended
		ended = clock.Round(end.At)
	}
	n, err := x.s.exec(ctx, `UPDATE exemptions SET approved_at = $1, approver_id = $2, approved_by = $3, approved_for = $4, warned = $5, ended_at = $6, ending = $7, ended_by = $8, ended_for = $9,
 version = version + 1 WHERE id = $10 AND version = $11`,
		approved, approver, a.By, a.Reason, e.Warned, ended, string(end.How), end.By, end.Reason, string(e.ID), e.Version)
	return written("exemption", e.ID, n, err, func() (bool, error) {
		found, err := x.exemptions(ctx, " WHERE e.id = $1", string(e.ID))
		return len(found) > 0, err
	})
}

// exemptionOver are the states that nobody may have written yet, with whether one was approved.
var exemptionOver = map[exemption.State]string{exemption.Expired: "e.approved_at IS NOT NULL", exemption.Lapsed: "e.approved_at IS NULL"}

// listedExemptions is the query of a list after a key: until and identifier where it is ordered by
// these, else the identifier.
func listedExemptions(f exemption.Filter, now time.Time, after []any, most int) (string, []any) {
	var c conditions
	if f.Service != "" {
		c.add("e.service_id = %s", string(f.Service))
	}
	if f.Scorecard != "" {
		c.add("e.scorecard_id = %s", string(f.Scorecard))
	}
	if f.Team != "" {
		c.add("e.service_id IN (SELECT v.id FROM services v WHERE v.team_id = %s)", string(f.Team))
	}
	switch f.State {
	case "":
	case exemption.Waiting:
		c.add("e.ended_at IS NULL AND e.approved_at IS NULL AND e.until > %s", clock.Round(now))
	case exemption.InForce:
		c.add("e.ended_at IS NULL AND e.approved_at IS NOT NULL AND e.until > %s", clock.Round(now))
	case exemption.Expired, exemption.Lapsed:
		c.add("(e.ending = %s OR (e.ended_at IS NULL AND "+exemptionOver[f.State]+" AND e.until <= %s))", string(f.State), clock.Round(now))
	default:
		c.add("e.ending = %s", string(f.State))
	}
	order := " ORDER BY e.id DESC"
	if f.Ordered() {
		order = " ORDER BY e.until, e.id"
		if after != nil {
			c.add("(e.until, e.id) > (%s, %s)", after...)
		}
	} else if after != nil {
		c.add("e.id < %s", after...)
	}
	return strings.TrimSpace(c.where() + order + c.limit(most)), c.args
}

// Exemptions lists those of the filter.
func (x Exemptions) Exemptions(ctx context.Context, f exemption.Filter, now time.Time, r page.Request) (page.Page[exemption.Exemption], error) {
	spelled := func(e exemption.Exemption) []string { return []string{string(e.ID)} }
	parts := 1
	if f.Ordered() {
		parts = 2
		spelled = func(e exemption.Exemption) []string { return []string{cursorTime(e.Until), string(e.ID)} }
	}
	key, err := r.Key(f, parts)
	if err != nil {
		return page.Page[exemption.Exemption]{}, err
	}
	var after []any
	switch {
	case key != nil && f.Ordered():
		if after, err = timeKey(key); err != nil {
			return page.Page[exemption.Exemption]{}, err
		}
	case key != nil:
		after = []any{key[0]}
	}
	rest, args := listedExemptions(f, now, after, r.Size()+1)
	rows, err := x.exemptions(ctx, " "+rest, args...)
	if err != nil {
		return page.Page[exemption.Exemption]{}, err
	}
	return page.Cut(r, f, rows, spelled), nil
}

// OpenExemptionsAfter goes through those that are open, by when they expire.
const OpenExemptionsAfter = " WHERE e.ended_at IS NULL AND (e.until, e.id) > ($1, $2) ORDER BY e.until, e.id LIMIT $3"

// OpenExemptions returns those that have not ended.
func (x Exemptions) OpenExemptions(ctx context.Context, after exemption.Exemption, most int) ([]exemption.Exemption, error) {
	return x.exemptions(ctx, OpenExemptionsAfter, clock.Round(after.Until), string(after.ID), most)
}

// ExemptionsOf reads what services are excused from.
const ExemptionsOf = "SELECT e.service_id, e.scorecard_id, e.name FROM exemptions e WHERE e.ended_at IS NULL AND e.approved_at IS NOT NULL AND e.until > $1 AND e.service_id IN "

// InForce returns what the services are excused from: a statement for every few hundred of them.
func (x Exemptions) InForce(ctx context.Context, services []id.ID, now time.Time) ([]exemption.Key, error) {
	var out []exemption.Key
	err := chunks(services, idBatch, func(of []id.ID) error {
		return x.s.queryAll(ctx, ExemptionsOf+shifted(1, len(of)), append([]any{clock.Round(now)}, idArguments(of)...), func(rows *sql.Rows) error {
			var k exemption.Key
			err := rows.Scan(&k.Service, &k.Scorecard, &k.Check)
			out = append(out, k)
			return err
		})
	})
	return out, fail("read what services are excused from", err)
}
