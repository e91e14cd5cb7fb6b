package table

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/yamldoc"
	"github.com/evenkeel/evenkeel/services/catalog"
	"github.com/evenkeel/evenkeel/services/foreign"
	"github.com/evenkeel/evenkeel/services/registry"
)

// SLO is one that a row says, and where.
type SLO struct {
	foreign.SLO
	Origin foreign.Origin
}

// Reading is what tables say.
type Reading struct {
	foreign.Organisation
	SLOs []SLO
}

// Read reads tables together: teams and systems that several rows name are one. A table with anything
// wrong in it is refused as a whole, with all that is wrong.
func Read(texts []foreign.Text) Reading {
	var out Reading
	taken := map[string]foreign.Origin{}
	for _, text := range texts {
		r := reader{in: text.In, taken: taken}
		if err := r.read(text.Bytes); err != nil {
			out.Refused = append(out.Refused, foreign.Refusal{In: text.In, Err: err})
			continue
		}
		out.Teams, out.Systems = append(out.Teams, r.out.Teams...), append(out.Systems, r.out.Systems...)
		out.Services, out.SLOs = append(out.Services, r.out.Services...), append(out.SLOs, r.out.SLOs...)
		out.Notes = append(out.Notes, r.out.Notes...)
	}
	out.Sort()
	slices.SortStableFunc(out.SLOs, func(a, b SLO) int {
		return cmp.Or(cmp.Compare(a.Service, b.Service), cmp.Compare(a.Declaration.Slug, b.Declaration.Slug))
	})
	return out
}

type reader struct {
	in    string
	taken map[string]foreign.Origin // by noun and slug
	out   Reading
	wrong []yamldoc.Problem
	notes int // that were made, but for those of what is left out
}

