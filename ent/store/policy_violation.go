package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	entsql "entgo.io/ent/dialect/sql"

	"github.com/evenkeel/evenkeel/ent/db"
	"github.com/evenkeel/evenkeel/ent/db/predicate"
	"github.com/evenkeel/evenkeel/ent/db/service"
	"github.com/evenkeel/evenkeel/ent/db/violation"
	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/issues/delivery"
	"github.com/evenkeel/evenkeel/services/policy"
)

// OpenViolation inserts; false when one is open for (policy, clause, SLO).
func (p Policy) OpenViolation(ctx context.Context, v policy.Violation) (bool, error) {
	evidence, err := json.Marshal(v.Evidence)
	if err != nil {
		return false, fail("spell evidence", err)
	}
	handling, err := json.Marshal(v.Handling)
	if err != nil {
		return false, fail("spell what was made of a violation", err)
	}
	n, err := p.s.exec(ctx, `INSERT INTO violations (id, policy_id, revision_id, clause, attachment_id, slo_id, service_id, mode, opened_at, evidence, handling, ended_at, ending, muted_until, version)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) ON CONFLICT (policy_id, clause, slo_id) WHERE ended_at IS NULL DO NOTHING`,
		string(v.ID), string(v.Policy), string(v.Revision), v.Clause, string(v.Attachment), string(v.SLO), string(v.Service), string(v.Mode),
		clock.Round(v.OpenedAt), json.RawMessage(evidence), json.RawMessage(handling), nullOrTime(v.EndedAt), string(v.Ending), nullOrTime(v.MutedUntil), v.Version)
	return n > 0, fail("open a violation", gone(err))
}

// UpdateViolation writes mode, handling, end and muting, conditional on Version.
func (p Policy) UpdateViolation(ctx context.Context, v policy.Violation) error {
	handling, err := json.Marshal(v.Handling)
	if err != nil {
		return fail("spell what was made of a violation", err)
	}
	n, err := p.s.exec(ctx, `UPDATE violations SET mode = $1, handling = $2, ended_at = $3, ending = $4, muted_until = $5, version = version + 1
WHERE id = $6 AND version = $7`, string(v.Mode), json.RawMessage(handling), nullOrTime(v.EndedAt), string(v.Ending), nullOrTime(v.MutedUntil), string(v.ID), v.Version)
	return written("violation", v.ID, int(n), err, func() (bool, error) {
		return p.s.ent.Violation.Query().Where(violation.ID(string(v.ID))).Exist(ctx)
	})
}

// Violation returns the violation.
func (p Policy) Violation(ctx context.Context, of id.ID) (policy.Violation, error) {
	v, err := p.s.ent.Violation.Get(ctx, string(of))
	if err != nil {
		return policy.Violation{}, notFound("violation", string(of), err)
	}
	return fromDBViolation(v)
}

// Violations lists the newest first.
func (p Policy) Violations(ctx context.Context, f policy.ViolationFilter, r page.Request) (page.Page[policy.Violation], error) {
	cursor, err := r.Key(f, 2)
	if err != nil {
		return page.Page[policy.Violation]{}, err
	}
	key, err := timeKey(cursor)
	if err != nil {
		return page.Page[policy.Violation]{}, err
	}
	q := p.s.ent.Violation.Query()
	if f.Service != "" {
		q.Where(violation.ServiceID(string(f.Service)))
	}
	if f.Team != "" {
		q.Where(ofTeam(f.Team, violation.FieldServiceID))
	}
	if f.SLO != "" {
		q.Where(violation.SloID(string(f.SLO)))
	}
	if f.Policy != "" {
		q.Where(violation.PolicyID(string(f.Policy)))
	}
	if f.Open != nil && *f.Open {
		q.Where(violation.EndedAtIsNil())
	}
	if f.Open != nil && !*f.Open {
		q.Where(violation.EndedAtNotNil())
	}
	rows, err := q.Where(before(key, violation.FieldOpenedAt, violation.FieldID)).
		Order(newestFirst(violation.FieldOpenedAt)).Limit(r.Size() + 1).All(ctx)
	if err != nil {
		return page.Page[policy.Violation]{}, fail("list violations", err)
	}
	out, err := fromDBViolations(rows)
	if err != nil {
		return page.Page[policy.Violation]{}, err
	}
	return page.Cut(r, f, out, func(v policy.Violation) []string { return []string{cursorTime(v.OpenedAt), string(v.ID)} }), nil
}

// OpenViolationsOf returns those open for the SLOs.
func (p Policy) OpenViolationsOf(ctx context.Context, slos []id.ID) ([]policy.Violation, error) {
	return p.violationsOf(ctx, slos, violation.EndedAtIsNil())
}

// LiveViolationsOf returns those open for the SLOs, and void ones that keep others from opening.
func (p Policy) LiveViolationsOf(ctx context.Context, slos []id.ID) ([]policy.Violation, error) {
	return p.violationsOf(ctx, slos, live())
}

