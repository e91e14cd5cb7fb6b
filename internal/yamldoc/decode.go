package yamldoc

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"

	"go.yaml.in/yaml/v4"

	"github.com/evenkeel/evenkeel/internal/fault"
)

// mostProblems is how many problems of a document are told; the count of the rest is.
const mostProblems = 20

// Decode puts the document into a pointer to its shape. The error is an *Error with all that is
// not of this shape: fields that it does not have or that are there twice, and values of another
// type. A text may be written as a number, a time or a word of any kind; Loosely tells where one is.
func (d Document) Decode(into any) error {
	_, err := d.Loosely(into)
	return err
}

// Loosely is Decode, and tells where a value was taken for what it is not to YAML: a text written
// as a number, or a number written as a text.
func (d Document) Loosely(into any) ([]Loose, error) {
	dec := decoder{doc: d}
	dec.value(d.root, reflect.ValueOf(into).Elem(), nil)
	if more := len(dec.problems) - mostProblems; more > 0 {
		dec.problems = dec.problems[:mostProblems]
		dec.problems[mostProblems-1].Message += fmt.Sprintf(" (and %d more in this document)", more)
	}
	if len(dec.problems) > 0 {
		slices.SortStableFunc(dec.problems, byPlace)
		return nil, &Error{dec.problems}
	}
	return dec.loose, nil
}

// decoder puts nodes into values.
type decoder struct {
	doc      Document
	problems []Problem
	loose    []Loose
}

// Loose is a value that was taken for what it is not to YAML.
type Loose struct {
	Problem
	Number bool // it is a number, else a text
}

// way is the way from the root to a node, written as a pointer only where something is told.
type way struct {
	from *way
	name string
	item int // where there is no name
}

func (w *way) pointer() string {
	if w == nil {
		return ""
	}
	if w.name == "" {
		return w.from.pointer() + "/" + strconv.Itoa(w.item)
	}
	return w.from.pointer() + "/" + Step(w.name)
}

func (d *decoder) problem(n *yaml.Node, w *way, format string, args ...any) Problem {
	p := Problem{In: d.doc.In, Document: d.doc.Number, Pointer: d.doc.at + w.pointer(), Message: fmt.Sprintf(format, args...)}
	p.Line, p.Column = d.doc.inside(n.Line, n.Column)
	return p
}

func (d *decoder) fail(n *yaml.Node, w *way, format string, args ...any) {
	d.problems = append(d.problems, d.problem(n, w, format, args...))
}

// mistyped tells what would be right in place of a node.
func (d *decoder) mistyped(n *yaml.Node, w *way, right string) {
	if n.Kind != yaml.ScalarNode {
		d.fail(n, w, "must be %s", right)
		return
	}
	d.fail(n, w, "must be %s (it is %q)", right, fault.Clip(n.Value, 64))
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.Tag == "!!null" }

// decoded is what reads itself from a node.
type decoded interface {
	decode(d *decoder, n *yaml.Node, w *way)
}

var decodedType = reflect.TypeFor[decoded]()

func (d *decoder) value(n *yaml.Node, into reflect.Value, w *way) {
	t := into.Type()
	if reflect.PointerTo(t).Implements(decodedType) {
		into.Addr().Interface().(decoded).decode(d, n, w)
		return
	}
	if isNull(n) {
		return // nothing is said
	}
	switch t.Kind() {
	case reflect.Pointer:
		into.Set(reflect.New(t.Elem()))
		d.value(n, into.Elem(), w)
	case reflect.Struct:
		d.object(n, into, w)
	case reflect.Slice:
		if n.Kind != yaml.SequenceNode {
			d.mistyped(n, w, "a list")
			return
		}
		if len(n.Content) == 0 {
			return // which is as good as none
		}
		into.Set(reflect.MakeSlice(t, len(n.Content), len(n.Content)))
		for i, c := range n.Content {
			d.value(c, into.Index(i), &way{from: w, item: i})
		}
	case reflect.Map:
		d.mapping(n, into, w)
	case reflect.Interface:
		if v := d.plain(n, w); v != nil {
			into.Set(reflect.ValueOf(v))
		}
	case reflect.String:
		into.SetString(d.text(n, w))
	default:
		d.scalar(n, into, w)
	}
}

// text is a scalar as it is written.
func (d *decoder) text(n *yaml.Node, w *way) string {
	switch {
	case n.Kind != yaml.ScalarNode:
		d.mistyped(n, w, "a text")
	case isNull(n):
		return ""
	case n.Tag != "!!str" && n.Tag != "!!timestamp" || n.Style == 0 && isWord(n.Value):
		d.loose = append(d.loose, Loose{Problem: d.problem(n, w, "is a text, and must stand between quotes: %s is something else in YAML", fault.Clip(n.Value, 64))})
	}
	return n.Value
}

