package dashboard

import (
	"fmt"
	"html/template"
	"slices"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/api/dashboard/chart"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/policy"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

// burnDown is how the remaining budget went, as a picture and as a table.
type burnDown struct {
	Group    string // whose it is; empty: of all events
	Whole    string // the address of that of all events, where it is a group's
	Note     string
	Ranges   []entry
	Thinned  string          // what is left of the past that is shown; empty where all is
	Pictures []template.HTML // one for each room; the style sheet shows one
	Legend   []legendEntry
	Marks    []mark // what the picture marks, in words
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

// pastRange is how much of the past is drawn, by the query's range.
type pastRange struct {
	name, text string
	length     time.Duration // 0 is the window's
}

var pastRanges = []pastRange{
	{"", "Window", 0}, {"90d", "90 days", 90 * 24 * time.Hour}, {"1y", "1 year", 365 * 24 * time.Hour}, {"all", "All", 0},
}

// rangeOf is the range that is asked for, and all of them as links. One that is not known
// is that of the window.
func rangeOf(v *visit) (pastRange, []entry) {
	chosen := pastRanges[0]
	var links []entry
	for _, r := range pastRanges {
		current := v.URL.Query().Get("range") == r.name
		if current {
			chosen = r
		}
		links = append(links, entry{URL: with(v, "range", r.name) + "#burndown-h", Text: r.text, Current: current})
	}
	if !slices.ContainsFunc(links, func(e entry) bool { return e.Current }) {
		links[0].Current = true
	}
	return chosen, links
}

// longestPast is what a history can be asked for.
const longestPast = 10 * 365 * 24 * time.Hour

// lengthOf is how much of the past is drawn of an SLO. What was measured before it was
// declared was read for a quarter at most.
func (r pastRange) lengthOf(view slo.View, end time.Time) time.Duration {
	switch r.name {
	case "":
		return stretchOf(view, end)
	case "all":
		since := end.Sub(view.SLO.CreatedAt) + 90*24*time.Hour
		return max(min(since, longestPast), stretchOf(view, end)).Truncate(time.Hour)
	}
	return r.length
}

// burnDown is of the group's events when one is named; the view is of them then. What is
// marked is of the whole, and so is the forecast: they lie over its burn-down alone.
func (d *Dashboard) burnDown(v *visit, view slo.View, group string, violations []policy.Violation, outlook slo.Outlook) (burnDown, error) {
	f, concluded := figuresOf(view)
	end := endOf(v, view)
	out := burnDown{Whole: with(v, "group", "")}
	var chosen pastRange
	chosen, out.Ranges = rangeOf(v)
	history, shown, err := d.shown(v, view, group, chosen, end)
	if err != nil {
		return burnDown{}, err
	}
	c := chart.BurnDown{From: end.Add(-shown), Now: end}
	for _, m := range history.Points {
		c.Points = append(c.Points, point(view, m))
	}
	c.Points = upToNow(c.Points, f, concluded, end)
	if f.Projection.After != nil && concluded {
		exhaustion := end.Add(*f.Projection.After)
		c.Exhaustion = &exhaustion
	}
	if f.Window.Sum.Total > 0 && !f.Window.Enough {
		c.Nothing = fmt.Sprintf("too few %ss in this window", view.Revision.Budgeting.Noun())
	}
	if begin, until := view.Revision.Over.Window().Span(end); !view.Revision.Over.Rolls() && chosen.name == "" {
		c.From = earlier(c.From, begin)
		c.Whole = &chart.Band{From: begin, To: until, Label: "an even pace, by which the budget lasts exactly until " + at(until).Text}
	}
	if group == "" {
		c.Fan = fanOf(outlook, f.Window.RemainingRatio)
		later := end.Add(shown / 3)
		if c.Whole != nil {
			later = c.Whole.To
		}
		over, err := d.overlayOf(v, view, c.From, end, later, violations)
		if err != nil {
			return burnDown{}, err
		}
		c.Markers, c.Spans, c.Bands, c.Changes, out.Marks = over.Markers, over.Spans, over.Bands, over.Changes, over.marks()
	}
	out.Note = projectionText(f.Projection, end)
	if chosen.name == "" && shown < stretchOf(view, end) {
		stretch := windowText(shown)
		if shown == time.Hour {
			stretch = "hour"
		}
		out.Note = fmt.Sprintf("the last %s, since measuring began; %s", stretch, out.Note)
	}
	c.Label = burnLabel(view, f, concluded, out.Note)
	if n := len(out.Marks); n > 0 {
		c.Label += fmt.Sprintf(" It marks %s, which are listed below it.", plural(n, "event", "events"))
	}
	if group != "" {
		out.Group = groupName(group)
		c.Label = "Group " + out.Group + ". " + c.Label
	}
	out.Thinned, out.Table = thinnedText(history.Thinned), historyTable(view, history.Points)
	out.Pictures = []template.HTML{c.SVG(chart.Wide, "wide"), c.SVG(chart.Medium, "medium"), c.SVG(chart.Narrow, "narrow")}
	out.Legend = legend(c)
	return out, nil
}

// upToNow ends the points with how the budget stands, where the last of them is earlier:
// those of thinned time are at midnights.
func upToNow(points []chart.Point, f budget.Figures, concluded bool, end time.Time) []chart.Point {
	if n := len(points); n > 0 && points[n-1].At.Before(end) && concluded && f.Window.RemainingRatio != nil {
		points = append(points, chart.Point{At: end, Value: *f.Window.RemainingRatio, Known: true})
	}
	return points
}

// thinnedText says what is left of the past that is shown.
func thinnedText(parts []measure.Thinned) string {
	var words []string
	for _, p := range parts {
		left := "hours"
		if p.Step == measure.DaySpan {
			left = "days"
		}
		words = append(words, fmt.Sprintf("until %s the sums of %s", day(p.To).Text, left))
	}
	if len(words) == 0 {
		return ""
	}
	return "Of old measurements sums alone are kept: " + strings.Join(words, ", ") + "."
}

// zooms are shorter stretches of a history, with their steps: an SLO that is
// measured since an hour would be a dot in its window.
var zooms = []struct{ length, step time.Duration }{
	{6 * time.Hour, 5 * time.Minute}, {24 * time.Hour, 15 * time.Minute}, {3 * 24 * time.Hour, time.Hour}, {7 * 24 * time.Hour, 2 * time.Hour},
}

// shown is the history that is drawn, and its length: that of the range, which of the
// window's is the shortest stretch that holds all that is known of it, and of all there is
// what is known.
func (d *Dashboard) shown(v *visit, view slo.View, group string, chosen pastRange, end time.Time) (slo.History, time.Duration, error) {
	length := chosen.lengthOf(view, end)
	history, err := d.history(v, view, group, length, 0)
	if err != nil {
		return slo.History{}, 0, err
	}
	first := slices.IndexFunc(history.Points, func(m slo.Point) bool { return point(view, m).Known })
	if first <= 0 {
		return history, length, nil
	}
	unknownUntil := history.Points[first-1].End // coarse: it may have begun right after
	if chosen.name == "all" {
		history.Points = history.Points[first-1:]
		return history, max(end.Sub(unknownUntil), 24*time.Hour), nil
	}
	if chosen.name != "" {
		return history, length, nil
	}
	for _, z := range zooms {
		if z.length < length && !unknownUntil.Before(view.Status.End.Add(-z.length)) {
			if history, err = d.history(v, view, group, z.length, z.step); err != nil {
				return slo.History{}, 0, err
			}
			history.Points, length = newest(view, history.Points, z.length)
			return history, length, nil
		}
	}
	return history, length, nil
}

// endOf is when windows end: those of the last evaluation, or now before the first.
func endOf(v *visit, view slo.View) time.Time {
	if end := view.Status.End; !end.IsZero() {
		return end
	}
	return v.now
}

// stretchOf is how much of the past is drawn until the end: the window, of a calendar's
// what is over of it, and never less than a day.
func stretchOf(view slo.View, end time.Time) time.Duration {
	length := view.Length()
	if pace := view.Revision.Over.Pace(end); pace.Projected() {
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
	if c.Whole != nil {
		out = append(out, legendEntry{key("even"), "an even pace"})
	}
	if c.Fan != nil {
		out = append(out, legendEntry{chart.FanKey(), "spent in the middle 90 % of futures"})
	}
	for _, calm := range []bool{false, true} {
		class, words := "marker", "violation opened"
		if calm {
			class, words = "marker calm", "objective revised"
		}
		if slices.ContainsFunc(c.Markers, func(m chart.Marker) bool { return m.Calm == calm }) {
			out = append(out, legendEntry{key(class), words})
		}
	}
	for _, bad := range []bool{false, true} {
		if slices.ContainsFunc(c.Changes, func(m chart.Change) bool { return m.Bad == bad }) {
			out = append(out, legendEntry{chart.ChangeKey(bad), map[bool]string{false: "change", true: "change that failed or was taken back"}[bad]})
		}
	}
	if len(c.Bands) > 0 {
		out = append(out, legendEntry{chart.BandKey(), "corrected"})
	}
	for _, loud := range []bool{true, false} {
		if slices.ContainsFunc(c.Spans, func(s chart.Span) bool { return s.Loud == loud }) {
			out = append(out, legendEntry{chart.SpanKey(loud), "alert, " + map[bool]string{true: "page", false: "ticket"}[loud]})
		}
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
func (p *sloPage) burns(view slo.View, f budget.Figures, concluded bool) {
	for _, a := range f.Alerts {
		if !concluded {
			a.LongRate, a.ShortRate = nil, nil
		}
		pair := burnPair{
			Name:   fmt.Sprintf("%s and %s", windowText(a.Long), windowText(a.Short)),
			Detail: fmt.Sprintf("%s above %s× in both", a.Severity, factorText(a.Factor)),
			State:  pairBadge(view, f.State, a),
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
	switch {
	case !a.Reachable:
		return badge{"none", "Cannot fire"}
	case state == budget.NoData || a.LongRate == nil || a.ShortRate == nil:
		return badge{"none", "No data"}
	case a.Firing:
		return badge{severityTone(a.Severity), severityWord(a.Severity)}
	default:
		return badge{"ok", "Quiet"}
	}
}
