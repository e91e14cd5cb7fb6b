package dashboard

import (
	"cmp"
	"fmt"
	"html/template"
	"slices"
	"strconv"
	"strings"

	"github.com/evenkeel/evenkeel/api/dashboard/chart"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/budget"
	"github.com/evenkeel/evenkeel/services/slo/outage"
)

// errorsPage is what the bad events of an objective came from, and the outages of its
// service.
type errorsPage struct {
	Crumbs       []link
	Name         string
	Meta         []string
	By           string // what groups are by; empty of an objective without groups
	Periods      []errorPeriod
	Outages      []outageRow
	OutagesEmpty empty
	Pager        pager
}

// errorPeriod is one of the periods that errors are told of.
type errorPeriod struct {
	ID, Title, Note string
	Classes         errorTable // with what is in no outage, and all
	Groups, More    errorTable
	Why             string
}

// errorTable is a table of parts of the bad events.
type errorTable struct {
	What, Counted string
	Raw           bool // whether corrections make a difference, so that both are shown
	Rows          []errorRow
}

// errorRow is a part of the bad events: of a class of outages, or of a group.
type errorRow struct {
	Name     string
	URL      string // of the group's burn-down; empty of others
	Ours     bool   // the name is ours and no class or group
	Bad, Raw figure
	Share    figure
	Bar      template.HTML
}

// outageRow is a time in which something was wrong with a service.
type outageRow struct {
	Class, Note, By string
	State           badge
	At              moment
	Lasted          string
}

// errors shows what the bad events of an objective came from.
func (d *Dashboard) errors(v *visit) (screen, error) {
	view, owner, err := d.sources.SLOs.Find(v.ctx, slo.Name{Service: v.PathValue("service"), SLO: v.PathValue("slo")})
	if err != nil {
		return screen{}, err
	}
	team, err := d.owner(v, owner)
	if err != nil {
		return screen{}, err
	}
	about := sloURL(owner.Slug, view.SLO.Slug)
	p := errorsPage{
		Crumbs:       []link{{URL: "/", Text: "Overview"}, team, {URL: serviceURL(owner.Slug), Text: owner.Name}, {URL: about, Text: view.SLO.Name}, {Text: "Errors"}},
		Name:         view.SLO.Name,
		Meta:         []string{spaced(objectiveFigure(view.Revision.Objective)) + " over " + overText(view.Revision.Over), "outages change no figure of an objective: they say what errors came from"},
		OutagesEmpty: noOutages,
	}
	told, err := d.sources.SLOs.Errors(v.ctx, view.SLO.ID)
	if err != nil {
		return screen{}, err
	}
	for _, e := range slices.Backward(told) { // the quarter is what policies look at
		p.Periods = append(p.Periods, periodOf(view, e, about))
		if len(e.Groups) > 0 {
			p.By = view.Indicator.Origin.GroupBy
		}
	}
	if p.Outages, p.Pager, err = d.outages(v, owner, following(v, page.DefaultLimit)); err != nil {
		return screen{}, err
	}
	return screen{template: "errors", title: "Errors of " + view.SLO.Name + " of " + owner.Name, section: "/slos", page: p}, nil
}

