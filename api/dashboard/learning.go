package dashboard

import (
	"fmt"
	"html/template"
	"slices"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/api/dashboard/chart"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/incident"
	"github.com/evenkeel/evenkeel/services/incident/statistics"
)

type learningPage struct {
	Form    searchForm
	Filters []entry
	Known   bool
	Of      []link // what it is narrowed to: a team with those below it, a service
	Empty   empty
	Basis   string
	Spreads []spread
	Repeats []repeatRow

	PeriodLength, PeriodsText string
	Periods                   template.HTML
	Load                      string
	OutOfHours                int
	Counts                    []countRow
}

// spread is how long something took, drawn and in words.
type spread struct {
	Name, Text, Unknown string
	Picture             template.HTML
}

// repeatRow is a cause or a service that came back.
type repeatRow struct {
	Service   *link
	Cause     string
	Count     string
	Incidents []incidentRow
	More      string
	Since     string // what was changed of the service after the last of them
}

type countRow struct {
	Name  string
	Count int
}

// repeatsShown is how many incidents of a repeat are named, the last of them.
const repeatsShown = 5

// repeatsListed is how many repeats are told of, the longest.
const repeatsListed = 10

// learning shows what incidents have in common.
func (d *Dashboard) learning(v *visit) (screen, error) {
	days, chosen := 90, v.URL.Query().Get("days")
	p := learningPage{Form: searchForm{Action: "/incidents"}}
	for _, n := range []int{90, 180, 365} {
		text := fmt.Sprint(n)
		if chosen == text {
			days = n
		}
		p.Filters = append(p.Filters, entry{URL: with(v, "days", text), Text: text + " days"})
	}
	for n := range p.Filters {
		p.Filters[n].Current = p.Filters[n].Text == fmt.Sprintf("%d days", days)
	}
	f := statistics.Filter{From: v.now.AddDate(0, 0, -days), To: v.now}
	if slug := v.URL.Query().Get("team"); slug != "" {
		team, err := d.sources.Registry.TeamFor(v.ctx, slug)
		if err != nil {
			return screen{}, err
		}
		f.Team, p.Of = team.ID, append(p.Of, link{URL: teamURL(team.Slug), Text: team.Name})
	}
	if slug := v.URL.Query().Get("service"); slug != "" {
		service, err := d.sources.Registry.ServiceFor(v.ctx, slug)
		if err != nil {
			return screen{}, err
		}
		f.Service, p.Of = service.ID, append(p.Of, link{URL: serviceURL(service.Slug), Text: service.Name})
	}
	s, err := d.sources.Statistics.Read(v.ctx, f)
	if err != nil {
		return screen{}, err
	}
	p.Known = s.Incidents > 0
	p.Empty = empty{Title: "No incidents", Text: "None began in this time. That may be good news, or nobody declared any: declaring one takes a minute, and costs nothing.", Call: "POST /v1/incidents"}
	p.Basis = counting(s.Incidents, "incident") + " of " + fmt.Sprint(days) + " days, from the start of the impact"
	for _, one := range []struct {
		name string
		of   statistics.Durations
	}{{"Until it was detected", s.Detect}, {"Until it was mitigated", s.Mitigate}, {"Until it was resolved", s.Resolve}} {
		p.Spreads = append(p.Spreads, spreadOf(one.name, one.of))
	}
	if p.Repeats, err = d.repeatRows(v, s.Repeats[:min(len(s.Repeats), repeatsListed)]); err != nil {
		return screen{}, err
	}
	p.tally(s)
	return screen{template: "learning", title: "Learning", section: "/learning", page: p}, nil
}

