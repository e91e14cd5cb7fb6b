package store

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/incident"
)

const entryColumns = `e.id, e.incident_id, e.at, e.kind, e.author, e.text, e.link, COALESCE(e.source_key, ''), e.withdrawn_at, e.withdrawn_by, e.created_at, e.updated_at, e.version`

// CreateEntries writes entries but for those of a source key that is there, and returns how many.
func (o Incidents) CreateEntries(ctx context.Context, entries []incident.Entry) (int, error) {
	wrote := 0
	err := chunks(entries, bulkRows, func(some []incident.Entry) error {
		var args []any
		for _, e := range some {
			var key any
			if e.SourceKey != "" {
				key = e.SourceKey
			}
			args = append(args, string(e.ID), string(e.Incident), clock.Round(e.At), string(e.Kind), e.By, e.Text, e.Link, key, nullOrTime(e.WithdrawnAt), e.WithdrawnBy, clock.Round(e.CreatedAt), clock.Round(e.UpdatedAt), e.Version)
		}
		n, err := o.s.exec(ctx, `INSERT INTO incident_entries (id, incident_id, at, kind, author, text, link, source_key, withdrawn_at, withdrawn_by, created_at, updated_at, version) VALUES `+
			values(len(some), 13)+` ON CONFLICT (incident_id, source_key) DO NOTHING`, args...)
		wrote += n
		return err
	})
	return wrote, fail("write entries of a timeline", gone(err))
}

// Kept returns those of the entries that are there.
func (o Incidents) Kept(ctx context.Context, entries []incident.Entry) ([]incident.Entry, error) {
	ids := make([]id.ID, len(entries))
	for n, e := range entries {
		ids[n] = e.ID
	}
	there := map[id.ID]bool{}
	err := chunks(ids, bulkRows, func(some []id.ID) error {
		var c conditions
		c.in("id", texts(some))
		return o.s.queryAll(ctx, "SELECT id FROM incident_entries"+c.where(), c.args, func(rows *sql.Rows) error {
			var one id.ID
			err := rows.Scan(&one)
			there[one] = true
			return err
		})
	})
	out := slices.DeleteFunc(slices.Clone(entries), func(e incident.Entry) bool { return !there[e.ID] })
	return out, fail("look for entries of a timeline", err)
}

// CountEntries counts those of the incident.
func (o Incidents) CountEntries(ctx context.Context, of id.ID) (int, error) {
	var n int
	err := o.s.queryOne(ctx, "SELECT COUNT(*) FROM incident_entries WHERE incident_id = $1", []any{string(of)}, &n)
	return n, fail("count the entries of a timeline", err)
}

func (o Incidents) entries(ctx context.Context, rest string, args ...any) ([]incident.Entry, error) {
	var out []incident.Entry
	err := o.s.queryAll(ctx, "SELECT "+entryColumns+" FROM incident_entries e"+rest, args, func(rows *sql.Rows) error {
		var e incident.Entry
		err := rows.Scan(&e.ID, &e.Incident, &e.At, &e.Kind, &e.By, &e.Text, &e.Link, &e.SourceKey, &e.WithdrawnAt, &e.WithdrawnBy, &e.CreatedAt, &e.UpdatedAt, &e.Version)
		e.At, e.WithdrawnAt, e.CreatedAt, e.UpdatedAt = utc(e.At), utcOrNil(e.WithdrawnAt), utc(e.CreatedAt), utc(e.UpdatedAt)
		out = append(out, e)
		return err
	})
	return out, fail("read entries of a timeline", err)
}

// Entry returns one of the incident.
func (o Incidents) Entry(ctx context.Context, of, entry id.ID) (incident.Entry, error) {
	found, err := o.entries(ctx, " WHERE e.id = $1 AND e.incident_id = $2", string(entry), string(of))
	if err != nil {
		return incident.Entry{}, err
	}
	if len(found) == 0 {
		return incident.Entry{}, fault.Missing("timeline_entry", string(entry))
	}
	return found[0], nil
}

