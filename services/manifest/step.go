package manifest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
)

// Action is what is done to a thing.
type Action string

// The actions.
const (
	Nothing Action = "none"
	Create  Action = "create"
	Update  Action = "update"
	// Keep has the set keep from now on, or keep no more, what is as it should be.
	Keep Action = "keep"
	// Restore undoes a retirement, and changes what is to be changed.
	Restore Action = "restore"
	// End retires something that the set said and says no more, or removes it where it cannot be retired.
	End Action = "end"
	// Leave lets something be that the set said and says no more: it is not to be ended, or cannot be while
	// something is its own.
	Leave Action = "leave"
)

// Changes reports whether anything is different afterwards.
func (a Action) Changes() bool { return a != Nothing && a != Leave }

// Field is something of a thing that differs.
type Field struct {
	// Name is a JSON pointer into the manifest.
	Name string `json:"name"`
	// Before and After are what it was and is to be, as in the manifest; null where there was nothing.
	Before any `json:"before"`
	After  any `json:"after"`
}

// Step is what is done to one thing.
type Step struct {
	Identity
	Action Action
	Path   string
	Line   int     // 0 where no document says it any more
	Fields []Field // those that differ; of something new all that is said
	// Refused is why it cannot be done; nil where it can.
	Refused *Refusal
}

// Refusal is why a step cannot be done.
type Refusal struct {
	Code    string
	Message string
	// Problems are places in the document, and what is wrong there; empty where the message says all.
	Problems []Problem
	Kind     fault.Kind
}

// Problem is what is wrong at a place of a document.
type Problem struct {
	Line, Column int
	Pointer      string
	Message      string
}

// Plan is what is done to all of a set, in order.
type Plan struct {
	Set   string
	Steps []Step
	Notes []Note
	// Digest is of what changes, and of what the set is: equal plans have the same.
	Digest string
}

// Changed is how many steps change something.
func (p Plan) Changed() int {
	n := 0
	for _, s := range p.Steps {
		if s.Action.Changes() {
			n++
		}
	}
	return n
}

// Refused are the steps that cannot be done.
func (p Plan) Refused() []Step {
	var out []Step
	for _, s := range p.Steps {
		if s.Refused != nil {
			out = append(out, s)
		}
	}
	return out
}

// digest is of what the steps change, and of the set in which they do: whose it is, and where its files are.
func digest(set Set, steps []Step) string {
	sum := sha256.New()
	fmt.Fprintf(sum, "%q %s %q\n", set.Slug, set.Team, set.Source)
	for _, s := range steps {
		if !s.Action.Changes() {
			continue
		}
		fields, err := json.Marshal(s.Fields)
		if err != nil {
			panic(fmt.Sprintf("fields cannot be written as JSON: %v", err)) // they were read from JSON, or are texts
		}
		fmt.Fprintf(sum, "%s %s %q %s\n", s.Action, s.Kind, s.Name, fields)
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// change is what a thing takes, and how it is done.
type change struct {
	action   Action
	resource id.ID // empty of something new
	fields   []Field
	// do does it as the set, and returns what the thing is. It is not called for Nothing.
	do func(ctx context.Context) (id.ID, error)
	// then does what is left once all of its kind are there; nil where that is nothing.
	then func(ctx context.Context) error
}

// places puts why something is refused at its places in the document.
func places(err *fault.Error, of Places, pointer func(string) string) *Refusal {
	r := &Refusal{Code: err.Code, Message: err.Message, Kind: err.Kind}
	if of == nil || len(err.Violations) == 0 {
		for _, v := range err.Violations {
			r.Problems = append(r.Problems, Problem{Pointer: v.Pointer, Message: v.Message})
		}
		return r
	}
	moved := make([]fault.Violation, len(err.Violations))
	for i, v := range err.Violations {
		v.Pointer = pointer(v.Pointer)
		moved[i] = v
	}
	for _, p := range of.Place(moved).Problems {
		r.Problems = append(r.Problems, Problem{Line: p.Line, Column: p.Column, Pointer: p.Pointer, Message: p.Message})
	}
	return r
}
