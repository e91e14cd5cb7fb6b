package main

import (
	"cmp"
	"errors"
	"fmt"
	"strings"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/scorecards/document"
	"github.com/evenkeel/evenkeel/scorecards/foreigncards"
	"github.com/evenkeel/evenkeel/scorecards/foreigncards/cortex"
	"github.com/evenkeel/evenkeel/scorecards/foreigncards/opslevel"
	"github.com/evenkeel/evenkeel/scorecards/foreigncards/techinsights"
	"github.com/evenkeel/evenkeel/services/foreign"
	"github.com/evenkeel/evenkeel/services/foreign/cataloginfo"
	"github.com/evenkeel/evenkeel/services/foreign/datadog"
	"github.com/evenkeel/evenkeel/services/foreign/grafana"
	"github.com/evenkeel/evenkeel/services/foreign/nobl9"
	"github.com/evenkeel/evenkeel/services/foreign/pyrra"
	"github.com/evenkeel/evenkeel/services/foreign/slogenerator"
	"github.com/evenkeel/evenkeel/services/foreign/sloth"
	"github.com/evenkeel/evenkeel/services/foreign/table"
	"github.com/evenkeel/evenkeel/services/openslo"
	"github.com/evenkeel/evenkeel/services/registry"
)

// importFormat is what another tool's documents are read by.
type importFormat struct {
	name, what string
	suffixes   []string // of files in directories
	// marks are words of which a file in a directory has one; none: every file is read. Directories hold
	// other files too, and one that is named is read whatever is in it.
	marks []string
	read  func(texts []foreign.Text, in importing) importReading
}

// importFormats are all that can be imported, in the order of the help.
var importFormats = []importFormat{
	{"sloth", "SLOs of Sloth: prometheus/v1, and the objects of its operator", yamlFiles, []string{sloth.Version, "sloth.slok.dev/"}, eachText(sloth.ReadText)},
	{"pyrra", "SLOs of Pyrra: objects of its operator", yamlFiles, []string{"pyrra.dev/"}, eachText(pyrra.Read)},
	{"slo-generator", "SLOs of Google's slo-generator", yamlFiles, []string{"sre.google.com/", "service_level_indicator", "slo_name"}, eachText(slogenerator.Read)},
	{"nobl9", "SLOs of Nobl9, n9/v1alpha", yamlFiles, []string{"n9/v1alpha"}, eachText(nobl9.Read)},
	{"datadog", "SLOs of Datadog, as its API gives them", configFiles, nil, eachText(datadog.Read)},
	{"grafana", "SLOs of Grafana, as its API or Terraform's state gives them", configFiles, nil, eachText(grafana.Read)},
	{"openslo", "SLOs and services of OpenSLO, openslo/v1", yamlFiles, []string{openslo.APIVersion}, readOpenSLO},
	{"tech-insights", "a scorecard: checks of Backstage's Tech Insights", configFiles, []string{"techInsights", "json-rules-engine"}, readCards(techinsights.Read)},
	{"cortex", "scorecards of Cortex", yamlFiles, []string{"rules:"}, readCards(cortex.Read)},
	{"opslevel", "a scorecard: the rubric of OpsLevel", configFiles, nil, readCards(opslevel.Read)},
	{"catalog-info", "teams, systems and services: entities of Backstage's catalog", yamlFiles, []string{"backstage.io/"}, readCatalogInfo},
	{"csv", "services, or SLOs, in tables", []string{".csv", ".tsv"}, nil, readTables},
}

var (
	yamlFiles   = yamlReader.suffixes
	configFiles = []string{".yaml", ".yml", ".json"}
)

// importFormatOf is the format of that name.
func importFormatOf(name string) (importFormat, error) {
	var names []string
	for _, f := range importFormats {
		if f.name == name {
			return f, nil
		}
		names = append(names, f.name)
	}
	return importFormat{}, fmt.Errorf("FORMAT must be one of %s, not %q", strings.Join(names, ", "), fault.Clip(name, 64))
}

// importing is what an import fills in where documents do not say it.
type importing struct {
	team       string // the slug of that of services without one; empty for none
	dataSource string // the slug of that which queries ask
}

// importReading is what texts came to.
type importReading struct {
	things  []importThing
	facts   []importFact // that have to be declared
	notes   []foreign.Placed
	refused []foreign.Refusal
	taken   map[string]foreign.Origin // of things, by path
}

// importThing is a document of ours that something became.
type importThing struct {
	kind   string // as the document says
	key    string // as notes name it
	path   string // in the directory
	origin foreign.Origin
	text   []byte
}

// importFact is the declaration of a fact that a scorecard asks and nobody tells, as POST
// /v1/service-facts takes it.
type importFact struct {
	Name        string   `json:"name"`
	Type        string   `json:"type"`
	Doc         string   `json:"doc"`
	Ways        []string `json:"ways"`
	LongestDays int      `json:"longestDays,omitempty"`
}

