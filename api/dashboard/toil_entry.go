package dashboard

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/toil"
)

func toilEntryURL(team string, entry id.ID) string {
	return toilURL(team) + "/entries/" + string(entry)
}

// traits are what makes work toil, as forms spell it.
var traits = []struct {
	name, words string
	is          func(toil.Traits) bool
}{
	{"manual", "manual", func(t toil.Traits) bool { return t.Manual }}, {"repetitive", "repetitive", func(t toil.Traits) bool { return t.Repetitive }},
	{"automatable", "can be automated", func(t toil.Traits) bool { return t.Automatable }}, {"tactical", "tactical", func(t toil.Traits) bool { return t.Tactical }},
	{"noEnduringValue", "no enduring value", func(t toil.Traits) bool { return t.NoEnduringValue }}, {"grows", "grows with the service", func(t toil.Traits) bool { return t.Grows }},
}

func traitChoices(chosen []string) []choice {
	var out []choice
	for _, t := range traits {
		out = append(out, choice{t.name, t.words, slices.Contains(chosen, t.name)})
	}
	return out
}

func serviceChoices(services []registry.Service, chosen string) []choice {
	out := []choice{{Text: "No service"}}
	for _, s := range services {
		out = append(out, choice{string(s.ID), s.Name, string(s.ID) == chosen})
	}
	return out
}

// toilEntryOf is the entry that the address names, which is the visitor's own, and its team.
func (d *Dashboard) toilEntryOf(v *visit) (registry.Team, toil.Entry, error) {
	team, err := d.sources.Registry.TeamFor(v.ctx, v.PathValue("team"))
	if err != nil {
		return registry.Team{}, toil.Entry{}, err
	}
	known, spelled := id.Parse(v.PathValue("entry"))
	if !spelled {
		return registry.Team{}, toil.Entry{}, fault.Missing("toil_entry", v.PathValue("entry"))
	}
	e, err := d.sources.Toil.Entry(v.ctx, team.ID, known)
	return team, e, err
}

// toilEntry is the form that changes an entry.
func (d *Dashboard) toilEntry(v *visit) (screen, error) {
	team, e, err := d.toilEntryOf(v)
	if err != nil {
		return screen{}, err
	}
	return d.toilEntryScreen(v, team, e, e.Version, filled{})
}

// amendToil takes the form that changes one.
func (d *Dashboard) amendToil(v *visit, in *filled) (string, screen, error) {
	team, e, err := d.toilEntryOf(v)
	if err != nil {
		return "", screen{}, err
	}
	version, err := strconv.ParseInt(v.typed("version"), 10, 64)
	if err != nil {
		version = 0 // which no entry has
	}
	_, err = d.sources.Toil.Amend(v.ctx, team.ID, e.ID, version, v.toilWork())
	switch {
	case err == nil:
		return toilURL(team.Slug) + "#entries", screen{}, nil
	case fault.Is(err, fault.Precondition):
		in.Wrong = append(in.Wrong, fmt.Sprintf("You changed it elsewhere meanwhile, at %s. What it says now stands at the fields where that is something else; sending this form again puts it in place of that.", at(e.UpdatedAt).Text))
		version, in.Stale = e.Version, true
	case !in.refused(err):
		return "", screen{}, err
	}
	s, err := d.toilEntryScreen(v, team, e, version, *in)
	return "", s, err
}

func (d *Dashboard) toilEntryScreen(v *visit, team registry.Team, e toil.Entry, version int64, in filled) (screen, error) {
	services, err := d.sources.Registry.Services(v.ctx, registry.ServiceFilter{Team: team.ID}, page.Request{Limit: page.MaxLimit})
	if err != nil {
		return screen{}, err
	}
	if e.Service != "" && !slices.ContainsFunc(services.Items, func(s registry.Service) bool { return s.ID == e.Service }) {
		named, err := d.sources.Registry.ServicesByID(v.ctx, []id.ID{e.Service}) // of another team now, or one of very many
		if err != nil {
			return screen{}, err
		}
		if of, there := named[e.Service]; there {
			services.Items = append(services.Items, of)
		}
	}
	p := sheetPage{
		Crumbs: []link{{URL: toilPath, Text: "Toil"}, {URL: toilURL(team.Slug), Text: team.Name}, {Text: "Change what you logged"}}, Title: "Change what you logged",
		Lede: "It is seen by you alone. The team sees sums by kind and service.", Action: toilEntryURL(team.Slug, e.ID), Send: "Save", Version: version, Back: toilURL(team.Slug) + "#entries",
		Fields: toilFields(e, services.Items, &in),
	}
	p.Wrong = in.rest()
	if in.Stale {
		beside(p.Fields, toilFields(e, services.Items, &filled{}))
	}
	return screen{template: "sheet", title: p.Title, section: toilPath, page: p}, nil
}

// toilFields are the fields of an entry, with what was filled in.
func toilFields(e toil.Entry, services []registry.Service, in *filled) []field {
	var chosen []string
	for _, t := range traits {
		if t.is(e.Traits) {
			chosen = append(chosen, t.name)
		}
	}
	if in.Values != nil {
		chosen = in.Values["traits"]
	}
	minutes := ""
	if e.Minutes > 0 {
		minutes = strconv.Itoa(e.Minutes)
	}
	return []field{
		{Name: "day", Label: "Day", Kind: asDay, Required: true, Value: in.value("day", string(e.Day)), Fault: in.take("/day")},
		{Name: "minutes", Label: "Minutes, hands on", Kind: asNumber, Required: true, Value: in.value("minutes", minutes), Fault: in.take("/minutes")},
		{Name: "category", Label: "Kind", Kind: asChoice, Options: categoryChoices(toil.Category(in.value("category", string(e.Category)))), Fault: in.take("/category")},
		{Name: "service", Label: "Service", Kind: asChoice, Options: serviceChoices(services, in.value("service", string(e.Service))), Fault: in.take("/service")},
		{Name: "traits", Label: "What makes it toil", Kind: asTicks, Wide: true, Options: traitChoices(chosen)},
		{Name: "link", Label: "Link, if there is one", Kind: asLine, Wide: true, Value: in.value("link", e.Link), Fault: in.take("/link")},
		{Name: "note", Label: "Note, for yourself", Kind: asLine, Wide: true, Value: in.value("note", e.Note), Fault: in.take("/note")},
	}
}
