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
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"github.com/evenkeel/evenkeel/internal/fault"
)

// APIVersion heads every document.
const APIVersion = "evenkeel/v1"

// maxSize is how large a document may be, in bytes.
const maxSize = 1 << 20

// Document is one that was read, for the places in it.
type Document struct {
	// In says where it was read from, for whoever set it.
	In    string
	lines []string
	root  ast.Node
}

// Problem is what is wrong, at its place.
type Problem struct {
	Line, Column int    // from 1; of the value, or of what should hold it
	Pointer      string // as in the API, empty where it is of the text itself
	Message      string
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
	return &Error{Problems: []Problem{{Line: line, Column: column, Message: fmt.Sprintf(format, args...)}}}
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

// Parse reads the documents of a text, as yet without a shape; empty ones are left out. The
// error is an *Error. Anchors and aliases are refused: what a few lines of them stand for can
// be larger than any memory.
func Parse(text []byte) ([]Document, error) {
	if len(text) > maxSize {
		return nil, wrong(1, 1, "a document has at most %d bytes; this has %d", maxSize, len(text))
	}
	d := Document{lines: strings.Split(string(text), "\n")}
	file, err := parser.ParseBytes(text, 0)
	if err != nil {
		return nil, d.placed(err)
	}
	var docs []Document
	for _, doc := range file.Docs {
		if doc.Body == nil {
			continue
		}
		var alias referring
		ast.Walk(&alias, doc.Body)
		if alias.at != nil {
			line, column := d.inside(alias.at.Position.Line, alias.at.Position.Column)
			return nil, wrong(line, column, "anchors and aliases are not read: write out what is meant")
		}
		docs = append(docs, Document{lines: d.lines, root: doc.Body})
	}
	return docs, nil
}

// referring looks for an anchor or an alias.
type referring struct{ at *token.Token }

// Visit implements ast.Visitor.
func (r *referring) Visit(node ast.Node) ast.Visitor {
	switch node.Type() {
	case ast.AnchorType, ast.AliasType, ast.MergeKeyType:
		if r.at == nil {
			r.at = node.GetToken()
		}
	}
	return r
}

// Decode puts the document into a pointer to its shape. The error is an *Error: it is not of
// this shape.
func (d Document) Decode(into any) error {
	if err := yaml.NodeToValue(d.root, into, yaml.Strict()); err != nil {
		return d.placed(err)
	}
	return nil
}

// Head is a text at the top of the document, such as its kind; empty where there is none.
func (d Document) Head(name string) string {
	if node := child(d.root, name); node != nil {
		return node.GetToken().Value
	}
	return ""
}

// Line is the line and the column of what the pointer leads to, or of what should hold it.
func (d Document) Line(pointer string) (line, column int) {
	at := d.position(d.find(pointer))
	return d.inside(at.Line, at.Column)
}

// placed is an error of the YAML library, at its place.
func (d Document) placed(err error) error {
	var of yaml.Error
	if !errors.As(err, &of) || of.GetToken() == nil {
		return wrong(1, 1, "%s", err)
	}
	at := of.GetToken().Position
	line, column := d.inside(at.Line, at.Column)
	return wrong(line, column, "%s", said(err, of))
}

// said is what the YAML library found; of a value of another type what would be right, for its own words are
// about types of Go.
func said(err error, of yaml.Error) string {
	var typed *yaml.TypeError
	var large *yaml.OverflowError
	right := ""
	switch {
	case errors.As(err, &typed):
		right = written(typed.DstType)
	case errors.As(err, &large):
		right = written(large.DstType)
	}
	if right == "" {
		return of.GetMessage()
	}
	value, name := of.GetToken(), ""
	if colon := value.Prev; colon != nil && colon.Value == ":" && colon.Prev != nil {
		name = colon.Prev.Value + " "
	}
	return fmt.Sprintf("%smust be %s (it is %q)", name, right, fault.Clip(value.Value, 64))
}

// written is how what becomes a value of the type is written, empty where that is not known.
func written(t reflect.Type) string {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch t.Kind() {
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64, reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return "a whole number"
	case reflect.Float32, reflect.Float64:
		return "a number"
	case reflect.Bool:
		return "true or false"
	case reflect.String:
		return "a text"
	case reflect.Slice:
		return "a list"
	case reflect.Struct, reflect.Map:
		return "names with values"
	}
	return ""
}

// inside is the place, or the nearest to it that the document has: the YAML library says of what is missing
// that it is behind the end of a line.
func (d Document) inside(line, column int) (int, int) {
	line = max(1, min(line, len(d.lines)))
	return line, max(1, min(column, utf8.RuneCountInString(d.lines[line-1])+1))
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
		p := Problem{Pointer: v.Pointer, Message: v.Message}
		p.Line, p.Column, p.Message = d.within(v.Pointer, v.Message)
		p.Line, p.Column = d.inside(p.Line, p.Column)
		if value := reflect.ValueOf(v.Value); value.Kind() == reflect.String && value.Len() > 0 && !inCondition.MatchString(v.Message) {
			p.Message += fmt.Sprintf(" (it is %q)", fault.Clip(value.String(), 64))
		}
		e.Problems = append(e.Problems, p)
	}
	slices.SortStableFunc(e.Problems, func(a, b Problem) int { return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column)) })
	return e
}

