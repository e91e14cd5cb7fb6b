package hook

import (
	"net/url"
	"strings"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/incident"
)

// opsgenie is a payload of Opsgenie's outgoing webhook, which Jira Service Management sends as well, as
// far as it is read; see https://support.atlassian.com/opsgenie/docs/opsgenie-edge-connector-alert-action-data.
type opsgenie struct {
	Action string `json:"action"`
	Alert  struct {
		AlertID   string         `json:"alertId"`
		Message   string         `json:"message"`
		Priority  string         `json:"priority"`
		Entity    string         `json:"entity"`
		Tags      []string       `json:"tags"`
		CreatedAt int64          `json:"createdAt"` // milliseconds since 1970
		UpdatedAt int64          `json:"updatedAt"` // nanoseconds since 1970
		Details   map[string]any `json:"details"`
	} `json:"alert"`
}

// opsgenieStatuses are the statuses after the actions that are read; after those without one it is as
// it was.
var opsgenieStatuses = map[string]incident.Status{
	"Create": incident.Declared, "Acknowledge": incident.Investigating, "UnAcknowledge": incident.Declared, "Close": incident.Resolved,
	"Delete": incident.Closed, "UpdatePriority": "", "UpdateMessage": "",
}

// OpsgenieLink is the address of an alert where the settings give none; {id} stands for the alert's.
const OpsgenieLink = "https://app.opsgenie.com/alert/detail/{id}/details"

// ReadOpsgenie reads what Opsgenie sends of an alert, which is shown at the address. Of other actions,
// such as notes, owners and escalations, it tells nothing: nil.
func ReadOpsgenie(body []byte, address string) (*Report, error) {
	var p opsgenie
	if err := decode(body, "", &p); err != nil {
		return nil, err
	}
	var check fault.Check
	check.Require(p.Action != "", "/action", nil, "must name an action, such as Create")
	if err := check.Err(); err != nil {
		return nil, err
	}
	status, told := opsgenieStatuses[p.Action]
	if !told {
		return nil, nil
	}
	a := p.Alert
	r := &Report{
		ExternalID: a.AlertID, Link: link(strings.ReplaceAll(address, "{id}", url.PathEscape(a.AlertID))), Title: line(a.Message, maxTitle),
		Status: status, Gone: p.Action == "Delete", ToldAt: epoch(&check, "/alert/updatedAt", a.UpdatedAt), ImpactStart: epoch(&check, "/alert/createdAt", a.CreatedAt),
	}
	if r.ToldAt.IsZero() {
		r.ToldAt = r.ImpactStart // an alert that was not updated yet
	}
	if !r.ImpactStart.IsZero() {
		r.DetectedAt = &r.ImpactStart
	}
	r.severity(a.Priority)
	if named, isText := a.Details["service"].(string); isText {
		r.service(Named{Name: named})
	}
	r.service(Named{Name: a.Entity})
	for _, tag := range a.Tags {
		name, named := strings.CutPrefix(tag, "service:")
		r.service(Named{Name: name, Hint: !named})
	}
	r.check(&check, "/alert/alertId", "/alert/updatedAt")
	return r, check.Err()
}
