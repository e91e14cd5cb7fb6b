// Package walk reads documents of which not every field is known: what is asked for is taken by its
// type, with its place where it is of another, and what nobody asked for is told at the end. So a
// document of a newer release of a tool is read for what is known of it, and nothing goes unsaid.
package walk

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/yamldoc"
	"github.com/evenkeel/evenkeel/services/foreign"
)

// Document is one that is walked.
type Document struct {
	yamldoc.Document
	In     string
	Number int // of the document in the text, from 1
	// Of is the thing that it becomes, as notes name it; for whoever walks to say.
	Of     string
	check  fault.Check
	asked  map[string]map[string]bool // by the pointer of names with values: those asked for
	values map[string]map[string]any
	notes  []foreign.Placed
}

// Each walks the documents of a text. It stops at none: what is wrong with each is in the refusals.
func Each(text foreign.Text, do func(d *Document, root Node)) (notes []foreign.Placed, refused []foreign.Refusal) {
	return All([]foreign.Text{text}, do, func() {})
}

// All walks the documents of texts, and then does what can be done only once all were walked.
func All(texts []foreign.Text, do func(d *Document, root Node), after func()) (notes []foreign.Placed, refused []foreign.Refusal) {
	var walked []*Document
	for _, text := range texts {
		docs, err := yamldoc.Parse(text.Bytes)
		if err != nil {
			refused = append(refused, foreign.Refusal{In: text.In, Err: err})
			continue
		}
		for i, doc := range docs {
			d := &Document{Document: doc, In: text.In, Number: i + 1, asked: map[string]map[string]bool{}, values: map[string]map[string]any{}}
			var value any
			if err := doc.Decode(&value); err != nil {
				refused = append(refused, foreign.Refusal{In: text.In, Err: err})
				continue
			}
			do(d, Node{doc: d, value: value, there: value != nil})
			walked = append(walked, d)
		}
	}
	after()
	for _, d := range walked {
		if err := d.check.Err(); err != nil {
			refused = append(refused, foreign.Refusal{In: d.In, Err: d.Document.Check(err)})
			continue
		}
		d.unasked()
		for i := range d.notes {
			d.notes[i].Of = d.Of
		}
		notes = append(notes, d.notes...)
	}
	return notes, refused
}

// Wrong reports whether something was wrong with the document so far.
func (d *Document) Wrong() bool { return d.check.Err() != nil }

// Check notes what is wrong; its pointers are into the document.
func (d *Document) Check() *fault.Check { return &d.check }

