package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/scorecards/drift"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/issues/delivery"
)

// Drifts is the store of package drift.
type Drifts struct{ s *Store }

var (
	_ drift.Store    = Drifts{}
	_ drift.Registry = Registry{}
	_ drift.People   = Access{}
)

// Drifts returns the view of the store that package drift declares.
func (s *Store) Drifts() Drifts { return Drifts{s} }

func (d Drifts) rows(ctx context.Context, rest string, args ...any) ([]drift.Drift, error) {
	var out []drift.Drift
	err := d.s.queryAll(ctx, "SELECT d.id, d.service_id, d.reason, d.detail, d.found_at, d.escalated_at FROM ownership_drifts d"+rest, args, func(rows *sql.Rows) error {
		var v drift.Drift
		err := rows.Scan(&v.ID, &v.Service, &v.Reason, &v.Detail, &v.FoundAt, &v.EscalatedAt)
		v.FoundAt, v.EscalatedAt = utc(v.FoundAt), utcOrNil(v.EscalatedAt)
		out = append(out, v)
		return err
	})
	return out, fail("read drifts of ownership", err)
}

// Drifts lists those of services that are not retired, the oldest first.
func (d Drifts) Drifts(ctx context.Context, f drift.Filter, r page.Request) (page.Page[drift.Drift], error) {
	key, err := r.Key(f, 1)
	if err != nil {
		return page.Page[drift.Drift]{}, err
	}
	var c conditions
	c.add("v.retired_at IS NULL")
	if key != nil {
		c.add("d.id > %s", key[0])
	}
	if f.Service != "" {
		c.add("d.service_id = %s", string(f.Service))
	}
	if f.Team != "" {
		c.add("v.team_id = %s", string(f.Team))
	}
	if f.Reason != "" {
		c.add("d.reason = %s", string(f.Reason))
	}
	found, err := d.rows(ctx, " JOIN services v ON v.id = d.service_id"+c.where()+" ORDER BY d.id"+c.limit(r.Size()+1), c.args...)
	if err != nil {
		return page.Page[drift.Drift]{}, err
	}
	return page.Cut(r, f, found, func(v drift.Drift) []string { return []string{string(v.ID)} }), nil
}

// DriftsOf returns those of the services.
func (d Drifts) DriftsOf(ctx context.Context, services []id.ID) ([]drift.Drift, error) {
	var out []drift.Drift
	err := chunks(services, bulkRows, func(some []id.ID) error {
		var c conditions
		c.in("d.service_id", texts(some))
		found, err := d.rows(ctx, c.where(), c.args...)
		out = append(out, found...)
		return err
	})
	return out, err
}

// PutDrifts writes new ones, and the detail of those that are there.
func (d Drifts) PutDrifts(ctx context.Context, drifts []drift.Drift) error {
	return fail("write drifts of ownership", chunks(drifts, bulkRows, func(some []drift.Drift) error {
		args := make([]any, 0, 6*len(some))
		for _, v := range some {
			args = append(args, string(v.ID), string(v.Service), string(v.Reason), v.Detail, clock.Round(v.FoundAt), nullOrTime(v.EscalatedAt))
		}
		_, err := d.s.exec(ctx, "INSERT INTO ownership_drifts (id, service_id, reason, detail, found_at, escalated_at) VALUES "+values(len(some), 6)+
			" ON CONFLICT (service_id, reason) DO UPDATE SET detail = excluded.detail", args...)
		return gone(err)
	}))
}

// RemoveDrifts removes those.
func (d Drifts) RemoveDrifts(ctx context.Context, drifts []id.ID) error {
	return fail("remove drifts of ownership", chunks(drifts, bulkRows, func(some []id.ID) error {
		_, err := d.s.exec(ctx, "DELETE FROM ownership_drifts WHERE id IN "+values(1, len(some)), arguments(texts(some))...)
		return err
	}))
}

// RemoveOfRetired removes those of services that are retired.
func (d Drifts) RemoveOfRetired(ctx context.Context, limit int) (int, error) {
	n, err := d.s.exec(ctx, "DELETE FROM ownership_drifts WHERE id IN (SELECT d.id FROM ownership_drifts d JOIN services v ON v.id = d.service_id WHERE v.retired_at IS NOT NULL ORDER BY d.id LIMIT $1)", limit)
	return n, fail("remove drifts of what was retired", err)
}

// Untold returns those that are not escalated, by when they were found.
func (d Drifts) Untold(ctx context.Context, foundBefore time.Time, after drift.Drift, limit int) ([]drift.Drift, error) {
	var c conditions
	c.add("d.escalated_at IS NULL")
	c.add("d.found_at < %s", clock.Round(foundBefore))
	if after.ID != "" {
		c.add("(d.found_at, d.id) > (%s, %s)", clock.Round(after.FoundAt), string(after.ID))
	}
	return d.rows(ctx, c.where()+" ORDER BY d.found_at, d.id"+c.limit(limit), c.args...)
}

// Escalated writes that the team above was told.
func (d Drifts) Escalated(ctx context.Context, of id.ID, at time.Time) error {
	n, err := d.s.exec(ctx, "UPDATE ownership_drifts SET escalated_at = $1 WHERE id = $2 AND escalated_at IS NULL", clock.Round(at), string(of))
	if err == nil && n == 0 {
		return fault.Stale("ownership drift")
	}
	return fail("write that a drift was escalated", err)
}

// Everybody returns all people. It is asked once an hour, and reads the table whole.
func (a Access) Everybody(ctx context.Context) ([]access.Person, error) {
	rows, err := a.s.ent.Person.Query().All(ctx)
	out := make([]access.Person, len(rows))
	for i, p := range rows {
		out[i] = fromDBPerson(p)
	}
	return out, fail("read people", err)
}

// Refusing returns the repositories in which issues are dead because of the repository, by their
// folded names, each with what the tracker said of one of them.
func (d Delivery) Refusing(ctx context.Context) (map[delivery.Place]string, error) {
	out := map[delivery.Place]string{}
	err := d.s.queryAll(ctx, "SELECT lower(repository), MAX(problem) FROM deliveries WHERE "+deadOfPlace+" GROUP BY lower(repository)", nil, func(rows *sql.Rows) error {
		var place delivery.Place
		var problem string
		err := rows.Scan(&place, &problem)
		out[place] = problem
		return err
	})
	return out, fail("read which repositories take no issues", err)
}
