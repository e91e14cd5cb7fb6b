package dashboard

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/incident"
	"github.com/evenkeel/evenkeel/services/incident/impact"
	"github.com/evenkeel/evenkeel/services/incident/search"
	"github.com/evenkeel/evenkeel/services/incident/statistics"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
)

// Incidents declares incidents, moves them on and tells of them.
type Incidents interface {
	Declare(ctx context.Context, in incident.Input) (incident.Incident, error)
	Amend(ctx context.Context, incident id.ID, version int64, terms incident.Terms) (incident.Incident, error)
	Move(ctx context.Context, incident id.ID, version int64, m incident.Move) (incident.Incident, error)
	Write(ctx context.Context, incident id.ID, in incident.EntryInput) (incident.Entry, error)
	Get(ctx context.Context, incident id.ID) (incident.Incident, error)
	List(ctx context.Context, f incident.Filter, r page.Request) (page.Page[incident.Incident], error)
	Timeline(ctx context.Context, incident id.ID, r page.Request) (incident.Timeline, error)
}

// Impact tells what incidents took of error budgets.
type Impact interface {
	Of(ctx context.Context, incidents []incident.Incident, periods ...slo.Period) ([]impact.Impact, error)
}

// Search finds incidents by words.
type Search interface {
	Search(ctx context.Context, text string, r page.Request) (page.Page[search.Hit], error)
	Similar(ctx context.Context, of id.ID) ([]search.Similar, error)
}

// Statistics tells of many incidents together.
type Statistics interface {
	Read(ctx context.Context, f statistics.Filter) (statistics.Statistics, error)
}

func incidentURL(of id.ID) string { return "/incidents/" + url.PathEscape(string(of)) }

// causeOf is a cause of incidents in words.
var causeOf = map[string]string{
	"own-code-or-procedure": "own code or procedure", "hard-dependency-could-be-soft": "a hard dependency that could be soft", "miss-was-hidden": "errors hid that the objective was missed",
	"company-network": "the company’s network", "frozen-team": "a team whose releases wait already", "users-out-of-scope": "users out of scope", "no-user-impact": "errors that no user met",
}

var statusWord = map[incident.Status]string{
	incident.Declared: "Declared", incident.Investigating: "Investigating", incident.Mitigated: "Mitigated", incident.Resolved: "Resolved", incident.Closed: "Closed",
}

func incidentBadge(s incident.Status) badge {
	switch s {
	case incident.Declared, incident.Investigating:
		return badge{"bad", statusWord[s]}
	case incident.Mitigated:
		return badge{"risk", statusWord[s]}
	case incident.Resolved:
		return badge{"ok", statusWord[s]}
	default:
		return badge{"none", statusWord[s]}
	}
}

func severityText(s incident.Severity) string { return strings.ToUpper(string(s)) }

type incidentsPage struct {
	Form    searchForm
	Filters []entry
	Rows    []incidentRow
	Hits    []hitRow
	Pager   pager
	Empty   empty
	// Searched is whether words were looked for.
	Searched bool
	// Of is the service that the list is narrowed to.
	Of *link
}

// searchForm asks for words.
type searchForm struct {
	Action, Query string
}

// hitRow is an incident that was found by words.
type hitRow struct {
	URL, Title, Severity, In string
	State                    badge
	Began                    moment
	Snippet                  []search.Part
}

func hitRows(now time.Time, hits []search.Hit) []hitRow {
	in := map[search.Kind]string{search.OfIncident: "in what is said of it", search.OfNote: "in a note of its timeline", search.OfPostmortem: "in its postmortem"}
	out := make([]hitRow, len(hits))
	for n, h := range hits {
		out[n] = hitRow{
			URL: incidentURL(h.ID), Title: h.Title, Severity: severityText(incident.Severity(h.Severity)), In: in[h.Kind],
			State: incidentBadge(incident.Status(h.Status)), Began: ago(now, h.ImpactStart), Snippet: h.Snippet,
		}
	}
	return out
}

// incidentRow is an incident in a list.
type incidentRow struct {
	URL, Title, Severity string
	State                badge
	Restricted           bool
	Services             []link
	Team                 link
	Began                moment
	Lasted               string
	Took                 figure // the largest share of a budget of 28 days
	Tone                 string
	From                 string // whose budget that is
}

