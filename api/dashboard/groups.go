package dashboard

import (
	"net/url"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/slo"
)

// groups is the groups of an SLO's events, the worst first: those that need
// attention are seen, the others are behind a summary.
type groups struct {
	By, Note    string
	First, More []groupRow
	Open        bool // the others are shown, for the chosen one is among them
	Empty       empty
}

// groupRow is a group in a table.
type groupRow struct {
	URL, Name  string
	Current    bool
	State      badge
	Stale      bool
	StaleBadge badge
	SLI        figure
	Events     figure
	Budget     remaining
}

// worseGroup is a group that is in a worse state than its SLO as a whole.
type worseGroup struct {
	URL, Name, State string
}

// groupsFirst is how many groups are seen at once.
const groupsFirst = 10

// groups reads the groups of a grouped SLO into the page. It returns the view and
// the name of the chosen group; the SLO's own view when none is chosen.
func (d *Dashboard) groups(v *visit, view slo.View, p *sloPage) (slo.View, string, error) {
	chosen := v.URL.Query().Get("group")
	by := view.Indicator.Origin.GroupBy
	if by == "" {
		if chosen != "" {
			return view, "", fault.Missing("group", chosen)
		}
		return view, "", nil
	}
	found, err := d.sources.SLOs.Groups(v.ctx, slo.GroupFilter{SLO: view.SLO.ID}, page.Request{Limit: page.MaxLimit})
	if err != nil {
		return view, "", err
	}
	p.Groups = &groups{By: by, Empty: empty{
		Title: "No groups yet", Text: "A group is shown once measurements of it have come and were evaluated.",
		Call: "POST /v1/services/{service}/slos/{slo}/measurements",
	}}
	of, known := view, chosen == ""
	for i, g := range found.Items {
		one := view.OfGroup(g)
		row := rowOfGroup(v, one, g.Group)
		row.Current = g.Group == chosen
		if row.Current {
			of, known = one, true
			p.Groups.Open = i >= groupsFirst
		}
		if i < groupsFirst {
			p.Groups.First = append(p.Groups.First, row)
		} else {
			p.Groups.More = append(p.Groups.More, row)
		}
	}
	p.Groups.Note = plural(len(found.Items), "group", "groups") + ", least budget first"
	if !known {
		return view, "", fault.Missing("group", chosen)
	}
	return of, chosen, nil
}

func rowOfGroup(v *visit, of slo.View, group string) groupRow {
	f, concluded := figuresOf(of)
	r := groupRow{
		URL: with(v, "group", group) + "#burndown-h", Name: groupName(group),
		State: stateBadge(of.Status.State), Stale: stopped(of), StaleBadge: staleBadge, Budget: remainingOf(f.Window, of.Revision.Objective, of.Status.State, concluded),
	}
	if f.Window.Sum.Total > 0 {
		r.Events = eventsFigure(thousandths(f.Window.Sum.Total, f.Window.Unit))
	}
	if concluded {
		r.SLI = sliFigure(f.Window.Sum, of.Revision.Objective)
	}
	return r
}

// groupBurnURL is where the burn-down of a group of the objective at the address is.
func groupBurnURL(objective, group string) string {
	return objective + "?" + url.Values{"group": {group}}.Encode() + "#burndown-h"
}

// groupName is how a group is called on a page; names that are ours say what they are.
func groupName(group string) string {
	switch group {
	case measure.Other:
		return "all other groups"
	case measure.None:
		return "without the label"
	default:
		return group
	}
}

// worseOf is the worst group of an SLO when its state is worse than that of the whole.
func worseOf(view slo.View, service string) *worseGroup {
	w := view.WorseGroup()
	if w == nil {
		return nil
	}
	return &worseGroup{
		URL:  groupBurnURL(sloURL(service, view.SLO.Slug), w.Group),
		Name: groupName(w.Group), State: stateWord(w.State),
	}
}
