package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	entoutage "github.com/evenkeel/evenkeel/ent/db/outage"
	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/slo/outage"
)

// Outages is the store of package outage.
type Outages struct{ s *Store }

var _ outage.Store = Outages{}

// Outages returns the view of the store that package outage declares.
func (s *Store) Outages() Outages { return Outages{s} }

// CreateOutage writes an outage.
func (a Outages) CreateOutage(ctx context.Context, o outage.Outage) error {
	err := a.s.ent.Outage.Create().
		SetID(string(o.ID)).SetServiceID(string(o.Service)).SetClass(o.Class).SetNote(o.Note).SetBeginsAt(o.Begins).SetNillableEndsAt(o.Ends).
		SetCreatedAt(o.CreatedAt).SetCreatedBy(o.CreatedBy).SetUpdatedAt(o.UpdatedAt).SetUpdatedBy(o.UpdatedBy).SetVersion(o.Version).
		Exec(ctx)
	return fail("write an outage", gone(err))
}

const outages = `SELECT o.id, o.service_id, o.class, o.note, o.begins_at, o.ends_at, o.created_at, o.created_by, o.updated_at, o.updated_by, o.version FROM outages o`

func (a Outages) rows(ctx context.Context, rest string, args ...any) ([]outage.Outage, error) {
	var out []outage.Outage
	err := a.s.queryAll(ctx, outages+rest, args, func(rows *sql.Rows) error {
		var o outage.Outage
		err := rows.Scan(&o.ID, &o.Service, &o.Class, &o.Note, &o.Begins, &o.Ends, &o.CreatedAt, &o.CreatedBy, &o.UpdatedAt, &o.UpdatedBy, &o.Version)
		o.Begins, o.Ends, o.CreatedAt, o.UpdatedAt = utc(o.Begins), utcOrNil(o.Ends), utc(o.CreatedAt), utc(o.UpdatedAt)
		out = append(out, o)
		return err
	})
	return out, fail("read outages", err)
}

// Outage returns one.
func (a Outages) Outage(ctx context.Context, of id.ID) (outage.Outage, error) {
	found, err := a.rows(ctx, " WHERE o.id = $1", string(of))
	if err != nil {
		return outage.Outage{}, err
	}
	if len(found) == 0 {
		return outage.Outage{}, fault.Missing("outage", string(of))
	}
	return found[0], nil
}

func (a Outages) exists(ctx context.Context, of id.ID) func() (bool, error) {
	return func() (bool, error) { return a.s.ent.Outage.Query().Where(entoutage.ID(string(of))).Exist(ctx) }
}

// UpdateOutage writes what is said of it, conditional on Version.
func (a Outages) UpdateOutage(ctx context.Context, o outage.Outage) error {
	u := a.s.ent.Outage.Update().Where(entoutage.ID(string(o.ID)), entoutage.Version(o.Version)).
		SetClass(o.Class).SetNote(o.Note).SetBeginsAt(o.Begins).SetUpdatedAt(o.UpdatedAt).SetUpdatedBy(o.UpdatedBy).AddVersion(1)
	if o.Ends == nil {
		u.ClearEndsAt()
	} else {
		u.SetEndsAt(*o.Ends)
	}
	n, err := u.Save(ctx)
	return written("outage", o.ID, n, err, a.exists(ctx, o.ID))
}

// DeleteOutage removes it, conditional on Version.
func (a Outages) DeleteOutage(ctx context.Context, o outage.Outage) error {
	n, err := a.s.ent.Outage.Delete().Where(entoutage.ID(string(o.ID)), entoutage.Version(o.Version)).Exec(ctx)
	return written("outage", o.ID, n, err, a.exists(ctx, o.ID))
}

// Outages lists the latest first, by when they begin.
func (a Outages) Outages(ctx context.Context, f outage.Filter, r page.Request) (page.Page[outage.Outage], error) {
	none := page.Page[outage.Outage]{}
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
		c.add("(o.begins_at, o.id) < (%s, %s)", key...)
	}
	if f.Service != "" {
		c.add("o.service_id = %s", string(f.Service))
	}
	if f.Class != "" {
		c.add("o.class = %s", f.Class)
	}
	if !f.At.IsZero() {
		c.add("o.begins_at <= %s", clock.Round(f.At))
		c.add("(o.ends_at IS NULL OR o.ends_at > %s)", clock.Round(f.At))
	}
	rows, err := a.rows(ctx, c.where()+" ORDER BY o.begins_at DESC, o.id DESC"+c.limit(r.Size()+1), c.args...)
	if err != nil {
		return none, err
	}
	return page.Cut(r, f, rows, func(o outage.Outage) []string { return []string{cursorTime(o.Begins), string(o.ID)} }), nil
}

// OutagesOf returns those of the services of which a part lies in a time.
func (a Outages) OutagesOf(ctx context.Context, services []id.ID, from, to time.Time) ([]outage.Outage, error) {
	var out []outage.Outage
	err := chunks(services, bulkRows, func(some []id.ID) error {
		var c conditions
		for _, one := range some {
			c.args = append(c.args, string(one))
		}
		c.add("o.service_id IN " + values(1, len(some)))
		c.add("o.begins_at < %s", clock.Round(to))
		c.add("(o.ends_at IS NULL OR o.ends_at > %s)", clock.Round(from))
		found, err := a.rows(ctx, c.where()+" ORDER BY o.service_id, o.begins_at, o.id", c.args...)
		out = append(out, found...)
		return err
	})
	return out, err
}

// TimesOf returns the times of outages, and of incidents that affected the services.
func (a Outages) TimesOf(ctx context.Context, services []id.ID, from, to time.Time) ([]outage.Time, error) {
	var out []outage.Time
	err := chunks(services, bulkRows, func(some []id.ID) error {
		n, in := len(some), values(1, len(some))
		between := func(begins, ends string) string {
			return fmt.Sprintf("%s < $%d AND (%s IS NULL OR %s > $%d)", begins, n+1, ends, ends, n+2)
		}
		query := "SELECT o.service_id, o.class, NULL, o.begins_at, o.ends_at FROM outages o WHERE o.service_id IN " + in + " AND " + between("o.begins_at", "o.ends_at") +
			" UNION ALL SELECT s.service_id, '', i.details, i.impact_start, COALESCE(i.impact_end, i.resolved_at) FROM incident_services s JOIN incidents i ON i.id = s.incident_id" +
			" WHERE s.service_id IN " + in + " AND s.part = 'affected' AND NOT i.restricted AND " + between("i.impact_start", "COALESCE(i.impact_end, i.resolved_at)")
		return a.s.queryAll(ctx, query, append(arguments(texts(some)), clock.Round(to), clock.Round(from)), func(rows *sql.Rows) error {
			var t outage.Time
			var details []byte
			var begins, ends moment
			if err := rows.Scan(&t.Service, &t.Class, &details, &begins, &ends); err != nil {
				return err
			}
			t.Begins, t.Ends = begins.orZero(), ends.at
			if details != nil {
				var d incidentDetails
				if err := json.Unmarshal(details, &d); err != nil {
					return err
				}
				t.Tags = d.Tags
			}
			out = append(out, t)
			return nil
		})
	})
	return out, fail("read the times of outages", err)
}
