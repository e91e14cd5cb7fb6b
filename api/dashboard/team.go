package dashboard

import (
	"net/url"
	"strconv"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/policy"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/report"
	"github.com/evenkeel/evenkeel/services/slo"
)

type teamPage struct {
	Crumbs            []link
	Name, Description string
	Meta              []link
	SLOs              objectives
	Services          []serviceRow
	ServicesNote      string
	ServicesEmpty     empty
	Scorecards        []scorecardRow
	Violations        []violationRow
	ViolationsEmpty   empty
	Members           []memberRow
	MembersMore       string
	MembersEmpty      empty
}

type serviceRow struct {
	URL, Name, Slug       string
	State                 badge
	Kind, Tier, Lifecycle string
}

type memberRow struct {
	Name  string
	Since moment
}

// trendRows is how many SLOs a page with sparklines has: each is a history read.
const trendRows = 20

func (d *Dashboard) team(v *visit) (screen, error) {
	t, err := d.sources.Registry.TeamFor(v.ctx, v.PathValue("team"))
	if err != nil {
		return screen{}, err
	}
	p := teamPage{
		Crumbs: []link{{URL: "/", Text: "Overview"}, {Text: t.Name}},
		Name:   t.Name, Description: t.Description,
		ServicesEmpty:   empty{Title: "No services yet", Text: "Register what this team runs.", Call: "POST /v1/services"},
		ViolationsEmpty: empty{Title: "None", Text: "No objective of this team breaks a clause of an error-budget policy."},
		MembersEmpty:    empty{Title: "No members", Text: "Nobody may change what this team owns but administrators. Add somebody.", Call: "PUT /v1/teams/{team}/members/{person}"},
	}
	if t.Contact != "" {
		p.Meta = append(p.Meta, outside(t.Contact))
	}
	if t.DefaultRepository != "" {
		repository := outside(t.DefaultRepository)
		repository.Text = "Issues without a repository of their own: " + repository.Text
		p.Meta = append(p.Meta, repository)
	}
	latest, err := d.latestReport(v, report.OfTeam, t.ID)
	if err != nil {
		return screen{}, err
	}
	if latest.URL != "" {
		p.Meta = append(p.Meta, latest)
	}
	p.Meta = append(p.Meta, link{URL: toilURL(t.Slug), Text: "Toil"}, link{URL: teamURL(t.Slug) + "/notifications", Text: "Notifications"}, link{URL: "/learning?" + url.Values{"team": {t.Slug}}.Encode(), Text: "What incidents have in common"})
	if err := d.aboveTeam(v, t, &p); err != nil {
		return screen{}, err
	}
	if p.SLOs, err = d.owned(v, slo.Filter{Team: t.ID, Order: slo.ByRemaining}); err != nil {
		return screen{}, err
	}
	p.SLOs.Caption = "Objectives of " + t.Name
	if err := d.servicesOfTeam(v, t, &p); err != nil {
		return screen{}, err
	}
	if p.Scorecards, err = d.teamScorecards(v, t); err != nil {
		return screen{}, err
	}
	members, err := d.sources.Registry.Members(v.ctx, string(t.ID), page.Request{Limit: page.DefaultLimit})
	if err != nil {
		return screen{}, err
	}
	for _, m := range members.Items {
		p.Members = append(p.Members, memberRow{Name: m.Name, Since: day(m.JoinedAt)})
	}
	if members.Next != "" {
		p.MembersMore = "There are more; the API lists them all."
	}
	open := true
	if p.Violations, err = d.violationRows(v, policy.ViolationFilter{Team: t.ID, Open: &open}, page.DefaultLimit); err != nil {
		return screen{}, err
	}
	return screen{template: "team", title: t.Name, section: "/", page: p}, nil
}

// aboveTeam adds the parent team.
func (d *Dashboard) aboveTeam(v *visit, t registry.Team, p *teamPage) error {
	if t.Parent == "" {
		return nil
	}
	parents, err := d.sources.Registry.TeamsByID(v.ctx, []id.ID{t.Parent})
	if err != nil {
		return err
	}
	if parent, found := parents[t.Parent]; found {
		p.Crumbs = []link{p.Crumbs[0], {URL: teamURL(parent.Slug), Text: parent.Name}, p.Crumbs[1]}
	}
	return nil
}

func (d *Dashboard) servicesOfTeam(v *visit, t registry.Team, p *teamPage) error {
	services, err := d.sources.Registry.Services(v.ctx, registry.ServiceFilter{Team: t.ID}, page.Request{Limit: page.MaxLimit})
	if err != nil {
		return err
	}
	shown, err := d.marks(v, services.Items)
	if err != nil {
		return err
	}
	for i, m := range shown {
		s := services.Items[i]
		p.Services = append(p.Services, serviceRow{
			URL: m.URL, Name: s.Name, Slug: s.Slug, State: m.badge,
			Kind: string(s.Kind), Tier: strconv.Itoa(s.Tier), Lifecycle: string(s.Lifecycle),
		})
	}
	if len(services.Items) > 0 {
		p.ServicesNote = plural(len(services.Items), "service", "services")
	}
	if services.Next != "" {
		p.ServicesNote = "the first " + p.ServicesNote + "; the API lists them all"
	}
	return nil
}

// owned is a table of a team's or a service's SLOs with sparklines.
func (d *Dashboard) owned(v *visit, f slo.Filter) (objectives, error) {
	found, err := d.sources.SLOs.Views(v.ctx, f, following(v, trendRows))
	if err != nil {
		return objectives{}, err
	}
	rows, err := d.rows(v, found.Items, true)
	if err != nil {
		return objectives{}, err
	}
	if f.Service != "" {
		for i := range rows {
			rows[i].Service = nil
		}
	}
	return objectives{Rows: rows, Trend: true, Pager: pagerOf(v, found.Next), Empty: noObjectives}, nil
}
