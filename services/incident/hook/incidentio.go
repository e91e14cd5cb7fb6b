package hook

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/incident"
)

// incidentIO is an incident of incident.io, as far as it is read; see
// https://docs.incident.io/api-reference, the webhooks of "Incidents V2".
type incidentIO struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	Permalink string `json:"permalink"`
	Mode      string `json:"mode"`
	CreatedAt string `json:"created_at"`
	UpdatedAt string `json:"updated_at"`
	Severity  *struct {
		Name string `json:"name"`
	} `json:"severity"`
	Status struct {
		Category string `json:"category"`
		Name     string `json:"name"`
	} `json:"incident_status"`
	Timestamps []struct {
		Timestamp struct {
			Name string `json:"name"`
		} `json:"incident_timestamp"`
		Value *struct {
			Value string `json:"value"`
		} `json:"value"`
	} `json:"incident_timestamp_values"`
	Fields []struct {
		Field struct {
			Name string `json:"name"`
		} `json:"custom_field"`
		Values []struct {
			Entry *struct {
				ID   string `json:"id"`
				Name string `json:"name"`
			} `json:"value_catalog_entry"`
			Option *struct {
				ID    string `json:"id"`
				Value string `json:"value"`
			} `json:"value_option"`
			Text string `json:"value_text"`
		} `json:"values"`
	} `json:"custom_field_entries"`
}

// The events that tell of an incident. What is private tells its identifier alone.
const (
	ioCreated = "public_incident.incident_created_v2"
	ioUpdated = "public_incident.incident_updated_v2"
	ioMoved   = "public_incident.incident_status_updated_v2"
)

// ioStatuses are those of the categories of incident.io's statuses in which an incident is one.
var ioStatuses = map[string]incident.Status{
	"triage": incident.Declared, "live": incident.Investigating, "paused": incident.Investigating, "learning": incident.Resolved, "closed": incident.Closed,
}

// ioGone are the categories in which it turned out to be none, or to be another.
var ioGone = []string{"declined", "merged", "canceled"}

// ioMitigated are the names of statuses, as labels, in which a live incident is mitigated.
var ioMitigated = []string{"monitoring", "mitigated", "fixed"}

// ReadIncidentIO reads what incident.io sends. Private incidents, of which nothing but an identifier is
// sent, those of tests and tutorials, and other events tell nothing: nil.
func ReadIncidentIO(body []byte) (*Report, error) {
	var head struct {
		EventType string          `json:"event_type"`
		Created   json.RawMessage `json:"public_incident.incident_created_v2"`
		Updated   json.RawMessage `json:"public_incident.incident_updated_v2"`
		Moved     json.RawMessage `json:"public_incident.incident_status_updated_v2"`
	}
	if err := decode(body, "", &head); err != nil {
		return nil, err
	}
	var check fault.Check
	check.Require(head.EventType != "", "/event_type", nil, "must name an event, such as %s", ioCreated)
	if err := check.Err(); err != nil {
		return nil, err
	}
	at := "/" + head.EventType
	var i incidentIO
	var err error
	switch head.EventType {
	case ioCreated:
		err = decode(head.Created, at, &i)
	case ioUpdated:
		err = decode(head.Updated, at, &i)
	case ioMoved:
		var moved struct {
			Incident incidentIO `json:"incident"`
		}
		err = decode(head.Moved, at, &moved)
		i, at = moved.Incident, at+"/incident"
	default:
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if i.Mode == "test" || i.Mode == "tutorial" {
		return nil, nil
	}
	return i.report(at)
}

// report is what the incident at the pointer says.
func (i incidentIO) report(at string) (*Report, error) {
	var check fault.Check
	r := &Report{
		ExternalID: i.ID, Link: link(i.Permalink), Title: line(i.Name, maxTitle),
		ToldAt: when(&check, at+"/updated_at", i.UpdatedAt), ImpactStart: when(&check, at+"/created_at", i.CreatedAt),
	}
	known := false
	r.Status, known = ioStatuses[i.Status.Category]
	r.Gone = slices.Contains(ioGone, i.Status.Category)
	check.Require(known || r.Gone, at+"/incident_status/category", i.Status.Category, "must be a category of statuses, such as live")
	if i.Status.Category == "live" && slices.Contains(ioMitigated, labelOf(i.Status.Name)) {
		r.Status = incident.Mitigated
	}
	if i.Severity != nil {
		r.severity(i.Severity.Name)
	}
	i.times(&check, at+"/incident_timestamp_values", r)
	for _, f := range i.Fields {
		hint := !strings.Contains(labelOf(f.Field.Name), "service")
		for _, v := range f.Values {
			if v.Entry != nil {
				r.service(Named{ID: v.Entry.ID, Name: v.Entry.Name, Hint: hint})
			}
			if v.Option != nil {
				r.service(Named{ID: v.Option.ID, Name: v.Option.Value, Hint: hint})
			}
			if v.Text != "" {
				r.service(Named{Name: v.Text, Hint: hint})
			}
		}
	}
	r.check(&check, at+"/id", at+"/updated_at")
	return r, check.Err()
}

// times reads the timestamps that say what Evenkeel keeps. They are called as an organisation likes;
// these are the names that incident.io gives them, and what people call them.
func (i incidentIO) times(check *fault.Check, at string, r *Report) {
	told := map[string]*time.Time{}
	for _, t := range i.Timestamps {
		if t.Value != nil {
			told[strings.TrimSuffix(labelOf(t.Timestamp.Name), "-at")] = maybe(check, at, t.Value.Value)
		}
	}
	first := func(names ...string) *time.Time {
		for _, name := range names {
			if told[name] != nil {
				return told[name]
			}
		}
		return nil
	}
	if began := first("impact-started", "impact-start", "started"); began != nil {
		r.ImpactStart = *began
	}
	r.ImpactEnd = first("impact-ended", "impact-end", "ended")
	r.DetectedAt = first("detected", "identified", "reported")
	r.MitigatedAt = first("mitigated", "fixed", "stabilised", "stabilized")
	r.ResolvedAt = first("resolved")
}
