package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/toil"
)

const toilEntryColumns = "id, team_id, subject, service_id, day, minutes, category, traits, link, note, origin, created_at, updated_at, version"

// traitBits are the attributes in the order of their bits, which never changes.
func traitBits(t *toil.Traits) []*bool {
	return []*bool{&t.Manual, &t.Repetitive, &t.Automatable, &t.Tactical, &t.NoEnduringValue, &t.Grows}
}

func toDBTraits(t toil.Traits) int {
	bits := 0
	for i, has := range traitBits(&t) {
		if *has {
			bits |= 1 << i
		}
	}
	return bits
}

func fromDBTraits(bits int) (t toil.Traits) {
	for i, has := range traitBits(&t) {
		*has = bits&(1<<i) != 0
	}
	return t
}

// entriesAtOnce is how many go into one statement.
const entriesAtOnce = 200

// CreateEntries writes entries, but for those of an origin that their subject has.
func (t Toil) CreateEntries(ctx context.Context, entries []toil.Entry) (int, error) {
	total := 0
	err := chunks(entries, entriesAtOnce, func(some []toil.Entry) error {
		var args []any
		for _, e := range some {
			var origin any
			if e.Origin != "" {
				origin = e.Origin
			}
			args = append(args, string(e.ID), string(e.Team), string(e.Subject), orNil(e.Service), string(e.Day), e.Minutes, string(e.Category), toDBTraits(e.Traits),
				e.Link, e.Note, origin, clock.Round(e.CreatedAt), clock.Round(e.UpdatedAt), e.Version)
		}
		n, err := t.s.exec(ctx, "INSERT INTO toil_entries ("+toilEntryColumns+") VALUES "+values(len(some), 14)+" ON CONFLICT (subject, origin) DO NOTHING", args...)
		total += n
		return err
	})
	return total, fail("write entries of toil", gone(err))
}

func (t Toil) entries(ctx context.Context, rest string, args ...any) ([]toil.Entry, error) {
	out := []toil.Entry{}
	err := t.s.queryAll(ctx, "SELECT "+toilEntryColumns+" FROM toil_entries"+rest, args, func(rows *sql.Rows) error {
		var e toil.Entry
		var service, origin sql.NullString
		var traits int
		err := rows.Scan(&e.ID, &e.Team, &e.Subject, &service, &e.Day, &e.Minutes, &e.Category, &traits, &e.Link, &e.Note, &origin, &e.CreatedAt, &e.UpdatedAt, &e.Version)
		e.Service, e.Origin, e.Traits = id.ID(service.String), origin.String, fromDBTraits(traits)
		e.CreatedAt, e.UpdatedAt = utc(e.CreatedAt), utc(e.UpdatedAt)
		out = append(out, e)
		return err
	})
	return out, fail("read entries of toil", err)
}

// Entry returns one.
func (t Toil) Entry(ctx context.Context, of id.ID) (toil.Entry, error) {
	found, err := t.entries(ctx, " WHERE id = $1", string(of))
	if err != nil {
		return toil.Entry{}, err
	}
	if len(found) == 0 {
		return toil.Entry{}, fault.Missing("toil_entry", string(of))
	}
	return found[0], nil
}

// UpdateEntry writes what is said of it, conditional on Version.
func (t Toil) UpdateEntry(ctx context.Context, e toil.Entry) error {
	n, err := t.s.exec(ctx, `UPDATE toil_entries SET service_id = $1, day = $2, minutes = $3, category = $4, traits = $5, link = $6, note = $7, updated_at = $8, version = version + 1
 WHERE id = $9 AND version = $10`,
		orNil(e.Service), string(e.Day), e.Minutes, string(e.Category), toDBTraits(e.Traits), e.Link, e.Note, clock.Round(e.UpdatedAt), string(e.ID), e.Version)
	return written("toil_entry", e.ID, n, gone(err), t.exists(ctx, "toil_entries", e.ID))
}

// DeleteEntry removes it, conditional on Version.
func (t Toil) DeleteEntry(ctx context.Context, e toil.Entry) error {
	n, err := t.s.exec(ctx, "DELETE FROM toil_entries WHERE id = $1 AND version = $2", string(e.ID), e.Version)
	return written("toil_entry", e.ID, n, err, t.exists(ctx, "toil_entries", e.ID))
}

// Entries lists those of a subject, the latest day first.
func (t Toil) Entries(ctx context.Context, f toil.EntryFilter, r page.Request) (page.Page[toil.Entry], error) {
	none := page.Page[toil.Entry]{}
	key, err := r.Key(f, 2)
	if err != nil {
		return none, err
	}
	var c conditions
	c.add("subject = %s", string(f.Subject))
	for _, one := range []struct{ condition, value string }{
		{"team_id = %s", string(f.Team)}, {"day >= %s", string(f.From)}, {"day <= %s", string(f.To)},
	} {
		if one.value != "" {
			c.add(one.condition, one.value)
		}
	}
	if key != nil {
		c.add("(day, id) < (%s, %s)", key[0], key[1])
	}
	rows, err := t.entries(ctx, c.where()+" ORDER BY day DESC, id DESC"+c.limit(r.Size()+1), c.args...)
	if err != nil {
		return none, err
	}
	return page.Cut(r, f, rows, func(e toil.Entry) []string { return []string{string(e.Day), string(e.ID)} }), nil
}

