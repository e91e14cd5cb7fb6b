package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
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

// sloFile is a text with SLOs.
type sloFile struct {
	path string // "-" for standard input
	// under is its path below the directory that was named; empty where it was named itself.
	under string
	text  []byte
}

// readSLOFiles reads the files that are named, and those in directories that are and are wanted
// by their paths.
func readSLOFiles(stdin io.Reader, inputs []string, wants func(path string) bool) ([]sloFile, error) {
	var files []sloFile
	for _, name := range inputs {
		if name == "-" {
			text, err := io.ReadAll(stdin)
			if err != nil {
				return nil, fmt.Errorf("read SLOs from standard input: %w", err)
			}
			files = append(files, sloFile{path: name, text: text}) // which is not nil
			continue
		}
		info, err := os.Stat(name)
		if err != nil {
			return nil, fmt.Errorf("read SLOs: %w", err)
		}
		if !info.IsDir() {
			files = append(files, sloFile{path: name})
			continue
		}
		before := len(files)
		if err := filepath.WalkDir(name, func(path string, of fs.DirEntry, err error) error {
			if err != nil || of.IsDir() || !wants(path) {
				return err
			}
			under, err := filepath.Rel(name, path)
			if err != nil {
				return err
			}
			files = append(files, sloFile{path: path, under: under})
			return nil
		}); err != nil {
			return nil, fmt.Errorf("read SLOs: %w", err)
		}
		if len(files) == before {
			return nil, fmt.Errorf("there is no file *.yaml or *.yml to read in %s", name)
		}
	}
	if err := readTexts(files); err != nil {
		return nil, fmt.Errorf("read SLOs: %w", err)
	}
	return files, nil
}

// readTexts reads those files that were not read yet, two at a time: of a thousand small ones
// most of the time is the system's.
func readTexts(files []sloFile) error {
	var both sync.WaitGroup
	var wrong [2]error
	for w := range wrong {
		both.Go(func() {
			for i := w; i < len(files) && wrong[w] == nil; i += len(wrong) {
				if f := &files[i]; f.text == nil {
					f.text, wrong[w] = os.ReadFile(f.path)
				}
			}
		})
	}
	both.Wait()
	return errors.Join(wrong[:]...)
}

// isYAML reports whether a file of a directory is called like one of YAML.
func isYAML(path string) bool {
	ext := filepath.Ext(path)
	return ext == ".yaml" || ext == ".yml"
}

// wants reports whether a file of a directory is to be read.
func (r ruling) wants(path string) bool {
	return isYAML(path) && (r.exclude == nil || !r.exclude.MatchString(path)) && (r.include == nil || r.include.MatchString(path))
}

// ruled are the rules that an SLO, or the SLOs of an object, came to.
type ruled struct {
	file   sloFile
	groups []promrules.Group
	object *promrules.Object // that they are in; nil for a file of rules
	named  bool              // whether the object has a name of its own, not the service's
}

// composing makes rules of documents, and tells what is wrong with them.
type composing struct {
	p       *program
	r       ruling
	now     time.Time
	library openslo.Library // what SLOs of any file refer to
	wrong   bool
	files   map[string]sloFile
	groups  map[string]string // the places of groups by their names
	objects map[string]string // and of objects
}

// composed are the rules of all SLOs in the files, in their order; false where something is
// wrong, which was told.
func (p *program) composed(files []sloFile, r ruling) ([]ruled, bool) {
	c := composing{p: p, r: r, now: time.Now(), files: map[string]sloFile{}, groups: map[string]string{}, objects: map[string]string{}}
	found := make([][]ruled, len(files))
	waiting := map[int][]yamldoc.Document{} // those that may refer to what is in a later file
	next := parsed(files)
	for i, f := range files {
		c.files[f.path] = f
		p := <-next
		if p.err != nil {
			c.tell(f, p.err)
			continue
		}
		docs := p.docs
		for n := range docs {
			docs[n].In = f.path
			if d := docs[n]; !sloth.Is(d) && d.Head("apiVersion") == openslo.APIVersion {
				_, err := c.library.Add(d)
				c.tell(f, err)
			}
		}
		if referring.Match(f.text) {
			waiting[i] = docs
		} else {
			found[i] = c.documents(f, docs)
		}
	}
	for _, i := range slices.Sorted(maps.Keys(waiting)) {
		found[i] = c.documents(files[i], waiting[i])
	}
	return slices.Concat(found...), !c.wrong
}

