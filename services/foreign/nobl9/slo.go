package nobl9

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/services/foreign"
	"github.com/evenkeel/evenkeel/services/measure"
	domain "github.com/evenkeel/evenkeel/services/slo"
)

// slo reads an SLO, or several where its objectives measure several things.
func slo(o *foreign.Place, policies map[string]policy) {
	metadata, spec := o.Member("metadata"), o.Member("spec")
	if !metadata.Names() || !spec.Names() {
		metadata.Whole()
		spec.Whole()
		return
	}
	metadata.Skip("annotations")
	spec.Skip("createdAt", "createdBy", "tier")
	in := cmp.Or(metadata.TextOf("project"), project)
	r := reader{name: metadata.Required("name"), project: in, service: spec.Required("service"), labels: labels(metadata)}
	r.display = cmp.Or(metadata.TextOf("displayName"), r.name)
	r.base = domain.Declaration{Description: spec.TextOf("description"), MinBadEvents: 1, Resolution: measure.Minute}
	indicator := spec.Member("indicator")
	r.old = indicator.Member("rawMetric")
	source := indicator.Member("metricSource")
	r.source = source.TextOf("name")
	source.Skip("project", "kind")
	spec.Tell("composite", "is a composite of the SLO's own objectives, which are SLOs here: declare a composite of them")
	spec.Tell("attachments", "have no place: links belong to the service")
	slices := r.method(spec)
	period, fits := r.window(spec)
	r.base.AlertsOff = pairs(spec, in, policies, period)
	r.absent(spec.Member("anomalyConfig"))
	var all []objective
	for i, at := range spec.Items("objectives") {
		if !at.Names() {
			continue
		}
		if one, ok := r.objective(at, i, slices); ok {
			all = append(all, one)
		}
	}
	if !spec.Has("objectives") || len(spec.Items("objectives")) == 0 {
		spec.Member("objectives").Fail("is required: one or more")
	}
	if fits && r.name != "" && r.service != "" {
		r.declare(o, spec, all)
	}
}

// reader holds what the objectives of an SLO have in common.
type reader struct {
	name, display, project, service, source string
	labels                                  map[string]string
	base                                    domain.Declaration
	old                                     *foreign.Place // a raw metric of all objectives, as it once was
}

// method reads what the budget is of; true where it is slices of time.
func (r *reader) method(spec *foreign.Place) bool {
	switch method := spec.Required("budgetingMethod"); method {
	case "Timeslices":
		// A slice of Nobl9 is a minute.
		r.base.Budgeting = domain.BudgetingInput{Method: domain.Timeslices, SliceLength: time.Minute}
		return true
	case "Occurrences", "":
	default:
		spec.Member("budgetingMethod").Fail("must be Occurrences or Timeslices")
	}
	return false
}

// absent keeps the alert of measurements that stay away where there was one of no data.
func (r *reader) absent(p *foreign.Place) {
	noData := p.Member("noData")
	if !noData.There() {
		r.base.AlertsOff = append(r.base.AlertsOff, domain.AbsentAlert)
		return
	}
	noData.Skip("alertMethods")
	noData.Tell("alertAfter", "has no place: the alert comes when what is missing would have spent the page's share of the budget")
	noData.Tell("treatZeroAsNoData", "has no place: a slot without events is no data of a share, and no events of counts")
}

// declare adds the SLOs: objectives of the same measure are further ones of the first of them.
func (r reader) declare(o, spec *foreign.Place, all []objective) {
	for i := range all {
		if all[i].primary {
			all[0], all[i] = all[i], all[0]
			break
		}
	}
	taken := make([]bool, len(all))
	measures := map[string][]int{} // which objectives are of a measure
	for i, o := range all {
		measures[o.measure()] = append(measures[o.measure()], i)
	}
	for i, first := range all {
		if taken[i] {
			continue
		}
		d := r.base
		d.Origin, d.GoodEvent, d.Category, d.Objective = first.origin, first.words, first.category, first.target
		d.Budgeting.SliceTarget = first.sliceTarget
		out := foreign.SLO{Service: r.service, Name: r.name, ID: r.project + "/" + r.name + "/" + first.name, DataSource: first.source, Labels: r.labels}
		d.Name = r.display
		if i > 0 {
			out.Name, out.Line = r.name+"-"+first.name, first.at.Origin().Line
			d.Name = r.display + ": " + cmp.Or(first.display, first.name)
			first.at.Note("measures something else than the first objective, and is an SLO of its own")
		}
		for _, j := range measures[first.measure()] {
			if other := all[j]; j > i {
				taken[j] = true
				if len(d.Further) == domain.MaxFurther {
					other.at.Leave("is one objective more than the %d that an SLO has beside its first: declare another SLO of it", domain.MaxFurther)
					continue
				}
				d.Further = append(d.Further, domain.GoalInput{Name: cmp.Or(foreign.Slug(other.name), fmt.Sprintf("objective-%d", j+1)), Objective: other.target, WindowDays: d.WindowDays, Calendar: d.Calendar})
			}
		}
		out.Declaration = d
		o.Declare(out, map[string]*foreign.Place{
			"/objective": first.at.Member("target"), "/furtherObjectives": spec.Member("objectives"), "/indicator": first.at, "/indicator/source/threshold/query": first.query,
			"/indicator/source/ratio/total": first.query, "/indicator/source/ratio/good": first.query, "/indicator/source/ratio/bad": first.query,
			"/windowDays": spec.Member("timeWindows"), "/calendar": spec.Member("timeWindows"), "/budgeting": first.at.Member("timeSliceTarget"), "/name": o.Member("metadata"), "/description": spec.Member("description"),
		})
	}
}

// measure is the same of objectives that measure the same.
func (o objective) measure() string {
	return strings.Join([]string{o.origin.String(), o.words, o.sliceTarget}, "\x00")
}

// startTime is a local time, as Nobl9 writes it: 2022-12-01 00:00:00.
func startTime(text string) (date string, midnight, ok bool) {
	at, err := time.Parse(time.DateTime, strings.Replace(text, "T", " ", 1))
	return at.Format(time.DateOnly), at.Hour() == 0 && at.Minute() == 0 && at.Second() == 0, err == nil
}
