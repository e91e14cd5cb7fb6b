package bench

import (
	"context"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"reflect"
	"strconv"
	"time"

	"github.com/evenkeel/evenkeel/api"
	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/managed"
)

const (
	// One query where the program, whose rooms do not join each other's tables, has
	// three: that is a part of what its rooms cost.
	serviceQuery = `SELECT v.id, v.slug, v.name, v.description, v.kind, v.tier, v.lifecycle, v.repository, v.on_call, v.runbook,
 v.dashboard, v.docs, v.contact, v.labels, v.annotations, v.managed, v.created_at, v.updated_at, v.retired_at, v.version, t.id, t.slug, y.id, y.slug
FROM services v JOIN teams t ON t.id = v.team_id LEFT JOIN systems y ON y.id = v.system_id`
	updateService = `UPDATE services SET slug = $1, name = $2, description = $3, kind = $4, tier = $5, lifecycle = $6, repository = $7, on_call = $8,
 runbook = $9, dashboard = $10, docs = $11, contact = $12, labels = $13, annotations = $14, system_id = $15, updated_at = $16, version = version + 1
WHERE id = $17 AND version = $18`
	insertAudit = `INSERT INTO audit_entries (id, at, outcome, actor_kind, actor_person, actor_team, actor_token, actor_name, action, object_kind,
 object_id, object_label, team, reason, changes, proof, redacted_by) VALUES ($1, $2, 'done', 'person', $3, '', $4, $5, 'service.update', 'service', $6, $7, $8, '', $9, '', '')`
)

// scanner is a row.
type scanner interface{ Scan(into ...any) error }

func scanService(row scanner) (api.Service, error) {
	var s api.Service
	var labels, annotations, kept []byte
	var retired sql.NullTime
	var system, systemSlug sql.NullString
	err := row.Scan(&s.ID, &s.Slug, &s.Name, &s.Description, &s.Kind, &s.Tier, &s.Lifecycle, &s.Repository, &s.OnCall, &s.Runbook,
		&s.Dashboard, &s.Docs, &s.Contact, &labels, &annotations, &kept, &s.CreatedAt, &s.UpdatedAt, &retired, &s.Version,
		&s.Team.ID, &s.Team.Slug, &system, &systemSlug)
	if errors.Is(err, sql.ErrNoRows) {
		return s, refusal{http.StatusNotFound, "there is no such service"}
	}
	if err != nil {
		return s, err
	}
	s.CreatedAt, s.UpdatedAt = s.CreatedAt.UTC(), s.UpdatedAt.UTC()
	if retired.Valid {
		s.RetiredAt = &retired.Time
	}
	if system.Valid {
		s.System = &api.Ref{ID: system.String, Slug: systemSlug.String}
	}
	var by managed.Set
	err = errors.Join(json.Unmarshal(labels, &s.Labels), json.Unmarshal(annotations, &s.Annotations), json.Unmarshal(kept, &by))
	s.Managed = []api.ManagedField{}
	for _, of := range by {
		for _, field := range of.Fields {
			s.Managed = append(s.Managed, api.ManagedField{Field: field, Manager: of.Manager})
		}
	}
	return s, err
}

func (y *yardstick) getService(w http.ResponseWriter, r *http.Request, _ caller) (int, error) {
	s, err := scanService(y.one.QueryRowContext(r.Context(), r.PathValue("service")))
	if err != nil {
		return 0, err
	}
	return reply(w, s.Version, s)
}

func (y *yardstick) listServices(w http.ResponseWriter, r *http.Request, _ caller) (int, error) {
	query := r.URL.Query()
	limit := 50
	if text := query.Get("limit"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > 500 {
			return 0, refusal{http.StatusUnprocessableEntity, "limit must be 1 to 500"}
		}
		limit = n
	}
	after, err := base64.RawURLEncoding.DecodeString(query.Get("after"))
	if err != nil {
		return 0, refusal{http.StatusUnprocessableEntity, "after is not a cursor"}
	}
	rows, err := y.list.QueryContext(r.Context(), string(after), limit+1)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	page := api.Items[api.Service]{Items: make([]api.Service, 0, limit)}
	for rows.Next() {
		s, err := scanService(rows)
		if err != nil {
			return 0, err
		}
		if len(page.Items) == limit {
			page.Next = base64.RawURLEncoding.EncodeToString([]byte(page.Items[limit-1].Slug))
			break
		}
		page.Items = append(page.Items, s)
	}
	if err := rows.Err(); err != nil {
		return 0, err
	}
	return reply(w, 0, page)
}

