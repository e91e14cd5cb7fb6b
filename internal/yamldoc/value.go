package yamldoc

import (
	"fmt"
	"slices"

	"go.yaml.in/yaml/v4"
)

// Value is anything at all, kept as it is written: its numbers with their zeros, its names in
// their order. The zero value says nothing, not even null.
type Value struct{ node *yaml.Node }

// ValueOf is the shape as a value, such as what is written as part of a document.
func ValueOf(shape any) (Value, error) {
	var n yaml.Node
	if err := n.Encode(shape); err != nil {
		return Value{}, fmt.Errorf("write a %T as YAML: %w", shape, err)
	}
	return Value{kept(&n, false)}, nil
}

func (v *Value) decode(d *decoder, n *yaml.Node, w *way) {
	d.plain(n, w) // for names that are there twice
	v.node = kept(n, false)
}

// IsZero reports whether nothing is said, and so nothing is to be written.
func (v Value) IsZero() bool { return v.node == nil }

// IsNull reports whether it says nothing, or null.
func (v Value) IsNull() bool { return v.node == nil || isNull(v.node) }

// Members is how many names with values it has; false where it is something else.
func (v Value) Members() (int, bool) {
	if v.node == nil || v.node.Kind != yaml.MappingNode {
		return 0, false
	}
	return len(v.node.Content) / 2, true
}

// Plain is the value as texts, numbers, lists and maps.
func (v Value) Plain() any {
	if v.node == nil {
		return nil
	}
	var d decoder
	return d.plain(v.node, nil)
}

// Equal reports whether both say the same, whichever way they are written.
func (v Value) Equal(of Value) bool { return equal(v.node, of.node) }

func equal(a, b *yaml.Node) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Kind == b.Kind && a.Tag == b.Tag && a.Value == b.Value && slices.EqualFunc(a.Content, b.Content, equal)
}

// MarshalYAML implements yaml.Marshaler.
func (v Value) MarshalYAML() (any, error) {
	if v.node == nil {
		return nil, nil
	}
	return written(v.node), nil
}

// kept is a node without what is said of it beside its value. Within brackets a null that is not written
// out would be written as an empty text.
func kept(n *yaml.Node, flow bool) *yaml.Node {
	out := &yaml.Node{Kind: n.Kind, Tag: n.Tag, Value: n.Value, Style: n.Style & (yaml.FlowStyle | yaml.TaggedStyle)}
	flow = flow || n.Style&yaml.FlowStyle != 0
	if flow && n.Kind == yaml.ScalarNode && n.Tag == "!!null" && n.Value == "" {
		out.Value = "null"
	}
	if len(n.Content) > 0 {
		out.Content = make([]*yaml.Node, len(n.Content))
		for i, c := range n.Content {
			out.Content[i] = kept(c, flow)
		}
	}
	return out
}

// written is a copy to be written, for the library changes nodes. A text that is not plain stands
// between quotes, and one of many lines as Text writes it.
func written(n *yaml.Node) *yaml.Node {
	out := *n
	if n.Kind == yaml.ScalarNode && n.Tag == "!!str" {
		as, _ := Text(n.Value).MarshalYAML() // it has no error
		out.Style = as.(*yaml.Node).Style
	}
	out.Content = nil
	for _, c := range n.Content {
		out.Content = append(out.Content, written(c))
	}
	return &out
}
