package dashboard

import (
	"context"
	"net/url"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/incident"
	"github.com/evenkeel/evenkeel/services/incident/lint"
	"github.com/evenkeel/evenkeel/services/incident/postmortem"
	"github.com/evenkeel/evenkeel/services/registry"
)

// Postmortems tells of postmortems, and takes what people write.
type Postmortems interface {
	About(ctx context.Context, incident id.ID) (incident.Incident, error)
	Get(ctx context.Context, incident id.ID) (postmortem.View, error)
	List(ctx context.Context, f postmortem.Filter, r page.Request) (page.Page[postmortem.View], error)
	Acts(ctx context.Context, incident id.ID, r page.Request) (page.Page[postmortem.Act], error)
	Texts(ctx context.Context, incident id.ID, r page.Request) (page.Page[postmortem.Text], error)
	TextOf(ctx context.Context, incident id.ID, number int) (postmortem.Text, error)
	Diff(ctx context.Context, incident id.ID, from, to int) (string, error)
	ActionsOf(ctx context.Context, incident id.ID) ([]postmortem.Action, error)
	MayWrite(ctx context.Context, i incident.Incident) (bool, error)
	Reviewers(ctx context.Context, incident id.ID) ([]access.Person, error)
	LintText(ctx context.Context, incident id.ID, text string) ([]lint.Finding, error)
	ListTemplates(ctx context.Context, r page.Request) (page.Page[postmortem.Template], error)

	Begin(ctx context.Context, incident id.ID, template string) (postmortem.View, error)
	Save(ctx context.Context, incident id.ID, version int64, in postmortem.TextInput) (postmortem.View, error)
	Submit(ctx context.Context, incident id.ID, version int64, reviewers []id.ID) (postmortem.View, error)
	Review(ctx context.Context, incident id.ID, version int64, verdict postmortem.Verdict) (postmortem.View, error)
	Publish(ctx context.Context, incident id.ID, version int64) (postmortem.View, error)
	Reopen(ctx context.Context, incident id.ID, version int64, reason string) (postmortem.View, error)
	Elsewhere(ctx context.Context, incident id.ID, version int64, in postmortem.LinkInput) (postmortem.View, error)
	Ask(ctx context.Context, incident id.ID, why string) (postmortem.Request, error)
	Waive(ctx context.Context, incident, request id.ID, because string) (postmortem.Request, error)
}

const postmortemsPath = "/postmortems"

func postmortemURL(of id.ID) string { return incidentURL(of) + "/postmortem" }

type postmortemsPage struct {
	Filters []entry
	Teams   []choice
	Kept    []kept // what else the list is narrowed to, for the form
	Overdue []postmortemRow
	More    link // to all that are overdue
	Rows    []postmortemRow
	Pager   pager
	Empty   empty
}

// kept is a field that a form sends on.
type kept struct{ Name, Value string }

type postmortemRow struct {
	URL, Title, Detail string
	State              badge
	Due                moment
	DueTone            string
	Why                string
	Began              moment
}

var postmortemBadges = map[postmortem.Status]badge{
	postmortem.Requested: {"risk", "Asked for"}, postmortem.Waived: {"none", "Waived"}, postmortem.Draft: {"info", "Draft"},
	postmortem.InReview: {"info", "In review"}, postmortem.Approved: {"ok", "Approved"}, postmortem.Published: {"ok", "Published"},
}

var reasonWords = map[postmortem.Reason]string{
	postmortem.BySeverity: "severity", postmortem.ByDataLoss: "lost data", postmortem.ByOnCall: "on-call had to act",
	postmortem.ByPolicy: "a policy", postmortem.ByPerson: "somebody asks",
}