// unasked notes what nobody asked for, of names with values of which some were.
func (d *Document) unasked() {
	for _, at := range slices.Sorted(maps.Keys(d.asked)) {
		for _, name := range slices.Sorted(maps.Keys(d.values[at])) {
			if !d.asked[at][name] {
				Node{doc: d, At: at + "/" + escape.Replace(name)}.Note("has no place here, and was left out")
			}
		}
	}
	slices.SortStableFunc(d.notes, func(a, b foreign.Placed) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
}

// escape writes a step of a pointer (RFC 6901, section 3).
var escape = strings.NewReplacer("~", "~0", "/", "~1")

// Node is a value of a document, or the place where one would be.
type Node struct {
	doc   *Document
	At    string // its pointer
	value any
	there bool
}

// There reports whether there is a value, and not null.
func (n Node) There() bool { return n.there }

// Value is the value as YAML reads it, with all that is in it.
func (n Node) Value() any { return n.value }

// Document is the document that it is of.
func (n Node) Document() *Document { return n.doc }

// Origin is where the node is.
func (n Node) Origin() foreign.Origin {
	line, _ := n.doc.Line(n.At)
	return foreign.Origin{In: n.doc.In, Document: n.doc.Number, Line: line}
}

// Field is the value of a name; where the node holds no names with values, that is wrong.
func (n Node) Field(name string) Node {
	out := Node{doc: n.doc, At: n.At + "/" + escape.Replace(name)}
	values := n.names()
	if values == nil {
		return out
	}
	n.doc.asked[n.At][name] = true
	out.value = values[name]
	out.there = out.value != nil
	return out
}

// Any is the value of the first of the names that has one, for a field that is called otherwise in
// another release.
func (n Node) Any(names ...string) Node {
	out := n.Field(names[0])
	for _, name := range names[1:] {
		if next := n.Field(name); !out.there && next.there {
			out = next
		}
	}
	return out
}

// Ignore says that the fields are known, and mean nothing here.
func (n Node) Ignore(names ...string) {
	for _, name := range names {
		n.Field(name)
	}
}

// names are the node's names with values; nil where it has none, which is wrong unless it is absent.
func (n Node) names() map[string]any {
	if !n.there {
		return nil
	}
	values, is := n.value.(map[string]any)
	if !is {
		n.Fail("must be names with values")
		return nil
	}
	if n.doc.asked[n.At] == nil {
		n.doc.asked[n.At], n.doc.values[n.At] = map[string]bool{}, values
	}
	return values
}

// Names are those of its values, in the order of the document.
func (n Node) Names() []string {
	type placed struct {
		name         string
		line, column int
	}
	var all []placed
	for name := range n.names() {
		p := placed{name: name}
		p.line, p.column = n.doc.Line(n.At + "/" + escape.Replace(name))
		all = append(all, p)
	}
	slices.SortFunc(all, func(a, b placed) int {
		return cmp.Or(cmp.Compare(a.line, b.line), cmp.Compare(a.column, b.column), cmp.Compare(a.name, b.name))
	})
	out := make([]string, len(all))
	for i, p := range all {
		out[i] = p.name
	}
	return out
}

// IsNames reports whether the node holds names with values.
func (n Node) IsNames() bool { _, is := n.value.(map[string]any); return is }

// IsList reports whether the node is a list.
func (n Node) IsList() bool { _, is := n.value.([]any); return is }

// List are the values of a list; none where there is nothing.
func (n Node) List() []Node {
	if !n.there {
		return nil
	}
	values, is := n.value.([]any)
	if !is {
		n.Fail("must be a list")
		return nil
	}
	out := make([]Node, len(values))
	for i, v := range values {
		out[i] = Node{doc: n.doc, At: n.At + "/" + strconv.Itoa(i), value: v, there: v != nil}
	}
	return out
}

// Text is a text; a number or truth is taken as it is written usually. Empty where there is nothing.
func (n Node) Text() string {
	switch v := n.value.(type) {
	case nil:
		return ""
	case string:
		return v
	case bool, int, int64, uint64:
		return fmt.Sprint(v)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	n.Fail("must be a text")
	return ""
}

// Required is a text that has to be there.
func (n Node) Required() string {
	if !n.there {
		n.Fail("is required")
		return ""
	}
	return n.Text()
}

// Number is a number; 0 where there is nothing.
func (n Node) Number() float64 {
	if !n.there {
		return 0
	}
	if v, is := AsNumber(n.value); is {
		return v
	}
	n.Fail("must be a number")
	return 0
}

// Truth is true or false; other where there is nothing.
func (n Node) Truth(other bool) bool {
	if !n.there {
		return other
	}
	v, is := n.value.(bool)
	if !is {
		n.Fail("must be true or false")
		return other
	}
	return v
}

// Texts are names with texts; nil where there is nothing.
func (n Node) Texts() map[string]string {
	var out map[string]string
	for _, name := range n.Names() {
		if out == nil {
			out = map[string]string{}
		}
		out[name] = n.Field(name).Text()
	}
	return out
}

// AsNumber is a value as a number, where it is one.
func AsNumber(v any) (float64, bool) {
	switch v := v.(type) {
	case int:
		return float64(v), true
	case int64:
		return float64(v), true
	case uint64:
		return float64(v), true
	case float64:
		return v, true
	}
	return 0, false
}

// Fail says what would be right at the node.
func (n Node) Fail(format string, args ...any) {
	var value any
	switch n.value.(type) {
	case string, bool, int, int64, uint64, float64:
		value = fmt.Sprint(n.value)
	}
	n.doc.check.Fail(n.At, value, format, args...)
}

// Note tells something at the node's place.
func (n Node) Note(format string, args ...any) { n.note(false, format, args...) }

// Left tells why what is at the node was left out.
func (n Node) Left(format string, args ...any) { n.note(true, format, args...) }

func (n Node) note(left bool, format string, args ...any) {
	note := foreign.Placed{In: n.doc.In, Note: foreign.Note{Document: n.doc.Number, Pointer: n.At, Message: fmt.Sprintf(format, args...), Left: left}}
	note.Line, note.Column = n.doc.Line(n.At)
	n.doc.notes = append(n.doc.notes, note)
}
