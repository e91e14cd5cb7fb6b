package dashboard

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/api/dashboard/chart"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/change"
	"github.com/evenkeel/evenkeel/services/incident"
	"github.com/evenkeel/evenkeel/services/measure/window"
	"github.com/evenkeel/evenkeel/services/policy"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/correction"
)

// overlay is what lies over a burn-down: what happened, what lasted, and times that count
// otherwise. Each part of the program that has something to mark adds it.
type overlay struct {
	Markers []chart.Marker
	Spans   []chart.Span
	Bands   []chart.Band
	Changes []chart.Change // of the service
}

// mark is one of these in words.
type mark struct {
	At    moment
	Label string
}

// overlayOf gathers what is marked of an SLO between the times; later is until when the
// picture goes on.
func (d *Dashboard) overlayOf(v *visit, view slo.View, from, end, later time.Time, violations []policy.Violation) (overlay, error) {
	o := overlay{Markers: violationMarks(violations, from, end)}
	var err error
	if o.Spans, err = d.alertsOn(v, view.SLO.ID, from, end); err != nil {
		return overlay{}, err
	}
	revisions, err := d.revisionsOn(v, view, from, end)
	if err != nil {
		return overlay{}, err
	}
	o.Markers = append(o.Markers, revisions...)
	incidents, err := d.incidentsOn(v, view, from, end)
	if err != nil {
		return overlay{}, err
	}
	o.Markers = append(o.Markers, incidents...)
	slices.SortStableFunc(o.Markers, func(a, b chart.Marker) int { return a.At.Compare(b.At) })
	if o.Changes, err = d.changesOn(v, view, from, end); err != nil {
		return overlay{}, err
	}
	o.Bands, err = d.correctionsOn(v, view, from, later)
	return o, err
}

// changesOn are the changes of the service that began between the times, the oldest first.
func (d *Dashboard) changesOn(v *visit, view slo.View, from, end time.Time) ([]chart.Change, error) {
	found, more, err := d.sources.Changes.Within(v.ctx, view.SLO.Service, from, end)
	if err != nil {
		return nil, err
	}
	out := make([]chart.Change, len(found))
	for i, c := range found {
		out[len(found)-1-i] = chart.Change{At: c.Begins, Bad: isBad(c), Label: changeText(c)}
	}
	if more {
		out[0].Label += "; earlier ones are not marked"
	}
	return out, nil
}

func isBad(c change.Change) bool { return c.Outcome == change.Failed || c.Outcome == change.RolledBack }

// changeText says what was changed, by whom, and how it ended.
func changeText(c change.Change) string {
	out := string(c.Kind)
	if c.Release != "" {
		out += " of " + c.Release
	}
	if c.Author != "" {
		out += " by " + c.Author
	}
	out += " from " + at(c.Begins).Text
	switch {
	case c.Ends == nil:
		return out + ", goes on"
	case c.Outcome == change.Unknown:
		return out + " until " + at(*c.Ends).Text
	}
	return out + " until " + at(*c.Ends).Text + ", " + strings.ReplaceAll(string(c.Outcome), "_", " ")
}

// marks lists what is marked, the newest first.
func (o overlay) marks() []mark {
	type placed struct {
		at    time.Time
		label string
	}
	var all []placed
	for _, m := range o.Markers {
		all = append(all, placed{m.At, m.Label})
	}
	for _, c := range o.Changes {
		all = append(all, placed{c.At, c.Label})
	}
	for _, s := range o.Spans {
		all = append(all, placed{s.From, s.Label})
	}
	for _, b := range o.Bands {
		all = append(all, placed{b.From, b.Label})
	}
	slices.SortStableFunc(all, func(a, b placed) int { return b.at.Compare(a.at) })
	out := make([]mark, len(all))
	for i, p := range all {
		out[i] = mark{At: at(p.at), Label: sentence(p.label)}
	}
	return out
}

