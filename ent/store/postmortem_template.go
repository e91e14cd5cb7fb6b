package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/incident"
	"github.com/evenkeel/evenkeel/services/incident/postmortem"
)

// CreateTemplate writes a template with its severities and its first revision.
func (m Postmortems) CreateTemplate(ctx context.Context, t postmortem.Template) error {
	n, err := m.s.exec(ctx, "INSERT INTO postmortem_templates (id, slug, name, revision, created_at, updated_at, version) VALUES "+values(1, 7)+" ON CONFLICT (slug) DO NOTHING",
		string(t.ID), t.Slug, t.Name, t.Revision.Number, clock.Round(t.CreatedAt), clock.Round(t.UpdatedAt), t.Version)
	if err == nil && n == 0 {
		err = fault.New(fault.Conflict, "slug_taken", "there is a template %q already; choose another slug", t.Slug)
	}
	if err != nil {
		return fail("write a template of postmortems", err)
	}
	if err := m.addRevision(ctx, t.Revision); err != nil {
		return err
	}
	return m.useFor(ctx, t)
}

func (m Postmortems) addRevision(ctx context.Context, r postmortem.Revision) error {
	required, err := json.Marshal(r.Required)
	if err != nil {
		return fmt.Errorf("spell the required sections of a template: %w", err)
	}
	_, err = m.s.exec(ctx, "INSERT INTO postmortem_template_revisions (id, template_id, number, markdown, required, revised_by, created_at) VALUES "+values(1, 7),
		string(r.ID), string(r.Of), r.Number, r.Markdown, json.RawMessage(required), r.By, clock.Round(r.At))
	return fail("write a revision of a template", gone(err))
}

// useFor writes for which severities a template is that is for none.
func (m Postmortems) useFor(ctx context.Context, t postmortem.Template) error {
	for _, severity := range t.Severities {
		n, err := m.s.exec(ctx, "INSERT INTO postmortem_template_uses (template_id, severity) VALUES "+values(1, 2)+" ON CONFLICT (severity) DO NOTHING", string(t.ID), string(severity))
		if err == nil && n == 0 {
			err = fault.New(fault.Conflict, "severity_taken", "another template is for incidents of the severity %s; take it from that one first", severity)
		}
		if err != nil {
			return fail("write what a template is for", gone(err))
		}
	}
	return nil
}

func (m Postmortems) templates(ctx context.Context, rest string, args ...any) ([]postmortem.Template, error) {
	var out []postmortem.Template
	at := map[id.ID]int{}
	err := m.s.queryAll(ctx, `SELECT t.id, t.slug, t.name, t.created_at, t.updated_at, t.version, r.id, r.number, r.markdown, r.required, r.revised_by, r.created_at
 FROM postmortem_templates t JOIN postmortem_template_revisions r ON r.template_id = t.id AND r.number = t.revision`+rest, args, func(rows *sql.Rows) error {
		var t postmortem.Template
		r := &t.Revision
		var required []byte
		err := rows.Scan(&t.ID, &t.Slug, &t.Name, &t.CreatedAt, &t.UpdatedAt, &t.Version, &r.ID, &r.Number, &r.Markdown, &required, &r.By, &r.At)
		if err != nil {
			return err
		}
		t.CreatedAt, t.UpdatedAt, r.At, r.Of, t.Severities = utc(t.CreatedAt), utc(t.UpdatedAt), utc(r.At), t.ID, []incident.Severity{}
		at[t.ID] = len(out)
		out = append(out, t)
		return json.Unmarshal(required, &out[at[t.ID]].Revision.Required)
	})
	if err != nil {
		return nil, fail("read templates of postmortems", err)
	}
	err = chunks(out, bulkRows, func(some []postmortem.Template) error {
		ids := make([]id.ID, len(some))
		for n, t := range some {
			ids[n] = t.ID
		}
		var c conditions
		c.in("template_id", texts(ids))
		return m.s.queryAll(ctx, "SELECT template_id, severity FROM postmortem_template_uses"+c.where()+" ORDER BY severity", c.args, func(rows *sql.Rows) error {
			var of id.ID
			var severity incident.Severity
			if err := rows.Scan(&of, &severity); err != nil {
				return err
			}
			t := &out[at[of]]
			t.Severities = append(t.Severities, severity)
			return nil
		})
	})
	return out, fail("read what templates are for", err)
}

