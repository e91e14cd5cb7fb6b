package datadog

import (
	"fmt"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/yamldoc"
	"github.com/evenkeel/evenkeel/services/foreign"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/lens"
	"github.com/evenkeel/evenkeel/services/slo"
)

// unnamed is the service of SLOs that name none.
const unnamed = "datadog"

// Read reads the SLOs of a reply. The error is a *yamldoc.Error with everything that is wrong,
// each at its place.
func Read(text []byte) (foreign.Reading, error) {
	return foreign.Documents(text, func(p *foreign.Place) {
		for _, o := range objects(p) {
			if o.Names() {
				read(o)
			}
		}
	})
}

// objects are the SLOs of a reply, of a list, or one by itself.
func objects(p *foreign.Place) []*foreign.Place {
	if p.Kind() == yamldoc.List {
		return p.List()
	}
	if !p.Names() {
		return nil
	}
	if !p.Has("data") && !p.Has("errors") && !p.Has("error") {
		return []*foreign.Place{p}
	}
	p.Skip("metadata")
	for _, name := range []string{"errors", "error"} {
		if of := p.Member(name).Whole(); of.There() && of.Words() != "" {
			of.Fail("tells that the question was refused: ask again")
			p.Whole()
			return nil
		}
	}
	data := p.Member("data")
	if data.Kind() == yamldoc.List {
		return data.List()
	}
	return []*foreign.Place{data}
}

func read(p *foreign.Place) {
	p.Skip("created_at", "modified_at", "creator", "monitor_tags", "type_id", "target_threshold", "warning_threshold")
	out := foreign.SLO{Name: p.Required("name"), ID: p.TextOf("id")}
	d := slo.Declaration{Name: out.Name, Description: p.TextOf("description")}
	tags(p, &out)
	p.Tell("configured_alert_ids", "are monitors of the SLO there; here its burn pairs alert")
	if !thresholds(p, &d) {
		p.Member("type").Whole()
		p.Skip("query", "sli_specification", "monitor_ids", "groups")
		return
	}
	measured := p.Member("type")
	d.Category = foreign.Category(out.Name)
	switch kind := p.Required("type"); kind {
	case "metric":
		metric(p, &d)
	case "time_slice":
		timeSlice(p.Member("sli_specification"), &d)
		p.Skip("query")
	case "monitor":
		monitor(p, &d)
		p.Skip("query", "sli_specification")
	case "":
	default:
		measured.Fail("must be metric, monitor or time_slice")
	}
	if d.GoodEvent == "" {
		return // it was told why
	}
	measured.Note("is measured by Datadog, which Evenkeel does not ask: push what it counts, or write an adapter that asks it; what is counted is in the words of the indicator")
	out.Declaration = d
	p.Declare(out, map[string]*foreign.Place{"/objective": p.Member("thresholds"), "/furtherObjectives": p.Member("thresholds"), "/name": p.Member("name"), "/description": p.Member("description")})
}

// tags reads the labels and the service.
func tags(p *foreign.Place, out *foreign.SLO) {
	values := map[string][]string{}
	for _, tag := range p.Texts("tags") {
		name, value, _ := strings.Cut(tag, ":")
		values[name] = append(values[name], value)
	}
	for name, of := range values {
		if out.Labels == nil {
			out.Labels = map[string]string{}
		}
		out.Labels[name] = strings.Join(of, ",")
	}
	if out.Service, _, _ = strings.Cut(out.Labels["service"], ","); out.Service == "" {
		out.Service = unnamed
		p.Member("tags").Note("name no service: %s is taken for one; tag the SLO with service:NAME, or write another into what is made of it", unnamed)
	}
}

// timeframes are the windows that thresholds are over, in days.
var timeframes = map[string]int{"7d": 7, "30d": 30, "90d": 90}

// thresholds reads the objectives; false where that is wrong, or the SLO was left.
func thresholds(p *foreign.Place, d *slo.Declaration) bool {
	var goals []slo.GoalInput
	at, shown, warned := p.Member("thresholds"), p.TextOf("timeframe"), false
	fine := true
	for _, t := range p.Items("thresholds") {
		if !t.Names() {
			fine = false
			continue
		}
		timeframe, target := t.Required("timeframe"), t.Number("target")
		t.Required("target")
		display := t.TextOf("target_display") // has the zeros that a number has not
		t.Skip("warning_display")
		warned = warned || t.Member("warning").There()
		days, known := timeframes[timeframe]
		switch {
		case timeframe == "" || target == "":
			fine = false
			continue
		case !known:
			t.Note("is over %s, which is no window: 7d, 30d and 90d are", timeframe)
			continue
		}
		if a, ok := foreign.Rational(display); ok {
			if b, _ := foreign.Rational(target); b != nil && a.Cmp(b) == 0 {
				target = display
			}
		}
		goal := slo.GoalInput{Name: timeframe, Objective: foreign.Percent(target), WindowDays: days}
		if timeframe == shown && len(goals) > 0 {
			goals = append([]slo.GoalInput{goal}, goals...)
			continue
		}
		goals = append(goals, goal)
	}
	if warned {
		at.Note("have warnings, which have no place: an SLO is at risk by its burn rate here")
	}
	switch {
	case !fine:
		return false
	case !at.There():
		at.Fail("is required")
		return false
	case len(goals) == 0:
		at.Leave("has no target over 7d, 30d or 90d")
		return false
	}
	d.Objective, d.WindowDays, d.Further = goals[0].Objective, goals[0].WindowDays, goals[1:]
	return true
}

