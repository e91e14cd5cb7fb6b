package message

import (
	"cmp"
	"encoding/json"
	"strings"
	"time"
)

// pagerDuty takes events in the United States, as most accounts have them.
const pagerDuty = "https://events.pagerduty.com/v2/enqueue"

// The URL for alerts, and that for changes, differ in what they end with.
const (
	alertsPath  = "/enqueue"
	changesPath = "/change/enqueue"
)

// alerts reports whether the message begins or ends an alert. Of what does neither nothing
// would ever resolve the alert: it is a change event, "a change in a system that does not
// represent a problem", of which PagerDuty notifies nobody.
func alerts(m Message) bool { return m.Lasts || m.Over }

// PagerDutyURL is where the message is sent, at another address than that in the United
// States where one is given.
func PagerDutyURL(m Message, address string) string {
	to := cmp.Or(address, pagerDuty)
	if alerts(m) {
		return to
	}
	return strings.TrimSuffix(to, alertsPath) + changesPath
}

// The bounds of PagerDuty's Events API v2, in characters.
const (
	maxSummary  = 1024
	maxDedupKey = 255
)

type pagerDutyEvent struct {
	RoutingKey  string            `json:"routing_key"`
	EventAction string            `json:"event_action,omitempty"`
	DedupKey    string            `json:"dedup_key,omitempty"`
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
	Severity      string            `json:"severity,omitempty"`
	Timestamp     time.Time         `json:"timestamp"`
	Component     string            `json:"component,omitempty"`
	Group         string            `json:"group,omitempty"`
	Class         string            `json:"class,omitempty"`
	CustomDetails map[string]string `json:"custom_details"`
}

// PagerDuty is the body for PagerDuty's Events API v2: of an alert or of a change, which the
// same routing key lets in. It is in the body.
func PagerDuty(m Message, routingKey string) ([]byte, error) {
	e := pagerDutyEvent{RoutingKey: routingKey}
	if m.Over {
		e.EventAction, e.DedupKey = "resolve", cut(m.Key, maxDedupKey)
		return json.Marshal(e)
	}
	e.Links = []pagerDutyLink{{Href: m.URL(), Text: "Open in Evenkeel"}}
	details := map[string]string{"text": m.Text}
	for _, f := range m.Figures {
		details[f.Name] = f.Value
	}
	e.Payload = &pagerDutyPayload{
		Summary: cut(line(m.Title), maxSummary), Source: cmp.Or(m.Service, line(m.Subject), "evenkeel"), Timestamp: m.At, CustomDetails: details,
	}
	if alerts(m) {
		e.EventAction, e.DedupKey, e.Client, e.ClientURL = "trigger", cut(m.Key, maxDedupKey), "Evenkeel", m.URL()
		e.Payload.Severity, e.Payload.Component, e.Payload.Group, e.Payload.Class = severity(m.Urgency), line(m.Subject), m.Team, string(m.Type)
	}
	return json.Marshal(e)
}
