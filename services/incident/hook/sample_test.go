package hook_test

import (
	"strings"
)

// The payloads are those of the sources' documentation, shortened to the shape that matters: what is
// not read is left in places, so that it is passed over.

// pagerDuty is that of "Webhook Payload" at https://developer.pagerduty.com/docs/webhooks-overview
// (PagerDuty/developer-docs, docs/webhooks/01-Overview.md).
const pagerDuty = `{
  "event": {
    "id": "5ac64822-4adc-4fda-ade0-410becf0de4f",
    "event_type": "incident.priority_updated",
    "resource_type": "incident",
    "occurred_at": "2020-10-02T18:45:22.169Z",
    "agent": {"html_url": "https://acme.pagerduty.com/users/PLH1HKV", "id": "PLH1HKV", "summary": "Tenex Engineer", "type": "user_reference"},
    "client": {"name": "PagerDuty"},
    "data": {
      "id": "PGR0VU2",
      "type": "incident",
      "self": "https://api.pagerduty.com/incidents/PGR0VU2",
      "html_url": "https://acme.pagerduty.com/incidents/PGR0VU2",
      "number": 2,
      "status": "triggered",
      "incident_key": "d3640fbd41094207a1c11e58e46b1662",
      "created_at": "2020-04-09T15:16:27Z",
      "reopened_at": "2020-10-02T18:45:22Z",
      "title": "A little bump in the road",
      "service": {"html_url": "https://acme.pagerduty.com/services/PF9KMXH", "id": "PF9KMXH", "summary": "API Service", "type": "service_reference"},
      "assignees": [{"id": "PTUXL6G", "summary": "User 123", "type": "user_reference"}],
      "priority": {"html_url": "https://acme.pagerduty.com/account/incident_priorities", "id": "PSO75BM", "summary": "P1", "type": "priority_reference"},
      "urgency": "high",
      "conference_bridge": {"conference_number": "+1 1234123412,,987654321#", "conference_url": "https://example.com"},
      "resolve_reason": null
    }
  }
}`

// pagerDutyService is that of "service.updated", from the same page.
const pagerDutyService = `{"event":{"id":"01BRB6ZP4M6T8ZG4X6BP63ZB9O","event_type":"service.updated","resource_type":"service","occurred_at":"2021-03-02T13:35:11.682Z","agent":null,"client":null,
"data":{"html_url":"https://acme.pagerduty.com/services/PF9KMXH","id":"PF9KMXH","summary":"testing service updates","type":"service"}}}`

// incidentIO has the shape of the events that https://docs.incident.io/api-reference shows under
// "Incidents V2", webhook "Created": its members and their examples are those of the schema IncidentV2.
const incidentIO = `{
  "event_type": "public_incident.incident_created_v2",
  "public_incident.incident_created_v2": {
    "call_url": "https://zoom.us/foo",
    "created_at": "2021-08-17T13:28:57.801578Z",
    "custom_field_entries": [
      {
        "custom_field": {"field_type": "multi_select", "id": "01FCNDV6P870EA6S7TK1DSYDG0", "name": "Affected Services", "options": []},
        "values": [{"value_catalog_entry": {"aliases": ["x"], "external_id": "761722cd", "id": "01FCNDV6P870EA6S7TK1DSYDG1", "name": "Payments API"}, "value_link": "https://google.com/"}]
      },
      {"custom_field": {"field_type": "single_select", "id": "01FCNDV6P870EA6S7TK1DSYDG2", "name": "Affected Team"}, "values": [{"value_option": {"id": "01FCNDV6P870EA6S7TK1DSYDG3", "value": "Payments"}}]}
    ],
    "id": "01FDAG4SAP5TYPT98WGR2N7W91",
    "incident_status": {"category": "triage", "id": "01FCNDV6P870EA6S7TK1DSYD5H", "name": "Triage", "rank": 4},
    "incident_timestamp_values": [
      {"incident_timestamp": {"id": "01FCNDV6P870EA6S7TK1DSYD5H", "name": "Impact started at", "rank": 1}, "value": {"value": "2021-08-17T13:20:00Z"}},
      {"incident_timestamp": {"id": "01FCNDV6P870EA6S7TK1DSYD5I", "name": "Reported at", "rank": 2}, "value": {"value": "2021-08-17T13:28:57.801578Z"}},
      {"incident_timestamp": {"id": "01FCNDV6P870EA6S7TK1DSYD5J", "name": "Resolved at", "rank": 3}}
    ],
    "mode": "standard",
    "name": "Our database is sad",
    "permalink": "https://app.incident.io/incidents/123",
    "reference": "INC-123",
    "severity": {"id": "01FCNDV6P870EA6S7TK1DSYDG0", "name": "Minor", "rank": 1},
    "updated_at": "2021-08-17T13:28:58.801578Z",
    "visibility": "public"
  }
}`