// isWord reports whether YAML 1.1, which many programs still read, takes the text for true or false.
func isWord(text string) bool {
	switch text {
	case "y", "Y", "yes", "Yes", "YES", "on", "On", "ON", "n", "N", "no", "No", "NO", "off", "Off", "OFF":
		return true
	}
	return false
}

func (d *decoder) scalar(n *yaml.Node, into reflect.Value, w *way) {
	is := func(tags ...string) bool { return n.Kind == yaml.ScalarNode && slices.Contains(tags, n.Tag) }
	switch into.Kind() {
	case reflect.Bool:
		if !is("!!bool") && !(is("!!str") && n.Style == 0 && isWord(n.Value)) {
			d.mistyped(n, w, "true or false")
			return
		}
		into.SetBool(slices.Contains([]string{"true", "yes", "on", "y"}, strings.ToLower(n.Value)))
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v, err := strconv.ParseInt(n.Value, 0, 64)
		if !is("!!int") || err != nil || into.OverflowInt(v) {
			d.mistyped(n, w, "a whole number")
			return
		}
		into.SetInt(v)
	case reflect.Float32, reflect.Float64:
		v, err := strconv.ParseFloat(n.Value, 64)
		if !is("!!int", "!!float") || err != nil || math.IsInf(v, 0) || math.IsNaN(v) {
			d.mistyped(n, w, "a number")
			return
		}
		into.SetFloat(v)
	default:
		panic(fmt.Sprintf("a document cannot be put into a %s", into.Type()))
	}
}

// fields are those of a shape, by their names in YAML.
var fields sync.Map // of reflect.Type to map[string]int

func fieldsOf(t reflect.Type) map[string]int {
	if known, ok := fields.Load(t); ok {
		return known.(map[string]int)
	}
	out := make(map[string]int, t.NumField())
	for i := range t.NumField() {
		if name, _, _ := strings.Cut(t.Field(i).Tag.Get("yaml"), ","); name != "" && name != "-" {
			out[name] = i
		}
	}
	fields.Store(t, out)
	return out
}

func (d *decoder) object(n *yaml.Node, into reflect.Value, w *way) {
	if n.Kind != yaml.MappingNode {
		d.mistyped(n, w, "names with values")
		return
	}
	known, seen := fieldsOf(into.Type()), uint64(0)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		field, there := known[key.Value]
		if !there || key.Kind != yaml.ScalarNode {
			d.fail(key, w, "unknown field %q", fault.Clip(key.Value, 64))
			continue
		}
		if seen&(1<<field) != 0 {
			d.fail(key, w, "the field %q is there twice", key.Value)
			continue
		}
		seen |= 1 << field
		d.value(n.Content[i+1], into.Field(field), &way{from: w, name: key.Value})
	}
}

// names tells of keys that are no texts or are there twice, and gives the others with their values.
func (d *decoder) names(n *yaml.Node, w *way, each func(name string, value *yaml.Node, w *way)) {
	if n.Kind != yaml.MappingNode {
		d.mistyped(n, w, "names with values")
		return
	}
	seen := make(map[string]bool, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		switch {
		case key.Kind != yaml.ScalarNode:
			d.fail(key, w, "a name must be a text")
		case seen[key.Value]:
			d.fail(key, w, "the name %q is there twice", fault.Clip(key.Value, 64))
		default:
			seen[key.Value] = true
			each(key.Value, n.Content[i+1], &way{from: w, name: key.Value})
		}
	}
}

func (d *decoder) mapping(n *yaml.Node, into reflect.Value, w *way) {
	t := into.Type()
	if len(n.Content) > 0 { // one without names is as good as none
		into.Set(reflect.MakeMap(t))
	}
	d.names(n, w, func(name string, value *yaml.Node, w *way) {
		one := reflect.New(t.Elem()).Elem()
		d.value(value, one, w)
		into.SetMapIndex(reflect.ValueOf(name).Convert(t.Key()), one)
	})
}

// plain is a node as texts, numbers, lists and maps; what is too large for a number stays a text.
func (d *decoder) plain(n *yaml.Node, w *way) any {
	switch n.Kind {
	case yaml.SequenceNode:
		out := make([]any, len(n.Content))
		for i, c := range n.Content {
			out[i] = d.plain(c, &way{from: w, item: i})
		}
		return out
	case yaml.MappingNode:
		out := make(map[string]any, len(n.Content)/2)
		d.names(n, w, func(name string, value *yaml.Node, w *way) { out[name] = d.plain(value, w) })
		return out
	}
	switch n.Tag {
	case "!!null":
		return nil
	case "!!bool":
		return strings.EqualFold(n.Value, "true")
	case "!!int":
		if v, err := strconv.ParseInt(n.Value, 0, 64); err == nil {
			return v
		}
	case "!!float":
		if v, err := strconv.ParseFloat(n.Value, 64); err == nil {
			return v
		}
	}
	return n.Value
}
