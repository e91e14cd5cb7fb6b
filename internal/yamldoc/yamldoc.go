// Package yamldoc reads and writes things of one kind as YAML, which people keep beside their
// code: one thing in a document, headed by its apiVersion and kind. What is wrong with one is told
// with its line and column, within conditions too. What a thing is, and whether it is right, is for
// whoever it belongs to. The package is pure: others read the file and speak to the server.
package yamldoc

import (
	"cmp"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/evenkeel/evenkeel/internal/fault"
)

// APIVersion heads every document.
const APIVersion = "evenkeel/v1"

// Document is one that was read, for the places in it.
type Document struct {
	// In says where it was read from, for whoever set it.
	In string
	// Number is which of its text it is, from 1; empty ones count.
	Number int
	lines  []string
	widths []int // of the lines, in characters: a document of JSON has one line, and thousands of places
	root   *yaml.Node
	at     string // the pointer of the root in the document, of an item of a list
	end    int    // the last line before the next document, from 1
}

// Problem is what is wrong, at its place.
type Problem struct {
	In           string // that of the document
	Document     int    // its number, from 1
	Line, Column int    // from 1; of the value, or of what should hold it
	Pointer      string // as in the API, empty where it is of the text itself
	Message      string
	Rule         string // the name of the rule that is broken, where it has one
}

// Error is all that is wrong with a document, by its place.
type Error struct{ Problems []Problem }

// Error tells each problem with its line and column.
func (e *Error) Error() string {
	lines := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

// String tells the problem with its line and column.
func (p Problem) String() string {
	if p.Pointer == "" {
		return fmt.Sprintf("%d:%d: %s", p.Line, p.Column, p.Message)
	}
	return fmt.Sprintf("%d:%d: %s: %s", p.Line, p.Column, p.Pointer, p.Message)
}

func wrong(line, column int, format string, args ...any) error {
	return &Error{Problems: []Problem{{Document: 1, Line: line, Column: column, Message: fmt.Sprintf(format, args...)}}}
}

// Read reads one thing of the kind into a pointer to its shape, which has the fields apiVersion
// and kind. The error is an *Error: the text is no YAML, or not of this shape.
func Read(text []byte, kind string, into any) (Document, error) {
	docs, err := Parse(text)
	if err != nil {
		return Document{}, err
	}
	if len(docs) != 1 {
		return Document{}, wrong(1, 1, "there is one %s in a file; this has %d documents", kind, len(docs))
	}
	d := docs[0]
	if err := d.Decode(into); err != nil {
		return Document{}, err
	}
	var head []fault.Violation
	for _, h := range []struct{ name, want string }{{"apiVersion", APIVersion}, {"kind", kind}} {
		if is := d.Head(h.name); is != h.want {
			head = append(head, fault.Violation{Pointer: "/" + h.name, Message: fmt.Sprintf("must be %q", h.want), Value: is})
		}
	}
	if len(head) > 0 {
		return Document{}, d.Place(head)
	}
	return d, nil
}

// Items are the documents in a document that is a list, each as one of its own; one that is no
// list is its only one.
func (d Document) Items() []Document {
	if d.root.Kind != yaml.SequenceNode {
		return []Document{d}
	}
	out := make([]Document, len(d.root.Content))
	for i, n := range d.root.Content {
		out[i] = d
		out[i].root, out[i].at = n, fmt.Sprintf("%s/%d", d.at, i)
	}
	return out
}

// Head is a text at the top of the document, such as its kind; empty where there is none.
func (d Document) Head(name string) string {
	if _, node := child(d.root, name); node != nil {
		return node.Value
	}
	return ""
}

// Has reports whether something is said at the pointer, be it nothing.
func (d Document) Has(pointer string) bool {
	node := d.root
	for _, step := range steps(pointer) {
		if _, node = child(node, step); node == nil {
			return false
		}
	}
	return true
}

// Line is the line and the column of what the pointer leads to, or of what should hold it.
func (d Document) Line(pointer string) (line, column int) {
	at := d.find(pointer)
	return d.inside(at.Line, at.Column)
}

// unread is an error of the YAML library, at its place some lines further down.
func (d Document) unread(err error, first int) Problem {
	line, column, message := 1, 1, strings.TrimPrefix(err.Error(), "yaml: ")
	var of *yaml.LoadError
	if errors.As(err, &of) {
		line, column, message = of.Mark.Line+first, of.Mark.Column, of.Message
		if of.ContextMsg != "" {
			message = of.ContextMsg + ": " + message
		}
	}
	if last := len(d.lines); line > last || line == last && d.lines[last-1] == "" {
		// Of what is missing at the end it says the line after it.
		for line = last; line > 1 && strings.TrimSpace(d.lines[line-1]) == ""; line-- {
		}
		column = len(d.lines[line-1]) + 1
	}
	line, column = d.inside(line, column)
	return Problem{Document: d.Number, Line: line, Column: column, Message: message}
}

// inside is the place, or the nearest to it that the document has: the YAML library says of what is missing
// that it is behind the end of a line.
func (d Document) inside(line, column int) (int, int) {
	line = max(1, min(line, len(d.lines)))
	return line, max(1, min(column, d.widths[line-1]+1))
}

// Check is err, with what is invalid at its place.
func (d Document) Check(err error) error {
	if refused := fault.As(err); refused != nil && refused.Kind == fault.Invalid {
		return d.Place(refused.Violations)
	}
	return err
}

// Place puts violations of the thing, found here or by a server, at their places.
func (d Document) Place(violations []fault.Violation) *Error {
	e := &Error{}
	for _, v := range violations {
		p := Problem{In: d.In, Document: d.Number, Pointer: d.at + v.Pointer}
		p.Line, p.Column, p.Message = d.within(v.Pointer, v.Message)
		p.Line, p.Column = d.inside(p.Line, p.Column)
		if value := reflect.ValueOf(v.Value); value.Kind() == reflect.String && value.Len() > 0 && !inCondition.MatchString(v.Message) {
			p.Message += fmt.Sprintf(" (it is %q)", fault.Clip(value.String(), 64))
		}
		e.Problems = append(e.Problems, p)
	}
	slices.SortStableFunc(e.Problems, byPlace)
	return e
}

func byPlace(a, b Problem) int {
	return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
}

// inCondition is how a problem within a condition begins.
var inCondition = regexp.MustCompile(`^line (\d+), column (\d+): `)

// within is the place of the pointer; of a problem within a condition, its own.
func (d Document) within(pointer, message string) (line, column int, rest string) {
	n := d.find(pointer)
	found := inCondition.FindStringSubmatch(message)
	if found == nil {
		return n.Line, n.Column, message
	}
	line, _ = strconv.Atoi(found[1])   // the expression has digits only
	column, _ = strconv.Atoi(found[2]) // likewise
	switch {
	case n.Kind != yaml.ScalarNode || n.Style&yaml.FoldedStyle != 0: // what is folded has other lines
	case n.Style&yaml.LiteralStyle != 0:
		first := n.Line // the text begins on the next line, which counts from 0
		if first >= len(d.lines) {
			break
		}
		indent := len(d.lines[first]) - len(strings.TrimLeft(d.lines[first], " "))
		return first + line, indent + column, message[len(found[0]):]
	default:
		quote := 0
		if n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) != 0 {
			quote = 1
		}
		if line == 1 && n.Line <= len(d.lines) {
			runes, start := []rune(d.lines[n.Line-1]), n.Column-1+quote
			if start <= len(runes) && strings.HasPrefix(string(runes[start:]), n.Value) {
				return n.Line, n.Column + quote + column - 1, message[len(found[0]):]
			}
		}
	}
	return n.Line, n.Column, message
}

