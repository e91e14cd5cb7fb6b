package openslo

import (
	"cmp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/evenkeel/evenkeel/internal/yamldoc"
)

// Documents are what was read of many files.
type Documents struct {
	SLOs        []Reading
	Services    []ServiceReading
	DataSources []DataSourceReading
	// Others are documents of another apiVersion than OpenSLO's, untouched.
	Others []yamldoc.Document
	// Undeclared is what documents that are right by OpenSLO say and no declaration can; nil where
	// there is nothing. Their SLOs are not among the others.
	Undeclared *yamldoc.Error
	Warnings   []Warning // by file and place
	// Count is how many documents of OpenSLO there are.
	Count int
}

// ServiceReading is a document of kind Service.
type ServiceReading struct {
	Document                      yamldoc.Document
	Slug, Name, Description, Team string // Team is the annotation evenkeel.dev/team
}

// DataSourceReading is a document of kind DataSource.
type DataSourceReading struct {
	Document                      yamldoc.Document
	Slug, Name, Type, Description string
}

// ReadAll reads the documents of all files, which may refer to each other in any order. The error
// is a *yamldoc.Error with everything that is wrong with any of them, by file and place; what is
// right is returned beside it.
//
// A reference to an SLI that is not there is an error, for nothing can be declared without; strict,
// it is a warning, for the reference implementation judges each document alone. One to an alert
// policy, condition or target is a warning; one to a service or data source is one where any
// document of that kind was read, and else may be on the server. A second document of the same
// identity is an error: (service, name) is that of an SLO, (kind, name) that of others.
func ReadAll(files []yamldoc.File, o Options) (Documents, error) {
	var docs Documents
	var wrong []yamldoc.Problem
	var each []*document
	for _, p := range parseAll(files) {
		wrong = append(wrong, p.wrong...)
		for _, d := range p.docs {
			if v := d.Head("apiVersion"); v != "" && !strings.HasPrefix(v, "openslo/") {
				docs.Others = append(docs.Others, d)
				continue
			}
			each = append(each, &document{judge: judge{doc: d, options: o}})
		}
	}
	docs.Count = len(each)
	spread(len(each), func(i int) { each[i].of = each[i].read() })
	l := &Library{Options: o}
	for _, one := range each {
		if one.of != nil {
			if l.once(&one.judge, one.of) {
				l.keep(one.of, one.doc)
			}
		}
	}
	spread(len(each), func(i int) { each[i].finish(l) })
	docs.gather(each)
	return docs, failed(files, each, wrong)
}

// ReadDocument reads a document of OpenSLO by itself: a pointer to one of the types of documents.
// What it refers to is not looked up. The error is a *yamldoc.Error.
func ReadDocument(d yamldoc.Document, o Options) (any, []Warning, error) {
	j := judge{doc: d, options: o}
	of := j.read()
	if len(j.wrong) > 0 {
		return nil, nil, &yamldoc.Error{Problems: j.wrong}
	}
	return of, j.warnings, nil
}

// document is a document on its way.
type document struct {
	judge
	of         any
	reading    *Reading
	undeclared []yamldoc.Problem
}

// finish looks up what the document refers to, and reads it where it is an SLO.
func (one *document) finish(l *Library) {
	if one.of == nil {
		return
	}
	l.refers(&one.judge, one.of)
	s, is := one.of.(*SLO)
	if !is || len(one.wrong) > 0 {
		return
	}
	r := &reader{doc: one.doc, slo: s}
	reading, err := r.reading(l)
	one.warnings = append(one.warnings, r.warnings...)
	var refused *yamldoc.Error
	if as(err, &refused) {
		one.undeclared = refused.Problems
		return
	}
	reading.Warnings = one.warnings
	one.reading = &reading
}

func (docs *Documents) gather(each []*document) {
	used := map[string]bool{}
	var undeclared []yamldoc.Problem
	for _, one := range each {
		switch of := one.of.(type) {
		case *SLO:
			used[string(said(of.Spec.IndicatorRef))] = true
			for _, o := range of.Spec.Objectives {
				used[string(said(o.IndicatorRef))] = true
			}
			if one.reading != nil {
				docs.SLOs = append(docs.SLOs, *one.reading)
			}
		case *Service:
			if len(one.wrong) > 0 {
				break
			}
			docs.Services = append(docs.Services, ServiceReading{one.doc, string(of.Metadata.Name), string(of.Metadata.DisplayName), string(of.Spec.Description), string(of.Metadata.Annotations[Prefix+"team"])})
		case *DataSource:
			if len(one.wrong) > 0 {
				break
			}
			docs.DataSources = append(docs.DataSources, DataSourceReading{one.doc, string(of.Metadata.Name), string(of.Metadata.DisplayName), string(of.Spec.Type), string(of.Spec.Description)})
		}
		undeclared = append(undeclared, one.undeclared...)
	}
	for _, one := range each {
		if of, is := one.of.(*SLI); is && !used[string(of.Metadata.Name)] {
			one.warnings = append(one.warnings, warning(one.doc, WarnLeftOut, "/metadata/name", "no SLO refers to the SLI %q", string(of.Metadata.Name)))
		}
		slices.SortStableFunc(one.warnings, byPlace)
		docs.Warnings = append(docs.Warnings, one.warnings...)
	}
	if undeclared != nil {
		docs.Undeclared = &yamldoc.Error{Problems: undeclared}
	}
}

// failed is everything that is wrong, by file and place.
func failed(files []yamldoc.File, each []*document, wrong []yamldoc.Problem) error {
	order := make(map[string]int, len(files))
	for i, f := range files {
		order[f.Name] = i
	}
	for _, one := range each {
		wrong = append(wrong, one.wrong...)
	}
	if len(wrong) == 0 {
		return nil
	}
	slices.SortStableFunc(wrong, func(a, b yamldoc.Problem) int {
		return cmp.Or(cmp.Compare(order[a.In], order[b.In]), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return &yamldoc.Error{Problems: wrong}
}

// parsed are the documents of a file.
type parsed struct {
	docs  []yamldoc.Document
	wrong []yamldoc.Problem
}

func parseAll(files []yamldoc.File) []parsed {
	out := make([]parsed, len(files))
	spread(len(files), func(i int) {
		docs, err := yamldoc.Parse(files[i].Text)
		var refused *yamldoc.Error
		if as(err, &refused) {
			for _, p := range refused.Problems {
				p.In = files[i].Name
				out[i].wrong = append(out[i].wrong, p)
			}
		}
		for _, d := range docs {
			d.In = files[i].Name
			out[i].docs = append(out[i].docs, d.Items()...)
		}
	})
	return out
}

// spread does something for each number below n, side by side on all processors.
func spread(n int, do func(i int)) {
	workers := min(n, runtime.GOMAXPROCS(0))
	var next atomic.Int64
	var all sync.WaitGroup
	for range workers {
		all.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				do(i)
			}
		})
	}
	all.Wait()
}
