package dashboard

import (
	"fmt"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/api/dashboard/chart"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/alert"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

type alertsPage struct {
	Open, Ended []alertRow
	OpenNote    string
	OpenEmpty   empty
	Later       bool // a later page of those that ended: what lasts is on the first
	Pager       pager
}

// alertRow is an alert in a list or a table.
type alertRow struct {
	alert          alert.Alert
	ID, URL, Title string
	State          badge // while it lasts its severity, and then why it ended
	About, Detail  string
	Peak           figure
	At, Ended      moment
	Lasted         string
	By, Note       string // who acknowledged it
	Acknowledged   moment

	// Preceding are the changes before it, of a burn on its SLO's page; PrecedingNote says how
	// many there are, and since when they are told of.
	Preceding     []precedingRow
	PrecedingNote string
}

// precedingRow is a change that began before a burn.
type precedingRow struct {
	At      moment
	Lead    string
	Service link // where it is another
	Text    string
	Link    link
}

// openAlerts is how many alerts that last are shown at most.
const openAlerts = page.MaxLimit

var quietAlerts = empty{Title: "All quiet", Text: "No objective burns its budget too fast, and no measurements stay away."}

// alerts lists those that last, and below them those that ended, the newest first.
func (d *Dashboard) alerts(v *visit) (screen, error) {
	p := alertsPage{OpenEmpty: quietAlerts, Later: v.URL.Query().Get("after") != ""}
	if !p.Later {
		rows, more, err := d.lastingAlerts(v, alert.Filter{}, openAlerts)
		if err != nil {
			return screen{}, err
		}
		p.Open = rows
		if p.OpenNote = plural(len(rows), "alert", "alerts"); more {
			p.OpenNote = fmt.Sprintf("the newest %d", openAlerts)
		}
	}
	ended := false
	found, err := d.sources.Alerts.Alerts(v.ctx, alert.Filter{Open: &ended}, following(v, page.DefaultLimit))
	if err != nil {
		return screen{}, err
	}
	p.Pager = pagerOf(v, found.Next)
	if p.Ended, err = d.alertRows(v, found.Items); err != nil {
		return screen{}, err
	}
	return screen{template: "alerts", title: "Alerts", section: "/alerts", refresh: !p.Later, page: p}, nil
}

// lastingAlerts are the newest that last, and whether there are more.
func (d *Dashboard) lastingAlerts(v *visit, f alert.Filter, limit int) ([]alertRow, bool, error) {
	open := true
	f.Open = &open
	found, err := d.sources.Alerts.Alerts(v.ctx, f, page.Request{Limit: limit})
	if err != nil {
		return nil, false, err
	}
	rows, err := d.alertRows(v, found.Items)
	return rows, found.Next != "", err
}

// alertRows names the objectives and services of alerts.
func (d *Dashboard) alertRows(v *visit, alerts []alert.Alert) ([]alertRow, error) {
	services, slos := make([]id.ID, len(alerts)), make([]id.ID, len(alerts))
	for i, a := range alerts {
		services[i], slos[i] = a.Service, a.SLO
	}
	owners, views, err := d.named(v, services, slos)
	if err != nil {
		return nil, err
	}
	out := make([]alertRow, len(alerts))
	for i, a := range alerts {
		owner, about := owners[a.Service], views[a.SLO].SLO
		out[i] = describeAlert(v.now, a)
		out[i].URL, out[i].Title = sloURL(owner.Slug, about.Slug), owner.Name+" · "+about.Name
	}
	return out, nil
}

// describeAlert says in words what an alert is about.
func describeAlert(now time.Time, a alert.Alert) alertRow {
	r := alertRow{alert: a, ID: string(a.ID), State: alertEpisodeBadge(a), At: ago(now, a.StartedAt)}
	if pair := a.Kind.Pair(); pair != nil {
		long, _, peak, _ := a.Burns()
		factor, _ := a.Factor()
		started, highest := long.Float64(), peak.Float64()
		r.Peak = rateFigure(&highest)
		r.About = fmt.Sprintf("Burns too fast over %s and %s", windowText(pair.Long), windowText(a.Evidence.ShortLength))
		r.Detail = fmt.Sprintf("%s× at its start, above %s×", rateText(started), factorText(factor.Float64()))
		if a.EndedAt == nil && a.QuietSince != nil {
			r.Detail += "; below it since " + at(*a.QuietSince).Text
		}
	} else {
		r.About = "Measurements stay away"
		r.Detail = fmt.Sprintf("the last slot ended %s; an alert is due after %s", at(a.Evidence.Latest).Text, budget.Words(a.Evidence.After))
	}
	if a.EndedAt != nil {
		r.Ended, r.Lasted = ago(now, *a.EndedAt), "lasted "+budget.Words(a.EndedAt.Sub(a.StartedAt))
	}
	if k := a.Acknowledgement; k != nil {
		r.By, r.Note, r.Acknowledged = k.By, k.Note, ago(now, k.At)
	}
	return r
}

func severityWord(s budget.Severity) string { return strings.ToUpper(string(s[:1])) + string(s[1:]) }

func alertEpisodeBadge(a alert.Alert) badge {
	if a.EndedAt == nil {
		return badge{severityTone(a.Severity), severityWord(a.Severity)}
	}
	switch a.Ending {
	case alert.Recovered:
		return badge{"ok", "Recovered"}
	case alert.Revised:
		return badge{"none", "Revised"}
	case alert.SwitchedOff:
		return badge{"none", "Switched off"}
	default:
		return badge{"none", "Retired"}
	}
}

// pastAlerts reads what an SLO was alerted of lately: all that lasts, and what ended.
func (d *Dashboard) pastAlerts(v *visit, view slo.View, p *sloPage) error {
	p.AlertsEmpty = empty{Title: "None", Text: "This objective never burned fast enough to alert anybody, and its measurements never stayed away."}
	found, err := d.sources.Alerts.Alerts(v.ctx, alert.Filter{SLO: view.SLO.ID}, page.Request{Limit: recentRows})
	if err != nil {
		return err
	}
	lasting, _, err := d.lastingAlerts(v, alert.Filter{SLO: view.SLO.ID}, openAlerts)
	if err != nil {
		return err
	}
	p.Alerts = lasting
	if len(lasting) > 0 {
		p.Alerting = badge{"risk", plural(len(lasting), "alert", "alerts")}
	}
	for _, r := range lasting {
		if r.State.Tone == severityTone(budget.Page) {
			p.Alerting.Tone = r.State.Tone
		}
	}
	for _, a := range found.Items {
		if a.EndedAt != nil {
			p.Alerts = append(p.Alerts, describeAlert(v.now, a))
		}
	}
	for i := range p.Alerts {
		p.Alerts[i].Title = "" // the page is the objective's
	}
	return d.precedingAlerts(v, view, p.Alerts)
}

// precedingAlerts adds to the alerts of an SLO which changes began before them.
func (d *Dashboard) precedingAlerts(v *visit, view slo.View, rows []alertRow) error {
	alerts := make([]alert.Alert, len(rows))
	at := map[id.ID]*alertRow{}
	for i := range rows {
		alerts[i] = rows[i].alert
		at[alerts[i].ID] = &rows[i]
	}
	burns, err := d.sources.Changes.Burns(v.ctx, alerts)
	if err != nil {
		return err
	}
	var others []id.ID
	for _, b := range burns {
		for _, c := range b.Changes {
			if c.Service != view.SLO.Service {
				others = append(others, c.Service)
			}
		}
	}
	names := map[id.ID]registry.Service{}
	if len(others) > 0 {
		if names, err = d.sources.Registry.ServicesByID(v.ctx, others); err != nil {
			return err
		}
	}
	for _, b := range burns {
		row := at[b.Alert.ID]
		row.PrecedingNote = fmt.Sprintf("%s began in the %s before", plural(len(b.Changes), "change", "changes"), budget.Words(b.Alert.StartedAt.Sub(b.Since)))
		if b.More {
			row.PrecedingNote = "more than " + row.PrecedingNote
		}
		for _, c := range b.Changes {
			about := precedingRow{At: ago(v.now, c.Begins), Lead: budget.Words(c.Lead) + " before", Text: sentence(changeText(c.Change)), Link: outside(c.Link)}
			if other, known := names[c.Service]; known && c.Service != view.SLO.Service {
				about.Service = link{URL: serviceURL(other.Slug), Text: other.Name}
			}
			row.Preceding = append(row.Preceding, about)
		}
	}
	return nil
}

// alertsOn are the alerts of an SLO that lasted since a time, as the chart marks them, the
// oldest first.
func (d *Dashboard) alertsOn(v *visit, of id.ID, since, end time.Time) ([]chart.Span, error) {
	found, err := d.sources.Alerts.Alerts(v.ctx, alert.Filter{SLO: of, Since: since}, page.Request{Limit: page.MaxLimit})
	if err != nil {
		return nil, err
	}
	var spans []chart.Span
	for i := len(found.Items) - 1; i >= 0; i-- {
		a := found.Items[i]
		span := chart.Span{From: a.StartedAt, To: end, Loud: a.Severity == budget.Page}
		words := "lasts"
		if a.EndedAt != nil {
			span.To, words = *a.EndedAt, "until "+at(*a.EndedAt).Text
		}
		span.Label = fmt.Sprintf("%s, %s: from %s, %s", severityWord(a.Severity), a.Kind, at(a.StartedAt).Text, words)
		spans = append(spans, span)
	}
	return spans, nil
}

// alertFact says which alerts an SLO raises.
func alertFact(t slo.AlertTerms) fact {
	text := "all of them"
	if names := t.Off.Names(); len(names) > 0 {
		text = "without " + strings.Join(names, ", ")
	}
	return fact{"Alerts", link{Text: fmt.Sprintf("%s; from %s on", text, plural(int(t.MinBadEvents), "bad event", "bad events"))}}
}

// pairBadge is alertBadge, unless the SLO's terms withhold the pair's alerts.
func pairBadge(view slo.View, state budget.State, a budget.Alert) badge {
	switch held := view.Withholds(a.Pair); {
	case held == slo.SwitchedOff:
		return badge{"none", "Off"}
	case held == slo.FewBadEvents && a.Firing:
		return badge{"none", "Few bad events"}
	default:
		return alertBadge(state, a)
	}
}
