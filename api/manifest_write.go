package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/evenkeel/evenkeel/internal/yamldoc"
	cards "github.com/evenkeel/evenkeel/scorecards/document"
	"github.com/evenkeel/evenkeel/services/manifest"
	policies "github.com/evenkeel/evenkeel/services/policy/document"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
)

// WriteManifest writes a thing as a document that Manifests reads as the same. What an SLO says as it is by
// default is left out.
func WriteManifest(t manifest.Thing) ([]byte, error) {
	var body object
	switch t := t.(type) {
	case manifest.Policy:
		return policies.WriteAttached(t.Draft, t.Attachments)
	case manifest.Scorecard:
		return cards.Write(t.Draft)
	case manifest.Team:
		body.add("slug", t.Slug)
		body.said(toTeamInput(t.TeamInput), t.Says, manifestKinds[manifest.KindTeam].renamed)
	case manifest.System:
		body.add("slug", t.Slug)
		body.said(SystemInput(t.SystemInput), t.Says, nil)
	case manifest.Service:
		body.add("slug", t.Slug)
		body.said(struct {
			ServiceCreate
			DependsOn []DependencyManifest `json:"dependsOn"`
		}{toServiceCreate(t.ServiceInput), each(t.DependsOn, toDependencyManifest)}, t.Says, manifestKinds[manifest.KindService].renamed)
	case manifest.SLO:
		body.add("service", t.Service)
		if err := body.all(toSLOManifest(t.Declaration)); err != nil {
			return nil, err
		}
	case manifest.Campaign:
		if err := body.all(toCampaignInput(t)); err != nil {
			return nil, err
		}
	}
	return body.document(manifest.IdentityOf(t).Kind)
}

// object is a JSON object in the order in which its members were added.
type object struct {
	text bytes.Buffer
	err  error
}

func (o *object) add(name string, value any) {
	text, err := json.Marshal(value)
	if err != nil && o.err == nil {
		o.err = err
	}
	fmt.Fprintf(&o.text, ",%q:%s", name, text)
}

// said adds the members of the struct that the manifest says, in their order.
func (o *object) said(of any, says []string, renamed map[string]string) {
	v := reflect.ValueOf(of)
	for _, f := range reflect.VisibleFields(v.Type()) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous || !slices.Contains(says, name) {
			continue
		}
		value := v.FieldByIndex(f.Index).Interface()
		if is, other := renamed[name]; other {
			name = is
		}
		o.add(name, value)
	}
}

// all adds all members of what is written as an object.
func (o *object) all(of any) error {
	text, err := json.Marshal(of)
	if err != nil {
		return fmt.Errorf("write a manifest: %w", err)
	}
	o.text.WriteByte(',')
	o.text.Write(bytes.TrimSuffix(bytes.TrimPrefix(text, []byte("{")), []byte("}")))
	return nil
}

func (o *object) document(kind manifest.Kind) ([]byte, error) {
	if o.err != nil {
		return nil, fmt.Errorf("write a manifest: %w", o.err)
	}
	value, err := yamldoc.FromJSON(fmt.Appendf(nil, `{"apiVersion":%q,"kind":%q%s}`, yamldoc.APIVersion, kind, o.text.Bytes()))
	if err != nil {
		return nil, fmt.Errorf("write a manifest: %w", err)
	}
	return yamldoc.Write(value)
}

func toTeamInput(in registry.TeamInput) TeamInput {
	return TeamInput{Slug: in.Slug, Name: in.Name, Description: in.Description, Parent: in.Parent, Contact: in.Contact, DefaultRepository: in.DefaultRepository, IssueAssigneeID: in.IssueAssignee}
}

func toServiceCreate(in registry.ServiceInput) ServiceCreate {
	return ServiceCreate{
		Team: in.Team,
		ServiceProfile: ServiceProfile{
			Slug: in.Slug, System: in.System, Name: in.Name, Description: in.Description, Kind: string(in.Kind), Tier: in.Tier, Lifecycle: string(in.Lifecycle),
			Repository: in.Repository, OnCall: in.OnCall, Runbook: in.Runbook, Dashboard: in.Dashboard, Docs: in.Docs, Contact: in.Contact,
			Labels: in.Labels, Annotations: in.Annotations,
		},
	}
}

func toDependencyManifest(n manifest.Need) DependencyManifest {
	return DependencyManifest{n.Service, DependencyTerms{
		Criticality: string(n.Criticality), FailureMode: n.FailureMode, TimeoutMilliseconds: n.Timeout.Milliseconds(), Retry: n.Retry, Breaker: n.Breaker, Bulkhead: n.Bulkhead,
	}}
}

func toCampaignInput(c manifest.Campaign) CampaignInput {
	return CampaignInput{Name: c.Name, Scorecard: c.Scorecard, Team: c.Team, CampaignTerms: CampaignTerms{
		Why: c.Why, Checks: c.Checks, AppliesTo: c.AppliesTo, StartsOn: string(c.StartsOn), DueOn: string(c.DueOn), GraceDays: c.GraceDays, Issues: c.Issues,
	}}
}

// sloManifest is an SLO as a manifest says it: with a day where the API has a time.
type sloManifest struct {
	SLOInput
	ReviewBy string `json:"reviewBy,omitempty"`
}

func toSLOManifest(d slo.Declaration) sloManifest {
	out := sloManifest{SLOInput: toBriefSLOInput(d)}
	if out.SLOInput.ReviewBy != nil {
		out.ReviewBy = out.SLOInput.ReviewBy.UTC().Format("2006-01-02")
	}
	return out
}

// toBriefSLOInput is the declaration as it would be sent, without what goes without saying.
func toBriefSLOInput(d slo.Declaration) SLOInput {
	out := toSLOInput(brief(d))
	if *out.Budgeting == (BudgetingInput{}) {
		out.Budgeting = nil
	}
	return out
}

// brief is the declaration without what it says as it is by default, but for its name and objective,
// which people look for.
func brief(d slo.Declaration) slo.Declaration {
	whole := d.Complete()
	d = whole
	for _, leaveOut := range []func(*slo.Declaration){
		func(d *slo.Declaration) { d.WindowDays = 0 },
		func(d *slo.Declaration) {
			d.Calendar = shorter(d.Calendar, func(c *slo.CalendarInput) { c.StartDate = "" })
		},
		func(d *slo.Declaration) {
			d.Calendar = shorter(d.Calendar, func(c *slo.CalendarInput) { c.TimeZone = "" })
		},
		func(d *slo.Declaration) { d.Budgeting = slo.BudgetingInput{} },
		func(d *slo.Declaration) { d.Budgeting.SliceLength = 0 },
		func(d *slo.Declaration) { d.Budgeting.Missing = "" },
		func(d *slo.Declaration) { d.MinEvents = 0 },
		func(d *slo.Declaration) { d.MinBadEvents = 0 },
		func(d *slo.Declaration) { d.Enforcement = "" },
		func(d *slo.Declaration) { d.Counting = "" },
		func(d *slo.Declaration) { d.Resolution = 0 },
		func(d *slo.Declaration) { d.GoodEvent = "" },
		func(d *slo.Declaration) { d.Origin.MaxGroups = 0 },
	} {
		less := d
		leaveOut(&less)
		if reflect.DeepEqual(less.Complete(), whole) {
			d = less
		}
	}
	return d
}

// shorter is the calendar with something left out.
func shorter(c *slo.CalendarInput, leaveOut func(*slo.CalendarInput)) *slo.CalendarInput {
	if c == nil {
		return nil
	}
	less := *c
	leaveOut(&less)
	return &less
}
