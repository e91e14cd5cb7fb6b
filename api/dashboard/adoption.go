package dashboard

import (
	"context"
	"fmt"
	"html/template"
	"strconv"
	"time"

	"github.com/evenkeel/evenkeel/api/dashboard/chart"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/adoption"
	"github.com/evenkeel/evenkeel/services/onboarding"
)

// Adoption tells how far Evenkeel is taken up; see adoption.Service, which is one.
type Adoption interface {
	Figures(ctx context.Context, days int) (adoption.Figures, error)
	Teams(ctx context.Context, days int, active *bool, r page.Request) (page.Page[adoption.TeamFigure], error)
	GonePeople(ctx context.Context, days int, f adoption.GoneFilter, r page.Request) (page.Page[adoption.Gone], error)
}

const adoptionPath = "/adoption"

// adoptionWindows are the windows that can be chosen, in days.
var adoptionWindows = []int{adoption.DefaultDays, 90, 365}

type adoptionPage struct {
	Filters []entry
	Tiles   []adoptionTile
	Weeks   template.HTML
	Trend   string
	First   []string // sentences on the way to the first SLO
	Waves   []adoptionWaveRow
	Aside   []asideRow
	Teams   []adoptionTeamRow
	Active  []entry // how teams can be narrowed
	Pager   pager
	Empty   empty
	Gone    []goneRow
	More    bool   // there are more of those who did not come back
	Hidden  string // why nobody is named
	Nobody  string // why nobody is there
}

// adoptionTile is one figure with what it is of.
type adoptionTile struct {
	Word, Count, Note string
	None              bool
}

type adoptionWaveRow struct {
	Wave link
	Bar  template.HTML
	Text string
}

// asideRow is how often something that Evenkeel says was set aside.
type asideRow struct {
	Name, Share, Text string
}

type adoptionTeamRow struct {
	Team          link
	Use           badge
	Members, SLOs string
	Last, First   string
}

type goneRow struct {
	Name  string
	Teams []link
	Text  string
}

// shownGone is how many of those who did not come back are on the page.
const shownGone = 20

func (d *Dashboard) adoption(v *visit) (screen, error) {
	days := adoptionWindows[0]
	var p adoptionPage
	chosen := v.URL.Query().Get("days")
	for _, n := range adoptionWindows {
		if chosen == strconv.Itoa(n) {
			days = n
		}
	}
	for _, n := range adoptionWindows {
		p.Filters = append(p.Filters, entry{URL: fromFirst(adoptionPath, v.URL.Query(), "days", strconv.Itoa(n)), Text: strconv.Itoa(n) + " days", Current: n == days})
	}
	f, err := d.sources.Adoption.Figures(v.ctx, days)
	if err != nil {
		return screen{}, err
	}
	p.sum(f)
	p.firstSLO(f)
	if err := d.adoptionTeams(v, &p, days); err != nil {
		return screen{}, err
	}
	gone, err := d.sources.Adoption.GonePeople(v.ctx, days, adoption.GoneFilter{}, page.Request{Limit: shownGone})
	if e := fault.As(err); e != nil && e.Code == "people_not_named" {
		p.Hidden, err = sentence(e.Message), nil
	}
	if err != nil {
		return screen{}, err
	}
	p.More = gone.Next != ""
	for _, g := range gone.Items {
		row := goneRow{Name: g.Name, Text: fmt.Sprintf("last on %s, on %s in all", dateText(g.LastDay), plural(g.Days, "day", "days"))}
		for _, t := range g.Teams {
			row.Teams = append(row.Teams, link{URL: teamURL(t), Text: t})
		}
		p.Gone = append(p.Gone, row)
	}
	return screen{template: "adoption", title: "Adoption", section: adoptionPath, page: p}, nil
}

