package dashboard

import (
	"fmt"
	"html/template"
	"slices"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/api/dashboard/chart"
	"github.com/evenkeel/evenkeel/services/policy"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

// burnDown is how the remaining budget went, as a picture and as a table.
type burnDown struct {
	Group    string // whose it is; empty: of all events
	Whole    string // the address of that of all events, where it is a group's
	Note     string
	Pictures []template.HTML // one for each room; the style sheet shows one
	Legend   []legendEntry
	Table    []historyRow
}

type legendEntry struct {
	Key  template.HTML
	Text string
}

type historyRow struct {
	At                         moment
	Remaining, SLI, Bad, Total figure
}

// burnPair is a pair of burn rates against its threshold.
type burnPair struct {
	Name, Detail string
	State        badge
	Bars         []burnBar
}

type burnBar struct {
	Window string
	Bar    template.HTML
	Rate   figure
}

// burnDown is of the group's events when one is named; the view is of them then.
// Violations are of the whole, and marked on its burn-down alone.
func (d *Dashboard) burnDown(v *visit, view slo.View, group string, violations []policy.Violation) (burnDown, error) {
	f, concluded := figuresOf(view)
	moments, shown, err := d.shown(v, view, group)
	if err != nil {
		return burnDown{}, err
	}
	end := view.Status.End
	if end.IsZero() {
		end = v.now
	}
	c := chart.BurnDown{From: end.Add(-shown), Now: end}
	for _, m := range moments {
		c.Points = append(c.Points, point(view, m))
	}
	if f.Projection.After != nil && concluded {
		exhaustion := end.Add(*f.Projection.After)
		c.Exhaustion = &exhaustion
	}
	for _, violation := range slices.Backward(violations) { // the newest came first
		opened := violation.OpenedAt
		if opened.After(end) { // found only after the windows had ended
			opened = end
		}
		if opened.Before(c.From) {
			continue
		}
		c.Markers = append(c.Markers, chart.Marker{At: opened, Label: "violation of " + violation.Clause + " opened " + at(violation.OpenedAt).Text})
	}
	note := projectionText(f.Projection, end)
	if shown < stretchOf(view) {
		stretch := windowText(shown)
		if shown == time.Hour {
			stretch = "hour"
		}
		note = fmt.Sprintf("the last %s, since measuring began; %s", stretch, note)
	}
	c.Label = burnLabel(view, f, concluded, note)
	if group != "" {
		group = groupName(group)
		c.Label = "Group " + group + ". " + c.Label
	}
	out := burnDown{
		Group: group, Whole: with(v, "group", ""), Note: note, Table: historyTable(view, moments),
		Pictures: []template.HTML{c.SVG(chart.Wide, "wide"), c.SVG(chart.Medium, "medium"), c.SVG(chart.Narrow, "narrow")},
	}
	out.Legend = legend(c)
	return out, nil
}

// zooms are shorter stretches of a history, with their steps: an SLO that is
// measured since an hour would be a dot in its window.
var zooms = []struct{ length, step time.Duration }{
	{6 * time.Hour, 5 * time.Minute}, {24 * time.Hour, 15 * time.Minute}, {3 * 24 * time.Hour, time.Hour}, {7 * 24 * time.Hour, 2 * time.Hour},
}

// shown is the history that is drawn, and its length: the whole window, or the
// shortest stretch that holds all that is known of it.
func (d *Dashboard) shown(v *visit, view slo.View, group string) ([]slo.Point, time.Duration, error) {
	window := stretchOf(view)
	moments, err := d.history(v, view, group, window, 0)
	if err != nil {
		return nil, 0, err
	}
	first := slices.IndexFunc(moments, func(m slo.Point) bool { return point(view, m).Known })
	if first <= 0 {
		return moments, window, nil
	}
	unknownUntil := moments[first-1].End // coarse: it may have begun right after
	for _, z := range zooms {
		if z.length < window && !unknownUntil.Before(view.Status.End.Add(-z.length)) {
			moments, err = d.history(v, view, group, z.length, z.step)
			if err != nil {
				return nil, 0, err
			}
			moments, length := newest(view, moments, z.length)
			return moments, length, nil
		}
	}
	return moments, window, nil
}

// stretchOf is how much of the past is drawn: the window, of a calendar's what is over
// of it, and never less than a day.
func stretchOf(view slo.View) time.Duration {
	length := view.Length()
	if pace := view.Revision.Over.Pace(view.Status.End); pace.Projected() && view.Status.Evaluated() {
		length = pace.Elapsed
	}
	return max(length.Truncate(time.Hour), 24*time.Hour)
}

// newest cuts a history down to its last hour when nothing is known before that.
func newest(view slo.View, moments []slo.Point, length time.Duration) ([]slo.Point, time.Duration) {
	since := view.Status.End.Add(-time.Hour)
	cut := slices.IndexFunc(moments, func(m slo.Point) bool { return !m.End.Before(since) })
	if cut < 0 || slices.ContainsFunc(moments[:cut], func(m slo.Point) bool { return point(view, m).Known }) {
		return moments, length
	}
	return moments[cut:], time.Hour
}

func legend(c chart.BurnDown) []legendEntry {
	var out []legendEntry
	var above, below, unknown bool
	for _, p := range c.Points {
		above = above || p.Known && p.Value >= 0
		below = below || p.Known && p.Value < 0
		unknown = unknown || !p.Known
	}
	if above {
		out = append(out, legendEntry{key("line above"), "budget left"})
	}
	if below {
		out = append(out, legendEntry{key("line below"), "overspent"})
	}
	if c.Exhaustion != nil {
		out = append(out, legendEntry{key("projection"), "projected at the burn of the last day"})
	}
	if len(c.Markers) > 0 {
		out = append(out, legendEntry{key("marker"), "violation opened"})
	}
	if unknown && (above || below) {
		out = append(out, legendEntry{`<svg class="chart" viewBox="0 0 20 10" aria-hidden="true" focusable="false"><path class="gap framed" d="M0 0h20v10H0z"/></svg>`, "no data"})
	}
	return out
}

func projectionText(p budget.Projection, end time.Time) string {
	switch p.Outlook {
	case budget.OutlookWithin:
		return fmt.Sprintf("at the burn of the last day it runs out in %s, on %s", budget.Words(*p.After), end.Add(*p.After).UTC().Format("2 Jan 15:04 UTC"))
	case budget.OutlookBeyond:
		return "at the burn of the last day it lasts beyond the window"
	case budget.OutlookExhausted:
		return "nothing of it remains"
	default:
		return "how long it lasts is not known"
	}
}

func burnLabel(view slo.View, f budget.Figures, concluded bool, note string) string {
	now := "not known"
	if concluded {
		now = spaced(remainingFigure(f.Window.Sum, view.Revision.Objective, f.Window.Pace))
	}
	return fmt.Sprintf("Remaining error budget over %s. Now: %s; %s. The table below holds the same.", overText(view.Revision.Over), now, note)
}

// tableRows is about how many rows the table of a burn-down has: one for each day
// of four weeks.
const tableRows = 28

// historyTable is the burn-down in numbers, the newest first.
func historyTable(view slo.View, moments []slo.Point) []historyRow {
	if len(moments) == 0 {
		return nil
	}
	every := max(1, len(moments)/tableRows)
	var out []historyRow
	for i := len(moments) - 1; i >= 0; i -= every {
		m := moments[i]
		r := historyRow{At: at(m.End)}
		if point(view, m).Known {
			r.Remaining = remainingFigure(m.Sum, view.Revision.Objective, view.Revision.Over.Pace(m.End))
			r.SLI = sliFigure(m.Sum, view.Revision.Objective)
			unit := view.Revision.Budgeting.Unit()
			r.Bad, r.Total = eventsFigure(thousandths(m.Sum.Bad(), unit)), eventsFigure(thousandths(m.Sum.Total, unit))
		}
		out = append(out, r)
	}
	return out
}

// burns shows the pairs of burn rates with their thresholds.
func (p *sloPage) burns(f budget.Figures, concluded bool) {
	for _, a := range f.Alerts {
		if !concluded {
			a.LongRate, a.ShortRate = nil, nil
		}
		pair := burnPair{
			Name:   fmt.Sprintf("%s and %s", windowText(a.Long), windowText(a.Short)),
			Detail: fmt.Sprintf("%s above %s× in both", a.Severity, factorText(a.Factor)),
			State:  alertBadge(f.State, a),
			Bars: []burnBar{
				{windowText(a.Long), burnRate(a.LongRate, a), rateFigure(a.LongRate)},
				{windowText(a.Short), burnRate(a.ShortRate, a), rateFigure(a.ShortRate)},
			},
		}
		p.Burns = append(p.Burns, pair)
	}
	p.BurnNote = "At 1× the budget lasts exactly one window. The upright stroke is the pair's threshold; both bars have to pass it."
}

func burnRate(rate *float64, a budget.Alert) template.HTML {
	if rate == nil {
		return chart.Burn(0, false, a.Factor, "")
	}
	return chart.Burn(*rate, true, a.Factor, severityTone(a.Severity))
}

func severityTone(s budget.Severity) string {
	if s == budget.Page {
		return "bad"
	}
	return "risk"
}

func alertBadge(state budget.State, a budget.Alert) badge {
	severity := strings.ToUpper(string(a.Severity[:1])) + string(a.Severity[1:])
	switch {
	case !a.Reachable:
		return badge{"none", "Cannot fire"}
	case state == budget.NoData || a.LongRate == nil || a.ShortRate == nil:
		return badge{"none", "No data"}
	case a.Firing:
		return badge{severityTone(a.Severity), severity}
	default:
		return badge{"ok", "Quiet"}
	}
}
