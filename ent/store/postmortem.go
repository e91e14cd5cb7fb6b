package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/incident/postmortem"
)

// Postmortems is the store of package postmortem.
type Postmortems struct{ s *Store }

var _ postmortem.Store = Postmortems{}

// Postmortems returns the view of the store that package postmortem declares.
func (s *Store) Postmortems() Postmortems { return Postmortems{s} }

const postmortemColumns = `p.id, p.incident_id, p.status, p.text_number, p.template, p.review, p.link, p.due_at, p.overdue_told, p.escalated_told, p.created_at, p.created_by, p.updated_at, p.updated_by, p.version`

// parts are what of a postmortem is stored as JSON: template, review and link.
func postmortemParts(p postmortem.Postmortem) (template, review, link json.RawMessage, err error) {
	for _, part := range []struct {
		into *json.RawMessage
		from any
	}{{&template, p.Template}, {&review, p.Review}, {&link, p.Link}} {
		if *part.into, err = json.Marshal(part.from); err != nil {
			return nil, nil, nil, fmt.Errorf("spell a postmortem: %w", err)
		}
	}
	return template, review, link, nil
}

// CreatePostmortem writes one; false where the incident has one already. Who enters the same one at
// the same time waits here.
func (m Postmortems) CreatePostmortem(ctx context.Context, p postmortem.Postmortem) (bool, error) {
	template, review, link, err := postmortemParts(p)
	if err != nil {
		return false, err
	}
	n, err := m.s.exec(ctx, `INSERT INTO postmortems (id, incident_id, status, text_number, template, review, link, due_at, overdue_told, escalated_told, created_at, created_by, updated_at, updated_by, version) VALUES `+
		values(1, 15)+` ON CONFLICT (incident_id) DO NOTHING`,
		string(p.ID), string(p.Incident), string(p.Status), p.Text, template, review, link, nullOrTime(p.DueAt), nullOrTime(p.OverdueTold), nullOrTime(p.EscalatedTold),
		clock.Round(p.CreatedAt), p.CreatedBy, clock.Round(p.UpdatedAt), p.UpdatedBy, p.Version)
	return n == 1, fail("write a postmortem", gone(err))
}

func (m Postmortems) rows(ctx context.Context, rest string, args ...any) ([]postmortem.Postmortem, error) {
	var out []postmortem.Postmortem
	err := m.s.queryAll(ctx, "SELECT "+postmortemColumns+" FROM postmortems p"+rest, args, func(rows *sql.Rows) error {
		p, err := fromDBPostmortem(rows)
		out = append(out, p)
		return err
	})
	return out, fail("read postmortems", err)
}

// fromDBPostmortem reads a row; more is what stands behind its columns.
func fromDBPostmortem(rows *sql.Rows, more ...any) (postmortem.Postmortem, error) {
	var p postmortem.Postmortem
	var template, review, link []byte
	err := rows.Scan(append([]any{
		&p.ID, &p.Incident, &p.Status, &p.Text, &template, &review, &link, &p.DueAt, &p.OverdueTold, &p.EscalatedTold, &p.CreatedAt, &p.CreatedBy, &p.UpdatedAt, &p.UpdatedBy, &p.Version,
	}, more...)...)
	if err != nil {
		return p, err
	}
	p.DueAt, p.OverdueTold, p.EscalatedTold, p.CreatedAt, p.UpdatedAt = utcOrNil(p.DueAt), utcOrNil(p.OverdueTold), utcOrNil(p.EscalatedTold), utc(p.CreatedAt), utc(p.UpdatedAt)
	for _, part := range []struct {
		from []byte
		into any
	}{{template, &p.Template}, {review, &p.Review}, {link, &p.Link}} {
		if err := json.Unmarshal(part.from, part.into); err != nil {
			return p, fmt.Errorf("read a part of the postmortem %s: %w", p.ID, err)
		}
	}
	return p, nil
}

// Postmortem returns that of the incident.
func (m Postmortems) Postmortem(ctx context.Context, of id.ID) (postmortem.Postmortem, error) {
	found, err := m.rows(ctx, " WHERE p.incident_id = $1", string(of))
	if err != nil {
		return postmortem.Postmortem{}, err
	}
	if len(found) == 0 {
		return postmortem.Postmortem{}, fault.Missing("postmortem", string(of))
	}
	return found[0], nil
}