func (r *reader) read(text []byte) error {
	g, err := readGrid(text, called)
	if err != nil {
		return err
	}
	are, known, of := map[string]bool{}, ofServices, r.service
	for _, c := range g.columns {
		are[called(c.text)] = true
	}
	if are["slo"] {
		known, of = ofSLOs, r.slo
	}
	for _, c := range g.columns {
		if !slices.Contains(known, called(c.text)) {
			r.note(c, "", false, "the column %q has no place here, and was left out", fault.Clip(c.text, 64))
		}
	}
	if !are["service"] {
		r.fail(g.columns[0], "the first row must name a column service, or slug")
	} else {
		for _, one := range g.rows {
			of(one)
		}
	}
	if len(r.wrong) == 0 {
		if more := r.notes - foreign.MaxNotes; more > 0 {
			r.out.Notes = append(r.out.Notes, foreign.Placed{In: r.in, Note: foreign.Note{Document: 1, Line: 1, Column: 1, Message: fmt.Sprintf("there are %d more notes on this table", more)}})
		}
		return nil
	}
	slices.SortStableFunc(r.wrong, func(a, b yamldoc.Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return &yamldoc.Error{Problems: r.wrong}
}

func (r *reader) fail(at cell, format string, args ...any) {
	message := fmt.Sprintf(format, args...)
	if at.text != "" {
		message += fmt.Sprintf(" (it is %q)", fault.Clip(at.text, 64))
	}
	r.wrong = append(r.wrong, yamldoc.Problem{Line: at.line, Column: at.column, Message: message})
}

// note tells of something in the table; of what is not left out, foreign.MaxNotes at most.
func (r *reader) note(at cell, of string, left bool, format string, args ...any) {
	if !left {
		if r.notes++; r.notes > foreign.MaxNotes {
			return
		}
	}
	r.out.Notes = append(r.out.Notes, foreign.Placed{In: r.in, Of: of, Note: foreign.Note{Document: 1, Line: at.line, Column: at.column, Message: fmt.Sprintf(format, args...), Left: left}})
}

// cell is one of the row, or the place of the row where it has none of that name.
func (w row) cell(name string) cell {
	if c, there := w.cells[name]; there {
		return c
	}
	return cell{line: w.line, column: 1}
}

func (w row) text(name string) string { return w.cells[name].text }

// slug is the short name that a cell says; what is none is made one, which is told.
func (r *reader) slug(at cell, what, of string) string {
	slug := foreign.Slug(at.text)
	switch {
	case at.text == "":
		r.fail(at, "%s is required", what)
	case slug == "":
		r.fail(at, "%s must have letters or digits", what)
	case slug != at.text:
		r.note(at, of, false, "%s becomes the short name %q", what, slug)
	}
	return slug
}

// once reports whether the thing is the first of its name.
func (r *reader) once(key string, at cell) bool {
	before, there := r.taken[key]
	if there {
		r.note(at, "", true, "the %s was there before, in %s:%d: the first goes", key, before.In, before.Line)
		return false
	}
	r.taken[key] = r.origin(at)
	return true
}

func (r *reader) origin(at cell) foreign.Origin {
	return foreign.Origin{In: r.in, Document: 1, Line: at.line}
}

func (r *reader) service(w row) {
	at := w.cell("service")
	slug := foreign.Slug(at.text)
	key := "service " + slug
	if r.slug(at, "service", key) == "" || !r.once(key, at) {
		return
	}
	told := catalog.Told{
		Kind: catalog.Component, Ref: "component:default/" + slug, Title: cmp.Or(w.text("name"), at.text), Description: w.text("description"), Type: w.text("kind"), Lifecycle: w.text("lifecycle"),
		Repository: w.text("repository"), Docs: w.text("docs"), Dashboard: w.text("dashboard"), Runbook: w.text("runbook"), OnCall: w.text("on_call"), Tier: r.tier(w.cell("tier"), key),
	}
	if told.Lifecycle != "" && !told.KnowsLifecycle() {
		r.note(w.cell("lifecycle"), key, false, "%q is no word for a lifecycle that is known here: it is taken for production", fault.Clip(told.Lifecycle, 64))
	}
	if kind := registry.Kind(strings.ToLower(told.Type)); slices.Contains(registry.Kinds, kind) {
		told.ServiceKind = string(kind)
	}
	s := foreign.Service{Origin: r.origin(at), ServiceInput: registry.ServiceInput{Slug: slug, Profile: told.Profile()}}
	s.Contact = w.text("contact")
	if team := w.cell("team"); team.text != "" {
		s.Team = r.slug(team, "team", key)
		r.team(s.Team, team)
	}
	if system := w.cell("system"); system.text != "" {
		s.System = r.slug(system, "system", key)
		r.system(s.System, s.Team, system, key)
	}
	on := w.cell("depends_on")
	for _, name := range strings.FieldsFunc(on.text, func(c rune) bool { return strings.ContainsRune(", ;|\n\t", c) }) {
		other := foreign.Slug(name)
		switch {
		case other == "":
			r.fail(on, "depends_on must be short names of services, parted by spaces")
		case other != slug:
			s.DependsOn = append(s.DependsOn, other)
		}
	}
	slices.Sort(s.DependsOn)
	s.DependsOn = slices.Compact(s.DependsOn)
	r.judge(w, s.Validate(), pointers)
	r.out.Services = append(r.out.Services, s)
}

// tier is 1 to 4, perhaps after a word as in "Tier 1"; 0 where the cell is empty, which is told.
func (r *reader) tier(at cell, of string) int {
	if at.text == "" {
		r.note(at, of, false, "nothing says how critical it is: it is of tier 3 until its team says otherwise")
		return 0
	}
	text := strings.TrimLeft(strings.ToLower(at.text), "tier -_")
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > 4 {
		r.fail(at, "tier must be 1, the most critical, to 4")
		return 0
	}
	return n
}

// team is the team that rows name, once.
func (r *reader) team(slug string, at cell) {
	if _, there := r.taken["team "+slug]; slug == "" || there {
		return
	}
	r.taken["team "+slug] = r.origin(at)
	in := registry.TeamInput{Slug: slug, Name: at.text}
	if err := in.Validate(); err != nil {
		r.fail(at, "team: %s", fault.As(err).Violations[0].Message)
	}
	r.out.Teams = append(r.out.Teams, foreign.Team{TeamInput: in, Origin: r.origin(at)})
}

// system is the system that rows name, once: of the team of the first of them.
func (r *reader) system(slug, team string, at cell, of string) {
	if _, there := r.taken["system "+slug]; slug == "" || there {
		return
	}
	r.taken["system "+slug] = r.origin(at)
	in := registry.SystemInput{Slug: slug, Name: at.text, Team: team}
	if err := in.Validate(); err != nil {
		r.fail(at, "system: %s", fault.As(err).Violations[0].Message)
	}
	r.note(at, "system "+slug, false, "the system is taken for one of the team of the first service in it")
	r.out.Systems = append(r.out.Systems, foreign.System{SystemInput: in, Origin: r.origin(at)})
}

// pointers are the columns of what is declared of services, and of SLOs.
var (
	pointers = map[string]string{
		"/slug": "service", "/name": "name", "/description": "description", "/repository": "repository", "/onCall": "on_call", "/runbook": "runbook",
		"/dashboard": "dashboard", "/docs": "docs", "/contact": "contact", "/kind": "kind", "/tier": "tier", "/lifecycle": "lifecycle",
	}
	pointersOfSLOs = map[string]string{
		"/slug": "slo", "/name": "slo_name", "/description": "description", "/objective": "objective", "/windowDays": "window_days", "/indicator/category": "category",
		"/indicator/description": "good_event", "/rationale": "rationale",
		sourcePointer + "/ratio/good": "good", sourcePointer + "/ratio/bad": "bad", sourcePointer + "/ratio/total": "total", sourcePointer + "/ratio": "good",
		sourcePointer + "/dataSource": "data_source",
	}
)

// judge tells what is wrong at the cells that say so.
func (r *reader) judge(w row, err error, columns map[string]string) {
	refused := fault.As(err)
	if refused == nil {
		return
	}
	for _, v := range refused.Violations {
		name, known := columns[v.Pointer]
		if !known {
			name = "service"
		}
		at := w.cell(name)
		if v.Value == nil {
			at.text = "" // it may be what nobody else is to see
		}
		r.fail(at, "%s %s", cmp.Or(columns[v.Pointer], v.Pointer), v.Message)
	}
}
