package yamldoc

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v4"
)

// separator is a line between documents.
var separator = regexp.MustCompile(`^(---|\.\.\.)?\s*(#.*)?$`)

// Source is the text of the document itself, from its first line to its last, without what stands
// between it and others.
func (d Document) Source() string {
	first, last := d.root.Line, d.end
	for last > first && separator.MatchString(d.lines[last-1]) {
		last--
	}
	return strings.Join(d.lines[first-1:last], "\n") + "\n"
}

// JSON is the document as JSON, its members in any order. The error is an *Error, of a name that is
// there twice.
func (d Document) JSON() ([]byte, error) {
	var v Value
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	text, err := json.Marshal(v.Plain())
	if err != nil {
		return nil, fmt.Errorf("write a document as JSON: %w", err)
	}
	return text, nil
}

// Members are the names at the top of the document, in their order.
func (d Document) Members() []string {
	var names []string
	if d.root.Kind == yaml.MappingNode {
		for i := 0; i+1 < len(d.root.Content); i += 2 {
			names = append(names, d.root.Content[i].Value)
		}
	}
	return names
}

// breaks are characters of JSON texts that YAML takes for the end of a line.
var breaks = strings.NewReplacer("\u0085", `\u0085`, "\u2028", `\u2028`, "\u2029", `\u2029`)

// FromJSON is a JSON text as a value that is written as YAML, its members in their order.
func FromJSON(text []byte) (Value, error) {
	var n yaml.Node
	if err := yaml.Load([]byte(breaks.Replace(string(text))), &n, yaml.WithV4Defaults()); err != nil {
		return Value{}, fmt.Errorf("read JSON as YAML: %w", err)
	}
	return Value{blocks(n.Content[0])}, nil
}

// blocks has collections stand in lines of their own.
func blocks(n *yaml.Node) *yaml.Node {
	n.Style &^= yaml.FlowStyle
	for _, c := range n.Content {
		blocks(c)
	}
	return n
}