// counting is so many of something in words.
func counting(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

func seconds(s float64) string { return lengthText(time.Duration(s * float64(time.Second))) }

func spreadOf(name string, of statistics.Durations) spread {
	out := spread{Name: name}
	marks := make([]string, len(of.Bins))
	for n := range of.Bins {
		marks[n] = shortLength(statistics.Edges[n])
	}
	switch q := of.Quantiles; {
	case of.N == 0:
		out.Text = "Of none the time is known."
	case q == nil:
		var values []string
		for _, value := range of.Values {
			values = append(values, seconds(value))
		}
		out.Text = strings.Join(values, ", ") + ". Too few for quantiles."
	default:
		out.Text = fmt.Sprintf("Half within %s, three quarters within %s, nine tenths within %s; %s at most.", seconds(q.Median), seconds(q.P75), seconds(q.P90), seconds(q.Max))
	}
	if of.Unknown > 0 {
		out.Unknown = "Not known of " + counting(of.Unknown, "incident") + "."
	}
	if of.N > 0 {
		out.Picture = chart.Histogram(of.Bins, marks, name+": "+out.Text)
	}
	return out
}

// shortLength is a length of time below an axis.
func shortLength(d time.Duration) string {
	switch {
	case d == 0:
		return "0"
	case d < 2*time.Hour:
		return fmt.Sprintf("%d min", d/time.Minute)
	case d < 24*time.Hour:
		return fmt.Sprintf("%d h", d/time.Hour)
	}
	return fmt.Sprintf("%d d", d/(24*time.Hour))
}

func (d *Dashboard) repeatRows(v *visit, repeats []statistics.Repeat) ([]repeatRow, error) {
	var services []id.ID
	for _, r := range repeats {
		if r.Service != "" {
			services = append(services, r.Service)
		}
	}
	named, err := d.sources.Registry.ServicesByID(v.ctx, services)
	if err != nil {
		return nil, err
	}
	out := make([]repeatRow, 0, len(repeats))
	for _, r := range repeats {
		row := repeatRow{Count: fmt.Sprintf("%d times", len(r.Incidents))}
		if r.Cause != "" {
			row.Cause = sentenceCase(causeOf[r.Cause])
		}
		if r.Service != "" {
			row.Service = &link{URL: serviceURL(named[r.Service].Slug), Text: named[r.Service].Name}
			if row.Since, err = d.changedSince(v, r); err != nil {
				return nil, err
			}
		}
		last := r.Incidents
		if len(last) > repeatsShown {
			last = last[len(last)-repeatsShown:]
			row.More = "and " + fmt.Sprint(len(r.Incidents)-repeatsShown) + " before"
		}
		for _, i := range slices.Backward(last) {
			row.Incidents = append(row.Incidents, incidentRow{URL: incidentURL(i.ID), Title: i.Title, Began: day(i.ImpactStart)})
		}
		out = append(out, row)
	}
	return out, nil
}

// changedSince says what was changed of a service since the impact of its last incident began:
// whether it helped is for those to say who know the changes.
func (d *Dashboard) changedSince(v *visit, r statistics.Repeat) (string, error) {
	last := r.Incidents[len(r.Incidents)-1]
	found, more, err := d.sources.Changes.Within(v.ctx, r.Service, last.ImpactStart, v.now)
	if err != nil {
		return "", err
	}
	if len(found) == 0 {
		return "No change of it is known since the last one.", nil
	}
	count := counting(len(found), "change")
	if more {
		count = "more than " + count
	}
	return "Since the last one began: " + count + " of it, the newest " + changeText(found[0]) + ".", nil
}

// tally fills in how many there were, and what fell on those on call.
func (p *learningPage) tally(s statistics.Statistics) {
	p.PeriodLength = "by month"
	if s.Weekly {
		p.PeriodLength = "by week"
	}
	counts, labels := make([]int, len(s.Periods)), make([]string, len(s.Periods))
	by := map[incident.Severity]int{}
	for n, period := range s.Periods {
		labels[n] = period.From.Format("2 Jan")
		if !s.Weekly {
			labels[n] = period.From.Format("Jan")
		}
		for severity, of := range period.Severities {
			counts[n] += of
			by[severity] += of
		}
	}
	var words []string
	for _, severity := range incident.Severities {
		if by[severity] > 0 {
			words = append(words, fmt.Sprintf("%d %s", by[severity], severityText(severity)))
		}
	}
	p.PeriodsText = strings.Join(words, ", ")
	p.Periods = chart.Histogram(counts, labels, "Incidents "+p.PeriodLength+": "+p.PeriodsText)
	for _, w := range s.OnCall.Shifts {
		p.OutOfHours += w.OutOfHours
	}
	switch l := s.OnCall.Load; {
	case l.N == 0:
		p.Load = "No whole week lies in this time."
	case l.Quantiles == nil:
		var values []string
		for _, value := range l.Values {
			values = append(values, fmt.Sprint(int(value)))
		}
		p.Load = "Incidents in the whole weeks: " + strings.Join(values, ", ") + "."
	default:
		p.Load = fmt.Sprintf("Half of the %d whole weeks had %s incidents or fewer, nine tenths %s or fewer, and the worst %d.", l.N, decimal(l.Quantiles.Median), decimal(l.Quantiles.P90), int(l.Quantiles.Max))
	}
	for _, c := range s.Causes {
		p.Counts = append(p.Counts, countRow{sentenceCase(causeOf[c.Name]), c.Incidents})
	}
	for _, c := range s.Tags[:min(len(s.Tags), 10)] {
		p.Counts = append(p.Counts, countRow{c.Name, c.Incidents})
	}
}
