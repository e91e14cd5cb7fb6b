package document

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/expr"
	"github.com/evenkeel/evenkeel/services/policy"
)

// maxSize is how large a document may be, in bytes.
const maxSize = 1 << 20

// Document is a policy that was read.
type Document struct {
	Draft policy.Draft
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

// Read reads one policy. The error is an *Error: the text is no YAML, or not of this shape.
// Whether the policy is right is for Check.
func Read(text []byte) (Document, error) {
	if len(text) > maxSize {
		return Document{}, wrong(1, 1, "a policy has at most %d bytes; this has %d", maxSize, len(text))
	}
	file, err := parser.ParseBytes(text, 0)
	if err != nil {
		return Document{}, placed(err)
	}
	docs := slices.DeleteFunc(slices.Clone(file.Docs), func(d *ast.DocumentNode) bool { return d.Body == nil })
	if len(docs) != 1 {
		return Document{}, wrong(1, 1, "there is one policy in a file; this has %d documents", len(docs))
	}
	var s shape
	if err := yaml.NewDecoder(bytes.NewReader(text), yaml.Strict()).Decode(&s); err != nil {
		return Document{}, placed(err)
	}
	d := Document{Draft: s.draft(), lines: strings.Split(string(text), "\n"), root: docs[0].Body}
	var head []fault.Violation
	for _, h := range []struct{ at, is, want string }{{"/apiVersion", s.APIVersion, APIVersion}, {"/kind", s.Kind, Kind}} {
		if h.is != h.want {
			head = append(head, fault.Violation{Pointer: h.at, Message: fmt.Sprintf("must be %q", h.want), Value: h.is})
		}
	}
	if len(head) > 0 {
		return Document{}, d.Place(head)
	}
	return d, nil
}

// placed is an error of the YAML library, at its place.
func placed(err error) error {
	var of yaml.Error
	if !errors.As(err, &of) || of.GetToken() == nil {
		return wrong(1, 1, "%s", err)
	}
	at := of.GetToken().Position
	return wrong(at.Line, at.Column, "%s", of.GetMessage())
}

// Check tells all that is wrong with the policy by itself, as an *Error.
func (d Document) Check(language *expr.Environment) error {
	err := d.Draft.Validate(language)
	if refused := fault.As(err); refused != nil && refused.Kind == fault.Invalid {
		return d.Place(refused.Violations)
	}
	return err
}

// Place puts violations of the policy, found here or by a server, at their places.
func (d Document) Place(violations []fault.Violation) *Error {
	e := &Error{}
	for _, v := range violations {
		p := Problem{Pointer: v.Pointer, Message: v.Message}
		p.Line, p.Column, p.Message = d.within(v.Pointer, v.Message)
		if value := reflect.ValueOf(v.Value); value.Kind() == reflect.String && value.Len() > 0 && !strings.HasSuffix(v.Pointer, "/when") {
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
	at := node.GetToken().Position
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
		next := child(node, step)
		if next == nil {
			break
		}
		node = next
	}
	return node
}

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

// Write writes a policy so that Read reads the same.
func Write(d policy.Draft) ([]byte, error) {
	text, err := yaml.MarshalWithOptions(shapeOf(d), yaml.IndentSequence(true), yaml.UseLiteralStyleIfMultiline(true))
	if err != nil {
		return nil, fmt.Errorf("write the policy %s: %w", d.Slug, err)
	}
	return text, nil
}
