package openslo

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/yamldoc"
	"github.com/evenkeel/evenkeel/services/slo"
)

// MaxSize is how large a text may be that is read as one SLO, in bytes.
const MaxSize = 64 << 10

// Reading is what a document declares.
type Reading struct {
	// Document is where it is declared.
	Document yamldoc.Document
	// Service is whose SLO it is, as the document names it; nothing is looked up.
	Service     string
	Declaration slo.Declaration
	// Extras are what the document says beside the declaration.
	Extras   Extras
	Warnings []Warning // by their places
}

// Warning is something of a document that has no place here, or that was taken for something.
type Warning struct {
	Code string
	yamldoc.Problem
}

// The codes of warnings.
const (
	WarnLeftOut    = "left_out"       // it has no place here
	WarnAssumed    = "assumed"        // it does not say something that has to be said
	WarnChanged    = "changed"        // it says something that is said otherwise here
	WarnSource     = "not_readable"   // no data source speaks it here
	WarnUnnamed    = "unnamed"        // it does not say which data source is asked
	WarnStrict     = "not_strict"     // the reference implementation refuses it
	WarnProse      = "not_prose"      // the prose of the specification does not allow it, and the reference implementation does
	WarnReference  = "not_there"      // it refers to what is not among the documents
	WarnUndeclared = "not_declarable" // it is right by OpenSLO, and nothing that can be declared here
)

// Read reads the one SLO of a text, which may hold what it refers to and other documents
// beside it. What is wrong is Invalid, with a pointer into the document and its line in the
// message: what is no YAML or no OpenSLO as the options have it, and what no declaration may say.
// Whether the data source is there, and can be asked so, is for whoever declares it.
func Read(text []byte, o Options) (Reading, error) {
	var check fault.Check
	check.Require(len(text) <= MaxSize, "", nil, "must have at most %d bytes, has %d", MaxSize, len(text))
	if err := check.Err(); err != nil {
		return Reading{}, err
	}
	docs, err := ReadAll([]yamldoc.File{{Text: text}}, o)
	if err != nil {
		return Reading{}, invalid(err)
	}
	out, err := docs.one()
	return out, invalid(err)
}

// one is the one SLO among the documents.
func (docs Documents) one() (Reading, error) {
	if len(docs.Others) > 0 {
		d := docs.Others[0]
		return Reading{}, d.Place([]fault.Violation{{Pointer: "/apiVersion", Message: fmt.Sprintf("must be %q", APIVersion), Value: d.Head("apiVersion")}})
	}
	if docs.Undeclared != nil {
		return Reading{}, docs.Undeclared
	}
	switch len(docs.SLOs) {
	case 0:
		return Reading{}, &yamldoc.Error{Problems: []yamldoc.Problem{{Document: 1, Line: 1, Column: 1, Message: "there is no document of kind SLO"}}}
	case 1:
	default:
		return Reading{}, docs.SLOs[1].Document.Place([]fault.Violation{{Pointer: "/kind", Message: "is the second SLO; one is read at a time"}})
	}
	out := docs.SLOs[0]
	out.Warnings = docs.Warnings
	for _, s := range docs.Services {
		out.Warnings = append(out.Warnings, leftOut(s.Document))
	}
	for _, s := range docs.DataSources {
		out.Warnings = append(out.Warnings, leftOut(s.Document))
	}
	slices.SortStableFunc(out.Warnings, byPlace)
	return out, nil
}

func leftOut(d yamldoc.Document) Warning {
	return warning(d, WarnLeftOut, "/kind", "a document of kind %s is not read: what it says is set up here by itself", d.Head("kind"))
}

func warning(d yamldoc.Document, code, pointer, format string, args ...any) Warning {
	return Warning{code, d.Place([]fault.Violation{{Pointer: pointer, Message: fmt.Sprintf(format, args...)}}).Problems[0]}
}

func byPlace(a, b Warning) int {
	return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
}

// reading is what the document, which is right by OpenSLO, declares; the error is a *yamldoc.Error
// with what no declaration may say.
func (r *reader) reading(l *Library) (Reading, error) {
	out := Reading{Document: r.doc, Service: string(r.slo.Spec.Service)}
	if r.composite() {
		return out, r.doc.Check(r.check.Err())
	}
	r.refer(l)
	r.read(&out.Declaration)
	r.readPolicies(l, &out.Declaration)
	if err := r.check.Err(); err != nil {
		return Reading{}, r.doc.Check(err)
	}
	if err := r.doc.Check(r.translated(r.validated(out.Declaration))); err != nil {
		return Reading{}, err
	}
	out.Declaration = out.Declaration.Complete()
	out.Extras = Extras{slo: r.slo, service: out.Service, read: out.Declaration}
	if r.sliAt == "" {
		out.Extras.sli = r.sli
	}
	slices.SortStableFunc(r.warnings, byPlace)
	out.Warnings = r.warnings
	return out, nil
}

