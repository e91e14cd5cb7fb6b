package openslo

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/yamldoc"
	"github.com/evenkeel/evenkeel/services/slo"
)

// MaxSize is how large a text may be that is read, in bytes.
const MaxSize = 64 << 10

// Reading is what a document declares.
type Reading struct {
	// Service is whose SLO it is, as the document names it; nothing is looked up.
	Service     string
	Declaration slo.Declaration
	Warnings    []Warning // by their places
}

// Warning is something of a document that has no place here, or that was taken for something.
type Warning struct {
	Code         string
	In           string // what its document says of where it was read from
	Line, Column int    // from 1
	Pointer      string // into the document
	Message      string
}

// The codes of warnings.
const (
	WarnLeftOut = "left_out"     // it has no place here
	WarnAssumed = "assumed"      // it does not say something that has to be said
	WarnChanged = "changed"      // it says something that is said otherwise here
	WarnSource  = "not_readable" // no data source speaks it here
	WarnUnnamed = "unnamed"      // it does not say which data source is asked
)

// Read reads the one SLO of a text, which may hold the SLI that it refers to and other documents
// beside it. What is wrong is Invalid, with a pointer into the document and its line in the
// message: what is no YAML or no OpenSLO, and what no declaration may say. Whether the data source
// is there, and can be asked so, is for whoever declares it.
func Read(text []byte) (Reading, error) {
	var check fault.Check
	check.Require(len(text) <= MaxSize, "", nil, "must have at most %d bytes, has %d", MaxSize, len(text))
	checkShape(&check, string(text))
	if err := check.Err(); err != nil {
		return Reading{}, err
	}
	docs, err := yamldoc.Parse(text)
	if err != nil {
		return Reading{}, invalid(err)
	}
	out, err := readOne(docs)
	return out, invalid(err)
}

// readOne reads the one SLO among the documents.
func readOne(docs []yamldoc.Document) (Reading, error) {
	var l Library
	var r *reader
	var others []yamldoc.Document
	for _, d := range docs {
		is, err := l.Add(d)
		switch {
		case err != nil:
			return Reading{}, err
		case is && r != nil:
			return Reading{}, d.Place([]fault.Violation{{Pointer: "/kind", Message: "is the second SLO; one is read at a time"}})
		case is:
			r = &reader{doc: d}
		case d.Head("kind") != KindSLI:
			others = append(others, d)
		}
	}
	if r == nil {
		return Reading{}, &yamldoc.Error{Problems: []yamldoc.Problem{{Line: 1, Column: 1, Message: "there is no document of kind SLO"}}}
	}
	for _, d := range others {
		r.warn(d, WarnLeftOut, "/kind", "a document of kind %s is not read: what it says is set up here by itself", d.Head("kind"))
	}
	out, err := r.reading(&l)
	if err != nil {
		return Reading{}, err
	}
	for _, name := range slices.Sorted(maps.Keys(l.places)) {
		if name != string(r.slo.Spec.IndicatorRef) {
			r.warn(l.places[name], WarnLeftOut, "/metadata/name", "the SLO does not refer to the SLI %q", name)
		}
	}
	out.Warnings = r.told()
	return out, nil
}

// Library holds the SLIs of documents, which SLOs refer to.
type Library struct {
	slis   map[string]SLI
	places map[string]yamldoc.Document
}

// Add takes a document, keeps it where it is an SLI, and reports whether it is an SLO. The error
// is a *yamldoc.Error: it is no document of OpenSLO v1, or no SLI.
func (l *Library) Add(d yamldoc.Document) (isSLO bool, err error) {
	kind := d.Head("kind")
	switch version := d.Head("apiVersion"); {
	case version != APIVersion:
		return false, d.Place([]fault.Violation{{Pointer: "/apiVersion", Message: fmt.Sprintf("must be %q", APIVersion), Value: version}})
	case !slices.Contains(Kinds, kind):
		return false, d.Place([]fault.Violation{{Pointer: "/kind", Message: fmt.Sprintf("must be one of %s", fault.Or(Kinds)), Value: kind}})
	case kind != KindSLI:
		return kind == KindSLO, nil
	}
	var one SLI
	if err := d.Decode(&one); err != nil {
		return false, err
	}
	if l.slis == nil {
		l.slis, l.places = map[string]SLI{}, map[string]yamldoc.Document{}
	}
	name := string(one.Metadata.Name)
	if _, there := l.slis[name]; there {
		return false, d.Place([]fault.Violation{{Pointer: "/metadata/name", Message: "is the name of another SLI", Value: name}})
	}
	l.slis[name], l.places[name] = one, d
	return false, nil
}

