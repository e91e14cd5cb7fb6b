package incident

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
)

// Severity is how bad an incident is, sev1 the worst.
type Severity string

// Severities lists every severity, the worst first.
var Severities = []Severity{"sev1", "sev2", "sev3", "sev4"}

// Part is what a service has to do with an incident.
type Part string

// The parts.
const (
	Affected     Part = "affected"
	Cause        Part = "cause"
	Contributing Part = "contributing"
)

var parts = []Part{Affected, Cause, Contributing}

// Involved is a service with its part in an incident.
type Involved struct {
	Service id.ID
	Part    Part
}

// Role is what somebody does about an incident.
type Role string

// Roles lists every role.
var Roles = []Role{"commander", "communications", "operations", "scribe"}

// The causes of the workbook's policy ("Error Budget Policy", appendix of The Site Reliability
// Workbook, "Goals"), as supplied facts name them: of those of clause 3 the team works on its
// reliability, and of those of clause 4 its feature work may go on.
var Causes = []string{
	"own-code-or-procedure", "hard-dependency-could-be-soft", "miss-was-hidden",
	"company-network", "frozen-team", "users-out-of-scope", "no-user-impact",
}

// Link leads to something about an incident.
type Link struct {
	Name string `json:"name"`
	URL  string `json:"url"`
}

// Terms are what is said of an incident.
type Terms struct {
	Title    string
	Severity Severity
	Services []Involved // in the order given, the first affected one first among equals
	Roles    map[Role]id.ID

	ImpactStart time.Time
	ImpactEnd   *time.Time // nil while it lasts, or is not known
	DetectedAt  *time.Time
	MitigatedAt *time.Time
	ResolvedAt  *time.Time

	CustomerImpact   string
	DataLoss         bool
	OnCallIntervened bool
	Causes           []string
	Tags             []string
	Links            []Link

	// Team owns the incident.
	Team id.ID
	// Restricted, it is read by Readers, the people in its roles and administrators alone.
	Restricted bool
	Readers    []id.ID
}

// Incident is something that went wrong with services.
type Incident struct {
	ID     id.ID
	Status Status
	// Origin is where it was declared, nil where that is here.
	Origin *Origin
	Terms

	CreatedAt time.Time
	CreatedBy string // the caller's name
	UpdatedAt time.Time
	UpdatedBy string
	Version   int64
}

// Until is when the impact ended as far as is known, nil while it lasts.
func (t Terms) Until() *time.Time {
	if t.ImpactEnd != nil {
		return t.ImpactEnd
	}
	return t.ResolvedAt
}

// services are the identifiers of those that are involved.
func (t Terms) services() []id.ID {
	out := make([]id.ID, len(t.Services))
	for i, s := range t.Services {
		out[i] = s.Service
	}
	return out
}

// settled are the terms as they are kept: times rounded, texts trimmed, empty lists empty.
func (t Terms) settled() Terms {
	t.ImpactStart = clock.Round(t.ImpactStart)
	t.ImpactEnd, t.DetectedAt, t.MitigatedAt, t.ResolvedAt = rounded(t.ImpactEnd), rounded(t.DetectedAt), rounded(t.MitigatedAt), rounded(t.ResolvedAt)
	t.CustomerImpact = strings.TrimSpace(t.CustomerImpact)
	t.Services, t.Causes, t.Tags, t.Links, t.Readers = filled(t.Services), filled(t.Causes), filled(t.Tags), filled(t.Links), filled(t.Readers)
	slices.Sort(t.Readers)
	if t.Roles = maps.Clone(t.Roles); t.Roles == nil {
		t.Roles = map[Role]id.ID{}
	}
	return t
}

func rounded(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	r := clock.Round(*t)
	return &r
}

func filled[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return slices.Clone(list)
}

// ReadableBy reports whether the caller may know of the incident.
func (i Incident) ReadableBy(c access.Caller) bool {
	if !i.Restricted || c.Kind == access.BySystem || c.Administers() {
		return true
	}
	return c.Person != "" && i.named(c.Person)
}

// named reports whether the person is a reader or has a role.
func (t Terms) named(person id.ID) bool {
	if slices.Contains(t.Readers, person) {
		return true
	}
	for _, p := range t.Roles {
		if p == person {
			return true
		}
	}
	return false
}

// Object is the incident as it is authorised and audited on, which is as its team's.
func (i Incident) Object() access.Object {
	return access.Object{Kind: access.KindIncident, ID: i.ID, Label: i.Title, Team: i.Team}
}

// record is what the audit log keeps of an incident.
type record struct {
	Status             Status
	Source, ExternalID string
	SourceLink         string
	Terms
}

func (i Incident) record() record {
	r := record{Status: i.Status, Terms: i.Terms}
	if i.Origin != nil {
		r.Source, r.ExternalID, r.SourceLink = string(i.Origin.Source), i.Origin.ExternalID, i.Origin.Link
	}
	return r
}