// sum tells the figures of teams, people, weeks, waves and what was set aside.
func (p *adoptionPage) sum(f adoption.Figures) {
	share := func(of adoption.Share) string {
		percent, known := of.Percent()
		if !known {
			return "none"
		}
		return fmt.Sprintf("%d %%", percent)
	}
	p.Nobody = "Everybody who was here before this time came back within it."
	if f.People.Return().Whole == 0 {
		p.Nobody = "Nobody was here before this time."
	}
	active := f.Teams.ByPeople + f.Teams.ByProgram
	p.Tiles = []adoptionTile{
		{"Active teams", chart.Typeset(strconv.Itoa(active)), fmt.Sprintf("of %d, %d of them by programs alone", f.Teams.All, f.Teams.ByProgram), active == 0},
		{"Teams with an SLO", chart.Typeset(strconv.Itoa(f.Teams.WithSLO)), fmt.Sprintf("of %d", f.Teams.All), f.Teams.WithSLO == 0},
		{"Active people", chart.Typeset(strconv.Itoa(f.People.Active)), fmt.Sprintf("of %d, %d for the first time", f.People.All, f.People.New), f.People.Active == 0},
		{"Came back", share(f.People.Return()), fmt.Sprintf("%d of %d who had been here before; %d never were", f.People.Return().Part, f.People.Return().Whole, f.People.Never), f.People.Return().Part == 0},
	}
	teams, labels := make([]int, len(f.Weeks)), make([]string, len(f.Weeks))
	for i, w := range f.Weeks {
		teams[i], labels[i] = w.Teams, w.Begins.Time().Format("2 Jan")
	}
	last := f.Weeks[len(f.Weeks)-2]
	p.Trend = fmt.Sprintf("Last week %s and %s; the running week, at the right, is not over.", plural(last.Teams, "team", "teams"), plural(last.People, "person", "people"))
	p.Weeks = chart.Histogram(teams, labels, "Active teams by week. "+p.Trend)
	for _, w := range f.Waves {
		count := onboarding.Count{Found: w.Found, Registered: w.Registered, Declared: w.Declared, Measured: w.Measured}
		p.Waves = append(p.Waves, adoptionWaveRow{
			Wave: link{URL: waveURL(w.Slug), Text: w.Name}, Bar: stageBar(count),
			Text: fmt.Sprintf("%s measured, %d declared, %d registered, %d found", stageShare(count), w.Declared, w.Registered, w.Found),
		})
	}
	g := f.Gate
	p.Aside = []asideRow{
		{"Freezes overridden", share(g.Overridden), fmt.Sprintf("%d of %s of which a change had to wait; %s", g.Overridden.Part, plural(g.Overridden.Whole, "service", "services"), plural(g.Overrides, "override", "overrides"))},
		{"Changes denied", share(adoption.Share{Part: g.Denied, Whole: g.Allowed + g.Warned + g.Denied}), fmt.Sprintf("%d of %s of the gate; %d allowed, %d with a warning", g.Denied, plural(g.Allowed+g.Warned+g.Denied, "answer", "answers"), g.Allowed, g.Warned)},
		{"Violations void", share(f.Void), fmt.Sprintf("%d of %s that ended", f.Void.Part, plural(f.Void.Whole, "violation", "violations"))},
	}
}

// firstSLO says how long teams take to their first SLO.
func (p *adoptionPage) firstSLO(f adoption.Figures) {
	q := f.FirstSLO
	if q.Have+q.Open == 0 {
		return
	}
	within := func(share string, of *time.Duration) string {
		if of == nil {
			return fmt.Sprintf("Not yet known within which time %s of them come to it: too few have.", share)
		}
		return fmt.Sprintf("%s within %s.", sentenceCase(share), lengthText(*of))
	}
	p.First = append(p.First, within("half", q.Half))
	if q.Half != nil {
		p.First = append(p.First, within("three quarters", q.ThreeQuarters))
	} else if q.Quarter != nil {
		p.First = append(p.First, within("a quarter", q.Quarter))
	}
	text := fmt.Sprintf("%d of %s with services came to it", q.Have, plural(q.Have+q.Open, "team", "teams"))
	if q.Open > 0 {
		text += fmt.Sprintf("; of those that did not, one has been here for %s", lengthText(q.Longest))
	}
	p.First = append(p.First, text+".")
}

// adoptionTeams lists teams.
func (d *Dashboard) adoptionTeams(v *visit, p *adoptionPage, days int) error {
	use, err := oneOf(v, "teams", []string{"active", "quiet"})
	if err != nil {
		return err
	}
	var active *bool
	if use != "" {
		is := use == "active"
		active = &is
	}
	for _, e := range []struct{ value, text string }{{"", "All"}, {"active", "Active"}, {"quiet", "Not active"}} {
		p.Active = append(p.Active, entry{URL: fromFirst(adoptionPath, v.URL.Query(), "teams", e.value), Text: e.text, Current: e.value == use})
	}
	found, err := d.sources.Adoption.Teams(v.ctx, days, active, following(v, page.DefaultLimit))
	if err != nil {
		return err
	}
	p.Pager = pagerOf(v, found.Next)
	p.Empty = empty{Title: "No team yet", Text: "Teams are here once they have a member or a service."}
	if use != "" {
		p.Empty = empty{Title: "None is so", Text: "Of all teams none is, within this time."}
	}
	for _, t := range found.Items {
		row := adoptionTeamRow{
			Team: link{URL: teamURL(t.Slug), Text: t.Name}, Use: badge{"none", "Not active"},
			Members: fmt.Sprintf("%d of %d", t.Active, t.Members), SLOs: fmt.Sprintf("%d of %d", t.WithSLO, t.Services),
		}
		switch {
		case t.Active > 0:
			row.Use = badge{"ok", "Active"}
		case t.ByProgram:
			row.Use = badge{"info", "By programs"}
		}
		if t.LastDay != "" {
			row.Last = dateText(t.LastDay)
		}
		if t.FirstSLOAt != nil {
			row.First = lengthText(max(0, t.FirstSLOAt.Sub(t.HereSince)))
		}
		p.Teams = append(p.Teams, row)
	}
	return nil
}
