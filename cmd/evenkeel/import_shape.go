package main

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/evenkeel/evenkeel/api"
	"github.com/evenkeel/evenkeel/internal/yamldoc"
	"github.com/evenkeel/evenkeel/services/foreign"
	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
)

// owned is what a thing belongs to, and the slug of that.
type owned struct{ noun, slug string }

// ownDocument writes a thing as a document of ours: headed by its kind and by what it belongs to, with
// the fields of the API's body in their order.
func ownDocument(kind string, by owned, body any) ([]byte, error) {
	fields, err := json.Marshal(body)
	if err != nil {
		return nil, fmt.Errorf("write a %s: %w", kind, err)
	}
	head := fmt.Sprintf("{%q:%q,%q:%q,", "apiVersion", yamldoc.APIVersion, "kind", kind)
	if by.slug != "" {
		head += fmt.Sprintf("%q:%q,", by.noun, by.slug)
	}
	text, err := asYAML(append([]byte(head), fields[1:]...))
	if err != nil {
		return nil, fmt.Errorf("write a %s: %w", kind, err)
	}
	return text, nil
}

// teamBody is a team. A name that is only the slug again is left out, so that one that the team has
// already stays.
type teamBody struct {
	Slug              string `json:"slug"`
	Name              string `json:"name,omitempty"`
	Description       string `json:"description,omitempty"`
	Parent            string `json:"parent,omitempty"`
	Contact           string `json:"contact,omitempty"`
	DefaultRepository string `json:"defaultRepository,omitempty"`
}

func toTeamBody(t foreign.Team) teamBody {
	return teamBody{t.Slug, unlike(t.Name, t.Slug), t.Description, t.Parent, t.Contact, t.DefaultRepository}
}

// systemBody is a system.
type systemBody struct {
	Slug        string `json:"slug"`
	Name        string `json:"name,omitempty"`
	Description string `json:"description,omitempty"`
	Team        string `json:"team"`
}

func toSystemBody(s foreign.System) systemBody {
	return systemBody{s.Slug, unlike(s.Name, s.Slug), s.Description, s.Team}
}

// serviceBody is a service with what it depends on. Its kind is called type, for the kind of a document is
// what it is of.
type serviceBody struct {
	Slug        string            `json:"slug"`
	Name        string            `json:"name,omitempty"`
	Description string            `json:"description,omitempty"`
	System      string            `json:"system,omitempty"`
	Type        string            `json:"type"`
	Tier        int               `json:"tier"`
	Lifecycle   string            `json:"lifecycle"`
	Repository  string            `json:"repository,omitempty"`
	OnCall      string            `json:"onCall,omitempty"`
	Runbook     string            `json:"runbook,omitempty"`
	Dashboard   string            `json:"dashboard,omitempty"`
	Docs        string            `json:"docs,omitempty"`
	Contact     string            `json:"contact,omitempty"`
	Labels      map[string]string `json:"labels,omitempty"`
	Annotations map[string]string `json:"annotations,omitempty"`
	DependsOn   []need            `json:"dependsOn,omitempty"`
}

// need is a service that another depends on.
type need struct {
	Service     string `json:"service"`
	Criticality string `json:"criticality"`
}

func toServiceBody(s foreign.Service) serviceBody {
	out := serviceBody{
		Slug: s.Slug, Name: unlike(s.Name, s.Slug), Description: s.Description, System: s.System, Type: string(s.Kind), Tier: s.Tier, Lifecycle: string(s.Lifecycle),
		Repository: s.Repository, OnCall: s.OnCall, Runbook: s.Runbook, Dashboard: s.Dashboard, Docs: s.Docs, Contact: s.Contact, Labels: s.Labels, Annotations: s.Annotations,
	}
	for _, on := range s.DependsOn {
		// As a catalog's dependencies are: hard until the team says otherwise.
		out.DependsOn = append(out.DependsOn, need{on, string(registry.Hard)})
	}
	return out
}

// unlike is the name, empty where it is the slug.
func unlike(name, slug string) string {
	if name == slug {
		return ""
	}
	return name
}

func toSLOInput(d slo.Declaration) api.SLOInput {
	out := api.SLOInput{
		Slug: d.Slug, Name: d.Name, Description: d.Description, Objective: d.Objective, WindowDays: d.WindowDays, Calendar: toCalendarInput(d.Calendar),
		MinEvents: d.MinEvents, Confidence: d.Confidence, Enforcement: string(d.Enforcement), Rationale: d.Rationale, Reviewer: d.Reviewer, ReviewBy: d.ReviewBy,
		Indicator: api.IndicatorInput{
			Category: string(d.Category), Counting: string(d.Counting), ResolutionSeconds: int(d.Resolution / time.Second), Description: d.GoodEvent,
			GroupBy: d.Origin.GroupBy, MaxGroups: d.Origin.MaxGroups, Source: toSourceInput(d.Origin),
		},
	}
	for _, g := range d.Further {
		out.Further = append(out.Further, api.GoalInput{Name: g.Name, Objective: g.Objective, WindowDays: g.WindowDays, Calendar: toCalendarInput(g.Calendar)})
	}
	if b := d.Budgeting; b != (slo.BudgetingInput{}) {
		out.Budgeting = &api.BudgetingInput{Method: string(b.Method), SliceTarget: b.SliceTarget, SliceSeconds: int(b.SliceLength / time.Second), Missing: string(b.Missing)}
	}
	if len(d.AlertsOff) > 0 || d.MinBadEvents > 0 {
		out.Alerts = &api.AlertTermsInput{Off: d.AlertsOff, MinBadEvents: d.MinBadEvents}
	}
	return out
}

func toCalendarInput(c *slo.CalendarInput) *api.CalendarInput {
	if c == nil {
		return nil
	}
	return &api.CalendarInput{Period: string(c.Period), StartDate: c.StartDate, TimeZone: c.TimeZone}
}

// toSourceInput is nil where reporters push.
func toSourceInput(o origin.Origin) *api.MeasurementSourceInput {
	if o.Pushed() {
		return nil
	}
	out := &api.MeasurementSourceInput{DataSource: string(o.DataSource)}
	if f := o.Ratio; f != nil {
		out.Ratio = (*api.RatioSource)(f)
	}
	if f := o.RawRatio; f != nil {
		out.RawRatio = &api.RawRatioSource{Query: f.Query, Type: "success", Weight: f.Weight}
		if f.Failure {
			out.RawRatio.Type = "failure"
		}
	}
	if f := o.Threshold; f != nil {
		out.Threshold = &api.ThresholdSource{Query: f.Query, Op: string(f.Op), Value: f.Value}
	}
	if f := o.Latency; f != nil {
		out.Latency = &api.LatencySource{Metric: f.Metric, Selector: f.Selector, ThresholdSeconds: f.ThresholdSeconds}
		if f.Native {
			out.Latency.Histogram = "native"
		}
	}
	if f := o.Recorded; f != nil {
		out.Recorded = (*api.RecordedSource)(f)
	}
	if f := o.Adapter; f != nil {
		out.Adapter = (*api.AdapterSource)(f)
	}
	if f := o.OTLP; f != nil {
		out.OTLP = &api.OTLPSource{Metric: f.Metric, Where: toMatches(f.Where), Good: toMatches(f.Good), Bad: toMatches(f.Bad), Threshold: f.Threshold}
	}
	return out
}

func toMatches(in []origin.Match) []api.AttributeMatch {
	var out []api.AttributeMatch
	for _, m := range in {
		out = append(out, api.AttributeMatch{Attribute: m.Attribute, Op: string(m.Op), Value: m.Value})
	}
	return out
}
