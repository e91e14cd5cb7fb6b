package sloth

import (
	"fmt"
	"maps"
	"strings"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/yamldoc"
	"github.com/evenkeel/evenkeel/services/foreign"
	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/measure/prometheus"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

// DefaultDays is the length of an SLO's window where nobody says otherwise, as in Sloth.
const DefaultDays = 30

// Is reports whether a document looks like one of Sloth.
func Is(d yamldoc.Document) bool {
	return d.Head("version") == Version || strings.HasPrefix(d.Head("apiVersion"), "sloth.slok.dev/")
}

// Read reads a document; number is its place in the text, from 1, and days the length of
// the windows. The error is a *yamldoc.Error with everything that is wrong, each at its
// place.
func Read(d yamldoc.Document, number, days int) (foreign.Reading, error) {
	var of spec
	var name, namespace string
	spelt := snake
	if apiVersion := d.Head("apiVersion"); apiVersion != "" {
		var o object
		spelt = camel
		if kind := d.Head("kind"); apiVersion != APIVersion || kind != Kind {
			return foreign.Reading{}, d.Place([]fault.Violation{{Pointer: "/apiVersion", Value: apiVersion + " " + kind, Message: fmt.Sprintf("must be a %s of %s", Kind, APIVersion)}})
		}
		if err := d.Decode(&o); err != nil {
			return foreign.Reading{}, err
		}
		of = o.plain()
		name, namespace = named(o.Metadata)
	} else if err := d.Decode(&of); err != nil {
		return foreign.Reading{}, err
	}
	r := reader{doc: d, number: number, days: days, spelt: spelt}
	r.out.Object, r.out.Namespace = name, namespace
	r.read(of)
	if err := r.check.Err(); err != nil {
		return foreign.Reading{}, d.Check(err)
	}
	return r.out, nil
}

// named are the name and the namespace of an object; empty where they are no texts.
func named(metadata map[string]any) (name, namespace string) {
	name, _ = metadata["name"].(string)
	namespace, _ = metadata["namespace"].(string)
	return name, namespace
}

type reader struct {
	doc    yamldoc.Document
	number int
	days   int
	spelt  spelling
	check  fault.Check
	out    foreign.Reading
}

func (r *reader) note(left bool, pointer, format string, args ...any) {
	n := foreign.Note{Document: r.number, Pointer: pointer, Message: fmt.Sprintf(format, args...), Left: left}
	n.Line, n.Column = r.doc.Line(pointer)
	r.out.Notes = append(r.out.Notes, n)
}

func (r *reader) read(of spec) {
	r.check.Require(r.spelt != camel || r.out.Object != "", "/metadata/name", nil, "is required")
	r.check.Require(of.Version == Version, "/version", of.Version, "must be %q", Version)
	r.check.Require(of.Service != "", strings.TrimSuffix(r.spelt.slos, "slos")+"service", nil, "is required")
	r.check.Require(len(of.SLOs) > 0, r.spelt.slos, nil, "must have one SLO or more")
	if of.Plugins != nil {
		r.note(false, r.spelt.plugins, "plugins of Sloth are programs of Go, and are not run")
	}
	names := map[string]bool{}
	for i, s := range of.SLOs {
		at := fmt.Sprintf("%s/%d", r.spelt.slos, i)
		r.check.Require(s.Name != "", at+"/name", nil, "is required")
		r.check.Require(s.Name == "" || !names[string(s.Name)], at+"/name", string(s.Name), "is the name of another SLO of the service")
		names[string(s.Name)] = true
		r.one(string(of.Service), of.Labels, s, at)
	}
}

func (r *reader) one(service string, labels map[string]string, s objective, at string) {
	d := slo.Declaration{
		Slug: foreign.Slug(string(s.Name)), Name: string(s.Name), Description: string(s.Description), Objective: string(s.Objective) + "%",
		WindowDays: r.days, Category: slo.Availability, MinBadEvents: 1, AlertsOff: []string{slo.AbsentAlert},
	}
	if _, err := budget.ParseObjective(d.Objective); err != nil {
		r.check.Fail(at+"/objective", string(s.Objective), "%s; it is written without the sign here", err)
	}
	if s.Plugins != nil {
		r.note(false, at+"/plugins", "plugins of Sloth are programs of Go, and are not run")
	}
	forms := 0
	for _, set := range []bool{s.SLI.Events != nil, s.SLI.Raw != nil, s.SLI.Plugin != nil} {
		if set {
			forms++
		}
	}
	switch {
	case forms != 1:
		r.check.Fail(at+"/sli", nil, "must have one of events, raw and plugin, has %d", forms)
		return
	case s.SLI.Plugin != nil:
		r.note(true, at+"/sli/plugin", "SLI plugins of Sloth are programs of Go, and are not run: write out the queries that it makes")
		return
	case s.SLI.Raw != nil:
		d.Origin.RawRatio = &origin.RawRatio{Query: s.SLI.Raw.Error, Failure: true}
	default:
		d.Origin.Ratio = &origin.Ratio{Bad: r.counted(s.SLI.Events.Error, at+r.spelt.events+r.spelt.errorQuery), Total: r.counted(s.SLI.Events.Total, at+r.spelt.events+r.spelt.totalQuery)}
	}
	r.judge(d.Origin, at)
	out := foreign.SLO{Service: service, Name: string(s.Name), Labels: union(labels, s.Labels)}
	a := s.Alerting
	r.check.Require(a.Name != "" || a.Page.Disable && a.Ticket.Disable, at+"/alerting/name", nil, "is required, where not both alerts are switched off")
	if a.Page.Disable {
		d.AlertsOff = append(d.AlertsOff, string(budget.Page))
	}
	if a.Ticket.Disable {
		d.AlertsOff = append(d.AlertsOff, string(budget.Ticket))
	}
	out.Page = foreign.Alert{Name: a.Name, Labels: union(a.Labels, a.Page.Labels), Annotations: union(a.Annotations, a.Page.Annotations)}
	out.Ticket = foreign.Alert{Name: a.Name, Labels: union(a.Labels, a.Ticket.Labels), Annotations: union(a.Annotations, a.Ticket.Annotations)}
	out.Declaration = d
	r.out.SLOs = append(r.out.SLOs, out)
}

// counted is a query of events a second as one of events.
func (r *reader) counted(query, at string) string {
	out, changed := prometheus.Increase(query)
	if !changed {
		r.note(false, at, "is taken for a number of events in the window, as it stands")
	}
	return out
}

// judge notes what is wrong with the queries, at their places.
func (r *reader) judge(o origin.Origin, at string) {
	var check, shape fault.Check
	const base = "/source"
	prometheus.Check(&check, base, o)
	o.DataSource = "prometheus"
	o.Check(&shape, base)
	check.Join(shape)
	places := map[string]string{
		base + "/ratio/bad": r.spelt.events + r.spelt.errorQuery, base + "/ratio/total": r.spelt.events + r.spelt.totalQuery,
		base + "/rawRatio/query": r.spelt.raw, base + "/ratio": r.spelt.events,
	}
	refused := fault.As(check.Err())
	if refused == nil {
		return
	}
	said := map[string]bool{}
	for _, v := range refused.Violations {
		place, known := places[v.Pointer]
		if !known {
			place = "/sli"
		}
		if !said[place] {
			r.check.Fail(at+place, v.Value, "%s", v.Message)
		}
		said[place] = true
	}
}

// union is both together; the second wins.
func union(a, b map[string]string) map[string]string {
	out := maps.Clone(a)
	if out == nil {
		out = map[string]string{}
	}
	maps.Copy(out, b)
	if len(out) == 0 {
		return nil
	}
	return out
}