// incidents lists them, open ones unless asked, or finds them by words.
func (d *Dashboard) incidents(v *visit) (screen, error) {
	q := v.URL.Query()
	p := incidentsPage{Form: searchForm{Action: "/incidents", Query: q.Get("q")}}
	out := screen{template: "incidents", title: "Incidents", section: "/incidents"}
	if strings.TrimSpace(p.Form.Query) != "" {
		found, err := d.sources.Search.Search(v.ctx, p.Form.Query, following(v, page.DefaultLimit))
		if err != nil {
			return screen{}, err
		}
		p.Hits, p.Pager, p.Searched = hitRows(v.now, found.Items), pagerOf(v, found.Next), true
		p.Empty = empty{Title: "Nothing found", Text: "No incident has all of these words. Words are found from their beginning where they are the last; “words in quotes” only next to each other."}
		out.page = p
		return out, nil
	}
	filter, chosen := incident.Filter{}, q.Get("show")
	for _, f := range []struct{ name, text string }{{"", "Open"}, {"all", "All"}, {"sev1", "SEV1"}, {"sev2", "SEV2"}, {"sev3", "SEV3"}, {"sev4", "SEV4"}} {
		to := url.Values{}
		if f.name != "" {
			to.Set("show", f.name)
		}
		if slug := q.Get("service"); slug != "" {
			to.Set("service", slug)
		}
		p.Filters = append(p.Filters, entry{URL: strings.TrimSuffix("/incidents?"+to.Encode(), "?"), Text: f.text, Current: chosen == f.name})
	}
	if slug := q.Get("service"); slug != "" {
		owner, err := d.sources.Registry.ServiceFor(v.ctx, slug)
		if err != nil {
			return screen{}, err
		}
		filter.Service, p.Of = owner.ID, &link{URL: serviceURL(owner.Slug), Text: owner.Name}
	}
	open := true
	switch {
	case slices.Contains(incident.Severities, incident.Severity(chosen)):
		filter.Severity = incident.Severity(chosen)
	case chosen != "all":
		filter.Open = &open
	}
	found, err := d.sources.Incidents.List(v.ctx, filter, following(v, page.DefaultLimit))
	if err != nil {
		return screen{}, err
	}
	p.Pager = pagerOf(v, found.Next)
	p.Empty = empty{Title: "Nothing burns", Text: "No incident is open. Declare one as soon as users are affected: it costs nothing, and what it took of the error budgets is worked out by itself.", Call: "POST /v1/incidents"}
	if chosen != "" {
		p.Empty = empty{Title: "None yet", Text: "There is no such incident. Those that another system declares come in by their identifiers there.", Call: "PUT /v1/external-incidents/…"}
	}
	if p.Rows, err = d.incidentRows(v, found.Items); err != nil {
		return screen{}, err
	}
	out.page = p
	return out, nil
}

// incidentRows names what belongs to incidents, and what they took.
func (d *Dashboard) incidentRows(v *visit, incidents []incident.Incident) ([]incidentRow, error) {
	if len(incidents) == 0 {
		return nil, nil
	}
	names, err := d.incidentNames(v, incidents)
	if err != nil {
		return nil, err
	}
	took, err := d.sources.Impact.Of(v.ctx, incidents, slo.FourWeeks)
	if err != nil {
		return nil, err
	}
	out := make([]incidentRow, len(incidents))
	for n, i := range incidents {
		r := incidentRow{
			URL: incidentURL(i.ID), Title: i.Title, Severity: severityText(i.Severity), State: incidentBadge(i.Status), Restricted: i.Restricted,
			Team: names.team(i.Team), Began: ago(v.now, i.ImpactStart), Lasted: lastedText(v.now, i), Tone: "none",
		}
		for _, s := range i.Services {
			if s.Part == incident.Affected || len(i.Services) == 1 {
				r.Services = append(r.Services, names.service(s.Service))
			}
		}
		if most := took[n].Most(); most != nil {
			r.Took, r.Tone = tookFigure(most.Taken.Share(slo.FourWeeks))
			r.From = names.services[most.View.SLO.Service].Name + " · " + most.View.SLO.Name
		}
		out[n] = r
	}
	return out, nil
}

// incidentNames are the services and teams of incidents.
type incidentNames struct {
	services map[id.ID]registry.Service
	teams    map[id.ID]registry.Team
}

func (n incidentNames) service(of id.ID) link {
	s := n.services[of]
	return link{URL: serviceURL(s.Slug), Text: s.Name}
}

func (n incidentNames) team(of id.ID) link {
	t := n.teams[of]
	return link{URL: teamURL(t.Slug), Text: t.Name}
}

func (d *Dashboard) incidentNames(v *visit, incidents []incident.Incident) (incidentNames, error) {
	var services, teams []id.ID
	for _, i := range incidents {
		teams = append(teams, i.Team)
		for _, s := range i.Services {
			services = append(services, s.Service)
		}
	}
	var n incidentNames
	var err error
	if n.services, err = d.sources.Registry.ServicesByID(v.ctx, services); err != nil {
		return n, err
	}
	n.teams, err = d.sources.Registry.TeamsByID(v.ctx, teams)
	return n, err
}

// budgetFifth is the share of a budget of 28 days of which one incident asks for a postmortem.
const budgetFifth = 0.2

// tookFigure is a share of a budget that was taken, and how it is painted: not at just a fifth.
func tookFigure(share *float64) (figure, string) {
	switch {
	case share == nil:
		return figure{}, "none"
	case *share > budgetFifth:
		return spentFigure(*share), "bad"
	}
	return spentFigure(*share), "ok"
}

// lastedText says how long the impact lasted.
func lastedText(now time.Time, i incident.Incident) string {
	until := i.Until()
	if until == nil {
		return "for " + lengthText(now.Sub(i.ImpactStart)) + " now"
	}
	return lengthText(until.Sub(i.ImpactStart))
}

// lengthText is a length of time in the two largest units that say something.
func lengthText(d time.Duration) string {
	d = max(d, 0)
	const day = 24 * time.Hour
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%d s", d/time.Second)
	case d < time.Hour:
		return fmt.Sprintf("%d min", d/time.Minute)
	case d < 2*day:
		if minutes := d % time.Hour / time.Minute; minutes > 0 {
			return fmt.Sprintf("%d h %d min", d/time.Hour, minutes)
		}
		return fmt.Sprintf("%d h", d/time.Hour)
	case d%day/time.Hour > 0 && d < 10*day:
		return fmt.Sprintf("%d days %d h", d/day, d%day/time.Hour)
	}
	return fmt.Sprintf("%d days", d/day)
}