// postmortems lists them, those that are overdue first.
func (d *Dashboard) postmortems(v *visit) (screen, error) {
	query := v.URL.Query()
	status, overdue := postmortem.Status(query.Get("status")), query.Has("overdue")
	var f postmortem.Filter
	if name := query.Get("team"); name != "" {
		team, err := d.sources.Registry.TeamFor(v.ctx, name)
		if err != nil {
			return screen{}, err
		}
		f.Team = team.ID
	}
	if name := query.Get("service"); name != "" {
		service, err := d.sources.Registry.ServiceFor(v.ctx, name)
		if err != nil {
			return screen{}, err
		}
		f.Service = service.ID
	}
	p := postmortemsPage{Filters: postmortemFilters(query, status, overdue)}
	if err := d.postmortemTeams(v, &p, query); err != nil {
		return screen{}, err
	}
	const shown = 20
	yes, no := true, false
	if status == "" && !overdue && query.Get("after") == "" {
		late := f
		late.Overdue = &yes
		found, err := d.sources.Postmortems.List(v.ctx, late, page.Request{Limit: shown})
		if err != nil {
			return screen{}, err
		}
		if p.Overdue, err = d.postmortemRows(v, found.Items); err != nil {
			return screen{}, err
		}
		if found.Next != "" {
			p.More = link{URL: narrowedTo(query, "overdue", "1"), Text: "All that are overdue"}
		}
	}
	f.Status = status
	switch {
	case overdue:
		f.Overdue = &yes
	case status == "":
		f.Overdue = &no
	}
	found, err := d.sources.Postmortems.List(v.ctx, f, following(v, page.DefaultLimit))
	if err != nil {
		return screen{}, err
	}
	if p.Rows, err = d.postmortemRows(v, found.Items); err != nil {
		return screen{}, err
	}
	p.Pager = pagerOf(v, found.Next)
	p.Empty = empty{Title: "None", Text: "No postmortem fits. Take a filter away to see the others."}
	switch {
	case overdue:
		p.Empty.Text = "The review of no postmortem is overdue."
	case len(query) == 0 && len(p.Overdue) > 0:
		p.Empty.Text = "All that there are are overdue."
	case len(query) == 0:
		p.Empty = empty{Title: "None yet", Text: "Once a severe incident is resolved, a postmortem is asked for and appears here. Of any other incident, ask for one on its page, or begin it there."}
	}
	return screen{template: "postmortems", title: "Postmortems", section: postmortemsPath, page: p}, nil
}

// narrowedTo is the list's address with one filter set; those that exclude it go.
func narrowedTo(query url.Values, name, value string) string {
	out := url.Values{}
	for _, other := range []string{"team", "service"} {
		if query.Get(other) != "" {
			out.Set(other, query.Get(other))
		}
	}
	if name != "" {
		out.Set(name, value)
	}
	return strings.TrimSuffix(postmortemsPath+"?"+out.Encode(), "?")
}

func postmortemFilters(query url.Values, status postmortem.Status, overdue bool) []entry {
	out := []entry{
		{URL: narrowedTo(query, "", ""), Text: "All", Current: status == "" && !overdue},
		{URL: narrowedTo(query, "overdue", "1"), Text: "Overdue", Current: overdue},
	}
	for _, one := range postmortem.Statuses {
		out = append(out, entry{URL: narrowedTo(query, "status", string(one)), Text: postmortemBadges[one].Word, Current: status == one && !overdue})
	}
	return out
}

// postmortemTeams are what the list can be narrowed to by a form.
func (d *Dashboard) postmortemTeams(v *visit, p *postmortemsPage, query url.Values) error {
	teams, err := d.sources.Registry.Teams(v.ctx, registry.TeamFilter{}, page.Request{Limit: page.MaxLimit})
	if err != nil {
		return err
	}
	p.Teams = []choice{{Text: "All teams", Chosen: query.Get("team") == ""}}
	for _, team := range teams.Items {
		p.Teams = append(p.Teams, choice{Value: team.Slug, Text: team.Name, Chosen: query.Get("team") == team.Slug})
	}
	for _, name := range []string{"status", "overdue", "service"} {
		if query.Has(name) {
			p.Kept = append(p.Kept, kept{name, query.Get(name)})
		}
	}
	return nil
}

func (d *Dashboard) postmortemRows(v *visit, views []postmortem.View) ([]postmortemRow, error) {
	var teams []id.ID
	for _, one := range views {
		teams = append(teams, one.Incident.Team)
	}
	owners, err := d.sources.Registry.TeamsByID(v.ctx, teams)
	if err != nil {
		return nil, err
	}
	out := make([]postmortemRow, len(views))
	for n, one := range views {
		r := postmortemRow{
			URL: postmortemURL(one.Incident.ID), Title: one.Incident.Title, Detail: severityText(one.Incident.Severity) + " · " + owners[one.Incident.Team].Name,
			State: postmortemBadges[one.Status], Why: whyAsked(one.Owing()), Began: day(one.Incident.ImpactStart),
		}
		if one.Incident.Restricted {
			r.Detail += " · restricted"
		}
		r.Due, r.DueTone = dueOf(one.Postmortem, v.now)
		out[n] = r
	}
	return out, nil
}

// dueOf is when the review is due, while it is owed, and its tone.
func dueOf(p postmortem.Postmortem, now time.Time) (moment, string) {
	if p.DueAt == nil || !p.Status.Owed() {
		return moment{}, ""
	}
	if p.Overdue(now) {
		return ago(now, *p.DueAt), "bad"
	}
	return ago(now, *p.DueAt), ""
}

// whyAsked names the reasons, each once.
func whyAsked(requests []postmortem.Request) string {
	var out []string
	seen := map[postmortem.Reason]bool{}
	for _, r := range requests {
		if !seen[r.Reason] {
			seen[r.Reason] = true
			out = append(out, reasonWords[r.Reason])
		}
	}
	return strings.Join(out, ", ")
}