// composite tells of an SLO that it is one of several indicators, which is declared otherwise.
func (r *reader) composite() bool {
	var members []string
	for i, o := range r.slo.Spec.Objectives {
		if o.Indicator == nil && o.IndicatorRef == nil {
			continue
		}
		name := string(said(o.IndicatorRef))
		if o.Indicator != nil {
			name = string(o.Indicator.Metadata.Name)
		}
		members = append(members, fmt.Sprintf("%s with weight %s", cmp.Or(fault.Clip(name, 64), fmt.Sprintf("objective %d", i+1)), cmp.Or(string(o.CompositeWeight), "1")))
	}
	if members == nil {
		return false
	}
	r.check.Fail("/spec/objectives", nil, "is a composite SLO of %d indicators: %s. Declare an SLO for each, and a composite SLO over them", len(members), strings.Join(members, ", "))
	return true
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

func as(err error, into **yamldoc.Error) bool { return errors.As(err, into) }

// invalid is what is wrong with a document as a fault, with the line in each message.
func invalid(err error) error {
	var of *yamldoc.Error
	if !as(err, &of) {
		return err
	}
	var check fault.Check
	for _, p := range of.Problems {
		if p.Document > 1 {
			p.Message = fmt.Sprintf("document %d: %s", p.Document, p.Message)
		}
		check.Fail(p.Pointer, nil, "line %d, column %d: %s", p.Line, p.Column, p.Message)
	}
	return check.Err()
}

// reader reads an SLO. The indicator may be in a document of its own.
type reader struct {
	slo      *SLO
	doc      yamldoc.Document
	sli      *SLI
	sliDoc   yamldoc.Document
	sliAt    string // where it begins in its document: "" or "/spec/indicator"
	check    fault.Check
	warnings []Warning
}

// refer finds the indicator of the SLO.
func (r *reader) refer(l *Library) {
	switch ref := string(said(r.slo.Spec.IndicatorRef)); {
	case r.slo.Spec.Indicator != nil:
		r.sli, r.sliDoc, r.sliAt = r.slo.Spec.Indicator, r.doc, "/spec/indicator"
	case ref == "":
		r.check.Fail("/spec", nil, "must have an indicator, or an indicatorRef and the document of that SLI")
	default:
		one, there := l.slis[ref]
		if !there {
			r.check.Fail("/spec/indicatorRef", ref, "names an SLI that is not in the text; add its document")
			return
		}
		r.sli, r.sliDoc = one.of, one.doc
	}
}

func (r *reader) warn(d yamldoc.Document, code, pointer, format string, args ...any) {
	if len(r.warnings) < most {
		r.warnings = append(r.warnings, warning(d, code, pointer, format, args...))
		return
	}
	last := &r.warnings[most-1].Message // whichever there are beside
	*last = strings.TrimSuffix(*last, more) + more
}

// fail notes what is wrong with the indicator, which may be in another document: it is told
// where that is referred to then.
func (r *reader) fail(pointer string, value any, format string, args ...any) {
	if r.sliAt == "" {
		line, _ := r.sliDoc.Line(pointer)
		where := fmt.Sprintf("line %d", line)
		if r.sliDoc.In != r.doc.In {
			where = r.sliDoc.In + ", " + where
		}
		r.check.Fail("/spec/indicatorRef", nil, "of the SLI, %s, %s: %s", where, pointer, fmt.Sprintf(format, args...))
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
	if d.Budgeting.Method, _ = methods.of(string(r.slo.Spec.BudgetingMethod)); d.Budgeting.Method == "" {
		d.Budgeting.Method = slo.Occurrences
		r.warn(r.doc, WarnAssumed, "/spec/budgetingMethod", "it does not say how its budget is counted; taken for Occurrences")
	}
	r.readObjectives(d)
	if r.sli != nil {
		r.readIndicator(d)
	}
	if d.Category == "" {
		d.Category = slo.Availability
		r.warn(r.doc, WarnAssumed, "/metadata", "it does not say what it measures; taken for availability: the annotation %scategory says otherwise", Prefix)
	}
}

func (r *reader) readMetadata(d *slo.Declaration) {
	others := readAnnotations(r.slo.Metadata.Annotations, d, &r.check)
	slices.Sort(others)
	for _, name := range others {
		r.warn(r.doc, WarnLeftOut, at(name), "the annotation %q says nothing here", fault.Clip(name, 64))
	}
	if len(r.slo.Metadata.Labels) > 0 {
		r.warn(r.doc, WarnLeftOut, "/metadata/labels", "labels are not declared: SLOs have none here")
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