// UpdateEntry writes what it says and whether it is withdrawn, conditional on Version.
func (o Incidents) UpdateEntry(ctx context.Context, e incident.Entry) error {
	n, err := o.s.exec(ctx, "UPDATE incident_entries SET at = $1, text = $2, link = $3, withdrawn_at = $4, withdrawn_by = $5, updated_at = $6, version = version + 1 WHERE id = $7 AND version = $8",
		clock.Round(e.At), e.Text, e.Link, nullOrTime(e.WithdrawnAt), e.WithdrawnBy, clock.Round(e.UpdatedAt), string(e.ID), e.Version)
	return written("timeline_entry", e.ID, n, err, func() (bool, error) {
		found, err := o.entries(ctx, " WHERE e.id = $1", string(e.ID))
		return len(found) > 0, err
	})
}

// CreateRevision writes what an entry said.
func (o Incidents) CreateRevision(ctx context.Context, r incident.Revision) error {
	_, err := o.s.exec(ctx, "INSERT INTO incident_entry_revisions (id, entry_id, at, text, link, replaced_at, replaced_by) VALUES "+values(1, 7),
		string(r.ID), string(r.Entry), clock.Round(r.At), r.Text, r.Link, clock.Round(r.ReplacedAt), r.ReplacedBy)
	return fail("write a revision of an entry", gone(err))
}

// Revisions are what the entry said before, the oldest first.
func (o Incidents) Revisions(ctx context.Context, entry id.ID) ([]incident.Revision, error) {
	var out []incident.Revision
	err := o.s.queryAll(ctx, "SELECT id, entry_id, at, text, link, replaced_at, replaced_by FROM incident_entry_revisions WHERE entry_id = $1 ORDER BY id", []any{string(entry)}, func(rows *sql.Rows) error {
		var r incident.Revision
		err := rows.Scan(&r.ID, &r.Entry, &r.At, &r.Text, &r.Link, &r.ReplacedAt, &r.ReplacedBy)
		r.At, r.ReplacedAt = utc(r.At), utc(r.ReplacedAt)
		out = append(out, r)
		return err
	})
	return out, fail("read revisions of an entry", err)
}

// Entries returns the first of the incident after the moment.
func (o Incidents) Entries(ctx context.Context, of id.ID, after incident.Moment, most int) ([]incident.Entry, error) {
	return o.entries(ctx, " WHERE e.incident_id = $1 AND (e.at, e.id) > ($2, $3) ORDER BY e.at, e.id LIMIT $4", string(of), clock.Round(after.At), string(after.ID), most)
}

// happenings are where it is written what happened to services.
var happenings = []struct {
	kind                     incident.EntryKind
	at, table, subject, rest string
}{
	{incident.Alert, "h.started_at", "alerts h JOIN slos o ON o.id = h.slo_id", "o.slug", "h.kind, h.severity"},
	{incident.Gate, "h.decided_at", "gate_decisions h", "h.class", "h.answer, ''"},
	{incident.Change, "h.began_at", "changes h", "h.kind", "h.release, h.outcome"},
}

// Happenings returns the first of the services in [from, to].
func (o Incidents) Happenings(ctx context.Context, services []id.ID, from, to time.Time, most int) ([]incident.Happening, error) {
	var out []incident.Happening
	for _, q := range happenings {
		var c conditions
		c.in("h.service_id", texts(services))
		c.add(q.at+" >= %s", clock.Round(from))
		c.add(q.at+" <= %s", clock.Round(to))
		text := "SELECT h.id, h.service_id, " + q.at + ", " + q.subject + ", " + q.rest + " FROM " + q.table + c.where() + " ORDER BY " + q.at + ", h.id" + c.limit(most)
		err := o.s.queryAll(ctx, text, c.args, func(rows *sql.Rows) error {
			h := incident.Happening{Kind: q.kind}
			err := rows.Scan(&h.ID, &h.Service, &h.At, &h.Subject, &h.Detail, &h.Outcome)
			h.At = utc(h.At)
			out = append(out, h)
			return err
		})
		if err != nil {
			return nil, fail("read what happened to services", err)
		}
	}
	slices.SortFunc(out, incident.Happening.Compare)
	return out[:min(len(out), most)], nil
}
