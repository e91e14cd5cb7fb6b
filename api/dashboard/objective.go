package dashboard

import (
	"fmt"
	"html/template"
	"time"

	"github.com/evenkeel/evenkeel/api/dashboard/chart"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

// objectives is a table of SLOs.
type objectives struct {
	Title, Note, Caption string
	Rows                 []objectiveRow
	Trend                bool // whether rows have a sparkline
	Pager                pager
	Empty                empty
}

// objectiveRow is an SLO in a table.
type objectiveRow struct {
	URL, Name  string
	Service    *link // nil where the page is the service's
	Detail     string
	State      badge
	Stale      bool
	StaleBadge badge
	SLI        figure
	Objective  string
	Budget     remaining
	WorseGoal  *worseGoal  // nil where the state is that of the first objective
	Worse      *worseGroup // nil where no group is in a worse state than the whole
	Spark      template.HTML
}

// remaining is a remaining budget as figure and bar.
type remaining struct {
	Figure figure
	Tone   string // "bad" when overspent
	Bar    template.HTML
}

// figuresOf are the figures of an SLO; concluded reports whether there were
// enough events in its window to conclude something from them.
func figuresOf(v slo.View) (f budget.Figures, concluded bool) {
	f = v.Figures()
	return f, f.Window.Enough && f.State != budget.NoData
}

func remainingOf(a budget.Account, o budget.Objective, state budget.State, concluded bool) remaining {
	if !concluded || a.RemainingRatio == nil {
		return remaining{Bar: chart.Budget(0, false, "none")}
	}
	ratio := *a.RemainingRatio
	r := remaining{
		Figure: remainingFigure(a.Sum, o, a.Pace),
		Bar:    chart.Budget(ratio, true, stateBadge(state).Tone),
	}
	if ratio < 0 {
		r.Tone = "bad"
	}
	return r
}

// worseGoal is a further objective that the state of an SLO comes from.
type worseGoal struct {
	URL, Name, Over, State string
	Remaining              figure
}

// firstRemaining is the remaining budget of the first objective, in the tone of its own
// state, and the further one that the state of the SLO comes from, if it does.
func firstRemaining(v slo.View, f budget.Figures, concluded bool) (remaining, *slo.Standing) {
	goal, state := v.WorseGoal()
	if goal == nil {
		state = v.Status.State // which may be held from before
	}
	return remainingOf(f.Window, v.Revision.Objective, state, concluded), goal
}

// row shows an SLO in a table; owner is nil where the page is the service's.
func row(v slo.View, service registry.Service, named bool) objectiveRow {
	f, concluded := figuresOf(v)
	left, goal := firstRemaining(v, f, concluded)
	r := objectiveRow{
		URL: sloURL(service.Slug, v.SLO.Slug), Name: v.SLO.Name,
		State: stateBadge(v.Status.State), Stale: stopped(v), StaleBadge: staleBadge,
		Objective: spaced(objectiveFigure(v.Revision.Objective)),
		Budget:    left,
		Detail:    fmt.Sprintf("%s over %s", v.Indicator.Category, overText(v.Revision.Over)),
		Worse:     worseOf(v, service.Slug),
	}
	if goal != nil {
		r.WorseGoal = &worseGoal{
			URL: r.URL + "#goals-h", Name: goal.Name, Over: overText(goal.Over), State: stateWord(goal.State),
			Remaining: remainingFigure(goal.Account.Sum, goal.Objective, goal.Account.Pace),
		}
	}
	if named {
		r.Service = &link{URL: serviceURL(service.Slug), Text: service.Name}
	}
	if concluded {
		r.SLI = sliFigure(f.Window.Sum, v.Revision.Objective)
	}
	return r
}

// stopped reports whether measurements came and come no more. Where none ever
// came, "no data" says it all.
func stopped(v slo.View) bool { return v.Status.Stale && !v.Status.Latest.IsZero() }

func spaced(f figure) string {
	if !f.Known {
		return "— no data"
	}
	return f.Number + "\u00a0" + f.Unit // which is not to stand on a line of its own
}

// rows shows SLOs of any services in a table, with sparklines when asked for.
func (d *Dashboard) rows(v *visit, views []slo.View, trend bool) ([]objectiveRow, error) {
	services, err := d.sources.Registry.ServicesByID(v.ctx, servicesOf(views))
	if err != nil {
		return nil, err
	}
	out := make([]objectiveRow, len(views))
	for i, view := range views {
		out[i] = row(view, services[view.SLO.Service], true)
		if !trend {
			continue
		}
		if out[i].Spark, err = d.spark(v, view); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (d *Dashboard) spark(v *visit, view slo.View) (template.HTML, error) {
	length := stretchOf(view, endOf(v, view))
	history, err := d.history(v, view, "", length, sparkStep(length))
	if err != nil {
		return "", err
	}
	points := make([]chart.Point, len(history.Points))
	for i, m := range history.Points {
		points[i] = point(view, m)
	}
	return chart.Sparkline{Points: points}.SVG(), nil
}

// sparkStep makes some sixty points of a window, by steps that a history takes.
func sparkStep(window time.Duration) time.Duration {
	const day = 24 * time.Hour
	switch {
	case window <= 7*day:
		return 3 * time.Hour
	case window <= 30*day:
		return 12 * time.Hour
	default:
		return day
	}
}

// history is how the SLO's window, or one group in it, stood for so long until it
// was last evaluated; nothing before the first evaluation. Of step 0 the service
// chooses one.
func (d *Dashboard) history(v *visit, view slo.View, group string, length, step time.Duration) (slo.History, error) {
	end := view.Status.End
	if end.IsZero() {
		return slo.History{}, nil
	}
	return d.sources.SLOs.History(v.ctx, view.SLO.ID, group, end.Add(-length), end, step)
}

// point is a moment of a history as it is drawn: unknown where there were no
// events, or too few to conclude something from.
func point(view slo.View, m slo.Point) chart.Point {
	if !view.Revision.Enough(m.Sum) || m.Remaining == nil {
		return chart.Point{At: m.End}
	}
	return chart.Point{At: m.End, Value: *m.Remaining, Known: true}
}

func servicesOf(views []slo.View) []id.ID {
	seen := make(map[id.ID]bool, len(views))
	var out []id.ID
	for _, v := range views {
		if !seen[v.SLO.Service] {
			seen[v.SLO.Service] = true
			out = append(out, v.SLO.Service)
		}
	}
	return out
}
