package main

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/yamldoc"
	"github.com/evenkeel/evenkeel/services/foreign"
	"github.com/evenkeel/evenkeel/services/foreign/sloth"
	"github.com/evenkeel/evenkeel/services/openslo"
	"github.com/evenkeel/evenkeel/services/promrules"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

// ruled are the rules that a document came to, as they are written.
type ruled struct {
	file               textFile
	number             int // of the document, from 1
	line, column       int // where it begins
	groups             []string
	recordings, alerts int
	written            promrules.Written
	object             *promrules.Object // that they are in; nil for a file of rules
	named              bool              // whether the object has a name of its own, not the service's
}

// composing is what the documents of all files have in common. While it is composed it does not
// change, so that files can be composed side by side.
type composing struct {
	r       ruling
	now     time.Time
	library openslo.Library // what SLOs of any file refer to
	files   map[string]textFile
}

// composed is what a file came to.
type composed struct {
	*composing
	file  textFile
	docs  []yamldoc.Document // those of OpenSLO
	ruled []ruled
	said  bytes.Buffer // what is wrong with it, or has no place in rules, for people
	wrong bool
}

// compose gives put the rules of all SLOs in the files, in their order, as soon as it has them.
// It is false where something is wrong, which was told.
func (p *program) compose(files []textFile, r ruling, put func(ruled)) bool {
	c := &composing{r: r, now: time.Now(), files: map[string]textFile{}}
	for _, f := range files {
		c.files[f.path] = f
	}
	o := once{groups: map[string]string{}, objects: map[string]string{}}
	right := true
	take := func(f *composed) {
		for _, one := range f.ruled {
			if err := o.is(one); err != nil {
				f.tell(err)
				continue
			}
			put(one)
		}
		right = right && !f.wrong
		_, _ = p.stderr.Write(f.said.Bytes()) // there is nobody to tell that nobody can be told
	}
	var waiting []*composed // the first that may refer to what is in a later file, and all after it
	for f := range sideBySide(len(files), func(i int) *composed { return c.read(files[i]) }) {
		for _, d := range f.docs {
			_, err := c.library.Add(d)
			f.tell(err)
		}
		if f.refers() || len(waiting) > 0 {
			waiting = append(waiting, f)
		} else {
			take(f)
		}
	}
	for f := range sideBySide(len(waiting), func(i int) *composed { waiting[i].refer(); return waiting[i] }) {
		take(f)
	}
	return right
}

// read reads a file, and composes it unless it may refer to what is in another.
func (c *composing) read(f textFile) *composed {
	out := &composed{composing: c, file: f}
	docs, err := yamldoc.Parse(f.text)
	if err != nil {
		out.tell(err)
		return out
	}
	for _, d := range docs {
		d.In = f.path
		if !sloth.Is(d) && d.Head("apiVersion") == openslo.APIVersion {
			out.docs = append(out.docs, d)
			if out.refers() {
				continue
			}
		}
		out.document(d, new(openslo.Library))
	}
	return out
}

// refers reports whether an SLO of the file may refer to what is in another.
func (c *composed) refers() bool { return referring.Match(c.file.text) }

// referring is what documents say that refer to what makes a difference to rules.
var referring = regexp.MustCompile(`indicatorRef|alertPolicyRef|conditionRef`)

// refer composes what waited for what it may refer to.
func (c *composed) refer() {
	if c.refers() {
		for _, d := range c.docs {
			c.document(d, &c.library)
		}
		slices.SortStableFunc(c.ruled, func(a, b ruled) int { return a.number - b.number })
	}
	c.docs = nil
}

// tell says what is wrong with the file.
func (c *composed) tell(err error) {
	if err == nil {
		return
	}
	c.wrong = true
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		for _, one := range many.Unwrap() {
			c.tell(one)
		}
		return
	}
	var refused *yamldoc.Error
	if !errors.As(err, &refused) {
		fmt.Fprintf(&c.said, "%s: %s\n", c.file.path, err)
		return
	}
	for _, problem := range refused.Problems {
		c.say(c.file, problem)
	}
}

// say tells something at its place.
func (c *composed) say(f textFile, problem yamldoc.Problem) {
	c.said.WriteString(placed(f.path, "", problem))
}

// document makes the rules of one; what is wrong with it is told.
func (c *composed) document(d yamldoc.Document, library *openslo.Library) {
	var err error
	switch version := d.Head("apiVersion"); {
	case sloth.Is(d):
		err = c.sloth(d)
	case version == yamldoc.APIVersion:
		err = c.manifest(d)
	case version != openslo.APIVersion:
		err = d.Place([]fault.Violation{{Pointer: "", Message: fmt.Sprintf("must be a document of OpenSLO, with apiVersion %q, of ours, with apiVersion %q, or of Sloth, with version %q or apiVersion %q", openslo.APIVersion, yamldoc.APIVersion, sloth.Version, sloth.APIVersion)}})
	case d.Head("kind") == openslo.KindSLO: // what is meant for rules is in SLOs, and in the SLIs that were kept
		err = c.openslo(d, library)
	}
	c.tell(err)
}