// add adds a thing, unless another has its name: the first goes.
func (r *importReading) add(t importThing) {
	if o, there := r.taken[t.path]; there {
		r.leave(t.origin, t.key, "there is one before, in %s:%d: the first goes", o.In, o.Line)
		return
	}
	if r.taken == nil {
		r.taken = map[string]foreign.Origin{}
	}
	r.taken[t.path] = t.origin
	r.things = append(r.things, t)
}

// leave notes that a thing was left out.
func (r *importReading) leave(at foreign.Origin, key, format string, args ...any) {
	r.notes = append(r.notes, foreign.Placed{In: at.In, Note: foreign.Note{Document: at.Document, Line: max(at.Line, 1), Column: 1, Message: key + " is left out: " + fmt.Sprintf(format, args...), Left: true}})
}

func (r *importReading) note(at foreign.Origin, key, format string, args ...any) {
	r.notes = append(r.notes, foreign.Placed{In: at.In, Of: key, Note: foreign.Note{Document: at.Document, Line: max(at.Line, 1), Column: 1, Message: fmt.Sprintf(format, args...)}})
}

// addSLO adds an SLO, with what the import fills in.
func (r *importReading) addSLO(s foreign.SLO, at foreign.Origin, in importing) {
	d, service := s.Declaration, foreign.Slug(s.Service)
	key := "SLO " + service + "/" + d.Slug
	if d.Origin.Asked() && d.Origin.DataSource == "" {
		d.Origin.DataSource = id.ID(in.dataSource)
	}
	if err := d.Validate(); err != nil || service == "" {
		if service == "" {
			r.leave(at, "SLO "+s.Name, "the service %q cannot be a short name", fault.Clip(s.Service, 64))
			return
		}
		r.leave(at, key, "%s", oneLine(err.Error()))
		return
	}
	if service != s.Service {
		r.note(at, key, "the service %q has the short name %q here", fault.Clip(s.Service, 64), service)
	}
	text, err := ownDocument("SLO", owned{"service", service}, toSLOInput(d))
	if err != nil {
		r.leave(at, key, "%s", oneLine(err.Error()))
		return
	}
	r.add(importThing{kind: "SLO", key: key, path: "slos/" + service + "/" + d.Slug + ".yaml", origin: at, text: text})
	if in.team != "" {
		r.addService(foreign.Service{Origin: at, ServiceInput: registry.ServiceInput{Slug: service, Team: in.team, Profile: registry.Profile{
			Name: s.Service, Kind: registry.HTTP, Tier: 3, Lifecycle: registry.Production,
		}}}, in, true)
	}
}

// addService adds a service of its own team, or of that which the import names. Of one that only SLOs
// name, one that is there already is enough.
func (r *importReading) addService(s foreign.Service, in importing, named bool) {
	key, path := "service "+s.Slug, "services/"+s.Slug+".yaml"
	if named {
		if _, there := r.taken[path]; there {
			return
		}
		r.note(s.Origin, key, "SLOs name it, and nothing else is known of it: it is made of tier 3, for requests over HTTP")
	}
	if s.Team == "" {
		if in.team == "" {
			r.leave(s.Origin, key, "no team owns it: say which with --team")
			return
		}
		s.Team = in.team
		r.note(s.Origin, key, "no team owns it: it is given to %s", in.team)
	}
	text, err := ownDocument("Service", owned{"team", s.Team}, toServiceBody(s))
	if err != nil {
		r.leave(s.Origin, key, "%s", oneLine(err.Error()))
		return
	}
	r.add(importThing{kind: "Service", key: key, path: path, origin: s.Origin, text: text})
}

// addOrganisation adds teams, systems and services.
func (r *importReading) addOrganisation(o foreign.Organisation, in importing) {
	r.notes, r.refused = append(r.notes, o.Notes...), append(r.refused, o.Refused...)
	write := func(kind, path, key string, at foreign.Origin, body any) {
		text, err := ownDocument(kind, owned{}, body)
		if err != nil {
			r.leave(at, key, "%s", oneLine(err.Error()))
			return
		}
		r.add(importThing{kind: kind, key: key, path: path, origin: at, text: text})
	}
	for _, t := range o.Teams {
		write("Team", "teams/"+t.Slug+".yaml", "team "+t.Slug, t.Origin, toTeamBody(t))
	}
	for _, s := range o.Systems {
		key := "system " + s.Slug
		if s.Team == "" {
			if in.team == "" {
				r.leave(s.Origin, key, "no team owns it: say which with --team")
				continue
			}
			s.Team = in.team
			r.note(s.Origin, key, "no team owns it: it is given to %s", in.team)
		}
		write("System", "systems/"+s.Slug+".yaml", key, s.Origin, toSystemBody(s))
	}
	for _, s := range o.Services {
		r.addService(s, in, false)
	}
}