// Template returns that of the slug or identifier.
func (m Postmortems) Template(ctx context.Context, name string) (postmortem.Template, error) {
	found, err := m.templates(ctx, " WHERE t.slug = $1 OR t.id = $2", name, name)
	if err == nil && len(found) == 0 {
		err = fault.Missing("postmortem_template", name)
	}
	if err != nil {
		return postmortem.Template{}, err
	}
	return found[0], nil
}

// TemplateFor returns that of the severity; nil where there is none.
func (m Postmortems) TemplateFor(ctx context.Context, severity incident.Severity) (*postmortem.Template, error) {
	found, err := m.templates(ctx, " WHERE t.id = (SELECT u.template_id FROM postmortem_template_uses u WHERE u.severity = $1)", string(severity))
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return &found[0], nil
}

// Templates lists them by slug.
func (m Postmortems) Templates(ctx context.Context, r page.Request) (page.Page[postmortem.Template], error) {
	type filter struct{}
	none := page.Page[postmortem.Template]{}
	key, err := r.Key(filter{}, 1)
	if err != nil {
		return none, err
	}
	var c conditions
	if key != nil {
		c.add("t.slug"+m.s.bytewise()+" > %s", key[0])
	}
	found, err := m.templates(ctx, c.where()+" ORDER BY t.slug"+m.s.bytewise()+c.limit(r.Size()+1), c.args...)
	if err != nil {
		return none, err
	}
	return page.Cut(r, filter{}, found, func(t postmortem.Template) []string { return []string{t.Slug} }), nil
}

// UpdateTemplate writes the head, its severities, and its revision where that is new.
func (m Postmortems) UpdateTemplate(ctx context.Context, t postmortem.Template) error {
	var was int
	err := m.s.queryOne(ctx, "SELECT revision FROM postmortem_templates WHERE id = $1", []any{string(t.ID)}, &was)
	if err != nil {
		return notFound("postmortem_template", string(t.ID), err)
	}
	n, err := m.s.exec(ctx, "UPDATE postmortem_templates SET name = $1, revision = $2, updated_at = $3, version = version + 1 WHERE id = $4 AND version = $5",
		t.Name, t.Revision.Number, clock.Round(t.UpdatedAt), string(t.ID), t.Version)
	if err := m.writtenTemplate(ctx, t.ID, n, err); err != nil {
		return err
	}
	if was != t.Revision.Number {
		if err := m.addRevision(ctx, t.Revision); err != nil {
			return err
		}
	}
	if _, err := m.s.exec(ctx, "DELETE FROM postmortem_template_uses WHERE template_id = $1", string(t.ID)); err != nil {
		return fail("rewrite what a template is for", err)
	}
	return m.useFor(ctx, t)
}

func (m Postmortems) writtenTemplate(ctx context.Context, of id.ID, n int, err error) error {
	return written("postmortem_template", of, n, err, func() (bool, error) {
		found, err := m.templates(ctx, " WHERE t.id = $1", string(of))
		return len(found) > 0, err
	})
}

// DeleteTemplate removes one with its revisions.
func (m Postmortems) DeleteTemplate(ctx context.Context, of id.ID, version int64) error {
	n, err := m.s.exec(ctx, "DELETE FROM postmortem_templates WHERE id = $1 AND version = $2", string(of), version)
	return m.writtenTemplate(ctx, of, n, err)
}

// TemplateRevisions lists the newest first.
func (m Postmortems) TemplateRevisions(ctx context.Context, of id.ID, r page.Request) (page.Page[postmortem.Revision], error) {
	type filter struct{ Of id.ID }
	f := filter{of}
	none := page.Page[postmortem.Revision]{}
	key, err := r.Key(f, 1)
	if err != nil {
		return none, err
	}
	var c conditions
	c.add("template_id = %s", string(of))
	if key != nil {
		c.add("id < %s", key[0])
	}
	var found []postmortem.Revision
	err = m.s.queryAll(ctx, "SELECT id, template_id, number, markdown, required, revised_by, created_at FROM postmortem_template_revisions"+c.where()+" ORDER BY id DESC"+c.limit(r.Size()+1), c.args, func(rows *sql.Rows) error {
		var one postmortem.Revision
		var required []byte
		if err := rows.Scan(&one.ID, &one.Of, &one.Number, &one.Markdown, &required, &one.By, &one.At); err != nil {
			return err
		}
		one.At = utc(one.At)
		err := json.Unmarshal(required, &one.Required)
		found = append(found, one)
		return err
	})
	if err != nil {
		return none, fail("read revisions of a template", err)
	}
	return page.Cut(r, f, found, func(one postmortem.Revision) []string { return []string{string(one.ID)} }), nil
}
