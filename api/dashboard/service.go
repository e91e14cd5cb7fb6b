package dashboard

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/issues"
	"github.com/evenkeel/evenkeel/services/policy"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/report"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/source"
)

type servicePage struct {
	Crumbs            []link
	Name, Description string
	Retired           *moment
	Incidents         []link
	Facts             []fact
	Labels            []string
	Signals           signalCards
	SLOs              objectives
	SLAs              []slaRow
	SLAsNote          string
	SLAsEmpty         empty
	Dependencies      []dependencyRow
	DependenciesNote  string
	DependenciesEmpty empty
	Violations        []violationRow
	ViolationsEmpty   empty
	Issues            []issueRow
	IssuesEmpty       empty
	Gate              *gateCard
	Scorecards        []climbed
	Outages           []outageRow
	OutagesEmpty      empty
}

type dependencyRow struct {
	URL, Name, Criticality, FailureMode string
	Protection                          []string
}

func (d *Dashboard) service(v *visit) (screen, error) {
	s, err := d.sources.Registry.ServiceFor(v.ctx, v.PathValue("service"))
	if err != nil {
		return screen{}, err
	}
	p := servicePage{
		Name: s.Name, Description: s.Description, Labels: labelTexts(s.Labels),
		SLAsEmpty:         empty{Title: "No SLAs", Text: "What a customer was promised of this service, with credits for periods below it, would be here.", Call: "POST /v1/services/{service}/slas"},
		DependenciesEmpty: empty{Title: "Nothing declared", Text: "What a service needs of others decides how reliable it can be. Declare it.", Call: "POST /v1/services/{service}/dependencies"},
		ViolationsEmpty:   empty{Title: "None", Text: "No objective of this service ever broke a clause of an error-budget policy."},
		OutagesEmpty:      noOutages,
		IssuesEmpty:       empty{Title: "None", Text: "Nothing was drafted for this service."},
	}
	p.Incidents = []link{{URL: "/incidents?" + url.Values{"show": {"all"}, "service": {s.Slug}}.Encode(), Text: "Incidents"}}
	p.Incidents = append(p.Incidents, link{URL: factsURL(s.Slug), Text: "Facts"}, link{URL: exemptionsPath + "?" + url.Values{"service": {s.Slug}}.Encode(), Text: "Exemptions"}, link{URL: launchesPath + "?" + url.Values{"service": {s.Slug}}.Encode(), Text: "Launch reviews"})
	if s.RetiredAt == nil {
		p.Incidents = append(p.Incidents, link{URL: "/incidents/new?" + url.Values{"service": {s.Slug}}.Encode(), Text: "Declare one"})
	}
	if s.RetiredAt != nil {
		retired := day(*s.RetiredAt)
		p.Retired = &retired
	}
	owner, err := d.owner(v, s)
	if err != nil {
		return screen{}, err
	}
	p.Crumbs = []link{{URL: "/", Text: "Overview"}, owner, {Text: s.Name}}
	if p.Facts, err = d.profile(v, s, owner); err != nil {
		return screen{}, err
	}
	if p.Signals, err = d.signalCards(v, s); err != nil {
		return screen{}, err
	}
	if p.SLOs, err = d.owned(v, slo.Filter{Service: s.ID, Order: slo.ByRemaining, IncludeRetired: s.RetiredAt != nil}); err != nil {
		return screen{}, err
	}
	p.SLOs.Caption = "Objectives of " + s.Name
	if len(p.SLOs.Rows) == 0 && s.RetiredAt == nil {
		if p.SLOs.Empty, err = d.suggesting(v, s); err != nil {
			return screen{}, err
		}
	}
	if p.SLAs, p.SLAsNote, err = d.slaRows(v, s); err != nil {
		return screen{}, err
	}
	dependencies, err := d.sources.Registry.Dependencies(v.ctx, string(s.ID))
	if err != nil {
		return screen{}, err
	}
	for _, dep := range dependencies {
		p.Dependencies = append(p.Dependencies, dependency(dep))
	}
	if len(dependencies) > 0 {
		p.DependenciesNote = plural(len(dependencies), "service", "services")
	}
	if p.Violations, err = d.violationRows(v, policy.ViolationFilter{Service: s.ID}, recentRows); err != nil {
		return screen{}, err
	}
	if p.Issues, err = d.issueRows(v, issues.Filter{Service: s.ID}, recentRows); err != nil {
		return screen{}, err
	}
	if p.Gate, err = d.gate(v, s); err != nil {
		return screen{}, err
	}
	if p.Scorecards, err = d.climbed(v, s); err != nil {
		return screen{}, err
	}
	if p.Outages, _, err = d.outages(v, s, page.Request{Limit: recentRows}); err != nil {
		return screen{}, err
	}
	return screen{template: "service", title: s.Name, section: "/", page: p}, nil
}