// readCards reads scorecards, which are of the team that the import names, or the platform's.
func readCards(read func([]foreign.Text) foreigncards.Reading) func([]foreign.Text, importing) importReading {
	return func(texts []foreign.Text, in importing) importReading {
		found := read(texts)
		r := importReading{notes: found.Notes, refused: found.Refused}
		for _, f := range found.Facts {
			fact := importFact{Name: f.Name, Type: string(f.Type), Doc: f.Doc, LongestDays: f.LongestDays}
			for _, way := range f.Ways {
				fact.Ways = append(fact.Ways, string(way))
			}
			r.facts = append(r.facts, fact)
		}
		for _, s := range found.Scorecards {
			key := "scorecard " + s.Slug
			s.Owner = in.team
			text, err := document.Write(s.Draft)
			if err != nil {
				r.leave(s.Origin, key, "%s", oneLine(err.Error()))
				continue
			}
			r.add(importThing{kind: document.Kind, key: key, path: "scorecards/" + s.Slug + ".yaml", origin: s.Origin, text: text})
		}
		return r
	}
}

func readCatalogInfo(texts []foreign.Text, in importing) importReading {
	var r importReading
	r.addOrganisation(cataloginfo.Read(texts), in)
	return r
}

func readTables(texts []foreign.Text, in importing) importReading {
	var r importReading
	read := table.Read(texts)
	r.addOrganisation(read.Organisation, in)
	for _, s := range read.SLOs {
		r.addSLO(s.SLO, s.Origin, in)
	}
	return r
}

// eachText reads texts one by one: one that is wrong anywhere is refused as a whole. Services that any
// describes are added before SLOs of all that name them.
func eachText(read func(text []byte) (foreign.Reading, error)) func([]foreign.Text, importing) importReading {
	return func(texts []foreign.Text, in importing) importReading {
		var r importReading
		found := make([]foreign.Reading, len(texts))
		for i, text := range texts {
			var err error
			if found[i], err = read(text.Bytes); err != nil {
				found[i] = foreign.Reading{}
				r.refused = append(r.refused, foreign.Refusal{In: text.In, Err: err})
			}
		}
		for i, text := range texts {
			for _, s := range found[i].Services {
				r.addDescribed(s, "", foreign.Origin{In: text.In, Document: s.Document, Line: s.Line}, in)
			}
		}
		for i, text := range texts {
			r.addReading(found[i], text.In, in)
		}
		return r
	}
}

// addDescribed adds a service that a tool describes by itself; team is its own, if it is said there.
func (r *importReading) addDescribed(of foreign.Described, team string, at foreign.Origin, in importing) {
	s := foreign.Service{Origin: at, ServiceInput: registry.ServiceInput{Slug: foreign.Slug(of.Name), Team: team, Profile: registry.Profile{
		Name: cmp.Or(of.DisplayName, of.Name), Description: of.Description, Kind: registry.HTTP, Tier: 3, Lifecycle: registry.Production, Labels: of.Labels,
	}}}
	key := "service " + s.Slug
	err := s.Validate()
	if err != nil && len(s.Labels) > 0 {
		if s.Labels = nil; s.Validate() == nil {
			r.note(at, key, "its labels cannot be kept: %s", oneLine(err.Error()))
			err = nil
		}
	}
	if team != "" && !registry.ValidSlug(team) {
		err = errors.Join(err, fmt.Errorf("its team must be a short name, such as payments, not %q", fault.Clip(team, 64)))
	}
	if err != nil {
		r.leave(at, "service "+fault.Clip(of.Name, 64), "%s", oneLine(err.Error()))
		return
	}
	r.note(at, key, "nothing says how critical it is, nor of what kind: it is made of tier 3, for requests over HTTP")
	if s.Slug != of.Name {
		r.note(at, key, "the service %q has the short name %q here", fault.Clip(of.Name, 64), s.Slug)
	}
	r.addService(s, in, false)
}

// addReading adds the SLOs of a text. Notes on one that has a single SLO are on that.
func (r *importReading) addReading(found foreign.Reading, text string, in importing) {
	of := ""
	if len(found.SLOs) == 1 {
		of = "SLO " + foreign.Slug(found.SLOs[0].Service) + "/" + found.SLOs[0].Declaration.Slug
	}
	for _, n := range found.Notes {
		placed := foreign.Placed{In: text, Note: n}
		if !n.Left {
			placed.Of = of
		}
		r.notes = append(r.notes, placed)
	}
	for _, s := range found.SLOs {
		r.addSLO(s, foreign.Origin{In: text, Document: s.Document, Line: s.Line}, in)
	}
}