// Read reads a document that is an SLO, with the SLI of the library that it refers to. The error
// is a *yamldoc.Error with all that is wrong, each at its place.
func (l *Library) Read(d yamldoc.Document) (Reading, error) {
	r := &reader{doc: d}
	return r.reading(l)
}

func (r *reader) reading(l *Library) (Reading, error) {
	if err := r.doc.Decode(&r.slo); err != nil {
		return Reading{}, err
	}
	r.refer(l)
	out := Reading{Service: string(r.slo.Spec.Service)}
	r.read(&out.Declaration)
	if err := r.check.Err(); err != nil {
		return Reading{}, r.doc.Check(err)
	}
	if err := r.doc.Check(r.translated(r.validated(out.Declaration))); err != nil {
		return Reading{}, err
	}
	out.Declaration, out.Warnings = out.Declaration.Complete(), r.told()
	return out, nil
}

// told are the warnings, by their places.
func (r *reader) told() []Warning {
	slices.SortStableFunc(r.warnings, func(a, b Warning) int { return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column)) })
	return r.warnings
}

// validated tells what no declaration may say. That a data source is not named is a warning: who
// reads a document of somebody else's chooses one of their own.
func (r *reader) validated(d slo.Declaration) error {
	if d.Origin.Asked() && d.Origin.DataSource == "" {
		r.warn(r.sliDoc, WarnUnnamed, r.sliAt+"/spec", "it names no data source by metricSourceRef; one has to be said before it can be declared")
		d.Origin.DataSource = "unnamed"
	}
	return d.Validate()
}

// invalid is what is wrong with a document as a fault, with the line in each message.
func invalid(err error) error {
	var of *yamldoc.Error
	if !errors.As(err, &of) {
		return err
	}
	var check fault.Check
	for _, p := range of.Problems {
		check.Fail(p.Pointer, nil, "line %d, column %d: %s", p.Line, p.Column, p.Message)
	}
	return check.Err()
}

// reader reads an SLO. The indicator may be in a document of its own.
type reader struct {
	slo      SLO
	doc      yamldoc.Document
	sli      *SLI
	sliDoc   yamldoc.Document
	sliAt    string // where it begins in its document: "" or "/spec/indicator"
	check    fault.Check
	warnings []Warning
}

// refer finds the indicator of the SLO.
func (r *reader) refer(l *Library) {
	switch ref := string(r.slo.Spec.IndicatorRef); {
	case r.slo.Spec.Indicator != nil:
		r.sli, r.sliDoc, r.sliAt = r.slo.Spec.Indicator, r.doc, "/spec/indicator"
		if ref != "" {
			r.check.Fail("/spec/indicatorRef", ref, "must be left out where there is an indicator")
		}
	case ref == "":
		r.check.Fail("/spec", nil, "must have an indicator, or an indicatorRef and the document of that SLI")
	default:
		one, there := l.slis[ref]
		if !there {
			r.check.Fail("/spec/indicatorRef", ref, "names an SLI that is not in the text; add its document")
			return
		}
		r.sli, r.sliDoc = &one, l.places[ref]
	}
}

func (r *reader) warn(d yamldoc.Document, code, pointer, format string, args ...any) {
	w := Warning{Code: code, In: d.In, Pointer: pointer, Message: fmt.Sprintf(format, args...)}
	w.Line, w.Column = d.Line(pointer)
	r.warnings = append(r.warnings, w)
}

// fail notes what is wrong with the indicator, which may be in another document: it is told
// where that is referred to then.
func (r *reader) fail(pointer string, value any, format string, args ...any) {
	if r.sliAt == "" {
		line, _ := r.sliDoc.Line(pointer)
		r.check.Fail("/spec/indicatorRef", nil, "of the SLI, line %d, %s: %s", line, pointer, fmt.Sprintf(format, args...))
		return
	}
	r.check.Fail(pointer, value, format, args...)
}