// HoldPostmortem locks the row of that of the incident, and returns it.
func (m Postmortems) HoldPostmortem(ctx context.Context, of id.ID) (postmortem.Postmortem, error) {
	if _, err := m.s.exec(ctx, "UPDATE postmortems SET version = version WHERE incident_id = $1", string(of)); err != nil {
		return postmortem.Postmortem{}, fail("hold a postmortem", err)
	}
	return m.Postmortem(ctx, of)
}

// UpdatePostmortem writes all of it, conditional on Version.
func (m Postmortems) UpdatePostmortem(ctx context.Context, p postmortem.Postmortem) error {
	template, review, link, err := postmortemParts(p)
	if err != nil {
		return err
	}
	n, err := m.s.exec(ctx, `UPDATE postmortems SET status = $1, text_number = $2, template = $3, review = $4, link = $5, due_at = $6, overdue_told = $7, escalated_told = $8, updated_at = $9, updated_by = $10, version = version + 1
 WHERE id = $11 AND version = $12`,
		string(p.Status), p.Text, template, review, link, nullOrTime(p.DueAt), nullOrTime(p.OverdueTold), nullOrTime(p.EscalatedTold), clock.Round(p.UpdatedAt), p.UpdatedBy, string(p.ID), p.Version)
	return written("postmortem", p.ID, n, err, func() (bool, error) {
		found, err := m.rows(ctx, " WHERE p.id = $1", string(p.ID))
		return len(found) > 0, err
	})
}

// MarkTold writes of which due times it was told.
func (m Postmortems) MarkTold(ctx context.Context, p postmortem.Postmortem) error {
	_, err := m.s.exec(ctx, "UPDATE postmortems SET overdue_told = $1, escalated_told = $2 WHERE id = $3", nullOrTime(p.OverdueTold), nullOrTime(p.EscalatedTold), string(p.ID))
	return fail("note what was told of a postmortem", err)
}

// owed is the condition that a review of the postmortem is still to come.
const owed = "p.status IN ('requested', 'draft', 'in_review')"

// Postmortems lists those with the newest impact first.
func (m Postmortems) Postmortems(ctx context.Context, f postmortem.Filter, r page.Request) (page.Page[postmortem.Postmortem], error) {
	none := page.Page[postmortem.Postmortem]{}
	list := f
	list.Now = time.Time{} // it goes on from page to page
	cursor, err := r.Key(list, 2)
	if err != nil {
		return none, err
	}
	key, err := timeKey(cursor)
	if err != nil {
		return none, err
	}
	var c conditions
	c.add("i.id = p.incident_id")
	if key != nil {
		c.add("(i.impact_start, i.id) < (%s, %s)", key...)
	}
	if !f.Reader.All {
		c.add("NOT ("+unreadable("i")+")", string(f.Reader.Person))
	}
	if f.Status != "" {
		c.add("p.status = %s", string(f.Status))
	}
	if f.Team != "" {
		c.add("i.team_id = %s", string(f.Team))
	}
	if f.Service != "" {
		c.add("EXISTS (SELECT 1 FROM incident_services s WHERE s.incident_id = i.id AND s.service_id = %s)", string(f.Service))
	}
	if f.Overdue != nil {
		c.add(map[bool]string{
			true:  owed + " AND p.due_at < %s",
			false: "NOT (" + owed + " AND p.due_at IS NOT NULL AND p.due_at < %s)",
		}[*f.Overdue], clock.Round(f.Now))
	}
	if !f.From.IsZero() {
		c.add("i.impact_start >= %s", clock.Round(f.From))
	}
	if !f.To.IsZero() {
		c.add("i.impact_start < %s", clock.Round(f.To))
	}
	type row struct {
		postmortem.Postmortem
		began time.Time
	}
	var found []row
	err = m.s.queryAll(ctx, "SELECT "+postmortemColumns+", i.impact_start FROM postmortems p, incidents i"+c.where()+" ORDER BY i.impact_start DESC, i.id DESC"+c.limit(r.Size()+1), c.args, func(rows *sql.Rows) error {
		var one row
		var err error
		one.Postmortem, err = fromDBPostmortem(rows, &one.began)
		found = append(found, one)
		return err
	})
	if err != nil {
		return none, fail("list postmortems", err)
	}
	cut := page.Cut(r, list, found, func(one row) []string { return []string{cursorTime(one.began), string(one.Incident)} })
	return page.Map(cut, func(one row) postmortem.Postmortem { return one.Postmortem }), nil
}

// PostmortemsOf returns those that the incidents have.
func (m Postmortems) PostmortemsOf(ctx context.Context, incidents []id.ID) ([]postmortem.Postmortem, error) {
	var out []postmortem.Postmortem
	err := chunks(incidents, bulkRows, func(some []id.ID) error {
		var c conditions
		c.in("p.incident_id", texts(some))
		found, err := m.rows(ctx, c.where()+" ORDER BY p.id", c.args...)
		out = append(out, found...)
		return err
	})
	return out, err
}

