package store

import (
	"context"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/incident"
	"github.com/evenkeel/evenkeel/services/incident/postmortem"
)

var _ postmortem.Kept = Incidents{}

// IncidentsByID returns those that exist.
func (o Incidents) IncidentsByID(ctx context.Context, incidents []id.ID) (map[id.ID]incident.Incident, error) {
	out := make(map[id.ID]incident.Incident, len(incidents))
	err := chunks(incidents, bulkRows, func(some []id.ID) error {
		var c conditions
		c.in("i.id", texts(some))
		found, err := o.rows(ctx, c.where(), c.args...)
		for _, i := range found {
			out[i.ID] = i
		}
		return err
	})
	return out, err
}

// Resolved returns those that are over and were resolved from since on, in the order of when they
// were, after the moment.
func (o Incidents) Resolved(ctx context.Context, since time.Time, after incident.Moment, most int) ([]incident.Incident, error) {
	var c conditions
	c.add("i.resolved_at >= %s", clock.Round(since))
	c.in("i.status", []string{string(incident.Resolved), string(incident.Closed)})
	if after.ID != "" {
		c.add("(i.resolved_at, i.id) > (%s, %s)", clock.Round(after.At), string(after.ID))
	}
	return o.rows(ctx, c.where()+" ORDER BY i.resolved_at, i.id"+c.limit(most), c.args...)
}
