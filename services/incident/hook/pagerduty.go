package hook

import (
	"maps"
	"slices"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/incident"
)

// pagerDuty is a payload of PagerDuty's webhooks of version 3, as far as it is read; see
// https://developer.pagerduty.com/docs/webhooks-overview.
type pagerDuty struct {
	Event struct {
		EventType  string `json:"event_type"`
		OccurredAt string `json:"occurred_at"`
		Data       struct {
			ID         string `json:"id"`
			Type       string `json:"type"`
			HTMLURL    string `json:"html_url"`
			Status     string `json:"status"`
			Title      string `json:"title"`
			CreatedAt  string `json:"created_at"`
			ReopenedAt string `json:"reopened_at"`
			Urgency    string `json:"urgency"`
			Service    *struct {
				ID      string `json:"id"`
				Summary string `json:"summary"`
			} `json:"service"`
			Priority *struct {
				Summary string `json:"summary"`
			} `json:"priority"`
		} `json:"data"`
	} `json:"event"`
}

var pagerDutyStatuses = map[string]incident.Status{"triggered": incident.Declared, "acknowledged": incident.Investigating, "resolved": incident.Resolved}

// ReadPagerDuty reads what PagerDuty sends: every event whose data is an incident tells all of it.
// Those of notes, responders, workflows and services, and the ping of a test, tell nothing: nil.
func ReadPagerDuty(body []byte) (*Report, error) {
	var p pagerDuty
	if err := decode(body, "", &p); err != nil {
		return nil, err
	}
	var check fault.Check
	check.Require(p.Event.EventType != "", "/event/event_type", nil, "must name an event, such as incident.triggered")
	if err := check.Err(); err != nil {
		return nil, err
	}
	d := p.Event.Data
	if d.Type != "incident" {
		return nil, nil
	}
	r := &Report{
		ExternalID: d.ID, Link: link(d.HTMLURL), Title: line(d.Title, maxTitle),
		ToldAt: when(&check, "/event/occurred_at", p.Event.OccurredAt), ImpactStart: when(&check, "/event/data/created_at", d.CreatedAt),
	}
	known := false
	r.Status, known = pagerDutyStatuses[d.Status]
	check.Require(known, "/event/data/status", d.Status, "must be one of %s", fault.Or(slices.Sorted(maps.Keys(pagerDutyStatuses))))
	if d.Status == "triggered" && d.ReopenedAt != "" {
		r.Status = incident.Investigating // what was reopened is declared no more
	}
	if !r.ImpactStart.IsZero() {
		r.DetectedAt = &r.ImpactStart
	}
	if d.Priority != nil {
		r.severity(d.Priority.Summary)
	}
	r.severity(d.Urgency)
	if d.Service != nil {
		r.service(Named{ID: d.Service.ID, Name: d.Service.Summary})
	}
	r.check(&check, "/event/data/id", "/event/occurred_at")
	return r, check.Err()
}