// Past returns those that are owed and were due by then of which something may be to be told.
func (m Postmortems) Past(ctx context.Context, now time.Time, after id.ID, most int) ([]postmortem.Postmortem, error) {
	var c conditions
	c.add(owed+" AND p.due_at < %s", clock.Round(now))
	c.add("(p.overdue_told IS NULL OR p.overdue_told <> p.due_at OR p.escalated_told IS NULL OR p.escalated_told <> p.due_at)")
	if after != "" {
		c.add("p.id > %s", string(after))
	}
	return m.rows(ctx, c.where()+" ORDER BY p.id"+c.limit(most), c.args...)
}

const postmortemTextColumns = "t.id, t.postmortem_id, t.number, t.head, %s, t.note, t.at, t.author, t.person_id"

func (m Postmortems) texts(ctx context.Context, whole bool, rest string, args ...any) ([]postmortem.Text, error) {
	what := "''"
	if whole {
		what = "t.text"
	}
	var out []postmortem.Text
	err := m.s.queryAll(ctx, "SELECT "+fmt.Sprintf(postmortemTextColumns, what)+" FROM postmortem_texts t"+rest, args, func(rows *sql.Rows) error {
		var t postmortem.Text
		err := rows.Scan(&t.ID, &t.Postmortem, &t.Number, &t.Head, &t.Text, &t.Note, &t.At, &t.Author, &t.Person)
		t.At = utc(t.At)
		out = append(out, t)
		return err
	})
	return out, fail("read texts of postmortems", err)
}

// AddText writes a version of a text.
func (m Postmortems) AddText(ctx context.Context, t postmortem.Text) error {
	_, err := m.s.exec(ctx, "INSERT INTO postmortem_texts (id, postmortem_id, number, head, text, note, at, author, person_id) VALUES "+values(1, 9),
		string(t.ID), string(t.Postmortem), t.Number, t.Head, t.Text, t.Note, clock.Round(t.At), t.Author, string(t.Person))
	return fail("write a text of a postmortem", gone(err))
}

// Text returns the version of the text.
func (m Postmortems) Text(ctx context.Context, of id.ID, number int) (postmortem.Text, error) {
	found, err := m.texts(ctx, true, " WHERE t.postmortem_id = $1 AND t.number = $2", string(of), number)
	if err == nil && len(found) == 0 {
		err = fault.Missing("postmortem_version", fmt.Sprint(number))
	}
	if err != nil {
		return postmortem.Text{}, err
	}
	return found[0], nil
}

// TextAt returns that which was current at the version of the postmortem.
func (m Postmortems) TextAt(ctx context.Context, of id.ID, version int64) (postmortem.Text, error) {
	found, err := m.texts(ctx, true, " WHERE t.postmortem_id = $1 AND t.head <= $2 ORDER BY t.number DESC LIMIT 1", string(of), version)
	if err == nil && len(found) == 0 {
		err = fault.Missing("postmortem_version", fmt.Sprint(version))
	}
	if err != nil {
		return postmortem.Text{}, err
	}
	return found[0], nil
}

// Wrote reports whether the person wrote a version of the text. The first is as the template has it.
func (m Postmortems) Wrote(ctx context.Context, of, person id.ID) (bool, error) {
	n := 0
	err := m.s.queryOne(ctx, "SELECT COUNT(*) FROM postmortem_texts WHERE postmortem_id = $1 AND person_id = $2 AND number > 1", []any{string(of), string(person)}, &n)
	return n > 0, fail("look who wrote a postmortem", err)
}

// Texts lists the newest first, without what they say.
func (m Postmortems) Texts(ctx context.Context, of id.ID, r page.Request) (page.Page[postmortem.Text], error) {
	type filter struct{ Of id.ID }
	f := filter{of}
	none := page.Page[postmortem.Text]{}
	key, err := r.Key(f, 1)
	if err != nil {
		return none, err
	}
	var c conditions
	c.add("t.postmortem_id = %s", string(of))
	if key != nil {
		c.add("t.id < %s", key[0])
	}
	found, err := m.texts(ctx, false, c.where()+" ORDER BY t.id DESC"+c.limit(r.Size()+1), c.args...)
	if err != nil {
		return none, err
	}
	return page.Cut(r, f, found, func(t postmortem.Text) []string { return []string{string(t.ID)} }), nil
}
