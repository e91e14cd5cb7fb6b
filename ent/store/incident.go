package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/incident"
)

// Incidents is the store of package incident.
type Incidents struct{ s *Store }

var (
	_ incident.Store      = Incidents{}
	_ incident.Happenings = Incidents{}
)

// Incidents returns the view of the store that package incident declares.
func (s *Store) Incidents() Incidents { return Incidents{s} }

// incidentDetails is what of an incident is only read with the whole, as it is stored. Its
// members are only ever added to.
type incidentDetails struct {
	CustomerImpact string          `json:"customerImpact"`
	Causes         []string        `json:"causes"`
	Tags           []string        `json:"tags"`
	Links          []incident.Link `json:"links"`
}

func toDBIncidentDetails(t incident.Terms) (json.RawMessage, error) {
	text, err := json.Marshal(incidentDetails{t.CustomerImpact, t.Causes, t.Tags, t.Links})
	return text, fail("spell the details of an incident", err)
}

const incidentColumns = `i.id, i.team_id, i.title, i.severity, i.status, i.restricted, i.impact_start, i.impact_end, i.detected_at, i.mitigated_at, i.resolved_at,
	i.data_loss, i.on_call_intervened, i.details, i.source, i.external_id, i.source_link, i.source_told_at, i.created_at, i.created_by, i.updated_at, i.updated_by, i.version`

// CreateIncident writes an incident with its services and people; false where there is one of
// its origin already. Who enters the same one at the same time waits here.
func (o Incidents) CreateIncident(ctx context.Context, i incident.Incident) (bool, error) {
	details, err := toDBIncidentDetails(i.Terms)
	if err != nil {
		return false, err
	}
	var source, external, toldAt any
	link := ""
	if i.Origin != nil {
		source, external, link, toldAt = string(i.Origin.Source), i.Origin.ExternalID, i.Origin.Link, nullOrTime(i.Origin.ToldAt)
	}
	n, err := o.s.exec(ctx, `INSERT INTO incidents (id, team_id, title, severity, status, restricted, impact_start, impact_end, detected_at, mitigated_at, resolved_at,
 data_loss, on_call_intervened, details, source, external_id, source_link, source_told_at, created_at, created_by, updated_at, updated_by, version) VALUES `+values(1, 23)+` ON CONFLICT (source, external_id) DO NOTHING`,
		string(i.ID), string(i.Team), i.Title, string(i.Severity), string(i.Status), i.Restricted, clock.Round(i.ImpactStart), nullOrTime(i.ImpactEnd), nullOrTime(i.DetectedAt), nullOrTime(i.MitigatedAt), nullOrTime(i.ResolvedAt),
		i.DataLoss, i.OnCallIntervened, details, source, external, link, toldAt, clock.Round(i.CreatedAt), i.CreatedBy, clock.Round(i.UpdatedAt), i.UpdatedBy, i.Version)
	if err != nil || n == 0 {
		return false, fail("write an incident", gone(err))
	}
	return true, o.writeParts(ctx, i)
}

// writeParts writes the services and people of an incident that has none.
func (o Incidents) writeParts(ctx context.Context, i incident.Incident) error {
	var args []any
	for n, s := range i.Services {
		args = append(args, string(i.ID), string(s.Service), string(s.Part), n)
	}
	if _, err := o.s.exec(ctx, "INSERT INTO incident_services (incident_id, service_id, part, position) VALUES "+values(len(i.Services), 4), args...); err != nil {
		return fail("write the services of an incident", gone(err))
	}
	args = nil
	for _, role := range slices.Sorted(maps.Keys(i.Roles)) {
		args = append(args, string(i.ID), string(i.Roles[role]), string(role))
	}
	for _, reader := range i.Readers {
		args = append(args, string(i.ID), string(reader), "")
	}
	if len(args) == 0 {
		return nil
	}
	_, err := o.s.exec(ctx, "INSERT INTO incident_people (incident_id, person_id, role) VALUES "+values(len(args)/3, 3), args...)
	return fail("write the people of an incident", gone(err))
}

func (o Incidents) rows(ctx context.Context, rest string, args ...any) ([]incident.Incident, error) {
	var out []incident.Incident
	err := o.s.queryAll(ctx, "SELECT "+incidentColumns+" FROM incidents i"+rest, args, func(rows *sql.Rows) error {
		i, err := fromDBIncident(rows)
		out = append(out, i)
		return err
	})
	if err != nil {
		return nil, fail("read incidents", err)
	}
	return out, fail("read the services and people of incidents", o.readParts(ctx, out))
}

