package api

import (
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// shape is a schema made ready for the strict pass over a body: references
// resolved, names indexed, what is secret marked.
type shape struct {
	schema   *huma.Schema // for the rules of leaves
	kind     string       // huma.Type…, empty for anything
	nullable bool
	// constrained leaves have rules beyond their type.
	constrained bool

	fields   map[string]*field
	unknown  string // what is said of a member that is none of them
	required []*field
	depends  [][2]*field // where the first is given, so must the second be
	open     *shape      // of members that are not fields; nil refuses them
	items    *shape
}

// field is a member of an object.
type field struct {
	name     string
	index    int
	shape    *shape
	secret   bool
	readOnly bool
}

// anything is the shape of a value about which nothing is said.
var anything = &shape{}

func init() { anything.open, anything.items = anything, anything }

// shapes compiles schemas, each once, so that recursive ones end.
type shapes struct {
	registry huma.Registry
	made     map[*huma.Schema]*shape
}

func (c *shapes) of(s *huma.Schema) *shape {
	for s != nil && s.Ref != "" {
		s = c.registry.SchemaFromRef(s.Ref)
	}
	if s == nil {
		return anything
	}
	if made, ok := c.made[s]; ok {
		return made
	}
	out := &shape{schema: s, kind: s.Type, nullable: s.Nullable}
	c.made[s] = out
	if len(s.OneOf)+len(s.AnyOf)+len(s.AllOf) > 0 || s.Not != nil {
		panic("a body's schema has oneOf, anyOf, allOf or not, which the strict pass does not check; spell it as one object")
	}
	switch s.Type {
	case huma.TypeObject:
		c.object(out, s)
	case huma.TypeArray:
		out.items = c.of(s.Items)
	case "":
		out.open, out.items = anything, anything
	default:
		out.constrained = len(s.Enum) > 0 || s.MinLength != nil || s.MaxLength != nil || s.Pattern != "" ||
			s.ContentEncoding != "" || s.Minimum != nil || s.Maximum != nil || s.ExclusiveMinimum != nil ||
			s.ExclusiveMaximum != nil || s.MultipleOf != nil || s.Type == huma.TypeString && s.Format != ""
	}
	return out
}

func (c *shapes) object(out *shape, s *huma.Schema) {
	names := make([]string, 0, len(s.Properties))
	for name := range s.Properties {
		names = append(names, name)
	}
	slices.Sort(names)
	out.unknown = "is not a known field; known are: " + clip(strings.Join(names, ", "), maxText/2)
	out.fields = make(map[string]*field, len(names))
	for i, name := range names {
		p := s.Properties[name]
		out.fields[name] = &field{
			name: name, index: i, shape: c.of(p), readOnly: p.ReadOnly,
			secret: p.WriteOnly || p.Format == "password" || isSecretName(name),
		}
	}
	for _, name := range s.Required {
		if f := out.fields[name]; f != nil && !f.readOnly {
			out.required = append(out.required, f)
		}
	}
	for _, name := range names {
		for _, needs := range s.DependentRequired[name] {
			out.depends = append(out.depends, [2]*field{out.fields[name], out.fields[needs]})
		}
	}
	switch extra := s.AdditionalProperties.(type) {
	case *huma.Schema:
		out.open = c.of(extra)
	case bool:
		if extra {
			out.open = anything
		}
	case nil:
		out.open = anything
	}
}