// referring is what documents say that refer to what makes a difference to rules.
var referring = regexp.MustCompile(`indicatorRef|alertPolicyRef|conditionRef`)

// parse is what a text was read as.
type parse struct {
	docs []yamldoc.Document
	err  error
}

// parsed reads the files one after the other, one ahead of whoever takes them, who has to take
// all: a third of the time goes into YAML.
func parsed(files []sloFile) <-chan parse {
	out := make(chan parse, 1)
	go func() {
		for _, f := range files {
			docs, err := yamldoc.Parse(f.text)
			out <- parse{docs, err}
		}
	}()
	return out
}

// documents are the rules of those of a file; what is wrong with one is told.
func (c *composing) documents(f sloFile, docs []yamldoc.Document) []ruled {
	var out []ruled
	for _, d := range docs {
		found, err := c.document(f, d)
		c.tell(f, err)
		for _, one := range found {
			if err := c.once(f, d, one); err != nil {
				c.tell(f, err)
				continue
			}
			out = append(out, one)
		}
	}
	return out
}

// tell says what is wrong with a file.
func (c *composing) tell(f sloFile, err error) {
	if err == nil {
		return
	}
	c.wrong = true
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		for _, one := range many.Unwrap() {
			c.tell(f, one)
		}
		return
	}
	var refused *yamldoc.Error
	if !errors.As(err, &refused) {
		fmt.Fprintf(c.p.stderr, "%s: %s\n", f.path, err)
		return
	}
	for _, problem := range refused.Problems {
		c.say(f, problem)
	}
}

// say tells something at its place.
func (c *composing) say(f sloFile, problem yamldoc.Problem) { c.p.tellPlace(f.path, "", problem) }

// tellPlace tells a problem at its place: the file, the line, and which document it is.
func (p *program) tellPlace(path, what string, problem yamldoc.Problem) {
	at := problem.Pointer
	if at != "" {
		at += ": "
	}
	fmt.Fprintf(p.stderr, "%s:%d:%d: %sdocument %d: %s%s\n", path, problem.Line, problem.Column, what, problem.Document, at, problem.Message)
}

// document makes the rules of one. The error is a *yamldoc.Error where it is wrong.
func (c *composing) document(f sloFile, d yamldoc.Document) ([]ruled, error) {
	switch version := d.Head("apiVersion"); {
	case sloth.Is(d):
		return c.sloth(f, d)
	case version == openslo.APIVersion:
		if d.Head("kind") != openslo.KindSLO {
			return nil, nil // what is meant for rules is in SLOs, and in the SLIs that were kept
		}
		return c.openslo(f, d)
	default:
		return nil, d.Place([]fault.Violation{{Pointer: "", Message: fmt.Sprintf("must be a document of OpenSLO, with apiVersion %q, or of Sloth, with version %q or apiVersion %q", openslo.APIVersion, sloth.Version, sloth.APIVersion)}})
	}
}

func (c *composing) sloth(f sloFile, d yamldoc.Document) ([]ruled, error) {
	read, err := sloth.Read(d, d.Number, c.r.days)
	if err != nil {
		return nil, err
	}
	for _, n := range read.Notes {
		c.say(f, yamldoc.Problem{Document: n.Document, Line: n.Line, Column: n.Column, Pointer: n.Pointer, Message: n.Message})
		c.wrong = c.wrong || n.Left
	}
	var out []ruled
	var last *foreign.Object // whose rules are the last
	for _, s := range read.SLOs {
		spec, mode := sloth.Version, "cli-gen-prom"
		if s.Object != nil {
			spec, mode = sloth.APIVersion, "cli-gen-k8s"
		}
		groups, err := c.groupsOf(f, d, slothRules(s), spec, mode)
		if err != nil {
			return nil, err
		}
		if len(groups) == 0 {
			continue
		}
		if len(out) > 0 && last == s.Object {
			out[len(out)-1].groups = append(out[len(out)-1].groups, groups...)
			continue
		}
		one := ruled{file: f, groups: groups, object: c.serviceObject(s.Service)}
		if o := s.Object; o != nil {
			one.object = &promrules.Object{Name: o.Name, Namespace: cmp.Or(c.r.namespace, o.Namespace), Labels: promrules.Labels(o.Labels), Annotations: promrules.Labels(o.Annotations)}
			one.named = true
		}
		out, last = append(out, one), s.Object
	}
	return out, nil
}