// periodOf puts the parts of a period in an order: the largest first, and last what is in
// no outage, and all.
func periodOf(view slo.View, e slo.Errors, about string) errorPeriod {
	noun := view.Revision.Budgeting.Noun()
	table := errorTable{What: "Class of outages", Counted: noun + "s", Raw: slices.ContainsFunc(
		slices.Concat(e.Classes, e.Groups, []slo.ErrorPart{e.Whole, e.Unclassified}),
		func(part slo.ErrorPart) bool { return part.Raw.Bad() != part.Sum.Bad() },
	)}
	p := errorPeriod{ID: "weeks", Title: "The last " + windowText(e.To.Sub(e.From)), Note: "until " + at(e.To).Text, Classes: table}
	table.What = "Group"
	p.Groups, p.More = table, table
	if e.Period == slo.Quarter {
		p.ID, p.Title = "quarter", "This quarter"
		p.Note = fmt.Sprintf("since %s; %s of it is over", day(e.From).Text, percentText(float64(e.Pace.Elapsed)/float64(e.Pace.Whole)))
		p.Why = fmt.Sprintf("Shares are of the budget of the whole quarter, if %ss go on to come as they did so far. ", noun)
	}
	if e.Whole.Share == nil {
		p.Why = fmt.Sprintf("Shares of the budget are known from %s on. ", nounText(view.Revision.MinEvents*1000, noun))
	}
	if len(e.Classes) > 1 {
		p.Why += "What lies in outages of two classes counts in both."
	}
	whole, rest := errorRowOf(e, e.Whole), errorRowOf(e, e.Unclassified)
	whole.Name, rest.Name, whole.Ours, rest.Ours = "all bad "+noun+"s", "in no outage", true, true
	for _, class := range largestFirst(e.Classes) {
		p.Classes.Rows = append(p.Classes.Rows, errorRowOf(e, class))
	}
	p.Classes.Rows = append(p.Classes.Rows, rest)
	if slices.ContainsFunc(e.Classes, func(class slo.ErrorPart) bool { return slices.Contains(slo.PlannedClasses, class.Name) }) {
		planned, unplanned := errorRowOf(e, e.Planned), errorRowOf(e, e.Unplanned)
		planned.Name, unplanned.Name, planned.Ours, unplanned.Ours = "planned: "+strings.Join(slo.PlannedClasses, ", "), "unplanned", true, true
		p.Classes.Rows = append(p.Classes.Rows, planned, unplanned)
	}
	p.Classes.Rows = append(p.Classes.Rows, whole)
	for i, group := range largestFirst(e.Groups) {
		r := errorRowOf(e, group)
		r.URL, r.Name = groupBurnURL(about, group.Name), groupName(group.Name)
		if i < groupsFirst {
			p.Groups.Rows = append(p.Groups.Rows, r)
		} else {
			p.More.Rows = append(p.More.Rows, r)
		}
	}
	return p
}

func largestFirst(parts []slo.ErrorPart) []slo.ErrorPart {
	out := slices.Clone(parts)
	slices.SortStableFunc(out, func(a, b slo.ErrorPart) int { return cmp.Compare(b.Sum.Bad(), a.Sum.Bad()) })
	return out
}

func errorRowOf(e slo.Errors, part slo.ErrorPart) errorRow {
	r := errorRow{
		Name: part.Name, Bad: eventsFigure(thousandths(part.Sum.Bad(), e.Unit)), Raw: eventsFigure(thousandths(part.Raw.Bad(), e.Unit)),
		Bar: chart.Progress(0),
	}
	if part.Share != nil {
		// Bars are of the budget or, where more is spent, of all that is.
		r.Share, r.Bar = spentFigure(*part.Share), chart.Progress(*part.Share/max(1, *e.Whole.Share))
	}
	return r
}

// spentFigure writes a share of a budget that is spent, with one digit after the point, or
// the first that is not 0.
func spentFigure(share float64) figure {
	percent, digits := share*100, 1
	for least := 0.05; digits < 6 && percent > 0 && percent < least; least /= 10 {
		digits++
	}
	if percent == 0 || percent >= 1000 {
		digits = 0
	}
	return figure{chart.Typeset(strconv.FormatFloat(percent, 'f', digits, 64)), percentSign, true}
}

var noOutages = empty{
	Title: "None recorded",
	Text:  "When outages are recorded with a class, such as network or deploy, it is told how much of each budget they took. They change no figure.",
	Call:  "POST /v1/services/{service}/outages",
}

// outages lists those of a service, the latest first.
func (d *Dashboard) outages(v *visit, of registry.Service, r page.Request) ([]outageRow, pager, error) {
	found, err := d.sources.Outages.List(v.ctx, outage.Filter{Service: of.ID}, r)
	if err != nil {
		return nil, pager{}, err
	}
	rows := make([]outageRow, len(found.Items))
	for i, o := range found.Items {
		rows[i] = outageRow{Class: o.Class, Note: o.Note, By: o.CreatedBy, State: badge{"risk", "Lasts"}, At: at(o.Begins), Lasted: "began " + agoText(v.now.Sub(o.Begins))}
		if o.Ends != nil {
			rows[i].State, rows[i].Lasted = badge{"none", "Over"}, "lasted "+budget.Words(o.Ends.Sub(o.Begins))
		}
	}
	return rows, pagerOf(v, found.Next), nil
}
