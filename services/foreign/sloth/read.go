package sloth

import (
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
	if d.Head("kind") == "List" {
		return strings.HasPrefix(d.Root().Member("items").Member("apiVersion").Text(), "sloth.slok.dev/")
	}
	return d.Head("version") == Version || strings.HasPrefix(d.Head("apiVersion"), "sloth.slok.dev/")
}

// ReadText reads the documents of a text, with windows of DefaultDays. The error is a *yamldoc.Error
// with everything that is wrong, each at its place.
func ReadText(text []byte) (foreign.Reading, error) {
	return foreign.Documents(text, func(p *foreign.Place) { read(p, DefaultDays) })
}

// Read reads a document; number is its place in the text, from 1, and days the length of the
// windows. The error is as of ReadText.
func Read(d yamldoc.Document, number, days int) (foreign.Reading, error) {
	return foreign.Document(d, number, func(p *foreign.Place) { read(p, days) })
}

// reader reads what is of one service.
type reader struct {
	days   int
	spelt  spelling
	object *foreign.Object
}

func read(p *foreign.Place, days int) {
	if !p.Has("apiVersion") {
		if version := p.TextOf("version"); version != Version {
			p.Member("version").Fail("must be %q", Version)
		}
		reader{days: days, spelt: snake}.service(p)
		return
	}
	for _, o := range p.Objects() {
		if apiVersion, kind := o.Required("apiVersion"), o.Required("kind"); apiVersion != APIVersion || kind != Kind {
			o.Member("apiVersion").Fail("must be of a %s of %s, and is of a %s", Kind, APIVersion, fault.Clip(kind, 64))
			o.Whole()
			continue
		}
		r := reader{days: days, spelt: camel, object: o.Object()}
		o.Skip("status")
		if spec := o.Member("spec"); spec.Names() {
			r.service(spec)
		}
	}
}

func (r reader) service(p *foreign.Place) {
	service := name(p.Member("service"))
	labels := texts(p, "labels")
	p.Tell(r.spelt.plugins, "plugins of Sloth are programs of Go, and are not run")
	slos := p.Items("slos")
	if len(slos) == 0 && (p.Member("slos").Kind() == yamldoc.Nothing || p.Member("slos").Kind() == yamldoc.List) {
		p.Member("slos").Fail("must have one SLO or more")
	}
	seen := map[string]bool{}
	for _, s := range slos {
		if !s.Names() {
			continue
		}
		name := name(s.Member("name"))
		if name != "" && seen[name] {
			s.Member("name").Fail("is the name of another SLO of the service")
		}
		seen[name] = true
		r.one(service, name, labels, s)
	}
}

// names is what services and SLOs are called in Sloth.
var names = regexp.MustCompile(`^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$`)

func name(p *foreign.Place) string {
	text := p.Text()
	switch {
	case text == "" && (p.Kind() == yamldoc.Nothing || p.Kind() == yamldoc.Single):
		p.Fail("is required")
	case text != "" && !names.MatchString(text):
		p.Fail("must be letters and digits, with -, _ and . between")
	}
	return text
}

// texts are labels or annotations, whose names are checked.
func texts(p *foreign.Place, of string) map[string]string {
	out := p.Map(of)
	for name := range out {
		if !prometheus.IsLabelName(name) {
			p.Member(of).Member(name).FailName("must be called by letters, digits and underscores, not beginning with a digit")
		}
	}
	return out
}