// read makes the declaration.
func (r *reader) read(d *slo.Declaration) {
	d.Slug, d.Name, d.Description = string(r.slo.Metadata.Name), string(r.slo.Metadata.DisplayName), string(r.slo.Spec.Description)
	r.check.Require(r.slo.Spec.Service != "", "/spec/service", nil, "is required: the service whose SLO it is")
	r.readMetadata(d)
	r.readWindow(d)
	method, known := methods.of(string(r.slo.Spec.BudgetingMethod))
	r.check.Require(known, "/spec/budgetingMethod", string(r.slo.Spec.BudgetingMethod), "must be Occurrences, Timeslices or RatioTimeslices")
	d.Budgeting.Method = method
	r.readObjectives(d)
	if r.sli != nil {
		r.readIndicator(d)
	}
	if d.Category == "" {
		d.Category = slo.Availability
		r.warn(r.doc, WarnAssumed, "/metadata", "it does not say what it measures; taken for availability: the annotation %scategory says otherwise", Prefix)
	}
	if len(r.slo.Spec.AlertPolicies) > 0 {
		r.warn(r.doc, WarnLeftOut, "/spec/alertPolicies", "alert policies are not read: here every SLO alerts by burn rates, of which %salerts-off switches some off", Prefix)
	}
}

func (r *reader) readMetadata(d *slo.Declaration) {
	others := readAnnotations(r.slo.Metadata.Annotations, d, &r.check)
	slices.Sort(others)
	for _, name := range others {
		r.warn(r.doc, WarnLeftOut, at(name), "the annotation %q is not kept", fault.Clip(name, 64))
	}
	if len(r.slo.Metadata.Labels) > 0 {
		r.warn(r.doc, WarnLeftOut, "/metadata/labels", "labels are not kept: SLOs have none here")
	}
}

// translated has the pointers of a declaration lead into the document.
func (r *reader) translated(err error) error {
	f := fault.As(err)
	if f == nil || len(f.Violations) == 0 {
		return err
	}
	var check fault.Check
	for _, v := range f.Violations {
		check.Fail(r.place(v.Pointer), v.Value, "%s", v.Message)
	}
	return check.Err()
}

// place is where the document says what the declaration has at the pointer.
func (r *reader) place(pointer string) string {
	if one, rest, _ := strings.Cut(strings.TrimPrefix(pointer, "/furtherObjectives/"), "/"); strings.HasPrefix(pointer, "/furtherObjectives/") && len(r.slo.Spec.Objectives) > 1 {
		member := "targetPercent"
		if rest == "name" {
			member = "displayName"
		}
		var n int
		if _, err := fmt.Sscan(one, &n); err == nil {
			return fmt.Sprintf("/spec/objectives/%d/%s", n+1, member)
		}
	}
	if at := "/spec/objectives/0/target"; strings.HasPrefix(pointer, "/objective") && r.doc.Has(at) {
		return at
	}
	for _, p := range places {
		if rest, found := strings.CutPrefix(pointer, p.of); found && (rest == "" || rest[0] == '/') {
			return p.in
		}
	}
	for _, a := range annotations {
		if rest, found := strings.CutPrefix(pointer, a.pointer); found && (rest == "" || rest[0] == '/') {
			return at(Prefix + a.name)
		}
	}
	if strings.HasPrefix(pointer, "/indicator") {
		if r.sliAt == "" {
			return "/spec/indicatorRef"
		}
		return r.measured(pointer)
	}
	return ""
}

// measured is where the indicator says how it is measured.
func (r *reader) measured(pointer string) string {
	metric := r.sliAt + "/spec/ratioMetric"
	if r.sli != nil && r.sli.Spec.ThresholdMetric != nil {
		metric = r.sliAt + "/spec/thresholdMetric"
	}
	last := pointer[strings.LastIndexByte(pointer, '/')+1:]
	switch last {
	case "good", "bad", "total":
		return metric + "/" + last + "/metricSource/spec"
	case "value", "op":
		return "/spec/objectives/0/" + last
	}
	return metric
}

// places are where declarations and documents say the same.
var places = []struct{ of, in string }{
	{"/slug", "/metadata/name"}, {"/name", "/metadata/displayName"}, {"/description", "/spec/description"},
	{"/objective", "/spec/objectives/0/targetPercent"}, {"/windowDays", "/spec/timeWindow/0/duration"},
	{"/calendar/startDate", "/spec/timeWindow/0/calendar/startTime"}, {"/calendar/timeZone", "/spec/timeWindow/0/calendar/timeZone"}, {"/calendar", "/spec/timeWindow/0/duration"},
	{"/budgeting/method", "/spec/budgetingMethod"}, {"/budgeting/sliceTarget", "/spec/objectives/0/timeSliceTarget"}, {"/budgeting/sliceSeconds", "/spec/objectives/0/timeSliceWindow"},
	{"/indicator/description", "/spec/indicator/spec/description"},
}
