package dashboard

import (
	"fmt"
	"html/template"
	"slices"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/api/dashboard/chart"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/incident"
	"github.com/evenkeel/evenkeel/services/incident/action"
	"github.com/evenkeel/evenkeel/services/incident/impact"
	"github.com/evenkeel/evenkeel/services/incident/search"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

type incidentPage struct {
	Crumbs               []link
	URL, Title, Severity string
	State                badge
	Restricted           string // who may read it, empty where all may
	Kept                 link   // where its source keeps it
	Began                moment
	Lasted               string
	Version              int64

	Course   template.HTML
	Legend   []courseStep
	Impact   []impactRow
	Customer string
	Facts    []fact
	Links    []link
	Who      []fact

	Actions []actionRow
	Plan    *actionForm // nil for whoever may not plan any

	Timeline []timelineRow
	Pager    pager
	Cut      moment
	Similar  []similarRow

	Status []choice // to which it may move on
	Fields map[string]field
	Wrong  []string
	Edit   string // where it is edited
}

// courseStep is a step of the course of an incident, in words.
type courseStep struct {
	Key        template.HTML
	Name, Text string
	At         moment
}

// impactRow is what it took of the budget of an objective.
type impactRow struct {
	URL, Name, Part string
	Bad             string
	Weeks, Quarter  figure
	Tone            string
	Bar             template.HTML
	Why             string // why it is not known
}

// timelineRow is something that happened.
type timelineRow struct {
	At        moment
	Kind, By  string
	Text      string
	Link      link
	Withdrawn string
	System    bool
}

// similarRow is an incident that is like this one, and why.
type similarRow struct {
	URL, Title, Severity, Why string
	State                     badge
	Began                     moment
}

func (d *Dashboard) incident(v *visit) (screen, error) {
	i, err := d.incidentOf(v)
	if err != nil {
		return screen{}, err
	}
	return d.showIncident(v, i, filled{})
}

// incidentOf is the incident that the path names.
func (d *Dashboard) incidentOf(v *visit) (incident.Incident, error) {
	name := v.PathValue("incident")
	known, spelled := id.Parse(name)
	if !spelled {
		return incident.Incident{}, fault.Missing("incident", name)
	}
	return d.sources.Incidents.Get(v.ctx, known)
}

// showIncident shows one, with its forms as they were filled in.
func (d *Dashboard) showIncident(v *visit, i incident.Incident, in filled) (screen, error) {
	names, err := d.incidentNames(v, []incident.Incident{i})
	if err != nil {
		return screen{}, err
	}
	p := incidentPage{
		Crumbs: []link{{URL: "/incidents", Text: "Incidents"}, {Text: i.Title}},
		URL:    incidentURL(i.ID), Title: i.Title, Severity: severityText(i.Severity), State: incidentBadge(i.Status),
		Began: at(i.ImpactStart), Lasted: lastedText(v.now, i), Version: i.Version, Customer: i.CustomerImpact, Edit: incidentURL(i.ID) + "/edit",
	}
	if i.Restricted {
		p.Restricted = "Restricted: for its readers, those in its roles and administrators"
	}
	if i.Origin != nil {
		p.Kept = link{Text: "kept by " + string(i.Origin.Source) + " as " + i.Origin.ExternalID}
		if to := outside(i.Origin.Link); to.Away {
			p.Kept.URL, p.Kept.Away = to.URL, true
		}
	}
	p.Course, p.Legend = course(v.now, i)
	if err := d.involve(v, &p, i, names); err != nil {
		return screen{}, err
	}
	if err := d.impactOf(v, &p, i, names); err != nil {
		return screen{}, err
	}
	if err := d.planned(v, &p, i); err != nil {
		return screen{}, err
	}
	t, err := d.sources.Incidents.Timeline(v.ctx, i.ID, following(v, page.DefaultLimit))
	if err != nil {
		return screen{}, err
	}
	p.Pager = pagerOf(v, t.Next)
	p.Timeline = timelineRows(t.Items)
	if t.CutAt != nil {
		p.Cut = at(*t.CutAt)
	}
	if p.Similar, err = d.similarTo(v, i, names); err != nil {
		return screen{}, err
	}
	p.forms(i, &in)
	return screen{template: "incident", title: i.Title, section: "/incidents", page: p}, nil
}

// planned shows what is to be done, with a form for more.
func (d *Dashboard) planned(v *visit, p *incidentPage, i incident.Incident) error {
	items, err := d.sources.Actions.OfIncident(v.ctx, i.ID)
	if err != nil {
		return err
	}
	if p.Actions, err = d.actionRows(v, items); err != nil {
		return err
	}
	may, err := d.sources.Postmortems.MayWrite(v.ctx, i)
	if err != nil || !may {
		return err
	}
	f, err := d.actionForm(v, i, action.Terms{Priority: action.P1, Type: action.Prevent})
	p.Plan = &f
	return err
}

// course draws how far it got, and says it in words.
func course(now time.Time, i incident.Incident) (template.HTML, []courseStep) {
	end := now
	if until := i.Until(); until != nil {
		end = *until
	}
	for _, known := range []*time.Time{i.DetectedAt, i.MitigatedAt, i.ResolvedAt} {
		if known != nil && known.After(end) {
			end = *known
		}
	}
	var phases []chart.Phase
	var steps []courseStep
	var words []string
	step := func(name, tone string, known *time.Time) {
		s := courseStep{Name: name, Text: "not known"}
		if tone != "" {
			s.Key = chart.PhaseKey(tone)
		}
		if known != nil {
			s.Text, s.At = "after "+lengthText(known.Sub(i.ImpactStart)), at(*known)
			if tone != "" {
				phases = append(phases, chart.Phase{Until: *known, Tone: tone})
			}
		} else if !i.Status.Over() {
			s.Text = "not yet"
		}
		words = append(words, strings.ToLower(name)+" "+s.Text)
		steps = append(steps, s)
	}
	step("Detected", "bad", i.DetectedAt)
	step("Mitigated", "risk", i.MitigatedAt)
	step("Resolved", "ok", i.ResolvedAt)
	if i.ResolvedAt == nil {
		tone := "bad"
		switch {
		case i.MitigatedAt != nil:
			tone = "ok"
		case i.DetectedAt != nil:
			tone = "risk"
		}
		phases = append(phases, chart.Phase{Until: end, Tone: tone})
	}
	return chart.Phases(i.ImpactStart, end, phases, "From the start of the impact: "+strings.Join(words, ", ")), steps
}

// involve says who and what is involved.
func (d *Dashboard) involve(v *visit, p *incidentPage, i incident.Incident, names incidentNames) error {
	p.Facts = append(p.Facts, fact{"Team", names.team(i.Team)})
	for _, s := range i.Services {
		p.Facts = append(p.Facts, fact{sentenceCase(string(s.Part)), names.service(s.Service)})
	}
	for _, c := range i.Causes {
		p.Facts = append(p.Facts, fact{"Kind of cause", link{Text: causeOf[c]}})
	}
	if len(i.Tags) > 0 {
		p.Facts = append(p.Facts, fact{"Tags", link{Text: strings.Join(i.Tags, ", ")}})
	}
	if i.DataLoss {
		p.Facts = append(p.Facts, fact{"Data", link{Text: "some was lost"}})
	}
	if i.OnCallIntervened {
		p.Facts = append(p.Facts, fact{"On call", link{Text: "somebody had to act"}})
	}
	for _, l := range i.Links {
		to := outside(l.URL)
		if to.Away {
			p.Links = append(p.Links, link{URL: to.URL, Text: l.Name, Away: true})
		}
	}
	people := map[id.ID]string{}
	for _, role := range incident.Roles {
		person, taken := i.Roles[role]
		if !taken {
			p.Who = append(p.Who, fact{sentenceCase(string(role)), link{}})
			continue
		}
		if people[person] == "" {
			known, err := d.sources.Access.Person(v.ctx, person)
			if err != nil {
				return err
			}
			people[person] = known.DisplayName
		}
		p.Who = append(p.Who, fact{sentenceCase(string(role)), link{Text: people[person]}})
	}
	return nil
}

func sentenceCase(word string) string { return strings.ToUpper(word[:1]) + word[1:] }

// unknownText is why it is not known what an incident took.
var unknownText = map[slo.Unknown]string{
	slo.NotMeasured: "this time is not evaluated yet", slo.NoEvents: "nothing was reported in this time", slo.TooFew: "there are too few events to conclude anything",
	slo.TooOld: "no single slots are left of this time", slo.Silent: "nothing is reported any more", slo.Incomplete: "it is still being read from its data source", slo.Broken: "what is stored cannot be read",
}

func (d *Dashboard) impactOf(v *visit, p *incidentPage, i incident.Incident, names incidentNames) error {
	found, err := d.sources.Impact.Of(v.ctx, []incident.Incident{i}, slo.Periods...)
	if err != nil {
		return err
	}
	for _, one := range found[0].SLOs {
		p.Impact = append(p.Impact, impactRowOf(one, names))
	}
	return nil
}

func impactRowOf(one impact.Part, names incidentNames) impactRow {
	t, owner := one.Taken, names.services[one.View.SLO.Service]
	r := impactRow{URL: sloURL(owner.Slug, one.View.SLO.Slug), Name: owner.Name + " · " + one.View.SLO.Name, Why: unknownText[t.Unknown], Tone: "none"}
	if one.Part != incident.Affected {
		r.Part = string(one.Part)
	}
	weeks := t.Share(slo.FourWeeks)
	r.Weeks, r.Tone = tookFigure(weeks)
	r.Quarter, _ = tookFigure(t.Share(slo.Quarter))
	known := weeks != nil
	if !known {
		weeks = new(float64)
	}
	r.Bar = chart.Burn(*weeks, known, budgetFifth, "bad")
	if of := t.Of(slo.FourWeeks); of != nil && of.Unknown != "" {
		r.Why = unknownText[of.Unknown]
	}
	if t.Unknown == "" {
		noun := one.View.Revision.Budgeting.Noun()
		r.Bad = fmt.Sprintf("%s of %s %ss bad", chart.Typeset(decimal(budget.Events(t.Sum.Bad(), t.Unit))), chart.Typeset(decimal(budget.Events(t.Sum.Total, t.Unit))), noun)
		if minutes := impact.Minutes(t, t.Sum.Bad()); minutes != nil {
			r.Bad += ", " + decimal(*minutes) + " min"
		}
	}
	return r
}

// decimal is a number of events with a digit after the point where it is not whole.
func decimal(n float64) string {
	if n == float64(int64(n)) {
		return fmt.Sprint(int64(n))
	}
	return fmt.Sprintf("%.1f", n)
}

// entryWord names who wrote an entry of a timeline, or what it is of.
var entryWord = map[incident.EntryKind]string{
	incident.Note: "note", incident.Moved: "status", incident.Imported: "imported", incident.Alert: "alert", incident.Gate: "gate", incident.Change: "change",
}

func timelineRows(entries []incident.Entry) []timelineRow {
	out := make([]timelineRow, len(entries))
	for n, e := range entries {
		r := timelineRow{At: at(e.At), Kind: entryWord[e.Kind], By: e.By, Text: e.Text, System: e.Kind != incident.Note && e.Kind != incident.Imported}
		r.At.Text = e.At.UTC().Format("2 Jan, 15:04:05")
		if to := outside(e.Link); to.Away {
			r.Link = to
		}
		if e.WithdrawnAt != nil {
			r.Withdrawn = "withdrawn by " + e.WithdrawnBy
		}
		out[n] = r
	}
	return out
}

func (d *Dashboard) similarTo(v *visit, i incident.Incident, names incidentNames) ([]similarRow, error) {
	found, err := d.sources.Search.Similar(v.ctx, i.ID)
	if err != nil {
		return nil, err
	}
	out := make([]similarRow, 0, len(found))
	for _, s := range found[:min(len(found), 5)] {
		out = append(out, similarRow{
			URL: incidentURL(s.ID), Title: s.Title, Severity: severityText(incident.Severity(s.Severity)), State: incidentBadge(incident.Status(s.Status)),
			Began: ago(v.now, s.ImpactStart), Why: alikeText(s, names),
		})
	}
	return out, nil
}

// alikeText says what two incidents have in common.
func alikeText(s search.Similar, names incidentNames) string {
	var out []string
	for _, service := range s.Services {
		out = append(out, names.services[service].Name)
	}
	for _, c := range s.Causes {
		out = append(out, causeOf[c])
	}
	out = slices.Concat(out, s.Tags)
	for _, w := range s.Words {
		out = append(out, "“"+w+"”")
	}
	return "in common: " + strings.Join(out, ", ")
}