func (c *composed) sloth(d yamldoc.Document) error {
	read, err := sloth.Read(d, d.Number, c.r.days)
	if err != nil {
		return err
	}
	for _, n := range read.Notes {
		c.say(c.file, yamldoc.Problem{Document: n.Document, Line: n.Line, Column: n.Column, Pointer: n.Pointer, Message: n.Message})
		c.wrong = c.wrong || n.Left
	}
	for i := 0; i < len(read.SLOs); {
		o := read.SLOs[i].Object
		spec, mode, object := sloth.Version, "cli-gen-prom", c.serviceObject(read.SLOs[i].Service)
		if o != nil {
			spec, mode = sloth.APIVersion, "cli-gen-k8s"
			object = &promrules.Object{Name: o.Name, Namespace: cmp.Or(c.r.namespace, o.Namespace), Labels: promrules.Labels(o.Labels), Annotations: promrules.Labels(o.Annotations)}
		}
		var all []promrules.Group
		for ; i < len(read.SLOs) && read.SLOs[i].Object == o; i++ {
			groups, err := c.groupsOf(d, slothRules(read.SLOs[i]), spec, mode)
			if err != nil {
				return c.at(d, err)
			}
			all = append(all, groups...)
		}
		if len(all) > 0 {
			c.add(d, all, object, o != nil)
		}
	}
	return nil
}

func (c *composed) openslo(d yamldoc.Document, library *openslo.Library) error {
	read, err := library.Read(d)
	if err != nil {
		return err
	}
	for _, w := range read.Warnings {
		// Rules are not of a category, and go where somebody puts them; the time is theirs. How
		// others judge the document is for "evenkeel validate".
		if w.Code != openslo.WarnUnnamed && w.Code != openslo.WarnStrict && (w.Code != openslo.WarnAssumed || w.Pointer == "/spec") {
			c.say(c.files[w.In], w.Problem)
		}
	}
	return c.at(d, c.declared(d, read.Service, read.Declaration, openslo.APIVersion, "cli-gen-openslo"))
}

// add writes the groups of a document, of which only the text is kept.
func (c *composed) add(d yamldoc.Document, groups []promrules.Group, object *promrules.Object, named bool) {
	one := ruled{file: c.file, number: d.Number, object: object, named: named}
	one.line, one.column = d.Line("")
	for _, g := range groups {
		one.groups = append(one.groups, g.Name)
	}
	one.recordings, one.alerts = promrules.Count(groups)
	if object == nil {
		one.written = promrules.InFile(groups)
	} else {
		one.written = promrules.InObject(groups)
	}
	c.ruled = append(c.ruled, one)
}

// at has what is invalid told at the document, in which it has other names.
func (c *composed) at(d yamldoc.Document, err error) error {
	refused := fault.As(err)
	if refused == nil {
		return err
	}
	if len(refused.Violations) == 0 {
		return d.Place([]fault.Violation{{Message: refused.Message}})
	}
	var at []fault.Violation
	for _, v := range refused.Violations {
		at = append(at, fault.Violation{Message: strings.TrimPrefix(v.Pointer, "/") + ": " + v.Message, Value: v.Value})
	}
	return d.Place(at)
}

// serviceObject is what the object of a service is called; nil where none is wanted.
func (c *composed) serviceObject(service string) *promrules.Object {
	if !c.r.operator {
		return nil
	}
	return &promrules.Object{Name: "slos-" + foreign.Slug(service), Namespace: c.r.namespace}
}

// groupsOf composes the rules of an SLO that are asked for. Errors: those of promrules.Compose.
func (c *composed) groupsOf(d yamldoc.Document, s promrules.SLO, spec, mode string) ([]promrules.Group, error) {
	s.Labels = maps.Clone(s.Labels)
	if s.Labels == nil {
		s.Labels = map[string]string{}
	}
	maps.Copy(s.Labels, c.r.labels)
	s.Info = c.r.names.Info("evenkeel", spec, mode)
	groups, left, err := promrules.Compose(s, c.r.names)
	if err != nil {
		return nil, err
	}
	for _, n := range left {
		c.leave(d, n)
	}
	return promrules.Without(groups, c.r.noRecords, c.r.noAlerts), nil
}

// once are the names that were taken: Prometheus refuses two groups of a name, and of two
// objects with one name the second would take the place of the first.
type once struct {
	groups, objects map[string]string // the places by the names
}

// is takes the names of the rules. The error is a *yamldoc.Error: one was taken before.
func (o once) is(one ruled) error {
	here := fmt.Sprintf("%s:%d", one.file.path, one.line)
	taken := func(format string, args ...any) error {
		return &yamldoc.Error{Problems: []yamldoc.Problem{{Document: one.number, Line: one.line, Column: one.column, Message: fmt.Sprintf(format, args...)}}}
	}
	for _, name := range one.groups {
		if before, there := o.groups[name]; there {
			return taken("another SLO has the same service and name, in %s: the group %q would be there twice", before, name)
		}
		o.groups[name] = here
	}
	if one.named {
		key := one.object.Namespace + "/" + one.object.Name
		if before, there := o.objects[key]; there {
			return taken("another object is called %q, in %s", one.object.Name, before)
		}
		o.objects[key] = here
	}
	return nil
}

// slothRules is an SLO as Sloth names it.
func slothRules(s foreign.SLO) promrules.SLO {
	d := s.Declaration
	objective, err := budget.ParseObjective(d.Objective)
	if err != nil {
		panic(fmt.Sprintf("an objective was read that is none: %v", err)) // the reader checks it
	}
	words := func(a foreign.Alert) promrules.AlertWords {
		return promrules.AlertWords{Name: a.Name, Labels: a.Labels, Annotations: a.Annotations}
	}
	return promrules.SLO{
		Service: s.Service, Slug: s.Name, Name: s.Name, Objective: objective, Days: d.WindowDays, Origin: d.Origin, Counting: s.Counting, Resolution: d.Resolution,
		Alerts: slo.AlertTerms{Off: slo.AlertsOff(strings.Join(d.AlertsOff, ",")), MinBadEvents: d.MinBadEvents},
		Labels: s.Labels, Page: words(s.Page), Ticket: words(s.Ticket),
	}
}