func (r reader) one(service, name string, labels map[string]string, p *foreign.Place) {
	d := slo.Declaration{
		Slug: foreign.Slug(name), Name: name, Description: p.TextOf("description"), Objective: foreign.Percent(p.Required("objective")),
		WindowDays: r.days, Category: slo.Availability, MinBadEvents: 1, AlertsOff: []string{slo.AbsentAlert},
		// Sloth asks of windows of five minutes and more; whether queries give anything of a
		// shorter one, for which there have to be two scrapes in a minute, nobody knows.
		Resolution: measure.FiveMinutes,
	}
	if _, err := budget.ParseObjective(d.Objective); err != nil {
		p.Member("objective").Fail("%s; it is written without the sign here", err)
	}
	p.Tell("plugins", "plugins of Sloth are programs of Go, and are not run")
	out := foreign.SLO{Service: service, Name: name, Object: r.object}
	out.Labels = foreign.Union(labels, texts(p, "labels"))
	r.alerting(p.Member("alerting"), &d, &out)
	sli := p.Member("sli")
	forms := 0
	for _, form := range []string{"events", "raw", "plugin"} {
		if sli.Has(form) {
			forms++
		}
	}
	switch {
	case forms != 1:
		sli.Whole().Fail("must have one of events, raw and plugin, has %d", forms)
		return
	case sli.Has("plugin"):
		sli.Member("plugin").Leave("SLI plugins of Sloth are programs of Go, and are not run: write out the queries that it makes")
		return
	case sli.Has("raw"):
		raw := sli.Member("raw")
		d.Origin.RawRatio = &origin.RawRatio{Query: raw.TextOf(r.spelt.ratioQuery), Failure: true}
	default:
		events := sli.Member("events")
		d.Origin.Ratio = &origin.Ratio{Bad: events.TextOf(r.spelt.errorQuery), Total: events.TextOf(r.spelt.totalQuery)}
	}
	d.Origin, out.Counting = r.queries(d.Origin, sli)
	out.Declaration = d
	p.Add(out)
}

// alerting reads what alerts are called and carry, and which are switched off.
func (r reader) alerting(p *foreign.Place, d *slo.Declaration, out *foreign.SLO) {
	name, labels, annotations := p.TextOf("name"), texts(p, "labels"), texts(p, "annotations")
	off := 0
	for _, one := range []struct {
		member string
		tier   budget.Severity
		alert  *foreign.Alert
	}{{r.spelt.page, budget.Page, &out.Page}, {r.spelt.ticket, budget.Ticket, &out.Ticket}} {
		a := p.Member(one.member)
		if a.Bool("disable", false) {
			d.AlertsOff = append(d.AlertsOff, string(one.tier))
			off++
		}
		*one.alert = foreign.Alert{Name: name, Labels: foreign.Union(labels, texts(a, "labels")), Annotations: foreign.Union(annotations, texts(a, "annotations"))}
	}
	if name == "" && off < 2 {
		p.Member("name").Fail("is required, where not both alerts are switched off")
	}
}

// queries reads the queries, of which those of events a second become such of events, and
// notes what is wrong with them, at their places.
func (r reader) queries(o origin.Origin, sli *foreign.Place) (origin.Origin, *prometheus.Counting) {
	const base = "/source"
	places := map[string]*foreign.Place{base + "/rawRatio/query": sli.Member("raw").Member(r.spelt.ratioQuery)}
	read, err := prometheus.ReadRates(base, o)
	if o.Ratio != nil {
		events := sli.Member("events")
		bad, total := events.Member(r.spelt.errorQuery), events.Member(r.spelt.totalQuery)
		places = map[string]*foreign.Place{base + "/ratio/bad": bad, base + "/ratio/total": total, base + "/ratio": events}
		for _, of := range []*foreign.Place{bad, total} {
			if slices.Contains(read.Kept, of.Text()) {
				of.Note("is taken for a number of events in the window, as it stands")
			}
		}
	}
	var shape fault.Check
	named := read.Origin
	named.DataSource = "prometheus"
	named.Check(&shape, base)
	said := map[*foreign.Place]bool{}
	for _, err := range []error{err, shape.Err()} {
		refused := fault.As(err)
		if refused == nil {
			continue
		}
		for _, v := range refused.Violations {
			at, known := places[v.Pointer]
			if !known {
				at = sli
			}
			if !said[at] {
				at.Fail("%s", v.Message)
			}
			said[at] = true
		}
	}
	return read.Origin, read.Counting
}