// metric says which queries count good and all events.
func metric(p *foreign.Place, d *slo.Declaration) {
	query, spec := p.Member("query"), p.Member("sli_specification")
	if query.There() {
		spec.Whole() // says the same
		if good, all := query.Required("numerator"), query.Required("denominator"); good != "" && all != "" {
			d.GoodEvent = fmt.Sprintf("as Datadog counts it\ngood: %s\nall: %s", good, all)
		}
		return
	}
	count := spec.Member("count")
	if !count.Names() {
		return
	}
	lines := []string{"as Datadog counts it"}
	for _, of := range []struct{ member, words string }{{"good_events_formula", "good"}, {"bad_events_formula", "bad"}, {"total_events_formula", "all"}} {
		if count.Has(of.member) {
			lines = append(lines, of.words+": "+formula(count.Member(of.member)))
		}
	}
	if len(lines) != 3 {
		count.Fail("must have good_events_formula, and bad_events_formula or total_events_formula")
		return
	}
	d.GoodEvent = strings.Join(append(lines, queries(count)...), "\n")
}

// formula is an expression over named queries, as a text or an object with one.
func formula(p *foreign.Place) string {
	if p.Kind() == yamldoc.Names {
		return p.Required("formula")
	}
	return p.Text()
}

// queries are the named queries of formulas, a line each.
func queries(p *foreign.Place) []string {
	var out []string
	for _, q := range p.Items("queries") {
		if q.Names() {
			out = append(out, q.Required("name")+": "+q.Required("query"))
			q.Skip("data_source", "aggregator", "semantic_mode", "cross_org_uuids")
		}
	}
	return out
}

// timeSlice says when a slice is good.
func timeSlice(p *foreign.Place, d *slo.Declaration) {
	if !p.Names() {
		return
	}
	slice := p.Member("time_slice")
	if !slice.Names() {
		return
	}
	seconds, given := slice.Integer("query_interval_seconds")
	if !given {
		seconds = 300 // what Datadog takes where it is left out
	}
	if seconds != 60 && seconds != 300 {
		slice.Member("query_interval_seconds").Fail("must be 60 or 300")
		return
	}
	comparator, threshold, query := slice.Required("comparator"), slice.Number("threshold"), slice.Member("query")
	slice.Required("threshold")
	if !query.Names() || comparator == "" || threshold == "" {
		query.Whole()
		return
	}
	var formulas []string
	for _, f := range query.Items("formulas") {
		formulas = append(formulas, formula(f))
	}
	d.Resolution = time.Duration(seconds) * time.Second
	d.Budgeting = slo.BudgetingInput{Method: slo.Timeslices, SliceTarget: "100%", SliceLength: d.Resolution, Missing: lens.Good}
	lines := []string{fmt.Sprintf("a slice of %d seconds, good where %s %s %s; push 1 of 1 for it, or 0 of 1", seconds, strings.Join(formulas, ", "), comparator, threshold)}
	d.GoodEvent = strings.Join(append(lines, queries(query)...), "\n")
}

// monitor says which monitors there are.
func monitor(p *foreign.Place, d *slo.Declaration) {
	monitors := p.Texts("monitor_ids")
	if len(monitors) == 0 {
		p.Member("monitor_ids").Fail("is required: one monitor or more")
		return
	}
	words := "the monitors " + strings.Join(monitors, ", ")
	if groups := p.Texts("groups"); len(groups) > 0 {
		words += " in the groups " + strings.Join(groups, ", ")
	}
	d.Resolution = measure.Minute
	d.Budgeting = slo.BudgetingInput{Method: slo.Timeslices, SliceTarget: "100%", SliceLength: time.Minute, Missing: lens.Ignored}
	d.GoodEvent = "a minute in which none of " + words + " of Datadog alerts; push 1 of 1 for it, or 0 of 1"
}
