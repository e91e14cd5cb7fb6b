package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/change"
	"github.com/evenkeel/evenkeel/services/incident"
	"github.com/evenkeel/evenkeel/services/incident/action"
	"github.com/evenkeel/evenkeel/services/incident/postmortem"
	"github.com/evenkeel/evenkeel/services/incident/statistics"
	"github.com/evenkeel/evenkeel/services/policy"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/signals"
)

var (
	_ registry.FactStore = Registry{}
	_ policy.FactStore   = Policy{}
)

// each runs a query for the identifiers, hundreds at a time, with what of asks for besides, and
// calls scan for each row.
func (s *Store) each(ctx context.Context, ids []id.ID, of func(c *conditions, ids []string) string, scan func(*sql.Rows) error) error {
	return chunks(ids, bulkRows, func(some []id.ID) error {
		var c conditions
		return s.lookUp(ctx, of(&c, texts(some)), c.args, scan)
	})
}

// CountActive returns how many members of the teams were not deactivated.
func (r Registry) CountActive(ctx context.Context, teams []id.ID) (map[id.ID]int, error) {
	out := make(map[id.ID]int, len(teams))
	err := r.s.each(ctx, teams, func(c *conditions, some []string) string {
		c.in("m.team_id", some)
		c.add("p.deactivated_at IS NULL")
		return "SELECT m.team_id, COUNT(*) FROM members m JOIN people p ON p.id = m.person_id" + c.where() + " GROUP BY m.team_id"
	}, counting(out))
	return out, fail("count the members of teams", err)
}

// counting takes rows of an identifier and a number into the map.
func counting(into map[id.ID]int) func(*sql.Rows) error {
	return func(rows *sql.Rows) error {
		var of id.ID
		var n int
		err := rows.Scan(&of, &n)
		into[of] = n
		return err
	}
}

// DependenciesOf returns what the services depend on.
func (r Registry) DependenciesOf(ctx context.Context, services []id.ID) ([]registry.Dependency, error) {
	var out []registry.Dependency
	columns := r.s.bare("d.id, d.service_id, d.on_id, o.slug, d.criticality, d.failure_mode, d.timeout_us, d.retry, d.breaker, d.bulkhead, d.manager, d.created_at, d.updated_at, d.version")
	err := r.s.each(ctx, services, func(c *conditions, some []string) string {
		c.in("d.service_id", some)
		return "SELECT " + columns + " FROM dependencies d JOIN services o ON o.id = d.on_id" + c.where()
	}, func(rows *sql.Rows) error {
		var d registry.Dependency
		var timeout int64
		var created, updated moment
		err := rows.Scan(&d.ID, &d.Service, &d.On, &d.OnSlug, &d.Criticality, &d.FailureMode, &timeout, &d.Retry, &d.Breaker, &d.Bulkhead, &d.Manager, &created, &updated, &d.Version)
		d.Timeout, d.CreatedAt, d.UpdatedAt = time.Duration(timeout)*time.Microsecond, created.orZero(), updated.orZero()
		out = append(out, d)
		return err
	})
	return out, fail("read what services depend on", err)
}

// MappingsOf returns those that the services have.
func (g Signals) MappingsOf(ctx context.Context, services []id.ID) ([]signals.Mapping, error) {
	var out []signals.Mapping
	columns := g.s.bare("m.id, m.service_id, m.map, m.created_at, m.updated_at, m.version")
	err := g.s.each(ctx, services, func(c *conditions, some []string) string {
		c.in("m.service_id", some)
		return "SELECT " + columns + " FROM signal_mappings m" + c.where()
	}, func(rows *sql.Rows) error {
		var m signals.Mapping
		var text []byte
		var created, updated moment
		if err := rows.Scan(&m.ID, &m.Service, &text, &created, &updated, &m.Version); err != nil {
			return err
		}
		m.CreatedAt, m.UpdatedAt = created.orZero(), updated.orZero()
		if err := json.Unmarshal(text, &m.Map); err != nil {
			return fmt.Errorf("read how the signals of the service %s are mapped: %w", m.Service, err)
		}
		out = append(out, m)
		return nil
	})
	return out, fail("read how signals are mapped", err)
}

// ofServices writes "WITH wanted(service_id) AS (…) SELECT w.service_id, columns FROM wanted w",
// of which each column is asked of an index for each service.
func (s *Store) ofServices(ctx context.Context, services []id.ID, columns func(placeholder string) string, more []any, scan func(*sql.Rows) error) error {
	return chunks(services, bulkRows, func(some []id.ID) error {
		query := s.wanted(len(some), "service_id text") + "SELECT w.service_id, " + columns(fmt.Sprintf("$%d", len(some)+1)) + " FROM wanted w"
		return s.lookUp(ctx, query, append(arguments(texts(some)), more...), scan)
	})
}

