package grafana

import (
	"cmp"
	"fmt"

	"github.com/evenkeel/evenkeel/internal/yamldoc"
	"github.com/evenkeel/evenkeel/services/foreign"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

// Read reads the SLOs of a reply. The error is a *yamldoc.Error with everything that is wrong,
// each at its place.
func Read(text []byte) (foreign.Reading, error) {
	return foreign.Documents(text, func(p *foreign.Place) {
		if p.Kind() == yamldoc.Names && p.Has("values") {
			state(p)
			return
		}
		for _, o := range objects(p) {
			if o.Names() {
				camel.read(o)
			}
		}
	})
}

// objects are the SLOs of a reply, of a list, or one by itself.
func objects(p *foreign.Place) []*foreign.Place {
	switch {
	case p.Kind() == yamldoc.List:
		return p.List()
	case !p.Names():
		return nil
	case p.Has("slos"):
		return p.Items("slos")
	case p.Has("error") && p.Has("code"):
		p.Whole().Member("error").Fail("tells that the question was refused: ask again")
		return nil
	}
	return []*foreign.Place{p}
}

func (s spelling) read(p *foreign.Place) {
	p.Skip("readOnly", s.search)
	out := foreign.SLO{Name: p.Required("name"), ID: p.TextOf("uuid"), Labels: p.Pairs(s.labels), DataSource: s.block(p, s.destination).TextOf("uid")}
	s.block(p, s.destination).Skip("type")
	if out.Service = cmp.Or(out.Labels["service_name"], out.Labels["service"]); out.Service == "" {
		out.Service = out.Name
		p.Member(s.labels).Note("name no service: the SLO's name is taken for one; label it with service_name, or write another into what is made of it")
	}
	p.Tell(s.folder, "has no place: SLOs are found by their service")
	d := slo.Declaration{Name: out.Name, Description: p.TextOf("description"), Category: foreign.Category(out.Name), Resolution: measure.Minute}
	s.alerting(s.block(p, "alerting"), &d, &out)
	fits := objectives(p, &d)
	q := reader{spelling: s, query: s.block(p, "query"), declaration: &d}
	if !q.read() || !fits || out.Name == "" {
		return
	}
	// The queries ask the source, where it is another than what the results go to.
	out.DataSource = cmp.Or(q.source, out.DataSource)
	out.Declaration = d
	p.Declare(out, map[string]*foreign.Place{
		"/objective": p.Member("objectives"), "/windowDays": p.Member("objectives"), "/furtherObjectives": p.Member("objectives"), "/name": p.Member("name"), "/description": p.Member("description"),
		"/indicator": q.at, "/alerts/minBadEvents": p.Member("alerting"),
	})
}

// objectives reads the first one and further ones; false where that is wrong, or the SLO was
// left.
func objectives(p *foreign.Place, d *slo.Declaration) bool {
	all := p.Items("objectives")
	if len(all) == 0 {
		p.Member("objectives").Fail("is required: one or more")
		return false
	}
	fine := true
	for i, o := range all {
		if !o.Names() {
			fine = false
			continue
		}
		value, window := o.Number("value"), o.Required("window")
		o.Required("value")
		days, whole := foreign.Days(window)
		switch _, is := foreign.Duration(window); {
		case value == "" || window == "":
			fine = false
		case !is:
			o.Member("window").Fail("must be a duration such as 28d")
			fine = false
		case !whole:
			o.Member("window").Leave("is no number of whole days, which a window is here")
			fine = false
		case i == 0:
			d.Objective, d.WindowDays = foreign.PercentOf(value), days
		default:
			d.Further = append(d.Further, slo.GoalInput{Name: fmt.Sprintf("objective-%d", i+1), Objective: foreign.PercentOf(value), WindowDays: days})
		}
	}
	return fine
}

// alerting reads which tiers alert, and what alerts carry.
func (s spelling) alerting(p *foreign.Place, d *slo.Declaration, out *foreign.SLO) {
	d.MinBadEvents = 1
	d.AlertsOff = []string{slo.AbsentAlert}
	if !p.There() {
		d.AlertsOff = append(d.AlertsOff, string(budget.Page), string(budget.Ticket))
		return
	}
	labels, annotations := p.Pairs(s.labels), p.Pairs(s.annotations)
	for member, alert := range map[string]*foreign.Alert{s.fast: &out.Page, s.slow: &out.Ticket} {
		of := s.block(p, member)
		*alert = foreign.Alert{Labels: foreign.Union(labels, of.Pairs(s.labels)), Annotations: foreign.Union(annotations, of.Pairs(s.annotations))}
		of.Tell(s.enrichments, "have no place: an alert links to its SLO")
	}
	if out.Page.Labels != nil || out.Page.Annotations != nil || out.Ticket.Labels != nil || out.Ticket.Annotations != nil {
		p.Note("has labels and annotations, which have no place: routes go by the team, the service and the severity of an alert")
	}
	if least, given := s.block(p, s.advanced).Integer(s.minFailures); given {
		d.MinBadEvents = least
	}
}