func (p Policy) violationsOf(ctx context.Context, slos []id.ID, such predicate.Violation) ([]policy.Violation, error) {
	var out []policy.Violation
	err := chunks(texts(slos), idBatch, func(of []string) error {
		rows, err := p.s.ent.Violation.Query().Where(violation.SloIDIn(of...), such).
			Order(db.Asc(violation.FieldID)).All(ctx)
		if err != nil {
			return err
		}
		some, err := fromDBViolations(rows)
		out = append(out, some...)
		return err
	})
	return out, fail("read violations of SLOs", err)
}

// Aftermaths returns what became of violations that were not only observed.
func (p Policy) Aftermaths(ctx context.Context, f policy.AftermathFilter) ([]policy.Aftermath, error) {
	c := conditions{args: []any{string(delivery.Waived)}} // the first in the statement
	c.add("v.opened_at >= %s", clock.Round(f.Since))
	c.add("v.mode <> %s", string(policy.Observe))
	if f.Policy != "" {
		c.add("v.policy_id = %s", string(f.Policy))
	}
	var out []policy.Aftermath
	err := p.s.queryAll(ctx, `SELECT v.attachment_id, v.policy_id, v.clause, v.service_id, v.mode, v.opened_at, v.ended_at, v.ending,
 EXISTS (SELECT 1 FROM issues i JOIN deliveries d ON d.issue_id = i.id WHERE i.episode = v.id AND d.outcome = $1)
FROM violations v`+c.where(), c.args, func(rows *sql.Rows) error {
		var a policy.Aftermath
		var ended sql.NullTime
		err := rows.Scan(&a.Attachment, &a.Policy, &a.Clause, &a.Service, &a.Mode, &a.OpenedAt, &ended, &a.Ending, &a.Waived)
		if ended.Valid {
			a.EndedAt = utcOrNil(&ended.Time)
		}
		a.OpenedAt = utc(a.OpenedAt)
		out = append(out, a)
		return err
	})
	return out, fail("read what became of violations", err)
}

const lifts = "SELECT id, service_id, made_at, until FROM gate_overrides WHERE until >= $1 ORDER BY made_at, id"

// Lifts returns the overrides that lasted until then or longer.
func (p Policy) Lifts(ctx context.Context, since time.Time) ([]policy.Lift, error) {
	var out []policy.Lift
	err := p.s.queryAll(ctx, lifts, []any{clock.Round(since)}, func(rows *sql.Rows) error {
		var l policy.Lift
		err := rows.Scan(&l.ID, &l.Service, &l.At, &l.Until)
		l.At, l.Until = utc(l.At), utc(l.Until)
		out = append(out, l)
		return err
	})
	return out, fail("read when freezes were lifted", err)
}

// live is such that a violation matters to what follows for its SLO.
func live() predicate.Violation {
	return violation.Or(violation.EndedAtIsNil(), violation.MutedUntilNotNil())
}

// LiveViolationsAfter pages through those that are open, and void ones that keep others from
// opening, by ID.
func (p Policy) LiveViolationsAfter(ctx context.Context, after id.ID, limit int) ([]policy.Violation, error) {
	return p.violationsAfter(ctx, after, limit, live())
}

// OpenViolationsAfter pages through all that are open, by ID.
func (p Policy) OpenViolationsAfter(ctx context.Context, after id.ID, limit int) ([]policy.Violation, error) {
	return p.violationsAfter(ctx, after, limit, violation.EndedAtIsNil())
}

func (p Policy) violationsAfter(ctx context.Context, after id.ID, limit int, such predicate.Violation) ([]policy.Violation, error) {
	rows, err := p.s.ent.Violation.Query().Where(violation.IDGT(string(after)), such).
		Order(db.Asc(violation.FieldID)).Limit(limit).All(ctx)
	if err != nil {
		return nil, fail("page through violations", err)
	}
	return fromDBViolations(rows)
}

// ofTeam keeps rows of services that the team owns.
func ofTeam(team id.ID, column string) func(*entsql.Selector) {
	return func(s *entsql.Selector) {
		v := entsql.Table(service.Table)
		s.Where(entsql.In(s.C(column), entsql.Select(v.C(service.FieldID)).From(v).Where(entsql.EQ(v.C(service.FieldTeamID), string(team)))))
	}
}

func fromDBViolations(rows []*db.Violation) ([]policy.Violation, error) {
	out := make([]policy.Violation, len(rows))
	for i, v := range rows {
		var err error
		if out[i], err = fromDBViolation(v); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func fromDBViolation(v *db.Violation) (policy.Violation, error) {
	out := policy.Violation{
		ID:         id.ID(v.ID),
		Policy:     id.ID(v.PolicyID),
		Revision:   id.ID(v.RevisionID),
		Clause:     v.Clause,
		Attachment: id.ID(v.AttachmentID),
		SLO:        id.ID(v.SloID),
		Service:    id.ID(v.ServiceID),
		Mode:       policy.Mode(v.Mode),
		OpenedAt:   utc(v.OpenedAt),
		EndedAt:    utcOrNil(v.EndedAt),
		Ending:     policy.Ending(v.Ending),
		MutedUntil: utcOrNil(v.MutedUntil),
		Version:    v.Version,
	}
	err := errors.Join(json.Unmarshal(v.Evidence, &out.Evidence), json.Unmarshal(v.Handling, &out.Handling))
	out.Evidence.WindowEnd = utc(out.Evidence.WindowEnd)
	return out, fail("read evidence", err)
}
