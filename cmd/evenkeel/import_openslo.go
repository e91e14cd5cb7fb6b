package main

import (
	"errors"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/yamldoc"
	"github.com/evenkeel/evenkeel/services/foreign"
	"github.com/evenkeel/evenkeel/services/openslo"
)

// readOpenSLO reads documents of OpenSLO v1 of all texts together: SLOs refer to what is in others.
func readOpenSLO(texts []foreign.Text, in importing) importReading {
	files := make([]yamldoc.File, len(texts))
	for i, text := range texts {
		files[i] = yamldoc.File{Name: text.In, Text: text.Bytes}
	}
	var r importReading
	docs, err := openslo.ReadAll(files, openslo.Options{})
	r.refuse(err)
	for _, d := range docs.Others {
		r.leave(placeOf(d), "a document", "it is of %q, and %s is read", fault.Clip(d.Head("apiVersion"), 64), openslo.APIVersion)
	}
	for _, d := range docs.DataSources {
		r.leave(placeOf(d.Document), "the data source "+d.Slug, "administrators make them: say with --data-source which one queries ask")
	}
	for _, s := range docs.Services { // before SLOs name them
		r.addOpenSLOService(s, in)
	}
	said := map[openslo.Warning]bool{}
	warn := func(w openslo.Warning, key string) {
		if !said[w] && w.Code != openslo.WarnUnnamed { // the import names one
			r.notes = append(r.notes, foreign.Placed{In: w.In, Note: noteOf(w.Problem), Of: key})
		}
		said[w] = true
	}
	for _, s := range docs.SLOs {
		for _, w := range s.Warnings {
			warn(w, "SLO "+foreign.Slug(s.Service)+"/"+s.Declaration.Slug)
		}
		r.addSLO(foreign.SLO{Service: s.Service, Name: s.Declaration.Name, Declaration: s.Declaration}, placeOf(s.Document), in)
	}
	for _, w := range docs.Warnings {
		warn(w, "")
	}
	if docs.Undeclared != nil {
		for _, p := range docs.Undeclared.Problems {
			note := noteOf(p)
			note.Message, note.Left = "cannot be declared here: "+note.Message, true
			r.notes = append(r.notes, foreign.Placed{In: p.In, Note: note})
		}
	}
	return r
}

// refuse takes what is wrong with documents, each of which is refused by itself.
func (r *importReading) refuse(err error) {
	var wrong *yamldoc.Error
	if !errors.As(err, &wrong) {
		return // there is no other, but for none
	}
	type document struct {
		in     string
		number int
	}
	of := map[document]*yamldoc.Error{}
	for _, p := range wrong.Problems {
		d := document{p.In, p.Document}
		if of[d] == nil {
			of[d] = &yamldoc.Error{}
			r.refused = append(r.refused, foreign.Refusal{In: p.In, Err: of[d]})
		}
		of[d].Problems = append(of[d].Problems, p)
	}
}

// placeOf is where a document begins.
func placeOf(d yamldoc.Document) foreign.Origin {
	line, _ := d.Line("")
	return foreign.Origin{In: d.In, Document: d.Number, Line: line}
}

func noteOf(p yamldoc.Problem) foreign.Note {
	return foreign.Note{Document: p.Document, Line: p.Line, Column: p.Column, Pointer: p.Pointer, Message: p.Message}
}

// addOpenSLOService adds what a document of the kind Service says.
func (r *importReading) addOpenSLOService(of openslo.ServiceReading, in importing) {
	r.addDescribed(foreign.Described{Name: of.Slug, DisplayName: of.Name, Description: of.Description}, of.Team, placeOf(of.Document), in)
	metadata := of.Document.Root().Member("metadata")
	for _, name := range []string{"labels", "annotations"} {
		for _, m := range metadata.Member(name).Members() {
			if m.Name != openslo.Prefix+"team" {
				line, column := of.Document.Line("/metadata/" + name)
				note := foreign.Note{Document: of.Document.Number, Line: line, Column: column, Pointer: "/metadata/" + name, Message: "say nothing of a service here, and were left out"}
				r.notes = append(r.notes, foreign.Placed{In: of.Document.In, Of: "service " + foreign.Slug(of.Slug), Note: note})
				break
			}
		}
	}
}