// suggesting is what stands in the place of objectives: how to have some suggested,
// where there is a data source that can be looked into.
func (d *Dashboard) suggesting(v *visit, s registry.Service) (empty, error) {
	found, err := d.sources.DataSources.List(v.ctx, source.Filter{Kind: source.Prometheus}, page.Request{Limit: 1})
	if err != nil || len(found.Items) == 0 {
		return noObjectives, err
	}
	return empty{
		Title: noObjectives.Title,
		Text:  noObjectives.Text + " Or have some suggested by what a data source holds already.",
		Call:  fmt.Sprintf(`curl -H "Authorization: Bearer $EVENKEEL_TOKEN" "%s/v1/services/%s/suggestions?dataSource=%s"`, strings.TrimSuffix(d.opts.PublicURL, "/"), s.Slug, found.Items[0].Source.Slug),
	}, nil
}

// owner links to the team that owns the service.
func (d *Dashboard) owner(v *visit, s registry.Service) (link, error) {
	teams, err := d.sources.Registry.TeamsByID(v.ctx, []id.ID{s.Team})
	if err != nil {
		return link{}, err
	}
	if t, found := teams[s.Team]; found {
		return link{URL: teamURL(t.Slug), Text: t.Name}, nil
	}
	return link{Text: "no team"}, nil
}

// profile is what is declared of the service, without what is not.
func (d *Dashboard) profile(v *visit, s registry.Service, owner link) ([]fact, error) {
	facts := []fact{
		{"Owner", owner},
		{"Kind", link{Text: string(s.Kind)}},
		{"Tier", link{Text: strconv.Itoa(s.Tier)}},
		{"Lifecycle", link{Text: string(s.Lifecycle)}},
	}
	if s.System != "" {
		system, err := d.sources.Registry.SystemFor(v.ctx, string(s.System))
		if err != nil {
			return nil, err
		}
		facts = append(facts, fact{"System", link{URL: systemURL(system.Slug), Text: system.Name}})
	}
	latest, err := d.latestReport(v, report.OfService, s.ID)
	if err == nil && latest.URL == "" {
		latest, err = d.latestReport(v, report.OfTeam, s.Team)
	}
	if err != nil {
		return nil, err
	}
	if latest.URL != "" {
		facts = append(facts, fact{"Latest report", latest})
	}
	for _, f := range []struct{ name, value string }{
		{"On call", s.OnCall}, {"Runbook", s.Runbook}, {"Dashboard", s.Dashboard},
		{"Documentation", s.Docs}, {"Repository", s.Repository}, {"Contact", s.Contact},
	} {
		if f.value != "" {
			facts = append(facts, fact{f.name, outside(f.value)})
		}
	}
	return facts, nil
}

func dependency(dep registry.Dependency) dependencyRow {
	r := dependencyRow{
		URL: serviceURL(dep.OnSlug), Name: dep.OnSlug, Criticality: string(dep.Criticality), FailureMode: dep.FailureMode,
	}
	if dep.Timeout > 0 {
		r.Protection = append(r.Protection, "timeout: "+tookText(dep.Timeout))
	}
	for _, guard := range []struct{ name, text string }{{"retry", dep.Retry}, {"breaker", dep.Breaker}, {"bulkhead", dep.Bulkhead}} {
		if guard.text != "" {
			r.Protection = append(r.Protection, guard.name+": "+guard.text)
		}
	}
	return r
}

func labelTexts(labels map[string]string) []string {
	var out []string
	for name, value := range labels {
		text := name
		if value != "" {
			text += ": " + value
		}
		out = append(out, text)
	}
	slices.Sort(out)
	return out
}