func fromDBIncident(rows *sql.Rows) (incident.Incident, error) {
	var i incident.Incident
	var details []byte
	var source, external sql.NullString
	var link string
	var toldAt *time.Time
	err := rows.Scan(&i.ID, &i.Team, &i.Title, &i.Severity, &i.Status, &i.Restricted, &i.ImpactStart, &i.ImpactEnd, &i.DetectedAt, &i.MitigatedAt, &i.ResolvedAt,
		&i.DataLoss, &i.OnCallIntervened, &details, &source, &external, &link, &toldAt, &i.CreatedAt, &i.CreatedBy, &i.UpdatedAt, &i.UpdatedBy, &i.Version)
	if err != nil {
		return i, err
	}
	i.ImpactStart, i.ImpactEnd, i.DetectedAt, i.MitigatedAt, i.ResolvedAt = utc(i.ImpactStart), utcOrNil(i.ImpactEnd), utcOrNil(i.DetectedAt), utcOrNil(i.MitigatedAt), utcOrNil(i.ResolvedAt)
	i.CreatedAt, i.UpdatedAt = utc(i.CreatedAt), utc(i.UpdatedAt)
	if source.Valid {
		i.Origin = &incident.Origin{Source: incident.Source(source.String), ExternalID: external.String, Link: link, ToldAt: utcOrNil(toldAt)}
	}
	var d incidentDetails
	if err := json.Unmarshal(details, &d); err != nil {
		return i, fmt.Errorf("read the details of the incident %s: %w", i.ID, err)
	}
	i.CustomerImpact, i.Causes, i.Tags, i.Links = d.CustomerImpact, d.Causes, d.Tags, d.Links
	i.Services, i.Roles, i.Readers = []incident.Involved{}, map[incident.Role]id.ID{}, []id.ID{}
	return i, nil
}

// readParts reads the services and people of incidents.
func (o Incidents) readParts(ctx context.Context, of []incident.Incident) error {
	at := map[id.ID]*incident.Incident{}
	ids := make([]id.ID, len(of))
	for n := range of {
		at[of[n].ID], ids[n] = &of[n], of[n].ID
	}
	return chunks(ids, bulkRows, func(some []id.ID) error {
		var c conditions
		c.in("incident_id", texts(some))
		err := o.s.queryAll(ctx, "SELECT incident_id, service_id, part FROM incident_services"+c.where()+" ORDER BY incident_id, position", c.args, func(rows *sql.Rows) error {
			var in id.ID
			var s incident.Involved
			err := rows.Scan(&in, &s.Service, &s.Part)
			if err == nil {
				at[in].Services = append(at[in].Services, s)
			}
			return err
		})
		if err != nil {
			return err
		}
		return o.s.queryAll(ctx, "SELECT incident_id, person_id, role FROM incident_people"+c.where()+" ORDER BY incident_id, person_id", c.args, func(rows *sql.Rows) error {
			var in, person id.ID
			var role incident.Role
			err := rows.Scan(&in, &person, &role)
			switch {
			case err != nil:
			case role == "":
				at[in].Readers = append(at[in].Readers, person)
			default:
				at[in].Roles[role] = person
			}
			return err
		})
	})
}

// Incident returns one.
func (o Incidents) Incident(ctx context.Context, of id.ID) (incident.Incident, error) {
	found, err := o.rows(ctx, " WHERE i.id = $1", string(of))
	if err != nil {
		return incident.Incident{}, err
	}
	if len(found) == 0 {
		return incident.Incident{}, fault.Missing("incident", string(of))
	}
	return found[0], nil
}

// HoldIncident locks the row of an incident, and returns it.
func (o Incidents) HoldIncident(ctx context.Context, of id.ID) (incident.Incident, error) {
	if _, err := o.s.exec(ctx, "UPDATE incidents SET version = version WHERE id = $1", string(of)); err != nil {
		return incident.Incident{}, fail("hold an incident", err)
	}
	return o.Incident(ctx, of)
}

// HoldExternal locks the row of that of the source, and returns it.
func (o Incidents) HoldExternal(ctx context.Context, source incident.Source, external string) (*incident.Incident, error) {
	n, err := o.s.exec(ctx, "UPDATE incidents SET version = version WHERE source = $1 AND external_id = $2", string(source), external)
	if err != nil || n == 0 {
		// What is committed after this looked is not held, and is not to be read as if it were.
		return nil, fail("hold an incident", err)
	}
	return o.External(ctx, source, external)
}

