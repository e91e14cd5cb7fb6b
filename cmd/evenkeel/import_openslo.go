package main

import (
	"cmp"

	"github.com/evenkeel/evenkeel/internal/yamldoc"
	"github.com/evenkeel/evenkeel/services/foreign"
	"github.com/evenkeel/evenkeel/services/foreign/walk"
	"github.com/evenkeel/evenkeel/services/openslo"
	"github.com/evenkeel/evenkeel/services/registry"
)

// readOpenSLO reads documents of OpenSLO v1 of all texts together: SLOs refer to what is in others.
func readOpenSLO(texts []foreign.Text, in importing) importReading {
	type placed struct {
		doc yamldoc.Document
		at  foreign.Origin
	}
	var r importReading
	var library openslo.Library
	var slos []placed
	refuse := func(in string, err error) { r.refused = append(r.refused, foreign.Refusal{In: in, Err: err}) }
	for _, text := range texts {
		docs, err := yamldoc.Parse(text.Bytes)
		if err != nil {
			refuse(text.In, err)
			continue
		}
		r.openSLOServices(text, in)
		for i, d := range docs {
			d.In = text.In
			line, _ := d.Line("")
			at := foreign.Origin{In: text.In, Document: i + 1, Line: line}
			isSLO, err := library.Add(d)
			switch {
			case err != nil:
				refuse(text.In, err)
			case isSLO:
				slos = append(slos, placed{d, at})
			case d.Head("kind") == openslo.KindDataSource:
				r.leave(at, "the data source", "administrators make them: say with --data-source which one queries ask")
			}
		}
	}
	for _, s := range slos {
		found, err := library.Read(s.doc)
		if err != nil {
			refuse(s.at.In, err)
			continue
		}
		key := "SLO " + foreign.Slug(found.Service) + "/" + found.Declaration.Slug
		for _, w := range found.Warnings {
			if w.Code == openslo.WarnUnnamed {
				continue // the import names one
			}
			of := s.at
			of.In = cmp.Or(w.In, of.In)
			note := foreign.Note{Document: of.Document, Line: w.Line, Column: w.Column, Pointer: w.Pointer, Message: w.Message}
			r.notes = append(r.notes, foreign.Placed{In: of.In, Note: note, Of: key})
		}
		r.addSLO(foreign.SLO{Service: found.Service, Name: found.Declaration.Name, Declaration: found.Declaration}, s.at, in)
	}
	return r
}

// openSLOServices adds what documents of the kind Service say, before SLOs name their services.
func (r *importReading) openSLOServices(text foreign.Text, in importing) {
	notes, refused := walk.Each(text, func(d *walk.Document, root walk.Node) {
		if !root.IsNames() {
			return // what it is not is told where all kinds are read
		}
		if root.Field("kind").Value() != openslo.KindService || root.Field("apiVersion").Value() != openslo.APIVersion {
			root.Ignore(root.Names()...)
			return
		}
		metadata := root.Field("metadata")
		name := metadata.Field("name").Text()
		s := foreign.Service{Origin: root.Origin(), ServiceInput: registry.ServiceInput{Slug: foreign.Slug(name), Profile: registry.Profile{
			Name: cmp.Or(metadata.Field("displayName").Text(), name), Description: root.Field("spec").Field("description").Text(), Kind: registry.HTTP, Tier: 3, Lifecycle: registry.Production,
		}}}
		d.Of = "service " + s.Slug
		if d.Wrong() {
			return
		}
		if err := s.Validate(); err != nil {
			r.leave(s.Origin, "service "+name, "%s", oneLine(err.Error()))
			return
		}
		r.note(s.Origin, "service "+s.Slug, "nothing says how critical it is, nor of what kind: it is made of tier 3, for requests over HTTP")
		r.addService(s, in, false)
	})
	r.notes, r.refused = append(r.notes, notes...), append(r.refused, refused...)
}
