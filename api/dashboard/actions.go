package dashboard

import (
	"context"
	"fmt"
	"html/template"
	"net/url"
	"strings"

	"github.com/evenkeel/evenkeel/api/dashboard/chart"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/incident/action"
	"github.com/evenkeel/evenkeel/services/registry"
)

// Actions tells of what is to be done after incidents, and has it done.
type Actions interface {
	Get(ctx context.Context, item id.ID) (action.Item, error)
	List(ctx context.Context, f action.Filter, overdue bool, r page.Request) (page.Page[action.Item], error)
	OfIncident(ctx context.Context, incident id.ID) ([]action.Item, error)
	Owners(ctx context.Context, items []action.Item) (map[id.ID]access.Person, error)
	Backlog(ctx context.Context, f action.Filter) (action.Backlog, error)
	Effect(ctx context.Context, item id.ID) (*action.Effect, error)

	Plan(ctx context.Context, incident id.ID, t action.Terms) (action.Item, error)
	Amend(ctx context.Context, item id.ID, version int64, t action.Terms, reason string) (action.Item, error)
	Complete(ctx context.Context, item id.ID, version int64, p action.Proof) (action.Item, error)
	Waive(ctx context.Context, item id.ID, version int64, reason string) (action.Item, error)
	Reopen(ctx context.Context, item id.ID, version int64, reason string) (action.Item, error)
}

const actionsPath = "/action-items"

func actionURL(of id.ID) string { return actionsPath + "/" + string(of) }

type actionsPage struct {
	Tiles   []tile
	Trend   []weekBar
	Most    int // of the trend
	Ages    string
	Filters []entry
	Teams   []choice
	Kept    []kept
	Rows    []actionRow
	Pager   pager
	Empty   empty
}

// weekBar is a week of the trend.
type weekBar struct {
	Week         moment
	Open         int
	Share        template.HTML
	Opened, Done string
}

// actionRow is an item in a list.
type actionRow struct {
	URL, Title, Detail string
	State              badge
	Priority           string
	Urgent             bool
	Owner              string
	Due                moment
	DueTone            string
	Note               string
}

// actionFilters are the choices of the list.
var actionFilters = []struct{ query, text string }{
	{"", "Open"}, {"overdue", "Overdue"}, {"done", "Done"}, {"waived", "Waived"}, {"all", "All"},
}

// actions lists items, the open ones first, by their days.
func (d *Dashboard) actions(v *visit) (screen, error) {
	query := v.URL.Query()
	show := query.Get("show")
	f := action.Filter{State: map[string]action.State{"": action.Open, "done": action.Done, "waived": action.Waived}[show]}
	if name := query.Get("team"); name != "" {
		team, err := d.sources.Registry.TeamFor(v.ctx, name)
		if err != nil {
			return screen{}, err
		}
		f.Team = team.ID
	}
	if query.Has("mine") {
		f.Owner = v.caller.Person
	}
	var p actionsPage
	for _, one := range actionFilters {
		p.Filters = append(p.Filters, entry{URL: narrowedActions(query, one.query, query.Has("mine")), Text: one.text, Current: one.query == show})
	}
	p.Filters = append(p.Filters, entry{URL: narrowedActions(query, show, !query.Has("mine")), Text: "Mine", Current: query.Has("mine")})
	teams, err := d.sources.Registry.Teams(v.ctx, registry.TeamFilter{}, page.Request{Limit: page.MaxLimit})
	if err != nil {
		return screen{}, err
	}
	p.Teams = []choice{{Text: "All teams", Chosen: query.Get("team") == ""}}
	for _, team := range teams.Items {
		p.Teams = append(p.Teams, choice{Value: team.Slug, Text: team.Name, Chosen: query.Get("team") == team.Slug})
	}
	for _, name := range []string{"show", "mine"} {
		if query.Has(name) {
			p.Kept = append(p.Kept, kept{name, query.Get(name)})
		}
	}
	b, err := d.sources.Actions.Backlog(v.ctx, action.Filter{Team: f.Team, Owner: f.Owner})
	if err != nil {
		return screen{}, err
	}
	p.backlog(b)
	found, err := d.sources.Actions.List(v.ctx, f, show == "overdue", following(v, page.DefaultLimit))
	if err != nil {
		return screen{}, err
	}
	p.Pager = pagerOf(v, found.Next)
	p.Empty = empty{Title: "None", Text: "No action item fits. Take a filter away to see the others."}
	if len(query) == 0 {
		p.Empty = empty{Title: "Nothing is open", Text: "What is to be done after an incident is planned on the incident’s page, and appears here until it is done or waived."}
	}
	if p.Rows, err = d.actionRows(v, found.Items); err != nil {
		return screen{}, err
	}
	return screen{template: "actions", title: "Action items", section: actionsPath, page: p}, nil
}