// find is the node at the pointer, or the last that is on the way there.
func (d Document) find(pointer string) *yaml.Node {
	node := d.root
	for _, step := range steps(pointer) {
		_, next := child(node, step)
		if next == nil {
			break
		}
		node = next
	}
	return node
}

// steps are those of a pointer (RFC 6901, section 4).
func steps(pointer string) []string {
	if pointer == "" {
		return nil
	}
	out := strings.Split(strings.TrimPrefix(pointer, "/"), "/")
	for i, step := range out {
		out[i] = unescape.Replace(step)
	}
	return out
}

var (
	unescape = strings.NewReplacer("~1", "/", "~0", "~")
	escape   = strings.NewReplacer("~", "~0", "/", "~1")
)

// Step is a name as a step of a pointer (RFC 6901, section 3).
func Step(name string) string { return escape.Replace(name) }

// child is what a node has at a step, with its name.
func child(of *yaml.Node, step string) (name, value *yaml.Node) {
	switch of.Kind {
	case yaml.MappingNode:
		for i := 0; i+1 < len(of.Content); i += 2 {
			if of.Content[i].Value == step {
				return of.Content[i], of.Content[i+1]
			}
		}
	case yaml.SequenceNode:
		if i, err := strconv.Atoi(step); err == nil && i >= 0 && i < len(of.Content) {
			return nil, of.Content[i]
		}
	}
	return nil, nil
}

// Write writes a thing of that shape so that Read reads the same.
func Write(shape any) ([]byte, error) {
	text, err := yaml.Dump(shape, yaml.WithIndent(2), yaml.WithCompactSeqIndent(false), yaml.WithLineWidth(-1), yaml.WithUnicode(true))
	if err != nil {
		return nil, fmt.Errorf("write a %T as YAML: %w", shape, err)
	}
	return text, nil
}
