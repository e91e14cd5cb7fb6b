package dashboard

import (
	"cmp"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/evenkeel/evenkeel/internal/fault"
)

// field is a part of a form: a line of text, a longer text, a time, a day, a number, a tick, or a choice.
type field struct {
	Form                            string // which it is of, where a page has several with fields of one name
	Name, Label, Hint, Value, Fault string
	Kind                            string // of fieldKinds
	Required, Wide, Ticked          bool
	Options                         []choice
}

// sheetPage is a page that is one form.
type sheetPage struct {
	Crumbs                    []link
	Title, Lede, Action, Send string
	Version                   int64 // of what is changed; 0 of what is new
	Kept                      []kept
	Fields                    []field
	Wrong                     []string
	Back                      string
	Services                  []string // slugs, for whoever fills it in
}

// The kinds of fields.
const (
	asLine   = "line"
	asText   = "text"
	asTime   = "time"
	asDay    = "day"
	asNumber = "number"
	asChoice = "choice"
	asTick   = "tick"
	asTicks  = "ticks" // any of the options
)

// filled is what somebody filled in, and what is wrong with it.
type filled struct {
	Values url.Values
	Faults map[string]string // by the pointer of the field
	// Wrong are the faults that are of no field of the form.
	Wrong []string
	// Stale is whether somebody else was first.
	Stale  bool
	status int // of what was refused by the rules; 0 where only the form found something
}

// chosen is what a field holds, in words.
func (f field) chosen() string {
	if f.Kind == asTick {
		return map[bool]string{true: "ticked", false: "not ticked"}[f.Ticked]
	}
	var chosen []string
	for _, o := range f.Options {
		if o.Chosen {
			chosen = append(chosen, o.Text)
		}
	}
	if f.Kind == asChoice || f.Kind == asTicks {
		return strings.Join(chosen, ", ")
	}
	return f.Value
}

// beside says at each field that somebody else may have changed what it says now.
func beside(fields, now []field) {
	for n := range fields {
		f := &fields[n]
		at := slices.IndexFunc(now, func(o field) bool { return o.Name == f.Name })
		if at < 0 {
			continue
		}
		if is := now[at].chosen(); is != f.chosen() && f.Fault == "" {
			f.Fault = "It says now: " + is
			if is == "" {
				f.Fault = "It is empty now"
			}
		}
	}
}

// value is what was filled in, or what there is where nothing was.
func (f filled) value(name, is string) string {
	if f.Values == nil {
		return is
	}
	return f.Values.Get(name)
}

// fault notes what is wrong at a field.
func (f *filled) fault(pointer, message string) {
	if f.Faults == nil {
		f.Faults = map[string]string{}
	}
	if before := f.Faults[pointer]; before != "" {
		message = before + "; " + message
	}
	f.Faults[pointer] = message
}

// take takes the fault of the field at the pointer, or below it.
func (f *filled) take(pointers ...string) string {
	var out []string
	for _, pointer := range pointers {
		for at, text := range f.Faults {
			if at == pointer || strings.HasPrefix(at, pointer+"/") {
				out = append(out, text)
				delete(f.Faults, at)
			}
		}
	}
	return strings.Join(out, "; ")
}

// rest puts the faults that no field took where all of them stand, one sentence for each.
func (f *filled) rest() []string {
	for _, at := range slices.Sorted(maps.Keys(f.Faults)) {
		name := strings.TrimPrefix(at, "/")
		if of, _, list := strings.Cut(name, "/"); list {
			name = "one of " + of
		}
		f.Wrong = append(f.Wrong, sentence(name+" "+f.Faults[at]))
	}
	f.Faults = nil
	return f.Wrong
}

// refusals are the kinds of faults for which a form is shown again, with its status.
var refusals = map[fault.Kind]int{
	fault.Invalid: http.StatusUnprocessableEntity, fault.Conflict: http.StatusConflict, fault.Precondition: http.StatusPreconditionFailed, fault.Forbidden: http.StatusForbidden,
}

// refused notes what is wrong, so that what was filled in is not lost: false where it is a fault
// of a kind that no form is shown again for.
func (f *filled) refused(err error) bool {
	e := fault.As(err)
	if e == nil || refusals[e.Kind] == 0 {
		return false
	}
	f.status = refusals[e.Kind]
	f.Stale = f.Stale || e.Kind == fault.Precondition
	if len(e.Violations) == 0 {
		f.Wrong = append(f.Wrong, sentence(e.Message))
		return true
	}
	for _, v := range e.Violations {
		f.fault(v.Pointer, v.Message)
	}
	return true
}

// filledForm adds a form whose fields are shown again as they were filled in, each with what is wrong
// with it. do returns where the browser goes next, or the page with the form.
func (d *Dashboard) filledForm(pattern string, do func(*visit, *filled) (string, screen, error)) {
	d.form(pattern, func(v *visit) (outcome, error) {
		in := &filled{Values: v.PostForm}
		to, s, err := do(v, in)
		o := outcome{to: to, screen: s, status: cmp.Or(in.status, http.StatusUnprocessableEntity)}
		if in.Stale {
			o.status = http.StatusPreconditionFailed
		}
		return o, err
	})
}