func (y *yardstick) putService(w http.ResponseWriter, r *http.Request, c caller) (int, error) {
	tag := r.Header.Get("If-Match")
	if tag == "" {
		return 0, refusal{http.StatusPreconditionRequired, "If-Match is required"}
	}
	unquoted, err := strconv.Unquote(tag)
	version, badTag := strconv.ParseInt(unquoted, 10, 64)
	if err != nil || badTag != nil {
		return 0, refusal{http.StatusUnprocessableEntity, "If-Match is not an ETag of this resource"}
	}
	var in api.ServiceProfile
	if err := read(w, r, &in); err != nil {
		return 0, err
	}
	if in.Slug != r.PathValue("service") || in.Name == "" || in.Tier < 1 || in.Tier > 4 {
		return 0, refusal{http.StatusUnprocessableEntity, "the yardstick renames nothing, and needs a name and a tier"}
	}
	now := clock.Round(y.now())
	var after api.Service
	err = y.inTx(r.Context(), func(tx *sql.Tx) error {
		var err error
		after, err = y.change(r.Context(), tx, c, in, version, now)
		return err
	})
	if err != nil {
		return 0, err
	}
	return reply(w, after.Version, after)
}

// change writes head and audit entry.
func (y *yardstick) change(ctx context.Context, tx *sql.Tx, c caller, in api.ServiceProfile, version int64, now time.Time) (api.Service, error) {
	before, err := scanService(tx.StmtContext(ctx, y.head).QueryRowContext(ctx, in.Slug))
	if err != nil {
		return before, err
	}
	if err := mayChange(ctx, tx.StmtContext(ctx, y.writerMember), before.Team.ID, c); err != nil {
		return before, err
	}
	if before.Version != version {
		return before, refusal{http.StatusPreconditionFailed, "somebody else changed it since"}
	}
	after := before
	after.Name, after.Description, after.Kind, after.Tier, after.Lifecycle = in.Name, in.Description, in.Kind, in.Tier, in.Lifecycle
	after.Repository, after.OnCall, after.Runbook, after.Dashboard, after.Docs = in.Repository, in.OnCall, in.Runbook, in.Dashboard, in.Docs
	after.Contact, after.Labels, after.Annotations, after.System = in.Contact, in.Labels, in.Annotations, nil
	var system any
	if in.System != "" {
		after.System = &api.Ref{Slug: in.System}
		if err := tx.StmtContext(ctx, y.system).QueryRowContext(ctx, in.System).Scan(&after.System.ID); err != nil {
			return before, err
		}
		system = after.System.ID
	}
	labels, err := json.Marshal(after.Labels)
	if err != nil {
		return before, err
	}
	annotations, err := json.Marshal(after.Annotations)
	if err != nil {
		return before, err
	}
	result, err := tx.StmtContext(ctx, y.update).ExecContext(ctx, after.Slug, after.Name, after.Description, after.Kind, after.Tier, after.Lifecycle,
		after.Repository, after.OnCall, after.Runbook, after.Dashboard, after.Docs, after.Contact, string(labels), string(annotations), system, now,
		after.ID, version)
	if err != nil {
		return before, err
	}
	if n, err := result.RowsAffected(); err != nil || n != 1 {
		return before, errors.Join(err, refusal{http.StatusPreconditionFailed, "somebody else changed it since"})
	}
	changes, err := json.Marshal(differences(before, after))
	if err != nil {
		return before, err
	}
	_, err = tx.StmtContext(ctx, y.audit).ExecContext(ctx, string(id.New(now)), now, string(c.person), string(c.token), c.name,
		after.ID, after.Slug, after.Team.ID, string(changes))
	after.UpdatedAt, after.Version = now, version+1
	return after, err
}

// difference is a field before and after.
type difference struct {
	From any `json:"from"`
	To   any `json:"to"`
}

// differences tells what was decided, field by field.
func differences(a, b api.Service) map[string]difference {
	out := map[string]difference{}
	note := func(name, from, to string) {
		if from != to {
			out[name] = difference{from, to}
		}
	}
	note("name", a.Name, b.Name)
	note("description", a.Description, b.Description)
	note("kind", a.Kind, b.Kind)
	note("lifecycle", a.Lifecycle, b.Lifecycle)
	note("repository", a.Repository, b.Repository)
	note("onCall", a.OnCall, b.OnCall)
	note("runbook", a.Runbook, b.Runbook)
	note("dashboard", a.Dashboard, b.Dashboard)
	note("docs", a.Docs, b.Docs)
	note("contact", a.Contact, b.Contact)
	if a.Tier != b.Tier {
		out["tier"] = difference{a.Tier, b.Tier}
	}
	if !reflect.DeepEqual(a.System, b.System) {
		out["system"] = difference{a.System, b.System}
	}
	if !reflect.DeepEqual(a.Labels, b.Labels) {
		out["labels"] = difference{a.Labels, b.Labels}
	}
	if !reflect.DeepEqual(a.Annotations, b.Annotations) {
		out["annotations"] = difference{a.Annotations, b.Annotations}
	}
	return out
}
