package dashboard

import (
	"fmt"
	"html/template"
	"strconv"
	"time"

	"github.com/evenkeel/evenkeel/api/dashboard/chart"
	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/scorecards"
	"github.com/evenkeel/evenkeel/scorecards/rules"
)

// outcomeBadges are the results of checks, those that pass first.
var outcomeBadges = []struct {
	Outcome rules.Outcome
	badge
}{
	{rules.Pass, badge{"ok", "Passes"}}, {rules.Fail, badge{"bad", "Fails"}}, {rules.Unknown, badge{"stale", "Not known"}}, {rules.Error, badge{"risk", "Error"}},
	{rules.Exempt, badge{"info", "Exempt"}}, {rules.NotApplicable, badge{"none", "Not applicable"}},
}

func outcomeBadge(o rules.Outcome) badge {
	for _, b := range outcomeBadges {
		if b.Outcome == o {
			return b.badge
		}
	}
	return badge{"none", o.String()}
}

// outcomeNamed is the badge of an outcome by its name, as it is kept.
func outcomeNamed(name string) badge {
	for _, b := range outcomeBadges {
		if b.Outcome.String() == name {
			return b.badge
		}
	}
	return badge{"none", name}
}

// outcomePart is how many results are at an outcome.
type outcomePart struct {
	badge
	Count int
}

// outcomeParts are those of which there are some, and their bar; without what does not count where
// only what counts is asked for.
func outcomeParts(of map[string]int, counting bool) (template.HTML, []outcomePart) {
	var parts []chart.Part
	var out []outcomePart
	for _, b := range outcomeBadges {
		n := of[b.Outcome.String()]
		if n == 0 || counting && !b.Outcome.Counts() {
			continue
		}
		parts = append(parts, chart.Part{Tone: b.Tone, Count: n})
		out = append(out, outcomePart{b.badge, n})
	}
	return chart.Parts(parts), out
}

// passText is how much of what counts passes, in whole percent, rounded down.
func passText(of map[string]int) figure {
	counting := of[rules.Pass.String()]
	for _, o := range scorecards.NotPassing {
		counting += of[o.String()]
	}
	if counting == 0 {
		return figure{}
	}
	return figure{Number: strconv.Itoa(100 * of[rules.Pass.String()] / counting), Unit: percentSign, Known: true}
}

// legendKey is an entry of the legend of a picture.
type legendKey struct {
	Class, Word string
}

// stacked is a picture of what was on each day, with its legend.
type stacked struct {
	Pictures []template.HTML
	Legend   []legendKey
}

// stackedOf draws counts by day; keys are their names with their classes, the lowest first. Of names
// without a key the last key tells, if it is that of an empty name.
func stackedOf(days []clock.Date, counts func(day int, key string) int, keys []string, legend []legendKey, label string) stacked {
	drawn := chart.Layers{Label: label}
	for _, d := range days {
		drawn.Times = append(drawn.Times, d.Time())
	}
	var out stacked
	for n, key := range keys {
		layer := chart.Layer{Class: legend[n].Class}
		some := false
		for day := range days {
			count := counts(day, key)
			layer.Counts, some = append(layer.Counts, count), some || count > 0
		}
		if some {
			drawn.Layers, out.Legend = append(drawn.Layers, layer), append(out.Legend, legend[n])
		}
	}
	if len(drawn.Layers) > 0 { // without a service there is nothing to see
		out.Pictures = drawn.Pictures()
	}
	return out
}

// otherLevels are services on levels that a past revision had, and that are not there any more.
const otherLevels = "Levels of former revisions"

// levelTrend is how many services were on each level day by day.
func levelTrend(levels []scorecards.Level, trend []scorecards.Tally) stacked {
	var days []clock.Date
	for _, t := range trend {
		days = append(days, t.Day)
	}
	keys, legend := []string{""}, []legendKey{{levelClass(-1), noLevel}}
	known := map[string]bool{"": true}
	for n, l := range levels {
		keys, legend, known[l.Name] = append(keys, l.Name), append(legend, legendKey{levelClass(n), l.Name}), true
	}
	const other = "\x00other"
	keys, legend = append(keys, other), append(legend, legendKey{"stale", otherLevels})
	return stackedOf(days, func(day int, key string) int {
		if key != other {
			return trend[day].Levels[key]
		}
		sum := 0
		for name, n := range trend[day].Levels {
			if !known[name] {
				sum += n
			}
		}
		return sum
	}, keys, legend, fmt.Sprintf("Services on each level, %s", spanText(days)))
}

// outcomeTrend is how many services a check came to which outcome of, day by day.
func outcomeTrend(trend []scorecards.CheckDay) stacked {
	var days []clock.Date
	for _, t := range trend {
		days = append(days, t.Day)
	}
	var keys []string
	var legend []legendKey
	for _, b := range outcomeBadges {
		keys, legend = append(keys, b.Outcome.String()), append(legend, legendKey{b.Tone, b.Word})
	}
	return stackedOf(days, func(n int, key string) int { return trend[n].Outcomes[key] }, keys, legend, fmt.Sprintf("Services at each outcome, %s", spanText(days)))
}

// spanText is from when until when a picture tells.
func spanText(days []clock.Date) string {
	if len(days) == 0 {
		return "no day yet"
	}
	first, last := dateText(days[0]), dateText(days[len(days)-1])
	if first == last {
		return "on " + first
	}
	return "from " + first + " to " + last
}

func dateText(d clock.Date) string { return day(d.Time()).Text }

// longestTrend is how far back pictures go, in days.
const longestTrend = 90

// dailyScores are the scores of days on which something changed, carried on over those between until
// today.
func dailyScores(past []scorecards.PastDay, today time.Time) []chart.Point {
	if len(past) == 0 {
		return nil
	}
	from := today.UTC().Truncate(24*time.Hour).AddDate(0, 0, -longestTrend)
	if begun := past[0].Day.Day.Time(); begun.After(from) {
		from = begun
	}
	var out []chart.Point
	n := 0
	for at := from; !at.After(today); at = at.AddDate(0, 0, 1) {
		for n+1 < len(past) && !past[n+1].Day.Day.Time().After(at) {
			n++
		}
		p := chart.Point{At: at}
		if score := past[n].Score(); score != nil {
			p.Value, p.Known = float64(*score), true
		}
		out = append(out, p)
	}
	return out
}