// incidentIOPrivate is that of a private incident: its identifier alone, from the same pages.
const incidentIOPrivate = `{"event_type":"private_incident.incident_created_v2","private_incident.incident_created_v2":{"id":"abc123"}}`

// opsgenie is that of "Create" at https://support.atlassian.com/jira-service-management-cloud/docs/alert-action-data-for-jira-edge-connector/,
// which also is that of https://docs.opsgenie.com/docs/marid-alert-action-data, with the priority that newer ones have.
const opsgenie = `{
"source":{"name":"web","type":"API"},
"alert":{
"updatedAt":1420452193166002000,
"tags": ["tag1", "tag2"],
"teams" : ["team1", "team2"],
"recipients" : ["recipient1", "recipient2"],
"message":" test alert",
"username":"fili@ifountain.com",
"alertId":"052652ac-5d1c-464a-812a-7dd18bbfba8c",
"source":"fili@ifountain.com",
"alias":"aliastest",
"tinyId":"23",
"createdAt":1420452191104,
"userId":"daed1180-0ce8-438b-8f8e-57e1a5920a2d",
"priority":"P2",
"entity":""
},
"action":"Create",
"integrationId":"37c8f316-17c6-49d7-899b-9c7e540c048d",
"integrationName":"Integration1"
}`

// jira has the shape of the issue event at https://developer.atlassian.com/cloud/jira/platform/webhooks/,
// "Example: callback for an issue related event", with the members of fields as GET /rest/api/2/issue
// shows them, which that page shortens.
const jira = `{
  "timestamp": 1525698237764,
  "webhookEvent": "jira:issue_updated",
  "issue_event_type_name": "issue_generic",
  "user": {"self": "https://your-domain.atlassian.net/rest/api/2/user?accountId=99:27935d01", "accountId": "99:27935d01", "displayName": "Bryan Rollins [Atlassian]", "active": true},
  "issue": {
    "id": "99291",
    "self": "https://your-domain.atlassian.net/rest/api/2/issue/99291",
    "key": "JRA-20002",
    "fields": {
      "summary": "I feel the need for speed",
      "created": "2009-12-16T23:46:10.612-0600",
      "description": "Make the issue nav load 10x faster",
      "labels": ["UI", "dialogue", "move"],
      "issuetype": {"self": "https://your-domain.atlassian.net/rest/api/2/issuetype/10001", "id": "10001", "name": "[System] Incident", "subtask": false},
      "status": {"self": "https://your-domain.atlassian.net/rest/api/2/status/3", "name": "In Progress", "id": "3", "statusCategory": {"id": 4, "key": "indeterminate", "colorName": "yellow", "name": "In Progress"}},
      "priority": {"self": "https://your-domain.atlassian.net/rest/api/2/priority/1", "name": "Highest", "id": "1"},
      "components": [{"self": "https://your-domain.atlassian.net/rest/api/2/component/10000", "id": "10000", "name": "Checkout"}],
      "project": {"id": "10000", "key": "JRA", "name": "Operations"},
      "resolutiondate": null
    }
  },
  "changelog": {"items": [{"toString": "In Progress", "to": "3", "fromString": "To Do", "from": "1", "fieldtype": "jira", "field": "status"}], "id": 10124}
}`

// standard is that of docs/how-to/take-incidents-over.md.
const standard = `{"externalId":"4711","toldAt":"2026-11-27T10:12:00Z","status":"investigating","title":"Checkout fails in the EU","severity":"sev1",
"services":["checkout"],"impactStart":"2026-11-27T10:00:00Z","detectedAt":"2026-11-27T10:03:00Z","link":"https://status.example.org/4711"}`

// with is the payload with other text in places.
func with(payload string, pairs ...string) string {
	for n := 0; n < len(pairs); n += 2 {
		if !strings.Contains(payload, pairs[n]) {
			panic("the sample has no " + pairs[n])
		}
	}
	return strings.NewReplacer(pairs...).Replace(payload)
}