func narrowedActions(query url.Values, show string, mine bool) string {
	out := url.Values{}
	if team := query.Get("team"); team != "" {
		out.Set("team", team)
	}
	if show != "" {
		out.Set("show", show)
	}
	if mine {
		out.Set("mine", "1")
	}
	return strings.TrimSuffix(actionsPath+"?"+out.Encode(), "?")
}

// backlog shows how much is open, and how that changed.
func (p *actionsPage) backlog(b action.Backlog) {
	tone := func(tone string, n int) string {
		if n == 0 {
			return "none"
		}
		return tone
	}
	p.Tiles = []tile{
		{badge: badge{tone("info", b.Open), "Open"}, Count: b.Open, Note: agesText(b.Ages)},
		{badge: badge{tone("bad", b.Overdue), "Overdue"}, Count: b.Overdue, Note: "their day is over"},
		{badge: badge{tone("risk", b.ByPriority[action.P0]), "Open P0"}, Count: b.ByPriority[action.P0], Note: "the most urgent"},
		{badge: badge{tone("ok", b.InTime), "Done in time"}, Count: b.InTime, Note: fmt.Sprintf("in %d weeks; %d late, %d waived", action.Weeks, b.Late, b.Waived)},
	}
	for _, w := range b.Trend {
		p.Most = max(p.Most, w.Open)
	}
	for _, w := range b.Trend {
		share := 0.0
		if p.Most > 0 {
			share = float64(w.Open) / float64(p.Most)
		}
		p.Trend = append(p.Trend, weekBar{Week: day(w.From.Time()), Open: w.Open, Share: chart.Progress(share), Opened: fmt.Sprintf("%d new", w.Opened), Done: fmt.Sprintf("%d settled", w.Settled)})
	}
}

// agesText is for how long the middle one and the oldest are open.
func agesText(ages []int) string {
	if len(ages) == 0 {
		return "nothing waits"
	}
	return fmt.Sprintf("the middle one for %s, the oldest for %s", plural(ages[len(ages)/2], "day", "days"), plural(ages[len(ages)-1], "day", "days"))
}

func (d *Dashboard) actionRows(v *visit, items []action.Item) ([]actionRow, error) {
	if len(items) == 0 {
		return nil, nil
	}
	owners, err := d.sources.Actions.Owners(v.ctx, items)
	if err != nil {
		return nil, err
	}
	var services []id.ID
	for _, i := range items {
		services = append(services, i.Service)
	}
	named, err := d.sources.Registry.ServicesByID(v.ctx, services)
	if err != nil {
		return nil, err
	}
	out := make([]actionRow, len(items))
	for n, i := range items {
		out[n] = actionRow{
			URL: actionURL(i.ID), Title: i.Title, Detail: named[i.Service].Name + " · " + typeWords[i.Type], State: actionBadge(i, v), Priority: strings.ToUpper(string(i.Priority)), Urgent: i.Priority == action.P0,
			Owner: owners[i.Owner].DisplayName, Due: day(i.DueOn.Time()),
		}
		switch {
		case i.State != action.Open:
			out[n].Due = moment{}
			out[n].Note = "on " + day(i.Settled.At).Text
		case i.Overdue(v.now):
			out[n].DueTone = "bad"
		}
		if i.Postponed > 0 && i.State == action.Open {
			out[n].Note = "postponed " + plural(i.Postponed, "time", "times")
		}
	}
	return out, nil
}

var typeWords = map[action.Type]string{action.Prevent: "prevents it", action.Detect: "detects it sooner", action.Mitigate: "makes it hurt less"}

func actionBadge(i action.Item, v *visit) badge {
	switch {
	case i.Overdue(v.now):
		return badge{"bad", "Overdue"}
	case i.State == action.Done:
		return badge{"ok", "Done"}
	case i.State == action.Waived:
		return badge{"none", "Waived"}
	}
	return badge{"info", "Open"}
}
