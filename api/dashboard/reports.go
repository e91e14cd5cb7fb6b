package dashboard

import (
	"html/template"
	"math"
	"math/big"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/api/dashboard/chart"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/report"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

type reportsPage struct {
	Filters []entry
	Rows    []reportRow
	Empty   empty
	Pager   pager
}

// reportRow is a published report in a list.
type reportRow struct {
	URL, Title, Kind string
	Number           int64
	At               moment
	By               string
}

// reportPage is a published report, what was found to be otherwise since, and what was
// decided about it.
type reportPage struct {
	Crumbs       []link
	Title        string
	Meta         []string
	Number       int64
	At           moment
	Notes        []string
	Restatements []restatementBlock
	Bar          template.HTML
	Tiles        []reportTile
	Rows         []reportedSLO
	RowsEmpty    empty
	Parts        []reportParts
	Decisions    []decidedRow
	NoDecisions  empty
	Violations   []reportLine
	NoViolations empty
	Gate         []reportLine
	NoGate       empty
	Alerts       []reportLine
	NoAlerts     empty
	SLAs         []reportLine
	Void         string
	SHA256       string
	Call         string
}

type reportTile struct {
	badge
	Count int
	Note  string
}

// restatementBlock is what was found to be otherwise at one time.
type restatementBlock struct {
	At      moment
	Changes []report.Change
	More    string
	Causes  []string
}

// reportedSLO is a row of the table of objectives.
type reportedSLO struct {
	URL, Name, Detail string
	State             badge
	SLI, Objective    figure
	Consumed          figure
	Tone              string
	Bar               template.HTML
	Split             string
	Unknown           bool // what counted cannot be known
	Notes             []string
}

// reportParts are the tallies of teams, or of systems.
type reportParts struct {
	ID, Title, What string
	Rows            []partRow
}

type partRow struct {
	URL, Name                     string
	Met, Missed, NoData, NotKnown int
}

type decidedRow struct {
	Text, By, Due, Recorded string
	Link                    link
	At                      moment
	State                   badge
}

// reportLine is a line of what else happened in the period.
type reportLine struct {
	Name   link
	State  badge
	At     moment
	Detail string
}

// shownChanges is how many changes of a restatement the page has, the API has all.
const shownChanges = 12

func reportURL(of id.ID) string { return "/reports/" + url.PathEscape(string(of)) }

var reportKinds = []struct {
	kind report.Kind
	text string
}{{"", "All"}, {report.OfOrganisation, "Organisation"}, {report.OfTeam, "Teams"}, {report.OfSystem, "Systems"}, {report.OfService, "Services"}}

// reports lists what was published.
func (d *Dashboard) reports(v *visit) (screen, error) {
	kind := report.Kind(v.URL.Query().Get("scope"))
	if !slices.Contains(report.Kinds, kind) {
		kind = ""
	}
	found, err := d.sources.Reports.List(v.ctx, report.Filter{Kind: kind}, following(v, page.DefaultLimit))
	if err != nil {
		return screen{}, err
	}
	p := reportsPage{Pager: pagerOf(v, found.Next), Empty: empty{
		Title: "No reports yet", Text: "In the first days of each month the reports of the month before are published, of each team with objectives and of the organisation.", Call: "POST /v1/reports",
	}}
	if kind != "" {
		p.Empty.Title = "None of these"
	}
	for _, k := range reportKinds {
		e := entry{URL: "/reports", Text: k.text, Current: k.kind == kind}
		if k.kind != "" {
			e.URL += "?scope=" + string(k.kind)
		}
		p.Filters = append(p.Filters, e)
	}
	for _, r := range found.Items {
		p.Rows = append(p.Rows, reportRow{
			URL: reportURL(r.ID), Title: reportTitle(r.Scope, r.Period), Kind: string(r.Scope.Kind), Number: r.Number, At: day(r.PublishedAt), By: publisher(r),
		})
	}
	return screen{template: "reports", title: "Reports", section: "/reports", page: p}, nil
}

func publisher(r report.Report) string {
	if r.Occasion == report.Monthly {
		return "drawn up by itself"
	}
	return "by " + r.PublishedBy
}

// reportTitle names a report: "Payments, November 2026".
func reportTitle(s report.Scope, p report.Period) string {
	name := s.Name
	if s.Kind == report.OfOrganisation {
		name = "The organisation"
	}
	return name + ", " + periodText(p)
}

func periodText(p report.Period) string {
	zone := ""
	if p.Zone != "UTC" {
		zone = " in " + p.Zone
	}
	if year, quarter, is := strings.Cut(p.Name, "-Q"); is {
		return "quarter " + quarter + " of " + year + zone
	}
	if month, err := time.Parse("2006-01", p.Name); err == nil {
		return month.Format("January 2006") + zone
	}
	return at(p.From).Text + " to " + at(p.To).Text
}

// report shows a published report.
func (d *Dashboard) report(v *visit) (screen, error) {
	r, err := d.sources.Reports.Get(v.ctx, id.ID(v.PathValue("report")))
	if err != nil {
		return screen{}, err
	}
	c, err := r.Content()
	if err != nil {
		return screen{}, err
	}
	title := reportTitle(c.Scope, c.Period)
	p := reportPage{
		Crumbs: []link{{URL: "/", Text: "Overview"}, {URL: "/reports", Text: "Reports"}, {Text: title}},
		Title:  title, Number: r.Number, At: at(r.PublishedAt), Notes: c.Notes, SHA256: r.SHA256, Call: "GET /v1/reports/" + string(r.ID) + "/csv",
		Meta:      []string{kindWords(c.Scope), "from " + at(c.Period.From).Text + " until " + at(c.Period.To).Text, publisher(r)},
		RowsEmpty: empty{Title: "No objectives", Text: "None was in force in this time."},
	}
	p.Bar, p.Tiles = tallied(c.Summary)
	for _, s := range c.SLOs {
		p.Rows = append(p.Rows, reportedRow(s))
	}
	p.Parts = partsOf(c)
	p.aside(c)
	if err := d.reviewed(v, r, &p); err != nil {
		return screen{}, err
	}
	return screen{template: "report", title: title, section: "/reports", page: p}, nil
}

func kindWords(s report.Scope) string {
	switch s.Kind {
	case report.OfTeam:
		return "a team with the teams below it"
	case report.OfOrganisation:
		return "all services"
	}
	return "a " + string(s.Kind)
}

var reportBadges = map[report.Outcome]badge{
	report.Met: {"ok", "Met"}, report.Missed: {"bad", "Missed"}, report.NoData: {"none", "No data"}, report.NotKnown: {"stale", "Not known"},
}

func tallied(t report.Tally) (template.HTML, []reportTile) {
	tile := func(o report.Outcome, n int, note string) reportTile { return reportTile{reportBadges[o], n, note} }
	tiles := []reportTile{
		tile(report.Missed, t.Missed, "more was bad than might be"), tile(report.Met, t.Met, "within the budget of the time"), tile(report.NoData, t.NoData, "nothing, or too little, was measured"),
	}
	if t.NotKnown > 0 {
		tiles = append(tiles, tile(report.NotKnown, t.NotKnown, "what counted cannot be known"))
	}
	var parts []chart.Part
	for _, one := range tiles {
		parts = append(parts, chart.Part{Tone: one.Tone, Count: one.Count})
	}
	return chart.Parts(parts), tiles
}

// reportedRow is what became of an objective in the period.
func reportedRow(s report.SLO) reportedSLO {
	r := reportedSLO{
		URL: sloURL(s.Service.Slug, s.SLO.Slug), Name: s.Service.Slug + " / " + s.SLO.Slug, Detail: "team " + s.Team.Slug,
		State: reportBadges[s.Outcome], Bar: chart.Spent(0, 0, false),
	}
	objective, err := budget.ParseObjective(s.Objective)
	if err == nil {
		r.Objective = objectiveFigure(objective)
	}
	if s.Outcome == report.NotKnown {
		r.Unknown, r.Notes = true, append(r.Notes, s.Why)
	} else if s.SLI != nil && s.Good != nil && s.Total != nil && err == nil {
		r.SLI = shareFigure(big.NewRat(int64(math.Round(*s.Good*1000)), int64(math.Round(*s.Total*1000))), objective)
	}
	if s.Consumed != nil && s.Planned != nil && s.Unplanned != nil {
		r.Consumed, r.Bar = spentFigure(*s.Consumed), chart.Spent(*s.Planned.Share, *s.Unplanned.Share, true)
		if s.Outcome == report.Missed {
			r.Tone = "bad"
		}
		planned, unplanned := spentFigure(*s.Planned.Share), spentFigure(*s.Unplanned.Share)
		r.Split = "planned\u00a0" + planned.Number + "\u00a0%, unplanned\u00a0" + unplanned.Number + "\u00a0%"
	}
	if len(s.Revisions) > 1 {
		r.Notes = append(r.Notes, plural(len(s.Revisions), "revision", "revisions")+" in this time")
	}
	if len(s.Corrections) > 0 {
		r.Notes = append(r.Notes, plural(len(s.Corrections), "correction", "corrections"))
	}
	for _, class := range s.Classes {
		if class.Bad > 0 && class.Share != nil {
			r.Notes = append(r.Notes, class.Class+" "+spentFigure(*class.Share).Number+"\u00a0%")
		}
	}
	if s.SilentSeconds > 0 && s.Outcome != report.NoData {
		r.Notes = append(r.Notes, "nothing reported for "+windowText(time.Duration(s.SilentSeconds)*time.Second))
	}
	return r
}

// partsOf are the tallies of parts, where there is more than one.
func partsOf(c report.Content) []reportParts {
	rows := func(of []report.PartTally, at func(string) string) (out []partRow) {
		for _, t := range of {
			out = append(out, partRow{URL: at(t.Slug), Name: t.Slug, Met: t.Met, Missed: t.Missed, NoData: t.NoData, NotKnown: t.NotKnown})
		}
		return out
	}
	var out []reportParts
	if len(c.Teams) > 1 {
		out = append(out, reportParts{"teams", "By team", "Team", rows(c.Teams, teamURL)})
	}
	if len(c.Systems) > 1 || len(c.Systems) == 1 && c.Scope.Kind != report.OfSystem && c.Scope.Kind != report.OfService {
		out = append(out, reportParts{"systems", "By system", "System", rows(c.Systems, systemURL)})
	}
	return out
}

// aside is what else happened in the period.
func (p *reportPage) aside(c report.Content) {
	p.NoViolations = empty{Title: "None", Text: "No clause of an error-budget policy was broken in this time."}
	p.NoGate = empty{Title: "Nobody asked", Text: "No pipeline asked whether a change may go out."}
	p.NoAlerts = empty{Title: "None", Text: "No budget burned too fast, and no measurements stayed away."}
	for _, v := range c.Violations {
		line := reportLine{
			Name: link{URL: violationURL(v.ID), Text: v.Service.Slug + " / " + v.SLO.Slug}, At: day(v.OpenedAt), State: badge{"bad", "Open"},
			Detail: v.Policy.Slug + ", " + v.Clause + ", " + v.Mode,
		}
		if v.EndedAt != nil {
			line.State, line.Detail = badge{"none", "Ended"}, line.Detail+"; "+v.Ending+" on "+day(*v.EndedAt).Text
		}
		p.Violations = append(p.Violations, line)
	}
	if c.Void > 0 {
		p.Void = plural(c.Void, "more was", "more were") + " found to be no violation, and counted nowhere."
	}
	for _, g := range c.Gate {
		answer := map[string]badge{"allow": {"ok", "Allowed"}, "warn": {"risk", "Warned"}, "deny": {"bad", "Denied"}}[g.Answer]
		p.Gate = append(p.Gate, reportLine{Name: link{URL: serviceURL(g.Service.Slug), Text: g.Service.Slug}, State: answer, Detail: plural(g.Count, "change", "changes") + " of the class " + g.Class})
	}
	for _, o := range c.Overrides {
		line := reportLine{Name: link{URL: serviceURL(o.Service.Slug), Text: o.Service.Slug}, At: day(o.At), State: badge{"risk", "Override"}, Detail: "by " + o.By + ": " + o.Reason + "; not reviewed"}
		if r := o.Review; r != nil {
			judged := "justified"
			if !r.Justified {
				judged = "not justified"
			}
			line.Detail = strings.TrimSuffix(line.Detail, "not reviewed") + "found " + judged + " by " + r.By
		}
		p.Gate = append(p.Gate, line)
	}
	for _, a := range c.Alerts {
		state := badge{"risk", "Ticket"}
		if a.Severity == string(budget.Page) {
			state = badge{"bad", "Page"}
		}
		p.Alerts = append(p.Alerts, reportLine{Name: link{URL: sloURL(a.Service.Slug, a.SLO.Slug), Text: a.Service.Slug + " / " + a.SLO.Slug}, State: state, Detail: plural(a.Count, "alert", "alerts")})
	}
	for _, s := range c.SLAs {
		line := reportLine{
			Name: link{URL: serviceURL(s.Service.Slug), Text: s.Customer}, At: day(s.End), State: badge{"none", "Unknown"},
			Detail: s.Service.Slug + " / " + s.SLA.Slug + ", target " + strings.Replace(s.Target, "%", "\u00a0%", 1),
		}
		switch s.Verdict {
		case "met":
			line.State = badge{"ok", "Met"}
		case "breached":
			line.State = badge{"bad", "Breached"}
		}
		if s.Credit != "" {
			line.Detail += ", credit " + strings.Replace(s.Credit, "%", "\u00a0%", 1)
		}
		p.SLAs = append(p.SLAs, line)
	}
}

// reviewed adds what was found to be otherwise since, and what reviews decided.
func (d *Dashboard) reviewed(v *visit, r report.Report, p *reportPage) error {
	restatements, err := d.sources.Reports.Restatements(v.ctx, r.ID)
	if err != nil {
		return err
	}
	for _, one := range restatements {
		b := restatementBlock{At: at(one.FoundAt), Changes: one.Changes}
		if more := len(b.Changes) - shownChanges; more > 0 {
			b.Changes, b.More = b.Changes[:shownChanges], plural(more, "more figure", "more figures")+"; the API lists them all."
		}
		for _, c := range one.Causes {
			b.Causes = append(b.Causes, causeText(c))
		}
		p.Restatements = append(p.Restatements, b)
	}
	decisions, err := d.sources.Reports.Decisions(v.ctx, r.ID)
	if err != nil {
		return err
	}
	p.NoDecisions = empty{Title: "Nothing decided yet", Text: "What a review of this report decides is recorded here, and never changed.", Call: "POST /v1/reports/" + string(r.ID) + "/decisions"}
	for _, one := range decisions {
		row := decidedRow{Text: one.Text, By: strings.Join(one.DecidedBy, ", "), At: day(one.RecordedAt), Recorded: one.RecordedBy, State: badge{"ok", "Stands"}}
		if due, err := time.Parse(time.DateOnly, one.DueOn); err == nil {
			row.Due = "due " + day(due).Text
		}
		if one.Link != "" {
			row.Link = outside(one.Link)
		}
		if one.ReplacedBy != "" {
			row.State = badge{"none", "Replaced"}
		}
		p.Decisions = append(p.Decisions, row)
	}
	return nil
}

func causeText(c report.Cause) string {
	switch c.Kind {
	case "correction_created":
		return "a correction of " + c.Of + ", let count by " + c.By + " on " + day(*c.At).Text + ": " + c.Why
	case "correction_removed":
		return "a correction of " + c.Of + " was removed by " + c.By + " on " + day(*c.At).Text + ": " + c.Why
	}
	return c.Why
}

// latestReport leads to the newest report of the scope; no words without one.
func (d *Dashboard) latestReport(v *visit, kind report.Kind, of id.ID) (link, error) {
	found, err := d.sources.Reports.List(v.ctx, report.Filter{Kind: kind, ScopeID: of}, page.Request{Limit: 1})
	if err != nil || len(found.Items) == 0 {
		return link{}, err
	}
	newest := found.Items[0]
	return link{URL: reportURL(newest.ID), Text: "Report " + strconv.FormatInt(newest.Number, 10) + ": " + periodText(newest.Period)}, nil
}