// inCondition is how a problem within a condition begins.
var inCondition = regexp.MustCompile(`^line (\d+), column (\d+): `)

// within is the place of the pointer; of a problem within a condition, its own.
func (d Document) within(pointer, message string) (line, column int, rest string) {
	node := d.find(pointer)
	at := d.position(node)
	found := inCondition.FindStringSubmatch(message)
	if found == nil {
		return at.Line, at.Column, message
	}
	line, _ = strconv.Atoi(found[1])   // the expression has digits only
	column, _ = strconv.Atoi(found[2]) // likewise
	switch n := node.(type) {
	case *ast.LiteralNode:
		first := n.Start.Position.Line // the text begins on the next line, which counts from 0
		if n.Start.Type != token.LiteralType || first >= len(d.lines) {
			break // what is folded has other lines
		}
		indent := len(d.lines[first]) - len(strings.TrimLeft(d.lines[first], " "))
		return first + line, indent + column, message[len(found[0]):]
	case *ast.StringNode:
		quote := 0
		if t := n.Token.Type; t == token.SingleQuoteType || t == token.DoubleQuoteType {
			quote = 1
		}
		if line == 1 && at.Line <= len(d.lines) {
			runes, start := []rune(d.lines[at.Line-1]), at.Column-1+quote
			if start <= len(runes) && strings.HasPrefix(string(runes[start:]), n.Value) {
				return at.Line, at.Column + quote + column - 1, message[len(found[0]):]
			}
		}
	}
	return at.Line, at.Column, message
}

// find is the node at the pointer, or the last that is on the way there.
func (d Document) find(pointer string) ast.Node {
	node := d.root
	for _, step := range strings.Split(strings.TrimPrefix(pointer, "/"), "/") {
		next := child(node, unescape.Replace(step))
		if next == nil {
			break
		}
		node = next
	}
	return node
}

// position is where a node begins. The token of one with members is a colon of theirs; of the
// whole document it is its first name here.
func (d Document) position(node ast.Node) *token.Position {
	if m, ok := node.(*ast.MappingNode); ok && node == d.root && len(m.Values) > 0 {
		return m.Values[0].Key.GetToken().Position
	}
	if m, ok := node.(*ast.MappingValueNode); ok && node == d.root {
		return m.Key.GetToken().Position
	}
	return node.GetToken().Position
}

// unescape reads a step of a pointer (RFC 6901, section 4).
var unescape = strings.NewReplacer("~1", "/", "~0", "~")

func child(of ast.Node, step string) ast.Node {
	switch n := of.(type) {
	case *ast.MappingNode:
		for _, v := range n.Values {
			if found := child(v, step); found != nil {
				return found
			}
		}
	case *ast.MappingValueNode:
		if n.Key.GetToken().Value == step {
			return n.Value
		}
	case *ast.SequenceNode:
		if i, err := strconv.Atoi(step); err == nil && i >= 0 && i < len(n.Values) {
			return n.Values[i]
		}
	}
	return nil
}

// Write writes a thing of that shape so that Read reads the same.
func Write(shape any) ([]byte, error) {
	text, err := yaml.MarshalWithOptions(shape, yaml.IndentSequence(true), yaml.UseLiteralStyleIfMultiline(true))
	if err != nil {
		return nil, fmt.Errorf("write a %T as YAML: %w", shape, err)
	}
	return text, nil
}
