package message

import (
	"cmp"
	"encoding/json"
	"time"
)

// PagerDutyURL takes events in the United States, as most accounts have them.
const PagerDutyURL = "https://events.pagerduty.com/v2/enqueue"

// The bounds of PagerDuty's Events API v2, in characters.
const (
	maxSummary  = 1024
	maxDedupKey = 255
)

type pagerDutyEvent struct {
	RoutingKey  string            `json:"routing_key"`
	EventAction string            `json:"event_action"`
	DedupKey    string            `json:"dedup_key"`
	Client      string            `json:"client,omitempty"`
	ClientURL   string            `json:"client_url,omitempty"`
	Links       []pagerDutyLink   `json:"links,omitempty"`
	Payload     *pagerDutyPayload `json:"payload,omitempty"`
}

type pagerDutyLink struct {
	Href string `json:"href"`
	Text string `json:"text"`
}

type pagerDutyPayload struct {
	Summary       string            `json:"summary"`
	Source        string            `json:"source"`
	Severity      string            `json:"severity"`
	Timestamp     time.Time         `json:"timestamp"`
	Component     string            `json:"component,omitempty"`
	Group         string            `json:"group,omitempty"`
	Class         string            `json:"class"`
	CustomDetails map[string]string `json:"custom_details"`
}

// PagerDuty is the body for PagerDuty's Events API v2. The routing key is in it.
func PagerDuty(m Message, routingKey string) ([]byte, error) {
	e := pagerDutyEvent{RoutingKey: routingKey, EventAction: "resolve", DedupKey: cut(m.Key, maxDedupKey)}
	if m.Over {
		return json.Marshal(e)
	}
	e.EventAction, e.Client, e.ClientURL = "trigger", "Evenkeel", m.URL()
	e.Links = []pagerDutyLink{{Href: m.URL(), Text: "Open in Evenkeel"}}
	details := map[string]string{"text": m.Text}
	for _, f := range m.Figures {
		details[f.Name] = f.Value
	}
	e.Payload = &pagerDutyPayload{
		Summary: cut(line(m.Title), maxSummary), Source: cmp.Or(m.Service, line(m.Subject), "evenkeel"), Severity: severity(m.Urgency),
		Timestamp: m.At, Component: line(m.Subject), Group: m.Team, Class: string(m.Type), CustomDetails: details,
	}
	return json.Marshal(e)
}
