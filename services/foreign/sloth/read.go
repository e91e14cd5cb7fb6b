package sloth

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/yamldoc"
	"github.com/evenkeel/evenkeel/services/foreign"
	"github.com/evenkeel/evenkeel/services/measure"
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
	r := reader{doc: d, number: number, days: days, spelt: snake}
	var of spec
	if apiVersion := d.Head("apiVersion"); apiVersion != "" {
		r.spelt = camel
		if kind := d.Head("kind"); apiVersion != APIVersion || kind != Kind {
			return foreign.Reading{}, d.Place([]fault.Violation{{Pointer: "/apiVersion", Value: apiVersion + " " + kind, Message: fmt.Sprintf("must be a %s of %s", Kind, APIVersion)}})
		}
		var o serviceLevel
		if err := d.Decode(&o); err != nil {
			return foreign.Reading{}, err
		}
		of = o.plain()
		r.object(o.Metadata)
	} else if err := d.Decode(&of); err != nil {
		return foreign.Reading{}, err
	}
	r.read(of)
	if err := r.check.Err(); err != nil {
		return foreign.Reading{}, d.Check(err)
	}
	return r.out, nil
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

// object reads what the object is called and carries.
func (r *reader) object(metadata map[string]any) {
	const base = "/metadata"
	text := func(at string, of any) string {
		out, is := of.(string)
		r.check.Require(is || of == nil, at, nil, "must be a text; write it between quotes")
		return out
	}
	texts := func(name string) map[string]string {
		of, is := metadata[name].(map[string]any)
		r.check.Require(is || metadata[name] == nil, base+"/"+name, nil, "must be names with texts")
		if len(of) == 0 {
			return nil
		}
		out := make(map[string]string, len(of))
		for _, key := range slices.Sorted(maps.Keys(of)) {
			out[key] = text(base+"/"+name+"/"+escape.Replace(key), of[key])
		}
		return out
	}
	o := foreign.Object{Name: text(base+"/name", metadata["name"]), Namespace: text(base+"/namespace", metadata["namespace"]), Labels: texts("labels"), Annotations: texts("annotations")}
	r.check.Require(o.Name != "" || metadata["name"] != nil, base+"/name", nil, "is required")
	r.out.Object = &o
}

func (r *reader) read(of spec) {
	r.check.Require(of.Version == Version, "/version", of.Version, "must be %q", Version)
	top := strings.TrimSuffix(r.spelt.slos, "/slos")
	r.name(top+"/service", string(of.Service))
	r.labels(top+"/labels", of.Labels)
	r.check.Require(len(of.SLOs) > 0, r.spelt.slos, nil, "must have one SLO or more")
	if of.Plugins != nil {
		r.note(false, r.spelt.plugins, "plugins of Sloth are programs of Go, and are not run")
	}
	seen := map[string]bool{}
	for i, s := range of.SLOs {
		at := fmt.Sprintf("%s/%d", r.spelt.slos, i)
		r.name(at+"/name", string(s.Name))
		r.check.Require(s.Name == "" || !seen[string(s.Name)], at+"/name", string(s.Name), "is the name of another SLO of the service")
		seen[string(s.Name)] = true
		r.one(string(of.Service), of.Labels, s, at)
	}
}

// names is what services and SLOs are called in Sloth.
var names = regexp.MustCompile(`^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$`)

func (r *reader) name(at, text string) {
	if text == "" {
		r.check.Fail(at, nil, "is required")
		return
	}
	r.check.Require(names.MatchString(text), at, text, "must be letters and digits, with -, _ and . between")
}

// labels checks what labels or annotations are called.
func (r *reader) labels(at string, of map[string]string) {
	for _, name := range slices.Sorted(maps.Keys(of)) {
		r.check.Require(prometheus.IsLabelName(name), at+"/"+escape.Replace(name), name, "must be called by letters, digits and underscores, not beginning with a digit")
	}
}

// escape writes a step of a pointer (RFC 6901, section 3).
var escape = strings.NewReplacer("~", "~0", "/", "~1")

func (r *reader) one(service string, labels map[string]string, s objective, at string) {
	d := slo.Declaration{
		Slug: foreign.Slug(string(s.Name)), Name: string(s.Name), Description: string(s.Description), Objective: string(s.Objective) + "%",
		WindowDays: r.days, Category: slo.Availability, MinBadEvents: 1, AlertsOff: []string{slo.AbsentAlert},
		// Sloth asks of windows of five minutes and more; whether queries give anything of a
		// shorter one, for which there have to be two scrapes in a minute, nobody knows.
		Resolution: measure.FiveMinutes,
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
		d.Origin.Ratio = &origin.Ratio{Bad: s.SLI.Events.Error, Total: s.SLI.Events.Total}
	}
	out := foreign.SLO{Service: service, Name: string(s.Name), Labels: union(labels, s.Labels)}
	d.Origin, out.Counting = r.queries(d.Origin, at)
	a := s.Alerting
	r.labels(at+"/labels", s.Labels)
	r.alerting(a, at+"/alerting")
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

// alerting checks what the labels and annotations of alerts are called.
func (r *reader) alerting(a alerting, at string) {
	page, ticket := at+"/page_alert", at+"/ticket_alert"
	if r.spelt == camel {
		page, ticket = at+"/pageAlert", at+"/ticketAlert"
	}
	for _, of := range []struct {
		at                  string
		labels, annotations map[string]string
	}{{at, a.Labels, a.Annotations}, {page, a.Page.Labels, a.Page.Annotations}, {ticket, a.Ticket.Labels, a.Ticket.Annotations}} {
		r.labels(of.at+"/labels", of.labels)
		r.labels(of.at+"/annotations", of.annotations)
	}
}

// queries reads the queries, of which those of events a second become such of events, and
// notes what is wrong with them, at their places.
func (r *reader) queries(o origin.Origin, at string) (origin.Origin, *prometheus.Counting) {
	const base = "/source"
	read, err := prometheus.ReadRates(base, o)
	if o.Ratio != nil {
		for _, of := range []struct{ text, pointer string }{{o.Ratio.Bad, r.spelt.errorQuery}, {o.Ratio.Total, r.spelt.totalQuery}} {
			if slices.Contains(read.Kept, of.text) {
				r.note(false, at+r.spelt.events+of.pointer, "is taken for a number of events in the window, as it stands")
			}
		}
	}
	var shape fault.Check
	named := read.Origin
	named.DataSource = "prometheus"
	named.Check(&shape, base)
	var wrong []fault.Violation
	for _, err := range []error{err, shape.Err()} {
		if refused := fault.As(err); refused != nil {
			wrong = append(wrong, refused.Violations...)
		}
	}
	places := map[string]string{
		base + "/ratio/bad": r.spelt.events + r.spelt.errorQuery, base + "/ratio/total": r.spelt.events + r.spelt.totalQuery,
		base + "/rawRatio/query": r.spelt.raw, base + "/ratio": r.spelt.events,
	}
	said := map[string]bool{}
	for _, v := range wrong {
		place, known := places[v.Pointer]
		if !known {
			place = "/sli"
		}
		if !said[place] {
			r.check.Fail(at+place, v.Value, "%s", v.Message)
		}
		said[place] = true
	}
	return read.Origin, read.Counting
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