// MinutesOn sums up what the subject logged for each of the days.
func (t Toil) MinutesOn(ctx context.Context, subject id.ID, days []clock.Date) (map[clock.Date]int, error) {
	out := map[clock.Date]int{}
	err := chunks(days, idBatch, func(some []clock.Date) error {
		named := make([]string, len(some))
		for i, day := range some {
			named[i] = string(day)
		}
		var c conditions
		c.add("subject = %s", string(subject))
		c.in("day", named)
		return t.s.queryAll(ctx, "SELECT day, CAST(SUM(minutes) AS BIGINT) FROM toil_entries"+c.where()+" GROUP BY day", c.args, func(rows *sql.Rows) error {
			var day clock.Date
			var minutes int
			err := rows.Scan(&day, &minutes)
			out[day] = minutes
			return err
		})
	})
	return out, fail("sum up the entries of days", err)
}

// Origins returns those of which the subject has an entry, or that they dismissed.
func (t Toil) Origins(ctx context.Context, subject id.ID, origins []string) (map[string]bool, error) {
	out := map[string]bool{}
	for _, table := range []string{"toil_entries", "toil_dismissals"} {
		err := chunks(origins, idBatch, func(some []string) error {
			var c conditions
			c.add("subject = %s", string(subject))
			c.in("origin", some)
			return t.s.queryAll(ctx, "SELECT origin FROM "+table+c.where(), c.args, func(rows *sql.Rows) error {
				var origin string
				err := rows.Scan(&origin)
				out[origin] = true
				return err
			})
		})
		if err != nil {
			return nil, fail("look for the origins of entries", err)
		}
	}
	return out, nil
}

// Own returns those of the entries that are of the subject.
func (t Toil) Own(ctx context.Context, subject id.ID, entries []id.ID) (map[id.ID]bool, error) {
	out := map[id.ID]bool{}
	err := chunks(texts(entries), idBatch, func(some []string) error {
		var c conditions
		c.in("id", some)
		c.add("subject = %s", string(subject))
		return t.s.queryAll(ctx, "SELECT id FROM toil_entries"+c.where(), c.args, func(rows *sql.Rows) error {
			var of id.ID
			err := rows.Scan(&of)
			out[of] = true
			return err
		})
	})
	return out, fail("look for entries of a person", err)
}

// Dismiss notes that the subject does not take a proposal.
func (t Toil) Dismiss(ctx context.Context, dismissal, subject id.ID, origin string, at time.Time) error {
	_, err := t.s.exec(ctx, "INSERT INTO toil_dismissals (id, subject, origin, dismissed_at) VALUES "+values(1, 4)+" ON CONFLICT (subject, origin) DO NOTHING",
		string(dismissal), string(subject), origin, clock.Round(at))
	return fail("dismiss a proposal", err)
}

// PruneDismissals removes those before a time.
func (t Toil) PruneDismissals(ctx context.Context, before time.Time, limit int) (int, error) {
	n, err := t.s.prune(ctx, "toil_dismissals", "dismissed_at < $1", before, limit)
	return n, fail("prune dismissals", err)
}

// Logged sums up what each subject logged for a day, by category and service.
func (t Toil) Logged(ctx context.Context, teams []id.ID, from, to clock.Date) ([]toil.Logged, error) {
	var out []toil.Logged
	within := func(c *conditions) { c.add("day >= %s AND day <= %s", string(from), string(to)) }
	err := t.ofTeams(ctx, "SELECT team_id, subject, day, category, service_id, CAST(SUM(minutes) AS BIGINT), COUNT(*) FROM toil_entries", teams, within, " GROUP BY team_id, day, subject, category, service_id ORDER BY team_id, day, subject, category, service_id", func(rows *sql.Rows) error {
		var l toil.Logged
		var service sql.NullString
		err := rows.Scan(&l.Team, &l.Subject, &l.Day, &l.Category, &service, &l.Minutes, &l.Entries)
		l.Service = id.ID(service.String)
		out = append(out, l)
		return err
	})
	return out, fail("sum up what was logged by days", err)
}

// Sums are by team, category and service.
func (t Toil) Sums(ctx context.Context, teams []id.ID, from, to clock.Date) ([]toil.Sum, error) {
	var out []toil.Sum
	within := func(c *conditions) { c.add("day >= %s AND day <= %s", string(from), string(to)) }
	err := t.ofTeams(ctx, "SELECT team_id, category, service_id, CAST(SUM(minutes) AS BIGINT), COUNT(*), COUNT(DISTINCT subject) FROM toil_entries", teams, within, " GROUP BY team_id, category, service_id", func(rows *sql.Rows) error {
		var s toil.Sum
		var service sql.NullString
		err := rows.Scan(&s.Team, &s.Category, &service, &s.Minutes, &s.Entries, &s.Persons)
		s.Service = id.ID(service.String)
		out = append(out, s)
		return err
	})
	return out, fail("sum up what was logged", err)
}
