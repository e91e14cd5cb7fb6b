package hook

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/incident"
)

// jira is a payload of Jira's webhooks, as far as it is read; see
// https://developer.atlassian.com/cloud/jira/platform/webhooks/.
type jira struct {
	Timestamp    int64  `json:"timestamp"` // milliseconds since 1970
	WebhookEvent string `json:"webhookEvent"`
	Issue        struct {
		ID     string `json:"id"`
		Key    string `json:"key"`
		Self   string `json:"self"`
		Fields struct {
			Summary        string `json:"summary"`
			Created        string `json:"created"`
			ResolutionDate string `json:"resolutiondate"`
			IssueType      struct {
				Name string `json:"name"`
			} `json:"issuetype"`
			Labels   []string `json:"labels"`
			Priority jiraName `json:"priority"`
			Status   struct {
				StatusCategory struct {
					Key string `json:"key"`
				} `json:"statusCategory"`
			} `json:"status"`
			Components []struct {
				ID   string `json:"id"`
				Name string `json:"name"`
			} `json:"components"`
			Project struct {
				Key  string `json:"key"`
				Name string `json:"name"`
			} `json:"project"`
		} `json:"fields"`
	} `json:"issue"`
}

// jiraName is the name of something: Jira sends the thing with its name, and its documentation shows
// the name alone. Anything else is no name.
type jiraName string

// UnmarshalJSON reads either.
func (n *jiraName) UnmarshalJSON(text []byte) error {
	var whole struct {
		Name string `json:"name"`
	}
	if json.Unmarshal(text, &whole) == nil {
		*n = jiraName(whole.Name)
		return nil
	}
	var name string
	if json.Unmarshal(text, &name) == nil {
		*n = jiraName(name)
	}
	return nil
}

// jiraStatuses are the statuses of the categories of Jira's.
var jiraStatuses = map[string]incident.Status{"new": incident.Declared, "indeterminate": incident.Investigating, "done": incident.Resolved, "undefined": ""}

// Issues are the issues of Jira that are incidents: those of one of the types, or with one of the labels.
type Issues struct{ Types, Labels []string }

func (i Issues) has(kind string, labels []string) bool {
	same := func(a string) func(b string) bool { return func(b string) bool { return strings.EqualFold(a, b) } }
	return slices.ContainsFunc(i.Types, same(kind)) ||
		slices.ContainsFunc(labels, func(l string) bool { return slices.ContainsFunc(i.Labels, same(l)) })
}

// ReadJira reads what Jira sends of issues that are incidents. Other issues and events tell nothing: nil.
func ReadJira(body []byte, incidents Issues) (*Report, error) {
	var p jira
	if err := decode(body, "", &p); err != nil {
		return nil, err
	}
	var check fault.Check
	check.Require(p.WebhookEvent != "", "/webhookEvent", nil, "must name an event, such as jira:issue_created")
	if err := check.Err(); err != nil {
		return nil, err
	}
	f := p.Issue.Fields
	told := []string{"jira:issue_created", "jira:issue_updated", "jira:issue_deleted"}
	if !slices.Contains(told, p.WebhookEvent) || !incidents.has(f.IssueType.Name, f.Labels) {
		return nil, nil
	}
	r := &Report{
		ExternalID: p.Issue.ID, Link: browse(p.Issue.Self, p.Issue.Key), Title: line(f.Summary, maxTitle), Gone: p.WebhookEvent == "jira:issue_deleted",
		ToldAt: epoch(&check, "/timestamp", p.Timestamp), ImpactStart: when(&check, "/issue/fields/created", f.Created),
		ResolvedAt: maybe(&check, "/issue/fields/resolutiondate", f.ResolutionDate),
	}
	known := false
	category := f.Status.StatusCategory.Key
	r.Status, known = jiraStatuses[category]
	check.Require(known || r.Gone, "/issue/fields/status/statusCategory/key", category, "must be new, indeterminate or done")
	if !r.ImpactStart.IsZero() {
		r.DetectedAt = &r.ImpactStart
	}
	r.severity(string(f.Priority))
	for _, c := range f.Components {
		r.service(Named{ID: c.ID, Name: c.Name})
	}
	for _, l := range f.Labels {
		r.service(Named{Name: l, Hint: true})
	}
	r.service(Named{ID: f.Project.Key, Name: f.Project.Name, Hint: true})
	r.check(&check, "/issue/id", "/timestamp")
	return r, check.Err()
}

// browse is where people see the issue whose address in the API is self: above /rest/api/ there may
// be a path, as of a Jira on an own server.
func browse(self, key string) string {
	site, _, found := strings.Cut(self, "/rest/api/")
	if !found || key == "" {
		return ""
	}
	return link(site + "/browse/" + url.PathEscape(key))
}