// LastAsked returns when the gate last decided for the services.
func (g Gate) LastAsked(ctx context.Context, services []id.ID) (map[id.ID]time.Time, error) {
	out := make(map[id.ID]time.Time, len(services))
	err := g.s.ofServices(ctx, services, func(string) string {
		return "(SELECT MAX(d.decided_at) FROM gate_decisions d WHERE d.service_id = w.service_id)"
	}, nil, func(rows *sql.Rows) error {
		var of id.ID
		var at moment
		err := rows.Scan(&of, &at)
		if at.at != nil {
			out[of] = *at.at
		}
		return err
	})
	return out, fail("read when the gate was asked", err)
}

// RecentOf returns what there is of the changes of the services.
func (c Changes) RecentOf(ctx context.Context, services []id.ID, since time.Time) (map[id.ID]change.Recent, error) {
	out := make(map[id.ID]change.Recent, len(services))
	err := c.s.ofServices(ctx, services, func(from string) string {
		return "(SELECT COUNT(*) FROM changes c WHERE c.service_id = w.service_id AND c.began_at >= " + from + "), (SELECT MAX(c.began_at) FROM changes c WHERE c.service_id = w.service_id)"
	}, []any{clock.Round(since)}, func(rows *sql.Rows) error {
		var of id.ID
		var n int
		var last moment
		err := rows.Scan(&of, &n, &last)
		if last.at != nil {
			out[of] = change.Recent{Number: n, Last: *last.at}
		}
		return err
	})
	return out, fail("read the changes of services", err)
}

// BeganOf returns the incidents of the services whose impact began since.
func (o Incidents) BeganOf(ctx context.Context, services []id.ID, since time.Time) ([]statistics.Began, error) {
	var out []statistics.Began
	columns := o.s.bare("s.service_id, i.id, i.impact_start, i.detected_at, i.details")
	err := o.s.each(ctx, services, func(c *conditions, some []string) string {
		c.in("s.service_id", some)
		c.add("i.impact_start >= %s", clock.Round(since))
		c.add("NOT i.restricted")
		return "SELECT " + columns + " FROM incident_services s JOIN incidents i ON i.id = s.incident_id" + c.where()
	}, func(rows *sql.Rows) error {
		var b statistics.Began
		var details []byte
		var began, detected moment
		if err := rows.Scan(&b.Service, &b.Incident, &began, &detected, &details); err != nil {
			return err
		}
		var d incidentDetails
		if err := json.Unmarshal(details, &d); err != nil {
			return fmt.Errorf("read the details of the incident %s: %w", b.Incident, err)
		}
		b.At, b.DetectedAt, b.Causes = began.orZero(), detected.at, d.Causes
		out = append(out, b)
		return nil
	})
	return out, fail("read the incidents of services", err)
}

// EndedOf returns the incidents of the services that are over and were resolved since.
func (m Postmortems) EndedOf(ctx context.Context, services []id.ID, since time.Time) ([]postmortem.Ended, error) {
	var out []postmortem.Ended
	columns := m.s.bare("s.service_id, i.id, i.severity, i.impact_start, i.resolved_at") + ", COALESCE(p.status, '')"
	err := m.s.each(ctx, services, func(c *conditions, some []string) string {
		c.in("s.service_id", some)
		c.add("i.resolved_at >= %s", clock.Round(since))
		c.add("NOT i.restricted")
		c.in("i.status", []string{string(incident.Resolved), string(incident.Closed)})
		return "SELECT " + columns + " FROM incident_services s JOIN incidents i ON i.id = s.incident_id LEFT JOIN postmortems p ON p.incident_id = i.id" + c.where()
	}, func(rows *sql.Rows) error {
		var e postmortem.Ended
		var began, resolved moment
		err := rows.Scan(&e.Service, &e.Incident, &e.Severity, &began, &resolved, &e.Status)
		e.Began, e.ResolvedAt = began.orZero(), resolved.orZero()
		out = append(out, e)
		return err
	})
	return out, fail("read what is over of services", err)
}

// CountPast counts the open items of the priorities that were due before the day, by service.
func (a Actions) CountPast(ctx context.Context, services []id.ID, priorities []action.Priority, before clock.Date) (map[id.ID]int, error) {
	out := make(map[id.ID]int)
	spelled := make([]string, len(priorities))
	for i, p := range priorities {
		spelled[i] = string(p)
	}
	err := a.s.each(ctx, services, func(c *conditions, some []string) string {
		c.in("a.service_id", some)
		c.add("a.state = %s", string(action.Open))
		c.in("a.priority", spelled)
		c.add("a.due_on < %s", string(before))
		c.add("NOT i.restricted")
		return "SELECT a.service_id, COUNT(*) FROM action_items a JOIN incidents i ON i.id = a.incident_id" + c.where() + " GROUP BY a.service_id"
	}, counting(out))
	return out, fail("count action items that are overdue", err)
}