// External returns that of the source.
func (o Incidents) External(ctx context.Context, source incident.Source, external string) (*incident.Incident, error) {
	found, err := o.rows(ctx, " WHERE i.source = $1 AND i.external_id = $2", string(source), external)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return &found[0], nil
}

// HearIncident writes when its source told the newest of it.
func (o Incidents) HearIncident(ctx context.Context, of id.ID, toldAt time.Time) error {
	_, err := o.s.exec(ctx, "UPDATE incidents SET source_told_at = $1 WHERE id = $2", clock.Round(toldAt), string(of))
	return fail("write when a source told of an incident", err)
}

// UpdateIncident writes all of it, conditional on Version.
func (o Incidents) UpdateIncident(ctx context.Context, i incident.Incident) error {
	details, err := toDBIncidentDetails(i.Terms)
	if err != nil {
		return err
	}
	link, toldAt := "", any(nil)
	if i.Origin != nil {
		link, toldAt = i.Origin.Link, nullOrTime(i.Origin.ToldAt)
	}
	n, err := o.s.exec(ctx, `UPDATE incidents SET team_id = $1, title = $2, severity = $3, status = $4, restricted = $5, impact_start = $6, impact_end = $7, detected_at = $8, mitigated_at = $9, resolved_at = $10,
 data_loss = $11, on_call_intervened = $12, details = $13, source_link = $14, source_told_at = $15, updated_at = $16, updated_by = $17, version = version + 1 WHERE id = $18 AND version = $19`,
		string(i.Team), i.Title, string(i.Severity), string(i.Status), i.Restricted, clock.Round(i.ImpactStart), nullOrTime(i.ImpactEnd), nullOrTime(i.DetectedAt), nullOrTime(i.MitigatedAt), nullOrTime(i.ResolvedAt),
		i.DataLoss, i.OnCallIntervened, details, link, toldAt, clock.Round(i.UpdatedAt), i.UpdatedBy, string(i.ID), i.Version)
	err = written("incident", i.ID, n, gone(err), func() (bool, error) {
		found, err := o.rows(ctx, " WHERE i.id = $1", string(i.ID))
		return len(found) > 0, err
	})
	if err != nil {
		return err
	}
	for _, table := range []string{"incident_services", "incident_people"} {
		if _, err := o.s.exec(ctx, "DELETE FROM "+table+" WHERE incident_id = $1", string(i.ID)); err != nil {
			return fail("rewrite the services and people of an incident", err)
		}
	}
	return o.writeParts(ctx, i)
}

// unreadable is the condition that an incident of the alias is restricted, and not for the
// person; %s stands for the identifier, which is empty for nobody.
func unreadable(alias string) string {
	return alias + ".restricted AND NOT EXISTS (SELECT 1 FROM incident_people p WHERE p.incident_id = " + alias + ".id AND p.person_id = %s)"
}

// Incidents lists those with the newest impact first.
func (o Incidents) Incidents(ctx context.Context, f incident.Filter, r page.Request) (page.Page[incident.Incident], error) {
	none := page.Page[incident.Incident]{}
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
		c.add("(i.impact_start, i.id) < (%s, %s)", key...)
	}
	if !f.Reader.All {
		c.add("NOT ("+unreadable("i")+")", string(f.Reader.Person))
	}
	if f.Service != "" {
		c.add("EXISTS (SELECT 1 FROM incident_services s WHERE s.incident_id = i.id AND s.service_id = %s)", string(f.Service))
	}
	if f.Team != "" {
		c.add("i.team_id = %s", string(f.Team))
	}
	if f.Severity != "" {
		c.add("i.severity = %s", string(f.Severity))
	}
	if f.Status != "" {
		c.add("i.status = %s", string(f.Status))
	}
	if f.Open != nil {
		not := ""
		if !*f.Open {
			not = "NOT "
		}
		c.add("i.status "+not+"IN (%s, %s, %s)", string(incident.Open[0]), string(incident.Open[1]), string(incident.Open[2]))
	}
	if !f.To.IsZero() {
		c.add("i.impact_start < %s", clock.Round(f.To))
	}
	if !f.From.IsZero() {
		c.add("(COALESCE(i.impact_end, i.resolved_at) IS NULL OR COALESCE(i.impact_end, i.resolved_at) > %s)", clock.Round(f.From))
	}
	rows, err := o.rows(ctx, c.where()+" ORDER BY i.impact_start DESC, i.id DESC"+c.limit(r.Size()+1), c.args...)
	if err != nil {
		return none, err
	}
	return page.Cut(r, f, rows, func(i incident.Incident) []string { return []string{cursorTime(i.ImpactStart), string(i.ID)} }), nil
}
