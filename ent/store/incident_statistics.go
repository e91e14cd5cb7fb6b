package store

import (
	"context"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/services/incident"
	"github.com/evenkeel/evenkeel/services/incident/statistics"
)

var _ statistics.Store = Incidents{}

// Began returns incidents whose impact began in a time, by that.
func (o Incidents) Began(ctx context.Context, f statistics.Filter, who incident.Reader, most int) ([]incident.Incident, error) {
	var c conditions
	c.add("i.impact_start >= %s", clock.Round(f.From))
	c.add("i.impact_start < %s", clock.Round(f.To))
	if !who.All {
		c.add("NOT ("+unreadable("i")+")", string(who.Person))
	}
	if f.Team != "" {
		c.add("i.team_id IN (WITH RECURSIVE below(id) AS (SELECT t.id FROM teams t WHERE t.id = %s UNION SELECT t.id FROM teams t JOIN below b ON t.parent_id = b.id) SELECT id FROM below)", string(f.Team))
	}
	if f.Service != "" {
		c.add("EXISTS (SELECT 1 FROM incident_services s WHERE s.incident_id = i.id AND s.service_id = %s)", string(f.Service))
	}
	if f.Severity != "" {
		c.add("i.severity = %s", string(f.Severity))
	}
	return o.rows(ctx, c.where()+" ORDER BY i.impact_start, i.id"+c.limit(most), c.args...)
}