// violationMarks are those that opened between the times; one that was found only after
// the windows had ended is marked at their end.
func violationMarks(violations []policy.Violation, from, end time.Time) []chart.Marker {
	var out []chart.Marker
	for _, violation := range slices.Backward(violations) { // the newest came first
		opened := violation.OpenedAt
		if opened.After(end) {
			opened = end
		}
		if !opened.Before(from) {
			out = append(out, chart.Marker{At: opened, Label: "violation of " + violation.Clause + " opened " + at(violation.OpenedAt).Text})
		}
	}
	return out
}

// revisionsOn are the revisions that came between the times: the history is by the terms of
// the last one all the same.
func (d *Dashboard) revisionsOn(v *visit, view slo.View, from, end time.Time) ([]chart.Marker, error) {
	revisions, err := d.sources.SLOs.Revisions(v.ctx, view.SLO.ID, page.Request{Limit: page.MaxLimit})
	if err != nil {
		return nil, err
	}
	var out []chart.Marker
	for _, r := range revisions.Items {
		if made := r.Revision.CreatedAt; r.Revision.Number > 1 && !made.Before(from) && !made.After(end) {
			out = append(out, chart.Marker{At: made, Calm: true, Label: fmt.Sprintf("revision %d by %s, %s over %s, since %s",
				r.Revision.Number, r.Revision.CreatedBy, spaced(objectiveFigure(r.Revision.Objective)), overText(r.Revision.Over), at(made).Text)})
		}
	}
	return out, nil
}

// incidentsMarked is how many incidents are marked at most, the newest.
const incidentsMarked = 50

// incidentsOn are the incidents that involved the service and began between the times.
func (d *Dashboard) incidentsOn(v *visit, view slo.View, from, end time.Time) ([]chart.Marker, error) {
	found, err := d.sources.Incidents.List(v.ctx, incident.Filter{Service: view.SLO.Service, From: from, To: end}, page.Request{Limit: incidentsMarked})
	if err != nil {
		return nil, err
	}
	var out []chart.Marker
	for _, i := range found.Items {
		if i.ImpactStart.Before(from) {
			continue // it lasts from before
		}
		out = append(out, chart.Marker{At: i.ImpactStart, Label: fmt.Sprintf("incident %s “%s” began %s", severityText(i.Severity), i.Title, at(i.ImpactStart).Text)})
	}
	return out, nil
}

// bandsApart is how many bands would touch each other on the widest picture: what is nearer
// is drawn as one.
const bandsApart = 300

// correctionsOn are the times that are corrected between the times.
func (d *Dashboard) correctionsOn(v *visit, view slo.View, from, to time.Time) ([]chart.Band, error) {
	found, err := d.sources.Corrections.List(v.ctx, correction.Filter{SLO: view.SLO.ID}, page.Request{Limit: page.MaxLimit})
	if err != nil {
		return nil, err
	}
	near := to.Sub(from) / bandsApart
	var out []chart.Band
	for _, effect := range correction.Effects {
		var spans []window.Span
		for _, c := range found.Items {
			if c.InForce() && c.Effect == effect {
				spans = append(spans, c.Spans(from, to)...)
			}
		}
		slices.SortFunc(spans, func(a, b window.Span) int { return a.From.Compare(b.From) })
		words := "left out"
		if effect == correction.CountGood {
			words = "counted as good"
		}
		for n := 0; n < len(spans); {
			last, many := spans[n], 1
			for ; n+many < len(spans) && spans[n+many].From.Sub(last.To) < near; many++ {
				if spans[n+many].To.After(last.To) {
					last.To = spans[n+many].To
				}
			}
			label := fmt.Sprintf("corrected, events are %s: from %s until %s", words, at(last.From).Text, at(last.To).Text)
			if many > 1 {
				label += fmt.Sprintf(", %d times", many)
			}
			out = append(out, chart.Band{From: last.From, To: last.To, Label: label})
			n += many
		}
	}
	return out, nil
}

// fanOf is the forecast as the picture has it, nil where there is none to draw, or the
// budget is spent.
func fanOf(o slo.Outlook, left *float64) *chart.Fan {
	if o.Unknown != "" || o.Times[0] == nil || left == nil || *left <= 0 {
		return nil
	}
	return &chart.Fan{Early: o.Times[0], Middle: o.Times[1], Late: o.Times[2], Label: sentence(forecastText(o))}
}
