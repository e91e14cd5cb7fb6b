package dashboard

import (
	"fmt"
	"html/template"

	"github.com/evenkeel/evenkeel/api/dashboard/chart"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/issues"
	"github.com/evenkeel/evenkeel/services/policy"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/alert"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

type organisationPage struct {
	Headline        string
	Meta            []string
	Bar             template.HTML
	Tiles           []tile
	SLOs            objectives
	Teams           []teamRow
	TeamsNote       string
	TeamsPager      pager
	TeamsEmpty      empty
	Alerts          []alertRow
	AlertsNote      string // how many there are
	AlertsEmpty     empty
	Violations      []violationRow
	ViolationsEmpty empty
	Issues          []issueRow
	IssuesEmpty     empty
}

// tile is a state with the number of SLOs in it.
type tile struct {
	badge
	URL, Note string
	Count     int
}

// teamRow is a team with its services and its worst budget.
type teamRow struct {
	URL, Name, Detail string
	Services          []serviceMark
	More              *link
	Worst             *objectiveRow // nil when no budget is known
}

// serviceMark is a service with the worst state among its SLOs.
type serviceMark struct {
	badge
	URL, Name string
}

// How much of each list the overview shows.
const (
	attentionRows   = 10
	teamsOnPage     = 20
	servicesPerTeam = 8
	recentRows      = 6
)

func (d *Dashboard) organisation(v *visit) (screen, error) {
	tally, err := d.sources.SLOs.Tally(v.ctx, "")
	if err != nil {
		return screen{}, err
	}
	p := organisationPage{
		Headline: headline(tally), Bar: tallyBar(tally), Tiles: tiles(tally),
		AlertsEmpty:     quietAlerts,
		ViolationsEmpty: empty{Title: "None", Text: "No objective breaks a clause of an error-budget policy."},
		IssuesEmpty:     empty{Title: "None yet", Text: "When a budget is overspent and a policy in force asks for it, the issue is drafted here."},
		TeamsEmpty:      empty{Title: "No teams yet", Text: "A team owns services and looks after their reliability. Register the first one.", Call: "POST /v1/teams"},
	}
	if p.SLOs, err = d.attention(v); err != nil {
		return screen{}, err
	}
	if tally.States[budget.Exhausted]+tally.States[budget.AtRisk] == 0 {
		p.SLOs.Title = "Objectives"
	}
	teams, err := d.sources.Registry.Teams(v.ctx, registry.TeamFilter{}, following(v, teamsOnPage))
	if err != nil {
		return screen{}, err
	}
	p.TeamsPager = pagerOf(v, teams.Next)
	if p.Teams, err = d.teamRows(v, teams.Items); err != nil {
		return screen{}, err
	}
	if len(teams.Items) > 0 && teams.Next == "" && v.URL.Query().Get("after") == "" {
		p.TeamsNote = plural(len(teams.Items), "team", "teams")
	}
	if tally.Total > 0 {
		p.Meta = []string{plural(tally.Total, "objective", "objectives")}
	}
	if tally.Stale > 0 {
		p.Meta = append(p.Meta, plural(tally.Stale, "without recent measurements", "without recent measurements"))
	}
	if p.Alerts, _, err = d.lastingAlerts(v, alert.Filter{}, recentRows); err != nil {
		return screen{}, err
	}
	alerts, err := d.sources.Alerts.Tally(v.ctx, "")
	if err != nil {
		return screen{}, err
	}
	if alerts.Total > 0 {
		p.AlertsNote = fmt.Sprintf("%s, %s", plural(alerts.Severities[budget.Page], "page", "pages"), plural(alerts.Severities[budget.Ticket], "ticket", "tickets"))
		p.Meta = append(p.Meta, plural(alerts.Total, "open alert", "open alerts"))
	}
	open := true
	if p.Violations, err = d.violationRows(v, policy.ViolationFilter{Open: &open}, recentRows); err != nil {
		return screen{}, err
	}
	if p.Issues, err = d.issueRows(v, issues.Filter{}, recentRows); err != nil {
		return screen{}, err
	}
	return screen{template: "organisation", title: "Overview", section: "/", refresh: true, page: p}, nil
}

// headline is the state of everything in a sentence.
func headline(t slo.Tally) string {
	spent, risk := t.States[budget.Exhausted], t.States[budget.AtRisk]
	switch {
	case t.Total == 0:
		return "Nothing is promised yet"
	case spent > 0 && risk > 0:
		return fmt.Sprintf("%s spent, %s at risk", plural(spent, "budget is", "budgets are"), plural(risk, "more is", "more are"))
	case spent > 0:
		return plural(spent, "budget is spent", "budgets are spent")
	case risk > 0:
		return plural(risk, "budget is at risk", "budgets are at risk")
	case t.States[budget.OK] == 0:
		return "Waiting for measurements"
	case t.States[budget.NoData] > 0:
		return "Every budget that is known is on an even keel"
	default:
		return "Every budget is on an even keel"
	}
}

func tallyBar(t slo.Tally) template.HTML {
	var parts []chart.Part
	for _, b := range stateBadges {
		parts = append(parts, chart.Part{Tone: b.Tone, Count: t.States[b.State]})
	}
	return chart.Parts(parts)
}

func tiles(t slo.Tally) []tile {
	notes := map[budget.State]string{
		budget.Exhausted: "nothing of the budget remains",
		budget.AtRisk:    "burning too fast",
		budget.OK:        "within the objective",
		budget.NoData:    "too few events to tell",
	}
	var out []tile
	for _, b := range stateBadges {
		out = append(out, tile{badge: b.badge, URL: stateURL(b.State), Note: notes[b.State], Count: t.States[b.State]})
	}
	return append(out, tile{badge: staleBadge, URL: "/slos", Note: "of all these, no recent slot", Count: t.Stale})
}

// attention lists the SLOs with the least budget.
func (d *Dashboard) attention(v *visit) (objectives, error) {
	found, err := d.sources.SLOs.Views(v.ctx, slo.Filter{Order: slo.ByRemaining}, page.Request{Limit: attentionRows})
	if err != nil {
		return objectives{}, err
	}
	rows, err := d.rows(v, found.Items, true)
	if err != nil {
		return objectives{}, err
	}
	return objectives{
		Title: "Needs attention first", Note: "least budget first", Caption: "Objectives that need attention first",
		Rows: rows, Trend: true, Empty: noObjectives,
	}, nil
}

// teamRows shows teams with their services, of which the states are read together, and with
// the objective that has the least budget.
func (d *Dashboard) teamRows(v *visit, teams []registry.Team) ([]teamRow, error) {
	rows, owned := make([]teamRow, len(teams)), make([][]registry.Service, len(teams))
	var all []registry.Service
	var least []slo.View
	of := map[id.ID]int{} // the row by the objective
	for i, t := range teams {
		rows[i] = teamRow{URL: teamURL(t.Slug), Name: t.Name, Detail: t.Slug}
		services, err := d.sources.Registry.Services(v.ctx, registry.ServiceFilter{Team: t.ID}, page.Request{Limit: servicesPerTeam})
		if err != nil {
			return nil, err
		}
		if services.Next != "" {
			rows[i].More = &link{URL: rows[i].URL, Text: "and more"}
		}
		owned[i], all = services.Items, append(all, services.Items...)
		views, err := d.sources.SLOs.Views(v.ctx, slo.Filter{Team: t.ID, Order: slo.ByRemaining}, page.Request{Limit: 1})
		if err != nil {
			return nil, err
		}
		for _, view := range views.Items {
			of[view.SLO.ID] = i
			least = append(least, view)
		}
	}
	marks, err := d.marks(v, all)
	if err != nil {
		return nil, err
	}
	for i := range rows {
		rows[i].Services, marks = marks[:len(owned[i])], marks[len(owned[i]):]
	}
	worst, err := d.rows(v, least, false)
	if err != nil {
		return nil, err
	}
	for n, view := range least {
		if one := worst[n]; one.Budget.Figure.Known {
			one.Name = one.Service.Text + " · " + one.Name
			rows[of[view.SLO.ID]].Worst = &one
		}
	}
	return rows, nil
}

// marks gives each service the worst state among its SLOs.
func (d *Dashboard) marks(v *visit, services []registry.Service) ([]serviceMark, error) {
	states, err := d.sources.SLOs.States(v.ctx, registry.IDs(services))
	if err != nil {
		return nil, err
	}
	out := make([]serviceMark, len(services))
	for i, s := range services {
		out[i] = serviceMark{badge: worst(states[s.ID]), URL: serviceURL(s.Slug), Name: s.Name}
	}
	return out, nil
}
