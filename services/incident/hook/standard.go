package hook

import (
	"slices"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/incident"
)

// standard is what whoever speaks Standard Webhooks tells of an incident, in Evenkeel's own words.
type standard struct {
	ExternalID  string          `json:"externalId"`
	ToldAt      string          `json:"toldAt"`
	Status      incident.Status `json:"status"`
	Title       string          `json:"title"`
	Severity    string          `json:"severity"`
	Services    []string        `json:"services"`
	Link        string          `json:"link"`
	ImpactStart string          `json:"impactStart"`
	ImpactEnd   string          `json:"impactEnd"`
	DetectedAt  string          `json:"detectedAt"`
	MitigatedAt string          `json:"mitigatedAt"`
	ResolvedAt  string          `json:"resolvedAt"`
	Gone        bool            `json:"gone"`
}

// ReadStandard reads what is told in Evenkeel's own words. A field that is left out stays as it is.
func ReadStandard(body []byte) (*Report, error) {
	var p standard
	if err := decode(body, "", &p); err != nil {
		return nil, err
	}
	var check fault.Check
	r := &Report{
		ExternalID: p.ExternalID, ToldAt: when(&check, "/toldAt", p.ToldAt), Status: p.Status, Gone: p.Gone, Title: line(p.Title, maxTitle), Link: link(p.Link),
		ImpactStart: when(&check, "/impactStart", p.ImpactStart), ImpactEnd: maybe(&check, "/impactEnd", p.ImpactEnd), DetectedAt: maybe(&check, "/detectedAt", p.DetectedAt),
		MitigatedAt: maybe(&check, "/mitigatedAt", p.MitigatedAt), ResolvedAt: maybe(&check, "/resolvedAt", p.ResolvedAt),
	}
	check.Require(p.Status == "" || slices.Contains(incident.Statuses, p.Status), "/status", string(p.Status), "must be one of %s", fault.Or(incident.Statuses))
	check.Require(len(p.Services) <= maxNamed, "/services", len(p.Services), "must be at most %d", maxNamed)
	check.Require(p.Link == "" || r.Link != "", "/link", nil, "must be an http or https address without a name or password in it")
	r.severity(p.Severity)
	for _, name := range p.Services {
		r.service(Named{Name: name})
	}
	r.check(&check, "/externalId", "/toldAt")
	return r, check.Err()
}