func (c *composing) openslo(f sloFile, d yamldoc.Document) ([]ruled, error) {
	read, err := c.library.Read(d)
	if err != nil {
		return nil, err
	}
	for _, w := range read.Warnings {
		// Rules are not of a category, and go where somebody puts them; the time is theirs. How
		// others judge the document is for "evenkeel validate".
		if w.Code != openslo.WarnUnnamed && w.Code != openslo.WarnStrict && (w.Code != openslo.WarnAssumed || w.Pointer == "/spec") {
			c.say(c.files[w.In], w.Problem)
		}
	}
	s, err := promrules.Of(read.Service, read.Declaration, c.now)
	if err != nil {
		return nil, c.at(d, err)
	}
	groups, err := c.groupsOf(f, d, s, openslo.APIVersion, "cli-gen-openslo")
	if err != nil || len(groups) == 0 {
		return nil, err
	}
	return []ruled{{file: f, groups: groups, object: c.serviceObject(read.Service)}}, nil
}

// at has what is invalid told at the document, in which it has other names.
func (c *composing) at(d yamldoc.Document, err error) error {
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
func (c *composing) serviceObject(service string) *promrules.Object {
	if !c.r.operator {
		return nil
	}
	return &promrules.Object{Name: "slos-" + foreign.Slug(service), Namespace: c.r.namespace}
}

// groupsOf composes the rules of an SLO that are asked for.
func (c *composing) groupsOf(f sloFile, d yamldoc.Document, s promrules.SLO, spec, mode string) ([]promrules.Group, error) {
	s.Labels = maps.Clone(s.Labels)
	if s.Labels == nil {
		s.Labels = map[string]string{}
	}
	maps.Copy(s.Labels, c.r.labels)
	s.Info = c.r.names.Info("evenkeel", spec, mode)
	groups, left, err := promrules.Compose(s, c.r.names)
	if err != nil {
		return nil, c.at(d, err)
	}
	line, column := d.Line("")
	for _, n := range left {
		c.say(f, yamldoc.Problem{Document: d.Number, Line: line, Column: column, Message: n.Service + "/" + n.SLO + ": " + n.Message})
	}
	return promrules.Without(groups, c.r.noRecords, c.r.noAlerts), nil
}

// once requires that there are no rules like them: Prometheus refuses two groups of a name,
// and of two objects with one name the second would take the place of the first.
func (c *composing) once(f sloFile, d yamldoc.Document, one ruled) error {
	line, column := d.Line("")
	here := fmt.Sprintf("%s:%d", f.path, line)
	for _, g := range one.groups {
		if before, there := c.groups[g.Name]; there {
			return &yamldoc.Error{Problems: []yamldoc.Problem{{Document: d.Number, Line: line, Column: column, Message: fmt.Sprintf("another SLO has the same service and name, in %s: the group %q would be there twice", before, g.Name)}}}
		}
		c.groups[g.Name] = here
	}
	if one.named {
		key := one.object.Namespace + "/" + one.object.Name
		if before, there := c.objects[key]; there {
			return &yamldoc.Error{Problems: []yamldoc.Problem{{Document: d.Number, Line: line, Column: column, Message: fmt.Sprintf("another object is called %q, in %s", one.object.Name, before)}}}
		}
		c.objects[key] = here
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
		Service: s.Service, Slug: s.Name, Name: s.Name, Objective: objective, Days: d.WindowDays, Origin: d.Origin, Resolution: d.Resolution,
		Alerts: slo.AlertTerms{Off: slo.AlertsOff(strings.Join(d.AlertsOff, ",")), MinBadEvents: d.MinBadEvents},
		Labels: s.Labels, Page: words(s.Page), Ticket: words(s.Ticket),
	}
}
