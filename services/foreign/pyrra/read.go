package pyrra

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/evenkeel/evenkeel/services/foreign"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

// The objects that are read.
const (
	APIVersion = "pyrra.dev/v1alpha1"
	Kind       = "ServiceLevelObjective"
)

// prefix is of labels and annotations that go on to what Pyrra makes of an object.
const prefix = "pyrra.dev/"

// What Pyrra calls alerts that have no name.
const (
	alertName  = "ErrorBudgetBurn"
	absentName = "SLOMetricAbsent"
)

// Read reads the objects of a text. The error is a *yamldoc.Error with everything that is wrong,
// each at its place.
func Read(text []byte) (foreign.Reading, error) {
	return foreign.Documents(text, func(p *foreign.Place) {
		for _, o := range p.Objects() {
			if apiVersion, kind := o.Required("apiVersion"), o.Required("kind"); apiVersion != APIVersion || kind != Kind {
				o.Whole().Member("kind").Fail("must be a %s of %s, and is one of %s", Kind, APIVersion, apiVersion)
				continue
			}
			o.Skip("status")
			read(o)
		}
	})
}

func read(o *foreign.Place) {
	of := o.Object()
	spec := o.Member("spec")
	if !spec.Names() {
		return
	}
	spec.Skip("performanceOverAccuracy", "ruleOutput", "partial_response_strategy")
	d := slo.Declaration{
		Name: of.Name, Description: spec.TextOf("description"), MinBadEvents: 1,
		// Its shortest window is of five minutes; whether queries give anything of a shorter
		// one nobody knows.
		Resolution: measure.FiveMinutes,
	}
	target, window := spec.Required("target"), spec.Required("window")
	d.Objective = foreign.Percent(target)
	if _, known := foreign.Rational(target); target != "" && !known {
		spec.Member("target").Fail("must be a percentage without its sign, such as \"99.9\"")
	}
	out := foreign.SLO{Name: of.Name, ID: of.Name, Object: of, Labels: propagated(of.Labels)}
	if of.Namespace != "" {
		out.ID = of.Namespace + "/" + of.Name
	}
	out.Service = service(o, of)
	alerting(spec.Member("alerting"), &d, &out)
	fits := indicator(spec.Member("indicator"), &d)
	switch days, whole := foreign.Days(window); {
	case window == "" || !fits:
		return
	case whole:
		d.WindowDays = days
	default:
		if _, is := foreign.Duration(window); !is {
			spec.Member("window").Fail("must be a duration such as 28d or 4w")
			return
		}
		spec.Member("window").Leave("is no number of whole days, which a window is here: choose one from 1d on")
		return
	}
	out.Declaration = d
	measured := spec.Member("indicator")
	o.Declare(out, map[string]*foreign.Place{
		"/objective": spec.Member("target"), "/windowDays": spec.Member("window"), "/description": spec.Member("description"), "/name": o.Member("metadata"),
		"/indicator": measured, "/indicator/groupBy": measured.Member(kindOf(measured)).Member("grouping"),
	})
}

// propagated are the labels that go on to what is made of an object.
func propagated(labels map[string]string) map[string]string {
	out := map[string]string{}
	for name, value := range labels {
		if of, is := strings.CutPrefix(name, prefix); is {
			out[of] = value
		}
	}
	return foreign.Union(nil, out)
}

// service is what is taken for the service of an object.
func service(o *foreign.Place, of *foreign.Object) string {
	if named := cmp.Or(of.Labels[prefix+"service"], of.Labels["app.kubernetes.io/name"]); named != "" {
		return named
	}
	taken, what := of.Namespace, "namespace"
	if taken == "" {
		taken, what = of.Name, "name"
	}
	o.Member("metadata").Note("names no service: its %s, %s, is taken for one; label it with %sservice, or write another into what is made of it", what, taken, prefix)
	return taken
}

// alerting reads which alerts are raised, and what they are called.
func alerting(p *foreign.Place, d *slo.Declaration, out *foreign.SLO) {
	// disabled is what burnrates was before; either switches them off.
	if p.Bool("disabled", false) || !p.Bool("burnrates", true) {
		d.AlertsOff = append(d.AlertsOff, string(budget.Page), string(budget.Ticket))
	}
	if !p.Bool("absent", true) {
		d.AlertsOff = append(d.AlertsOff, slo.AbsentAlert)
	}
	name := cmp.Or(p.TextOf("name"), alertName)
	out.Page, out.Ticket = foreign.Alert{Name: name}, foreign.Alert{Name: name}
	if name != alertName {
		p.Member("name").Note("is what alerts are called there; here they are told by the SLO and the burn pair")
	}
	if absent := p.TextOf("absentName"); absent != "" && absent != absentName {
		p.Member("absentName").Note("is what the alert of absent metrics is called there; here it is told by the SLO")
	}
	severities := p.Member("severities")
	level := func(of *foreign.Alert, faster, slower, usual string) {
		a, b := cmp.Or(severities.TextOf(faster), usual), cmp.Or(severities.TextOf(slower), usual)
		if of.Labels = map[string]string{"severity": a}; a != b {
			severities.Note("differ between %s and %s, whose burn pairs are of one tier here", faster, slower)
		}
	}
	level(&out.Page, "fastBurn", "mediumBurn", "critical")
	level(&out.Ticket, "slowBurn", "longTermBurn", "warning")
	if absent := severities.TextOf("absent"); absent != "" && absent != "critical" {
		severities.Member("absent").Note("has no place: the alert of measurements that stay away is a page here")
	}
}

// kindOf is the kind of an indicator; empty where there is not exactly one.
func kindOf(p *foreign.Place) string {
	found := ""
	for _, kind := range []string{"ratio", "latency", "latencyNative", "bool_gauge"} {
		if !p.Has(kind) {
			continue
		}
		if found != "" {
			return ""
		}
		found = kind
	}
	return found
}

// indicator reads how it is measured; false where that is wrong.
func indicator(p *foreign.Place, d *slo.Declaration) bool {
	if !p.Names() {
		return false
	}
	kind := kindOf(p)
	if kind == "" {
		p.Whole().Fail("must have one of ratio, latency, latencyNative and bool_gauge")
		return false
	}
	of := p.Member(kind)
	if !of.Names() {
		return false
	}
	d.Category = slo.Availability
	var ok bool
	switch kind {
	case "ratio":
		ok = ratio(of, d)
	case "latency":
		d.Category = slo.Latency
		ok = latency(of, d)
	case "latencyNative":
		d.Category = slo.Latency
		ok = native(of, d)
	case "bool_gauge":
		ok = boolGauge(of, d)
	}
	grouping(of, d)
	return ok
}

// grouping takes the first label that is grouped by.
func grouping(p *foreign.Place, d *slo.Declaration) {
	by := p.Texts("grouping")
	if len(by) == 0 {
		return
	}
	d.Origin.GroupBy = by[0]
	if len(by) > 1 {
		p.Member("grouping").Note("has %d labels, and an SLO is grouped by one here: %s is taken", len(by), by[0])
	}
	p.Member("grouping").Note("has a budget and alerts of each group there; here groups have budgets, and alerts are of all together: %s",
		fmt.Sprintf("declare an SLO of its own for a %s that is to be alerted of", by[0]))
}
